-- The editor types, made of what LDoc has read: `types.files(model)` gives the texts by their paths.

local add_arguments = require "arguments"
local luals = require "luals"
local writer = require "writer"

-- Items -------------------------------------------------------------------------------------------------------------

local function is_options(item)
   return item.name:find "Options$" or item.name == "Policy" or item.name == "FaultPlan" or item.name == "Seed"
end

-- `more` is what its page says, where it has nothing but this table.
local function add_table(out, item, more)
   out.comment(item.summary .. "\n\n" .. (item.description or "") .. "\n\n" .. (more or ""))
   out.line("---@class pinecone.%s%s", item.name, item.name == "EmulatorOptions" and ": pinecone.ProjectOptions" or "")
   for _, row in ipairs(item.params) do
      out.field(row, item.name)
   end
   if is_options(item) then
      out.refuse_others()
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
   out.line("---@field all fun(self): pinecone.%s[]?, pinecone.Error\n", name)
end

-- An error is there where the value before it is not. An editor cannot follow that: were it marked as one that may be
-- absent, a look at it would be a fault.
local function is_second_of_two(types)
   return types == "pinecone.Error"
end

-- What stands at each place of the results, whichever of them come.
local function results_of(item)
   local values = {}
   for number, group in ipairs(item.returns) do
      for place, value in ipairs(group) do
         local known = values[place] or { types = {}, optional = number > 1 }
         values[place] = known
         if value.type == "nil" then
            known.optional = true
         else
            known.types[#known.types + 1] = luals.type(value.type, item.name, "result")
            known.text = known.text or value.text
         end
      end
      for place = #group + 1, #values do
         values[place].optional = true
      end
   end
   return values
end

local function add_returns(out, item)
   for _, value in ipairs(results_of(item)) do
      local types, text = table.concat(value.types, "|"), (value.text or ""):gsub("@{([^}]+)}", "`%1`")
      local mark = value.optional and not types:find "%?$" and not is_second_of_two(types) and "?" or ""
      local rest = text:match "^%.%.%.(.*)$" -- any number of them
      out.line("---@return %s%s%s", types, mark, rest and " ..." .. rest or text ~= "" and " # " .. text or "")
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
   assert = "---@generic T\n---@param value? T\n---@param err? any\n---@return T",
}

local function type_of_parameter(out, item, row)
   if row.fields then
      return add_arguments(out, item, row) .. (row.type:find "string" and "|string" or "")
   end
   return row.text == "none" and "pinecone.nothing" or luals.type(row.type, item.name, row.name)
end

-- Gives the class of the pages that a function gives, if it does, which it writes where nobody has yet.
local function pages_of(out, item)
   local name = item_of(item)
   if name and not out.has[name] then
      out.has[name] = true
      add_pages_of(out, name)
   end
   return name and "pinecone.Pages." .. name
end

local function add_signature(out, item, types, pages)
   if special[item.name] then
      out.line("%s", special[item.name])
      return
   end
   for place, row in ipairs(item.params) do
      out.parameter(row, types[place])
   end
   if pages then
      out.line("---@return %s", pages)
   else
      add_returns(out, item)
   end
end

local function add_function(out, item, class)
   local types, names = {}, {}
   for place, row in ipairs(item.params) do
      types[place], names[place] = type_of_parameter(out, item, row), row.name
   end
   local pages = pages_of(out, item)
   add_comment(out, item)
   add_signature(out, item, types, pages)
   out.line("function %s%s%s(%s) end\n", class, item.method and ":" or ".", item.name, table.concat(names, ", "))
end

-- Files -------------------------------------------------------------------------------------------------------------

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
      out.field(row, page.name)
   end
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
      out.line("---No argument has this name.\n---@class %s\n", out.unknown)
      out.line "---@class pinecone.nothing"
      out.refuse_others()
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
      texts["lua/pinecone/meta/" .. file.module:match "[^.]*$" .. ".lua"] = text_of(model, file)
   end
   return texts
end

return types
