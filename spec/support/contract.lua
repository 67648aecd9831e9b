-- What a version of the API promises, and whether an exchange keeps to it.
--
-- A contract is a sequence of operations: `name`, `method`, `template` (the path, `{...}` for its parameters), `query`
-- and `headers` (names to `{ schema, required }`), `body` (`{ schema, required }`, or none) and `responses` (statuses
-- as text, also "4XX", to `{ media_type, schema }`, an empty one where there is no body).

local schema = require "support.schema"

local contract = {}

local Contract = {}
Contract.__index = Contract

-- Refused like this, a request may be a wrong one; 500 is only brought about, with any request.
local excuses_the_request = { [400] = true, [401] = true, [422] = true, [500] = true }

--- Makes a contract.
-- @tparam table operations
-- @tparam[opt] boolean is_partial whether there are operations that it does not know
function contract.new(operations, is_partial)
   -- "{" comes after every letter: paths in so many words go before those with parameters.
   table.sort(operations, function(one, other)
      return one.template .. one.method < other.template .. other.method
   end)
   for _, operation in ipairs(operations) do
      local pattern = operation.template:gsub("[%-.]", "%%%0"):gsub("{[^}]*}", "[^/]+")
      operation.pattern = "^" .. pattern .. "$"
   end
   return setmetatable({ operations = operations, is_partial = is_partial }, Contract)
end

--- Finds the operation of a request.
-- @treturn table the operation, or nil
function Contract:find(method, path)
   for _, operation in ipairs(self.operations) do
      if operation.method == method and path:find(operation.pattern) then
         return operation
      end
   end
end

--- Which response of an operation stands for a status.
function contract.response_of(operation, status)
   return operation.responses[tostring(status)] or operation.responses[tostring(status):sub(1, 1) .. "XX"]
end

local function unescape(text)
   return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- A parameter's text as the value that it stands for, where it does.
local readers = {
   integer = tonumber,
   boolean = function(text)
      if text == "true" or text == "false" then
         return text == "true"
      end
   end,
}

local function check_query(operation, request, add)
   local given = {}
   for name, text in (request.query or ""):gmatch "([^&=]+)=?([^&]*)" do
      given[name] = true
      local parameter = operation.query[name]
      if not parameter then
         add("query", "undeclared", name, "is not declared")
      else
         local reader = readers[parameter.schema.type]
         local value = unescape(text)
         if reader and reader(value) ~= nil then
            value = reader(value)
         end
         -- A list is given by repeating its parameter.
         add.all("query", schema.problems(value, parameter.schema.items or parameter.schema), name)
      end
   end
   for name, parameter in pairs(operation.query) do
      if parameter.required and not given[name] then
         add("query", "required", name, "is missing")
      end
   end
end

local function check_headers(operation, request, add)
   if not request.headers["api-key"] then
      add("header", "required", "api-key", "is missing")
   end
   for name, parameter in pairs(operation.headers) do
      if parameter.required and not request.headers[name] then
         add("header", "required", name, "is missing")
      end
   end
end

local function is_json(headers)
   return headers["content-type"] == "application/json"
end

local function check_json(where, text, headers, declared, add)
   if not is_json(headers) then
      add(where, "media_type", "content-type", "is " .. tostring(headers["content-type"]))
   end
   local value, problem = schema.decode(text)
   if problem then
      add(where, "json", "$", problem)
   else
      add.all(where, schema.problems(value, declared))
   end
end

local function check_body(operation, request, add)
   local text, body = request.body or "", operation.body
   if body and text ~= "" then
      check_json("request", text, request.headers, body.schema, add)
   elseif body and body.required then
      add("request", "required", "$", "there is no body")
   elseif text ~= "" then
      add("request", "undeclared", "$", "there is a body: " .. text)
   end
end

local function check_response(operation, response, add)
   local promised = contract.response_of(operation, response.status)
   if not promised then
      add("response", "status", "$", "this status is not listed")
   elseif not promised.schema then
      if (response.body or "") ~= "" then
         add("response", "undeclared", "$", "there is a body: " .. response.body)
      end
   elseif promised.media_type == "application/json" then
      check_json("response", response.body, response.headers, promised.schema, add)
   else
      local media_type = response.headers["content-type"] or "no type"
      if media_type:gsub(";.*", "") ~= promised.media_type then
         add("response", "media_type", "content-type", "is " .. media_type)
      end
      add.all("response", schema.problems(response.body, promised.schema))
   end
end

-- Collects problems, each with what it is a problem of.
local function collector(exchange, operation)
   local problems = {}
   local function add(_, where, rule, path, text)
      problems[#problems + 1] = {
         operation = operation.name, version = exchange.version, status = exchange.response.status,
         where = where, rule = rule, path = path, text = text,
      }
   end
   local function add_all(where, found, path)
      for _, problem in ipairs(found) do
         add(nil, where, problem.rule, path or problem.path, problem.text)
      end
   end
   return problems, setmetatable({ all = add_all }, { __call = add })
end

--- Holds an exchange against what its operation promises.
-- @tparam table operation
-- @tparam table exchange `version`, `request` and `response`
-- @treturn table a sequence of problems: `operation`, `version`, `status`, `where` (query, header, request or
--   response), `rule`, `path`, `text`
function contract.problems(operation, exchange)
   local problems, add = collector(exchange, operation)
   if not excuses_the_request[exchange.response.status] then
      check_query(operation, exchange.request, add)
      check_headers(operation, exchange.request, add)
      check_body(operation, exchange.request, add)
   end
   check_response(operation, exchange.response, add)
   return problems
end

--- A problem in words.
function contract.describe(problem)
   return ("%s at %s, answered %d: %s: %s %s"):format(problem.operation, problem.version, problem.status,
      problem.where, problem.path, problem.text)
end

return contract
