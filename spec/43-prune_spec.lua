-- Deleting the backups that a policy does not keep.

local calendar = require "pinecone.emulator.calendar"
local expect = require "support.expect"
local pinecone = require "pinecone"
local service = require "support.service"

local DAY = 86400

local emulator, pc

setup(function()
   emulator = service.start { speed = 0, max_retention_days = 1000 }
   pc = service.client(emulator)
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:reset()
   emulator:clear_faults()
   service.serverless(pc, "movies")
end)

local function take(name, index_name)
   local made = assert(pc:create_backup { index_name = index_name or "movies", name = name })
   return made.backup_id
end

-- One backup a day: nightly-1 is the oldest. The newest was made just now.
local function nights(count, index_name)
   local ids = {}
   for night = 1, count do
      assert(emulator:advance(DAY))
      ids[night] = take("nightly-" .. night, index_name)
   end
   emulator:clear_requests()
   return ids
end

local function names(backups)
   local found = {}
   for place, backup in ipairs(backups) do
      found[place] = backup.name
   end
   return found
end

local function names_of_rows(rows)
   local found = {}
   for place, row in ipairs(rows) do
      found[place] = row.backup.name
   end
   return found
end

-- What is there, in the order of names.
local function left()
   local found = names(assert(service.client(emulator):backups():all()))
   table.sort(found)
   return found
end

local function newest(count, rules)
   local policy = { name_prefix = "nightly-", keep_last = count }
   for name, value in pairs(rules or {}) do
      policy[name] = value
   end
   return policy
end

