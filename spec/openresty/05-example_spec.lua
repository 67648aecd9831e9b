-- examples/openresty/: its own nginx.conf, in real nginx, in front of the emulator.

local cjson = require "cjson"
local expect = require "support.expect"
local http = require "support.http"
local openresty = require "support.openresty"
local pinecone = require "pinecone"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local EXAMPLE = assert(uv.fs_realpath "examples/openresty")
local TOKEN = "spec-token-9876543210"
local WITH_TOKEN = { Authorization = "Bearer " .. TOKEN }

-- Beside the address, listen.conf gets what only a spec needs: ways to make a job due, and to lose the metrics or the
-- room for them.
local LISTEN = [[
listen 127.0.0.1:%d;
location /due/ { content_by_lua_block {
   ngx.shared.pinecone:set(ngx.var.uri:match "[^/]+$" .. ":next", 0)
   ngx.say "it is due"
} }
location = /forget { content_by_lua_block { ngx.shared.metrics:flush_all() ngx.shared.metrics:flush_expired() } }
location = /fill { content_by_lua_block {
   for _, size in ipairs { 100000, 1000, 50 } do
      local count = 0
      repeat
         count = count + 1
      until not ngx.shared.metrics:safe_set(size .. " " .. count, ("x"):rep(size))
   end
} }
]]

local function as_root()
   return uv.getuid() == 0 and " user root root;" or ""
end

-- The nginx.conf of the example, under another path so that it includes another listen.conf.
local function start_nginx(folder, port, variables)
   folder:write("listen.conf", LISTEN:format(port))
   assert(uv.fs_symlink(EXAMPLE .. "/nginx.conf", folder:path "nginx.conf"))
   variables.LUA_PATH, variables.LUA_CPATH = EXAMPLE .. "/?.lua;" .. package.path, package.cpath
   return process.start(process.find "nginx",
      { "-e", "stderr", "-p", folder.root, "-c", "nginx.conf", "-g", "daemon off;" .. as_root() }, variables)
end

-- New workers look at once what is due, old ones within 5 seconds.
local function make_due(nginx, port, job)
   assert.equal("it is due\n", http.exchange(port, "GET", "/due/" .. job, nil, WITH_TOKEN).body)
   nginx:kill "sighup"
end

-- Without nginx.
local function run_by_cron(emulator, call)
   return process.script("package.path = given.example .. '/?.lua;' .. package.path; " .. call, { example = EXAMPLE },
      { PINECONE_API_KEY = service.api_key, PINECONE_CONTROLLER_HOST = emulator.url }):wait()
end

local function own_backup(days_ago, fields)
   local backup = {
      index_name = "movies", name = os.date("!nightly-%Y-%m-%d", os.time() - days_ago * 24 * 3600),
      description = "taken by nightly.lua", days_ago = days_ago,
   }
   for name, value in pairs(fields or {}) do
      backup[name] = value
   end
   return backup
end

local function named(list)
   local names = {}
   for _, backup in ipairs(list) do
      names[backup.name or ""] = backup.status
   end
   return names
end

