-- One call for a backup that is good, and one for a restore that is whole.

local core = require "pinecone.core"
local expect = require "support.expect"
local service = require "support.service"

local NOT_FOUND = '{"error":{"code":"NOT_FOUND","message":"not found"},"status":404}'

describe("in one call", function()
   local emulator, pc

   setup(function()
      emulator = service.start {
         job_seconds = 0.1,
         seed = { indexes = { { name = "movies", dimension = 3, namespaces = { [""] = 98, trailers = 5 } } } },
      }
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function only_index()
      local list = assert(pc:list_indexes()).indexes
      return #list == 1 and list[1].name
   end

   describe("a backup", function()

      it("is made and waited for", function()
         local backup = assert(pc:backup { index_name = "movies", name = "good", description = "why" })
         assert.equal("Ready", backup.status)
         assert.equal("good", backup.name)
         assert.equal("why", backup.description)
         assert.equal(103, backup.record_count)
         assert.equal(1, service.sent(emulator, "create_backup"))
      end)

      it("is told of while it is waited for", function()
         local seen = {}
         assert(pc:backup("movies", { on_progress = function(backup) seen[#seen + 1] = backup.status end }))
         assert.equal("Initializing", seen[1])
         assert.equal("Ready", seen[#seen])
      end)

      it("without waiting is the one that begins", function()
         assert.equal("Initializing", assert(pc:backup { index_name = "movies", wait = false }).status)
         assert.equal(0, service.sent(emulator, "describe_backup"))
      end)

      it("has a name of its own where none is given, one that every version takes", function()
         local seen = {}
         for _ = 1, 20 do
            local backup = assert(pc:backup({ index_name = "movies", wait = false }, { api_version = "2026-07" }))
            assert.matches("^movies%-20%d%d%d%d%d%d%-%d%d%d%d%d%d%-[%l%d]+$", backup.name)
            assert.is_nil(seen[backup.name])
            seen[backup.name] = true
         end
      end)

      it("of an index with the longest name has one of 45 bytes", function()
         local longest = ("long-name-"):rep(4) .. "12345"
         service.serverless(pc, longest)
         local backup = assert(pc:backup({ index_name = longest, wait = false }, { api_version = "2026-07" }))
         assert.is_true(#backup.name <= 45)
         assert.matches("^long%-name%-long%-name%-2", backup.name)
      end)

      describe("with a prefix for its name", function()

         local function named(index_name, prefix)
            local wanted = { index_name = index_name, name_prefix = prefix, wait = false }
            return assert(pc:backup(wanted, { api_version = "2026-07" })).name
         end

         it("has a name that begins so", function()
            assert.matches("^nightly%-movies%-20%d%d%d%d%d%d%-%d%d%d%d%d%d%-%l+$", named("movies", "nightly-"))
            assert.matches("^20%-movies%-20%d+%-", named("movies", "20-"))
            assert.matches("^movies%-20%d+%-", named("movies", ""))
         end)

         it("has it whole, however long the index's name is", function()
            local longest, prefix = ("long-name-"):rep(4) .. "12345", "exactly-twenty-long-"
            service.serverless(pc, longest)
            local name = named(longest, prefix)
            assert.equal(prefix, name:sub(1, #prefix))
            assert.is_true(#name <= 45)
         end)

         for _, prefix in ipairs { "Nightly-", "nightly_", "-nightly", "nächtlich-", "more-than-twenty-long" } do
            it("is refused where no name may have it, and sends nothing: " .. prefix, function()
               local err = expect.failure("invalid_argument", pc:backup { index_name = "movies", name_prefix = prefix })
               expect.holds(tostring(err), "backup: ", "up to 20", "got '" .. prefix .. "'")
               assert.equal(0, service.sent(emulator))
            end)
         end
      end)

      it("that fails is an error with the backup in it", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local err = expect.failure("failed", pc:backup "movies")
         assert.equal("InitializationFailed", err.resource.status)
         assert.equal(err.resource.backup_id, err.target)
      end)

      it("that takes too long is an error with the backup in it", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600 })
         local err = expect.failure("timeout", pc:backup("movies", { timeout = 0.5 }))
         assert.equal("Initializing", err.resource.status)
         expect.holds(tostring(err), "still Initializing")
      end)

      it("that cannot be seen at first is waited for all the same", function()
         assert(emulator:fault { operation = "describe_backup", on = { 1, 2 }, status = 404, body = NOT_FOUND })
         assert.equal("Ready", assert(pc:backup "movies").status)
      end)

      it("whose looks all fail is an error with the backup in it", function()
         assert(emulator:fault { operation = "describe_backup", on = "all", status = 403, body = NOT_FOUND })
         local err = expect.failure("permission_denied", pc:backup "movies")
         assert.is_string(err.resource.backup_id)
      end)

      it("of an index that is not there is refused", function()
         expect.failure("not_found", pc:backup "nothing")
      end)

      it("whose answer was lost is found, not made twice", function()
         assert(emulator:fault { operation = "create_backup", drop = "after" })
         assert(pc:backup "movies")
         assert.equal(1, service.sent(emulator, "create_backup"))
      end)
   end)

   describe("a restore", function()
      local backup

      before_each(function() backup = assert(pc:backup { index_name = "movies", name = "first" }) end)

      it("is waited for and compared", function()
         local restored = assert(pc:restore { backup_id = backup.backup_id, name = "again", tags = { team = "x" } })
         assert.equal("again", restored.name)
         assert.equal("Completed", restored.job.status)
         assert.equal(restored.restore_job_id, restored.job.restore_job_id)
         assert.equal(restored.index_id, restored.job.target_index_id)
         assert.equal("Ready", restored.index.status.state)
         assert.same({ team = "x" }, restored.index.tags)
         assert.equal("first", restored.backup.name)
         assert.is_true(restored.verified)
         assert.equal(103, restored.record_count)
         assert.equal(2, restored.namespace_count)
         assert.is_true(restored.seconds > 0)
      end)

      it("takes the newest backup that is Ready", function()
         service.fill(pc, "movies", 120)
         local newest = assert(pc:backup { index_name = "movies", name = "second" })
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         expect.failure("failed", pc:backup { index_name = "movies", name = "third" })
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600 })
         assert(pc:backup { index_name = "movies", name = "fourth", wait = false })
         service.serverless(pc, "songs")
         assert(pc:backup { index_name = "songs", name = "of-another" })
         local restored = assert(pc:restore { index_name = "movies", latest = true, name = "again" })
         assert.equal(newest.backup_id, restored.backup.backup_id)
         assert.equal(125, restored.record_count)
      end)

      it("brings an index back that was deleted", function()
         assert(pc:delete_index "movies")
         service.until_true(function() return not pc:describe_index "movies" end)
         assert.is_true(assert(pc:restore { index_name = "movies", latest = true, name = "movies" }).verified)
      end)

      it("of an index without a good backup says what there is", function()
         service.serverless(pc, "songs")
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         expect.failure("failed", pc:backup "songs")
         local err = expect.failure("not_found", pc:restore { index_name = "songs", latest = true, name = "again" })
         expect.holds(tostring(err), "songs", "only 1 InitializationFailed")
         err = expect.failure("not_found", pc:restore { index_name = "nothing", latest = true, name = "again" })
         expect.holds(tostring(err), "no backup of this index is Ready")
         assert.equal(0, service.sent(emulator, "create_index_from_backup"))
      end)

      it("without waiting tells what was begun", function()
         local begun = assert(pc:restore { backup_id = backup.backup_id, name = "again", wait = false })
         assert.is_string(begun.restore_job_id)
         assert.is_string(begun.index_id)
         assert.is_false(begun.verified)
         assert.is_nil(begun.job)
         assert.equal(0, service.sent(emulator, "describe_restore_job"))
      end)

      it("that is not to be compared is not", function()
         local restored = assert(pc:restore { backup_id = backup.backup_id, name = "again", verify = false })
         assert.is_false(restored.verified)
         assert.equal("Ready", restored.index.status.state)
         assert.equal(0, service.sent(emulator, "describe_index_stats"))
      end)

      it("waits for counts that lag behind", function()
         assert(emulator:fault { operation = "describe_index_stats", on = { 1, 2 }, status = 200,
            body = '{"namespaces":{"":{"vectorCount":40}},"totalVectorCount":40}' })
         local restored = assert(pc:restore { backup_id = backup.backup_id, name = "again" })
         assert.equal(103, restored.record_count)
         assert.equal(3, service.sent(emulator, "describe_index_stats"))
      end)

      it("rides out an index that does not answer at first", function()
         assert(emulator:fault { operation = "describe_index_stats", on = { 1, 2, 3, 4, 5 }, status = 503, body = "" })
         assert.is_true(assert(pc:restore { backup_id = backup.backup_id, name = "again" }).verified)
      end)

      it("that loses records is an error that says which counts differ, and the index stays", function()
         assert(emulator:fault { operation = "create_index_from_backup", lose = 3 })
         local err = expect.failure("failed",
            pc:restore { backup_id = backup.backup_id, name = "again", verify_grace = 0.1 })
         expect.holds(tostring(err), "again", backup.backup_id, "100 of 103 records")
         assert.is_nil(tostring(err):find("namespaces", 1, true))
         assert.same({ record_count = { backup = 103, index = 100 } }, err.differences)
         assert.equal("Completed", err.restore.job.status)
         assert.is_false(err.restore.verified)
         assert(pc:describe_index "again")
      end)

      it("that loses a namespace says so", function()
         assert(emulator:fault { operation = "create_index_from_backup", lose = 5 })
         local err = expect.failure("failed",
            pc:restore { backup_id = backup.backup_id, name = "again", verify_grace = 0.1 })
         expect.holds(tostring(err), "98 of 103 records, 1 of 2 namespaces")
      end)

      it("of a backup that does not say its counts begins nothing that could not be compared", function()
         assert(emulator:fault { operation = "describe_backup", on = "all", status = 200,
            body = ('{"backup_id":"%s","status":"Ready","source_index_name":"movies"}'):format(backup.backup_id) })
         local err = expect.failure("protocol", pc:restore { backup_id = backup.backup_id, name = "again" })
         expect.holds(tostring(err), "record_count", "verify = false")
         assert.equal(0, service.sent(emulator, "create_index_from_backup"))
         assert(pc:restore { backup_id = backup.backup_id, name = "again", verify = false })
      end)

      it("asks for counts that the list does not have", function()
         local list = service.client(emulator):request { path = "/backups" }
         assert(emulator:fault { operation = "list_project_backups", status = 200, body = (
            '{"data":[{"backup_id":"%s","status":"Ready","source_index_name":"movies","created_at":"%s"}]}'):format(
            backup.backup_id, list.data[1].created_at) })
         local restored = assert(pc:restore { index_name = "movies", latest = true, name = "again" })
         assert.equal(103, restored.record_count)
      end)

      local odd = {
         ["without a total"] = '{"namespaces":{}}',
         ["with a text for a total"] = '{"namespaces":{},"totalVectorCount":"103"}',
         ["whose namespaces are none"] = '{"namespaces":"x","totalVectorCount":103}',
      }
      for what, body in pairs(odd) do
         it("is not taken for whole by stats " .. what, function()
            assert(emulator:fault { operation = "describe_index_stats", on = "all", status = 200, body = body })
            local err = expect.failure("protocol",
               pc:restore { backup_id = backup.backup_id, name = "again", verify_grace = 0 })
            expect.holds(tostring(err), "does not tell")
            assert.equal("again", err.restore.name)
         end)
      end

      it("into an index without a host is no misuse of ours", function()
         assert(emulator:fault { operation = "describe_index", on = "all", status = 200,
            body = '{"name":"again","status":{"ready":true,"state":"Ready"}}' })
         local err = expect.failure("protocol", pc:restore { backup_id = backup.backup_id, name = "again" })
         assert.is_string(err.restore.restore_job_id)
      end)

      it("knows the difference that it saw, whatever the last answer is", function()
         assert(emulator:fault { operation = "create_index_from_backup", lose = 3 })
         assert(emulator:fault { operation = "describe_index_stats", on = { from = 2 }, status = 503, body = "" })
         local hasty = service.client(emulator, { max_retries = 0 })
         local err = expect.failure("failed",
            hasty:restore { backup_id = backup.backup_id, name = "again", verify_grace = 0.3 })
         assert.is_table(err.differences)
      end)

      it("rides out the page of a gateway", function()
         for _, operation in ipairs { "describe_restore_job", "describe_index", "describe_index_stats" } do
            assert(emulator:fault { operation = operation, html = true, status = 403 })
            assert(emulator:fault { operation = operation, on = 2, garble = true })
         end
         assert.is_true(assert(pc:restore { backup_id = backup.backup_id, name = "again" }).verified)
      end)

      it("begins nothing when its time is over", function()
         for turn, token in ipairs { "a", "b", "c", "d" } do -- each in time, but not all of them
            assert(emulator:fault { operation = "list_project_backups", on = turn, delay = 0.25, status = 200,
               body = ('{"data":[{"backup_id":"%s"}],"pagination":{"next":"%s"}}'):format(token, token) })
         end
         local err = expect.failure("timeout",
            pc:restore({ index_name = "movies", latest = true, name = "again" }, { timeout = 0.6 }))
         expect.holds(tostring(err), "movies", "Give more time")
         assert.equal(0, service.sent(emulator, "create_index_from_backup"))
      end)

      it("that fails is an error with the job in it", function()
         for word, status in pairs { failed = "Failed", cancelled = "Cancelled" } do
            assert(emulator:fault { operation = "create_index_from_backup", job = word })
            local err = expect.failure("failed", pc:restore { backup_id = backup.backup_id, name = word })
            assert.equal(status, err.resource.status)
            assert.equal(err.resource.restore_job_id, err.restore.restore_job_id)
         end
      end)

      it("whose job is not found for a while goes on", function()
         assert(emulator:fault { operation = "describe_restore_job", on = { 1, 3 }, status = 404, body = NOT_FOUND })
         assert(pc:restore { backup_id = backup.backup_id, name = "again" })
      end)

      it("into a name that is taken is a conflict, and begins nothing", function()
         local err = expect.failure("conflict", pc:restore { backup_id = backup.backup_id, name = "movies" })
         assert.is_nil(err.restore)
      end)

      it("keeps its time", function()
         assert(emulator:fault { operation = "create_index_from_backup", job_seconds = 3600 })
         local began = core.clock()
         local err = expect.failure("timeout",
            pc:restore({ backup_id = backup.backup_id, name = "again" }, { timeout = 0.5 }))
         assert.is_true(core.clock() - began < 10)
         assert.equal("Pending", err.resource.status)
         assert.equal("again", err.restore.name)
      end)
   end)

   it("refuses what makes no sense, and sends nothing", function()
      for _, case in ipairs {
         { "backup", {}, "index_name' is missing" },
         { "backup", { index_name = 1 }, "must be a string" },
         { "backup", { index_name = "movies", wiat = true }, "did you mean 'wait'" },
         { "backup", { index_name = "movies", timeout = 1 }, "second table" },
         { "backup", { index_name = "movies", name = "x", name_prefix = "y-" }, "leave 'name' or it out" },
         { "backup", { index_name = "movies", name_prefix = 7 }, "'name_prefix' must be a string" },
         { "backup", 12, "table of named fields" },
         { "restore", { name = "x" }, "either backup_id, or index_name" },
         { "restore", { name = "x", backup_id = "b", index_name = "movies", latest = true }, "either" },
         { "restore", { name = "x", index_name = "movies" }, "latest = true" },
         { "restore", { name = "x", backup_id = "b", latest = true }, "not beside backup_id" },
         { "restore", { backup_id = "b" }, "'name' is missing" },
         { "restore", { name = "x", backup_id = "b", verify_grace = 0 / 0 }, "nan" },
         { "restore", { name = "x", backup_id = "b", wait = false, verify = true }, "not waited for" },
         { "drill", {}, "either backup_id, or index_name" },
         { "wait_for_backup", { backup_id = "b", timeout = 1 }, "second table" },
         { "drill", { index_name = "movies", name = "x" }, "unknown field 'name'" },
      } do
         local good, problem = pcall(pc[case[1]], pc, case[2])
         assert.is_false(good)
         expect.holds(tostring(problem), "pinecone: " .. case[1], case[3])
      end
      assert.has_error(function() pc:backup("movies", { timout = 1 }) end)
      assert.has_error(function() pc.backup("movies") end)
      expect.failure("invalid_argument", pc:restore { backup_id = "b", name = "No Name" })
      assert.equal(0, service.sent(emulator))
      assert.equal("movies", only_index())
   end)
end)
