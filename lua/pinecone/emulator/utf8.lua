--- Whether text is UTF-8, on every Lua.
-- @module pinecone.emulator.utf8

local utf8 = {}

local TAIL = "[\128-\191]"

-- The forms of a character beyond ASCII: no longer than needed, no surrogates,
-- nothing beyond U+10FFFF.
local forms = {
   "^[\194-\223]" .. TAIL .. "()",
   "^\224[\160-\191]" .. TAIL .. "()",
   "^[\225-\236\238\239]" .. TAIL .. TAIL .. "()",
   "^\237[\128-\159]" .. TAIL .. "()",
   "^\240[\144-\191]" .. TAIL .. TAIL .. "()",
   "^[\241-\243]" .. TAIL .. TAIL .. TAIL .. "()",
   "^\244[\128-\143]" .. TAIL .. TAIL .. "()",
}

local function after_character(text, position)
   for _, form in ipairs(forms) do
      local following = text:match(form, position)
      if following then
         return following
      end
   end
end

--- Checks a text.
-- @tparam string text
-- @treturn boolean
function utf8.is_valid(text)
   local position = text:find("[\128-\255]")
   while position do
      local following = after_character(text, position)
      if not following then
         return false
      end
      position = text:find("[\128-\255]", following)
   end
   return true
end

return utf8
