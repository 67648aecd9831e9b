-- Lanes: coroutines that make their calls one after the other, all lanes at once.

local uv = require "luv"

local lanes = {}

local TICK = 1 -- milliseconds between two looks at calls that all wait

--- What the process itself lost: the longest time by which a sleep was too long, in seconds.
lanes.stall = 0

local current

--- The lane that runs; nil outside of lanes.
function lanes.current()
   return current
end

function lanes.clock()
   return uv.hrtime() / 1e9
end

--- The `wait` of clients that lanes use.
function lanes.wait(call)
   while not call:step() do
      coroutine.yield()
   end
end

local function sleep(seconds)
   local began = lanes.clock()
   uv.sleep(math.ceil(seconds * 1000))
   lanes.stall = math.max(lanes.stall, lanes.clock() - began - seconds)
end

--- Lets time pass, for this lane or for all.
function lanes.sleep(seconds)
   if not current then
      return sleep(seconds)
   end
   local till = lanes.clock() + seconds
   while lanes.clock() < till do
      coroutine.yield()
   end
end

local function resume(thread, lane, body)
   current = lane
   local good, problem = coroutine.resume(thread, lane, body)
   current = nil
   if not good then
      error(debug.traceback(thread, problem), 0)
   end
end

--- Runs a function for each lane, all at once, until all have returned.
-- @tparam table list of anything
-- @tparam function body is given one of it
function lanes.run(list, body)
   local threads = {}
   for position, lane in ipairs(list) do
      threads[position] = { lane = lane, thread = coroutine.create(body) }
   end
   while #threads > 0 do
      for position = #threads, 1, -1 do
         resume(threads[position].thread, threads[position].lane)
         if coroutine.status(threads[position].thread) == "dead" then
            table.remove(threads, position)
         end
      end
      if #threads > 0 then
         sleep(TICK / 1000)
      end
   end
end

return lanes
