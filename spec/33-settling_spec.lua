-- What becomes of a create whose answer was lost.

local expect = require "support.expect"
local service = require "support.service"
local wire = require "support.wire"
local pinecone = require "pinecone"
local uv = require "luv"

local holds = expect.holds

local emulator, admin, pc

-- The jobs take an hour, so that what is new is Initializing.
setup(function()
   emulator = service.start { job_seconds = 3600, max_backups = 1000 }
end)
teardown(function() emulator:stop() end)

before_each(function()
   assert(emulator:reset())
   admin, pc = service.client(emulator), service.client(emulator)
   assert(admin:create_index {
      name = "movies", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
   })
   assert(admin:create_index {
      name = "pods", dimension = 3, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
   })
   assert(emulator:advance(7200))
   assert(emulator:clear_requests())
end)

local function fault(plan)
   assert(emulator:fault(plan))
end

-- The server's Date has whole seconds: what is older than that is older than the next call.
local function pass_a_second()
   assert(emulator:advance(2))
end

local function operations()
   local names = {}
   for i, row in ipairs(service.log(emulator)) do
      names[i] = row.operation
   end
   return names
end

local function backups(name)
   local found = {}
   for _, backup in ipairs(assert(admin:list_backups { index_name = "movies", limit = 100 }).data) do
      if name == nil or backup.name == name then
         found[#found + 1] = backup
      end
   end
   return found
end

local function seconds_of(action)
   local began = uv.hrtime()
   action()
   return (uv.hrtime() - began) / 1e9
end

describe("a lost backup", function()
   local nightly = { index_name = "movies", name = "nightly", description = "the night's" }

   it("that was made is found by its name, and given as create_backup gives it", function()
      fault { operation = "create_backup", drop = "after" }
      local backup = assert(pc:create_backup(nightly))
      assert.same({ "nightly", "the night's", "Initializing" }, { backup.name, backup.description, backup.status })
      assert.same({ "create_backup", "list_index_backups" }, operations())
      assert.same({ backup.backup_id }, { backups()[1].backup_id, backups()[2] })
   end)

   it("that was not made is made, once the lists have had their time", function()
      fault { operation = "create_backup", drop = "before" }
      local patient = service.client(emulator, { settle_grace = 0.5 })
      local took = seconds_of(function() assert(patient:create_backup(nightly)) end)
      assert.is_true(took >= 0.5, tostring(took))
      local asked = operations()
      assert.same({ "create_backup", "create_backup" }, { asked[1], asked[#asked] })
      for i = 2, #asked - 1 do
         assert.equal("list_index_backups", asked[i])
      end
      assert.equal(1, #backups())
   end)

   it("is known under the alias of its name, too", function()
      fault { operation = "create_backup", drop = "after" }
      assert(pc:create_backup { index_name = "movies", backup_name = "nightly" })
      assert.equal(1, #backups "nightly")
   end)

   it("is not an older one of that name", function()
      local older = assert(admin:create_backup(nightly))
      pass_a_second()
      fault { operation = "create_backup", status = 503 }
      local backup = assert(pc:create_backup(nightly))
      assert.not_equal(older.backup_id, backup.backup_id)
      assert.equal(2, #backups "nightly")
   end)

   it("is not one that this client made a moment ago", function()
      local older = assert(pc:create_backup(nightly))
      fault { operation = "create_backup", status = 503 }
      local backup = assert(pc:create_backup(nightly))
      assert.not_equal(older.backup_id, backup.backup_id)
      assert.equal(2, #backups "nightly")
   end)

   it("is not one that was found for another call", function()
      fault { operation = "create_backup", drop = "after" }
      local first = assert(pc:create_backup(nightly))
      assert(emulator:clear_faults())
      fault { operation = "create_backup", status = 503 }
      assert.not_equal(first.backup_id, assert(pc:create_backup(nightly)).backup_id)
      assert.equal(2, #backups "nightly")
   end)

   it("is not one that another client of this program made a moment ago", function()
      assert(admin:create_backup(nightly))
      fault { operation = "create_backup", drop = "before" }
      assert(pc:create_backup(nightly))
      assert.equal(2, #backups "nightly")
   end)

   it("is looked for once more where the list was asked for before the grace was over", function()
      fault { operation = "create_backup", status = 504, late = 0.2 }
      fault { operation = "list_index_backups", delay = 1 }
      assert(service.client(emulator, { settle_grace = 0.5 }):create_backup(nightly))
      assert.equal(1, #backups "nightly")
      assert.equal(1, service.sent(emulator, "create_backup"))
   end)

   it("is not one with another description, another name or another index", function()
      fault { operation = "create_backup", drop = "before", on = 4 }
      assert(pc:create_backup { index_name = "movies", name = "nightly", description = "another" })
      assert(pc:create_backup { index_name = "movies", name = "nightly" })
      assert(pc:create_backup { index_name = "movies", name = "weekly", description = "the night's" })
      assert(emulator:clear_faults())
      fault { operation = "create_backup", status = 500 }
      local stranger = service.client(emulator)
      local backup = assert(stranger:create_backup(nightly))
      assert.equal("the night's", backup.description)
      assert.equal(4, #backups())
   end)

   it("is found whatever the server's clock says", function()
      assert(emulator:advance(400 * 86400))
      fault { operation = "create_backup", drop = "after" }
      assert(pc:create_backup(nightly))
      assert.equal(1, #backups "nightly")
   end)

   it("is found on a later page", function()
      for number = 1, 130 do
         assert(admin:create_backup { index_name = "movies", name = "b-" .. number })
      end
      for name in pairs { ["aaa"] = 1, ["zzz"] = 1 } do
         assert(emulator:clear_faults())
         fault { operation = "create_backup", drop = "after" }
         assert(pc:create_backup { index_name = "movies", name = name })
      end
      assert.equal(132, assert(emulator:state()).backups)
   end)

   it("is found although the lists show it late", function()
      fault { operation = "create_backup", drop = "after", lag = 0.6 }
      assert(service.client(emulator, { settle_grace = 3 }):create_backup(nightly))
      assert(emulator:advance(10))
      assert.equal(1, #backups())
   end)

   it("is found although it was made late", function()
      fault { operation = "create_backup", status = 504, late = 0.6 }
      assert(service.client(emulator, { settle_grace = 3 }):create_backup(nightly))
      assert(emulator:advance(10))
      assert.equal(1, #backups())
   end)

   it("is found although its answer cannot be read", function()
      fault { operation = "create_backup", garble = true }
      assert(pc:create_backup(nightly))
      assert.equal(1, #backups())
   end)

   it("is looked for again while looking fails", function()
      fault { operation = "create_backup", drop = "after" }
      fault { operation = "list_index_backups", status = 503, on = { 1, 2, 3, 4, 5 } }
      assert(service.client(emulator, { settle_grace = 3 }):create_backup(nightly))
      assert.equal(1, #backups())
   end)

   it("is not made again while nobody can see whether it is there", function()
      fault { operation = "create_backup", drop = "before" }
      fault { operation = "list_index_backups", status = 403, on = "all", body = "not for you" }
      local err = expect.failure("network", pc:create_backup(nightly))
      assert.is_true(err.maybe_applied)
      holds(err.hint, "look before you repeat it", "list_backups", "not for you (permission_denied)")
      assert.equal(1, service.sent(emulator, "create_backup"))
   end)

   it("without a name is not made again", function()
      fault { operation = "create_backup", drop = "before" }
      local err = expect.failure("network", pc:create_backup "movies")
      assert.is_true(err.maybe_applied)
      holds(err.hint, "look before you repeat it", "With a name")
      assert.same({ "create_backup" }, operations())
   end)

   it("is not made again where max_retries is 0, but looked for", function()
      local once = service.client(emulator, { max_retries = 0 })
      fault { operation = "create_backup", drop = "after" }
      assert(once:create_backup(nightly))
      assert(emulator:clear_faults())
      fault { operation = "create_backup", drop = "before" }
      local err = expect.failure("network", once:create_backup { index_name = "movies", name = "weekly" })
      assert.is_true(err.maybe_applied)
      holds(err.hint, "looked for (list_backups) and not seen")
      assert.equal(1, err.attempts)
      assert.equal(2, service.sent(emulator, "create_backup"))
   end)

   it("is given up after max_retries, with the last error", function()
      fault { operation = "create_backup", status = 503, on = { 1, 2 } }
      fault { operation = "create_backup", status = 500, on = "all", body = '{"error":{"code":"X","message":"last"}}' }
      local err = expect.failure("server", service.client(emulator, { max_retries = 2 }):create_backup(nightly))
      assert.same({ "last", 3, true }, { err.message, err.attempts, err.maybe_applied })
      assert.equal(3, service.sent(emulator, "create_backup"))
      assert.equal(0, #backups())
   end)

   it("is found after a repeat was refused", function()
      fault { operation = "create_backup", drop = "after", lag = 0.4 }
      fault { operation = "create_backup", status = 403, on = 2 }
      assert(service.client(emulator, { settle_grace = 0.3 }):create_backup(nightly))
      assert(emulator:advance(10))
      assert.equal(1, #backups())
   end)

   it("of an index that is not there is what the repeat says", function()
      fault { operation = "create_backup", status = 503 }
      local err = expect.failure("not_found", pc:create_backup { index_name = "nothing", name = "nightly" })
      assert.equal(2, err.attempts)
   end)

   it("is repeated after a 429 that follows", function()
      fault { operation = "create_backup", drop = "before" }
      fault { operation = "create_backup", status = 429, on = 2 }
      assert(pc:create_backup(nightly))
      assert.equal(3, service.sent(emulator, "create_backup"))
      assert.equal(1, #backups())
   end)

   it("does not outlive the call's timeout", function()
      fault { operation = "create_backup", drop = "before" }
      local patient = service.client(emulator, { settle_grace = 60 })
      local err
      local took = seconds_of(function() err = select(2, patient:create_backup(nightly, { timeout = 0.7 })) end)
      assert.is_true(took < 1.2, tostring(took))
      assert.same({ "network", true }, { err.kind, err.maybe_applied })
      assert.is_true(err.elapsed >= 0.6, tostring(err.elapsed))
   end)

   it("is found in time where the server says nothing", function()
      fault { operation = "create_backup", delay = 60 }
      assert(pc:create_backup(nightly, { timeout = 3 }))
      assert.equal(1, #backups())
   end)

   it("is looked for once where the server forbids to ask again in time", function()
      fault { operation = "create_backup", status = 503, retry_after = 3600 }
      local patient = service.client(emulator, { settle_grace = 30 })
      local err
      local took = seconds_of(function() err = select(2, patient:create_backup(nightly)) end)
      assert.is_true(took < 5, tostring(took))
      assert.same({ "unavailable", true, 3600 }, { err.kind, err.maybe_applied, err.retry_after })
      holds(err.message, "Retry-After", "3600 s")
      assert.same({ "create_backup", "list_index_backups" }, operations())
   end)

   it("is asked for in the version of the call", function()
      fault { operation = "create_backup", drop = "after" }
      local backup = assert(pc:create_backup(nightly, { api_version = "2026-07" }))
      assert.equal(3, backup.dimension)
      assert.equal("2026-07", service.log(emulator, "list_index_backups")[1].api_version)
   end)

   it("of two calls at once is one for each of them", function()
      fault { operation = "create_backup", drop = "after" }
      fault { operation = "create_backup", status = 503, on = 2 }
      local ids, threads = {}, {}
      local shared = service.client(emulator, {
         wait = function(call)
            while not call:step() do
               coroutine.yield()
            end
         end,
      })
      for number = 1, 2 do
         threads[number] = coroutine.create(function()
            ids[number] = pinecone.assert(shared:create_backup(nightly)).backup_id
         end)
      end
      while not (ids[1] and ids[2]) do
         for _, thread in ipairs(threads) do
            if coroutine.status(thread) ~= "dead" then
               assert(coroutine.resume(thread))
            end
         end
         uv.sleep(1)
      end
      assert.not_equal(ids[1], ids[2])
      assert.equal(2, #backups "nightly")
   end)
end)

describe("a server", function()
   local server, client

   setup(function() server = wire.start() end)
   teardown(function() server:stop() end)
   before_each(function()
      server:clear()
      client = server:client()
   end)

   local function listing(date, created_at)
      return (wire.answer(200, { data = { { backup_id = created_at, name = "n", created_at = created_at } } }):gsub(
         "\r\n", date and "\r\nDate: " .. date .. "\r\n" or "\r\n", 1))
   end

   local DATE = "Fri, 01 Jan 2027 12:00:00 GMT"

   it("without a Date cannot be asked what is new", function()
      server:answer(wire.answer(503, ""), listing(nil, "2099-01-01T00:00:00Z"))
      local err = expect.failure("unavailable", client:create_backup { index_name = "movies", name = "n" })
      assert.is_true(err.maybe_applied)
      holds(err.hint, "no Date")
      assert.equal(2, #server.requests)
   end)

   for created_at, found in pairs {
      ["2027-01-01T12:00:00.000001Z"] = true, ["2027-01-01T12:00:01Z"] = true, ["2027-01-01T12:00:00Z"] = true,
      ["2027-01-01T13:00:00.5+01:00"] = true, ["2027-01-01T11:59:57.999999Z"] = false,
      ["2027-01-01T11:59:57Z"] = false, ["yesterday"] = false,
   } do
      local shown = found and "what is new" or "an old one"
      it(("whose list says %s at 12:00:00 shows %s"):format(created_at, shown), function()
         server:answer(wire.answer(503, ""), listing(DATE, created_at), listing(DATE, created_at))
         local made = client:create_backup({ index_name = "movies", name = "n" }, { timeout = 1 })
         assert.equal(found, made ~= nil and #server.requests == 2)
      end)
   end

   local function list(rows, token)
      return (wire.answer(200, { data = rows, pagination = { next = token } }):gsub(
         "\r\n", "\r\nDate: " .. DATE .. "\r\n", 1))
   end

   -- Creates a backup whose answer is lost; gives what came of it, and how often it was sent.
   local function create(arguments, ...)
      server:clear()
      server:answer(wire.answer(503, ""), ...)
      local made, err = client:create_backup(arguments, { timeout = 5 })
      local sent = 0
      for _, request in ipairs(server.requests) do
         sent = sent + (request.method == "POST" and 1 or 0)
      end
      return made, err, sent
   end

   local NEW = "2027-01-01T12:00:00.5Z"
   for what, answer in pairs {
      ["a row of that name without the time of its making"] = list { { backup_id = "a", name = "n" } },
      ["a row of that name whose time nobody can read"] = list {
         { backup_id = "a", name = "n", created_at = "2027-01-01T12:00:00+0000" },
      },
      ["a row of that name from the future"] = list {
         { backup_id = "a", name = "n", created_at = "2027-01-01T12:01:00Z" },
      },
      ["a row of that name without an id"] = list { { name = "n", created_at = NEW } },
      ["a page token that is a number"] = list({}, 7),
      ["the same page token again and again"] = list({}, "token"),
      ["a page that is not there"] = wire.answer(404, "<html>no</html>", "text/html"),
      ["nothing that is there"] = wire.answer(404, ""),
   } do
      it(("that lists %s leaves open whether it was made"):format(what), function()
         local made, err, sent = create({ index_name = "movies", name = "n" }, answer)
         assert.same({ nil, true, 1 }, { made, err and err.maybe_applied, sent })
         holds(err.hint, "Looking for it (list_backups) failed: ")
         assert.is_true(#server.requests <= 3, tostring(#server.requests))
      end)
   end

   it("that lists what is no row shows the others", function()
      local made = create({ index_name = "movies", name = "n" }, list {
         1, true, "n", { backup_id = "among-oddities", name = "n", created_at = NEW },
      })
      assert.equal("among-oddities", made and made.backup_id)
   end)

   it("is asked for what was sent, not for what the caller has made of it since", function()
      local arguments = { index_name = "movies", name = "n", description = "d" }
      client = server:client {
         on_request = function() arguments.name, arguments.description, arguments.index_name = "o", "e", "p" end,
      }
      local row = { backup_id = "as-sent", name = "n", description = "d", created_at = NEW }
      local made = create(arguments, list { row })
      assert.equal("as-sent", made and made.backup_id)
      assert.equal("/indexes/movies/backups", server.requests[2].path)
   end)

   it("is asked for what was sent, not for what a metatable says", function()
      local inherited = { __index = { name = "o", description = "e" } }
      local made = create(setmetatable({ index_name = "movies", name = "n" }, inherited),
         list { { backup_id = "own-fields", name = "n", created_at = NEW } })
      assert.equal("own-fields", made and made.backup_id)
      local _, err, sent = create(setmetatable({ index_name = "movies" }, inherited), list {})
      assert.same({ true, 1 }, { err and err.maybe_applied, sent })
   end)

   for what, fields in pairs {
      ["another dimension"] = { dimension = 1536 },
      ["another metric"] = { metric = "dotproduct" },
      ["another collection behind it"] = { spec = { pod = { source_collection = "plays" } } },
      ["another name"] = { name = "o" },
   } do
      it(("whose new index of that name has %s made it for somebody else"):format(what), function()
         local index = { name = "n", dimension = 3, metric = "cosine", status = { state = "Initializing" } }
         for field, value in pairs(fields) do
            index[field] = value
         end
         server:answer(wire.answer(503, ""), wire.answer(200, index))
         local err = expect.failure("conflict", client:create_index_from_collection {
            name = "n", source_collection = "films", environment = "us-east1-gcp", dimension = 3, metric = "cosine",
         })
         assert.is_true(err.maybe_applied)
      end)
   end

   it("shows one call only what another is just making, once that one knows of it", function()
      local posts = 0
      server:answer(function(connection)
         if server.requests[#server.requests].method == "GET" then
            connection:write(list { { backup_id = "another-s", name = "n", created_at = NEW } })
            return
         end
         posts = posts + 1
         if posts ~= 2 then
            connection:write(posts == 1 and wire.answer(503, "") or wire.answer(201, { backup_id = "its-own" }))
            return
         end
         local timer = uv.new_timer()
         timer:start(500, 0, function()
            timer:close()
            connection:write(wire.answer(201, { backup_id = "another-s" }))
         end)
      end)
      local shared = server:client {
         settle_grace = 3,
         wait = function(call)
            while not call:step() do
               coroutine.yield()
            end
         end,
      }
      local ids, threads = {}, {}
      for number = 1, 2 do
         threads[number] = coroutine.create(function()
            ids[number] = pinecone.assert(shared:create_backup { index_name = "movies", name = "n" }).backup_id
         end)
      end
      while not (ids[1] and ids[2]) do
         for _, thread in ipairs(threads) do
            if coroutine.status(thread) ~= "dead" then
               assert(coroutine.resume(thread))
            end
         end
         uv.run "nowait"
      end
      assert.same({ "its-own", "another-s" }, ids)
   end)

   it("is not asked about a create that was cancelled", function()
      server:answer(function() end)
      local impatient = server:client {
         wait = function(call)
            local began = uv.hrtime()
            while not call:step() do
               uv.run "nowait"
               if uv.hrtime() - began > 2e8 then
                  call:cancel()
               end
            end
         end,
      }
      local err = expect.failure("cancelled", impatient:create_backup { index_name = "movies", name = "n" })
      assert.is_true(err.maybe_applied)
      assert.equal(1, #server.requests)
   end)

   it("whose gateway says 404 to the repeat of a delete leaves open whether it was deleted", function()
      for _, body in ipairs { "", "default backend - 404" } do
         server:clear()
         server:answer(wire.answer(503, ""), wire.answer(404, body, "text/plain"))
         local err = expect.failure("not_found", client:delete_backup "b")
         assert.same({ true, 2 }, { err.maybe_applied, #server.requests })
      end
   end)

   it("is not called silent before it has been spoken to", function()
      server:answer(wire.answer(201, { backup_id = "heard", name = "n" }))
      local rare = server:client {
         wait = function(call)
            while not call:step() do
               for _ = 1, 60 do
                  uv.run "nowait"
                  uv.sleep(10)
               end
            end
         end,
      }
      local made = assert(rare:create_backup({ index_name = "movies", name = "n" }, { timeout = 1 }))
      assert.equal("heard", made.backup_id)
      assert.equal(1, #server.requests)
   end)

   it("is not called silent while it is still reading", function()
      local size = 0
      local slow = uv.new_tcp()
      assert(slow:bind("127.0.0.1", 0))
      slow:listen(1, function()
         local connection = uv.new_tcp()
         slow:accept(connection)
         local pace = uv.new_timer()
         local function read()
            connection:read_start(function(_, bytes)
               size = size + #(bytes or "")
               connection:read_stop()
               if size > 8e6 then
                  pace:close()
                  connection:write(wire.answer(201, { backup_id = "long", name = "n" }))
               end
            end)
         end
         pace:start(0, 16, read) -- 64 KiB at a time
      end)
      local sender = server:client { host = "http://127.0.0.1:" .. slow:getsockname().port, max_retries = 0 }
      local backup = { index_name = "movies", name = "n", description = ("d"):rep(8e6) }
      local made = sender:create_backup(backup, { timeout = 3 * service.slowness })
      slow:close()
      assert.equal("long", made and made.backup_id)
   end)

   it("whose last word is an interim answer leaves open whether it was made", function()
      server:answer(wire.last "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n{}")
      local err = expect.failure("protocol", client:create_backup "movies")
      assert.same({ 101, true }, { err.status, err.maybe_applied })
   end)

   it("is not asked for an empty name, which may be none to it", function()
      local _, err, sent = create({ index_name = "movies", name = "" }, list {})
      assert.same({ true, 1, 1 }, { err and err.maybe_applied, sent, #server.requests })
   end)

   it("that is closed meanwhile is not asked", function()
      local closing
      closing = server:client {
         on_request = function(attempt)
            if attempt.operation == "create_backup" then
               closing:close()
            end
         end,
      }
      server:answer(wire.answer(503, ""))
      local err = expect.failure("unavailable", closing:create_backup { index_name = "movies", name = "n" })
      assert.is_true(err.maybe_applied)
      assert.equal(1, #server.requests)
   end)
end)

describe("a lost restore", function()
   local backup_id

   before_each(function()
      backup_id = assert(admin:create_backup { index_name = "movies", name = "b" }).backup_id
      assert(emulator:advance(7200))
      assert(emulator:clear_requests())
   end)

   local function restore(name)
      return pc:create_index_from_backup { backup_id = backup_id, name = name or "copy" }
   end

   it("that was made is found among the jobs after the conflict of its repeat", function()
      fault { operation = "create_index_from_backup", drop = "after" }
      local made = assert(restore())
      assert.same({ "create_index_from_backup", "create_index_from_backup", "list_restore_jobs" }, operations())
      local job = assert(admin:describe_restore_job(made.restore_job_id))
      assert.same({ "copy", made.index_id }, { job.target_index_name, job.target_index_id })
      assert.equal(1, #assert(admin:list_restore_jobs()).data)
   end)

   it("that was not made is made", function()
      fault { operation = "create_index_from_backup", status = 502 }
      assert(restore())
      assert.same({ "create_index_from_backup", "create_index_from_backup" }, operations())
   end)

   it("does not take an index of that name that was there before", function()
      fault { operation = "create_index_from_backup", status = 503 }
      local err = expect.failure("conflict", restore "pods")
      assert.same({ true, 409 }, { err.maybe_applied, err.status })
   end)

   it("does not take the job of an older restore", function()
      assert(restore())
      pass_a_second()
      fault { operation = "create_index_from_backup", status = 503 }
      local err = expect.failure("conflict", service.client(emulator):create_index_from_backup {
         backup_id = backup_id, name = "copy",
      })
      assert.is_true(err.maybe_applied)
   end)

   it("is found although the list of jobs shows it late", function()
      fault { operation = "create_index_from_backup", drop = "after", lag = 0.5 }
      assert(service.client(emulator, { settle_grace = 3 }):create_index_from_backup {
         backup_id = backup_id, name = "copy",
      })
   end)
end)

describe("a lost index or collection", function()
   local creates = {
      create_index = {
         operation = "create_index", describe = "describe_index",
         call = function(client)
            return client:create_index {
               name = "new", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
            }
         end,
      },
      create_collection = {
         operation = "create_collection", describe = "describe_collection",
         call = function(client) return client:create_collection { name = "new", source = "pods" } end,
      },
      create_index_from_collection = {
         operation = "create_index", describe = "describe_index",
         call = function(client)
            return client:create_index_from_collection {
               name = "new", source_collection = "films", environment = "us-east1-gcp", dimension = 3,
            }
         end,
      },
   }

   before_each(function()
      assert(admin:create_collection { name = "films", source = "pods" })
      assert(emulator:advance(7200))
      assert(emulator:clear_requests())
   end)

   it("of create_collection is known under the alias of its name, too", function()
      fault { operation = "create_collection", drop = "after" }
      assert.equal("new", assert(pc:create_collection { collection_name = "new", index_name = "pods" }).name)
   end)

   for name, row in pairs(creates) do
      it("of " .. name .. " is the one that is still Initializing", function()
         fault { operation = row.operation, drop = "after" }
         assert.equal("new", assert(row.call(pc)).name)
         assert.same({ row.operation, row.describe }, operations())
      end)

      it("of " .. name .. " is made where there is none", function()
         fault { operation = row.operation, drop = "before" }
         assert.equal("new", assert(row.call(pc)).name)
         assert.same({ row.operation, row.describe, row.operation }, operations())
      end)

      it("of " .. name .. " is not one that is Ready", function()
         assert(row.call(admin))
         assert(emulator:advance(7200))
         fault { operation = row.operation, status = 503 }
         local err = expect.failure("conflict", row.call(pc))
         assert.is_true(err.maybe_applied)
         holds(err.message, "Ready", "older")
         holds(tostring(err), name .. " new: ")
         assert.equal(2, service.sent(emulator, row.operation)) -- the admin's and this one
      end)

      it("of " .. name .. " is not made again where nobody can see whether it is there", function()
         fault { operation = row.operation, status = 503 }
         fault { operation = row.describe, status = 401, on = "all" }
         local err = expect.failure("unavailable", row.call(pc))
         assert.is_true(err.maybe_applied)
         holds(err.hint, row.describe)
         assert.equal(1, service.sent(emulator, row.operation))
      end)

      it("of " .. name .. " that comes late does no harm", function()
         fault { operation = row.operation, status = 504, late = 0.2 }
         assert(row.call(pc))
         assert(emulator:advance(2))
         assert(admin[row.describe](admin, "new"))
      end)
   end
end)

describe("a lost schedule", function()
   local nightly = { index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7 }

   local function schedules()
      return assert(admin:list_backup_schedules "movies").data
   end

   it("that was made is found by its name", function()
      fault { operation = "create_backup_schedule", drop = "after" }
      local schedule = assert(pc:create_backup_schedule(nightly))
      assert.same({ "create_backup_schedule", "list_backup_schedules" }, operations())
      assert.equal(schedule.schedule_id, schedules()[1].schedule_id)
   end)

   it("that was not made is made", function()
      fault { operation = "create_backup_schedule", status = 500 }
      assert(pc:create_backup_schedule(nightly))
      assert.equal(1, #schedules())
   end)

   it("is not an older one of that name", function()
      assert(admin:create_backup_schedule(nightly))
      pass_a_second()
      fault { operation = "create_backup_schedule", status = 500 }
      local err = expect.failure("conflict", pc:create_backup_schedule(nightly))
      assert.is_true(err.maybe_applied)
      assert.equal(1, #schedules())
   end)

   it("that lists show late is found after the conflict of its repeat", function()
      fault { operation = "create_backup_schedule", drop = "after", lag = 0.5 }
      assert(service.client(emulator, { settle_grace = 0.4 }):create_backup_schedule(nightly))
      assert(emulator:advance(10))
      assert.equal(1, #schedules())
   end)
end)

describe("a lost create of the legacy controller", function()
   it("of a collection is settled there", function()
      local legacy = assert(pinecone.new {
         host = emulator.legacy_url, environment = "us-east1-gcp", api_key = service.api_key, retry_delay = 0.01,
      })
      fault { operation = "create_collection", drop = "after" }
      assert.equal("new", assert(legacy:create_collection { name = "new", source = "pods" }).name)
      assert.equal(1, #assert(admin:list_collections()).collections)
   end)
end)
