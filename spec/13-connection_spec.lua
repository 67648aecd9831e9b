-- Connections: kept, made anew for writes, interrupted.

local core = require "pinecone.core"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local uv = require "luv"

local DESCRIBES = tonumber(os.getenv "DESCRIBES") or 100

describe("a connection", function()
   local emulator, pc

   before_each(function()
      emulator = service.start()
      pc = service.client(emulator)
      service.serverless(pc, "movies")
      assert(emulator:clear_requests())
   end)
   after_each(function() emulator:stop() end)

   local function connections()
      return service.connections(emulator)
   end

   it("is one for describing a backup in a loop", function()
      local backup = assert(pc:create_backup "movies")
      assert(emulator:clear_requests())
      for _ = 1, DESCRIBES do
         assert(pc:describe_backup(backup.backup_id))
      end
      assert.equal(DESCRIBES, service.sent(emulator))
      assert.equal(1, connections())
   end)

   -- The interpreter raises Ctrl-C in a hook, at whatever is called next: here at each call in turn.
   it("takes Ctrl-C at no moment for an answer", function()
      local place, calls = 0, nil
      local function hook()
         calls = calls + 1
         if calls == place then
            debug.sethook()
            error("interrupted!", 0)
         end
      end
      repeat
         place, calls = place + 1, 0
         local good, list, err = pcall(function()
            debug.sethook(hook, "c")
            local got, problem = pc:list_indexes()
            debug.sethook()
            return got, problem
         end)
         assert.is_nil(good and err or nil)
         assert.is_true(good or list == "interrupted!")
      until good or place == 1000
      assert.is_true(place > 5 and place < 1000)
   end)

   it("stays open for the control plane while an index is asked, and the other way round", function()
      for _ = 1, 10 do
         assert(pc:list_indexes())
         assert(pc:describe_index_stats "movies")
      end
      assert.equal(2, connections())
   end)

   it("that a cancelled call has closed is not taken for one that is open", function()
      local client = assert(core.new { host = emulator.url, api_key = service.api_key })
      local function finish(call)
         repeat until call:block()
         assert(call:result())
      end
      assert(emulator:fault { operation = "list_indexes", delay = 30 })
      local slow = assert(core.list_indexes(client))
      repeat slow:step() until service.sent(emulator) == 1
      finish(assert(core.list_collections(client)))
      slow:cancel()
      finish(assert(core.list_collections(client)))
      local rows = service.log(emulator, "list_collections")
      assert.equal(rows[1].connection, rows[2].connection)
   end)

   it("is a new one for everything that writes", function()
      for _ = 1, 3 do
         assert(pc:list_indexes())
         assert(pc:create_backup "movies")
      end
      local rows = service.log(emulator, "create_backup")
      for i = 2, #rows do
         assert.not_equal(rows[i - 1].connection, rows[i].connection)
      end
   end)

   -- libcurl resends a request by itself when a reused connection closes without an answer. For a read that is welcome.
   it("that was closed while idle does not hurt a read", function()
      assert(pc:list_indexes())
      assert(emulator:fault { operation = "list_indexes", drop = "before" })
      assert(pc:list_indexes())
   end)

   describe("that is closed after the write took effect, while warm,", function()
      before_each(function() pc = service.client(emulator, { max_retries = 0 }) end)

      local writes = {
         create_backup = function() return pc:create_backup "movies" end,
         delete_backup = function() return pc:delete_backup(assert(pc:backups():next()).backup_id) end,
         update_backup_schedule = function()
            return pc:pause_backup_schedule(assert(pc:backup_schedules("movies"):next()).schedule_id)
         end,
      }
      for operation, write in pairs(writes) do
         it("has applied one " .. operation, function()
            assert(pc:create_backup "movies")
            assert(pc:create_backup_schedule {
               index_name = "movies", name = "s", frequency = "daily", expire_after_days = 1,
            })
            assert(pc:list_indexes())
            assert(pc:list_indexes())
            assert(emulator:clear_requests())
            assert(emulator:fault { operation = operation, drop = "after" })
            local err = expect.failure("network", write())
            assert.is_true(err.maybe_applied)
            assert.equal(1, service.sent(emulator, operation))
         end)
      end

      it("leaves one backup behind", function()
         assert(pc:list_indexes())
         assert(emulator:fault { operation = "create_backup", drop = "after" })
         assert.is_nil((pc:create_backup "movies"))
         assert.equal(1, assert(emulator:state()).backups)
      end)
   end)
end)

describe("a script", function()
   local emulator, given

   setup(function()
      emulator = service.start()
      given = { url = emulator.url, key = service.api_key }
      assert(emulator:fault { operation = "list_indexes", on = "all", delay = 30 })
   end)
   teardown(function() emulator:stop() end)

   -- Expects that Ctrl-C, some seconds after the script's request has come in, ends it at once.
   local function ends_with_ctrl_c(source, later)
      assert(emulator:clear_requests())
      local script = process.script(source, given)
      service.until_true(function() return service.sent(emulator, "list_indexes") == 1 end)
      service.sleep(later or 0)
      local before = uv.hrtime()
      script:kill "sigint"
      script:wait()
      assert.is_true((uv.hrtime() - before) / 1e9 < 5)
      assert.equal(1, script.code)
      assert.matches("interrupted!", script.err)
   end

   it("that waits for a slow answer ends at once with Ctrl-C", function()
      ends_with_ctrl_c [[
         local pc = assert(require("pinecone").new { host = given.url, api_key = given.key })
         pc:list_indexes()
      ]]
   end)

   it("that waits between two looks ends at once with Ctrl-C", function()
      ends_with_ctrl_c([[
         local pc = assert(require("pinecone").new { host = given.url, api_key = given.key })
         pc:list_indexes({}, { timeout = 0.1 })
         pc:sleep(30)
      ]], 0.5)
   end)

   it("that ends with a call in flight ends well", function()
      local script = process.script([[
         local core = require "pinecone.core"
         client = assert(core.new { host = given.url, api_key = given.key })
         call = assert(core.list_indexes(client))
         for i = 1, 100 do call:step() end
      ]], given):wait()
      assert.same({ 0, 0, "" }, { script.code, script.signal, script.text })
   end)
end)
