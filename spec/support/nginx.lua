-- nginx as it stands in front of an API: TLS outside, plain http to the emulator inside.

local process = require "support.process"

local nginx = {}

local program, missing = process.find "nginx"

--- Why specs that need it cannot run, or nil.
nginx.missing = missing

--- For the http block of every nginx here: relative paths lie in its folder.
nginx.quiet = [[
   access_log off;
   client_body_temp_path temporary;
   proxy_temp_path temporary;
   fastcgi_temp_path temporary;
   uwsgi_temp_path temporary;
   scgi_temp_path temporary;
]]

local settings = [[
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {}
http {
   QUIET
   SERVERS
}
]]

local server = [[
   server {
      listen 127.0.0.1:PORT TLS;
      PAIR
      MORE
      location / { proxy_pass BEHIND; }
   }
]]

local function block(row, port, behind)
   local pair = row.certificate and ("ssl_certificate %s; ssl_certificate_key %s;"):format(row.certificate, row.key)
   return (server:gsub("%u%u%u%u*", {
      PORT = tostring(port), TLS = row.certificate and "ssl" or "", PAIR = pair or "", MORE = row.settings or "",
      BEHIND = behind,
   }))
end

--- Starts one nginx with many servers, each on a port of its own.
-- @tparam table folder of support.scratch, for its files
-- @tparam string behind the URL that it asks
-- @tparam table rows by name: `certificate` and `key` (without them it speaks plain http), `settings`
-- @treturn table the process; its `ports` by name
function nginx.start(folder, behind, rows)
   local names, blocks, ports = {}, {}, {}
   for name in pairs(rows) do
      names[#names + 1] = name
   end
   for i, port in ipairs(process.free_ports(#names)) do
      ports[names[i]] = port
      blocks[i] = block(rows[names[i]], port, behind)
   end
   folder:write("nginx.conf", (settings:gsub("%u%u%u%u+", { QUIET = nginx.quiet, SERVERS = table.concat(blocks) })))
   local self = process.start(program, { "-e", "stderr", "-p", folder.root, "-c", "nginx.conf" })
   self.ports = ports
   for _, port in pairs(ports) do
      self:listens_on(port)
   end
   return self
end

return nginx
