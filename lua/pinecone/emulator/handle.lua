--- An emulator that runs as a process of its own: `pinecone.emulator.spawn` starts it.
--
-- Its methods wait for its answer, and work everywhere, in callbacks of a running loop too.
-- @classmod Emulator
-- @usage
-- local running = assert(require "pinecone.emulator".spawn { job_seconds = 0 })
-- local pc = assert(pinecone.new { host = running.url, api_key = "any" })
-- print(#assert(pc:list_indexes()).indexes)
-- running:stop()

-- The two processes share a socket, the child's standard input: requests to the control path go over it, and its end
-- ends the child. It is read without an event loop.
local uv = require("luv")
local json = require("pinecone.emulator.json")
local tables = require("pinecone.emulator.tables")

local handle = {}

-- Large seeds and states take a while to read.
local START_SECONDS = 60
local ANSWER_SECONDS = 30
local STOP_SECONDS = 5
local CHUNK = 65536
local ENDED = "the emulator has ended"
local EAGER_TURNS = 20

--- Its fields.
-- @table Emulator
-- @tfield string url where its control plane listens
-- @tfield string legacy_url where its legacy controller does
-- @tfield int pid the process

--- A request that the emulator got.
-- @table LoggedRequest
-- @tfield int number counts from 1
-- @tfield int connection which connection it came over
-- @tfield int port
-- @tfield[opt] string operation none for an unknown path
-- @tfield string method
-- @tfield string path
-- @tfield[opt] string query
-- @tfield[opt] int status none where no answer was sent
-- @tfield[opt] string api_version
-- @tfield[opt] int fault the place of the plan that struck it

--- How much there is.
-- @table EmulatorState
-- @tfield int indexes
-- @tfield int backups
-- @tfield int restore_jobs
-- @tfield int collections
-- @tfield int schedules

local Emulator = {}
Emulator.__index = Emulator

-- Answers come within microseconds, so the first waits are the shortest.
local function wait(turn)
   uv.sleep(turn < EAGER_TURNS and 0 or 1)
end

-- Reads what is there: bytes, "" at the end, or nil and a message.
local function read_some(descriptor, deadline)
   local turn = 0
   while true do
      local bytes, problem, code = uv.fs_read(descriptor, CHUNK, -1)
      if bytes then
         return bytes
      elseif code ~= "EAGAIN" then
         return code == "ECONNRESET" and "" or nil, problem
      elseif uv.hrtime() > deadline then
         return nil, "timed out"
      end
      wait(turn)
      turn = turn + 1
   end
end

-- Writing to a child that is gone would end this process with SIGPIPE.
local function has_ended(channel)
   return uv.fs_read(channel, 1, -1) == ""
end

local function write_all(descriptor, bytes, deadline)
   while #bytes > 0 do
      local written, problem, code = uv.fs_write(descriptor, bytes, -1)
      if written then
         bytes = bytes:sub(written + 1)
      elseif code ~= "EAGAIN" then
         return nil, problem
      elseif uv.hrtime() > deadline then
         return nil, "timed out"
      else
         wait(EAGER_TURNS)
      end
   end
   return true
end

local function seconds_from_now(seconds)
   return uv.hrtime() + seconds * 1e9
end

-- Reads until the bytes have what is looked for.
local function read_until(descriptor, buffer, is_enough, deadline)
   while not is_enough(buffer) do
      local bytes, problem = read_some(descriptor, deadline)
      if not bytes then
         return nil, problem
      elseif bytes == "" then
         return nil, ENDED
      end
      buffer = buffer .. bytes
   end
   return buffer
end

local function split_response(buffer)
   local head, body = buffer:match("^(.-\r\n)\r\n(.*)$")
   local length = head and head:match("content%-length: (%d+)\r\n")
   if length and #body >= tonumber(length) then
      return tonumber(head:match("^HTTP/1.1 (%d+)")), body
   end
end

-- One exchange over the control path: what it answered, or nil and a message.
local function ask(self, method, what, arguments)
   if self.stopped then
      return nil, "the emulator has been stopped"
   elseif has_ended(self.channel) then
      return nil, ENDED
   end
   local body = arguments and json.encode(arguments) or ""
   local deadline = seconds_from_now(ANSWER_SECONDS)
   local ok, problem = write_all(self.channel, ("%s /_emulator/%s HTTP/1.1\r\nHost: emulator\r\n"
      .. "Content-Length: %d\r\n\r\n%s"):format(method, what, #body, body), deadline)
   local answer
   if ok then
      answer, problem = read_until(self.channel, "", split_response, deadline)
   end
   if not answer then
      return nil, problem
   end
   local status, text = split_response(answer)
   local value = json.with_integers(json.decode(text))
   if status ~= 200 then
      return nil, value.message or value.error.message
   end
   return value
end

local function done(answer, problem)
   if not answer then
      return nil, problem
   end
   return true
end

--- Adds a fault plan, behind those that there are.
-- @tparam FaultPlan plan
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage
-- assert(running:fault { operation = "create_backup", status = 503, on = 1 })
-- assert(running:fault { operation = "*", delay = 0.01, on = { chance = 0.5 } })
function Emulator:fault(plan)
   return done(ask(self, "POST", "faults", plan))
end

--- Removes all fault plans.
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage assert(running:clear_faults())
function Emulator:clear_faults()
   return done(ask(self, "DELETE", "faults"))
end

--- The fault plans that are set, in order.
-- @treturn[1] {FaultPlan,...} each also with `count`, the matching requests so far,
--   and `struck`, those that it decided about
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage
-- assert(running:fault { operation = "list_indexes", status = 503 })
-- for _, plan in ipairs(assert(running:faults())) do print(plan.operation, plan.count, plan.struck) end
function Emulator:faults()
   local answer, problem = ask(self, "GET", "faults")
   if not answer then
      return nil, problem
   end
   return answer.faults
end

--- The log of requests, oldest first. It has no keys.
-- @treturn[1] {LoggedRequest,...}
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage
-- assert(pc:list_indexes())
-- for _, request in ipairs(assert(running:requests())) do print(request.operation, request.status) end
function Emulator:requests()
   local answer, problem = ask(self, "GET", "requests")
   if not answer then
      return nil, problem
   end
   return answer.requests
end

--- Empties the log of requests.
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage assert(running:clear_requests())
function Emulator:clear_requests()
   return done(ask(self, "DELETE", "requests"))
end

--- Moves the emulator's clock; what falls into the time happens at once:
-- schedules fire, jobs end, backups expire.
-- @tparam number seconds
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage assert(running:advance(24 * 3600))
function Emulator:advance(seconds)
   return done(ask(self, "POST", "advance", { seconds = seconds }))
end

--- The emulator's time.
-- @treturn[1] number seconds since 1970
-- @treturn[1] string the same, as `2025-05-15T00:52:10.809354Z`
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage print(running:time())
function Emulator:time()
   local answer, problem = ask(self, "GET", "time")
   if not answer then
      return nil, problem
   end
   return answer.seconds, answer.now
end

--- Sets everything back to the start: the project to the seed or to nothing,
-- the clock to the real time. Fault plans and log are empty then, the state
-- file holds the start.
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage assert(running:reset())
function Emulator:reset()
   return done(ask(self, "POST", "reset"))
end

--- Counts of what there is.
-- @treturn[1] EmulatorState
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @usage print(assert(running:state()).backups)
function Emulator:state()
   return ask(self, "GET", "state")
end

-- The child's end of the socket closes when the child is gone.
local function wait_for_end(channel, seconds)
   local deadline = seconds_from_now(seconds)
   local bytes
   repeat
      bytes = read_some(channel, deadline)
   until not bytes or bytes == ""
   return bytes ~= nil
end

-- Lets luv take note of the child's end, where no loop does so already.
local function reap(child)
   local deadline = seconds_from_now(1)
   -- A loop with nothing but unreferenced handles does not turn at all.
   child:ref()
   while not uv.loop_mode() and not child:is_closing() and uv.hrtime() < deadline do
      uv.run("nowait")
      uv.sleep(1)
   end
   child:unref()
end

local function finish(self, signal)
   if self.stopped then
      return true
   end
   self.stopped = true
   self.child:kill(signal)
   if not wait_for_end(self.channel, STOP_SECONDS) then
      self.child:kill("sigkill")
      wait_for_end(self.channel, STOP_SECONDS)
   end
   uv.fs_close(self.channel)
   reap(self.child)
   return true
end

--- Ends the emulator and waits until it has ended. Once is enough; more does
-- no harm.
-- @treturn boolean true
-- @usage running:stop()
function Emulator:stop()
   return finish(self, "sigterm")
end

--- Ends the emulator as a crash would, whatever it is doing, and waits until it
-- has ended. What it had answered is in its state file.
-- @treturn boolean true
-- @usage running:kill()
function Emulator:kill()
   return finish(self, "sigkill")
end

-- Tables have no finalizer on Lua 5.1 and LuaJIT, a proxy has.
local function on_collection(self, action)
   if newproxy then
      self.sentinel = newproxy(true)
      getmetatable(self.sentinel).__gc = action
   else
      self.sentinel = setmetatable({}, { __gc = action })
   end
end

-- The interpreter that runs this script. Without a script there is no `arg`,
-- and inside a host the executable is not an interpreter.
local function running_interpreter()
   local lowest = 0
   while arg and arg[lowest - 1] do
      lowest = lowest - 1
   end
   if lowest < 0 then
      return arg[lowest]
   end
   local executable = uv.exepath() or ""
   return executable:find("/lua[^/]*$") and executable or "lua"
end

-- It ends by os.exit, because luv 1.44 reads freed memory when a Lua state is closed.
local function child_script()
   return ("package.path, package.cpath = %q, %q\n"
      .. "local ok, problem = require('pinecone.emulator.process').run_as_child()\n"
      .. "if not ok then io.stdout:write('failed: ', problem, '\\n') end\n"
      .. "os.exit(ok and 0 or 1)")
      :format(package.path, package.cpath)
end

-- luv crashes when its state goes away before it has closed a failed child.
local function finish_closing()
   if not uv.loop_mode() then
      uv.run("nowait")
   end
end

local function start(interpreter)
   local sockets = uv.socketpair(nil, nil, { nonblock = true }, {})
   local output = uv.pipe({ nonblock = true }, {})
   local child, pid
   child, pid = uv.spawn(interpreter, {
      args = { "-e", child_script() },
      stdio = { sockets[2], output.write, 2 },
   }, function()
      child:close()
   end)
   uv.fs_close(sockets[2])
   uv.fs_close(output.write)
   if not child then
      uv.fs_close(sockets[1])
      uv.fs_close(output.read)
      finish_closing()
      return nil, ("cannot start %s: %s"):format(interpreter, pid)
   end
   child:unref()
   return { child = child, pid = pid, channel = sockets[1], output = output.read }
end

local function has_started(text)
   return text:find("\n.*\n") or text:find("^failed: .*\n")
end

local function first_lines(started, given)
   local settings = tables.copy({ port = 0 }, given)
   settings.lua = nil
   local deadline = seconds_from_now(START_SECONDS)
   local ok, problem = write_all(started.channel, json.encode(settings) .. "\n", deadline)
   if not ok then
      return nil, problem
   end
   return read_until(started.output, "", has_started, deadline)
end

-- Starts one, of checked options and `lua`, the interpreter; or nil and a message.
function handle.spawn(given)
   local started, problem = start(given.lua or running_interpreter())
   if not started then
      return nil, problem
   end
   local self = setmetatable({ child = started.child, pid = started.pid, channel = started.channel }, Emulator)
   local lines
   lines, problem = first_lines(started, given)
   uv.fs_close(started.output)
   if lines then
      self.url, self.legacy_url = lines:match("^listening on (%S+)\nlegacy controller on (%S+)\n")
   end
   if not self.url then
      self:stop()
      return nil, lines and lines:match("^failed: (.*)\n") or problem
   end
   on_collection(self, function()
      if not self.stopped then
         uv.fs_close(self.channel)
      end
   end)
   return self
end

return handle
