-- A page of a hundred backups.

local bodies = require "bench.bodies"
local cjson = require "cjson"
local clients = require "bench.clients"

return {
   title = ("list_backups, a page of %d (%.0f KB)"):format(bodies.page_size, #bodies.page / 1000),
   server = "static", calls = 120, counted = { 10, 60 },
   sides = {
      {
         name = "raw libcurl, bare `cjson.decode`",
         start = function(url)
            local raw = clients.raw(url .. clients.page_path)
            return function(calls)
               for _ = 1, calls do
                  assert(#cjson.decode(raw:get()).data == bodies.page_size)
               end
            end
         end,
      },
      {
         name = "raw libcurl in C, no JSON",
         start = function(url)
            local raw = clients.raw(url .. clients.page_path)
            return function(calls) raw:many(calls) end
         end,
      },
      {
         name = "lua-pinecone", ours = true, goal = { of = "cpu", at_most = 1.2 },
         start = function(url)
            local pc = clients.ours(url)
            return function(calls)
               for _ = 1, calls do
                  assert(#assert(pc:list_backups { limit = bodies.page_size }).data == bodies.page_size)
               end
            end
         end,
      },
      {
         name = "luasocket, lua-cjson", needs = "socket",
         start = function(url)
            local get = clients.luasocket(url, clients.page_path)
            return function(calls)
               for _ = 1, calls do
                  assert(#cjson.decode(get()).data == bodies.page_size)
               end
            end
         end,
      },
   },
}
