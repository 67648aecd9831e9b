-- Waiting until something is done.

local expect = require "support.expect"
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

   it("a restore takes job_id, too, as describe_restore_job does", function()
      assert(emulator:fault {
         operation = "describe_restore_job", status = 200, body = '{"restore_job_id":"x","status":"Completed"}',
      })
      assert(pc:wait_for_restore { job_id = "x" })
   end)

   it("refuses what makes no sense", function()
      for _, arguments in ipairs {
         {}, { 12 }, { {} }, { "x", { timeout = "1" } }, { "x", { timout = 1 } }, { "x", 1 },
      } do
         assert.has_error(function() pc:wait_for_backup(arguments[1], arguments[2]) end)
      end
   end)
end)
