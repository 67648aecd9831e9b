-- Backup schedules: they fire, and what they made expires.

local calendar = require("pinecone.emulator.calendar")
local failure = require("pinecone.emulator.failure")
local rows = require("pinecone.emulator.state.rows")
local rules = require("pinecone.emulator.state.rules")

local methods, events = {}, {}

local LONGEST_BACKUP_NAME = 45

local function following_month(date)
   if date.month == 12 then
      date.year, date.month = date.year + 1, 1
   else
      date.month = date.month + 1
   end
   return calendar.days_in_month(date.year, date.month)
end

-- The run after `time`. A month later means the same day of the next month,
-- and where it is shorter its last day, or the month after, as the options
-- say; `day` remembers the day meant.
local next_run = {
   daily = function(time) return time + calendar.DAY end,
   weekly = function(time) return time + 7 * calendar.DAY end,
   monthly = function(time, day, options)
      local date = calendar.parts(time)
      local days = following_month(date)
      while days < day and options.month_end == "skip" do
         days = following_month(date)
      end
      date.day = math.min(day, days)
      return calendar.time(date)
   end,
}

-- A new cadence starts on the following day, or a period later.
local function first_run(self, schedule)
   local today = math.floor(self.time / calendar.DAY) * calendar.DAY
   if self.options.first_run == "next_day" then
      return today + calendar.DAY + schedule.seconds_of_day
   end
   local run = today + schedule.seconds_of_day
   return next_run[schedule.frequency](run, calendar.parts(run).day, self.options)
end

local function check_retention(self, days)
   if days and (days < 1 or days > self.options.max_retention_days) then
      return failure("invalid_retention", self.options.max_retention_days)
   end
end

local function check_frequency(frequency)
   if frequency and not next_run[frequency] then
      return failure("invalid_frequency", frequency)
   end
end

local function schedules_of(self, index_id)
   return rows.select(self.data.schedules, function(schedule)
      return schedule.index_id == index_id
   end)
end

local function has_enabled(self, index_id)
   for _, schedule in ipairs(schedules_of(self, index_id)) do
      if schedule.enabled then
         return true
      end
   end
   return false
end

-- Sets the next run and the day of the month that monthly runs keep to.
local function set_next_run(self, schedule, at)
   schedule.next_run = at
   schedule.day = calendar.parts(at).day
   self:plan(at, "schedule_due", { id = schedule.id })
end

local function check_new_schedule(self, index)
   if index.kind == "pod" then
      return failure("schedules_of_pods")
   elseif index.cmek_id then
      return failure("schedules_of_encrypted")
   elseif has_enabled(self, index.id) then
      return failure("schedule_enabled")
   elseif #schedules_of(self, index.id) >= self.options.max_schedules then
      return failure("schedule_quota")
   end
end

--- Makes a schedule, enabled. The plan, frequency and retention are looked at
-- before the index.
-- @tparam string index_name
-- @tparam table given `name`, `schedule_type`, `frequency`, `expire_after_days`
-- @treturn table the schedule, or nil and the failure
function methods:create_backup_schedule(index_name, given)
   if not self.options.plan_has_backups then
      return nil, failure("plan_without_schedules")
   end
   local refused = rules.first(check_frequency(given.frequency),
      check_retention(self, given.expire_after_days))
   if refused then
      return nil, refused
   end
   local index, missing = self:live_index(index_name)
   refused = missing or check_new_schedule(self, index)
   if refused then
      return nil, refused
   end
   local schedule = {
      id = self.new_id(), name = given.name, index_id = index.id, index_name = index.name,
      schedule_type = given.schedule_type, frequency = given.frequency,
      expire_after_days = given.expire_after_days, enabled = true,
      seconds_of_day = self.options.run_hour * 3600, created_at = self.time,
   }
   self:add_row("schedules", schedule.id, schedule)
   set_next_run(self, schedule, first_run(self, schedule))
   return schedule
end

--- The schedules of an index.
-- @tparam string index_name
-- @treturn table a sequence, or nil and the failure
function methods:list_backup_schedules(index_name)
   local index, missing = self:live_index(index_name)
   if not index then
      return nil, missing
   end
   return self:in_list_order(schedules_of(self, index.id))
end

--- Finds a schedule.
-- @tparam string id
-- @treturn table the schedule, or nil and the failure
function methods:describe_backup_schedule(id)
   local schedule = rows.get(self.data.schedules, id)
   if not schedule then
      return nil, failure("schedule_not_found")
   end
   return schedule
end

local function backups_of(self, schedule)
   return rows.select(self.data.backups, function(backup)
      return backup.schedule_id == schedule.id
   end)
