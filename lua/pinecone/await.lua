-- Drives one call to its end.

--- Waits for a call, the way its host waits.
-- @param call a call of the core
-- @tparam[opt] function wait the client's own way; default: blocking
-- @return what `call:result()` gives
local function await(call, wait)
   if wait then
      wait(call)
   else
      -- block comes back early after a signal, so that Ctrl-C raises its error here and not when the answer is in
      repeat until call:block()
   end
   return call:result()
end

return await
