--- What a project begins with, described as plain data, from Lua or a JSON file.
--
--    { "indexes": [
--        { "name": "movies", "dimension": 3, "records": 98, "days_ago": 40 },
--        { "name": "songs", "dimension": 2,
--          "spec": { "pod": { "environment": "us-east1-gcp", "pod_type": "p1.x1" } },
--          "namespaces": { "": 10, "rock": [ { "id": "a", "values": [1, 0] } ] } } ],
--      "collections": [ { "name": "frozen", "source": "songs" } ],
--      "backups": [
--        { "index_name": "movies", "name": "before-launch", "description": "...", "days_ago": 3 },
--        { "index_name": "movies", "name": "broken", "status": "InitializationFailed" } ],
--      "schedules": [
--        { "index_name": "movies", "name": "nightly", "frequency": "daily",
--          "expire_after_days": 7, "enabled": true, "days_ago": 30 } ],
--      "restores": [ { "backup": "before-launch", "name": "movies-restored", "days_ago": 2 } ] }
--
-- An index takes the fields of create_index of 2026-04; without `spec` it is
-- serverless, in us-east-1 of aws. `records` is a list as upserts take it, or a
-- number of made-up ones, record-1, record-2 and so on; `namespaces` has
-- either by namespace.
--
-- `days_ago` (a number, perhaps with a fraction) tells when a thing was there.
-- Without it an index or a backup is as old as the oldest thing that is made
-- from it, everything else is of today. It all goes through the API in order of
-- time with the clock at that time, so a schedule has made its backups since
-- and those that expired are gone. Each step begins so early that its job,
-- and then the jobs of what is made from it, are done at `days_ago`.
-- @module pinecone.emulator.seed

--- What a project begins with.
-- @table Seed
-- @tfield[opt] {table,...} indexes each with `name`, what `create_index` of 2026-04 takes, and `records` or
--   `namespaces`
-- @tfield[opt] {table,...} collections each with `name` and `source`
-- @tfield[opt] {table,...} backups each with `index_name`, `name`, `description` and `status`
-- @tfield[opt] {table,...} schedules each with `index_name`, `name`, `frequency`, `expire_after_days` and `enabled`
-- @tfield[opt] {table,...} restores each with `backup`, its name, and `name`, that of the new index

local calendar = require("pinecone.emulator.calendar")
local json = require("pinecone.emulator.json")
local nearest = require("pinecone.emulator.nearest")
local tables = require("pinecone.emulator.tables")

local seed = {}

local BATCH = 500
local MOST_DAYS = 36500
local CLASSIC, NEWEST = "2026-04", "2026-07"

local function is_text(value)
   return type(value) == "string" and value ~= ""
end

local function is_table(value)
   return type(value) == "table"
end

local function is_content(value)
   return tables.is_list(value) or type(value) == "number" and value >= 0 and value % 1 == 0
end

local function is_days(value)
   return type(value) == "number" and value >= 0 and value <= MOST_DAYS
end

-- Checked by the API, like everything that stands in a request.
local function is_any()
   return true
end

local text = { is_text, "a non-empty string" }
local needed_text = { is_text, "a non-empty string", needed = true }
local any = { is_any }
local days = { is_days, ("a number from 0 to %d"):format(MOST_DAYS) }
local content = { is_content, "a list of records or a number of them" }
local statuses = { Ready = true, InitializationFailed = true }

-- The fields of each kind of entry.
local kinds = {
   indexes = {
      name = needed_text, dimension = any, metric = any, vector_type = any, spec = any, tags = any,
      deletion_protection = any, records = content, namespaces = { is_table, "an object" }, days_ago = days,
   },
   collections = { name = needed_text, source = needed_text, days_ago = days },
   backups = {
      index_name = needed_text, name = text, description = any, days_ago = days,
      status = { function(value) return statuses[value] end, "Ready or InitializationFailed" },
   },
   schedules = {
      index_name = needed_text, name = needed_text, frequency = needed_text, days_ago = days,
      expire_after_days = { is_any, "a number", needed = true },
      enabled = { function(value) return type(value) == "boolean" end, "a boolean" },
   },
   restores = { backup = needed_text, name = needed_text, days_ago = days },
}

