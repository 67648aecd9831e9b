-- Shows that a backup can be restored: restores it into an index for the purpose, compares, and deletes that again.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local is_pod = require "pinecone.indexes".is_pod
local names = require "pinecone.names"
local patience_of = require "pinecone.patience"
local pauses = require "pinecone.pauses"
local restore = require "pinecone.workflows.restore"
local source = require "pinecone.workflows.source"
local threads = require "pinecone.threads"

local CLEANUP_SECONDS = 300 -- for the deletion, also after the time of the drill is over
local HASTY_SECONDS = 5 -- for the same after Ctrl-C
local SHORTEST_CALL = 0.1
local LONGEST_PAUSE = 5

-- Before ------------------------------------------------------------------------------------------------------------

-- Of the quota that backups are restored into.
local function count_indexes(indexes)
   local count = 0
   for _, index in ipairs(indexes) do
      count = count + (is_pod(index) and 0 or 1)
   end
   return count
end

-- The error where there is no room for another index.
local function check_room(client, index_name, most, options)
   local list, err = client:indexes(nil, options):all()
   local count = list and count_indexes(list)
   if not list or count < most then
      return err
   end
   return errors.new {
      kind = "quota_exceeded", operation = "drill", target = index_name,
      message = ("the project has %d indexes and may have %d: there is no room for another one"):format(count, most),
      hint = "Nothing was restored. Delete an index, or raise the quota and max_indexes.",
   }
end

-- After -------------------------------------------------------------------------------------------------------------

-- A restore that is under way may keep its index from being deleted.
local function may_pass(err)
   return errors.may_pass(err) or err.kind == "precondition_failed" or err.kind == "conflict"
end

-- Asks again and again until `action` gives something, or an error that will not pass.
local function insist(client, deadline, action)
   local pause = pauses.growing(LONGEST_PAUSE)
   while true do
      local left = deadline - core.clock()
      local value, err = action { timeout = math.max(math.min(left, client._timeout), SHORTEST_CALL) }
      if value or not may_pass(err) or core.clock() >= deadline then
         return value, err
      end
      client:_sleep(math.min(pause(), math.max(deadline - core.clock(), 0)))
   end
end

-- One that nobody has seen may appear only later: for as long as reads may lag, that it is not there says nothing.
local function delete(client, name, was_seen, deadline)
   local appears_until = core.clock() + (was_seen and 0 or client._settle_grace)
   return insist(client, deadline, function(options)
      local deleted, err = client:delete_index(name, options)
      if err and err.kind == "not_found" then
         local is_absent = core.clock() >= math.min(appears_until, deadline)
         return is_absent, not is_absent and errors.new { kind = "unavailable", message = "it may appear yet" }
      end
      return deleted, err
   end)
end

local function wait_until_gone(client, name, deadline)
   return insist(client, deadline, function(options)
      local index, err = client:describe_index(name, options)
      if index then
         client:delete_index(name, options) -- the 404 that was taken for its end may have been a gateway's
         return nil, errors.new {
            kind = "timeout", operation = "delete_index", target = name,
            message = ("the index is still there %d s after the drill"):format(CLEANUP_SECONDS),
         }
      end
      return err.kind == "not_found", err
   end)
end

-- True, or nil and the error of the deletion.
local function clean_up(client, name, was_seen)
   local deadline = core.clock() + CLEANUP_SECONDS
   local gone, err = delete(client, name, was_seen, deadline)
   if gone then
      gone, err = wait_until_gone(client, name, deadline)
   end
   return gone, err
end

local function left_behind(name)
   return ("The index %s is left behind: delete it."):format(name)
end

local function add_hint(err, hint)
   err.hint = err.hint and err.hint .. " " .. hint or hint
   return err
end

local function leave_behind(err, name)
   err.leftover = name
   return add_hint(err, left_behind(name))
end

local function say_left_behind(name)
   io.stderr:write("pinecone: drill: ", left_behind(name), "\n")
end

-- What was raised, with a note where it can hold one.
local function note_leftover(raised, name)
   if getmetatable(raised) == core.failure then
      return leave_behind(raised, name)
   end
   if type(raised) == "string" then
      return raised .. "\n" .. left_behind(name)
   end
   say_left_behind(name)
   return raised
end

local function delete_hastily(client, name)
   return delete(client, name, false, core.clock() + HASTY_SECONDS)
end

-- The drill ---------------------------------------------------------------------------------------------------------

-- A create that was refused has made nothing: what has that name would be somebody else's.
local function was_refused(err)
   return err and not err.restore and not err.maybe_applied
