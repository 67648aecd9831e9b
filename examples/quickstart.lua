-- The whole tour in one script: make an index, fill it, back it up, restore it, check it, schedule backups, clean up.
-- It runs against the emulator, which it starts itself. `make quickstart` runs it.

local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"

local RECORDS = 98

local step_number = 0
local function step(text)
   step_number = step_number + 1
   print(("\n%d. %s"):format(step_number, text))
end

local function say(text, ...)
   print("   " .. text:format(...))
end

local function vectors()
   local list = {}
   for i = 1, RECORDS do
      list[i] = { id = "movie-" .. i, values = { i, 1 / i, 0.5 }, metadata = { year = 1926 + i } }
   end
   return list
end

local function tour(pc)
   local assert = pinecone.assert

   step "Create an index and put records into it."
   assert(pc:create_index {
      name = "movies", dimension = 3, metric = "cosine",
      spec = { serverless = { cloud = "aws", region = "us-east-1" } }, tags = { team = "search" },
   })
   local index = assert(pc:wait_for_index "movies")
   assert(pc:request { method = "POST", host = index.host, path = "/vectors/upsert", body = { vectors = vectors() } })
   local stats = assert(pc:describe_index_stats "movies")
   say("movies answers on %s and holds %d records", index.host, stats.totalVectorCount)

   step "Back it up. The call answers at once; the backup is Initializing until it is Ready."
   local backup = assert(pc:create_backup { index_name = "movies", name = "before-migration" })
   say("backup %s is %s", backup.backup_id, backup.status)

   step "Wait until it is done."
   backup = assert(pc:wait_for_backup(backup.backup_id))
   say("%s is %s: %d records, %d bytes", backup.name, backup.status, backup.record_count, backup.size_bytes)

   step "Restore it into a new index."
   local restore = assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "movies-restored" })
   say("restore job %s has begun", restore.restore_job_id)

   step "Wait for the restore job, then for its index."
   local job = assert(pc:wait_for_restore(restore.restore_job_id))
   assert(pc:wait_for_index "movies-restored")
   say("the job is %s", job.status)

   step "Compare the record counts."
   local restored = assert(pc:describe_index_stats "movies-restored").totalVectorCount
   assert(restored == backup.record_count,
      ("the backup holds %d records, the restored index %d"):format(backup.record_count, restored))
   say("movies-restored holds %d records, the backup %d: the same", restored, backup.record_count)

   step "Let Pinecone back the index up every day, and keep each backup for a week."
   local schedule = assert(pc:create_backup_schedule {
      index_name = "movies", name = "auto", frequency = "daily", expire_after_days = 7,
   })
   say("schedule %s runs next at %s", schedule.name, schedule.next_scheduled_run)

   step "List what there is."
   for item in pc:backups { index_name = "movies" } do
      say("backup   %s  %s  %d records", item.name, item.status, item.record_count)
   end
   for item in pc:restore_jobs() do
      say("restore  %s  %s", item.target_index_name, item.status)
   end
   for item in pc:backup_schedules "movies" do
      say("schedule %s  %s", item.name, item.frequency)
   end

   step "Clean up."
   assert(pc:delete_backup_schedule(schedule.schedule_id))
   assert(pc:delete_index "movies-restored")
   assert(pc:delete_backup(backup.backup_id))
   assert(pc:delete_index "movies")
   say "everything is deleted again"
end

local local_pinecone = pinecone.assert(emulator.spawn { api_key = "quickstart-key", job_seconds = 1 })
print("The emulator listens on " .. local_pinecone.url .. ".")
local pc = pinecone.assert(pinecone.new { api_key = "quickstart-key", host = local_pinecone.url })

local done, err = pcall(tour, pc)
pc:close()
local_pinecone:stop()
if not done then
   io.stderr:write(("\nStep %d failed: %s\n"):format(step_number, tostring(err)))
   os.exit(1)
end
print("\nDone: backed up, restored and checked.")
