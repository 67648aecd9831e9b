-- Handlers of backups and restore jobs.

local body = require("pinecone.emulator.api.body")
local pages = require("pinecone.emulator.api.pages")
local shapes = require("pinecone.emulator.api.shapes")

local backups = {}

local DEFAULT_LIMIT = 10

local create_fields = {
   { "name", "string" },
   { "description", "string" },
}

local restore_fields = {
   { "name", "string", required = true },
   { "tags", "tags" },
   { "deletion_protection", "string" },
}

function backups.create_backup(call)
   local request, problem = body.read(call.body, create_fields)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.created_backup, call.state:create_backup(call.path.index_name, request))
end

function backups.describe_backup(call)
   return shapes.apply(shapes.backup, call.state:describe_backup(call.path.backup_id))
end

function backups.list_index_backups(call)
   return pages.answer(call.query, DEFAULT_LIMIT, shapes.backup, function()
      return call.state:list_index_backups(call.path.index_name)
   end)
end

function backups.list_project_backups(call)
   return pages.answer(call.query, DEFAULT_LIMIT, shapes.backup, function()
      return call.state:list_project_backups()
   end)
end

function backups.delete_backup(call)
   return call.state:delete_backup(call.path.backup_id)
end

function backups.create_index_from_backup(call)
   local request, problem = body.read(call.body, restore_fields)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.created_restore, call.state:create_index_from_backup(call.path.backup_id, request))
end

function backups.describe_restore_job(call)
   return shapes.apply(shapes.restore_job, call.state:describe_restore_job(call.path.job_id))
end

function backups.list_restore_jobs(call)
   return pages.answer(call.query, DEFAULT_LIMIT, shapes.restore_job, function()
      return call.state:list_restore_jobs()
   end)
end

return backups
