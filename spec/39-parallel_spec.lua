-- Many tasks at once in a plain program.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local threads = require "pinecone.threads"

local parallel = pinecone.parallel

local function times(count, make)
   local list = {}
   for i = 1, count do
      list[i] = make(i)
   end
   return list
end

local function size(set)
   local count = 0
   for _ in pairs(set) do
      count = count + 1
   end
   return count
end

describe("pinecone.parallel", function()
   local emulator, pc

   setup(function()
      emulator = service.start()
      pc = service.client(emulator)
      service.serverless(pc, "movies")
      service.serverless(pc, "books")
      for _, name in ipairs { "one", "two", "three" } do
         assert(pc:create_backup { index_name = "books", name = name })
      end
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:clear_faults())
      assert(emulator:clear_requests())
   end)

   local function slow(seconds, operation)
      assert(emulator:fault { operation = operation or "*", on = "all", delay = seconds })
   end

   local function describe_movies()
      return pc:describe_index "movies"
   end

   describe("gives results", function()
      it("in the order of the tasks, whichever is done first", function()
         local pauses, ended = { 0.8, 0.4, 0 }, {}
         local results, problems = parallel(times(3, function(i)
            return function()
               pc:sleep(pauses[i])
               ended[#ended + 1] = i
               return i * 10
            end
         end))
         assert.same({ 10, 20, 30 }, results)
         assert.same({ 3, 2, 1 }, ended)
         assert.is_nil(problems)
      end)

      it("that are nil or false, and the first of several", function()
         local results, problems = parallel {
            function() return nil end, function() return false end, function() return 1, 2, 3 end, function() end,
            function() return 5, "no error" end,
         }
         assert.same({ nil, false, 1, nil, 5 }, results)
         assert.is_nil(problems)
      end)

      it("of no tasks", function()
         local results, problems = parallel {}
         assert.same({}, results)
         assert.is_nil(problems)
      end)

      it("of functions that C has written", function()
         local results, problems = parallel { os.time, error }
         assert.is_number(results[1])
         assert.same({ [2] = "nil" }, problems)
      end)

      it("of the tasks as they were given, whatever becomes of the table", function()
         local tasks = {}
         for i = 1, 3 do
            tasks[i] = function()
               tasks[i + 1], tasks[4] = nil, error
               return i
            end
         end
         local results, problems = parallel(tasks, { limit = 1 })
         assert.same({ 1, 2, 3 }, results)
         assert.is_nil(problems)
      end)
   end)

   describe("keeps errors at the place of their task", function()
      it("while the others go on", function()
         local raised = { code = 7 }
         local results, problems = parallel {
            describe_movies,
            function() return pc:describe_index "moovies" end,
            function() error("text", 0) end,
            function() error(raised) end,
            function() error() end,
            function() error(false) end,
            function()
               local index = pc:describe_index { index_nme = "movies" }
               return index
            end,
            function() return false, "why" end,
            describe_movies,
         }
         for place = 1, 9 do
            assert.equal(place == 8, results[place] == false)
            assert.equal(place == 1 or place == 9, type(results[place]) == "table")
         end
         assert.equal("not_found", problems[2].kind)
         assert.equal("text", problems[3])
         assert.equal(raised, problems[4])
         assert.equal("nil", problems[5])
         assert.equal("false", problems[6])
         assert.matches("39%-parallel_spec.lua:%d+: pinecone: describe_index: unknown field 'index_nme'", problems[7])
         assert.equal("why", problems[8])
         assert.equal(7, size(problems))
      end)

      it("that are closed for those whose client another task closes", function()
         slow(20)
         local own = service.client(emulator)
         local seconds = service.seconds_of(function()
            local results, problems = parallel {
               function() return own:list_indexes() end,
               function() return own:create_backup { index_name = "movies" } end,
               function()
                  own:sleep(0.1)
                  own:close()
                  return true
               end,
               function()
                  own:sleep(0.2)
                  return own:list_indexes()
               end,
            }
            assert.is_true(results[3])
            assert.equal("closed", problems[1].kind)
            assert.equal("closed", problems[2].kind)
            assert.is_true(problems[2].maybe_applied)
            assert.equal("closed", problems[4].kind)
         end)
         assert.is_true(seconds < 10)
      end)

      it("that are timeouts, each at its own time", function()
         slow(20)
         local ended = {}
         local _, problems = parallel(times(3, function(i)
            return function()
               local value, err = pc:describe_index("movies", { timeout = 1.7 - i / 2 })
               ended[#ended + 1] = i
               return value, err
            end
         end))
         assert.same({ 3, 2, 1 }, ended)
         for i = 1, 3 do
            assert.equal("timeout", problems[i].kind)
         end
      end)
   end)

   describe("has under way", function()
      -- How many tasks were under way at the most, and how many connections it took.
      local function most(count, options, client)
         slow(0.02)
         local now, highest = 0, 0
         local results, problems = parallel(times(count, function()
            return function()
               now = now + 1
               highest = math.max(highest, now)
               local index, err = client:describe_index "movies"
               now = now - 1
               return index, err
            end
         end), options)
         assert.is_nil(problems)
         assert.equal(count, #results)
         assert.equal(count, service.sent(emulator, "describe_index"))
         return highest, service.connections(emulator)
      end

      it("as many as the limit says", function()
         assert.same({ 3, 3 }, { most(30, { limit = 3 }, service.client(emulator)) })
      end)

      it("one after the other with a limit of 1", function()
         assert.same({ 1, 1 }, { most(5, { limit = 1 }, service.client(emulator)) })
      end)

      it("64 of 200 where there is no limit", function()
         assert.same({ 64, 64 }, { most(200, nil, service.client(emulator)) })
      end)

      it("no more connections than the client may have, whatever the limit", function()
         local own = service.client(emulator, { max_connections = 2 })
         assert.same({ 20, 2 }, { most(20, { limit = math.huge }, own) })
      end)
   end)

   it("gives each task its own answers, whichever of them end before", function()
      slow(0.002)
      local results, problems = parallel(times(40, function(i)
         return function()
            local name = i % 2 == 0 and "movies" or "books"
            for step = 1, 5 do
               pc:sleep((i * 7 + step * 3) % 5 / 500)
               local index = assert(pc:describe_index(name))
               assert(index.name == name, index.name)
            end
            return i
         end
      end), { limit = 20 })
      assert.is_nil(problems)
      for i = 1, 40 do
         assert.equal(i, results[i])
      end
      assert.equal(200, service.sent(emulator, "describe_index"))
   end)

   describe("gives a connection to whoever has waited longest", function()
      local own

      before_each(function()
         slow(0.05)
         own = service.client(emulator, { max_connections = 1 })
      end)

      if not rawget(_G, "ngx") then -- where each call looks by itself, now and then
         it("whatever became of the others", function()
            local order = {}
            parallel(times(9, function(i)
               return function()
                  if i <= 3 then
                     pc:sleep(0.01)
                  end
                  assert(own:describe_index "movies")
                  order[#order + 1] = i
               end
            end))
            assert.equal("4 5 6 7 8 9 1 2 3", table.concat(order, " "))
         end)
      end

      it("but not to one that nobody drives", function()
         local holds, waits = core.describe_index(own._core, "movies"), core.describe_index(own._core, "movies")
         assert.is_false(holds:step())
         assert.is_false(waits:step())
         local results, problems = parallel { function() return own:describe_index "movies" end, function()
            repeat
               pc:sleep(0.01)
            until holds:step()
            return true
         end }
         assert.is_nil(problems)
         assert.equal("movies", results[1].name)
         assert.is_true(waits:is_queued())
         waits:cancel()
      end)

      it("and a timeout to whoever has waited for too long", function()
         local _, problems = parallel(times(4, function(i)
            return function() return own:describe_index("movies", { timeout = i == 3 and 0.06 or 10 }) end
         end))
         assert.equal(1, size(problems))
         assert.equal("timeout", problems[3].kind)
         expect.holds(problems[3].message, "max_connections")
         assert.equal(3, service.sent(emulator, "describe_index"))
      end)
   end)

   it("sends what a task asks before the next one begins, which may work for long", function()
      assert(describe_movies()) -- leaves a connection open
      assert(emulator:clear_requests())
      local sent = false
      local results = parallel { describe_movies, function()
         local ends = service.now() + 5
         while not sent and service.now() < ends do
            sent = service.sent(emulator, "describe_index") == 1
         end
      end }
      assert.is_true(sent)
      assert.equal("movies", results[1].name)
   end)

   it("reads answers that come in many pieces", function()
      local text = ("x"):rep(300000)
      assert(emulator:fault {
         operation = "describe_index", on = "all", status = 200, body = '{"name":"' .. text .. '"}',
      })
      local results, problems = parallel(times(20, function() return describe_movies end))
      assert.is_nil(problems)
      for i = 1, 20 do
         assert.is_true(results[i].name == text)
      end
   end)

   it("waits for all calls together", function()
      slow(0.3)
      local one = service.seconds_of(function() assert(describe_movies()) end)
      local all = service.seconds_of(function() assert.equal(20, #parallel(times(20, function()
         return describe_movies
      end))) end)
      assert.is_true(all < 6 * one, ("%g s, one %g s"):format(all, one))
   end)

   it("works within a coroutine of the program", function()
      local results = coroutine.wrap(function() return parallel { describe_movies, describe_movies } end)()
      assert.equal("movies", results[1].name)
      assert.equal("movies", results[2].name)
   end)

   it("is not needed for calls in coroutines of the program", function()
      local index = coroutine.wrap(describe_movies)()
      assert.equal("movies", index.name)
   end)

   it("leaves nothing behind of thousands of quick tasks", function()
      local made = setmetatable({}, { __mode = "k" })
      local function work(count)
         local highest = 0
         local results = parallel(times(count, function(i)
            return function()
               made[coroutine.running()] = true
               pc:sleep(0)
               if i % 500 == 0 then
                  collectgarbage()
                  highest = math.max(highest, size(made))
               end
               return i
            end
         end))
         assert.equal(count, results[count])
         results = nil -- luacheck: ignore
         collectgarbage()
         collectgarbage()
         return highest
      end
      work(500)
      local before = collectgarbage "count"
      assert.is_true(work(5000) <= 2 * 64)
      assert.is_true(collectgarbage "count" - before < 100)
      assert.equal(0, size(made))
   end)

   describe("lets a task", function()
      it("call parallel itself, at any depth", function()
         slow(0.01)
         local function nest(depth)
            if depth == 0 then
               return describe_movies()
            end
            local results, problems = parallel {
               function() return nest(depth - 1) end,
               depth % 10 == 0 and function() return pc:describe_index "moovies" end or nil,
            }
            assert(depth % 10 ~= 0 or problems[2].kind == "not_found")
            return assert(results[1], problems and problems[1])
         end
         local results, problems = parallel(times(3, function()
            return function() return nest(150) end
         end))
         assert.is_nil(problems)
         for i = 1, 3 do
            assert.equal("movies", results[i].name)
         end
         assert.equal(3 * 16, service.sent(emulator))
      end)

      it("call parallel while the others go on", function()
         slow(0.2, "list_indexes")
         local order = {}
         parallel {
            function()
               parallel { function() return pc:list_indexes() end, function() end }
               order[#order + 1] = "nested"
            end,
            function()
               describe_movies()
               order[#order + 1] = "other"
            end,
         }
         assert.same({ "other", "nested" }, order)
      end)

      it("give others their turn, whatever it yields", function()
         local order, got = {}, {}
         local results, problems = parallel(times(2, function(i)
            return function()
               for step, value in ipairs { "text", 0, io.stdout, core.timer(1000), {}, coroutine.running() or 1 } do
                  got[#got + 1] = select("#", coroutine.yield(value)) > 0 or nil
                  coroutine.yield()
                  coroutine.yield(nil, value)
                  order[#order + 1] = step .. "/" .. i
               end
               return i
            end
         end))
         assert.is_nil(problems)
         assert.same({ 1, 2 }, results)
         assert.same({}, got)
         assert.equal("1/1 1/2 2/1 2/2 3/1 3/2 4/1 4/2 5/1 5/2 6/1 6/2", table.concat(order, " "))
      end)

      it("wait however many others are busy all the time", function()
         local count, ended, done = 300, 0, {}
         parallel(times(count, function(i)
            return function()
               if i % 3 > 0 then -- these do nothing but yield
                  repeat coroutine.yield() until ended == count / 3
               else
                  done[i] = describe_movies()
                  ended = ended + 1
               end
            end
         end), { limit = count })
         assert.equal(count / 3, size(done))
      end)

      it("iterate, with next", function()
         local results, problems = parallel(times(5, function()
            return function()
               local list, names = pc:backups { index_name = "books", limit = 1 }, {}
               for name in function() return (list:next() or {}).name end do
                  names[#names + 1] = name
               end
               return #names
            end
         end))
         -- the function above is an iterator, too
         if threads.is_old then
            assert.matches("attempt to yield", problems[1])
            results, problems = parallel(times(5, function()
               return function()
                  local list, count = pc:backups { index_name = "books", limit = 1 }, 0
                  while list:next() do
                     count = count + 1
                  end
                  return count
               end
            end))
         end
         assert.is_nil(problems)
         assert.same({ 3, 3, 3, 3, 3 }, results)
      end)

      it("iterate with for, or says why not", function()
         local results, problems = parallel(times(5, function()
            return function()
               local count = 0
               for _ in pc:backups { index_name = "books", limit = 1 } do
                  count = count + 1
               end
               return count
            end
         end))
         if threads.is_old then
            assert.equal(0, service.sent(emulator))
            expect.holds(problems[5], "39-parallel_spec.lua:", "backups: a for loop of Lua 5.1 cannot wait here",
               "list:next()")
         else
            assert.is_nil(problems)
            assert.same({ 3, 3, 3, 3, 3 }, results)
         end
      end)

      if not threads.is_old then
         it("wait within pcall", function()
            slow(0.2, "list_indexes")
            local order = {}
            local results, problems = parallel {
               function()
                  local good, list = pcall(pc.list_indexes, pc)
                  order[#order + 1] = "slow"
                  return good and #list.indexes
               end,
               function()
                  local good, problem = pcall(function()
                     describe_movies()
                     error("mine", 0)
                  end)
                  order[#order + 1] = "quick"
                  return not good and problem
               end,
            }
            assert.is_nil(problems)
            assert.same({ 2, "mine" }, results)
            assert.same({ "quick", "slow" }, order)
         end)
      end

      it("make calls in a generator of its own", function()
         local results, problems = parallel(times(3, function()
            return function()
               local names = coroutine.wrap(function()
                  local list = pc:backups { index_name = "books", limit = 2 }
                  local backup = list:next()
                  while backup do
                     coroutine.yield(backup.name)
                     backup = list:next()
                  end
               end)
               local all = { names(), names(), names(), names() }
               table.sort(all)
               describe_movies()
               return table.concat(all, " ")
            end
         end))
         assert.is_nil(problems)
         assert.same({ "one three two", "one three two", "one three two" }, results)
      end)

      it("make calls within a function that C calls, where the Lua version can tell", function()
         local results, problems = parallel(times(2, function()
            return function()
               return (("movies moovies"):gsub("%a+", function(name)
                  local found = parallel { function() return pc:describe_index(name) end }
                  return found[1] and "found" or "missing"
               end))
            end
         end))
         if coroutine.isyieldable then
            assert.same({ "found missing", "found missing" }, results)
            assert.is_nil(problems)
         else
            assert.matches("attempt to yield", problems[1])
         end
      end)

      it("wait for a backup while others go on", function()
         local own = service.start { job_seconds = 0.6 }
         local client, order = service.client(own), {}
         service.serverless(client, "movies")
         local results, problems = parallel {
            function()
               local backup = assert(client:create_backup { index_name = "movies", name = "slow" })
               local ready, err = client:wait_for_backup(backup)
               order[#order + 1] = "backup"
               return ready, err
            end,
            function()
               for _ = 1, 5 do
                  assert(client:describe_index "movies")
               end
               order[#order + 1] = "reads"
            end,
         }
         own:stop()
         assert.is_nil(problems)
         assert.equal("Ready", results[1].status)
         assert.same({ "reads", "backup" }, order)
      end)

      it("look for a create whose answer was lost, while others go on", function()
         assert(emulator:fault { operation = "create_backup", drop = "after", lag = 0.5 })
         local own, order = service.client(emulator, { settle_grace = 5 }), {}
         local results, problems = parallel {
            function()
               local backup, err = own:create_backup { index_name = "movies", name = "lost" }
               order[#order + 1] = "create"
               return backup, err
            end,
            function()
               for _ = 1, 5 do
                  assert(describe_movies())
               end
               order[#order + 1] = "reads"
            end,
         }
         assert.is_nil(problems)
         assert.equal("lost", results[1].name)
         assert.same({ "reads", "create" }, order)
         assert.equal(1, service.sent(emulator, "create_backup"))
         assert(pc:delete_backup(results[1].backup_id))
      end)

      it("be heard of after each attempt, and not only at the end", function()
         assert(emulator:fault { operation = "list_indexes", status = 503, retry_after = 1 })
         local heard, done = {}, false
         local own = service.client(emulator, {
            on_request = function(attempt)
               if attempt.operation == "list_indexes" then
                  heard[#heard + 1] = attempt.status
               end
            end,
         })
         local results, problems = parallel {
            function()
               local list, err = own:list_indexes()
               done = true
               return list, err
            end,
            function()
               pc:sleep(0.5)
               return not done and table.concat(heard, " ")
            end,
         }
         assert.is_nil(problems)
         assert.equal("503", results[2])
         assert.same({ 503, 200 }, heard)
      end)
   end)

   describe("refuses", function()
      local function nothing() end

      for what, row in pairs {
         ["what is no table"] = { { "x" }, "takes a sequence of functions, got a string" },
         ["nothing"] = { {}, "takes a sequence of functions, got a nil" },
         ["a function"] = { { nothing }, "takes a sequence of functions, got a function" },
         ["a task that is none"] = { { { nothing, 7 } }, "task 2 must be a function, got a number" },
         ["a hash key"] = { { { nothing, limit = 3 } }, "takes a sequence of functions; 'limit' is not a place in it" },
         ["a place between two"] = { { { nothing, nothing, [1.5] = nothing } }, "'1.5' is not a place in it" },
         ["a place before the first"] = { { { [0] = nothing, nothing } }, "'0' is not a place in it" },
         ["a limit of 0"] = { { {}, { limit = 0 } }, "'limit' must be a whole number from 1 up, got 0" },
         ["half a limit"] = { { {}, { limit = 1.5 } }, "'limit' must be a whole number from 1 up, got 1.5" },
         ["a limit that is none"] = { { {}, { limit = "x" } }, "'limit' must be a whole number from 1 up, got x" },
         ["a limit of false"] = { { {}, { limit = false } }, "'limit' must be a whole number from 1 up, got false" },
         ["no number at all"] = { { {}, { limit = 0 / 0 } }, "'limit' must be a whole number from 1 up, got" },
         ["unknown options"] = { { {}, { limits = 3 } }, "unknown option 'limits'; there is only 'limit'" },
         ["options that are none"] = { { {}, 16 }, "takes a table of options, got a number" },
      } do
         it(what, function()
            local unpack = table.unpack or unpack
            local good, problem = pcall(function()
               parallel(unpack(row[1], 1, 2))
               return nothing
            end)
            assert.is_false(good)
            expect.holds(problem, "39-parallel_spec.lua:", ": pinecone: parallel: ", row[2])
         end)
      end

      it("holes", function()
         local _, problem = pcall(function()
            parallel { nothing, nil, nothing }
            return nothing
         end)
         assert.matches("39%-parallel_spec.lua:%d+: pinecone: parallel: task 2 must be a function, got a nil", problem)
         local tasks = { nothing }
         tasks[9] = nothing
         _, problem = pcall(function()
            parallel(tasks)
            return nothing
         end)
         assert.matches("39%-parallel_spec.lua:%d+: pinecone: parallel: .*'9' is not a place in it", problem)
      end)
   end)
end)

describe("client:sleep", function()
   local pc

   setup(function() pc = assert(pinecone.new { host = "http://127.0.0.1:1", api_key = service.api_key }) end)

   it("lets time pass", function()
      assert.is_true(service.seconds_of(function() pc:sleep(0.2) end) >= 0.19)
      assert.is_true(pc:sleep(0))
   end)

   it("lets others go on meanwhile, so that many sleeps take as long as one", function()
      local seconds = service.seconds_of(function()
         parallel(times(40, function() return function() pc:sleep(0.3) end end))
      end)
      assert.is_true(seconds >= 0.29 and seconds < 6, seconds)
   end)

   for what, seconds in pairs {
      ["a text"] = "1", ["a table"] = {}, ["a time that is over"] = -1, ["no number at all"] = 0 / 0,
   } do
      it("does not take " .. what, function()
         local good, raised = pcall(function() pc:sleep(seconds) end)
         assert.is_false(good)
         expect.holds(raised, "39-parallel_spec.lua:", "sleep: takes a number of seconds from 0 up, got ")
      end)
   end

   it("is a method", function()
      local good, raised = pcall(function() pc.sleep(1) end)
      assert.is_false(good)
      expect.holds(raised, "with a colon")
   end)

   it("ends with Ctrl-C", function()
      local script = process.script([[
         local pinecone = require "pinecone"
         local pc = pinecone.assert(pinecone.new { host = "http://127.0.0.1:1", api_key = given.key })
         print "sleeps"
         io.flush()
         pc:sleep(20)
      ]], { key = service.api_key })
      script:expect "sleeps\n"
      script:kill "sigint"
      script:wait()
      assert.equal(1, script.code)
      assert.matches("interrupted!", script.err)
      assert.is_true(script.seconds < 15)
   end)
end)

describe("A script with tasks", function()
   local emulator, given

   setup(function()
      emulator = service.start()
      service.serverless(service.client(emulator), "movies")
      given = { url = emulator.url, key = service.api_key }
      assert(emulator:fault { operation = "list_indexes", on = "all", delay = 30 })
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:clear_requests()) end)

   local PRELUDE = [[
      local life = require "support.life"
      local parallel = require("pinecone").parallel
      local pc = life.client(given)
      local function hang() return pc:list_indexes() end
   ]]

   -- Starts it, and sends a signal once its five calls hang.
   local function signalled(signal, source)
      local script = process.script(PRELUDE .. source, given)
      service.until_true(function() return service.sent(emulator, "list_indexes") == 5 end)
      script:kill(signal)
      local seconds = service.seconds_of(function() script:wait() end)
      assert.is_true(seconds < 10)
      return script
   end

   it("ends at once with Ctrl-C", function()
      local script = signalled("sigint", [[
         parallel { hang, hang, hang, function() return parallel { hang, hang } end }
      ]])
      assert.equal(1, script.code)
      assert.matches("interrupted!", script.err)
   end)

   it("ends with Ctrl-C when its tasks compute, and begins no further ones", function()
      local script = process.script([[
         local parallel = require("pinecone").parallel
         local function compute()
            io.write "computes\n"
            io.flush()
            local began = os.clock()
            while os.clock() - began < 1 do end
            return true
         end
         local tasks = {}
         for i = 1, 100 do
            tasks[i] = function()
               compute()
               coroutine.yield()
            end
         end
         parallel(tasks, { limit = 1 })
      ]])
      script:expect "computes\n"
      script:kill "sigint"
      script:wait()
      assert.equal(1, script.code)
      assert.matches("interrupted!", script.err)
      assert.equal("", script.out)
   end)

   it("that catches Ctrl-C has given its calls up, and goes on", function()
      local script = signalled("sigint", [[
         local function describe() return pc:describe_index "movies" end
         parallel { describe, describe, describe, describe, describe }
         local warm = life.connections()
         local good, problem = pcall(parallel, { hang, hang, hang, function() return parallel { hang, hang } end })
         print(good, (tostring(problem):gsub("^.*: ", "")))
         print(warm - life.connections())
         local results = parallel { function() return pc:describe_index "movies" end }
         print(results[1].name, warm - life.connections())
      ]])
      assert.equal("false\tinterrupted!\n5\nmovies\t4\n", script.out)
   end)

   if coroutine.close then
      it("closes what is to be closed when Ctrl-C ends it", function()
         local script = signalled("sigint", [[
            local closed = 0
            local function task()
               local own <close> = life.client(given)
               local guard <close> = setmetatable({}, { __close = function()
                  closed = closed + #parallel { function() return own:describe_index "movies" end }
               end })
               return own:list_indexes()
            end
            local outer = setmetatable({}, { __close = function() io.write "outer " end })
            pcall(parallel, { task, task, task, function()
               local guard <close> = outer
               return parallel { task, task }
            end })
            print(closed, life.connections())
         ]])
         assert.equal("outer 5\t0\n", script.out)
         assert.equal("", script.err)
      end)
   end

   it("takes no harm from signals that it catches", function()
      assert(emulator:fault { operation = "describe_index", on = "all", delay = 0.5 })
      local script = process.script(PRELUDE .. [[
         local uv = require "luv"
         uv.new_signal():start("sigusr1", function() end)
         local tasks = {}
         for i = 1, 10 do
            tasks[i] = function() return pc:describe_index "movies" end
         end
         local results, problems = parallel(tasks)
         print(#results, problems)
      ]], given)
      service.until_true(function() return service.sent(emulator, "describe_index") == 10 end)
      for _ = 1, 5 do
         script:kill "sigusr1"
         service.sleep(0.02)
      end
      script:wait()
      assert.equal("10\tnil\n", script.out)
   end)
end)
