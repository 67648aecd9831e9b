-- Programs that run beside the specs, above all Lua scripts.

local service = require "support.service"
local uv = require "luv"

local program = {}

local PATIENCE_SECONDS = 30

--- By how much more memory a script may take than it would by itself: AddressSanitizer keeps what is freed.
program.memory_factor = (os.getenv "LD_PRELOAD" or ""):find "asan" and 200 or 1

local Program = {}
Program.__index = Program

local function keep(self, name, pipe)
   pipe:read_start(function(_, chunk)
      self[name] = self[name] .. (chunk or "")
   end)
end

--- Starts a program.
-- @tparam string path
-- @tparam table arguments
-- @treturn table it; `out` and `err` are what it has printed so far, `pid` is its process id
function program.start(path, arguments)
   local self = setmetatable({ out = "", err = "", began = uv.hrtime() }, Program)
   local stdin, stdout, stderr = uv.new_pipe(false), uv.new_pipe(false), uv.new_pipe(false)
   local child, pid = uv.spawn(path, { args = arguments, stdio = { stdin, stdout, stderr } }, function(code, signal)
      self.code, self.signal, self.seconds = code, signal, (uv.hrtime() - self.began) / 1e9
   end)
   self.child, self.pid = assert(child, pid), pid
   self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
   keep(self, "out", stdout)
   keep(self, "err", stderr)
   return self
end

local function literal(value)
   return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- Starts a script on the interpreter that runs the specs.
-- @tparam string source
-- @tparam[opt] table given strings and numbers that the script finds in its local `given`
function program.script(source, given)
   local fields = {}
   for name, value in pairs(given or {}) do
      fields[#fields + 1] = ("%s = %s"):format(name, literal(value))
   end
   return program.start(service.interpreter(), { "-e", ("package.path, package.cpath = %q, %q; local given = { %s }; ")
      :format(package.path, package.cpath, table.concat(fields, ", ")) .. source })
end

--- Runs a script to its end.
-- @treturn table it; `code` is its exit code, `signal` the signal that ended it or 0, `seconds` the time it took
function program.run(source, given)
   return program.script(source, given):wait()
end

--- Lets the loop run until something is so; raises with what the program has printed when it takes too long.
function Program:until_true(condition)
   local deadline = uv.hrtime() + PATIENCE_SECONDS * 1e9
   while not condition() do
      if uv.hrtime() > deadline then
         self:close()
         error(("it did not come true; out: %s, err: %s"):format(self.out, self.err), 2)
      end
      if not uv.run "nowait" or not condition() then
         uv.sleep(1)
      end
   end
end

--- Waits until its output holds a pattern, takes out everything up to there, and gives what `string.match` gives.
function Program:expect(pattern)
   self:until_true(function() return self.out:find(pattern) or self.code end)
   local first, last = self.out:find(pattern)
   assert(first, ("%q does not come; out: %s, err: %s"):format(pattern, self.out, self.err))
   local found = self.out:sub(first, last)
   self.out = self.out:sub(last + 1)
   return found:match(pattern)
end

--- Writes to its standard input.
function Program:say(text)
   self.stdin:write(text)
end

--- Waits for its end.
function Program:wait()
   self:until_true(function() return self.code end)
   self:close()
   return self
end

--- Ends it, if need be at once.
function Program:close()
   if self.child:is_closing() then
      return
   end
   if not self.code then
      self.child:kill "sigkill"
      while not self.code do
         uv.run "once"
      end
   end
   uv.run "nowait" -- what it printed last
   for _, handle in ipairs { self.child, self.stdin, self.stdout, self.stderr } do
      handle:close()
   end
   uv.run "nowait"
end

return program