local function unknown(name, known)
   local names = tables.names(known)
   return ("unknown field '%s'; it takes %s"):format(tostring(name),
      nearest(tostring(name), names) or table.concat(names, ", "))
end

local function entry_problem(entry, fields)
   if not is_table(entry) then
      return "must be an object"
   end
   for _, name in ipairs(tables.names(entry)) do
      local field = fields[name]
      if not field then
         return unknown(name, fields)
      elseif not field[1](entry[name]) then
         return ("'%s' must be %s"):format(name, field[2])
      end
   end
   for _, name in ipairs(tables.names(fields)) do
      if fields[name].needed and entry[name] == nil then
         return ("'%s' is missing"):format(name)
      end
   end
   for name, inner in pairs(entry.namespaces or {}) do
      if type(name) ~= "string" or not is_content(inner) then
         return ("namespace '%s' must be %s"):format(tostring(name), content[2])
      end
   end
end

--- Checks a description as far as that goes without a project.
-- @param description
-- @treturn table the description, or nil and what is wrong with which entry
-- @local
function seed.check(description)
   if not is_table(description) then
      return nil, "a seed must be an object"
   end
   for _, kind in ipairs(tables.names(description)) do
      local entries = description[kind]
      if not kinds[kind] then
         return nil, unknown(kind, kinds)
      elseif not tables.is_list(entries) then
         return nil, ("%s: must be a list"):format(kind)
      end
      for position, entry in ipairs(entries) do
         local problem = entry_problem(entry, kinds[kind])
         if problem then
            return nil, ("%s[%d]: %s"):format(kind, position, problem)
         end
      end
   end
   return description
end

local function encoded(name)
   return (name:gsub("[^%w-]", function(character)
      return ("%%%02X"):format(character:byte())
   end))
end

-- Sends a request to the project itself. A refusal raises its message.
-- `more` has the `index_name` for the data plane, the `version` to speak and the
-- `circumstances` (see the API) in which it is done.
local function ask(run, method, path, body, more)
   more = more or {}
   local request = {
      plane = more.index_name and "data" or "control", index_name = more.index_name,
      method = method, path = path, body = json.encode(body),
      headers = { ["api-key"] = run.api_key, ["x-pinecone-api-version"] = more.version or CLASSIC },
   }
   local api = run.service.api
   local response = api:answer(request, api:resolve(request), more.circumstances)
   local answer = json.decode(response.body)
   if response.status >= 400 then
      local problem = answer and (answer.error or answer).message or response.body
      error({ refused = problem }, 0)
   end
   return answer
end

local makers = {}

local function made_up_vector(number, entry)
   local vector = { id = ("record-%d"):format(number), metadata = { number = number } }
   if entry.vector_type == "sparse" then
      vector.sparseValues = { indices = { number }, values = { 1 } }
      return vector
   end
   vector.values = {}
   for position = 1, entry.dimension do
      vector.values[position] = number / position
   end
   return vector
end

