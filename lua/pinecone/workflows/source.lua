-- Which backup is to be restored: one that is named, or the newest good one of an index.

local errors = require "pinecone.errors"
local keys = require "pinecone.keys"
local statuses = require "pinecone.statuses"
local timeline = require "pinecone.timeline"

local source = {}

--- Checks what names it. Misuse raises.
-- @tparam string method
-- @tparam table arguments `backup_id` or `index_name`, and `latest`
-- @tparam string wanted what to say that it takes
function source.check(method, arguments, wanted)
   local id, index_name = arguments.backup_id, arguments.index_name
   if (id == nil) == (index_name == nil) then
      errors.misuse(("%s: takes either backup_id, or %s"):format(method, wanted))
   elseif id ~= nil and arguments.latest then
      errors.misuse(method .. ": 'latest' stands beside index_name, not beside backup_id")
   end
end

-- Such as "2 InitializationFailed, 1 Initializing".
local function tally(backups)
   local counts, parts = {}, {}
   for _, backup in ipairs(backups) do
      local status = type(backup.status) == "string" and backup.status or "without a status"
      counts[status] = (counts[status] or 0) + 1
   end
   for place, status in ipairs(keys.sorted(counts)) do
      parts[place] = ("%d %s"):format(counts[status], status)
   end
   return table.concat(parts, ", ")
end

local function none(backups, index_name)
   local message = "no backup of this index is Ready"
   local hint = "Is that the index's name? list_backups shows those there are."
   if #backups > 0 then
      message = ("%s, only %s"):format(message, tally(backups))
      hint = "wait_for_backup waits for one that is Initializing."
   end
   for _, backup in ipairs(backups) do
      if statuses.backup.good[backup.status] then
         message = "no backup of this index that is Ready says when it was made"
         hint = "Name the one to restore: backup_id."
      end
   end
   return errors.new { kind = "not_found", operation = "list_backups", target = index_name, message = message,
      hint = hint }
end

local function is_of(backup, index_name)
   return backup.source_index_name == index_name and type(backup.backup_id) == "string"
end

-- The list of the project has those of deleted indexes, too, which are what a restore is needed for most.
local function newest_of(client, index_name, patience)
   local backups, pages = {}, client:backups(nil, patience:options())
   while true do
      local page, err = pages:next_page()
      if err then
         return nil, err
      elseif not page then
         break
      end
      for _, backup in ipairs(page) do
         backups[#backups + 1] = is_of(backup, index_name) and backup or nil
      end
      if patience:left() <= 0 then -- each page has as much time as all of them
         pages:close()
         return nil, patience:problem("list_backups", index_name)
      end
   end
   local newest = timeline.newest_ready(backups)
   if not newest then
      return nil, none(backups, index_name)
   end
   return newest
end

--- Finds it.
-- @treturn[1] table the backup
-- @treturn[2] nil
-- @treturn[2] table the error; `not_found` where an index has no backup that is Ready
function source.find(client, arguments, patience)
   if arguments.backup_id then
      return client:describe_backup(arguments.backup_id, patience:options())
   end
   return newest_of(client, arguments.index_name, patience)
end

return source
