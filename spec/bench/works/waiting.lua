-- Many calls at once, of a server that takes its time.

local describing = require "bench.describing"

local LIMIT, DELAY = 64, 0.02

return {
   title = ("describe_backup, a server that takes %g ms"):format(DELAY * 1e3),
   server = DELAY,
   calls = 200, rounds = 3, warming = 10,
   sides = {
      {
         name = "one by one",
         start = describing.one_by_one,
      },
      {
         name = ("`pinecone.parallel`, %d at once"):format(LIMIT), calls = 2000, goal = { of = "wall", at_most = 0.2 },
         start = function(url)
            return function(calls) describing.together(url, calls, LIMIT) end
         end,
      },
   },
   most_connections = LIMIT,
}
