-- The emulator as a server: a process of its own, raw sockets against it.

local uv = require("luv")
local command = require("support.command")
local emulator = require("pinecone.emulator")
local http = require("support.http")
local process = require("support.process")
local scratch = require("support.scratch")

local running, port

local function start(options)
   running = assert(emulator.spawn(options or { job_seconds = 0 }))
   port = http.port(running.url)
end

-- The version that has the shapes of 2026-04 and schedules, too.
local function ask(method, target, body, headers)
   local all = { ["X-Pinecone-Api-Version"] = "unstable" }
   for name, value in pairs(headers or {}) do
      all[name] = value
   end
   return http.exchange(port, method, target, body, all)
end

local function serverless(name)
   return { name = name, dimension = 2, metric = "cosine",
      spec = { serverless = { cloud = "aws", region = "us-east-1" } } }
end

local function pod(name, source)
   return { name = name, dimension = 2, spec = { pod = {
      environment = "us-east1-gcp", pod_type = "p1.x1", source_collection = source,
   } } }
end

local function create_index(body)
   local answer = ask("POST", "/indexes", body)
   assert.equal(201, answer.status)
   return answer.json, http.port(answer.json.host)
end

local function create_backup(index_name, body)
   local answer = ask("POST", "/indexes/" .. index_name .. "/backups", body or "{}")
   assert.equal(201, answer.status)
   return answer.json
end

-- An answer with this status whose body says so in the form E1.
local function assert_refused(status, code, answer, message)
   assert.equal(status, answer.status)
   assert.same({ status, code }, { answer.json.status, answer.json.error.code })
   assert.equal("application/json", answer.headers["content-type"])
   if message then
      assert.equal(message, answer.json.error.message)
   end
end

local function assert_answers()
   assert.equal(200, ask("GET", "/indexes").status)
end

local UUID = "^%x+%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x+$"
local NINE_DIGITS = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%d%d%d%d%d%d%dZ$"
local SIX_DIGITS = "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%d%d%d%dZ$"

