-- luv: libuv watches the call's descriptors and resumes its coroutine.

local threads = require "pinecone.threads"
local uv = require "luv"

local host = { yields = true }

function host.problem()
   return not threads.running() and "a callback of luv cannot wait; do it in a coroutine: coroutine.wrap(function() "
      .. "... end)()" or nil
end

local function resume(thread)
   local good, problem = coroutine.resume(thread)
   if not good then
      error(debug.traceback(thread, tostring(problem)), 0)
   end
end

-- Watches what `interest` tells; each of the handles calls `wake`.
local function watch(wake, milliseconds, ...)
   local handles, events = { uv.new_timer() }, { ... }
   for i = 1, #events, 2 do
      handles[#handles + 1] = assert(uv.new_poll(events[i]))
   end
   handles[1]:start(milliseconds, 0, wake)
   for i = 2, #handles do
      handles[i]:start(events[2 * i - 2], wake)
   end
   return handles
end

local function close(handles)
   for _, handle in ipairs(handles) do
      if not handle:is_closing() then -- a program that ends may have closed all handles of the loop
         handle:close()
      end
   end
end

function host.wait(call, tell, asleep)
   local thread, handles = threads.running(), nil
   local function wake()
      if coroutine.status(thread) == "suspended" then
         resume(thread)
      else -- somebody has closed the coroutine
         close(handles)
         call:cancel()
      end
   end
   while not call:step() do
      if tell then
         tell()
      end
      handles = watch(wake, call:interest())
      asleep[call] = function()
         close(handles)
         handles = watch(wake, 0)
      end
      coroutine.yield()
      asleep[call] = nil
      close(handles) -- before libcurl closes the descriptors
   end
end

function host.together(functions)
   local thread, left, waits = threads.running(), #functions, false
   for _, action in ipairs(functions) do
      resume(coroutine.create(function()
         action()
         left = left - 1
         if left == 0 and waits and coroutine.status(thread) == "suspended" then
            resume(thread)
         end
      end))
   end
   while left > 0 do -- somebody may resume the coroutine before
      waits = true
      coroutine.yield()
   end
end

return host
