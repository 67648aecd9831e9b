-- Backups in order of time. Lists come in no promised order, and what created_at says may be nothing at all. No I/O.

local statuses = require "pinecone.statuses"
local timestamp = require "pinecone.timestamp"

local timeline = {}

--- When a backup was made, in seconds since 1970; nil where it does not say.
function timeline.created(backup)
   local text = backup.created_at
   return type(text) == "string" and timestamp(text) or nil
end

-- Of two that are equally old it is always the same one that comes first, so that the order of a list decides nothing.
local function is_newer(one, other)
   if one.created ~= other.created then
      return one.created > other.created
   end
   return tostring(one.backup.backup_id) > tostring(other.backup.backup_id)
end

--- Those that say when they were made.
-- @tparam table backups in any order
-- @treturn table a sequence of `{ backup =, created = }`, newest first; created is in seconds since 1970
function timeline.newest_first(backups)
   local list = {}
   for _, backup in ipairs(backups) do
      local created = timeline.created(backup)
      list[#list + 1] = created and { backup = backup, created = created } or nil
   end
   table.sort(list, is_newer)
   return list
end

--- The newest backup that can be restored.
-- @tparam table backups in any order
-- @treturn ?table the backup; nil where none is Ready
function timeline.newest_ready(backups)
   for _, row in ipairs(timeline.newest_first(backups)) do
      if statuses.backup.good[row.backup.status] then
         return row.backup
      end
   end
end

return timeline
