-- Drills: a restore that is only for show leaves nothing behind.

local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"

local CREATE = "create_index_from_backup"

describe("a drill", function()
   local emulator, pc, backup

   setup(function()
      emulator = service.start {
         job_seconds = 0.1, max_indexes = 3,
         seed = {
            indexes = { { name = "movies", dimension = 3, records = 98 } },
            backups = { { index_name = "movies", name = "good" } },
         },
      }
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      backup = assert(pc:list_backups "movies").data[1]
      assert(emulator:clear_requests())
   end)

   local function indexes()
      local names = {}
      for _, index in ipairs(assert(pc:list_indexes()).indexes) do
         names[#names + 1] = index.name
      end
      return names
   end

   local function drill(fields, options)
      local arguments = { index_name = "movies", verify_grace = 0.2 }
      for name, value in pairs(fields or {}) do
         arguments[name] = value
      end
      return pc:drill(arguments, options)
   end

   it("restores, compares and deletes again", function()
      local told = assert(pc:drill "movies")
      assert.equal(backup.backup_id, told.backup.backup_id)
      assert.equal(98, told.record_count)
      assert.equal(1, told.namespace_count)
      assert.is_true(told.restore_seconds > 0 and told.seconds > told.restore_seconds)
      assert.matches("^drill%-movies%-%d+%-%d+%-[%l%d]+$", told.index_name)
      assert.same({ "movies" }, indexes())
      assert.equal(1, service.sent(emulator, "describe_index_stats"))
   end)

   it("takes a backup by its id", function()
      assert.equal(98, assert(pc:drill { backup_id = backup.backup_id }).record_count)
   end)

   it("of an index with the longest name has one of 45 bytes", function()
      local longest = ("long-name-"):rep(4) .. "12345"
      service.serverless(pc, longest)
      assert(pc:backup(longest))
      assert.is_true(#assert(pc:drill(longest)).index_name <= 45)
   end)

   it("that loses records fails, says which counts differ, and leaves no index behind", function()
      assert(emulator:fault { operation = CREATE, lose = 3 })
      local err = expect.failure("failed", drill())
      expect.holds(tostring(err), "95 of 98 records")
      assert.same({ record_count = { backup = 98, index = 95 } }, err.differences)
      assert.is_nil(err.leftover)
      assert.is_true(err.elapsed > 0)
      assert.same({ "movies" }, indexes())
   end)

   it("whose restore fails leaves no index behind", function()
      assert(emulator:fault { operation = CREATE, job = "failed" })
      expect.failure("failed", drill())
      assert.same({ "movies" }, indexes())
   end)

   it("whose time is over leaves no index behind", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
      expect.failure("timeout", drill(nil, { timeout = 0.5 }))
      assert.same({ "movies" }, indexes())
   end)

   it("whose create was applied although nobody can tell leaves no index behind", function()
      local impatient = service.client(emulator, { max_retries = 0, settle_grace = 1 })
      assert(emulator:fault { operation = CREATE, status = 504, late = 0.4, on = "all" })
      assert(emulator:fault { operation = "list_restore_jobs", status = 403, on = "all" })
      local value, err = impatient:drill "movies"
      assert.is_nil(value)
      assert.is_true(err.maybe_applied)
      assert.is_nil(err.leftover)
      service.sleep(1)
      assert.same({ "movies" }, indexes())
   end)

   it("insists on the deletion", function()
      assert(emulator:fault { operation = "delete_index", status = 503, body = "", on = { 1, 2, 3, 4, 5, 6 } })
      assert(drill())
      assert.same({ "movies" }, indexes())
   end)

   it("does not take a 404 for the end of an index that nobody has seen", function()
      local patient = service.client(emulator, { settle_grace = 2 })
      assert(emulator:fault { operation = CREATE, job = "failed" })
      assert(emulator:fault { operation = "delete_index", status = 404, on = { 1, 2 },
         body = '{"error":{"code":"NOT_FOUND","message":"not found"},"status":404}' })
      expect.failure("failed", patient:drill "movies")
      assert.same({ "movies" }, indexes())
   end)

   it("rides out the pages of gateways while it deletes", function()
      assert(emulator:fault { operation = "delete_index", html = true, status = 403 })
      assert(emulator:fault { operation = "delete_index", garble = true, on = 2, status = 403, body = "{}" })
      assert(drill())
      assert(emulator:clear_faults())
      assert(emulator:fault { operation = "describe_index", garble = true, on = { 2, 3 } })
      assert(drill())
      assert.same({ "movies" }, indexes())
   end)

   it("that went well but for the deletion still tells what was restored", function()
      assert(emulator:fault { operation = "delete_index", status = 401, on = "all" })
      local err = expect.failure("unauthenticated", drill())
      assert.is_true(err.restore.verified)
      assert.equal(err.leftover, err.restore.name)
   end)

   it("does not advise to wait for what it has deleted", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
      local err = expect.failure("timeout", drill(nil, { timeout = 0.3 }))
      expect.holds(tostring(err), "was deleted again. Give more time")
      assert.is_nil(tostring(err):find("wait again", 1, true))
   end)

   it("says which index is left behind where it cannot be deleted", function()
      assert(emulator:fault { operation = "delete_index", status = 403, on = "all",
         body = '{"error":{"code":"PERMISSION_DENIED","message":"no"},"status":403}' })
      local err = expect.failure("permission_denied", drill())
      expect.holds(tostring(err), "is left behind: delete it", err.leftover)
      assert(emulator:fault { operation = CREATE, lose = 1 })
      local other = expect.failure("failed", drill())
      expect.holds(tostring(other), "97 of 98 records", other.leftover, "left behind")
      assert.equal(3, #indexes())
   end)

   it("says beforehand that there is no room", function()
      service.serverless(pc, "songs")
      local err = expect.failure("quota_exceeded", drill { max_indexes = 2 })
      expect.holds(tostring(err), "2 indexes", "may have 2")
      assert.equal(0, service.sent(emulator, CREATE))
      service.serverless(pc, "books")
      err = expect.failure("quota_exceeded", drill())
      assert.is_nil(err.restore)
      assert.equal(0, service.sent(emulator, "delete_index"))
      assert.equal(3, #indexes())
   end)

   it("does not count pod indexes", function()
      service.pod(pc, "pods")
      assert(drill { max_indexes = 2 })
   end)

   it("deletes nothing where the create was refused", function()
      assert(emulator:fault { operation = CREATE, status = 409,
         body = '{"error":{"code":"ALREADY_EXISTS","message":"Resource already exists."},"status":409}' })
      expect.failure("conflict", drill())
      assert.equal(0, service.sent(emulator, "delete_index"))
   end)

   it("in which on_progress raises leaves no index behind", function()
      local good, problem = pcall(drill, nil, { on_progress = function() error("mine", 0) end })
      assert.is_false(good)
      assert.equal("mine", problem)
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("says which index is left behind in whatever is raised", function()
      assert(emulator:fault { operation = "delete_index", status = 401, on = "all" })
      local good, problem = pcall(drill, nil, { on_progress = function() error("mine", 0) end })
      assert.is_false(good)
      assert.matches("^mine\nThe index drill%-movies%-[%w-]+ is left behind: delete it%.$", problem)
      local failure = expect.failure("not_found", pc:describe_backup "nothing")
      good, problem = pcall(drill, nil, { on_progress = function() error(failure) end })
      assert.is_false(good)
      assert.equal(failure, problem)
      assert.matches("^drill%-movies%-", problem.leftover)
   end)

   it("deletes once more what it has seen and a gateway has called absent", function()
      assert(emulator:fault { operation = "delete_index", html = true, status = 404 })
      assert(drill())
      assert.same({ "movies" }, indexes())
   end)

   local function start(script)
      return process.script([[
         local pinecone = require "pinecone"
         local pc = pinecone.assert(pinecone.new { host = given.url, api_key = given.key, settle_grace = 1 })
         local function say() io.stdout:write "waiting\n" io.stdout:flush() end
      ]] .. script, { url = emulator.url, key = service.api_key })
   end

   local function interrupt_child(child)
      child:kill "sigint"
      local ended = child:wait()
      assert.is_true(ended.code ~= 0)
      expect.holds(ended.text, "interrupted!")
      return ended
   end

   -- A script that Ctrl-C ends as soon as it has said that it waits, so many times.
   local function interrupt(script, times)
      local child = start(script)
      for _ = 1, times or 1 do
         child:expect "waiting\n"
      end
      return interrupt_child(child)
   end

   -- One that Ctrl-C ends once a request has come in.
   local function interrupt_at(operation, script)
      assert(emulator:clear_requests())
      local child = start(script)
      service.until_true(function() return service.sent(emulator, operation) > 0 end)
      return interrupt_child(child)
   end

   it("that Ctrl-C ends leaves no index behind", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
      interrupt [[pc:drill("movies", { on_progress = say })]]
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("tells its index's name before there is one", function()
      local seen = {}
      local told = assert(drill { announce = function(name, of)
         seen = { name, of.backup_id, #indexes(), service.sent(emulator, CREATE) }
      end })
      assert.same({ told.index_name, backup.backup_id, 1, 0 }, seen)
   end)

   it("whose announcement raises has made nothing", function()
      local good, problem = pcall(drill, { announce = function() error("mine", 0) end })
      assert.is_false(good)
      assert.equal("mine", problem)
      assert.equal(0, service.sent(emulator, CREATE))
   end)

   it("tells why the deletion of its index is not the usual one", function()
      local told = {}
      local function on_deletion(name, problem) told[#told + 1] = { name, problem } end
      assert(emulator:fault { operation = "delete_index", status = 403, body = "" })
      assert(drill { on_deletion = on_deletion })
      assert.equal(1, #told)
      assert.matches("^drill%-movies%-", told[1][1])
      assert.equal(403, told[1][2].status)

      assert.is_false((pcall(pc.drill, pc, { index_name = "movies", on_deletion = on_deletion },
         { on_progress = function() error("mine", 0) end })))
      assert.equal("mine", told[2][2])
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("whose teller raises deletes the index all the same, and tells what was raised first", function()
      local function raise() error("told", 0) end
      assert(emulator:fault { operation = "delete_index", status = 403, body = "" })
      local _, problem = pcall(drill, { on_deletion = raise })
      assert.equal("told", problem)
      _, problem = pcall(pc.drill, pc, { index_name = "movies", on_deletion = raise },
         { on_progress = function() error("mine", 0) end })
      assert.equal("mine", problem)
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("names an index that was not seen and may appear yet", function()
      local impatient = service.client(emulator, { max_retries = 0, settle_grace = 0.1 })
      assert(emulator:fault { operation = CREATE, status = 504, late = 3600 })
      local _, err = impatient:drill "movies"
      assert.is_true(err.maybe_applied)
      assert.matches("^drill%-movies%-", err.leftover)
      expect.holds(tostring(err), err.leftover, "may appear yet")
   end)

   it("that Ctrl-C ends while the create is on its way names the index where it is not seen", function()
      local scripts = { [[pc:drill "movies"]], [[pinecone.parallel { function() pc:drill "movies" end }]] }
      for _, script in ipairs(scripts) do
         assert(emulator:fault { operation = CREATE, status = 504, late = 3600, delay = 60 })
         local ended = interrupt_at(CREATE, script)
         assert.matches("interrupted!\nThe index drill%-movies%-[%w-]+ was not seen, but may appear yet", ended.text)
      end
   end)

   it("ends soon with Ctrl-C that comes just before it begins to wait for an answer", function()
      assert(emulator:fault { operation = CREATE, status = 504, delay = 60, on = "all" })
      for _ = 1, 20 do
         local ended = interrupt([[
            local request = pc.create_index_from_backup
            pc.create_index_from_backup = function(...) say() return request(...) end
            pc._settle_grace = 0
            pc:drill "movies"
         ]])
         assert.is_true(ended.seconds < 20)
      end
   end)

   it("that Ctrl-C ends in the deletion deletes once more", function()
      assert(emulator:fault { operation = "delete_index", delay = 60 })
      local ended = interrupt_at("delete_index", [[pc:drill "movies"]])
      assert.is_nil(ended.text:find("left behind", 1, true))
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("that Ctrl-C ends before anything is sent has nothing to delete", function()
      interrupt [[
         pc:drill { index_name = "movies", announce = function() say() pc:sleep(60) end }
      ]]
      assert.equal(0, service.sent(emulator, "delete_index"))
   end)

   it("that Ctrl-C ends in a task of parallel leaves no index behind", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600, on = "all" })
      interrupt([[
         local function drill()
            local told = false
            return pc:drill("movies", { on_progress = function() told = told or say() or true end })
         end
         pinecone.parallel { drill, drill }
      ]], 2)
      assert.equal(2, service.sent(emulator, CREATE))
      service.until_true(function() return #indexes() == 1 end)
   end)

   it("that Ctrl-C ends beside another says which indexes are left behind, both", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600, on = "all" })
      assert(emulator:fault { operation = "delete_index", status = 403, delay = 0.2, on = "all",
         body = '{"error":{"code":"PERMISSION_DENIED","message":"no"},"status":403}' })
      local ended = interrupt([[
         local function drill()
            local told = false
            return pc:drill("movies", { on_progress = function() told = told or say() or true end })
         end
         pinecone.parallel { drill, drill }
      ]], 2)
      local names = indexes()
      assert.equal(3, #names)
      for _, name in ipairs(names) do
         if name ~= "movies" then
            expect.holds(ended.text, ("The index %s is left behind: delete it."):format(name))
         end
      end
   end)

   -- Busy while it is told, so that LuaJIT raises within the task.
   it("that Ctrl-C ends in a task of parallel ends the others, too, where its index cannot be deleted", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600, on = "all" })
      assert(emulator:fault { operation = "delete_index", status = 401, on = "all" })
      local ended = interrupt [[
         pinecone.parallel {
            function()
               pc:drill("movies", { on_progress = function()
                  say()
                  local began = os.clock()
                  repeat until os.clock() - began > 1
               end })
            end,
            function() pc:wait_for_index "nothing" pc:sleep(3600) end,
         }
      ]]
      assert.matches("The index drill%-movies%-[%w-]+ is left behind: delete it%.", ended.text)
   end)

   it("that Ctrl-C ends in the deletion says which index is left behind", function()
      local scripts = { [[pc:drill "movies"]], [[pinecone.parallel { function() pc:drill "movies" end }]] }
      for place, script in ipairs(scripts) do
         assert(emulator:fault { operation = "delete_index", status = 503, body = "", on = "all" })
         local ended = interrupt([[
            local request = pc.delete_index
            pc.delete_index = function(...) say() return request(...) end
         ]] .. script)
         assert.matches("The index drill%-movies%-[%w-]+ is left behind: delete it%.", ended.text)
         assert.equal(1 + place, #indexes())
         assert(emulator:clear_faults())
      end
   end)

   it("is done for several indexes at once", function()
      local pinecone = require "pinecone"
      local told, problems = pinecone.parallel {
         function() return pc:drill "movies" end,
         function() return pc:drill { backup_id = backup.backup_id } end,
      }
      assert.is_nil(problems)
      assert.are_not.equal(told[1].index_name, told[2].index_name)
      assert.same({ "movies" }, indexes())
   end)
end)
