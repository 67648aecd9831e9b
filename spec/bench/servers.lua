-- The servers of a benchmark: however it ends, none is left.

local openresty = require "support.openresty"
local scratch = require "support.scratch"

local servers = {}

local running = {}

--- Remembers a server that has a method `stop`.
function servers.add(server, folder)
   running[#running + 1] = { process = server, folder = folder }
   return server
end

--- Starts nginx in a folder of its own, see support.openresty.
-- @tparam table blocks
-- @tparam[opt] table files names and texts of what lies in its folder
function servers.start(blocks, files)
   assert(not openresty.missing, openresty.missing)
   local folder = scratch.new()
   for name, text in pairs(files or {}) do
      folder:write(name, text)
   end
   local good, self = pcall(openresty.start, folder, blocks)
   if not good then
      folder:remove()
      error(self, 0)
   end
   return servers.add(self, folder)
end

function servers.stop_all()
   for _, server in ipairs(running) do
      server.process:stop()
      if server.folder then
         server.folder:remove()
      end
   end
   running = {}
end

--- Does what a benchmark does. Whatever it raises ends the program with a failure.
function servers.run(action)
   local good, problem = xpcall(action, debug.traceback)
   servers.stop_all()
   if not good then
      io.stderr:write("The benchmark broke: ", tostring(problem), "\n")
      os.exit(1)
   end
end

return servers
