-- Lets Pinecone back an index up every day, shows the schedule and what it made, pauses it and lets it go on.
--
--    PINECONE_API_KEY=... lua schedules.lua movies

local pinecone = require "pinecone"

local index_name = arg[1]
if not index_name then
   io.stderr:write("usage: lua schedules.lua INDEX\n")
   os.exit(2)
end

local assert = pinecone.assert
local pc = assert(pinecone.new())

-- An index has at most one enabled schedule.
local schedule = assert(pc:create_backup_schedule {
   index_name = index_name, name = "auto", frequency = "daily", expire_after_days = 7,
})
print(("%s runs next at %s"):format(schedule.name, schedule.next_scheduled_run))

schedule = assert(pc:update_backup_schedule { schedule_id = schedule.schedule_id, expire_after_days = 30 })
print(("its backups are kept for %d days"):format(schedule.retention_expire_after_days))

assert(pc:pause_backup_schedule(schedule.schedule_id))
schedule = assert(pc:resume_backup_schedule(schedule.schedule_id)) -- this takes a backup at once
print(("paused and resumed; it runs next at %s"):format(schedule.next_scheduled_run))

for backup in pc:backup_schedule_history(schedule.schedule_id) do
   print(backup.name, backup.status, backup.created_at)
end
