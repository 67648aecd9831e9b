--- Waiting for backups, restores, collections and indexes.
-- @classmod Client

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local fields = require "pinecone.fields"
local patience_of = require "pinecone.patience"
local pauses = require "pinecone.pauses"
local statuses = require "pinecone.statuses"

local LONGEST_PAUSE = 30
local GRACE = 300 -- seconds that passing troubles may last
local GRACE_LOST = 60 -- that something which is there may not be found
local GRACE_UNSEEN = 10 -- the same where nobody knows whether it ever was there

local function status(resource)
   return resource.status
end

-- One that is going away may still be ready.
local function index_state(index)
   local state = type(index.status) == "table" and index.status or {}
   return state.ready and not statuses.index.bad[state.state] and "Ready" or state.state
end

local subjects = {
   wait_for_backup = {
      noun = "backup", describe = "describe_backup", id = "backup_id", state = status, ends = statuses.backup,
   },
   wait_for_restore = {
      noun = "restore job", describe = "describe_restore_job", id = "restore_job_id", alias = "job_id", state = status,
      ends = statuses.restore_job,
      may_be_lost = true, -- the job store loses jobs for a moment
      not_found = "There is no such restore job: give its restore_job_id, not the index_id.",
   },
   wait_for_collection = {
      noun = "collection", describe = "describe_collection", id = "collection_name", alias = "name", state = status,
      ends = statuses.collection,
   },
   wait_for_index = {
      noun = "index", describe = "describe_index", id = "index_name", alias = "name", state = index_state,
      ends = statuses.index,
   },
}

-- What went wrong ---------------------------------------------------------------------------------------------------

local function failed(waiter, resource)
   local index_name = resource.target_index_name -- of a restore, whose own id nobody knows by heart
   return errors.new {
      kind = "failed", operation = waiter.name, target = waiter.id, resource = resource,
      elapsed = waiter.patience:elapsed(),
      message = ("the %s%s ended as %s"):format(waiter.subject.noun,
         type(index_name) == "string" and " into " .. index_name or "", waiter.subject.state(resource)),
   }
end

local function timed_out(waiter)
   local noun, last, trouble = waiter.subject.noun, waiter.last, waiter.trouble
   local state = last and waiter.subject.state(last)
   local seen = not last and ("the %s was not seen"):format(noun)
      or state and ("the %s is still %s"):format(noun, tostring(state)) or ("the %s has no status"):format(noun)
   local elapsed = waiter.patience:elapsed()
   return errors.new {
      kind = "timeout", operation = waiter.name, target = waiter.id, resource = last, elapsed = elapsed,
      message = ("waited %.1f s; %s%s"):format(elapsed, seen,
         trouble and " as far as is known; the last look failed: " .. trouble.message or ""),
      hint = trouble and trouble.hint or "It goes on without us: wait again, or give more time in timeout.",
   }
end

-- Looking -----------------------------------------------------------------------------------------------------------

local function grace_of_absence(waiter)
   if waiter.last then
      return waiter.subject.may_be_lost and GRACE_LOST or 0
   end
   return waiter.is_known and GRACE_LOST or waiter.subject.may_be_lost and GRACE_UNSEEN or 0
end

-- For how long such a trouble may last.
local function grace(waiter, err)
   if err.kind == "not_found" then
      return grace_of_absence(waiter)
   end
   local has_answered = waiter.last or waiter.is_known
   return (errors.passing[err.kind] or (has_answered and errors.may_pass(err))) and GRACE or 0
end

-- Since when it has been the same: to be told that there is nothing is another trouble than to be told nothing.
local function troubled_since(waiter, err)
   local before, is_absent = waiter.trouble, err.kind == "not_found"
   if not before or (before.kind == "not_found") ~= is_absent then
      waiter.troubled_since = core.clock()
   end
   return waiter.troubled_since
end

-- Notes a look that failed; gives the error where it ends the waiting.
local function note_trouble(waiter, err)
   if waiter.last and err.kind == "timeout" and waiter.patience:left() <= 0 then
      return nil -- it was cut short by us, which says nothing of the service
   end
   local since = troubled_since(waiter, err)
   waiter.trouble, err.operation = err, waiter.name
   if core.clock() - since < grace(waiter, err) then
      return nil
   end
   if err.kind == "not_found" and not waiter.last and not waiter.is_known then
      err.hint = waiter.subject.not_found or err.hint
   end
   err.resource = waiter.last
   return err
end

local function tell(waiter)
   local listener, seen = waiter.patience.on_progress, waiter.last or waiter.begun
   if listener and seen then
      listener(seen, waiter.patience:elapsed(), waiter.trouble)
   end
end

-- One look: the resource when it is done; nil and an error that ends the waiting; or neither.
local function look(waiter)
   local subject = waiter.subject
   local resource, err = waiter.client:_perform(subject.describe, waiter.id, waiter.patience:options())
   if err then
      err = note_trouble(waiter, err)
      tell(waiter)
      return nil, err
   end
   waiter.last, waiter.trouble = resource, nil
   tell(waiter)
   local state = subject.state(resource)
   if subject.ends.bad[state] then
      return nil, failed(waiter, resource)
   end
   return subject.ends.good[state] and resource or nil
end

-- A random part is left out, so that those who began together do not look together for ever.
-- What a server asks for may be any number.
local function pause_of(waiter, pause)
   local asked = waiter.trouble and waiter.trouble.retry_after or 0
   return math.max(pause * (0.5 + core.random() / 2), math.min(asked, GRACE))
end

