-- An API that answers when the spec says so: what happens meanwhile needs no stopwatch.

local http = require "support.http"
local wire = require "support.wire"

local gate = {}

local Gate = {}
Gate.__index = Gate

--- Starts one. It holds back every request until it is opened; `requests` of its `server` are those that came in.
function gate.start()
   local self = setmetatable({ server = wire.start() }, Gate)
   self.url = self.server.url
   self:shut()
   return self
end

--- Forgets what came in, and holds back every answer from now on; after those that are given, if any.
-- @param ... answers, see support.wire
function Gate:shut(...)
   local answers = { ... }
   self.held, self.server.last = {}, nil
   answers[#answers + 1] = function(connection) self.held[#self.held + 1] = connection end
   self.server:clear()
   self.server:answer((unpack or table.unpack)(answers)) -- luacheck: globals unpack
end

--- Waits until so many requests are held back at the same time; false when they do not come.
function Gate:holds(count)
   return http.wait_until(function() return #self.held >= count end)
end

--- Answers those that are held back, and every further one at once.
-- @param body a string, or a table to send as JSON
function Gate:open(body)
   local answer = wire.answer(200, body)
   for _, connection in ipairs(self.held) do
      connection:write(answer)
   end
   self.held = {}
   self.server:answer(answer)
end

--- Whether anybody has connected.
function Gate:was_reached()
   return self.server.last ~= nil
end

--- How many of those that are held back nobody waits for any more: their connections are closed.
function Gate:given_up()
   local count = 0
   for _, connection in ipairs(self.held) do
      count = count + (connection:is_closing() and 1 or 0)
   end
   return count
end

function Gate:stop()
   self.server:stop()
end

return gate
