-- Backups that Pinecone takes by itself.

local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"

local DAY = 86400

local emulator, pc

setup(function()
   emulator = service.start()
   pc = service.client(emulator)
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:reset()
   service.serverless(pc, "movies")
   service.fill(pc, "movies", 5)
   emulator:clear_requests()
end)

local function nightly(fields)
   local arguments = { index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7 }
   for name, value in pairs(fields or {}) do
      arguments[name] = value
   end
   return assert(pc:create_backup_schedule(arguments))
end

local function history(schedule)
   return assert(pc:list_backup_schedule_history(schedule.schedule_id)).data
end

describe("create_backup_schedule", function()

   it("answers an enabled schedule", function()
      local schedule = nightly()
      assert.is_string(schedule.schedule_id)
      assert.is_string(schedule.index_id)
      assert.is_string(schedule.project_id)
      assert.equal("nightly", schedule.name)
      assert.equal("time-based", schedule.schedule_type)
      assert.equal("daily", schedule.frequency)
      assert.equal(7, schedule.retention_expire_after_days)
      expect.integer(schedule.retention_expire_after_days)
      assert.is_true(schedule.enabled)
   end)

   it("dates its next run after its creation", function()
      local schedule = nightly()
      local created = assert(pinecone.timestamp(schedule.created_at))
      local next_run = assert(pinecone.timestamp(schedule.next_scheduled_run))
      assert.near(os.time(), created, 60)
      assert.is_true(next_run > created)
      expect.integer(next_run)
   end)

   it("takes the API's nested form", function()
      local schedule = assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", schedule = { type = "time-based", frequency = "weekly" },
         retention = { expire_after_days = 30 },
      })
      assert.equal("weekly", schedule.frequency)
      assert.equal("time-based", schedule.schedule_type)
      assert.equal(30, schedule.retention_expire_after_days)
   end)

   for _, frequency in ipairs { "daily", "weekly", "monthly" } do
      it("takes the frequency " .. frequency, function()
         assert.equal(frequency, nightly({ frequency = frequency }).frequency)
      end)
   end

   it("sends one request", function()
      nightly()
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("POST", rows[1].method)
      assert.equal("/indexes/movies/backup-schedules", rows[1].path)
   end)

   it("fails where another schedule of the index is enabled, and says what to do", function()
      nightly()
      local err = expect.failure("conflict", pc:create_backup_schedule {
         index_name = "movies", name = "second", frequency = "weekly", expire_after_days = 7,
      })
      assert.is_truthy(err.hint:find("one enabled schedule", 1, true))
   end)

   it("fails for an index that is not there", function()
      local err = expect.failure("not_found", pc:create_backup_schedule {
         index_name = "no-such-index", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      assert.is_truthy(err.hint:find("no index no-such-index", 1, true))
   end)

   it("fails for a pod index", function()
      service.pod(pc, "pods")
      local err = expect.failure("invalid_argument", pc:create_backup_schedule {
         index_name = "pods", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      assert.is_truthy(err.hint:find("not for pod indexes", 1, true))
   end)
end)

describe("describe_backup_schedule", function()

   it("answers the schedule, for a string and for a table", function()
      local schedule = nightly()
      assert.same(schedule, pc:describe_backup_schedule(schedule.schedule_id))
      assert.same(schedule, pc:describe_backup_schedule { schedule_id = schedule.schedule_id })
   end)

   it("fails where there is none", function()
      local err = expect.failure("not_found", pc:describe_backup_schedule "no-such-one")
      assert.is_truthy(tostring(err):find("no-such-one", 1, true))
   end)

   it("leaves next_scheduled_run out where the service sends null", function()
      emulator:fault {
         operation = "describe_backup_schedule", status = 200,
         body = '{"schedule_id":"s-1","enabled":false,"next_scheduled_run":null}',
      }
      assert.same({ schedule_id = "s-1", enabled = false }, pc:describe_backup_schedule "s-1")
   end)
end)

describe("list_backup_schedules", function()

   it("answers the schedules of an index", function()
      local one = nightly()
      assert(pc:pause_backup_schedule(one.schedule_id))
      local other = nightly { name = "weekly", frequency = "weekly" }
      local found = {}
      for _, schedule in ipairs(assert(pc:list_backup_schedules "movies").data) do
         found[schedule.schedule_id] = schedule.name
      end
      assert.same({ [one.schedule_id] = "nightly", [other.schedule_id] = "weekly" }, found)
   end)

   it("answers an empty list for an index without any", function()
      assert.same({}, assert(pc:list_backup_schedules { index_name = "movies" }).data)
   end)

   it("takes a page's size and answers the token of the next", function()
      assert(pc:pause_backup_schedule(nightly().schedule_id))
      nightly { name = "second" }
      local first = assert(pc:list_backup_schedules { index_name = "movies", limit = 1 })
      assert.equal(1, #first.data)
      local second = assert(pc:list_backup_schedules {
         index_name = "movies", pagination_token = first.pagination.next,
      })
      assert.not_equal(first.data[1].schedule_id, second.data[1].schedule_id)
   end)

   it("is walked by backup_schedules, with the index as a string too", function()
      local schedule = nightly()
      for found in pc:backup_schedules "movies" do
         assert.same(schedule, found)
      end
      for found in pc:backup_schedules { index_name = "movies" } do
         assert.same(schedule, found)
      end
      assert.equal(2, service.sent(emulator, "list_backup_schedules"))
   end)
end)

describe("update_backup_schedule", function()

   it("changes the frequency and nothing else", function()
      local schedule = nightly()
      local changed = assert(pc:update_backup_schedule { schedule_id = schedule.schedule_id, frequency = "monthly" })
      assert.equal("monthly", changed.frequency)
      assert.equal(7, changed.retention_expire_after_days)
      assert.is_true(changed.enabled)
      assert.same(changed, pc:describe_backup_schedule(schedule.schedule_id))
   end)

   for what, fields in pairs {
      flat = { expire_after_days = 30 }, nested = { retention = { expire_after_days = 30 } },
      ["spelled as in the answer"] = { retention_expire_after_days = 30 },
   } do
      it("changes the retention, " .. what, function()
         local schedule = nightly()
         fields.schedule_id = schedule.schedule_id
         local changed = assert(pc:update_backup_schedule(fields))
         assert.equal(30, changed.retention_expire_after_days)
         assert.equal("daily", changed.frequency)
      end)
   end

   it("changes nothing without a change", function()
      local schedule = nightly()
      assert.same(schedule, pc:update_backup_schedule { schedule_id = schedule.schedule_id })
   end)

   it("sends one PATCH", function()
      local schedule = nightly()
      emulator:clear_requests()
      assert(pc:update_backup_schedule { schedule_id = schedule.schedule_id, enabled = true })
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("PATCH", rows[1].method)
      assert.equal("/backup-schedules/" .. schedule.schedule_id, rows[1].path)
   end)

   it("fails where there is none", function()
      expect.failure("not_found", pc:update_backup_schedule { schedule_id = "no-such-one", frequency = "daily" })
   end)
end)

describe("Pausing and resuming", function()

   it("a paused schedule has no next run", function()
      local schedule = nightly()
      local paused = assert(pc:pause_backup_schedule(schedule.schedule_id))
      assert.is_false(paused.enabled)
      assert.is_nil(paused.next_scheduled_run)
      assert.same(paused, pc:describe_backup_schedule(schedule.schedule_id))
   end)

   it("a paused schedule does not run", function()
      local schedule = nightly()
      assert(pc:pause_backup_schedule(schedule.schedule_id))
      assert(emulator:advance(3 * DAY))
      assert.equal(0, #history(schedule))
   end)

   it("a resumed schedule runs at once and again later", function()
      local schedule = nightly()
      assert(pc:pause_backup_schedule(schedule.schedule_id))
      local resumed = assert(pc:resume_backup_schedule(schedule.schedule_id))
      assert.is_true(resumed.enabled)
      assert.is_string(resumed.next_scheduled_run)
      assert.equal(1, #history(schedule))
      assert(emulator:advance(DAY + 60))
      assert.equal(2, #history(schedule))
   end)

   it("does nothing twice", function()
      local schedule = nightly()
      assert.same(schedule, pc:resume_backup_schedule(schedule.schedule_id))
      assert.equal(0, #history(schedule))
      local paused = assert(pc:pause_backup_schedule(schedule.schedule_id))
      assert.same(paused, pc:pause_backup_schedule(schedule.schedule_id))
   end)

   it("takes a table with schedule_id, such as the schedule itself", function()
      local schedule = nightly()
      assert.is_false(assert(pc:pause_backup_schedule { schedule_id = schedule.schedule_id }).enabled)
      assert.is_true(assert(pc:resume_backup_schedule(schedule)).enabled)
   end)

   it("keeps the rest of the schedule", function()
      local schedule = nightly { frequency = "weekly", expire_after_days = 90 }
      assert(pc:pause_backup_schedule(schedule.schedule_id))
      local resumed = assert(pc:resume_backup_schedule(schedule.schedule_id))
      assert.equal("weekly", resumed.frequency)
      assert.equal(90, resumed.retention_expire_after_days)
   end)

   it("fails to resume where another one is enabled, and says what to do", function()
      local first = nightly()
      assert(pc:pause_backup_schedule(first.schedule_id))
      nightly { name = "second" }
      local err = expect.failure("conflict", pc:resume_backup_schedule(first.schedule_id))
      assert.is_truthy(err.hint:find("one enabled schedule", 1, true))
   end)

   for _, name in ipairs { "pause_backup_schedule", "resume_backup_schedule" } do
      it("fails where there is none: " .. name, function()
         local err = expect.failure("not_found", pc[name](pc, "no-such-one"))
         assert.is_truthy(tostring(err):find("no-such-one", 1, true))
      end)
   end
end)

describe("delete_backup_schedule", function()

   it("answers true, and the schedule is gone", function()
      local schedule = nightly()
      assert.is_true(pc:delete_backup_schedule(schedule.schedule_id))
      expect.failure("not_found", pc:describe_backup_schedule(schedule.schedule_id))
      assert.same({}, assert(pc:list_backup_schedules "movies").data)
   end)

   it("does not answer true twice", function()
      local schedule = nightly()
      assert.is_true(pc:delete_backup_schedule { schedule_id = schedule.schedule_id })
      expect.failure("not_found", pc:delete_backup_schedule(schedule.schedule_id))
   end)

   it("leaves the schedule's backups", function()
      local schedule = nightly()
      assert(emulator:advance(2 * DAY))
      local made = history(schedule)[1]
      assert.is_true(pc:delete_backup_schedule(schedule.schedule_id))
      assert.equal("Ready", assert(pc:describe_backup(made.backup_id)).status)
   end)
end)

describe("A schedule", function()

   it("takes a backup a day", function()
      local schedule = nightly()
      assert(emulator:advance(3 * DAY))
      local items = history(schedule)
      assert.is_true(#items >= 2 and #items <= 3, #items .. " backups")
      for _, item in ipairs(items) do
         assert.equal("Ready", item.status)
         assert.equal("movies", item.source_index_name)
         assert.equal(5, item.record_count)
         expect.integer(item.record_count)
         assert.is_truthy(item.name:find("^nightly%-%d%d%d%d%d%d%d%dT%d%d%d%d%d%dZ$"), item.name)
         assert.is_number(pinecone.timestamp(item.created_at))
      end
   end)

   it("takes backups that are like any other", function()
      local schedule = nightly()
      assert(emulator:advance(2 * DAY))
      local item = history(schedule)[1]
      local backup = assert(pc:describe_backup(item.backup_id))
      assert.equal(item.name, backup.name)
      local restore = assert(pc:create_index_from_backup { backup_id = item.backup_id, name = "restored" })
      assert(pc:wait_for_restore(restore.restore_job_id))
      assert.equal(5, assert(pc:describe_index_stats "restored").totalVectorCount)
   end)

   it("deletes its backups after their retention", function()
      local schedule = nightly { expire_after_days = 1 }
      assert(emulator:advance(10 * DAY))
      local count = #history(schedule)
      assert.is_true(count >= 1 and count <= 2, count .. " backups")
   end)

   it("goes away with its index", function()
      local schedule = nightly()
      assert.is_true(pc:delete_index "movies")
      expect.failure("not_found", pc:describe_backup_schedule(schedule.schedule_id))
   end)
end)

describe("list_backup_schedule_history", function()

   it("is empty at first", function()
      assert.same({}, history(nightly()))
   end)

   it("takes a page's size and answers the token of the next", function()
      local schedule = nightly()
      assert(emulator:advance(5 * DAY))
      local first = assert(pc:list_backup_schedule_history { schedule_id = schedule.schedule_id, limit = 1 })
      assert.equal(1, #first.data)
      local second = assert(pc:list_backup_schedule_history {
         schedule_id = schedule.schedule_id, pagination_token = first.pagination.next,
      })
      assert.not_equal(first.data[1].backup_id, second.data[1].backup_id)
   end)

   it("is walked by backup_schedule_history", function()
      local schedule = nightly()
      assert(emulator:advance(5 * DAY))
      local wanted, found = {}, {}
      for _, item in ipairs(history(schedule)) do
         wanted[item.backup_id] = true
      end
      for item in pc:backup_schedule_history(schedule.schedule_id) do
         found[item.backup_id] = true
      end
      assert.same(wanted, found)
   end)

   it("passes what has no place in a backup through", function()
      emulator:fault {
         operation = "list_backup_schedule_history", status = 200,
         body = '{"data":[{"backup_id":"b-1","name":null,"status":"Scheduled","record_count":null,'
            .. '"scheduled_execution_at":"2026-04-24T06:00:00+00:00"}],"pagination":null}',
      }
      assert.same({ data = { {
         backup_id = "b-1", status = "Scheduled", scheduled_execution_at = "2026-04-24T06:00:00+00:00",
      } } }, pc:list_backup_schedule_history "s-1")
   end)

   it("fails where there is no schedule", function()
      local err = expect.failure("not_found", pc:list_backup_schedule_history "no-such-one")
      assert.is_truthy(tostring(err):find("no-such-one", 1, true))
   end)
end)

describe("The API version of schedules", function()

   local calls = {
      create_backup_schedule = { index_name = "movies", name = "n", frequency = "daily", expire_after_days = 1 },
      list_backup_schedules = "movies",
      describe_backup_schedule = "s-1",
      update_backup_schedule = { schedule_id = "s-1", frequency = "daily" },
      delete_backup_schedule = "s-1",
      list_backup_schedule_history = "s-1",
      pause_backup_schedule = "s-1",
      resume_backup_schedule = "s-1",
   }
   local versions = {
      ["2025-04"] = "unstable", ["2025-10"] = "unstable", ["2026-01.alpha"] = "unstable", ["2026-04"] = "unstable",
      ["2026-07"] = "2026-07", ["2026-10"] = "2026-10", ["unstable"] = "unstable",
   }

   local function sends(client, method, version, options)
      client[method](client, calls[method], options)
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal(version, rows[1].api_version)
   end

   for method in pairs(calls) do
      it(("is 2026-07: %s"):format(method), function()
         sends(pc, method, "2026-07")
      end)

      for pinned, sent in pairs(versions) do
         it(("is %s when the client's is %s: %s"):format(sent, pinned, method), function()
            sends(service.client(emulator, { api_version = pinned }), method, sent)
         end)
      end

      it(("is the call's before the client's: %s"):format(method), function()
         sends(service.client(emulator, { api_version = "2026-04" }), method, "2026-07", { api_version = "2026-07" })
      end)
   end
end)
