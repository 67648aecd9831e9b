-- Raw HTTP over a socket, for specs of the server itself: what is sent is
-- exactly what the spec says, and everything that comes back can be seen.

local uv = require("luv")
local cjson = require("cjson").new()

local http = {}

local PATIENCE_MILLISECONDS = 5000

-- Turns the loop until something is so; false when it took too long.
local function wait_until(is_so, milliseconds)
   local expired = false
   local timer = uv.new_timer()
   timer:start(milliseconds or PATIENCE_MILLISECONDS, 0, function() expired = true end)
   while not is_so() and not expired do
      uv.run("once")
   end
   timer:close()
   uv.run("nowait")
   return is_so()
end

local Connection = {}
Connection.__index = Connection

-- Opens a connection to a port of 127.0.0.1. `received` is what has come in and
-- not been taken out by `receive`, `reads` in how many pieces it came.
function http.connect(port)
   local self = setmetatable({ socket = uv.new_tcp(), received = "", reads = 0 }, Connection)
   local connected, problem
   self.socket:connect("127.0.0.1", port, function(failed)
      connected, problem = true, failed
   end)
   assert(wait_until(function() return connected end), "cannot connect in time")
   if problem then
      self:close()
      return nil, problem
   end
   self.socket:read_start(function(failed, bytes)
      self.problem, self.reads = failed, self.reads + 1
      self.received = self.received .. (bytes or "")
      self.ended = failed ~= nil or bytes == nil
   end)
   return self
end

-- Sends bytes and waits until they have left.
function Connection:send(bytes)
   local sent
   self.socket:write(bytes, function() sent = true end)
   wait_until(function() return sent or self.ended end)
   return self
end

-- Says that nothing more will be sent.
function Connection:shut()
   self.socket:shutdown()
   return self
end

function Connection:close()
   if not self.socket:is_closing() then
      self.socket:close()
      uv.run("nowait")
   end
end

-- Closes as a program that crashes.
function Connection:abort()
   self.socket:close_reset()
   uv.run("nowait")
end

-- Waits until so many bytes have come in; true when they came in time.
function Connection:wait_for(size, milliseconds)
   return wait_until(function() return #self.received >= size or self.ended end, milliseconds)
      and #self.received >= size
end

-- Waits for the end of the connection; true when it came in time.
function Connection:wait_for_end(milliseconds)
   return wait_until(function() return self.ended end, milliseconds)
end

local function parse_headers(text)
   local headers = {}
   for name, value in text:gmatch("([^\r\n:]+): ?([^\r\n]*)\r\n") do
      headers[name:lower()] = value
   end
   return headers
end

-- What chunks hold, and what stands behind the last one; nil while that has not come.
local function join_chunks(rest)
   local parts, at = {}, 1
   while true do
      local _, after, digits = rest:find("^(%x+)\r\n", at)
      local size = digits and tonumber(digits, 16)
      if not size or #rest < after + size + 2 then
         return nil
      end
      if size == 0 then
         return table.concat(parts), rest:sub(after + 3)
      end
      parts[#parts + 1], at = rest:sub(after + 1, after + size), after + size + 3
   end
end

-- The next response, when it is complete, and what stands behind it.
local function parse(received, without_body)
   local head, rest = received:match("^(.-\r\n)\r\n(.*)$")
   if not head then
      return nil
   end
   local status, headers = tonumber(head:match("^HTTP/1%.1 (%d%d%d) ")), parse_headers(head)
   if headers["transfer-encoding"] == "chunked" and not without_body then
      local body, behind = join_chunks(rest)
      return body and { status = status, headers = headers, body = body }, behind
   end
   local length = without_body and 0 or tonumber(headers["content-length"] or 0)
   if #rest < length then
      return nil
   end
   return { status = status, headers = headers, body = rest:sub(1, length) }, rest:sub(length + 1)
end

-- Waits for the next response. `without_body` says that it answers HEAD.
function Connection:receive(without_body, milliseconds)
   local response, rest
   wait_until(function()
      response, rest = parse(self.received, without_body)
      return response or self.ended
   end, milliseconds)
   if response then
      self.received = rest
   end
   return response
end

local function request_bytes(method, target, body, headers)
   local lines = { ("%s %s HTTP/1.1"):format(method, target), "Host: localhost" }
   for name, value in pairs(headers) do
      lines[#lines + 1] = name .. ": " .. value
   end
   if body then
      lines[#lines + 1] = "Content-Length: " .. #body
   end
   return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

-- One request as bytes, with a key.
function http.bytes(method, target, body, headers)
   local all = { ["Api-Key"] = "spec" }
   for name, value in pairs(headers or {}) do
      all[name] = value
   end
   return request_bytes(method, target, body, all)
end

-- One exchange on a connection of its own. A table as body goes as JSON; the
-- response's `json` is its decoded body.
function http.exchange(port, method, target, body, headers)
   if type(body) == "table" then
      body = cjson.encode(body)
   end
   local connection = assert(http.connect(port))
   connection:send(http.bytes(method, target, body, headers))
   local response = connection:receive(method == "HEAD")
   connection:close()
   if response and response.body:find("^[%[{]") then
      response.json = cjson.decode(response.body)
   end
   return response
end

http.null = cjson.null
http.wait_until = wait_until

-- The port in a URL or host.
function http.port(text)
   return tonumber(text:match(":(%d+)$"))
end

return http
