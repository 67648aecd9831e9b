-- Where the specs beside this one run, when they run inside of nginx.
-- luacheck: read globals ngx

local hosts = require "pinecone.hosts"
local service = require "support.service"

describe("Inside of nginx", function()

   it("specs run in a worker's timer, on the host for OpenResty", function()
      assert.equal(0, ngx.worker.id())
      assert.equal("timer", ngx.get_phase())
      assert.equal(require "pinecone.hosts.openresty", hosts.current())
   end)

   it("the worker does other things while a call waits", function()
      local emulator = service.start()
      local pc = service.client(emulator)
      assert(emulator:fault { operation = "list_indexes", delay = 0.5 })
      local turns = 0
      local other = ngx.thread.spawn(function()
         while true do
            ngx.sleep(0.01)
            turns = turns + 1
         end
      end)
      local answered, err = pc:list_indexes()
      ngx.thread.kill(other)
      emulator:stop()
      assert(answered, err)
      assert.is_true(turns > 10, turns)
   end)
end)
