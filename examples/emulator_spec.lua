-- A test suite on the emulator: run it with busted.

local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"

describe("the nightly schedule", function()
   local running, pc

   before_each(function()
      running = assert(emulator.spawn {
         job_seconds = 0,
         seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } },
      })
      pc = assert(pinecone.new { host = running.url, api_key = "any" })
   end)

   after_each(function() running:stop() end)

   it("keeps a week", function()
      assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      assert(running:advance(365 * 24 * 3600))
      assert.equal(7, #assert(pc:list_backups "movies").data)
   end)

   it("survives a bad night", function()
      assert(running:fault { operation = "create_backup", status = 503, on = { 1, 2 } })
      local backup, err = pc:create_backup "movies"
      assert.is_nil(backup)
      assert.equal("unavailable", err.kind)
      assert.equal("create_backup", assert(running:requests())[1].operation)
   end)
end)