describe("prune_backups", function()

   it("deletes what the policy does not keep, and tells all of it", function()
      nights(5)
      local report = assert(pc:prune_backups { policy = newest(2) })
      assert.same({ "nightly-5", "nightly-4" }, names_of_rows(report.keep))
      assert.same({ "last" }, report.keep[1].reasons)
      assert.same({ "nightly-3", "nightly-2", "nightly-1" }, names(report.remove))
      assert.same({ "nightly-1", "nightly-2", "nightly-3" }, names(report.removed))
      assert.same({}, report.untouched)
      assert.same({}, report.in_use)
      assert.same({}, report.failed)
      assert.is_false(report.dry_run)
      assert.same({ "nightly-4", "nightly-5" }, left())
   end)

   it("does nothing the second time", function()
      nights(3)
      assert(pc:prune_backups { policy = newest(2) })
      local report = assert(pc:prune_backups { policy = newest(2) })
      assert.same({}, report.remove)
      assert.same({}, report.removed)
      assert.equal(1, service.sent(emulator, "delete_backup"))
   end)

   it("deletes oldest first", function()
      local one_by_one = service.client(emulator, { max_connections = 1 })
      local ids = nights(4)
      assert(one_by_one:prune_backups { policy = newest(1) })
      local asked = {}
      for place, row in ipairs(service.log(emulator, "delete_backup")) do
         asked[place] = row.path
      end
      assert.same({ "/backups/" .. ids[1], "/backups/" .. ids[2], "/backups/" .. ids[3] }, asked)
   end)

   it("deletes nothing in a dry run, and tells what it would", function()
      nights(3)
      local report = assert(pc:prune_backups { policy = newest(1), dry_run = true })
      assert.same({ "nightly-3" }, names_of_rows(report.keep))
      assert.same({ "nightly-2", "nightly-1" }, names(report.remove))
      assert.same({}, report.removed)
      assert.is_true(report.dry_run)
      for _, row in ipairs(service.log(emulator)) do
         assert.equal("GET", row.method)
      end
      assert.equal(3, #left())
   end)

   it("leaves alone what the policy does not name", function()
      take "before-migration"
      take "before-nightly-1"
      nights(3)
      local report = assert(pc:prune_backups { policy = newest(1) })
      local untouched = names_of_rows(report.untouched)
      table.sort(untouched)
      assert.same({ "before-migration", "before-nightly-1" }, untouched)
      assert.equal("not named by the policy", report.untouched[1].reason)
      assert.same({ "before-migration", "before-nightly-1", "nightly-3" }, left())
   end)

   it("takes a policy that has its scope through a metatable", function()
      take "before-migration"
      nights(2)
      local policy = setmetatable({ keep_last = 1 }, { __index = { name_prefix = "nightly-" } })
      assert.same({ "nightly-1" }, names(assert(pc:prune_backups { policy = policy }).removed))
      assert.same({ "before-migration", "nightly-2" }, left())
   end)

   it("leaves alone what is not finished, and does not count it", function()
      nights(2)
      emulator:fault { operation = "create_backup", job_seconds = 3600 }
      emulator:fault { operation = "create_backup", on = 2, job = "failed" }
      take "nightly-3"
      take "nightly-4"
      local report = assert(pc:prune_backups { policy = newest(1) })
      local reasons = {}
      for _, row in ipairs(report.untouched) do
         reasons[row.backup.name] = row.reason
      end
      assert.same({ ["nightly-3"] = "Initializing", ["nightly-4"] = "InitializationFailed" }, reasons)
      assert.same({ "nightly-2", "nightly-3", "nightly-4" }, left())
   end)

   it("goes by the server's clock, so that a backup of this very second is not one of the future", function()
      assert(emulator:advance(1000 * DAY))
      nights(2)
      local report = assert(pc:prune_backups { policy = newest(1) })
      assert.same({ "nightly-2" }, names_of_rows(report.keep))
      assert.same({}, report.untouched)
   end)

   it("deletes of all pages of the list", function()
      for number = 1, 110 do
         take("nightly-" .. number)
      end
      assert.equal(109, #assert(pc:prune_backups { policy = newest(1) }).removed)
      assert.equal(1, #left())
   end)

   it("deletes several at once", function()
      local ended = {}
      local watching = service.client(emulator, {
         on_request = function(request)
            if request.operation == "delete_backup" then
               ended[#ended + 1] = request.path
            end
         end,
      })
      nights(9)
      emulator:fault { operation = "delete_backup", delay = 0.3, on = 1 }
      assert(watching:prune_backups { policy = newest(1) })
      assert.equal(8, #ended)
      assert.equal(service.log(emulator, "delete_backup")[1].path, ended[8]) -- the slow one was begun first
   end)

   describe("of one index", function()

      before_each(function()
         service.serverless(pc, "books")
         for night = 1, 2 do
            assert(emulator:advance(DAY))
            take("nightly-movies-" .. night)
            take("nightly-books-" .. night, "books")
         end
      end)

      it("looks at that alone", function()
         local report = assert(pc:prune_backups { policy = newest(1), index_name = "books" })
         assert.same({ "nightly-books-2" }, names_of_rows(report.keep))
         assert.same({ "nightly-books-1" }, names(report.removed))
         assert.same({}, report.untouched)
         assert.same({ "nightly-books-2", "nightly-movies-1", "nightly-movies-2" }, left())
      end)

      it("is each by itself, where none is named", function()
         assert(pc:prune_backups { policy = newest(1) })
         assert.same({ "nightly-books-2", "nightly-movies-2" }, left())
      end)

      it("takes one that is deleted", function()
         assert(pc:delete_index "books")
         assert.same({ "nightly-books-1" },
            names(assert(pc:prune_backups { policy = newest(1), index_name = "books" }).removed))
      end)
   end)

   it("keeps what a restore still reads, and says so", function()
      local ids = nights(3)
      emulator:fault { operation = "create_index_from_backup", job_seconds = 3600 }
      assert(pc:create_index_from_backup { backup_id = ids[1], name = "restored" })
      local report = assert(pc:prune_backups { policy = newest(1) })
      assert.same({ "nightly-1" }, names(report.in_use))
      assert.same({ "nightly-2" }, names(report.removed))
      assert.same({}, report.failed)
      assert.same({ "nightly-1", "nightly-3" }, left())
   end)

   it("counts as removed what somebody else deletes meanwhile", function()
      local ids, done = nights(3), false
      local slow = service.client(emulator, {
         on_request = function(request)
            if request.operation == "list_backups" and not done then
               done = true
               assert(pc:delete_backup(ids[1]))
            end
         end,
      })
      local report = assert(slow:prune_backups { policy = newest(1) })
      assert.is_true(done)
      assert.same({ "nightly-1", "nightly-2" }, names(report.removed))
      assert.same({}, report.failed)
   end)

   describe("where a delete is answered with not found", function()

      it("has failed where the backup is still listed, as when a gateway answered", function()
         nights(3)
         emulator:fault { operation = "delete_backup", html = true, status = 404, on = "all" }
         local report = assert(pc:prune_backups { policy = newest(1) })
         assert.same({}, report.removed)
         assert.same({ "nightly-1", "nightly-2" }, names_of_rows(report.failed))
         for _, row in ipairs(report.failed) do
            assert.equal("not_found", row.error.kind)
            assert.equal(row.backup.backup_id, row.error.target)
         end
         assert.equal(3, #left())
      end)

      it("parts those that are gone from those that are not", function()
         local ids = nights(4)
         emulator:fault { operation = "delete_backup", html = true, status = 404 }
         local done = false
         local one_by_one = service.client(emulator, {
            max_connections = 1,
            on_request = function(request)
               if request.operation == "delete_backup" and not done then
                  done = true
                  assert(pc:delete_backup(ids[3]))
               end
            end,
         })
         local report = assert(one_by_one:prune_backups { policy = newest(1) })
         assert.same({ "nightly-1" }, names_of_rows(report.failed))
         assert.same({ "nightly-2", "nightly-3" }, names(report.removed))
         assert.same({ "nightly-1", "nightly-4" }, left())
      end)

      it("has failed where nobody can tell, with the error of the list", function()
         nights(3)
         emulator:fault { operation = "delete_backup", html = true, status = 404 }
         emulator:fault { operation = "list_project_backups", status = 403, on = { from = 2 } }
         local report = assert(service.client(emulator, { max_connections = 1 }):prune_backups { policy = newest(1) })
         assert.same({ "nightly-1" }, names_of_rows(report.failed))
         assert.equal("permission_denied", report.failed[1].error.kind)
         assert.equal("prune_backups", report.failed[1].error.operation)
         assert.same({ "nightly-2" }, names(report.removed))
      end)

      it("lists once more, and only then", function()
         nights(3)
         assert(pc:prune_backups { policy = newest(2) })
         assert.equal(1, service.sent(emulator, "list_project_backups"))
         emulator:clear_requests()
         emulator:fault { operation = "delete_backup", html = true, status = 404, on = "all" }
         assert(pc:prune_backups { policy = newest(1) })
         assert.equal(2, service.sent(emulator, "list_project_backups"))
      end)
   end)

   describe("with confirm", function()

      it("tells it the plan before anything is deleted", function()
         nights(3)
         local seen
         local report = assert(pc:prune_backups {
            policy = newest(1),
            confirm = function(plan)
               seen = { keep = names_of_rows(plan.keep), remove = names(plan.remove), left = #left() }
               return true
            end,
         })
         assert.same({ keep = { "nightly-3" }, remove = { "nightly-2", "nightly-1" }, left = 3 }, seen)
         assert.same({ "nightly-1", "nightly-2" }, names(report.removed))
         assert.is_false(report.dry_run)
      end)

      it("deletes exactly what it was told, whatever is made meanwhile", function()
         nights(3)
         local report = assert(pc:prune_backups {
            policy = newest(1),
            confirm = function()
               take "nightly-4"
               return true
            end,
         })
         assert.same({ "nightly-1", "nightly-2" }, names(report.removed))
         assert.same({ "nightly-3", "nightly-4" }, left())
      end)

      for what, answer in pairs { ["nothing"] = false, ["a number"] = 1, ["a text"] = "no" } do
         it("deletes nothing where it gives " .. what .. " but true", function()
            nights(3)
            local report = assert(pc:prune_backups {
               policy = newest(1), confirm = function() return answer or nil end,
            })
            assert.equal(2, #report.remove)
            assert.same({}, report.removed)
            assert.is_true(report.dry_run)
            assert.equal(0, service.sent(emulator, "delete_backup"))
         end)
      end

      it("deletes nothing where it raises, and raises that", function()
         nights(3)
         local good, raised = pcall(function()
            local report = pc:prune_backups { policy = newest(1), confirm = function() error("no", 0) end }
            return report
         end)
         assert.is_false(good)
         assert.equal("no", raised)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("does not ask it in a dry run", function()
         nights(3)
         local report = assert(pc:prune_backups {
            policy = newest(1), dry_run = true, confirm = function() error "asked" end,
         })
         assert.is_true(report.dry_run)
      end)

      it("does not ask it where the list cannot be read", function()
         emulator:fault { operation = "list_project_backups", status = 403, on = "all" }
         expect.failure("permission_denied", pc:prune_backups {
            policy = newest(1), confirm = function() error "asked" end,
         })
      end)
   end)

   -- How many deletes are under way at the most.
   local function most_at_once(limit)
      nights(20)
      emulator:fault { operation = "delete_backup", delay = 0.02, on = "all" }
      local own, now, highest = service.client(emulator), 0, 0
      local delete = own.delete_backup
      function own.delete_backup(...)
         now = now + 1
         highest = math.max(highest, now)
         local done, err = delete(...)
         now = now - 1
         return done, err
      end
      assert.equal(19, #assert(own:prune_backups { policy = newest(1), limit = limit }).removed)
      return highest
   end

   it("deletes as many at once as the limit says", function()
      assert.equal(3, most_at_once(3))
   end)

   it("deletes one after the other with a limit of 1", function()
      assert.equal(1, most_at_once(1))
   end)

   it("deletes eight at once where there is no limit", function()
      assert.equal(8, most_at_once())
   end)

   describe("where something goes wrong", function()
      local hasty

      before_each(function()
         hasty = service.client(emulator, { max_retries = 0 })
      end)

      it("goes on past single failures, and reports them", function()
         nights(5)
         emulator:fault { operation = "delete_backup", status = 500, on = 1 }
         local report = assert(hasty:prune_backups { policy = newest(1) })
         assert.equal(1, #report.failed)
         local failed = report.failed[1]
         assert.equal("server", failed.error.kind)
         assert.equal(failed.backup.backup_id, failed.error.target)
         assert.equal(3, #report.removed)
         assert.same({ failed.backup.name, "nightly-5" }, left())
      end)

      it("tries a delete again before it has failed", function()
         nights(3)
         emulator:fault { operation = "delete_backup", status = 503, on = 1 }
         assert.equal(2, #assert(pc:prune_backups { policy = newest(1) }).removed)
         assert.equal(3, service.sent(emulator, "delete_backup"))
      end)

      it("reports all of them where all fail, each with its own error", function()
         nights(12)
         emulator:fault { operation = "delete_backup", status = 500, on = "all" }
         local report = assert(hasty:prune_backups { policy = newest(1) })
         assert.equal(11, #report.failed)
         for _, row in ipairs(report.failed) do
            assert.equal(row.backup.backup_id, row.error.target)
         end
         assert.equal(11, service.sent(emulator, "delete_backup"))
         assert.equal(12, #left())
      end)

      it("sends few more deletes while the service is down", function()
         nights(40)
         emulator:fault { operation = "delete_backup", status = 503, on = "all" }
         local report = assert(hasty:prune_backups { policy = newest(1) })
         assert.equal(39, #report.failed)
         for _, row in ipairs(report.failed) do
            assert.equal("unavailable", row.error.kind)
         end
         local sent = service.sent(emulator, "delete_backup")
         assert.is_true(sent >= 8 and sent <= 15, sent)
      end)

      it("goes on where single deletes fail again and again, but not eight in a row", function()
         nights(41)
         emulator:fault { operation = "delete_backup", status = 503, on = { 1, 2, 3, 4, 5, 6, 7 } }
         emulator:fault { operation = "delete_backup", status = 503, on = { 9, 10, 11, 12, 13, 14, 15 } }
         emulator:fault { operation = "delete_backup", status = 503, on = { 17, 18, 19, 20, 21, 22, 23 } }
         local one_by_one = service.client(emulator, { max_retries = 0, max_connections = 1 })
         local report = assert(one_by_one:prune_backups { policy = newest(1) })
         assert.equal(21, #report.failed)
         assert.equal(19, #report.removed)
      end)

      for kind, status in pairs { permission_denied = 403, unauthenticated = 401, payment_required = 402 } do
         it("sends no more deletes after one that is refused as " .. kind, function()
            nights(30)
            emulator:fault { operation = "delete_backup", status = status, on = "all" }
            local report = assert(hasty:prune_backups { policy = newest(1) })
            assert.equal(29, #report.failed)
            for _, row in ipairs(report.failed) do
               assert.equal(kind, row.error.kind)
            end
            assert.is_true(service.sent(emulator, "delete_backup") <= 8)
            assert.equal(30, #left())
         end)
      end

      it("ends where the client is closed meanwhile", function()
         nights(30)
         local closing
         closing = service.client(emulator, {
            on_request = function(request)
               if request.operation == "delete_backup" then
                  closing:close()
               end
            end,
         })
         local report = assert(closing:prune_backups { policy = newest(1) })
         assert.equal(29, #report.removed + #report.failed)
         assert.is_true(#report.failed >= 21)
         assert.equal("closed", report.failed[#report.failed].error.kind)
      end)

      it("deletes nothing where the list cannot be read", function()
         nights(3)
         emulator:fault { operation = "list_project_backups", status = 500, on = "all" }
         local err = expect.failure("server", hasty:prune_backups { policy = newest(1) })
         assert.equal("prune_backups", err.operation)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("deletes nothing where the second page cannot be read", function()
         for number = 1, 101 do
            take("nightly-" .. number)
         end
         emulator:clear_requests()
         emulator:fault { operation = "list_project_backups", status = 500, on = { from = 2 } }
         expect.failure("server", hasty:prune_backups { policy = newest(1) })
         assert.is_true(service.sent(emulator, "list_project_backups") > 1)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("deletes nothing where the policy's filter raises", function()
         nights(3)
         local good, raised = pcall(function()
            local report = hasty:prune_backups {
               policy = { filter = function(backup) return backup.name.first.letter end, keep_last = 1 },
            }
            return report
         end)
         assert.is_false(good)
         expect.holds(tostring(raised), "43-prune_spec.lua:")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)
   end)

   it("passes its options on to each call", function()
      nights(2)
      assert(pc:prune_backups({ policy = newest(1) }, { api_version = "2025-10", timeout = 20 }))
      local rows = service.log(emulator)
      assert.equal(2, #rows)
      for _, row in ipairs(rows) do
         assert.equal("2025-10", row.api_version)
      end
   end)

   describe("misused", function()

      local cases = {
         { "without anything", nil, nil, "prune_backups: 'policy' is missing (table)" },
         { "with a policy that is no table", { policy = "all" }, nil, "prune_backups: 'policy' must be a table" },
         { "with an empty policy", { policy = {} }, nil,
            "prune_backups: policy: it must say which backups it may touch" },
         { "with a misspelled rule", { policy = { all = true, keep_dayly = 7 } }, nil,
            "prune_backups: policy: unknown field 'keep_dayly'; did you mean 'keep_daily'?" },
         { "with a misspelled field", { policy = newest(1), dryrun = true }, nil,
            "prune_backups: unknown field 'dryrun'; did you mean 'dry_run'?" },
         { "with an index that is no name", { policy = newest(1), index_name = 7 }, nil,
            "prune_backups: 'index_name' must be a string" },
         { "with dry_run as text", { policy = newest(1), dry_run = "no" }, nil,
            "prune_backups: 'dry_run' must be a boolean" },
         { "with a question that is no function", { policy = newest(1), confirm = true }, nil,
            "prune_backups: 'confirm' must be a function" },
         { "with a limit of none", { policy = newest(1), limit = 0 }, nil, "prune_backups: 'limit'" },
         { "with half a limit", { policy = newest(1), limit = 1.5 }, nil, "prune_backups: 'limit'" },
         { "with an option beside its fields", { policy = newest(1), timeout = 5 }, nil, "second table" },
         { "with an option that it does not take", { policy = newest(1) }, { on_progress = print }, "prune_backups: " },
         { "with a timeout as text", { policy = newest(1) }, { timeout = "5" }, "prune_backups: " },
      }

      for _, case in ipairs(cases) do
         local what, arguments, options, message = case[1], case[2], case[3], case[4]
         it(what .. " raises and sends nothing", function()
            emulator:clear_requests()
            local good, raised = pcall(function()
               local report = pc:prune_backups(arguments, options)
               return report
            end)
            assert.is_false(good)
            expect.holds(raised, "43-prune_spec.lua:", message)
            assert.equal(0, service.sent(emulator))
         end)
      end
   end)
end)

-- The newest of each of the last `count` periods, by the texts of dates.
local function add_newest(wanted, times, count, period_of)
   local seen, found = {}, 0
   for place = #times, 1, -1 do
      local period = period_of(times[place])
      if not seen[period] and found < count then
         seen[period], found = true, found + 1
         wanted["nightly-" .. calendar.basic(times[place])] = true
      end
   end
end

local function letters(count)
   return function(time) return calendar.basic(time):sub(1, count) end
end

local function monday(time)
   return calendar.basic(time - (calendar.parts(time).weekday + 3) % 7 * DAY):sub(1, 8)
end

-- The November before a leap year that is still to come.
local function november()
   local year = calendar.parts(assert(emulator:time())).year + 1
   while calendar.days_in_month(year + 1, 2) == 28 do
      year = year + 1
   end
   return calendar.time { year = year, month = 11, day = 1 }
end

describe("a year of daily schedules and prunes, with a year's end and a leap day in it", function()

   it("leaves exactly what the policy names", function()
      assert(emulator:advance(november() - assert(emulator:time())))
      take "before-migration"
      local schedule = assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 1000,
      })
      local run = assert(pinecone.timestamp(schedule.next_scheduled_run))
      local policy = { name_prefix = "nightly-", keep_daily = 7, keep_weekly = 5, keep_monthly = 12 }
      local times, removed = {}, 0
      assert(emulator:advance(run - assert(emulator:time()) + 60))
      for day = 1, 366 do
         times[day] = run + (day - 1) * DAY
         local report = assert(pc:prune_backups { policy = policy })
         assert.same(report.remove[1], report.removed[#report.removed])
         removed = removed + #report.removed
         if day < 366 then
            assert(emulator:advance(DAY))
         end
      end

      local wanted, expected = { ["before-migration"] = true }, {}
      add_newest(wanted, times, 7, letters(#"20260101"))
      add_newest(wanted, times, 5, monday)
      add_newest(wanted, times, 12, letters(#"202601"))
      for name in pairs(wanted) do
         expected[#expected + 1] = name
      end
      table.sort(expected)
      assert.same(expected, left())
      assert.equal(366, removed + #expected - 1)
   end)
end)
