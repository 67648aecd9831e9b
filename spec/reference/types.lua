-- The editor types, made of what LDoc has read: `types.files(model)` gives the texts by their paths.

local core = require "pinecone.core"

local FOLDER = "lua/pinecone/meta/"
local UNKNOWN = "pinecone.unknown_field"
local WIDTH = 117

-- Which file has which pages of the reference.
local files = {
   {
      module = "pinecone",
      pages = { pinecone = true, Client = true, Pages = true, Error = true, Call = true, results = true },
   },
   { module = "pinecone.retention", pages = { ["pinecone.retention"] = true } },
   { module = "pinecone.openresty", pages = { ["pinecone.openresty"] = true } },
   {
      module = "pinecone.emulator",
      pages = {
         ["pinecone.emulator"] = true, Emulator = true, ["pinecone.emulator.faults"] = true,
         ["pinecone.emulator.seed"] = true,
      },
   },
}

-- What LDoc cannot say of a function: its own arguments and results, by its name.
local functions = {
   announce = "fun(index_name: string, backup: pinecone.Backup)",
   confirm = "fun(report: pinecone.PruneReport): boolean?",
   on_deletion = "fun(index_name: string, problem: any)",
   on_progress = "fun(resource: table, elapsed: number, trouble?: pinecone.Error)",
   on_request = "fun(attempt: table)",
   wait = "fun(call: pinecone.Call)",
   tasks = "fun(): any, any",
   fn = "fun(): any, any",
   ["Policy.filter"] = "fun(backup: pinecone.Backup): any",
   ["check.filter"] = "fun(index: pinecone.Index): any",
}

-- Types -------------------------------------------------------------------------------------------------------------

local plain = {
   any = "any", boolean = "boolean", int = "integer", number = "number", string = "string", table = "table",
   ["nil"] = "nil",
}

local type_of

local function simple_type(name, owner, field)
   if name == "function" then
      return functions[owner .. "." .. field] or functions[field] or error("no signature of " .. owner .. "." .. field)
   end
   return plain[name] or "pinecone." .. name
end

local function in_brackets(text)
   return text:find "[|(]" and "(" .. text .. ")" or text
end

