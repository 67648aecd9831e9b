-- Somebody outside who asks a server again and again, on connections that stay open.

local uv = require "luv"

local asking = {}

-- What stands behind the answer's head, where it is there as a whole.
local function is_whole(received)
   local head, body = received:match "^(.-\r\n)\r\n(.*)$"
   return head and #body >= tonumber(head:lower():match "content%-length: (%d+)" or 0)
end

local Lane = {}
Lane.__index = Lane

function Lane:ask()
   self.received, self.asked = "", uv.hrtime()
   self.socket:write(self.request)
end

function Lane:finish(problem)
   self.problem = problem
   self.socket:close()
   self.timer:close()
end

function Lane:on_read(problem, bytes)
   if problem or not bytes then
      return self:finish(problem or "the connection was closed")
   end
   self.received = self.received .. bytes
   if not is_whole(self.received) then
      return
   end
   local now = uv.hrtime()
   self.seconds_of[#self.seconds_of + 1] = (now - self.asked) / 1e9
   if not self.received:find "^HTTP/1.1 200 " then
      self:finish(self.received)
   elseif now > self.ends then
      self:finish()
   elseif self.pause > 0 then
      self.timer:start(self.pause, 0, function() self:ask() end)
   else
      self:ask()
   end
end

function Lane:open(port)
   self.socket, self.timer = uv.new_tcp(), uv.new_timer()
   self.socket:connect("127.0.0.1", port, function(problem)
      if problem then
         return self:finish(problem)
      end
      self.socket:read_start(function(...) self:on_read(...) end)
      self:ask()
   end)
end

--- Asks for some seconds; raises where an answer is not good.
-- @tparam number port
-- @tparam table wish `path`, `seconds`, `at_once` (1 without it), `pause` in milliseconds between two on a connection
-- @treturn table the seconds that each took
function asking.during(port, wish)
   local seconds_of, lanes = {}, {}
   for i = 1, wish.at_once or 1 do
      lanes[i] = setmetatable({
         request = ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"):format(wish.path), pause = wish.pause or 0,
         seconds_of = seconds_of, ends = uv.hrtime() + wish.seconds * 1e9,
      }, Lane)
      lanes[i]:open(port)
   end
   for _, lane in ipairs(lanes) do
      while not lane.socket:is_closing() do
         uv.run "once"
      end
   end
   for _, lane in ipairs(lanes) do
      assert(not lane.problem, lane.problem)
   end
   return seconds_of
end

return asking
