-- Backs up one index and waits until the backup is good. For cron:
--
--    30 2 * * *  PINECONE_API_KEY=... lua nightly_backup.lua movies
--
-- Exits 0 only when there is a finished backup.

local pinecone = require "pinecone"

local index_name = arg[1]
if not index_name then
   io.stderr:write("usage: lua nightly_backup.lua INDEX\n")
   os.exit(2)
end

local pc = pinecone.assert(pinecone.new())

local function backup()
   local begun, err = pc:create_backup { index_name = index_name, name = "nightly-" .. os.date "!%Y%m%d-%H%M%S" }
   if not begun then
      return nil, err
   end
   return pc:wait_for_backup(begun.backup_id, { timeout = 6 * 3600 })
end

local done, err = backup()
if not done then
   io.stderr:write(tostring(err), "\n")
   os.exit(1)
end
print(("%s  %s  %d records"):format(done.backup_id, done.name, done.record_count))
