-- Prometheus text from what Client:check found. No I/O.

local check = require "pinecone.check"
local errors = require "pinecone.errors"
local timeline = require "pinecone.timeline"

local DAY = 86400

-- A month is taken as its longest, so that no alert comes early.
local intervals = { daily = DAY, weekly = 7 * DAY, monthly = 31 * DAY }

-- What is true of each index, nil where it is not known: a 0 would be a lie that somebody is woken by, or is not.
local families = {
   {
      name = "pinecone_backup_last_successful_timestamp",
      help = "When the newest Ready backup was made, in seconds since 1970.",
      value = function(entry) return entry.backup and timeline.created(entry.backup) end,
   },
   {
      name = "pinecone_backup_last_status",
      help = "1 where the newest backup that is finished is Ready, 0 where it failed.",
      value = function(entry)
         if entry.failures and entry.failures > 0 then
            return 0
         end
         return entry.backup and 1
      end,
   },
   {
      name = "pinecone_backup_failures_since_success",
      help = "Backups that failed since the newest Ready one was made.",
      value = function(entry) return entry.failures end,
   },
   {
      name = "pinecone_backup_running",
      help = "Backups that are not finished.",
      value = function(entry) return entry.running end,
   },
   {
      name = "pinecone_backup_records",
      help = "Records in the newest Ready backup.",
      value = function(entry) return entry.backup and entry.backup.record_count end,
   },
   {
      name = "pinecone_backup_size_bytes",
      help = "Size of the newest Ready backup.",
      value = function(entry) return entry.backup and entry.backup.size_bytes end,
   },
   {
      name = "pinecone_schedule_enabled",
      help = "1 where the index has an enabled backup schedule, else 0.",
      value = function(entry)
         if entry.schedule then
            return 1
         end
         return entry.failures and not entry.schedule_error and 0 -- without failures nobody has looked
      end,
   },
   {
      name = "pinecone_schedule_next_run_timestamp",
      help = "When the enabled backup schedule is due, in seconds since 1970.",
      value = function(entry) return entry.next_run end,
   },
   {
      name = "pinecone_schedule_expected_interval_seconds",
      help = "Time between two runs of the enabled backup schedule; a month has 31 days.",
      value = function(entry) return entry.schedule and intervals[entry.schedule.frequency] end,
   },
   {
      name = "pinecone_backup_check_status",
      help = "What the check says of the index: 0 ok, 1 warning, 2 critical.",
      value = function(entry) return check.severity[entry.verdict] end,
   },
}

-- Text ----------------------------------------------------------------------------------------------------------------

-- The shortest text that reads back as the same number, with a dot whatever the locale writes.
local function number(value)
   if value % 1 == 0 then
      return ("%.0f"):format(value)
   end
   local text
   for digits = 14, 17 do
      text = ("%%.%dg"):format(digits):format(value)
      if tonumber(text) == value then
         break
      end
   end
   return (text:gsub("[^%de+-]+", "."))
end

local function is_number(value)
   return type(value) == "number" and value - value == 0 -- neither infinite nor none at all
end

local escapes = { ["\\"] = "\\\\", ["\""] = "\\\"", ["\n"] = "\\n" }

local function label(value)
   return (value:gsub('[\\"\n]', escapes))
end

local function add_family(lines, name, help, samples)
   if #samples == 0 then
      return
   end
   lines[#lines + 1] = ("# HELP %s %s"):format(name, help)
   lines[#lines + 1] = ("# TYPE %s gauge"):format(name)
   for _, sample in ipairs(samples) do
      lines[#lines + 1] = name .. sample
   end
end

local function samples_of(family, entries)
   local samples = {}
   for _, entry in ipairs(entries) do
      local value = family.value(entry)
      if is_number(value) then
         samples[#samples + 1] = ('{index="%s"} %s'):format(label(entry.index_name), number(value))
      end
   end
   return samples
end

local function is_entry(entry)
   return type(entry) == "table" and type(entry.index_name) == "string" and check.severity[entry.verdict] ~= nil
end

local function check_argument(checked)
   local is_one = type(checked) == "table" and is_number(checked.time) and type(checked.indexes) == "table"
   for _, entry in ipairs(is_one and checked.indexes or {}) do
      is_one = is_one and is_entry(entry)
   end
   if not is_one then
      errors.misuse(("metrics: takes what client:check gave, got %s"):format(
         type(checked) == "table" and "another table" or "a " .. type(checked)))
   end
end

local function metrics(checked)
   check_argument(checked)
   local lines = {}
   for _, family in ipairs(families) do
      add_family(lines, family.name, family.help, samples_of(family, checked.indexes))
   end
   add_family(lines, "pinecone_backup_check_timestamp", "When the check was made, in seconds since 1970.",
      { " " .. number(checked.time) })
   return table.concat(lines, "\n") .. "\n"
end

return metrics