end

-- What parallel does after Ctrl-C for a drill that it gives up.
local function leave_will(client, name)
   threads.will(function()
      if not delete_hastily(client, name) then
         say_left_behind(name)
      end
   end)
end

-- Ctrl-C, or an error in on_progress, goes on to whoever called, but not before the index is deleted.
local function raise_after_cleanup(client, name, raised)
   local good, gone = threads.catch(function() return delete_hastily(client, name) end)
   threads.will(nil)
   error(good and gone and raised or note_leftover(raised, name), 0)
end

local function restore_into(client, name, backup, arguments, patience)
   leave_will(client, name)
   local good, restored, err = threads.catch(function()
      return restore.perform(client, backup, { name = name, verify_grace = arguments.verify_grace }, patience)
   end)
   if not good then
      raise_after_cleanup(client, name, restored)
   end
   return restored, err
end

-- What a wait or a lost answer advises is no longer true.
local function explain_deletion(err)
   if err.maybe_applied then
      err.hint = "Where it made an index, that was deleted again."
   elseif err.kind == "timeout" then
      err.hint = "The drill's index was deleted again. Give more time in timeout."
   end
end

-- Gives the error of the deletion.
local function delete_after(client, name, restored, err)
   local was_seen = restored or (err.restore and err.restore.index)
   local good, gone, problem = threads.catch(function() return clean_up(client, name, was_seen) end)
   threads.will(nil)
   if not good then
      error(note_leftover(gone, name), 0)
   end
   return not gone and problem or nil
end

local function restore_and_delete(client, name, backup, arguments, patience)
   local restored, err = restore_into(client, name, backup, arguments, patience)
   if was_refused(err) then
      threads.will(nil)
      return nil, err
   end
   local problem = delete_after(client, name, restored, err)
   if problem then
      err = leave_behind(err or problem, name)
      err.restore = err.restore or restored
   elseif err then
      explain_deletion(err)
   end
   return not err and restored or nil, err
end

--- Shows that a backup can be restored: restores it into a new index, compares what that holds with the backup, and
-- deletes the index again, also where something goes wrong.
--
-- The index's name begins with `drill-`. It costs what an index costs, and counts in the project's quota.
-- @function Client:drill
-- @tparam string|table arguments the index's name, or
--
-- * `backup_id`, or `index_name`: the newest backup of that index that is Ready. The index may be deleted by now
-- * `max_indexes`: how many serverless and BYOC indexes the project may have. The API does not tell; with this the
--   drill is refused beforehand where there is no room, without it by the server, before anything is made
-- * `verify_grace` (60): for so many seconds the counts may lag behind
-- @tparam[opt] table options `timeout` (seconds for all but the deletion, for which there are up to 300 more, 5 after
--   Ctrl-C and where `on_progress` raises; default: no limit for the waiting), `api_version`, `on_progress`: see
--   `restore`
-- @treturn[1] table `backup`, `index_name` (which is gone by now), `record_count`, `namespace_count`,
--   `restore_seconds` (until it was verified), `seconds` (until it was deleted)
-- @treturn[2] nil
-- @treturn[2] table the error, see `restore`; `quota_exceeded`: there is no room for another index. `leftover` is the
--   name of the index where it could not be deleted
-- @raise for misuse, and what `on_progress` raises
-- @usage local drill = assert(pc:drill "movies"); print(drill.record_count, drill.restore_seconds)
local function run(client, arguments, options)
   source.check("drill", arguments, "index_name")
   local patience, err = patience_of(client, "drill", "create_index_from_backup",
      { backup_id = arguments.backup_id or "latest", name = "drill" }, options)
   if not patience then
      return nil, err
   end
   local backup
   backup, err = source.find(client, arguments, patience)
   if backup and arguments.max_indexes then
      err = check_room(client, backup.source_index_name, arguments.max_indexes, patience:options())
   end
   if err then
      return nil, err
   end
   local name = names.of_drill(tostring(backup.source_index_name))
   local restored
   restored, err = restore_and_delete(client, name, backup, arguments, patience)
   if not restored then
      err.elapsed = patience:elapsed()
      return nil, err
   end
   return {
      backup = backup, index_name = name, record_count = restored.record_count,
      namespace_count = restored.namespace_count, restore_seconds = restored.seconds, seconds = patience:elapsed(),
   }
end

return {
   name = "drill", short = "index_name", run = run,
   fields = {
      backup_id = "string", index_name = "string", latest = "boolean", max_indexes = "number",
      verify_grace = "number",
   },
}
