--- One connection: requests in, one after the other, answers out in order.
-- @module pinecone.emulator.http.connection

local uv = require("luv")
local answers = require("pinecone.emulator.http.answer")
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

-- Pipes cannot be reset, nor can a stream that has said goodbye.
local function close_stream(stream, with_reset)
   local reset = with_reset and stream.close_reset and stream:close_reset()
   if not reset then
      stream:close()
   end
end

--- Closes at once.
-- @tparam[opt] boolean with_reset
function Connection:close(with_reset)
   if not self.closed then
      self.closed = true
      if self.timer then
         self.timer:close()
      end
      close_stream(self.stream, with_reset)
      self.on_close(self)
   end
end

-- Whatever a connection waits for, it is one thing at a time.
local function start_timer(self, milliseconds, action)
   self.timer = self.timer or uv.new_timer()
   uv.update_time()
   self.timer:start(milliseconds, 0, action)
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

-- Writes, and calls `action` when the bytes have gone out.
local function write(self, bytes, action)
   local writing = self.stream:write(bytes, function(problem)
      if problem then
         self:close()
      elseif not self.closed then
         self.active_at = uv.now()
         action()
      end
   end)
   if not writing then
      self:close()
   end
   return writing
end

local function send(self, bytes)
   local writing = write(self, bytes, function()
      if self.waits_for_reader then
         self.waits_for_reader = false
         self:go_on()
      end
   end)
   self.waits_for_reader = writing ~= nil and self.stream:get_write_queue_size() > MOST_UNSENT_BYTES
end

-- What becomes of the connection when an answer has gone out.
local endings = {
   go_on = function() end,
   finish = finish,
   reset = function(self) self:close(true) end,
   wait = function(self)
      self.silent = true
      if self.ended then
         finish(self)
      end
   end,
}

-- A delayed connection is not idle: the server leaves it open.
local function pause(self, seconds, action)
   self.delayed = true
   start_timer(self, math.floor(seconds * 1000 + 0.5), function()
      self.delayed = false
      action()
   end)
end

-- One piece at a time, the next one when this one has gone out: no faster than
-- the other side reads, and never so long that others have to wait.
local function stream_on(self, answer, piece)
   write(self, piece, function()
      local following = answer.next()
      if not following then
         self.streams = false
         endings[answer.ending](self)
         self:go_on()
      elseif answer.pause then
         pause(self, answer.pause, function() stream_on(self, answer, following) end)
      else
         stream_on(self, answer, following)
      end
   end)
end

-- Does on the wire what the outcome says.
local function deliver(self, request, outcome)
   if self.closed then
      return
   elseif outcome.drop then
      return self:close(outcome.reset)
   end
   local answer = answers.new(request, outcome)
   if answer.next then
      self.streams = true
      stream_on(self, answer, answer.next())
   else
      send(self, answer.bytes)
      endings[answer.ending](self)
   end
end

local function serve(self, request)
   request.connection = self.number
   local outcome = self.respond(request)
   if not outcome.delay then
      return deliver(self, request, outcome)
   end
   pause(self, outcome.delay, function()
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
   return self.closed or self.finished or self.delayed or self.streams or self.silent
      or self.waits_for_reader
end

-- Reads on, or stops reading while too much is waiting.
local function regulate(self)
   local full = cannot_go_on(self) and self.parser.size > MOST_UNREAD_BYTES
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
      if self.silent and self.ended then
         finish(self)
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
      active_at = uv.now(), lasting = settings.lasting, stopped = false, ended = false,
      closed = false, finished = false, delayed = false, streams = false, silent = false,
      waits_for_reader = false,
   }, Connection)
   self:read()
   return self
end

return connection
