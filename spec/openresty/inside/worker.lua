-- What nginx's worker does: it runs busted in a timer, where calls can sleep.
-- luacheck: globals arg, read globals ngx

-- luv calls back on the thread that has loaded it first: that of init_worker is none that ever sleeps.
local uv = require "luv"

-- The servers of support.wire and support.project live in this process, and have to work while a call sleeps.
local function turn_luv()
   local sleep = ngx.sleep -- the one that nobody counts
   while true do
      uv.run "nowait"
      sleep(0.001)
   end
end

local function run_specs()
   local turning = ngx.thread.spawn(turn_luv)
   local passed = pcall(function()
      require "busted.runner" { standalone = false } -- raises something where not all is well
   end)
   ngx.thread.kill(turning)
   return passed
end

-- The file is there as a whole or not at all.
local function finish(path, verdict)
   io.stdout:flush()
   local file = assert(io.open(path .. ".new", "w"))
   file:write(verdict)
   file:close()
   assert(os.rename(path .. ".new", path))
end

local worker = {}

--- Called in init_worker.
-- @tparam table arguments what `arg` holds where an interpreter runs busted
-- @tparam string verdict path of the file that tells how it went
function worker.start(arguments, verdict)
   if not ngx.shared.specs:add("begun", true) then -- nginx has put this worker in the place of another one
      return finish(verdict, "the worker has died")
   end
   arg = arguments
   io.stdout:setvbuf "line"
   assert(ngx.timer.at(0, function()
      finish(verdict, run_specs() and "passed" or "failed")
   end))
end

return worker
