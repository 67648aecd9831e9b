-- The core's calls: a state machine that any loop can drive, and the life of calls and clients.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local uv = require "luv"

local function collect()
   collectgarbage()
   collectgarbage()
end

describe("a call", function()
   local emulator, client, backup_id

   setup(function()
      emulator = service.start()
      local pc = service.client(emulator)
      service.serverless(pc, "movies")
      backup_id = assert(pc:create_backup { index_name = "movies", name = "one" }).backup_id
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      client = assert(core.new { host = emulator.url, api_key = service.api_key })
      assert(emulator:clear_requests())
   end)
   after_each(function() assert(emulator:clear_faults()) end)

   local function slow(seconds)
      assert(emulator:fault { operation = "describe_backup", on = "all", delay = seconds })
   end

   local function begin(options)
      return assert(core.describe_backup(client, backup_id, options))
   end

   local now = service.now

   describe("that is stepped", function()
      it("never blocks", function()
         slow(1)
         local call, longest, steps = begin(), 0, 0
         repeat
            local before = now()
            local finished = call:step()
            longest = math.max(longest, now() - before)
            steps = steps + 1
            service.sleep(0.002)
         until finished
         assert.equal("one", assert(call:result()).name)
         assert.is_true(steps > 20)
         assert.is_true(longest < 0.8)
      end)

      it("sends nothing before the first step", function()
         begin()
         service.sleep(0.05)
         assert.equal(0, service.sent(emulator))
      end)

      it("stays finished", function()
         local call = begin()
         repeat until call:block()
         assert.is_true(call:step())
         assert.is_true(call:block())
         assert.equal(0, (call:interest()))
      end)

      it("can be finished by block", function()
         slow(0.1)
         local call = begin()
         call:step()
         repeat until call:block()
         assert.equal("one", assert(call:result()).name)
         assert.equal(1, service.sent(emulator))
      end)
   end)

   it("tells what it waits for", function()
      slow(0.2)
      local call = begin { timeout = 5 }
      local watched = {}
      repeat
         local wants = { call:interest() }
         assert.is_true(wants[1] >= 0 and wants[1] <= 5000)
         for i = 2, #wants, 2 do
            assert.equal("number", type(wants[i]))
            assert.is_truthy(({ r = true, w = true, rw = true })[wants[i + 1]])
            watched[wants[i + 1]] = true
         end
         service.sleep(0.005)
      until call:step()
      assert.is_true(watched.r)
   end)

   it("that only waits for its descriptors and time needs few steps", function()
      slow(0.3)
      local call, steps = begin(), 0
      while not call:step() do
         steps = steps + 1
         local milliseconds, descriptor, events = call:interest()
         local poll, timer, woken = descriptor and uv.new_poll(descriptor), uv.new_timer(), false
         timer:start(milliseconds, 0, function() woken = true end)
         if poll then
            poll:start(events, function() woken = true end)
         end
         repeat uv.run "once" until woken
         timer:close()
         if poll then
            poll:close()
         end
         uv.run "nowait"
      end
      assert.equal("one", assert(call:result()).name)
      assert.is_true(steps < 20)
   end)

   describe("gives its result", function()
      it("only when it is finished", function()
         local call = begin()
         assert.has_error(function() call:result() end, "the call is not finished")
      end)

      it("only once", function()
         local call = begin()
         repeat until call:block()
         assert(call:result())
         assert.has_error(function() call:result() end, "the result was already taken")
      end)
   end)

   describe("that is cancelled", function()
      local function cancelled(call)
         call:cancel()
         call:cancel()
         assert.is_true(call:step())
         local err = expect.failure("cancelled", call:result())
         return err
      end

      it("before it began sends nothing", function()
         cancelled(begin())
         assert.equal(0, service.sent(emulator))
      end)

      it("on its way closes its connection", function()
         slow(5)
         local call = begin()
         repeat call:step() until service.sent(emulator) == 1
         assert.equal("describe_backup", cancelled(call).operation)
         assert(emulator:clear_faults())
         local again = begin()
         repeat until again:block()
         assert(again:result())
         local requests = assert(emulator:requests())
         assert.not_equal(requests[1].connection, requests[2].connection)
      end)

      it("when it is finished keeps its result", function()
         local call = begin()
         repeat until call:block()
         call:cancel()
         assert.equal("one", assert(call:result()).name)
      end)

      it("says that a write may have been applied, once it was sent", function()
         assert(emulator:fault { operation = "create_backup", delay = 5 })
         local call = assert(core.create_backup(client, { index_name = "movies" }))
         repeat call:step() until service.sent(emulator) == 1
         assert.is_true(cancelled(call).maybe_applied)
      end)
   end)

   describe("that takes too long", function()
      local function timeout(call)
         local before = now()
         repeat until call:block()
         local err = expect.failure("timeout", call:result())
         return err, now() - before
      end

      it("ends at its timeout", function()
         slow(20)
         local err, seconds = timeout(begin { timeout = 0.2 })
         assert.is_true(seconds >= 0.19 and seconds < 10)
         assert.matches("0.2 s", err.message, 1, true)
         assert.matches("no answer came", err.message, 1, true)
         assert.is_true(err.elapsed >= 0.19)
      end)

      it("counts anew from renew on", function()
         slow(1.5)
         local call = begin { timeout = 1 }
         repeat call:step() until service.sent(emulator) == 1
         service.sleep(0.8)
         call:renew()
         repeat until call:block()
         assert(call:result())
      end)
   end)

   it("waits while all connections are in use, then goes on", function()
      slow(0.2)
      client = assert(core.new { host = emulator.url, api_key = service.api_key, max_connections = 2 })
      local calls = { begin(), begin(), begin(), begin() }
      for _, call in ipairs(calls) do
         call:step()
      end
      assert.matches("queued", tostring(calls[3]))
      assert.is_true((calls[3]:interest()) <= 10)
      for _, call in ipairs(calls) do
         repeat until call:block()
         assert(call:result())
      end
      assert.equal(2, service.connections(emulator))
   end)

   it("that never gets a connection says so", function()
      slow(5)
      client = assert(core.new { host = emulator.url, api_key = service.api_key, max_connections = 1 })
      local first, second = begin(), begin { timeout = 0.1 }
      first:step()
      repeat until second:block()
      local _, err = second:result()
      assert.equal("timeout", err.kind)
      assert.matches("max_connections", err.message)
      first:cancel()
   end)

   it("sends its method as it was, whatever became of the text", function()
      local call = assert(core.request(client, {
         path = "/indexes/movies", method = ("pu"):upper() .. "T", body = { a = 1 },
      }))
      collect()
      local texts = {}
      for i = 1, 2000 do
         texts[i] = ("x"):rep(i % 7) .. i
      end
      assert.equal(2000, #texts)
      repeat until call:block()
      assert.equal(405, select(2, call:result()).status)
      assert.equal("PUT", service.log(emulator)[1].method)
   end)

   it("hides its metamethods", function()
      local call = begin()
      assert.equal("string", type(getmetatable(call)))
      assert.is_nil(call.__gc)
      assert.is_nil(client.__gc)
      call:cancel()
   end)

   it("has a text without secrets", function()
      local call = begin()
      assert.matches("^pinecone.call %(describe_backup, %l+%)$", tostring(call))
      assert.not_matches(service.api_key, tostring(client), 1, true)
      call:cancel()
   end)

   describe("and its client", function()
      it("may be collected in either order", function()
         for _, order in ipairs { { "call", "client" }, { "client", "call" } } do
            local own = { client = assert(core.new { host = emulator.url, api_key = service.api_key }) }
            own.call = assert(core.describe_backup(own.client, backup_id))
            own.call:step()
            for _, name in ipairs(order) do
               own[name] = nil
               collect()
            end
         end
      end)

      it("may be collected together, with many calls in flight", function()
         slow(1)
         for _ = 1, 20 do
            local own = assert(core.new { host = emulator.url, api_key = service.api_key })
            local calls = {}
            for i = 1, 5 do
               calls[i] = assert(core.describe_backup(own, backup_id))
               calls[i]:step()
            end
         end
         collect()
      end)

      it("goes on when only the call is still held", function()
         local own = assert(core.new { host = emulator.url, api_key = service.api_key })
         local call = assert(core.describe_backup(own, backup_id))
         own = nil -- luacheck: ignore
         collect()
         repeat until call:block()
         assert.equal("one", assert(call:result()).name)
      end)

      it("ends when the client is closed", function()
         slow(5)
         local call, queued = begin(), begin()
         call:step()
         client:close()
         client:close()
         for _, each in ipairs { call, queued } do
            assert.is_true(each:step())
            local _, err = each:result()
            assert.equal("closed", err.kind)
         end
         expect.failure("closed", core.describe_backup(client, backup_id))
      end)

      it("keeps a result that was there before the client was closed", function()
         local call = begin()
         repeat until call:block()
         client:close()
         assert.equal("one", assert(call:result()).name)
      end)

      it("refuses what is no client or no call", function()
         assert.has_error(function() core.describe_backup({}, backup_id) end)
         assert.has_error(function() core.describe_backup(io.stdout, backup_id) end)
         assert.has_error(function() begin().step(client) end)
      end)

      if _VERSION == "Lua 5.4" then
         it("is released by a to-be-closed variable", function()
            local chunk = assert(load [[
               local core, host, key, id = ...
               local seen
               do
                  local client <close> = assert(core.new { host = host, api_key = key })
                  local call <close> = assert(core.describe_backup(client, id))
                  call:step()
                  seen = client
               end
               return seen
            ]])
            local closed = chunk(core, emulator.url, service.api_key, backup_id)
            assert.equal("pinecone.client (closed)", tostring(closed))
         end)
      end
   end)
end)

describe("a timer", function()
   it("finishes after its time", function()
      local timer, before = core.timer(0.1), uv.hrtime()
      assert.is_false(timer:step())
      assert.is_true((timer:interest()) > 50)
      repeat until timer:block()
      local seconds = (uv.hrtime() - before) / 1e9
      assert.is_true(timer:result())
      assert.is_true(seconds >= 0.099 and seconds < 10)
   end)

   it("of 0 seconds is finished at the first step", function()
      assert.is_true(core.timer(0):step())
   end)

   it("can be cancelled", function()
      local timer = core.timer(1000)
      timer:cancel()
      assert.is_true(timer:step())
      assert.is_false(timer:result())
   end)

   it("takes seconds from 0 up", function()
      assert.has_error(function() core.timer(-1) end)
      assert.has_error(function() core.timer "x" end)
   end)
end)

describe("poll", function()
   local emulator, client

   setup(function()
      emulator = service.start()
      service.serverless(service.client(emulator), "movies")
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      client = assert(core.new { host = emulator.url, api_key = service.api_key, retry_delay = 0.05 })
      assert(emulator:clear_faults())
      assert(emulator:clear_requests())
   end)
   after_each(function() client:close() end)

   local function begin()
      return assert(core.describe_index(client, "movies"))
   end

   local function timers(...)
      local calls = {}
      for i, seconds in ipairs { ... } do
         calls[i] = core.timer(seconds)
      end
      return calls
   end

   -- Polls until all are finished; how many polls that takes.
   local function finish(calls)
      local done, left, polls = {}, #calls, 0
      while left > 0 do
         polls = polls + 1
         for _, place in ipairs(core.poll(calls)) do
            if not done[place] and calls[place]:step() then
               done[place], left = true, left - 1
               calls[place] = core.timer(1000)
            end
         end
      end
      return polls
   end

   it("waits until a call can go on, and tells its place", function()
      local seconds = service.seconds_of(function()
         assert.same({ 2 }, core.poll(timers(1000, 0.1, 1000)))
      end)
      assert.is_true(seconds >= 0.09 and seconds < 5)
   end)

   it("of no calls comes back at once", function()
      local seconds = service.seconds_of(function() assert.same({}, core.poll {}) end)
      assert.is_true(seconds < 5)
   end)

   it("tells of calls that are done already, each time", function()
      local calls = timers(0, 1000, 0)
      assert.is_true(calls[1]:step())
      assert.same({ 1, 3 }, core.poll(calls))
      assert.same({ 1, 3 }, core.poll(calls))
      calls[2]:cancel()
      assert.same({ 1, 2, 3 }, core.poll(calls))
   end)

   it("tells of thousands at once", function()
      local calls = {}
      for i = 1, 5000 do
         calls[i] = core.timer(0)
      end
      local places = core.poll(calls)
      assert.equal(5000, #places)
      assert.equal(5000, places[5000])
   end)

   it("drives calls to their results", function()
      local calls, kept = {}, {}
      for i = 1, 20 do
         calls[i] = begin()
         kept[i] = calls[i]
      end
      local polls = finish(calls)
      for i = 1, 20 do
         assert.equal("movies", assert(kept[i]:result()).name)
      end
      assert.is_true(polls < 500, polls)
   end)

   it("takes the same call twice", function()
      local call = begin()
      local calls = { call, call }
      local places
      repeat places = core.poll(calls) until #places > 0
      repeat until call:step()
      assert.same({ 1, 2 }, core.poll(calls))
      assert(call:result())
   end)

   it("tells of an attempt that has ended", function()
      assert(emulator:fault { operation = "describe_index", status = 503 })
      local call = begin()
      repeat until #core.poll { call } > 0
      assert.is_false(call:step())
      repeat until #core.poll { call } > 0
      assert.is_true(call:step())
      assert(call:result())
   end)

   it("gives free connections to those that have waited longest", function()
      client:close()
      client = assert(core.new { host = emulator.url, api_key = service.api_key, max_connections = 1 })
      assert(emulator:fault { operation = "describe_index", on = "all", delay = 0.01 })
      local calls, order = {}, {}
      for i = 1, 6 do
         calls[i] = begin()
      end
      assert.is_false(calls[2]:step()) -- which now has the connection
      while #order < 6 do
         for _, place in ipairs(core.poll(calls)) do
            order[#order + 1] = place
            calls[place] = core.timer(1000)
         end
      end
      assert.same({ 2, 1, 3, 4, 5, 6 }, order)
   end)

   it("takes what a finaliser does to its calls", function()
      if _VERSION == "Lua 5.4" then
         collectgarbage "incremental"
      end
      local pause, multiplier = collectgarbage("setpause", 0), collectgarbage("setstepmul", 1000)
      for _ = 1, 30 do
         local calls = {}
         for i = 1, 30 do
            calls[i] = begin()
         end
         local function step_all()
            for _, call in ipairs(calls) do
               call:step()
            end
         end
         if _VERSION == "Lua 5.1" then
            debug.getmetatable(newproxy(true)).__gc = step_all -- luacheck: ignore newproxy
         else
            setmetatable({}, { __gc = step_all })
         end
         for _ = 1, 5 do
            core.poll(calls)
         end
         for _, call in ipairs(calls) do
            call:cancel()
         end
      end
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", multiplier)
   end)

   it("refuses what is no list of calls, before it steps any", function()
      local call = assert(core.list_collections(client)) -- what others have sent may only come now
      for _, list in ipairs { { call, 7 }, { call, io.stdout }, { call, client }, { call, {} }, { call, false } } do
         assert.has_error(function() core.poll(list) end)
      end
      assert.has_error(function() core.poll() end)
      assert.has_error(function() core.poll(call) end)
      assert.matches("queued", tostring(call))
      assert.equal(0, service.sent(emulator, "list_collections"))
   end)

   it("ends the calls of a process that has forked", function()
      assert(emulator:fault { operation = "*", on = "all", delay = 10 })
      local script = process.script([[
         local core, fork = require "pinecone.core", require "support.fork"
         local client = assert(core.new { host = given.url, api_key = given.key })
         local call = assert(core.describe_index(client, "movies"))
         call:step()
         io.stdout:flush()
         local pid = fork.fork()
         if pid == 0 then
            local places = core.poll { call }
            local value, err = call:result()
            io.stdout:write(#places, " ", tostring(value), " ", err.kind, "\n")
            io.stdout:flush()
            os.exit(0)
         end
         fork.wait(pid)
      ]], { url = emulator.url, key = service.api_key }, { ASAN_OPTIONS = "detect_leaks=0" }):wait()
      assert.equal("1 nil closed\n", script.out)
      assert.is_true(script.seconds < 9)
   end)
end)

describe("a client", function()
   it("waits as its option wait says", function()
      local emulator, steps = service.start(), 0
      local pc = service.client(emulator, {
         wait = function(call)
            while not call:step() do
               steps = steps + 1
               service.sleep(0.001)
            end
         end,
      })
      assert(pc:list_indexes())
      assert.is_true(steps > 0)
      emulator:stop()
   end)

   it("that was closed answers so, whatever it is asked", function()
      local pc = assert(pinecone.new { api_key = "k", host = "http://127.0.0.1:1" })
      pc:close()
      pc:close()
      for _, ask in ipairs {
         function() return pc:list_backups() end, function() return pc:wait_for_backup "b" end,
         function() return pc:backups():next() end, function() return pc:describe_index_stats "movies" end,
      } do
         expect.failure("closed", ask())
      end
   end)
end)
