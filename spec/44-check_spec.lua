-- Telling which indexes have no fresh backup.

local expect = require "support.expect"
local pinecone = require "pinecone"
local service = require "support.service"

local MINUTE, HOUR, DAY = 60, 3600, 86400

local emulator, pc

setup(function()
   emulator = service.start { speed = 0, max_indexes = 60 } -- the clock stands still: ages are exact
   pc = service.client(emulator)
end)

teardown(function() emulator:stop() end)

before_each(function()
   assert(emulator:reset())
   service.serverless(pc, "movies")
   assert(emulator:clear_requests())
end)

local function back_up(index_name, name)
   local begun = assert(pc:create_backup { index_name = index_name or "movies", name = name or "nightly" })
   return assert(pc:wait_for_backup(begun))
end

local function fail_to_back_up(name)
   assert(emulator:fault { operation = "create_backup", job = "failed" })
   local begun = assert(pc:create_backup { index_name = "movies", name = name or "broken" })
   assert(emulator:clear_faults())
   expect.failure("failed", pc:wait_for_backup(begun))
   return begun
end

local function nightly(index_name)
   return assert(pc:create_backup_schedule {
      index_name = index_name or "movies", name = "daily", frequency = "daily", expire_after_days = 30,
   })
end

local function pass(seconds)
   assert(emulator:advance(seconds))
end

local function refuse(operation, status)
   assert(emulator:fault {
      operation = operation, on = "all", status = status,
      body = '{"error":{"code":"SOMETHING","message":"It is not to be."},"status":' .. status .. '}',
   })
   finally(function() assert(emulator:clear_faults()) end)
end

local function gives(operation, body)
   assert(emulator:fault { operation = operation, on = "all", status = 200, body = body })
   finally(function() assert(emulator:clear_faults()) end)
end

-- Ready backups b1, b2 and so on, dated so many seconds in the future, or -- as text -- at no time.
local function dated(...)
   local now, rows = math.floor(assert(emulator:time())), {}
   for place, ahead in ipairs { ... } do
      local text = type(ahead) == "string" and ahead or os.date("!%Y-%m-%dT%H:%M:%SZ", now + ahead)
      rows[place] = ('{"backup_id":"b%d","status":"Ready","created_at":"%s"}'):format(place, text)
   end
   gives("list_index_backups", '{"data":[' .. table.concat(rows, ",") .. "]}")
end

