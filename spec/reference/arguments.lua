-- Classes of the tables of named fields that functions take.

local core = require "pinecone.core"

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
            out.field(row, owner)
         end
      end
   end
   out.refuse_others()
   out.line ""
end

--- Writes the classes of a parameter that is a table of named fields.
-- @tparam table out a writer
-- @tparam table item the function, as the model has it
-- @tparam table parameter
-- @treturn string its type
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

return add_arguments
