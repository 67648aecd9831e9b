-- Calls in the event loops of cqueues, copas and luv: real loops, in which other things go on.

local pinecone = require "pinecone"
local expect = require "support.expect"
local life = require "support.life"
local process = require "support.process"
local service = require "support.service"
local threads = require "pinecone.threads"
local uv = require "luv"

local parallel = pinecone.parallel
local unpack = table.unpack or unpack

local PATIENCE = 60 -- seconds for one thing to be done in a loop

-- How a loop is used: `run` starts functions in threads of its own and lets the loop go round until `is_done`; `tick`
-- is called again and again by the loop itself; `wait` is what the client has to be told.
local loops = {}

function loops.cqueues()
   local cqueues = require "cqueues"
   local loop = { module = "cqueues" }

   function loop.run(actions, tick, is_done)
      local controller = cqueues.new()
      controller:wrap(function()
         while not is_done() do
            tick()
            cqueues.sleep(0.005)
         end
      end)
      for _, action in ipairs(actions) do
         controller:wrap(action)
      end
      assert(controller:loop(PATIENCE))
   end

   return loop
end

function loops.luv()
   local loop = { module = "luv" }

   function loop.run(actions, tick, is_done)
      local timer = uv.new_timer()
      timer:start(0, 5, function()
         tick()
         while actions[1] do
            coroutine.wrap(table.remove(actions, 1))()
         end
      end)
      repeat uv.run "once" until is_done()
      timer:close()
      uv.run "nowait"
   end

   return loop
end

function loops.copas()
   local copas = require "copas"
   local loop = { module = "copas", wait = copas.running == nil and "copas" or nil }

   local function step(actions, tick, is_done)
      for _, action in ipairs(actions) do
         copas.addthread(action)
      end
      while not is_done() do
         tick()
         copas.step()
      end
   end

   -- A loop of today ends when all threads have ended, and only it says that it runs.
   local function run(actions, tick, is_done)
      for _, action in ipairs(actions) do
         copas.addthread(action)
      end
      copas.addthread(function()
         while not is_done() do
            tick()
            copas.pause(0.005)
         end
      end)
      copas.loop()
   end

   loop.run = copas.running == nil and step or run
   return loop
end

-- Does something in threads of a loop; raises what goes wrong in one. Gives the number of ticks meanwhile.
local function go_round(loop, ...)
   local ticks, left, problem, began = 0, select("#", ...), nil, service.now()
   local actions = {}
   for i, action in ipairs { ... } do
      actions[i] = function()
         local good, raised = threads.catch(action)
         problem = problem or (not good and { raised } or nil)
         left = left - 1
      end
   end
   loop.run(actions, function()
      ticks = ticks + 1
      assert(service.now() - began < PATIENCE, "it takes too long")
   end, function() return left == 0 end)
   if problem then
      error(problem[1], 0)
   end
   return ticks
end

local function times(count, make)
   local list = {}
   for i = 1, count do
      list[i] = make(i)
   end
   return list
end

local function silent_server()
   local socket = uv.new_tcp()
   socket:bind("127.0.0.1", 0)
   socket:listen(128, function() end) -- the kernel accepts, nobody answers
   return socket, "http://127.0.0.1:" .. socket:getsockname().port
end

local emulator

setup(function()
   emulator = service.start()
   service.serverless(service.client(emulator), "movies")
end)
teardown(function() emulator:stop() end)
before_each(function()
   assert(emulator:clear_faults())
   assert(emulator:clear_requests())
end)

local function slow(seconds, operation)
   assert(emulator:fault { operation = operation or "*", on = "all", delay = seconds })
end

