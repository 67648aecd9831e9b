-- Sees to it that there is a backup of today (in UTC) of every index, and deletes the oldest of those that it took.
--
-- It may run as often as you like: nginx.conf runs it every hour, so that a restart of nginx costs no night. Nothing of
-- nginx is in here, pinecone.parallel waits wherever it runs: for cron, `luajit -e 'require "nightly"()'` is enough.

local pinecone = require "pinecone"
local project = require "project"

local KEEP = 7 -- finished backups of each index
local PATIENCE = { timeout = 6 * 3600 } -- seconds that a backup may take

-- Both together make a backup ours.
local NAME = "^nightly%-%d%d%d%d%-%d%d%-%d%d$"
local DESCRIPTION = "taken by nightly.lua"

local assert = pinecone.assert
local pc = project.client

local function is_own(backup)
   return backup.description == DESCRIPTION and (backup.name or ""):find(NAME) ~= nil
end

-- What an earlier run has begun counts, however it ended: one that failed is for you to look at, and to delete if
-- another shall be taken today.
local function find_backup(index_name, name)
   for _, backup in ipairs(assert(pc:backups { index_name = index_name }:all())) do
      if is_own(backup) and backup.name == name then
         return backup
      end
   end
end

-- Raises where the backup does not become Ready.
local function back_up(index_name)
   local name = "nightly-" .. os.date "!%Y-%m-%d"
   local backup = find_backup(index_name, name)
   if backup and backup.status == "Ready" then
      return
   elseif backup then
      backup = assert(pc:wait_for_backup(backup, PATIENCE))
   else
      backup = assert(pc:backup({ index_name = index_name, name = name, description = DESCRIPTION }, PATIENCE))
   end
   print(("%s of %s is Ready, with %s records"):format(name, index_name, tostring(backup.record_count)))
end

-- All at once. Gives the set of those that have a backup of today now, and a list of the others.
local function back_up_all(index_names)
   local tasks, good, failed = {}, {}, {}
   for place, index_name in ipairs(index_names) do
      tasks[place] = function() return back_up(index_name) end
   end
   local _, problems = pinecone.parallel(tasks)
   for place, index_name in ipairs(index_names) do
      local err = problems and problems[place]
      if err then
         failed[#failed + 1] = index_name
         print(("the nightly backup of %s went wrong: %s"):format(index_name, tostring(err)))
      else
         good[index_name] = true
      end
   end
   return good, failed
end

-- Where an index has no good backup of today the old ones stay. Gives how many could not be deleted, or nil and an
-- error.
local function prune(good)
   local report, err = pc:prune_backups { policy = {
      keep_last = KEEP, filter = function(backup) return is_own(backup) and good[backup.source_index_name] end,
   } }
   if not report then
      return nil, err
   end
   for _, backup in ipairs(report.removed) do
      print(("deleted %s of %s"):format(backup.name, backup.source_index_name))
   end
   for _, failure in ipairs(report.failed) do
      local backup = failure.backup
      print(("%s of %s is still there: %s"):format(backup.name, backup.source_index_name, tostring(failure.error)))
   end
   return #report.failed
end

--- Does it for all indexes at once.
-- @raise what went wrong, in short, because nginx cuts long lines; in full it is printed
local function nightly()
   local index_names = project.index_names()
   local good, failed = back_up_all(index_names)
   local left, err = prune(good)
   local problems = {}
   if #failed > 0 then
      problems[1] = ("%d of %d nightly backups went wrong: %s"):format(#failed, #index_names,
         table.concat(failed, ", "))
   end
   if left ~= 0 then
      problems[#problems + 1] = err and "no old ones were deleted: " .. err
         or ("old ones that could not be deleted: %d"):format(left)
   end
   if #problems > 0 then
      error(table.concat(problems, "; "), 0)
   end
end

return nightly
