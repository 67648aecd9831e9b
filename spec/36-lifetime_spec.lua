-- Life and death of clients, calls and the processes that use them. Every script is a process of its own, so that a
-- crash is seen as one.

local certificates = require "support.certificates"
local expect = require "support.expect"
local http = require "support.http"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local holds = expect.holds

local KEY = service.api_key
local PAGE = '{"data":[{"backup_id":"b-1"}],"pagination":{"next":"more"}}'

-- A port that takes no connection any more: some wait already, and nobody accepts them.
local function silent_port()
   local listener, waiting = uv.new_tcp(), {}
   assert(listener:bind("127.0.0.1", 0))
   assert(listener:listen(1, function() end))
   local port = listener:getsockname().port
   local function connects()
      local socket, connected = uv.new_tcp(), false
      waiting[#waiting + 1] = socket
      socket:connect("127.0.0.1", port, function(problem) connected = not problem end)
      return http.wait_until(function() return connected end, 200)
   end
   repeat until not connects()
   return {
      url = "http://127.0.0.1:" .. port,
      close = function()
         waiting[#waiting + 1] = listener
         for _, socket in ipairs(waiting) do
            socket:close()
         end
         uv.run "nowait"
      end,
   }
end

local emulator, silent, given

setup(function()
   emulator = service.start()
   service.serverless(service.client(emulator), "movies")
   silent = silent_port()
   given = { url = emulator.url, silent_url = silent.url, key = KEY }
end)

teardown(function()
   silent.close()
   emulator:stop()
end)

before_each(function()
   assert(emulator:clear_faults())
   assert(emulator:fault { operation = "list_indexes", on = "all", delay = 60 })
   assert(emulator:fault { operation = "list_collections", on = "all", content_length = 1000 })
   assert(emulator:fault { operation = "list_project_backups", on = "all", status = 200, body = PAGE })
   assert(emulator:clear_requests())
end)

local PRELUDE = [[
   local life, core = require "support.life", require "pinecone.core"
]]

local function with(more)
   local all = {}
   for name, value in pairs(given) do
      all[name] = value
   end
   for name, value in pairs(more or {}) do
      all[name] = value
   end
   return all
end

-- Runs a script, which has to end by itself, well and without a word on standard error; what it printed.
local function run(source, more, variables)
   local done = process.script(PRELUDE .. source, with(more), variables):wait()
   assert.equal("", done.err)
   assert.equal(0, done.signal)
   assert.equal(0, done.code)
   return done.out
end

-- Closing and collecting ----------------------------------------------------------------------------------------------

describe("A client, its call and its iterator", function()

   it("may be closed in any order and at any stage, twice", function()
      assert.equal("fine", run [[
         for _, stage in ipairs(life.stages) do
            for _, order in ipairs(life.orders { "client", "call", "pages" }) do
               local things = {}
               things.call, things.client = life.begin(given, stage)
               things.pages = things.client:backups()
               if stage ~= "connecting" then
                  assert(things.pages:next()) -- the next page is on its way now
               end
               local ends = { client = "close", call = "cancel", pages = "close" }
               for _, name in ipairs(order) do
                  for _ = 1, 2 do
                     local thing = things[name]
                     thing[ends[name] ](thing)
                  end
               end
               local first = order[1] == "pages" and order[2] or order[1]
               local value, err = things.call:result()
               assert(value == nil and err.kind == (first == "call" and "cancelled" or "closed"), err.kind)
               assert(things.pages:next() == nil)
               assert(select(2, things.client:list_backups()).kind == "closed")
            end
         end
         assert(life.connections() == 0)
         io.write "fine"
      ]])
   end)

   it("may be collected in any order and at any stage", function()
      assert.equal("fine", run [[
         for _, stage in ipairs(life.stages) do
            for _, order in ipairs(life.orders { "client", "call", "pages" }) do
               local things = {}
               things.call, things.client = life.begin(given, stage)
               things.pages = things.client:backups()
               if stage ~= "connecting" then
                  assert(things.pages:next())
               end
               for _, name in ipairs(order) do
                  things[name] = nil
                  life.collect()
               end
               assert(life.connections() == 0, stage)
            end
         end
         io.write "fine"
      ]])
   end)

   it("may be closed by a finaliser, while a call of it is made", function()
      assert.equal("fine", run [[
         local function on_collection(action)
            if newproxy then
               debug.getmetatable(newproxy(true)).__gc = action
            else
               setmetatable({}, { __gc = action })
            end
         end
         for _ = 1, 100 do
            local client, closed = life.client(given), 0
            on_collection(function() client:close() closed = closed + 1 end)
            repeat
               local _, err = client:describe_backup("b-1", { timeout = -1 })
               assert(err.kind == "invalid_argument" or err.kind == "closed")
            until closed > 0
         end
         io.write "fine"
      ]])
   end)

   it("may be closed within a coroutine that began none of them, and by one that fails", function()
      assert.equal("fine", run [[
         for _, stage in ipairs(life.stages) do
            local call, client = life.begin(given, stage)
            local resumed, problem = coroutine.resume(coroutine.create(function()
               client:close()
               error "after that"
            end))
            assert(not resumed and problem:find "after that")
            assert(select(2, call:result()).kind == "closed")
         end
         assert(life.connections() == 0)
         io.write "fine"
      ]])
   end)

   it("leave nothing behind when an error ends what used them", function()
      assert.equal("fine", run [[
         for _, stage in ipairs(life.stages) do
            local done, problem = pcall(function()
               local call, client = life.begin(given, stage)
               local held = { call = call, client = client }
               error("the script's own " .. (held and "mistake"))
            end)
            assert(not done and problem:find "own mistake")
            life.collect()
            assert(life.connections() == 0, stage)
         end
         io.write "fine"
      ]])
   end)

   it("forget the hosts of indexes with the client", function()
      assert.equal("closed closed", run [[
         local pc = life.client(given)
         assert(pc:describe_index_stats "movies")
         pc:close()
         local _, remembered = pc:describe_index_stats "movies"
         local _, unknown = pc:describe_index_stats "others"
         io.write(remembered.kind, " ", unknown.kind)
      ]])
   end)

   if _VERSION == "Lua 5.4" then
      it("are closed by to-be-closed variables, in either order and by an error", function()
         assert.equal("fine", run [[
            for _, order in ipairs { { "client", "call" }, { "call", "client" } } do
               local chunk = assert(load([=[
                  local life, given, stage, fails, first, second = ...
                  local made = {}
                  made.call, made.client = life.begin(given, stage)
                  local first <close> = made[first]
                  local second <close> = made[second]
                  local pages <close> = made.client:backups()
                  if stage ~= "connecting" then
                     assert(pages:next())
                  end
                  if fails then
                     error "on purpose"
                  end
               ]=]))
               for _, stage in ipairs(life.stages) do
                  for _, fails in ipairs { false, true } do
                     local done, problem = pcall(chunk, life, given, stage, fails, order[1], order[2])
                     assert(done ~= fails and (done or problem:find "on purpose"), problem)
                     assert(life.connections() == 0)
                  end
               end
            end
            io.write "fine"
         ]])
      end)
   end
end)

-- Coroutines ----------------------------------------------------------------------------------------------------------

describe("A coroutine", function()

   local YIELDING = [[
      local function yield_until_done(call)
         while not call:step() do
            coroutine.yield()
         end
      end
      local function fly(pc)
         return coroutine.create(function() return pc:list_indexes() end)
      end
   ]]

   it("that fails with a call in flight takes the connection with it", function()
      assert.equal("fine", run [[
         for _, stage in ipairs(life.stages) do
            local flight = coroutine.create(function()
               local call, client = life.begin(given, stage)
               coroutine.yield()
               error(tostring(call) .. tostring(client))
            end)
            assert(coroutine.resume(flight))
            assert(not coroutine.resume(flight))
            flight = nil
            life.collect()
            assert(life.connections() == 0, stage)
         end
         io.write "fine"
      ]])
   end)

   it("that is never resumed takes the connection with it, and the client goes on", function()
      assert.equal("fine", run(YIELDING .. [[
         local pc = life.client(given, { wait = yield_until_done, max_connections = 1 })
         local flight = fly(pc)
         for _ = 1, 5 do
            assert(coroutine.resume(flight))
            life.pause(0.002)
         end
         assert(life.connections() > 0)
         flight = nil
         life.collect()
         local other = coroutine.wrap(function() return pc:list_restore_jobs() end)
         local answer
         repeat answer = other() until answer
         assert(#answer.data == 0)
         io.write "fine"
      ]]))
   end)

   if coroutine.close then
      it("that is closed takes the connection with it", function()
         assert.equal("fine", run(YIELDING .. [[
            local pc = life.client(given, { wait = yield_until_done })
            local flight = fly(pc)
            assert(coroutine.resume(flight))
            assert(coroutine.close(flight))
            pc:close()
            life.collect()
            assert(life.connections() == 0)
            io.write "fine"
         ]]))
      end)
   end

   it("may share a call with another, and one of them gets the result", function()
      assert.equal("true false the result was already taken", run [[
         local pc = life.client(given)
         local call = assert(core.list_restore_jobs(pc._core))
         local function finish()
            while not call:step() do
               coroutine.yield()
            end
            return { pcall(call.result, call) }
         end
         local flights, results = { coroutine.wrap(finish), coroutine.wrap(finish) }, {}
         while #flights > 0 do
            local flight = table.remove(flights, 1) -- they take turns
            local result = flight()
            if result then
               results[#results + 1] = result
            else
               flights[#flights + 1] = flight
            end
         end
         io.write(tostring(results[1][1]), " ", tostring(results[2][1]), " ", results[2][2])
      ]])
   end)
end)

-- Interrupted from within ---------------------------------------------------------------------------------------------

describe("A call", function()

   for what, case in pairs {
      ["its client is closed"] = { "pc:close()", "closed" },
      ["it is cancelled"] = { "call:cancel()", "cancelled" },
      ["it is cancelled and its client is closed"] = { "call:cancel() pc:close()", "cancelled" },
      ["its client is closed and it is cancelled"] = { "pc:close() call:cancel()", "closed" },
   } do
      it(("ends when %s in the client's own wait function"):format(what), function()
         assert.equal("fine", run(([[
            for _, steps in ipairs { 0, 1, 5 } do
               local pc, seen
               pc = life.client(given, { wait = function(call)
                  for _ = 1, steps do
                     call:step()
                     life.pause(0.001)
                  end
                  %s
                  assert(call:step() and call:block() and call:interest() == 0)
                  call:renew()
                  call:cancel()
                  seen = call
               end })
               local value, err = pc:list_indexes()
               assert(value == nil and err.kind == %q, err.kind)
               assert(not pcall(seen.result, seen))
               pc:close()
               assert(life.connections() == 0)
            end
            io.write "fine"
         ]]):format(case[1], case[2])))
      end)
   end
end)

describe("A call", function()

   -- Decoders and encoders are Lua of the caller's, run in the middle of a call's beginning or end.
   local WITH_JSON = [[
      local cjson = require "cjson"
      local pc, seen, meddle
      local json = {
         decode = function(text) meddle() return cjson.decode(text) end,
         encode = function(value) meddle() return cjson.encode(value) end,
      }
      local function wait(call)
         seen = call
         repeat until call:block()
      end
      pc = life.client(given, { json = json, wait = wait, max_retries = 1 })
   ]]

   for what, meddle in pairs {
      ["closes the client"] = "pc:close()",
      ["cancels the call"] = "seen:cancel()",
      ["cancels the call and closes the client"] = "seen:cancel() pc:close()",
      ["steps the call"] = "assert(seen:step() and seen:block())",
      ["collects everything"] = "life.collect()",
      ["asks for the result"] = "assert(not pcall(seen.result, seen))",
      ["asks for something else"] = "life.client(given):list_restore_jobs()",
   } do
      it(("gives its result when the JSON decoder %s"):format(what), function()
         assert.equal("0", run(WITH_JSON .. ([[
            meddle = function() %s end
            local answer = assert(pc:list_restore_jobs())
            io.write(#answer.data)
         ]]):format(meddle)))
      end)
   end

   it("fails as it does when the JSON decoder cancels the call", function()
      assert(emulator:fault { operation = "list_restore_jobs", status = 429, retry_after = 3600, body = '{}' })
      assert.equal("rate_limited 3600", run(WITH_JSON .. [[
         meddle = function() seen:cancel() end
         local _, err = pc:list_restore_jobs()
         io.write(err.kind, " ", err.retry_after)
      ]]))
      assert(emulator:clear_faults())
   end)

   it("is not sent again by the JSON decoder, in the middle of its result", function()
      assert(emulator:fault { operation = "delete_backup", status = 501, on = "all", body = '{}' })
      assert.equal("false server true 2", run(WITH_JSON .. [[
         local again
         meddle = function() again = again or seen:again() end
         local _, err = pc:delete_backup "gone"
         io.write(tostring(again), " ", err.kind, " ", tostring(err.maybe_applied), " ", err.attempts)
      ]]))
      assert(emulator:clear_faults())
   end)

   it("may be asked for by the JSON decoder of another", function()
      assert.equal("0", run(WITH_JSON .. [[
         local depth = 0
         meddle = function()
            depth = depth + 1
            if depth < 20 then
               assert(pc:list_restore_jobs())
            end
         end
         io.write(#assert(pc:list_restore_jobs()).data)
      ]]))
   end)

   it("is not sent when the JSON encoder closes the client", function()
      assert.equal("closed nil", run(WITH_JSON .. [[
         meddle = function() pc:close() end
         local value, err = pc:create_backup { index_name = "movies", name = "late" }
         io.write(value and "sent" or err.kind, " ", tostring(err and err.maybe_applied))
      ]]))
      assert.equal(0, service.sent(emulator))
   end)

   it("comes to nothing when the JSON decoder fails or yields, closed or not", function()
      assert.equal("protocol protocol protocol", run(WITH_JSON .. [[
         meddle = coroutine.yield
         local _, yielded = coroutine.wrap(function() return pc:list_restore_jobs() end)()
         meddle = function() error "no" end
         local _, first = pc:list_restore_jobs()
         meddle = function() pc:close() error "no" end
         local _, second = pc:list_restore_jobs()
         io.write(yielded.kind, " ", first.kind, " ", second.kind)
      ]]))
   end)
end)

-- The variables for a process with one of support's libraries preloaded, and others besides.
local function preloading(name, more)
   for template in package.cpath:gmatch "[^;]+" do
      local path = template:gsub("%?", "support/" .. name)
      if uv.fs_access(path, "R") then
         local before = os.getenv "LD_PRELOAD" -- AddressSanitizer wants to be the first
         local variables = { LD_PRELOAD = before and before .. ":" .. path or path }
         for key, value in pairs(more or {}) do
            variables[key] = value
         end
         return variables
      end
   end
   error("make spec-modules builds support/" .. name .. ".so")
end

-- Forks ---------------------------------------------------------------------------------------------------------------

-- A child drops its parent's handles without closing them, which LeakSanitizer would call a leak.
local FORKING = { ASAN_OPTIONS = "detect_leaks=0" }

local IN_CHILD = [[
   local fork = require "support.fork"

   -- What a child does; its exit code has to be 0.
   local function in_child(act)
      io.stdout:flush()
      local pid = fork.fork()
      if pid == 0 then
         local done, problem = pcall(act)
         if not done then
            io.stderr:write(problem, "\n")
         end
         os.exit(done and 0 or 1)
      end
      assert(fork.wait(pid) == 0)
   end
]]

describe("A forked child", function()

   local FORK = IN_CHILD .. [[
      -- The parent asks for this, the child for that, so that the log tells them apart.
      local function parent_asks(pc)
         assert(pc:list_restore_jobs())
      end
      local function child_asks(pc)
         local _, err = pc:describe_index "nothing"
         assert(err.kind == "not_found", tostring(err))
      end
   ]]

   local function run_forking(source, variables)
      return run(FORK .. source, nil, variables or FORKING)
   end

   local function connections_of(operation)
      local numbers = {}
      for _, row in ipairs(service.log(emulator, operation)) do
         numbers[#numbers + 1] = row.connection
      end
      return numbers
   end

   -- The parent's requests came over one connection, and the child's over none of the parent's.
   local function assert_apart(parents, childs)
      local parent, child = connections_of "list_restore_jobs", connections_of "describe_index"
      assert.equal(parents, #parent)
      assert.equal(childs, #child)
      for _, number in ipairs(parent) do
         assert.equal(parent[1], number)
      end
      for _, number in ipairs(child) do
         assert.not_equal(parent[1], number)
      end
      return child
   end

   it("may use the library that its parent has required", function()
      run_forking([[
         in_child(function() child_asks(life.client(given)) end)
         local pc = life.client(given)
         parent_asks(pc)
         in_child(function() child_asks(life.client(given)) end)
         parent_asks(pc)
      ]])
      assert_apart(2, 2)
   end)

   it("may use its parent's client, on connections of its own", function()
      run_forking([[
         local pc = life.client(given)
         parent_asks(pc)
         for _ = 1, 2 do
            in_child(function()
               child_asks(pc)
               child_asks(pc)
            end)
            parent_asks(pc)
         end
      ]])
      local numbers = assert_apart(3, 4)
      assert.equal(numbers[1], numbers[2])
      assert.equal(numbers[3], numbers[4])
      assert.not_equal(numbers[1], numbers[3])
   end)

   -- Emulators of other processors do so.
   it("does so where the system promises to clear its page, and does not", function()
      run_forking([[
         local pc = life.client(given)
         parent_asks(pc)
         in_child(function() child_asks(pc) end)
         parent_asks(pc)
      ]], preloading("madvise", FORKING))
      assert_apart(2, 1)
   end)

   it("of a forked child does so, too", function()
      run_forking([[
         local pc = life.client(given)
         parent_asks(pc)
         in_child(function()
            child_asks(pc)
            in_child(function() child_asks(pc) end)
            child_asks(pc)
         end)
         parent_asks(pc)
      ]])
      local numbers = assert_apart(2, 3)
      assert.equal(numbers[1], numbers[3])
      assert.not_equal(numbers[1], numbers[2])
   end)

   it("may use a client that its parent has only made", function()
      run_forking([[
         local pc = life.client(given)
         in_child(function() child_asks(pc) end)
         parent_asks(pc)
         parent_asks(pc)
      ]])
      assert_apart(2, 1)
   end)

   local ENDINGS = {
      ["closes the client"] = "pc:close()",
      ["collects the client"] = "pc = nil life.collect()",
      ["uses and closes the client"] = "child_asks(pc) pc:close()",
      ["exits"] = "os.exit(0)",
      ["exits and closes the state"] = "os.exit(0, true)",
      ["uses the client, exits and closes the state"] = "child_asks(pc) os.exit(0, true)",
      ["cancels the call in flight"] = "if call then call:cancel() end pc:close()",
      ["collects everything"] = "pages = nil call = nil pc = nil life.collect()",
   }

   for what, ending in pairs(ENDINGS) do
      it(("that %s disturbs nothing of its parent's"):format(what), function()
         run_forking(([[
            local call, pages
            local pc = life.client(given)
            parent_asks(pc)
            in_child(function() %s end)
            parent_asks(pc)
            parent_asks(pc)
         ]]):format(ending))
         assert_apart(3, ending:find "child_asks" and 1 or 0)
      end)

      it(("that %s lets the parent's call in flight come to its end"):format(what), function()
         assert(emulator:fault { operation = "list_restore_jobs", on = "all", delay = 0.1 })
         run_forking(([[
            local pc = life.client(given)
            local pages = pc:backups()
            assert(pages:next())
            local call = assert(core.list_restore_jobs(pc._core))
            for _ = 1, 5 do
               call:step()
               life.pause(0.002)
            end
            in_child(function() %s end)
            repeat until call:block()
            assert(call:result())
            parent_asks(pc)
            pages:next()
         ]]):format(ending))
         assert_apart(2, ending:find "child_asks" and 1 or 0)
      end)
   end

   it("finds its parent's calls ended, and begins anew", function()
      assert(emulator:fault { operation = "list_restore_jobs", on = "all", delay = 0.1 })
      assert.equal("closed: this call was begun before the process forked", run_forking([[
         for _, steps in ipairs { 0, 5 } do
            local pc = life.client(given)
            local call = assert(core.list_restore_jobs(pc._core))
            for _ = 1, steps do
               assert(not call:step())
               life.pause(0.002)
            end
            in_child(function()
               assert(call:step())
               local value, err = call:result()
               assert(value == nil)
               if steps == 5 then
                  io.write(err.kind, ": ", err.message)
               end
               child_asks(pc)
            end)
            assert(not call:step())
            repeat until call:block()
            assert(call:result())
         end
      ]]))
      assert.equal(2, #connections_of "list_restore_jobs")
   end)

   it("goes on with its parent's iterator, on a connection of its own", function()
      assert(emulator:clear_faults())
      for turn, token in ipairs { "one", "two", "three", "" } do
         assert(emulator:fault {
            operation = "list_project_backups", on = turn, status = 200, delay = turn == 2 and 0.1 or 0,
            body = ('{"data":[{"backup_id":"b-%d"}],"pagination":{"next":"%s"}}'):format(turn, token),
         })
      end
      run_forking([[
         local pc = life.client(given, { timeout = 5 })
         local pages = pc:backups()
         assert(pages:next())
         in_child(function() assert(pages:next()) end)
         assert(pages:next())
      ]])
      local rows = service.log(emulator, "list_project_backups")
      assert.equal(rows[1].connection, rows[2].connection)
      assert.not_equal(rows[1].connection, rows[3].connection)
   end)

   it("may have all its connections taken by its parent's calls", function()
      run_forking([[
         local pc = life.client(given, { max_connections = 1 })
         local call = assert(core.list_indexes(pc._core))
         call:step()
         in_child(function()
            child_asks(pc)
            call = nil
            life.collect()
            child_asks(pc)
            assert(pc._core:spare() == 1)
         end)
         assert(pc._core:spare() == 0)
         call:cancel()
         parent_asks(pc)
      ]])
      local numbers = assert_apart(1, 2)
      assert.equal(numbers[1], numbers[2])
   end)
end)

-- The end of a script -------------------------------------------------------------------------------------------------

describe("A script with calls in flight", function()

   local ENDS = {
      ["by itself"] = { "", 0, "" },
      ["by os.exit"] = { "os.exit(3)", 3, "" },
      ["by os.exit that closes the state"] = { "os.exit(3, true)", 3, "" },
      ["by an error"] = { "error('the script is broken', 0)", 1, "the script is broken" },
      ["by an error in a coroutine"] = {
         "coroutine.wrap(function() local mine = life.begin(given, 'sent') error('inside ' .. type(mine), 0) end)()", 1,
         "inside userdata",
      },
   }

   for how, case in pairs(ENDS) do
      it(("ends at once %s"):format(how), function()
         local done = process.script(PRELUDE .. [[
            calls, clients = {}, {}
            for _, stage in ipairs(life.stages) do
               calls[#calls + 1], clients[#clients + 1] = life.begin(given, stage)
            end
            local unresolved = life.client { url = "https://no-such-host.invalid", key = given.key }
            calls[#calls + 1] = assert(core.list_indexes(unresolved._core))
            calls[#calls]:step()
            pages = unresolved:backups()
         ]] .. case[1], given):wait()
         assert.equal(0, done.signal)
         assert.equal(case[2], done.code)
         assert.equal("", done.out)
         if case[3] == "" then
            assert.equal("", done.err)
         else
            holds(done.err, case[3])
         end
         assert.is_true(done.seconds < 8, done.seconds)
      end)
   end
end)

-- Servers that go away ------------------------------------------------------------------------------------------------

-- A server that does one thing to each connection that comes in.
local function listen(greet)
   local listener, connections = uv.new_tcp(), {}
   assert(listener:bind("127.0.0.1", 0))
   assert(listener:listen(16, function()
      local connection = uv.new_tcp()
      assert(listener:accept(connection))
      connections[#connections + 1] = connection
      greet(connection)
   end))
   return {
      url = "http://127.0.0.1:" .. listener:getsockname().port,
      reset = function()
         for _, socket in ipairs(connections) do
            socket:close_reset()
         end
         uv.run "nowait"
      end,
      close = function()
         connections[#connections + 1] = listener
         for _, socket in ipairs(connections) do
            if not socket:is_closing() then
               socket:close()
            end
         end
         uv.run "nowait"
      end,
   }
end

-- Passes on what the first connection sends to another server, and back; the ones after it are closed.
local function relay(url)
   local port, behind = tonumber(url:match "%d+$"), nil
   return listen(function(connection)
      if behind then
         connection:close()
         return
      end
      behind = uv.new_tcp()
      behind:connect("127.0.0.1", port, function(problem)
         assert(not problem, problem)
         connection:read_start(function(_, bytes) behind:write(bytes or "") end)
         behind:read_start(function(_, bytes)
            if not bytes then
               behind:close()
            elseif not connection:is_closing() then
               connection:write(bytes)
            end
         end)
      end)
   end)
end

-- openssl s_server shows what it is sent, and sends what it is told.
local function tls_server(pair)
   local port = process.free_ports(1)[1]
   local server = process.start("openssl", {
      "s_server", "-accept", "127.0.0.1:" .. port, "-key", pair.key, "-cert", pair.certificate,
   })
   server:expect "ACCEPT"
   server.url = "https://localhost:" .. port
   return server
end

describe("A server that goes away", function()

   local LARGE = [[
      assert(not life.sigpipe "SigIgn")
      local pc = life.client(given, { timeout = 10, ca_file = given.ca_file })
      for _ = 1, given.times or 1 do
         local value, err = pc:request {
            method = "POST", path = "/vectors/upsert", body = { text = ("x"):rep(8 * 1024 * 1024) },
         }
         assert(value == nil)
         io.write(err.kind, err.maybe_applied and " maybe applied" or "", "\n")
      end
      pc:close()
   ]]

   for what, greet in pairs {
      ["before it has read anything"] = function(connection) connection:close() end,
      ["with a reset, before it has read anything"] = function(connection) connection:close_reset() end,
      ["when the first bytes have come"] = function(connection)
         connection:read_start(function() if not connection:is_closing() then connection:close() end end)
      end,
      ["with a reset, when the first bytes have come"] = function(connection)
         connection:read_start(function() if not connection:is_closing() then connection:close_reset() end end)
      end,
   } do
      it(("%s leaves the script alive, with an error of kind network"):format(what), function()
         local server = listen(greet)
         local output = run(LARGE, { url = server.url, times = 3 })
         server.close()
         -- a reset may come before the first byte has left
         assert.equal(("network\n"):rep(3), (output:gsub(" maybe applied", "")))
      end)
   end

   it("is the business of the system's resolver alone, where that speaks to it", function()
      local output = run([[
         assert(not life.sigpipe "SigIgn")
         local there = { url = given.url:gsub("127.0.0.1", "resolved.example"), key = given.key }
         local pc = life.client(there, { allow_http = true })
         for _ = 1, 2 do
            assert(pc:list_restore_jobs())
         end
         io.write(life.sigpipe "SigBlk" and "blocked" or "let through")
      ]], nil, preloading "resolver")
      assert.equal("let through", output)
   end)

   describe("over TLS", function()
      local folder, pair

      setup(function()
         folder = scratch.new()
         pair = certificates.authority(folder, "root"):self_signed "self"
      end)
      teardown(function() folder:remove() end)

      it("in the middle of a body leaves the script alive, too", function()
         local server = tls_server(pair)
         local client = process.script(PRELUDE .. LARGE, with {
            url = server.url, ca_file = pair.certificate,
         })
         server:expect "POST /vectors/upsert"
         server:stop()
         client:wait()
         assert.equal("", client.err)
         assert.equal(0, client.signal)
         assert.equal("network maybe applied\n", client.out)
      end)

      it("between two calls leaves the script alive, too", function()
         local server = tls_server(pair)
         local client = process.script(PRELUDE .. [[
            local pc = life.client(given, { timeout = 10, ca_file = given.ca_file })
            assert(pc:list_indexes())
            io.write "asked\n"
            io.stdout:flush()
            io.read()
            local value, err = pc:list_indexes()
            pc:close()
            io.write(err.kind)
         ]], with { url = server.url, ca_file = pair.certificate })
         server:expect "GET /indexes.-\r\n\r\n"
         server:say 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"indexes":[]}'
         client:expect "asked"
         server:stop()
         client:say "\n"
         client:wait()
         assert.equal("", client.err)
         assert.equal(0, client.signal)
         assert.equal("\nnetwork", client.out)
      end)

      -- TLS says goodbye on a connection that it closes, whoever is still there. Runs a script whose connection has
      -- been reset, while it was idle or a call waited on it; what the script printed.
      local function after_a_reset(busy, before, ending)
         local server = tls_server(pair)
         local between = relay(server.url)
         local client = process.script(PRELUDE .. before .. [[
            local pc, call = life.client(given, { timeout = 10, ca_file = given.ca_file }), nil
            assert(pc:list_indexes())
            if given.busy then
               call = assert(core.list_indexes(pc._core))
               call:step()
            end
            io.write "ready\n"
            io.stdout:flush()
            io.read()
         ]] .. ending .. [[
            io.write(life.sigpipe "SigBlk" and "blocked" or "let through")
            io.write(life.sigpipe "SigPnd" and ", one waits" or "")
         ]], with {
            url = between.url:gsub("^http://127.0.0.1", "https://localhost"), ca_file = pair.certificate, busy = busy,
         }, preloading "unshielded")
         server:expect "GET /indexes.-\r\n\r\n"
         server:say 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"indexes":[]}'
         client:expect "ready\n"
         if busy then
            server:expect "GET /indexes.-\r\n\r\n"
         end
         between.reset()
         client:say "\n"
         client:wait()
         between.close()
         server:stop()
         assert.equal("", client.err)
         assert.equal(0, client.signal)
         return client.out
      end

      for what, row in pairs {
         ["is stepped"] = { true, "repeat until call:block() assert(select(2, call:result()).kind == 'network')" },
         ["is cancelled"] = { true, "call:cancel()" },
         ["waits when its client is closed"] = { true, "pc:close()" },
         ["is collected"] = { true, "call, pc = nil, nil life.collect()" },
         ["has ended when its client is closed"] = { false, "pc:close()" },
         ["has ended when its client is collected"] = { false, "pc = nil life.collect()" },
         ["has ended when its client is used again"] = { false, "assert(pc:list_indexes() == nil)" },
      } do
         it(("by a reset leaves a script alive whose call %s, on an older libcurl, too"):format(what), function()
            assert.equal("let through", after_a_reset(row[1], "", "assert(not life.sigpipe 'SigIgn')" .. row[2]))
         end)
      end

      it("leaves SIGPIPE as it is to a program that blocks it", function()
         local before = [[
            local sigpipe = require "support.sigpipe"
            sigpipe.block()
         ]]
         local ending = "repeat until call:block()"
         assert.equal("blocked", after_a_reset(true, before, ending))
         assert.equal("blocked, one waits", after_a_reset(true, before .. "sigpipe.raise()", ending))
      end)

      -- A goodbye of TLS from a forked child would end its parent's connection.
      for what, ending in pairs {
         ["closes the client"] = "pc:close()",
         ["cancels the call"] = "call:cancel()",
         ["steps the call"] = "call:step() call:result()",
         ["collects the client"] = "pc = nil call = nil life.collect()",
         ["uses the client"] = "pc:list_backups({}, { timeout = 0.3 })",
         ["exits"] = "",
         ["exits and closes the state"] = "os.exit(0, true)",
      } do
         it(("is not made to by a forked child that %s"):format(what), function()
            local server = tls_server(pair)
            local client = process.script(PRELUDE .. IN_CHILD .. ([[
               local call
               local pc = life.client(given, { timeout = 10, ca_file = given.ca_file })
               local function act()
                  %s
               end
               assert(pc:list_indexes())
               in_child(act) -- while the connection is idle
               call = assert(core.list_indexes(pc._core))
               for _ = 1, 5 do
                  call:step()
                  life.pause(0.002)
               end
               in_child(act) -- while it waits for the answer
               io.write "forked\n"
               io.stdout:flush()
               repeat until call:block()
               assert(call:result())
               assert(pc:list_indexes())
            ]]):format((ending:gsub("call:%l+%(%)", "if call then %0 end"))), with {
               url = server.url, ca_file = pair.certificate,
            }, FORKING)
            local between = ""
            for turn = 1, 3 do
               between = between .. server:expect(turn == 1 and "GET /indexes" or "^(.-)GET /indexes")
               server:expect "\r\n\r\n"
               if turn == 2 then
                  client:expect "forked"
               end
               server:say 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"indexes":[]}'
            end
            client:wait()
            server:stop()
            assert.equal("", client.err)
            assert.equal(0, client.code)
            assert.not_matches("CLOSED", between)
         end)
      end
   end)
end)

-- What is left --------------------------------------------------------------------------------------------------------

local LARGEST = 2 ^ 28 -- what is larger is AddressSanitizer's own

-- How often a text stands in the writable memory of a process.
local function copies_in(pid, text)
   local memory = assert(uv.fs_open(("/proc/%d/mem"):format(pid), "r", 0))
   local count = 0
   for line in io.lines(("/proc/%d/maps"):format(pid)) do
      local first, last = line:match "^(%x+)%-(%x+) rw"
      first, last = tonumber(first or "0", 16), tonumber(last or "0", 16)
      if last > first and last - first < LARGEST then
         local bytes = uv.fs_read(memory, last - first, first) or ""
         count = count + select(2, bytes:gsub(text, ""))
      end
   end
   uv.fs_close(memory)
   return count
end

describe("The key", function()

   local SECRET = "wiped" .. ("k3Y"):rep(11)

   -- A script that stops where it says `mark()`, and how many copies of the key it held each time.
   local function copies_while(source)
      local script = process.script(PRELUDE .. [[
         local function mark()
            life.collect()
            io.write "ready\n"
            io.stdout:flush()
            io.read()
         end
      ]] .. source .. ' io.write "done\\n"', with { key = SECRET })
      local counts = {}
      while script:expect "(%l+)\n" == "ready" do
         counts[#counts + 1] = copies_in(script.pid, SECRET)
         script:say "\n"
      end
      script:wait()
      assert.equal("", script.err)
      return counts
   end

   for how, ending in pairs {
      ["closed"] = "pc:close()",
      ["collected"] = "pc = nil",
      ["closed while a call is held"] = "pc:close() pc = nil",
   } do
      it(("is wiped when its client is %s"):format(how), function()
         local counts = copies_while(([[
            mark()
            local pc = life.client(given)
            local call = %s
            mark()
            %s
            mark()
         ]]):format(how:find "call" and "assert(core.list_indexes(pc._core))" or "nil", ending))
         assert.is_true(counts[2] >= counts[1] + 2)
         assert.is_true(counts[3] <= counts[1])
      end)
   end

   -- libcurl does not wipe its own: one request may stay behind in memory that it has freed.
   it("is wiped by us when it was sent, too", function()
      local counts = copies_while [[
         mark()
         local pc = life.client(given)
         pc:list_restore_jobs()
         pc:create_index { name = "x", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } } }
         mark()
         pc:close()
         mark()
      ]]
      assert.is_true(counts[2] >= counts[1] + 2)
      assert.is_true(counts[3] <= counts[2] - 2)
   end)
end)

describe("The core", function()

   -- A thread of luv has a Lua state of its own, and closes it at its end. Threads of libcurl's may live longer.
   it("stays in memory when the state that loaded it is closed", function()
      local done = process.script([[
         local function is_loaded()
            for line in io.lines "/proc/self/maps" do
               if line:find("pinecone/core.so", 1, true) then
                  return true
               end
            end
            return false
         end
         local before = is_loaded()
         require "luv".new_thread(function(path, cpath, url)
            package.path, package.cpath = path, cpath
            local core = require "pinecone.core"
            local client = assert(core.new { host = "https://no-such-host.invalid", api_key = "k" })
            assert(core.list_indexes(client)):step()
         end, package.path, package.cpath):join()
         io.write(tostring(before), " ", tostring(is_loaded()))
      ]], given):wait()
      assert.equal("", done.err)
      assert.equal("false true", done.out)
      assert.equal(0, done.code)
   end)
end)

describe("A process that uses thousands of clients", function()

   it("does not grow", function()
      local output = run [[
         local function use(clients)
            for number = 1, clients do
               local pc = life.client(given)
               for _ = 1, 10 do
                  assert(pc:list_restore_jobs())
               end
               if number % 2 == 0 then
                  pc:close()
               end
            end
            life.collect()
         end
         local function weigh()
            life.collect()
            return tonumber(life.status "VmRSS"), (life.descriptors())
         end
         use(200)
         local memory, descriptors = weigh()
         use(2000)
         local memory_after, descriptors_after = weigh()
         io.write(memory_after - memory, " ", descriptors_after - descriptors)
      ]]
      local kibibytes, descriptors = output:match "^(%S+) (%S+)$"
      assert.is_true(tonumber(kibibytes) < 1500 * process.memory_factor, output)
      assert.equal("0", descriptors)
   end)
end)

-- Connecting ----------------------------------------------------------------------------------------------------------

describe("connect_timeout", function()

   local function assert_in_time(seconds, began)
      local took = (uv.hrtime() - began) / 1e9
      assert.is_true(took >= seconds - 0.05 and took < seconds + 2, took)
   end

   it("ends the wait for a connection", function()
      local pc = service.client({ url = silent.url }, { connect_timeout = 0.3, timeout = 3, max_retries = 0 })
      local began = uv.hrtime()
      local err = expect.failure("timeout", pc:create_backup "movies")
      assert_in_time(0.3, began)
      holds(err.message, "no connection within connect_timeout")
      holds(err.hint, "network")
      assert.is_nil(err.maybe_applied)
   end)

   it("ends the wait for TLS", function()
      local server = listen(function() end)
      local pc = service.client({ url = (server.url:gsub("^http:", "https:")) }, {
         connect_timeout = 0.3, timeout = 3, max_retries = 0, wait = function(call)
            while not call:step() do
               uv.run "nowait"
               service.sleep(0.002)
            end
         end,
      })
      pc:create_backup "movies" -- reads the trusted certificates, which is slow under valgrind
      local began = uv.hrtime()
      local err = expect.failure("timeout", pc:create_backup "movies")
      assert_in_time(0.3, began)
      server.close()
      holds(err.message, "connect_timeout")
      assert.is_nil(err.maybe_applied)
   end)

   it("does not outlive timeout", function()
      local pc = service.client({ url = silent.url }, { connect_timeout = 20, timeout = 0.3 })
      local began = uv.hrtime()
      local err = expect.failure("timeout", pc:create_backup "movies")
      assert_in_time(0.3, began)
      holds(err.message, "0.3 s (timeout): no connection could be made")
      assert.is_nil(err.maybe_applied)
   end)

   it("says nothing of a server that connects and is slow", function()
      assert(emulator:fault { operation = "list_restore_jobs", delay = 0.4 })
      assert(service.client(emulator, { connect_timeout = 0.2, max_retries = 0 }):list_restore_jobs())
   end)
end)
