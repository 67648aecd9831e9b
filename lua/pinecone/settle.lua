-- Settling: a create whose answer was lost is looked for before it is sent again, so that it is neither lost nor made
-- twice. The API has no other way to ask for the same thing once only. Other writes are just sent again; where no
-- answer came, the core has done that already.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local lookup = require "pinecone.lookup"
local pauses = require "pinecone.pauses"

local LONGEST_PAUSE = 2

local Case = {}
Case.__index = Case

-- For a request that belongs to the call: within its time.
function Case:options()
   return { timeout = math.max(self.call:left(), 0.001), api_version = self.api_version }
end

local function is_refusal(err)
   return err.status ~= nil and err.status >= 300 and err.status < 500 and err.status ~= 408
end

-- There is nothing to wait for where the server forbids to send it again in time.
local function grace_of(case)
   local forbidden = (case.err.retry_after or 0) >= case.call:left()
   return forbidden and 0 or case.client._settle_grace
end

-- Looks until it is found or, where a list may lag, the grace is over. Gives what was found; or nil and why it is not
-- known whether it is there; or nil, nil and the error to give up with.
local function look_for(case)
   local began, pause, grace = core.clock(), pauses.growing(LONGEST_PAUSE), grace_of(case)
   while case.call:left() > 0 do
      local looked = core.clock() -- a slow answer shows what there was when it was asked for, not when it came
      local found, problem, conflict = case.rule.look(case)
      if found or conflict or not case.rule.list then
         return found, problem, conflict
      end
      local left = began + grace - looked
      if left <= 0 or (problem and not errors.passing[problem.kind]) then
         return nil, problem
      end
      case.client:sleep(math.min(pause(), left, case.call:left()))
   end
   return nil, case.err
end

-- A list is missing where the API itself says so. That somebody in between knows no such page says nothing.
local function is_absent(case, problem)
   return problem.kind == "not_found" and (problem.code ~= nil or not case.rule.list)
end

local function give_up(case, note)
   local err = case.err
   err.maybe_applied = true
   err.elapsed = math.floor(case.call:age() * 1000 + 0.5) / 1000
   errors.explain(err, case.client._about)
   if note then
      local asked = case.rule.list and case.rule.list.operation or case.rule.describe
      err.hint = ("%s %s"):format(err.hint, note:format(asked))
   end
   return nil, err
end

-- After one lost answer: what the call made; or nil and the error; or neither, when it is worth sending again.
local function settle_once(case)
   if case.rule.repeated_first and not case.refused and case.call:again() then
      return
   end
   local found, problem, conflict = look_for(case)
   if found then
      return case.rule.answer and case.rule.answer(found) or found
   end
   if conflict then
      case.err = conflict
      return give_up(case)
   end
   if problem == case.err then
      return give_up(case)
   end
   if problem and not is_absent(case, problem) then
      local why = ("%s (%s)"):format(problem.message, problem.kind)
      return give_up(case, "Looking for it (%s) failed: " .. why:gsub("%%", "%%%%"))
   end
   if case.refused or not case.call:again() then
      return give_up(case, "It was looked for (%s) and not seen.")
   end
end

local function settle(case)
   while true do
      case.refused = is_refusal(case.err)
      local value, err = settle_once(case)
      if value or err then
         return value, err
      end
      lookup.mark(case.call, case.making)
      value, case.err = case.client:_finish(case.call)
      lookup.mark(case.call, false)
      if value then
         return value
      end
   end
end

local function repeat_until_clear(client, call, value, err)
   while err and err.maybe_applied and not is_refusal(err) and call:again() do
      value, err = client:_finish(call)
   end
   return value, err
end

-- What the core has read of the arguments, which are the caller's own: no metatables, nothing that changes later.
local function copy(arguments)
   if type(arguments) ~= "table" then
      return { index_name = arguments }
   end
   local copied = {}
   for field, value in next, arguments do
      copied[field] = value
   end
   copied.name = copied.name or copied.backup_name or copied.collection_name
   return copied
end

--- Keeps what was asked for, before anybody waits.
-- @tparam string name the operation
-- @tparam string|table arguments
-- @tparam ?table options
-- @param call the call that was begun
-- @treturn ?table nil for what is not settled by looking
local function keep(name, arguments, options, call)
   if not lookup.rules[name] then
      return nil
   end
   local copied = copy(arguments)
   local making = table.concat({ name, copied.index_name or copied.backup_id or "", copied.name or "" }, "\n")
   lookup.mark(call, making)
   return { arguments = copied, making = making, api_version = options and rawget(options, "api_version") }
end

--- Sees to it that a write has happened once, or that its error says what is known.
-- @tparam Client client
-- @tparam string name the operation
-- @tparam ?table kept what `keep` gave
-- @param call the finished call
-- @param value what it gave
-- @tparam ?table err and second
-- @return the value, or nil and the error
local function see_to(client, name, kept, call, value, err)
   local rule = lookup.rules[name]
   if not rule then
      if call:is_repeatable() then
         return repeat_until_clear(client, call, value, err)
      end
      return value, err
   end
   lookup.mark(call, false)
   local case = setmetatable({
      client = client, name = name, rule = rule, arguments = kept.arguments, call = call, err = err,
      api_version = kept.api_version, making = kept.making,
   }, Case)
   local target = kept.arguments.name
   local lost = err and err.maybe_applied and err.kind ~= "cancelled" -- who gave it up waits for no more
   if lost and target and target ~= "" then
      value, err = settle(case)
   elseif lost then
      err.hint = err.hint .. " With a name it would have been looked for."
   end
   if value and rule.id then
      lookup.remember(value[rule.id])
   end
   lookup.mark(call, nil)
   return value, err
end

return { keep = keep, see_to = see_to }
