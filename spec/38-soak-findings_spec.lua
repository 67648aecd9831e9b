-- What the soak found, each made small.

local pinecone = require "pinecone"
local service = require "support.service"

describe("a create whose answer was lost", function()
   local running

   before_each(function() running = service.start() end)
   after_each(function() running:stop() end)

   it("is not given up for lost because of a list that was old when it came", function()
      local pc = service.client(running, { settle_grace = 0.5 })
      service.serverless(pc, "movies")
      assert(running:fault { operation = "create_backup", status = 504, late = 0.2 })
      assert(running:fault { operation = "list_index_backups", delay = 1 })
      local backup = pinecone.assert(pc:create_backup { index_name = "movies", name = "nightly" })
      local there = pinecone.assert(pc:list_backups "movies").data
      assert.equal(1, #there)
      assert.equal(backup.backup_id, there[1].backup_id)
      assert.equal(1, service.sent(running, "create_backup"))
   end)
end)
