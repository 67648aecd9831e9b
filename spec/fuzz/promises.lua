-- What the library promises of every outcome, whatever came in. Each function raises where that is broken.

local core = require "pinecone.core"
local errors = require "pinecone.errors"

local promises = {}

--- The key that clients are made with, which no failure may repeat.
promises.api_key = "fuzz-key-0123456789"

local kinds = {}
for kind in ([[
   invalid_argument unauthenticated permission_denied payment_required quota_exceeded not_found conflict
   precondition_failed rate_limited server unavailable timeout network tls protocol too_large cancelled closed
]]):gmatch "%S+" do
   kinds[kind] = true
end

local deepest = 200

local math_type = math.type or function() return "integer" end

local function fail(...)
   error(("broken promise: " .. select(1, ...)):format(select(2, ...)), 0)
end

local function is_whole_float(number)
   return math_type(number) == "float" and number % 1 == 0 and number >= -2 ^ 63 and number < 2 ^ 63
end

local check_value

local function check_table(value, depth)
   if depth > deepest then
      fail "a result nested too deeply"
   end
   local names, numbers = 0, 0
   for key, item in next, value do
      if type(key) == "string" then
         names = names + 1
      else
         numbers = numbers + 1
      end
      check_value(item, depth + 1)
   end
   if names > 0 and numbers > 0 then
      fail "a table that is half a sequence"
   end
   for position = 1, numbers do
      if value[position] == nil then
         fail("a sequence with a gap at %d of %d", position, numbers)
      end
   end
end

function check_value(value, depth)
   local kind = type(value)
   if kind == "table" then
      check_table(value, depth)
   elseif kind == "number" then
      if is_whole_float(value) then
         fail("the whole number %.17g is a float", value)
      end
   elseif kind ~= "string" and kind ~= "boolean" then
      fail("a %s in a result", kind)
   end
end

-- Bytes of a text at most.
local longest = { code = 72, request_id = 95, target = 63 }

local function check_field(name, value)
   if type(value) == "string" then
      if value:find(promises.api_key, 1, true) then
         fail("the key is in err.%s", name)
      end
      if value:find "%c" then
         fail("a control character in err.%s: %q", name, value)
      end
      if #value > (longest[name] or 1000) then
         fail("err.%s has %d bytes", name, #value)
      end
   elseif type(value) ~= "number" and type(value) ~= "boolean" then
      fail("err.%s is a %s", name, type(value))
   end
end

--- A failure as the core makes it, and as people read it.
-- @param err what may be one
-- @tparam string operation that it must name, or nil
function promises.check_failure(err, operation)
   if type(err) ~= "table" or getmetatable(err) ~= core.failure then
      fail("a %s in place of a failure", type(err))
   end
   for name, value in next, err do
      check_field(name, value)
   end
   if not kinds[err.kind] then
      fail("the kind %s", tostring(err.kind))
   end
   if type(err.message) ~= "string" then
      fail "a failure without a message"
   end
   if err.operation ~= operation then
      fail("a failure of %s instead of %s", tostring(err.operation), tostring(operation))
   end
   errors.explain(err, { key_source = "the option api_key" })
   if tostring(err):find(promises.api_key, 1, true) then
      fail "the key is in the text of a failure"
   end
end

--- What an operation that succeeded gives.
-- @tparam string operation
-- @param value
-- @tparam[opt] boolean legacy of the legacy controller
function promises.check_result(operation, value, legacy)
   local row = core.operations[operation]
   if row.answer ~= "any" or value ~= nil then -- request: the body may be null
      check_value(value, 1)
   end
   if row.answer == "true" and value ~= true then
      fail("%s gives a %s", operation, type(value))
   end
   if (row.answer == "list" or row.answer == "resource") and type(value) ~= "table" then
      fail("%s gives a %s", operation, type(value))
   end
   if row.answer == "list" then
      local list = value[row.list]
      if type(list) ~= "table" or (next(list) ~= nil and list[1] == nil) then
         fail("%s gives no list", operation)
      end
      for _, item in ipairs(legacy and list or {}) do
         if type(item[row.id]) ~= "string" then
            fail("%s names an item by a %s", operation, type(item[row.id]))
         end
      end
   elseif row.answer == "resource" and row.id and type(value[row.id]) ~= "string" then
      fail("%s gives no %s", operation, row.id)
   end
end

promises.fail = fail

return promises