-- The entry of movies, with the verdict of the whole checked on the way.
local function look(arguments)
   local checked = assert(pc:check(arguments))
   assert.equal(1, #checked.indexes)
   local entry = checked.indexes[1]
   assert.equal(checked.verdict, entry.verdict)
   assert.equal(entry.reasons[1], entry.reason)
   return entry
end

local function expect_verdict(verdict, reasons, entry)
   assert.same({ verdict = verdict, reasons = reasons }, { verdict = entry.verdict, reasons = entry.reasons })
end

describe("An index with a fresh backup", function()

   it("is ok", function()
      local backup = back_up()
      pass(3 * HOUR)
      local entry = look()
      expect_verdict("ok", { "backup nightly is 3 hours old" }, entry)
      assert.equal("movies", entry.index_name)
      assert.same(backup, entry.backup)
      assert.equal(3 * HOUR, entry.age)
      expect.integer(entry.age)
      assert.equal(0, entry.failures)
      assert.equal(0, entry.running)
      for _, name in ipairs { "last_failure", "schedule", "next_run", "schedule_error", "error" } do
         assert.is_nil(entry[name], name)
      end
   end)

   it("is ok until max_age has passed, 25 hours by default", function()
      back_up()
      pass(25 * HOUR)
      assert.equal("ok", look().verdict)
      pass(1)
      expect_verdict("critical",
         { "the newest good backup, nightly, is just over 25 hours old; the limit is 25 hours" }, look())
      assert.equal("ok", look({ max_age = 25 * HOUR + 1 }).verdict)
   end)

   it("is judged by the newest one, whatever the order of the list", function()
      local rows = {
         '{"backup_id":"b","name":"second","status":"Ready","created_at":"2026-01-02T00:00:00Z"}',
         '{"backup_id":"c","name":"third","status":"Ready","created_at":"2026-01-03T00:00:00.5Z"}',
         '{"backup_id":"a","name":"first","status":"Ready","created_at":"2026-01-01T00:00:00Z"}',
      }
      gives("list_index_backups", '{"data":[' .. table.concat(rows, ",") .. "]}")
      assert.equal("third", look().backup.name)
   end)

   it("is read whole, over all pages of its list", function()
      back_up("movies", "the-newest")
      local token = "eyJsaW1pdCI6MTAwLCJvZmZzZXQiOjB9" -- {"limit":100,"offset":0}
      assert(emulator:fault {
         operation = "list_index_backups", status = 200,
         body = '{"data":[{"backup_id":"x","name":"old","status":"Ready","created_at":"2020-01-01T00:00:00Z"}],'
            .. '"pagination":{"next":"' .. token .. '"}}',
      })
      finally(function() assert(emulator:clear_faults()) end)
      assert.equal("the-newest", look().backup.name)
   end)

   it("is not younger than new where its backup is an hour from the future", function()
      dated(HOUR, 0)
      local entry = look()
      assert.equal(0, entry.age)
      assert.is_nil(entry.ahead)
      expect_verdict("ok", { "backup b1 is 0 seconds old" }, entry)
   end)
end)

describe("Ages", function()

   it("are by the server's clock, not by this machine's", function()
      back_up()
      pass(400 * DAY)
      local entry = look()
      assert.equal(400 * DAY, entry.age)
      local checked = assert(pc:check())
      assert.equal(math.floor(assert(emulator:time())), checked.time)
      expect.integer(checked.time)
      assert.equal(checked.time, assert(pc:check { index_names = { "movies" } }).time)
   end)

   it("are so also where some answers tell no time", function()
      pass(400 * DAY)
      local now = math.floor(assert(emulator:time()))
      assert.equal(now, assert(pc:check { index_names = { "aaa", "movies", "zzz" } }).time)
      refuse("list_index_backups", 403)
      assert.equal(now, assert(pc:check()).time)
   end)

   it("are by this machine's where no answer tells the time", function()
      assert.near(os.time(), assert(pc:check { index_names = { "lost" } }).time, 60)
   end)

   local shown = {
      [59] = "59 seconds", [MINUTE] = "1 minute", [MINUTE + 1] = "1 minute 1 second",
      [3 * HOUR + 90] = "3 hours 1 minute",
      [HOUR] = "1 hour", [25 * HOUR] = "25 hours", [2 * DAY] = "2 days", [2 * DAY - 1] = "47 hours 59 minutes",
      [2 * DAY + 3 * HOUR + 59] = "2 days 3 hours", [300 * DAY + 59 * MINUTE] = "300 days",
   }
   for seconds, text in pairs(shown) do
      it("are written as people say them: " .. text, function()
         back_up()
         pass(seconds)
         assert.equal("backup nightly is " .. text .. " old", look({ max_age = 400 * DAY }).reason)
      end)
   end
end)

describe("An index is critical", function()

   it("where its newest backup is too old, and both ages are told", function()
      back_up()
      pass(2 * DAY + 3 * HOUR)
      expect_verdict("critical",
         { "the newest good backup, nightly, is 2 days 3 hours old; the limit is 25 hours" }, look())
      expect_verdict("critical",
         { "the newest good backup, nightly, is 2 days 3 hours old; the limit is 30 minutes" },
         look { max_age = 30 * MINUTE, warn_age = 10 })
   end)

   it("where it has no backup", function()
      local entry = look()
      expect_verdict("critical", { "there is no backup" }, entry)
      assert.is_nil(entry.backup)
      assert.is_nil(entry.age)
      assert.equal(0, entry.failures)
   end)

   it("where all of its backups failed or are not finished", function()
      fail_to_back_up "one"
      pass(HOUR)
      local last = fail_to_back_up "two"
      assert(emulator:fault { operation = "create_backup", job_seconds = HOUR })
      assert(pc:create_backup { index_name = "movies", name = "slow" })
      local entry = look()
      expect_verdict("critical", { "there is no good backup: 2 failed, 1 not finished" }, entry)
      assert.equal(2, entry.failures)
      assert.equal(last.backup_id, entry.last_failure.backup_id)
      assert.equal(1, entry.running)
   end)

   it("where its first backup is not finished", function()
      assert(emulator:fault { operation = "create_backup", job_seconds = HOUR })
      assert(pc:create_backup { index_name = "movies" })
      expect_verdict("critical", { "there is no good backup: 1 not finished" }, look())
      pass(HOUR)
      assert.equal("ok", look().verdict)
   end)

   it("where no good backup tells when it was made", function()
      dated "yesterday"
      expect_verdict("critical", { "there is no good backup with a credible date: 1 without one" }, look())
      assert(emulator:clear_faults())
      gives("list_index_backups", '{"data":[{"status":"Ready"},{"status":"Ready"},{"status":"Failed"}]}')
      expect_verdict("critical", { "there is no good backup with a credible date: 2 without one, 1 failed" }, look())
   end)

   it("where its only good backup is from the future, however long that has been so", function()
      dated(HOUR + 1)
      local entry = look()
      expect_verdict("critical", {
         "there is no good backup with a credible date: 1 in the future",
         "backup b1 is dated 1 hour in the future: the clocks differ, or it is wrong",
      }, entry)
      assert.is_nil(entry.backup)
      assert.is_nil(entry.age)
      assert.equal("b1", entry.ahead.backup_id)
   end)

   it("where its newest credible one is too old, whatever others of the future say", function()
      dated(400 * DAY, -30 * HOUR, 3 * DAY)
      local entry = look()
      expect_verdict("critical", {
         "the newest good backup, b2, is 30 hours old; the limit is 25 hours",
         "backup b1 is dated 400 days in the future: the clocks differ, or it is wrong",
      }, entry)
      assert.equal(30 * HOUR, entry.age)
   end)

   it("where its backups cannot be listed, and what else could be known of it is not asked for", function()
      back_up()
      refuse("list_index_backups", 403)
      local entry = look()
      expect_verdict("critical", { "its backups could not be listed: It is not to be. (permission_denied)" }, entry)
      assert.equal("permission_denied", entry.error.kind)
      for _, name in ipairs { "backup", "age", "failures", "running", "schedule", "schedule_error" } do
         assert.is_nil(entry[name], name)
      end
      assert.equal(0, service.sent(emulator, "list_backup_schedules"))
   end)

   it("where it is not there", function()
      local entry = look { index_names = { "lost" } }
      assert.equal("critical", entry.verdict)
      assert.equal("not_found", entry.error.kind)
      expect.holds(entry.reason, "lost not found")
   end)

   it("where a schedule is required and schedules cannot be read", function()
      back_up()
      refuse("list_backup_schedules", 404)
      local entry = look { require_schedule = true }
      expect_verdict("critical", { "its schedules could not be read: It is not to be. (not_found)" }, entry)
      assert.equal("not_found", entry.schedule_error.kind)
      assert.is_nil(entry.error)
   end)
end)

describe("An index is worth a warning", function()

   it("where a good backup beside a fresh one is from the future", function()
      dated(2 * DAY, -HOUR)
      local entry = look()
      expect_verdict("warning", { "backup b1 is dated 2 days in the future: the clocks differ, or it is wrong" }, entry)
      assert.equal("b2", entry.backup.backup_id)
      assert.equal(HOUR, entry.age)
   end)

   it("where its newest backup is older than warn_age", function()
      back_up()
      pass(13 * HOUR)
      assert.equal("ok", look({ warn_age = 13 * HOUR }).verdict)
      expect_verdict("warning",
         { "the newest good backup, nightly, is 13 hours old; the limit is 12 hours 30 minutes" },
         look { warn_age = 12.5 * HOUR })
   end)

   it("where backups failed since the newest good one", function()
      fail_to_back_up "long-ago"
      pass(HOUR)
      back_up()
      pass(HOUR)
      fail_to_back_up "one"
      pass(HOUR)
      local last = fail_to_back_up "two"
      pass(5 * MINUTE)
      local entry = look()
      expect_verdict("warning", {
         "2 backups failed since the newest good one; the last, two, was begun 5 minutes ago",
      }, entry)
      assert.equal(2, entry.failures)
      assert.equal(last.backup_id, entry.last_failure.backup_id)
      back_up("movies", "again")
      expect_verdict("ok", { "backup again is 0 seconds old" }, look())
   end)

   it("where a schedule is required and there is none, or none that is enabled", function()
      back_up()
      expect_verdict("warning", { "it has no backup schedule" }, look { require_schedule = true })
      local schedule = nightly()
      assert.equal("ok", look({ require_schedule = true }).verdict)
      assert(pc:pause_backup_schedule(schedule))
      local entry = look { require_schedule = true }
      expect_verdict("warning", { "none of its backup schedules is enabled" }, entry)
      assert.is_nil(entry.schedule)
      assert.equal("ok", look().verdict)
   end)

   local function scheduled(next_run, enabled)
      gives("list_backup_schedules", ('{"data":[{"schedule_id":"s","name":"daily","frequency":"daily","enabled":%s,'
         .. '"next_scheduled_run":%s}]}'):format(tostring(enabled), next_run))
   end

   it("where the run of its schedule is overdue", function()
      back_up()
      pass(3 * HOUR)
      local now = assert(emulator:time())
      scheduled(os.date('!"%Y-%m-%dT%H:%M:%S+00:00"', math.floor(now - 61 * MINUTE)), true)
      expect_verdict("warning", { "schedule daily should have run 1 hour 1 minute ago" }, look())
      assert(emulator:clear_faults())
      scheduled(os.date('!"%Y-%m-%dT%H:%M:%S+00:00"', math.floor(now - 60 * MINUTE)), true)
      assert.equal("ok", look().verdict)
   end)

   for _, case in ipairs { { "null", true }, { '"soon"', true }, { '"2020-01-01T00:00:00Z"', false } } do
      it(("but not where the next run is %s, enabled %s"):format(case[1], tostring(case[2])), function()
         back_up()
         scheduled(case[1], case[2])
         local entry = look()
         assert.equal("ok", entry.verdict)
         assert.is_nil(entry.next_run)
         assert.equal(case[2], entry.schedule ~= nil)
      end)
   end
end)

describe("A check", function()

   it("gives the schedule that is enabled and when it runs next", function()
      back_up()
      assert(pc:pause_backup_schedule(nightly()))
      local schedule = nightly()
      local entry = look { require_schedule = true }
      assert.equal(schedule.schedule_id, entry.schedule.schedule_id)
      assert.equal(assert(pinecone.timestamp(schedule.next_scheduled_run)), entry.next_run)
      expect.integer(entry.next_run)
   end)

   it("stays ok where schedules cannot be read and none is required", function()
      back_up()
      refuse("list_backup_schedules", 403)
      local entry = look()
      assert.equal("ok", entry.verdict)
      assert.equal("permission_denied", entry.schedule_error.kind)
      assert.is_nil(entry.schedule)
   end)

   it("counts what has an unknown status as running", function()
      gives("list_index_backups", [[{"data":[
         {"backup_id":"a","status":"Ready","created_at":"2026-01-01T00:00:00Z"},
         {"backup_id":"b","status":"Dreaming","created_at":"2026-01-02T00:00:00Z"},
         {"backup_id":"c","status":"Pending"},
         {"backup_id":"d","status":"Failed"},
         {"backup_id":"e","status":"Failed","created_at":"2026-01-01T00:00:01Z"},
         {"backup_id":"f","status":"InitializationFailed","created_at":"2025-01-01T00:00:00Z"}]}]])
      local entry = look()
      assert.equal(2, entry.running)
      assert.equal(1, entry.failures) -- d does not say that it was later
      assert.equal("e", entry.last_failure.backup_id)
   end)

   it("counts failures that tell no time where there is no good backup", function()
      gives("list_index_backups", '{"data":[{"backup_id":"d","status":"Failed"}]}')
      local entry = look()
      expect_verdict("critical", { "there is no good backup: 1 failed" }, entry)
      assert.is_nil(entry.last_failure)
   end)

   it("tells all reasons, worst first", function()
      back_up()
      pass(HOUR)
      fail_to_back_up()
      pass(30 * HOUR)
      expect_verdict("critical", {
         "the newest good backup, nightly, is 31 hours old; the limit is 25 hours",
         "1 backup failed since the newest good one; the last, broken, was begun 30 hours ago",
         "it has no backup schedule",
      }, look { require_schedule = true, warn_age = HOUR })
   end)

   local function one_ready(fields)
      gives("list_index_backups", ('{"data":[{%s,"status":"Ready","created_at":"%s"}]}'):format(fields,
         os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(assert(emulator:time())))))
   end

   it("lets no name of the server break a line", function()
      one_ready [["backup_id":"x","name":"a\nb"]]
      assert.equal("backup a?b is 0 seconds old", look().reason)
   end)

   for given, shown in pairs {
      ['"backup_id":"x","name":""'] = "x", ['"backup_id":"x","name":{}'] = "x", ['"backup_id":"x","name":null'] = "x",
      ['"backup_id":7'] = "7", ['"backup_id":""'] = "without a name", ['"name":[1]'] = "without a name",
   } do
      it("calls a backup by what it has: " .. given, function()
         one_ready(given)
         assert.equal("backup " .. shown .. " is 0 seconds old", look().reason)
      end)
   end

   it("says so where it looked at no index", function()
      assert.is_true(pc:delete_index "movies")
      local checked = assert(pc:check())
      assert.equal("warning", checked.verdict)
      assert.equal("no index was looked at", checked.reason)
      assert.same({}, checked.indexes)
      assert.same({}, checked.skipped)
      assert.is_number(checked.time)
   end)
end)

