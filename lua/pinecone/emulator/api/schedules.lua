-- Handlers of backup schedules.

local body = require("pinecone.emulator.api.body")
local pages = require("pinecone.emulator.api.pages")
local shapes = require("pinecone.emulator.api.shapes")

local schedules = {}

local DEFAULT_LIMIT = 100

local create_fields = {
   { "name", "string", required = true },
   { "schedule", required = true, {
      { "type", "string", required = true },
      { "frequency", "string", required = true },
   } },
   { "retention", required = true, {
      { "expire_after_days", "integer", required = true },
   } },
}

local update_fields = {
   { "frequency", "string" },
   { "enabled", "boolean" },
   { "retention", { { "expire_after_days", "integer", required = true } } },
}

local function shaped(call, schedule, problem)
   if not schedule then
      return nil, problem
   end
   return shapes.schedule(schedule, call.state.data.project_id)
end

local function page_of(list, missing, page, shape)
   if not list then
      return nil, missing
   end
   return pages.cut(list, page, shape)
end

function schedules.create_backup_schedule(call)
   local request, problem = body.read(call.body, create_fields)
   if not request then
      return nil, problem
   end
   return shaped(call, call.state:create_backup_schedule(call.path.index_name, {
      name = request.name,
      schedule_type = request.schedule.type,
      frequency = request.schedule.frequency,
      expire_after_days = request.retention.expire_after_days,
   }))
end

function schedules.list_backup_schedules(call)
   local page, problem = pages.read(call.query, DEFAULT_LIMIT)
   if not page then
      return nil, problem
   end
   local list, missing = call.state:list_backup_schedules(call.path.index_name)
   return page_of(list, missing, page, function(schedule)
      return shaped(call, schedule)
   end)
end

function schedules.describe_backup_schedule(call)
   return shaped(call, call.state:describe_backup_schedule(call.path.schedule_id))
end

function schedules.update_backup_schedule(call)
   local request, problem = body.read(call.body, update_fields)
   if not request then
      return nil, problem
   end
   return shaped(call, call.state:update_backup_schedule(call.path.schedule_id, {
      frequency = request.frequency,
      enabled = request.enabled,
      expire_after_days = request.retention and request.retention.expire_after_days,
   }))
end

function schedules.delete_backup_schedule(call)
   return call.state:delete_backup_schedule(call.path.schedule_id)
end

function schedules.list_backup_schedule_history(call)
   local page, problem = pages.read(call.query, DEFAULT_LIMIT)
   if not page then
      return nil, problem
   end
   local list, missing = call.state:list_backup_schedule_history(call.path.schedule_id)
   return page_of(list, missing, page, shapes.history_item)
end

return schedules
