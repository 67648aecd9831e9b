--- One connection: requests in, one after the other, answers out in order.
-- @module pinecone.emulator.http.connection

local uv = require("luv")
local parser = require("pinecone.emulator.http.parser")
local writer = require("pinecone.emulator.http.writer")

local connection = {}

-- A closing connection is read on for so long, so that the answer is not lost
-- to a reset when the other side is still sending.
local LINGER_MILLISECONDS = 1000
-- Whoever does not read the answers gets no further ones.
local MOST_UNSENT_BYTES = 262144
-- While no request can be served, only so much is read ahead.
local MOST_UNREAD_BYTES = 1048576

--- @type Connection
local Connection = {}
Connection.__index = Connection

--- Closes at once.
function Connection:close()
   if not self.closed then
      self.closed = true
      if self.timer then
         self.timer:close()
      end
      self.stream:close()
      self.on_close(self)
   end
end

local function start_timer(self, milliseconds, action)
   local timer = uv.new_timer()
   self.timer = timer
   uv.update_time()
   timer:start(milliseconds, 0, function()
      timer:close()
      self.timer = nil
      action()
   end)
end

-- Says goodbye and waits for the other side to do so too, if it has not yet.
local function finish(self)
   if self.closed or self.finished then
      return
   end
   self.finished = true
   self.stream:shutdown(function()
      if self.ended then
         self:close()
      end
   end)
   start_timer(self, LINGER_MILLISECONDS, function() self:close() end)
end

local function send(self, bytes)
   self.stream:write(bytes, function(problem)
      if problem then
         self:close()
      elseif self.waits_for_reader and not self.closed then
         self.waits_for_reader = false
         self:go_on()
      end
   end)
   self.waits_for_reader = self.stream:get_write_queue_size() > MOST_UNSENT_BYTES
end

local function send_cut(self, request, outcome)
   local response = outcome.response
   send(self, writer.head(response, request.keep_alive) .. response.body:sub(1, outcome.cut))
   finish(self)
end

-- Does on the wire what the outcome says.
local function deliver(self, request, outcome)
   if self.closed then
      return
   elseif outcome.drop then
      self:close()
   elseif outcome.cut then
      send_cut(self, request, outcome)
   else
      send(self, writer.bytes(outcome.response, request))
      if not request.keep_alive then
         finish(self)
      end
   end
end

local function serve(self, request)
   request.connection = self.number
   local outcome = self.respond(request)
   if not outcome.delay then
      return deliver(self, request, outcome)
   end
   self.delayed = true
   start_timer(self, math.floor(outcome.delay * 1000 + 0.5), function()
      self.delayed = false
      deliver(self, request, outcome)
      self:go_on()
   end)
end

local function refuse(self, problem)
   local request = { method = "GET", keep_alive = false }
   local response = {
      status = problem.status, headers = { ["content-type"] = "text/plain" },
      body = problem.message .. "\n",
   }
   deliver(self, request, { response = response })
end

local function cannot_go_on(self)
   return self.closed or self.finished or self.delayed or self.waits_for_reader
end

-- Reads on, or stops reading while too much is waiting.
local function regulate(self)
   local full = cannot_go_on(self) == true and self.parser.size > MOST_UNREAD_BYTES
   if self.closed or self.finished or full == self.stopped then
      return
   end
   self.stopped = full
   if full then
      self.stream:read_stop()
   else
      self:read()
   end
end

local function serve_next(self)
   local request, problem = self.parser:next()
   if request then
      serve(self, request)
   elseif problem then
      refuse(self, problem)
   elseif self.ended then
      finish(self)
   elseif self.parser:wants_continue() then
      send(self, writer.CONTINUE)
   else
      return false
   end
   return true
end

--- Serves what has come in, as far as it can be served now.
function Connection:go_on()
   local served = true
   while served and not cannot_go_on(self) do
      served = serve_next(self)
   end
   regulate(self)
end

local function on_read(self, problem, bytes)
   self.active_at = uv.now()
   if self.closed then
      return
   elseif problem or (self.finished and not bytes) then
      self:close()
   elseif not self.finished then
      if bytes then
         self.parser:feed(bytes)
      else
         self.ended = true
      end
      self:go_on()
   end
end

--- Starts reading.
function Connection:read()
   self.stream:read_start(function(problem, bytes)
      on_read(self, problem, bytes)
   end)
end

--- Takes over an accepted stream.
-- @tparam table settings `stream`, `number`, `body_limit`, `respond(request)`
--   (returns the outcome), `on_close(connection)` and `lasting`
-- @treturn Connection
function connection.new(settings)
   local self = setmetatable({
      stream = settings.stream, number = settings.number, respond = settings.respond,
      on_close = settings.on_close, parser = parser.new(settings.body_limit),
      active_at = uv.now(), lasting = settings.lasting, stopped = false,
   }, Connection)
   self:read()
   return self
end

return connection
