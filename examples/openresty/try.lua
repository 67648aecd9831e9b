-- Starts the nginx.conf of this folder in front of an emulator, prints what to try, and ends both on Ctrl-C.
-- `make openresty` runs it:
--
--    luajit try.lua FOLDER [PORT]     FOLDER takes everything that nginx writes

local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"
local uv = require "luv"

local assert = pinecone.assert
local here = assert(uv.fs_realpath(arg[0]:match "^(.*/)" or "."))
local folder, port = arg[1], arg[2]

local function random_hex(bytes)
   return (uv.random(bytes):gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local function free_port()
   local socket = uv.new_tcp()
   socket:bind("127.0.0.1", 0)
   local free = socket:getsockname().port
   socket:close()
   return free
end

local function write(path, text)
   local file = assert(io.open(path, "w"))
   file:write(text)
   file:close()
end

-- The same nginx.conf under another path: from there it includes another listen.conf.
local function prepare()
   for _, name in ipairs { "nginx.conf", "listen.conf", "nginx.pid", "error.log" } do
      uv.fs_unlink(folder .. "/" .. name)
   end
   assert(uv.fs_symlink(here .. "/nginx.conf", folder .. "/nginx.conf"))
   write(folder .. "/listen.conf", ("listen 127.0.0.1:%d;\n"):format(port))
end

local function start_emulator(api_key)
   return assert(emulator.spawn {
      api_key = api_key,
      seed = {
         indexes = {
            { name = "movies", dimension = 3, records = 98 },
            { name = "songs", dimension = 2, records = 20 },
         },
         backups = { { index_name = "movies", name = "before-migration", days_ago = 3 } },
      },
   })
end

-- nginx looks for Lua modules where LUA_PATH says, because of the ";;" in its lua_package_path. As root, its workers
-- would become somebody who may not read the checkout.
local function start_nginx(variables, on_end)
   for name, value in pairs(variables) do
      uv.os_setenv(name, value)
   end
   uv.os_setenv("LUA_PATH", here .. "/?.lua;" .. package.path)
   uv.os_setenv("LUA_CPATH", package.cpath)
   local settings = "daemon off;" .. (uv.getuid() == 0 and " user root root;" or "")
   local nginx, problem = uv.spawn("nginx", {
      args = { "-e", "stderr", "-p", folder, "-c", "nginx.conf", "-g", settings }, stdio = { nil, 1, 2 },
   }, on_end)
   return assert(nginx, "nginx: " .. tostring(problem))
end

local GREETING = [[
API         URL
token       TOKEN, made for this run
emulator    EMULATOR, in place of Pinecone
error log   FOLDER/error.log

Try these in another terminal: take a backup, list those of the index, restore one, and see what Prometheus is told.

curl -X POST URL/backups/movies -H 'Authorization: Bearer TOKEN' -d '{"name": "my-first"}'

curl 'URL/backups?index=movies' -H 'Authorization: Bearer TOKEN'

curl -X POST URL/restore/BACKUP -H 'Authorization: Bearer TOKEN' -d '{"name": "movies-restored"}'

curl URL/metrics -H 'Authorization: Bearer TOKEN'

Ctrl-C ends nginx and the emulator.
]]

local function greet(words)
   io.stdout:write("\n", (GREETING:gsub("%u%u%u+", words)))
   io.stdout:flush()
end

port = tonumber(port) or free_port()
prepare()
local api_key, token = random_hex(16), random_hex(16)
local running = start_emulator(api_key)
local pc = assert(pinecone.new { host = running.url, api_key = api_key })
local backup = assert(pc:list_backups "movies").data[1]
pc:close()

local ended
local function finish(why)
   ended = ended or why
   uv.stop()
end

local nginx_lives = true
local nginx = start_nginx({
   PINECONE_API_KEY = api_key, PINECONE_CONTROLLER_HOST = running.url, BACKUP_TOKEN = token,
}, function()
   nginx_lives = false
   finish "nginx has ended."
end)

for _, name in ipairs { "sigint", "sigterm" } do
   uv.new_signal():start(name, function() finish "" end)
end

-- nginx writes its pid when it listens.
local greeted
local watch = uv.new_timer()
watch:start(0, 100, function()
   if not greeted and uv.fs_stat(folder .. "/nginx.pid") then
      greeted = true
      greet {
         URL = "http://127.0.0.1:" .. port, EMULATOR = running.url, FOLDER = folder, TOKEN = token,
         BACKUP = backup.backup_id,
      }
   end
   if not running:time() then
      finish "The emulator has ended."
   end
end)

uv.run()

if nginx_lives then
   nginx:kill "sigterm"
   while nginx_lives do
      uv.run "once"
   end
end
watch:stop()
running:stop()
print("\n" .. (ended ~= "" and ended .. " " or "") .. "nginx and the emulator are stopped.")
os.exit(ended == "" and 0 or 1)
