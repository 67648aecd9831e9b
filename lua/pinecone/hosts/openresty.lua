-- OpenResty, and nginx with ngx_lua: a call sleeps in its light thread. There is no way to wait for a descriptor that
-- is not nginx's own.

local backoff = require "pinecone.hosts.backoff"
local core = require "pinecone.core"

local openresty = { yields = true }

local can_sleep = {
   rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
   ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

function openresty.problem()
   local ngx = rawget(_G, "ngx")
   if not ngx then
      return "wait = 'openresty' waits only in OpenResty, and in nginx with ngx_lua"
   end
   local phase = ngx.get_phase()
   if not can_sleep[phase] then
      return ("nothing can wait in OpenResty's phase %s. Do it in ngx.timer.at(0, function() ... end)%s"):format(phase,
         phase == "init" and " from init_worker on, or make a client with wait = 'blocking'" or "")
   end
end

-- A request whose caller has gone away leaves its calls, and their connections, to the garbage collector. Where others
-- wait for a connection, and some call is not stepped any more, that is sent for; it holds everybody up for a moment.
local PATIENCE, ABANDONED = 0.2, 2 -- seconds; no call sleeps for more than one
local stepped = setmetatable({}, { __mode = "k" }) -- when each call was stepped last
local looked = 0

local function collect(now)
   if now - looked < PATIENCE then
      return
   end
   looked = now
   for _, time in pairs(stepped) do
      if now - time > ABANDONED then
         collectgarbage()
         return
      end
   end
end

function openresty.wait(call, tell)
   local began = core.clock()
   while not call:step() do
      if tell then
         tell()
      end
      local now = core.clock()
      stepped[call] = now
      if now - began > PATIENCE and call:is_queued() then
         collect(now)
      end
      ngx.sleep(backoff(call, now - began))
   end
   stepped[call] = nil
end

function openresty.together(functions)
   local spawned = {}
   for i, action in ipairs(functions) do
      spawned[i] = assert(ngx.thread.spawn(action))
   end
   for _, thread in ipairs(spawned) do
      ngx.thread.wait(thread)
   end
end

return openresty
