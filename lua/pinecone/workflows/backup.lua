-- Makes a backup and waits until it is good.

local names = require "pinecone.names"
local patience_of = require "pinecone.patience"
local waiting = require "pinecone.wait"

--- Makes a backup, waits until it is Ready, and gives it.
--
-- `POST /indexes/{index_name}/backups` (control-plane/create_backup), then `GET /backups/{backup_id}` now and then.
-- @function Client:backup
-- @tparam string|table arguments the index's name, or
--
-- * `index_name`
-- * `name` of the backup; default: one that no other has, of the index's name and the time
-- * `description`
-- * `wait` (true); false gives the backup while it is Initializing
-- @tparam[opt] table options `timeout` (seconds for all of it; default: no limit for the waiting), `api_version`,
--   `on_progress(backup, elapsed, trouble)`: called after each look with the backup as last seen, the seconds since the
--   call began, and the error where that look failed
-- @treturn[1] table the backup
-- @treturn[2] nil
-- @treturn[2] table the error; its `resource` is the backup as last seen, where one was begun. `failed`: it ended
--   badly; `timeout`: the time was over before; else as in `create_backup`
-- @raise for misuse, and what `on_progress` raises
-- @usage local backup = assert(pc:backup "movies")
local function run(client, arguments, options)
   local wanted = {
      index_name = arguments.index_name, name = arguments.name or names.unique(arguments.index_name),
      description = arguments.description,
   }
   local patience, err = patience_of(client, "backup", "create_backup", wanted, options)
   if not patience then
      return nil, err
   end
   local begun, backup
   begun, err = client:create_backup(wanted, patience:options())
   if err and err.maybe_applied then
      err.hint = ("%s Its name is %s."):format(err.hint, wanted.name)
   end
   if not begun or arguments.wait == false then
      return begun, err
   end
   backup, err = waiting.wait_for_new(client, "wait_for_backup", begun.backup_id, patience, begun)
   if err then
      err.resource = err.resource or begun
   end
   return backup, err
end

return {
   name = "backup", short = "index_name", run = run,
   fields = { index_name = "string!", name = "string", description = "string", wait = "boolean" },
}
