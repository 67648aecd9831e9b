--- Paths and queries, percent-decoded.
-- @module pinecone.emulator.api.uri

local utf8 = require("pinecone.emulator.utf8")

local uri = {}

local function decode_byte(digits)
   return string.char(tonumber(digits, 16))
end

--- Decodes percent-encoding.
-- @tparam string text
-- @treturn string or nil when the encoding is broken, or what comes out is not UTF-8
function uri.decode(text)
   if text:gsub("%%%x%x", ""):find("%", 1, true) then
      return nil
   end
   local decoded = text:gsub("%%(%x%x)", decode_byte)
   return utf8.is_valid(decoded) and decoded or nil
end

--- Splits a path into its decoded segments.
-- @tparam string path
-- @treturn table a sequence, or nil when the encoding is broken
function uri.segments(path)
   local segments = {}
   for segment in path:gmatch("/([^/]*)") do
      local decoded = uri.decode(segment)
      if not decoded then
         return nil
      end
      segments[#segments + 1] = decoded
   end
   return segments
end

--- Splits a query into its parameters.
-- @tparam string text without the question mark
-- @treturn table name to a sequence of values, or nil when the encoding is broken
function uri.query(text)
   local parameters = {}
   for pair in text:gmatch("[^&]+") do
      local name, value = pair:match("^([^=]*)=?(.*)$")
      name = uri.decode((name:gsub("+", " ")))
      value = uri.decode((value:gsub("+", " ")))
      if not name or not value then
         return nil
      end
      parameters[name] = parameters[name] or {}
      table.insert(parameters[name], value)
   end
   return parameters
end

return uri
