-- What a check found, as Prometheus reads it.

local expect = require "support.expect"
local pinecone = require "pinecone"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local function entry(fields)
   local made = { index_name = "movies", verdict = "ok", reason = "", reasons = { "" }, failures = 0, running = 0 }
   for name, value in pairs(fields or {}) do
      made[name] = value
   end
   return made
end

local function ready(fields)
   local backup = { backup_id = "b", status = "Ready", created_at = "2026-03-04T05:06:07Z" }
   for name, value in pairs(fields or {}) do
      backup[name] = value
   end
   return backup
end

local function unseen()
   return { index_name = "movies", verdict = "critical", reason = "", reasons = { "" }, error = {} }
end

local function text_of(...)
   return pinecone.metrics { verdict = "ok", time = 1795268602, indexes = { ... }, skipped = {} }
end

-- Reading -------------------------------------------------------------------------------------------------------------

local unescaped = { ["\\\\"] = "\\", ['\\"'] = '"', ["\\n"] = "\n" }

-- Reads labels as the text format 0.0.4 wants them and gives those of a sample; raises where they are not so.
local function read_labels(text)
   local labels = {}
   while text ~= "" do
      local name, rest = text:match '^([%a_][%w_]*)="(.*)$'
      assert(name and not labels[name], "bad labels: " .. text)
      local value = ""
      while rest:sub(1, 1) ~= '"' do
         local plain = rest:match '^[^\\"]+'
         local piece = plain or rest:sub(1, 2)
         value, rest = value .. (plain or assert(unescaped[piece], "bad escape: " .. rest)), rest:sub(#piece + 1)
      end
      labels[name] = value
      text = rest:sub(2)
      assert(text == "" or text:find "^,.", "bad labels: " .. text)
      text = text:gsub("^,", "")
   end
   return labels
end

local function read_comment(families, line)
   local kind, name, rest = line:match "^# (%u+) ([%a_:][%w_:]*) (.+)$"
   assert(kind == "HELP" or kind == "TYPE", "bad comment: " .. line)
   local family = families[name] or { samples = {} }
   assert(not family[kind], kind .. " twice: " .. line)
   assert(#family.samples == 0, kind .. " after samples: " .. line)
   assert(kind == "HELP" or rest == "gauge", "bad type: " .. line)
   families[name], family[kind] = family, rest
   return name
end

local function read_sample(families, line, current)
   local name, labels, value = line:match "^([%a_:][%w_:]*)(%b{}) (%S+)$"
   if not name then
      name, value = line:match "^([%a_:][%w_:]*) (%S+)$"
   end
   assert(name == current, "not in its family: " .. line)
   local family, index = families[name], labels and read_labels(labels:sub(2, -2)).index or ""
   assert(family.HELP and family.TYPE, "sample before HELP and TYPE: " .. line)
   assert(value:find "^%d+$" or value:find "^%d+%.%d+$", "bad value: " .. line)
   assert(family[index] == nil, "sample twice: " .. line)
   table.insert(family.samples, value)
   family[index] = value
end

-- Reads a text line by line and gives values as texts, by family and index ("" without a label).
local function read(text)
   assert(text:sub(-1) == "\n" and text:sub(-2) ~= "\n\n", "it must end with one newline")
   local families, current = {}, nil
   for line in text:gmatch "([^\n]*)\n" do
      if line:sub(1, 1) == "#" then
         current = read_comment(families, line)
      else
         read_sample(families, line, current)
      end
   end
   for name, family in pairs(families) do
      assert(#family.samples > 0, "no sample: " .. name)
   end
   return families
end

-- The families of one index, name to value.
local function values(...)
   local found = {}
   for name, family in pairs(read(text_of(...))) do
      found[name:gsub("^pinecone_", "")] = family.movies or family[""]
   end
   return found
end

describe("The metrics of an index", function()

   it("tell all that is known of it", function()
      assert.same({
         backup_last_successful_timestamp = "1772600767",
         backup_last_status = "1",
         backup_failures_since_success = "0",
         backup_running = "2",
         backup_records = "120000",
         backup_size_bytes = "160087040000000",
         schedule_enabled = "1",
         schedule_next_run_timestamp = "1772690400",
         schedule_expected_interval_seconds = "86400",
         backup_check_status = "0",
         backup_check_timestamp = "1795268602",
      }, values(entry {
         backup = ready { record_count = 120000, size_bytes = 160087040000000 }, running = 2,
         schedule = { frequency = "daily" }, next_run = 1772690400,
      }))
   end)

   it("leave out what is not known, rather than say 0", function()
      assert.same({
         backup_failures_since_success = "0", backup_running = "0", schedule_enabled = "0", backup_check_status = "0",
         backup_check_timestamp = "1795268602",
      }, values(entry()))
      assert.same({ backup_check_status = "2", backup_check_timestamp = "1795268602" }, values(unseen()))
   end)

   it("do not say that there is no schedule where schedules could not be read", function()
      assert.is_nil(values(entry { schedule_error = {} }).schedule_enabled)
      assert.equal("0", values(entry()).schedule_enabled)
   end)

   it("tell how the newest attempt that is finished went", function()
      assert.equal("1", values(entry { backup = ready(), running = 1 }).backup_last_status)
      assert.equal("0", values(entry { backup = ready(), failures = 1 }).backup_last_status)
      assert.equal("0", values(entry { failures = 3 }).backup_last_status)
      assert.is_nil(values(entry { running = 1 }).backup_last_status)
   end)

   for frequency, seconds in pairs { daily = "86400", weekly = "604800", monthly = "2678400", hourly = false } do
      it("tell the interval of a schedule: " .. frequency, function()
         local found = values(entry { schedule = { frequency = frequency } })
         assert.equal(seconds or nil, found.schedule_expected_interval_seconds)
         assert.equal("1", found.schedule_enabled)
         assert.is_nil(found.schedule_next_run_timestamp)
      end)
   end

   for verdict, status in pairs { ok = "0", warning = "1", critical = "2" } do
      it("tell the verdict as a number: " .. verdict, function()
         assert.equal(status, values(entry { verdict = verdict }).backup_check_status)
      end)
   end

   it("leave out numbers that are none", function()
      local found = values(entry { backup = ready { record_count = "many", size_bytes = math.huge } })
      assert.is_nil(found.backup_records)
      assert.is_nil(found.backup_size_bytes)
   end)
end)

describe("The text of metrics", function()

   it("has the lines of a family together, with HELP and TYPE before them", function()
      expect.holds(text_of(entry(), entry { index_name = "films", running = 3 }),
         "# HELP pinecone_backup_running Backups that are not finished.\n# TYPE pinecone_backup_running gauge\n"
            .. 'pinecone_backup_running{index="movies"} 0\npinecone_backup_running{index="films"} 3\n# HELP ')
   end)

   it("has nothing but the time of the check where there is no index", function()
      assert.equal("# HELP pinecone_backup_check_timestamp When the check was made, in seconds since 1970.\n"
         .. "# TYPE pinecone_backup_check_timestamp gauge\npinecone_backup_check_timestamp 1795268602\n", text_of())
   end)

   it("escapes labels", function()
      local name = 'a\\b"c\nd\\n'
      local text = text_of(entry { index_name = name, running = 5 })
      expect.holds(text, 'pinecone_backup_running{index="a\\\\b\\"c\\nd\\\\n"} 5\n')
      assert.equal("5", read(text).pinecone_backup_running[name])
   end)

   local function running(value)
      return values(entry { running = value }).backup_running
   end

   it("has numbers without loss and without an exponent", function()
      assert.equal("9007199254740992", running(9007199254740992))
      assert.equal("9007199254740991", running(9007199254740991))
      assert.equal("100000000000000", running(1e14))
      assert.equal("98", running(98.0))
      assert.equal("1731234567.5", running(1731234567.5))
      assert.equal("0.1", running(0.1))
      for _, value in ipairs { 1731234567.809354, 1 / 3, 1772600767.123456789 } do
         assert.equal(value, tonumber(running(value)))
      end
      assert.equal("1772600767.809354",
         values(entry { backup = ready { created_at = "2026-03-04T05:06:07.809354Z" } })
            .backup_last_successful_timestamp)
   end)

   it("has a dot in numbers whatever the locale", function()
      local folder, path, before = scratch.new(), os.getenv "LOCPATH", os.setlocale(nil, "numeric")
      finally(function()
         os.setlocale(before, "numeric")
         uv.os_unsetenv "LOCPATH"
         if path then
            uv.os_setenv("LOCPATH", path)
         end
         folder:remove()
      end)
      process.run("localedef", "-i", "de_DE", "-f", "UTF-8", folder:path "de_DE.UTF-8")
      uv.os_setenv("LOCPATH", folder.root)
      assert.is_string(os.setlocale("de_DE.UTF-8", "numeric"))
      assert.equal("1731234567.5", running(1731234567.5))
      assert.equal("0.1", running(0.1))
      assert.equal("9007199254740992", running(9007199254740992))
   end)
end)

describe("The metrics of a real check", function()
   local emulator, pc

   setup(function()
      emulator = service.start { speed = 0 }
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)

   it("agree with it", function()
      service.serverless(pc, "movies")
      service.serverless(pc, "films")
      service.fill(pc, "movies", 7)
      local backup = assert(pc:wait_for_backup(assert(pc:create_backup { index_name = "movies" })))
      local schedule = assert(pc:create_backup_schedule {
         index_name = "movies", name = "weekly", frequency = "weekly", expire_after_days = 30,
      })
      local checked = assert(pc:check { index_names = { "movies", "films", "lost" } })
      local found = read(pinecone.metrics(checked))
      assert.equal("7", found.pinecone_backup_records.movies)
      assert.equal(backup.size_bytes, tonumber(found.pinecone_backup_size_bytes.movies))
      assert.equal(pinecone.timestamp(backup.created_at),
         tonumber(found.pinecone_backup_last_successful_timestamp.movies))
      assert.equal(pinecone.timestamp(schedule.next_scheduled_run),
         tonumber(found.pinecone_schedule_next_run_timestamp.movies))
      assert.equal("604800", found.pinecone_schedule_expected_interval_seconds.movies)
      assert.equal(checked.time, tonumber(found.pinecone_backup_check_timestamp[""]))
      assert.same({ "0", "2", "2" }, {
         found.pinecone_backup_check_status.movies, found.pinecone_backup_check_status.films,
         found.pinecone_backup_check_status.lost,
      })
      assert.is_nil(found.pinecone_backup_running.lost)
      assert.equal("0", found.pinecone_backup_running.films)
   end)
end)

describe("metrics refuses", function()
   for what, value in pairs {
      ["a text"] = "ok", ["an empty table"] = {}, ["a retention plan"] = { keep = {}, remove = {} },
      ["indexes of the API"] = { time = 1, indexes = { { name = "movies" } } },
      ["an unknown verdict"] = { time = 1, indexes = { { index_name = "movies", verdict = "fine" } } },
      ["no time"] = { indexes = {} },
   } do
      it("what is no check: " .. what, function()
         local good, message = pcall(pinecone.metrics, value)
         assert.is_false(good)
         expect.holds(message, "pinecone: metrics: takes what client:check gave")
      end)
   end

   it("nothing, which is what a check gives that failed", function()
      local good, message = pcall(pinecone.metrics, nil)
      assert.is_false(good)
      expect.holds(message, "got a nil")
   end)
end)
