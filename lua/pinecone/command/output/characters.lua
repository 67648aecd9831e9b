-- The characters of a text in UTF-8: which of them may be shown, and how many columns of a terminal each takes.

local characters = {}

-- Lead bytes up to `last`: how many bytes, what the lead byte counts from, and the least code that needs so many.
local forms = {
   { last = 0x7F, length = 1, base = 0, least = 0 },
   { last = 0xC1 }, -- goes on where nothing began, or is longer than it need be
   { last = 0xDF, length = 2, base = 0xC0, least = 0x80 },
   { last = 0xEF, length = 3, base = 0xE0, least = 0x800 },
   { last = 0xF4, length = 4, base = 0xF0, least = 0x10000 },
   { last = 0xFF },
}

local function form_of(lead)
   for _, form in ipairs(forms) do
      if lead <= form.last then
         return form
      end
   end
end

-- The code at a place and the place behind it; nil and the next byte where there is no character.
local function decode(shown, place)
   local lead = shown:byte(place)
   local form = form_of(lead)
   if not form.length then
      return nil, place + 1
   end
   local code = lead - form.base
   for next_place = place + 1, place + form.length - 1 do
      local byte = shown:byte(next_place)
      if not byte or byte < 0x80 or byte > 0xBF then
         return nil, place + 1
      end
      code = code * 64 + byte - 0x80
   end
   local is_one = code >= form.least and code <= 0x10FFFF and (code < 0xD800 or code > 0xDFFF)
   return is_one and code or nil, is_one and place + form.length or place + 1
end

--- Goes through a text.
-- @tparam string shown
-- @treturn function an iterator: the place behind a character, its bytes, and its code, nil for a byte that is none
function characters.each(shown)
   return function(_, place)
      if place <= #shown then
         local code, behind = decode(shown, place)
         return behind, shown:sub(place, behind - 1), code
      end
   end, nil, 1
end

local function holds(ranges, code)
   for _, range in ipairs(ranges) do
      if code <= range[2] then
         return code >= range[1]
      end
   end
   return false
end

-- What a terminal obeys, what turns the direction of a line, and what nobody sees, so that two names look the same.
local unsafe = {
   { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0x061C, 0x061C }, { 0x200B, 0x200B }, { 0x200E, 0x200F }, { 0x2028, 0x202E },
   { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE007F },
}

-- Of those that stand above or below another, and those that take two columns: the blocks that names are written in.
local above = {
   { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
   { 0x093C, 0x093C }, { 0x0941, 0x0948 }, { 0x094D, 0x094D }, { 0x0E31, 0x0E31 }, { 0x0E34, 0x0E3A },
   { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF },
   { 0x302A, 0x302D }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
}
local wide = {
   { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0x33FF }, { 0x3400, 0x4DBF }, { 0x4E00, 0xA4CF },
   { 0xA960, 0xA97F }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 },
   { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD },
}

--- Whether it may stand on somebody's terminal.
function characters.is_safe(code)
   return not holds(unsafe, code)
end

--- How many columns it takes; a byte that is no character takes one.
function characters.width(code)
   if code == nil or code < 0x300 then
      return 1
   end
   return holds(above, code) and 0 or holds(wide, code) and 2 or 1
end

return characters
