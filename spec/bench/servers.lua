-- The nginx processes of a benchmark: however it ends, none is left.

local openresty = require "support.openresty"
local scratch = require "support.scratch"

local servers = {}

local running = {}

--- Starts nginx in a folder of its own, see support.openresty.
function servers.start(blocks)
   local folder = scratch.new()
   local good, self = pcall(openresty.start, folder, blocks)
   if not good then
      folder:remove()
      error(self, 0)
   end
   running[#running + 1] = { process = self, folder = folder }
   return self
end

function servers.stop_all()
   for _, server in ipairs(running) do
      server.process:stop()
      server.folder:remove()
   end
   running = {}
end

--- Does what a benchmark does. Whatever it raises ends the program with a failure.
function servers.run(action)
   local good, problem = false, openresty.missing
   if not problem then
      good, problem = xpcall(action, debug.traceback)
   end
   servers.stop_all()
   if not good then
      io.stderr:write("The benchmark broke: ", tostring(problem), "\n")
      os.exit(1)
   end
end

return servers
