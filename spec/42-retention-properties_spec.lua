-- What holds for every plan, over thousands of histories made up at random: always the same ones, on every Lua.

local emulated = require "pinecone.emulator.calendar"
local pinecone = require "pinecone"
local service = require "support.service"

local HISTORIES = service.slowness > 1 and 50 or 1000 -- for each property
local HOUR, DAY = 3600, 86400

-- Chance --------------------------------------------------------------------------------------------------------------

-- Park and Miller's: its products fit into a double.
local function generator(seed)
   local state = seed * 7919 % 2147483647
   local function random(most)
      state = state * 16807 % 2147483647
      return state % most + 1
   end
   for _ = 1, 3 do
      random(1)
   end
   return random
end

local function pick(random, choices)
   return choices[random(#choices)]
end

local function shuffled(random, list)
   local copy = {}
   for place, item in ipairs(list) do
      copy[place] = item
   end
   for place = #copy, 2, -1 do
      local other = random(place)
      copy[place], copy[other] = copy[other], copy[place]
   end
   return copy
end

-- Histories -----------------------------------------------------------------------------------------------------------

local function at(year, month, day, hour)
   return emulated.time { year = year, month = month, day = day, hour = hour }
end

local anchors = {
   at(2024, 2, 29, 12), at(2000, 2, 29), at(2024, 3, 1), at(2100, 3, 1), at(2096, 2, 29), -- leap days; 2100 has none
   at(2026, 1, 1), at(2000, 1, 1), at(2101, 1, 1), -- year ends
   at(2021, 1, 4), at(2025, 12, 29), at(2027, 1, 4), -- Mondays around them, one after a week 53
   at(2026, 3, 29, 1), at(2026, 11, 1, 6), -- clocks change in some countries, not in UTC
   at(1970, 1, 1), at(2026, 6, 15, 9),
}

-- How far a history goes from its anchor, and between which times: round ones, so that many are on a boundary, or twice
-- the same.
local scales = {
   { HOUR, 60 }, { 6 * HOUR, 900 }, { 3 * DAY, HOUR }, { 20 * DAY, 6 * HOUR }, { 100 * DAY, DAY }, { 800 * DAY, DAY },
   { 2000 * DAY, 7 * HOUR }, { 40 * DAY, 1 },
}

local zones = { { 0, "Z" }, { 0, "Z" }, { 0, "+00:00" }, { 2 * HOUR, "+02:00" }, { -9.5 * HOUR, "-09:30" } }
local fractions = { { 0, "" }, { 0, "" }, { 0.5, ".5" }, { 0.25, ".250000" }, { -0.5, ".5" } }

local function written(random, time, fraction)
   local zone = pick(random, zones)
   return emulated.seconds(math.floor(time) + zone[1], "") .. fraction .. zone[2]
end

local statuses = { "Ready", "Ready", "Ready", "Ready", "Ready", "Ready", "Ready", "Initializing", "Failed", "Archived" }
local names = { "nightly-1", "nightly-2", "weekly-1", "before-nightly-1" }
local indexes = { "movies", "movies", "movies", "books" }

-- A backup beside the time that it was made at, which only this file may know otherwise than from its text.
local function make(random, number, anchor, scale)
   local span, step = scale[1], scale[2]
   local steps = math.floor(span / step)
   local fraction = pick(random, fractions)
   local time = anchor + (random(2 * steps + 1) - 1 - steps) * step + fraction[1]
   local backup = {
      backup_id = ("b-%02d"):format((number * 37) % 101), name = pick(random, names), status = pick(random, statuses),
      source_index_name = pick(random, indexes), source_index_id = "i-" .. random(3),
      created_at = written(random, time, fraction[2]),
   }
   local odd = random(40)
   if odd == 1 then
      backup.created_at, time = "2026-02-30T00:00:00Z", nil
   elseif odd == 2 then
      backup.source_index_name, backup.source_index_id = nil, nil
   elseif odd == 3 then
      backup.name = nil
   end
   return { backup = backup, time = time }
end

local function history(random)
   local anchor, scale = pick(random, anchors), pick(random, scales)
   local made = { now = anchor + math.floor(scale[1] * 0.8), rows = {} }
   for number = 1, random(25) - 1 do
      made.rows[number] = make(random, number, anchor, scale)
   end
   return made
end

local function is_nightly(backup)
   return type(backup.name) == "string" and backup.name:find "^nightly" ~= nil
end

local function is_not_second(backup)
   return backup.name ~= "nightly-2"
end

local scopes = {
   { all = true }, { all = true }, { name_prefix = "nightly-" }, { filter = is_nightly },
   { name_prefix = "nightly-", filter = is_not_second },
}

local counting = { "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly" }
local spans = { 1, HOUR, DAY, 7 * DAY, 365 * DAY }

local function policy(random)
   local made = { group_by = pick(random, { "source_index_name", "source_index_id" }) }
   for name, value in pairs(pick(random, scopes)) do
      made[name] = value
   end
   for _, rule in ipairs(counting) do
      made[rule] = random(3) == 1 and random(6) - 1 or nil
   end
   made.keep_within = random(5) == 1 and pick(random, spans) or nil
   made.min_count = random(3) == 1 and random(6) - 1 or nil
   if not made.keep_within then
      local sure = pick(random, counting)
      made[sure] = math.max(made[sure] or 0, 1)
   end
   return made
end

local function plan(made, rules, rows)
   local backups = {}
   for place, row in ipairs(rows or made.rows) do
      backups[place] = row.backup
   end
   return pinecone.retention.plan(backups, rules, made.now)
end

local begun = 0

-- Calls `check(history, policy, random, name)` for each. Every property has histories of its own.
local function each_history(check)
   local first = begun * 1000 + 1
   begun = begun + 1
   for seed = first, first + HISTORIES - 1 do
      local random = generator(seed)
      check(history(random), policy(random), random, "history " .. seed)
   end
end

-- The rules, read a second time ---------------------------------------------------------------------------------------
-- As plainly as it goes, however slow: by the texts of dates, one backup after the other.

local function in_scope(backup, rules)
   if rules.filter == is_nightly then
      return is_nightly(backup)
   end
   return rules.all or (is_nightly(backup) and (not rules.filter or is_not_second(backup)))
end

local function takes_part(row, made, rules)
   return in_scope(row.backup, rules) and row.backup.status == "Ready" and row.time ~= nil and row.time <= made.now
      and row.backup[rules.group_by] ~= nil
end

local function is_newer(one, other)
   return one.time > other.time or (one.time == other.time and one.backup.backup_id > other.backup.backup_id)
end

local function first_letters(count)
   return function(row)
      return emulated.seconds(row.time, ""):sub(1, count)
   end
end

local function monday_of(row)
   local days = (emulated.parts(math.floor(row.time)).weekday + 3) % 7 -- 0 is Thursday
   return emulated.seconds(row.time - days * DAY, ""):sub(1, 10)
end

local period_of = {
   keep_last = function(row) return row end,
   keep_hourly = first_letters(#"2026-01-01T00"), keep_daily = first_letters(#"2026-01-01"), keep_weekly = monday_of,
   keep_monthly = first_letters(#"2026-01"), keep_yearly = first_letters(#"2026"),
}

-- The newest of its period, and fewer than `count` periods with a backup after that.
local function is_kept_by(rule, row, peers, count)
   local own, later, found = period_of[rule](row), {}, 0
   for _, peer in ipairs(peers) do
      if is_newer(peer, row) then
         local period = period_of[rule](peer)
         if period == own then
            return false
         end
         found = found + (later[period] and 0 or 1)
         later[period] = true
      end
   end
   return found < count
end

local function is_within(row, peers, seconds)
   for _, peer in ipairs(peers) do
      if peer.time - row.time > seconds then
         return false
      end
   end
   return true
end

local function reasons_of(row, peers, rules)
   local reasons = {}
   for _, rule in ipairs(counting) do
      if rules[rule] and is_kept_by(rule, row, peers, rules[rule]) then
         reasons[#reasons + 1] = rule:gsub("keep_", "")
      end
   end
   if rules.keep_within and is_within(row, peers, rules.keep_within) then
      reasons[#reasons + 1] = "within"
   end
   return table.concat(reasons, " ")
end

-- Gives the reasons by row; "" for what is to go.
local function of_group(peers, rules)
   local reasons, kept = {}, 0
   for _, row in ipairs(peers) do
      reasons[row] = reasons_of(row, peers, rules)
      kept = kept + (reasons[row] ~= "" and 1 or 0)
   end
   local others = {}
   for _, row in ipairs(peers) do
      others[#others + 1] = reasons[row] == "" and row or nil
   end
   table.sort(others, is_newer)
   for place = 1, math.min((rules.min_count or 1) - kept, #others) do
      reasons[others[place]] = "min_count"
   end
   return reasons
end

local function peers_of(one, made, rules)
   local peers = {}
   for _, row in ipairs(made.rows) do
      if takes_part(row, made, rules) and row.backup[rules.group_by] == one.backup[rules.group_by] then
         peers[#peers + 1] = row
      end
   end
   return peers
end

-- What a plan says of each backup, by id.
local function expected(made, rules)
   local verdicts, groups = {}, {}
   for _, row in ipairs(made.rows) do
      local verdict = "untouched"
      if takes_part(row, made, rules) then
         local name = row.backup[rules.group_by]
         groups[name] = groups[name] or of_group(peers_of(row, made, rules), rules)
         verdict = groups[name][row]
      end
      verdicts[row.backup.backup_id] = verdict == "" and "remove" or verdict
   end
   return verdicts
end

local function verdicts_of(planned)
   local verdicts = {}
   for _, row in ipairs(planned.keep) do
      verdicts[row.backup.backup_id] = table.concat(row.reasons, " ")
   end
   for _, backup in ipairs(planned.remove) do
      verdicts[backup.backup_id] = "remove"
   end
   for _, row in ipairs(planned.untouched) do
      verdicts[row.backup.backup_id] = "untouched"
   end
   return verdicts
end

-- All that a plan says, as a text.
local function text_of(planned)
   local lines = {}
   for _, row in ipairs(planned.keep) do
      lines[#lines + 1] = row.backup.backup_id .. " " .. table.concat(row.reasons, " ")
   end
   for _, backup in ipairs(planned.remove) do
      lines[#lines + 1] = backup.backup_id .. " remove"
   end
   for _, row in ipairs(planned.untouched) do
      lines[#lines + 1] = row.backup.backup_id .. " " .. row.reason
   end
   return table.concat(lines, "\n")
end

-- The properties ------------------------------------------------------------------------------------------------------

local function rows_without(made, gone)
   local left = {}
   for _, row in ipairs(made.rows) do
      if not gone[row.backup.backup_id] then
         left[#left + 1] = row
      end
   end
   return left
end

local function ids_of(backups)
   local ids = {}
   for _, backup in ipairs(backups) do
      ids[backup.backup_id] = true
   end
   return ids
end

-- A backup that a rule keeps, not only the least number.
local function by_a_rule(row)
   return row.reasons[1] ~= "min_count"
end

describe("every plan", function()

   it("keeps and removes what the rules say, and puts each backup into one list", function()
      local seen = {}
      each_history(function(made, rules, _, name)
         local planned = plan(made, rules)
         assert.same(expected(made, rules), verdicts_of(planned), name)
         assert.equal(#made.rows, #planned.keep + #planned.remove + #planned.untouched, name)
         for _, row in ipairs(planned.keep) do
            for _, reason in ipairs(row.reasons) do
               seen[reason] = (seen[reason] or 0) + 1
            end
         end
         seen.remove, seen.untouched = (seen.remove or 0) + #planned.remove, (seen.untouched or 0) + #planned.untouched
      end)
      -- or these histories would tell nothing
      for _, what in ipairs {
         "last", "hourly", "daily", "weekly", "monthly", "yearly", "within", "min_count", "remove", "untouched",
      } do
         assert.is_true((seen[what] or 0) > HISTORIES / 10, what)
      end
   end)

   it("keeps the newest Ready backup of each group", function()
      each_history(function(made, rules, _, name)
         local verdicts = verdicts_of(plan(made, rules))
         for _, row in ipairs(made.rows) do
            local is_newest = takes_part(row, made, rules)
            for _, peer in ipairs(is_newest and peers_of(row, made, rules) or {}) do
               is_newest = is_newest and not is_newer(peer, row)
            end
            assert.is_false(is_newest and verdicts[row.backup.backup_id] == "remove", name)
         end
      end)
   end)

   it("touches nothing that the policy does not name, nor what is unfinished, of the future or unknown", function()
      each_history(function(made, rules, _, name)
         local removed = ids_of(plan(made, rules).remove)
         for _, row in ipairs(made.rows) do
            assert.is_false(removed[row.backup.backup_id] == true and not takes_part(row, made, rules), name)
         end
      end)
   end)

   it("removes nothing the second time", function()
      each_history(function(made, rules, _, name)
         local first = plan(made, rules)
         local second = plan(made, rules, rows_without(made, ids_of(first.remove)))
         assert.equal(0, #second.remove, name)
         assert.equal(#first.keep, #second.keep, name)
      end)
   end)

   it("is the same in whatever order the backups come, and where some come twice", function()
      each_history(function(made, rules, random, name)
         local rows = shuffled(random, made.rows)
         for place = 1, math.min(#rows, random(4) - 1) do
            rows[#rows + 1] = rows[place]
         end
         assert.equal(text_of(plan(made, rules)), text_of(plan(made, rules, shuffled(random, rows))), name)
      end)
   end)

   it("removes nothing that a rule would keep if the list had been complete", function()
      each_history(function(made, rules, random, name)
         local missing = {}
         for _, row in ipairs(made.rows) do
            missing[row.backup.backup_id] = random(4) == 1 or nil
         end
         local removed = ids_of(plan(made, rules, rows_without(made, missing)).remove)
         for _, row in ipairs(plan(made, rules).keep) do
            assert.is_false(by_a_rule(row) and removed[row.backup.backup_id] == true, name)
         end
      end)
   end)

   it("leaves the least number of a group, of a list that is not complete, too", function()
      each_history(function(made, rules, random, name)
         local part = { now = made.now, rows = {} }
         for _, row in ipairs(made.rows) do
            part.rows[#part.rows + 1] = random(4) > 1 and row or nil
         end
         local verdicts = verdicts_of(plan(part, rules))
         for _, row in ipairs(part.rows) do
            local left, peers = 0, takes_part(row, part, rules) and peers_of(row, part, rules) or {}
            for _, peer in ipairs(peers) do
               left = left + (verdicts[peer.backup.backup_id] == "remove" and 0 or 1)
            end
            assert.is_true(left >= math.min(#peers, rules.min_count or 1), name)
         end
      end)
   end)

   it("removes no more where a rule is added, and nothing that the others keep", function()
      each_history(function(made, rules, random, name)
         local more = {}
         for field, value in pairs(rules) do
            more[field] = value
         end
         local rule = pick(random, counting)
         more[rule] = (more[rule] or 0) + random(3)
         local before, after = plan(made, rules), plan(made, more)
         local removed = ids_of(after.remove)
         assert.is_true(#after.remove <= #before.remove, name)
         for _, row in ipairs(before.keep) do
            assert.is_false(by_a_rule(row) and removed[row.backup.backup_id] == true, name)
         end
      end)
   end)
end)
