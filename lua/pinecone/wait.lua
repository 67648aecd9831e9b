-- Waiting for backups, restores, collections and indexes.

local errors = require "pinecone.errors"

local FIRST_PAUSE, PAUSE_GROWTH, LONGEST_PAUSE = 0.25, 1.5, 30
local GRACE = 60 -- seconds that passing troubles may last

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
      noun = "restore job", describe = "describe_restore_job", id = "restore_job_id", state = status,
      good = { Completed = true }, bad = { Failed = true, Cancelled = true },
      passing = { not_found = true }, -- the job store loses jobs for a moment
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

local passing = { network = true, timeout = true, rate_limited = true, server = true, unavailable = true }

local function id_of(subject, name, what)
   local id = what
   if type(what) == "table" then
      id = what[subject.id] or what[subject.alias]
   end
   if type(id) ~= "string" then
      errors.misuse(("%s: takes the id of a %s, or a table with %s"):format(name, subject.noun, subject.id))
   end
   return id
end

local function check_options(name, options)
   for field, value in pairs(options) do
      if field ~= "timeout" and field ~= "api_version" then
         errors.misuse(("%s: unknown option '%s'; it takes timeout, api_version"):format(name, tostring(field)))
      end
      if field == "timeout" and not (type(value) == "number" and value > 0) then
         errors.misuse(("%s: 'timeout' must be a number of seconds above 0"):format(name))
      end
   end
end

local function failed(subject, name, id, resource)
   return errors.new {
      kind = "failed", operation = name, target = id, resource = resource,
      message = ("the %s ended as %s"):format(subject.noun, subject.state(resource)),
   }
end

local function timed_out(subject, name, id, resource, seconds)
   local state = resource and subject.state(resource)
   return errors.new {
      kind = "timeout", operation = name, target = id, resource = resource, elapsed = seconds,
      message = ("waited %g s; the %s is %s"):format(seconds, subject.noun, state and "still " .. state or "not seen"),
      hint = "It goes on without us: wait again, or give more time in timeout.",
   }
end

-- Seconds are counted by the pauses made and the time that answers took, which is near enough for pauses that grow and
-- needs no clock of its own.
local function wait(client, name, subject, id, options)
   local pause, waited, troubled, last = FIRST_PAUSE, 0, 0, nil
   local call_options = { api_version = options.api_version }
   while true do
      local resource, err = client:_perform(subject.describe, id, call_options)
      local state = resource and subject.state(resource)
      if resource and subject.good[state] then
         return resource
      elseif resource and subject.bad[state] then
         return nil, failed(subject, name, id, resource)
      end
      local may_pass = err and (passing[err.kind] or (subject.passing and subject.passing[err.kind]))
      if err and not (may_pass and troubled < GRACE) then
         return nil, err
      end
      waited = waited + (err and err.elapsed or 0)
      local left = (options.timeout or math.huge) - waited
      if left <= 0 then
         return nil, timed_out(subject, name, id, resource or last, waited)
      end
      last = resource or last
      pause = math.min(pause, left)
      client:_sleep(pause)
      waited, troubled = waited + pause, err and troubled + pause or 0
      pause = math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
   end
end

local function add_waiters(Client)
   for name, subject in pairs(subjects) do
      Client[name] = function(self, what, options)
         Client._check_self(self, name)
         if options ~= nil and type(options) ~= "table" then
            errors.misuse(("%s: takes a table of options, got a %s"):format(name, type(options)))
         end
         options = options or {}
         local id = id_of(subject, name, what)
         check_options(name, options)
         return wait(self, name, subject, id, options)
      end
   end
end

return { add_waiters = add_waiters }
