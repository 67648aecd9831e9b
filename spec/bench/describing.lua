-- Backups described with the library.

local bodies = require "bench.bodies"
local clients = require "bench.clients"

local describing = {}

--- One by one: a function that makes so many calls, with a client that stays.
function describing.one_by_one(url)
   local pc = clients.ours(url)
   return function(calls)
      for _ = 1, calls do
         assert(assert(pc:describe_backup(bodies.id)).backup_id == bodies.id)
      end
   end
end

--- So many at once, by a client of their own.
function describing.together(url, calls, limit)
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

return describing
