-- What a report tells, whatever it is written as.

local days = require "pinecone.command.nouns.report.days"
local json = require "pinecone.command.output.json"
local pinecone = require "pinecone"

local collect = {}

local outcomes = { Ready = "ready", Failed = "failed", InitializationFailed = "failed" }

--- The statuses of indexes, worst first.
-- `late` is what has no good backup that is young enough, `failing` what has one, but failed to make another since.
collect.statuses = { "none", "late", "failing", "fresh", "deleted" }

local rank = {}
for place, status in ipairs(collect.statuses) do
   rank[status] = place
end

-- One index ---------------------------------------------------------------------------------------------------------

local function new_row(name, now)
   return {
      index_name = name, ready = 0, failed = 0, running = 0, size_bytes = 0, without_date = 0, days = days.new(now),
   }
end

local function time_of(backup)
   local said = backup.created_at
   return type(said) == "string" and pinecone.timestamp(said) or nil
end

local function size_of(backup)
   local size = backup.size_bytes
   return type(size) == "number" and size >= 0 and size < math.huge and size or nil
end

-- Of two that are equally old it is always the same one, so that the order of a list decides nothing.
local function is_newer(time, backup, than)
   if not than or time ~= than.time then
      return not than or time > than.time
   end
   return tostring(backup.backup_id) > tostring(than.backup.backup_id)
end

local function count_day(row, backup, outcome, time, now)
   local day = row.days[days.place(time, now)]
   if not day or outcome == "running" then
      return
   end
   day[outcome] = day[outcome] + 1
   if outcome == "ready" and is_newer(time, backup, day.newest) then
      day.newest = { backup = backup, time = time }
   end
end

local function add(row, backup, now)
   local outcome, time = outcomes[backup.status] or "running", time_of(backup)
   row[outcome] = row[outcome] + 1
   row.size_bytes = row.size_bytes + (size_of(backup) or 0)
   if not days.is_credible(time, now) then
      row.without_date = row.without_date + 1
      return
   end
   count_day(row, backup, outcome, time, now)
   if outcome == "ready" and is_newer(time, backup, row.newest) then
      row.newest = { backup = backup, time = time }
   elseif outcome == "failed" and time > (row.last_failure or -math.huge) then
      row.last_failure = time
   end
end

local function described(newest, now)
   local backup = newest.backup
   return {
      backup_id = backup.backup_id, name = backup.name, created_at = backup.created_at, time = newest.time,
      age = math.max(0, math.floor(now - newest.time)), size_bytes = size_of(backup),
      record_count = backup.record_count,
   }
end

local function status_of(row, max_age)
   if row.deleted then
      return "deleted"
   elseif not row.newest then
      return "none"
   elseif row.newest.age > max_age then
      return "late"
   end
   return (row.last_failure or 0) > row.newest.time and "failing" or "fresh"
end

local function finish(row, settings)
   row.newest = row.newest and described(row.newest, settings.time)
   row.status = status_of(row, settings.max_age)
   row.last_failure = nil
   for _, day in ipairs(row.days) do
      day.size_bytes = day.newest and size_of(day.newest.backup)
      day.newest = nil
   end
end

-- All of them -------------------------------------------------------------------------------------------------------

local function rows_of(backups, now)
   local rows = {}
   for _, backup in ipairs(backups) do
      local name = tostring(backup.source_index_name or "")
      rows[name] = rows[name] or new_row(name, now)
      add(rows[name], backup, now)
   end
   return rows
end

-- Gives rows to those without any backup, and says which are deleted and which need none.
local function match(rows, indexes, now)
   local exists, skipped = {}, json.array {}
   for _, index in ipairs(indexes) do
      local name = tostring(index.name or "")
      exists[name] = true
      local is_wanted, reason = pinecone.wants_backup(index)
      if not rows[name] and is_wanted then
         rows[name] = new_row(name, now)
      elseif not rows[name] then
         skipped[#skipped + 1] = { index_name = name, reason = reason }
      end
   end
   for name, row in pairs(rows) do
      row.deleted = not exists[name]
   end
   table.sort(skipped, function(one, other) return one.index_name < other.index_name end)
   return skipped
end

local sums = { "ready", "failed", "running", "size_bytes", "without_date" }

local function totals_of(rows)
   local totals = { indexes = 0 }
   for _, name in ipairs(collect.statuses) do
      totals[name] = 0
   end
   for _, name in ipairs(sums) do
      totals[name] = 0
   end
   local statuses = {}
   for _, row in ipairs(rows) do
      totals.indexes = totals.indexes + (row.deleted and 0 or 1)
      statuses[row.status] = (statuses[row.status] or 0) + 1
      for _, name in ipairs(sums) do
         totals[name] = totals[name] + row[name]
      end
   end
   totals.backups = totals.ready + totals.failed + totals.running
   for status, number in pairs(statuses) do
      totals[status] = number
   end
   return totals
end

--- Tells what is backed up, from what was listed.
-- @tparam table indexes of the project
-- @tparam table backups of the project, those of deleted indexes, too
-- @tparam table settings `time` (whole seconds since 1970), `max_age` (seconds), `host`
-- @treturn table `time`, `generated_at`, `max_age`, `host`, `totals`, `skipped` (`index_name`, `reason`) and `indexes`,
--   in the order of names, each with `index_name`, `status`, `deleted`, `newest`, `ready`, `failed`, `running`,
--   `size_bytes`, `without_date` (how many backups have none that can be believed) and `days`, see days.lua
function collect.report(indexes, backups, settings)
   local rows = rows_of(backups, settings.time)
   local report = {
      time = settings.time, generated_at = os.date("!%Y-%m-%dT%H:%M:%SZ", settings.time), max_age = settings.max_age,
      host = settings.host, skipped = match(rows, indexes, settings.time), indexes = json.array {},
   }
   for _, row in pairs(rows) do
      finish(row, settings)
      report.indexes[#report.indexes + 1] = row
   end
   table.sort(report.indexes, function(one, other) return one.index_name < other.index_name end)
   report.totals = totals_of(report.indexes)
   return report
end

--- The same rows, worst first, those of one status in the order of names.
function collect.worst_first(rows)
   local sorted = {}
   for place, row in ipairs(rows) do
      sorted[place] = row
   end
   table.sort(sorted, function(one, other)
      if one.status ~= other.status then
         return rank[one.status] < rank[other.status]
      end
      return one.index_name < other.index_name
   end)
   return sorted
end

--- Asks for what there is, and reports it.
-- @tparam Client client
-- @tparam table settings `max_age`, `host`
-- @treturn[1] table see report
-- @treturn[2] nil
-- @treturn[2] table the error
function collect.ask(client, settings)
   local pages = client:backups()
   local backups, err = pages:all()
   if not backups then
      return nil, err
   end
   -- After the backups: what is listed only now has none yet, while the other way round it would look deleted.
   local indexes
   indexes, err = client:indexes():all()
   if not indexes then
      return nil, err
   end
   return collect.report(indexes, backups, {
      time = math.floor(pages:date() or os.time()), max_age = settings.max_age, host = settings.host,
   })
end

return collect
