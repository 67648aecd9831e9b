-- The servers of a benchmark: however it ends, none is left.

local openresty = require "support.openresty"
local scratch = require "support.scratch"
local uv = require "luv"

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
   local stopping = running
   running = {}
   for _, server in ipairs(stopping) do
      pcall(server.process.stop, server.process) -- the next one has to end, too
      if server.folder then
         server.folder:remove()
      end
   end
end

local SIGNALS = { sigint = 2, sigterm = 15, sighup = 1 }
local LAST_WORDS_MILLISECONDS = 200 -- for the servers, after a signal

-- Within a callback of the loop, which must not run again there.
local function give_up(number)
   for _, server in ipairs(running) do
      uv.kill(server.process.pid, "sigterm")
   end
   uv.sleep(LAST_WORDS_MILLISECONDS)
   for _, server in ipairs(running) do
      if server.folder then
         server.folder:remove()
      end
   end
   os.exit(128 + number)
end

local function watch_signals()
   for name, number in pairs(SIGNALS) do
      local signal = uv.new_signal()
      signal:start(name, function() give_up(number) end)
      signal:unref()
   end
end

--- Does what a benchmark does. Whatever it raises ends the program with a failure.
function servers.run(action)
   watch_signals()
   local good, problem = xpcall(action, debug.traceback)
   servers.stop_all()
   if not good then
      io.stderr:write("The benchmark broke: ", tostring(problem), "\n")
      os.exit(1)
   end
end

return servers
