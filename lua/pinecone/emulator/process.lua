--- The emulator as a process: a service behind a server, until a signal comes.
-- @module pinecone.emulator.process

local uv = require("luv")
local api = require("pinecone.emulator.api")
local identifiers = require("pinecone.emulator.identifiers")
local json = require("pinecone.emulator.json")
local options = require("pinecone.emulator.options")
local server = require("pinecone.emulator.http.server")
local service = require("pinecone.emulator.service")

local process = {}

local CONTROL_DESCRIPTOR = 0

local function now()
   local seconds, microseconds = uv.gettimeofday()
   return seconds + microseconds / 1e6
end

-- A mistake of the emulator's own must not end it.
local function guarded(made)
   return function(request, context)
      request.plane, request.port = context.plane, context.port
      request.index_name = context.index_name
      local ok, outcome = xpcall(function() return made:respond(request) end, debug.traceback)
      if not ok then
         io.stderr:write("pinecone.emulator: ", outcome, "\n")
         return service.broken(request)
      end
      return outcome
   end
end

-- Every index has a port of its own. Without one (no descriptors left) it is
-- there all the same, only its records cannot be reached.
local function hosts_of(listening)
   local ports = {}
   return {
      open = function(index)
         local listener = listening.server:listen(0, {
            plane = "data", index_name = index.name, body_limit = api.body_limits.data,
         })
         ports[index.id] = listener
         return "127.0.0.1:" .. (listener and listener.port or 0)
      end,
      close = function(index)
         if ports[index.id] then
            listening.server:close_port(ports[index.id])
            ports[index.id] = nil
         end
      end,
   }
end

-- Makes service and server, which need each other.
local function assemble(settings)
   local listening = {}
   local hosts = hosts_of(listening)
   local made = service.new({
      time = now,
      new_id = identifiers.generator(uv.random),
      open_host = hosts.open, close_host = hosts.close,
   }, settings)
   listening.server = server.new({
      respond = guarded(made), idle_seconds = settings.idle_seconds,
   })
   return listening.server
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

local function listen_message(port, problem)
   if problem:find("EADDRINUSE", 1, true) then
      return ("port %d is already in use"):format(port)
   end
   return ("cannot listen on port %d: %s"):format(port, problem)
end

-- Closes, and lets the loop finish the closing: luv crashes when its state
-- goes away before.
local function close(made, signals)
   made:close()
   for _, signal in ipairs(signals or {}) do
      signal:close()
   end
   uv.run("nowait")
end

local function run(settings, before_loop)
   local made = assemble(settings)
   local listener, problem = made:listen(settings.port, {
      plane = "control", body_limit = api.body_limits.control,
   })
   if not listener then
      close(made)
      return nil, listen_message(settings.port, problem)
   end
   local signals = handle_signals()
   if before_loop then
      before_loop(made)
   end
   io.stdout:write(("listening on http://127.0.0.1:%d\n"):format(listener.port))
   io.stdout:flush()
   uv.run()
   close(made, signals)
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
   local given = json.decode(io.read("*l") or "{}")
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
