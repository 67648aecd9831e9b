--- Faults: which requests go wrong, and how.
--
-- A plan is a table, in Lua or as JSON: `{ operation = "create_backup", on = 2,
-- status = 503, retry_after = 1 }`. Plans count the matching requests from when
-- they were set. The first plan whose turn it is decides; the others count on.
--
-- Without one of the fields from `status` to `lose` what was asked for is done
-- and answered; those from `delay` on say what happens to the answer, whichever
-- it is. A response to HEAD and one of status 204 or 304 have no body that could
-- be spoilt.
--
-- `on` says when a plan strikes:
--
-- - `2`: the second request
-- - `{1, 3}`: the first and the third
-- - `{from = 2}`: the second and all that follow
-- - `{every = 3}`: the third, the sixth and so on
-- - `{chance = 0.05, seed = 7}`: each with this probability; the same seed (1) strikes the same ones
-- - `"all"`: every one
--
-- `endless` has the status 200 and the effect, or the `status` without it.
--
-- `headers`, `body`, `retry_after` and `after` need `status` beside them (or
-- `html`, which `body` does not), `late` one of these or `drop = "before"`,
-- `reset` needs `drop`. `after` and `late`, `body` and `html` exclude each other;
-- `drop` excludes every other answer and all of the fields behind `delay`;
-- `endless` excludes `body`, `html`, `cut`, `garble` and `content_length`. `lag`,
-- `job`, `job_seconds` and `lose` need an effect. Seconds may be fractions, up to a year.
-- @module pinecone.emulator.faults

--- What goes wrong, and when.
-- @table FaultPlan
-- @tfield string operation such as `create_backup`, by the names in `lua/pinecone/emulator/api/routes.lua`; `"*"` is
--   every request
-- @tfield[opt] int|table|string on when it strikes, see above; 1 when absent
-- @tfield[opt] int status 200 to 599: answer this and do nothing
-- @tfield[opt] string body of that answer; none when absent
-- @tfield[opt] {[string]=string,...} headers of that answer, by name
-- @tfield[opt] number|string retry_after seconds or a text (a date, nonsense) for the header of that name
-- @tfield[opt] boolean html true: answer a web page, as a proxy at the edge does; the `status` is 502 when absent
-- @tfield[opt] boolean after true: do what was asked for, then answer the `status`
-- @tfield[opt] number late seconds on the emulator's clock: answer at once, do what was asked for so much later
-- @tfield[opt] string drop close the connection: `"before"` the effect, `"after"` it, `"during"` the answer's head
-- @tfield[opt] boolean reset true, beside `drop`: close it with a reset
-- @tfield[opt] number lag seconds: for so long, lists do not show what this request makes; a list does not show what
--   is younger
-- @tfield[opt] string job `"failed"` or `"cancelled"`: the job that it starts ends so
-- @tfield[opt] number job_seconds how long that job takes
-- @tfield[opt] int lose so many records, the last ones, that a restored index lacks; only for
--   `create_index_from_backup`
-- @tfield[opt] number delay seconds: the effect happens at once, the answer comes so much later
-- @tfield[opt] number|table drip seconds between two bytes of the answer, or `{bytes = 10, seconds = 0.1}`
-- @tfield[opt] int cut so many bytes of the body, then the connection ends
-- @tfield[opt] boolean garble true: right status, headers and length, but the body is no JSON
-- @tfield[opt] int content_length what the header says; what is missing never comes, the connection stays open
-- @tfield[opt] boolean endless true: a body that begins as JSON and goes on as fast as it is read, up to 1 GiB
-- @tfield[opt] int header_flood so many further headers, up to 1,000,000, before the others

-- Pure: what has to be done on the wire is told in the outcome.
local json = require("pinecone.emulator.json")
local plans = require("pinecone.emulator.faults.plan")
local tables = require("pinecone.emulator.tables")
local writer = require("pinecone.emulator.http.writer")

local faults = {}

local PAGE = [[
<html>
<head><title>%d %s</title></head>
<body>
<center><h1>%d %s</h1></center>
<hr><center>edge proxy</center>
</body>
</html>
]]

local function page(status)
   local reason = writer.reason(status)
   return PAGE:format(status, reason, status, reason)
end

