-- Pages of a server that takes its time, for a program that takes as long over each.

local bodies = require "bench.bodies"
local clients = require "bench.clients"

local DELAY, WORK = 0.02, 0.02

local function work(page)
   assert(#page == bodies.page_size)
   local core = require "pinecone.core"
   local ends = core.clock() + WORK
   repeat until core.clock() >= ends
end

return {
   title = ("a page of %d, server %g ms, work %g ms"):format(bodies.page_size, DELAY * 1e3, WORK * 1e3),
   server = DELAY,
   calls = 100, rounds = 3, warming = 2,
   sides = {
      {
         name = "`list_backups`, one after the other",
         start = function(url)
            local pc = clients.ours(url)
            return function(pages)
               local token
               for _ = 1, pages do
                  local page = assert(pc:list_backups { limit = bodies.page_size, pagination_token = token })
                  token = page.pagination.next
                  work(page.data)
               end
            end
         end,
      },
      {
         name = "`pc:backups()`, which asks ahead", goal = { of = "wall", at_most = 0.6 },
         start = function(url)
            local pc = clients.ours(url)
            return function(pages)
               local list = pc:backups()
               for _ = 1, pages do
                  work(assert(list:next_page()))
               end
               list:close()
            end
         end,
      },
   },
}
