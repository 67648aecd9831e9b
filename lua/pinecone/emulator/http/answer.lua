--- What goes out for an outcome: bytes, or pieces that are made one at a time,
-- and what becomes of the connection after that. Pure.
-- @module pinecone.emulator.http.answer

local tables = require("pinecone.emulator.tables")
local writer = require("pinecone.emulator.http.writer")

local answer = {}

local HEADERS_PER_PIECE = 500
local ROW = '{"id":"record"},'
local ROWS_PER_PIECE = 4096
local MOST_ENDLESS_BYTES = 1024 * 1024 * 1024

local function has_body(request, response)
   local status = response.status
   return request.method ~= "HEAD" and status ~= 204 and status ~= 304
end

local function keeps_alive(request, outcome)
   return request.keep_alive and not (outcome.endless and request.minor == 0)
end

-- The response with headers that fit how its body is sent.
local function framed(request, outcome)
   local response = outcome.response
   if not outcome.endless and not outcome.content_length then
      return response
   end
   local headers = tables.copy(response.headers)
   headers["content-length"] = outcome.content_length and ("%.0f"):format(outcome.content_length)
   if outcome.endless and request.minor ~= 0 then
      headers["transfer-encoding"] = "chunked"
   end
   return { status = response.status, headers = headers, body = response.body, unsized = outcome.endless }
end

local function flood(count)
   local sent = 0
   return function()
      if sent == count then
         return nil
      end
      local lines = {}
      for number = sent + 1, math.min(sent + HEADERS_PER_PIECE, count) do
         lines[#lines + 1] = ("x-flood-%d: %d\r\n"):format(number, number)
      end
      sent = sent + #lines
      return table.concat(lines)
   end
end

local function chunk(bytes)
   return ("%x\r\n%s\r\n"):format(#bytes, bytes)
end

--- A body that never ends: a JSON list with ever more rows.
-- @tparam boolean chunked
-- @treturn function returns the next piece; nil after 1 GiB, without an end
--   that a reader could take for one
function answer.endless_body(chunked)
   local first, rows = '{"data":[', ROW:rep(ROWS_PER_PIECE)
   local size = 0
   local framed_rows = chunked and chunk(rows) or rows
   return function()
      if size == 0 then
         size = #first
         return chunked and chunk(first) or first
      elseif size + #rows > MOST_ENDLESS_BYTES then
         return nil
      end
      size = size + #rows
      return framed_rows
   end
end

-- One after the other: strings, and functions that give strings until nil.
local function sequence(parts)
   local position = 1
   return function()
      while parts[position] do
         local part = parts[position]
         local lasts = type(part) == "function"
         local piece = part
         if lasts then
            piece = part()
         end
         if not lasts or not piece then
            position = position + 1
         end
         if piece and piece ~= "" then
            return piece
         end
      end
   end
end

-- The same bytes in pieces of `count`.
local function sliced(next_piece, count)
   local rest, position = "", 1
   return function()
      while #rest - position + 1 < count do
         local piece = next_piece()
         if not piece then
            break
         end
         rest, position = rest:sub(position) .. piece, 1
      end
      local slice = rest:sub(position, position + count - 1)
      position = position + #slice
      return slice ~= "" and slice or nil
   end
end

local function body_of(request, outcome)
   if not has_body(request, outcome.response) then
      return ""
   elseif outcome.endless then
      return answer.endless_body(request.minor ~= 0)
   elseif outcome.cut then
      return outcome.response.body:sub(1, outcome.cut)
   end
   return outcome.response.body
end

local function half(text)
   return text:sub(1, math.floor(#text / 2))
end

local function parts_of(request, outcome)
   local response = framed(request, outcome)
   local first, headers = writer.status_line(response), writer.headers(response, keeps_alive(request, outcome))
   if outcome.part then
      return { first .. half(headers) }
   end
   local body = body_of(request, outcome)
   if outcome.header_flood then
      return { first, flood(outcome.header_flood), headers, body }
   elseif type(body) == "string" then
      return { first .. headers .. body }
   end
   return { first .. headers, body }
end

local function says_too_much(outcome)
   return outcome.content_length and outcome.content_length > #outcome.response.body
end

local function ending_of(request, outcome)
   local spoilt = has_body(request, outcome.response)
   if outcome.part then
      return outcome.reset and "reset" or "finish"
   elseif outcome.cut or outcome.endless and spoilt then
      return "finish"
   elseif spoilt and says_too_much(outcome) then
      return "wait"
   end
   return keeps_alive(request, outcome) and "go_on" or "finish"
end

--- What goes out for an outcome that has a response.
-- @tparam table request
-- @tparam table outcome see @{pinecone.emulator.faults}
-- @treturn table `bytes`, all of them, or `next`, which returns the next piece
--   or nil, and `pause`, the seconds between two pieces; `ending`: go_on with
--   the next request, finish, reset, or wait in silence for the other's end
function answer.new(request, outcome)
   local parts = parts_of(request, outcome)
   local made = { ending = ending_of(request, outcome) }
   if not outcome.drip and not outcome.reset and #parts == 1 and type(parts[1]) == "string" then
      made.bytes = parts[1]
      return made
   end
   made.next = sequence(parts)
   if outcome.drip then
      made.next, made.pause = sliced(made.next, outcome.drip.bytes), outcome.drip.seconds
   end
   return made
end

return answer
