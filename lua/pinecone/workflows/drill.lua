--- Shows that a backup can be restored: restores it into an index for the purpose, compares, and deletes that again.
-- @classmod Client

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
local function insist(client, deadline, action, on_failure)
   local pause = pauses.growing(LONGEST_PAUSE)
   while true do
      local left = deadline - core.clock()
      local value, err = action { timeout = math.max(math.min(left, client._timeout), SHORTEST_CALL) }
      if value or not may_pass(err) or core.clock() >= deadline then
         return value, err
      end
      if on_failure then
         on_failure(err)
      end
      client:sleep(math.min(pause(), math.max(deadline - core.clock(), 0)))
   end
end

local NOT_YET = errors.new { kind = "unavailable", message = "the index may appear yet" }

-- True where it is gone. One that nobody has seen may appear only later: for as long as reads may lag, that it is not
-- there says nothing.
local function delete(drill, deadline)
   local client, appears_until = drill.client, core.clock() + drill.client._settle_grace
   return insist(client, deadline, function(options)
      local deleted, err = client:delete_index(drill.name, options)
      drill.was_seen = drill.was_seen or deleted ~= nil or drill.restored.index ~= nil
      if err and err.kind == "not_found" then
         local is_absent = drill.was_seen or core.clock() >= math.min(appears_until, deadline)
         return is_absent, not is_absent and NOT_YET
      end
      return deleted, err
   end, function(err)
      if err ~= NOT_YET then
         drill.on_deletion(err)
      end
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
local function clean_up(drill)
   local deadline = core.clock() + CLEANUP_SECONDS
   local gone, err = delete(drill, deadline)
   if gone then
      gone, err = wait_until_gone(drill.client, drill.name, deadline)
   end
   return gone, err
end

local function left_behind(name)
   return ("The index %s is left behind: delete it."):format(name)
end

-- Of one whose create may still be on its way.
local function not_seen(name)
   return ("The index %s was not seen, but may appear yet: look for it, and delete it."):format(name)
end

local function add_hint(err, hint)
   err.hint = err.hint and err.hint .. " " .. hint or hint
   return err
end

local function leave_behind(err, name, note)
   err.leftover = name
   return add_hint(err, note)
end

-- What was raised, with a note where it can hold one.
local function note_leftover(raised, name, note)
   if getmetatable(raised) == core.failure then
      return leave_behind(raised, name, note)
   end
   if type(raised) == "string" then
      return raised .. "\n" .. note
   end
   io.stderr:write("pinecone: drill: ", note, "\n")
   return raised
end

-- Where something was raised already, nothing that is raised in telling keeps the index, but for another Ctrl-C.
local function tell_at_last(on_deletion)
   return function(problem)
      local good, raised = threads.catch(function() return on_deletion(problem) end)
      if not good and threads.is_interrupt(raised) then
         error(raised, 0)
      end
   end
end

-- Gives what there is to note; nil where nothing is left behind.
local function delete_hastily(drill, raised)
   if not drill.restored.name then
      return nil -- the create was not sent
   end
   drill.on_deletion = tell_at_last(drill.on_deletion)
   local good, gone = threads.catch(function()
      drill.on_deletion(raised)
      return delete(drill, core.clock() + HASTY_SECONDS)
   end)
   if not (good and gone) then
      return left_behind(drill.name)
   end
   return not drill.was_seen and not_seen(drill.name) or nil
end

-- The drill ---------------------------------------------------------------------------------------------------------

-- A create that was refused has made nothing: what has that name would be somebody else's.
local function was_refused(err)
   return err and not err.restore and not err.maybe_applied
end

-- What parallel does after Ctrl-C for a drill that it gives up.
local function leave_will(drill)
   threads.will(function(why)
      local note = delete_hastily(drill, why)
      return note and function(raised) return note_leftover(raised, drill.name, note) end
   end)
end

-- What a wait or a lost answer advises is no longer true.
local function explain_deletion(drill, err)
   if err.maybe_applied and drill.was_seen then
      err.hint = "It had made an index, which was deleted again."
   elseif err.maybe_applied then
      err.hint = nil
      leave_behind(err, drill.name, not_seen(drill.name))
   elseif err.kind == "timeout" then
      err.hint = "The drill's index was deleted again. Give more time in timeout."
   elseif err.operation == "verify" then
      err.hint = "The drill's index was deleted again. Counts lag behind writes, perhaps for longer than verify_grace."
   end
end

local function restore_and_delete(drill, backup, arguments, patience)
   local wanted = { name = drill.name, verify_grace = arguments.verify_grace }
   local restored, err = restore.perform(drill.client, backup, wanted, patience, drill.restored)
   if was_refused(err) then
      drill.restored.name = nil
      return nil, err
   end
   local gone, problem = clean_up(drill)
   if not gone then
      err = leave_behind(err or problem, drill.name, left_behind(drill.name))
      err.restore = err.restore or restored
   elseif err then
      explain_deletion(drill, err)
   end
   return not err and restored or nil, err
end

-- Ctrl-C, or an error in on_progress, goes on to whoever called, but not before the index is deleted.
local function perform(drill, backup, arguments, patience)
   leave_will(drill)
   local good, restored, err = threads.catch(function()
      return restore_and_delete(drill, backup, arguments, patience)
   end)
   local note = not good and delete_hastily(drill, restored)
   threads.will(nil)
   if not good then
      error(note and note_leftover(restored, drill.name, note) or restored, 0)
   end
   return restored, err
end

--- Automation
-- @section automation

--- What a drill has shown.
-- @table Drilled
-- @tfield Backup backup what was restored
-- @tfield string index_name of the index, which is gone by now
-- @tfield int record_count
-- @tfield int namespace_count
-- @tfield number restore_seconds until it was verified
-- @tfield number seconds until it was deleted

--- Shows that a backup can be restored: restores it into a new index, compares what that holds with the backup, and
-- deletes the index again, also where something goes wrong.
--
-- The index's name begins with `drill-`. It costs what an index costs, and counts in the project's quota.
-- `timeout` is for all but the deletion, for which there are up to 300 seconds more, 5 after Ctrl-C and where
-- `on_progress` raises.
-- @function Client:drill
-- @tparam string|table arguments with one of the first two fields, or `index_name` alone
-- @tparam[opt] WaitOptions options
-- @tparam[opt] string arguments.backup_id the backup
-- @tparam[opt] string arguments.index_name the newest backup of that index that is Ready; it may be deleted by now
-- @tparam[opt] boolean arguments.latest may stand beside `index_name`, and says what is so anyway
-- @tparam[opt] int arguments.max_indexes how many serverless and BYOC indexes the project may have. The API does not
--   tell; with this the drill is refused beforehand where there is no room, without it by the server, before anything
--   is made
-- @tparam[opt=60] number arguments.verify_grace for so many seconds the counts may lag behind
-- @tparam[opt] function arguments.announce is called before the index is made, with the name that it will have and the
--   backup: for whoever wants to know it even where the program is killed
-- @tparam[opt] function arguments.on_deletion is called with the index's name and a problem, where its deletion is not
--   the usual one: before it, with what was raised (such as Ctrl-C, during which a second one leaves the index behind),
--   or after an attempt that failed and is repeated, with the error
-- @treturn[1] Drilled what was seen
-- @treturn[2] nil
-- @treturn[2] Error see `restore`; `leftover` is the name of the index where it could not be deleted, or was not seen
--   and may appear yet
-- @kind failed the restore ended badly, or the counts differ; then `differences` has them
-- @kind quota_exceeded there is no room for another index
-- @kind timeout the time was over before
-- @kind not_found the index has no backup that is Ready, or there is no such backup
-- @raise for misuse, and what `on_progress`, `announce` and `on_deletion` raise; where the index is left behind, that
--   says so
-- @api 2026-04/control-plane/create_index_from_backup
-- @usage
-- local drill = assert(pc:drill { index_name = "movies", max_indexes = 20 })
-- print(drill.record_count, drill.restore_seconds)
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
   if arguments.announce then
      arguments.announce(name, backup)
   end
   local restored
   local function on_deletion(problem)
      if arguments.on_deletion then
         arguments.on_deletion(name, problem)
      end
   end
   local drill = { client = client, name = name, restored = {}, on_deletion = on_deletion }
   restored, err = perform(drill, backup, arguments, patience)
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
   short = "index_name", run = run,
   fields = {
      backup_id = "string", index_name = "string", latest = "boolean", max_indexes = "number",
      verify_grace = "number", announce = "function", on_deletion = "function",
   },
}
