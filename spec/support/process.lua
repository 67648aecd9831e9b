-- Other programs: run to their end, or left running while a spec needs them.

local service = require "support.service"
local uv = require "luv"

local process = {}

-- What the sanitizers preload is for the interpreter alone.
local function environment(program, changes)
   local all, list = uv.os_environ(), {}
   if program ~= service.interpreter() then
      all.LD_PRELOAD = nil
   end
   for name, value in pairs(changes or {}) do
      all[name] = value
   end
   for name, value in pairs(all) do
      list[#list + 1] = name .. "=" .. value
   end
   return list
end

local function collect(pipe, texts, own)
   pipe:read_start(function(_, chunk)
      texts[#texts + 1], own[#own + 1] = chunk, chunk
   end)
end

local Process = {}
Process.__index = Process

--- Starts a program.
-- @tparam string program
-- @tparam table arguments
-- @tparam[opt] table variables of the environment to change
-- @treturn table the process; `exit` is its exit code once it has ended, `out` and `err` the pieces that it has
-- printed on each output
function process.start(program, arguments, variables)
   local self = setmetatable({
      pipe = uv.new_pipe(false), errors = uv.new_pipe(false), texts = {}, out = {}, err = {},
   }, Process)
   self.handle = assert(uv.spawn(program, {
      args = arguments, stdio = { nil, self.pipe, self.errors },
      env = environment(program, variables),
   }, function(code, signal)
      self.exit = signal == 0 and code or 128 + signal
   end))
   collect(self.pipe, self.texts, self.out)
   collect(self.errors, self.texts, self.err)
   return self
end

--- What it has printed so far, on both outputs.
function Process:output()
   uv.run "nowait"
   return table.concat(self.texts)
end

--- Waits until it has ended.
-- @treturn string what it printed
-- @treturn number its exit code
function Process:wait()
   service.until_true(function()
      uv.run "nowait"
      return self.exit
   end)
   local text = self:output()
   self:stop()
   return text, self.exit
end

function Process:stop()
   if self.handle:is_closing() then
      return
   end
   if not self.exit then
      self.handle:kill "sigterm"
      service.until_true(function()
         uv.run "nowait"
         return self.exit
      end)
   end
   self.handle:close()
   self.pipe:close()
   self.errors:close()
   uv.run "nowait"
end

--- Runs a program to its end, which must be a good one.
-- @treturn string what it printed
function process.run(program, ...)
   local text, code = process.start(program, { ... }):wait()
   assert(code == 0, program .. ": " .. text)
   return text
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
   return nil, name .. " is not installed; see deps-servers in the Makefile"
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
   local socket, outcome = uv.new_tcp(), nil
   socket:connect("127.0.0.1", port, function(problem) outcome = problem or "connected" end)
   while not outcome do
      uv.run "once"
   end
   socket:close()
   uv.run "nowait"
   return outcome == "connected"
end

--- Waits until a server that was started takes connections; raises what it printed when it ends before.
function Process:listens_on(port)
   service.until_true(function()
      uv.run "nowait"
      return self.exit or answers(port)
   end)
   assert(not self.exit, self:output())
end

return process
