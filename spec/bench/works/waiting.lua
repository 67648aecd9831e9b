-- Many calls at once, of a server that takes its time.

local bodies = require "bench.bodies"
local clients = require "bench.clients"
local together = require "bench.together"

local LIMIT, DELAY = 64, 0.02

return {
   title = ("describe_backup, a server that takes %g ms"):format(DELAY * 1e3),
   server = DELAY,
   calls = 200, rounds = 3, warming = 10,
   sides = {
      {
         name = "one by one",
         start = function(url)
            local pc = clients.ours(url)
            return function(calls)
               for _ = 1, calls do
                  assert(assert(pc:describe_backup(bodies.id)).backup_id == bodies.id)
               end
            end
         end,
      },
      {
         name = ("`pinecone.parallel`, %d at once"):format(LIMIT), calls = 2000, goal = { of = "wall", at_most = 0.2 },
         start = function(url)
            return function(calls) together.describe(url, calls, LIMIT) end
         end,
      },
   },
   most_connections = LIMIT,
}
