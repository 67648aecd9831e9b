-- The emulator's time, its ports and its command line.

local uv = require("luv")
local calendar = require("pinecone.emulator.calendar")
local clock = require("pinecone.emulator.clock")
local command = require("support.command")
local emulator = require("pinecone.emulator")
local http = require("support.http")
local scratch = require("support.scratch")
local service = require("support.service")

local DAY = 86400
local NEWEST = { ["X-Pinecone-Api-Version"] = "2026-07" }

local running

local function start(options)
   running = assert(emulator.spawn(options))
   finally(function() running:stop() end)
   return running
end

local function ask(method, target, body, headers)
   return http.exchange(http.port(running.url), method, target, body, headers)
end

local function create_index()
   assert.equal(201, ask("POST", "/indexes", { name = "docs", dimension = 2,
      spec = { serverless = { cloud = "aws", region = "us-east-1" } } }).status)
end

local function create_backup(name)
   local answer = ask("POST", "/indexes/docs/backups", { name = name })
   assert.equal(201, answer.status)
   return answer.json.backup_id
end

local function status_of(backup_id)
   return ask("GET", "/backups/" .. backup_id).json.status
end

describe("the emulator's clock", function()
   local real

   local function new_clock(speed)
      real = 1000
      return clock.new(function() return real end, speed)
   end

   it("goes with its source, and further when it is moved", function()
      local made = new_clock()
      real = 1007
      assert.equal(1007, made.read())
      made.advance(100)
      real = 1010
      assert.equal(1110, made.read())
      made.reset()
      assert.equal(1010, made.read())
   end)

   it("goes faster, slower or not at all", function()
      for speed, seconds in pairs({ [0] = 0, [0.5] = 5, [3600] = 36000 }) do
         local made = new_clock(speed)
         real = 1010
         made.advance(1)
         assert.equal(1001 + seconds, made.read())
      end
   end)

   it("ends with the year 9999", function()
      local made = new_clock(1e12)
      real = 2000
      assert.equal("9999-12-31T00:00:00Z", calendar.seconds(made.read(), "Z"))
   end)

   it("is held at a time, and then goes on as if it had not been", function()
      local made = new_clock(2)
      made.hold(5)
      real = 1010
      assert.equal(5, made.read())
      made.hold(nil)
      assert.equal(1020, made.read())
   end)

   it("goes on from what was saved, with the time since then at its speed", function()
      for speed, expected in pairs({ [0] = 1520, [1] = 1620, [10] = 2520 }) do
         local saved
         do
            local made = new_clock(2)
            made.advance(500)
            real = 1010
            saved = made.save()
         end
         real = 1110
         local made = clock.new(function() return real end, speed)
         made.restore(saved)
         assert.equal(expected, made.read())
      end
   end)

   it("does not go back when its source was set back", function()
      local made = new_clock()
      local saved = made.save()
      real = 10
      made.restore(saved)
      assert.equal(1000, made.read())
   end)
end)

