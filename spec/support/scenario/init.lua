-- Goes through everything that the emulator can be asked in one version of the API: what succeeds, and every refusal.
--
-- Each part works on a project of its own. `gets(status, ...)` takes what a method of the client gave and notes where
-- the server's answer was another one.

local project = require "support.project"
local words = require "support.scenario.words"

local scenario = {}

local JOB_SECONDS = 60
local NEWEST_CLASSIC, NEWEST = "2026-04", "2026-07"

local Scenario = {}
Scenario.__index = Scenario

for _, name in ipairs { "indexes", "backups", "collections", "schedules", "data", "refusals" } do
   for part, method in pairs(require("support.scenario." .. name)) do
      Scenario[part] = method
   end
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
      return words.over({
         name = name, dimension = 3, metric = "cosine",
         spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      }, more)
   end
   return words.over({
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

-- Goes through the pages of a list; `list` asks with the client's method, `path` is where that goes.
function Scenario:lists_pages(path, list)
   local page = self:gets(200, list { limit = 1 })
   self:gets(200, list { pagination_token = page.pagination.next })
   self:gets(200, list { limit = 100 })
   self:asks(400, "GET", path, nil, { paginationToken = "this is none" })
   self:asks(400, "GET", path, nil, { limit = "many" })
end

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
      pc = made:client(version), newest = made:client(NEWEST),
      classic = made:client(is_classic and version or NEWEST_CLASSIC),
      stranger = made:client(version, "not-the-key-at-all"),
   }, Scenario)
end

return scenario
