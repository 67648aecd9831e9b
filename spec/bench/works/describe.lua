-- One backup, over a connection that stays open.

local bodies = require "bench.bodies"
local cjson = require "cjson"
local clients = require "bench.clients"
local describing = require "bench.describing"

return {
   title = "describe_backup, keep-alive",
   server = "static", calls = 1000, counted = { 50, 350 },
   sides = {
      {
         name = "raw libcurl in C",
         start = function(url)
            local raw = clients.raw(url .. clients.backup_path)
            return function(calls) raw:many(calls) end
         end,
      },
      {
         name = "raw libcurl, bare `cjson.decode`",
         start = function(url)
            local raw = clients.raw(url .. clients.backup_path)
            return function(calls)
               for _ = 1, calls do
                  assert(cjson.decode(raw:get()).backup_id == bodies.id)
               end
            end
         end,
      },
      {
         name = "lua-pinecone", ours = true, goal = { of = "cpu", at_most = 1.25 },
         start = describing.one_by_one,
      },
      {
         name = "luasocket, lua-cjson", needs = "socket",
         start = function(url)
            local get = clients.luasocket(url, clients.backup_path)
            return function(calls)
               for _ = 1, calls do
                  assert(cjson.decode(get()).backup_id == bodies.id)
               end
            end
         end,
      },
   },
}
