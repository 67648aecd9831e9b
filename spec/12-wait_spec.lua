-- Waiting until something is done.

local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local uv = require "luv"

describe("waiting for", function()
   local emulator, pc

   setup(function()
      emulator = service.start { job_seconds = 0.6 }
      pc = service.client(emulator)
      service.serverless(pc, "movies")
      service.pod(pc, "pods")
   end)
   teardown(function() emulator:stop() end)
   after_each(function() assert(emulator:clear_faults()) end)

   local function backup()
      return assert(pc:create_backup { index_name = "movies" })
   end

   it("a backup gives the finished one", function()
      local begun = backup()
      assert.equal("Initializing", begun.status)
      assert.equal("Ready", assert(pc:wait_for_backup(begun.backup_id)).status)
   end)

   it("a restore gives the finished job, and its index can be waited for", function()
      local done = assert(pc:wait_for_backup(backup()))
      local restore = assert(pc:create_index_from_backup { backup_id = done.backup_id, name = "restored" })
      local job = assert(pc:wait_for_restore(restore.restore_job_id))
      assert.equal("Completed", job.status)
      assert.equal(restore.restore_job_id, job.restore_job_id)
      assert.equal("Ready", assert(pc:wait_for_index "restored").status.state)
   end)

   it("a collection gives the finished one", function()
      assert(pc:create_collection { name = "copy", source = "pods" })
      assert.equal("Ready", assert(pc:wait_for_collection "copy").status)
   end)

   it("takes the table that came from the create", function()
      assert.equal("Ready", assert(pc:wait_for_backup(backup())).status)
      assert.equal("Ready", assert(pc:wait_for_index { name = "movies" }).status.state)
   end)

   local function answers(operation, ...)
      for turn, body in ipairs { ... } do
         assert(emulator:fault { operation = operation, on = turn, status = 200, body = body })
      end
   end

   local ends = {
      { "describe_backup", "wait_for_backup", '{"backup_id":"x","status":"InitializationFailed"}' },
      { "describe_backup", "wait_for_backup", '{"backup_id":"x","status":"Failed"}' },
      { "describe_restore_job", "wait_for_restore", '{"restore_job_id":"x","status":"Failed"}' },
      { "describe_restore_job", "wait_for_restore", '{"restore_job_id":"x","status":"Cancelled"}' },
      { "describe_collection", "wait_for_collection", '{"name":"x","status":"Terminating"}' },
      { "describe_index", "wait_for_index", '{"name":"x","status":{"ready":false,"state":"InitializationFailed"}}' },
   }
   for _, case in ipairs(ends) do
      it(("what ended badly is an error of kind failed: %s %s"):format(case[2], case[3]), function()
         answers(case[1], case[3])
         local err = expect.failure("failed", pc[case[2]](pc, "x"))
         assert.equal("x", err.target)
         assert.is_table(err.resource)
         assert.matches("ended as %u", tostring(err))
      end)
   end

   it("a backup whose status is not known goes on", function()
      answers("describe_backup", '{"backup_id":"x","status":"Dreaming"}', '{"backup_id":"x","status":"Pending"}',
         '{"backup_id":"x","status":"Ready"}')
      assert.equal("Ready", assert(pc:wait_for_backup "x").status)
   end)

   it("something that is not there gives the error at once", function()
      expect.failure("not_found", pc:wait_for_backup "nothing")
   end)

   it("what was just made and is not there yet is waited for", function()
      assert(emulator:fault {
         operation = "describe_collection", status = 404,
         body = '{"error":{"code":"NOT_FOUND","message":"Collection x not found."},"status":404}',
      })
      assert(emulator:fault {
         operation = "describe_collection", on = 2, status = 200, body = '{"name":"x","status":"Ready"}',
      })
      assert.equal("Ready", assert(pc:wait_for_collection { name = "x", status = "Initializing" }).status)
   end)

   it("a restore job rides a 404 out", function()
      assert(emulator:fault {
         operation = "describe_restore_job", status = 404,
         body = '{"error":{"code":"NOT_FOUND","message":"Restore job x not found."},"status":404}',
      })
      assert(emulator:fault {
         operation = "describe_restore_job", on = 2, status = 200, body = '{"restore_job_id":"x","status":"Completed"}',
      })
      assert.equal("Completed", assert(pc:wait_for_restore "x").status)
   end)

   it("anything rides passing troubles of the service out", function()
      assert(emulator:fault { operation = "describe_backup", status = 503, body = "" })
      assert(emulator:fault { operation = "describe_backup", on = 2, drop = "before" })
      assert.equal("Ready", assert(pc:wait_for_backup(backup())).status)
   end)

   it("ends with an error of kind timeout after the time that it is given", function()
      assert(emulator:fault {
         operation = "describe_backup", on = "all", status = 200, body = '{"backup_id":"x","status":"Initializing"}',
      })
      local err = expect.failure("timeout", pc:wait_for_backup("x", { timeout = 0.3 }))
      assert.equal("Initializing", err.resource.status)
      assert.matches("still Initializing", tostring(err))
   end)

   it("says so where what it waits for has no status", function()
      assert(emulator:fault { operation = "describe_backup", on = "all", status = 200, body = '{"backup_id":"x"}' })
      local err = expect.failure("timeout", pc:wait_for_backup("x", { timeout = 0.3 }))
      assert.matches("the backup has no status", tostring(err))
   end)

   it("keeps its time when the service does not answer, and says what went wrong", function()
      local before = uv.hrtime()
      assert(emulator:fault { operation = "describe_backup", on = "all", delay = 20 })
      local err = expect.failure("timeout", pc:wait_for_backup("x", { timeout = 0.4 }))
      assert.is_true((uv.hrtime() - before) / 1e9 < 10)
      assert.matches("was not seen as far as is known; the last look failed: not done within", err.message, 1, true)
   end)

   it("keeps its time when every answer takes long", function()
      local before = uv.hrtime()
      assert(emulator:fault { operation = "describe_backup", on = "all", delay = 0.3 })
      local begun = backup()
      expect.failure("timeout", pc:wait_for_backup(begun, { timeout = 0.5 }))
      assert.is_true((uv.hrtime() - before) / 1e9 < 10)
   end)

   it("tells of each look that was answered, the last one too", function()
      local told = {}
      local done = assert(pc:wait_for_backup(backup(), { on_progress = function(seen, elapsed, trouble)
         told[#told + 1] = { status = seen.status, elapsed = elapsed, trouble = trouble }
      end }))
      assert.equal("Ready", done.status)
      assert.is_true(#told >= 2)
      assert.equal("Initializing", told[1].status)
      assert.equal("Ready", told[#told].status)
      for place, row in ipairs(told) do
         assert.is_true(row.elapsed >= (place > 1 and told[place - 1].elapsed or 0))
         assert.is_nil(row.trouble)
      end
   end)

   it("tells of passing troubles, with what it saw before them", function()
      answers("describe_backup", '{"backup_id":"x","status":"Initializing"}')
      assert(emulator:fault { operation = "describe_backup", on = { 2, 3, 4, 5, 6 }, status = 503 })
      local troubled = service.client(emulator, { max_retries = 0 })
      local told = {}
      expect.failure("timeout", troubled:wait_for_backup("x", {
         timeout = 0.6, on_progress = function(seen, _, trouble) told[#told + 1] = { seen.status, trouble } end,
      }))
      assert.same({ "Initializing" }, told[1])
      assert.equal("Initializing", told[2][1])
      assert.equal("unavailable", told[2][2].kind)
   end)

   it("what on_progress raises comes out of the waiting", function()
      local raised = { "mine" }
      local good, problem = pcall(pc.wait_for_backup, pc, backup(), { on_progress = function() error(raised) end })
      assert.is_false(good)
      assert.equal(raised, problem)
   end)

   -- The pauses that a client makes; it makes none of them really.
   local function pauses_of(looks, options)
      local pauses = {}
      local client = service.client(emulator, {
         max_retries = 0, wait = function(call)
            if tostring(call):find "timer" then
               pauses[#pauses + 1] = call:interest() / 1000
               return call:cancel()
            end
            while not call:step() do
               service.sleep(0.001)
            end
         end,
      })
      assert(emulator:fault(options))
      assert(emulator:fault {
         operation = "describe_backup", on = { from = looks },
         status = 200, body = '{"backup_id":"x","status":"Ready"}',
      })
      assert(client:wait_for_backup "x")
      assert(emulator:clear_faults())
      return pauses
   end

   it("looks often at first, ever more seldom up to 30 seconds, and never twice in the same rhythm", function()
      local initializing = {
         operation = "describe_backup", on = { from = 1 }, status = 200,
         body = '{"backup_id":"x","status":"Initializing"}',
      }
      assert(emulator:clear_faults())
      initializing.on = {}
      for look = 1, 24 do
         initializing.on[look] = look
      end
      local pauses, longest, differs = pauses_of(25, initializing), 0.25, false
      local again = pauses_of(25, initializing)
      assert.equal(24, #pauses)
      for place, pause in ipairs(pauses) do
         assert.is_true(pause <= longest + 0.001 and pause >= longest / 2 - 0.002, ("%d: %g"):format(place, pause))
         longest = math.min(longest * 1.5, 30)
         differs = differs or math.abs(pause - again[place]) > 0.002
      end
      assert.equal(30, longest)
      assert.is_true(differs)
   end)

   it("pauses as long as a server asks for that is asked too often", function()
      local pauses = pauses_of(2, { operation = "describe_backup", status = 429, retry_after = 7 })
      assert.equal(1, #pauses)
      assert.is_true(pauses[1] > 6 and pauses[1] <= 7, pauses[1])
   end)

   it("pauses for five minutes at most, whatever a server asks for", function()
      local pauses, hasty = {}, service.client(emulator, { max_retries = 0 })
      hasty.sleep = function(_, seconds) pauses[#pauses + 1] = seconds end
      assert(emulator:fault { operation = "describe_backup", status = 429, retry_after = 100000 })
      assert(emulator:fault { operation = "describe_backup", on = 2, status = 200,
         body = '{"backup_id":"x","status":"Ready"}' })
      assert(hasty:wait_for_backup "x")
      assert.same({ 300 }, pauses)
   end)

   it("does not look again when its time is over, and says what it saw", function()
      assert(emulator:fault {
         operation = "describe_backup", on = "all", status = 200, body = '{"backup_id":"x","status":"Initializing"}',
         delay = 0.05,
      })
      local err = expect.failure("timeout", pc:wait_for_backup("x", { timeout = 0.3 }))
      expect.holds(tostring(err), "the backup is still Initializing (", "wait again")
   end)

   it("the page of a gateway is ridden out once the service has answered", function()
      answers("describe_backup", '{"backup_id":"x","status":"Initializing"}')
      assert(emulator:fault { operation = "describe_backup", on = 2, status = 403, html = true })
      assert(emulator:fault { operation = "describe_backup", on = 3, garble = true, status = 200, body = "{}" })
      assert(emulator:fault { operation = "describe_backup", on = 4, status = 200,
         body = '{"backup_id":"x","status":"Ready"}' })
      assert(pc:wait_for_backup "x")
      assert(emulator:clear_faults())
      assert(emulator:fault { operation = "describe_backup", status = 403, html = true })
      expect.failure("permission_denied", pc:wait_for_backup "x")
   end)

   it("an index that is going away is not ready, whatever it says", function()
      answers("describe_index", '{"name":"x","status":{"ready":true,"state":"Terminating"}}')
      expect.failure("failed", pc:wait_for_index "x")
   end)

   it("a restore takes job_id, too, as describe_restore_job does", function()
      assert(emulator:fault {
         operation = "describe_restore_job", status = 200, body = '{"restore_job_id":"x","status":"Completed"}',
      })
      assert(pc:wait_for_restore { job_id = "x" })
   end)

   it("refuses what makes no sense", function()
      for _, arguments in ipairs {
         {}, { 12 }, { {} }, { "x", { timeout = "1" } }, { "x", { timout = 1 } }, { "x", 1 },
         { "x", { on_progress = "print" } },
      } do
         assert.has_error(function() pc:wait_for_backup(arguments[1], arguments[2]) end)
      end
   end)
end)

describe("Ctrl-C", function()
   local emulator, given

   setup(function()
      emulator = service.start { job_seconds = 3600, seed = { indexes = { { name = "movies", dimension = 2 } } } }
      local backup = assert(service.client(emulator):create_backup "movies")
      given = { url = emulator.url, key = service.api_key, id = backup.backup_id }
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:clear_requests()) end)

   -- Minutes where a waiter pauses for a moment, so that there is a pause to be ended in the middle of.
   local PRELUDE = [[
      local pinecone = require "pinecone"
      local pc = pinecone.assert(pinecone.new { host = given.url, api_key = given.key })
      local sleep = pc.sleep
      function pc:sleep(seconds) return sleep(self, 1000 * seconds) end
      local function wait() return pc:wait_for_backup(given.id) end
   ]]

   local function looks()
      return service.sent(emulator, "describe_backup")
   end

   for _, case in ipairs {
      { what = "a script that waits", source = "wait()", looks = 1 },
      { what = "one that waits for many things at once", source = "pinecone.parallel { wait, wait, wait }", looks = 3 },
   } do
      it("ends " .. case.what .. ", in the middle of a pause", function()
         local script = process.script(PRELUDE .. case.source, given)
         service.until_true(function() return looks() == case.looks end)
         service.sleep(1)
         assert.is_nil(script.code)
         assert.equal(case.looks, looks())
         script:kill "sigint"
         assert.is_true(service.seconds_of(function() script:wait() end) < 5)
         assert.equal(1, script.code)
         assert.matches("interrupted!", script.err)
         assert.equal(case.looks, looks())
      end)
   end
end)
