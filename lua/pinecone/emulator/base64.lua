--- Base64 with the standard alphabet and padding (RFC 4648, section 4).
-- @module pinecone.emulator.base64

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local values = {}
for position = 1, #ALPHABET do
   values[ALPHABET:byte(position)] = position - 1
end

local function symbol(value)
   return ALPHABET:sub(value + 1, value + 1)
end

--- Encodes bytes.
-- @tparam string bytes
-- @treturn string
function base64.encode(bytes)
   local out = {}
   for position = 1, #bytes, 3 do
      local first, second, third = bytes:byte(position, position + 2)
      local word = first * 65536 + (second or 0) * 256 + (third or 0)
      out[#out + 1] = symbol(math.floor(word / 262144))
         .. symbol(math.floor(word / 4096) % 64)
         .. (second and symbol(math.floor(word / 64) % 64) or "=")
         .. (third and symbol(word % 64) or "=")
   end
   return table.concat(out)
end

local function decode_group(group)
   local word = 0
   for position = 1, 4 do
      word = word * 64 + (values[group:byte(position)] or 0)
   end
   return string.char(math.floor(word / 65536), math.floor(word / 256) % 256, word % 256)
end

--- Decodes base64 text.
-- @tparam string text
-- @treturn string the bytes, or nil when the text is not base64
function base64.decode(text)
   local body, padding = text:match("^([%w+/]*)(=*)$")
   if not body or #text % 4 ~= 0 or #padding > 2 then
      return nil
   end
   local bytes = text:gsub("....", decode_group)
   return bytes:sub(1, #bytes - #padding)
end

return base64
