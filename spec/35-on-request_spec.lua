-- Looking on: on_request hears of each attempt, PINECONE_DEBUG=1 prints it.

local core = require "pinecone.core"
local expect = require "support.expect"
local process = require "support.process"
local service = require "support.service"
local wire = require "support.wire"

local CAN_YIELD_IN_PCALL = _VERSION ~= "Lua 5.1" or jit ~= nil

-- Runs code in an interpreter of its own; what it printed, on both outputs, and the process.
local function run_child(emulator, variables, code)
   local child = process.script([[
      io.stdout:setvbuf "no"
      local pinecone = require "pinecone"
      local function client(options)
         options = options or {}
         options.host, options.api_key, options.retry_delay = options.host or given.url, given.key, 0.001
         return assert(pinecone.new(options))
      end
   ]] .. code, { url = emulator.url, key = service.api_key }, variables):wait()
   assert(child.code == 0, child.text)
   assert.is_nil(child.text:find(service.api_key, 1, true))
   return child.text, child
end

describe("on_request", function()
   local emulator, told

   setup(function() emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3 } } } } end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      told = {}
   end)

   local function listen(attempt)
      told[#told + 1] = attempt
   end

   local function client(options)
      options = options or {}
      options.on_request = options.on_request or listen
      return service.client(emulator, options)
   end

   -- The field of all attempts, as one text.
   local function all(field)
      local values = {}
      for i, attempt in ipairs(told) do
         values[i] = tostring(attempt[field])
      end
      return table.concat(values, " ")
   end

   describe("is told", function()
      it("what was asked, what came of it and how long it took", function()
         assert(client():list_backups { index_name = "movies", limit = 7 })
         local attempt, count = told[1], 0
         assert.equal(1, #told)
         for _ in pairs(attempt) do
            count = count + 1
         end
         assert.equal(7, count)
         assert.same({ "list_backups", "GET", "/indexes/movies/backups", 200, 1 },
            { attempt.operation, attempt.method, attempt.path, attempt.status, attempt.attempt })
         expect.integer(attempt.status)
         expect.integer(attempt.attempt)
         assert.is_true(attempt.seconds >= 0 and attempt.seconds < 5)
         assert.is_true(#attempt.request_id > 5)
      end)

      it("how long an attempt took, and not the pause behind it", function()
         assert(emulator:fault { operation = "list_indexes", status = 429, delay = 0.2, retry_after = 1 })
         assert(client():list_indexes())
         assert.is_true(told[1].seconds >= 0.19 and told[1].seconds < 0.9)
         assert.is_true(told[2].seconds < 0.9)
      end)

      it("of every attempt, with its own outcome", function()
         assert(emulator:fault { operation = "list_indexes", status = 503 })
         assert(emulator:fault { operation = "list_indexes", on = 2, drop = "during" })
         assert(emulator:fault { operation = "list_indexes", on = 3, status = 429 })
         assert(client():list_indexes())
         assert.equal("1 2 3 4", all "attempt")
         assert.equal("503 nil 429 200", all "status")
         assert.equal("nil network nil nil", all "kind")
         assert.not_equal(told[1].request_id, told[4].request_id)
      end)

      it("of an answer that broke off as of none, whatever its status was", function()
         assert(emulator:fault { operation = "list_indexes", cut = 3 })
         assert(client():list_indexes())
         assert.same({ "network", nil }, { told[1].kind, told[1].status })
      end)

      it("of an attempt that its deadline ended", function()
         assert(emulator:fault { operation = "list_indexes", delay = 5 })
         expect.failure("timeout", client():list_indexes({}, { timeout = 0.1 }))
         assert.equal("timeout", all "kind")
         assert.is_true(told[1].seconds >= 0.09)
      end)

      it("of an attempt that found nobody", function()
         local pc = client { host = "http://127.0.0.1:" .. process.free_ports(1)[1], max_retries = 1 }
         expect.failure("network", pc:list_indexes())
         assert.equal("network network", all "kind")
      end)

      it("of a refusal", function()
         expect.failure("not_found", client():describe_backup "nothing")
         assert.equal("/backups/nothing 404", all "path" .. " " .. all "status")
      end)

      it("nothing where nothing was sent", function()
         expect.failure("invalid_argument", client():list_backups { limit = 0 })
         assert.has_error(function() client():describe_backup {} end)
         assert.equal(0, #told)
      end)

      it("the path as it was sent, and never the query", function()
         local pc = client()
         pc:request { path = "/indexes/a b", query = { token = "secret" } }
         assert.equal("/indexes/a%20b", told[1].path)
      end)

      it("of the host that an index has, too", function()
         assert(client():describe_index_stats "movies")
         assert.equal("describe_index describe_index_stats", all "operation")
         assert.equal("/indexes/movies /describe_index_stats", all "path")
      end)
   end)

   describe("hears of an attempt", function()
      it("before the next one begins", function()
         local counts = {}
         assert(emulator:fault { operation = "list_indexes", on = { 1, 2 }, status = 503 })
         assert(client({
            retry_delay = 0.3,
            on_request = function(attempt) counts[attempt.attempt] = service.sent(emulator, "list_indexes") end,
         }):list_indexes())
         assert.same({ 1, 2, 3 }, counts)
      end)

      it("before the result is there", function()
         local events = {}
         local pc = client { on_request = function() events[#events + 1] = "told" end }
         assert(pc:list_indexes())
         events[#events + 1] = "done"
         assert.same({ "told", "done" }, events)
      end)

      it("in order at the end, where the client has a wait of its own", function()
         assert(emulator:fault { operation = "list_indexes", on = { 1, 2 }, status = 503 })
         local seen
         assert(client({ wait = function(call)
            while not call:step() do
               service.sleep(0.001)
            end
            seen = #told
         end }):list_indexes())
         assert.equal(0, seen)
         assert.equal("1 2 3", all "attempt")
         assert.equal("503 503 200", all "status")
      end)
   end)

   describe("hears", function()
      it("of the looks for a create whose answer was lost under their own names", function()
         assert(emulator:fault { operation = "create_backup", drop = "after" })
         assert(client():create_backup { index_name = "movies", name = "one" })
         assert.equal("create_backup list_backups", all "operation")
         assert.equal("network nil", all "kind")
         assert.equal("1 1", all "attempt")
      end)

      it("of a create that was sent again as its second attempt", function()
         assert(emulator:fault { operation = "create_backup", drop = "before" })
         assert(client({ settle_grace = 0 }):create_backup { index_name = "movies", name = "one" })
         assert.equal("create_backup list_backups create_backup", all "operation")
         assert.equal("1 1 2", all "attempt")
      end)

      it("of all looks of a wait", function()
         local pc = client()
         local backup = assert(pc:create_backup "movies")
         assert(pc:wait_for_backup(backup.backup_id))
         assert.equal("create_backup describe_backup", all "operation")
      end)

      it("of pages that are fetched ahead, once they are wanted, and of none that is given up", function()
         local pc = client()
         for _ = 1, 101 do
            assert(pc:create_backup "movies")
         end
         told = {}
         local pages = pc:backups "movies"
         assert(pages:next_page())
         assert.equal(1, #told)
         assert(pages:next_page())
         assert.equal("list_backups list_backups", all "operation")
         pages = pc:backups "movies"
         assert(pages:next_page())
         pages:close()
         pages = nil -- luacheck: ignore
         collectgarbage()
         assert.equal(3, #told)
      end)

      it("of several clients, where they share it", function()
         assert(client():list_indexes())
         assert(client():list_collections())
         assert.equal("list_indexes list_collections", all "operation")
      end)
   end)

   describe("that fails", function()
      local function run(code)
         return run_child(emulator, { PINECONE_DEBUG = "" }, [[
            local pc = client { on_request = function() error(problem, 0) end }
         ]] .. code)
      end

      it("takes nothing from the result, and leaves a line on stderr", function()
         assert(emulator:fault { operation = "list_indexes", status = 503 })
         local text = run [[
            problem = "my own mistake"
            print(assert(pc:list_indexes()).indexes[1].name)
         ]]
         assert.equal(("pinecone: on_request failed: my own mistake\n"):rep(2) .. "movies\n", text)
      end)

      it("takes nothing from an error either, whatever it throws", function()
         local text = run [[
            local unspeakable = setmetatable({}, { __tostring = function() error "no" end })
            for _, thrown in ipairs { {}, "x", false, unspeakable } do
               problem = thrown
               print(select(2, pc:describe_backup "nothing").status)
            end
         ]]
         assert.equal(4, select(2, text:gsub("%f[^\n]404\n", "")))
         assert.equal(4, select(2, text:gsub("on_request failed: ", "")))
      end)
   end)

   it("does not swallow Ctrl-C", function()
      local child = process.script([[
         local pinecone = require "pinecone"
         local pc = assert(pinecone.new { host = given.url, api_key = given.key, on_request = function()
            io.stdout:write "busy\n"
            io.stdout:flush()
            local began = os.clock()
            repeat until os.clock() - began > 2
         end })
         pc:list_indexes()
         io.stdout:write "went on\n"
      ]], { url = emulator.url, key = service.api_key })
      child:expect "busy\n"
      child:kill "sigint"
      local ended = child:wait()
      assert.equal("", ended.out)
      expect.holds(ended.err, "interrupted!")
      assert.is_nil(ended.err:find("on_request failed", 1, true))
   end)

   it("may use the client itself", function()
      local pc, inner
      pc = client { on_request = function(attempt)
         listen(attempt)
         if attempt.operation == "list_indexes" then
            inner = assert(pc:list_collections())
         end
      end }
      assert(emulator:fault { operation = "list_indexes", status = 503 })
      assert(pc:list_indexes())
      assert.is_table(inner.collections)
      assert.equal("list_indexes list_collections list_indexes list_collections", all "operation")
   end)

   it("may close the client, or collect", function()
      local pc
      pc = client { on_request = function(attempt)
         listen(attempt)
         collectgarbage()
         pc:close()
      end }
      assert(emulator:fault { operation = "list_indexes", status = 503, retry_after = 1 })
      expect.failure("closed", pc:list_indexes())
      assert.equal(1, #told)
   end)

   if CAN_YIELD_IN_PCALL then
      it("may yield", function()
         assert(emulator:fault { operation = "list_indexes", status = 503 })
         local pc = client { on_request = function(attempt) coroutine.yield(attempt.status) end }
         local ask = coroutine.wrap(function() return assert(pc:list_indexes()).indexes[1].name end)
         assert.equal(503, ask())
         assert.equal(200, ask())
         assert.equal("movies", ask())
      end)
   end

   it("must be a function", function()
      for _, wrong in ipairs { "x", 1, {}, true } do
         assert.has_error(function() service.client(emulator, { on_request = wrong }) end)
      end
   end)

   it("where it is not wanted costs no log", function()
      local pc = assert(core.new { host = emulator.url, api_key = service.api_key })
      local call = assert(core.list_indexes(pc))
      repeat until call:block()
      assert.is_nil((call:attempt()))
   end)

   describe("never gets the key", function()
      local server

      setup(function() server = wire.start() end)
      teardown(function() server:stop() end)

      local function ask(request_id, status)
         server:clear()
         server:answer(("HTTP/1.1 %d Spec\r\nX-Request-Id: %s\r\nContent-Length: 2\r\n\r\n{}")
            :format(status, request_id))
         local pc = server:client { on_request = listen, max_retries = 0 }
         return select(2, pc:request { method = "POST", path = "/x", query = { q = "1" }, body = { secret = "body" } })
      end

      it("where the server gives it as its request id", function()
         for _, id in ipairs {
            wire.api_key, "id-" .. wire.api_key .. "-1", ("x"):rep(85) .. wire.api_key, ("x"):rep(75) .. wire.api_key,
         } do
            for _, status in ipairs { 200, 503 } do
               local err = ask(id, status)
               assert.is_nil(told[#told].request_id)
               assert.is_nil(err and err.request_id)
            end
         end
         ask("id-1", 200)
         assert.equal("id-1", told[#told].request_id)
      end)

      it("nor a body or a query", function()
         ask("id-1", 503)
         for _, value in pairs(told[1]) do
            assert.not_matches("body", tostring(value))
            assert.not_matches("q=1", tostring(value), 1, true)
         end
      end)
   end)
end)

describe("PINECONE_DEBUG", function()
   local emulator

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function run(value, code)
      return run_child(emulator, { PINECONE_DEBUG = value }, code)
   end

   local LIST = "assert(client():list_indexes())"

   it("prints one line for each attempt", function()
      assert(emulator:fault { operation = "list_indexes", drop = "during" })
      assert(emulator:fault { operation = "list_indexes", on = 2, status = 503 })
      local text = run("1", LIST)
      local lines = {}
      for line in text:gmatch "[^\n]+" do
         lines[#lines + 1] = line
      end
      assert.equal(3, #lines)
      local line = "^pinecone: list_indexes GET /indexes %s in %%d+%%.%%d%%d%%d s %%(attempt %s%%)$"
      assert.matches(line:format("network", "1[^)]*"), lines[1])
      assert.matches(line:format("503", "2, request [%w-]+"), lines[2])
      assert.matches(line:format("200", "3, request [%w-]+"), lines[3])
   end)

   it("prints to stderr alone", function()
      local _, child = run("1", LIST)
      assert.equal("", child.out)
      assert.matches("^[^\n]+\n$", child.err)
   end)

   it("prints nothing where it is 0 or empty", function()
      for _, value in ipairs { "0", "" } do
         assert.equal("", (run(value, LIST)))
      end
   end)

   it("goes together with on_request", function()
      local text = run("1", [[
         local pc = client { on_request = function(attempt) io.stderr:write("told ", attempt.status, "\n") end }
         assert(pc:list_indexes())
      ]])
      assert.matches("^pinecone: list_indexes [^\n]*\ntold 200\n$", text)
   end)

   it("prints its line where on_request fails, too", function()
      local text = run("1", [[
         local pc = client { on_request = function() error("oh", 0) end }
         assert(pc:list_indexes())
      ]])
      assert.matches("^pinecone: list_indexes [^\n]*\npinecone: on_request failed: oh\n$", text)
   end)

   it("leaves it to the check of options to refuse what is no function", function()
      local text = run("1", [[ print(pcall(pinecone.new, { api_key = "k", on_request = 7 })) ]])
      expect.holds(text, "false", "on_request")
   end)

   it("shows the key nowhere", function()
      run("1", [[
         local pc = client()
         pc:describe_backup "nothing"
         pc:request { method = "POST", path = "/indexes", body = { name = "x" } }
         pc:create_backup { index_name = "nothing", name = "one" }
         client({ host = "http://127.0.0.1:1" }):list_indexes()
      ]])
   end)
end)
