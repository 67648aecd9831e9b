-- Types as the language server for Lua writes them, out of those that LDoc has.

local luals = {}

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

local plain = {
   any = "any", boolean = "boolean", int = "integer", number = "number", string = "string", table = "table",
}

local function simple_type(name, owner, field)
   if name == "function" then
      return functions[owner .. "." .. field] or functions[field] or error("no signature of " .. owner .. "." .. field)
   end
   return plain[name] or "pinecone." .. name
end

local function in_brackets(text)
   return text:find "[|(]" and "(" .. text .. ")" or text
end

--- A type.
-- @tparam string text as LDoc has it
-- @tparam string owner the function or the table that it is of
-- @tparam string field its name there
-- @treturn string
function luals.type(text, owner, field)
   local value = text:match "^{%[string%]=(.+),%.%.%.}$"
   if value then
      return ("table<string, %s>"):format(luals.type(value, owner, field))
   end
   local item, more = text:match "^{([^{}]+),%.%.%.}(.*)$"
   if item then
      local others = more ~= "" and "|" .. luals.type(more:sub(2), owner, field) or ""
      return in_brackets(luals.type(item, owner, field)) .. "[]" .. others
   end
   local words = {}
   for word in text:gsub("^%?", ""):gmatch "[^|]+" do
      words[#words + 1] = simple_type(word, owner, field)
   end
   return table.concat(words, "|") .. (text:find "^%?" and "?" or "")
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

--- The type of a field.
-- @tparam table row of the model; `choices` is a type that is known better
-- @tparam string owner
-- @treturn string
function luals.field(row, owner)
   return row.choices or literal_type(luals.type(row.type, owner, row.name), row, owner)
end

return luals
