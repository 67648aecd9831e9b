-- Shows that the newest backup of each index can be restored: restores it for the purpose, compares, and deletes that
-- again. One after the other, because each needs room for one more index. Once a month is enough. In a crontab the
-- key comes from a file, because cron logs whole commands, and mails the settings of the crontab:
--
--    0 5 1 * *  PINECONE_API_KEY=$(cat pinecone.key) lua drill.lua movies songs
--
-- Exits 0 only when all went well.

local pinecone = require "pinecone"

if #arg == 0 then
   io.stderr:write("usage: lua drill.lua INDEX...\n")
   os.exit(2)
end

local pc = pinecone.assert(pinecone.new())

local code = 0
for _, index_name in ipairs(arg) do
   local drill, err = pc:drill({ index_name = index_name }, { timeout = 6 * 3600 })
   if drill then
      print(("%s  %s  %d records in %d namespaces, there after %.0f s"):format(index_name,
         drill.backup.name or drill.backup.backup_id, drill.record_count, drill.namespace_count, drill.restore_seconds))
   else
      io.stderr:write(index_name, ": ", tostring(err), "\n")
      code = 1
   end
end
os.exit(code)
