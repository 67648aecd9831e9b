-- Bodies of answers, without a network. The first three bytes of the input choose the operation, the circumstances and
-- the status, the rest is the body.

local fuzz = ...
local core = require "pinecone.core"
local promises = require "promises"
local scene = require "scene"

local statuses = {
   200, 400, 401, 402, 403, 404, 408, 409, 412, 413, 422, 429, 500, 502, 503, 504, 201, 202, 204, 299, 301, 302, 304,
   418, 100, 0, 599, 999,
}
local versions = { "2026-04", "2026-07", "unstable" }
local types = { "application/json", "text/html; charset=utf-8", "text/plain", "" }

local function is_failure(value)
   return type(value) == "table" and getmetatable(value) == core.failure
end

-- What the call does itself before it asks for a reading.
local function is_bare_success(row, status, content_type, body)
   return status >= 200 and status < 300 and not fuzz.is_page(content_type, body)
      and (row.answer == "true" or (row.answer == "any" and body == ""))
end

local function check_text(err, body)
   if utf8 and utf8.len(body) and not utf8.len(err.message) then
      promises.fail("a character is cut in two: %q", err.message)
   end
end

local function run(operation, legacy, version, content_type, status, body)
   local row = core.operations[operation]
   if is_bare_success(row, status, content_type, body) or (legacy and not row.legacy) then
      return
   end
   local environment = legacy and "us-east1-gcp" or nil
   local value = fuzz.decode(operation, status, content_type, version, environment, promises.api_key, body)
   local succeeded = status >= 200 and status < 300
   if not is_failure(value) then
      if not succeeded then
         promises.fail("status %d is a success", status)
      end
      if row.answer ~= "true" then
         promises.check_result(operation, value, legacy)
      end
      return
   end
   promises.check_failure(value)
   check_text(value, body)
   if value.status ~= status or (succeeded and value.kind ~= "protocol") then
      promises.fail("status %d becomes %s, %s", status, tostring(value.status), value.kind)
   end
end

return function(input)
   local first, second, third = input:byte(1, 3)
   if not third then
      return
   end
   local legacy = second % 2 == 1
   local version, content_type = versions[math.floor(second / 2) % 3 + 1], types[math.floor(second / 8) % 4 + 1]
   run(scene.operations[first % #scene.operations + 1], legacy, version, content_type,
      statuses[third % #statuses + 1], input:sub(4))
end
