-- Sizes, ages and the server's words, as people read them.

local lazy = require "pinecone.lazy"

local characters = lazy.require "pinecone.command.output.characters"
local number = require "pinecone.command.output.number"

local text = {}

-- Most texts are ASCII: they are not looked at character by character.
local NOT_ASCII, NOT_PLAIN = "[\128-\255]", "[^ -~]"

--- How many columns of a terminal it takes.
function text.width(shown)
   if not shown:find(NOT_ASCII) then
      return #shown
   end
   local width = 0
   for _, _, code in characters.each(shown) do
      width = width + characters.width(code)
   end
   return width
end

-- As much as fits into so many columns, with the marks that stand above its last letter.
local function first(shown, room)
   local last = 0
   for behind, _, code in characters.each(shown) do
      room = room - characters.width(code)
      if room < 0 then
         break
      end
      last = behind - 1
   end
   return shown:sub(1, last)
end

-- The same from the end. A mark is never taken without its letter.
local function last(shown, room)
   local starts, behind = {}, 1
   for next_place, _, code in characters.each(shown) do
      starts[#starts + 1] = { place = behind, width = characters.width(code) }
      behind = next_place
   end
   local from = behind
   for place = #starts, 1, -1 do
      room = room - starts[place].width
      if room < 0 then
         break
      end
      from = starts[place].width > 0 and starts[place].place or from
   end
   return shown:sub(from)
end

--- Cuts what is wider than there is room.
function text.cut(shown, width)
   if text.width(shown) <= width then
      return shown
   end
   return width < 1 and "" or first(shown, width - 1) .. "…"
end

--- Does so in the middle. More is left of the end: that is where names with a date in them differ.
function text.shorten(shown, width)
   if width < 1 or text.width(shown) <= width then
      return text.cut(shown, width)
   end
   local head = first(shown, math.ceil((width - 1) / 3))
   return head .. "…" .. last(shown, width - 1 - text.width(head))
end

--- Adds spaces up to a width, on the left where `is_right`.
function text.pad(shown, width, is_right)
   local spaces = (" "):rep(width - text.width(shown))
   return is_right and spaces .. shown or shown .. spaces
end

--- Takes out what a terminal would obey, and what is no text: names and descriptions are other people's.
function text.plain(shown)
   shown = tostring(shown)
   if not shown:find(NOT_PLAIN) then
      return shown
   end
   local pieces = {}
   for _, bytes, code in characters.each(shown) do
      pieces[#pieces + 1] = code and characters.is_safe(code) and bytes or "?"
   end
   return table.concat(pieces)
end

-- Colours take no room.
local function width_on_screen(shown)
   return text.width((shown:gsub("\27%[[%d;]*m", "")))
end

local function wrap_line(line, width, indent)
   local lines, current = {}, line:match "^ *"
   local is_empty = true
   for word in line:gmatch "[^ ]+" do
      if not is_empty and width_on_screen(current) + 1 + width_on_screen(word) > width then
         lines[#lines + 1], current, is_empty = current, indent, true
      end
      current, is_empty = current .. (is_empty and "" or " ") .. word, false
   end
   lines[#lines + 1] = current
   return table.concat(lines, "\n")
end

--- Breaks lines that are too long between two words. A word that alone is too long, such as a path, stays whole.
-- @tparam string shown lines
-- @tparam int width
-- @tparam[opt=""] string indent what the lines that are added begin with
function text.wrap(shown, width, indent)
   return (shown:gsub("[^\n]+", function(line)
      return width_on_screen(line) > width and wrap_line(line, width, indent or "") or nil
   end))
end

--- A number as JSON and scripts have it: 1000000, never 1e+06. What is none is shown as it is.
function text.number(value)
   return type(value) == "number" and number.written(value) or text.plain(value)
end

--- A number with its thousands apart: 1,234,567.
function text.count(value)
   local sign, whole, rest = text.number(value):match "^(%-?)(%d+)(.*)$"
   if type(value) ~= "number" or not sign or rest:find "e" then
      return text.number(value)
   end
   return sign .. whole:reverse():gsub("%d%d%d", "%0,"):reverse():gsub("^,", "") .. rest
end

--- One thing, or so many: 1 backup, 1,234 indexes.
-- @tparam number count
-- @tparam string noun
-- @tparam[opt] string nouns where an "s" does not do
function text.many(count, noun, nouns)
   return ("%s %s"):format(text.count(count), count == 1 and noun or nouns or noun .. "s")
end

local units = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" }

--- Bytes: 4303 is 4.2 KiB.
function text.size(bytes)
   if type(bytes) ~= "number" then
      return text.plain(bytes)
   elseif bytes < 1024 then
      return text.number(bytes) .. " B"
   end
   local value, place = bytes / 1024, 1
   while value >= 1023.95 and units[place + 1] do
      value, place = value / 1024, place + 1
   end
   return (value < 1e6 and "%.1f %s" or "%.1e %s"):format(value, units[place])
end

local spans = { { "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "s", 1 } }

--- Seconds, to the greatest unit that has two of them: 47 h says more than 1 d.
function text.span(seconds)
   for _, row in ipairs(spans) do
      if seconds >= 2 * row[2] or row[2] == 1 then
         return ("%.0f %s"):format(math.floor(seconds / row[2]), row[1])
      end
   end
end

--- Seconds as a clock counts them: 0:07, 12:40, 3:04:00.
function text.clock(seconds)
   seconds = math.max(0, math.floor(seconds)) -- somebody may have set the clock back
   local hours, minutes = math.floor(seconds / 3600), math.floor(seconds / 60) % 60
   if hours > 0 then
      return ("%d:%02d:%02d"):format(hours, minutes, seconds % 60)
   end
   return ("%d:%02d"):format(minutes, seconds % 60)
end

return text
