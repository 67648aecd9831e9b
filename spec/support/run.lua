-- Runs busted on the interpreter that runs this file.
--
-- COLLECTOR=busy in the environment keeps the garbage collector going round and round, so that what nobody holds on to
-- is soon gone. Processes that specs start do not come by here.

-- The versions count differently. With a little more, 5.3 and 5.4 go round at every single allocation, and the specs
-- would take an hour.
local multipliers = { ["Lua 5.1"] = 4000, ["Lua 5.2"] = 1000, ["Lua 5.3"] = 200, ["Lua 5.4"] = 100 }

if os.getenv "COLLECTOR" == "busy" then
   if _VERSION == "Lua 5.4" then
      collectgarbage "incremental" -- its interpreter begins with the generational one
   end
   collectgarbage("setpause", 0)
   collectgarbage("setstepmul", multipliers[_VERSION])
end

-- Busted lets go of what a file of specs has loaded, and luv crashes where it is loaded anew after its loop is
-- collected.
require "luv"

require "busted.runner" { standalone = false }
