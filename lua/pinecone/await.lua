-- Drives one call to its end.

local report = require "pinecone.report".report

--- Waits for a call, the way its host waits.
-- @param call a call of the core
-- @tparam[opt] function wait the client's own way; default: blocking
-- @tparam[opt] function listener is told of each attempt
-- @return what `call:result()` gives
local function await(call, wait, listener)
   if wait then
      wait(call)
      report(listener, call)
      return call:result()
   end
   -- block comes back early after an attempt, and after a signal, so that Ctrl-C raises its error here and not when
   -- the answer is in
   local finished
   repeat
      finished = call:block()
      report(listener, call)
   until finished
   return call:result()
end

return await
