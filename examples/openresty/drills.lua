-- Shows each day that the newest backup of one index can be restored: into an index for the purpose, which is deleted
-- again. On the next day it is the turn of another, so that the project's quota needs room for only one index more.
--
-- It does so whenever it is called. nginx.conf calls it once a day, first a day after nginx has started: one that is
-- restarted more often would never come to it, and there cron is the better place: `luajit -e 'require "drills"()'`.

local project = require "project"

local PATIENCE = { timeout = 6 * 3600 } -- seconds that a restore may take
local DAY = 24 * 3600

--- Does it for the index whose turn it is.
-- @tparam[opt] number day since 1970; today (in UTC)
-- @raise why it failed, in one line
local function drill(day)
   local index_names = project.index_names()
   if #index_names == 0 then
      return
   end
   day = day or math.floor(os.time() / DAY)
   local index_name = index_names[day % #index_names + 1]
   local done, err = project.client:drill({ index_name = index_name }, PATIENCE)
   if not done then
      error(("the drill of %s failed: %s"):format(index_name, (tostring(err):gsub("%s*\n%s*", " "))), 0)
   end
   print(("the drill of %s went well: %d records in %d namespaces of backup %s, there after %.0f s"):format(index_name,
      done.record_count, done.namespace_count, done.backup.name or done.backup.backup_id, done.restore_seconds))
end

return drill
