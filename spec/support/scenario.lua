-- Goes through everything that the emulator can be asked in one version of the API: what succeeds, and every refusal.
--
-- Each part works on a project of its own. `gets(status, ...)` takes what a method of the client gave and notes where
-- the server's answer was another one.

local http = require "support.http"
local mutants = require "support.mutants"
local project = require "support.project"

local scenario = {}

local JOB_SECONDS = 60
local NEWEST_CLASSIC, NEWEST = "2026-04", "2026-07"
local NOBODY = "11111111-2222-4333-8444-555555555555"

local Scenario = {}
Scenario.__index = Scenario

-- Helpers -----------------------------------------------------------------------------------------------------------

local function over(defaults, given)
   for name, value in pairs(given or {}) do
      defaults[name] = value
   end
   return defaults
end

function Scenario:gets(status, value, err)
   local last = self.project.exchanges[#self.project.exchanges]
   if last.response.status ~= status or (status < 300 and err) then
      self.surprises[#self.surprises + 1] = ("%s %s %s at %s: expected %d, got %d %s %s"):format(last.request.method,
         last.request.path, last.request.body, last.version, status, last.response.status, last.response.body,
         err and err.kind == "protocol" and tostring(err) or "")
   end
   return value
end

function Scenario:asks(status, method, path, body, query)
   return self:gets(status, self.pc:request { method = method, path = path, body = body, query = query })
end

function Scenario:pass_time()
   self.project:advance(JOB_SECONDS)
end

-- The same index in the words of each version.
function Scenario:dense(name, more)
   if self.is_classic then
      return over({
         name = name, dimension = 3, metric = "cosine",
         spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      }, more)
   end
   return over({
      name = name, schema = { fields = { _values = { type = "dense_vector", dimension = 3, metric = "cosine" } } },
      deployment = { deployment_type = "managed", cloud = "aws", region = "us-east-1" },
   }, more)
end

function Scenario:sparse(name)
   if self.is_classic then
      return {
         name = name, vector_type = "sparse", metric = "dotproduct",
         spec = { serverless = { cloud = "gcp", region = "us-central1" } },
      }
   end
   return {
      name = name, schema = { fields = { _sparse_values = { type = "sparse_vector" } } },
      deployment = { deployment_type = "managed", cloud = "gcp", region = "us-central1" },
   }
end

local function nowhere(index)
   local place = index.deployment or index.spec.serverless
   place.region = "nowhere"
   return index
end

-- In the words of the classic versions, whatever the scenario speaks.
function Scenario:make_serverless(name)
   return self:gets(201, self.classic:create_index {
      name = name, dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      tags = { team = "search" },
   })
end

-- No version from 2026-07 on makes pod indexes; those that there are stay.
function Scenario:make_pod(name)
   return self:gets(201, self.classic:create_index {
      name = name, dimension = 3, metric = "cosine", spec = {
         pod = { environment = "us-east1-gcp", pod_type = "p1.x1", metadata_config = { indexed = { "genre" } } },
      },
   })
end

-- What was made in one version can be seen in every other.
function Scenario:looks_around()
   for _, pc in ipairs(self.all) do
      self:gets(200, pc:list_indexes())
      self:gets(200, pc:list_backups())
      self:gets(200, pc:list_restore_jobs())
      self:gets(200, pc:list_collections())
   end
end

-- No classic version makes indexes with a key of their own.
function Scenario:make_encrypted(name)
   return self:gets(201, self.newest:create_index {
      name = name, cmek_id = "a-key",
      schema = { fields = { _values = { type = "dense_vector", dimension = 3, metric = "cosine" } } },
   })
end

-- Indexes -----------------------------------------------------------------------------------------------------------

local dedicated = {
   mode = "Dedicated",
   dedicated = { node_type = "b1", scaling = "Manual", manual = { replicas = 1, shards = 1 } },
}

local function more_indexes_classic(self)
   self:gets(201, self.pc:create_index(self:dense("filtered", { spec = {
      serverless = {
         cloud = "aws", region = "us-east-1",
         schema = self.version ~= "2025-04" and { fields = { genre = { filterable = true } } } or nil,
         read_capacity = self.version ~= "2025-04" and dedicated or nil,
      },
   } })))
   self:gets(201, self.pc:create_index(self:dense("own-cloud", {
      spec = { byoc = { environment = "aws-us-east-1-b92" } },
   })))
   if self.version ~= "2025-04" then
      self:gets(201, self.pc:create_index(self:dense("unscaled", { spec = {
         serverless = {
            cloud = "aws", region = "us-east-1",
            read_capacity = { mode = "Dedicated", dedicated = { node_type = "t1", scaling = "Manual" } },
         },
      } })))
   end
end

local function more_indexes_newest(self)
   self:gets(201, self.pc:create_index(self:dense("filtered", { read_capacity = dedicated })))
   self:gets(201, self.pc:create_index(self:dense("own-cloud", {
      deployment = { deployment_type = "byoc", environment = "aws-us-east-1-b92" }, read_capacity = dedicated,
   })))
   self:gets(201, self.pc:create_index(self:dense("encrypted", { cmek_id = "a-key" })))
   self:gets(201, self.pc:create_index { name = "texts", schema = { fields = {
      title = { type = "string", full_text_search = { language = "en", ngram = { min_gram = 2, max_gram = 3 } } },
      embedding = { type = "dense_vector", dimension = 4, metric = "euclidean" },
   } } })
   self:gets(201, self.pc:create_index { schema = self:dense("unnamed").schema })
   self:gets(412, self.pc:create_index { name = "secret", cmek_id = "a-key", schema = { fields = {
      title = { type = "string", full_text_search = { language = "en" } },
   } } })
end

local function refused_indexes(self)
   local pc = self.pc
   self:asks(400, "POST", "/indexes", self:dense "Bad_Name")
   self:gets(404, pc:create_index(nowhere(self:dense "lost")))
   self:gets(409, pc:create_index(self:dense "movies"))
   self:asks(422, "POST", "/indexes", { name = "nothing-else" })
   self.project:with({ max_indexes = 1 }, function() self:gets(403, pc:create_index(self:dense "one-more")) end)
   self.project:with({ past_due = true }, function() self:gets(402, pc:create_index(self:dense "unpaid")) end)
end

function Scenario:configures_classic()
   self:gets(202, self.pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
   self:gets(202, self.pc:configure_index { index_name = "pods", spec = { pod = { replicas = 2 } } })
   self:gets(202, self.pc:configure_index {
      index_name = "movies", embed = { model = "multilingual-e5-large", field_map = { text = "plot" } },
   })
   if self.version ~= "2025-04" then
      self:gets(202, self.pc:configure_index {
         index_name = "movies", spec = { serverless = { read_capacity = dedicated } },
      })
      self:gets(202, self.pc:configure_index {
         index_name = "movies", spec = { serverless = { read_capacity = { mode = "OnDemand" } } },
      })
   end
   self.project:with({ past_due = true }, function()
      self:gets(402, self.pc:configure_index { index_name = "movies", tags = { team = "music" } })
   end)
end

function Scenario:configures_newest()
   self:gets(200, self.pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
   self:gets(200, self.pc:configure_index { index_name = "pods", deployment = { replicas = 2 } })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = dedicated })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = {
      mode = "Dedicated", dedicated = { scaling = "Manual", manual = { replicas = 2 }, node_type = "t1" },
   } })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = { mode = "OnDemand" } })
   self:gets(200, self.pc:configure_index {
      index_name = "movies",
      schema = { fields = { plot = { type = "semantic_text", model = "multilingual-e5-large" } } },
   })
