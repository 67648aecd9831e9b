-- Repeating within a call: what is repeated and what is not, and what a call tells that was.

local certificates = require "support.certificates"
local core = require "pinecone.core"
local expect = require "support.expect"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"
local wire = require "support.wire"

local PASSING = { 408, 429, 500, 502, 503, 504 }
local REFUSING = { 400, 401, 403, 404, 409, 412, 413, 422 }
local FAULTY = { 501, 505 } -- for a read there is no point in asking again

-- Faults of the emulator after which nobody knows whether the request took effect.
local LOST = {
   ["closed before the effect"] = { drop = "before" },
   ["closed in the middle of the answer's head"] = { drop = "during" },
   ["closed after the effect"] = { drop = "after" },
   ["reset before the effect"] = { drop = "before", reset = true },
   ["reset after the effect"] = { drop = "after", reset = true },
   ["cut in the answer's body"] = { cut = 1 },
}

local function plan(operation, on, fault)
   local copy = { operation = operation, on = on }
   for name, value in pairs(fault) do
      copy[name] = value
   end
   return copy
end

describe("A call", function()
   local emulator, pc, told

   local function client(options)
      options = options or {}
      options.retry_delay = options.retry_delay or 0.001
      options.on_request = function(attempt) told[#told + 1] = attempt end
      return service.client(emulator, options)
   end

   local backup_id, schedule_id

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      told = {}
      pc = client()
      service.serverless(pc, "movies")
      backup_id = assert(pc:create_backup "movies").backup_id
      schedule_id = assert(pc:create_backup_schedule {
         index_name = "movies", name = "s", frequency = "daily", expire_after_days = 1,
      }).schedule_id
      assert(emulator:clear_requests())
      told = {}
   end)

   -- What may be sent again whatever became of it: operation of the emulator, a call, and what shows its effect.
   local repeatable = {
      read = { "describe_backup", function() return pc:describe_backup(backup_id) end },
      update = {
         "update_backup_schedule", function() return pc:pause_backup_schedule(schedule_id) end,
         function() return assert(pc:describe_backup_schedule(schedule_id)).enabled == false end,
      },
      ["change of an index"] = {
         "configure_index", function()
            return pc:configure_index { index_name = "movies", deletion_protection = "enabled" }
         end,
         function() return assert(pc:describe_index "movies").deletion_protection == "enabled" end,
      },
      deletion = {
         "delete_backup", function() return pc:delete_backup(backup_id) end,
         function() return assert(emulator:state()).backups == 0 end,
      },
      ["request that is a GET"] = { "list_indexes", function() return pc:request { path = "/indexes" } end },
      ["request that is a DELETE"] = {
         "delete_backup", function() return pc:request { method = "DELETE", path = "/backups/" .. backup_id } end,
         function() return assert(emulator:state()).backups == 0 end,
      },
   }
   -- Nobody can tell whether these took effect.
   local creates = {
      ["unnamed create"] = { "create_backup", function() return pc:create_backup "movies" end },
      ["request that is a POST"] = {
         "create_backup", function()
            return pc:request { method = "POST", path = "/indexes/movies/backups", body = {} }
         end,
      },
      ["request that is a PATCH"] = {
         "configure_index", function()
            return pc:request {
               method = "PATCH", path = "/indexes/movies", body = { deletion_protection = "disabled" },
            }
         end,
      },
   }

   local function repeats(row, fault, times)
      assert(emulator:fault(plan(row[1], { 1, times }, fault)))
      assert(row[2]())
      assert.equal(times + 1, service.sent(emulator, row[1]))
      assert.is_true(row[3] == nil or row[3]())
   end

   local function gives_up(row, fault)
      assert(emulator:fault(plan(row[1], "all", fault)))
      local value, err = row[2]()
      assert.is_nil(value)
      assert.equal(1, err.attempts)
      assert.equal(1, service.sent(emulator, row[1]))
      return err
   end

   for name, row in pairs(repeatable) do
      describe("that is a " .. name, function()
         for _, status in ipairs(PASSING) do
            it("is repeated after " .. status .. " until it goes well", function()
               repeats(row, { status = status }, 2)
            end)
         end

         it("is not repeated after a refusal", function()
            for _, status in ipairs(REFUSING) do
               assert(emulator:clear_faults())
               assert(emulator:clear_requests())
               local err = gives_up(row, { status = status, body = "no" })
               assert.equal(status, err.status)
               assert.is_nil(err.maybe_applied)
            end
         end)

         for _, status in ipairs(FAULTY) do
            if row[3] then
               it("is repeated after " .. status .. ", which leaves open whether it took effect", function()
                  repeats(row, { status = status }, 2)
               end)
            else
               it("is not repeated after " .. status, function()
                  assert.equal(status, gives_up(row, { status = status }).status)
               end)
            end
         end

         for what, fault in pairs(LOST) do
            -- a success of a deletion has no body
            if not (fault.cut and row[1] == "delete_backup") then
               it("is repeated when the connection was " .. what, function() repeats(row, fault, 2) end)
            end
         end
      end)
   end

   for name, row in pairs(creates) do
      describe("that is a " .. name, function()
         it("is repeated after 429", function() repeats(row, { status = 429 }, 2) end)

         it("is not repeated after any other status, and says which of them are clear", function()
            for _, list in ipairs { PASSING, REFUSING, FAULTY } do
               for _, status in ipairs(list) do
                  if status ~= 429 then
                     assert(emulator:clear_faults())
                     assert(emulator:clear_requests())
                     local err = gives_up(row, { status = status, body = "no" })
                     assert.equal(status, err.status)
                     assert.equal((status == 408 or status >= 500) or nil, err.maybe_applied)
                  end
               end
            end
         end)

         for what, fault in pairs(LOST) do
            it("is not repeated when the connection was " .. what, function()
               local err = gives_up(row, fault)
               assert.equal("network", err.kind)
               assert.is_true(err.maybe_applied)
            end)
         end
      end)
   end

   it("that changes something twice changes it as once", function()
      assert(emulator:fault { operation = "update_backup_schedule", drop = "after" })
      local changed = assert(pc:update_backup_schedule { schedule_id = schedule_id, enabled = false })
      assert.is_false(changed.enabled)
      assert.equal(2, service.sent(emulator, "update_backup_schedule"))
      assert.equal(1, #assert(pc:list_backup_schedules "movies").data)
   end)

   describe("that deletes", function()
      local function delete() return pc:delete_backup(backup_id) end

      it("has gone well when it finds nothing after an attempt that may have done it", function()
         for _, fault in ipairs {
            { drop = "after" }, { status = 500, after = true }, { status = 408, after = true },
         } do
            backup_id = assert(pc:create_backup "movies").backup_id
            assert(emulator:fault(plan("delete_backup", 1, fault)))
            assert.is_true(delete())
            local rows = service.log(emulator, "delete_backup")
            assert.equal(404, rows[#rows].status)
            assert(emulator:clear_faults())
         end
      end)

      it("has gone well when it finds nothing later on", function()
         assert(emulator:fault { operation = "delete_backup", drop = "after" })
         assert(emulator:fault { operation = "delete_backup", on = 2, status = 429 })
         assert.is_true(delete())
         assert.equal(3, service.sent(emulator, "delete_backup"))
      end)

      it("has not found what only refusals came before", function()
         assert(pc:delete_backup(backup_id))
         assert(emulator:fault { operation = "delete_backup", status = 429 })
         expect.failure("not_found", delete())
      end)

      it("has not found what was not there at first", function()
         expect.failure("not_found", pc:delete_backup "nothing")
      end)

      it("takes no web page for the answer that it is gone", function()
         assert(emulator:fault { operation = "delete_backup", drop = "before" })
         assert(emulator:fault { operation = "delete_backup", on = 2, html = true, status = 404 })
         local err = expect.failure("not_found", delete())
         assert.is_true(err.maybe_applied)
         assert.equal(1, assert(emulator:state()).backups)
      end)
   end)

   describe("counts", function()
      for _, retries in ipairs { 0, 1, 5 } do
         it(("%d repetitions at most where max_retries says so"):format(retries), function()
            pc = client { max_retries = retries }
            assert(emulator:fault { operation = "list_indexes", on = "all", status = 503 })
            local err = expect.failure("unavailable", pc:list_indexes())
            assert.equal(retries + 1, err.attempts)
            assert.equal(retries + 1, service.sent(emulator, "list_indexes"))
         end)
      end

      it("three where nothing is said", function()
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 503 })
         assert.equal(4, select(2, pc:list_indexes()).attempts)
      end)

      it("its pauses in what it says has elapsed", function()
         pc = client { max_retries = 1 }
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 503, retry_after = 1 })
         local began = uv.hrtime()
         local err = expect.failure("unavailable", pc:list_indexes())
         assert.is_true(err.elapsed >= 1)
         assert.is_true(err.elapsed <= (uv.hrtime() - began) / 1e9 + 0.001)
      end)
   end)

   describe("that fails in the end", function()
      before_each(function() pc = client() end) -- whose first connection is a new one, so that libcurl hides no loss

      it("gives what the server said last", function()
         assert(emulator:fault { operation = "list_indexes", on = { 1, 3 }, drop = "before" })
         assert(emulator:fault {
            operation = "list_indexes", on = "all", status = 503,
            body = '{"error":{"code":"UNAVAILABLE","message":"The shard moves."},"status":503}',
         })
         local err = expect.failure("unavailable", pc:list_indexes())
         assert.same({ 503, "UNAVAILABLE", told[4].request_id, 4 },
            { err.status, err.code, err.request_id, err.attempts })
         expect.holds(err.message, "The shard moves.")
      end)

      it("gives the lost connection that came last", function()
         assert(emulator:fault { operation = "list_indexes", on = { 1, 3 }, status = 503 })
         assert(emulator:fault { operation = "list_indexes", on = "all", drop = "before" })
         local err = expect.failure("network", pc:list_indexes())
         assert.is_nil(err.status)
         assert.equal(4, err.attempts)
      end)

      it("tells of the attempt before the one that its time was too short for", function()
         assert(emulator:fault { operation = "list_indexes", status = 502 })
         assert(emulator:fault { operation = "list_indexes", on = "all", delay = 5 })
         local err = expect.failure("timeout", pc:list_indexes({}, { timeout = 0.4 }))
         assert.equal(2, err.attempts)
         expect.holds(err.message, "0.4 s", "no answer came", "the attempt before: HTTP 502")
      end)

      it("tells of a lost connection before, too", function()
         assert(emulator:fault { operation = "list_indexes", drop = "before" })
         assert(emulator:fault { operation = "list_indexes", on = "all", delay = 5 })
         local err = expect.failure("timeout", pc:list_indexes({}, { timeout = 0.4 }))
         expect.holds(err.message, "the attempt before: the connection was closed without an answer")
      end)

      it("may have been applied by an attempt before the one that was refused", function()
         for _, fault in ipairs { { status = 503, after = true }, { drop = "after" } } do
            assert(emulator:clear_faults())
            assert(emulator:fault(plan("update_backup_schedule", 1, fault)))
            assert(emulator:fault { operation = "update_backup_schedule", on = "all", status = 403 })
            local err = expect.failure("permission_denied", pc:pause_backup_schedule(schedule_id))
            assert.is_true(err.maybe_applied)
         end
      end)

      it("has not been applied where all attempts were refused", function()
         assert(emulator:fault { operation = "update_backup_schedule", status = 429 })
         assert(emulator:fault { operation = "update_backup_schedule", on = "all", status = 403 })
         assert.is_nil(select(2, pc:pause_backup_schedule(schedule_id)).maybe_applied)
      end)
   end)

   it("that is a named create and meets silence looks for what it made in time", function()
      assert(emulator:fault { operation = "create_backup", delay = 30 })
      local backup = assert(pc:create_backup({ index_name = "movies", name = "silent" }, { timeout = 2 }))
      assert.equal("silent", backup.name)
      assert.equal(1, service.sent(emulator, "create_backup"))
      assert.same({ "create_backup", "timeout" }, { told[1].operation, told[1].kind })
   end)