describe("A check of many indexes", function()

   local function names_of(checked)
      local names = {}
      for place, entry in ipairs(checked.indexes) do
         names[place] = entry.index_name
      end
      return names
   end

   local function entry_of(checked, name)
      for _, entry in ipairs(checked.indexes) do
         if entry.index_name == name then
            return entry
         end
      end
   end

   it("has the worst of their verdicts", function()
      service.serverless(pc, "films")
      back_up "movies"
      back_up "films"
      local checked = assert(pc:check())
      assert.equal("ok", checked.verdict)
      assert.equal("2 indexes have a fresh backup", checked.reason)
      assert.equal("1 index has a fresh backup", assert(pc:check { index_names = { "films" } }).reason)
      pass(1)
      fail_to_back_up() -- of movies
      checked = assert(pc:check())
      assert.equal("warning", checked.verdict)
      assert.equal("movies: " .. entry_of(checked, "movies").reason, checked.reason)
      assert.equal("ok", entry_of(checked, "films").verdict)
      service.serverless(pc, "zebras")
      checked = assert(pc:check())
      assert.equal("critical", checked.verdict)
      assert.equal("zebras: there is no backup", checked.reason)
      service.serverless(pc, "apes")
      assert.equal("apes: there is no backup", assert(pc:check()).reason) -- the first of those that are as bad
   end)

   it("sorts them by name, and skips pod indexes", function()
      for _, name in ipairs { "zebras", "apes", "numbers" } do
         service.serverless(pc, name)
      end
      service.pod(pc, "pods-b")
      service.pod(pc, "pods-a")
      local checked = assert(pc:check())
      assert.same({ "apes", "movies", "numbers", "zebras" }, names_of(checked))
      assert.same({ "pods-a", "pods-b" }, checked.skipped)
   end)

   local function of_drill(seconds_ago)
      local now = math.floor(assert(emulator:time()))
      return os.date("!drill-movies-%Y%m%d-%H%M%S-xkwqzbtf", now - seconds_ago)
   end

   it("does not count a failure that is dated far in the future", function()
      back_up()
      local created = assert(pc:list_backups "movies").data[1].created_at
      gives("list_index_backups", ([[{"data":[
         {"backup_id":"a","name":"a","status":"Ready","created_at":"%s"},
         {"backup_id":"b","name":"b","status":"Failed","created_at":"2199-01-01T00:00:00Z"}]}]]):format(created))
      local checked = assert(pc:check())
      assert.equal("ok", checked.verdict)
      assert.equal(0, checked.indexes[1].failures)
   end)

   it("skips the index of a drill, which nobody backs up, but not one that is just called so", function()
      local name = of_drill(DAY)
      service.serverless(pc, name)
      service.serverless(pc, "drill-machines")
      service.serverless(pc, "drill-movies-20261399-060000-xkwqzbtf") -- no such day
      local checked = assert(pc:check())
      assert.same({ "drill-machines", "drill-movies-20261399-060000-xkwqzbtf", "movies" }, names_of(checked))
      assert.same({ name }, checked.skipped)
   end)

   it("tells of the index of a drill that is still there a day later, without looking at its backups", function()
      back_up()
      local name = of_drill(DAY + 1)
      service.serverless(pc, name)
      service.serverless(pc, "apes")
      assert(emulator:clear_requests())
      local checked = assert(pc:check())
      assert.same({ "apes", name, "movies" }, names_of(checked))
      assert.same({ index_name = name, verdict = "warning", reason = "left behind by a drill: delete it",
         reasons = { "left behind by a drill: delete it" } }, entry_of(checked, name))
      assert.same({}, checked.skipped)
      assert.equal(2, service.sent(emulator, "list_index_backups"))
      assert.equal(2, service.sent(emulator, "list_backup_schedules"))
      assert.is_true(pc:delete_index "apes")
      assert.equal(name .. ": left behind by a drill: delete it", assert(pc:check()).reason)
      local text = pinecone.metrics(checked)
      expect.holds(text, ('pinecone_backup_check_status{index="%s"} 1\n'):format(name))
      assert.is_nil(text:find('pinecone_schedule_enabled{index="' .. name, 1, true)) -- nobody looked
   end)

   -- A client that deletes an index as soon as it has listed them.
   local function deleting(index_name)
      local done = false
      return service.client(emulator, {
         on_request = function(request)
            if request.operation == "list_indexes" and not done then
               done = true
               assert(pc:delete_index(index_name))
            end
         end,
      })
   end

   it("skips an index that is deleted meanwhile", function()
      back_up()
      service.serverless(pc, "films")
      local checked = assert(deleting("films"):check())
      assert.same({ "movies" }, names_of(checked))
      assert.same({ "films" }, checked.skipped)
      assert.equal("ok", checked.verdict)
   end)

   it("sounds the alarm for one that is not found and still listed, or where nobody can tell", function()
      refuse("list_index_backups", 404)
      local checked = assert(pc:check())
      assert.equal("not_found", entry_of(checked, "movies").error.kind)
      assert.equal("critical", checked.verdict)
      assert(emulator:clear_faults())
      service.serverless(pc, "films")
      assert(emulator:clear_requests())
      assert(emulator:fault { operation = "list_indexes", status = 403, on = { from = 2 } })
      checked = assert(deleting("films"):check())
      assert.equal("critical", entry_of(checked, "films").verdict)
      assert.same({}, checked.skipped)
   end)

   for _, version in ipairs { "2025-04", "2026-07" } do
      it("knows pod indexes in version " .. version, function()
         service.pod(pc, "pods")
         back_up()
         local checked = assert(pc:check({}, { api_version = version }))
         assert.same({ "pods" }, checked.skipped)
         assert.same({ "movies" }, names_of(checked))
         assert.equal("ok", checked.verdict)
         assert.equal(version, service.log(emulator, "list_indexes")[1].api_version)
      end)
   end

   it("looks only at those that the filter wants", function()
      service.serverless(pc, "films", { tags = { backup = "yes" } })
      service.pod(pc, "pods")
      local checked = assert(pc:check { filter = function(index) return index.tags and index.tags.backup == "yes" end })
      assert.same({ "films" }, names_of(checked))
      assert.same({}, checked.skipped)
   end)

   it("looks only at those that are named, each once, and does not list the others", function()
      service.serverless(pc, "films")
      assert(emulator:clear_requests())
      local checked = assert(pc:check { index_names = { "movies", "lost", "films", "movies" } })
      assert.same({ "films", "lost", "movies" }, names_of(checked))
      assert.equal("critical", checked.verdict)
      assert.equal(0, service.sent(emulator, "list_indexes"))
      assert.equal(3, service.sent(emulator, "list_index_backups"))
   end)

   it("goes on past one that cannot be looked at", function()
      local impatient = service.client(emulator, { max_retries = 0 })
      service.serverless(pc, "films")
      back_up "movies"
      back_up "films"
      assert(emulator:fault { operation = "list_index_backups", status = 503, body = "" })
      finally(function() assert(emulator:clear_faults()) end)
      local checked = assert(impatient:check({ limit = 1 }))
      assert.equal("critical", entry_of(checked, "films").verdict)
      assert.equal("unavailable", entry_of(checked, "films").error.kind)
      assert.equal("ok", entry_of(checked, "movies").verdict)
      assert.equal("critical", checked.verdict)
   end)

   it("gives the error where they cannot be listed", function()
      refuse("list_indexes", 403)
      local err = expect.failure("permission_denied", pc:check())
      assert.equal("list_indexes", err.operation)
      assert.equal(0, service.sent(emulator, "list_index_backups"))
   end)

   it("gives the error where the key is wrong", function()
      local stranger = service.client(emulator, { api_key = "another-key-0123456789" })
      expect.failure("unauthenticated", stranger:check())
   end)

   for _, body in ipairs { '{"indexes":[{}]}', '{"indexes":["movies"]}', '{"indexes":[{"name":7}]}' } do
      it("gives an error for a list of indexes without names: " .. body, function()
         gives("list_indexes", body)
         expect.failure("protocol", pc:check())
         assert.equal(0, service.sent(emulator, "list_project_backups"))
      end)
   end

   it("gives the error of a client that is closed, or of the legacy controller", function()
      local closed = service.client(emulator)
      closed:close()
      expect.failure("closed", closed:check { index_names = { "movies" } })
      local legacy = service.client(emulator, { host = emulator.legacy_url, environment = "us-east1-gcp" })
      assert.is_nil((legacy:check { index_names = { "movies" } }))
   end)

   local function make_many(count)
      for number = 1, count do
         service.serverless(pc, ("index-%02d"):format(number))
      end
      assert(pc:delete_index "movies")
      assert(emulator:clear_requests())
   end

   -- A call has a connection for itself, and an answer that is late keeps it.
   local function connections_of(arguments, client)
      assert(emulator:fault { operation = "list_index_backups", on = "all", delay = 0.15 })
      finally(function() assert(emulator:clear_faults()) end)
      assert(emulator:clear_requests())
      assert((client or service.client(emulator)):check(arguments))
      return service.connections(emulator, "list_index_backups")
   end

   it("looks at 16 of 50 at once, at each once", function()
      make_many(50)
      assert.equal(16, connections_of())
      local asked = {}
      for _, row in ipairs(service.log(emulator, "list_index_backups")) do
         asked[row.path] = true
      end
      for number = 1, 50 do
         assert.is_true(asked[("/indexes/index-%02d/backups"):format(number)])
      end
      assert.equal(50, service.sent(emulator, "list_index_backups"))
      assert.equal(50, service.sent(emulator, "list_backup_schedules"))
      assert.equal(1, service.sent(emulator, "list_indexes"))
   end)

   it("looks at as many at once as limit says", function()
      make_many(6)
      assert.equal(1, connections_of { limit = 1 })
      assert.equal(3, connections_of { limit = 3 })
   end)

   it("takes the timeout of each request", function()
      back_up()
      finally(function() assert(emulator:clear_faults()) end)
      assert(emulator:fault { operation = "list_backup_schedules", on = "all", delay = 20 })
      assert.equal("timeout", assert(pc:check({}, { timeout = 0.3 })).indexes[1].schedule_error.kind)
      assert(emulator:fault { operation = "list_index_backups", on = "all", delay = 20 })
      assert.equal("timeout", assert(pc:check({}, { timeout = 0.3 })).indexes[1].error.kind)
   end)
end)