local function wait(waiter)
   local pause = pauses.growing(LONGEST_PAUSE)
   repeat
      local resource, err = look(waiter)
      if resource or err then
         return resource, err
      end
      waiter.client:sleep(math.max(math.min(pause_of(waiter, pause()), waiter.patience:left()), 0))
   until waiter.patience:left() <= 0
   return nil, timed_out(waiter)
end

-- Methods -----------------------------------------------------------------------------------------------------------

-- Waits for something that was just made: that it is not found at first only means that reads lag. `name` is such as
-- wait_for_backup, `begun` what it was when it was made, if that is known.
local function wait_for_new(client, name, id, patience, begun)
   return wait {
      client = client, name = name, subject = subjects[name], id = id, patience = patience, is_known = true,
      begun = begun,
   }
end

--- Waiting
-- @section waiting

--- What the second table of a call that waits may hold.
-- @table WaitOptions
-- @tfield[opt] number timeout seconds for all of it; default: no limit for the waiting
-- @tfield[opt] string api_version the version to speak; default: the client's
-- @tfield[opt] function on_progress is called after each look, from the first good one on, with what was waited for as
--   last seen, the seconds since the call began, and the error where that look failed. What it raises ends the wait

--- Waits until a backup is Ready.
--
-- Looks with `GET /backups/{backup_id}` (control-plane/describe_backup): often at first, then ever more seldom, up to
-- every 30 seconds, and not in step with others who wait. Trouble of the network or the service is ridden out for five
-- minutes. Statuses that are not known count as not finished.
-- @function Client:wait_for_backup
-- @tparam string|table what its `backup_id`, or a table with that, such as what `create_backup` gave: that one is not
--   found at first then only means that reads lag
-- @tparam[opt] WaitOptions options
-- @treturn[1] Backup it
-- @treturn[2] nil
-- @treturn[2] Error its `resource` is the backup as last seen
-- @kind failed it ended as Failed or InitializationFailed
-- @kind timeout the time was over before; the backup goes on
-- @kind not_found there is none with that id
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/describe_backup
-- @usage
-- local backup = assert(pc:create_backup { index_name = "movies", name = "before-upgrade" })
-- backup = assert(pc:wait_for_backup(backup, {
--    timeout = 3600,
--    on_progress = function(seen, elapsed) print(seen.status, ("%.0f s"):format(elapsed)) end,
-- }))
-- print(backup.record_count)

--- Waits until a restore job is Completed; see `wait_for_backup`.
--
-- Looks with `GET /restore-jobs/{job_id}` (control-plane/describe_restore_job). The service sometimes loses sight of a
-- job: a 404 is ridden out for a minute, for 10 seconds where the job was never seen. That its index is ready, too, is
-- for `wait_for_index` to tell.
-- @function Client:wait_for_restore
-- @tparam string|table what its `restore_job_id`, or a table with that (or `job_id`)
-- @tparam[opt] WaitOptions options
-- @treturn[1] RestoreJob it
-- @treturn[2] nil
-- @treturn[2] Error its `resource` is the job as last seen
-- @kind failed it ended as Failed or Cancelled
-- @kind timeout the time was over before; the restore goes on
-- @kind not_found there is none with that id, and that did not pass
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/describe_restore_job
-- @usage
-- local job = assert(pc:wait_for_restore(restore_job_id, { timeout = 6 * 3600 }))
-- print(job.target_index_name, job.completed_at)

--- Waits until a collection is Ready; see `wait_for_backup`.
--
-- Looks with `GET /collections/{collection_name}` (control-plane/describe_collection).
-- @function Client:wait_for_collection
-- @tparam string|table what its name, or a table with `collection_name` or `name`
-- @tparam[opt] WaitOptions options
-- @treturn[1] Collection it
-- @treturn[2] nil
-- @treturn[2] Error its `resource` is the collection as last seen
-- @kind failed it is being deleted
-- @kind timeout the time was over before; the collection goes on
-- @kind not_found there is none with that name
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/describe_collection
-- @usage
-- print(assert(pc:wait_for_collection "pod-movies-copy").vector_count)

--- Waits until an index is ready; see `wait_for_backup`.
--
-- Looks with `GET /indexes/{index_name}` (control-plane/describe_index).
-- @function Client:wait_for_index
-- @tparam string|table what its name, or a table with `index_name` or `name`
-- @tparam[opt] WaitOptions options
-- @treturn[1] Index it
-- @treturn[2] nil
-- @treturn[2] Error its `resource` is the index as last seen
-- @kind failed it is InitializationFailed, Failed, Disabled or being deleted
-- @kind timeout the time was over before; the index goes on
-- @kind not_found there is none with that name
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/describe_index
-- @usage
-- print(assert(pc:wait_for_index "movies").status.state)

local function id_of(subject, name, what)
   local id = what
   if type(what) == "table" then
      fields.check_no_option(name, what)
      id = what[subject.id] or what[subject.alias]
   end
   if type(id) ~= "string" then
      errors.misuse(("%s: takes %s as a string, or a table with it"):format(name, subject.id))
   end
   return id
end

-- What a create gave, not just a table with its id.
local function was_just_made(what)
   return type(what) == "table" and what.status == "Initializing"
end

local function add_waiters(Client)
   for name, subject in pairs(subjects) do
      Client[name] = function(self, what, options)
         Client._check_self(self, name)
         local id = id_of(subject, name, what)
         local patience, err = patience_of(self, name, subject.describe, id, options)
         if not patience then
            return nil, err
         end
         local begun = was_just_made(what) and what or nil
         return wait {
            client = self, name = name, subject = subject, id = id, patience = patience, is_known = begun ~= nil,
            begun = begun,
         }
      end
   end
end

return { add_waiters = add_waiters, wait_for_new = wait_for_new }
