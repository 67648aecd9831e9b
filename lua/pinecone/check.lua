-- Judges the backups of one index by what was gathered about it. No I/O.

local statuses = require "pinecone.statuses"
local timeline = require "pinecone.timeline"
local timestamp = require "pinecone.timestamp"

local OVERDUE = 3600 -- seconds; a run may be a little late
local AHEAD = 3600 -- seconds; the clocks of a service need not agree

local check = {}

--- How bad each verdict is.
check.severity = { ok = 0, warning = 1, critical = 2 }

-- Words ---------------------------------------------------------------------------------------------------------------

-- Days from two on only: limits are mostly given in hours, and "25 hours" compares better with those than "1 day".
local units = {
   { noun = "day", seconds = 86400, from = 2 * 86400 },
   { noun = "hour", seconds = 3600, from = 3600 },
   { noun = "minute", seconds = 60, from = 60 },
   { noun = "second", seconds = 1, from = 0 },
}

local function count(number, noun, nouns)
   return ("%d %s"):format(number, number == 1 and noun or nouns or noun .. "s")
end

-- A time of 0 seconds or more, to its second greatest unit.
local function span(seconds)
   for place, unit in ipairs(units) do
      if seconds >= unit.from then
         local text, smaller = count(math.floor(seconds / unit.seconds), unit.noun), units[place + 1]
         local rest = smaller and math.floor(seconds % unit.seconds / smaller.seconds) or 0
         return rest > 0 and text .. " " .. count(rest, smaller.noun) or text
      end
   end
end

-- Names and messages are the server's, and reasons go into logs.
local function on_one_line(text)
   return (text:gsub("%c", "?"))
end

local function word(value)
   if type(value) == "number" or type(value) == "string" and value ~= "" then
      return on_one_line(tostring(value))
   end
end

local function name_of(resource, id)
   return word(resource.name) or word(resource[id]) or "without a name"
end

local function name_of_backup(backup)
   return name_of(backup, "backup_id")
end

local function trouble(err)
   return ("%s (%s)"):format(on_one_line(err.message or "failed"), err.kind)
end

-- An age that is over a limit by less than one can see would look as if it were not.
local function older(backup, age, limit)
   local shown, allowed = span(age), span(limit)
   return ("the newest good backup, %s, is %s%s old; the limit is %s"):format(
      name_of_backup(backup), shown == allowed and "just over " or "", shown, allowed)
end

-- Times ---------------------------------------------------------------------------------------------------------------

-- In whole seconds, which is all that a server's date tells.
local function seconds_ahead(time, now)
   return math.floor(time) - now
end

local function seconds_since(time, now)
   return math.max(0, -seconds_ahead(time, now))
end

-- What there is -------------------------------------------------------------------------------------------------------

-- One that does not say when it was made counts as a failure only where there is nothing that it could be older than.
local function is_failure(backup, since, now)
   if not statuses.backup.bad[backup.status] then
      return false
   end
   local created = timeline.created(backup)
   return since == nil or (created ~= nil and created > since and seconds_ahead(created, now) <= AHEAD)
end

local function newest_failure(backups, since, now)
   for _, row in ipairs(timeline.newest_first(backups)) do
      if is_failure(row.backup, since, now) then
         return row.backup
      end
   end
end

-- The newest good backup with a date that can be believed, and when it was made; and the newest with one that cannot,
-- by which an index would be fresh for ever.
local function newest_good(backups, now)
   local ahead
   for _, row in ipairs(timeline.newest_first(backups)) do
      if statuses.backup.good[row.backup.status] then
         if seconds_ahead(row.created, now) <= AHEAD then
            return row.backup, row.created, ahead
         end
         ahead = ahead or row.backup
      end
   end
   return nil, nil, ahead
end

local function describe_backups(entry, backups, now)
   local created
   entry.backup, created, entry.ahead = newest_good(backups, now)
   entry.age = created and seconds_since(created, now)
   entry.failures, entry.running = 0, 0
   entry.last_failure = newest_failure(backups, created, now)
   for _, other in ipairs(backups) do
      local status = other.status
      if is_failure(other, created, now) then
         entry.failures = entry.failures + 1
      elseif not statuses.backup.good[status] and not statuses.backup.bad[status] then
         entry.running = entry.running + 1
      end
   end
end

-- A schedule that is paused may still tell a next run, which will not come.
local function describe_schedules(entry, schedules)
   for _, schedule in ipairs(schedules) do
      if schedule.enabled == true then
         local text = schedule.next_scheduled_run
         entry.schedule, entry.next_run = schedule, type(text) == "string" and timestamp(text) or nil
         return
      end
   end
end

-- What to make of it --------------------------------------------------------------------------------------------------

local function is_unseen(entry)
   return entry.error and "its backups could not be listed: " .. trouble(entry.error)
end

