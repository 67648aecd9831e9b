-- Waiting for backups, restores, collections and indexes.

local core = require "pinecone.core"
local errors = require "pinecone.errors"

local FIRST_PAUSE, PAUSE_GROWTH, LONGEST_PAUSE = 0.25, 1.5, 30
local GRACE = 60 -- seconds that passing troubles may last
local GRACE_UNSEEN = 10 -- the same for a 404 of something that was never there

local function status(resource)
   return resource.status
end

local function index_state(index)
   local state = type(index.status) == "table" and index.status or {}
   return state.ready and "Ready" or state.state
end

-- Unknown statuses count as not finished: Pinecone reserves the right to add some.
local subjects = {
   wait_for_backup = {
      noun = "backup", describe = "describe_backup", id = "backup_id", state = status,
      good = { Ready = true }, bad = { Failed = true, InitializationFailed = true },
   },
   wait_for_restore = {
      noun = "restore job", describe = "describe_restore_job", id = "restore_job_id", alias = "job_id", state = status,
      good = { Completed = true }, bad = { Failed = true, Cancelled = true },
      passing = { not_found = true }, -- the job store loses jobs for a moment
      not_found = "There is no such restore job: give its restore_job_id, not the index_id.",
   },
   wait_for_collection = {
      noun = "collection", describe = "describe_collection", id = "collection_name", alias = "name", state = status,
      good = { Ready = true }, bad = { Terminating = true, Terminated = true, deleting = true },
   },
   wait_for_index = {
      noun = "index", describe = "describe_index", id = "index_name", alias = "name", state = index_state,
      good = { Ready = true },
      bad = { InitializationFailed = true, Failed = true, Terminating = true, Disabled = true },
   },
}

local function id_of(subject, name, what)
   local id = what
   if type(what) == "table" then
      id = what[subject.id] or what[subject.alias]
   end
   if type(id) ~= "string" then
      errors.misuse(("%s: takes %s as a string, or a table with it"):format(name, subject.id))
   end
   return id
end

local function failed(waiter, resource)
   return errors.new {
      kind = "failed", operation = waiter.name, target = waiter.id, resource = resource,
      message = ("the %s ended as %s"):format(waiter.subject.noun, waiter.subject.state(resource)),
   }
end

local function timed_out(waiter)
   local noun, last, trouble = waiter.subject.noun, waiter.last, waiter.trouble
   local seen = last and ("the %s is still %s"):format(noun, tostring(waiter.subject.state(last)))
      or ("the %s was not seen"):format(noun)
   local waited = core.clock() - waiter.began
   return errors.new {
      kind = "timeout", operation = waiter.name, target = waiter.id, resource = last,
      elapsed = math.floor(waited * 1000 + 0.5) / 1000,
      message = ("waited %.1f s; %s%s"):format(waited, seen,
         trouble and " as far as is known; the last look failed: " .. trouble.message or ""),
      hint = trouble and trouble.hint or "It goes on without us: wait again, or give more time in timeout.",
   }
end

-- Whether a look that failed is worth another: while it may pass, and not for too long.
local function may_pass(waiter, err)
   local kind = err.kind
   local unseen = kind == "not_found" and not waiter.last
   local known = errors.passing[kind] or (waiter.subject.passing and waiter.subject.passing[kind])
   return known and core.clock() - waiter.troubled_since < (unseen and GRACE_UNSEEN or GRACE)
end

-- One look: the resource when it is done; nil and an error that ends the waiting; or neither.
local function look(waiter)
   local subject, left = waiter.subject, waiter.deadline - core.clock()
   local resource, err = waiter.client:_perform(subject.describe, waiter.id, {
      api_version = waiter.api_version, timeout = math.max(math.min(left, waiter.client._timeout), 0.001),
   })
   waiter.trouble = err
   if err then
      waiter.troubled_since = waiter.troubled_since or core.clock()
      err.operation = waiter.name
      if may_pass(waiter, err) or (err.kind == "timeout" and core.clock() >= waiter.deadline) then
         return nil
      end
      err.hint = err.kind == "not_found" and subject.not_found or err.hint
      return nil, err
   end
   waiter.last, waiter.troubled_since = resource, nil
   local state = subject.state(resource)
   if subject.bad[state] then
      return nil, failed(waiter, resource)
   end
   return subject.good[state] and resource or nil
end

local function wait(waiter)
   local pause = FIRST_PAUSE
   while true do
      local resource, err = look(waiter)
      if resource or err then
         return resource, err
      end
      local left = waiter.deadline - core.clock()
      if left <= 0 then
         return nil, timed_out(waiter)
      end
      waiter.client:_sleep(math.min(pause, left))
      pause = math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
   end
end

local function add_waiters(Client)
   for name, subject in pairs(subjects) do
      Client[name] = function(self, what, options)
         Client._check_self(self, name)
         local id, now = id_of(subject, name, what), core.clock()
         local good, err = self:_check(subject.describe, id, options, name)
         if not good then
            return nil, err
         end
         options = options or {}
         return wait {
            client = self, name = name, subject = subject, id = id, api_version = options.api_version,
            began = now, deadline = now + (options.timeout or math.huge),
         }
      end
   end
end

return { add_waiters = add_waiters }
