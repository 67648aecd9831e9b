-- Backup schedules, what they do in two days, and their history.

local words = require "support.scenario.words"

local parts = {}

local function new_schedule(index_name, more)
   return words.over({ index_name = index_name, name = "nightly", frequency = "daily", expire_after_days = 7 }, more)
end

local function schedule_body(more)
   return words.over({
      name = "nightly", schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 7 },
   }, more)
end

local function refused_schedules(self, schedule_id)
   local pc, path = self.pc, "/indexes/movies/backup-schedules"
   self:asks(400, "POST", path, schedule_body { retention = { expire_after_days = 0 } })
   self:gets(400, pc:create_backup_schedule(new_schedule "pods"))
   self:gets(400, pc:create_backup_schedule(new_schedule "encrypted"))
   self:gets(404, pc:create_backup_schedule(new_schedule "nothing"))
   self:gets(409, pc:create_backup_schedule(new_schedule "movies"))
   self:asks(422, "POST", path, { name = "nothing-else" })
   self.project:with({ plan_has_backups = false }, function()
      self:gets(403, pc:create_backup_schedule(new_schedule "words"))
   end)
   self.project:with({ past_due = true }, function()
      self:gets(402, pc:create_backup_schedule(new_schedule "words"))
   end)
   self:gets(404, pc:list_backup_schedules "nothing")
   self:gets(404, pc:describe_backup_schedule(words.nobody))
   self:gets(404, pc:update_backup_schedule { schedule_id = words.nobody, frequency = "weekly" })
   self:gets(404, pc:delete_backup_schedule(words.nobody))
   self:gets(404, pc:list_backup_schedule_history(words.nobody))
   self:asks(400, "PATCH", "/backup-schedules/" .. schedule_id, { frequency = "hourly" })
   self:asks(422, "PATCH", "/backup-schedules/" .. schedule_id, { enabled = "yes" })
end

local function updates_schedules(self, schedule_id)
   local pc = self.pc
   self:gets(200, pc:update_backup_schedule {
      schedule_id = schedule_id, frequency = "weekly", expire_after_days = 30,
   })
   self:gets(200, pc:pause_backup_schedule(schedule_id))
   self:gets(200, pc:describe_backup_schedule(schedule_id)) -- with no next run
   local other = self:gets(200, pc:create_backup_schedule(new_schedule("movies", { frequency = "monthly" })))
   self:gets(409, pc:resume_backup_schedule(schedule_id))
   self:gets(200, pc:pause_backup_schedule(other.schedule_id))
   self.project:with({ plan_has_backups = false }, function()
      self:gets(403, pc:resume_backup_schedule(schedule_id))
   end)
   self:gets(200, pc:resume_backup_schedule(schedule_id)) -- and runs at once
   self:pass_time()
end

function parts:schedules()
   local pc = self.pc
   self:make_serverless "movies"
   self:make_serverless "words"
   self:make_pod "pods"
   self:make_encrypted "encrypted"
   self:pass_time()
   self:gets(200, pc:list_backup_schedules "movies")
   local schedule = self:gets(200, pc:create_backup_schedule(new_schedule "movies"))
   self:gets(200, pc:create_backup_schedule(new_schedule "words"))
   self:gets(200, pc:describe_backup_schedule(schedule.schedule_id))
   self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id)) -- empty
   self.project:with({ history_scheduled_rows = true }, function()
      self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id))
   end)
   self.project:advance(2 * 24 * 3600)
   self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id))
   self:looks_around()
   refused_schedules(self, schedule.schedule_id)
   updates_schedules(self, schedule.schedule_id)
   self:lists_pages("/indexes/movies/backup-schedules", function(page)
      return pc:list_backup_schedules(words.over(page, { index_name = "movies" }))
   end)
   self:lists_pages("/backup-schedules/" .. schedule.schedule_id .. "/history", function(page)
      return pc:list_backup_schedule_history(words.over(page, { schedule_id = schedule.schedule_id }))
   end)
   self:gets(204, pc:delete_backup_schedule(schedule.schedule_id))
   self:gets(404, pc:delete_backup_schedule(schedule.schedule_id))
end

return parts
