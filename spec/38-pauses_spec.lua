-- The pauses between attempts: how long, what the server has a say in, and what can happen during one. A call that
-- pauses tells its interest in milliseconds, so that most of this needs no waiting.

local core = require "pinecone.core"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local uv = require "luv"
local wire = require "support.wire"

local now = service.now

local function refusal(status, headers)
   local lines = {}
   for name, value in pairs(headers or {}) do
      lines[#lines + 1] = ("%s: %s\r\n"):format(name, value)
   end
   return ("HTTP/1.1 %d Spec\r\nContent-Length: 2\r\n%s\r\nno"):format(status, table.concat(lines))
end

describe("A pause", function()
   local server

   setup(function() server = wire.start() end)
   teardown(function() server:stop() end)
   before_each(function() server:clear() end)

   local function client(options)
      local all = { host = server.url, api_key = wire.api_key, retry_delay = 0.001, timeout = 100 }
      for name, value in pairs(options or {}) do
         all[name] = value
      end
      return assert(core.new(all))
   end

   local function is_pausing(call)
      return tostring(call):find("pausing", 1, true) ~= nil
   end

   -- Lets the call go on to its next pause: its milliseconds; nil where it ends.
   local function next_pause(call)
      while is_pausing(call) do
         call:step()
      end
      while not is_pausing(call) do
         if call:step() then
            return nil
         end
         uv.run "nowait"
      end
      local milliseconds, descriptor = call:interest()
      assert.is_nil(descriptor)
      return milliseconds
   end

   -- The first pauses of many calls, which are given up then.
   local function first_pauses(count, options)
      local own, list = client(options), {}
      for i = 1, count do
         local call = assert(core.list_indexes(own))
         list[i] = assert(next_pause(call))
         call:cancel()
      end
      own:close()
      table.sort(list)
      return list
   end

   describe("is a random part", function()
      before_each(function() server:answer(refusal(503)) end)

      it("of retry_delay", function()
         local list = first_pauses(60, { retry_delay = 10 })
         assert.is_true(list[60] <= 10001)
         assert.is_true(list[60] > 5000 and list[30] < 8500 and list[30] > 1500 and list[1] < 5000)
         for i = 2, 60 do
            assert.not_equal(list[1], list[60])
            assert.is_true(i < 5 or list[i] > list[i - 4], "pauses are the same again and again")
         end
      end)

      it("of its double after each attempt", function()
         local own = client { retry_delay = 0.02, max_retries = 4 }
         local calls, longest = {}, { 0, 0, 0, 0 }
         for i = 1, 30 do
            calls[i] = assert(core.list_indexes(own))
         end
         for attempt = 1, 4 do
            for _, call in ipairs(calls) do
               local pause = assert(next_pause(call))
               assert.is_true(pause <= 20 * 2 ^ (attempt - 1) + 1, ("%d ms after attempt %d"):format(pause, attempt))
               longest[attempt] = math.max(longest[attempt], pause)
            end
         end
         for attempt = 1, 4 do
            assert.is_true(longest[attempt] > 20 * 2 ^ (attempt - 2))
         end
      end)

      it("of 30 seconds at most", function()
         local list = first_pauses(30, { retry_delay = 1000, timeout = 1e6 })
         assert.is_true(list[30] <= 30000)
         assert.is_true(list[30] > 15000)
      end)

      it("of 30 seconds where no timeout ends the call", function()
         local list = first_pauses(10, { retry_delay = 1000, timeout = 1e12 })
         assert.is_true(list[10] <= 30000)
      end)

      it("of which half of the time that is left is never exceeded", function()
         local list = first_pauses(30, { retry_delay = 1000, timeout = 20 })
         assert.is_true(list[30] <= 10000)
         assert.is_true(list[30] - list[25] < 50) -- two of three would be longer
      end)

      it("that is really waited for", function()
         local own = client { retry_delay = 0.3, max_retries = 1 }
         local call = assert(core.list_indexes(own))
         local pause, began = next_pause(call), now()
         assert.is_nil(next_pause(call))
         assert.is_true(now() - began >= (pause - 2) / 1000)
         assert.equal(2, #server.requests)
      end)
   end)

   describe("is what Retry-After asks for", function()
      local DATE = "Tue, 06 Oct 2026 10:00:00 GMT"
      local rows = {
         ["as seconds"] = { "20" },
         ["as seconds with zeros before"] = { "0020" },
         ["as seconds with blanks around"] = { "  20 \t" },
         ["as a date"] = { "Tue, 06 Oct 2026 10:00:20 GMT", DATE },
         ["as a date on a clock a year behind"] = {
            "Mon, 06 Oct 2025 10:00:20 GMT", "Mon, 06 Oct 2025 10:00:00 GMT",
         },
         ["as a date on a clock many years ahead"] = {
            "Wed, 06 Oct 2038 10:00:20 GMT", "Wed, 06 Oct 2038 10:00:00 GMT",
         },
         ["as a date of RFC 850"] = { "Tuesday, 06-Oct-26 10:00:20 GMT", DATE },
         ["as a date of asctime"] = { "Tue Oct  6 10:00:20 2026", DATE },
         ["as a date, and this machine's clock where the server tells none"] = {
            os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 20), slack = 15,
         },
      }
      for how, row in pairs(rows) do
         for _, status in ipairs { 429, 503 } do
            it(("%s, with %d"):format(how, status), function()
               if row.slack then
                  row[1] = os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 20)
               end
               server:answer(refusal(status, { ["Retry-After"] = row[1], Date = row[2] }))
               local pause = first_pauses(1)[1]
               assert.is_true(pause > 15000 and pause <= 20001, pause .. " ms")
            end)
         end
      end

      it("and a random part on top", function()
         server:answer(refusal(429, { ["Retry-After"] = "5" }))
         local list = first_pauses(30, { retry_delay = 10 })
         assert.is_true(list[30] > 10000 and list[30] <= 15001)
         assert.is_true(list[1] > 2000 and list[1] < 10000)
      end)

      it("less what has passed since, where a lost create was looked for meanwhile", function()
         server:answer(refusal(503, { ["Retry-After"] = "20" }))
         local call = assert(core.create_backup(client(), { index_name = "movies", name = "one" }))
         assert.is_nil(next_pause(call))
         expect.failure("unavailable", call:result())
         service.sleep(0.3)
         assert.is_true(call:again())
         local pause = call:interest()
         assert.is_true(pause > 15000 and pause <= 19701, pause .. " ms")
         call:cancel()
      end)

      it("at the time it asks for", function()
         server:answer(refusal(429, { ["Retry-After"] = "1" }), wire.answer(200, '{"indexes":[]}'))
         local pc, began = server:client(), now()
         assert(pc:list_indexes())
         local seconds = now() - began
         assert.is_true(seconds >= 1 and seconds < 5)
         assert.equal(2, #server.requests)
      end)
   end)

   describe("does not heed a Retry-After that", function()
      local rows = {
         ["is 0"] = "0",
         ["is below 0"] = "-20",
         ["is no number"] = "soon",
         ["is a number as programs write them"] = "1e1",
         ["is a number and more"] = "12abc",
         ["is a fraction"] = "20.5",
         ["is empty"] = "",
         ["has a sign"] = "+20",
         ["is two numbers"] = "20, 20",
         ["has a thousand digits"] = ("9"):rep(1000),
         ["is a date in the past"] = "Tue, 06 Oct 2026 09:59:59 GMT",
         ["is now"] = "Tue, 06 Oct 2026 10:00:00 GMT",
         ["is a date that there is not"] = "Tue, 06 Foo 2026 10:00:20 GMT",
      }
      for what, text in pairs(rows) do
         it(what, function()
            server:answer(refusal(503, { ["Retry-After"] = text, Date = "Tue, 06 Oct 2026 10:00:00 GMT" }))
            assert.is_true(first_pauses(1)[1] <= 2)
            local _, err = server:client({ max_retries = 0 }):list_indexes()
            assert.is_nil(err.retry_after)
         end)
      end
   end)

   describe("that would not fit into the timeout", function()
      local function ask(retry_after, options)
         server:answer(refusal(503, { ["Retry-After"] = retry_after, Date = "Tue, 06 Oct 2026 10:00:00 GMT" }))
         local began = now()
         local _, err = server:client(options or { timeout = 30 }):list_indexes()
         assert.is_true(now() - began < 10)
         assert.equal(1, #server.requests)
         assert.same({ "unavailable", 503, 1 }, { err.kind, err.status, err.attempts })
         return err
      end

      it("is not begun, and the error says so with both figures", function()
         local err = ask "100"
         assert.equal(100, err.retry_after)
         assert.matches("Retry%-After asks to wait 100 s, and timeout leaves [23]%d[%d.]* s", err.message)
      end)

      it("is not begun for the timeout of a single call either", function()
         server:answer(refusal(429, { ["Retry-After"] = "40" }))
         local _, err = server:client():list_indexes({}, { timeout = 35 })
         assert.same({ "rate_limited", 40, 1 }, { err.kind, err.retry_after, #server.requests })
         expect.holds(err.message, "asks to wait 40 s")
      end)

      it("is not begun for more seconds than a number can hold", function()
         assert.is_true(ask(("9"):rep(40)).retry_after > 1e6)
      end)

      it("is not begun for a date in another age, whatever the timeout", function()
         assert.is_true(ask("Tue, 06 Oct 2147483647 10:00:00 GMT").retry_after > 1e6)
         local call = assert(core.list_indexes(client { timeout = 1e12 }))
         assert.equal(60000, next_pause(call))
         service.sleep(0.01)
         call:step()
         assert.is_true(is_pausing(call))
         call:cancel()
      end)

      it("is not spoken of where nothing would have been tried again", function()
         local err = ask("100", { timeout = 30, max_retries = 0 })
         assert.equal(100, err.retry_after)
         assert.not_matches("not tried again", err.message)
         server:clear()
         server:answer(refusal(403, { ["Retry-After"] = "100" }))
         assert.not_matches("not tried again", select(2, server:client():list_indexes()).message)
      end)
   end)

   describe("ends", function()
      local call, own

      before_each(function()
         server:answer(refusal(503, { ["Retry-After"] = "20" }))
         own = client { max_connections = 1 }
         call = assert(core.delete_backup(own, "one"))
         assert(next_pause(call))
      end)

      local function other_call()
         server:answer(wire.answer(200, '{"indexes":[]}'))
         local other = assert(core.list_indexes(own))
         while not other:step() do
            uv.run "nowait"
         end
         return other:result()
      end

      it("with the call that is cancelled, which tells what is not known", function()
         call:cancel()
         assert.is_true(call:step())
         local err = expect.failure("cancelled", call:result())
         assert.is_true(err.maybe_applied)
         assert.equal(1, err.attempts)
         assert(other_call())
      end)

      it("with the client that is closed", function()
         own:close()
         assert.is_true(call:step())
         assert.is_true(expect.failure("closed", call:result()).maybe_applied)
      end)

      it("with the call that is collected, or with the client", function()
         call = nil -- luacheck: ignore
         collectgarbage()
         collectgarbage()
         assert(other_call())
         call = assert(core.delete_backup(own, "one"))
         call, own = nil, nil -- luacheck: ignore
         collectgarbage()
         collectgarbage()
      end)

      it("not for another call, which may use the connection meanwhile", function()
         assert.equal(0, own:spare() - 1)
         assert(other_call())
         assert.is_true(is_pausing(call))
         call:cancel()
      end)
   end)

   -- A success that asks for patience and breaks off: nobody else says both.
   it("that is cancelled when it would no longer fit ends well", function()
      server:answer(wire.last "HTTP/1.1 200 OK\r\nContent-Length: 20\r\nRetry-After: 1\r\n\r\n{")
      for _, way in ipairs { "cancel", "close" } do
         local own = client()
         local call = assert(core.list_indexes(own, {}, { timeout = 1.2 }))
         assert(next_pause(call))
         service.sleep(0.4)
         if way == "cancel" then
            call:cancel()
         else
            own:close()
         end
         local _, err = call:result()
         assert.equal(way == "cancel" and "cancelled" or "closed", err.kind)
         assert.not_matches("Retry-After", err.message, 1, true)
      end
   end)
end)

describe("The deadline", function()
   local emulator

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local hostile = {
      ["says nothing"] = { delay = 60 },
      ["drips"] = { drip = 0.05 },
      ["drips slower than anybody waits"] = { drip = { bytes = 1, seconds = 30 } },
      ["announces more than it sends"] = { content_length = 100000 },
      ["refuses at once"] = { status = 503 },
      ["drips a refusal"] = { status = 503, drip = 0.05, body = ("no "):rep(100) },
      ["always closes"] = { drop = "after" },
   }
   for what, fault in pairs(hostile) do
      it("is kept with a server that " .. what, function()
         fault.operation, fault.on = "*", "all"
         local pc = service.client(emulator, { timeout = 0.3, max_retries = 1000, retry_delay = 0.1 })
         assert(emulator:fault(fault))
         for _, ask in ipairs {
            function() return pc:list_indexes() end,
            function() return pc:create_backup { index_name = "movies", name = "one" } end,
         } do
            local began = now()
            local value, err = ask()
            assert.is_nil(value)
            assert.is_true(now() - began < 0.8, tostring(err))
         end
      end)
   end

   it("is kept with a server that asks for a second again and again", function()
      local pc = service.client(emulator, { timeout = 1.4, max_retries = 1000 })
      assert(emulator:fault { operation = "list_indexes", on = "all", status = 503, retry_after = 1 })
      local began = now()
      local err = expect.failure("unavailable", pc:list_indexes())
      assert.is_true(now() - began < 1.9)
      assert.equal(2, err.attempts)
      expect.holds(err.message, "Retry-After asks to wait 1 s")
   end)

   it("is the call's own where it has one, be it shorter or longer", function()
      assert(emulator:fault { operation = "list_indexes", on = "all", delay = 0.5 })
      local began = now()
      expect.failure("timeout", service.client(emulator, { timeout = 20 }):list_indexes({}, { timeout = 0.2 }))
      assert.is_true(now() - began < 0.7)
      assert(service.client(emulator, { timeout = 0.2 }):list_indexes({}, { timeout = 20 }))
   end)

   it("counts for all attempts together", function()
      assert(emulator:fault { operation = "list_indexes", on = "all", status = 503, delay = 0.2 })
      local err = select(2, service.client(emulator, { timeout = 0.5, max_retries = 50 }):list_indexes())
      assert.is_true(err.attempts >= 2 and err.attempts <= 4)
      assert.is_true(err.elapsed < 1)
   end)
end)

describe("A page that is fetched ahead", function()
   local emulator, pc, told

   before_each(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3 } } } }
      told = {}
      pc = service.client(emulator, { on_request = function(attempt) told[#told + 1] = attempt end })
      for _ = 1, 101 do
         assert(pc:create_backup "movies")
      end
      assert(emulator:clear_requests())
      told = {}
   end)
   after_each(function() emulator:stop() end)

   local function pages_with(fault)
      for name, value in pairs { operation = "list_index_backups", on = { from = 2 } } do
         fault[name] = fault[name] or value
      end
      assert(emulator:fault(fault))
      local pages = pc:backups "movies"
      assert(pages:next_page())
      service.until_true(function() return service.sent(emulator) == 2 end)
      service.sleep(0.05)
      return pages
   end

   it("and fails while nobody looks is repeated", function()
      for _, fault in ipairs { { status = 503, on = 2 }, { drop = "before", on = 2 }, { cut = 5, on = 2 } } do
         assert.equal(1, #assert(pages_with(fault):next_page()))
         assert(emulator:clear_faults())
         assert(emulator:clear_requests())
      end
   end)

   it("is repeated no more often than any other", function()
      local pages = pages_with { status = 503 }
      assert.equal(4, expect.failure("unavailable", pages:next_page()).attempts)
      assert.equal(5, service.sent(emulator))
      assert.equal(5, #told)
   end)

   it("and pauses is given up when the loop is left", function()
      local pages = pages_with { status = 503, retry_after = 20 }
      pages:close()
      assert(pc:list_indexes())
      assert.equal(2, #told) -- nobody hears of what was given up
   end)
end)

describe("Ctrl-C", function()
   it("ends a script that pauses at once", function()
      local emulator = service.start()
      assert(emulator:fault { operation = "list_indexes", on = "all", status = 503, retry_after = 50 })
      local script = process.script([[
         local pc = assert(require("pinecone").new { host = given.url, api_key = given.key })
         pc:list_indexes()
      ]], { url = emulator.url, key = service.api_key })
      service.until_true(function() return service.sent(emulator) == 1 end)
      service.sleep(0.3)
      assert.is_nil(script.code)
      local began = now()
      script:kill "sigint"
      script:wait()
      assert.is_true(now() - began < 5)
      assert.equal(1, script.code)
      assert.matches("interrupted!", script.err)
      assert.equal(1, service.sent(emulator))
      emulator:stop()
   end)
end)
