-- Backups: taken by hand or by a schedule, kept when their index goes.

local calendar = require("pinecone.emulator.calendar")
local failure = require("pinecone.emulator.failure")
local records = require("pinecone.emulator.state.records")
local rows = require("pinecone.emulator.state.rows")
local rules = require("pinecone.emulator.state.rules")
local tables = require("pinecone.emulator.tables")

local methods, events = {}, {}

-- What a restored index takes over from its source.
local inherited = {
   "kind", "cloud", "region", "environment", "dimension", "metric",
   "vector_type", "schema", "fields", "embed",
}

-- A byoc index names only its environment, such as aws-us-east-1-b921.
local function place_of(index)
   if index.cloud then
      return index.cloud, index.region
   end
   local cloud, region = index.environment:match("^(%l+)%-(.+)%-%w+$")
   return cloud or "aws", region or index.environment
end

local function inherit(index)
   local definition = {}
   for _, key in ipairs(inherited) do
      definition[key] = index[key]
   end
   return definition
end

-- Takes a backup of an index as it is now. `given` has name, description and,
-- when a schedule takes it, schedule_id and fails.
function methods:add_backup(index, given)
   local cloud, region = place_of(index)
   local backup = {
      id = self.new_id(), name = given.name, description = given.description,
      schedule_id = given.schedule_id, fails = given.fails or self.circumstances.job ~= nil,
      source_index_name = index.name, source_index_id = index.id,
      status = "Initializing", cloud = cloud, region = region,
      definition = inherit(index), tags = index.tags and tables.copy(index.tags),
      records = records.copy(index.records), created_at = self.time,
   }
   self:add_row("backups", backup.id, backup)
   self:plan(self:end_of_job(), "backup_finished", { id = backup.id })
   return backup
end

-- Whether the project has room for another backup.
function methods:has_room_for_backup()
   return rows.count(self.data.backups) < self.options.max_backups
end

--- Takes a backup of an index. The plan is looked at before the index.
-- @tparam string index_name
-- @tparam table given `name`, `description`, both optional
-- @tparam[opt] table limits see @{pinecone.emulator.state.rules}
-- @treturn table the backup, or nil and the failure
function methods:create_backup(index_name, given, limits)
   if not self.options.plan_has_backups then
      return nil, failure("plan_without_backups")
   end
   local bad_name = rules.backup_name(given.name, limits or rules.NO_LIMITS)
   if bad_name then
      return nil, bad_name
   end
   local index, missing = self:live_index(index_name)
   if not index then
      return nil, missing
   elseif index.kind == "pod" then
      return nil, failure("backups_of_pods")
   elseif index.cmek_id then
      return nil, failure("backups_of_encrypted")
   elseif not self:has_room_for_backup() then
      return nil, failure("backup_quota")
   end
   return self:add_backup(index, given)
end

--- Finds a backup.
-- @tparam string id
-- @treturn table the backup, or nil and the failure
function methods:describe_backup(id)
   local backup = rows.get(self.data.backups, id)
   if not backup then
      return nil, failure("backup_not_found", id)
   end
   return backup
end

--- All backups of the project, those of deleted indexes included.
-- @treturn table a sequence
function methods:list_project_backups()
   return self:in_list_order(rows.select(self.data.backups))
end

-- Those of every index that ever had the name.
local function backups_under(self, index_name)
   local index = rows.get(self.data.indexes, index_name)
   if not index and not self.data.former_index_names[index_name] then
      return nil, failure("index_not_found", index_name)
   end
   return rows.select(self.data.backups, function(backup)
      return backup.source_index_name == index_name
   end)
end

--- The backups of an index that exists, or of all that ever had its name.
-- @tparam string index_name
-- @tparam[opt] boolean include_deleted
-- @treturn table a sequence, or nil and the failure
function methods:list_index_backups(index_name, include_deleted)
   local list, missing
   if include_deleted then
      list, missing = backups_under(self, index_name)
   else
      local index
      index, missing = self:live_index(index_name)
      list = index and rows.select(self.data.backups, function(backup)
         return backup.source_index_id == index.id
      end)
   end
   if missing then
      return nil, missing
   end
   return self:in_list_order(list)
end

local function check_deletion(self, backup, unchecked)
   if backup.status == "Initializing" and self.options.refuse_delete_while_initializing then
      return failure("backup_initializing")
   end
   local pending = unchecked and {} or self:pending_restores_of(backup)
   if #pending > 0 then
      return failure("pending_restore", rows.quoted(pending, "id"))
   end
end

--- Deletes a backup. It is gone at once, unless the options let it linger.
-- @tparam string id
-- @tparam[opt] boolean unchecked also while it is being restored
-- @treturn boolean true, or nil and the failure
function methods:delete_backup(id, unchecked)
   local backup, missing = self:describe_backup(id)
   local refused = missing or check_deletion(self, backup, unchecked)
   if refused then
      return nil, refused
   elseif self.options.deleted_backups_linger then
      self:plan(self:end_of_job(), "backup_deleted", { id = id })
   else
      rows.remove(self.data.backups, id)
   end
   return true
end

-- Notes at an index's backups that the index is gone.
function methods:mark_source_deleted(index)
   for _, backup in ipairs(rows.select(self.data.backups)) do
      if backup.source_index_id == index.id then
         backup.source_index_deleted_at = self.time
      end
   end
end

-- One event at a time looks whether a backup has expired: one that comes too
-- early plans the next.
function methods:look_at_expiry(backup, at)
   backup.looked_at = at
   self:plan(at, "backup_expired", { id = backup.id })
end

-- Lets a scheduled backup expire so many days after it was taken.
function methods:set_retention(backup, days)
   backup.expires_at = backup.created_at + days * calendar.DAY
   if not backup.looked_at or backup.expires_at < backup.looked_at then
      self:look_at_expiry(backup, math.max(backup.expires_at, self.time))
   end
end

function events:backup_finished(event)
   local backup = rows.get(self.data.backups, event.id)
   if not backup then
      return
   elseif backup.fails then
      backup.status = "InitializationFailed"
      backup.records = records.new()
   else
      backup.status = "Ready"
      backup.counts = records.counts(backup.records)
   end
end

function events:backup_deleted(event)
   rows.remove(self.data.backups, event.id)
end

-- A backup that is being restored expires when the restore is done.
function events:backup_expired(event)
   local backup = rows.get(self.data.backups, event.id)
   if not backup or backup.looked_at ~= event.at then
      return
   end
   local pending = self:pending_restores_of(backup)
   if backup.expires_at > self.time then
      self:look_at_expiry(backup, backup.expires_at)
   elseif #pending > 0 then
      self:look_at_expiry(backup, pending[#pending].completes_at)
   else
      rows.remove(self.data.backups, backup.id)
   end
end

return { methods = methods, events = events }