function type_of(text, owner, field)
   local value = text:match "^{%[string%]=(.+),%.%.%.}$"
   if value then
      return ("table<string, %s>"):format(type_of(value, owner, field))
   end
   local item, more = text:match "^{([^{}]+),%.%.%.}(.*)$"
   if item then
      local others = more ~= "" and "|" .. type_of(more:sub(2), owner, field) or ""
      return in_brackets(type_of(item, owner, field)) .. "[]" .. others
   end
   local words = {}
   for word in text:gsub("^%?", ""):gmatch "[^|]+" do
      words[#words + 1] = simple_type(word, owner, field)
   end
   return table.concat(words, "|") .. (text:find "^%?" and "?" or "")
end

-- Text --------------------------------------------------------------------------------------------------------------

local function writer()
   local lines = {}
   local out = {}

   function out.line(text, ...)
      lines[#lines + 1] = text:format(...)
   end

   -- Comments that are read in the editor, in lines of a length that is read well. Lists and tables keep theirs.
   function out.comment(text)
      local before
      for paragraph in (text:gsub("@{([^}]+)}", "`%1`") .. "\n\n"):gmatch "%s*(.-)\n%s*\n" do
         lines[#lines + 1] = before and "---"
         before = true
         local line = "---"
         for row in paragraph:gsub("\n  +", " "):gmatch "[^\n]+" do
            if row:find "^ ?[-|]" and line ~= "---" then
               lines[#lines + 1], line = line, "---"
            end
            for word in row:gmatch "%S+" do
               if #line + #word > WIDTH then
                  lines[#lines + 1], line = line, "---"
               end
               line = line .. (line == "---" and "" or " ") .. word
            end
         end
         lines[#lines + 1] = line
      end
   end

   function out.text()
      return table.concat(lines, "\n") .. "\n"
   end

   return out
end

local function explanation(row)
   local default = row.default and ("default: `%s`"):format(row.default)
   local text = (row.text or "") .. (row.text and default and "; " or "") .. (default or "")
   return text ~= "" and " " .. text:gsub("\\([_*])", "%1"):gsub("@{([^}]+)}", "`%1`") or ""
end

-- Words that an editor can offer, of fields that have a fixed set of them.
local has_words = {
   ["Error.kind"] = true, ["Check.verdict"] = true, ["CheckedIndex.verdict"] = true, ["new.wait"] = true,
   ["FaultPlan.drop"] = true, ["FaultPlan.job"] = true, ["Policy.group_by"] = true,
}

-- In place of `string`, what the text and the default name in backticks.
local function literal_type(type, row, owner)
   if not has_words[owner .. "." .. row.name] then
      return type
   end
   local list, seen = {}, {}
   for word in ((row.default and "`" .. row.default .. "` " or "") .. row.text):gmatch '`"?([%l_]+)"?`' do
      if not seen[word] then
         list[#list + 1], seen[word] = ("%q"):format(word), true
      end
   end
   return (type:gsub("string", table.concat(list, "|"), 1))
end

local function add_field(out, row, owner)
   local type = row.choices or literal_type(type_of(row.type, owner, row.name), row, owner)
   out.line("---@field %s%s %s%s", row.name, row.optional and "?" or "", type, explanation(row))
end

-- Only names that are known pass: any other has a type that nothing has.
local function refuse_others(out)
   out.line("---@field [string] %s", UNKNOWN)
end

-- Arguments ---------------------------------------------------------------------------------------------------------

local function nest_of(argument)
   return argument.wire ~= argument.name and argument.wire:match "^(%w+)%." or nil
end

local function by_name(operation)
   local rows = {}
   for _, argument in ipairs(operation and operation.arguments or {}) do
      rows[argument.name] = argument
   end
   return rows
end

-- An argument may have other spellings: an alias, or a place in one of the API's tables.
local function spellings(field, argument)
   local list = { { name = field.name, type = field.type, text = field.text, default = field.default } }
   if argument and argument.alias then
      list[2] = { name = argument.alias, type = field.type, text = ("the same as `%s`"):format(field.name) }
   end
   if argument and nest_of(argument) then
      list[#list + 1] = { name = nest_of(argument), type = "table", text = "as the API nests it" }
   end
   return list
end

local function with(names, name)
   local more = { [name] = true }
   for known in pairs(names) do
      more[known] = true
   end
   return more
end

-- Sets of the names that must be there, one for each way to spell all that is needed; the usual one first.
local function ways_to_spell(fields, arguments)
   local ways = { {} }
   for _, field in ipairs(fields) do
      if not field.optional then
         local more = {}
         for _, spelling in ipairs(spellings(field, arguments[field.name])) do
            for _, names in ipairs(ways) do
               more[#more + 1] = with(names, spelling.name)
            end
         end
         ways = more
      end
   end
   return ways
end

-- "'daily', 'weekly' or 'monthly'" as a type.
local function choices_of(argument)
   local rule = argument and argument.rule or ""
   if rule:find "^'" and rule:gsub("'%w+'", ""):gsub(" or ", ""):gsub("[, ]", "") == "" then
      local words = {}
      for word in rule:gmatch "'(%w+)'" do
         words[#words + 1] = ("%q"):format(word)
      end
      return table.concat(words, "|")
   end
end

local function add_class_of_arguments(out, name, owner, fields, arguments, needed)
   out.line("---@class %s", name)
   local done = {}
   for _, field in ipairs(fields) do
      local argument = arguments[field.name]
      for _, row in ipairs(spellings(field, argument)) do
         if not done[row.name] then
            done[row.name], row.optional = true, not needed[row.name]
            row.choices = row.name == field.name and choices_of(argument) or nil
            add_field(out, row, owner)
         end
      end
   end
   refuse_others(out)
   out.line ""
end

-- Writes the classes of a parameter that is a table of named fields; gives its type.
local function add_arguments(out, item, parameter)
   local arguments = by_name(item.page == "Client" and core.operations[item.name])
   local names = {}
   for place, needed in ipairs(ways_to_spell(parameter.fields, arguments)) do
      local name = ("pinecone.%s.%s%s"):format(item.name, parameter.name, place > 1 and "_" .. place or "")
      add_class_of_arguments(out, name, item.name, parameter.fields, arguments, needed)
      names[place] = name
   end
   return table.concat(names, "|")
end

-- Items -------------------------------------------------------------------------------------------------------------

local function is_options(item)
   return item.name:find "Options$" or item.name == "Policy" or item.name == "FaultPlan" or item.name == "Seed"
end

-- `more` is what its page says, where it has nothing but this table.
local function add_table(out, item, more)
   out.comment(item.summary .. "\n\n" .. (item.description or "") .. "\n\n" .. (more or ""))
   out.line("---@class pinecone.%s%s", item.name, item.name == "EmulatorOptions" and ": pinecone.ProjectOptions" or "")
   for _, row in ipairs(item.params) do
      add_field(out, row, item.name)
   end
   if is_options(item) then
      refuse_others(out)
   end
   out.line ""
end

-- What an iterator gives is typed by its items.
local function item_of(item)
   local value = item.returns[1] and item.returns[1][1]
   return value and value.type == "Pages" and value.text:match "@{(%w+)}"
end

local function add_pages_of(out, name)
   out.line("---@class pinecone.Pages.%s: pinecone.Pages", name)
   out.line("---@overload fun(): pinecone.%s?", name)
   out.line("---@field next fun(self): pinecone.%s?, pinecone.Error", name)
   out.line("---@field next_page fun(self): pinecone.%s[]?, pinecone.Error", name)
   out.line("---@field all fun(self): pinecone.%s[]?, pinecone.Error?\n", name)
end

-- An error is there where the value before it is not. An editor cannot follow that: were it marked as one that may be
-- absent, a look at it would be a fault.
local function is_second_of_two(types)
   return types == "pinecone.Error"
end

local function add_returns(out, item)
   local values = {}
   for number, group in ipairs(item.returns) do
      for place, value in ipairs(group) do
         local known = values[place] or { types = {}, optional = number > 1 }
         values[place] = known
         if value.type == "nil" then
            known.optional = true
         else
            known.types[#known.types + 1] = type_of(value.type, item.name, "result")
            known.text = known.text or value.text
         end
      end
      for place = #group + 1, #values do
         values[place].optional = true
      end
   end
   for _, value in ipairs(values) do
      local name, text = "#", value.text or ""
      if text:find "^%.%.%." then
         name, text = "...", text:sub(5)
      end
      local types = table.concat(value.types, "|")
      local mark = value.optional and not types:find "%?$" and not is_second_of_two(types) and "?" or ""
      out.line("---@return %s%s%s", types, mark,
         (text ~= "" or name == "...") and (" %s %s"):format(name, text:gsub("@{([^}]+)}", "`%1`")) or "")
   end
end

local function add_comment(out, item)
   out.comment(item.summary .. (item.description and "\n\n" .. item.description or ""))
   if #item.kinds > 0 then
      out.line "---\n---Kinds of errors:"
      for _, kind in ipairs(item.kinds) do
         out.line("--- - `%s`: %s", kind.name, kind.text)
      end
   end
   if item.usage then
      out.line "---\n---```lua"
      for line in item.usage:gmatch "[^\n]+" do
         out.line("---%s", line)
      end
      out.line "---```"
   end
   if item.api then
      out.line("---\n---[%s](https://docs.pinecone.io/reference/api/%s)", item.api, item.api)
   end
end

-- `assert` gives what it is given; nothing that LDoc knows says that.
local special = {
   assert = "---@generic T\n---@param value? T\n---@param err? any\n---@return T\n",
}

local function add_function(out, item, class)
   local types = {}
   for place, row in ipairs(item.params) do
      types[place] = row.fields and add_arguments(out, item, row)
   end
   local items = item_of(item)
   if items and not out.has[items] then
      out.has[items] = true
      add_pages_of(out, items)
   end
   add_comment(out, item)
   local names = {}
   for place, row in ipairs(item.params) do
      names[place] = row.name
      local type = types[place] and types[place] .. (row.type:find "string" and "|string" or "")
         or row.text == "none" and "pinecone.nothing" or type_of(row.type, item.name, row.name)
      if not special[item.name] then
         out.line("---@param %s%s %s%s", row.name, row.optional and "?" or "", type, explanation(row))
      end
   end
   if special[item.name] then
      out.line("%s", special[item.name]:sub(1, -2))
   elseif items then
      out.line("---@return pinecone.Pages.%s", items)
   else
      add_returns(out, item)
   end
   out.line("function %s%s%s(%s) end\n", class, item.method and ":" or ".", item.name, table.concat(names, ", "))
end

-- Files -------------------------------------------------------------------------------------------------------------

local fields_of_modules = {
   pinecone = { "_VERSION string", "retention pinecone.retention" },
}

local function items_of(model, page)
   local list = {}
   for _, item in ipairs(model.items) do
      if item.page == page.name then
         list[#list + 1] = item
      end
   end
   return list
end

-- The fields of a class stand in a table of its name.
local function own_table(items, page)
   for _, item in ipairs(items) do
      if item.table and item.name == page.name then
         return item
      end
   end
end

local function add_head(out, page, items)
   local own = own_table(items, page)
   out.comment(page.summary .. (page.description and "\n\n" .. page.description or ""))
   out.line("---@class %s%s", page.class and "pinecone." or "", page.name)
   for _, field in ipairs(fields_of_modules[page.name] or {}) do
      out.line("---@field %s", field)
   end
   for _, row in ipairs(own and own.params or {}) do
      add_field(out, row, page.name)
   end
   return own
end

local function add_page(out, page, items)
   local has_functions = false
   for _, item in ipairs(items) do
      has_functions = has_functions or not item.table
   end
   for _, item in ipairs(items) do
      if item.table and item.name ~= page.name then
         add_table(out, item, not has_functions and #items == 1 and page.description)
      end
   end
   if not page.class and not has_functions then
      return
   end
   local class = page.name:match "[^.]*$"
   add_head(out, page, items)
   out.line("local %s = {}\n", class)
   for _, item in ipairs(items) do
      if not item.table then
         add_function(out, item, class)
      end
   end
end

local function text_of(model, file)
   local out = writer()
   out.has = {}
   out.line("---@meta %s", file.module)
   out.line "-- Made by \"make types\" from the same comments as the reference: change those, not this.\n"
   if file.module == "pinecone" then
      out.line("---No argument has this name.\n---@class %s\n", UNKNOWN)
      out.line "---@class pinecone.nothing"
      refuse_others(out)
      out.line ""
   end
   -- a module's own page comes last, because the file returns it
   for _, last in ipairs { false, true } do
      for _, page in ipairs(model.pages) do
         if file.pages[page.name] and (page.name == file.module) == last then
            add_page(out, page, items_of(model, page))
         end
      end
   end
   out.line("return %s", file.module:match "[^.]*$")
   return out.text()
end

local types = {}

--- The texts of all files.
-- @tparam table model what spec/reference/model.lua has written
-- @treturn table by path
function types.files(model)
   local texts = {}
   for _, file in ipairs(files) do
      texts[FOLDER .. file.module:match "[^.]*$" .. ".lua"] = text_of(model, file)
   end
   return texts
end

return types
