-- Handlers of backups and restore jobs.

local body = require("pinecone.emulator.api.body")
local capacity = require("pinecone.emulator.api.capacity")
local failure = require("pinecone.emulator.failure")
local pages = require("pinecone.emulator.api.pages")
local shapes = require("pinecone.emulator.api.shapes")

local backups = {}

local create_fields = {
   { "name", "string" },
   { "description", "string" },
}

-- `read_capacity` is read where the version has it.
local classic_restore_fields = {
   { "name", "string", required = true },
   { "tags", "tags" },
   { "deletion_protection", "string" },
}

local restore_fields = {
   classic_restore_fields[1], classic_restore_fields[2], classic_restore_fields[3],
   { "read_capacity", capacity.request_fields },
}

function backups.create_backup(call)
   local request, problem = body.read(call, create_fields, call.options.refuse_unknown_keys)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.created_backup, call,
      call.state:create_backup(call.path.index_name, request, call.version.limits))
end

function backups.describe_backup(call)
   return shapes.apply(shapes.backup, call, call.state:describe_backup(call.path.backup_id))
end

-- `include_deleted` does not exist before 2026-07 and is not looked at there.
local function wants_deleted(call)
   local text = call.version.typed and call.query.include_deleted and call.query.include_deleted[1]
   if text and text ~= "true" and text ~= "false" then
      return nil, failure("invalid_flag", "include_deleted")
   end
   return text == "true"
end

function backups.list_index_backups(call)
   return pages.answer(call, shapes.listed_backup, function()
      local deleted, problem = wants_deleted(call)
      if problem then
         return nil, problem
      end
      return call.state:list_index_backups(call.path.index_name, deleted)
   end)
end

function backups.list_project_backups(call)
   return pages.answer(call, shapes.backup, function()
      return call.state:list_project_backups()
   end)
end

function backups.delete_backup(call)
   local unchecked = call.version.typed and call.options.refuse_delete_while_restoring ~= "always"
   return call.state:delete_backup(call.path.backup_id, unchecked)
end

-- No source names the field that restores into another region; an option does.
local function region_of(call)
   local field = call.options.restore_region_field
   if field == "" or call.version.name ~= "unstable" then
      return nil
   end
   local request = body.read(call, { { field, "string" } })
   return request and request[field]
end

function backups.create_index_from_backup(call)
   local fields = call.version.typed and restore_fields or classic_restore_fields
   local strict = call.options.refuse_unknown_keys and call.options.restore_region_field == ""
   local request, problem = body.read(call, fields, strict)
   if not request then
      return nil, problem
   end
   request.region = region_of(call)
   local job, refused = call.state:create_index_from_backup(call.path.backup_id, request, call.version.limits)
   if refused and refused.name == "backup_not_ready" and not call.version.typed then
      refused.status = call.options.not_ready_status
   end
   return shapes.apply(shapes.created_restore, call, job, refused)
end

function backups.describe_restore_job(call)
   return shapes.apply(shapes.restore_job, call, call.state:describe_restore_job(call.path.job_id))
end

function backups.list_restore_jobs(call)
   return pages.answer(call, shapes.restore_job, function()
      return call.state:list_restore_jobs()
   end)
end

return backups
