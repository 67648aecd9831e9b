-- One lane: makes calls, keeps the ledger, and says so when an answer cannot be true.

local lanes = require "soak.lanes"
local faults = require "soak.faults"

local Lane = {}
Lane.__index = Lane

local TIMEOUT, SHORT_TIMEOUT, SHORT_SHARE = 3, 0.4, 0.03
local SETTLED = 2 * faults.LATEST -- seconds until nothing late comes any more
local DELETE_TRIES = 4
local LONGEST_JOB = 10 -- seconds

-- No plan answers so, and no story asks for it.
local unexpected = {
   invalid_argument = true, unauthenticated = true, permission_denied = true, payment_required = true,
   quota_exceeded = true, failed = true,
}

--- @tparam table fields `number`, `index`, `pod`, `random` (gives fractions), `take_client` (a function), `ledger`,
--   `figures`, `report` (is told findings)
function Lane.new(fields)
   fields.attempts, fields.names = {}, 0
   return setmetatable(fields, Lane)
end

function Lane:name(letter)
   self.names = self.names + 1
   return ("soak-%s%d%04d"):format(letter, self.number, self.names)
end

--- The client of the next call.
function Lane:client()
   return self.only_client or self.take_client()
end

--- Keeps to one client. What another one has made within the last second cannot be told from what a call has made: the
-- server's Date has whole seconds.
function Lane:on_one_client(body, ...)
   self.only_client = self.take_client()
   body(self, ...)
   self.only_client = nil
end

function Lane:chance(share)
   return self.random() < share
end

-- Words --------------------------------------------------------------------------------------------------------------

local function tell_attempts(attempts)
   local parts = {}
   for position, attempt in ipairs(attempts) do
      parts[position] = ("%s %s %s"):format(attempt.method, attempt.path, tostring(attempt.status or attempt.kind))
   end
   return #parts > 0 and table.concat(parts, ", ") or "nothing was sent"
end

local function tell(call)
   return ("%s: %s; %s"):format(call.operation, call.err and call.err.kind .. ": " .. call.err.message
      .. (call.err.maybe_applied and " (maybe_applied)" or "") or "success", tell_attempts(call.attempts))
end

function Lane:finding(verdict, what, text)
   self.report { verdict = verdict, what = what, text = text, told = { self.told }, lane = self }
end

-- Calls --------------------------------------------------------------------------------------------------------------

-- Late effects of what was tried before would undo what comes next.
local function let_late_effects_pass(call)
   if call.changes and (call.err or #call.attempts > 1) then
      lanes.sleep(SETTLED)
   end
end

local reads = { describe = true, list = true, wait = true }

local function changes(operation)
   return not reads[operation:match "^%l+"]
end

--- Finishes one call, whatever it is: counts it, and looks at its time and its kind of failure.
-- @tparam string operation
-- @tparam number timeout of it
-- @tparam function perform
-- @return what it gives
function Lane:perform(operation, timeout, perform)
   self.attempts = {}
   local began = lanes.clock()
   local value, err = perform()
   local call = {
      operation = operation, attempts = self.attempts, err = err, overrun = lanes.clock() - began - timeout,
      creates = operation:find "^create", changes = changes(operation),
   }
   self.told = tell(call)
   self.figures:note(call)
   if err and unexpected[err.kind] then
      self:finding("unexpected", operation, tostring(err))
   end
   let_late_effects_pass(call)
   return value, err
end

--- Calls a method.
-- @tparam string operation
-- @param arguments
-- @return what it gives
function Lane:call(operation, arguments)
   local timeout = self:chance(SHORT_SHARE) and SHORT_TIMEOUT or TIMEOUT
   local client = self:client()
   return self:perform(operation, timeout, function()
      return client[operation](client, arguments, { timeout = timeout })
   end)
end

--- The same for a method that asks more than once, each time within the timeout.
function Lane:call_repeatedly(operation, arguments, times)
   local client = self:client()
   return self:perform(operation, times * TIMEOUT, function()
      return client[operation](client, arguments, { timeout = TIMEOUT })
   end)
end

--- Waits for a job.
function Lane:wait_for(operation, id)
   local client = self:client()
   return self:perform(operation, LONGEST_JOB, function()
      return client[operation](client, id, { timeout = LONGEST_JOB })
   end)
end

--- Reads a list to its end; nil where it fails.
-- @tparam string operation
-- @param list an iterator of the client
-- @tparam function each is given every item
function Lane:read_list(operation, list, each)
   local page, err
   repeat
      page, err = self:perform(operation, TIMEOUT, function() return list:next_page() end)
      for _, item in ipairs(page or {}) do
         each(item)
      end
   until not page
   return not err
end

-- The ledger ---------------------------------------------------------------------------------------------------------

local function state_after(value, err)
   return value and "there" or err.maybe_applied and "unknown" or "absent"
end

--- Enters what a create came to.
-- @tparam string kind
-- @tparam string key
-- @tparam ?string id
-- @param value
-- @param err
-- @treturn table the entry
function Lane:enter(kind, key, id, value, err)
   return self.ledger:add(kind, key, state_after(value, err), id, self.told)
end

--- Calls a create and enters what it said.
-- @tparam string operation
-- @tparam table arguments
-- @tparam string kind
-- @tparam string key
-- @tparam[opt] string id name of the field with the id
-- @treturn ?table the entry, where it is there
-- @return value, err
function Lane:create(operation, arguments, kind, key, id)
   local value, err = self:call(operation, arguments)
   local entry = self:enter(kind, key, id and value and value[id], value, err)
   return value and entry, value, err
end

--- Looks at something that must be there. A failure to look is none of its own.
-- @tparam table entry
-- @tparam string operation
-- @param arguments
-- @tparam[opt] function is_right is given what it answers
function Lane:expect(entry, operation, arguments, is_right)
   local value, err = self:call(operation, arguments)
   if err and err.kind == "not_found" then
      self:finding("lost", entry.kind .. " " .. entry.key, "it was there, and now " .. operation .. " does not find it")
   elseif value and is_right and not is_right(value) then
      self:finding("lying", entry.kind .. " " .. entry.key, operation .. " shows another one")
   end
   return value, err
end

local function note_deletion(lane, entry, deleted, err)
   entry.told[#entry.told + 1] = lane.told
   if deleted then
      entry.state = "gone"
   elseif err.kind == "not_found" and not err.maybe_applied then
      if entry.state == "there" then
         lane:finding("lost", entry.kind .. " " .. entry.key, "it was there, and cannot be deleted")
      end
      entry.state = "gone"
   elseif err.maybe_applied then
      entry.state = "unknown"
   end
end

--- Deletes something, until it is known to be gone.
-- @tparam table entry
-- @tparam string operation
-- @tparam string id
-- @treturn boolean whether it is gone
function Lane:remove(entry, operation, id)
   for _ = 1, DELETE_TRIES do
      local deleted, err = self:call(operation, id)
      note_deletion(self, entry, deleted, err)
      if entry.state == "gone" then
         return true
      end
   end
   return false
end

--- Asks for a name that is taken: whoever says that this went well lies.
function Lane:refused(operation, arguments)
   if self:call(operation, arguments) then
      self:finding("lying", operation .. " " .. arguments.name, "a name was given that was taken")
   end
end

return Lane
