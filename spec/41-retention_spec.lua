-- Which backups a policy keeps, and which it would delete.

local calendar = require "pinecone.calendar"
local emulated = require "pinecone.emulator.calendar"
local expect = require "support.expect"
local pinecone = require "pinecone"
local service = require "support.service"

local NOW = pinecone.timestamp "2026-06-01T00:00:00Z"

local count = 0

local function backup(created_at, fields)
   count = count + 1
   local made = {
      backup_id = ("b-%04d"):format(count), name = "nightly", status = "Ready", source_index_name = "movies",
      source_index_id = "i-1", created_at = created_at,
   }
   for name, value in pairs(fields or {}) do
      made[name] = value
   end
   return made
end

-- A time may be only a date, or lack its seconds.
local function full(text)
   return text .. ("0000-01-01T00:00:00Z"):sub(#text + 1)
end

local function backups(...)
   local list = {}
   for place, text in ipairs { ... } do
      list[place] = backup(full(text))
   end
   return list
end

local function with_all(rules)
   local policy = { all = true }
   for name, value in pairs(rules) do
      policy[name] = value
   end
   return policy
end

local function plan(list, rules, now)
   return pinecone.retention.plan(list, with_all(rules), now or NOW)
end

-- "2026-05-01T10 last daily" for what is kept, in the shortest form that `full` reads.
local function short(created_at)
   local text, is_utc = created_at:gsub("Z$", "")
   return is_utc == 1 and text:gsub(":00$", ""):gsub(":00$", ""):gsub("T00$", "") or text
end

local function kept(planned)
   local lines = {}
   for place, row in ipairs(planned.keep) do
      lines[place] = short(row.backup.created_at) .. " " .. table.concat(row.reasons, " ")
   end
   return lines
end

local function removed(planned)
   local lines = {}
   for place, one in ipairs(planned.remove) do
      lines[place] = short(one.created_at)
   end
   return lines
end

local function untouched(planned)
   local lines = {}
   for place, row in ipairs(planned.untouched) do
      lines[place] = (type(row.backup) == "table" and tostring(row.backup.name) or type(row.backup)) .. ": "
         .. row.reason
   end
   table.sort(lines)
   return lines
end

describe("retention.plan", function()

   describe("with one rule", function()
      local rules = {
         { "keep_last keeps the newest, however close they are", { keep_last = 3 },
            { "2026-05-01", "2026-05-01T00:01", "2026-05-01T00:02", "2026-05-01T00:03", "2026-04-01" },
            { "2026-05-01T00:03 last", "2026-05-01T00:02 last", "2026-05-01T00:01 last" } },
         { "keep_last keeps all where there are fewer", { keep_last = 30 },
            { "2026-05-01", "2026-04-01" }, { "2026-05-01 last", "2026-04-01 last" } },
         { "keep_hourly keeps the newest of each hour", { keep_hourly = 2 },
            { "2026-05-01T10:00:01", "2026-05-01T10:59:59", "2026-05-01T09:59:59", "2026-05-01T09", "2026-05-01T08" },
            { "2026-05-01T10:59:59 hourly", "2026-05-01T09:59:59 hourly" } },
         { "keep_daily keeps the newest of each day", { keep_daily = 2 },
            { "2026-05-03T01", "2026-05-03T23", "2026-05-02T23:59:59", "2026-05-02", "2026-05-01T12" },
            { "2026-05-03T23 daily", "2026-05-02T23:59:59 daily" } },
         { "keep_daily counts days that have a backup, not days that passed", { keep_daily = 3 },
            { "2026-05-03", "2026-03-07", "2024-02-29", "2020-01-01" },
            { "2026-05-03 daily", "2026-03-07 daily", "2024-02-29 daily" } },
         { "keep_daily takes a leap day as a day of its own", { keep_daily = 3 },
            { "2024-03-01", "2024-02-29T23:59:59", "2024-02-29", "2024-02-28", "2024-02-27" },
            { "2024-03-01 daily", "2024-02-29T23:59:59 daily", "2024-02-28 daily" } },
         { "keep_weekly begins weeks on Monday", { keep_weekly = 2 },
            { "2026-05-11", "2026-05-10T23:59:59", "2026-05-04", "2026-05-03T23:59:59" },
            { "2026-05-11 weekly", "2026-05-10T23:59:59 weekly" } },
         { "keep_weekly has one week over new year (2025-12-29 is a Monday)", { keep_weekly = 2 },
            { "2026-01-05", "2026-01-04T12", "2026-01-01", "2025-12-31", "2025-12-29", "2025-12-28" },
            { "2026-01-05 weekly", "2026-01-04T12 weekly" } },
         { "keep_weekly has a week 53", { keep_weekly = 3 },
            { "2021-01-04", "2021-01-03", "2020-12-28", "2020-12-27", "2020-12-21", "2020-12-20" },
            { "2021-01-04 weekly", "2021-01-03 weekly", "2020-12-27 weekly" } },
         { "keep_weekly keeps to its Mondays before 1970", { keep_weekly = 2 },
            { "1970-01-04", "1969-12-29", "1969-12-28", "1969-12-22" },
            { "1970-01-04 weekly", "1969-12-28 weekly" } },
         { "keep_monthly keeps the newest of each month", { keep_monthly = 3 },
            { "2026-03-01", "2026-02-28T23:59:59", "2026-02-01", "2026-01-31", "2025-12-31" },
            { "2026-03-01 monthly", "2026-02-28T23:59:59 monthly", "2026-01-31 monthly" } },
         { "keep_monthly ends February with its leap day", { keep_monthly = 2 },
            { "2024-03-01", "2024-02-29", "2024-02-28", "2024-01-31" },
            { "2024-03-01 monthly", "2024-02-29 monthly" } },
         { "keep_monthly tells the same month of two years apart", { keep_monthly = 2 },
            { "2026-05-01", "2025-05-01", "2024-05-01" }, { "2026-05-01 monthly", "2025-05-01 monthly" } },
         { "keep_monthly tells December from the January after it", { keep_monthly = 2 },
            { "2026-01-01", "2025-12-31T23:59:59", "2025-12-01", "2025-11-30" },
            { "2026-01-01 monthly", "2025-12-31T23:59:59 monthly" } },
         { "keep_yearly keeps the newest of each year", { keep_yearly = 2 },
            { "2026-01-01", "2025-12-31T23:59:59", "2025-01-01", "2024-12-31" },
            { "2026-01-01 yearly", "2025-12-31T23:59:59 yearly" } },
         { "keep_within counts from the newest, not from now", { keep_within = 86400 },
            { "2025-05-02", "2025-05-01T00:00:01", "2025-05-01", "2025-04-30T23:59:59" },
            { "2025-05-02 within", "2025-05-01T00:00:01 within", "2025-05-01 within" } },
      }

      for _, case in ipairs(rules) do
         local what, policy, times, expected = case[1], case[2], case[3], case[4]
         it(what, function()
            local planned = plan(backups((table.unpack or unpack)(times)), policy)
            assert.same(expected, kept(planned))
            assert.equal(#times - #expected, #planned.remove)
            assert.same({}, planned.untouched)
         end)
      end
   end)

   it("takes a rule of 0 as if it were not there", function()
      assert.same({ "2026-05-02 last" }, kept(plan(backups("2026-05-02", "2026-05-01"),
         { keep_last = 1, keep_daily = 0, keep_within = 0 })))
   end)

   it("keeps what any rule keeps, and says which ones did", function()
      local planned = plan(backups("2026-05-20T12", "2026-05-20T11", "2026-05-19", "2026-05-18", "2026-05-17",
            "2026-05-10", "2026-04-30", "2026-03-31", "2025-12-31"),
         { keep_last = 2, keep_hourly = 1, keep_daily = 2, keep_weekly = 2, keep_monthly = 3, keep_yearly = 2,
            keep_within = 86400, min_count = 9 })
      assert.same({
         "2026-05-20T12 last hourly daily weekly monthly yearly within",
         "2026-05-20T11 last within",
         "2026-05-19 daily",
         "2026-05-18 min_count",
         "2026-05-17 weekly",
         "2026-05-10 min_count",
         "2026-04-30 monthly",
         "2026-03-31 monthly",
         "2025-12-31 yearly",
      }, kept(planned))
      assert.same({}, planned.remove)
   end)

   it("keeps a week of dailies and a year of monthlies", function()
      local list, time = {}, pinecone.timestamp "2024-12-01T06:00:00Z"
      while time < NOW do
         list[#list + 1] = backup(emulated.seconds(time, "Z"))
         time = time + 86400
      end
      local planned = plan(list, { keep_daily = 7, keep_monthly = 12 })
      assert.same({
         "2026-05-31T06 daily monthly", "2026-05-30T06 daily", "2026-05-29T06 daily", "2026-05-28T06 daily",
         "2026-05-27T06 daily", "2026-05-26T06 daily", "2026-05-25T06 daily", "2026-04-30T06 monthly",
         "2026-03-31T06 monthly", "2026-02-28T06 monthly", "2026-01-31T06 monthly", "2025-12-31T06 monthly",
         "2025-11-30T06 monthly", "2025-10-31T06 monthly", "2025-09-30T06 monthly", "2025-08-31T06 monthly",
         "2025-07-31T06 monthly", "2025-06-30T06 monthly",
      }, kept(planned))
      assert.equal(#list - 18, #planned.remove)
   end)

   it("lists what it removes newest first, whatever index it is of", function()
      local list = backups("2026-01-03", "2026-01-05", "2026-01-01", "2026-01-04", "2026-01-02", "2026-01-06")
      for place = 1, 3 do
         list[place].source_index_name = "books"
      end
      local planned = plan(list, { keep_last = 1 })
      assert.same({ "2026-01-06 last", "2026-01-05 last" }, kept(planned))
      assert.same({ "2026-01-04", "2026-01-03", "2026-01-02", "2026-01-01" }, removed(planned))
   end)

   it("does without backups", function()
      assert.same({ keep = {}, remove = {}, untouched = {} }, plan({}, { keep_last = 1 }))
   end)

   it("changes nothing that it is given, and gives the same tables back", function()
      local list = backups("2026-05-01", "2026-05-03", "2026-05-02")
      list[4] = backup("2026-05-04T00:00:00Z", { status = "Initializing" })
      local policy = { all = true, keep_last = 1, keep_daily = 0 }
      local copies = {}
      for place, one in ipairs(list) do
         copies[place] = {}
         for name, value in pairs(one) do
            copies[place][name] = value
         end
      end
      local order = { list[1], list[2], list[3], list[4] }
      local planned = pinecone.retention.plan(list, policy, NOW)
      assert.same(copies, list)
      assert.same({ all = true, keep_last = 1, keep_daily = 0 }, policy)
      for place, one in ipairs(order) do
         assert.equal(one, list[place])
      end
      assert.equal(list[2], planned.keep[1].backup)
      assert.equal(list[3], planned.remove[1])
      assert.equal(list[4], planned.untouched[1].backup)
   end)
end)

describe("min_count", function()
   local times = { "2026-05-04", "2026-05-03T12", "2026-05-03", "2026-05-02", "2026-05-01" }

   local cases = {
      { "adds the newest others where the rules keep fewer", { keep_daily = 2, min_count = 4 },
         { "2026-05-04 daily", "2026-05-03T12 daily", "2026-05-03 min_count", "2026-05-02 min_count" } },
      { "adds nothing where the rules keep as many", { keep_monthly = 1, keep_daily = 2, min_count = 2 },
         { "2026-05-04 daily monthly", "2026-05-03T12 daily" } },
      { "keeps all where there are fewer", { keep_last = 1, min_count = 9 },
         { "2026-05-04 last", "2026-05-03T12 min_count", "2026-05-03 min_count", "2026-05-02 min_count",
            "2026-05-01 min_count" } },
      { "of 0 is as if it were not there", { keep_last = 1, min_count = 0 }, { "2026-05-04 last" } },
   }

   for _, case in ipairs(cases) do
      local what, policy, expected = case[1], case[2], case[3]
      it(what, function()
         assert.same(expected, kept(plan(backups((table.unpack or unpack)(times)), policy)))
      end)
   end

   it("counts each index by itself", function()
      local list = backups("2026-05-03", "2026-05-02", "2026-05-01")
      list[3].source_index_name = "books"
      assert.same({ "2026-05-03 last", "2026-05-02 min_count", "2026-05-01 last" },
         kept(plan(list, { keep_last = 1, min_count = 2 })))
   end)
end)

describe("a policy's groups", function()
   local list

   before_each(function()
      list = backups("2026-05-04", "2026-05-03", "2026-05-02", "2026-05-01")
      list[1].source_index_id = "i-2" -- made anew under the same name
      list[3].source_index_name = "books"
      list[4].source_index_name = "books"
   end)

   it("are the names of the source indexes", function()
      assert.same({ "2026-05-04 last", "2026-05-02 last" }, kept(plan(list, { keep_last = 1 })))
      assert.same({ "2026-05-04 last", "2026-05-02 last" },
         kept(plan(list, { keep_last = 1, group_by = "source_index_name" })))
   end)

   it("are their ids, where it says so", function()
      assert.same({ "2026-05-04 last", "2026-05-03 last" },
         kept(plan(list, { keep_last = 1, group_by = "source_index_id" })))
   end)
end)

describe("a created_at", function()

   it("has its day in UTC, whatever its offset", function()
      local list = {
         backup "2026-01-01T00:30:00+01:00", -- still 2025
         backup "2025-12-31T23:00:00Z",
         backup "2025-12-31T22:30:00-02:00", -- 2026 already
      }
      assert.same({ "2025-12-31T22:30:00-02:00 yearly", "2026-01-01T00:30:00+01:00 yearly" },
         kept(plan(list, { keep_yearly = 2 })))
   end)

   it("orders by its fraction", function()
      local list = backups("2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.125Z")
      assert.same({ "2026-01-01T00:00:00.5 last", "2026-01-01T00:00:00.25 last" }, kept(plan(list, { keep_last = 2 })))
   end)

   it("stays in its year with nine digits of fraction, for which a number has no room", function()
      local list = { backup "2025-12-31T23:59:59.999999999Z", backup "2026-01-01T00:00:01Z" }
      assert.same({ "2026-01-01T00:00:01 yearly", "2025-12-31T23:59:59.999999999 yearly" },
         kept(plan(list, { keep_yearly = 2 })))
   end)

   it("may be that of another backup: then the id decides, not the order", function()
      local list = backups("2026-01-01", "2026-01-01", "2026-01-01")
      local one = plan({ list[1], list[2], list[3] }, { keep_last = 1, keep_daily = 1 })
      local other = plan({ list[3], list[1], list[2] }, { keep_last = 1, keep_daily = 1 })
      assert.equal(1, #one.keep)
      assert.same(one, other)
   end)
end)

describe("a policy's scope", function()
   local list

   before_each(function()
      list = backups("2026-05-04", "2026-05-03", "2026-05-02", "2026-05-01")
      for place, name in ipairs { "nightly-2", "before-migration", "nightly-1", "nightly" } do
         list[place].name = name
      end
   end)

   it("is what a prefix names, taken literally", function()
      local planned = pinecone.retention.plan(list, { name_prefix = "nightly-", keep_last = 1 }, NOW)
      assert.same({ "2026-05-04 last" }, kept(planned))
      assert.same({ "2026-05-02" }, removed(planned))
      assert.same({ "before-migration: not named by the policy", "nightly: not named by the policy" },
         untouched(planned))
      assert.equal(4, #pinecone.retention.plan(list, { name_prefix = "n.ghtly", keep_last = 1 }, NOW).untouched)
   end)

   it("has no name that holds the prefix further on", function()
      for place, name in ipairs { "nightly-2", "before-nightly-1", "a nightly-", "xnightly-3" } do
         list[place].name = name
      end
      local planned = pinecone.retention.plan(list, { name_prefix = "nightly-", keep_last = 1 }, NOW)
      assert.same({ "2026-05-04 last" }, kept(planned))
      assert.same({}, planned.remove)
      assert.equal(3, #planned.untouched)
   end)

   it("is what a filter names", function()
      local planned = pinecone.retention.plan(list, {
         filter = function(one) return one.name ~= "before-migration" and "yes" end, keep_last = 1,
      }, NOW)
      assert.same({ "2026-05-02", "2026-05-01" }, removed(planned))
      assert.same({ "before-migration: not named by the policy" }, untouched(planned))
   end)

   it("is what prefix and filter both name, where there are both", function()
      local planned = pinecone.retention.plan(list, {
         name_prefix = "nightly", filter = function(one) return one.name ~= "nightly-2" end, keep_last = 1,
      }, NOW)
      assert.same({ "2026-05-02 last" }, kept(planned))
      assert.same({ "2026-05-01" }, removed(planned))
   end)

   it("is everything where it says so", function()
      assert.same({ "2026-05-03", "2026-05-02", "2026-05-01" }, removed(plan(list, { keep_last = 1 })))
   end)

   it("has no backup without a name in a prefix's", function()
      list[3].name = nil
      list[4].name = 7
      local planned = pinecone.retention.plan(list, { name_prefix = "nightly", keep_last = 1 }, NOW)
      assert.same({}, planned.remove)
   end)

   it("asks a filter only about what could be removed", function()
      list[1].status = "Initializing"
      list[2].created_at = nil
      list[3].record_count = 5
      list[4].record_count = 0
      local planned = pinecone.retention.plan(list, {
         filter = function(one) return one.record_count > 1 end, keep_last = 1,
      }, NOW)
      assert.same({ "2026-05-02 last" }, kept(planned))
   end)

   it("lets through what a filter raises", function()
      local problem = { "of the filter" }
      local good, raised = pcall(pinecone.retention.plan, list, {
         filter = function() error(problem) end, keep_last = 1,
      }, NOW)
      assert.is_false(good)
      assert.equal(problem, raised)
   end)
end)

describe("a backup that is never touched", function()

   local cases = {
      { "unfinished", { status = "Initializing" }, "Initializing" },
      { "failed", { status = "InitializationFailed" }, "InitializationFailed" },
      { "of an unknown status", { status = "Archived" }, "Archived" },
      { "almost Ready", { status = "ready" }, "ready" },
      { "without a status", { status = false }, "no status" },
      { "made in the future", { created_at = "2026-06-01T00:00:00.5Z" }, "made in the future" },
      { "without a time", { created_at = false }, "no valid created_at" },
      { "made at no time that there is", { created_at = "2026-02-29T00:00:00Z" }, "no valid created_at" },
      { "made at a number", { created_at = 1777010400 }, "no valid created_at" },
      { "without an id", { backup_id = false }, "no backup_id" },
      { "with an empty id", { backup_id = "" }, "no backup_id" },
      { "with a number for an id", { backup_id = 7 }, "no backup_id" },
      { "of an index without a name", { source_index_name = false }, "no source_index_name" },
      { "of an index with an empty name", { source_index_name = "" }, "no source_index_name" },
   }

   for _, case in ipairs(cases) do
      local what, fields, reason = case[1], case[2], case[3]
      it("is one " .. what, function()
         local odd = backup("2020-01-01T00:00:00Z", fields)
         for name, value in pairs(fields) do
            odd[name] = value or nil
         end
         local list = { backup "2026-05-02T00:00:00Z", odd, backup "2026-05-01T00:00:00Z" }
         local planned = plan(list, { keep_last = 1 })
         assert.same({ { backup = odd, reason = reason } }, planned.untouched)
         assert.same({ "2026-05-02 last" }, kept(planned))
         assert.same({ "2026-05-01" }, removed(planned))
      end)
   end

   it("is one of an index without an id, where ids are the groups", function()
      local odd = backup("2026-05-01T00:00:00Z")
      for _, id in ipairs { false, "" } do
         odd.source_index_id = id or nil
         local planned = plan({ odd }, { keep_last = 1, group_by = "source_index_id" })
         assert.same({ { backup = odd, reason = "no source_index_id" } }, planned.untouched)
      end
   end)

   it("is anything that is no backup at all", function()
      local planned = plan({ "b-1", backup "2026-05-01T00:00:00Z", 7, true }, { keep_last = 1 })
      assert.same({ "boolean: no backup", "number: no backup", "string: no backup" }, untouched(planned))
      assert.equal(1, #planned.keep)
   end)

   it("does not count for any rule", function()
      local list = backups("2026-05-03", "2026-05-02", "2026-05-01")
      list[1].status = "Failed"
      assert.same({ "2026-05-02 last daily within" },
         kept(plan(list, { keep_last = 1, keep_daily = 1, keep_within = 3600 })))
   end)

   it("is not one that was made right now", function()
      assert.equal(1, #plan({ backup "2026-06-01T00:00:00Z" }, { keep_last = 1 }).keep)
   end)
end)

describe("a backup that is listed twice", function()

   it("counts once", function()
      local list = backups("2026-05-03", "2026-05-02", "2026-05-01")
      local copy = backup(list[1].created_at, { backup_id = list[1].backup_id })
      local planned = plan({ list[3], list[1], list[2], copy, list[3] }, { keep_last = 2 })
      assert.same({ "2026-05-03 last", "2026-05-02 last" }, kept(planned))
      assert.same({ "2026-05-01" }, removed(planned))
      assert.same({}, planned.untouched)
   end)

   for what, fields in pairs {
      status = { status = "Initializing" }, time = { created_at = "2026-05-01T00:00:00Z" },
      index = { source_index_name = "books" },
   } do
      it("is not touched where the two differ in " .. what, function()
         local list = backups("2026-05-03", "2026-05-02")
         local copy = backup(list[2].created_at, { backup_id = list[2].backup_id })
         for name, value in pairs(fields) do
            copy[name] = value
         end
         for _, order in ipairs { { list[1], list[2], copy }, { copy, list[2], list[2], list[1] } } do
            local planned = plan(order, { keep_last = 1 })
            assert.same({ "nightly: listed twice, with differences" }, untouched(planned))
            assert.same({}, planned.remove)
            assert.same({ "2026-05-03 last" }, kept(planned))
         end
      end)
   end

   it("stays out of it where both copies do", function()
      local odd = backup("2026-05-03T00:00:00Z", { status = "Failed" })
      local copy = backup("2026-05-02T00:00:00Z", { status = "Failed", backup_id = odd.backup_id })
      assert.same({ "nightly: Failed" }, untouched(plan({ odd, copy }, { keep_last = 1 })))
   end)
end)

describe("a policy that has its fields through a metatable", function()
   local list

   before_each(function()
      list = backups("2026-05-04", "2026-05-03", "2026-05-02", "2026-05-01")
      for place, name in ipairs { "nightly-2", "before-migration", "nightly-1", "nightly" } do
         list[place].name = name
         list[place].source_index_id = place < 3 and "i-1" or "i-2"
      end
   end)

   local function inherited(defaults, own)
      return setmetatable(own or {}, { __index = defaults })
   end

   local function is_nightly(one)
      return one.name ~= "before-migration"
   end

   for what, policy in pairs {
      ["a prefix"] = { name_prefix = "nightly", keep_last = 1 },
      ["a filter"] = { filter = is_nightly, keep_last = 1 },
      ["both"] = { name_prefix = "n", filter = is_nightly, keep_last = 1 },
      ["all rules"] = { all = true, keep_last = 1, keep_hourly = 1, keep_daily = 2, keep_weekly = 1, keep_monthly = 1,
         keep_yearly = 1, keep_within = 86400, min_count = 3 },
      ["groups"] = { all = true, keep_last = 1, group_by = "source_index_id" },
   } do
      it("means the same as one that has them itself: " .. what, function()
         assert.same(pinecone.retention.plan(list, policy, NOW),
            pinecone.retention.plan(list, inherited(policy), NOW))
         assert.same(pinecone.retention.plan(list, policy, NOW),
            pinecone.retention.plan(list, inherited(policy, { keep_last = 1 }), NOW))
      end)
   end

   for message, wrong in pairs {
      ["'keep_daily' must be a whole number from 0 up"] = { keep_daily = -1 },
      ["'keep_weekly' must be a number, got one that is none"] = { keep_weekly = 0 / 0 },
      ["'min_count' must be a number, got a string"] = { min_count = "3" },
      ["'all' excludes"] = { name_prefix = "nightly" },
   } do
      it("is misuse where one with them would be: " .. message, function()
         local good, raised = pcall(pinecone.retention.plan, list, inherited(wrong, { all = true, keep_last = 1 }), NOW)
         assert.is_false(good)
         expect.holds(raised, message)
      end)
   end

   it("is asked for each field before that is checked, and not again", function()
      local prefixes = { "nightly", "nightly" } -- once for its type
      local planned = pinecone.retention.plan(list, setmetatable({ keep_last = 1 }, {
         __index = function(_, name)
            return name == "name_prefix" and (table.remove(prefixes, 1) or "") or nil
         end,
      }), NOW)
      assert.same({ "2026-05-02", "2026-05-01" }, removed(planned))
   end)
end)

describe("misuse of retention.plan", function()

   local function all(fields)
      return with_all(fields)
   end

   local NAN = 0 / 0

   local refusals = {
      { "no policy", nil, "takes a table of named fields, got a nil" },
      { "a policy that is no table", "keep_last", "takes a table of named fields, got a string" },
      { "an empty policy", {}, "must say which backups it may touch" },
      { "a policy without a scope", { keep_last = 3 }, "name_prefix, filter, or all = true" },
      { "all = false as a scope", { keep_last = 3, all = false }, "must say which backups it may touch" },
      { "an empty prefix", { name_prefix = "", keep_last = 3 }, "all = true" },
      { "all beside a prefix", all { name_prefix = "n", keep_last = 3 }, "'all' excludes" },
      { "all beside a filter", all { filter = function() end, keep_last = 3 }, "'all' excludes" },
      { "a scope without a rule", all {}, "keeps nothing" },
      { "min_count as the only rule", all { min_count = 3 }, "keeps nothing" },
      { "rules of 0 alone", all { keep_last = 0, keep_daily = 0, keep_within = 0, min_count = 3 }, "keeps nothing" },
      { "an unknown field", all { keep_dayly = 7 }, "unknown field 'keep_dayly'; did you mean 'keep_daily'?" },
      { "a field of no known likeness", all { keep_last = 7, [1] = "nightly" }, "unknown field '1'; it takes all, " },
      { "a count as text", all { keep_last = "7" }, "'keep_last' must be a number, got a string" },
      { "a table as a prefix", { name_prefix = {}, keep_last = 1 }, "'name_prefix' must be a string, got a table" },
      { "a prefix as a filter", { filter = "n", keep_last = 1 }, "'filter' must be a function, got a string" },
      { "all as text", { all = "yes", keep_last = 1 }, "'all' must be a boolean, got a string" },
      { "a group that there is not", all { keep_last = 1, group_by = "cloud" }, "'group_by' must be source_index_" },
      { "a group that is no text", all { keep_last = 1, group_by = true }, "'group_by' must be a string" },
   }
   for _, name in ipairs {
      "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly", "keep_within",
      "min_count",
   } do
      for what, value in pairs { negative = -1, fractional = 1.5, infinite = math.huge, ["not a number"] = NAN } do
         refusals[#refusals + 1] = { ("a %s that is %s"):format(name, what),
            name == "keep_last" and all { keep_last = value } or all { keep_last = 3, [name] = value },
            (value ~= value and "'%s' must be a number, got one that is none"
               or "'%s' must be a whole number from 0 up, got "):format(name) }
      end
   end

   for _, case in ipairs(refusals) do
      local what, policy, message = case[1], case[2], case[3]
      it("is " .. what, function()
         local good, raised = pcall(function()
            local planned = pinecone.retention.plan({}, policy, NOW)
            return planned
         end)
         assert.is_false(good)
         expect.holds(raised, "41-retention_spec.lua:", "pinecone: retention.plan: ", message)
      end)
   end

   for what, now in pairs {
      nothing = false, ["a text"] = "0", endless = math.huge, ["endlessly long ago"] = -math.huge, ["no number"] = NAN,
   } do
      it("is a now that is " .. what, function()
         local good, raised = pcall(pinecone.retention.plan, {}, { all = true, keep_last = 1 }, now or nil)
         assert.is_false(good)
         expect.holds(raised, "retention.plan: 'now' must be seconds since 1970, got ")
      end)
   end

   for what, list in pairs { nothing = false, ["a text"] = "b-1", ["a page of a list"] = { data = {} } } do
      it("is a list that is " .. what, function()
         local good, raised = pcall(pinecone.retention.plan, list or nil, { all = true, keep_last = 1 }, NOW)
         assert.is_false(good)
         expect.holds(raised, "retention.plan: takes a sequence of backups")
      end)
   end
end)

describe("the calendar", function()

   it("tells the date of the days from 1890 to 2410, and the day of each date", function()
      for day = -29220, 160710, service.slowness > 1 and 13 or 1 do
         local year, month, of_month = calendar.date(day)
         local parts = emulated.parts(day * 86400)
         if year ~= parts.year or month ~= parts.month or of_month ~= parts.day
            or calendar.days(year, month, of_month) ~= day then
            assert.equal(day, ("%d-%d-%d"):format(year, month, of_month))
         end
      end
   end)
end)
