-- cqueues: the controller polls the call's descriptors.

local condition = require "cqueues.condition"
local cqueues = require "cqueues"

local host = { yields = true }

function host.problem()
   return not cqueues.running() and "wait = 'cqueues' waits only within a controller of cqueues: cq:wrap(function() "
      .. "... end)" or nil
end

-- What cqueues.poll takes: descriptors, and the seconds until the call wants to be stepped in any case.
local function objects_of(milliseconds, ...)
   local objects = {}
   for i = 1, select("#", ...), 2 do
      local descriptor, events = select(i, ...)
      objects[#objects + 1] = { pollfd = descriptor, events = events }
   end
   objects[#objects + 1] = milliseconds / 1000
   return objects
end

-- cqueues must have let go of a descriptor before libcurl closes it.
local function forget(objects)
   for i = 1, #objects - 1 do
      cqueues.cancel(objects[i].pollfd)
   end
end

local unpack = table.unpack or unpack

function host.wait(call, tell, asleep)
   while not call:step() do
      if tell then
         tell()
      end
      local objects = objects_of(call:interest())
      asleep[call] = function() forget(objects) end
      cqueues.poll(unpack(objects))
      asleep[call] = nil
      forget(objects)
   end
end

function host.together(functions)
   local controller, done, left = cqueues.running(), condition.new(), #functions
   for _, action in ipairs(functions) do
      controller:wrap(function()
         action()
         left = left - 1
         done:signal()
      end)
   end
   while left > 0 do
      done:wait()
   end
end

return host
