-- Sees to it that there is a backup of today (in UTC) of every index, and deletes the oldest of those that it took.
--
-- It may run as often as you like: nginx.conf runs it every hour, so that a restart of nginx costs no night. Nothing of
-- nginx is in here, pinecone.parallel waits wherever it runs: for cron, `luajit -e 'require "nightly"()'` is enough.

local pinecone = require "pinecone"

local KEEP = 7 -- finished backups of each index
local PATIENCE = 6 * 3600 -- seconds that a backup may take

-- Both together make a backup ours.
local NAME = "^nightly%-%d%d%d%d%-%d%d%-%d%d$"
local DESCRIPTION = "taken by nightly.lua"

local pc, problem = pinecone.new()
if not pc then
   error(tostring(problem), 0) -- nginx's log cannot show an error that is a table
end

local assert = pinecone.assert

-- Newest first.
local function own_backups(index_name)
   local list = {}
   for backup in pc:backups { index_name = index_name } do
      if backup.description == DESCRIPTION and (backup.name or ""):find(NAME) then
         list[#list + 1] = backup
      end
   end
   table.sort(list, function(one, other)
      return pinecone.timestamp(one.created_at) > pinecone.timestamp(other.created_at)
   end)
   return list
end

-- What an earlier run has begun counts, however it ended: one that failed is for you to look at, and to delete if
-- another shall be taken today.
local function todays_backup(index_name)
   local name = "nightly-" .. os.date "!%Y-%m-%d"
   for _, backup in ipairs(own_backups(index_name)) do
      if backup.name == name then
         return backup
      end
   end
   return assert(pc:create_backup { index_name = index_name, name = name, description = DESCRIPTION })
end

local function prune(index_name)
   local finished, deleted = 0, 0
   for _, backup in ipairs(own_backups(index_name)) do
      finished = finished + (backup.status == "Ready" and 1 or 0)
      if backup.status == "Ready" and finished > KEEP then
         assert(pc:delete_backup(backup.backup_id))
         deleted = deleted + 1
      end
   end
   return deleted
end

-- Where the backup does not become Ready this raises, and the old ones stay.
local function back_up(index_name)
   local backup = todays_backup(index_name)
   if backup.status == "Ready" then
      return
   end
   backup = assert(pc:wait_for_backup(backup, { timeout = PATIENCE }))
   print(("%s of %s is Ready, with %s records; deleted %d old ones"):format(
      backup.name, index_name, tostring(backup.record_count), prune(index_name)))
end

--- Does it for all indexes at once.
-- @raise a text that names those with which something went wrong; what that was is printed
local function nightly()
   local names, tasks = {}, {}
   for index in pc:indexes() do
      if not (index.spec and index.spec.pod) then -- pods have collections, not backups
         names[#names + 1] = index.name
         tasks[#tasks + 1] = function() return back_up(index.name) end
      end
   end
   local _, problems = pinecone.parallel(tasks)
   local failed = {}
   for place, err in pairs(problems or {}) do
      failed[#failed + 1] = names[place]
      print(("the nightly backup of %s went wrong: %s"):format(names[place], tostring(err)))
   end
   if #failed > 0 then -- in short, because nginx cuts long lines
      error(("%d of %d nightly backups went wrong: %s"):format(#failed, #tasks, table.concat(failed, ", ")), 0)
   end
end

return nightly
