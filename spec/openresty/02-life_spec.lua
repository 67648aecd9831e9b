-- Life and death of nginx's workers, requests and timers while calls are under way.

local gate = require "support.gate"
local http = require "support.http"
local openresty = require "support.openresty"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local INIT = [[
   pinecone = require "pinecone"

   function new(options)
      options = options or {}
      options.host, options.api_key, options.timeout = "HOST", "KEY", 10
      return assert(pinecone.new(options))
   end

   function describe(client)
      local index, err = client:describe_index "movies"
      return index and index.name or err.kind
   end

   local path = ngx.config.prefix() .. "told"
   function tell(...)
      local file = assert(io.open(path, "a"))
      file:write(ngx.worker.pid(), " ", table.concat({ ... }, " "), "\n")
      file:close()
   end
]]

-- What an answer tells of its worker, too.
local DESCRIBE = [[
   location /ping { content_by_lua_block { ngx.print(ngx.worker.pid()) } }
   location /describe { content_by_lua_block { ngx.print(describe(pc), " ", ngx.worker.pid()) } }
]]

describe("nginx with ngx_lua", function()
   if openresty.missing then
      pending("needs ngx_lua: " .. openresty.missing)
      return
   end

   local folder, emulator, api, nginx, expected_in_log

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3 } } } }
      api = gate.start()
   end)
   teardown(function()
      api:stop()
      emulator:stop()
   end)

   before_each(function()
      folder, expected_in_log = scratch.new(), {}
      api:shut()
      assert(emulator:clear_requests())
   end)

   -- The error log never has anything to tell, whatever a spec is about.
   after_each(function()
      nginx:stop()
      local log = nginx:log()
      folder:remove()
      for _, pattern in ipairs(expected_in_log) do
         log = log:gsub("[^\n]*" .. pattern .. "[^\n]*\n", "")
      end
      assert.equal("", log)
   end)

   -- Starts nginx, with clients of a host, and code of its own in init_by_lua.
   local function start(host, init, blocks)
      blocks.http = ("init_by_lua_block { %s %s }\n%s"):format(
         INIT:gsub("%u%u+", { HOST = host, KEY = service.api_key }), init, blocks.http or "")
      nginx = openresty.start(folder, blocks)
   end

   local function told()
      return folder:read "told" or ""
   end

   local function is_told(text)
      service.until_true(function()
         uv.run "nowait" -- the gate lives in this process
         return told():find(text, 1, true)
      end)
   end

   -- The workers; they come a moment after the port.
   local function workers(count)
      service.until_true(function() return #nginx:workers() == count end)
      return nginx:workers()
   end

   -- Has the worker replaced: for a moment the old one and the new one both take requests.
   local function reload(worker)
      nginx:kill "sighup"
      service.until_true(function()
         local process = io.open(("/proc/%s/cmdline"):format(worker))
         local title = process and process:read "*a" or ""
         if process then
            process:close()
         end
         return title == "" or title:find("shutting down", 1, true)
      end)
   end

   local function ends()
      nginx:wait()
      assert.equal(0, nginx.code)
      assert.equal(0, nginx.signal)
   end

   -- Its user may not read the files, or they are gone.
   it("lets a worker use what nobody has used before, without its file", function()
      start(emulator.url, "pc = new(); package.path = ''", {
         server = [[location /all { content_by_lua_block {
            local results, problems = pinecone.parallel {
               function() return pc:backup "movies" end,
               function() return pc:backups():all() end,
               function() return pc:drill "none" end,
            }
            assert(results[1] and results[2] and problems[3].hint)
            ngx.print(pinecone.metrics(assert(pc:check())))
         } }]],
      })
      assert.matches('pinecone_backup_check_status{index="movies"} 0', nginx:get("/all").body, 1, true)
   end)

   describe("with a client made and used in init_by_lua", function()
      it("lets every worker use it, none a connection of the master's", function()
         start(emulator.url, [[
            early, pc = new { wait = "blocking" }, new()
            tell("init", describe(early))
         ]], {
            workers = 4,
            http = [[init_worker_by_lua_block {
               assert(ngx.timer.at(0, function() tell("worker", describe(pc), describe(early)) end))
            }]],
         })
         for _, worker in ipairs(workers(4)) do
            is_told(worker .. " worker movies movies\n")
         end
         assert.equal(1 + 4 * 2, service.sent(emulator, "describe_index"))
         assert.equal(1 + 4 * 2, service.connections(emulator, "describe_index"))
      end)

      it("is reloaded again and again", function()
         start(emulator.url, [[
            early, pc = new { wait = "blocking" }, new()
            tell("init", describe(early))
         ]], { server = DESCRIBE })
         for _ = 1, 5 do
            local worker = nginx:get("/describe").body:match "^movies (%d+)$"
            reload(worker)
         end
         assert.equal(nginx.pid .. " init movies\n", told():match "[^\n]*\n$")
         assert.equal(1 + 5, select(2, told():gsub("init movies", "")))
      end)
   end)

   describe("in mid-call", function()
      before_each(function() start(api.url, "pc = new()", { server = DESCRIBE }) end)

      it("reloads: the old worker ends the call, a new one takes the next", function()
         local old = nginx:get("/ping").body
         local request = nginx:ask "/describe"
         assert.is_true(api:holds(1))
         reload(old)
         local another = nginx:ask "/describe"
         assert.is_true(api:holds(2))
         assert.equal("", request.received)
         api:open { name = "movies" }
         assert.equal("movies " .. old, request:receive().body)
         local new = another:receive().body:match "^movies (%d+)$"
         assert.not_equal(old, new)
         assert.same({ tonumber(new) }, workers(1))
      end)

      it("ends the call when it is told to quit", function()
         local request = nginx:ask "/describe"
         assert.is_true(api:holds(1))
         nginx:kill "sigquit"
         service.until_true(function() return not pcall(nginx.get, nginx, "/ping") end)
         assert.equal("", request.received)
         api:open { name = "movies" }
         assert.equal("movies", request:receive().body:match "^%S+")
         ends()
      end)

      it("ends at once when it is told to", function()
         local requests = {}
         for i = 1, 10 do
            requests[i] = nginx:ask "/describe"
         end
         assert.is_true(api:holds(10))
         nginx:kill "sigterm"
         ends()
         for _, request in ipairs(requests) do
            assert.is_true(request:wait_for_end())
            assert.equal("", request.received)
         end
      end)
   end)

   describe("with calls in timers", function()
      it("ends what is under way before a worker quits", function()
         start(api.url, "pc = new()", {
            http = [[init_worker_by_lua_block {
               assert(ngx.timer.at(0, function() tell("timer", describe(pc)) end))
            }]],
         })
         local worker = workers(1)[1]
         assert.is_true(api:holds(1))
         nginx:kill "sigquit"
         service.sleep(0.2)
         assert.same({ worker }, nginx:workers())
         api:open { name = "movies" }
         is_told(worker .. " timer movies\n")
         ends()
      end)

      it("lets a timer call that comes early because its worker quits", function()
         start(api.url, "pc = new()", {
            http = [[init_worker_by_lua_block {
               assert(ngx.timer.at(3600, function(premature) tell(tostring(premature), describe(pc)) end))
            }]],
         })
         local worker = workers(1)[1]
         nginx:kill "sigquit"
         assert.is_true(api:holds(1))
         api:open { name = "movies" }
         is_told(worker .. " true movies\n")
         ends()
      end)
   end)

   describe("whose caller goes away", function()
      local HTTP = "lua_check_client_abort on;"
      local SERVER = DESCRIBE .. [[
         location /on_abort {
            content_by_lua_block {
               assert(ngx.on_abort(function() ngx.exit(499) end))
               describe(pc)
            }
         }
         location /parallel {
            content_by_lua_block {
               assert(ngx.on_abort(function() ngx.exit(499) end))
               local function task() return describe(pc) end
               pinecone.parallel { task, task }
            }
         }
      ]]

      for path, calls in pairs { ["/describe"] = 1, ["/on_abort"] = 1, ["/parallel"] = 2 } do
         it("gives up its calls, and their places: " .. path, function()
            start(api.url, ("pc = new { max_connections = %d }"):format(calls), { http = HTTP, server = SERVER })
            local request = nginx:ask(path)
            assert.is_true(api:holds(calls))
            request:close()
            local others = {}
            for i = 1, calls do
               others[i] = nginx:ask "/describe"
            end
            assert.is_true(http.wait_until(function() return api:given_up() == calls end, 20000))
            assert.is_true(api:holds(2 * calls))
            api:open { name = "movies" }
            for _, other in ipairs(others) do
               assert.equal("movies", other:receive().body:match "^%S+")
            end
         end)
      end
   end)

   it("ends a call with 'closed' when another request closes the client", function()
      start(api.url, "pc = new()", {
         server = DESCRIBE .. "location /close { content_by_lua_block { pc:close() } }",
      })
      local requests = {}
      for i = 1, 10 do
         requests[i] = nginx:ask "/describe"
      end
      assert.is_true(api:holds(10))
      assert.equal(200, nginx:get("/close").status)
      for _, request in ipairs(requests) do
         assert.equal("closed", request:receive().body:match "^%S+")
      end
      assert.equal("closed", nginx:get("/describe").body:match "^%S+")
      assert.equal(10, api:given_up())
   end)

   it("calls with lua_code_cache off, where each request has a Lua of its own", function()
      expected_in_log = { "lua_code_cache is off" }
      start(emulator.url, "", {
         http = "lua_code_cache off;",
         server = [[
            location /describe { content_by_lua_block { ngx.print(describe(new())) } }
            location /parallel {
               content_by_lua_block {
                  local pc = new()
                  local function task() return describe(pc) end
                  ngx.print(table.concat(pinecone.parallel { task, task, task }, " "))
               }
            }
         ]],
      })
      local worker = workers(1)
      local requests = {}
      for i = 1, 10 do
         requests[i] = nginx:ask "/describe"
      end
      for _, request in ipairs(requests) do
         assert.equal("movies", request:receive().body)
      end
      assert.equal("movies movies movies", nginx:get("/parallel").body)
      local given_up = nginx:ask "/describe"
      given_up:close()
      assert.equal("movies", nginx:get("/describe").body)
      assert.same(worker, nginx:workers())
   end)
end)
