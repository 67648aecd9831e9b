-- The emulated project without a server: a fake clock, no sockets.

local calendar = require("pinecone.emulator.calendar")
local decisions = require("pinecone.emulator.decisions")
local failure = require("pinecone.emulator.failure")
local faults = require("pinecone.emulator.faults")
local identifiers = require("pinecone.emulator.identifiers")
local json = require("pinecone.emulator.json")
local pages = require("pinecone.emulator.api.pages")
local records = require("pinecone.emulator.state.records")
local state = require("pinecone.emulator.state")
local versions = require("pinecone.emulator.versions")

local DAY = 86400
local START = calendar.time({ year = 2026, month = 4, day = 23, hour = 16, minute = 36, second = 51 })

local now, project

local function start(options)
   now = START
   options = options or {}
   options.job_seconds = options.job_seconds or 10
   project = state.new({
      clock = function() return now end,
      new_id = identifiers.generator(identifiers.pseudo_random(1)),
   }, options)
end

local function pass(seconds)
   now = now + seconds
   project:tick()
end

local function serverless(name, more)
   local definition = {
      name = name, kind = "serverless", cloud = "aws", region = "us-east-1",
      dimension = 2, metric = "cosine", vector_type = "dense",
   }
   for key, value in pairs(more or {}) do
      definition[key] = value
   end
   return definition
end

local function pod(name, more)
   local definition = serverless(name, {
      kind = "pod", environment = "us-east1-gcp",
      pod = { pod_type = "p1.x1", pods = 1, replicas = 1, shards = 1 },
   })
   definition.cloud, definition.region = nil, nil
   for key, value in pairs(more or {}) do
      definition[key] = value
   end
   return definition
end

local function ready_index(definition)
   local index = assert(project:create_index(definition))
   pass(10)
   return index
end

local function fill(name, count, namespace)
   local list = {}
   for position = 1, count do
      list[position] = { id = ("id-%03d"):format(position), values = { position, 0.5 } }
   end
   assert(project:upsert_records(name, namespace, list))
end

local function ready_backup(index_name, given)
   local backup = assert(project:create_backup(index_name, given or {}))
   pass(10)
   return backup
end

local function schedule(index_name, more)
   local given = {
      name = "nightly", schedule_type = "time-based", frequency = "daily", expire_after_days = 7,
   }
   for key, value in pairs(more or {}) do
      given[key] = value
   end
   return project:create_backup_schedule(index_name, given)
end

local function refused(name, result, problem)
   assert.is_nil(result)
   assert.equal(name, problem and problem.name)
end

local function names_of(list)
   local names = {}
   for position, row in ipairs(list) do
      names[position] = row.name
   end
   return names
end

