-- The coroutines of pinecone.parallel in a plain program: all of their calls wait in one poll(2) of the core.

local core = require "pinecone.core"
local threads = require "pinecone.threads"

local parallel = {}

local Group = {}
Group.__index = Group

local function new_group()
   -- the coroutine of each call has the same place as the call; `threads` are those that are not done
   local self = setmetatable({ calls = {}, waiting = {}, ready = {}, threads = {} }, Group)
   self.host = {
      yields = true,
      wait = function(call, tell) self:wait(call, tell) end,
      together = function(functions) self:join(functions) end,
   }
   return self
end

function Group:start(action)
   local thread = coroutine.create(action)
   threads.own(thread, self)
   self.threads[thread] = true
   self.ready[#self.ready + 1] = thread
end

-- Lets a coroutine go on until it waits for a call, for others, or is done. What we yield begins with the group; what
-- a task yields by itself only lets others have their turn.
function Group:resume(thread)
   local good, group, call = coroutine.resume(thread)
   if not good then
      error(group, 0)
   end
   if group ~= self and coroutine.status(thread) == "dead" then
      self.threads[thread] = nil
   elseif call or group ~= self then
      local place = #self.calls + 1
      self.calls[place], self.waiting[place] = group == self and call or core.timer(0), thread
   end
end

-- Takes out those in some places, which ascend, while nobody is ready. The last ones fill the holes: who is the first
-- to get a connection does not depend on the place.
function Group:take(places)
   local calls, waiting, ready = self.calls, self.waiting, self.ready
   for i = 1, #places do
      ready[i] = waiting[places[i]]
   end
   local last = #calls
   for i = #places, 1, -1 do
      local place = places[i]
      calls[place], waiting[place] = calls[last], waiting[last]
      calls[last], waiting[last] = nil, nil
      last = last - 1
   end
end

function Group:run()
   while #self.ready > 0 or #self.calls > 0 do
      if #self.ready == 0 then
         self:take(core.poll(self.calls))
      end
      local ready = self.ready
      self.ready = {}
      for _, thread in ipairs(ready) do
         self:resume(thread)
      end
   end
end

-- After Ctrl-C, say: nothing goes on that nobody waits for. Gives the problem, with what is to be noted in it.
function Group:abandon(problem)
   for _, call in ipairs(self.calls) do
      call:cancel()
   end
   for thread in pairs(self.threads) do
      if coroutine.close then
         coroutine.close(thread)
      end
   end
   local wills, notes = {}, {}
   for thread in pairs(self.threads) do
      local will = threads.take_will(thread)
      wills[#wills + 1] = will and function()
         local note = will(problem) -- yields: only then is the next place known
         notes[#notes + 1] = note
      end
   end
   pcall(parallel.together, wills) -- what ended all of them is the error to tell
   for _, note in ipairs(notes) do
      problem = note(problem)
   end
   return problem
end

-- Within a task, as all below.
function Group:wait(call, tell)
   while not call:step() do
      if tell then
         tell()
      end
      coroutine.yield(self, call)
   end
end

-- Further coroutines of the same group.
function Group:join(functions)
   local thread, left = threads.running(), #functions
   for _, action in ipairs(functions) do
      self:start(function()
         action()
         left = left - 1
         if left == 0 then
            self.ready[#self.ready + 1] = thread
         end
      end)
   end
   if left > 0 then
      coroutine.yield(self)
   end
end

--- Calls functions side by side, from outside of any task.
function parallel.together(functions)
   local group = new_group()
   for _, action in ipairs(functions) do
      group:start(action)
   end
   local good, problem = pcall(group.run, group)
   if not good then
      error(group:abandon(problem), 0)
   end
end

return parallel
