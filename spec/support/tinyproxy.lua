-- tinyproxy, which keeps a log of what it was asked for.

local process = require "support.process"

local tinyproxy = {}

local program, missing = process.find "tinyproxy"

--- Why specs that need it cannot run, or nil.
tinyproxy.missing = missing

--- Starts one.
-- @tparam table folder of support.scratch, for its files
-- @tparam[opt] string settings further lines of its configuration
-- @treturn table the process; its `port` and `url`
function tinyproxy.start(folder, settings)
   local port = process.free_ports(1)[1]
   local log = folder:path("proxy-" .. port .. ".log")
   local file = folder:write("proxy-" .. port .. ".conf", table.concat({
      "Port " .. port, "Listen 127.0.0.1", "Timeout 20", "MaxClients 20", "LogLevel Connect",
      ('LogFile "%s"'):format(log), settings or "",
   }, "\n"))
   local self = process.start(program, { "-d", "-c", file })
   self.port, self.url, self.log = port, "http://127.0.0.1:" .. port, log
   self:listens_on(port)
   return self
end

--- What it has been asked for: a sequence of "METHOD target".
function tinyproxy.asked(self)
   local lines = {}
   for line in io.lines(self.log) do
      lines[#lines + 1] = line:match "Request %(file descriptor %d+%): (%u+ %S+) HTTP/1%.1"
   end
   return lines
end

--- Forgets it.
function tinyproxy.clear(self)
   assert(io.open(self.log, "w")):close()
end

return tinyproxy
