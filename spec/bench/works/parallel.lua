-- Many calls at once, in plain Lua, against a server that costs next to nothing. Each run makes its own connections.

local bodies = require "bench.bodies"
local cjson = require "cjson"
local clients = require "bench.clients"
local describing = require "bench.describing"

local LIMIT = 64

return {
   title = ("describe_backup, %d at once, fast server"):format(LIMIT),
   server = "static", calls = 2000,
   sides = {
      {
         name = "C: one multi handle, epoll",
         start = function(url)
            return function(calls) clients.raw_at_once(url .. clients.backup_path, calls, LIMIT) end
         end,
      },
      {
         name = "the same, bare `cjson.decode`",
         start = function(url)
            local function take(body)
               assert(cjson.decode(body).backup_id == bodies.id)
            end
            return function(calls) clients.raw_at_once(url .. clients.backup_path, calls, LIMIT, take) end
         end,
      },
      {
         name = "`pinecone.parallel`", goal = { of = "wall", at_most = 1.33 },
         start = function(url)
            return function(calls) describing.together(url, calls, LIMIT) end
         end,
      },
   },
}