local function upsert(run, entry, namespace, given)
   local count = is_table(given) and #given or given
   for first = 1, count, BATCH do
      local vectors = {}
      for number = first, math.min(first + BATCH - 1, count) do
         vectors[#vectors + 1] = is_table(given) and given[number] or made_up_vector(number, entry)
      end
      ask(run, "POST", "/vectors/upsert", { vectors = vectors, namespace = namespace },
         { index_name = entry.name })
   end
end

local own_fields = { records = true, namespaces = true, days_ago = true }

function makers.indexes(run, entry)
   local definition = { spec = { serverless = { cloud = "aws", region = "us-east-1" } } }
   for name, value in pairs(entry) do
      if not own_fields[name] then
         definition[name] = value
      end
   end
   ask(run, "POST", "/indexes", definition)
end

-- A step of its own, when the index is there.
function makers.records(run, entry)
   upsert(run, entry, "", entry.records or 0)
   for _, namespace in ipairs(tables.names(entry.namespaces or {})) do
      upsert(run, entry, namespace, entry.namespaces[namespace])
   end
end

function makers.collections(run, entry)
   ask(run, "POST", "/collections", { name = entry.name, source = entry.source })
end

function makers.backups(run, entry)
   local fails = entry.status == "InitializationFailed"
   local backup = ask(run, "POST", "/indexes/" .. encoded(entry.index_name) .. "/backups",
      { name = entry.name, description = entry.description },
      { circumstances = fails and { job = "failed" } or nil })
   if entry.name then
      run.backup_ids[entry.name] = backup.backup_id
   end
end

function makers.schedules(run, entry)
   local schedule = ask(run, "POST", "/indexes/" .. encoded(entry.index_name) .. "/backup-schedules", {
      name = entry.name, schedule = { type = "time-based", frequency = entry.frequency },
      retention = { expire_after_days = entry.expire_after_days },
   }, { version = NEWEST })
   if entry.enabled == false then
      ask(run, "PATCH", "/backup-schedules/" .. schedule.schedule_id, { enabled = false }, { version = NEWEST })
   end
end

function makers.restores(run, entry)
   local id = run.backup_ids[entry.backup]
   if not id then
      error({ refused = ("there was no backup '%s' yet"):format(entry.backup) }, 0)
   end
   ask(run, "POST", "/backups/" .. id .. "/create-index", { name = entry.name })
end

-- What is made, in order: the maker, the kind of entry, and the number of jobs
-- that follow one another from there on.
local order = {
   { "indexes", "indexes", 3 }, { "records", "indexes", 2 }, { "collections", "collections", 2 },
   { "backups", "backups", 2 }, { "schedules", "schedules", 2 }, { "restores", "restores", 1 },
}

-- The days of the oldest entry whose `field` names this one.
local function oldest(description, uses, name, ages)
   local most = 0
   for _, use in ipairs(uses) do
      for _, entry in ipairs(description[use[1]] or {}) do
         if name and entry[use[2]] == name then
            most = math.max(most, entry.days_ago or ages[entry] or 0)
         end
      end
   end
   return most
end

local uses_of_backups = { { "restores", "backup" } }
local uses_of_indexes = { { "backups", "index_name" }, { "schedules", "index_name" }, { "collections", "source" } }

-- How old the indexes and backups are that do not say so.
local function ages_of(description)
   local ages = {}
   for _, entry in ipairs(description.backups or {}) do
      ages[entry] = oldest(description, uses_of_backups, entry.name, ages)
   end
   for _, entry in ipairs(description.indexes or {}) do
      ages[entry] = oldest(description, uses_of_indexes, entry.name, ages)
   end
   return ages
end

-- All entries, oldest first.
local function steps_of(description, now, job_seconds)
   local ages, steps = ages_of(description), {}
   for _, row in ipairs(order) do
      local maker, kind, jobs = row[1], row[2], row[3]
      for position, entry in ipairs(description[kind] or {}) do
         local age = entry.days_ago or ages[entry] or 0
         steps[#steps + 1] = {
            make = makers[maker], kind = kind, position = position, entry = entry,
            at = now - age * calendar.DAY - jobs * job_seconds, number = #steps + 1,
         }
      end
   end
   table.sort(steps, function(one, other)
      return one.at < other.at or one.at == other.at and one.number < other.number
   end)
   return steps
end

local function go_to(service, time)
   service.clock.hold(time)
   service.state:tick()
end

local function take(run, step)
   go_to(run.service, step.at)
   local ok, problem = pcall(step.make, run, step.entry)
   if not ok then
      if not is_table(problem) then
         error(problem, 0)
      end
      return nil, ("%s[%d]: %s"):format(step.kind, step.position, problem.refused)
   end
   return true
end

--- Fills an empty project and leaves the clock where it was.
-- @tparam table description a checked one
-- @tparam table service a @{pinecone.emulator.service}
-- @treturn boolean true, or nil and what is wrong with which entry
-- @local
function seed.replay(description, service)
   local job_seconds = service.state.options.job_seconds
   local run = {
      service = service, backup_ids = {}, api_key = service.options.api_key or "seed",
   }
   for _, step in ipairs(steps_of(description, service.clock.read(), job_seconds)) do
      local ok, problem = take(run, step)
      if not ok then
         service.clock.hold(nil)
         return nil, problem
      end
   end
   service.clock.hold(nil)
   service.state:tick()
   return true
end

return seed