-- No JSON begins with a tilde.
local function garbled(body)
   return ("~" .. body:sub(2):gsub("[{}%[%]:,]", "~")):sub(1, #body)
end

local function planned_response(plan)
   local headers = tables.copy(plan.headers)
   if plan.html then
      headers["content-type"] = headers["content-type"] or "text/html"
   end
   return { status = plan.status, headers = headers, body = plan.html and page(plan.status) or plan.body or "" }
end

-- Each row looks at one key of the plan and changes the outcome; `perform` does
-- what the request asks for and gives its response. In this order: first what
-- decides about effect and response, then what happens to the response.
local decisions = {
   {
      key = "status",
      apply = function(plan, outcome, perform)
         if plan.after then
            perform()
         end
         outcome.response, outcome.edge = planned_response(plan), plan.html
      end,
   },
   {
      key = "drop",
      apply = function(plan, outcome, perform)
         if plan.drop == "during" then
            outcome.response, outcome.part = perform(), true
            return
         elseif plan.drop == "after" then
            perform()
         end
         outcome.drop = true
      end,
   },
   {
      key = "endless",
      apply = function(_, outcome, perform)
         if not outcome.response then
            outcome.response = perform()
            outcome.response.status = 200
         end
      end,
   },
}

local function handed_on(key)
   return { key = key, apply = function(plan, outcome) outcome[key] = plan[key] end }
end

local treatments = {
   {
      key = "garble",
      apply = function(_, outcome) outcome.response.body = garbled(outcome.response.body) end,
   },
   handed_on("delay"), handed_on("late"), handed_on("drip"), handed_on("cut"), handed_on("reset"),
   handed_on("content_length"), handed_on("endless"), handed_on("header_flood"),
}

local function run(rows, plan, outcome, perform)
   for _, row in ipairs(rows) do
      if plan[row.key] ~= nil then
         row.apply(plan, outcome, perform)
      end
   end
end

local function circumstances_of(plan)
   local found
   for _, name in ipairs(plans.circumstances) do
      if plan[name] ~= nil then
         found = found or {}
         found[name] = plan[name]
      end
   end
   return found
end

-- A set of plans.
local Faults = {}
Faults.__index = Faults

--- Adds a plan.
-- @tparam table plan
-- @treturn boolean true, or nil and what is wrong with the plan
-- @local
function Faults:add(plan)
   local read, problem = plans.read(plan, self.operations)
   if not read then
      return nil, problem
   end
   read.count, read.struck = 0, 0
   table.insert(self.plans, read)
   return true
end

local function is_list(value)
   if type(value) ~= "table" then
      return false
   end
   local count = 0
   for _ in pairs(value) do
      count = count + 1
   end
   return count == #value
end

--- Adds many plans: all of them, or none when one is wrong.
-- @tparam table list of plans
-- @treturn boolean true, or nil and which plan is wrong in what way
-- @local
function Faults:add_all(list)
   if not is_list(list) then
      return nil, "fault plans must come as a list"
   end
   local before = #self.plans
   for position, plan in ipairs(list) do
      local added, problem = self:add(plan)
      if not added then
         for last = #self.plans, before + 1, -1 do
            self.plans[last] = nil
         end
         return nil, ("plan %d: %s"):format(position, problem)
      end
   end
   return true
end

--- The plans that are set, in order.
-- @treturn table copies, each with `count`, the matching requests so far, and
--   `struck`, those that it decided about
-- @local
function Faults:list()
   local listed = json.array()
   for position, plan in ipairs(self.plans) do
      listed[position] = tables.copy(plan)
      listed[position].is_turn = nil
   end
   return listed
end

--- Removes all plans.
-- @local
function Faults:clear()
   self.plans = {}
end

-- Every matching plan is asked, so that what one does not hang on another.
local function take(self, operation)
   local chosen, number
   for position, plan in ipairs(self.plans) do
      if plan.operation == "*" or plan.operation == operation then
         plan.count = plan.count + 1
         if plan.is_turn(plan.count) then
            chosen, number = chosen or plan, number or position
         end
      end
   end
   if chosen then
      chosen.struck = chosen.struck + 1
   end
   return chosen, number
end

--- Lets a request through, or makes it go wrong.
-- @tparam ?string operation
-- @tparam function effect does what the request asks for, returns the response;
--   it is given a table of the plan's `lag`, `job`, `job_seconds` and `lose`, or nil
-- @treturn table the outcome: `response`, or `drop` (close without an answer).
--   `fault`: the position of the plan that decided.
--   `late`: seconds until the effect, which has not been called, has to happen,
--   with `circumstances` as it is given them. `edge`: the response comes from a
--   proxy before the service. For the wire: `part` (only a part
--   of the head, then close), `reset` (close with a reset), `delay` (seconds),
--   `drip` (`bytes` and `seconds`), `cut` (bytes of the body), `content_length`,
--   `endless`, `header_flood` (a number)
-- @local
function Faults:apply(operation, effect)
   local plan, number = take(self, operation)
   if not plan then
      return { response = effect() }
   end
   local outcome, circumstances = { fault = number }, circumstances_of(plan)
   local function perform()
      return effect(circumstances)
   end
   run(decisions, plan, outcome, perform)
   if not outcome.response and not outcome.drop then
      outcome.response = perform()
   end
   run(treatments, plan, outcome)
   outcome.circumstances = plan.late and circumstances
   return outcome
end

--- Makes an empty set of plans.
-- @tparam table operations names to true
-- @treturn Faults
-- @local
function faults.new(operations)
   return setmetatable({ operations = operations, plans = {} }, Faults)
end

return faults
