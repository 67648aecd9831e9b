-- Restore jobs: a new index filled from a backup.

local failure = require("pinecone.emulator.failure")
local records = require("pinecone.emulator.state.records")
local rows = require("pinecone.emulator.state.rows")
local rules = require("pinecone.emulator.state.rules")
local tables = require("pinecone.emulator.tables")

local methods, events = {}, {}

-- How a job ends whose fault says that it ends badly.
local bad_ends = { failed = "Failed", cancelled = "Cancelled" }

local function check_request(given, limits)
   return rules.first(
      rules.index_name(given.name),
      rules.tags(given.tags, limits),
      rules.read_capacity(given.read_capacity),
      rules.deletion_protection(given.deletion_protection))
end

-- Tags not given are the backup's; deletion protection is never inherited.
local function definition_from(self, backup, given)
   local definition = tables.copy(backup.definition)
   definition.name = given.name
   definition.tags = given.tags or backup.tags
   definition.deletion_protection = given.deletion_protection
   definition.source_backup_id = backup.id
   definition.region = given.region or definition.region
   if definition.kind ~= "byoc" and self.options.restore_read_capacity == "apply" then
      definition.read_capacity = given.read_capacity
   end
   return definition
end

-- What of a backup's records gets into the index: all, unless a fault loses some.
local function restored_records(self, backup)
   local lost = self.circumstances.lose
   return lost and records.without_last(backup.records, lost) or backup.records
end

--- Makes an index from a backup. Both exist at once, the index Initializing
-- and the job Pending.
-- @tparam string backup_id
-- @tparam table given `name`, and optionally `tags`, `deletion_protection`,
--   `read_capacity`, `region`
-- @tparam[opt] table limits see @{pinecone.emulator.state.rules}
-- @treturn table the restore job, or nil and the failure
function methods:create_index_from_backup(backup_id, given, limits)
   local refused = check_request(given, limits or rules.NO_LIMITS)
   if refused then
      return nil, refused
   end
   local backup, missing = self:describe_backup(backup_id)
   if not backup then
      return nil, missing
   elseif backup.status ~= "Ready" then
      return nil, failure("backup_not_ready", backup_id)
   end
   refused = given.region and rules.place(backup.cloud, given.region) or self:check_new_index(given.name)
   if refused then
      return nil, refused
   end
   local index = self:add_index(definition_from(self, backup, given), restored_records(self, backup))
   local job = {
      id = self.new_id(), backup_id = backup.id,
      target_index_name = index.name, target_index_id = index.id,
      status = "Pending", created_at = self.time,
      completes_at = self:end_of_job(), bad_end = bad_ends[self.circumstances.job],
   }
   self:add_row("restore_jobs", job.id, job)
   self:plan(job.completes_at, "restore_completed", { id = job.id })
   return job
end

-- Jobs disappear with their target index, unless the options keep them.
local function is_visible(self, job)
   return self.options.keep_restore_jobs
      or self:index_exists(job.target_index_name, job.target_index_id)
end

--- Finds a restore job.
-- @tparam string id
-- @treturn table the job, or nil and the failure
function methods:describe_restore_job(id)
   local job = rows.get(self.data.restore_jobs, id)
   if not job or not is_visible(self, job) then
      return nil, failure("restore_job_not_found", id)
   end
   return job
end

--- The restore jobs of the project.
-- @treturn table a sequence
function methods:list_restore_jobs()
   return self:in_list_order(rows.select(self.data.restore_jobs, function(job)
      return is_visible(self, job)
   end))
end

-- The jobs that still read a backup, in order of their end.
function methods:pending_restores_of(backup)
   return rows.select(self.data.restore_jobs, function(job)
      return job.backup_id == backup.id and job.status == "Pending"
   end)
end

-- A restore into an index that is being deleted will not be finished.
function methods:cancel_restores_into(index)
   for _, job in ipairs(rows.select(self.data.restore_jobs)) do
      if job.target_index_id == index.id and job.status == "Pending" then
         job.status = "Cancelled"
      end
   end
end

function events:restore_completed(event)
   local job = rows.get(self.data.restore_jobs, event.id)
   if job.status ~= "Pending" then
      return
   end
   job.status = job.bad_end or "Completed"
   if not job.bad_end then
      job.completed_at = self.time
   end
end

return { methods = methods, events = events }