describe("the emulator's time", function()
   it("stands still at speed 0, and moves by hand", function()
      start({ speed = 0, job_seconds = 10 })
      local began = assert(running:time())
      create_index()
      local backup = create_backup()
      service.sleep(0.05)
      assert.equal(began, running:time())
      assert(running:advance(9.5))
      assert.equal("Initializing", status_of(backup))
      assert(running:advance(0.5))
      assert.equal("Ready", status_of(backup))
      assert.equal(began + 10, running:time())
   end)

   it("passes a thousand times as fast", function()
      start({ speed = 1000, job_seconds = 30 })
      local real = uv.hrtime()
      local began = assert(running:time())
      create_index()
      local backup = create_backup()
      assert.equal("Initializing", status_of(backup))
      service.until_true(function() return status_of(backup) == "Ready" end)
      local passed = running:time() - began
      local most = (uv.hrtime() - real) / 1e9 * 1000
      assert.is_true(passed >= 30 and passed <= most, ("%f of %f seconds"):format(passed, most))
   end)

   it("is told by the control path, as text and as seconds", function()
      start({ speed = 0 })
      local told = ask("GET", "/_emulator/time")
      assert.equal(200, told.status)
      assert.equal(told.json.now, calendar.microseconds(told.json.seconds, "Z"))
      assert.is_true(math.abs(told.json.seconds - os.time()) < 60)
      local moved = ask("POST", "/_emulator/advance", { seconds = DAY })
      assert.equal(told.json.now:sub(11), moved.json.now:sub(11))
      assert.is_true(math.abs(moved.json.seconds - told.json.seconds - DAY) < 0.001)
      local seconds, text = running:time()
      assert.same({ moved.json.seconds, moved.json.now }, { seconds, text })
   end)

   it("moves within bounds", function()
      start({ speed = 0 })
      local began = running:time()
      for _, body in ipairs({ "{}", '{"seconds":-1}', '{"seconds":"1"}', '{"seconds":1e300}', "[" }) do
         assert.equal(400, ask("POST", "/_emulator/advance", body).status)
      end
      local moved, problem = running:advance(101 * 365 * DAY)
      assert.is_nil(moved)
      assert.truthy(problem:find("seconds must be a number from 0 to", 1, true))
      assert.equal(began, running:time())
   end)

   it("passes by a year with a daily backup, of which a week's are left", function()
      start({ speed = 0, job_seconds = 60 })
      create_index()
      assert.equal(200, ask("POST", "/indexes/docs/backup-schedules", { name = "nightly",
         schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 7 } },
         NEWEST).status)
      assert(running:advance(365 * DAY))
      local listed = ask("GET", "/backups?limit=100").json.data
      assert.equal(7, #listed)
      for _, backup in ipairs(listed) do
         assert.truthy(backup.name:find("^nightly%-%d+T060000Z$"))
      end
   end)
end)

describe("the emulator's ports", function()
   it("are one for the API and one for the legacy controller", function()
      start()
      assert.truthy(running.legacy_url:find("^http://127%.0%.0%.1:%d+$"))
      assert.are_not.equal(running.url, running.legacy_url)
      local listed = http.exchange(http.port(running.legacy_url), "GET", "/collections")
      assert.same({ 200, "[]" }, { listed.status, listed.body })
      local other = assert(emulator.spawn())
      local free = http.port(other.legacy_url)
      other:stop()
      start({ legacy_port = free })
      assert.equal("http://127.0.0.1:" .. free, running.legacy_url)
      local second, problem = emulator.spawn({ legacy_port = free })
      assert.is_nil(second)
      assert.equal(("port %d is already in use; 0 takes a free one"):format(free), problem)
   end)
end)

describe("the emulator's faults", function()
   it("can be there from the start", function()
      start({ faults = {
         { operation = "list_indexes", status = 503 }, { operation = "list_indexes", on = 2, status = 429 },
      } })
      assert.same({ 503, 429, 200 },
         { ask("GET", "/indexes").status, ask("GET", "/indexes").status, ask("GET", "/indexes").status })
   end)

   it("are gone after a reset", function()
      start({ faults = { { operation = "*", on = "all", status = 503 } } })
      assert(running:reset())
      assert.equal(200, ask("GET", "/indexes").status)
   end)

   it("are refused when one is wrong", function()
      local made, problem = emulator.spawn({ faults = {
         { operation = "*", status = 503 }, { operation = "list_index", status = 503 },
      } })
      assert.is_nil(made)
      assert.truthy(problem:find("plan 2", 1, true), problem)
      assert.truthy(problem:find("list_index", 1, true))
   end)
end)

