-- JSON as scripts and people want it from a command: fields in the order of their names, arrays that stay arrays where
-- they are empty, and strings that are good UTF-8 and harmless on a terminal.

local lazy = require "pinecone.lazy"

local characters = lazy.require "pinecone.command.output.characters"
local number = require "pinecone.command.output.number"

local json = {}

local Array = {}

--- Says that a table is an array, for where it has no elements that would show it.
function json.array(list)
   return setmetatable(list, Array)
end

--- A copy of an object with other fields.
function json.with(object, fields)
   local copy = {}
   for name, value in pairs(object) do
      copy[name] = value
   end
   for name, value in pairs(fields) do
      copy[name] = value
   end
   return copy
end

local NOT_A_CHARACTER = "\\ufffd"
local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escaped(bytes, code)
   if code == nil then
      return NOT_A_CHARACTER
   elseif escapes[bytes] then
      return escapes[bytes]
   end
   local is_as_it_is = characters.is_safe(code) or code > 0xFFFF
   return is_as_it_is and bytes or ("\\u%04x"):format(code)
end

-- Most strings have none: they are not looked at character by character.
local NOT_AS_IT_IS = '[%c"\\\128-\255]'

local function write_string(value)
   if not value:find(NOT_AS_IT_IS) then
      return '"' .. value .. '"'
   end
   local pieces = {}
   for _, bytes, code in characters.each(value) do
      pieces[#pieces + 1] = escaped(bytes, code)
   end
   return '"' .. table.concat(pieces) .. '"'
end

local write

local function write_array(list)
   local parts = {}
   for place, value in ipairs(list) do
      parts[place] = write(value)
   end
   return "[" .. table.concat(parts, ",") .. "]"
end

-- The arrays of the API that may be empty: in Lua they look like objects.
local arrays = { indexed = true }

local function write_object(object)
   local names, parts = {}, {}
   for name in pairs(object) do
      names[#names + 1] = name
   end
   table.sort(names)
   for place, name in ipairs(names) do
      local value = object[name]
      local is_empty_array = arrays[name] and type(value) == "table" and next(value) == nil
      parts[place] = write_string(name) .. ":" .. (is_empty_array and "[]" or write(value))
   end
   return "{" .. table.concat(parts, ",") .. "}"
end

local function write_number(value)
   if value ~= value or value == math.huge or value == -math.huge then
      return "null"
   end
   return number.written(value)
end

--- Whether a table is written as an array.
function json.is_array(value)
   return getmetatable(value) == Array or value[1] ~= nil
end

local writers = {
   string = write_string,
   number = write_number,
   boolean = tostring,
   table = function(value)
      return json.is_array(value) and write_array(value) or write_object(value)
   end,
}

function write(value)
   local writer = writers[type(value)]
   return writer and writer(value) or "null"
end

--- Writes a value on one line.
json.encode = write

return json
