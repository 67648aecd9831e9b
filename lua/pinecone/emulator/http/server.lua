--- An HTTP/1.1 server on 127.0.0.1 with any number of ports, on luv.
-- @module pinecone.emulator.http.server

local uv = require("luv")
local connection = require("pinecone.emulator.http.connection")

local server = {}

local HOST = "127.0.0.1"
local BACKLOG = 511

--- @type Server
local Server = {}
Server.__index = Server

local function respond(self, request, context)
   if context.closed then
      return { drop = true }
   end
   return self.respond(request, context)
end

local function adopt(self, stream, context)
   self.accepted = self.accepted + 1
   local made = connection.new({
      stream = stream, number = self.accepted, lasting = context.lasting, body_limit = context.body_limit,
      respond = function(request) return respond(self, request, context) end,
      on_close = function(closed)
         self.connections[closed] = nil
         if context.on_end then
            context.on_end()
         end
      end,
   })
   self.connections[made] = true
end

local function accept(self, listener, context)
   local stream = uv.new_tcp()
   if listener:accept(stream) then
      stream:nodelay(true)
      adopt(self, stream, context)
   else
      stream:close()
   end
end

--- Opens a port.
-- @tparam number port 0 takes any free one
-- @tparam table context handed to `respond` with each request; `body_limit` in
--   bytes is the server's, `port` is filled in
-- @treturn table a listener for @{Server:close_port}, or nil and a message
function Server:listen(port, context)
   local listener = uv.new_tcp()
   local ok, problem = listener:bind(HOST, port)
   if ok then
      ok, problem = listener:listen(BACKLOG, function(failed)
         if not failed then
            accept(self, listener, context)
         end
      end)
   end
   if not ok then
      listener:close()
      return nil, problem
   end
   context.port = listener:getsockname().port
   local opened = { handle = listener, context = context, port = context.port }
   self.listeners[opened] = true
   return opened
end

--- Serves a stream that is already connected.
-- @tparam userdata stream
-- @tparam table context as for @{Server:listen}, with `port`; `on_end()` is
--   called when the stream has ended; a `lasting` one may be silent for ever
function Server:serve(stream, context)
   adopt(self, stream, context)
end

--- Closes a port. The request that is being served, perhaps on this very
-- port, gets its answer; later ones on its connections do not.
-- @tparam table listener
function Server:close_port(listener)
   if self.listeners[listener] then
      self.listeners[listener] = nil
      listener.context.closed = true
      listener.handle:close()
   end
end

local function close_idle(self)
   local oldest = uv.now() - self.idle_seconds * 1000
   for open in pairs(self.connections) do
      if not open.delayed and not open.lasting and open.active_at < oldest then
         open:close()
      end
   end
end

--- Closes everything. Once is enough; more does no harm.
function Server:close()
   if self.closed then
      return
   end
   self.closed = true
   self.sweeper:close()
   for listener in pairs(self.listeners) do
      listener.handle:close()
   end
   for open in pairs(self.connections) do
      open:close()
   end
   self.listeners, self.connections = {}, {}
end

--- Makes a server without a port.
-- @tparam table settings `respond(request, context)` returns the outcome;
--   `idle_seconds` is how long a connection may be silent
-- @treturn Server
function server.new(settings)
   local self = setmetatable({
      respond = settings.respond, idle_seconds = settings.idle_seconds,
      listeners = {}, connections = {}, accepted = 0, sweeper = uv.new_timer(),
   }, Server)
   local interval = math.max(100, math.floor(self.idle_seconds * 250))
   self.sweeper:start(interval, interval, function() close_idle(self) end)
   self.sweeper:unref()
   return self
end

return server
