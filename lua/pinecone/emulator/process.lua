--- The emulator as a process: a service behind a server, until a signal comes.
-- @module pinecone.emulator.process

local uv = require("luv")
local api = require("pinecone.emulator.api")
local identifiers = require("pinecone.emulator.identifiers")
local json = require("pinecone.emulator.json")
local keeper = require("pinecone.emulator.keeper")
local options = require("pinecone.emulator.options")
local seed = require("pinecone.emulator.seed")
local server = require("pinecone.emulator.http.server")
local service = require("pinecone.emulator.service")
local store = require("pinecone.emulator.store")

local process = {}

local CONTROL_DESCRIPTOR = 0

local function now()
   local seconds, microseconds = uv.gettimeofday()
   return seconds + microseconds / 1e6
end

-- A mistake of the emulator's own must not end it.
local function guarded(made, request, context)
   request.plane, request.port = context.plane, context.port
   request.index_name = context.index_name
   local ok, outcome = xpcall(function() return made:respond(request) end, debug.traceback)
   if not ok then
      io.stderr:write("pinecone.emulator: ", outcome, "\n")
      return service.broken(request)
   end
   return outcome
end

local function port_of(host)
   return tonumber(host and host:match(":(%d+)$")) or 0
end

-- Every index has a port of its own, after a restart the same one if it is
-- free. Without one (no descriptors left) the index is there all the same, only
-- its records cannot be reached.
local function hosts_of(listening)
   local ports = {}
   return {
      open = function(index)
         local function listen(port)
            return listening:listen(port, {
               plane = "data", index_name = index.name, body_limit = api.body_limits.data,
            })
         end
         local listener = listen(port_of(index.host)) or listen(0)
         ports[index.id] = listener
         return "127.0.0.1:" .. (listener and listener.port or 0)
      end,
      close = function(index)
         if ports[index.id] then
            listening:close_port(ports[index.id])
            ports[index.id] = nil
         end
      end,
   }
end

-- A trouble that lasts is told once.
local function new_complain()
   local told
   return function(problem)
      if problem ~= told then
         told = problem
         io.stderr:write("pinecone.emulator: ", problem, "\n")
      end
   end
end

-- What an option holds, or the JSON file that it names.
local function read_data(what, given)
   if type(given) ~= "string" then
      return given
   end
   local file, problem = io.open(given, "rb")
   local text
   if file then
      text, problem = file:read("*a")
      file:close()
   end
   if not text then
      -- Lua names the file only where it cannot be opened.
      problem = problem:sub(1, #given + 2) == given .. ": " and problem:sub(#given + 3) or problem
      return nil, ("cannot read the %s file %s: %s"):format(what, given, problem)
   end
   local data = json.decode(text)
   if type(data) ~= "table" then
      return nil, ("the %s file %s is not JSON, or no object or array"):format(what, given)
   end
   return data
end

local function read_seed(given)
   local data, problem = read_data("seed", given)
   if not data then
      return nil, problem
   end
   return seed.check(data)
end

-- Everything that has to be read, or nil and what is wrong with it.
local function read_inputs(settings)
   local inputs = {}
   local problem
   inputs.seed, problem = read_seed(settings.seed)
   if not problem then
      inputs.faults, problem = read_data("faults", settings.faults)
   end
   if not problem and settings.state then
      local opened
      opened, problem = store.open(settings.state)
      if not opened then
         return nil, ("cannot use the state file %s: %s"):format(settings.state, problem)
      end
      inputs.store = opened
   end
   if problem then
      return nil, problem
   end
   return inputs
end

local function listen_message(port, problem)
   if problem:find("EADDRINUSE", 1, true) then
      return ("port %d is already in use; 0 takes a free one"):format(port)
   end
   return ("cannot listen on port %d: %s"):format(port, problem)
end

local function listen(listening, plane, port)
   local listener, problem = listening:listen(port, {
      plane = plane, body_limit = api.body_limits[plane] or api.body_limits.control,
   })
   if not listener then
      return nil, listen_message(port, problem)
   end
   return listener.port
end

-- Opens the named ports first, so that no index takes one of them.
local function open_ports(listening, settings)
   local ports = {}
   local problem
   ports.control, problem = listen(listening, "control", settings.port)
   if ports.control then
      ports.legacy, problem = listen(listening, "legacy", settings.legacy_port)
   end
   return ports.legacy and ports, problem
end

local function new_service(listening, settings, inputs)
   local hosts = hosts_of(listening)
   return service.new({
      time = now,
      new_id = identifiers.generator(uv.random),
      open_host = hosts.open, close_host = hosts.close,
      keeper = inputs.store and keeper.new(inputs.store),
      seed = inputs.seed, faults = inputs.faults, complain = new_complain(),
   }, settings)
end

local function on_signal(name, action)
   local signal = uv.new_signal()
   signal:start(name, action)
   signal:unref()
   return signal
end

local function stop_loop()
   uv.stop()
end

local function handle_signals()
   return {
      on_signal("sigterm", stop_loop),
      on_signal("sigint", stop_loop),
      -- Writing to a connection that is gone must be an error, not the end.
      on_signal("sigpipe", function() end),
   }
end

-- Closes, and lets the loop finish the closing: luv crashes when its state
-- goes away before.
local function close(listening, inputs, signals)
   listening:close()
   for _, signal in ipairs(signals or {}) do
      signal:close()
   end
   if inputs.store then
      inputs.store:close()
   end
   uv.run("nowait")
end

-- Makes service and server, which need each other.
local function assemble(settings, inputs)
   local made
   local listening = server.new({
      respond = function(request, context) return guarded(made, request, context) end,
      idle_seconds = settings.idle_seconds,
   })
   local ports, problem = open_ports(listening, settings)
   if ports then
      made, problem = new_service(listening, settings, inputs)
   end
   if not made then
      close(listening, inputs)
      return nil, problem
   end
   return listening, ports
end

local function run(settings, before_loop)
   local inputs, problem = read_inputs(settings)
   if not inputs then
      return nil, problem
   end
   local listening, ports = assemble(settings, inputs)
   if not listening then
      return nil, ports
   end
   local signals = handle_signals()
   if before_loop then
      before_loop(listening)
   end
   io.stdout:write(("listening on http://127.0.0.1:%d\nlegacy controller on http://127.0.0.1:%d\n")
      :format(ports.control, ports.legacy))
   io.stdout:flush()
   uv.run()
   close(listening, inputs, signals)
   return true
end

--- Runs an emulator until SIGINT or SIGTERM.
-- @tparam table settings complete options
-- @treturn boolean true, or nil and a message
function process.run(settings)
   return run(settings)
end

--- Runs an emulator for the process that started this one: options come as one
-- line of JSON on standard input, which is a socket; then requests to the
-- control path come in on it. When it ends, so does the emulator.
-- @treturn boolean true, or nil and a message
function process.run_as_child()
   local given = json.with_integers(json.decode(io.read("*l") or "{}"))
   return run(options.complete(given), function(made)
      local channel = uv.new_pipe(false)
      channel:open(CONTROL_DESCRIPTOR)
      made:serve(channel, {
         plane = "control", body_limit = api.body_limits.control, port = 0,
         lasting = true, on_end = stop_loop,
      })
   end)
end

return process
