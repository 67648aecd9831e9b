-- Who asks, each the way it is used best: the connection stays open, and what can be set once is. Loads nothing before
-- it is asked for, because loading is measured, too.

local bodies = require "bench.bodies"

local clients = {}

local KEY = "bench-key-0123456789"

clients.backup_path = "/backups/" .. bodies.id
clients.page_path = "/backups?limit=" .. bodies.page_size

--- The library.
function clients.ours(url)
   local pinecone = require "pinecone"
   return pinecone.assert(pinecone.new { host = url, api_key = KEY }), pinecone
end

-- The very headers that the library sends. Host and Accept come first by themselves.
local function headers()
   return ("lua-pinecone/0.1.0 (%s; libcurl/%s)"):format(_VERSION, require("fetch").version()),
      "X-Pinecone-Api-Version: 2026-04", "Api-Key: " .. KEY, "Accept: application/json"
end

--- libcurl in C: `get` gives a body, `many` makes calls without Lua.
function clients.raw(url)
   return require("fetch").new(url, headers())
end

--- libcurl in C, many calls at once; `take`, where there is one, is given each body.
function clients.raw_at_once(url, total, at_once, take)
   require("fetch").at_once(total, at_once, take, url, headers())
end

-- No client, but a floor for one that is made of luasocket: it knows one status and one way to tell a length.
local function receive(socket)
   assert(assert(socket:receive()):find "^HTTP/1.1 200 ")
   local length
   repeat
      local line = assert(socket:receive())
      length = line:lower():match "^content%-length: (%d+)" or length
   until line == ""
   return (assert(socket:receive(tonumber(length))))
end

--- luasocket by hand, because its own http makes a connection for each call: a function that gives a body.
function clients.luasocket(url, path)
   local host, port = url:match "^http://([%d.]+):(%d+)$"
   local socket = assert(require("socket").connect(host, tonumber(port)))
   socket:setoption("tcp-nodelay", true)
   local lines = { "GET " .. path .. " HTTP/1.1", "Host: " .. host .. ":" .. port, "User-Agent: luasocket" }
   for _, line in ipairs { select(2, headers()) } do
      lines[#lines + 1] = line
   end
   local request = table.concat(lines, "\r\n") .. "\r\n\r\n"
   return function()
      assert(socket:send(request))
      return receive(socket)
   end
end

return clients
