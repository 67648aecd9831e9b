-- What each API version answers, over raw HTTP: the contract, section 1.2, field by field.

local emulator = require("pinecone.emulator")
local http = require("support.http")

local CLASSIC = { "2025-04", "2025-10", "2026-04", "unstable" }
local ALL = { "2025-04", "2025-10", "2026-04", "2026-07", "unstable" }

local running, port

local function start(options)
   options = options or {}
   options.job_seconds = options.job_seconds or 0
   options.max_indexes = options.max_indexes or 1000
   running = assert(emulator.spawn(options))
   port = http.port(running.url)
end

local function stop()
   running:stop()
end

local function ask(version, method, target, body, at_port)
   return http.exchange(at_port or port, method, target, body, { ["X-Pinecone-Api-Version"] = version })
end

-- An answer with this status; its body.
local function get(status, ...)
   local answer = ask(...)
   assert.equal(status, answer.status, answer.body)
   return answer.json
end

local function refused(status, message, ...)
   local answer = ask(...)
   assert.equal(status, answer.status, answer.body)
   assert.truthy(answer.json.error.message:find(message, 1, true), answer.json.error.message)
end

local function keys(object)
   local names = {}
   for name in pairs(object) do
      names[#names + 1] = name
   end
   table.sort(names)
   return table.concat(names, " ")
end

local names = 0

local function new_name()
   names = names + 1
   return "index-" .. names
end

local SERVERLESS = { serverless = { cloud = "aws", region = "us-east-1" } }
local POD = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } }

local function classic_body(name, more)
   local body = { name = name, dimension = 3, metric = "euclidean", spec = SERVERLESS }
   for key, value in pairs(more or {}) do
      body[key] = value
   end
   return body
end

local DENSE = { type = "dense_vector", dimension = 3, metric = "euclidean" }

local function typed_body(name, more)
   local body = { name = name, schema = { fields = { _values = DENSE } } }
   for key, value in pairs(more or {}) do
      body[key] = value
   end
   return body
end

local function new_index(more)
   local name = new_name()
   get(201, "2026-04", "POST", "/indexes", classic_body(name, more))
   return name
end

local function new_backup(index_name, body)
   return get(201, "2026-04", "POST", "/indexes/" .. index_name .. "/backups", body or "{}").backup_id
end

