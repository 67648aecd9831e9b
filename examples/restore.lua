-- Restores the newest finished backup of an index into a new index, and waits for it.
--
--    PINECONE_API_KEY=... lua restore.lua movies movies-restored

local pinecone = require "pinecone"

local source, target = arg[1], arg[2]
if not target then
   io.stderr:write("usage: lua restore.lua INDEX NEW_INDEX\n")
   os.exit(2)
end

local pc = pinecone.assert(pinecone.new())

-- Lists come in no promised order, so the times are compared.
local newest, newest_time
for backup in pc:backups { index_name = source } do
   local time = backup.created_at and pinecone.timestamp(backup.created_at)
   if backup.status == "Ready" and time and (not newest or time > newest_time) then
      newest, newest_time = backup, time
   end
end
if not newest then
   io.stderr:write(("%s has no finished backup\n"):format(source))
   os.exit(1)
end
print(("restoring %s of %s"):format(newest.name or newest.backup_id, newest.created_at))

local restore = pinecone.assert(pc:create_index_from_backup { backup_id = newest.backup_id, name = target })
pinecone.assert(pc:wait_for_restore(restore.restore_job_id))
pinecone.assert(pc:wait_for_index(target))
print(("%s holds %d records, the backup %d"):format(target,
   pinecone.assert(pc:describe_index_stats(target)).totalVectorCount, newest.record_count))