end

local function configures(self)
   self:gets(self.configured, self.pc:configure_index { index_name = "movies", tags = { team = "films", year = "" } })
   if self.is_classic then
      self:configures_classic()
   else
      self:configures_newest()
   end
   self:asks(400, "PATCH", "/indexes/movies", { deletion_protection = "perhaps" })
   self:gets(404, self.pc:configure_index { index_name = "nothing", tags = { team = "films" } })
   self:asks(422, "PATCH", "/indexes/movies", { tags = "films" })
end

local function deletes(self)
   self:looks_around()
   self:gets(403, self.pc:delete_index "movies")
   self:gets(202, self.pc:delete_index "words")
   self:gets(200, self.pc:describe_index "words") -- Terminating
   self:pass_time()
   self:gets(404, self.pc:delete_index "words")
   self:gets(404, self.pc:describe_index "words")
end

function Scenario:indexes()
   local pc = self.pc
   self:gets(200, pc:list_indexes())
   self:gets(201, pc:create_index(self:dense("movies", { tags = { team = "search", year = "2026" } })))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:make_pod "pods"
   local more = self.is_classic and more_indexes_classic or more_indexes_newest
   more(self)
   self:looks_around() -- all Initializing
   self:pass_time()
   self:gets(200, pc:list_indexes())
   for _, name in ipairs { "movies", "words", "pods", "filtered", "own-cloud" } do
      self:gets(200, pc:describe_index(name))
   end
   refused_indexes(self)
   configures(self)
   self:gets(200, pc:list_indexes())
   deletes(self)
