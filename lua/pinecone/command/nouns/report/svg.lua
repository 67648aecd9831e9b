-- The pictures of a report. Every day is 8 units wide; good backups stand on a line, failed ones hang beneath it.

local days = require "pinecone.command.nouns.report.days"
local escape = require "pinecone.command.nouns.report.escape"
local text = require "pinecone.command.output.text"

local svg = {}

local STEP, BAR, GROUND, HEIGHT = 8, 6, 26, 34
local LOWEST, HIGHEST = 7, 24 -- of a bar
local WIDTH = days.COUNT * STEP
local ROOM_FOR_TODAY = 11 -- days that the last word of an axis takes, and a date before it, where there is little room

local function x_of(place)
   return (place - 1) * STEP + 1
end

local function rectangle(x, width, height)
   return ("M%s %dv-%dh%sv%dz"):format(x, GROUND, height, width, height)
end

-- Two thin bars for several backups: colour alone would not do.
local function bar(place, day, height)
   local x = x_of(place)
   local drawn = day.ready > 1 and rectangle(x, "2.5", height) .. rectangle(x + 3.5, "2.5", height)
      or rectangle(x, BAR, height)
   return ('<path class="g" d="%s"/>'):format(drawn)
end

local function failure(place)
   return ('<path class="f" d="M%d %dh6v5h-6z"/>'):format(x_of(place), GROUND + 3)
end

local function dash(place)
   return ("M%d %dh6"):format(x_of(place), GROUND - 1)
end

local function picture(id, title, description, parts, height)
   return ('<svg viewBox="0 0 %d %d" role="img" aria-labelledby="%st %sd"><title id="%st">%s</title><desc id="%sd">%s'
      .. "</desc>%s</svg>"):format(WIDTH, height, id, id, id, title, id, description, table.concat(parts))
end

-- One index ---------------------------------------------------------------------------------------------------------

local function tooltip(day)
   local parts = {}
   if day.ready > 0 then
      parts[1] = ("%d good%s"):format(day.ready, day.size_bytes and ", " .. text.size(day.size_bytes) or "")
   end
   if day.failed > 0 then
      parts[#parts + 1] = day.failed .. " failed"
   end
   return days.said(day.date) .. ": " .. table.concat(parts, ", ")
end

local function largest(row)
   local most = 0
   for _, day in ipairs(row.days) do
      most = math.max(most, day.size_bytes or 0)
   end
   return most
end

local function height_of(day, most)
   if most == 0 or not day.size_bytes then
      return HIGHEST
   end
   return math.floor(LOWEST + (HIGHEST - LOWEST) * day.size_bytes / most + 0.5)
end

local function number_of(kinds, kind)
   return text.many(kinds[kind] or 0, "day")
end

local function description_of(row)
   local kinds = {}
   for _, day in ipairs(row.days) do
      local kind = days.kind(day)
      kinds[kind] = (kinds[kind] or 0) + 1
   end
   local good = (kinds.one or 0) + (kinds.several or 0)
   return ("Good backups on %s, only failed ones on %s, none on %s."):format(text.many(good, "day"),
      number_of(kinds, "failed"), number_of(kinds, "none"))
end

--- The last days of an index: a bar for each, as high as the newest good backup of the day is large beside the others.
-- @tparam table row see collect.lua
-- @tparam string id that no other picture of the page has
function svg.timeline(row, id)
   local parts, most, empty = {}, largest(row), {}
   for place, day in ipairs(row.days) do
      if day.ready + day.failed > 0 then
         parts[#parts + 1] = ("<g><title>%s</title>%s%s</g>"):format(tooltip(day),
            day.ready > 0 and bar(place, day, height_of(day, most)) or "", day.failed > 0 and failure(place) or "")
      end
      empty[#empty + 1] = day.ready == 0 and dash(place) or nil
   end
   parts[#parts + 1] = #empty > 0 and ('<path class="n" d="%s"/>'):format(table.concat(empty)) or nil
   return picture(id, "The last 30 days of " .. escape(row.index_name), description_of(row), parts, HEIGHT)
end

-- All of them -------------------------------------------------------------------------------------------------------

-- How many indexes, and on each day how many of them got a good backup.
local function coverage_of(rows)
   local total, covered, list = 0, {}, nil
   for _, row in ipairs(rows) do
      if not row.deleted then
         total, list = total + 1, list or row.days
         for place, day in ipairs(row.days) do
            covered[place] = (covered[place] or 0) + (day.ready > 0 and 1 or 0)
         end
      end
   end
   return total, covered, list
end

local samples = {
   { kind = "a good backup", ready = 1, failed = 0 }, { kind = "several", ready = 2, failed = 0 },
   { kind = "failed", ready = 0, failed = 1 }, { kind = "none", ready = 0, failed = 0 },
}

--- What the pictures show, one by one: a sequence of `picture` and `words`.
function svg.legend()
   local list = {}
   for place, day in ipairs(samples) do
      local drawn = day.ready > 0 and bar(1, day, HIGHEST) or ('<path class="n" d="%s"/>'):format(dash(1))
      list[place] = {
         picture = ('<svg viewBox="0 0 %d %d" aria-hidden="true">%s%s</svg>'):format(STEP, HEIGHT, drawn,
            day.failed > 0 and failure(1) or ""),
         words = day.kind,
      }
   end
   return list
end

--- How many of the indexes got a good backup on each day; nil where there is no index.
function svg.coverage(rows)
   local total, covered, list = coverage_of(rows)
   if total == 0 then
      return nil
   end
   local parts = {}
   for place, number in ipairs(covered) do
      local height = math.ceil(HIGHEST * number / total)
      parts[place] = ("<g><title>%s: %d of %d</title>%s%s</g>"):format(days.said(list[place].date), number, total,
         ('<path class="t" d="%s"/>'):format(rectangle(x_of(place), BAR, HIGHEST)),
         number > 0 and ('<path class="g" d="%s"/>'):format(rectangle(x_of(place), BAR, height)) or "")
   end
   return picture("all", "Indexes with a good backup, day by day",
      ("Today %d of %d, yesterday %d."):format(covered[#covered], total, covered[#covered - 1]), parts, GROUND)
end

-- The numbers that days have since 1970 tell the day of the week; the first Monday had 4.
local function is_monday(number)
   return (number - 4) % 7 == 0
end

--- Dates beside the pictures: Mondays, and today. In HTML, as the letters of a picture would grow with it.
-- @tparam table list of days
-- @tparam number now seconds since 1970
function svg.axis(list, now)
   local parts, before = {}, math.floor(now / 86400) - #list
   for place, day in ipairs(list) do
      if is_monday(before + place) and place <= #list - ROOM_FOR_TODAY then
         parts[#parts + 1] = ('<span style="left:%.1f%%">%s</span>'):format(100 * x_of(place) / WIDTH,
            days.said(day.date))
      end
   end
   return ('<div class="axis" aria-hidden="true">%s<span>today</span></div>'):format(table.concat(parts))
end

return svg
