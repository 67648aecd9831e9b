-- copas: a call sleeps, because copas waits for sockets of LuaSocket alone.

local backoff = require "pinecone.hosts.backoff"
local copas = require "copas"
local core = require "pinecone.core"
local socket = require "socket"
local threads = require "pinecone.threads"

local host = { yields = true }

function host.problem()
   return not threads.running() and "wait = 'copas' waits only within a thread of copas: copas.addthread(function() "
      .. "... end)" or nil
end

-- Copas before 2.0 cannot sleep. A socket that can always be written to gets its thread a turn in each round of the
-- loop, and a millisecond's rest between two rounds keeps the loop from spinning. No two threads may share a socket:
-- LuaSocket's select would find only one of them.
local idle = {}
local rested, had_turn -- when the loop rested, and the threads that had their turn since

local function writable()
   local made = assert(socket.udp())
   assert(made:setpeername("127.0.0.1", 9)) -- there is no descriptor before; nothing is ever sent
   return made
end

local function wait_for_round()
   local always, tried = table.remove(idle) or writable(), false
   copas.send {
      close = function() end, -- copas calls it where the thread ends after this
      getfd = function() return always:getfd() end,
      send = function()
         if tried then
            return 1
         end
         tried = true
         return nil, "timeout", 0
      end,
   }
   idle[#idle + 1] = always
end

local function rest()
   if rested and core.clock() - rested < 0.001 then
      core.timer(0.001):block()
   end
   rested, had_turn = core.clock(), setmetatable({}, { __mode = "k" })
end

local function turn()
   wait_for_round()
   local thread = threads.running()
   if not had_turn or had_turn[thread] then
      rest()
   end
   had_turn[thread] = true
end

local pause = copas.pause or copas.sleep or turn

function host.wait(call, tell)
   local began = core.clock()
   while not call:step() do
      if tell then
         tell()
      end
      pause(backoff(call, core.clock() - began))
   end
end

function host.together(functions)
   local left = #functions
   for _, action in ipairs(functions) do
      copas.addthread(function()
         action()
         left = left - 1
      end)
   end
   while left > 0 do
      pause(0.005)
   end
end

return host
