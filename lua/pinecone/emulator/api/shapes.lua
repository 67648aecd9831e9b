--- Rows of the state in the form that is sent: 2026-04, schedules 2026-07.
-- @module pinecone.emulator.api.shapes

local calendar = require("pinecone.emulator.calendar")
local json = require("pinecone.emulator.json")

local shapes = {}

-- The service answers a create some tens of microseconds before it stores the
-- backup: the two times that it shows differ (contract, section 1.4).
local CREATE_IS_EARLIER = 48e-6
local CREATE_NANOSECONDS = "118Z"

local function or_null(value)
   if value == nil then
      return json.null
   end
   return value
end

local function backup_time(time)
   return calendar.microseconds(time, "Z")
end

--- BackupModel.
-- @tparam table backup
-- @treturn table
function shapes.backup(backup)
   local definition, counts = backup.definition, backup.counts or {}
   return {
      backup_id = backup.id,
      source_index_name = backup.source_index_name,
      source_index_id = backup.source_index_id,
      name = or_null(backup.name),
      description = or_null(backup.description),
      status = backup.status,
      cloud = backup.cloud,
      region = backup.region,
      dimension = definition.dimension or 0,
      metric = definition.metric,
      schema = definition.schema,
      record_count = or_null(counts.record_count),
      namespace_count = or_null(counts.namespace_count),
      size_bytes = or_null(counts.size_bytes),
      tags = or_null(backup.tags),
      created_at = backup_time(backup.created_at),
   }
end

--- BackupModel as create_backup answers it.
-- @tparam table backup
-- @treturn table
function shapes.created_backup(backup)
   local shape = shapes.backup(backup)
   shape.created_at = calendar.microseconds(backup.created_at - CREATE_IS_EARLIER,
      CREATE_NANOSECONDS)
   return shape
end

--- BackupScheduleHistoryItem.
-- @tparam table backup
-- @treturn table
function shapes.history_item(backup)
   local shape = shapes.backup(backup)
   shape.schema = or_null(shape.schema)
   shape.scheduled_execution_at = backup.scheduled_execution_at
      and backup_time(backup.scheduled_execution_at)
   return shape
end

--- CreateIndexFromBackupResponse.
-- @tparam table job
-- @treturn table
function shapes.created_restore(job)
   return { restore_job_id = job.id, index_id = job.target_index_id }
end

--- RestoreJobModel.
-- @tparam table job
-- @treturn table
function shapes.restore_job(job)
   return {
      restore_job_id = job.id,
      backup_id = job.backup_id,
      target_index_name = job.target_index_name,
      target_index_id = job.target_index_id,
      status = job.status,
      created_at = backup_time(job.created_at),
      completed_at = job.completed_at and backup_time(job.completed_at) or json.null,
      percent_complete = job.completed_at and 100 or nil,
   }
end

--- CollectionModel.
-- @tparam table collection
-- @treturn table
function shapes.collection(collection)
   local counts = collection.counts or {}
   return {
      name = collection.name,
      status = collection.status,
      environment = collection.environment,
      dimension = collection.dimension,
      size = counts.size_bytes,
      vector_count = counts.record_count,
   }
end

--- BackupScheduleResponse.
-- @tparam table schedule
-- @tparam string project_id
-- @treturn table
function shapes.schedule(schedule, project_id)
   return {
      schedule_id = schedule.id,
      name = schedule.name,
      index_id = schedule.index_id,
      project_id = project_id,
      schedule_type = schedule.schedule_type,
      frequency = schedule.frequency,
      retention_expire_after_days = schedule.expire_after_days,
      enabled = schedule.enabled,
      next_scheduled_run = schedule.next_run
         and calendar.seconds(schedule.next_run, "+00:00") or json.null,
      created_at = calendar.microseconds(schedule.created_at, "+00:00"),
   }
end

local function read_capacity(index)
   local capacity = index.read_capacity
   if not capacity or capacity.mode == "OnDemand" then
      return { mode = "OnDemand", status = { state = "Ready" } }
   end
   local manual = type(capacity.dedicated.manual) == "table" and capacity.dedicated.manual or {}
   return {
      mode = "Dedicated", dedicated = capacity.dedicated,
      status = {
         state = "Ready",
         current_replicas = manual.replicas, current_shards = manual.shards,
      },
   }
end

local specs = {
   serverless = function(index)
      return {
         cloud = index.cloud, region = index.region, schema = index.schema,
         read_capacity = read_capacity(index), source_collection = index.source_collection,
      }
   end,
   byoc = function(index)
      return {
         environment = index.environment, schema = index.schema,
         read_capacity = read_capacity(index),
      }
   end,
   pod = function(index)
      local pod = index.pod
      return {
         environment = index.environment, pod_type = pod.pod_type, pods = pod.pods,
         replicas = pod.replicas, shards = pod.shards,
         metadata_config = pod.metadata_config, source_collection = index.source_collection,
      }
   end,
}

--- IndexModel.
-- @tparam table index
-- @treturn table
function shapes.index(index)
   return {
      name = index.name,
      dimension = index.dimension,
      metric = index.metric,
      vector_type = index.vector_type,
      host = index.host,
      status = { ready = index.state == "Ready", state = index.state },
      spec = { [index.kind] = specs[index.kind](index) },
      deletion_protection = index.deletion_protection,
      tags = or_null(index.tags),
   }
end

--- What there is in its shape, or what is wrong: for answers of the state.
-- @tparam function shape
-- @param value nil when something is wrong
-- @param problem
-- @return the shaped value, or nil and the problem
function shapes.apply(shape, value, problem)
   if not value then
      return nil, problem
   end
   return shape(value)
end

--- All of a list, each in its shape.
-- @tparam function shape
-- @tparam table list
-- @treturn table an array, also when it is empty
function shapes.all(shape, list)
   local shaped = json.array()
   for position, value in ipairs(list) do
      shaped[position] = shape(value)
   end
   return shaped
end

return shapes
