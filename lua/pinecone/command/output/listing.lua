-- Rows of one kind below each other: aligned for a person, with tabs between for a program.

local columns = require "pinecone.command.output.columns"
local json = require "pinecone.command.output.json"
local text = require "pinecone.command.output.text"

local listing = {}

local GAP = "  "
local NOTHING = "-"

-- How far a column that shrinks does so, in characters: before others are left out for it, and after. Names that a
-- schedule gives, nightly-20261121T060000Z, differ only at their end, and whoever is to delete them has to see it.
local COMFORTABLE, NARROWEST = 24, 8

local function titles(shown)
   local cells = {}
   for place, column in ipairs(shown) do
      cells[place] = column.title
   end
   return cells
end

--- A value as the API has it, on one line: what would end a cell, or a line, is taken out.
function listing.raw(value)
   if value == nil then
      return NOTHING
   elseif type(value) == "table" then
      return text.plain(json.encode(value))
   end
   return text.number(value)
end

local function reading(column)
   return columns.readings[column.as or "plain"]
end

local function readable(column, value, now)
   if value == nil or type(value) == "table" then
      return listing.raw(value)
   end
   return reading(column).read(value, now)
end

-- How wide each column would like to be.
local function widths_of(shown, lines)
   local widths = {}
   for place in ipairs(shown) do
      widths[place] = 0
      for _, cells in ipairs(lines) do
         widths[place] = math.max(widths[place], text.width(cells[place]))
      end
   end
   return widths
end

local function total(widths)
   local sum = -#GAP
   for _, width in ipairs(widths) do
      sum = sum + width + #GAP
   end
   return sum
end

-- The place of the column that gives away a character next; nil where all are as narrow as they may be.
local function widest_to_shrink(shown, widths, least)
   local place
   for candidate, column in ipairs(shown) do
      if column.shrinks and widths[candidate] > least and widths[candidate] > (widths[place] or 0) then
         place = candidate
      end
   end
   return place
end

-- Whether they fit then.
local function shrink(shown, widths, room, least)
   while total(widths) > room do
      local place = widest_to_shrink(shown, widths, least)
      if not place then
         return false
      end
      widths[place] = widths[place] - 1
   end
   return true
end

-- The place of the column that is left out next.
local function next_to_lose(shown)
   local place
   for candidate, column in ipairs(shown) do
      if column.loses and column.loses > (place and shown[place].loses or 0) then
         place = candidate
      end
   end
   return place
end

local function without(list, place)
   local left = {}
   for position, item in ipairs(list) do
      left[#left + 1] = position ~= place and item or nil
   end
   return left
end

-- Makes it fit: long names give way first, then whole columns, then names down to what can still be told apart.
-- Gives the columns, the lines and their widths; nil where the terminal is too narrow for that, too.
local function fit(shown, lines, room)
   local widths = widths_of(shown, lines)
   while not shrink(shown, widths, room, COMFORTABLE) do
      local place = next_to_lose(shown)
      if not place then
         break
      end
      shown = without(shown, place)
      local left = {}
      for row, cells in ipairs(lines) do
         left[row] = without(cells, place)
      end
      lines = left
      widths = widths_of(shown, lines)
   end
   if shrink(shown, widths, room, NARROWEST) then
      return shown, lines, widths
   end
end

local colours = { good = "\27[32m", bad = "\27[31m", busy = "\27[33m", head = "\27[1m" }
local PLAIN = "\27[0m"

local moods = {
   Ready = "good", Completed = "good", enabled = "good", ok = "good", fresh = "good",
   Failed = "bad", InitializationFailed = "bad", Cancelled = "bad", Terminated = "bad", Disabled = "bad",
   critical = "bad", none = "bad", late = "bad",
   Initializing = "busy", Pending = "busy", InProgress = "busy", paused = "busy", warning = "busy",
   Terminating = "busy", deleting = "busy", failing = "busy",
}

--- Colours a status by what it means.
function listing.colour(status, shown)
   local mood = moods[status]
   return mood and colours[mood] .. shown .. PLAIN or shown
end

local function painted(column, cell, padded, screen)
   return screen.has_colours and column.as == "status" and listing.colour(cell, padded) or padded
end

local function painted_title(padded, screen)
   return screen.has_colours and colours.head .. padded .. PLAIN or padded
end

local function line_of(shown, cells, widths, screen, is_head)
   local parts = {}
   for place, column in ipairs(shown) do
      local cell = text.shorten(cells[place], widths[place])
      local is_right = reading(column).is_right
      local needs_no_end = place == #shown and not is_right
      local padded = needs_no_end and cell or text.pad(cell, widths[place], is_right)
      parts[place] = is_head and painted_title(padded, screen) or painted(column, cells[place], padded, screen)
   end
   return table.concat(parts, GAP) .. "\n"
end

local function table_of(shown, lines, widths, screen)
   local out = {}
   for row, cells in ipairs(lines) do
      out[row] = line_of(shown, cells, widths, screen, row == 1)
   end
   return table.concat(out)
end

-- For a phone: below each other what does not fit beside each other.
local function stacked(shown, lines, screen)
   local heads, width, out = lines[1], 0, {}
   for place = 2, #heads do
      width = math.max(width, text.width(heads[place]))
   end
   local room = screen.width - width - 2 * #GAP
   for row = 2, #lines do
      local cells = lines[row]
      out[#out + 1] = painted(shown[1], cells[1], cells[1], screen) .. "\n"
      for place = 2, #heads do
         local cell = shown[place].shrinks and text.shorten(cells[place], math.max(room, NARROWEST)) or cells[place]
         local head = painted_title(text.pad(heads[place], width), screen)
         out[#out + 1] = GAP .. head .. GAP .. painted(shown[place], cells[place], cell, screen) .. "\n"
      end
   end
   return table.concat(out)
end

--- For a person.
-- @tparam table shown columns, see columns.lua
-- @tparam table rows
-- @tparam table screen `width`, `has_colours`, `now` (seconds since 1970)
-- @treturn string lines
function listing.aligned(shown, rows, screen)
   local lines = { titles(shown) }
   for _, row in ipairs(rows) do
      local cells = {}
      for place, column in ipairs(shown) do
         cells[place] = readable(column, columns.value(column, row), screen.now)
      end
      lines[#lines + 1] = cells
   end
   local fitting, fitting_lines, widths = fit(shown, lines, screen.width)
   if not fitting then
      return stacked(shown, lines, screen)
   end
   return table_of(fitting, fitting_lines, widths, screen)
end

--- For a program: all columns in a fixed order, values as the API has them, a dash where there is none.
function listing.tabbed(shown, rows)
   local lines = { table.concat(titles(shown), "\t") }
   for _, row in ipairs(rows) do
      local cells = {}
      for place, column in ipairs(shown) do
         cells[place] = listing.raw(columns.value(column, row))
      end
      lines[#lines + 1] = table.concat(cells, "\t")
   end
   return table.concat(lines, "\n") .. "\n"
end

return listing
