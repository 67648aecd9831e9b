-- nginx with ngx_lua, which is what OpenResty consists of, and this checkout's library in it.

local http = require "support.http"
local nginx = require "support.nginx"
local process = require "support.process"
local uv = require "luv"

local openresty = {}

local MODULES = "/usr/lib/nginx/modules/"
local KILLED = 9

local program, missing = process.find "nginx"

--- Why specs that need it cannot run, or nil.
openresty.missing = missing
   or not uv.fs_access(MODULES .. "ngx_http_lua_module.so", "R") and "nginx has no ngx_http_lua_module.so" or nil

-- Relative paths lie in its folder. As root, workers would become somebody who may not read the checkout.
local settings = [[
USER
daemon off;
pid nginx.pid;
error_log ERRORS;
worker_processes WORKERS;
worker_rlimit_nofile 8192;
load_module MODULESndk_http_module.so;
load_module MODULESngx_http_lua_module.so;
MAIN
events { worker_connections 4096; }
http {
   QUIET
   lua_package_path 'PATH';
   lua_package_cpath 'CLIBRARIES';
   HTTP
   server {
      listen 127.0.0.1:PORT;
      SERVER
   }
}
]]

local Nginx = {}

--- Asks for a path.
-- @treturn table see support.http
function Nginx:get(path, headers, method, body)
   return http.exchange(self.port, method or "GET", path, body, headers)
end

--- Asks for a path and does not wait for the answer.
-- @treturn table the connection, to `receive` from; see support.http
function Nginx:ask(path)
   return assert(http.connect(self.port)):send(http.bytes("GET", path))
end

--- The process ids of its workers.
function Nginx:workers()
   return self:children()
end

--- What it has written to its error log.
function Nginx:log()
   local file = assert(io.open(self.log_path))
   local text = file:read "*a"
   file:close()
   return text
end

--- Ends it as a process does, and with it the workers that a killed master leaves behind.
function Nginx:stop()
   local workers = not self.code and self:workers() or {}
   getmetatable(self).stop(self)
   for _, worker in ipairs(self.signal == KILLED and workers or {}) do
      uv.kill(worker, "sigkill")
   end
end

--- Starts one that listens on loopback.
-- @tparam table folder of support.scratch, for its files
-- @tparam table blocks text of its configuration: `main`, `http`, `server` go to these places; `level` is the error
--   log's, "warn" without; `workers` how many there are, one without
-- @treturn table the process, with the methods above; its `port` and `url`
function openresty.start(folder, blocks)
   local port = process.free_ports(1)[1]
   folder:write("nginx.conf", (settings:gsub("%f[%u]%u%u%u%u+", {
      USER = uv.getuid() == 0 and "user root root;" or "",
      ERRORS = "errors.log " .. (blocks.level or "warn"), MODULES = MODULES, PORT = tostring(port),
      WORKERS = tostring(blocks.workers or 1), QUIET = nginx.quiet, PATH = package.path, CLIBRARIES = package.cpath,
      MAIN = blocks.main or "", HTTP = blocks.http or "", SERVER = blocks.server or "",
   })))
   local self = process.start(program, { "-e", "stderr", "-p", folder.root, "-c", "nginx.conf" })
   for name, method in pairs(Nginx) do
      self[name] = method
   end
   self.port, self.url, self.log_path = port, "http://127.0.0.1:" .. port, folder:path "errors.log"
   local good, problem = pcall(self.listens_on, self, port)
   if not good then
      self:stop()
      error(problem, 2)
   end
   return self
end

return openresty
