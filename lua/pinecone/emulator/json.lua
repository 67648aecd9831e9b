--- JSON for the emulator: lua-cjson decodes, an encoder of our own writes.
-- lua-cjson cannot tell `[]` from `{}` and prints whole floats in exponents;
-- a server that must look like Pinecone cannot afford either.
-- @module pinecone.emulator.json

local cjson = require("cjson").new()
local utf8 = require("pinecone.emulator.utf8")

cjson.decode_invalid_numbers(false)

local json = {}

--- JSON null, in decoded values and to be encoded.
json.null = cjson.null

local Array = {}
local LARGEST_WHOLE = 2 ^ 53

--- Marks a table as an array, so that it is written as `[]` when empty.
-- @tparam[opt] table list a sequence (a new one when absent)
-- @treturn table the same table
function json.array(list)
   return setmetatable(list or {}, Array)
end

local function has_infinity(value)
   if type(value) ~= "table" then
      return value == math.huge or value == -math.huge
   end
   for _, inner in pairs(value) do
      if has_infinity(inner) then
         return true
      end
   end
   return false
end

-- Written out, a number beyond all that there are has 309 digits or more, so
-- that one of the blocks that a text is cut into is all digits.
local BLOCK = 150
local DIGITS = "^" .. ("%d"):rep(BLOCK)

-- Only such a text can hold a number that lua-cjson takes for infinity.
local function may_hold_infinity(text)
   if text:find("[eE]%+?%d%d%d") then
      return true
   end
   for position = 1, #text, BLOCK do
      if text:find(DIGITS, position) then
         return true
      end
   end
   return false
end

--- Decodes JSON text.
-- @tparam string text
-- @return the value, or nil when the text is not JSON
-- @treturn[2] nil
-- @treturn[2] string what is wrong with it
function json.decode(text)
   if not utf8.is_valid(text) then
      return nil, "not UTF-8"
   end
   local ok, value = pcall(cjson.decode, text)
   if not ok then
      return nil, value
   elseif may_hold_infinity(text) and has_infinity(value) then
      return nil, "number out of range"
   end
   return value
end

local to_integer = math.tointeger or function(number) return number end

--- Makes whole numbers integers where Lua has them, all through a value.
-- @param value a decoded value
-- @return the same value; tables are changed in place
function json.with_integers(value)
   if type(value) == "table" then
      for key, inner in pairs(value) do
         value[key] = json.with_integers(inner)
      end
   elseif type(value) == "number" then
      return to_integer(value) or value
   end
   return value
end

local function escape_byte(character)
   return ("\\u%04x"):format(character:byte())
end

local escapes = setmetatable({
   ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
   ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}, { __index = function(_, character) return escape_byte(character) end })

local function encode_string(text)
   return '"' .. text:gsub('[%c"\\]', escapes) .. '"'
end

local function encode_number(number)
   if number ~= number or number == math.huge or number == -math.huge then
      error("not a JSON number: " .. tostring(number))
   end
   if number % 1 == 0 and math.abs(number) <= LARGEST_WHOLE then
      return ("%.0f"):format(number)
   end
   local short = ("%.14g"):format(number)
   return tonumber(short) == number and short or ("%.17g"):format(number)
end

local encode_value

local function encode_array(list, out)
   out[#out + 1] = "["
   for position, value in ipairs(list) do
      if position > 1 then
         out[#out + 1] = ","
      end
      encode_value(value, out)
   end
   out[#out + 1] = "]"
end

-- Keys are sorted so that the same value is always the same text.
local function encode_object(object, out)
   local keys = {}
   for key in pairs(object) do
      keys[#keys + 1] = tostring(key)
   end
   table.sort(keys)
   out[#out + 1] = "{"
   for position, key in ipairs(keys) do
      out[#out + 1] = (position > 1 and "," or "") .. encode_string(key) .. ":"
      encode_value(object[key], out)
   end
   out[#out + 1] = "}"
end

local encoders = {
   string = function(value, out) out[#out + 1] = encode_string(value) end,
   number = function(value, out) out[#out + 1] = encode_number(value) end,
   boolean = function(value, out) out[#out + 1] = tostring(value) end,
   userdata = function(_, out) out[#out + 1] = "null" end,
   table = function(value, out)
      if getmetatable(value) == Array or value[1] ~= nil then
         encode_array(value, out)
      else
         encode_object(value, out)
      end
   end,
}

function encode_value(value, out)
   local encoder = encoders[type(value)]
   if not encoder then
      error("cannot be JSON: " .. type(value))
   end
   encoder(value, out)
end

--- Encodes a value. Tables with a first element and those marked with
-- @{array} are arrays, all others objects with their keys sorted.
-- @param value
-- @treturn string
function json.encode(value)
   local out = {}
   encode_value(value, out)
   return table.concat(out)
end

return json
