-- Handlers of backup schedules.

local body = require("pinecone.emulator.api.body")
local pages = require("pinecone.emulator.api.pages")
local shapes = require("pinecone.emulator.api.shapes")

local schedules = {}

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

function schedules.create_backup_schedule(call)
   local request, problem = body.read(call, create_fields, call.options.refuse_unknown_keys)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.schedule, call, call.state:create_backup_schedule(call.path.index_name, {
      name = request.name,
      schedule_type = request.schedule.type,
      frequency = request.schedule.frequency,
      expire_after_days = request.retention.expire_after_days,
   }))
end

function schedules.list_backup_schedules(call)
   return pages.answer(call, shapes.schedule, function()
      return call.state:list_backup_schedules(call.path.index_name)
   end)
end

function schedules.describe_backup_schedule(call)
   return shapes.apply(shapes.schedule, call, call.state:describe_backup_schedule(call.path.schedule_id))
end

function schedules.update_backup_schedule(call)
   local request, problem = body.read(call, update_fields, call.options.refuse_unknown_keys)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.schedule, call, call.state:update_backup_schedule(call.path.schedule_id, {
      frequency = request.frequency,
      enabled = request.enabled,
      expire_after_days = request.retention and request.retention.expire_after_days,
   }))
end

function schedules.delete_backup_schedule(call)
   return call.state:delete_backup_schedule(call.path.schedule_id)
end

function schedules.list_backup_schedule_history(call)
   return pages.answer(call, shapes.history_item, function()
      return call.state:list_backup_schedule_history(call.path.schedule_id)
   end)
end

return schedules
