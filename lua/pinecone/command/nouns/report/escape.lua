-- Makes other people's words harmless in a page: between tags and in quoted attributes alike.

local REPLACEMENT = "\239\191\189" -- U+FFFD

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local tail = "[\128-\191]"

-- What UTF-8 is made of beside ASCII: no overlong forms, no surrogates, nothing beyond U+10FFFF.
local sequences = {
   "^[\194-\223]" .. tail .. "$",
   "^\224[\160-\191]" .. tail .. "$",
   "^[\225-\236\238\239]" .. tail .. tail .. "$",
   "^\237[\128-\159]" .. tail .. "$",
   "^\240[\144-\191]" .. tail .. tail .. "$",
   "^[\241-\243]" .. tail .. tail .. tail .. "$",
   "^\244[\128-\143]" .. tail .. tail .. "$",
}

-- Well written, but none that a page may hold, or one that turns the text around it.
local unwanted = {
   "^\194[\128-\159]$", -- U+0080 to U+009F, more control characters
   "^\239\191[\190\191]$", -- U+FFFE and U+FFFF, which are none
   "^\226\128[\142\143\170-\174]$", "^\226\129[\166-\169]$", -- the other direction of writing
}

local function matches(bytes, patterns)
   for _, pattern in ipairs(patterns) do
      if bytes:find(pattern) then
         return true
      end
   end
   return false
end

-- A character of ASCII with what wrongly follows it, or one that goes on.
local function one(bytes)
   local first = bytes:sub(1, 1)
   if not first:find "[\128-\255]" then
      local safe = first:find "%c" and REPLACEMENT or entities[first] or first
      return safe .. (#bytes > 1 and REPLACEMENT or "")
   end
   return matches(bytes, sequences) and not matches(bytes, unwanted) and bytes or REPLACEMENT
end

--- Escapes a text.
-- @param shown anything; what is no string is shown as Lua shows it
-- @treturn string
local function escape(shown)
   shown = tostring(shown)
   if not shown:find "[%c&<>\"'\128-\255]" then
      return shown
   end
   return (shown:gsub(".[\128-\191]*", one))
end

return escape