describe("the emulator's versions:", function()
   setup(start)
   teardown(stop)

   describe("statuses of success", function()
      for _, version in ipairs(ALL) do
         it("are those of " .. version, function()
            local newest = version == "2026-07"
            local name = new_name()
            get(201, version, "POST", "/indexes", newest and typed_body(name) or classic_body(name))
            local backup = get(newest and 200 or 201, version, "POST", "/indexes/" .. name .. "/backups", "{}")
            get(newest and 200 or 202, version, "PATCH", "/indexes/" .. name, { tags = { a = "b" } })
            get(202, version, "POST", "/backups/" .. backup.backup_id .. "/create-index", { name = new_name() })
            get(202, version, "DELETE", "/indexes/" .. name)
         end)
      end
   end)

   describe("backups", function()
      local shapes = {
         { { "2025-04" }, "backup_id cloud created_at description dimension metric name namespace_count record_count "
            .. "region size_bytes source_index_id source_index_name status tags" },
         { { "2025-10", "2026-04", "unstable" }, "backup_id cloud created_at description dimension metric name "
            .. "namespace_count record_count region schema size_bytes source_index_id source_index_name status tags" },
         { { "2026-07" }, "backup_id cloud created_at name namespace_count record_count region schema size_bytes "
            .. "source_index_id source_index_name status tags" },
      }
      for _, shape in ipairs(shapes) do
         for _, version in ipairs(shape[1]) do
            it("have the fields of " .. version, function()
               local name = new_index({ spec = { serverless = { cloud = "aws", region = "us-east-1",
                  schema = { fields = { genre = { filterable = true } } } } } })
               local id = new_backup(name, { name = "one" })
               local backup = get(200, version, "GET", "/backups/" .. id)
               assert.equal(shape[2], keys(backup))
               assert.same(backup, get(200, version, "GET", "/indexes/" .. name .. "/backups").data[1])
               assert.same(backup, get(200, version, "GET", "/backups?limit=1").data[1])
            end)
         end
      end

      for _, version in ipairs(CLASSIC) do
         it("have nulls in " .. version, function()
            local backup = get(200, version, "GET", "/backups/" .. new_backup(new_index()))
            assert.same({ http.null, http.null, http.null }, { backup.name, backup.description, backup.tags })
         end)
      end

      it("have a typed schema and no nulls but the tags in 2026-07", function()
         local name = new_index({ spec = { serverless = { cloud = "aws", region = "us-east-1",
            schema = { fields = { genre = { filterable = true } } } } } })
         local made = get(200, "2026-07", "POST", "/indexes/" .. name .. "/backups", "{}")
         assert.equal("backup_id cloud created_at region schema source_index_id source_index_name status tags",
            keys(made))
         assert.same({
            fields = {
               _values = { type = "dense_vector", dimension = 3, metric = "euclidean", description = http.null },
               _sparse_values = { type = "sparse_vector", description = http.null },
               genre = { filterable = true },
            },
         }, made.schema)
         assert.equal(http.null, made.tags)
      end)

      it("of sparse indexes have dimension 0, or a sparse field only", function()
         local name = new_name()
         get(201, "2026-04", "POST", "/indexes", { name = name, vector_type = "sparse", spec = SERVERLESS })
         local id = new_backup(name)
         assert.equal(0, get(200, "2025-10", "GET", "/backups/" .. id).dimension)
         assert.same({ fields = { _sparse_values = { type = "sparse_vector", description = http.null } } },
            get(200, "2026-07", "GET", "/backups/" .. id).schema)
      end)

      it("need a resource name from 2026-07 on", function()
         local target = "/indexes/" .. new_index() .. "/backups"
         for _, name in ipairs({ "backup_2024_03_15", "Nightly", "-a", ("a"):rep(46), "" }) do
            get(201, "2026-04", "POST", target, { name = name })
            refused(400, "Backup name must be 1-45 characters", "2026-07", "POST", target, { name = name })
         end
         get(200, "2026-07", "POST", target, { name = ("a"):rep(45) })
      end)
   end)

   describe("include_deleted", function()
      local function ids(version, name, query)
         local found = {}
         for _, backup in ipairs(get(200, version, "GET", "/indexes/" .. name .. "/backups?" .. query).data) do
            found[#found + 1] = backup.backup_id
         end
         table.sort(found)
         return found
      end

      it("shows the backups of every index that ever had the name", function()
         local name = new_index()
         local old = new_backup(name)
         get(202, "2026-04", "DELETE", "/indexes/" .. name)
         refused(404, "not found", "2026-07", "GET", "/indexes/" .. name .. "/backups")
         refused(404, "not found", "2026-07", "GET", "/indexes/" .. name .. "/backups?include_deleted=false")
         assert.same({ old }, ids("2026-07", name, "include_deleted=true"))

         get(201, "2026-04", "POST", "/indexes", classic_body(name))
         assert.same({}, ids("2026-07", name, ""))
         local new = new_backup(name)
         local both = { old, new }
         table.sort(both)
         assert.same({ new }, ids("2026-07", name, "include_deleted=false"))
         assert.same(both, ids("2026-07", name, "include_deleted=true"))
         assert.same({ new }, ids("2026-04", name, "include_deleted=true"))
      end)

      it("tells when the index was deleted, there and nowhere else", function()
         local name = new_index()
         local id = new_backup(name)
         local target = "/indexes/" .. name .. "/backups?include_deleted=true"
         assert.is_nil(get(200, "2026-07", "GET", target).data[1].source_index_deleted_at)
         get(202, "2026-04", "DELETE", "/indexes/" .. name)
         assert.truthy(get(200, "2026-07", "GET", target).data[1].source_index_deleted_at:find("^%d%d%d%d%-.*Z$"))
         assert.is_nil(get(200, "2026-07", "GET", "/backups/" .. id).source_index_deleted_at)
      end)

      it("is a 404 for a name that never was, and empty for an index without backups", function()
         refused(404, "never-was not found", "2026-07", "GET", "/indexes/never-was/backups?include_deleted=true")
         assert.same({}, ids("2026-07", new_index(), "include_deleted=true"))
         refused(400, "include_deleted", "2026-07", "GET", "/indexes/" .. new_index() .. "/backups?include_deleted=yes")
      end)
   end)

   describe("indexes", function()
      for version, fields in pairs({
         ["2025-04"] = "cloud region", ["2025-10"] = "cloud read_capacity region",
         ["2026-04"] = "cloud read_capacity region", unstable = "cloud read_capacity region",
      }) do
         it("have the fields of " .. version, function()
            local index = get(201, version, "POST", "/indexes", classic_body(new_name()))
            assert.equal("deletion_protection dimension host metric name spec status vector_type", keys(index))
            assert.equal(fields, keys(index.spec.serverless))
         end)
      end

      it("have the fields of 2026-07", function()
         local index = get(201, "2026-07", "POST", "/indexes", typed_body(new_name(), { tags = { a = "b/c" } }))
         assert.equal("deletion_protection deployment host name read_capacity schema status tags", keys(index))
         assert.same({ deployment_type = "managed", cloud = "aws", region = "us-east-1",
            environment = "us-east-1-aws" }, index.deployment)
         assert.same({ mode = "OnDemand", status = { state = "Ready", current_replicas = http.null,
            current_shards = http.null } }, index.read_capacity)
         assert.equal("_sparse_values _values", keys(index.schema.fields))
      end)

      it("of pods can be seen in 2026-07, with their collection", function()
         local source, name = new_index({ spec = POD }), new_name()
         get(201, "2026-07", "POST", "/collections", { name = "copy-" .. name, source = source })
         get(201, "2026-04", "POST", "/indexes", { name = name, dimension = 3, spec = { pod = {
            environment = "us-east1-gcp", pod_type = "p1.x1", source_collection = "copy-" .. name } } })
         local index = get(200, "2026-07", "GET", "/indexes/" .. name)
         assert.same({ deployment_type = "pod", environment = "us-east1-gcp", pod_type = "p1.x1",
            replicas = 1, shards = 1 }, index.deployment)
         assert.equal("copy-" .. name, index.source_collection)
         assert.is_nil(index.read_capacity)
         local changed = get(200, "2026-07", "PATCH", "/indexes/" .. name, { deployment = { replicas = 2 } })
         assert.equal(2, changed.deployment.replicas)
      end)

      it("that were restored name their backup in 2026-07", function()
         local id, name = new_backup(new_index()), new_name()
         get(202, "2026-07", "POST", "/backups/" .. id .. "/create-index", { name = name })
         assert.equal(id, get(200, "2026-07", "GET", "/indexes/" .. name).source_backup_id)
         assert.is_nil(get(200, "2026-04", "GET", "/indexes/" .. name).source_backup_id)
      end)

      it("made for a model show it in both ways", function()
         local name = new_name()
         local made = get(201, "2025-04", "POST", "/indexes/create-for-model", { name = name, cloud = "aws",
            region = "us-east-1", embed = { model = "multilingual-e5-large", field_map = { text = "chunk" } } })
         assert.same({ "multilingual-e5-large", 1024 }, { made.embed.model, made.dimension })
         local fields = get(200, "2026-07", "GET", "/indexes/" .. name).schema.fields
         assert.same({ "chunk", "semantic_text", 1024 }, { keys(fields), fields.chunk.type, fields.chunk.dimension })
         refused(404, "no-such not found", "2026-07", "POST", "/indexes/create-for-model", { name = new_name(),
            cloud = "aws", region = "us-east-1", embed = { model = "no-such", field_map = { text = "a" } } })
      end)

      it("take a name of their own in 2026-07", function()
         local index = get(201, "2026-07", "POST", "/indexes", { schema = { fields = { _sparse_values = {
            type = "sparse_vector" } } } })
         assert.truthy(index.name:find("^index%-%x+$"))
         refused(422, "missing field `name`", "2026-04", "POST", "/indexes", { spec = SERVERLESS })
      end)

      it("can be of named fields in 2026-07, and classic versions show what they can", function()
         local name = new_name()
         local made = get(201, "2026-07", "POST", "/indexes", { name = name, schema = { fields = {
            title = { type = "string", full_text_search = { ngram = { min_gram = 2, max_gram = 3 } } },
            embedding = { type = "dense_vector", dimension = 8, metric = "cosine", description = "made by us" },
         } } })
         assert.same({
            title = { type = "string", description = http.null, full_text_search = { language = "en",
               stemming = false, stop_words = false, ngram = { min_gram = 2, max_gram = 3, prefix_only = false } } },
            embedding = { type = "dense_vector", dimension = 8, metric = "cosine", description = "made by us" },
         }, made.schema.fields)
         local classic = get(200, "2026-04", "GET", "/indexes/" .. name)
         assert.same({ 8, "cosine", "dense" }, { classic.dimension, classic.metric, classic.vector_type })
         local id = new_backup(name)
         assert.same(made.schema, get(200, "2026-07", "GET", "/backups/" .. id).schema)
      end)

      local dedicated = { mode = "Dedicated", dedicated = { node_type = "b1", scaling = "Manual",
         manual = { replicas = 2, shards = 1 } } }

      it("can be byoc in 2026-07 when they are Dedicated", function()
         local deployment = { deployment_type = "byoc", environment = "aws-us-east-1-b921" }
         refused(400, "Dedicated", "2026-07", "POST", "/indexes", typed_body(new_name(), { deployment = deployment }))
         local index = get(201, "2026-07", "POST", "/indexes", typed_body(new_name(),
            { deployment = deployment, read_capacity = dedicated }))
         assert.same(deployment, index.deployment)
         local status = index.read_capacity.status
         assert.same({ 2, 1 }, { status.current_replicas, status.current_shards })
         refused(400, "Dedicated", "2026-07", "PATCH", "/indexes/" .. index.name,
            { read_capacity = { mode = "OnDemand" } })
      end)

      it("change their read capacity as a whole, or the node type alone", function()
         local name = new_name()
         get(201, "2026-07", "POST", "/indexes", typed_body(name))
         local function patch(capacity)
            return "2026-07", "PATCH", "/indexes/" .. name, { read_capacity = capacity }
         end
         refused(400, "manual", patch({ mode = "Dedicated", dedicated = { node_type = "b1", scaling = "Manual" } }))
         get(200, patch(dedicated))
         local changed = get(200, patch({ mode = "Dedicated", dedicated = { node_type = "t1" } }))
         assert.same({ "t1", 2 }, { changed.read_capacity.dedicated.node_type,
            changed.read_capacity.dedicated.manual.replicas })
         changed = get(200, patch({ mode = "Dedicated", dedicated = { manual = { replicas = 9, shards = 9 } } }))
         assert.equal(2, changed.read_capacity.dedicated.manual.replicas)
         refused(400, "manual", patch({ mode = "Dedicated", dedicated = { scaling = "Manual" } }))
         assert.equal("OnDemand", get(200, patch({ mode = "OnDemand" })).read_capacity.mode)
      end)

      it("get a model by configure_index, once, when it fits", function()
         local name, small = new_name(), new_name()
         get(201, "2026-07", "POST", "/indexes", { name = name, schema = { fields = {
            _values = { type = "dense_vector", dimension = 1024, metric = "cosine" } } } })
         get(201, "2026-07", "POST", "/indexes", typed_body(small))
         local function patch(model, index_name)
            return "2026-07", "PATCH", "/indexes/" .. (index_name or name),
               { schema = { fields = { chunk = { type = "semantic_text", model = model } } } }
         end
         refused(400, "are not those of the index", patch("multilingual-e5-large", small))
         refused(404, "Model no-such not found", patch("no-such"))
         assert.equal("chunk", keys(get(200, patch("multilingual-e5-large")).schema.fields))
         refused(400, "cannot be changed", patch("llama-text-embed-v2"))
         assert.equal("multilingual-e5-large", get(200, "2026-04", "GET", "/indexes/" .. name).embed.model)
      end)

      it("without replicas are Disabled", function()
         local name = new_name()
         local none = { mode = "Dedicated", dedicated = { node_type = "b1", scaling = "Manual",
            manual = { replicas = 0, shards = 1 } } }
         get(201, "2026-07", "POST", "/indexes", typed_body(name, { read_capacity = none }))
         assert.same({ ready = false, state = "Disabled" }, get(200, "2026-04", "GET", "/indexes/" .. name).status)
      end)

      local dense = { type = "dense_vector", dimension = 3, metric = "cosine" }
      for what, case in pairs({
         ["a classic spec"] = { 422, "unknown field `spec`", { spec = SERVERLESS } },
         ["a dimension"] = { 422, "unknown field `dimension`", { dimension = 3 } },
         ["a source collection"] = { 400, "not yet supported", { source_collection = "c" } },
         ["a source backup"] = { 400, "not yet supported", { source_backup_id = "b" } },
         ["pods"] = { 400, "Pod indexes cannot be created", { deployment = { deployment_type = "pod",
            environment = "us-east1-gcp", pod_type = "p1.x1" } } },
         ["an unknown deployment"] = { 422, "unknown variant `cloudy`",
            { deployment = { deployment_type = "cloudy" } } },
         ["a managed deployment with environment"] = { 422, "unknown field `environment`", { deployment = {
            deployment_type = "managed", cloud = "aws", region = "us-east-1", environment = "x" } } },
         ["a region that is not there"] = { 404, "region: nowhere not found", { deployment = {
            deployment_type = "managed", cloud = "aws", region = "nowhere" } } },
         ["no field"] = { 400, "at least one field", { schema = { fields = {} } } },
         ["two dense fields"] = { 400, "at most one dense_vector", { schema = { fields = { a = dense, b = dense } } } },
         ["_values beside others"] = { 400, "only as the whole schema",
            { schema = { fields = { _values = dense, b = { type = "sparse_vector" } } } } },
         ["_values that are sparse"] = { 400, "_values must be a dense_vector",
            { schema = { fields = { _values = { type = "sparse_vector" } } } } },
         ["a string without full-text search"] = { 422, "missing field `full_text_search`",
            { schema = { fields = { a = { type = "string" } } } } },
         ["a float field"] = { 422, "unknown variant `float`", { schema = { fields = { a = { type = "float" } } } } },
         ["a key that no field has"] = { 422, "unknown field `filterable`",
            { schema = { fields = { a = { type = "sparse_vector", filterable = true } } } } },
         ["a dimension that is too large"] = { 400, "between 1 and 20000",
            { schema = { fields = { a = { type = "dense_vector", dimension = 20001, metric = "cosine" } } } } },
         ["grams that are too long"] = { 400, "max_gram", { schema = { fields = { a = { type = "string",
            full_text_search = { ngram = { min_gram = 1, max_gram = 11 } } } } } } },
         ["a long description"] = { 400, "256", { schema = { fields = { a = { type = "sparse_vector",
            description = ("x"):rep(257) } } } } },
         ["half a read capacity"] = { 422, "missing field `manual`", { read_capacity = { mode = "Dedicated",
            dedicated = { node_type = "b1", scaling = "Manual" } } } },
         ["text search and a key of one's own"] = { 412, "CMEK", { cmek_id = "key-1", schema = { fields = {
            a = { type = "string", full_text_search = {} } } } } },
      }) do
         it("cannot have " .. what .. " in 2026-07", function()
            refused(case[1], case[2], "2026-07", "POST", "/indexes", typed_body(new_name(), case[3]))
         end)
      end

      it("with a key of their own cannot be backed up", function()
         local name = new_name()
         local index = get(201, "2026-07", "POST", "/indexes", typed_body(name, { cmek_id = "key-1" }))
         assert.equal("key-1", index.cmek_id)
         refused(400, "customer-managed", "2026-07", "POST", "/indexes/" .. name .. "/backups", "{}")
         refused(400, "customer-managed", "2026-07", "POST", "/indexes/" .. name .. "/backup-schedules",
            { name = "n", schedule = { type = "time-based", frequency = "daily" },
               retention = { expire_after_days = 1 } })
      end)
   end)

   describe("tags", function()
      local function many(count)
         local tags = {}
         for number = 1, count do
            tags["key-" .. number] = "value"
         end
         return tags
      end

      it("take more characters from 2026-07 on, and fewer of them", function()
         get(201, "2026-07", "POST", "/indexes", typed_body(new_name(), { tags = { a = "b/c{d}" } }))
         refused(400, "alphanumeric", "2026-04", "POST", "/indexes", classic_body(new_name(), { tags = { a = "b/c" } }))
         get(201, "2026-04", "POST", "/indexes", classic_body(new_name(), { tags = many(21) }))
         get(201, "2026-07", "POST", "/indexes", typed_body(new_name(), { tags = many(20) }))
         refused(400, "at most 20", "2026-07", "POST", "/indexes", typed_body(new_name(), { tags = many(21) }))
         local name = new_index({ tags = many(22) })
         refused(400, "at most 20", "2026-07", "PATCH", "/indexes/" .. name, { tags = { another = "one" } })
         get(200, "2026-07", "PATCH", "/indexes/" .. name, { tags = { ["key-1"] = "" } })
      end)

      it("that an old version could not set do not keep it from setting others", function()
         local name = new_name()
         get(201, "2026-07", "POST", "/indexes", typed_body(name, { tags = { a = "b/c" } }))
         local changed = get(202, "2026-04", "PATCH", "/indexes/" .. name, { tags = { d = "e" } })
         assert.same({ a = "b/c", d = "e" }, changed.tags)
      end)

      it("are null where there are none, in 2026-07 only", function()
         local name = new_index()
         assert.equal(http.null, get(200, "2026-07", "GET", "/indexes/" .. name).tags)
         assert.is_nil(get(200, "2026-04", "GET", "/indexes/" .. name).tags)
      end)
   end)

   describe("pages", function()
      local index_name

      setup(function()
         index_name = new_index()
         for _ = 1, 101 do
            new_backup(index_name)
         end
      end)

      for _, version in ipairs(CLASSIC) do
         it("hold 10 at first, at most 100, in " .. version, function()
            local target = "/indexes/" .. index_name .. "/backups"
            assert.equal(10, #get(200, version, "GET", target).data)
            assert.equal(100, #get(200, version, "GET", target .. "?limit=100").data)
            refused(400, "between 1 and 100", version, "GET", target .. "?limit=101")
         end)
      end

      it("hold 100 at first, and any number, in 2026-07", function()
         local target = "/indexes/" .. index_name .. "/backups"
         assert.equal(100, #get(200, "2026-07", "GET", target).data)
         assert.equal(101, #get(200, "2026-07", "GET", target .. "?limit=500").data)
         refused(400, "at least 1", "2026-07", "GET", target .. "?limit=0")
      end)
   end)

   describe("schedules", function()
      local body = { name = "nightly", schedule = { type = "time-based", frequency = "daily" },
         retention = { expire_after_days = 7 } }

      for _, version in ipairs({ "2025-04", "2025-10", "2026-04" }) do
         it("are not there in " .. version, function()
            refused(404, "not found", version, "POST", "/indexes/" .. new_index() .. "/backup-schedules", body)
         end)
      end

      for version, fields in pairs({
         ["2026-07"] = "backup_id cloud created_at description name namespace_count record_count region schema "
            .. "size_bytes source_index_id source_index_name status tags",
         unstable = "backup_id cloud created_at description dimension name namespace_count record_count region schema "
            .. "size_bytes source_index_id source_index_name status tags",
      }) do
         it("and their history have the fields of " .. version, function()
            local schedule = get(200, version, "POST", "/indexes/" .. new_index() .. "/backup-schedules", body)
            assert.equal("created_at enabled frequency index_id name next_scheduled_run project_id "
               .. "retention_expire_after_days schedule_id schedule_type", keys(schedule))
            running:advance(2 * 86400)
            local row = get(200, version, "GET", "/backup-schedules/" .. schedule.schedule_id .. "/history").data[1]
            assert.equal(fields, keys(row))
            assert.equal(http.null, row.description)
         end)
      end
   end)

   describe("index statistics", function()
      for version, fullness in pairs({
         ["2025-04"] = {}, ["2025-10"] = { "memory_fullness", "storage_fullness" },
         ["2026-04"] = { "memory_fullness", "storage_fullness" }, ["2026-07"] = { "memoryFullness", "storageFullness" },
      }) do
         it("have the fields of " .. version, function()
            local host = http.port(get(200, "2026-04", "GET", "/indexes/" .. new_index()).host)
            local expected = { dimension = 3, indexFullness = 0, metric = "euclidean", namespaces = {},
               totalVectorCount = 0, vectorType = "dense" }
            for _, name in ipairs(fullness) do
               expected[name] = 0
            end
            assert.same(expected, get(200, version, "POST", "/describe_index_stats", "{}", host))
         end)
      end
   end)

   describe("errors", function()
      for what, text in pairs({
         ["numbers beyond all others"] = '{"name":"n","a":1e999}', ["a negative one"] = '{"a":[-1e400]}',
         ["one without exponent"] = '{"a":' .. ("9"):rep(309) .. "}",
         ["a longer one"] = '{"a":' .. ("9"):rep(400) .. "}",
         ["bytes that are not UTF-8"] = '{"name":"\255\254"}',
         ["a surrogate"] = '{"name":"\237\160\128"}', ["half a character"] = '{"name":"\195"}',
      }) do
         it("tell of bodies with " .. what, function()
            local target = "/indexes/" .. new_index() .. "/backups"
            get(422, "2026-04", "POST", target, text)
            assert.same({}, get(200, "2026-04", "GET", target).data)
         end)
      end

      it("tell of paths that are not UTF-8", function()
         refused(400, "encoding", "2026-04", "GET", "/indexes/%ff")
         assert.equal("Index \195\188 not found.", get(404, "2026-04", "GET", "/indexes/%C3%BC").error.message)
         local target = "/indexes/" .. new_index() .. "/backups"
         get(201, "2026-04", "POST", target, { name = "\240\159\152\128 \226\130\172" })
      end)

      it("have the codes of their version", function()
         local classic, newest = ask("2026-04", "PUT", "/indexes"), ask("2026-07", "PUT", "/indexes")
         assert.same({ 405, "UNIMPLEMENTED" }, { classic.status, classic.json.error.code })
         assert.same({ 405, "INVALID_ARGUMENT" }, { newest.status, newest.json.error.code })
      end)

      local function without_key(version, at_port)
         return http.exchange(at_port or port, "GET", "/indexes", nil,
            { ["Api-Key"] = "", ["X-Pinecone-Api-Version"] = version })
      end

      it("of the key are text from 2026-07 on", function()
         local newest, classic = without_key("2026-07"), without_key("2026-04")
         assert.same({ 401, "text/plain", "Invalid API key" },
            { newest.status, newest.headers["content-type"], newest.body })
         assert.same({ 401, "UNAUTHENTICATED", "Invalid API key." },
            { classic.status, classic.json.error.code, classic.json.error.message })
         local host = http.port(get(200, "2026-04", "GET", "/indexes/" .. new_index()).host)
         assert.same("Unauthorized", without_key("2026-07", host).body)
         assert.equal(16, without_key("2026-04", host).json.code)
      end)

      it("tell of a version that does not exist", function()
         refused(400, "Unknown API version 2019-01", "2019-01", "GET", "/indexes")
      end)

      it("come with the version that was spoken", function()
         for _, version in ipairs(ALL) do
            assert.equal(version, ask(version, "GET", "/indexes").headers["x-pinecone-api-version"])
         end
         assert.equal("2025-04", http.exchange(port, "GET", "/indexes").headers["x-pinecone-api-version"])
      end)
   end)
end)