end)

describe("A connection", function()
   local server

   before_each(function() server = wire.start() end)
   after_each(function() server:stop() end)

   local function finish(call)
      while not call:step() do
         uv.run "nowait"
      end
      return call:result()
   end

   it("that is refused is tried again until somebody listens", function()
      local port = process.free_ports(1)[1]
      local emulator
      local function open_after(number)
         return function(attempt)
            if attempt.attempt == number then
               emulator = service.start { port = port, seed = { indexes = { { name = "movies", dimension = 3 } } } }
            end
         end
      end
      for _, ask in ipairs {
         function(pc) return pc:list_indexes() end,
         function(pc) return pc:create_backup "movies" end, -- nothing of it had left
      } do
         assert(ask(service.client({ url = "http://127.0.0.1:" .. port }, { on_request = open_after(2) })))
         assert.equal(1, service.sent(emulator))
         emulator:stop()
      end
   end)

   it("that is refused for ever is told as such, with its attempts", function()
      local pc = service.client({ url = "http://127.0.0.1:" .. process.free_ports(1)[1] }, { max_retries = 2 })
      for _, ask in ipairs { pc.list_indexes, pc.create_backup } do
         local err = expect.failure("network", ask(pc, ask == pc.create_backup and "movies" or nil))
         assert.equal(3, err.attempts)
         assert.is_nil(err.maybe_applied)
         expect.holds(err.message, "no connection could be made")
      end
   end)

   it("to a host that has no address is tried again", function()
      local pc = service.client({ url = "https://name.invalid" }, { max_retries = 2 })
      for _, ask in ipairs { pc.list_indexes, pc.create_backup } do
         local err = expect.failure("network", ask(pc, ask == pc.create_backup and "movies" or nil))
         assert.equal(3, err.attempts)
         assert.is_nil(err.maybe_applied)
         expect.holds(err.message, "host name was not found")
      end
   end)

   -- Opens so many connections at once, and leaves them idle.
   local function open(client, count, step)
      local calls = {}
      for i = 1, count do
         calls[i] = assert(core.list_indexes(client))
         calls[i]:step()
      end
      for _, call in ipairs(calls) do
         repeat
            step()
         until call:step()
         assert(call:result())
      end
   end

   it("that died with all other idle ones when the server was started anew does not hurt a read", function()
      local port = process.free_ports(1)[1]
      local emulator = service.start { port = port }
      local client = assert(core.new {
         host = emulator.url, api_key = service.api_key, retry_delay = 0.001, max_retries = 1,
      })
      assert(emulator:fault { operation = "list_indexes", on = "all", delay = 0.1 })
      open(client, 5, function() service.sleep(0.001) end)
      emulator:stop()
      emulator = service.start { port = port }
      for _ = 1, 6 do
         assert(finish(assert(core.list_indexes(client))))
      end
      emulator:stop()
   end)

   -- What a broken box in between does to connections that were idle: so libcurl cannot know that the request is lost.
   it("that breaks with all other idle ones does not hurt a read", function()
      local client = assert(core.new {
         host = server.url, api_key = wire.api_key, retry_delay = 0.001, max_retries = 1,
      })
      local seen = {}
      server:answer(function(connection)
         local handle = tostring(connection)
         if not seen[handle] then
            seen[handle] = connection -- kept, so that no other gets its name
            connection:write(wire.answer(200, '{"indexes":[]}'))
         else
            connection:write("HTTP/1.1 200 OK\r\nContent-Le", function()
               if not connection:is_closing() then
                  connection:close()
               end
            end)
         end
      end)
      local calls = {}
      for i = 1, 5 do
         calls[i] = assert(core.list_indexes(client))
         calls[i]:step()
      end
      for _, call in ipairs(calls) do
         assert(finish(call))
      end
      assert(finish(assert(core.list_indexes(client))))
      assert.equal(7, #server.requests)
   end)

   describe("through a proxy", function()
      local function ask(status, options)
         server:answer(wire.answer(status, "no", "text/plain"))
         options = options or {}
         options.host, options.proxy = "https://api.invalid", server.url
         return server:client(options):create_backup "movies"
      end

      for _, status in ipairs { 502, 503, 504, 429 } do
         it("that answers " .. status .. " is tried again", function()
            local err = expect.failure("network", ask(status, { max_retries = 2 }))
            expect.holds(err.message, "the proxy refused", tostring(status))
            assert.equal(3, err.attempts)
            assert.equal(3, #server.requests)
            assert.equal("CONNECT", server.requests[3].method)
            assert.is_nil(err.maybe_applied)
         end)
      end

      for _, status in ipairs { 403, 407 } do
         it("that answers " .. status .. " is not tried again", function()
            local err = expect.failure("network", ask(status))
            expect.holds(err.message, "the proxy refused")
            assert.equal(1, err.attempts)
            assert.equal(1, #server.requests)
         end)
      end

      it("of SOCKS that lets nobody in is a network's failure, in which nothing was sent", function()
         local socks = uv.new_tcp()
         assert(socks:bind("127.0.0.1", 0))
         socks:listen(8, function()
            local connection = uv.new_tcp()
            socks:accept(connection)
            connection:read_start(function(_, greeting)
               if greeting then
                  connection:write "\5\255" -- no way of saying who one is will do
               else
                  connection:close()
               end
            end)
         end)
         local err = expect.failure("network", server:client {
            host = "https://api.invalid", proxy = "socks5h://127.0.0.1:" .. socks:getsockname().port, max_retries = 1,
         }:create_backup "movies")
         socks:close()
         expect.holds(err.message, "the proxy could not make the connection")
         assert.same({ 2, nil }, { err.attempts, err.maybe_applied })
      end)

      it("that refuses at first and closes then is told as one that closes", function()
         server:answer(wire.answer(502, "no", "text/plain"), function(connection) connection:close() end)
         local pc = server:client { host = "https://api.invalid", proxy = server.url, max_retries = 1 }
         assert.not_matches("refused", expect.failure("network", pc:list_indexes()).message)
         assert.equal(2, #server.requests)
      end)
   end)

   describe("over TLS", function()
      -- A server that does something to whoever connects; how many did.
      local function listen(action)
         local socket, count = uv.new_tcp(), 0
         socket:bind("127.0.0.1", 0)
         socket:listen(16, function()
            local connection = uv.new_tcp()
            socket:accept(connection)
            count = count + 1
            action(connection)
         end)
         return socket, "https://127.0.0.1:" .. socket:getsockname().port, function() return count end
      end

      local broken = {
         ["closed at once"] = function(connection) connection:close() end,
         ["reset within the handshake"] = function(connection)
            connection:read_start(function()
               if not connection:is_closing() then
                  connection:close_reset()
               end
            end)
         end,
         ["closed within the handshake"] = function(connection)
            connection:read_start(function()
               if not connection:is_closing() then
                  connection:close()
               end
            end)
         end,
      }
      for what, action in pairs(broken) do
         it("that is " .. what .. " is tried again, a create too", function()
            local socket, url, count = listen(action)
            local err = expect.failure("network", server:client({ host = url, max_retries = 2 }):create_backup "movies")
            assert.equal(3, err.attempts)
            assert.equal(3, count())
            assert.is_nil(err.maybe_applied)
            socket:close()
         end)
      end

      it("that speaks no TLS is not tried again", function()
         local socket, url, count = listen(function(connection)
            connection:read_start(function() end)
            connection:write "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
         end)
         assert.equal(1, expect.failure("tls", server:client({ host = url }):list_indexes()).attempts)
         assert.equal(1, count())
         socket:close()
      end)

      local function serve(folder, ...)
         local own = certificates.authority(folder, "root"):server "own"
         local port = process.free_ports(1)[1]
         local front = process.start("openssl", {
            "s_server", "-accept", "127.0.0.1:" .. port, "-www", "-key", own.key, "-cert", own.certificate, ...,
         })
         front:listens_on(port)
         return front, port
      end

      -- In TLS 1.3 the server says so after the request has left.
      it("that wants a certificate of ours is not tried again, and has done nothing", function()
         local folder = scratch.new()
         local front, port = serve(folder, "-Verify", "1")
         local _, err = service.client({ url = "https://localhost:" .. port }, {
            ca_file = folder:path "root.pem",
         }):create_backup "movies"
         front:stop()
         folder:remove()
         local told = not err.message:find "GnuTLS" -- which calls every alert the same
         assert.same({ told and "tls" or "network", not told or nil }, { err.kind, err.maybe_applied })
         assert.equal(1, err.attempts) -- a create whose fate is open is not, either
      end)

      it("whose certificate is refused is not tried again", function()
         local folder = scratch.new()
         local front, port = serve(folder)
         local _, err = service.client({ url = "https://127.0.0.1:" .. port }):list_indexes()
         front:stop()
         folder:remove()
         assert.same({ "tls", 1 }, { err.kind, err.attempts })
      end)
   end)
end)
