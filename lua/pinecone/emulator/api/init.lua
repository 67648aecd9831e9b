--- The API as a function from request to response: no sockets, no clock of
-- its own. A request is `{ method, path, query, headers, body }` with query
-- as text and header names in lower case; a response `{ status, headers, body }`.
-- @module pinecone.emulator.api

local decisions = require("pinecone.emulator.decisions")
local calendar = require("pinecone.emulator.calendar")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")
local router = require("pinecone.emulator.api.router")
local routes = require("pinecone.emulator.api.routes")
local uri = require("pinecone.emulator.api.uri")
local versions = require("pinecone.emulator.versions")

local api = {}

--- Largest request bodies in bytes, for each plane.
api.body_limits = { control = 1048576, data = 4194304, legacy = 1048576 }

-- How each plane writes a failure.
local failure_shapes = {
   control = function(problem, message)
      return { error = { code = problem.code, message = message }, status = problem.status }
   end,
   data = function(problem, message)
      return { code = problem.number, message = message, details = json.array() }
   end,
}

-- What a refused key is told where the edge refuses it (E2, E4 and E6).
local plain_refusals = {
   control = "Invalid API key",
   data = "Unauthorized",
   legacy = "API key is missing or invalid for the environment. Check that the correct "
      .. "environment is specified.",
}

local Api = {}
Api.__index = Api

local function typed_response(status, content_type, body)
   return { status = status, headers = { ["content-type"] = content_type }, body = body }
end

local function json_response(status, value)
   return typed_response(status, "application/json", json.encode(value))
end

local function text_response(status, text)
   return typed_response(status, "text/plain", text)
end

--- The response that tells a failure.
-- @tparam string plane control, data or legacy
-- @tparam table problem a @{pinecone.emulator.failure}
-- @tparam[opt] string message in place of the problem's own
-- @treturn table
function api.refusal(plane, problem, message)
   message = message or problem.message
   if plane == "legacy" then
      return text_response(problem.status, message)
   end
   return json_response(problem.status, failure_shapes[plane](problem, message))
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
   if request.plane ~= "legacy" then
      headers["x-pinecone-api-version"] = headers["x-pinecone-api-version"] or self:version_of(request).name
   end
   return response
end

-- The version that a request speaks, and the failure where there is none such.
function Api:version_of(request)
   local named = request.plane ~= "legacy" and request.headers["x-pinecone-api-version"] or nil
   return versions.choose(named, self.options)
end

local function has_feature(self, version, route)
   return not route.feature or version[route.feature]
      or (self.options.schedules_from_2026_04 and version.name == "2026-04")
end

--- Finds out what a request asks for, without doing it.
-- @tparam table request with `plane`, and for data `index_name`
-- @treturn table `version`; `route` and `path` (the parameters), or `allowed`
--   (the methods that the path knows); `operation`, where there is one
function Api:resolve(request)
   local method = request.method == "HEAD" and "GET" or request.method
   local version, unknown = self:version_of(request)
   local route, found = self.routers[request.plane](method, request.path)
   if not route then
      return { version = version, unknown_version = unknown, allowed = found }
   elseif not has_feature(self, version, route) then
      return { version = version, unknown_version = unknown, allowed = {} }
   end
   return {
      version = version, unknown_version = unknown,
      route = route, path = found, operation = route.operation,
   }
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

-- The one permission that is documented is control::backups::list; the others
-- are formed alike.
local function permission_of(operation)
   local verb, noun = operation:match("^([^_]+)_(.*)$")
   noun = noun:gsub("^index_backups$", "backups"):gsub("^project_backups$", "backups")
   return noun .. "::" .. verb
end

-- Everything that is looked at before the operation itself.
function Api:check(request, resolved)
   if not self:accepts_key(request.headers["api-key"]) then
      return failure("invalid_api_key")
   elseif resolved.unknown_version then
      return resolved.unknown_version
   elseif not resolved.route then
      return without_route(request, resolved)
   elseif self.denied[resolved.operation] then
      return failure("operation_denied", permission_of(resolved.operation))
   elseif request.oversized then
      return failure("body_too_large", api.body_limits[request.plane])
   elseif self.options.past_due and resolved.version.unpaid[resolved.operation] then
      return failure("past_due")
   end
