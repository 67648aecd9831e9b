--- Which backups to keep, and which to delete. Nothing is sent.
--
-- `plan` decides, `pc:prune_backups` does it.
-- @module pinecone.retention

local calendar = require "pinecone.calendar"
local errors = require "pinecone.errors"
local policies = require "pinecone.policy"
local timeline = require "pinecone.timeline"
local timestamp = require "pinecone.timestamp"

local retention = {}

local floor = math.floor
local HOUR, DAY = 3600, 86400

-- Taking part -------------------------------------------------------------------------------------------------------

local NOT_NAMED = "not named by the policy"

local function is_filled(value)
   return type(value) == "string" and value ~= ""
end

-- Why a backup takes no part; nil where it does. A filter is asked last, because it may count on what finished backups
-- have.
local function objection(backup, policy, now)
   if type(backup) ~= "table" then
      return "no backup"
   end
   local name, prefix = backup.name, policy.name_prefix
   if prefix and not (type(name) == "string" and name:sub(1, #prefix) == prefix) then
      return NOT_NAMED
   elseif backup.status ~= "Ready" then
      return type(backup.status) == "string" and backup.status or "no status"
   elseif not is_filled(backup.backup_id) then
      return "no backup_id"
   elseif not is_filled(backup[policy.group_by]) then
      return "no " .. policy.group_by
   end
   local created = timeline.created(backup)
   if not created then
      return "no valid created_at"
   elseif created > now then
      return "made in the future"
   elseif policy.filter and not policy.filter(backup) then
      return NOT_NAMED
   end
end

-- Whether two rows of one backup say the same of it.
local function agree(one, other, group_by)
   return one.reason == other.reason
      and (one.reason ~= nil or (one.backup.created_at == other.backup.created_at
         and one.backup[group_by] == other.backup[group_by]))
end

-- Rows of `{ backup =, reason = }`. A list may hold a backup twice, because rows shift while its pages are asked for.
-- Where the two differ nobody knows which of them is right.
local function examine(backups, policy, now)
   local rows, by_id = {}, {}
   for _, backup in ipairs(backups) do
      local row = { backup = backup, reason = objection(backup, policy, now) }
      local id = type(backup) == "table" and is_filled(backup.backup_id) and backup.backup_id or row
      local earlier = by_id[id]
      if not earlier then
         by_id[id] = row
         rows[#rows + 1] = row
      elseif not agree(row, earlier, policy.group_by) then
         earlier.reason = "listed twice, with differences"
      end
   end
   return rows
end

local function order_of(row)
   local backup = row.backup
   return type(backup) == "table" and tostring(backup.created_at) .. " " .. tostring(backup.backup_id) or ""
end

local function part(rows)
   local candidates, untouched = {}, {}
   for _, row in ipairs(rows) do
      if row.reason then
         untouched[#untouched + 1] = row
      else
         candidates[#candidates + 1] = row.backup
      end
   end
   table.sort(untouched, function(one, other)
      return order_of(one) > order_of(other)
   end)
   return candidates, untouched
end

-- Rules -------------------------------------------------------------------------------------------------------------

-- The second of a time, for its period. A fraction is left out beforehand: a double has no room for nine digits of it,
-- and would round the last instant of a year into the next one.
local function second_of(row)
   return (timestamp((row.backup.created_at:gsub("%.%d+", ""))))
end

local function day_of(row)
   return floor(second_of(row) / DAY)
end

-- Each says in which period a backup was made. For the last n each backup is a period of its own.
local periods = {
   { field = "keep_last", reason = "last", of = function(row) return row end },
   { field = "keep_hourly", reason = "hourly", of = function(row) return floor(second_of(row) / HOUR) end },
   { field = "keep_daily", reason = "daily", of = day_of },
   -- 1 January 1970 was a Thursday, three days after a Monday
   { field = "keep_weekly", reason = "weekly", of = function(row) return floor((day_of(row) + 3) / 7) end },
   { field = "keep_monthly", reason = "monthly", of = function(row)
      local year, month = calendar.date(day_of(row))
      return year * 12 + month
   end },
   { field = "keep_yearly", reason = "yearly", of = function(row) return (calendar.date(day_of(row))) end },
}

local function keep(row, reason)
   row.reasons = row.reasons or {}
   table.insert(row.reasons, reason)
end

-- Keeps the newest of each of the last periods that have one.
local function keep_periods(rows, rule, count)
   local seen = {}
   for _, row in ipairs(rows) do
      local period = rule.of(row)
      if count > 0 and not seen[period] then
         seen[period], count = true, count - 1
         keep(row, rule.reason)
      end
   end
end

local function keep_within(rows, seconds)
   local newest = rows[1].created
   for _, row in ipairs(rows) do
      if newest - row.created <= seconds then
         keep(row, "within")
      end
   end
end

local function keep_least(rows, count)
   for _, row in ipairs(rows) do
      count = row.reasons and count - 1 or count
   end
   for _, row in ipairs(rows) do
      if count > 0 and not row.reasons then
         count = count - 1
         keep(row, "min_count")
      end
   end
end

-- The order of the rules is that of the reasons.
local function apply(policy, rows)
   for _, rule in ipairs(periods) do
      if policy[rule.field] then
         keep_periods(rows, rule, policy[rule.field])
      end
   end
   if policy.keep_within then
      keep_within(rows, policy.keep_within)
   end
   keep_least(rows, policy.min_count)
end

-- Groups keep the order of their rows.
local function groups_of(rows, field)
   local groups = {}
   for _, row in ipairs(rows) do
      local name = row.backup[field]
      groups[name] = groups[name] or {}
      table.insert(groups[name], row)
   end
   return groups
end

-- The plan ----------------------------------------------------------------------------------------------------------

local function check_backups(backups)
   if type(backups) ~= "table" then
      errors.misuse(("retention.plan: takes a sequence of backups, got a %s"):format(type(backups)))
   end
   for key in pairs(backups) do
      if type(key) ~= "number" then
         errors.misuse(("retention.plan: takes a sequence of backups; '%s' is not a place in it"):format(tostring(key)))
      end
   end
end

local function check_now(now)
   if type(now) ~= "number" or now ~= now or now == math.huge or now == -math.huge then
      errors.misuse(("retention.plan: 'now' must be seconds since 1970, got %s"):format(tostring(now)))
   end
end

--- Which backups a retention is about, and which of them stay. At least one of `name_prefix`, `filter` and `all` says
-- the first, and at least one rule whose name begins with "keep" the second.
-- @table Policy
-- @tfield[opt] string name_prefix names backups whose name begins so
-- @tfield[opt] function filter names backups for which it gives something true; it is only asked about such as could be
--   deleted
-- @tfield[opt] boolean all `true` names every backup; neither of the first two then
-- @tfield[opt] int keep_last keeps the newest n
-- @tfield[opt] int keep_hourly keeps the newest of each of the last n hours that have one
-- @tfield[opt] int keep_daily the same for days
-- @tfield[opt] int keep_weekly the same for weeks
-- @tfield[opt] int keep_monthly the same for months
-- @tfield[opt] int keep_yearly the same for years
-- @tfield[opt] int keep_within keeps all that are at most so many seconds older than the newest of the group
-- @tfield[opt=1] int min_count where the rules keep fewer of a group, its newest others are kept, too, up to so many
-- @tfield[opt="source_index_name"] string group_by or `"source_index_id"`, which parts an index from earlier ones of
--   its name

--- What a policy decides.
-- @table Plan
-- @tfield {KeptBackup,...} keep newest first
-- @tfield {Backup,...} remove newest first
-- @tfield {UntouchedBackup,...} untouched newest first

--- A backup that stays.
-- @table KeptBackup
-- @tfield Backup backup
-- @tfield {string,...} reasons `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly`, `within` or `min_count`

--- A backup that the policy leaves alone.
-- @table UntouchedBackup
-- @tfield Backup backup
-- @tfield string reason

--- Decides which backups to keep and which to delete. It changes nothing, and asks neither a server nor a clock.
--
-- A backup is kept where at least one rule keeps it. Periods are those of the calendar in UTC, weeks begin on Monday,
-- and a rule for periods keeps the newest backup of each of the last n that have one. Each group has its own count.
--
-- Only backups that the policy names take part, and of those only what is Ready and was made before `now`; all others
-- are neither kept nor deleted, but stand in `untouched`.
-- @function plan
-- @tparam {Backup,...} backups in any order
-- @tparam Policy policy
-- @tparam number now seconds since 1970
-- @treturn Plan
-- @raise for a policy that names no backups or keeps none, and for what is unknown or of the wrong type; and what the
--   filter raises
-- @usage
-- local policy = { all = true, keep_last = 1 }
-- local plan = pinecone.retention.plan(assert(pc:backups "movies":all()), policy, os.time())
-- for _, backup in ipairs(plan.remove) do print("would delete", backup.name) end
function retention.plan(backups, policy, now)
   check_backups(backups)
   policy = policies.complete("retention.plan", policy)
   check_now(now)
   local candidates, untouched = part(examine(backups, policy, now))
   local rows = timeline.newest_first(candidates)
   for _, group in pairs(groups_of(rows, policy.group_by)) do
      apply(policy, group)
   end
   local plan = { keep = {}, remove = {}, untouched = untouched }
   for _, row in ipairs(rows) do
      if row.reasons then
         table.insert(plan.keep, { backup = row.backup, reasons = row.reasons })
      else
         table.insert(plan.remove, row.backup)
      end
   end
   return plan
end

return retention
