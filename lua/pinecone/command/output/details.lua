-- One thing, field by field, by the names that the API gives them.

local columns = require "pinecone.command.output.columns"
local json = require "pinecone.command.output.json"
local listing = require "pinecone.command.output.listing"
local text = require "pinecone.command.output.text"

local details = {}

local GAP = 2
local INDENT = "  "

-- What people look for first. The others follow in the order of their names.
local first = {
   "restore_job_id", "schedule_id", "backup_id", "name", "status", "source_index_name", "target_index_name",
   "record_count", "namespace_count", "size_bytes", "created_at", "completed_at",
}

-- What a person reads beside the API's own value, where that reads differently.
local beside = {
   size_bytes = "size", size = "size", next_scheduled_run = "age", record_count = "count", vector_count = "count",
}

local function reading_of(name)
   local kind = beside[name] or (name:find "_at$" and "age")
   return columns.readings[kind or "plain"]
end

local function names_of(resource)
   local names, rank = {}, {}
   for place, name in ipairs(first) do
      rank[name] = place
   end
   for name in pairs(resource) do
      names[#names + 1] = name
   end
   table.sort(names, function(one, other)
      local left, right = rank[one] or #first + 1, rank[other] or #first + 1
      if left ~= right then
         return left < right
      end
      return one < other
   end)
   return names
end

-- Fields of fields get names with dots: a long line of JSON is for programs.
local function flatten(resource, prefix, rows)
   for _, name in ipairs(names_of(resource)) do
      local value = resource[name]
      if type(value) == "table" and next(value) ~= nil and not json.is_array(value) then
         flatten(value, prefix .. name .. ".", rows)
      else
         rows[#rows + 1] = { name = text.plain(prefix .. name), field = name, value = value }
      end
   end
   return rows
end

-- Not 98 (98 B), nor 1200 (1,200).
local function is_easier(readable, raw)
   local digits = readable:gsub(",", ""):gsub(" B$", "")
   return readable ~= raw and (digits ~= raw or #raw > 4)
end

local function shown_value(row, now)
   local raw = listing.raw(row.value)
   local readable = type(row.value) ~= "table" and reading_of(row.field).read(row.value, now) or raw
   return is_easier(readable, raw) and ("%s (%s)"):format(raw, readable) or raw
end

local function painted(row, shown, screen)
   local is_status = row.name == "status" or row.name == "status.state"
   return screen.has_colours and is_status and listing.colour(row.value, shown) or shown
end

-- Beside its name where there is room, else below it.
local function line_of(row, width, screen)
   local shown = shown_value(row, screen.now)
   if text.width(row.name) <= width - GAP and width + text.width(shown) <= screen.width then
      return text.pad(row.name, width) .. painted(row, shown, screen) .. "\n"
   end
   return row.name .. "\n" .. painted(row, text.wrap(INDENT .. shown, screen.width, INDENT), screen) .. "\n"
end

-- Names that would take more than half of the line do not push all values to the right.
local function width_of_names(rows, screen)
   local width = 0
   for _, row in ipairs(rows) do
      local wanted = text.width(row.name) + GAP
      width = wanted <= screen.width / 2 and math.max(width, wanted) or width
   end
   return width
end

--- For a person: aligned, with sizes and ages beside the exact values.
-- @tparam table resource
-- @tparam table screen `width`, `has_colours`, `now` (seconds since 1970)
function details.aligned(resource, screen)
   local rows, lines = flatten(resource, "", {}), {}
   local width = width_of_names(rows, screen)
   for place, row in ipairs(rows) do
      lines[place] = line_of(row, width, screen)
   end
   return table.concat(lines)
end

--- For a program: a field on each line, with a tab before its value.
function details.tabbed(resource)
   local lines = {}
   for place, name in ipairs(names_of(resource)) do
      lines[place] = text.plain(name) .. "\t" .. listing.raw(resource[name]) .. "\n"
   end
   return table.concat(lines)
end

return details
