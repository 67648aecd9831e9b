--- Faults: which requests go wrong, and how. Pure: what has to be done on the
-- wire is told in the outcome.
--
-- A plan is `{ operation = "create_backup", on = ..., <actions> }`. `operation`
-- is a name of the route table or "*". `on` counts matching requests from when
-- the plan was set: a number, a sequence of numbers, `{ from = 2 }` or "all";
-- the first one when absent. The first plan whose turn it is decides.
-- @module pinecone.emulator.faults

local faults = {}

local function is_number(value, least)
   return type(value) == "number" and value >= least
end

local function is_whole(value, least)
   return is_number(value, least) and value % 1 == 0
end

local function one_of(...)
   local words = {}
   for _, word in ipairs({ ... }) do
      words[word] = true
   end
   return function(value) return words[value] == true end
end

local function is_headers(value)
   if type(value) ~= "table" then
      return false
   end
   for name, text in pairs(value) do
      if type(name) ~= "string" or name:find("[^%w!#$&'*+.^_`|~-]")
         or type(text) ~= "string" or text:find("[\r\n]") then
         return false
      end
   end
   return true
end

local function lower_case_names(headers)
   local lowered = {}
   for name, text in pairs(headers or {}) do
      lowered[name:lower()] = text
   end
   return lowered
end

-- Each action looks at one key of the plan and changes the outcome; `effect`
-- does what the request asks for and gives its response. In this order.
local actions = {
   {
      key = "status",
      accepts = function(value) return is_whole(value, 200) and value <= 599 end,
      apply = function(plan, outcome, effect)
         if plan.after then
            effect()
         end
         outcome.response = {
            status = plan.status, headers = lower_case_names(plan.headers), body = plan.body or "",
         }
      end,
   },
   {
      key = "drop",
      accepts = one_of("before", "after"),
      apply = function(plan, outcome, effect)
         if plan.drop == "after" then
            effect()
         end
         outcome.drop = true
      end,
   },
   {
      key = "delay",
      accepts = function(value) return is_number(value, 0) end,
      apply = function(plan, outcome) outcome.delay = plan.delay end,
   },
   {
      key = "cut",
      accepts = function(value) return is_whole(value, 0) end,
      apply = function(plan, outcome) outcome.cut = plan.cut end,
   },
}

local function is_turns(value)
   if type(value) == "table" then
      if value.from then
         return is_whole(value.from, 1)
      end
      for _, turn in ipairs(value) do
         if not is_whole(turn, 1) then
            return false
         end
      end
      return #value > 0
   end
   return value == "all" or is_whole(value, 1)
end

-- What may stand beside the actions.
local details = {
   operation = function(value) return type(value) == "string" end,
   on = is_turns,
   headers = is_headers,
   body = function(value) return type(value) == "string" end,
   after = function(value) return type(value) == "boolean" end,
}

local function copy_checked(plan)
   local checks = { }
   for key, check in pairs(details) do
      checks[key] = check
   end
   for _, action in ipairs(actions) do
      checks[action.key] = action.accepts
   end
   local copied = {}
   for key, value in pairs(plan) do
      if not checks[key] then
         return nil, ("unknown field '%s' in a fault plan"):format(tostring(key))
      elseif not checks[key](value) then
         return nil, ("bad value of '%s' in a fault plan"):format(key)
      end
      copied[key] = value
   end
   return copied
end

local function has_action(plan)
   for _, action in ipairs(actions) do
      if plan[action.key] ~= nil then
         return true
      end
   end
   return false
end

local function is_turn(on, count)
   if on == "all" then
      return true
   elseif type(on) == "number" then
      return on == count
   elseif on.from then
      return count >= on.from
   end
   for _, turn in ipairs(on) do
      if turn == count then
         return true
      end
   end
   return false
end

--- @type Faults
local Faults = {}
Faults.__index = Faults

--- Adds a plan.
-- @tparam table plan
-- @treturn boolean true, or nil and what is wrong with the plan
function Faults:add(plan)
   local copied, problem = copy_checked(plan)
   if not copied then
      return nil, problem
   elseif not copied.operation then
      return nil, "a fault plan needs an operation"
   elseif copied.operation ~= "*" and not self.operations[copied.operation] then
      return nil, ("unknown operation '%s' in a fault plan"):format(copied.operation)
   elseif not has_action(copied) then
      return nil, "a fault plan needs an action"
   end
   copied.on = copied.on or 1
   copied.count = 0
   table.insert(self.plans, copied)
   return true
end

--- Removes all plans.
function Faults:clear()
   self.plans = {}
end

local function take(self, operation)
   local chosen
   for _, plan in ipairs(self.plans) do
      if plan.operation == "*" or plan.operation == operation then
         plan.count = plan.count + 1
         if not chosen and is_turn(plan.on, plan.count) then
            chosen = plan
         end
      end
   end
   return chosen
end

--- Lets a request through, or makes it go wrong.
-- @tparam ?string operation
-- @tparam function effect does what the request asks for, returns the response
-- @treturn table the outcome: `response` (none when dropped), `drop` (close
--   without an answer), `delay` (seconds to wait before answering), `cut`
--   (bytes of the body to send before closing)
function Faults:apply(operation, effect)
   local outcome = {}
   local plan = take(self, operation)
   for _, action in ipairs(plan and actions or {}) do
      if plan[action.key] ~= nil then
         action.apply(plan, outcome, effect)
      end
   end
   if not outcome.response and not outcome.drop then
      outcome.response = effect()
   end
   return outcome
end

--- Makes an empty set of plans.
-- @tparam table operations names to true
-- @treturn Faults
function faults.new(operations)
   return setmetatable({ operations = operations, plans = {} }, Faults)
end

return faults
