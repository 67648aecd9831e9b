--- Makes a backup and waits until it is good.
-- @classmod Client

local errors = require "pinecone.errors"
local names = require "pinecone.names"
local patience_of = require "pinecone.patience"
local waiting = require "pinecone.wait"

-- A policy that looks for the prefix must find it whole.
local function name_of(client, arguments)
   local prefix = arguments.name_prefix or ""
   if arguments.name then
      if arguments.name_prefix then
         errors.misuse "backup: 'name_prefix' is for the default name; leave 'name' or it out"
      end
      return arguments.name
   end
   local name = names.unique(prefix .. arguments.index_name)
   if name:sub(1, #prefix) == prefix then
      return name
   end
   return nil, errors.explain(errors.new {
      kind = "invalid_argument", operation = "backup",
      message = ("a name's prefix must be up to %d lower-case letters, digits and hyphens, the first not a hyphen, "
         .. "got '%s'"):format(names.LONGEST_STEM, prefix),
   }, client._about)
end

--- Automation
-- @section automation

--- Makes a backup, waits until it is Ready, and gives it.
--
-- `POST /indexes/{index_name}/backups`, then `GET /backups/{backup_id}` now and then.
-- @function Client:backup
-- @tparam string|table arguments with these fields, or `index_name` alone
-- @tparam[opt] WaitOptions options
-- @tparam string arguments.index_name the index
-- @tparam[opt] string arguments.name of the backup; default: one that no other has, of the index's name and the time
-- @tparam[opt] string arguments.name_prefix what the default name begins with, so that a policy can tell it: up to 20
--   lower-case letters, digits and hyphens; not beside `name`
-- @tparam[opt] string arguments.description any text
-- @tparam[opt=true] boolean arguments.wait false gives the backup while it is Initializing
-- @treturn[1] Backup it
-- @treturn[2] nil
-- @treturn[2] Error its `resource` is the backup as last seen, where one was begun; see `create_backup`, too
-- @kind failed it ended badly
-- @kind timeout the time was over before; the backup goes on
-- @kind not_found there is no such index
-- @raise for misuse, and what `on_progress` raises
-- @api 2026-04/control-plane/create_backup
-- @usage
-- local backup = assert(pc:backup { index_name = "movies", name_prefix = "nightly-" })
-- print(backup.name, backup.status, backup.record_count)
local function run(client, arguments, options)
   local name, err = name_of(client, arguments)
   if not name then
      return nil, err
   end
   local wanted = { index_name = arguments.index_name, name = name, description = arguments.description }
   local patience
   patience, err = patience_of(client, "backup", "create_backup", wanted, options)
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
   short = "index_name", run = run,
   fields = {
      index_name = "string!", name = "string", name_prefix = "string", description = "string", wait = "boolean",
   },
}
