--- Restores a backup into a new index, and makes sure that all of it is there.
-- @classmod Client

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

-- The backup is what an error is about; that the name is taken says nothing without the name.
local function naming(err, name)
   if err.kind == "conflict" and not err.maybe_applied then
      err.hint = ("There is an index %s already: choose another name, or delete what has it."):format(name)
   end
   return err
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
      return nil, naming(err, arguments.name)
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
-- @local
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

--- Automation
-- @section automation

--- What a restore has become.
-- @table Restored
-- @tfield string name of the new index
-- @tfield Backup backup what it was made of
-- @tfield string restore_job_id
-- @tfield string index_id
-- @tfield boolean verified whether it was compared
-- @tfield number seconds it took
-- @tfield[opt] RestoreJob job where it waited
-- @tfield[opt] Index index where it waited
-- @tfield[opt] int record_count where it was verified
-- @tfield[opt] int namespace_count where it was verified

--- Restores a backup into a new index, waits until it is there, and compares what it holds with the backup.
--
-- `POST /backups/{backup_id}/create-index`, then looks at the restore job, at the index and at its counts. The index
-- stays, whatever the comparison says. `on_progress` hears of the job, then of the index, also where its counts do not
-- agree yet.
-- @function Client:restore
-- @tparam table arguments a backup, by `backup_id` or by `index_name` with `latest`, and
-- @tparam[opt] WaitOptions options
-- @tparam[opt] string arguments.backup_id the backup
-- @tparam[opt] string arguments.index_name the index whose backup it is; it may be deleted by now
-- @tparam[opt] boolean arguments.latest `true` with `index_name`: the newest that is Ready
-- @tparam string arguments.name of the new index
-- @tparam[opt=true] boolean arguments.wait false gives the ids of what was begun
-- @tparam[opt] boolean arguments.verify whether the numbers of records and namespaces must be those of the backup;
--   default: true where it waits
-- @tparam[opt=60] number arguments.verify_grace for so many seconds the counts may lag behind
-- @tparam[opt] {[string]=string,...} arguments.tags see `create_index_from_backup`
-- @tparam[opt] string arguments.deletion_protection see `create_index_from_backup`
-- @tparam[opt] table arguments.read_capacity see `create_index_from_backup`
-- @treturn[1] Restored what became of it
-- @treturn[2] nil
-- @treturn[2] Error its `restore` is such a table as far as it is known, where a restore was begun; see
--   `create_index_from_backup`, too
-- @kind failed the job ended badly, or the counts differ; then `differences` has them
-- @kind timeout the time was over before; the restore goes on
-- @kind not_found the index has no backup that is Ready, or there is no such backup
-- @kind conflict another index has the name
-- @kind protocol the backup does not say its counts; nothing was begun
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/create_index_from_backup
-- @usage
-- local restored = assert(pc:restore {
--    index_name = "movies", latest = true, name = "movies-restored",
-- })
-- print(restored.record_count, ("%.0f s"):format(restored.seconds))
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
