--- Responses as bytes.
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

--- The first line, the headers and the empty line.
-- @tparam table response
-- @tparam boolean keep_alive
-- @treturn string
function writer.head(response, keep_alive)
   local status = response.status
   local lines = { ("HTTP/1.1 %d %s"):format(status, reasons[status] or "Status") }
   for name, value in pairs(response.headers) do
      lines[#lines + 1] = name .. ": " .. value
   end
   if status ~= 204 and not response.headers["content-length"] then
      lines[#lines + 1] = "content-length: " .. #response.body
   end
   if not response.headers.connection then
      lines[#lines + 1] = "connection: " .. (keep_alive and "keep-alive" or "close")
   end
   lines[#lines + 1] = "\r\n"
   return table.concat(lines, "\r\n")
end

--- A whole response in one string.
-- @tparam table response
-- @tparam table request
-- @treturn string
function writer.bytes(response, request)
   local body = request.method ~= "HEAD" and response.status ~= 204 and response.body or ""
   return writer.head(response, request.keep_alive) .. body
end

return writer