end

local function for_model(name, more)
   return over({
      name = name, cloud = "aws", region = "us-east-1",
      embed = { model = "multilingual-e5-large", field_map = { text = "chunk" } },
   }, more)
end

function Scenario:indexes_for_models()
   local path = "/indexes/create-for-model"
   self:asks(201, "POST", path, for_model("sentences", { tags = { team = "search" } }))
   self:asks(201, "POST", path, for_model("words", {
      embed = { model = "pinecone-sparse-english-v0", field_map = { text = "chunk" } },
   }))
   if self.version ~= "2025-04" then
      self:asks(201, "POST", path, for_model("filtered", {
         schema = { fields = { genre = { filterable = true } } }, read_capacity = dedicated,
      }))
   end
   if not self.is_classic then
      self:asks(201, "POST", path, for_model("unfiltered", { schema = {} }))
   end
   self:pass_time()
   self:gets(200, self.pc:describe_index "sentences")
   self:gets(self.created, self.pc:create_backup "sentences")
   self:looks_around()
   self:asks(400, "POST", path, for_model "Bad_Name")
   self:asks(404, "POST", path, for_model("lost", { region = "nowhere" }))
   self:asks(409, "POST", path, for_model "sentences")
   self:asks(422, "POST", path, { name = "nothing-else" })
   if not self.is_classic then
      self.project:with({ max_indexes = 1 }, function() self:asks(403, "POST", path, for_model "one-more") end)
      self.project:with({ past_due = true }, function() self:asks(402, "POST", path, for_model "unpaid") end)
   end
end

-- Backups and restores ----------------------------------------------------------------------------------------------

local function refused_backups(self)
   local pc = self.pc
   self:gets(404, pc:create_backup "nothing")
   self:gets(400, pc:create_backup "pods")
   self:gets(400, pc:create_backup "encrypted")
   self:asks(422, "POST", "/indexes/movies/backups", { name = 5 })
   if not self.is_classic then
      self:asks(400, "POST", "/indexes/movies/backups", { name = "Bad_Name" })
   end
   self.project:with({ max_backups = 1 }, function() self:gets(403, pc:create_backup "movies") end)
   self.project:with({ plan_has_backups = false }, function() self:gets(403, pc:create_backup "movies") end)
   if self.is_classic then
      self.project:with({ past_due = true }, function() self:gets(402, pc:create_backup "movies") end)
   end
end

-- `list` asks with the client's method, `path` is where that goes.
local function lists_pages(self, path, list)
   local page = self:gets(200, list { limit = 1 })
   self:gets(200, list { pagination_token = page.pagination.next })
   self:gets(200, list { limit = 100 })
   self:asks(400, "GET", path, nil, { paginationToken = "this is none" })
   self:asks(400, "GET", path, nil, { limit = "many" })
end

local function lists_backups(self)
   local pc = self.pc
   self:gets(404, pc:list_backups "nothing")
   lists_pages(self, "/backups", function(page) return pc:list_backups(page) end)
   lists_pages(self, "/indexes/movies/backups", function(page)
      return pc:list_backups(over(page, { index_name = "movies" }))
   end)
