-- An HTTP server in this process: it keeps every byte that it is sent, and answers what it is told to.

local cjson = require("cjson").new()
local pinecone = require "pinecone"
local uv = require "luv"

local wire = {}

--- The key that its clients send.
wire.api_key = "wire-key-0123456789"

local Server = {}
Server.__index = Server

--- The bytes of an answer.
-- @tparam number status
-- @param body a string, a table to send as JSON, or nil
-- @tparam[opt] string content_type
function wire.answer(status, body, content_type)
   if type(body) == "table" then
      body = cjson.encode(body)
   end
   -- no %s: before 5.3 it ends at a NUL
   return ("HTTP/1.1 %d Spec\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"):format(
      status, content_type or "application/json", #(body or "")) .. (body or "")
end

-- Takes the next request out of the bytes, when it is there as a whole.
local function take(bytes)
   local head, rest = bytes:match "^(.-\r\n)\r\n(.*)$"
   local length = head and tonumber(head:match "[Cc]ontent%-[Ll]ength: (%d+)" or 0)
   if not head or #rest < length then
      return nil, bytes
   end
   local method, path, query = head:match "^(%u+) ([^ ?]+)%??([^ ]*) "
   local body = rest:sub(1, length)
   return {
      head = head, body = body, method = method, path = path, query = query,
      json = body:find "^[%[{]" and cjson.decode(body) or nil,
   }, rest:sub(length + 1)
end

local function serve(self, connection)
   local bytes = ""
   self.last = connection
   connection:read_start(function(_, chunk)
      if not chunk then
         if not connection:is_closing() then
            connection:close()
         end
         return
      end
      local request
      request, bytes = take(bytes .. chunk)
      if request then
         self.requests[#self.requests + 1] = request
         local answer = self.answers[#self.requests] or self.answers[#self.answers]
         if type(answer) == "function" then
            answer(connection)
         else
            connection:write(answer)
         end
      end
   end)
end

--- Starts a server. Its `requests` are a sequence of what came in; `answers` are given in turn, the last one for ever.
function wire.start()
   local self = setmetatable({ socket = uv.new_tcp() }, Server)
   self:clear()
   self.socket:bind("127.0.0.1", 0)
   self.port = self.socket:getsockname().port
   self.url = "http://127.0.0.1:" .. self.port
   self.socket:listen(16, function()
      local connection = uv.new_tcp()
      self.socket:accept(connection)
      serve(self, connection)
   end)
   return self
end

--- Forgets the requests, and answers with an empty object.
function Server:clear()
   self.requests = {}
   self:answer(wire.answer(200, "{}"))
end

--- Says what to answer from now on.
-- @tparam string|function ... bytes, or what is called with the connection
function Server:answer(...)
   self.answers = { ... }
end

--- Sends bytes on the last connection that was made, unasked.
function Server:say(bytes)
   self.last:write(bytes)
   uv.run "nowait"
end

-- It lets the server work, which lives in this process.
local function turn_loop(call)
   while not call:step() do
      uv.run "nowait"
   end
end

--- The option `wait` of its clients. Inside of nginx luv's loop turns by itself, see spec/openresty/inside: there calls
-- wait as they always do.
wire.wait = not rawget(_G, "ngx") and turn_loop or nil

--- Makes a client.
function Server:client(options)
   local all = {
      api_key = wire.api_key, host = self.url, retry_delay = 0.01, settle_grace = 0.1, wait = wire.wait,
   }
   for name, value in pairs(options or {}) do
      all[name] = value
   end
   return pinecone.assert(pinecone.new(all))
end

--- Bytes, after which the connection ends.
function wire.last(bytes)
   return function(connection)
      connection:write(bytes)
      connection:shutdown()
   end
end

--- A header of a request, which may be there only once.
function wire.header(request, name)
   local found
   for key, value in request.head:gmatch "\r\n([^:\r\n]+):[ \t]*([^\r\n]*)" do
      if key:lower() == name:lower() then
         assert(not found, name .. " is sent twice")
         found = value
      end
   end
   return found
end

function Server:stop()
   self.socket:close()
   uv.run "nowait"
end

return wire
