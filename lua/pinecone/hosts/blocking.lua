-- A plain program: nothing else goes on while a call waits.

local lazy = require "pinecone.lazy"
local parallel = lazy.require "pinecone.hosts.parallel"

local blocking = {}

function blocking.together(functions)
   parallel.together(functions)
end

function blocking.wait(call, tell)
   -- block comes back early after an attempt, and after a signal, so that Ctrl-C raises its error here and not when
   -- the answer is in
   repeat
      local finished = call:block()
      if tell then
         tell()
      end
   until finished
end

return blocking