describe("the example for OpenResty", function()
   if openresty.missing then
      pending(openresty.missing)
      return
   end

   describe("answers", function()
      local emulator, pc, folder, nginx, port

      local function ask(method, path, body, headers)
         return http.exchange(port, method, path, body, headers or WITH_TOKEN)
      end

      setup(function()
         local backups = {}
         for number = 1, 101 do
            backups[number] = { index_name = "movies", name = "backup-" .. number }
         end
         emulator = service.start {
            seed = { indexes = { { name = "movies", dimension = 3, records = 98 } }, backups = backups },
         }
         pc = service.client(emulator)
         folder, port = scratch.new(), process.free_ports(1)[1]
         nginx = start_nginx(folder, port, {
            PINECONE_API_KEY = service.api_key, PINECONE_CONTROLLER_HOST = emulator.url, BACKUP_TOKEN = TOKEN,
         })
         nginx:listens_on(port)
      end)

      teardown(function()
         nginx:stop()
         emulator:stop()
         folder:remove()
      end)

      before_each(function()
         emulator:clear_faults()
         emulator:clear_requests()
      end)

      it("nobody without the token", function()
         for _, headers in ipairs {
            {}, { Authorization = "Bearer " }, { Authorization = "Bearer wrong" },
            { Authorization = "Basic " .. TOKEN }, { Authorization = "Bearer " .. TOKEN .. "x" },
            { Authorization = "Bearer " .. TOKEN:sub(1, -2) },
         } do
            for _, request in ipairs {
               { "GET", "/backups" }, { "POST", "/backups/movies" }, { "POST", "/restore/any" }, { "GET", "/nothing" },
               { "GET", "/metrics" },
            } do
               local answer = ask(request[1], request[2], nil, headers)
               assert.equal(401, answer.status)
               assert.equal("unauthorized", answer.json.error)
               assert.equal("Bearer", answer.headers["www-authenticate"])
               expect.holds(answer.json.hint, "Authorization: Bearer <token>")
            end
         end
         assert.equal(0, service.sent(emulator))
      end)

      it("with all backups, over more than one page", function()
         local answer = ask("GET", "/backups")
         assert.equal(200, answer.status)
         assert.equal("application/json", answer.headers["content-type"])
         assert.equal(101, #answer.json.data)
         assert.equal(2, service.sent(emulator, "list_project_backups"))
      end)

      it("with the backups of one index", function()
         service.serverless(pc, "songs")
         local empty = ask("GET", "/backups?index=songs")
         assert.equal('{"data":[]}\n', empty.body)

         local backup = pinecone.assert(pc:create_backup { index_name = "songs", name = "the-only-one" })
         local answer = ask("GET", "/backups?index=songs")
         assert.equal(1, #answer.json.data)
         assert.equal(backup.backup_id, answer.json.data[1].backup_id)
      end)

      it("with a backup that it has begun", function()
         local begun = ask("POST", "/backups/movies", { name = "by-http", description = "before the migration" })
         assert.equal(201, begun.status)
         assert.equal("by-http", begun.json.name)
         assert.equal("before the migration", begun.json.description)

         local shown = ask("GET", "/backups/" .. begun.json.backup_id)
         assert.equal(200, shown.status)
         assert.equal("Ready", shown.json.status)
         assert.is_truthy(shown.body:find '"record_count":98[,}]')
      end)

      it("with a backup that has no name, where there is no body or only null in it", function()
         for _, body in ipairs { "", '{"name": null}' } do
            local begun = ask("POST", "/backups/movies", body)
            assert.equal(201, begun.status)
            assert.is_nil(begun.json.name)
         end
      end)

      it("with a restore, which comes to its end", function()
         local backup = pinecone.assert(pc:list_backups "movies").data[1]
         local begun = ask("POST", "/restore/" .. backup.backup_id, { name = "movies-restored" })
         assert.equal(202, begun.status)
         assert.is_string(begun.json.index_id)
         local job = pinecone.assert(pc:wait_for_restore(begun.json.restore_job_id))
         assert.equal("movies-restored", job.target_index_name)
         assert.equal(98, pinecone.assert(pc:describe_index_stats "movies-restored").totalVectorCount)
      end)

      it("404 for what is not there, in Pinecone's words and with a hint", function()
         local answer = ask("POST", "/backups/no-such-index", { name = "any" })
         assert.equal(404, answer.status)
         assert.equal("not_found", answer.json.error)
         expect.holds(answer.json.message, "no-such-index")
         expect.holds(answer.json.hint, "There is no index no-such-index")
         assert.is_string(answer.json.request_id)

         assert.equal(404, ask("GET", "/backups/no-such-backup").status)
         assert.equal(404, ask("GET", "/backups?index=no-such-index").status)
         assert.equal(404, ask("POST", "/restore/no-such-backup", { name = "any" }).status)
      end)

      it("404 and 405 for what it does not serve", function()
         for _, path in ipairs { "/", "/backups/", "/backups/movies/more", "/restore/" } do
            local answer = ask("GET", path)
            assert.equal(404, answer.status)
            assert.equal("There is no such path.", answer.json.message)
         end
         local answer = ask("DELETE", "/backups/movies")
         assert.equal(405, answer.status)
         assert.equal("method_not_allowed", answer.json.error)
         assert.equal("POST, GET", answer.headers.allow)
      end)

      it("409 for a restore onto an index that is there", function()
         local backup = pinecone.assert(pc:list_backups "movies").data[1]
         local answer = ask("POST", "/restore/" .. backup.backup_id, { name = "movies" })
         assert.equal(409, answer.status)
         assert.equal("conflict", answer.json.error)
      end)

      it("400 for a request that is wrong, and says what is wrong", function()
         for _, row in ipairs {
            { "/backups/movies", { nam = "any" }, "unknown field 'nam'; did you mean 'name'?" },
            { "/backups/movies", { name = 7 }, "'name' must be a string" },
            { "/backups/movies", "name=any", "The body must be a JSON object" },
            { "/backups/movies", "[]", "The body must be a JSON object" },
            { "/backups/movies", '{"name": "any"', "The body must be a JSON object" },
            { "/backups/UPPER", "", "index_name 'UPPER' is not valid" },
            { "/restore/any", "", "'name' is missing" },
         } do
            local answer = ask("POST", row[1], row[2])
            assert.equal(400, answer.status)
            assert.equal("invalid_argument", answer.json.error)
            expect.holds(answer.json.message, row[3])
         end
         assert.equal(400, ask("GET", "/backups?index").status)
         assert.equal(0, service.sent(emulator))
      end)

      it("a body that came in pieces", function()
         local connection = http.connect(port)
         connection:send(("POST /backups/movies HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
            .. "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"name\":\r\n"):format(TOKEN))
         connection:send "9\r\n \"pieces\"\r\n1\r\n}\r\n0\r\n\r\n"
         local answer = connection:receive()
         connection:close()
         assert.equal(201, answer.status)
         assert.equal("pieces", cjson.decode(answer.body).name)
      end)

      it("what went wrong behind it with a status that fits", function()
         for _, row in ipairs {
            { 401, 502, "unauthenticated" }, { 402, 502, "payment_required" }, { 403, 502, "permission_denied" },
            { 408, 504, "timeout" }, { 412, 412, "precondition_failed" }, { 429, 429, "rate_limited" },
            { 500, 502, "server" }, { 503, 503, "unavailable" },
         } do
            emulator:clear_faults()
            pinecone.assert(emulator:fault {
               operation = "describe_backup", status = row[1], on = "all", retry_after = 100, -- too long to ask again
               body = cjson.encode { error = { code = "ANY", message = "spoken by Pinecone" }, status = row[1] },
            })
            local answer = ask("GET", "/backups/any")
            assert.equal(row[2], answer.status)
            assert.equal(row[3], answer.json.error)
            expect.holds(answer.json.message, "spoken by Pinecone")
         end
      end)

      it("413 where the body is too large", function()
         local answer = ask("POST", "/backups/movies", ("x"):rep(70000))
         assert.equal(413, answer.status)
         assert.equal("invalid_argument", answer.json.error)
      end)

      it("507 where the project is full", function()
         pinecone.assert(emulator:fault {
            operation = "create_backup", status = 403,
            body = cjson.encode { error = { code = "QUOTA_EXCEEDED", message = "quota" }, status = 403 },
         })
         local answer = ask("POST", "/backups/movies")
         assert.equal(507, answer.status)
         assert.equal("quota_exceeded", answer.json.error)
      end)

      it("429 and when to come again", function()
         pinecone.assert(emulator:fault { operation = "describe_backup", status = 429, retry_after = 100, on = "all" })
         local answer = ask("GET", "/backups/any")
         assert.equal(429, answer.status)
         assert.equal("rate_limited", answer.json.error)
         assert.equal("100", answer.headers["retry-after"])
      end)

      it("503 where Pinecone is down, and whether a backup may have been begun", function()
         pinecone.assert(emulator:fault { operation = "*", status = 503, on = "all" })
         local read = ask("GET", "/backups/any")
         assert.equal(503, read.status)
         assert.equal("unavailable", read.json.error)
         assert.equal("30", read.headers["retry-after"])
         assert.is_nil(read.json.maybe_applied)

         local written = ask("POST", "/backups/movies")
         assert.equal(503, written.status)
         assert.is_true(written.json.maybe_applied)
         expect.holds(written.json.hint, "look before you repeat it")
      end)

      it("while others wait for Pinecone", function()
         pinecone.assert(emulator:fault { operation = "describe_backup", delay = 3, on = "all" })
         local slow = {}
         for i = 1, 20 do
            slow[i] = http.connect(port)
            slow[i]:send(http.bytes("GET", "/backups/any", nil, WITH_TOKEN))
         end
         service.until_true(function() return service.sent(emulator, "describe_backup") == 20 end)
         assert.equal(404, ask("GET", "/backups?index=no-such-index").status)
         for _, connection in ipairs(slow) do
            assert.equal("", connection.received) -- they were first to ask
         end
         for _, connection in ipairs(slow) do
            assert.equal(404, connection:receive().status)
            connection:close()
         end
      end)

      -- Until the log tells it.
      local function run_job(name, told)
         make_due(nginx, port, name)
         service.until_true(function() return folder:read "error.log":find(told, 1, true) end)
      end

      it("with the nightly backup, when it is due", function()
         local name = os.date "!nightly-%Y-%m-%d"
         run_job("nightly", name .. " of movies is Ready, with 98 records")
         assert.equal("Ready", named(ask("GET", "/backups?index=movies").json.data)[name])
      end)

      describe("/metrics", function()
         before_each(function() ask("GET", "/forget") end)

         it("with what Prometheus reads, at once after the start and then from memory", function()
            for _ = 1, 2 do
               local answer = ask("GET", "/metrics")
               assert.equal(200, answer.status)
               assert.equal("text/plain; version=0.0.4", answer.headers["content-type"])
               expect.holds(answer.body, '\npinecone_backup_check_status{index="movies"} 0\n',
                  "\npinecone_backup_check_timestamp ")
            end
            assert.equal(1, service.sent(emulator, "list_indexes"))
         end)

         it("with 503 and a hint, where a first look fails", function()
            pinecone.assert(emulator:fault { operation = "list_indexes", status = 401, on = "all" })
            local answer = ask("GET", "/metrics")
            assert.equal(503, answer.status)
            assert.equal("text/plain", answer.headers["content-type"])
            expect.holds(answer.body, "There is no check of the backups yet", "PINECONE_API_KEY")
            emulator:clear_faults()
            assert.equal(200, ask("GET", "/metrics").status)
         end)

         it("with 503 where there is no room for them", function()
            ask("GET", "/fill")
            local answer = ask("GET", "/metrics")
            assert.equal(503, answer.status)
            expect.holds(answer.body, "bytes do not fit into lua_shared_dict metrics: no memory. Make it larger")
            expect.holds(folder:read "error.log", "do not fit into lua_shared_dict metrics")
         end)

         it("with what the check found when it was due last", function()
            local sample = 'pinecone_backup_check_status{index="films"} 2'
            assert.is_nil(ask("GET", "/metrics").body:find(sample, 1, true))
            service.serverless(pc, "films")
            assert.is_nil(ask("GET", "/metrics").body:find(sample, 1, true))
            make_due(nginx, port, "check")
            service.until_true(function() return ask("GET", "/metrics").body:find(sample, 1, true) end)
         end)

         it("with the old ones where a later check fails, which the log tells", function()
            local old = ask("GET", "/metrics").body
            pinecone.assert(emulator:fault { operation = "list_indexes", status = 401, on = "all" })
            run_job("check", "pinecone: every 'check' failed: list_indexes: ")
            local answer = ask("GET", "/metrics")
            assert.equal(200, answer.status)
            assert.equal(old, answer.body)
         end)
      end)

      it("and tells key and token to nobody", function()
         pinecone.assert(emulator:fault { operation = "describe_backup", status = 401, on = "all" })
         local answer = ask("GET", "/backups/any")
         ask("GET", "/backups", nil, { Authorization = "Bearer " .. TOKEN .. "x" })
         expect.holds(answer.body, "PINECONE_API_KEY") -- where it came from
         local log = folder:read "error.log"
         expect.holds(log, "The server refused the API key")
         for _, text in ipairs { answer.body, log, nginx.text } do
            assert.is_nil(text:find(service.api_key, 1, true))
            assert.is_nil(text:find(TOKEN, 1, true))
         end
      end)
   end)

   it("does not start without a key or a token, and says which", function()
      for missing, hint in pairs {
         PINECONE_API_KEY = "set PINECONE_API_KEY", BACKUP_TOKEN = "BACKUP_TOKEN must be set",
      } do
         local folder, port = scratch.new(), process.free_ports(1)[1]
         local variables = { PINECONE_API_KEY = service.api_key, BACKUP_TOKEN = TOKEN }
         variables[missing] = ""
         local ended = start_nginx(folder, port, variables):wait()
         folder:remove()
         assert.equal(1, ended.code)
         expect.holds(ended.text, hint)
      end
   end)

   describe("takes nightly backups that", function()
      local emulator, pc

      local function begin(seed)
         emulator = service.start { seed = seed }
         pc = service.client(emulator)
      end

      local function run_night()
         return run_by_cron(emulator, 'require "nightly"()')
      end

      local function backups_of(index_name)
         local list = {}
         for backup in pc:backups { index_name = index_name } do
            list[#list + 1] = backup
         end
         return list
      end

      local function a_week_and_more()
         local backups = {
            own_backup(21, { description = "by hand" }),
            own_backup(22, { name = "weekly" }),
            own_backup(23, { name = "nightly-2020-01-01-copy" }),
         }
         for days_ago = 1, 10 do
            backups[#backups + 1] = own_backup(days_ago, days_ago == 4 and { status = "InitializationFailed" } or nil)
         end
         return { indexes = { { name = "movies", dimension = 3, records = 98 } }, backups = backups }
      end

      -- Two too many when that of today comes, and one too many where none comes.
      local function eight_of(index_names)
         local backups = {}
         for _, index_name in ipairs(index_names) do
            for days_ago = 1, 8 do
               backups[#backups + 1] = own_backup(days_ago, { index_name = index_name })
            end
         end
         return backups
      end

      after_each(function() emulator:stop() end)

      it("leave the newest seven, and whatever somebody else took", function()
         begin(a_week_and_more())
         local night = run_night()
         assert.equal(0, night.code)
         expect.holds(night.out, " of movies is Ready, with 98 records\n")
         local deleted = {}
         for days_ago = 10, 8, -1 do
            deleted[#deleted + 1] = ("deleted %s of movies\n"):format(own_backup(days_ago).name)
         end
         expect.holds(night.out, table.concat(deleted))

         local left = named(backups_of "movies")
         for days_ago = 0, 10 do
            local status = days_ago == 4 and "InitializationFailed" or days_ago <= 7 and "Ready" or nil
            assert.equal(status, left[own_backup(days_ago).name])
         end
         assert.equal("Ready", left[own_backup(21).name])
         assert.equal("Ready", left.weekly)
         assert.equal("Ready", left["nightly-2020-01-01-copy"])
         assert.equal(11, #backups_of "movies")
      end)

      it("delete nothing where the new one fails, nor try again on the same day", function()
         begin(a_week_and_more())
         pinecone.assert(emulator:fault { operation = "create_backup", job = "failed" })
         for _ = 1, 2 do
            local night = run_night()
            assert.equal(1, night.code)
            expect.holds(night.err, "1 of 1 nightly backups went wrong: movies")
            expect.holds(night.out, "the nightly backup of movies went wrong: wait_for_backup",
               "the backup ended as InitializationFailed")
            assert.equal(14, #backups_of "movies")
         end
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("delete nothing where the new one cannot be begun", function()
         begin(a_week_and_more())
         pinecone.assert(emulator:fault { operation = "create_backup", status = 403, on = "all" })
         assert.equal(1, run_night().code)
         assert.equal(13, #backups_of "movies")
      end)

      it("delete old ones of those indexes only whose new one is good, in one go", function()
         begin {
            indexes = { { name = "movies", dimension = 3 }, { name = "songs", dimension = 3 } },
            backups = eight_of { "movies", "songs" },
         }
         pinecone.assert(emulator:fault { operation = "create_backup", job = "failed" })
         local night = run_night()
         local broken = night.err:match "1 of 2 nightly backups went wrong: (%l+)"
         assert.is_string(broken)
         assert.equal(9, #backups_of(broken))
         assert.equal(7, #backups_of(broken == "movies" and "songs" or "movies"))
         assert.equal(1, service.sent(emulator, "list_project_backups"))
      end)

      it("tell what could not be deleted, beside what could, and delete it the next time", function()
         begin { indexes = { { name = "movies", dimension = 3 } }, backups = eight_of { "movies" } }
         pinecone.assert(emulator:fault { operation = "delete_backup", status = 409 })
         local night = run_night()
         assert.equal(1, night.code)
         expect.holds(night.out, own_backup(8).name .. " of movies is still there: ", "(conflict")
         expect.holds(night.err, "old ones that could not be deleted: 1")
         assert.equal(8, #backups_of "movies")

         assert.equal(0, run_night().code)
         assert.equal(7, #backups_of "movies")
      end)

      it("tell that the old ones could not be listed", function()
         begin { indexes = { { name = "movies", dimension = 3 } } }
         pinecone.assert(emulator:fault { operation = "list_project_backups", status = 403 })
         local night = run_night()
         assert.equal(1, night.code)
         expect.holds(night.err, "no old ones were deleted: prune_backups: ")
      end)

      it("wait for one that an earlier run has begun", function()
         begin { indexes = { { name = "movies", dimension = 3 } } }
         pinecone.assert(emulator:fault { operation = "create_backup", job_seconds = 1 })
         pinecone.assert(pc:create_backup {
            index_name = "movies", name = own_backup(0).name, description = own_backup(0).description,
         })
         expect.holds(run_night().out, own_backup(0).name .. " of movies is Ready")
         assert.equal(1, service.sent(emulator, "create_backup"))
      end)

      it("are one a day, however often it runs", function()
         begin { indexes = { { name = "movies", dimension = 3, records = 98 } } }
         for _ = 1, 3 do
            assert.equal(0, run_night().code)
         end
         assert.equal(1, service.sent(emulator, "create_backup"))
      end)

      it("are of every index but pods and those of drills, whatever happens to one of them", function()
         begin { indexes = {
            { name = "movies", dimension = 3 }, { name = "drill-songs", dimension = 3 },
            { name = "drill-movies-20260424-060000-xkwqzbtf", dimension = 3 },
            { name = "pods", dimension = 3, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } },
         } }
         pinecone.assert(emulator:fault { operation = "create_backup", job = "failed" })
         local night = run_night()
         assert.equal(1, night.code)
         expect.holds(night.err, "1 of 2 nightly backups went wrong")
         expect.holds(night.out, "is Ready, with 0 records")
         assert.equal(2, service.sent(emulator, "create_backup"))
      end)
   end)

   describe("drills", function()
      local emulator, pc, folder, nginx, port

      local function begin(seed)
         emulator = service.start { seed = seed }
         pc = service.client(emulator)
      end

      local function seed_of(...)
         local seed = { indexes = {}, backups = {} }
         for place, index_name in ipairs { ... } do
            seed.indexes[place] = { name = index_name, dimension = 3, records = 98 }
            seed.backups[place] = { index_name = index_name, name = "of-" .. index_name }
         end
         return seed
      end

      local function index_names()
         local names = {}
         for place, index in ipairs(pinecone.assert(pc:list_indexes()).indexes) do
            names[place] = index.name
         end
         table.sort(names)
         return names
      end

      -- Makes it due, and waits until the log tells.
      local function run_in_nginx(told)
         folder, port = scratch.new(), process.free_ports(1)[1]
         -- what is lost is lost: nothing is gained by a minute's wait for it
         folder:write("drills.lua", ([[
            require "pinecone.workflows.restore".VERIFY_GRACE = 0.1
            return dofile %q
         ]]):format(EXAMPLE .. "/drills.lua"))
         nginx = start_nginx(folder, port, {
            PINECONE_API_KEY = service.api_key, PINECONE_CONTROLLER_HOST = emulator.url, BACKUP_TOKEN = TOKEN,
         })
         nginx:listens_on(port)
         make_due(nginx, port, "drill")
         service.until_true(function() return folder:read "error.log":find(told, 1, true) end)
      end

      after_each(function()
         if nginx then
            nginx:stop()
            folder:remove()
            nginx = nil
         end
         emulator:stop()
      end)

      it("when it is due, and leaves no index behind", function()
         begin(seed_of "movies")
         run_in_nginx "the drill of movies went well: 98 records in 1 namespaces of backup of-movies, there after "
         assert.same({ "movies" }, index_names())
         assert.equal(1, service.sent(emulator, "create_index_from_backup"))
      end)

      it("and logs which counts differ where records were lost, and leaves no index behind", function()
         begin(seed_of "movies")
         pinecone.assert(emulator:fault { operation = "create_index_from_backup", lose = 3 })
         run_in_nginx "pinecone: every 'drill' failed: the drill of movies failed: verify drill-movies-"
         expect.holds(folder:read "error.log", ": 95 of 98 records")
         assert.same({ "movies" }, index_names())
      end)

      it("another index each day, but none of pods or of a drill", function()
         local seed = seed_of("movies", "songs")
         table.insert(seed.indexes, { name = "drill-movies-20260424-060000-xkwqzbtf", dimension = 3 })
         table.insert(seed.indexes, {
            name = "pods", dimension = 3, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
         })
         begin(seed)
         local before = index_names()
         local ended = run_by_cron(emulator, 'for day = 20000, 20002 do require "drills"(day) end')
         assert.equal(0, ended.code)
         local drilled = {}
         for name in ended.out:gmatch "the drill of (%S+) went well" do
            drilled[#drilled + 1] = name
         end
         assert.same({ "movies", "songs", "movies" }, drilled)
         assert.same(before, index_names())
      end)

      it("nothing where there is no index", function()
         begin {}
         local ended = run_by_cron(emulator, 'require "drills"()')
         assert.equal(0, ended.code)
         assert.equal("", ended.text)
      end)

      it("and fails in one line where there is no backup", function()
         begin { indexes = { { name = "movies", dimension = 3 } } }
         local ended = run_by_cron(emulator, 'require "drills"()')
         assert.equal(1, ended.code)
         expect.holds(ended.err, "the drill of movies failed: list_backups movies: no backup of this index is Ready")
         expect.holds(ended.err, "Is that the index's name?")
         assert.is_nil(ended.err:match "failed:[^\n]*\n%s*Is that")
      end)
   end)

   describe("is tried by make openresty, which", function()
      local folder, running
      local curl, no_curl = process.find "curl"
      if not curl then
         pending(no_curl)
         return
      end

      -- As the Makefile does.
      before_each(function()
         folder = scratch.new()
         running = process.start(service.interpreter(), { EXAMPLE .. "/try.lua", folder.root },
            { PATH = os.getenv "PATH" .. ":/usr/sbin" })
      end)

      after_each(function()
         running:stop()
         folder:remove()
      end)

      it("prints commands that work, and ends both on Ctrl-C", function()
         local port = http.port(running:expect "API +(%S+)\n")
         local commands = running:expect "\n(curl .*)Ctrl%-C"
         local keys = {}
         for command in commands:gmatch "curl [^\n]+" do
            local answer = process.start("/bin/sh", { "-c", command .. " --silent --fail" }):wait()
            assert.equal(0, answer.code, command .. ": " .. answer.text)
            keys[#keys + 1] = answer.out:match '"(data)"' or answer.out:match '"(restore_job_id)"'
               or answer.out:match '"(backup_id)"' or answer.out:match 'pinecone_backup_check_status{index="movies"}'
         end
         assert.same({ "backup_id", "data", "restore_job_id", 'pinecone_backup_check_status{index="movies"}' }, keys)

         local both = running:children()
         assert.equal(2, #both)
         running:kill "sigint"
         assert.equal(0, running:wait().code)
         expect.holds(running.text, "nginx and the emulator are stopped.")
         assert.is_nil(http.connect(port))
         for _, id in ipairs(both) do
            assert.is_nil(uv.fs_stat("/proc/" .. id))
         end
         assert.same({ "error.log", "listen.conf", "nginx.conf", "temporary" }, folder:names())
      end)

      for place, name in ipairs { "The emulator", "nginx" } do
         it("ends when " .. name .. " ends", function()
            local port = http.port(running:expect "API +(%S+)\n")
            uv.kill(running:children()[place], "sigterm")
            assert.equal(1, running:wait().code)
            expect.holds(running.out, name .. " has ended.")
            assert.is_nil(http.connect(port))
         end)
      end
   end)
end)
