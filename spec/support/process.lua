-- Processes that run beside the specs: programs, and Lua scripts on the interpreter that runs the specs.

local http = require "support.http"
local service = require "support.service"
local uv = require "luv"

local process = {}

local PATIENCE_MILLISECONDS = 30000

--- By how much more memory a script may take than it would by itself: AddressSanitizer keeps what is freed.
process.memory_factor = (os.getenv "LD_PRELOAD" or ""):find "asan" and 200 or 1

local Process = {}

-- What is printed comes in pieces, and is put together when somebody looks: megabytes that are copied at each piece
-- keep a busy collector at work for seconds.
local printed = { out = true, err = true, text = true }

function Process.__index(self, name)
   if not printed[name] then
      return Process[name]
   end
   local pieces = rawget(self, "pieces")
   pieces[name] = { table.concat(pieces[name]) }
   return pieces[name][1]
end

function Process.__newindex(self, name, value)
   if printed[name] then
      rawget(self, "pieces")[name] = { value }
   else
      rawset(self, name, value)
   end
end

-- What the sanitizers preload is for the interpreter alone; PINECONE_DEBUG asks the specs, not what they look at.
local function environment(path, changes)
   local all, list = uv.os_environ(), {}
   all.LD_PRELOAD = path == service.interpreter() and all.LD_PRELOAD or nil
   all.PINECONE_DEBUG = nil
   for name, value in pairs(changes or {}) do
      all[name] = value
   end
   for name, value in pairs(all) do
      list[#list + 1] = name .. "=" .. value
   end
   return list
end

local function keep(self, name, pipe)
   pipe:read_start(function(_, chunk)
      for _, list in ipairs { self.pieces[name], self.pieces.text } do
         list[#list + 1] = chunk
      end
   end)
end

--- Starts a program.
-- @tparam string path
-- @tparam table arguments
-- @tparam[opt] table variables of the environment to change
-- @treturn table it; `out` and `err` are what it has printed so far, `text` is both, `pid` its process id. Once it has
-- ended, `code` is its exit code, `signal` the signal that ended it or 0, `seconds` the time it took
function process.start(path, arguments, variables)
   local self = setmetatable({ pieces = { out = {}, err = {}, text = {} }, began = uv.hrtime() }, Process)
   self.is_ours = path == service.interpreter() -- a server may well show what it was sent
   self.stdin, self.stdout, self.stderr = uv.new_pipe(false), uv.new_pipe(false), uv.new_pipe(false)
   local child, pid = uv.spawn(path, {
      args = arguments, stdio = { self.stdin, self.stdout, self.stderr }, env = environment(path, variables),
   }, function(code, signal)
      self.code, self.signal, self.seconds = code, signal, (uv.hrtime() - self.began) / 1e9
   end)
   self.child, self.pid = assert(child, pid), pid
   keep(self, "out", self.stdout)
   keep(self, "err", self.stderr)
   return self
end

--- Runs a program to its end, which must be a good one.
-- @tparam string path
-- @param ... arguments
function process.run(path, ...)
   local self = process.start(path, { ... }):wait()
   assert(self.code == 0, path .. ": " .. self.text)
end

local function literal(value)
   return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- Starts a script on the interpreter that runs the specs.
-- @tparam string source
-- @tparam[opt] table given strings, numbers and booleans that the script finds in its local `given`
-- @tparam[opt] table variables of the environment to change
-- @treturn table see start
function process.script(source, given, variables)
   local fields = {}
   for name, value in pairs(given or {}) do
      fields[#fields + 1] = ("%s = %s"):format(name, literal(value))
   end
   local prelude = ("package.path, package.cpath = %q, %q; local given = { %s }; ")
      :format(package.path, package.cpath, table.concat(fields, ", "))
   return process.start(service.interpreter(), { "-e", prelude .. source }, variables)
end

local function raise(self, problem)
   self:stop()
   error(("%s; out: %s, err: %s"):format(problem, self.out, self.err), 3)
end

--- Waits until its output holds a pattern, takes out everything up to there, and gives what `string.match` gives.
function Process:expect(pattern)
   http.wait_until(function() return self.out:find(pattern) or self.code end, PATIENCE_MILLISECONDS)
   local first, last = self.out:find(pattern)
   if not first then
      raise(self, ("%q does not come"):format(pattern))
   end
   local found = self.out:sub(first, last)
   self.out = self.out:sub(last + 1)
   return found:match(pattern)
end

--- Writes to its standard input.
function Process:say(text)
   self.stdin:write(text)
end

--- The process ids of its children; none once it has ended.
function Process:children()
   local listing, ids = io.open(("/proc/%d/task/%d/children"):format(self.pid, self.pid)), {}
   for id in (listing and listing:read "*a" or ""):gmatch "%d+" do
      ids[#ids + 1] = tonumber(id)
   end
   if listing then
      listing:close()
   end
   return ids
end

--- Sends it a signal.
function Process:kill(signal)
   self.child:kill(signal)
end

--- Waits for its end.
-- @treturn table it
function Process:wait()
   if not http.wait_until(function() return self.code end, PATIENCE_MILLISECONDS) then
      raise(self, "it does not end")
   end
   self:stop()
   return self
end

--- Ends it where it has not ended, and forgets what it was.
function Process:stop()
   if self.child:is_closing() then
      return
   end
   for _, signal in ipairs { "sigterm", "sigkill" } do
      if not self.code then
         self:kill(signal)
         http.wait_until(function() return self.code end)
      end
   end
   uv.run "nowait" -- what it printed last
   for _, handle in ipairs { self.child, self.stdin, self.stdout, self.stderr } do
      handle:close()
   end
   uv.run "nowait"
   assert(not (self.is_ours and self.text:find("key-0123456789", 1, true)), "it prints an API key")
end

-- Debian's users have no /usr/sbin in their PATH.
local folders = (os.getenv "PATH" or "") .. ":/usr/sbin:/sbin"

--- The path of a program, or nil and why a spec that needs it cannot run.
function process.find(name)
   for folder in folders:gmatch "[^:]+" do
      if uv.fs_access(folder .. "/" .. name, "X") then
         return folder .. "/" .. name
      end
   end
   return nil, name .. " is not installed; see deps-specs in the Makefile"
end

--- Ports that are free now, no two the same.
function process.free_ports(count)
   local sockets, ports = {}, {}
   for i = 1, count do
      sockets[i] = uv.new_tcp()
      sockets[i]:bind("127.0.0.1", 0)
      ports[i] = sockets[i]:getsockname().port
   end
   for _, socket in ipairs(sockets) do
      socket:close()
   end
   uv.run "nowait"
   return ports
end

local function answers(port)
   local connection = http.connect(port)
   if connection then
      connection:close()
   end
   return connection ~= nil
end

--- Waits until a server that was started takes connections; raises what it printed when it ends before.
function Process:listens_on(port)
   service.until_true(function()
      uv.run "nowait"
      return self.code or answers(port)
   end)
   assert(not self.code, self.text)
end

return process
