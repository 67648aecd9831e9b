-- Restores the newest finished backup of an index into a new index, waits for it, and makes sure that all of it is
-- there. The index that it was taken of may be deleted by now.
--
--    PINECONE_API_KEY=... lua restore.lua movies movies-restored

local pinecone = require "pinecone"

local source, target = arg[1], arg[2]
if not target then
   io.stderr:write("usage: lua restore.lua INDEX NEW_INDEX\n")
   os.exit(2)
end

local pc = pinecone.assert(pinecone.new())

local told
local function say(resource, elapsed)
   local status = type(resource.status) == "table" and resource.status.state or resource.status
   if status ~= told then
      print(("%5.0f s  %s"):format(elapsed, status))
      told = status
   end
end

local restored, err = pc:restore({ index_name = source, latest = true, name = target }, { on_progress = say })
if not restored then
   io.stderr:write(tostring(err), "\n")
   os.exit(1)
end
print(("%s holds the %d records of %s, made at %s"):format(
   target, restored.record_count, restored.backup.name or restored.backup.backup_id, restored.backup.created_at))
