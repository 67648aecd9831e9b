-- Drives one call to its end.

local errors = require "pinecone.errors"
local hosts = require "pinecone.hosts"
local report = require "pinecone.report".report

--- Waits for a call, the way the program around it waits.
-- @param call a call of the core
-- @tparam ?table host where the client has one of its own; else the current one
-- @tparam ?function listener is told of each attempt
-- @tparam table asleep see hosts
-- @return what `call:result()` gives
-- @raise where nothing can wait
local function await(call, host, listener, asleep)
   host = host or hosts.current()
   if host.yields or host.problem then -- elsewhere nothing can be in the way
      local problem = hosts.problem(host)
      if problem then
         call:cancel()
         errors.misuse(problem)
      end
      if not call:is_repeatable() then
         hosts.probe(host, asleep)
      end
   end
   if listener then
      local function tell()
         report(listener, call)
      end
      host.wait(call, tell, asleep)
      tell()
   else
      host.wait(call, nil, asleep)
   end
   return call:result()
end

return await
