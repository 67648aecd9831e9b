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

-- The limit and token are looked at first, then the list is made.
local function page_of(call, shape, list)
   local page, problem = pages.read(call.query, DEFAULT_LIMIT)
   if not page then
      return nil, problem
   end
   local found, missing = list()
   if not found then
      return nil, missing
   end
   return pages.cut(found, page, shape)
end

function backups.create_backup(call)
   local request, problem = body.read(call.body, create_fields)
   if not request then
      return nil, problem
   end
   local backup, refused = call.state:create_backup(call.path.index_name, request)
   if not backup then
      return nil, refused
   end
   return shapes.created_backup(backup)
end

function backups.describe_backup(call)
   local backup, missing = call.state:describe_backup(call.path.backup_id)
   if not backup then
      return nil, missing
   end
   return shapes.backup(backup)
end

function backups.list_index_backups(call)
   return page_of(call, shapes.backup, function()
      return call.state:list_index_backups(call.path.index_name)
   end)
end

function backups.list_project_backups(call)
   return page_of(call, shapes.backup, function()
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
   local job, refused = call.state:create_index_from_backup(call.path.backup_id, request)
   if not job then
      return nil, refused
   end
   return shapes.created_restore(job)
end

function backups.describe_restore_job(call)
   local job, missing = call.state:describe_restore_job(call.path.job_id)
   if not job then
      return nil, missing
   end
   return shapes.restore_job(job)
end

function backups.list_restore_jobs(call)
   return page_of(call, shapes.restore_job, function()
      return call.state:list_restore_jobs()
   end)
end

return backups