describe("the emulated project", function()
   before_each(function() start() end)

   describe("indexes", function()
      it("are Initializing, then Ready, then Terminating, then gone", function()
         local index = project:create_index(serverless("docs"))
         assert.equal("Initializing", index.state)
         pass(9.9)
         assert.equal("Initializing", index.state)
         pass(0.1)
         assert.equal("Ready", index.state)
         assert.is_true(project:delete_index("docs"))
         assert.equal("Terminating", project:describe_index("docs").state)
         assert.is_true(project:delete_index("docs"))
         pass(10)
         refused("index_not_found", project:describe_index("docs"))
      end)

      it("are Ready at the next look when jobs take no time", function()
         start({ job_seconds = 0 })
         local index = project:create_index(serverless("docs"))
         assert.equal("Initializing", index.state)
         pass(0)
         assert.equal("Ready", index.state)
      end)

      it("keep their name to themselves until they are gone", function()
         ready_index(serverless("docs"))
         refused("already_exists", project:create_index(serverless("docs")))
         project:delete_index("docs")
         refused("already_exists", project:create_index(serverless("docs")))
         pass(10)
         assert.truthy(project:create_index(serverless("docs")))
      end)

      it("are not deleted while protected", function()
         ready_index(serverless("docs", { deletion_protection = "enabled" }))
         refused("deletion_protected", project:delete_index("docs"))
         project:configure_index("docs", { deletion_protection = "disabled" })
         assert.is_true(project:delete_index("docs"))
      end)

      it("merge tags, and lose those set to nothing", function()
         local index = ready_index(serverless("docs", { tags = { a = "1", b = "2" } }))
         project:configure_index("docs", { tags = { a = "", c = "3" } })
         assert.same({ b = "2", c = "3" }, index.tags)
         project:configure_index("docs", { tags = { b = "", c = "" } })
         assert.is_nil(index.tags)
      end)

      it("are limited in number", function()
         start({ max_indexes = 1 })
         ready_index(serverless("docs"))
         refused("index_quota", project:create_index(serverless("more")))
      end)

      for _, name in ipairs({ "", "-a", "a-", "A", "a_b", "a.b", ("a"):rep(46) }) do
         it("cannot be named '" .. name .. "'", function()
            refused("invalid_index_name", project:create_index(serverless(name)))
         end)
      end

      for _, name in ipairs({ "a", "0", "a-b", ("a"):rep(45) }) do
         it("can be named '" .. name .. "'", function()
            assert.truthy(project:create_index(serverless(name)))
         end)
      end

      local bad = {
         ["no dimension"] = { "invalid_request", { dimension = false } },
         ["a dimension of 0"] = { "invalid_request", { dimension = 0 } },
         ["a dimension of 20001"] = { "invalid_request", { dimension = 20001 } },
         ["another metric"] = { "invalid_request", { metric = "taxicab" } },
         ["another vector type"] = { "invalid_request", { vector_type = "curly" } },
         ["a sparse cosine"] = { "invalid_request", { vector_type = "sparse", dimension = false } },
         ["a place that is none"] = { "region_not_found", { region = "us-west1" } },
         ["another cloud"] = { "region_not_found", { cloud = "fog" } },
         ["a tag key with a dot"] = { "invalid_tags", { tags = { ["a.b"] = "c" } } },
         ["a long tag key"] = { "invalid_tags", { tags = { [("a"):rep(81)] = "c" } } },
         ["a long tag value"] = { "invalid_tags", { tags = { a = ("c"):rep(121) } } },
         ["a tag value with a slash"] = { "invalid_tags", { tags = { a = "b/c" } } },
         ["a protection that is none"] = { "invalid_request", { deletion_protection = "on" } },
         ["a collection that is not there"] = { "collection_not_found", { source_collection = "x" } },
      }
      for what, case in pairs(bad) do
         it("cannot have " .. what, function()
            local definition = serverless("docs", case[2])
            definition.dimension = definition.dimension or nil
            refused(case[1], project:create_index(definition, { narrow_tags = true }))
         end)
      end
   end)

   describe("backups", function()
      it("have no counts until they are Ready, then those of when they were made", function()
         ready_index(serverless("docs", { tags = { env = "test" } }))
         fill("docs", 3)
         fill("docs", 2, "other")
         local backup = project:create_backup("docs", { name = "b", description = "d" })
         fill("docs", 30)
         assert.equal("Initializing", backup.status)
         assert.is_nil(backup.counts)
         pass(10)
         assert.equal("Ready", backup.status)
         assert.equal(5, backup.counts.record_count)
         assert.equal(2, backup.counts.namespace_count)
         assert.is_true(backup.counts.size_bytes > 0)
         assert.same({ env = "test" }, backup.tags)
      end)

      it("stay when their index goes, and are no longer listed under its name", function()
         ready_index(serverless("docs"))
         local backup = ready_backup("docs")
         project:delete_index("docs")
         assert.equal(now, backup.source_index_deleted_at)
         refused("index_not_found", project:list_index_backups("docs"))
         pass(10)
         assert.equal(backup, project:describe_backup(backup.id))
         ready_index(serverless("docs"))
         assert.same({}, project:list_index_backups("docs"))
         assert.same({ backup }, project:list_project_backups())
      end)

      it("are finished although their index is deleted meanwhile", function()
         ready_index(serverless("docs"))
         local backup = project:create_backup("docs", {})
         project:delete_index("docs")
         pass(10)
         assert.equal("Ready", backup.status)
      end)

      it("are listed newest first, or oldest first when told so", function()
         for _, newest_first in ipairs({ true, false }) do
            start({ newest_first = newest_first })
            ready_index(serverless("docs"))
            ready_backup("docs", { name = "one" })
            ready_backup("docs", { name = "two" })
            local expected = newest_first and { "two", "one" } or { "one", "two" }
            assert.same(expected, names_of(project:list_project_backups()))
            assert.same(expected, names_of(project:list_index_backups("docs")))
         end
      end)

      it("are refused for pods, missing indexes, full projects and small plans", function()
         start({ max_backups = 1 })
         ready_index(serverless("docs"))
         ready_index(pod("pods"))
         refused("backups_of_pods", project:create_backup("pods", {}))
         refused("index_not_found", project:create_backup("none", {}))
         ready_backup("docs")
         refused("backup_quota", project:create_backup("docs", {}))
         start({ plan_has_backups = false })
         refused("plan_without_backups", project:create_backup("none", {}))
      end)

      it("are gone at once when deleted, also while Initializing", function()
         ready_index(serverless("docs"))
         local backup = project:create_backup("docs", {})
         assert.is_true(project:delete_backup(backup.id))
         refused("backup_not_found", project:describe_backup(backup.id))
         refused("backup_not_found", project:delete_backup(backup.id))
         pass(10)
         assert.equal(0, project:counts().backups)
      end)
   end)

   describe("restore jobs", function()
      local backup

      before_each(function()
         ready_index(serverless("docs", { tags = { env = "test" }, deletion_protection = "enabled" }))
         fill("docs", 3, "other")
         backup = ready_backup("docs")
      end)

      it("make the index at once and fill it when they are done", function()
         local job = project:create_index_from_backup(backup.id, { name = "copy" })
         assert.equal("Pending", job.status)
         local copy = project:describe_index("copy")
         assert.equal(job.target_index_id, copy.id)
         assert.equal("Initializing", copy.state)
         assert.equal(0, project:index_stats("copy").total)
         pass(10)
         assert.equal("Completed", job.status)
         assert.equal(now, job.completed_at)
         assert.equal("Ready", copy.state)
         assert.same({ other = 3 }, project:index_stats("copy").namespaces)
         assert.equal(2, project:fetch_records("copy", "other", { "id-002" })["id-002"].values[1])
         assert.same({ 2, "cosine", "aws", "us-east-1" },
            { copy.dimension, copy.metric, copy.cloud, copy.region })
      end)

      it("make an index of its own records", function()
         project:create_index_from_backup(backup.id, { name = "copy" })
         pass(10)
         project:delete_records("copy", "other", { "id-001" })
         fill("copy", 1)
         assert.equal(3, project:index_stats("docs").total)
         project:create_index_from_backup(backup.id, { name = "again" })
         pass(10)
         assert.same({ other = 3 }, project:index_stats("again").namespaces)
      end)

      describe("whose fault loses records", function()
         before_each(function()
            fill("docs", 2)
            fill("docs", 2, "zoo")
            backup = ready_backup("docs")
         end)

         local function restored(name, circumstances)
            project.circumstances = circumstances
            assert(project:create_index_from_backup(backup.id, { name = name }))
            project.circumstances = {}
            pass(10)
            return project:index_stats(name).namespaces
         end

         for lost, left in pairs({
            [1] = { [""] = 2, other = 3, zoo = 1 }, [2] = { [""] = 2, other = 3 }, [4] = { [""] = 2, other = 1 },
            [6] = { [""] = 1 }, [7] = {}, [100] = {},
         }) do
            it("lack the last " .. lost .. ", and namespaces that have none left", function()
               assert.same(left, restored("copy", { lose = lost }))
               for namespace, count in pairs(left) do
                  local kept = project:list_records("copy", namespace, { limit = 100 }).ids
                  assert.same({ count, ("id-%03d"):format(count) }, { #kept, kept[count] })
               end
            end)
         end

         it("take nothing from the backup, nor from the index that it was made of", function()
            local all = { [""] = 2, other = 3, zoo = 2 }
            local counts = records.counts(backup.records)
            restored("copy", { lose = 4 })
            assert.same(counts, records.counts(backup.records))
            assert.same(all, project:index_stats("docs").namespaces)
            assert.same(all, restored("again", {}))
            local ids = { "id-001", "id-002", "id-003" }
            assert.same(ids, project:list_records("again", "other", { limit = 100 }).ids)
            assert.equal(3, project:fetch_records("docs", "other", ids)["id-003"].values[1])
         end)
      end)

      it("inherit tags unless others are given, and never the protection", function()
         project:create_index_from_backup(backup.id, { name = "copy" })
         project:create_index_from_backup(backup.id,
            { name = "other", tags = { a = "b" }, deletion_protection = "enabled" })
         assert.same({ env = "test" }, project:describe_index("copy").tags)
         assert.equal("disabled", project:describe_index("copy").deletion_protection)
         assert.same({ a = "b" }, project:describe_index("other").tags)
         assert.equal("enabled", project:describe_index("other").deletion_protection)
      end)

      it("keep their backup from being deleted while they are Pending", function()
         local job = project:create_index_from_backup(backup.id, { name = "copy" })
         local _, problem = project:delete_backup(backup.id)
         assert.equal("pending_restore", problem.name)
         assert.equal("Unable to delete backup. There are pending restore jobs for this backup: ['"
            .. job.id .. "']", problem.message)
         pass(10)
         assert.is_true(project:delete_backup(backup.id))
      end)

      it("need a Ready backup, a good name that is free, and room", function()
         local fresh = project:create_backup("docs", {})
         refused("backup_not_ready", project:create_index_from_backup(fresh.id, { name = "copy" }))
         refused("backup_not_found", project:create_index_from_backup("none", { name = "copy" }))
         refused("already_exists", project:create_index_from_backup(backup.id, { name = "docs" }))
         refused("invalid_index_name", project:create_index_from_backup(backup.id, { name = "-" }))
         project.options.max_indexes = 1
         refused("index_quota", project:create_index_from_backup(backup.id, { name = "copy" }))
      end)

      it("are Cancelled with their target and disappear with it, unless kept", function()
         for _, keep in ipairs({ false, true }) do
            project.options.keep_restore_jobs = keep
            local job = project:create_index_from_backup(backup.id, { name = "copy" })
            project:delete_index("copy")
            assert.equal("Cancelled", project:describe_restore_job(job.id).status)
            pass(10)
            if keep then
               assert.equal("Cancelled", project:describe_restore_job(job.id).status)
            else
               refused("restore_job_not_found", project:describe_restore_job(job.id))
               assert.same({}, project:list_restore_jobs())
            end
         end
      end)
   end)

   describe("collections", function()
      before_each(function()
         ready_index(pod("pods"))
         fill("pods", 4)
      end)

      it("are Initializing, Ready, Terminating and gone", function()
         local collection = project:create_collection("shelf", "pods")
         assert.equal("Initializing", collection.status)
         pass(10)
         assert.equal("Ready", collection.status)
         assert.equal(4, collection.counts.record_count)
         assert.is_true(project:delete_collection("shelf"))
         assert.equal("Terminating", project:describe_collection("shelf").status)
         pass(10)
         refused("collection_not_found", project:describe_collection("shelf"))
         refused("collection_not_found", project:delete_collection("shelf"))
      end)

      it("fill the indexes made from them", function()
         project:create_collection("shelf", "pods")
         local from_shelf = pod("copy", { source_collection = "shelf" })
         refused("collection_not_ready", project:create_index(from_shelf))
         pass(10)
         refused("invalid_request",
            project:create_index(pod("copy", { source_collection = "shelf", dimension = 3 })))
         ready_index(from_shelf)
         assert.equal(4, project:index_stats("copy").total)
      end)

      it("keep their index from being deleted while they are made", function()
         project:create_collection("shelf", "pods")
         local _, problem = project:delete_index("pods")
         assert.equal("Unable to delete an index. There are pending collections for this index: "
            .. "['shelf']", problem.message)
         pass(10)
         assert.is_true(project:delete_index("pods"))
      end)

      it("are refused for serverless indexes, taken names and full projects", function()
         start({ max_collections = 1 })
         ready_index(pod("pods"))
         ready_index(serverless("docs"))
         refused("collection_of_serverless", project:create_collection("shelf", "docs"))
         refused("index_not_found", project:create_collection("shelf", "none"))
         refused("invalid_collection_name", project:create_collection("Shelf", "pods"))
         project:create_collection("shelf", "pods")
         refused("already_exists", project:create_collection("shelf", "pods"))
         local _, problem = project:create_collection("other", "pods")
         assert.equal("Collection exceeds quota. Maximum allowed on your account is 1. "
            .. "Currently have 1.", problem.message)
      end)
   end)

   describe("schedules", function()
      before_each(function() ready_index(serverless("docs")) end)

      it("fire every day at six for a month, and what they made expires after a week", function()
         local made = schedule("docs")
         assert.equal("2026-04-24T06:00:00+00:00", calendar.seconds(made.next_run, "+00:00"))
         local seen, days = {}, 0
         while days < 30 do
            pass(DAY / 4)
            for _, backup in ipairs(project:list_project_backups()) do
               seen[backup.name] = backup.created_at
            end
            days = days + 0.25
         end
         for day = 0, 29 do
            local time = calendar.time({ year = 2026, month = 4, day = 24, hour = 6 }) + day * DAY
            assert.equal(time, seen["nightly-" .. calendar.basic(time)])
         end
         assert.equal(7, project:counts().backups)
         assert.equal("nightly-20260523T060000Z", project:list_project_backups()[1].name)
      end)

      it("leave seven backups after a year that passes at once", function()
         schedule("docs")
         pass(365 * DAY)
         local history = project:list_backup_schedule_history(project.data.schedules.order[1])
         assert.equal(7, #history)
         assert.equal(START + 365 * DAY - (START + 365 * DAY) % DAY + 6 * 3600, history[1].created_at)
      end)

      it("fire every week", function()
         schedule("docs", { frequency = "weekly", expire_after_days = 365 })
         pass(22 * DAY)
         assert.same({ "nightly-20260515T060000Z", "nightly-20260508T060000Z",
            "nightly-20260501T060000Z", "nightly-20260424T060000Z" },
            names_of(project:list_project_backups()))
      end)

      it("fire every month, on its last day where it is too short", function()
         now = calendar.time({ year = 2027, month = 1, day = 30, hour = 12 })
         project:tick()
         schedule("docs", { frequency = "monthly", expire_after_days = 365 })
         pass(100 * DAY)
         assert.same({ "nightly-20270430T060000Z", "nightly-20270331T060000Z",
            "nightly-20270228T060000Z", "nightly-20270131T060000Z" },
            names_of(project:list_project_backups()))
      end)

      it("do not fire while disabled, and at once when enabled again", function()
         local made = schedule("docs")
         project:update_backup_schedule(made.id, { enabled = false })
         assert.is_nil(made.next_run)
         pass(5 * DAY)
         assert.equal(0, project:counts().backups)
         project:update_backup_schedule(made.id, { enabled = true })
         assert.equal(1, project:counts().backups)
         assert.equal(now + DAY, made.next_run)
         pass(DAY)
         assert.equal(2, project:counts().backups)
         project:update_backup_schedule(made.id, { enabled = true })
         assert.equal(2, project:counts().backups)
      end)

      it("do not fire twice when switched off and on", function()
         local made = schedule("docs", { expire_after_days = 365 })
         project:update_backup_schedule(made.id, { enabled = false })
         project:update_backup_schedule(made.id, { enabled = true })
         pass(3 * DAY + 1)
         assert.equal(4, project:counts().backups)
      end)

      it("are enabled one at a time, and three in all", function()
         local first = schedule("docs")
         refused("schedule_enabled", schedule("docs"))
         project:update_backup_schedule(first.id, { enabled = false })
         local second = schedule("docs", { name = "second" })
         refused("schedule_enabled", project:update_backup_schedule(first.id, { enabled = true }))
         project:update_backup_schedule(second.id, { enabled = false })
         local third = schedule("docs", { name = "third" })
         project:update_backup_schedule(third.id, { enabled = false })
         refused("schedule_quota", schedule("docs"))
         assert.same({ "third", "second", "nightly" }, names_of(project:list_backup_schedules("docs")))
      end)

      it("re-time what they made when the retention changes", function()
         local made = schedule("docs")
         pass(5 * DAY)
         assert.equal(5, project:counts().backups)
         project:update_backup_schedule(made.id, { expire_after_days = 2 })
         project:tick()
         assert.equal(2, project:counts().backups)
         project:update_backup_schedule(made.id, { expire_after_days = 30 })
         pass(10 * DAY)
         assert.equal(12, project:counts().backups)
      end)

      it("do not pile up events however often the retention changes", function()
         local made = schedule("docs")
         pass(6 * DAY)
         local before = #project.data.agenda.events
         for number = 1, 100 do
            project:update_backup_schedule(made.id, { expire_after_days = number % 2 == 0 and 7 or 30 })
         end
         assert.equal(before, #project.data.agenda.events)
         pass(30 * DAY)
         assert.equal(7, #project:list_project_backups())
      end)

      it("start a new frequency on the following day", function()
         local made = schedule("docs", { frequency = "monthly" })
         pass(10 * DAY)
         project:update_backup_schedule(made.id, { frequency = "daily" })
         assert.equal("2026-05-04T06:00:00Z", calendar.seconds(made.next_run, "Z"))
      end)

      it("keep the time of day at which they were enabled again", function()
         local made = schedule("docs")
         project:update_backup_schedule(made.id, { enabled = false })
         pass(3600)
         project:update_backup_schedule(made.id, { enabled = true })
         project:update_backup_schedule(made.id, { frequency = "weekly" })
         local enabled_at = START + 10 + 3600
         assert.equal(enabled_at + DAY, made.next_run)
      end)

      it("leave their backups to expire when they are deleted", function()
         local made = schedule("docs")
         pass(DAY)
         assert.is_true(project:delete_backup_schedule(made.id))
         refused("schedule_not_found", project:delete_backup_schedule(made.id))
         pass(5 * DAY)
         assert.equal(1, project:counts().backups)
         pass(2 * DAY)
         assert.equal(0, project:counts().backups)
      end)

      it("go with their index", function()
         local made = schedule("docs")
         project:delete_index("docs")
         refused("schedule_not_found", project:describe_backup_schedule(made.id))
         refused("index_not_found", project:list_backup_schedules("docs"))
         pass(3 * DAY)
         assert.equal(0, project:counts().backups)
      end)

      it("wait with the expiry of a backup that is being restored", function()
         project.options.job_seconds = DAY
         schedule("docs", { expire_after_days = 1 })
         pass(1.9 * DAY)
         local backup = project:list_project_backups()[1]
         backup.status = "Ready"
         assert(project:create_index_from_backup(backup.id, { name = "copy" }))
         pass(0.5 * DAY)
         assert.truthy(project:describe_backup(backup.id))
         pass(0.6 * DAY)
         refused("backup_not_found", project:describe_backup(backup.id))
      end)

      it("make failed backups when the name comes out too long", function()
         schedule("docs", { name = ("n"):rep(29) })
         pass(DAY)
         assert.equal("InitializationFailed", project:list_project_backups()[1].status)
      end)

      it("skip a run when the project is full", function()
         project.options.max_backups = 2
         schedule("docs")
         pass(5 * DAY)
         assert.equal(2, project:counts().backups)
      end)

      it("show the coming run when told so", function()
         local made = schedule("docs")
         pass(DAY)
         assert.equal(1, #project:list_backup_schedule_history(made.id))
         project.options.history_scheduled_rows = true
         local history = project:list_backup_schedule_history(made.id)
         assert.equal("Scheduled", history[1].status)
         assert.equal(made.next_run, history[1].scheduled_execution_at)
      end)

      it("look at plan, frequency and retention before the index", function()
         refused("invalid_retention", schedule("none", { expire_after_days = 0 }))
         refused("invalid_retention", schedule("none", { expire_after_days = 366 }))
         refused("invalid_frequency", schedule("none", { frequency = "hourly" }))
         refused("index_not_found", schedule("none"))
         ready_index(pod("pods"))
         refused("schedules_of_pods", schedule("pods"))
         project.options.plan_has_backups = false
         refused("plan_without_schedules", schedule("none", { frequency = "hourly" }))
      end)
   end)

   describe("records", function()
      before_each(function() ready_index(serverless("docs")) end)

      it("are replaced by id and counted once", function()
         fill("docs", 3)
         fill("docs", 5)
         assert.same({ [""] = 5 }, project:index_stats("docs").namespaces)
      end)

      it("of the default namespace go by two names", function()
         fill("docs", 2, "__default__")
         assert.same({ [""] = 2 }, project:index_stats("docs").namespaces)
         assert.truthy(project:fetch_records("docs", "", { "id-001" })["id-001"])
      end)

      it("of the wrong dimension are refused, all of the batch", function()
         refused("invalid_vectors", project:upsert_records("docs", "",
            { { id = "a", values = { 1, 2 } }, { id = "b", values = { 1 } } }))
         assert.equal(0, project:index_stats("docs").total)
      end)

      it("are listed in order, by prefix and in pieces", function()
         fill("docs", 5)
         project:upsert_records("docs", "", { { id = "other", values = { 1, 2 } } })
         local first = project:list_records("docs", "", { prefix = "id-", limit = 3 })
         assert.same({ { "id-001", "id-002", "id-003" }, true }, { first.ids, first.more })
         local second = project:list_records("docs", "", { prefix = "id-", limit = 3, after = "id-003" })
         assert.same({ { "id-004", "id-005" }, false }, { second.ids, second.more })
         fill("docs", 6)
         assert.equal(6, #project:list_records("docs", "", { prefix = "id-", limit = 100 }).ids)
      end)

      it("take their namespace with them when the last is deleted", function()
         fill("docs", 2, "other")
         project:delete_records("docs", "other", { "id-001", "id-002", "none" })
         fill("docs", 1)
         project:delete_records("docs", "")
         assert.same({}, project:index_stats("docs").namespaces)
      end)
   end)
end)

describe("pages", function()
   local function same(row)
      return row
   end

   local function read(query, version, options)
      return pages.read({
         query = query, version = versions.get(version or "2026-04"), options = decisions.complete(options),
      })
   end

   local function numbers(count)
      local list = {}
      for number = 1, count do
         list[number] = number
      end
      return list
   end

   -- The sizes of all pages from the first to the one that says it is the last.
   local function sizes(count, limit)
      local list, found = numbers(count), {}
      local page = assert(read({ limit = { tostring(limit) } }))
      repeat
         local cut = pages.cut(list, page, same)
         found[#found + 1] = #cut.data
         local token = cut.pagination ~= json.null and cut.pagination.next
         page = token and assert(read({ paginationToken = { token } }))
      until not page
      return found
   end

   it("end with a short one, or with an empty one behind a full one", function()
      assert.same({ 0 }, sizes(0, 2))
      assert.same({ 1 }, sizes(1, 2))
      assert.same({ 2, 0 }, sizes(2, 2))
      assert.same({ 2, 2, 1 }, sizes(5, 2))
      assert.same({ 100, 100, 0 }, sizes(200, 100))
   end)

   it("carry tokens in the observed form", function()
      local cut = pages.cut(numbers(3), { limit = 2, offset = 0 }, same)
      assert.equal("eyJsaW1pdCI6Miwib2Zmc2V0IjoyfQ==", cut.pagination.next)
      assert.equal('{"data":[],"pagination":null}', json.encode(pages.cut({}, { limit = 2, offset = 0 }, same)))
   end)

   it("take the offset of the token and the limit beside it", function()
      local page = read({ paginationToken = { "eyJsaW1pdCI6Miwib2Zmc2V0IjoyfQ==" }, limit = { "7" } })
      assert.same({ limit = 7, offset = 2 }, page)
      assert.same({ limit = 10, offset = 0 }, read({}))
   end)

   for _, limit in ipairs({ "0", "101", "-1", "1.5", "ten", "", "1e1", "0x1" }) do
      it("refuse the limit '" .. limit .. "'", function()
         refused("invalid_limit", read({ limit = { limit } }))
      end)
   end

   it("are of the size of the version", function()
      assert.equal(10, read({}, "2025-04").limit)
      assert.equal(100, read({}, "2026-07").limit)
      assert.equal(25, read({}, "2026-04", { default_limit = 25 }).limit)
      assert.equal(5000, read({ limit = { "5000" } }, "2026-07").limit)
   end)

   it("take the nearest good limit when told so", function()
      local options = { limit_out_of_range = "clamp" }
      assert.equal(100, read({ limit = { "101" } }, "2026-04", options).limit)
      assert.equal(1, read({ limit = { "-3" } }, "2026-07", options).limit)
      refused("invalid_limit", read({ limit = { "ten" } }, "2026-04", options))
   end)

   for what, token in pairs({
      ["no base64"] = "!!!!", ["cut off"] = "eyJsaW1p", ["no JSON"] = "bm9uZQ==",
      ["no offset"] = "eyJsaW1pdCI6Mn0=", ["empty"] = "",
      ["a limit of 0"] = "eyJsaW1pdCI6MCwib2Zmc2V0IjoyfQ==",
   }) do
      it("refuse a token that is " .. what, function()
         refused("invalid_token", read({ paginationToken = { token } }))
      end)
   end
end)

describe("faults", function()
   local set, effects, given

   before_each(function()
      set = faults.new({ create_backup = true, create_index_from_backup = true, list_indexes = true })
      effects, given = 0, nil
   end)

   local function effect(circumstances)
      effects = effects + 1
      given = circumstances
      return { status = 201, headers = {}, body = '{"real":[1,2]}' }
   end

   local function statuses(operation, count)
      local found = {}
      for position = 1, count do
         local outcome = set:apply(operation, effect)
         found[position] = outcome.response and outcome.response.status or "dropped"
      end
      return found
   end

   local function outcome_of(plan)
      plan.operation = "*"
      assert(set:add(plan))
      return set:apply("create_backup", effect)
   end

   it("strike once, at the first occurrence, when nothing else is said", function()
      assert.is_true(set:add({ operation = "create_backup", status = 503 }))
      assert.same({ 201 }, statuses("list_indexes", 1))
      assert.same({ 503, 201, 201 }, statuses("create_backup", 3))
      assert.equal(3, effects)
   end)

   for what, case in pairs({
      ["one occurrence"] = { 2, { 201, 503, 201, 201 } },
      ["several"] = { { 1, 3 }, { 503, 201, 503, 201 } },
      ["from one on"] = { { from = 2 }, { 201, 503, 503, 503 } },
      ["every second one"] = { { every = 2 }, { 201, 503, 201, 503 } },
      ["all"] = { "all", { 503, 503, 503, 503 } },
      ["all by chance"] = { { chance = 1 }, { 503, 503, 503, 503 } },
   }) do
      it("strike at " .. what, function()
         assert.is_true(set:add({ operation = "*", on = case[1], status = 503 }))
         assert.same(case[2], statuses("create_backup", 4))
      end)
   end

   describe("by chance", function()
      local function struck(on, count)
         local fresh = faults.new({ create_backup = true })
         assert(fresh:add({ operation = "*", on = on, status = 503 }))
         local found = {}
         for position = 1, count do
            found[position] = fresh:apply("create_backup", effect).response.status == 503 and "x" or "."
         end
         return table.concat(found)
      end

      it("strike about as often as they should", function()
         for _, chance in ipairs({ 0.05, 0.5, 0.95 }) do
            local hits = select(2, struck({ chance = chance, seed = 7 }, 10000):gsub("x", ""))
            assert.is_true(math.abs(hits / 10000 - chance) < 0.015, chance .. " became " .. hits / 10000)
         end
      end)

      it("strike the same ones for the same seed, on every Lua", function()
         assert.equal(struck({ chance = 0.3 }, 200), struck({ chance = 0.3, seed = 1 }, 200))
         assert.are_not.equal(struck({ chance = 0.3, seed = 2 }, 200), struck({ chance = 0.3, seed = 3 }, 200))
         assert.equal("x..xx.x.x.xx..x..x...x........", struck({ chance = 0.3, seed = 7 }, 30))
      end)

      it("strike the same ones whatever other plans there are", function()
         local alone = struck({ chance = 0.3, seed = 7 }, 50)
         set:add({ operation = "*", on = { every = 2 }, status = 429 })
         set:add({ operation = "*", on = { chance = 0.3, seed = 7 }, status = 503 })
         for position, status in ipairs(statuses("create_backup", 50)) do
            local expected = alone:sub(position, position) == "x" and 503 or 201
            assert.equal(position % 2 == 0 and 429 or expected, status)
         end
      end)
   end)

   it("strike before or after the effect", function()
      set:add({ operation = "*", on = "all", status = 500 })
      statuses("create_backup", 1)
      assert.equal(0, effects)
      set:clear()
      set:add({ operation = "*", status = 500, after = true })
      set:add({ operation = "*", on = 2, drop = "after" })
      set:add({ operation = "*", on = 3, drop = "before" })
      assert.same({ 500, "dropped", "dropped" }, statuses("create_backup", 3))
      assert.equal(2, effects)
   end)

   it("give a part of the real answer when they drop during it", function()
      local outcome = outcome_of({ drop = "during", reset = true })
      assert.same({ true, true, 201, 1 }, { outcome.part, outcome.reset, outcome.response.status, effects })
      assert.is_nil(outcome.drop)
   end)

   it("delay and cut real answers", function()
      local outcome = outcome_of({ delay = 0.5, cut = 3 })
      assert.same({ 0.5, 3, '{"real":[1,2]}' }, { outcome.delay, outcome.cut, outcome.response.body })
   end)

   it("leave a late effect to the caller", function()
      local outcome = outcome_of({ status = 504, late = 30, job = "failed" })
      assert.same({ 30, 504, 0 }, { outcome.late, outcome.response.status, effects })
      assert.same({ job = "failed" }, outcome.circumstances)
      set:clear()
      outcome = outcome_of({ drop = "before", late = 0 })
      assert.same({ 0, true, 0 }, { outcome.late, outcome.drop, effects })
      assert.is_nil(outcome.response)
   end)

   it("tell the effect its circumstances", function()
      outcome_of({ lag = 5, job = "cancelled", job_seconds = 0 })
      assert.same({ lag = 5, job = "cancelled", job_seconds = 0 }, given)
      statuses("create_backup", 1)
      assert.is_nil(given)
      set:clear()
      outcome_of({ status = 500, after = true, lag = 1 })
      assert.same({ lag = 1 }, given)
      set:clear()
      outcome_of({ delay = 1 })
      assert.is_nil(given)
      assert(set:add({ operation = "create_index_from_backup", lose = 3 }))
      set:apply("create_index_from_backup", effect)
      assert.same({ lose = 3 }, given)
      assert.equal(5, effects)
   end)

   it("garble bodies without a change of their length", function()
      local garbled = outcome_of({ garble = true }).response
      assert.same({ 201, '~"real"~~1~2~~' }, { garbled.status, garbled.body })
      for _, body in ipairs({ "1", '"text"', "null", "[]", " {}" }) do
         set:clear()
         local damaged = outcome_of({ status = 200, body = body, garble = true }).response.body
         assert.equal(#body, #damaged)
         assert.is_nil((json.decode(damaged)))
      end
      set:clear()
      assert.equal("", outcome_of({ status = 202, garble = true }).response.body)
   end)

   it("answer pages of a proxy", function()
      local response = outcome_of({ html = true }).response
      assert.same({ 502, "text/html" }, { response.status, response.headers["content-type"] })
      assert.truthy(response.body:find("<title>502 Bad Gateway</title>", 1, true))
      set:clear()
      response = outcome_of({ html = true, status = 503, headers = { ["Content-Type"] = "text/x" } }).response
      assert.same({ 503, "text/x" }, { response.status, response.headers["content-type"] })
      assert.truthy(response.body:find("503 Service Unavailable", 1, true))
      assert.equal(0, effects)
   end)

   it("say when to try again", function()
      for _, case in ipairs({ { 2, "2" }, { 0.5, "0.5" }, { "Wed, 21 Oct 2026 07:28:00 GMT" }, { "soon" } }) do
         set:clear()
         local response = outcome_of({ status = 429, retry_after = case[1] }).response
         assert.equal(case[2] or case[1], response.headers["retry-after"])
      end
   end)

   it("answer without an end with 200 and the effect, or with the status of the plan", function()
      local outcome = outcome_of({ endless = true })
      assert.same({ true, 200, 1 }, { outcome.endless, outcome.response.status, effects })
      set:clear()
      outcome = outcome_of({ endless = true, status = 500 })
      assert.same({ true, 500, 1 }, { outcome.endless, outcome.response.status, effects })
   end)

   it("hand on what is done on the wire", function()
      local outcome = outcome_of({ drip = 0.25, content_length = 99, header_flood = 7 })
      assert.same({ { bytes = 1, seconds = 0.25 }, 99, 7 },
         { outcome.drip, outcome.content_length, outcome.header_flood })
      set:clear()
      outcome = outcome_of({ drip = { bytes = 10, seconds = 0 } })
      assert.same({ bytes = 10, seconds = 0 }, outcome.drip)
   end)

   it("are copies of the plans they were given", function()
      local plan = { operation = "*", on = { 2 }, status = 503, headers = { a = "b" } }
      assert(set:add(plan))
      plan.on[1], plan.headers.a, plan.status = 1, "c", 200
      assert.same({ 201 }, statuses("create_backup", 1))
      local response = set:apply("create_backup", effect).response
      assert.same({ 503, { a = "b" } }, { response.status, response.headers })
      set:clear()
      assert(set:add({ operation = "*", on = "all", status = 503, headers = { a = "b" } }))
      set:apply("create_backup", effect).response.headers.date = "today"
      assert.same({ a = "b" }, set:apply("create_backup", effect).response.headers)
   end)

   it("take a flag that is down for none", function()
      assert.same({ 201, 1 }, { outcome_of({ delay = 0, garble = false, endless = false }).response.status, effects })
   end)

   it("are set many at a time, all of them or none", function()
      assert.is_true(set:add_all({
         { operation = "*", on = 2, status = 503 }, { operation = "create_backup", status = 429 },
      }))
      assert.same({ 429, 503, 201 }, statuses("create_backup", 3))
      local added, problem = set:add_all({
         { operation = "*", on = "all", status = 500 }, { operation = "*", status = 999 }, "nonsense",
      })
      assert.is_nil(added)
      assert.equal("plan 2: bad value of 'status' in a fault plan: "
         .. "it must be a whole number from 200 to 599", problem)
      assert.same({ 201 }, statuses("create_backup", 1))
      assert.is_true(set:add_all({}))
      for _, list in ipairs({ { operation = "*", status = 500 }, "x", 1 }) do
         added, problem = set:add_all(list)
         assert.same({ nil, "fault plans must come as a list" }, { added, problem })
      end
      added, problem = set:add_all({ "x" })
      assert.same({ nil, "plan 1: a fault plan must be a table, got a string" }, { added, problem })
   end)

   local bad = {
      { { status = 503 }, "needs an operation" },
      { { operation = "create_backups", status = 503 }, "unknown operation 'create_backups'" },
      { { operation = 1, status = 503 }, "'operation'.*the name of an operation or \"%*\"" },
      { { operation = "*" }, "needs an action, one of content_length, cut, delay" },
      { { operation = "*" }, "lag, lose, status$" },
      { { operation = "*", on = 2, garble = false }, "needs an action" },
      { { operation = "*", statsu = 503 }, "unknown field 'statsu' in a fault plan; did you mean status%?" },
      { { operation = "*", retry_afer = 1 }, "did you mean retry_after%?" },
      { { operation = "*", nonsense = 1 }, "unknown field 'nonsense'.*it takes after, body, content_length" },
      { { operation = "*", [1] = 1 }, "unknown field '1'" },
      { { operation = "*", status = "503" }, "'status'.*a whole number from 200 to 599" },
      { { operation = "*", status = 199 }, "'status'" },
      { { operation = "*", status = 503, body = {} }, "'body'.*a string" },
      { { operation = "*", status = 503, headers = { A = "b\r\nc: d" } }, "'headers'.*one%-line strings" },
      { { operation = "*", status = 503, headers = { [""] = "b" } }, "'headers'" },
      { { operation = "*", status = 503, headers = { A = 1 } }, "'headers'" },
      { { operation = "*", status = 429, retry_after = "a\nb" }, "'retry_after'.*seconds, or the text" },
      { { operation = "*", status = 429, retry_after = -1 }, "'retry_after'" },
      { { operation = "*", status = 503, after = 1 }, "'after'.*true or false" },
      { { operation = "*", drop = "midway" }, "'drop'.*one of \"before\", \"during\", \"after\"" },
      { { operation = "*", delay = -1 }, "'delay'.*seconds, a number from 0 to 31536000" },
      { { operation = "*", delay = 0 / 0 }, "'delay'" },
      { { operation = "*", delay = math.huge }, "'delay'" },
      { { operation = "*", drip = "slow" }, "'drip'.*{bytes = N, seconds = S}" },
      { { operation = "*", drip = { bytes = 10 } }, "'drip'" },
      { { operation = "*", drip = { bytes = 0, seconds = 1 } }, "'drip'" },
      { { operation = "*", drip = { seconds = 1, byte = 3 } }, "'drip'" },
      { { operation = "*", cut = 1.5 }, "'cut'.*a whole number from 0" },
      { { operation = "*", content_length = -1 }, "'content_length'" },
      { { operation = "*", header_flood = 1000001 }, "'header_flood'.*from 1 to 1000000" },
      { { operation = "*", job = "Failed" }, "'job'.*\"failed\", \"cancelled\"" },
      { { operation = "*", lag = "5" }, "'lag'.*seconds" },
      { { operation = "*", lose = 0 }, "'lose'.*a whole number from 1 to" },
      { { operation = "*", lose = 1.5 }, "'lose'" },
      { { operation = "*", lose = "3" }, "'lose'" },
      { { operation = "*", loose = 3 }, "'loose'.*did you mean lose" },
      { { operation = "create_backup", lose = 3 },
         "'lose' in a fault plan is for create_index_from_backup, not for create_backup" },
      { { operation = "*", delay = 1, headers = {} }, "'headers' in a fault plan needs 'status' or 'html' beside it" },
      { { operation = "*", delay = 1, body = "x" }, "'body' in a fault plan needs 'status' beside it" },
      { { operation = "*", delay = 1, retry_after = 1 }, "'retry_after' in a fault plan needs 'status'" },
      { { operation = "*", drop = "before", after = true }, "'after' in a fault plan needs 'status' or 'html'" },
      { { operation = "*", delay = 1, late = 1 }, "'late' in a fault plan needs 'status' or 'html' or 'drop'" },
      { { operation = "*", delay = 1, reset = true }, "'reset' in a fault plan needs 'drop' beside it" },
      { { operation = "*", status = 500, after = true, late = 1 }, "'after' and 'late' exclude each other" },
      { { operation = "*", drop = "after", late = 1 }, "'late' in a fault plan takes no drop but \"before\"" },
      { { operation = "*", status = 502, html = true, body = "x" }, "'body' and 'html' exclude each other" },
      { { operation = "*", drop = "before", status = 500 }, "'drop' and 'status' exclude each other" },
      { { operation = "*", drop = "during", drip = 1 }, "'drop' and 'drip' exclude each other" },
      { { operation = "*", endless = true, cut = 1 }, "'endless' and 'cut' exclude each other" },
      { { operation = "*", status = 500, job = "failed" }, "'job' in a fault plan changes an effect" },
      { { operation = "*", drop = "before", lag = 1 }, "'lag' in a fault plan changes an effect" },
      { { operation = "*", html = true, lose = 1 }, "'lose' in a fault plan changes an effect" },
   }
   for _, turns in ipairs({ 0, -1, 1.5, "first", true, {}, { 0 }, { 1, "2" }, { 1, from = 2 }, { from = 0 },
      { from = 1, every = 2 }, { every = 0 }, { chance = 0 }, { chance = 1.1 }, { chance = "1" }, { seed = 1 },
      { chance = 0.5, seed = -1 }, { chance = 0.5, seed = 2 ^ 31 }, { until_ = 3 } }) do
      bad[#bad + 1] = { { operation = "*", on = turns, status = 503 }, "'on'.*a whole number from 1.*{chance = P}" }
   end
   for _, case in ipairs(bad) do
      it("are refused: " .. case[2], function()
         local added, problem = set:add(case[1])
         assert.is_nil(added)
         assert.truthy(problem:find(case[2]), problem)
         assert.same({ 201 }, statuses("create_backup", 1))
      end)
   end
end)

describe("the emulator's tools", function()
   it("know the calendar as the system does", function()
      for day = -40000, 60000, 37 do
         local time = day * DAY + (day * 7919) % DAY
         assert.equal(os.date("!%Y-%m-%dT%H:%M:%S", time), calendar.seconds(time, ""))
         assert.equal(time, calendar.time(calendar.parts(time)))
      end
      assert.equal("Thu, 23 Apr 2026 16:36:51 GMT", calendar.http(START))
      assert.equal("2026-04-23T16:36:51.267528Z", calendar.microseconds(START + 0.267528, "Z"))
   end)

   it("write JSON as it must be", function()
      assert.equal('{"a":[],"b":{},"c":null,"d":98,"e":0.1,"f":[1,2]}', json.encode({
         a = json.array(), b = {}, c = json.null, d = 98.0, e = 0.1, f = { 1, 2 },
      }))
      assert.equal('"\\u0001\\n\\"\\\\"', json.encode('\1\n"\\'))
      assert.equal("160087040000000", json.encode(160087040000000))
      assert.equal(0.30000000000000004, json.decode(json.encode(0.1 + 0.2)))
   end)

   it("refuse what is not JSON", function()
      for _, text in ipairs({ "", "{", "nan", "[NaN]", "{'a':1}", "[1] [2]" }) do
         assert.is_nil((json.decode(text)))
      end
   end)

   it("have a status and a code for every failure", function()
      local problem = failure("index_not_found", "docs")
      assert.same({ 404, "NOT_FOUND", 5, "Index docs not found." },
         { problem.status, problem.code, problem.number, problem.message })
   end)
end)
