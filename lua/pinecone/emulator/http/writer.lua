--- Heads of responses as bytes.
-- @module pinecone.emulator.http.writer

local writer = {}

local reasons = {
   [200] = "OK", [201] = "Created", [202] = "Accepted", [204] = "No Content",
   [400] = "Bad Request", [401] = "Unauthorized", [402] = "Payment Required",
   [403] = "Forbidden", [404] = "Not Found", [405] = "Method Not Allowed",
   [408] = "Request Timeout", [409] = "Conflict", [412] = "Precondition Failed",
   [413] = "Payload Too Large", [422] = "Unprocessable Entity",
   [429] = "Too Many Requests", [431] = "Request Header Fields Too Large",
   [500] = "Internal Server Error", [501] = "Not Implemented", [502] = "Bad Gateway",
   [503] = "Service Unavailable", [504] = "Gateway Timeout",
   [505] = "HTTP Version Not Supported",
}

--- What asks a sender to go on with its body.
writer.CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n"

--- What a status is called.
-- @tparam number status
-- @treturn string
function writer.reason(status)
   return reasons[status] or "Status"
end

--- The first line.
-- @tparam table response
-- @treturn string
function writer.status_line(response)
   return ("HTTP/1.1 %d %s\r\n"):format(response.status, writer.reason(response.status))
end

local function says_length(response)
   local headers = response.headers
   return response.status ~= 204 and not response.unsized
      and not headers["content-length"] and not headers["transfer-encoding"]
end

--- The headers and the empty line.
-- @tparam table response an `unsized` one ends with the connection
-- @tparam boolean keep_alive
-- @treturn string
function writer.headers(response, keep_alive)
   local lines = {}
   for name, value in pairs(response.headers) do
      lines[#lines + 1] = name .. ": " .. value
   end
   if says_length(response) then
      lines[#lines + 1] = "content-length: " .. #response.body
   end
   if not response.headers.connection then
      lines[#lines + 1] = "connection: " .. (keep_alive and "keep-alive" or "close")
   end
   lines[#lines + 1] = "\r\n"
   return table.concat(lines, "\r\n")
end

return writer