end

local function restores(self, backup, other)
   local pc = self.pc
   local restore = self:gets(202, pc:create_index_from_backup {
      backup_id = backup.backup_id, name = "restored", tags = { from = "backup" }, deletion_protection = "disabled",
   })
   self:gets(202, pc:create_index_from_backup { backup_id = other.backup_id, name = "inherited" })
   self.project:with({ restore_read_capacity = "apply" }, function() -- which makes the client speak 2026-07
      self:gets(202, pc:create_index_from_backup {
         backup_id = backup.backup_id, name = "dedicated", read_capacity = dedicated,
      })
   end)
   self:gets(200, pc:describe_restore_job(restore.restore_job_id)) -- Pending
   self:gets(200, pc:list_restore_jobs())
   self:gets(412, pc:delete_backup(backup.backup_id))
   self:looks_around()
   self:pass_time()
   self:looks_around()
   self:gets(200, pc:describe_restore_job(restore.restore_job_id))
   lists_pages(self, "/restore-jobs", function(page) return pc:list_restore_jobs(page) end)
   self:gets(200, pc:describe_index "restored")
   self:gets(200, pc:describe_index "inherited")
   self:gets(404, pc:describe_restore_job(NOBODY))
end

local function refused_restores(self, backup)
   local pc, path = self.pc, "/backups/" .. backup.backup_id .. "/create-index"
   local function restore(name)
      return pc:create_index_from_backup { backup_id = backup.backup_id, name = name }
   end
   self:gets(404, pc:create_index_from_backup { backup_id = NOBODY, name = "lost" })
   self:gets(409, restore "movies")
   self:asks(400, "POST", path, { name = "Bad_Name" })
   self:asks(422, "POST", path, {})
   self.project:with({ max_indexes = 1 }, function() self:gets(403, restore "one-more") end)
   self.project:with({ past_due = true }, function() self:gets(402, restore "unpaid") end)
end

-- What ends badly looks different, too.
local function fails(self, backup)
   local pc, failed = self.pc, nil
   self.project:failing(function()
      self:gets(self.created, pc:create_backup "movies")
      failed = self:gets(202, pc:create_index_from_backup { backup_id = backup.backup_id, name = "failed" })
   end)
   self:pass_time()
   self:looks_around()
   self:gets(200, pc:describe_restore_job(failed.restore_job_id))
   self:gets(200, pc:describe_index "failed")
   self.project:with({ keep_restore_jobs = true }, function()
      self:gets(202, pc:create_index_from_backup { backup_id = backup.backup_id, name = "cancelled" })
      self:gets(202, pc:delete_index "cancelled")
      self:looks_around()
   end)
end

local function deletes_backups(self, backup)
   self:gets(202, self.pc:delete_backup(backup.backup_id))
   self:pass_time()
   self:gets(404, self.pc:delete_backup(backup.backup_id))
   self:gets(404, self.pc:describe_backup(backup.backup_id))
end

-- Backups outlive their index.
local function loses_the_source(self)
   self:gets(202, self.pc:delete_index "movies")
   self:pass_time()
   self:gets(200, self.pc:list_backups())
   self:gets(200, self.pc:list_backups { index_name = "movies", include_deleted = true })
   if not self.is_classic then
      self:asks(400, "GET", "/indexes/movies/backups", nil, { include_deleted = "perhaps" })
   end
end

function Scenario:backups()
   local pc, created = self.pc, self.created
   self:gets(201, pc:create_index(self:dense("movies", { tags = { team = "search" } })))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:make_pod "pods"
   self:make_encrypted "encrypted"
   self:pass_time()
   self:gets(200, pc:list_backups "movies") -- none
   self:gets(200, pc:list_restore_jobs())
   local named = self:gets(created, pc:create_backup { index_name = "movies", name = "first", description = "a try" })
   local bare = self:gets(created, pc:create_backup "words")
   self:gets(200, pc:describe_backup(named.backup_id)) -- Initializing
   self:looks_around()
   self:gets(412, pc:create_index_from_backup { backup_id = named.backup_id, name = "too-early" })
   self:pass_time()
   self:gets(200, pc:describe_backup(named.backup_id))
   self:gets(200, pc:describe_backup(bare.backup_id))
   self:gets(created, pc:create_backup "movies")
   self:pass_time()
   lists_backups(self)
   refused_backups(self)
   refused_restores(self, named)
   restores(self, named, bare)
   fails(self, named)
   deletes_backups(self, bare)
   loses_the_source(self)
