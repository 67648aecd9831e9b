--- An incremental parser of HTTP/1.1 requests. Pure: bytes in, requests out.
-- @module pinecone.emulator.http.parser

local parser = {}

local LARGEST_HEAD = 16384
local MOST_HEADERS = 100
local LONGEST_CHUNK_LINE = 1024
local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"

--- @type Parser
local Parser = {}
Parser.__index = Parser

local function problem(status, message)
   return { status = status, message = message }
end

--- Adds bytes that have come in.
-- @tparam string bytes
function Parser:feed(bytes)
   self.pieces[#self.pieces + 1] = bytes
   self.size = self.size + #bytes
end

-- The unread bytes start at `position` of `buffer`; what has come in since is
-- in `pieces` and joined only when somebody reads, so that a long body is
-- copied once.
local function join(self)
   if #self.pieces > 0 then
      self.buffer = self.buffer:sub(self.position) .. table.concat(self.pieces)
      self.pieces, self.position = {}, 1
   end
end

local function take(self, count)
   join(self)
   local taken = self.buffer:sub(self.position, self.position + count - 1)
   self.position = self.position + count
   self.size = self.size - count
   return taken
end

local function read_request_line(line)
   local method, target, minor = line:match("^(%S+) (%S+) HTTP/1%.([01])$")
   if not method then
      local other = line:match("^%S+ %S+ HTTP/(%d+%.?%d*)$")
      return nil, problem(other and 505 or 400, "bad request line")
   elseif not method:find(TOKEN) then
      return nil, problem(400, "bad method")
   end
   target = target:match("^https?://[^/?#]*(.*)$") or target
   local path, query = target:match("^([^?#]*)%??([^#]*)")
   if path:sub(1, 1) ~= "/" and not (path == "*" and method == "OPTIONS") then
      return nil, problem(400, "bad request target")
   end
   return { method = method, path = path, query = query, minor = tonumber(minor), headers = {} }
end

-- These decide where a request ends: a second, different one is an attack.
local single = { ["content-length"] = true, host = true, ["transfer-encoding"] = true }

local function add_header(headers, line)
   local name, value = line:match("^([^:]+):[ \t]*(.-)[ \t]*$")
   if not name or not name:find(TOKEN) or value:find("[^\t%C]") then
      return problem(400, "bad header line")
   end
   name = name:lower()
   local earlier = headers[name]
   if not earlier then
      headers[name] = value
   elseif not single[name] then
      headers[name] = earlier .. ", " .. value
   elseif earlier ~= value or name == "host" then
      return problem(400, "header given twice: " .. name)
   end
end

local function read_head(text)
   local request, bad, count
   count = 0
   for line in text:gmatch("(.-)\r\n") do
      if not request then
         request, bad = read_request_line(line)
      elseif line ~= "" then
         count = count + 1
         bad = add_header(request.headers, line)
      end
      if bad then
         return nil, bad
      elseif count > MOST_HEADERS then
         return nil, problem(431, "too many headers")
      end
   end
   return request
end

-- Decides how the body ends: by length, by chunks, or at once.
local function set_framing(request)
   local headers = request.headers
   local length, encoding = headers["content-length"], headers["transfer-encoding"]
   if request.minor == 1 and not headers.host then
      return problem(400, "no Host header")
   elseif encoding and (length or encoding:lower() ~= "chunked" or request.minor == 0) then
      return problem(400, "bad Transfer-Encoding")
   elseif length and (not length:find("^%d+$") or #length > 15) then
      return problem(400, "bad Content-Length")
   end
   request.chunked = encoding ~= nil
   request.length = tonumber(length) or 0
end

local function set_persistence(request)
   local connection = (request.headers.connection or ""):lower()
   if request.minor == 0 then
      request.keep_alive = connection:find("keep-alive", 1, true) ~= nil
   else
      request.keep_alive = not connection:find("close", 1, true)
   end
end

-- The length of the head, or nil; a line that ends in LF alone is an error.
-- `scanned` is how much is known to hold no end.
local function find_head_end(self)
   local buffer, first = self.buffer, self.position
   local from = first + self.scanned
   while true do
      local line_end = buffer:find("\n", from, true)
      if not line_end then
         self.scanned = self.size
         return nil
      elseif line_end == first or buffer:sub(line_end - 1, line_end - 1) ~= "\r" then
         return nil, problem(400, "line does not end in CRLF")
      elseif line_end - 3 >= first and buffer:sub(line_end - 3, line_end) == "\r\n\r\n" then
         return line_end - first + 1
      end
      from = line_end + 1
   end
end

local function skip_empty_lines(self)
   local first, last = self.buffer:find("^[\r\n]+", self.position)
   if first and self.scanned == 0 then
      take(self, last - first + 1)
   end
end

local steps = {}

function steps.head(self)
   join(self)
   skip_empty_lines(self)
   local length, bad = find_head_end(self)
   if bad then
      return nil, bad
   elseif (length or self.size) > LARGEST_HEAD then
      return nil, problem(431, "head too large")
   elseif not length then
      return nil
   end
   local request
   request, bad = read_head(take(self, length))
   bad = bad or set_framing(request)
   if bad then
      return nil, bad
   end
   set_persistence(request)
   self.scanned, self.request = 0, request
   self.step = request.chunked and "chunk_size" or "sized_body"
   self.chunks, self.body_size = {}, 0
   self.continue = (request.headers.expect or ""):lower() == "100-continue" and request.minor == 1
   return steps[self.step](self)
end

local function finish(self, body)
   local request = self.request
   request.body = body
   self.request, self.step, self.continue = nil, "head", false
   return request
end

-- A request whose body is too large is handed out without it; the connection
-- cannot go on after that.
local function oversized(self)
   self.request.oversized, self.request.keep_alive = true, false
   return finish(self, "")
end

function steps.sized_body(self)
   local length = self.request.length
   if length > self.body_limit then
      return oversized(self)
   elseif self.size < length then
      return nil
   end
   return finish(self, take(self, length))
end

-- A line without its CRLF, taken out of the buffer.
local function take_line(self)
   join(self)
   local line_end = self.buffer:find("\r\n", self.position, true)
   local length = line_end and line_end - self.position
   if (length or self.size) > LONGEST_CHUNK_LINE then
      return nil, problem(400, "chunk line too long")
   elseif not length then
      return nil
   end
   return take(self, length + 2):sub(1, length)
end

function steps.chunk_size(self)
   local line, bad = take_line(self)
   if not line then
      return nil, bad
   end
   local digits = line:match("^(%x+)[ \t]*$") or line:match("^(%x+)[ \t]*;")
   if not digits or #digits > 12 then
      return nil, problem(400, "bad chunk size")
   end
   self.chunk = tonumber(digits, 16)
   self.body_size = self.body_size + self.chunk
   if self.body_size > self.body_limit then
      return oversized(self)
   end
   self.step = self.chunk == 0 and "trailer" or "chunk"
   return steps[self.step](self)
end

function steps.chunk(self)
   if self.size < self.chunk + 2 then
      return nil
   end
   local chunk = take(self, self.chunk + 2)
   if chunk:sub(-2) ~= "\r\n" then
      return nil, problem(400, "bad chunk")
   end
   self.chunks[#self.chunks + 1] = chunk:sub(1, -3)
   self.step = "chunk_size"
   return steps.chunk_size(self)
end

function steps.trailer(self)
   local line, bad = take_line(self)
   while line and line ~= "" do
      self.body_size = self.body_size + #line
      if self.body_size > self.body_limit + LARGEST_HEAD then
         return nil, problem(431, "trailers too large")
      end
      line, bad = take_line(self)
   end
   if not line then
      return nil, bad
   end
   return finish(self, table.concat(self.chunks))
end

--- Takes the next request out of what has come in.
-- @treturn table the request, with `method`, `path`, `query`, `headers` (names
--   in lower case), `body`, `keep_alive` and perhaps `oversized`; or nil when
--   more bytes are needed
-- @treturn[2] nil
-- @treturn[2] table `status` and `message` of what is wrong
function Parser:next()
   if self.size == 0 then
      return nil
   end
   return steps[self.step](self)
end

--- Whether the sender waits to be told to go on with the body; true once.
-- @treturn boolean
function Parser:wants_continue()
   local wants = self.continue and self.size == 0
   self.continue = self.continue and not wants
   return wants
end

--- Makes a parser.
-- @tparam number body_limit in bytes
-- @treturn Parser
function parser.new(body_limit)
   return setmetatable({
      buffer = "", position = 1, pieces = {}, size = 0, scanned = 0, step = "head", body_limit = body_limit,
      continue = false,
   }, Parser)
end

return parser
