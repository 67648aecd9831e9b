--- Rows of the state in the form that a version sends. A shape is a function
-- of the row and the call.
-- @module pinecone.emulator.api.shapes

local calendar = require("pinecone.emulator.calendar")
local capacity = require("pinecone.emulator.api.capacity")
local json = require("pinecone.emulator.json")
local schema = require("pinecone.emulator.api.schema")

local shapes = {}

-- The service answers a create some tens of microseconds before it stores the
-- backup: the two times that it shows differ.
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

-- Up to 2026-04, null stands for what is not there.
local function classic_backup(shape, backup, version)
   local definition, counts = backup.definition, backup.counts or {}
   shape.name = or_null(backup.name)
   shape.description = or_null(backup.description)
   shape.dimension = definition.dimension or 0
   shape.metric = definition.metric
   shape.schema = version.metadata_schema and definition.schema or nil
   shape.record_count = or_null(counts.record_count)
   shape.namespace_count = or_null(counts.namespace_count)
   shape.size_bytes = or_null(counts.size_bytes)
end

-- From 2026-07 on, it is absent.
local function typed_backup(shape, backup)
   local counts = backup.counts or {}
   shape.name = backup.name
   shape.description = backup.description
   shape.schema = schema.shape(backup.definition)
   shape.record_count = counts.record_count
   shape.namespace_count = counts.namespace_count
   shape.size_bytes = counts.size_bytes
end

--- BackupModel.
-- @tparam table backup
-- @tparam table call
-- @treturn table
function shapes.backup(backup, call)
   local shape = {
      backup_id = backup.id,
      source_index_name = backup.source_index_name,
      source_index_id = backup.source_index_id,
      status = backup.status,
      cloud = backup.cloud,
      region = backup.region,
      tags = or_null(backup.tags),
      created_at = backup_time(backup.created_at),
   }
   local complete = call.version.typed and typed_backup or classic_backup
   complete(shape, backup, call.version)
   return shape
end

--- BackupModel as the list of an index shows it: with the time at which the
-- index was deleted.
-- @tparam table backup
-- @tparam table call
-- @treturn table
function shapes.listed_backup(backup, call)
   local shape = shapes.backup(backup, call)
   if call.version.typed and backup.source_index_deleted_at then
      shape.source_index_deleted_at = backup_time(backup.source_index_deleted_at)
   end
   return shape
end

--- BackupModel as create_backup answers it.
-- @tparam table backup
-- @tparam table call
-- @treturn table
function shapes.created_backup(backup, call)
   local shape = shapes.backup(backup, call)
   shape.created_at = calendar.microseconds(backup.created_at - CREATE_IS_EARLIER,
      CREATE_NANOSECONDS)
   return shape
end

--- BackupScheduleHistoryItem. It has the nulls that BackupModel of 2026-07
-- has not, and no metric.
-- @tparam table backup
-- @tparam table call
-- @treturn table
function shapes.history_item(backup, call)
   local shape = shapes.backup(backup, call)
   classic_backup(shape, backup, call.version)
   shape.metric = nil
   if call.version.typed then
      shape.dimension = nil
      shape.schema = schema.shape(backup.definition)
   end
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
-- @tparam table call
-- @treturn table
function shapes.schedule(schedule, call)
   return {
      schedule_id = schedule.id,
      name = schedule.name,
      index_id = schedule.index_id,
      project_id = call.state.data.project_id,
      schedule_type = schedule.schedule_type,
      frequency = schedule.frequency,
      retention_expire_after_days = schedule.expire_after_days,
      enabled = schedule.enabled,
      next_scheduled_run = schedule.next_run
         and calendar.seconds(schedule.next_run, "+00:00") or json.null,
      created_at = calendar.microseconds(schedule.created_at, "+00:00"),
   }
end

local specs = {
   serverless = function(index, version)
      return {
         cloud = index.cloud, region = index.region,
         schema = version.metadata_schema and index.schema or nil,
         read_capacity = version.metadata_schema and capacity.shape(index, version) or nil,
         source_collection = index.source_collection,
      }
   end,
   byoc = function(index, version)
      return {
         environment = index.environment,
         schema = version.metadata_schema and index.schema or nil,
         read_capacity = version.metadata_schema and capacity.shape(index, version) or nil,
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

local deployments = {
   serverless = function(index)
      return {
         deployment_type = "managed", cloud = index.cloud, region = index.region,
         environment = index.region .. "-" .. index.cloud,
      }
   end,
   byoc = function(index)
      return { deployment_type = "byoc", environment = index.environment }
   end,
   pod = function(index)
      return {
         deployment_type = "pod", environment = index.environment, pod_type = index.pod.pod_type,
         replicas = index.pod.replicas, shards = index.pod.shards,
      }
   end,
}

local function classic_index(shape, index, version)
   shape.dimension = index.dimension
   shape.metric = index.metric
   shape.vector_type = index.vector_type
   shape.embed = index.embed
   shape.spec = { [index.kind] = specs[index.kind](index, version) }
   shape.tags = index.tags
end

local function typed_index(shape, index, version)
   shape.deployment = deployments[index.kind](index)
   shape.schema = schema.shape(index)
   shape.read_capacity = index.kind ~= "pod" and capacity.shape(index, version) or nil
   shape.source_collection = index.source_collection
   shape.source_backup_id = index.source_backup_id
   shape.cmek_id = index.cmek_id
   shape.tags = or_null(index.tags)
end

-- Dedicated capacity without replicas disables an index.
local function status_of(index)
   local held = index.read_capacity
   local manual = held and held.mode == "Dedicated" and held.dedicated.manual
   if index.state == "Ready" and manual and manual.replicas == 0 then
      return { ready = false, state = "Disabled" }
   end
   return { ready = index.state == "Ready", state = index.state }
end

--- IndexModel.
-- @tparam table index
-- @tparam table call
-- @treturn table
function shapes.index(index, call)
   local shape = {
      name = index.name,
      host = index.host,
      status = status_of(index),
      deletion_protection = index.deletion_protection,
   }
   local complete = call.version.typed and typed_index or classic_index
   complete(shape, index, call.version)
   return shape
end

--- What there is in its shape, or what is wrong: for answers of the state.
-- @tparam function shape
-- @tparam table call
-- @param value nil when something is wrong
-- @param problem
-- @return the shaped value, or nil and the problem
function shapes.apply(shape, call, value, problem)
   if not value then
      return nil, problem
   end
   return shape(value, call)
end

--- All of a list, each in its shape.
-- @tparam function shape
-- @tparam table call
-- @tparam table list
-- @treturn table an array, also when it is empty
function shapes.all(shape, call, list)
   local shaped = json.array()
   for position, value in ipairs(list) do
      shaped[position] = shape(value, call)
   end
   return shaped
end

return shapes