local function describe_loop(name, loop)
   local function client(options)
      local all = { wait = loop.wait }
      for key, value in pairs(options or {}) do
         all[key] = value
      end
      return service.client(emulator, all)
   end

   describe("In a loop of " .. name, function()
      it("a call lets everything else go on", function()
         slow(0.5)
         local pc, index = client(), nil
         local ticks = go_round(loop, function() index = assert(pc:describe_index "movies") end)
         assert.equal("movies", index.name)
         assert.is_true(ticks > 20, ticks)
      end)

      it("two calls wait at once", function()
         slow(0.5)
         local pc, indexes = client(), {}
         local function ask()
            local index = assert(pc:describe_index "movies")
            indexes[#indexes + 1] = index.name
         end
         local seconds = service.seconds_of(function() go_round(loop, ask, ask, ask, ask) end)
         assert.same({ "movies", "movies", "movies", "movies" }, indexes)
         assert.is_true(seconds < 1.9, seconds)
      end)

      it("wait may name it", function()
         slow(0.3)
         local pc, index = client { wait = name }, nil
         local ticks = go_round(loop, function() index = assert(pc:describe_index "movies") end)
         assert.equal("movies", index.name)
         assert.is_true(ticks > 10, ticks)
      end)

      it("errors come as everywhere", function()
         local pc = client()
         go_round(loop, function()
            expect.failure("not_found", pc:describe_index "moovies")
            assert(emulator:fault { operation = "list_indexes", on = "all", drop = "before" })
            expect.failure("network", pc:list_indexes())
         end)
      end)

      it("tasks of parallel go on side by side", function()
         slow(0.3)
         local pc, results, problems = client(), nil, nil
         local tasks = times(20, function(i)
            return function() return pc:describe_index(i == 7 and "moovies" or "movies") end
         end)
         tasks[3] = function() error("mine", 0) end
         tasks[4] = function()
            return parallel { function() return pc:describe_index "movies" end, function() return 2 end }
         end
         local ticks
         local seconds = service.seconds_of(function()
            ticks = go_round(loop, function() results, problems = parallel(tasks) end)
         end)
         assert.equal("movies", results[1].name)
         assert.equal("movies", results[20].name)
         assert.equal("movies", results[4][1].name)
         assert.equal(2, results[4][2])
         assert.equal("mine", problems[3])
         assert.equal("not_found", problems[7].kind)
         assert.is_true(seconds < 3, seconds)
         if loop.wait == nil then -- an old copas does not tell parallel that it runs
            assert.is_true(ticks > 10, ticks)
         end
      end)

      it("parallel ends at once where nothing waits", function()
         go_round(loop, function()
            assert.same({}, (parallel {}))
            assert.same({ 1, 2 }, (parallel({ function() return 1 end, function() return 2 end }, { limit = 1 })))
         end)
      end)

      it("timeouts and deadlines hold", function()
         local socket, url = silent_server()
         local silent = service.client({ url = url }, { wait = loop.wait, timeout = 0.3 })
         local seconds = service.seconds_of(function()
            go_round(loop, function() expect.failure("timeout", silent:list_indexes()) end)
         end)
         assert.is_true(seconds >= 0.29 and seconds < 5, seconds)
         socket:close()
         uv.run "nowait"
      end)

      it("the pauses of retries let others go on, and attempts are heard of at once", function()
         assert(emulator:fault { operation = "list_indexes", status = 503, retry_after = 1 })
         local heard, heard_early = 0, nil
         local pc = client { on_request = function() heard = heard + 1 end }
         local other = client()
         local ticks = go_round(loop, function() assert(pc:list_indexes()) end, function()
            other:sleep(0.5)
            heard_early = heard
         end)
         assert.equal(1, heard_early)
         assert.equal(2, heard)
         assert.is_true(ticks > 50, ticks)
      end)

      it("one can wait for a backup, and for a drill with it", function()
         local own = service.start { job_seconds = 0.4 }
         local pc, ready, told, drill = service.client(own, { wait = loop.wait }), nil, 0, nil
         service.serverless(service.client(own), "movies")
         local ticks = go_round(loop, function()
            ready = assert(pc:backup("movies", { on_progress = function()
               told = told + 1
               pc:sleep(0.01)
            end }))
            drill = assert(pc:drill "movies")
         end)
         own:stop()
         assert.equal("Ready", ready.status)
         assert.equal(ready.backup_id, drill.backup.backup_id)
         assert.is_true(told >= 2)
         assert.is_true(ticks > 60, ticks)
      end)

      it("a client can be closed while calls wait, and no descriptor is lost", function()
         slow(20)
         local before
         local seconds = service.seconds_of(function()
            for round = 1, 4 do
               local pc, other, problems = client(), client(), {}
               local function ask()
                  local _, err = pc:describe_index "movies"
                  problems[#problems + 1] = err.kind
               end
               go_round(loop, ask, ask, function() problems[#problems + 1] = pc:sleep(0.05) and "slept" end, function()
                  other:sleep(0.4) -- libcurl has a timer of its own before
                  pc:close()
               end)
               table.sort(problems)
               assert.same({ "closed", "closed", "slept" }, problems)
               pc, other = nil, nil -- luacheck: ignore
               life.collect()
               before = round == 2 and life.descriptors() or before
            end
         end)
         assert.equal(before, (life.descriptors()))
         assert.is_true(seconds < 5 * service.slowness, seconds)
         -- and the loop is as good as before
         assert(emulator:clear_faults())
         local pc = client()
         go_round(loop, function() assert(pc:describe_index "movies") end)
      end)

      it("an iterator goes through its pages, and can be left", function()
         local pc = client { max_connections = 2 }
         local names = {}
         go_round(loop, function()
            for _, backup in ipairs { "one", "two", "three" } do
               assert(pc:create_backup { index_name = "movies", name = backup })
            end
            local list = pc:backups { index_name = "movies", limit = 1 }
            local item = list:next()
            while item do
               names[#names + 1] = item.name
               item = list:next()
            end
            slow(1)
            list = pc:backups { index_name = "movies", limit = 1 }
            assert(list:next())
            assert.equal(1, pc._core:spare())
            list:close()
            assert.equal(2, pc._core:spare())
            assert(emulator:clear_faults())
            assert(pc:describe_index "movies")
            for _, backup in ipairs(assert(pc:list_backups { index_name = "movies" }).data) do
               assert(pc:delete_backup(backup.backup_id))
            end
         end)
         table.sort(names)
         assert.same({ "one", "three", "two" }, names)
      end)

      it("a for loop ends early, or says why it does not begin", function()
         local pc = client()
         go_round(loop, function()
            local good, problem = threads.catch(function()
               for index in pc:indexes() do
                  if index.name == "movies" then
                     break
                  end
               end
            end)
            assert.equal(not threads.is_old, good)
            if threads.is_old then
               expect.holds(problem, "40-hosts_spec.lua:", "indexes: a for loop of Lua 5.1 cannot wait here")
            end
         end)
      end)

      it("nothing is sent where a function of C is in between", function()
         local pc = client()
         go_round(loop, function()
            local asks = { function() pc:create_backup { index_name = "movies", name = "never" } end }
            if not loop.wait then -- an old copas does not tell parallel that it runs
               asks[2] = function() parallel { function() pc:create_backup { index_name = "movies" } end } end
            end
            for _, ask in ipairs(asks) do
               local good, problem = threads.catch(function() return ("x"):gsub("x", ask) end)
               assert.is_false(good)
               if coroutine.isyieldable then
                  expect.holds(problem, "40-hosts_spec.lua:", "nothing can wait within a function that C calls")
               else
                  assert.matches("attempt to yield", tostring(problem))
               end
            end
         end)
         assert.equal(0, service.sent(emulator, "create_backup"))
      end)

      it("wait = 'blocking' stops the loop meanwhile, but works", function()
         slow(0.3)
         local pc = client { wait = "blocking" }
         local ticks, meanwhile = 0, nil
         loop.run({ function()
            local before = ticks
            assert(pc:describe_index "movies")
            meanwhile = ticks - before
         end }, function() ticks = ticks + 1 end, function() return meanwhile end)
         assert.equal(0, meanwhile)
      end)

      it("200 calls share 64 connections", function()
         slow(0.02)
         local pc, done = client { max_connections = 64 }, 0
         go_round(loop, unpack(times(200, function()
            return function()
               assert(pc:describe_index "movies")
               done = done + 1
            end
         end)))
         assert.equal(200, done)
         local count = service.connections(emulator)
         assert.is_true(count <= 64, count)
         assert.is_true(count > 32, count)
      end)

      it("whoever waits for a connection gets one, however many calls others make", function()
         slow(0.01)
         local pc, calls, total = client { max_connections = 2 }, { 0, 0, 0, 0, 0, 0 }, 0
         local function all_had_some()
            return math.min(unpack(calls)) >= 3
         end
         go_round(loop, unpack(times(#calls, function(i)
            return function()
               while not all_had_some() and total < 600 do
                  assert(pc:describe_index "movies")
                  calls[i], total = calls[i] + 1, total + 1
               end
            end
         end)))
         assert.is_true(all_had_some(), table.concat(calls, " "))
      end)

      it("descriptors come and go as servers close connections", function()
         local pc, done = client { max_retries = 30, retry_delay = 0.001 }, 0
         assert(emulator:fault { operation = "*", on = { every = 3 }, drop = "before" })
         go_round(loop, unpack(times(10, function()
            return function()
               for _ = 1, 50 do
                  assert(pc:describe_index "movies")
                  done = done + 1
               end
            end
         end)))
         assert.equal(500, done)
         assert.is_true(service.sent(emulator) >= 700)
      end)

      it("a client works, and then in the plain program that ends it", function()
         local pc = client { wait = loop.wait and "blocking" or nil }
         go_round(loop, function() assert(pc:describe_index "movies") end)
         assert(pc:describe_index "movies")
         assert.equal("movies", parallel({ function() return pc:describe_index "movies" end })[1].name)
         go_round(loop, function() assert(pc:describe_index "movies") end)
      end)
   end)

   describe("Outside of its loop, wait = '" .. name .. "'", function()
      it("says so and sends nothing", function()
         local pc = client { wait = name }
         local good, problem = pcall(function()
            local index = pc:describe_index "movies"
            return index
         end)
         assert.is_false(good)
         expect.holds(problem, "40-hosts_spec.lua:", name)
         assert.matches("wait", problem)
         assert.equal(0, service.sent(emulator))
         assert.equal(64, pc._core:spare())
      end)
   end)
end

for name, make in pairs(loops) do
   local found, loop = pcall(make)
   if found then
      describe_loop(name, loop)
   else
      describe("In a loop of " .. name, function()
         pending("nothing can be tried: this Lua has no module " .. name)
      end)
   end
end

describe("A callback of luv", function()
   it("on the main coroutine says where to wait", function()
      local pc, good, problem = service.client(emulator), nil, nil
      local timer = uv.new_timer()
      timer:start(0, 0, function()
         timer:close()
         good, problem = pcall(function()
            local list = pc:list_indexes()
            return list
         end)
      end)
      repeat uv.run "once" until problem
      uv.run "nowait"
      assert.is_false(good)
      expect.holds(problem, "40-hosts_spec.lua:", "a callback of luv cannot wait; do it in a coroutine")
      assert.equal(0, service.sent(emulator))
   end)

   it("may wake a coroutine that waits for a call, which goes on waiting", function()
      slow(0.3)
      local pc, index = service.client(emulator), nil
      local thread = coroutine.create(function() index = assert(pc:describe_index "movies") end)
      local start, nudge, nudges = uv.new_timer(), uv.new_timer(), 0
      start:start(0, 0, function()
         start:close()
         assert(coroutine.resume(thread))
      end)
      nudge:start(20, 20, function()
         if not index then
            nudges = nudges + 1
            assert(coroutine.resume(thread))
         end
      end)
      repeat uv.run "once" until index
      nudge:close()
      uv.run "nowait"
      assert.equal("movies", index.name)
      assert.is_true(nudges > 2)
      assert.equal(1, service.sent(emulator))
   end)

   it("may wake a coroutine that waits for many calls, which goes on waiting", function()
      slow(0.1)
      local pc, results = service.client(emulator), nil
      local function task() return pc:describe_index "movies" end
      local thread = coroutine.create(function() results = parallel { task, task } end)
      local timer, turns = uv.new_timer(), 0
      timer:start(0, 10, function()
         turns = turns + 1
         assert(results or coroutine.resume(thread))
      end)
      repeat uv.run "once" until results
      timer:close()
      uv.run "nowait"
      assert.is_true(turns > 2)
      assert.equal("movies", results[1].name)
      assert.equal("movies", results[2].name)
   end)
end)

describe("A generator of one's own", function()
   if not pcall(require, "cqueues") then
      pending "nothing can be tried: this Lua has no module cqueues"
      return
   end

   it("loses nothing in cqueues, though its calls block", function()
      local cqueues = require "cqueues"
      local pc, names, controller = service.client(emulator), {}, cqueues.new()
      controller:wrap(function()
         for name in coroutine.wrap(function()
            for _ = 1, 3 do
               coroutine.yield(assert(pc:describe_index "movies").name)
            end
         end) do
            names[#names + 1] = name
         end
      end)
      assert(controller:loop(PATIENCE))
      assert.same({ "movies", "movies", "movies" }, names)
   end)
end)

describe("Where a host can only sleep", function()
   local backoff = require "pinecone.hosts.backoff"
   local core = require "pinecone.core"
   local socket, url

   before_each(function() socket, url = silent_server() end)
   after_each(function()
      socket:close()
      uv.run "nowait"
   end)

   -- One that waits for its answer, and has so much time left; else it is not stepped any more.
   local function call_of(timeout, left)
      local call = assert(core.list_indexes(service.client({ url = url }, { timeout = timeout })._core))
      while call:left() > left do
         call:step()
         service.sleep(0.001)
      end
      return call
   end

   it("a call is looked at after a millisecond, then after a fifth of the time it has waited, but 20 times a second",
      function()
         local call = call_of(60, 59.9)
         assert.equal(0.001, backoff(call, 0))
         assert.equal(0.001, backoff(call, 0.004))
         assert.is_near(0.004, backoff(call, 0.02), 1e-9)
         assert.is_near(0.02, backoff(call, 0.1), 1e-9)
         assert.equal(0.05, backoff(call, 1))
         assert.equal(0.05, backoff(call, 1000))
         call:cancel()
      end)

   it("it is looked at when its time is over", function()
      local call = call_of(0.2, 0.015)
      assert.is_true(backoff(call, 10) <= 0.015)
      call:cancel()
   end)

   it("a pause is slept through, but for looks each second", function()
      assert.is_near(0.3, backoff(core.timer(0.3), 0), 0.05)
      assert.equal(1, backoff(core.timer(100), 50))
   end)
end)

-- Of its own, because luv writes a line to stderr where a connection it watches is reset.
it("A loop of luv lives on whatever servers reset", function()
   assert(emulator:fault { operation = "*", on = { every = 3 }, drop = "before", reset = true })
   local script = process.script([[
      local life, uv = require "support.life", require "luv"
      local parallel = require("pinecone").parallel
      local pc = life.client(given, { max_retries = 30, retry_delay = 0.001 })
      local tasks, good, problems = {}, 0, nil
      for i = 1, 500 do
         tasks[i] = function()
            local index, err = pc:describe_index "movies"
            good = good + (index and 1 or 0)
            return true, err
         end
      end
      local timer = uv.new_timer()
      timer:start(0, 0, coroutine.wrap(function()
         timer:close()
         problems = select(2, parallel(tasks, { limit = 20 }))
         print(good, problems)
      end))
      uv.run()
   ]], { url = emulator.url, key = service.api_key }):wait()
   assert.equal("500\tnil\n", script.out)
   assert.equal("", (script.err:gsub("EBADF: bad file descriptor\n", "")))
   assert.equal(0, script.code)
end)

describe("A coroutine that nobody resumes any more", function()
   local ok, cqueues = pcall(require, "cqueues")

   it("in cqueues is collected with its call", function()
      if not ok then
         return pending "there is no module cqueues"
      end
      slow(20)
      local pc = service.client(emulator)
      life.collect()
      local before = life.descriptors()
      for round = 1, 5 do
         local controller = cqueues.new()
         for _ = 1, 5 do
            controller:wrap(function() pc:describe_index "movies" end)
         end
         repeat assert(controller:step(0.01)) until service.sent(emulator) == 5 * round
         controller = nil -- luacheck: ignore
         life.collect()
      end
      assert.equal(64, pc._core:spare())
      pc:close()
      life.collect()
      assert.equal(before, (life.descriptors()))
   end)

   local function ends_well(source)
      slow(20)
      local script = process.script([[
         local life = require "support.life"
         local pc = life.client(given)
         local function hang() pc:describe_index "movies" end
      ]] .. source, { url = emulator.url, key = service.api_key }):wait()
      assert.equal("", script.err)
      assert.same({ 0, 0 }, { script.code, script.signal })
      assert.equal("done\n", script.out)
      assert.is_true(script.seconds < 15)
   end

   local IN_LUV = [[
      local uv = require "luv"
      local timer = uv.new_timer()
      timer:start(0, 0, function()
         timer:close()
         for _ = 1, 5 do
            coroutine.wrap(hang)()
         end
      end)
      local stop = uv.new_timer()
      stop:start(300, 0, function() uv.stop() end)
      uv.run()
   ]]
   local ends = { -- luv 1.44 itself crashes in a program that closes handles and ends before the loop has gone on
      ["when the program ends"] = "",
      ["when the state is closed"] = "io.stdout:write 'done\\n' os.exit(0, true)",
      ["when the client is closed and the loop goes on"] = "pc:close() stop:close() uv.run()",
      ["when the client is collected"] = "pc = nil life.collect()",
      ["when all handles are closed"] =
         "uv.walk(function(each) if not each:is_closing() then each:close() end end) uv.run() pc:close()",
   }
   for how, source in pairs(ends) do
      it("in luv does no harm " .. how, function()
         ends_well(IN_LUV .. source .. " print 'done'")
      end)
   end

   if coroutine.close then
      it("in luv does no harm when it is closed", function()
         ends_well([[
            local uv = require "luv"
            local thread = coroutine.create(hang)
            local timer = uv.new_timer()
            local turns = 0
            timer:start(0, 300, function()
               turns = turns + 1
               if turns == 1 then
                  assert(coroutine.resume(thread))
               else
                  assert(coroutine.close(thread))
                  pc:close()
                  timer:close()
               end
            end)
            uv.run()
            print "done"
         ]])
      end)
   end

   for how, source in pairs {
      ["when the program ends"] = "",
      ["when the state is closed"] = "io.stdout:write 'done\\n' os.exit(0, true)",
      ["when the client is closed"] = "pc:close()",
      ["when the client is closed and the loop goes on"] = "pc:close() assert(controller:loop())",
   } do
      it("in cqueues does no harm " .. how, function()
         if not ok then
            return pending "there is no module cqueues"
         end
         ends_well([[
            local controller = require("cqueues").new()
            for _ = 1, 5 do
               controller:wrap(hang)
            end
            for _ = 1, 10 do
               assert(controller:step(0.03))
            end
         ]] .. source .. " print 'done'")
      end)
   end
end)

describe("The option wait", function()
   local function refused(wait)
      local good, problem = pcall(function()
         local pc = pinecone.new { api_key = "k", wait = wait }
         return pc
      end)
      assert.is_false(good)
      return problem
   end

   it("takes no unknown name", function()
      expect.holds(refused "fork", "40-hosts_spec.lua:", "pinecone: new: 'wait' must be a function, or 'openresty', "
         .. "'cqueues', 'copas', 'luv' or 'blocking', got 'fork'")
      expect.holds(refused "", "got ''")
      expect.holds(refused "parallel", "got 'parallel'")
      expect.holds(refused "init", "got 'init'")
   end)

   it("takes nothing of another type", function()
      expect.holds(refused(5), "40-hosts_spec.lua:", "'wait' must be a function, or", "got a number")
      expect.holds(refused {}, "got a table")
      expect.holds(refused(true), "got a boolean")
      expect.holds(refused(false), "got a boolean")
   end)

   it("'blocking' makes tasks of parallel go one by one", function()
      slow(0.1)
      local pc = service.client(emulator, { wait = "blocking" })
      local results
      local seconds = service.seconds_of(function()
         results = parallel(times(3, function() return function() return pc:describe_index "movies" end end))
      end)
      assert.equal(3, #results)
      assert.is_true(seconds > 0.29)
   end)

   it("may be a function, in a for loop of every Lua", function()
      local pc, called = service.client(emulator, {
         wait = function(call)
            repeat until call:block()
         end,
      }), 0
      for _ in pc:indexes() do
         called = called + 1
      end
      assert.equal(1, called)
   end)
end)
