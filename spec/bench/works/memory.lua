-- How far a program grows that looks at a million backups. What counts is the largest that it ever was.

local bodies = require "bench.bodies"
local clients = require "bench.clients"

local BACKUPS = 1000000

local function largest_megabytes()
   local file = assert(io.open "/proc/self/status")
   local kilobytes = file:read("*a"):match "VmHWM:%s*(%d+)"
   file:close()
   return kilobytes / 1024
end

return {
   title = ("iterating %d backups"):format(BACKUPS),
   server = 0,
   calls = BACKUPS, rounds = 1, warming = 0,
   sides = {
      {
         name = "lua-pinecone",
         start = function(url)
            local pc = clients.ours(url)
            return function(backups)
               local list, at = pc:backups(), {}
               for i = 1, backups do
                  assert(assert(list:next()).status == "Ready")
                  if i == bodies.page_size or i == backups / 100 or i == backups then
                     at[#at + 1] = largest_megabytes()
                  end
               end
               list:close()
               return { after_page = at[3] - at[1], after_percent = at[3] - at[2], all = at[3] }
            end
         end,
      },
   },
   figures = {
      { name = "growth after the first page", of = "after_page", format = "%.1f MB", at_most = 6 },
      -- half a byte for each backup: a heap is never quite still, and the kernel counts pages in batches
      { name = "growth after the first 1 %", of = "after_percent", format = "%.1f MB", at_most = 0.5 },
      { name = "the process at its largest", of = "all", format = "%.1f MB" },
   },
}
