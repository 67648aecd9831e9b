-- Bodies that a request schema does not take, made from one that it takes: a required key is missing, a value is of
-- another type, a key is there that must not be.

local dkjson = require "dkjson"
local schema = require "support.schema"

local mutants = {}

local function copy(value)
   if type(value) ~= "table" or value == dkjson.null then
      return value
   end
   local copied = setmetatable({}, getmetatable(value))
   for key, inner in pairs(value) do
      copied[key] = copy(inner)
   end
   return copied
end

local function is_object(value)
   return type(value) == "table" and value ~= dkjson.null and getmetatable(value).__jsontype == "object"
end

-- Calls visit(path) for every key of an object and of those in it.
local function walk(object, path, visit)
   for key, inner in pairs(object) do
      local here = copy(path)
      here[#here + 1] = key
      visit(here)
      if is_object(inner) then
         walk(inner, here, visit)
      end
   end
end

local function with(body, path, value)
   local changed = copy(body)
   local object = changed
   for position = 1, #path - 1 do
      object = object[path[position]]
   end
   object[path[#path]] = value
   return changed
end

local function beside(path)
   local other = copy(path)
   other[#other] = "no_such_key"
   return other
end

local values = { true, 5.5, "none", setmetatable({ 1 }, { __jsontype = "array" }) }

-- What must be refused. A value out of range is left to the specs of each operation.
local counts = { type = true, required = true, discriminator = true, closed = true }

-- The files close the capacity OnDemand; section 1.5 does not name it among what refuses unknown keys.
local function is_doubtful(problem)
   return problem.rule == "closed" and problem.path:find("read_capacity", 1, true) ~= nil
end

local function is_broken(body, declared)
   local problems = schema.problems(body, declared)
   for _, problem in ipairs(problems) do
      if not counts[problem.rule] or is_doubtful(problem) then
         return false
      end
   end
   return #problems > 0
end

--- Makes them.
-- @tparam string text a body that fits
-- @tparam table declared its schema
-- @treturn table a sequence of JSON texts
function mutants.of(text, declared)
   local body, texts = schema.decode(text), {}
   local function try(changed)
      if is_broken(changed, declared) then
         texts[#texts + 1] = dkjson.encode(changed)
      end
   end
   walk(body, {}, function(path)
      try(with(body, path, nil))
      try(with(body, beside(path), 1))
      for _, value in ipairs(values) do
         try(with(body, path, value))
      end
   end)
   return texts
end

return mutants
