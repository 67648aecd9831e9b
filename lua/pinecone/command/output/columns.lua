-- What a list shows of each kind of thing, column by column, and how a person reads the fields of one.
--
-- A column has its `title` and either the `field` that it shows or `of`, a function of the row. `as` names how that
-- reads on a terminal (see `readings`). Where the terminal is narrow, a column that `shrinks` may be cut, and one that
-- `loses` is left out, the greatest number first.

local pinecone = require "pinecone"
local text = require "pinecone.command.output.text"

local columns = {}

--- The word of a thing's status: indexes have it in a field of that.
function columns.status_of(resource)
   local status = resource.status
   if type(status) == "table" then
      return status.state
   end
   return status
end

-- Serverless, BYOC or pods, in the words of every API version.
local function index_type(index)
   local deployment = type(index.deployment) == "table" and index.deployment.deployment_type
   return deployment or (type(index.spec) == "table" and next(index.spec)) or nil
end

-- Of its vectors. From API version 2026-07 on that stands with the field that holds them.
local function of_vectors(name)
   return function(index)
      local schema = type(index.schema) == "table" and index.schema.fields
      local found = index[name]
      for _, field in pairs(type(schema) == "table" and schema or {}) do
         if type(field) == "table" and tostring(field.type):find "_vector$" then
            found = found or field[name]
         end
      end
      return found
   end
end

local function schedule_state(schedule)
   return schedule.enabled and "enabled" or "paused"
end

-- One that is paused may still tell a next run, which will not come.
local function next_run(schedule)
   return schedule.enabled and schedule.next_scheduled_run or nil
end

local function of_backup(field)
   return function(row) return row.backup[field] end
end

columns.kinds = {
   backup = {
      { title = "ID", field = "backup_id" },
      { title = "NAME", field = "name", shrinks = true },
      { title = "INDEX", field = "source_index_name", shrinks = true },
      { title = "STATUS", field = "status", as = "status" },
      { title = "RECORDS", field = "record_count", as = "count", loses = 2 },
      { title = "SIZE", field = "size_bytes", as = "size", loses = 1 },
      { title = "CREATED", field = "created_at", as = "age" },
   },
   plan = {
      { title = "ACTION", field = "action", as = "status" },
      { title = "NAME", of = of_backup "name", shrinks = true },
      { title = "INDEX", of = of_backup "source_index_name", shrinks = true },
      { title = "CREATED", of = of_backup "created_at", as = "age" },
      { title = "KEPT AS", field = "why", shrinks = true, loses = 1 },
      { title = "ID", of = of_backup "backup_id", loses = 2 },
   },
   check = {
      { title = "VERDICT", field = "verdict", as = "status" },
      { title = "INDEX", field = "index_name", shrinks = true },
      { title = "AGE", field = "age", as = "span" },
      { title = "NEWEST", field = "newest", shrinks = true },
      { title = "REASON", field = "reason" },
   },
   restore_job = {
      { title = "ID", field = "restore_job_id" },
      { title = "BACKUP", field = "backup_id", loses = 3 },
      { title = "INDEX", field = "target_index_name", shrinks = true },
      { title = "STATUS", field = "status", as = "status" },
      { title = "DONE", field = "percent_complete", as = "percent", loses = 1 },
      { title = "CREATED", field = "created_at", as = "age" },
      { title = "COMPLETED", field = "completed_at", as = "age", loses = 2 },
   },
   collection = {
      { title = "NAME", field = "name", shrinks = true },
      { title = "STATUS", field = "status", as = "status" },
      { title = "RECORDS", field = "vector_count", as = "count" },
      { title = "DIMENSION", field = "dimension", as = "count", loses = 1 },
      { title = "SIZE", field = "size", as = "size" },
      { title = "ENVIRONMENT", field = "environment", loses = 2 },
   },
   schedule = {
      { title = "ID", field = "schedule_id" },
      { title = "NAME", field = "name", shrinks = true },
      { title = "RUNS", field = "frequency" },
      { title = "KEPT", field = "retention_expire_after_days", as = "days" },
      { title = "STATE", of = schedule_state, as = "status" },
      { title = "NEXT RUN", of = next_run, as = "age" },
   },
   run = {
      { title = "BACKUP", field = "backup_id" },
      { title = "NAME", field = "name", shrinks = true },
      { title = "STATUS", field = "status", as = "status" },
      { title = "RECORDS", field = "record_count", as = "count", loses = 2 },
      { title = "SIZE", field = "size_bytes", as = "size", loses = 1 },
      { title = "DUE", field = "scheduled_execution_at", as = "age", loses = 3 },
      { title = "CREATED", field = "created_at", as = "age" },
   },
   index = {
      { title = "NAME", field = "name", shrinks = true },
      { title = "TYPE", of = index_type },
      { title = "STATUS", of = columns.status_of, as = "status" },
      { title = "DIMENSION", of = of_vectors "dimension", as = "count", loses = 1 },
      { title = "METRIC", of = of_vectors "metric", loses = 2 },
      { title = "HOST", field = "host", loses = 3 },
   },
}

-- What there are none of, where the name of the kind with an "s" would not say it.
local plurals = { index = "indexes", restore_job = "restores" }

--- What things of a kind are called.
function columns.plural(kind)
   return plurals[kind] or kind .. "s"
end

-- How a value reads on a terminal ------------------------------------------------------------------------------------

local function age(value, now)
   local time = type(value) == "string" and pinecone.timestamp(value)
   if not time then
      return text.plain(value)
   end
   local seconds = now - math.floor(time) -- what was made in this second is not of the future
   return seconds >= 0 and text.span(seconds) .. " ago" or "in " .. text.span(-seconds)
end

-- The API's own word is wider than all others together; `describe` and pipes have it.
local function status(value)
   return value == "InitializationFailed" and "Failed" or text.plain(value)
end

columns.readings = {
   count = { read = text.count, is_right = true },
   size = { read = text.size, is_right = true },
   days = { read = function(value) return text.number(value) .. " d" end, is_right = true },
   percent = { read = function(value) return text.number(value) .. "%" end, is_right = true },
   age = { read = age, is_right = true },
   span = { read = text.span, is_right = true },
   status = { read = status },
   plain = { read = text.plain },
}

--- The value of a column; nil where a row has none.
function columns.value(column, row)
   if column.of then
      return column.of(row)
   end
   return row[column.field]
end

return columns