-- Of the good ones, none of which has a date that can be believed.
local function count_dates(backups)
   local ahead, dateless = 0, 0
   for _, backup in ipairs(backups) do
      if statuses.backup.good[backup.status] then
         local is_dated = timeline.created(backup) ~= nil
         ahead, dateless = ahead + (is_dated and 1 or 0), dateless + (is_dated and 0 or 1)
      end
   end
   return ahead, dateless
end

local function has_no_backup(entry, facts)
   if entry.error or entry.backup then
      return nil
   elseif #facts.backups == 0 then
      return "there is no backup"
   end
   local ahead, dateless = count_dates(facts.backups)
   local parts = {}
   for _, part in ipairs {
      { ahead, "in the future" }, { dateless, "without one" }, { entry.failures, "failed" },
      { entry.running, "not finished" },
   } do
      parts[#parts + 1] = part[1] > 0 and ("%d %s"):format(part[1], part[2]) or nil
   end
   return ("there is no good backup%s: %s"):format(ahead + dateless > 0 and " with a credible date" or "",
      table.concat(parts, ", "))
end

local function is_too_old(entry, _, rules)
   return entry.backup and entry.age > rules.max_age and older(entry.backup, entry.age, rules.max_age)
end

local function has_unknown_schedules(entry, _, rules)
   return rules.require_schedule and entry.schedule_error
      and "its schedules could not be read: " .. trouble(entry.schedule_error)
end

local function has_failed_since(entry, _, _, now)
   if not entry.backup or entry.failures == 0 then
      return nil
   end
   local last = entry.last_failure
   return ("%s failed since the newest good one; the last, %s, was begun %s ago"):format(
      count(entry.failures, "backup"), name_of_backup(last), span(seconds_since(timeline.created(last), now)))
end

local function is_ahead(entry, _, _, now)
   return entry.ahead and ("backup %s is dated %s in the future: the clocks differ, or it is wrong"):format(
      name_of_backup(entry.ahead), span(seconds_ahead(timeline.created(entry.ahead), now)))
end

local function is_old(entry, _, rules)
   return entry.backup and rules.warn_age and entry.age > rules.warn_age and entry.age <= rules.max_age
      and older(entry.backup, entry.age, rules.warn_age)
end

local function has_no_schedule(entry, facts, rules)
   if not rules.require_schedule or entry.schedule or not facts.schedules then
      return nil
   end
   return #facts.schedules == 0 and "it has no backup schedule" or "none of its backup schedules is enabled"
end

local function is_overdue(entry, _, _, now)
   local late = entry.next_run and seconds_since(entry.next_run, now) or 0
   return late > OVERDUE and ("schedule %s should have run %s ago"):format(
      name_of(entry.schedule, "schedule_id"), span(late))
end

-- Worst first. Each gives a reason where it finds one.
local judges = {
   { "critical", is_unseen },
   { "critical", has_no_backup },
   { "critical", is_too_old },
   { "critical", has_unknown_schedules },
   { "warning", has_failed_since },
   { "warning", is_ahead },
   { "warning", is_old },
   { "warning", has_no_schedule },
   { "warning", is_overdue },
}

local function judge(entry, facts, rules, now)
   for _, row in ipairs(judges) do
      local reason = row[2](entry, facts, rules, now)
      if reason then
         entry.verdict = entry.verdict or row[1]
         entry.reasons[#entry.reasons + 1] = reason
      end
   end
   if not entry.verdict then
      entry.verdict = "ok"
      entry.reasons[1] = ("backup %s is %s old"):format(name_of_backup(entry.backup), span(entry.age))
   end
   entry.reason = entry.reasons[1]
end

--- Judges one index.
-- @tparam table facts `index_name`; `backups`, all of them, or `error`; `schedules` or `schedule_error`, unless
--   there is `error`
-- @tparam table rules `max_age`, `warn_age`, `require_schedule`
-- @tparam number now whole seconds since 1970, by the server's clock
-- @treturn table an entry of `indexes`, as Client:check has it
function check.index(facts, rules, now)
   local entry = {
      index_name = facts.index_name, error = facts.error, schedule_error = facts.schedule_error, reasons = {},
   }
   if facts.backups then
      describe_backups(entry, facts.backups, now)
   end
   if facts.schedules then
      describe_schedules(entry, facts.schedules)
   end
   judge(entry, facts, rules, now)
   return entry
end

--- The entry of an index that a drill has left behind.
function check.leftover(index_name)
   local reason = "left behind by a drill: delete it"
   return { index_name = index_name, verdict = "warning", reason = reason, reasons = { reason } }
end

--- Sums up some entries. Where there is none, it is most likely that somebody has filtered all of them out.
-- @treturn string the worst verdict
-- @treturn string why
function check.summary(entries)
   local worst
   for _, entry in ipairs(entries) do
      if not worst or check.severity[entry.verdict] > check.severity[worst.verdict] then
         worst = entry
      end
   end
   if not worst then
      return "warning", "no index was looked at"
   elseif worst.verdict == "ok" then
      return "ok", count(#entries, "index has", "indexes have") .. " a fresh backup"
   end
   return worst.verdict, on_one_line(worst.index_name) .. ": " .. worst.reason
end

return check