end

-- Collections -------------------------------------------------------------------------------------------------------

local function refused_collections(self)
   local pc = self.pc
   local function collect(name)
      return pc:create_collection { name = name, source = "pods" }
   end
   self:gets(400, pc:create_collection { name = "wrong-source", source = "movies" })
   self:gets(404, pc:create_collection { name = "no-source", source = "nothing" })
   self:gets(409, collect "copy")
   self:asks(422, "POST", "/collections", { name = "nothing-else" })
   self.project:with({ max_collections = 1 }, function() self:gets(403, collect "one-more") end)
   self.project:with({ past_due = true }, function() self:gets(402, collect "unpaid") end)
end

function Scenario:collections()
   local pc = self.pc
   self:make_pod "pods"
   self:gets(201, pc:create_index(self:dense "movies"))
   self:pass_time()
   self:gets(200, pc:list_collections())
   self:gets(201, pc:create_collection { name = "copy", source = "pods" })
   self:gets(200, pc:describe_collection "copy") -- Initializing
   self:gets(412, pc:delete_index "pods")
   self:pass_time()
   self:gets(200, pc:describe_collection "copy")
   self:gets(200, pc:list_collections())
   refused_collections(self)
   self:gets(201, self.classic:create_index_from_collection {
      name = "from-copy", source_collection = "copy", environment = "us-east1-gcp", dimension = 3, metric = "cosine",
   })
   self:gets(201, self.classic:create_index_from_collection {
      name = "larger-copy", source_collection = "copy", environment = "us-east1-gcp", pod_type = "p1.x2",
      replicas = 2, shards = 1, pods = 2, metadata_config = { indexed = { "genre" } }, tags = { team = "search" },
      deletion_protection = "disabled",
   })
   self:pass_time()
   self:gets(200, pc:describe_index "from-copy")
   self:looks_around()
   self:gets(202, pc:delete_collection "copy")
   self:gets(200, pc:describe_collection "copy") -- Terminating
   self:pass_time()
   self:gets(404, pc:describe_collection "copy")
   self:gets(404, pc:delete_collection "copy")
end

-- Schedules ---------------------------------------------------------------------------------------------------------

local function new_schedule(index_name, more)
   return over({ index_name = index_name, name = "nightly", frequency = "daily", expire_after_days = 7 }, more)
end

local function schedule_body(more)
   return over({
      name = "nightly", schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 7 },
   }, more)
end

local function refused_schedules(self, schedule_id)
   local pc, path = self.pc, "/indexes/movies/backup-schedules"
   self:asks(400, "POST", path, schedule_body { retention = { expire_after_days = 0 } })
   self:gets(400, pc:create_backup_schedule(new_schedule "pods"))
   self:gets(400, pc:create_backup_schedule(new_schedule "encrypted"))
   self:gets(404, pc:create_backup_schedule(new_schedule "nothing"))
   self:gets(409, pc:create_backup_schedule(new_schedule "movies"))
   self:asks(422, "POST", path, { name = "nothing-else" })
   self.project:with({ plan_has_backups = false }, function()
      self:gets(403, pc:create_backup_schedule(new_schedule "words"))
   end)
   self.project:with({ past_due = true }, function()
      self:gets(402, pc:create_backup_schedule(new_schedule "words"))
   end)
   self:gets(404, pc:list_backup_schedules "nothing")
   self:gets(404, pc:describe_backup_schedule(NOBODY))
   self:gets(404, pc:update_backup_schedule { schedule_id = NOBODY, frequency = "weekly" })
   self:gets(404, pc:delete_backup_schedule(NOBODY))
   self:gets(404, pc:list_backup_schedule_history(NOBODY))
   self:asks(400, "PATCH", "/backup-schedules/" .. schedule_id, { frequency = "hourly" })
   self:asks(422, "PATCH", "/backup-schedules/" .. schedule_id, { enabled = "yes" })