end

local function perform(self, request, resolved, circumstances)
   local query = uri.query(request.query or "")
   if not query then
      return nil, failure("invalid_encoding")
   end
   circumstances = circumstances or {}
   self.state:tick(circumstances.at)
   self.state.circumstances = circumstances
   local result, problem = resolved.route.handler({
      state = self.state, path = resolved.path, query = query,
      body = request.body or "", index_name = request.index_name,
      version = resolved.version, options = self.options,
   })
   self.state.circumstances = {}
   return result, problem
end

local function options_response(resolved)
   local allowed = resolved.allowed or {}
   table.insert(allowed, "OPTIONS")
   return { status = 204, headers = { allow = table.concat(allowed, ", ") }, body = "" }
end

local function is_plain_401(self, request, resolved)
   return request.plane == "legacy" or resolved.version.plain_401 or self.options.plain_401_always
end

-- A text that the options give a failure, in place of its own.
local function reworded(self, problem)
   local template = self.options.messages[problem.name]
   if not template then
      return problem.message
   end
   local ok, message = pcall(string.format, template, (table.unpack or unpack)(problem.arguments))
   return ok and message or template
end

local no_route = { path_not_found = true, method_not_allowed = true }

local function code_of(self, problem, version)
   if version.newest_codes then
      return problem.newest_code or problem.code
   end
   return problem.kind == "over_quota" and self.options.quota_code or problem.code
end

local function refuse(self, request, resolved, problem)
   local message = reworded(self, problem)
   problem.code = code_of(self, problem, resolved.version)
   local refused
   if problem.name == "invalid_api_key" and is_plain_401(self, request, resolved) then
      refused = text_response(problem.status, plain_refusals[request.plane])
   elseif no_route[problem.name] and self.options.unknown_path_body ~= "json" then
      refused = text_response(problem.status, self.options.unknown_path_body == "text" and message or "")
   else
      refused = api.refusal(request.plane, problem, message)
   end
   if problem.name == "method_not_allowed" then
      refused.headers.allow = table.concat(resolved.allowed, ", ")
   elseif problem.name == "invalid_api_key" then
      refused.headers["x-pinecone-auth-rejected-reason"] = plain_refusals.control
      refused.headers["www-authenticate"] = request.plane == "legacy" and refused.body or nil
   end
   return refused
end

--- Does what a request asks for.
-- @tparam table request
-- @tparam table resolved what @{Api:resolve} said
-- @tparam[opt] table circumstances what a fault changes in the state machine
--   for this one request: `lag`, `job`, `job_seconds`, `lose`; and `at`, the time when
--   it takes effect
-- @treturn table the response
function Api:answer(request, resolved, circumstances)
   if request.method == "OPTIONS" then
      return options_response(resolved)
   end
   local result
   local problem = self:check(request, resolved)
   if not problem then
      result, problem = perform(self, request, resolved, circumstances)
   end
   if problem then
      return refuse(self, request, resolved, problem)
   end
   local status = resolved.version.success[resolved.operation] or resolved.route.success
   if result == true then
      return { status = status, headers = {}, body = "" }
   end
   return json_response(status, result)
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
--   good without it) and `options` (@{pinecone.emulator.decisions})
-- @treturn Api
function api.new(settings)
   local routers = {}
   for plane, rows in pairs(routes.planes) do
      routers[plane] = router.new(rows)
   end
   local completed = decisions.complete(settings.options)
   local denied = {}
   for _, operation in ipairs(completed.denied_operations) do
      denied[operation] = true
   end
   return setmetatable({
      options = completed, denied = denied,
      state = settings.state, clock = settings.clock, new_id = settings.new_id,
      api_key = settings.api_key,
      routers = routers,
   }, Api)
end

return api