end

-- The name carries the time of the run. One that comes out too long makes
-- the run fail, not the creation of the schedule.
local function run(self, schedule)
   local index = self:live_index(schedule.index_name)
   if not self:has_room_for_backup() then
      return
   end
   local name = schedule.name .. "-" .. calendar.basic(self.time)
   local backup = self:add_backup(index, {
      name = name, schedule_id = schedule.id, fails = #name > LONGEST_BACKUP_NAME,
   })
   self:set_retention(backup, schedule.expire_after_days)
end

-- Re-enabling takes a backup at once and moves the cadence to this time of day.
local function enable(self, schedule)
   local now = math.floor(self.time)
   schedule.enabled = true
   schedule.seconds_of_day = now % calendar.DAY
   run(self, schedule)
   set_next_run(self, schedule, next_run[schedule.frequency](now, calendar.parts(now).day, self.options))
end

local function disable(schedule)
   schedule.enabled = false
   schedule.next_run = nil
end

local function check_update(self, schedule, changes)
   local enables = changes.enabled and not schedule.enabled
   if enables and not self.options.plan_has_backups then
      return failure("plan_without_schedules")
   end
   return rules.first(check_frequency(changes.frequency),
      check_retention(self, changes.expire_after_days),
      enables and has_enabled(self, schedule.index_id) and failure("schedule_enabled") or nil)
end

local function change_frequency(self, schedule, frequency)
   schedule.frequency = frequency
   if schedule.enabled then
      set_next_run(self, schedule, first_run(self, schedule))
   end
end

local function change_retention(self, schedule, days)
   schedule.expire_after_days = days
   for _, backup in ipairs(backups_of(self, schedule)) do
      self:set_retention(backup, days)
   end
end

--- Changes a schedule. A new frequency starts on the following day at the
-- schedule's time of day; a new retention also counts for existing backups.
-- @tparam string id
-- @tparam table changes `frequency`, `expire_after_days`, `enabled`, all optional
-- @treturn table the schedule, or nil and the failure
function methods:update_backup_schedule(id, changes)
   local schedule, missing = self:describe_backup_schedule(id)
   local refused = missing or check_update(self, schedule, changes)
   if refused then
      return nil, refused
   end
   if changes.frequency and changes.frequency ~= schedule.frequency then
      change_frequency(self, schedule, changes.frequency)
   end
   if changes.expire_after_days then
      change_retention(self, schedule, changes.expire_after_days)
   end
   if changes.enabled and not schedule.enabled then
      enable(self, schedule)
   elseif changes.enabled == false then
      disable(schedule)
   end
   return schedule
end

--- Deletes a schedule; its backups stay until they expire.
-- @tparam string id
-- @treturn boolean true, or nil and the failure
function methods:delete_backup_schedule(id)
   local schedule, missing = self:describe_backup_schedule(id)
   if not schedule then
      return nil, missing
   end
   rows.remove(self.data.schedules, id)
   return true
end

-- Removes the schedules of an index that is being deleted.
function methods:delete_schedules_of(index)
   for _, schedule in ipairs(schedules_of(self, index.id)) do
      rows.remove(self.data.schedules, schedule.id)
   end
end

-- The coming run in the form of a backup.
local function coming_run(self, schedule)
   local index = self:live_index(schedule.index_name)
   return {
      id = schedule.id, name = schedule.name .. "-" .. calendar.basic(schedule.next_run),
      source_index_name = index.name, source_index_id = index.id, status = "Scheduled",
      cloud = index.cloud, region = index.region, definition = index, tags = index.tags,
      created_at = schedule.created_at, scheduled_execution_at = schedule.next_run,
   }
end

--- The backups that a schedule made and that are still there.
-- @tparam string id
-- @treturn table a sequence of backups, or nil and the failure
function methods:list_backup_schedule_history(id)
   local schedule, missing = self:describe_backup_schedule(id)
   if not schedule then
      return nil, missing
   end
   local history = backups_of(self, schedule)
   if self.options.history_scheduled_rows and schedule.next_run then
      history[#history + 1] = coming_run(self, schedule)
   end
   return self:in_list_order(history)
end

-- Runs whose time was moved, or whose schedule is off or gone, are stale.
function events:schedule_due(event)
   local schedule = rows.get(self.data.schedules, event.id)
   if not schedule or schedule.next_run ~= event.at then
      return
   end
   run(self, schedule)
   schedule.next_run = next_run[schedule.frequency](event.at, schedule.day, self.options)
   self:plan(schedule.next_run, "schedule_due", { id = schedule.id })
end

return { methods = methods, events = events }