describe("the emulator's command", function()
   local folder

   setup(function() folder = scratch.new() end)
   teardown(function() folder:remove() end)

   local function launch(...)
      running = command.launch(...)
      finally(function()
         running:stop()
         assert.equal("", running.err)
      end)
   end

   it("announces both ports", function()
      launch()
      assert.truthy(running.url:find("^http://127%.0%.0%.1:%d+$"))
      assert.truthy(running.legacy_url:find("^http://127%.0%.0%.1:%d+$"))
   end)

   it("takes speed, seed, state and faults", function()
      local seeds = folder:write("seed.json",
         '{"indexes":[{"name":"docs","dimension":2}],"backups":[{"index_name":"docs","days_ago":3}]}')
      local plans = folder:write("faults.json", '[{"operation":"list_indexes","status":503}]')
      launch("--speed", "0", "--seed", seeds, "--faults", plans, "--state", folder:path("state.json"))
      assert.equal(503, ask("GET", "/indexes").status)
      assert.equal(1, #ask("GET", "/backups").json.data)
      assert.truthy(folder:read("state.json"):find('"docs"', 1, true))
      local began = ask("GET", "/_emulator/time").json.now
      assert.equal(began, ask("GET", "/_emulator/time").json.now)
   end)

   it("sets any option, converted to its type", function()
      launch("--set", "max_indexes=1", "--set", "plan_has_backups=false", "--set", "quota_code=QUOTA_EXCEEDED",
         "--set", 'messages={"index_quota":"no"}', "--idle-seconds", "60", "--job-seconds", "0")
      create_index()
      local refused = ask("POST", "/indexes", { name = "more", dimension = 2,
         spec = { serverless = { cloud = "aws", region = "us-east-1" } } })
      assert.same({ 403, "QUOTA_EXCEEDED", "no" },
         { refused.status, refused.json.error.code, refused.json.error.message })
      assert.equal(403, ask("POST", "/indexes/docs/backups", {}).status)
   end)

   for words, expected in pairs({
      ["--set max_index=1"] = "there is no option 'max_index', did you mean max_indexes",
      ["--set zzz=1"] = "there is no option 'zzz'; --list-options shows all",
      ["--set max_indexes"] = "'max_indexes' is not NAME=VALUE",
      ["--set max_indexes=many"] = "max_indexes must be a whole number, 0 or more, not 'many'",
      ["--set past_due=1"] = "past_due must be true or false, not '1'",
      ["--set not_ready_status=500"] = "not_ready_status must be one of 400, 409, 412, 422, not '500'",
      ["--set messages=x"] = "messages must be texts by names of emulator/failure.lua, such as index_not_found",
      ['--set messages={"foo":"x"}'] = "messages must be texts by names",
      ["--set max_indexes=2.5"] = "max_indexes must be a whole number, 0 or more",
      ["--set default_limit=0"] = "default_limit must be a whole number from 1 to 100, not '0'",
      ["--set run_hour=24"] = "run_hour must be a whole number from 0 to 23",
      ['--set denied_operations=["create_bakup"]'] = "denied_operations must be a list of operations",
      ["--speed=-1 --port=0"] = "--speed: '-1' is not a number, 0 or more",
      ["--speed inf"] = "--speed: 'inf' is not a number, 0 or more",
      ["--legacy-port 70000"] = "--legacy-port: '70000' is not a port",
   }) do
      it("refuses " .. words, function()
         local option, value = words:match("^(%S+) (.*)$")
         local output, code = command.run(option, value)
         assert.equal(2, code)
         assert.truthy(output:gsub("%s+", " "):find(expected, 1, true), output)
      end)
   end

   it("says which file is missing or broken", function()
      local broken = folder:write("broken.json", "{")
      for _, option in ipairs({ "seed", "faults" }) do
         local output, code = command.run("--port", "0", "--" .. option, folder:path("missing"))
         assert.equal(1, code)
         assert.equal(("pinecone-backup: cannot read the %s file %s: No such file or directory\n")
            :format(option, folder:path("missing")), output)
         output, code = command.run("--port", "0", "--" .. option, broken)
         assert.equal(1, code)
         assert.equal(("pinecone-backup: the %s file %s is not JSON, or no object or array\n")
            :format(option, broken), output)
      end
   end)

   it("lists all options within 80 columns", function()
      local output, code = command.run("--list-options")
      assert.equal(0, code)
      for _, row in ipairs(require("pinecone.emulator.decisions").rows) do
         assert.truthy(("\n" .. output):find("\n" .. row.name .. " ", 1, true), row.name)
      end
      assert.truthy(output:find("\nquota_code +FORBIDDEN | QUOTA_EXCEEDED\n   %S"))
      for _, what in ipairs({ output, (command.run("--help")) }) do
         for line in what:gmatch("[^\n]+") do
            assert.is_true(#line <= 80, line)
         end
      end
   end)
end)
