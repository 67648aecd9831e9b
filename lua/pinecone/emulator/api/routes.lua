--- Every endpoint: operation, method, path, status of success (versions may
-- differ), handler. `planes` has the routes by plane, `operations` the names of
-- all operations.
-- @module pinecone.emulator.api.routes

local handlers = {}
for _, name in ipairs({ "indexes", "backups", "schedules", "collections", "data", "legacy" }) do
   for operation, handler in pairs(require("pinecone.emulator.api." .. name)) do
      handlers[operation] = handler
   end
end

local function route(operation, method, template, success)
   return {
      operation = operation, method = method, template = template,
      success = success, handler = handlers[operation],
   }
end

local planes = {}

--- The control plane.
planes.control = {
   route("list_indexes", "GET", "/indexes", 200),
   route("create_index", "POST", "/indexes", 201),
   route("create_index_for_model", "POST", "/indexes/create-for-model", 201),
   route("describe_index", "GET", "/indexes/{index_name}", 200),
   route("configure_index", "PATCH", "/indexes/{index_name}", 202),
   route("delete_index", "DELETE", "/indexes/{index_name}", 202),

   route("create_backup", "POST", "/indexes/{index_name}/backups", 201),
   route("list_index_backups", "GET", "/indexes/{index_name}/backups", 200),
   route("list_project_backups", "GET", "/backups", 200),
   route("describe_backup", "GET", "/backups/{backup_id}", 200),
   route("delete_backup", "DELETE", "/backups/{backup_id}", 202),
   route("create_index_from_backup", "POST", "/backups/{backup_id}/create-index", 202),
   route("list_restore_jobs", "GET", "/restore-jobs", 200),
   route("describe_restore_job", "GET", "/restore-jobs/{job_id}", 200),

   route("create_backup_schedule", "POST", "/indexes/{index_name}/backup-schedules", 200),
   route("list_backup_schedules", "GET", "/indexes/{index_name}/backup-schedules", 200),
   route("describe_backup_schedule", "GET", "/backup-schedules/{schedule_id}", 200),
   route("update_backup_schedule", "PATCH", "/backup-schedules/{schedule_id}", 200),
   route("delete_backup_schedule", "DELETE", "/backup-schedules/{schedule_id}", 204),
   route("list_backup_schedule_history", "GET", "/backup-schedules/{schedule_id}/history", 200),

   route("create_collection", "POST", "/collections", 201),
   route("list_collections", "GET", "/collections", 200),
   route("describe_collection", "GET", "/collections/{collection_name}", 200),
   route("delete_collection", "DELETE", "/collections/{collection_name}", 202),
}

--- The data plane, on each index's own port.
planes.data = {
   route("upsert_vectors", "POST", "/vectors/upsert", 200),
   route("fetch_vectors", "GET", "/vectors/fetch", 200),
   route("list_vectors", "GET", "/vectors/list", 200),
   route("delete_vectors", "POST", "/vectors/delete", 200),
   route("describe_index_stats", "POST", "/describe_index_stats", 200),
}

--- The legacy controller, on a port of its own.
planes.legacy = {
   route("legacy_create_collection", "POST", "/collections", 201),
   route("legacy_list_collections", "GET", "/collections", 200),
   route("legacy_describe_collection", "GET", "/collections/{collection_name}", 200),
   route("legacy_delete_collection", "DELETE", "/collections/{collection_name}", 202),
}

-- Operations that not every version has; the name is a trait of versions.
local feature_of = {
   create_backup_schedule = "schedules", list_backup_schedules = "schedules",
   describe_backup_schedule = "schedules", update_backup_schedule = "schedules",
   delete_backup_schedule = "schedules", list_backup_schedule_history = "schedules",
}
for _, row in ipairs(planes.control) do
   row.feature = feature_of[row.operation]
end

local operations = {}
for _, rows in pairs(planes) do
   for _, row in ipairs(rows) do
      operations[row.operation] = true
   end
end

return { planes = planes, operations = operations }
