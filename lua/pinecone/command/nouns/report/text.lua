-- A report as text: for people on a terminal, for programs behind a pipe.

local collect = require "pinecone.command.nouns.report.collect"
local days = require "pinecone.command.nouns.report.days"
local listing = require "pinecone.command.output.listing"
local text = require "pinecone.command.output.text"
local words = require "pinecone.command.nouns.report.words"

local report_text = {}

local NARROWEST_NAME = 24 -- where names have less room in a row, each index has two lines
local INDENT = "  "

-- Pictures ------------------------------------------------------------------------------------------------------------

local marks = { one = "▄", several = "█", failed = "x", none = "·" }

local function picture_of(row)
   local drawn = {}
   for place, day in ipairs(row.days) do
      drawn[place] = marks[days.kind(day)]
   end
   return table.concat(drawn)
end

-- Parts beside each other, as many in a line as have room.
local function in_lines(parts, width)
   local lines, current = {}, parts[1]
   for place = 2, #parts do
      local longer = current .. INDENT .. parts[place]
      if text.width(longer) > width then
         lines[#lines + 1], current = current, parts[place]
      else
         current = longer
      end
   end
   lines[#lines + 1] = current
   return table.concat(lines, "\n") .. "\n"
end

local function legend(width)
   return in_lines({
      marks.one .. " one good", marks.several .. " several", marks.failed .. " only failed", marks.none .. " none",
      "(days in UTC)",
   }, width)
end

-- The first day at the left, today at the right.
local function axis(row)
   local first = days.said(row.days[1].date):upper()
   return text.pad(first, days.COUNT - #"TODAY") .. "TODAY"
end

-- Tables --------------------------------------------------------------------------------------------------------------

local function age_of(row)
   return row.newest and row.newest.age
end

local function unless_zero(field)
   return function(row) return row[field] > 0 and row[field] or nil end
end

local function table_columns(report)
   local shown = {
      { title = "INDEX", field = "index_name", shrinks = true },
      { title = "STATUS", field = "status", as = "status" },
      { title = "AGE", of = age_of, as = "span" },
      { title = "GOOD", field = "ready", as = "count" },
   }
   for _, field in ipairs { "failed", "running" } do
      shown[#shown + 1] = report.totals[field] > 0
         and { title = field:upper(), of = unless_zero(field), as = "count" } or nil
   end
   shown[#shown + 1] = { title = "SIZE", field = "size_bytes", as = "size" }
   shown[#shown + 1] = { title = axis(report.indexes[1]), of = picture_of }
   return shown
end

local function widest_name(rows)
   local width = 0
   for _, row in ipairs(rows) do
      width = math.max(width, text.width(text.plain(row.index_name)))
   end
   return width
end

-- The rows as a table, or nil where names have no room in it.
local function as_table(report, rows, screen)
   local names = math.min(widest_name(rows), NARROWEST_NAME)
   local nameless = {}
   for place, row in ipairs(rows) do
      nameless[place] = setmetatable({ index_name = ("n"):rep(names) }, { __index = row })
   end
   local shown = table_columns(report)
   local probe = listing.aligned(shown, nameless, { width = math.huge, now = report.time })
   if text.width(probe:match "^[^\n]*") > screen.width then
      return nil
   end
   return listing.aligned(shown, rows, { width = screen.width, has_colours = screen.has_colours, now = report.time })
end

-- Several lines each --------------------------------------------------------------------------------------------------

local function counts_of(row)
   local parts = { ("%s good"):format(text.count(row.ready)) }
   for _, field in ipairs { "failed", "running" } do
      parts[#parts + 1] = row[field] > 0 and ("%s %s"):format(text.count(row[field]), field) or nil
   end
   parts[#parts + 1] = text.size(row.size_bytes)
   return table.concat(parts, ", ")
end

-- Whether the counts of all have room beside their pictures.
local function have_room(rows, screen)
   for _, row in ipairs(rows) do
      if #INDENT + days.COUNT + #INDENT + text.width(counts_of(row)) > screen.width then
         return false
      end
   end
   return true
end

local function as_blocks(rows, screen)
   local width = math.min(widest_name(rows), math.max(8, screen.width - #"  deleted, 999 min old"))
   local between = have_room(rows, screen) and INDENT or "\n" .. INDENT
   local lines = { INDENT .. axis(rows[1]) }
   for _, row in ipairs(rows) do
      local name = text.pad(text.shorten(text.plain(row.index_name), width), width)
      local status = screen.has_colours and listing.colour(row.status, row.status) or row.status
      local age = row.newest and (", %s old"):format(text.span(row.newest.age)) or ""
      lines[#lines + 1] = name .. INDENT .. status .. age
      lines[#lines + 1] = text.wrap(INDENT .. picture_of(row) .. between .. counts_of(row), screen.width, INDENT)
   end
   return table.concat(lines, "\n") .. "\n"
end

-- Beneath ------------------------------------------------------------------------------------------------------------

local said = {
   none = "%d without a good backup", late = "%d late", failing = "%d failing", fresh = "%d fresh",
}

local function verdicts_of(totals)
   local parts = {}
   for _, status in ipairs(collect.statuses) do
      parts[#parts + 1] = said[status] and totals[status] > 0 and said[status]:format(totals[status]) or nil
   end
   return parts[1] and ": " .. table.concat(parts, ", ") or ""
end

local function totals_of(report)
   local totals = report.totals
   local lines = {
      text.many(totals.indexes, "index", "indexes") .. verdicts_of(totals),
      ("%s (%d good, %d failed, %d running), %s"):format(text.many(totals.backups, "backup"), totals.ready,
         totals.failed, totals.running, text.size(totals.size_bytes)),
   }
   if totals.deleted > 0 then
      lines[#lines + 1] = text.many(totals.deleted, "deleted index", "deleted indexes") .. " with backups"
   end
   lines[#lines + 1] = words.without_date(totals.without_date)
   local skipped = words.skipped(report.skipped)
   lines[#lines + 1] = skipped and "left out: " .. skipped
   return table.concat(lines, "\n") .. "\n"
end

local function head_of(report, width)
   local host = text.shorten(text.plain(report.host), width - #INDENT - #",")
   local place, time = ("Backups at %s,"):format(host), os.date("!%Y-%m-%d %H:%M UTC", report.time)
   local between = text.width(place) + 1 + #time > width and "\n" .. INDENT or " "
   return text.wrap(place, width, INDENT) .. between .. time .. "\n"
end

--- For a person.
-- @tparam table report see collect.lua
-- @tparam table screen `width`, `has_colours`
-- @treturn string lines
function report_text.for_people(report, screen)
   local head = head_of(report, screen.width)
   local rows = collect.worst_first(report.indexes)
   if #rows == 0 then
      return head .. "\n" .. text.wrap("There is no index to back up, and no backup.\n", screen.width, INDENT)
   end
   return table.concat({
      head, as_table(report, rows, screen) or as_blocks(rows, screen), legend(screen.width),
      text.wrap(totals_of(report), screen.width, INDENT),
   }, "\n")
end

local raw_columns = {
   { title = "INDEX", field = "index_name" },
   { title = "STATUS", field = "status" },
   { title = "NEWEST", of = function(row) return row.newest and row.newest.created_at end },
   { title = "NEWEST ID", of = function(row) return row.newest and row.newest.backup_id end },
   { title = "GOOD", field = "ready" },
   { title = "FAILED", field = "failed" },
   { title = "RUNNING", field = "running" },
   { title = "BYTES", field = "size_bytes" },
}

--- For a program: in the order of names, so that two reports can be compared line by line.
function report_text.for_programs(report)
   return listing.tabbed(raw_columns, report.indexes)
end

return report_text
