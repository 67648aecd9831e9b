-- The peer: what people write by hand to ask an API in OpenResty. Its connections are kept and used again.
-- luacheck: globals ngx

local cjson = require "cjson"

local HEADERS = "Host: %s:%d\r\nUser-Agent: peer\r\nAccept: application/json\r\nApi-Key: %s\r\n"
   .. "X-Pinecone-Api-Version: 2026-04\r\n"
local IDLE_MILLISECONDS, POOL_SIZE = 60000, 512

local function receive_head(socket)
   local line, problem = socket:receive()
   local status, headers = line and tonumber(line:match "^HTTP/1%.1 (%d%d%d)"), {}
   while line and line ~= "" do
      line, problem = socket:receive()
      local name, value = (line or ""):match "^([^:]+):%s*(.*)$"
      if name then
         headers[name:lower()] = value
      end
   end
   if not line or not status then
      return nil, problem or "this is not HTTP"
   end
   return status, headers
end

local function exchange(socket, request)
   local sent, problem = socket:send(request)
   local status, headers = nil, problem
   if sent then
      status, headers = receive_head(socket)
   end
   if not status then
      return nil, headers
   end
   local body
   body, problem = socket:receive(tonumber(headers["content-length"]))
   return body and status, body or problem
end

local function new(server)
   local headers = HEADERS:format(server.host, server.port, server.api_key)
   return function(id)
      local socket = ngx.socket.tcp()
      socket:settimeout(30000)
      local connected, problem = socket:connect(server.host, server.port)
      if not connected then
         return nil, problem
      end
      local status, body = exchange(socket, { "GET /backups/", id, " HTTP/1.1\r\n", headers, "\r\n" })
      if not status then
         socket:close()
         return nil, body
      end
      socket:setkeepalive(IDLE_MILLISECONDS, POOL_SIZE)
      if status ~= 200 then
         return nil, "HTTP " .. status
      end
      return cjson.decode(body)
   end
end

return { new = new }