describe("check refuses", function()
   local senseless = {
      { "max_age", { max_age = "1" } }, { "max_age", { max_age = 0 } }, { "max_age", { max_age = -1 } },
      { "max_age", { max_age = 0 / 0 } }, { "max_age", { max_age = math.huge } },
      { "warn_age", { warn_age = -1 } }, { "warn_age", { warn_age = 25 * HOUR } },
      { "warn_age", { warn_age = 2, max_age = 1 } }, { "warn_age", { warn_age = 0 / 0 } },
      { "require_schedule", { require_schedule = 1 } },
      { "limit", { limit = 0 } }, { "limit", { limit = 1.5 } }, { "limit", { limit = math.huge } },
      { "index_names", { index_names = "movies" } }, { "index_names", { index_names = {} } },
      { "index_names", { index_names = { 7 } } }, { "index_names", { index_names = { "movies", more = "films" } } },
      { "sequence", { index_names = { nil, "movies" } } }, { "sequence", { index_names = { [0] = "films" } } },
      { "sequence", { index_names = { "films", [0] = "movies" } } },
      { "sequence", { index_names = { "films", [1.5] = "movies" } } },
      { "sequence", { index_names = { "films", [3] = "movies" } } },
      { "filter", { filter = true } }, { "filter", { index_names = { "movies" }, filter = print } },
      { "did you mean 'max_age'", { maxage = 5 } }, { "second table", { timeout = 5 } },
      { "table of named fields", "movies" },
      { "timeout", {}, { timeout = "5" } }, { "on_progress", {}, { on_progress = print } },
   }
   for number, case in ipairs(senseless) do
      it(("what makes no sense: %s (%d)"):format(case[1], number), function()
         local good, message = pcall(pc.check, pc, case[2], case[3])
         assert.is_false(good)
         expect.holds(message, "pinecone: check: ", case[1])
         assert.equal(0, service.sent(emulator))
      end)
   end

   it("a call with a dot", function()
      assert.has_error(function() pc.check {} end)
   end)
end)