end

local function updates_schedules(self, schedule_id)
   local pc = self.pc
   self:gets(200, pc:update_backup_schedule {
      schedule_id = schedule_id, frequency = "weekly", expire_after_days = 30,
   })
   self:gets(200, pc:pause_backup_schedule(schedule_id))
   self:gets(200, pc:describe_backup_schedule(schedule_id)) -- with no next run
   local other = self:gets(200, pc:create_backup_schedule(new_schedule("movies", { frequency = "monthly" })))
   self:gets(409, pc:resume_backup_schedule(schedule_id))
   self:gets(200, pc:pause_backup_schedule(other.schedule_id))
   self.project:with({ plan_has_backups = false }, function()
      self:gets(403, pc:resume_backup_schedule(schedule_id))
   end)
   self:gets(200, pc:resume_backup_schedule(schedule_id)) -- and runs at once
   self:pass_time()
end

function Scenario:schedules()
   local pc = self.pc
   self:make_serverless "movies"
   self:make_serverless "words"
   self:make_pod "pods"
   self:make_encrypted "encrypted"
   self:pass_time()
   self:gets(200, pc:list_backup_schedules "movies")
   local schedule = self:gets(200, pc:create_backup_schedule(new_schedule "movies"))
   self:gets(200, pc:create_backup_schedule(new_schedule "words"))
   self:gets(200, pc:describe_backup_schedule(schedule.schedule_id))
   self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id)) -- empty
   self.project:with({ history_scheduled_rows = true }, function()
      self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id))
   end)
   self.project:advance(2 * 24 * 3600)
   self:gets(200, pc:list_backup_schedule_history(schedule.schedule_id))
   self:looks_around()
   refused_schedules(self, schedule.schedule_id)
   updates_schedules(self, schedule.schedule_id)
   lists_pages(self, "/indexes/movies/backup-schedules", function(page)
      return pc:list_backup_schedules(over(page, { index_name = "movies" }))
   end)
   lists_pages(self, "/backup-schedules/" .. schedule.schedule_id .. "/history", function(page)
      return pc:list_backup_schedule_history(over(page, { schedule_id = schedule.schedule_id }))
   end)
   self:gets(204, pc:delete_backup_schedule(schedule.schedule_id))
   self:gets(404, pc:delete_backup_schedule(schedule.schedule_id))
end

-- The data plane ----------------------------------------------------------------------------------------------------

local vectors = {
   { id = "one", values = { 1, 2, 3 }, metadata = { genre = "drama" } },
   { id = "two", values = { 0.5, 0.25, 1 }, sparseValues = { indices = { 1, 5 }, values = { 0.5, 0.5 } } },
}

-- The vectors' paths are known up to 2025-10 alone: later versions ask for them in that one.
function Scenario:vectors(host)
   local function asks(status, method, path, body, query)
      return self:gets(status, self.pc:request {
         method = method, host = host, path = path, body = body, query = query,
         api_version = not self.is_classic and "2025-10" or nil,
      })
   end
   asks(200, "POST", "/vectors/upsert", { vectors = vectors })
   asks(200, "POST", "/vectors/upsert", { vectors = vectors, namespace = "other" })
   asks(200, "GET", "/vectors/fetch", nil, { ids = "one", namespace = "other" })
   asks(200, "GET", "/vectors/fetch", nil, { ids = "none" })
   local page = asks(200, "GET", "/vectors/list", nil, { limit = 1, prefix = "" })
   asks(200, "GET", "/vectors/list", nil, { paginationToken = page.pagination.next })
   asks(200, "POST", "/vectors/delete", { ids = { "two" } })
   asks(200, "POST", "/vectors/delete", { deleteAll = true, namespace = "other" })
   asks(400, "POST", "/vectors/upsert", { vectors = { { id = "short", values = { 1 } } } })
   asks(400, "GET", "/vectors/fetch")
   asks(400, "GET", "/vectors/list", nil, { limit = "many" })
   asks(400, "POST", "/vectors/delete", { ids = {} })
   self.project:breaking(function()
      asks(500, "POST", "/vectors/upsert", { vectors = vectors })
      asks(500, "GET", "/vectors/fetch", nil, { ids = "one" })
      asks(500, "GET", "/vectors/list")
      asks(500, "POST", "/vectors/delete", { ids = { "two" } })
   end)
