--- The API as a function from request to response: no sockets, no clock of
-- its own. A request is `{ method, path, query, headers, body }` with query
-- as text and header names in lower case; a response `{ status, headers, body }`.
-- @module pinecone.emulator.api

local calendar = require("pinecone.emulator.calendar")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")
local router = require("pinecone.emulator.api.router")
local routes = require("pinecone.emulator.api.routes")
local uri = require("pinecone.emulator.api.uri")

local api = {}

--- Largest request bodies in bytes, for each plane.
api.body_limits = { control = 1048576, data = 4194304 }

-- The oldest version is spoken where a request names none.
local OLDEST_VERSION = "2025-04"

-- How each plane writes a failure (contract, section 2.1: E1 and E3).
local failure_shapes = {
   control = function(problem)
      return {
         error = { code = problem.code, message = problem.message },
         status = problem.status,
      }
   end,
   data = function(problem)
      return { code = problem.number, message = problem.message, details = json.array() }
   end,
}

local Api = {}
Api.__index = Api

local function json_response(status, value)
   return {
      status = status,
      headers = { ["content-type"] = "application/json" },
      body = json.encode(value),
   }
end

--- The response that tells a failure.
-- @tparam string plane control or data
-- @tparam table problem a @{pinecone.emulator.failure}
-- @treturn table
function api.refusal(plane, problem)
   return json_response(problem.status, failure_shapes[plane](problem))
end

--- @type Api

--- Adds what every response carries. Headers already there stay.
-- @tparam table request
-- @tparam table response
-- @treturn table the response
function Api:finish(request, response)
   local headers = response.headers
   headers.date = headers.date or calendar.http(self.clock())
   headers["x-pinecone-request-id"] = headers["x-pinecone-request-id"] or self.new_id()
   headers["x-pinecone-api-version"] = headers["x-pinecone-api-version"]
      or request.headers["x-pinecone-api-version"] or OLDEST_VERSION
   return response
end

--- Finds out what a request asks for, without doing it.
-- @tparam table request with `plane`, control or data, and for data `index_name`
-- @treturn table `route` and `path` (the parameters), or `allowed` (the
--   methods that the path knows); `operation`, where there is one
function Api:resolve(request)
   local method = request.method == "HEAD" and "GET" or request.method
   local route, found = self.routers[request.plane](method, request.path)
   if not route then
      return { allowed = found }
   end
   return { route = route, path = found, operation = route.operation }
end

function Api:accepts_key(key)
   if self.api_key then
      return key == self.api_key
   end
   return key ~= nil and key ~= ""
end

local function without_route(request, resolved)
   if not resolved.allowed then
      return failure("invalid_encoding")
   elseif #resolved.allowed == 0 then
      return failure("path_not_found", request.path)
   end
   return failure("method_not_allowed", request.method, request.path)
end

-- Everything that is looked at before the operation itself.
function Api:check(request, resolved)
   if not self:accepts_key(request.headers["api-key"]) then
      return failure("invalid_api_key")
   elseif not resolved.route then
      return without_route(request, resolved)
   elseif request.oversized then
      return failure("body_too_large", api.body_limits[request.plane])
   end
end

local function perform(self, request, resolved)
   local query = uri.query(request.query or "")
   if not query then
      return nil, failure("invalid_encoding")
   end
   self.state:tick()
   return resolved.route.handler({
      state = self.state, path = resolved.path, query = query,
      body = request.body or "", index_name = request.index_name,
      version = request.headers["x-pinecone-api-version"] or OLDEST_VERSION,
   })
end

local function options_response(resolved)
   local allowed = resolved.allowed or {}
   table.insert(allowed, "OPTIONS")
   return { status = 204, headers = { allow = table.concat(allowed, ", ") }, body = "" }
end

--- Does what a request asks for.
-- @tparam table request
-- @tparam table resolved what @{Api:resolve} said
-- @treturn table the response
function Api:answer(request, resolved)
   if request.method == "OPTIONS" then
      return options_response(resolved)
   end
   local result
   local problem = self:check(request, resolved)
   if not problem then
      result, problem = perform(self, request, resolved)
   end
   if problem then
      local response = api.refusal(request.plane, problem)
      if problem.kind == "wrong_method" then
         response.headers.allow = table.concat(resolved.allowed, ", ")
      end
      return response
   elseif result == true then
      return { status = resolved.route.success, headers = {}, body = "" }
   end
   return json_response(resolved.route.success, result)
end

--- Request in, response out.
-- @tparam table request
-- @treturn table the response
function Api:handle(request)
   return self:finish(request, self:answer(request, self:resolve(request)))
end

--- Makes an API over a state.
-- @tparam table settings `state`, `clock` (returns seconds since 1970),
--   `new_id` (for request ids) and optionally `api_key` (any non-empty key is
--   good without it)
-- @treturn Api
function api.new(settings)
   return setmetatable({
      state = settings.state, clock = settings.clock, new_id = settings.new_id,
      api_key = settings.api_key,
      routers = { control = router.new(routes.control), data = router.new(routes.data) },
   }, Api)
end

return api
