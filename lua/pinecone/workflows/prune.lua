--- Deleting the backups that a policy does not keep.
-- @classmod Client

local errors = require "pinecone.errors"
local fields = require "pinecone.fields"
local parallel = require "pinecone.parallel"
local policies = require "pinecone.policy"
local retention = require "pinecone.retention"

local NAME = "prune_backups"
local LIMIT = 8

-- Kinds of failure that would hit every further delete alike.
local hopeless = {
   unauthenticated = true, permission_denied = true, payment_required = true, closed = true, cancelled = true,
}

-- After so many failures in a row that may pass, the service is down: each further delete would only wait through its
-- retries.
local MOST_IN_A_ROW = 8

local function of_index(backups, index_name)
   local list = {}
   for _, backup in ipairs(backups) do
      if not index_name or backup.source_index_name == index_name then
         list[#list + 1] = backup
      end
   end
   return list
end

-- All backups of the project, because the list of one index is a 404 once that is deleted; and what time it is for
-- whoever wrote their created_at.
local function list(client, index_name, options)
   local pages = client:backups({}, options)
   local backups, err = pages:all()
   if not backups then
      err.operation = NAME
      return nil, err
   end
   local date = pages:date()
   return { backups = of_index(backups, index_name), now = date and date + 1 or os.time() } -- a Date has no fraction
end

-- Gives a function that is told the error of each delete, nil where there was none, and gives the one that ends the
-- deleting, once there is one.
local function watch()
   local fatal, in_a_row = nil, 0
   return function(err)
      in_a_row = err and errors.passing[err.kind] and in_a_row + 1 or 0
      if not fatal and err and (hopeless[err.kind] or in_a_row == MOST_IN_A_ROW) then
         fatal = err
      end
      return fatal
   end
end

-- Deletes them in their order. Gives what `parallel` gives second, the errors by place; none is an empty table.
local function delete_all(client, backups, limit, options)
   local tasks, watched, fatal = {}, watch(), nil
   for place, backup in ipairs(backups) do
      tasks[place] = function()
         if fatal then
            return nil, fatal
         end
         local done, err = client:delete_backup({ backup_id = backup.backup_id }, options)
         fatal = watched(err)
         return done, err
      end
   end
   local _, problems = parallel(tasks, { limit = limit })
   return problems or {}
end

local function oldest_first(backups)
   local reversed = {}
   for place = #backups, 1, -1 do
      table.insert(reversed, backups[place])
   end
   return reversed
end

local function has_not_found(problems)
   for _, err in pairs(problems) do
      if err.kind == "not_found" then
         return true
      end
   end
   return false
end

-- A 404 may come from a gateway, or of a passing trouble: what is still listed is still there. Gives a function that
-- takes a backup that was not found, and its error, and gives why it has failed; nil where somebody else deleted it.
local function look_again(client, options)
   local listed, problem = list(client, nil, options)
   local there = {}
   for _, backup in ipairs(listed and listed.backups or {}) do
      there[backup.backup_id or 0] = true
   end
   return function(backup, err)
      return problem or (there[backup.backup_id] and err) or nil
   end
end

local function note(report, backup, err)
   if not err then
      table.insert(report.removed, backup)
   elseif err.kind == "precondition_failed" then
      table.insert(report.in_use, backup)
   else
      table.insert(report.failed, { backup = backup, error = err })
   end
end

local function apply(client, report, limit, options)
   local backups = oldest_first(report.remove)
   local problems = delete_all(client, backups, limit, options)
   local confirm = has_not_found(problems) and look_again(client, options)
   for place, backup in ipairs(backups) do
      local err = problems[place]
      if err and err.kind == "not_found" then
         err = confirm(backup, err)
      end
      note(report, backup, err)
   end
end

--- Automation
-- @section automation

--- What `prune_backups` planned and did.
-- @table PruneReport
-- @tfield {KeptBackup,...} keep newest first
-- @tfield {Backup,...} remove newest first, as planned
-- @tfield {UntouchedBackup,...} untouched newest first
-- @tfield {Backup,...} removed those of `remove` that are gone, oldest first
-- @tfield {Backup,...} in_use those that stay because a restore reads them, oldest first
-- @tfield {FailedDeletion,...} failed the others, oldest first
-- @tfield boolean dry_run whether nothing was to be deleted; then the last three are empty

--- A backup that could not be deleted.
-- @table FailedDeletion
-- @tfield Backup backup
-- @tfield Error error why

--- Deletes the backups that a policy does not keep.
--
-- Lists all backups of the project, decides with `pinecone.retention.plan`, by the server's clock, and deletes oldest
-- first, several at once: `DELETE /backups/{backup_id}`. Nothing is deleted unless the whole list was read.
-- Where a delete fails the others go on; only an error that would hit them all, such as a refused key, or a service
-- that is down for eight in a row, ends the deleting, and is the error of the rest. Where a backup was not found when
-- it was to be deleted, all are listed once more: it has been removed if it is gone.
-- @function Client:prune_backups
-- @tparam table arguments
-- @tparam[opt] CallOptions options `timeout` is of each request
-- @tparam Policy arguments.policy which backups may be touched, and which of them stay
-- @tparam[opt=false] boolean arguments.dry_run `true` deletes nothing
-- @tparam[opt] function arguments.confirm is called with the report, as planned, before anything is deleted; unless it
--   gives `true` nothing is. Not with `dry_run`
-- @tparam[opt] string arguments.index_name looks at the backups of the index of that name alone; it may be deleted
-- @tparam[opt=8] int arguments.limit how many are deleted at once
-- @treturn[1] PruneReport what was planned, and what became of it
-- @treturn[2] nil
-- @treturn[2] Error where the backups could not be listed
-- @raise for misuse, of the policy too, and what the policy's filter and `confirm` raise; nothing has been deleted then
-- @api 2026-04/control-plane/delete_backup
-- @usage
-- local report = assert(pc:prune_backups { policy = { name_prefix = "nightly-", keep_daily = 7 } })
-- print(#report.removed, "deleted")
-- for _, row in ipairs(report.failed) do print(row.backup.name, row.error) end
local function run(client, arguments, options)
   local policy = policies.complete(NAME .. ": policy", arguments.policy)
   fields.check_limit(NAME, arguments.limit)
   local good, err = client:_check("list_backups", {}, options, NAME)
   if not good then
      return nil, err
   end
   local listed
   listed, err = list(client, arguments.index_name, options)
   if not listed then
      return nil, err
   end
   local report = retention.plan(listed.backups, policy, listed.now)
   report.removed, report.in_use, report.failed = {}, {}, {}
   report.dry_run = arguments.dry_run == true or (arguments.confirm ~= nil and arguments.confirm(report) ~= true)
   if not report.dry_run then
      apply(client, report, arguments.limit or LIMIT, options)
   end
   return report
end

return {
   fields = {
      policy = "table!", dry_run = "boolean", confirm = "function", index_name = "string", limit = "number",
   },
   run = run,
}
