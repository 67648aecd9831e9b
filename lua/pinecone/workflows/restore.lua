-- Restores a backup into a new index, and makes sure that all of it is there.

local errors = require "pinecone.errors"
local patience_of = require "pinecone.patience"
local source = require "pinecone.workflows.source"
local verify = require "pinecone.workflows.verify"
local waiting = require "pinecone.wait"

local restore = {}

restore.VERIFY_GRACE = 60 -- seconds that counts may lag behind what was written

-- What create_index_from_backup takes beside the backup.
local passed_on = { "name", "tags", "deletion_protection", "read_capacity" }

local function wanted_of(arguments, backup_id)
   local wanted = { backup_id = backup_id }
   for _, name in ipairs(passed_on) do
      wanted[name] = arguments[name]
   end
   return wanted
end

local function is_to_verify(arguments)
   return arguments.wait ~= false and arguments.verify ~= false
end

-- Everything that can be wrong before anything is made. What is done has its name from when it may have begun.
local function begin(client, backup, arguments, patience, done)
   local err
   if is_to_verify(arguments) then
      backup, err = verify.prepare(client, backup, patience)
   end
   err = err or patience:problem("create_index_from_backup", backup.backup_id)
   if err then
      return nil, err
   end
   done.name, done.backup, done.verified = arguments.name, backup, false
   local begun
   begun, err = client:create_index_from_backup(wanted_of(arguments, backup.backup_id), patience:options())
   if not begun then
      return nil, err
   end
   done.restore_job_id, done.index_id = begun.restore_job_id, begun.index_id
   return done
end

local function wait_for_both(client, done, patience)
   local err
   done.job, err = waiting.wait_for_new(client, "wait_for_restore", done.restore_job_id, patience)
   if not err then
      done.index, err = waiting.wait_for_new(client, "wait_for_index", done.name, patience)
   end
   return err
end

local function compare(client, done, grace, patience)
   local counts, err = verify.compare(client, done.index, done.backup, grace, patience)
   if counts then
      done.verified, done.record_count, done.namespace_count = true, counts.record_count, counts.namespace_count
   end
   return err
end

--- Restores a backup that was found.
-- @tparam Client client
-- @tparam table backup
-- @tparam table arguments those of the method
-- @tparam table patience see pinecone.patience
-- @tparam[opt] table done is filled in as it goes on, for whoever wants to know after an error was raised
-- @treturn[1] table what the method gives
-- @treturn[2] nil
-- @treturn[2] table the error; its `restore` is what was begun, nil where nothing was
function restore.perform(client, backup, arguments, patience, done)
   done = done or {}
   local begun, err = begin(client, backup, arguments, patience, done)
   if not begun then
      return nil, err
   end
   if arguments.wait ~= false then
      err = wait_for_both(client, done, patience)
   end
   if not err and is_to_verify(arguments) then
      err = compare(client, done, arguments.verify_grace or restore.VERIFY_GRACE, patience)
   end
   done.seconds = patience:elapsed()
   if err then
      err.restore = done
      return nil, err
   end
   return done
end

--- Restores a backup into a new index, waits until it is there, and compares what it holds with the backup.
--
-- `POST /backups/{backup_id}/create-index` (control-plane/create_index_from_backup), then looks at the restore job
-- (control-plane/describe_restore_job), the index (control-plane/describe_index) and its counts
-- (data-plane/describeindexstats). The index stays, whatever the comparison says.
-- @function Client:restore
-- @tparam table arguments
--
-- * `backup_id`, or `index_name` with `latest = true`: the newest backup of that index that is Ready. The index may be
--   deleted by now
-- * `name` of the new index
-- * `wait` (true); false gives the ids of what was begun
-- * `verify` (true where it waits): whether the numbers of records and namespaces are those of the backup
-- * `verify_grace` (60): for so many seconds the counts may lag behind
-- * `tags`, `deletion_protection`, `read_capacity`: see `create_index_from_backup`
-- @tparam[opt] table options `timeout` (seconds for all of it; default: no limit for the waiting), `api_version`,
--   `on_progress(resource, elapsed, trouble)`: called after each look at the job and then at the index, with it as last
--   seen, the seconds since the call began, and the error where that look failed, or its counts do not agree yet
-- @treturn[1] table `name`, `backup`, `restore_job_id`, `index_id`, `verified`, `seconds`; where it waits `job` and
--   `index`; where it is verified `record_count` and `namespace_count`
-- @treturn[2] nil
-- @treturn[2] table the error; its `restore` is that table as far as it is known, where a restore was begun. `failed`:
--   the job ended badly, or the counts differ (then `differences` has them); `not_found`: the index has no backup that
--   is Ready; else as in `create_index_from_backup`
-- @raise for misuse, and what `on_progress` raises
-- @usage local restored = assert(pc:restore { index_name = "movies", latest = true, name = "movies-restored" })
local function run(client, arguments, options)
   source.check("restore", arguments, "index_name with latest = true")
   if arguments.index_name and not arguments.latest then
      errors.misuse("restore: index_name needs latest = true beside it: the newest backup is restored")
   elseif arguments.wait == false and arguments.verify then
      errors.misuse("restore: what is not waited for cannot be verified")
   end
   local patience, err = patience_of(client, "restore", "create_index_from_backup",
      wanted_of(arguments, arguments.backup_id or "latest"), options)
   if not patience then
      return nil, err
   end
   local backup
   backup, err = source.find(client, arguments, patience)
   if not backup then
      return nil, err
   end
   return restore.perform(client, backup, arguments, patience)
end

restore.run = run
restore.fields = {
   backup_id = "string", index_name = "string", latest = "boolean", name = "string!", wait = "boolean",
   verify = "boolean", verify_grace = "number", tags = "table", deletion_protection = "string",
   read_capacity = "table",
}

return restore
