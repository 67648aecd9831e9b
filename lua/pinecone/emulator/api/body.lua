--- Request bodies held against what an operation takes.
--
-- What an operation takes is a sequence of fields: `{ "name", "string",
-- required = true }`. Types are string, integer, number, boolean, tags (a map
-- of strings), strings (a sequence of them), object (taken as it is), list (a
-- sequence taken as it is), or a nested sequence of fields, where `strict =
-- true` beside it refuses unknown keys. JSON null is an absent field.
-- @module pinecone.emulator.api.body

local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")
local tables = require("pinecone.emulator.tables")

local body = {}

local function is_object(value)
   return type(value) == "table" and value[1] == nil
end

local function is_whole(value)
   return type(value) == "number" and value % 1 == 0
end

local function holds_strings(value)
   for _, inner in pairs(value) do
      if type(inner) ~= "string" then
         return false
      end
   end
   return true
end

local types = {
   string = { "a string", function(value) return type(value) == "string" end },
   boolean = { "a boolean", function(value) return type(value) == "boolean" end },
   number = { "a number", function(value) return type(value) == "number" end },
   integer = { "an integer", is_whole },
   object = { "a map", is_object },
   tags = { "a map of strings", function(value) return is_object(value) and holds_strings(value) end },
   strings = { "a sequence of strings", function(value) return tables.is_list(value) and holds_strings(value) end },
   list = { "a sequence", tables.is_list },
}

local read_fields

local function read_value(value, field)
   local kind = field[2]
   if type(kind) == "table" then
      if not is_object(value) then
         return nil, ("%s: invalid type, expected a map"):format(field[1])
      end
      return read_fields(value, kind, field.strict)
   end
   local words, accepts = types[kind][1], types[kind][2]
   if not accepts(value) then
      return nil, ("%s: invalid type, expected %s"):format(field[1], words)
   end
   return value
end

local function unknown_field(object, fields)
   local known = {}
   for _, field in ipairs(fields) do
      known[field[1]] = true
   end
   for key in pairs(object) do
      if not known[key] then
         return ("unknown field `%s`"):format(tostring(key))
      end
   end
end

function read_fields(object, fields, strict)
   local problem = strict and unknown_field(object, fields)
   if problem then
      return nil, problem
   end
   local read = {}
   for _, field in ipairs(fields) do
      local name, value = field[1], object[field[1]]
      if value == nil or value == json.null then
         if field.required then
            return nil, ("missing field `%s`"):format(name)
         end
      else
         read[name], problem = read_value(value, field)
         if problem then
            return nil, problem
         end
      end
   end
   return read
end

--- Holds a decoded value against fields.
-- @param value
-- @tparam table fields
-- @tparam[opt] boolean strict refuse unknown keys
-- @treturn table the fields that were given, or nil and what is wrong
function body.take(value, fields, strict)
   if not is_object(value) then
      return nil, "invalid type, expected a map"
   end
   return read_fields(value, fields, strict)
end

--- The failure of a body that is not what the operation takes.
-- @tparam table call
-- @tparam string problem
-- @treturn table
function body.unreadable(call, problem)
   return failure("unreadable_body", problem, #call.body)
end

--- Reads the body of a call.
-- @tparam table call with `body`, the text
-- @tparam table fields what the operation takes
-- @tparam[opt] boolean strict refuse unknown keys
-- @treturn table the fields that were given, or nil and the failure
function body.read(call, fields, strict)
   local text = call.body
   local object, problem
   if not text:find("%S") then
      problem = "EOF while parsing a value"
   else
      object, problem = json.decode(text)
      problem = problem and "expected value"
   end
   if not problem and text:find("^%s*%[") then
      problem = "invalid type, expected a map"
   end
   if not problem then
      object, problem = body.take(object, fields, strict)
   end
   if problem then
      return nil, body.unreadable(call, problem)
   end
   return object
end

return body
