-- Many backups described with pinecone.parallel, by a client of their own.

local bodies = require "bench.bodies"
local clients = require "bench.clients"

local together = {}

function together.describe(url, calls, limit)
   local pc, pinecone = clients.ours(url)
   local function describe()
      local backup = pinecone.assert(pc:describe_backup(bodies.id))
      assert(backup.backup_id == bodies.id)
      return backup
   end
   local tasks = {}
   for i = 1, calls do
      tasks[i] = describe
   end
   local results, failures = pinecone.parallel(tasks, { limit = limit })
   assert(not failures and #results == calls, failures and select(2, next(failures)))
   pc:close()
end

return together