describe("the emulator's API", function()
   setup(start)
   teardown(function() running:stop() end)
   before_each(function() assert(running:reset()) end)

   describe("indexes", function()
      it("are created, described, listed, configured and deleted", function()
         local made = ask("POST", "/indexes", serverless("docs"))
         assert.equal(201, made.status)
         local expected = {
            name = "docs", dimension = 2, metric = "cosine", vector_type = "dense",
            host = made.json.host, deletion_protection = "disabled",
            status = { ready = false, state = "Initializing" },
            spec = { serverless = { cloud = "aws", region = "us-east-1",
               read_capacity = { mode = "OnDemand", status = { state = "Ready" } } } },
         }
         assert.same(expected, made.json)
         assert.truthy(made.json.host:find("^127%.0%.0%.1:%d+$"))

         expected.status = { ready = true, state = "Ready" }
         local described = ask("GET", "/indexes/docs")
         assert.same({ 200, expected }, { described.status, described.json })
         local listed = ask("GET", "/indexes")
         assert.same({ 200, { indexes = { expected } } }, { listed.status, listed.json })

         expected.tags, expected.deletion_protection = { a = "b" }, "enabled"
         local changed = ask("PATCH", "/indexes/docs",
            { tags = { a = "b" }, deletion_protection = "enabled" })
         assert.same({ 202, expected }, { changed.status, changed.json })

         assert_refused(403, "FORBIDDEN", ask("DELETE", "/indexes/docs"))
         ask("PATCH", "/indexes/docs", { deletion_protection = "disabled" })
         local deleted = ask("DELETE", "/indexes/docs")
         assert.same({ 202, "" }, { deleted.status, deleted.body })
         assert_refused(404, "NOT_FOUND", ask("GET", "/indexes/docs"), "Index docs not found.")
         assert.equal('{"indexes":[]}', ask("GET", "/indexes").body)
      end)

      it("can be pods, byoc, sparse and dedicated", function()
         create_index(pod("pods"))
         assert.same({ pod = { environment = "us-east1-gcp", pod_type = "p1.x1", pods = 1,
            replicas = 1, shards = 1 } }, ask("GET", "/indexes/pods").json.spec)
         local resized = ask("PATCH", "/indexes/pods", { spec = { pod = { replicas = 3 } } })
         assert.same({ 3, 3 }, { resized.json.spec.pod.replicas, resized.json.spec.pod.pods })

         local byoc = create_index({ name = "byoc", dimension = 2,
            spec = { byoc = { environment = "aws-us-east-1-b921" } } })
         assert.equal("aws-us-east-1-b921", byoc.spec.byoc.environment)
         local backup = create_backup("byoc")
         assert.same({ "aws", "us-east-1" }, { backup.cloud, backup.region })

         local sparse = create_index({ name = "sparse", vector_type = "sparse",
            spec = { serverless = { cloud = "gcp", region = "us-east1" } } })
         assert.same({ "dotproduct" }, { sparse.metric, sparse.dimension })
         assert.equal(0, create_backup("sparse").dimension)

         local dedicated = { mode = "Dedicated", dedicated = { node_type = "t1", scaling = "Manual",
            manual = { replicas = 2, shards = 1 } } }
         local answer = ask("PATCH", "/indexes/sparse",
            { spec = { serverless = { read_capacity = dedicated } } })
         assert.same({ mode = "Dedicated", dedicated = dedicated.dedicated,
            status = { state = "Ready", current_replicas = 2, current_shards = 1 } },
            answer.json.spec.serverless.read_capacity)
      end)

      it("are refused with the right status", function()
         create_index(serverless("docs"))
         assert_refused(409, "ALREADY_EXISTS", ask("POST", "/indexes", serverless("docs")),
            "Resource already exists.")
         assert_refused(400, "INVALID_ARGUMENT", ask("POST", "/indexes", serverless("Docs")))
         assert_refused(422, "UNPROCESSABLE_ENTITY", ask("POST", "/indexes", "{}"),
            "Failed to deserialize the JSON body into the target type: missing field `name` "
            .. "at line 1 column 2")
         assert_refused(422, "UNPROCESSABLE_ENTITY", ask("POST", "/indexes",
            { name = "a", dimension = 2, spec = { cloudless = {} } }))
         assert_refused(400, "INVALID_ARGUMENT", ask("POST", "/indexes",
            '{"name":"a","dimension":2,"spec":{}}'))
         local both = serverless("a")
         both.spec.pod = { environment = "us-east1-gcp", pod_type = "p1.x1" }
         assert_refused(400, "INVALID_ARGUMENT", ask("POST", "/indexes", both))
         local nowhere = serverless("a")
         nowhere.spec.serverless.region = "us-west1"
         assert_refused(404, "NOT_FOUND", ask("POST", "/indexes", nowhere),
            "Resource cloud: aws region: us-west1 not found.")
      end)
   end)

   describe("backups", function()
      before_each(function()
         local _, host = create_index(serverless("docs"))
         http.exchange(host, "POST", "/vectors/upsert",
            { vectors = { { id = "a", values = { 1, 2 } } } })
      end)

      it("are created, described and deleted", function()
         local made = ask("POST", "/indexes/docs/backups", { name = "b", description = "d" })
         assert.equal(201, made.status)
         local described = ask("GET", "/backups/" .. made.json.backup_id)
         assert.truthy(made.json.backup_id:find(UUID))
         assert.truthy(made.json.created_at:find(NINE_DIGITS))
         assert.truthy(described.json.created_at:find(SIX_DIGITS))
         local expected = {
            backup_id = made.json.backup_id, source_index_id = made.json.source_index_id,
            source_index_name = "docs", name = "b", description = "d", status = "Initializing",
            cloud = "aws", region = "us-east-1", dimension = 2, metric = "cosine",
            tags = http.null, created_at = made.json.created_at,
            record_count = http.null, namespace_count = http.null, size_bytes = http.null,
         }
         assert.same(expected, made.json)
         expected.status, expected.created_at = "Ready", described.json.created_at
         expected.record_count, expected.namespace_count = 1, 1
         expected.size_bytes = described.json.size_bytes
         assert.same({ 200, expected }, { described.status, described.json })
         assert.truthy(described.body:find('"record_count":1,', 1, true))

         local deleted = ask("DELETE", "/backups/" .. made.json.backup_id)
         assert.same({ 202, "" }, { deleted.status, deleted.body })
         assert_refused(404, "NOT_FOUND", ask("GET", "/backups/" .. made.json.backup_id),
            "Backup " .. made.json.backup_id .. " not found.")
      end)

      it("need no name", function()
         local backup = create_backup("docs")
         assert.same({ http.null, http.null }, { backup.name, backup.description })
      end)

      it("are listed in pages, of an index and of the project", function()
         for _, target in ipairs({ "/backups", "/indexes/docs/backups" }) do
            assert.equal('{"data":[],"pagination":null}', ask("GET", target).body)
         end
         for _ = 1, 12 do
            create_backup("docs")
         end
         for _, target in ipairs({ "/backups", "/indexes/docs/backups" }) do
            local first = ask("GET", target).json
            assert.equal(10, #first.data)
            local second = ask("GET", target .. "?paginationToken=" .. first.pagination.next).json
            assert.same({ 2, http.null }, { #second.data, second.pagination })
            local exact = ask("GET", target .. "?limit=12").json
            assert.equal(12, #exact.data)
            local empty = ask("GET", target .. "?paginationToken=" .. exact.pagination.next)
            assert.equal('{"data":[],"pagination":null}', empty.body)
            assert_refused(400, "INVALID_ARGUMENT", ask("GET", target .. "?limit=101"))
            assert_refused(400, "INVALID_ARGUMENT", ask("GET", target .. "?paginationToken=x"))
         end
         assert_refused(404, "NOT_FOUND", ask("GET", "/indexes/none/backups"), "Index none not found.")
      end)

      it("are restored into an index of their own", function()
         local backup = create_backup("docs")
         local target = "/backups/" .. backup.backup_id .. "/create-index"
         ask("GET", "/backups")
         local restored = ask("POST", target, { name = "copy" })
         assert.equal(202, restored.status)
         local job_id = restored.json.restore_job_id
         assert.same({ restore_job_id = job_id, index_id = restored.json.index_id }, restored.json)

         local job = ask("GET", "/restore-jobs/" .. job_id)
         assert.truthy(job.json.completed_at:find(SIX_DIGITS))
         assert.same({ 200, {
            restore_job_id = job_id, backup_id = backup.backup_id, target_index_name = "copy",
            target_index_id = restored.json.index_id, status = "Completed", percent_complete = 100,
            created_at = job.json.created_at, completed_at = job.json.completed_at,
         } }, { job.status, job.json })
         assert.same({ data = { job.json }, pagination = http.null }, ask("GET", "/restore-jobs").json)

         local copy = ask("GET", "/indexes/copy").json
         local stats = http.exchange(http.port(copy.host), "POST", "/describe_index_stats", "{}")
         assert.equal(1, stats.json.totalVectorCount)
         assert_refused(409, "ALREADY_EXISTS", ask("POST", target, { name = "copy" }))
         assert_refused(422, "UNPROCESSABLE_ENTITY", ask("POST", target, "{}"))
         assert_refused(404, "NOT_FOUND", ask("POST", "/backups/x/create-index", { name = "a" }))
         assert_refused(404, "NOT_FOUND", ask("GET", "/restore-jobs/x"), "Restore job x not found.")
      end)

      it("of pods and missing indexes are refused", function()
         create_index(pod("pods"))
         assert_refused(400, "INVALID_ARGUMENT", ask("POST", "/indexes/pods/backups", "{}"),
            "Backups from pod indexes are not supported")
         assert_refused(404, "NOT_FOUND", ask("POST", "/indexes/none/backups", "{}"))
      end)
   end)

   it("shows jobs that take their time as Pending, and backups as not completed", function()
      local slow = assert(emulator.spawn({ job_seconds = 60 }))
      local fast_port = port
      port = http.port(slow.url)
      finally(function()
         port = fast_port
         slow:stop()
      end)
      create_index(serverless("docs"))
      local backup = create_backup("docs")
      local target = "/backups/" .. backup.backup_id .. "/create-index"
      assert_refused(412, "FAILED_PRECONDITION", ask("POST", target, { name = "copy" }),
         "Backup " .. backup.backup_id .. " is not completed")
      assert.is_true(slow:advance(60))
      local job_id = ask("POST", target, { name = "copy" }).json.restore_job_id
      local job = ask("GET", "/restore-jobs/" .. job_id).json
      assert.same({ "Pending", http.null }, { job.status, job.completed_at })
      assert.is_nil(job.percent_complete)
      assert_refused(412, "FAILED_PRECONDITION", ask("DELETE", "/backups/" .. backup.backup_id))
      assert.is_true(slow:advance(60))
      assert.equal("Completed", ask("GET", "/restore-jobs/" .. job_id).json.status)
   end)

   describe("schedules", function()
      local SCHEDULE = { name = "nightly", schedule = { type = "time-based", frequency = "daily" },
         retention = { expire_after_days = 7 } }

      before_each(function() create_index(serverless("docs")) end)

      it("are created, described, listed, updated and deleted", function()
         local made = ask("POST", "/indexes/docs/backup-schedules", SCHEDULE)
         assert.equal(200, made.status)
         local schedule = made.json
         assert.truthy(schedule.created_at:find("%.%d%d%d%d%d%d%+00:00$"))
         assert.truthy(schedule.next_scheduled_run:find("T06:00:00%+00:00$"))
         assert.same({
            schedule_id = schedule.schedule_id, name = "nightly", index_id = schedule.index_id,
            project_id = schedule.project_id, schedule_type = "time-based", frequency = "daily",
            retention_expire_after_days = 7, enabled = true,
            next_scheduled_run = schedule.next_scheduled_run, created_at = schedule.created_at,
         }, schedule)

         local target = "/backup-schedules/" .. schedule.schedule_id
         assert.same(schedule, ask("GET", target).json)
         assert.same({ data = { schedule }, pagination = http.null },
            ask("GET", "/indexes/docs/backup-schedules").json)
         assert.same(schedule, ask("PATCH", target, "{}").json)

         local changed = ask("PATCH", target, { enabled = false, frequency = "weekly",
            retention = { expire_after_days = 3 } })
         assert.equal(200, changed.status)
         schedule.enabled, schedule.frequency = false, "weekly"
         schedule.retention_expire_after_days, schedule.next_scheduled_run = 3, http.null
         assert.same(schedule, changed.json)

         local deleted = ask("DELETE", target)
         assert.same({ 204, "" }, { deleted.status, deleted.body })
         assert.is_nil(deleted.headers["content-length"])
         assert_refused(404, "NOT_FOUND", ask("DELETE", target), "Backup schedule not found.")
      end)

      it("make backups as time passes", function()
         local id = ask("POST", "/indexes/docs/backup-schedules", SCHEDULE).json.schedule_id
         assert.is_true(running:advance(365 * 86400))
         assert.equal(7, running:state().backups)
         local history = ask("GET", "/backup-schedules/" .. id .. "/history")
         assert.equal(200, history.status)
         assert.equal(7, #history.json.data)
         assert.equal(http.null, history.json.pagination)
         local item = history.json.data[1]
         assert.truthy(item.name:find("^nightly%-%d%d%d%d%d%d%d%dT060000Z$"))
         assert.same({ "Ready", http.null, http.null, 0 },
            { item.status, item.description, item.schema, item.record_count })
      end)

      it("are refused with the right status", function()
         local target = "/indexes/docs/backup-schedules"
         ask("POST", target, SCHEDULE)
         assert_refused(409, "ALREADY_EXISTS", ask("POST", target, SCHEDULE),
            "This index already has an enabled backup schedule. Disable or delete it first.")
         assert_refused(400, "INVALID_ARGUMENT", ask("POST", target, { name = "a",
            schedule = SCHEDULE.schedule, retention = { expire_after_days = 0 } }))
         assert_refused(422, "UNPROCESSABLE_ENTITY", ask("POST", target, { name = "a" }))
         assert_refused(422, "UNPROCESSABLE_ENTITY", ask("POST", target, { name = "a",
            schedule = SCHEDULE.schedule, retention = { expire_after_days = 1.5 } }))
         assert_refused(404, "NOT_FOUND", ask("GET", "/backup-schedules/x"))
         assert_refused(404, "NOT_FOUND", ask("GET", "/backup-schedules/x/history"))
         assert_refused(404, "NOT_FOUND", ask("PATCH", "/backup-schedules/x", "{}"))
      end)
   end)

   it("has collections, and makes indexes from them", function()
      assert.equal('{"collections":[]}', ask("GET", "/collections").body)
      local _, host = create_index(pod("pods"))
      http.exchange(host, "POST", "/vectors/upsert", { vectors = { { id = "a", values = { 1, 2 } } } })
      local made = ask("POST", "/collections", { name = "shelf", source = "pods" })
      assert.same({ 201, { name = "shelf", status = "Initializing", dimension = 2,
         environment = "us-east1-gcp" } }, { made.status, made.json })
      local described = ask("GET", "/collections/shelf")
      assert.same({ 200, { name = "shelf", status = "Ready", dimension = 2, vector_count = 1,
         size = described.json.size, environment = "us-east1-gcp" } },
         { described.status, described.json })
      assert.same({ collections = { described.json } }, ask("GET", "/collections").json)

      assert.equal("shelf", create_index(pod("copy", "shelf")).spec.pod.source_collection)
      local copy = ask("GET", "/indexes/copy").json
      local fetched = http.exchange(http.port(copy.host), "GET", "/vectors/fetch?ids=a")
      assert.same({ 1, 2 }, fetched.json.vectors.a.values)

      local deleted = ask("DELETE", "/collections/shelf")
      assert.same({ 202, "" }, { deleted.status, deleted.body })
      assert_refused(404, "NOT_FOUND", ask("GET", "/collections/shelf"), "Collection shelf not found.")
      create_index(serverless("docs"))
      assert_refused(400, "INVALID_ARGUMENT",
         ask("POST", "/collections", { name = "shelf", source = "docs" }))
   end)

   describe("the data plane", function()
      local host

      before_each(function() host = select(2, create_index(serverless("docs"))) end)

      local function data(method, target, body)
         return http.exchange(host, method, target, body)
      end

      it("takes, gives, lists, counts and deletes records", function()
         local record = { id = "b", values = { 1, 0.5 }, metadata = { year = 2019, genre = "drama" } }
         local upserted = data("POST", "/vectors/upsert", { vectors = { record,
            { id = "a", values = { 3, 4 } } }, namespace = "other" })
         assert.same({ 200, { upsertedCount = 2 } }, { upserted.status, upserted.json })

         local fetched = data("GET", "/vectors/fetch?ids=b&ids=none&namespace=other")
         assert.same({ 200, { vectors = { b = record }, namespace = "other", usage = { readUnits = 1 } } },
            { fetched.status, fetched.json })

         local listed = data("GET", "/vectors/list?namespace=other&limit=1").json
         assert.same({ { id = "a" } }, listed.vectors)
         listed = data("GET", "/vectors/list?namespace=other&limit=1&paginationToken="
            .. listed.pagination.next:gsub("=", "%%3D")).json
         assert.same({ { id = "b" } }, listed.vectors)
         assert.is_nil(listed.pagination)
         assert.truthy(data("GET", "/vectors/list?prefix=x").body:find('"vectors":[]', 1, true))

         local stats = data("POST", "/describe_index_stats", "{}")
         assert.same({ 200, { namespaces = { other = { vectorCount = 2 } }, totalVectorCount = 2,
            dimension = 2, indexFullness = 0, metric = "cosine", vectorType = "dense" } },
            { stats.status, stats.json })

         local deleted = data("POST", "/vectors/delete", { ids = { "a" }, namespace = "other" })
         assert.same({ 200, "{}" }, { deleted.status, deleted.body })
         data("POST", "/vectors/upsert", { vectors = { { id = "c", values = { 1, 2 } } } })
         assert.same({ [""] = { vectorCount = 1 }, other = { vectorCount = 1 } },
            data("POST", "/describe_index_stats").json.namespaces)
         data("POST", "/vectors/delete", { deleteAll = true, namespace = "__default__" })
         assert.same({ other = { vectorCount = 1 } },
            data("POST", "/describe_index_stats").json.namespaces)
      end)

      it("refuses in the form of gRPC", function()
         local answer = data("POST", "/vectors/upsert", { vectors = { { id = "a", values = { 1 } } } })
         assert.equal(400, answer.status)
         assert.equal('{"code":3,"details":[],"message":"Vector dimension 1 does not match '
            .. 'the dimension of the index 2"}', answer.body)
         for _, body in ipairs({ "{}", "[", '{"vectors":[]}', '{"vectors":[1]}',
            '{"vectors":[{"values":[1,2]}]}', '{"vectors":[{"id":"a","values":["x",1]}]}' }) do
            answer = data("POST", "/vectors/upsert", body)
            assert.truthy(answer.status == 400 or answer.status == 422)
            assert.equal(3, answer.json.code)
         end
         assert.equal(400, data("POST", "/vectors/delete", "{}").status)
         assert.equal(400, data("GET", "/vectors/fetch").status)
         assert.equal(404, data("GET", "/indexes").status)
         assert.equal(405, data("GET", "/vectors/upsert").status)
      end)

      it("takes more than the control plane, but not everything", function()
         local filler = (" "):rep(2000000)
         assert.equal(200, data("POST", "/describe_index_stats", "{" .. filler .. "}").status)
         local answer = data("POST", "/describe_index_stats", "{" .. filler:rep(3) .. "}")
         assert.same({ 413, 8 }, { answer.status, answer.json.code })
      end)

      it("goes with the index", function()
         local open = assert(http.connect(host))
         ask("DELETE", "/indexes/docs")
         ask("GET", "/indexes")
         assert.is_nil((http.connect(host)))
         open:send(http.bytes("POST", "/describe_index_stats", "{}"))
         assert.is_nil(open:receive())
         open:close()
      end)
   end)

   it("has the headers that Pinecone sends", function()
      local answer = ask("GET", "/indexes", nil, { ["X-Pinecone-Api-Version"] = "2026-04" })
      assert.equal("2026-04", answer.headers["x-pinecone-api-version"])
      assert.truthy(answer.headers["x-pinecone-request-id"]:find(UUID))
      assert.truthy(answer.headers.date:find("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d GMT$"))
      assert.equal("application/json", answer.headers["content-type"])
   end)

   it("wants a key", function()
      local message = "Invalid API key."
      assert_refused(401, "UNAUTHENTICATED", ask("GET", "/indexes", nil, { ["Api-Key"] = "" }), message)
      assert.equal('{"error":{"code":"UNAUTHENTICATED","message":"Invalid API key."},"status":401}',
         ask("GET", "/nowhere", nil, { ["Api-Key"] = "" }).body)
      local strict = assert(emulator.spawn({ api_key = "right" }))
      finally(function() strict:stop() end)
      local strict_port = http.port(strict.url)
      assert.equal(401, http.exchange(strict_port, "GET", "/indexes").status)
      assert.equal(200,
         http.exchange(strict_port, "GET", "/indexes", nil, { ["Api-Key"] = "right" }).status)
   end)

   it("knows its paths and methods", function()
      assert_refused(404, "NOT_FOUND", ask("GET", "/nowhere"))
      assert_refused(404, "NOT_FOUND", ask("GET", "/"))
      assert_refused(404, "NOT_FOUND", ask("GET", "/indexes/"), "Path /indexes/ not found.")
      local wrong = ask("DELETE", "/indexes")
      assert_refused(405, "UNIMPLEMENTED", wrong)
      assert.equal("GET, POST", wrong.headers.allow)
      local options = ask("OPTIONS", "/indexes")
      assert.same({ 204, "GET, POST, OPTIONS" }, { options.status, options.headers.allow })
      local head = ask("HEAD", "/indexes")
      assert.same({ 200, "14", "" }, { head.status, head.headers["content-length"], head.body })
   end)

   it("decodes paths", function()
      create_index(serverless("docs"))
      assert.equal(200, ask("GET", "/indexes/%64ocs").status)
      assert_refused(404, "NOT_FOUND", ask("GET", "/indexes/a%2Fb"), "Index a/b not found.")
      assert_refused(400, "INVALID_ARGUMENT", ask("GET", "/indexes/%zz"))
      assert_refused(400, "INVALID_ARGUMENT", ask("GET", "/backups?limit=%z"))
   end)
end)

describe("the emulator's server", function()
   setup(start)
   teardown(function() running:stop() end)

   local LIST = http.bytes("GET", "/indexes")

   it("keeps connections", function()
      local connection = http.connect(port)
      for _ = 1, 3 do
         connection:send(LIST)
         assert.equal(200, connection:receive().status)
      end
      connection:send(http.bytes("GET", "/indexes", nil, { Connection = "close" }))
      assert.equal("close", connection:receive().headers.connection)
      assert.is_true(connection:wait_for_end())
      connection:close()
   end)

   it("answers pipelined requests in order", function()
      local connection = http.connect(port)
      connection:send(LIST .. http.bytes("GET", "/nowhere") .. http.bytes("HEAD", "/indexes")
         .. http.bytes("POST", "/collections", "{}") .. LIST)
      for position, status in ipairs({ 200, 404, 200, 422, 200 }) do
         assert.equal(status, connection:receive(position == 3).status)
      end
      connection:close()
   end)

   it("takes requests byte by byte", function()
      local connection = http.connect(port)
      for byte in http.bytes("POST", "/collections", "{}"):gmatch(".") do
         connection:send(byte)
      end
      assert.equal(422, connection:receive().status)
      connection:close()
   end)

   it("takes bodies in chunks", function()
      local connection = http.connect(port)
      connection:send(http.bytes("POST", "/indexes", nil, { ["Transfer-Encoding"] = "chunked" }))
      connection:send('9;a=b\r\n{"name":"\r\n')
      connection:send('5\r\nA"   \r\n11\r\n,"spec":{"byoc":{\r\n')
      connection:send('18\r\n"environment":"a-b-c"}}}\r\n0\r\nTrail: er\r\n\r\n')
      local answer = connection:receive()
      assert.equal(400, answer.status)
      assert.truthy(answer.body:find("Index name must", 1, true))
      connection:send(LIST)
      assert.equal(200, connection:receive().status)
      connection:close()
   end)

   it("asks for the body of whoever waits to be asked", function()
      local connection = http.connect(port)
      connection:send(http.bytes("POST", "/collections", nil,
         { Expect = "100-continue", ["Content-Length"] = "2" }))
      assert.equal(100, connection:receive().status)
      connection:send("{}")
      assert.equal(422, connection:receive().status)
      connection:close()
   end)

   it("answers after the other side has said all it has to say", function()
      local connection = http.connect(port)
      connection:send(LIST):shut()
      assert.equal(200, connection:receive().status)
      assert.is_true(connection:wait_for_end())
      connection:close()
   end)

   it("speaks HTTP/1.0", function()
      local connection = http.connect(port)
      connection:send("GET /indexes HTTP/1.0\r\nApi-Key: a\r\n\r\n")
      assert.equal(200, connection:receive().status)
      assert.is_true(connection:wait_for_end())
      connection:close()
   end)

   it("refuses bodies that are too large", function()
      local answer = ask("POST", "/collections", (" "):rep(1048577))
      assert_refused(413, "OUT_OF_RANGE", answer)
      local connection = http.connect(port)
      connection:send(http.bytes("POST", "/indexes", nil, { ["Transfer-Encoding"] = "chunked" })
         .. "FFFFFFFF\r\n")
      assert.equal(413, connection:receive().status)
      assert.is_true(connection:wait_for_end())
      connection:close()
      assert.equal(422, ask("POST", "/collections", (" "):rep(1048576)).status)
   end)

   local broken = {
      ["no HTTP"] = { 400, "hello\r\n\r\n" },
      ["zero bytes"] = { 400, ("\0"):rep(40) .. "\r\n\r\n" },
      ["a TLS greeting"] = { 400, "\22\3\1\2\0\1\0\1\252\3\3\n" },
      ["lines that end in LF"] = { 400, "GET / HTTP/1.1\nHost: a\n\n" },
      ["another HTTP"] = { 505, "PRI * HTTP/2.0\r\n\r\n" },
      ["no host"] = { 400, "GET /indexes HTTP/1.1\r\n\r\n" },
      ["two hosts"] = { 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" },
      ["no path"] = { 400, "GET indexes HTTP/1.1\r\nHost: a\r\n\r\n" },
      ["a strange method"] = { 400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n" },
      ["a folded header"] = { 400, "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n" },
      ["a header without colon"] = { 400, "GET / HTTP/1.1\r\nHost: a\r\nb\r\n\r\n" },
      ["a space before the colon"] = { 400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n" },
      ["a zero byte in a header"] = { 400, "GET / HTTP/1.1\r\nHost: a\0\r\n\r\n" },
      ["a negative length"] = { 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" },
      ["a length that is none"] = { 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n" },
      ["a length beyond all numbers"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " .. ("9"):rep(30) .. "\r\n\r\n" },
      ["two lengths"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" },
      ["length and chunks"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" },
      ["an unknown encoding"] = { 400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br\r\n\r\n" },
      ["a bad chunk size"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" },
      ["a bad chunk end"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n" },
      ["an endless chunk line"] = { 400,
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" .. ("1"):rep(2000) },
      ["an endless header"] = { 431, "GET / HTTP/1.1\r\nHost: a\r\nA: " .. ("b"):rep(20000) },
      ["very many headers"] = { 431, "GET / HTTP/1.1\r\nHost: a\r\n" .. ("A: b\r\n"):rep(101) .. "\r\n" },
   }
   for what, case in pairs(broken) do
      it("refuses " .. what .. " and lives on", function()
         local connection = http.connect(port)
         connection:send(case[2])
         assert.equal(case[1], connection:receive().status)
         assert.is_true(connection:wait_for_end())
         connection:close()
         assert_answers()
      end)
   end

   it("is not hurt by connections that say half of what they want", function()
      local open = {}
      for position, part in ipairs({ "", "G", "GET /indexes HTTP/1.1\r\nHost: a\r\n",
         "POST /indexes HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{" }) do
         for turn = 1, 20 do
            local connection = http.connect(port)
            connection:send(part)
            open[#open + 1] = connection
            if turn % 2 == 0 then
               connection:shut()
            end
            if (turn + position) % 5 == 0 then
               connection:close()
            end
         end
      end
      assert_answers()
      for _, connection in ipairs(open) do
         connection:close()
      end
      assert_answers()
   end)

   it("is not hurt by whoever never reads the answers", function()
      local connection = http.connect(port)
      connection.socket:read_stop()
      for _ = 1, 20 do
         connection.socket:write(LIST:rep(1000))
      end
      uv.run("nowait")
      assert_answers()
      connection:close()
      assert_answers()
   end)

   it("closes connections that are silent for long", function()
      local quick = assert(emulator.spawn({ idle_seconds = 0.2 }))
      finally(function() quick:stop() end)
      local connection = http.connect(http.port(quick.url))
      assert.is_true(connection:wait_for_end(3000))
      connection:close()
      uv.sleep(300)
      assert.truthy(quick:state())
   end)

   it("answers thousands of requests a second", function()
      local connection = http.connect(port)
      connection:send(LIST)
      connection:wait_for_end(50)
      local size, began = #connection.received, uv.hrtime()
      connection:send(LIST:rep(2000))
      assert.is_true(http.wait_until(function() return #connection.received == 2001 * size end))
      assert.is_true((uv.hrtime() - began) / 1e9 < 1)
      connection:close()
   end)
end)

describe("the emulator's control path", function()
   setup(start)
   teardown(function() running:stop() end)
   before_each(function() assert(running:reset()) end)

   local function statuses(count)
      local found = {}
      for position = 1, count do
         local answer = ask("GET", "/indexes")
         found[position] = answer and answer.status or "dropped"
      end
      return found
   end

   it("logs requests without their keys", function()
      local connection = http.connect(port)
      connection:send(http.bytes("GET", "/backups?limit=5", nil,
         { ["X-Pinecone-Api-Version"] = "2026-04", ["Api-Key"] = "secret" }))
      connection:receive()
      connection:send(http.bytes("GET", "/nowhere"))
      connection:receive()
      connection:close()
      local _, host = create_index(serverless("docs"))
      http.exchange(host, "POST", "/describe_index_stats", "{}")
      local log = assert(running:requests())
      local first = log[1].connection
      assert.same({
         { number = 1, connection = first, port = port, operation = "list_project_backups",
            method = "GET", path = "/backups", query = "limit=5", status = 200, api_version = "2026-04" },
         { number = 2, connection = first, port = port, method = "GET", path = "/nowhere",
            query = "", status = 404 },
         { number = 3, connection = first + 1, port = port, operation = "create_index",
            method = "POST", path = "/indexes", query = "", status = 201, api_version = "unstable" },
         { number = 4, connection = first + 2, port = host, operation = "describe_index_stats",
            method = "POST", path = "/describe_index_stats", query = "", status = 200 },
      }, log)
      assert.falsy(ask("GET", "/_emulator/requests").body:find("secret", 1, true))
      assert.is_true(running:clear_requests())
      assert.same({}, running:requests())
      ask("GET", "/indexes")
      assert.equal(1, running:requests()[1].number)
   end)

   it("works over HTTP as over the handle", function()
      assert.equal(200, ask("POST", "/_emulator/faults", { operation = "*", status = 503 }).status)
      assert.same({ 503, 200 }, statuses(2))
      ask("POST", "/_emulator/faults", { operation = "*", on = "all", status = 503 })
      assert.equal("{}", ask("DELETE", "/_emulator/faults").body)
      assert.same({ 200 }, statuses(1))
      assert.equal(3, #ask("GET", "/_emulator/requests").json.requests)
      assert.equal(200, ask("DELETE", "/_emulator/requests").status)
      create_index(serverless("docs"))
      assert.same({ indexes = 1, backups = 0, restore_jobs = 0, collections = 0, schedules = 0 },
         ask("GET", "/_emulator/state").json)
      local before = ask("GET", "/indexes").headers.date
      assert.truthy(ask("POST", "/_emulator/advance", { seconds = 86400 }).json.now:find(SIX_DIGITS))
      assert.are_not.equal(before:sub(1, 16), ask("GET", "/indexes").headers.date:sub(1, 16))
      assert.equal(200, ask("POST", "/_emulator/reset").status)
      assert.equal(0, running:state().indexes)
      assert.equal(before:sub(1, 16), ask("GET", "/indexes").headers.date:sub(1, 16))
      assert.equal(400, ask("POST", "/_emulator/advance", { seconds = -1 }).status)
      assert.equal(400, ask("POST", "/_emulator/advance", '{"seconds":1e300}').status)
      assert.equal(400, ask("POST", "/_emulator/faults", "{").status)
      assert.equal(404, ask("GET", "/_emulator/nothing").status)
   end)

   it("says what is wrong with a plan", function()
      local added, problem = running:fault({ operation = "create_backups", status = 503 })
      assert.is_nil(added)
      assert.truthy(problem:find("unknown operation 'create_backups' in a fault plan; did you mean create_backup"))
   end)

   it("makes the emulator answer something else, without the effect", function()
      assert.is_true(running:fault({ operation = "create_index", status = 503, body = "busy",
         headers = { ["Retry-After"] = "1", ["Content-Type"] = "text/plain" } }))
      local answer = ask("POST", "/indexes", serverless("docs"))
      assert.same({ 503, "busy", "1", "text/plain" }, { answer.status, answer.body,
         answer.headers["retry-after"], answer.headers["content-type"] })
      assert.equal(0, running:state().indexes)
   end)

   it("sends the headers of a plan once, in place of its own", function()
      running:fault({ operation = "list_indexes", status = 503, body = "busy",
         headers = { ["Content-Length"] = "4", Date = "today" } })
      local connection = http.connect(port)
      connection:send(http.bytes("GET", "/indexes", nil, { Connection = "close" }))
      assert.is_true(connection:wait_for_end())
      local head = connection.received:lower()
      assert.equal(1, select(2, head:gsub("\r\ncontent%-length: ", "")))
      assert.equal(1, select(2, head:gsub("\r\ndate: ", "")))
      assert.truthy(head:find("\r\ndate: today\r\n", 1, true))
      connection:close()
   end)

   it("makes it answer something else after the effect", function()
      running:fault({ operation = "create_index", status = 500, after = true })
      assert.equal(500, ask("POST", "/indexes", serverless("docs")).status)
      assert.equal(1, running:state().indexes)
   end)

   it("makes it drop connections before and after the effect", function()
      running:fault({ operation = "create_index", drop = "before" })
      assert.is_nil(ask("POST", "/indexes", serverless("docs")))
      assert.equal(0, running:state().indexes)
      running:fault({ operation = "create_index", drop = "after" })
      assert.is_nil(ask("POST", "/indexes", serverless("docs")))
      assert.equal(1, running:state().indexes)
      assert.is_nil(running:requests()[1].status)
   end)

   it("makes it answer late, others not", function()
      running:fault({ operation = "list_indexes", delay = 0.5 })
      local late = http.connect(port)
      local began = uv.hrtime()
      late:send(http.bytes("GET", "/indexes") .. http.bytes("GET", "/nowhere"))
      assert.equal(200, ask("GET", "/collections").status)
      assert.is_true((uv.hrtime() - began) / 1e9 < 0.4)
      assert.equal(200, late:receive().status)
      assert.is_true((uv.hrtime() - began) / 1e9 >= 0.49)
      assert.equal(404, late:receive().status)
      late:close()
   end)

   it("makes it cut bodies", function()
      running:fault({ operation = "list_indexes", cut = 5 })
      local connection = http.connect(port)
      connection:send(http.bytes("GET", "/indexes"))
      assert.is_true(connection:wait_for_end())
      assert.truthy(connection.received:find("content%-length: 14\r\n"))
      assert.truthy(connection.received:find('\r\n\r\n{"ind$'))
      connection:close()
   end)

   it("counts occurrences from when a plan is set", function()
      statuses(2)
      running:fault({ operation = "list_indexes", on = { 2, 4 }, status = 429 })
      assert.same({ 200, 429, 200, 429, 200 }, statuses(5))
      running:fault({ operation = "list_indexes", on = { from = 2 }, status = 502 })
      assert.same({ 200, 502, 502 }, statuses(3))
      assert.is_true(running:clear_faults())
      assert.same({ 200 }, statuses(1))
   end)
end)

describe("the emulator's process", function()
   for _, signal in ipairs({ "sigterm", "sigint" }) do
      it("ends cleanly at " .. signal .. ", with connections open", function()
         local child = command.start("emulator", "--port", "0")
         local url = child:expect("^listening on (http://127%.0%.0%.1:%d+)\n")
         local connection = http.connect(http.port(url))
         connection:send("GET /ind")
         child:kill(signal)
         child:wait()
         assert.same({ 0, 0, "" }, { child.code, child.signal, child.err })
         assert.is_true(connection:wait_for_end())
         connection:close()
      end)
   end

   it("takes a key from a file", function()
      local folder = scratch.new()
      finally(function() folder:remove() end)
      assert(uv.fs_chmod(folder:write("key", "right\n"), tonumber("600", 8)))
      local child = command.start("emulator", "--port", "0", "--api-key-file", folder:path("key"))
      local child_port = http.port(child:expect("(http://%S+)\n"))
      assert.equal(401, http.exchange(child_port, "GET", "/indexes").status)
      assert.equal(200, http.exchange(child_port, "GET", "/indexes", nil, { ["Api-Key"] = "right" }).status)
      child:stop()
   end)

   it("says so when its port is taken", function()
      local other = assert(emulator.spawn({}))
      finally(function() other:stop() end)
      local taken = other.url:match("%d+$")
      local child = command.start("emulator", "--port", taken)
      assert.equal(1, child:wait().code)
      assert.equal("pinecone-backup: port " .. taken .. " is already in use; 0 takes a free one\n",
         child.err)
      local second, problem = emulator.spawn({ port = tonumber(taken) })
      assert.is_nil(second)
      assert.equal("port " .. taken .. " is already in use; 0 takes a free one", problem)
   end)

   for what, arguments in pairs({
      ["no noun"] = {},
      ["an unknown noun"] = { "emulators" },
      ["an unknown option"] = { "emulator", "--prot", "1" },
      ["a port that is none"] = { "emulator", "--port", "65536" },
      ["negative seconds"] = { "emulator", "--job-seconds", "-1" },
   }) do
      it("ends with 2 at " .. what, function()
         local child = command.start((unpack or table.unpack)(arguments))
         assert.equal(2, child:wait().code)
         assert.truthy(child.err:find("Usage:", 1, true))
      end)
   end

   it("explains itself", function()
      local child = command.start("emulator", "--help")
      assert.equal(0, child:wait().code)
      assert.truthy(child.out:find("--job-seconds", 1, true))
   end)

   it("ends with its parent", function()
      local child = process.script([[
         local running = assert(require("pinecone.emulator").spawn({}))
         io.stdout:write(running.url, "\n")
         io.stdout:flush()
         require("luv").sleep(60000)
      ]])
      local orphan_port = http.port(child:expect("(http://%S+)\n"))
      assert.equal(200, http.exchange(orphan_port, "GET", "/indexes").status)
      child:kill("sigkill")
      child:wait()
      local gone = false
      for _ = 1, 100 do
         local connection = http.connect(orphan_port)
         gone = connection == nil
         if gone then
            break
         end
         connection:close()
         uv.sleep(20)
      end
      assert.is_true(gone)
   end)

   it("ends when it is stopped, once and for all", function()
      local other = assert(emulator.spawn({}))
      assert.is_true(other:stop())
      assert.is_nil((http.connect(http.port(other.url))))
      assert.is_true(other:stop())
      local answer, problem = other:state()
      assert.same({ nil, "the emulator has been stopped" }, { answer, problem })
   end)

   it("is missed, not fatal, when it has died", function()
      local other = assert(emulator.spawn({}))
      other.child:kill("sigkill")
      uv.sleep(50)
      local answer, problem = other:requests()
      assert.same({ nil, "the emulator has ended" }, { answer, problem })
      assert.is_true(other:stop())
   end)

   it("can be used from callbacks of a running loop", function()
      local other = assert(emulator.spawn({}))
      local counts
      local timer = uv.new_timer()
      timer:start(0, 0, function()
         timer:close()
         counts = other:state()
         other:stop()
      end)
      http.wait_until(function() return counts end)
      assert.equal(0, counts.indexes)
   end)

   it("refuses options it does not know", function()
      assert.error_matches(function()
         emulator.spawn({ job_second = 1 })
      end, "unknown option 'job_second'; it takes api_key")
      assert.has_error(function() emulator.run({ port = "x" }) end, "option 'port' must be a port number")
      local answer, problem = emulator.spawn({ lua = "/nowhere/lua" })
      assert.is_nil(answer)
      assert.truthy(problem:find("cannot start /nowhere/lua", 1, true))
   end)
end)
