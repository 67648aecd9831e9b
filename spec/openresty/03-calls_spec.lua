-- Many calls at once, and everything that takes more than one request, in a worker that goes on serving.

local expect = require "support.expect"
local gate = require "support.gate"
local http = require "support.http"
local openresty = require "support.openresty"
local scratch = require "support.scratch"
local service = require "support.service"
local wire = require "support.wire"

local INIT = [[
   init_by_lua_block {
      pinecone = require "pinecone"

      -- A client of the emulator, or of the host that is given.
      function new(options)
         options = options or {}
         options.host, options.api_key, options.timeout = options.host or "EMULATOR", "KEY", 10
         options.retry_delay, options.settle_grace = 0.01, 0.1
         return assert(pinecone.new(options))
      end

      pc, gated = new(), new { host = "GATE" }

      function describe(client)
         local index, err = client:describe_index "movies"
         return index and index.name or tostring(err)
      end
   }
]]

local NARROW = 'init_worker_by_lua_block { narrow = new { host = "%s", max_connections = %d } }'

local SERVER = [[
   location /ping { return 200 pong; }
   location /heard { content_by_lua_block { ngx.print(table.concat(heard, " ")) } }
   location /describe { content_by_lua_block { ngx.print(describe(gated)) } }
]]

describe("Within nginx with ngx_lua", function()
   if openresty.missing then
      pending("needs ngx_lua: " .. openresty.missing)
      return
   end

   local folder, emulator, api, nginx

   setup(function()
      emulator = service.start()
      api = gate.start()
   end)
   teardown(function()
      api:stop()
      emulator:stop()
   end)

   before_each(function()
      folder = scratch.new()
      api:shut()
      assert(emulator:reset())
      service.serverless(service.client(emulator), "movies")
      assert(emulator:clear_requests())
   end)

   after_each(function()
      nginx:stop()
      local log = nginx:log()
      folder:remove()
      assert.equal("", log)
   end)

   -- Starts nginx with the code of a location, if any, and more settings.
   local function start(content, settings)
      nginx = openresty.start(folder, {
         http = INIT:gsub("%u%u%u+", { EMULATOR = emulator.url, GATE = api.url, KEY = service.api_key })
            .. (settings or ""),
         server = SERVER .. (content and "location /do { content_by_lua_block { " .. content .. " } }" or ""),
      })
   end

   -- What the location's code prints.
   local function done()
      return nginx:get("/do").body
   end

   describe("50 calls wait at once", function()
      -- None is answered before all of them are there.
      local function all_at_once()
         assert.is_true(api:holds(50))
         assert.equal("pong", nginx:get("/ping").body)
         assert.equal(50, #api.held)
         api:open { name = "movies" }
      end

      it("for 50 requests", function()
         start()
         local requests = {}
         for i = 1, 50 do
            requests[i] = nginx:ask "/describe"
         end
         all_at_once()
         for _, request in ipairs(requests) do
            assert.equal("movies", request:receive().body)
            request:close()
         end
      end)

      it("for the light threads of one request", function()
         start [[
            local tasks = {}
            for i = 1, 50 do
               tasks[i] = function() return describe(gated) .. i end
            end
            local results, problems = pinecone.parallel(tasks)
            for i = 1, 50 do
               assert(results[i] == "movies" .. i, results[i])
            end
            ngx.print(#results, " ", tostring(problems))
         ]]
         local request = nginx:ask "/do"
         all_at_once()
         assert.equal("50 nil", request:receive().body)
      end)
   end)

   it("parallel begins no more tasks than its limit", function()
      start [[
         local function task() return describe(gated) end
         ngx.print(table.concat(pinecone.parallel({ task, task, task, task, task }, { limit = 2 }), " "))
      ]]
      local request = nginx:ask "/do"
      assert.is_true(api:holds(2))
      assert.equal("pong", nginx:get("/ping").body)
      assert.equal(2, #api.held)
      api:open { name = "movies" }
      assert.equal("movies movies movies movies movies", request:receive().body)
   end)

   it("parallel keeps each error at the place of its task", function()
      start [[
         local results, problems = pinecone.parallel {
            function() return pc:describe_index "movies" end,
            function() return pc:describe_index "absent" end,
            function() error("broken", 0) end,
            function() return pc:describe_index "movies" end,
         }
         ngx.print(results[1].name, " ", problems[2].kind, " ", problems[3], " ", results[4].name)
      ]]
      assert.equal("movies not_found broken movies", done())
   end)

   it("calls beyond max_connections wait for their turn", function()
      start([[ ngx.print(describe(narrow)) ]], NARROW:format(api.url, 2))
      local requests = {}
      for i = 1, 6 do
         requests[i] = nginx:ask "/do"
      end
      assert.is_true(api:holds(2))
      assert.equal("pong", nginx:get("/ping").body)
      assert.equal(2, #api.held)
      api:open { name = "movies" }
      for _, request in ipairs(requests) do
         assert.equal("movies", request:receive().body)
      end
   end)

   it("an iterator goes over all pages in a for loop", function()
      start [[
         local names = {}
         for backup in pc:backups { index_name = "movies", limit = 2 } do
            names[#names + 1] = backup.name
            ngx.sleep(0.001)
         end
         table.sort(names)
         ngx.print(table.concat(names, " "))
      ]]
      local pc = service.client(emulator)
      for i = 1, 5 do
         assert(pc:create_backup { index_name = "movies", name = "backup-" .. i })
      end
      assert(emulator:fault { operation = "list_index_backups", delay = 0.02, on = "all" })
      assert.equal("backup-1 backup-2 backup-3 backup-4 backup-5", done())
      assert.equal(3, service.sent(emulator, "list_index_backups"))
   end)

   it("wait_for_backup waits until it is ready", function()
      start [[
         local backup = assert(pc:create_backup { index_name = "movies", name = "nightly" })
         local ready = assert(pc:wait_for_backup(backup))
         ngx.print(backup.status, " ", ready.status)
      ]]
      assert(emulator:fault { operation = "create_backup", job_seconds = 0.1 })
      assert.equal("Initializing Ready", done())
      assert.is_true(service.sent(emulator, "describe_backup") > 1)
   end)

   it("a pause between two looks leaves the worker to others", function()
      start [[ ngx.print(assert(gated:wait_for_backup "b-1").status) ]]
      api:shut(wire.answer(200, { backup_id = "b-1", status = "Initializing" }))
      local request = nginx:ask "/do"
      local looks, pings = api.server.requests, 0
      assert.is_true(http.wait_until(function() return #looks == 1 end))
      while #looks == 1 do
         assert.equal("pong", nginx:get("/ping").body)
         pings = pings + 1
      end
      assert.is_true(pings > 3, pings .. " pings")
      api:open { backup_id = "b-1", status = "Ready" }
      assert.equal("Ready", request:receive().body)
   end)

   it("a request is sent again where that may help", function()
      start [[ ngx.print(describe(pc)) ]]
      assert(emulator:fault { operation = "describe_index", status = 503, on = { 1, 2 } })
      assert.equal("movies", done())
      assert.equal(3, service.sent(emulator, "describe_index"))
   end)

   it("on_request hears of an attempt before the next one ends", function()
      start([[ ngx.print(describe(listened)) ]], ([[
         init_worker_by_lua_block {
            heard = {}
            listened = new { host = "%s", on_request = function(attempt) table.insert(heard, attempt.status) end }
         }
      ]]):format(api.url))
      api:shut(wire.answer(503, "{}"))
      local request = nginx:ask "/do"
      assert.is_true(api:holds(1))
      assert.equal("503", nginx:get("/heard").body)
      api:open { name = "movies" }
      assert.equal("movies", request:receive().body)
      assert.equal("503 200", nginx:get("/heard").body)
   end)

   it("a create whose answer is lost is found, and not made twice", function()
      start [[
         local backup = assert(pc:create_backup { index_name = "movies", name = "nightly" })
         ngx.print(backup.backup_id)
      ]]
      assert(emulator:fault { operation = "create_backup", drop = "after" })
      local id = done()
      local backups = assert(service.client(emulator):list_backups "movies").data
      assert.equal(1, #backups)
      assert.equal(id, backups[1].backup_id)
      assert.equal(1, service.sent(emulator, "create_backup"))
   end)

   it("a create that never arrived is looked for, then sent again", function()
      start [[
         local backup = assert(pc:create_backup { index_name = "movies", name = "nightly" })
         ngx.print(backup.name)
      ]]
      assert(emulator:fault { operation = "create_backup", drop = "before" })
      assert.equal("nightly", done())
      assert.equal(1, #assert(service.client(emulator):list_backups "movies").data)
      assert.equal(2, service.sent(emulator, "create_backup"))
   end)

   describe("a create begun within a function of C", function()
      for place, code in pairs {
         ["string.gsub"] = [[ string.gsub("x", "x", create) ]],
         ["table.sort"] = [[ table.sort({ 1, 2 }, create) ]],
         ["require"] = [[ package.preload.creates = create; require "creates" ]],
      } do
         it("raises before anything is sent, and the next one is: " .. place, function()
            start(([[
               local function create()
                  local backup = assert(narrow:create_backup { index_name = "movies", name = "nightly" })
                  return backup.name
               end
               if ngx.var.arg_direct then
                  return ngx.print(create())
               end
               local _, problem = pcall(function() %s end)
               ngx.print(problem)
            ]]):format(code), NARROW:format(api.url, 1))
            expect.holds(done(), "attempt to yield across C-call boundary")
            assert.equal("pong", nginx:get("/ping").body)
            assert.is_false(api:was_reached())
            api:open { backup_id = "b-1", name = "nightly" }
            assert.equal("nightly", nginx:get("/do?direct=yes").body)
            assert.equal(1, #api.server.requests)
         end)
      end
   end)
end)