end

function Scenario:data()
   local pc = self.pc
   self:gets(201, pc:create_index(self:dense "movies"))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:pass_time()
   local index = self:gets(200, pc:describe_index "movies")
   self:gets(200, pc:describe_index_stats "movies") -- empty
   self:vectors(index.host)
   self:gets(200, pc:describe_index_stats { host = index.host, filter = {} })
   self:gets(200, pc:describe_index_stats "words")
   self:gets(400, pc:describe_index_stats { host = index.host, filter = { genre = "drama" } })
   self:gets(401, self.stranger:describe_index_stats { host = index.host })
   self.project:breaking(function() self:gets(500, pc:describe_index_stats { host = index.host }) end)
end

-- What every operation refuses --------------------------------------------------------------------------------------

--- Asks every operation of a contract with a wrong key, and while the emulator is broken.
function Scenario:everywhere(contract)
   for _, operation in ipairs(contract.operations) do
      if self.routes(operation) then
         local request = {
            method = operation.method, path = operation.template:gsub("{[^}]*}", "x"), body = operation.body and {},
         }
         self:gets(401, self.stranger:request(request))
         self.project:breaking(function() self:gets(500, self.pc:request(request)) end)
      end
   end
end

local refusals = { [400] = true, [422] = true }

function Scenario:sends_broken(request, text)
   local answer = http.exchange(http.port(self.project.url), request.method, request.path, text, {
      ["Api-Key"] = self.project.api_key, ["X-Pinecone-Api-Version"] = self.version,
      ["Content-Type"] = "application/json",
   })
   if not refusals[answer.status] then
      self.surprises[#self.surprises + 1] = ("%s %s %s at %s: expected 400 or 422, got %d"):format(request.method,
         request.path, text, self.version, answer.status)
   end
end

--- Sends what was accepted once more, with bodies that the operation does not take.
-- @tparam table contract
-- @tparam table exchanges
function Scenario:mutants(contract, exchanges)
   local sent = {}
   -- What is to be changed must be there: which is looked at first, the body or the index, no source says.
   self:make_serverless "movies"
   self:make_pod "pods"
   self:pass_time()
   for _, exchange in ipairs(exchanges) do
      local request = exchange.request
      local operation = exchange.version == self.version and exchange.plane == "control"
         and exchange.response.status < 300 and contract:find(request.method, request.path)
      for _, text in ipairs(operation and operation.body and mutants.of(request.body, operation.body.schema) or {}) do
         if not sent[operation.name .. text] then
            sent[operation.name .. text] = true
            self:sends_broken(request, text)
         end
      end
   end
end

-- Life --------------------------------------------------------------------------------------------------------------

function Scenario:stop()
   self.project:stop()
end

--- Begins a scenario with an empty project.
-- @tparam string version
-- @tparam function routes whether the emulator has an operation
-- @tparam table every version, which are to see what was made
-- @treturn Scenario
function scenario.start(version, routes, every)
   local made = project.start { job_seconds = JOB_SECONDS }
   local all = {}
   for position, other in ipairs(every) do
      all[position] = made:client(other)
   end
   local is_classic = version <= NEWEST_CLASSIC
   return setmetatable({
      project = made, all = all, version = version, is_classic = is_classic, routes = routes, surprises = {},
      -- Statuses that 2026-07 changed.
      created = is_classic and 201 or 200, configured = is_classic and 202 or 200,
      pc = made:client(version), newest = made:client(NEWEST), classic = made:client(is_classic and version or NEWEST_CLASSIC),
      stranger = made:client(version, "not-the-key-at-all"),
   }, Scenario)
end

return scenario
