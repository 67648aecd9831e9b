-- What the emulator keeps in a file, and what it begins with.

local uv = require("luv")
local cjson = require("cjson").new()
local command = require("support.command")
local emulator = require("pinecone.emulator")
local expect = require("support.expect")
local http = require("support.http")
local json = require("pinecone.emulator.json")
local scratch = require("support.scratch")
local service = require("support.service")
local snapshot = require("pinecone.emulator.state.snapshot")

local DAY = 86400
local ROUNDS, LOAD = 30, 40
local CLASSIC = { ["X-Pinecone-Api-Version"] = "2026-04" }
local NEWEST = { ["X-Pinecone-Api-Version"] = "2026-07" }

local folder, running, path

local function spawn(options)
   running = assert(emulator.spawn(options))
   return running
end

-- Kills the emulator and starts it again on the same file.
local function restart(options)
   running:kill()
   options.state = path
   return spawn(options)
end

local function ask(method, target, body, headers)
   return http.exchange(http.port(running.url), method, target, body, headers or CLASSIC)
end

local function done(method, target, body, headers)
   local answer = ask(method, target, body, headers)
   assert.is_true(answer.status < 300, answer.body)
   return answer.json
end

local function serverless(name, more)
   local body = { name = name, dimension = 2, spec = { serverless = { cloud = "aws", region = "us-east-1" } } }
   for key, value in pairs(more or {}) do
      body[key] = value
   end
   return body
end

local function on_index(name, method, target, body)
   return http.exchange(http.port(done("GET", "/indexes/" .. name).host), method, target, body, CLASSIC)
end

local function upsert(name, body)
   local answer = on_index(name, "POST", "/vectors/upsert", body)
   assert.equal(200, answer.status, answer.body)
end

local function vectors(count)
   local list = {}
   for number = 1, count do
      list[number] = { id = "record-" .. number, values = { number, 1 / number } }
   end
   return { vectors = list }
end

local function collect(view, headers, ...)
   for _, target in ipairs({ ... }) do
      view[#view + 1] = target .. " " .. ask("GET", target, nil, headers).body
   end
end

-- Everything that can be seen, word for word.
local function seen()
   local view = {}
   collect(view, CLASSIC, "/indexes", "/backups?limit=100", "/restore-jobs?limit=100", "/collections",
      "/_emulator/state")
   for _, index in ipairs(done("GET", "/indexes").indexes) do
      local target = "/indexes/" .. index.name .. "/backup-schedules"
      collect(view, NEWEST, target)
      for _, schedule in ipairs((ask("GET", target, nil, NEWEST).json or {}).data or {}) do
         collect(view, NEWEST, "/backup-schedules/" .. schedule.schedule_id .. "/history")
      end
      local stats = on_index(index.name, "POST", "/describe_index_stats", "{}")
      view[#view + 1] = stats.body
      for name in pairs(stats.json.namespaces or {}) do
         local ids = on_index(index.name, "GET", "/vectors/list?namespace=" .. name)
         view[#view + 1] = ids.body
         for _, vector in ipairs(ids.json.vectors) do
            view[#view + 1] = on_index(index.name, "GET",
               "/vectors/fetch?namespace=" .. name .. "&ids=" .. vector.id).body
         end
      end
   end
   return view
end

local function names_of(target, list)
   local names = {}
   for _, row in ipairs(done("GET", target)[list]) do
      names[#names + 1] = row.name
   end
   table.sort(names)
   return names
end

local function starts_with_folder()
   setup(function() folder = scratch.new() end)
   teardown(function() folder:remove() end)
   before_each(function()
      for _, name in ipairs(folder:names()) do
         uv.fs_unlink(folder:path(name))
      end
      path = folder:path("state.json")
   end)
   after_each(function()
      if running then
         running:stop()
         running = nil
      end
   end)
end

describe("the emulator's state file", function()
   starts_with_folder()

   it("brings everything back as it was", function()
      local options = { state = path, speed = 0, job_seconds = 10 }
      spawn(options)
      done("POST", "/indexes", serverless("docs", { tags = { a = "1", _b = "2" } }))
      done("POST", "/indexes", { name = "pods", dimension = 2, spec = { pod = { environment = "us-east1-gcp",
         pod_type = "p1.x1" } } })
      done("POST", "/indexes", '{"name":"bare","dimension":2,"spec":{"pod":{"environment":"us-east1-gcp",'
         .. '"pod_type":"p1.x1","metadata_config":{"indexed":[]}}}}')
      done("POST", "/indexes", '{"name":"sparse","vector_type":"sparse","spec":{"serverless":'
         .. '{"cloud":"aws","region":"us-east-1"}}}')
      assert(running:advance(10))
      upsert("docs", '{"vectors":[{"id":"1","values":[1,0.1]},{"id":"$2","values":[-3e-7,16777217],"metadata":'
         .. '{"n":1,"f":1.5,"b":true,"s":"\\u00e9\\n","l":["x"],"$":"array","$records":"x","1":2,"by_id":"y"}},'
         .. '{"id":"3","values":[1,2],"metadata":{"none":null,"in":{"l":[{"k":[null,1]}]}}}]}')
      upsert("docs", '{"namespace":"$ns","vectors":[{"id":"a","values":[1,2]}]}')
      upsert("sparse", '{"vectors":[{"id":"s","sparseValues":{"indices":[4294967295,1],"values":[0.5,1]}}]}')
      upsert("pods", vectors(3))
      done("POST", "/indexes/docs/backup-schedules", { name = "nightly",
         schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 3 } }, NEWEST)
      done("POST", "/collections", { name = "frozen", source = "pods" })
      assert(running:advance(5 * DAY))
      local backup = done("POST", "/indexes/docs/backups", { name = "first", description = "by hand" })
      assert(running:advance(10))
      done("POST", "/backups/" .. backup.backup_id .. "/create-index", { name = "again" })
      done("POST", "/indexes/docs/backups", { name = "second" })
      done("POST", "/collections", { name = "later", source = "pods" })
      assert(running:advance(5.123456))
      local before, time = seen(), running:time()
      restart(options)
      assert.same(before, seen())
      assert.equal(time, running:time())
      assert(running:advance(DAY))
      assert.same({ "again", "bare", "docs", "pods", "sparse" }, names_of("/indexes", "indexes"))
      local names = names_of("/backups", "data")
      assert.same({ "first", "second", 5 }, { names[1], names[#names], #names })
   end)

   it("lets happen in order what fell into the time between", function()
      spawn({ state = path, job_seconds = 0 })
      done("POST", "/indexes", serverless("docs"))
      done("POST", "/indexes/docs/backup-schedules", { name = "nightly",
         schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 2 } }, NEWEST)
      running:stop()
      -- As if it had been stopped ten days ago.
      local text, count = folder:read("state.json"):gsub('"real":([%d.]+)', function(real)
         return ('"real":%.6f'):format(tonumber(real) - 10 * DAY)
      end)
      assert.equal(1, count)
      folder:write("state.json", text)
      spawn({ state = path, job_seconds = 0 })
      local listed = names_of("/backups", "data")
      assert.equal(2, #listed)
      assert.is_true(math.abs(running:time() - os.time() - 10 * DAY) < 60)
   end)

   it("keeps what a look has shown", function()
      local options = { state = path, speed = 1000, job_seconds = 30 }
      spawn(options)
      done("POST", "/indexes", serverless("docs"))
      service.until_true(function() return done("GET", "/indexes/docs").status.ready end)
      restart({ speed = 0, job_seconds = 30 })
      assert.is_true(done("GET", "/indexes/docs").status.ready)
   end)

   it("keeps fault plans and the log out", function()
      spawn({ state = path })
      assert(running:fault({ operation = "*", on = "all", status = 503 }))
      ask("GET", "/indexes")
      restart({})
      assert.same({}, running:requests())
      assert.equal(200, ask("GET", "/indexes").status)
   end)

   it("is empty again after a reset", function()
      spawn({ state = path })
      done("POST", "/indexes", serverless("docs"))
      assert(running:reset())
      restart({})
      assert.equal(0, running:state().indexes)
   end)

   it("gives every index its port again, and another one when that is taken", function()
      spawn({ state = path, job_seconds = 0 })
      local host = done("POST", "/indexes", serverless("docs")).host
      restart({})
      assert.equal(host, done("GET", "/indexes/docs").host)
      running:kill()
      local other = assert(emulator.spawn({ port = http.port(host) }))
      local moved
      local ok, problem = pcall(function()
         spawn({ state = path })
         moved = done("GET", "/indexes/docs").host
         upsert("docs", vectors(1))
      end)
      other:stop()
      assert(ok, problem)
      assert.are_not.equal(host, moved)
      restart({})
      assert.equal(moved, done("GET", "/indexes/docs").host)
   end)

   it("keeps number, nesting and size of everything that requests may hold", function()
      spawn({ state = path, job_seconds = 0 })
      done("POST", "/indexes", serverless("docs"))
      local deep = ('{"a":'):rep(997) .. "1" .. ("}"):rep(997)
      upsert("docs", '{"vectors":[{"id":"deep","values":[1,2],"metadata":' .. deep .. "}]}")
      upsert("docs", '{"vectors":[{"id":"huge","values":[1e99,-1e-99]}]}')
      restart({})
      assert.truthy(on_index("docs", "GET", "/vectors/fetch?ids=deep").body:find(deep, 1, true))
      assert.equal(2, on_index("docs", "POST", "/describe_index_stats", "{}").json.totalVectorCount)
   end)

   it("holds records once that a year of backups shares", function()
      spawn({ state = path, speed = 0, job_seconds = 1, seed = {
         indexes = { { name = "docs", dimension = 3, records = 1000 } },
         schedules = { { index_name = "docs", name = "nightly", frequency = "daily", expire_after_days = 365,
            days_ago = 370 } },
      } })
      assert.equal(365, running:state().backups)
      local text = folder:read("state.json")
      assert.equal(1, select(2, text:gsub('"id":"record%-777"', "")))
      assert.is_true(#text < 1000 * 100 + 366 * 1000, #text)
      running:kill()
      spawn({ state = path, speed = 0, job_seconds = 1 })
      done("POST", "/indexes/docs/backups", { name = "one more" })
      local again = folder:read("state.json")
      assert.equal(1, select(2, again:gsub('"id":"record%-777"', "")))
      assert.equal(366, running:state().backups)
   end)

   it("remembers what a restore has lost, and that its backup has it all", function()
      spawn({ state = path, speed = 0, job_seconds = 10 })
      done("POST", "/indexes", serverless("docs"))
      assert(running:advance(10))
      upsert("docs", vectors(10))
      local backup = done("POST", "/indexes/docs/backups", { name = "ten" })
      assert(running:advance(10))
      assert(running:fault({ operation = "create_index_from_backup", lose = 3 }))
      done("POST", "/backups/" .. backup.backup_id .. "/create-index", { name = "lossy" })
      restart({ speed = 0, job_seconds = 10 })
      done("POST", "/backups/" .. backup.backup_id .. "/create-index", { name = "whole" })
      assert(running:advance(10))
      restart({ speed = 0, job_seconds = 10 })
      for name, count in pairs({ lossy = 7, whole = 10, docs = 10 }) do
         assert.equal(count, on_index(name, "POST", "/describe_index_stats", "{}").json.totalVectorCount)
      end
   end)

   it("does not let an index write into its backups after a restart", function()
      spawn({ state = path, job_seconds = 0 })
      done("POST", "/indexes", serverless("docs"))
      upsert("docs", vectors(10))
      local backup = done("POST", "/indexes/docs/backups", { name = "ten" })
      ask("GET", "/backups")
      restart({ job_seconds = 0 })
      upsert("docs", { vectors = { { id = "eleven", values = { 1, 2 } }, { id = "record-1", values = { 9, 9 } } } })
      restart({ job_seconds = 0 })
      done("POST", "/backups/" .. backup.backup_id .. "/create-index", { name = "again" })
      assert.equal(10, on_index("again", "POST", "/describe_index_stats", "{}").json.totalVectorCount)
      assert.equal(11, on_index("docs", "POST", "/describe_index_stats", "{}").json.totalVectorCount)
      local function first_of(name)
         return on_index(name, "GET", "/vectors/fetch?ids=record-1").json.vectors["record-1"].values
      end
      assert.same({ { 1, 1 }, { 9, 9 } }, { first_of("again"), first_of("docs") })
   end)

   it("makes whole numbers integers again, where this Lua has them", function()
      spawn({ state = path })
      done("POST", "/indexes", serverless("docs"))
      local project = assert(snapshot.read(folder:read("state.json")))
      expect.integer(project.data.indexes.by_key.docs.dimension)
   end)

   -- Sends many requests at once, kills the emulator when so many are answered,
   -- and returns the ids of the backups that were acknowledged.
   local function kill_under_load(round, answers)
      local connection = assert(http.connect(http.port(running.url)))
      local requests, ids = {}, {}
      for number = 1, LOAD do
         requests[number] = http.bytes("POST", "/indexes/docs/backups", ('{"name":"b-%d-%d"}'):format(round, number))
      end
      connection.socket:write(table.concat(requests))
      http.wait_until(function()
         return select(2, connection.received:gsub('"backup_id"', "")) >= answers
      end)
      uv.kill(running.pid, "sigkill")
      connection:wait_for_end()
      for id in connection.received:gmatch('"backup_id":"([%x-]+)"') do
         ids[#ids + 1] = id
      end
      connection:close()
      return ids
   end

   local function all_backups()
      local by_id, token = {}, ""
      repeat
         local page = done("GET", "/backups?limit=100" .. token)
         for _, backup in ipairs(page.data) do
            assert.is_nil(by_id[backup.backup_id])
            by_id[backup.backup_id] = backup.name
         end
         local following = page.pagination ~= cjson.null and page.pagination and page.pagination.next
         token = following and "&paginationToken=" .. following:gsub("=", "%%3D")
      until not token
      return by_id
   end

   it("has every answered change, whenever the emulator is killed", function()
      local options = { job_seconds = 0, max_backups = 100000 }
      options.state = path
      spawn(options)
      done("POST", "/indexes", serverless("docs"))
      upsert("docs", vectors(20))
      local acknowledged, between = {}, 0
      for round = 1, ROUNDS do
         local ids = kill_under_load(round, math.random(0, LOAD / 2))
         between = between + (#ids < LOAD and 1 or 0)
         for _, id in ipairs(ids) do
            acknowledged[#acknowledged + 1] = id
         end
         restart(options)
      end
      local found, names, count = all_backups(), {}, 0
      for _, id in ipairs(acknowledged) do
         assert.is_string(found[id])
      end
      for _, name in pairs(found) do
         local round, number = name:match("^b%-(%d+)%-(%d+)$")
         assert.is_true(tonumber(round) <= ROUNDS and tonumber(number) <= LOAD)
         assert.is_nil(names[name])
         names[name] = true
         count = count + 1
      end
      assert.is_true(between >= ROUNDS / 2, between .. " were killed in the midst")
      -- What was saved in each round and not yet answered.
      local more = count - #acknowledged
      assert.is_true(more <= ROUNDS, more .. " more")
   end)

   for what, text in pairs({
      ["is empty"] = "",
      ["is no JSON"] = '{"format":"lua-pinecone emulator state","version":1',
      ["is something else"] = '{"indexes":[]}',
      ["is no object"] = "null",
      ["lacks its data"] = '{"format":"lua-pinecone emulator state","version":1,"namespaces":[]}',
   }) do
      it("is refused, and left alone, when it " .. what, function()
         folder:write("state.json", text)
         local made, problem = emulator.spawn({ state = path })
         assert.is_nil(made)
         assert.truthy(problem:find("cannot use the state file " .. path .. ": it is", 1, true), problem)
         assert.truthy(problem:find("Name another file, or move this one away", 1, true))
         assert.equal(text, folder:read("state.json"))
         assert.same({ "state.json" }, folder:names())
      end)
   end

   for what, change in pairs({
      ["names an index that is not there"] = { '"order":%["docs"%]', '"order":["docs","songs"]' },
      ["has an event at no time"] = { '"at":[%d.]+', '"at":"soon"' },
      ["has an index without host"] = { '"host":"[^"]*"', '"host":5' },
      ["has no tables"] = { '"backups":{', '"backup":{' },
      ["has records that are none"] = { '{"%$records":{}}', "5" },
      ["has an event of an unknown kind"] = { '"events":%[', '"events":[{"at":5,"kind":"dance"},' },
      ["has a clock before all times"] = { '"emulated":[%d.]+', '"emulated":-1e300' },
   }) do
      it("is refused when somebody changed it so that it " .. what, function()
         spawn({ state = path, job_seconds = 3600 })
         done("POST", "/indexes", serverless("docs"))
         running:stop()
         local text, count = folder:read("state.json"):gsub(change[1], change[2], 1)
         assert.equal(1, count)
         folder:write("state.json", text)
         local made, problem = emulator.spawn({ state = path })
         assert.is_nil(made)
         assert.truthy(problem:find("it is damaged", 1, true), problem)
         assert.equal(text, folder:read("state.json"))
      end)
   end

   it("is refused when it is of a newer format", function()
      local text = '{"format":"lua-pinecone emulator state","version":2}'
      folder:write("state.json", text)
      local made, problem = emulator.spawn({ state = path })
      assert.is_nil(made)
      assert.truthy(problem:find("it has version 2 of the format, and this emulator reads version 1", 1, true), problem)
      assert.equal(text, folder:read("state.json"))
   end)

   it("is refused where it cannot be written", function()
      for _, place in ipairs({ folder:path("missing/state.json"), folder:write("file", "") .. "/state.json" }) do
         local made, problem = emulator.spawn({ state = place })
         assert.is_nil(made)
         assert.truthy(problem:find("cannot use the state file " .. place .. ": ", 1, true), problem)
         assert.truthy(problem:find("its folder must exist and be writable", 1, true), problem)
      end
   end)

   it("is one emulator's alone, until that has ended", function()
      spawn({ state = path })
      local second, problem = emulator.spawn({ state = path })
      assert.is_nil(second)
      assert.equal(("cannot use the state file %s: process %d uses it"):format(path, running.pid), problem)
      done("POST", "/indexes", serverless("docs"))
      restart({})
      assert.equal(1, running:state().indexes)
      running:stop()
      assert.same({ "state.json" }, folder:names())
      for _, left in ipairs({ "", "1\n", "999999999 1", uv.os_getpid() .. " 1" }) do
         folder:write("state.json.lock", left)
         spawn({ state = path })
         running:stop()
      end
   end)

   it("is told of with a 500 where it cannot be written any more, until it can", function()
      local gone = scratch.new()
      running = command.launch("--state", gone:path("state.json"), "--job-seconds", "0")
      done("POST", "/indexes", serverless("docs"))
      gone:remove()
      local answer = ask("POST", "/indexes/docs/backups", { name = "late" })
      assert.same({ 500, 500 }, { answer.status, answer.json.status })
      local problem = "the state cannot be saved in " .. gone.root .. "/state.json (no such file or directory)"
      assert.equal(problem .. "; what was asked for is saved as soon as that can be", answer.json.error.message)
      local refused = ask("POST", "/indexes/docs/backups", { name = "refused" })
      assert.equal(problem .. "; nothing was done", refused.json.error.message)
      assert.equal(500, ask("GET", "/backups").status)
      assert.equal(500, ask("GET", "/_emulator/state").status)
      uv.fs_mkdir(gone.root, tonumber("755", 8))
      assert.same({ "late" }, names_of("/backups", "data"))
      assert.truthy(gone:read("state.json"):find('"late"', 1, true))
      assert.equal("pinecone.emulator: " .. problem .. "\n", running.err)
      gone:remove()
   end)

   it("says what keeps it from being locked", function()
      folder:write("state.json.lock", "1 0")
      folder:write("state.json.lock.takeover", "")
      local made, problem = emulator.spawn({ state = path })
      assert.is_nil(made)
      assert.truthy(problem:find("where there is none, remove " .. path .. ".lock.takeover", 1, true), problem)
   end)

   it("is what a symbolic link points to", function()
      assert(uv.fs_symlink(folder:write("real.json", ""), path))
      uv.fs_unlink(folder:path("real.json"))
      local made, problem = emulator.spawn({ state = path })
      assert.is_nil(made)
      assert.truthy(problem:find("it is a symbolic link to what is not there", 1, true), problem)
      spawn({ state = folder:path("real.json") })
      done("POST", "/indexes", serverless("docs"))
      running:kill()
      spawn({ state = path })
      assert.equal(1, running:state().indexes)
      done("DELETE", "/indexes/docs")
      assert.equal("link", uv.fs_lstat(path).type)
   end)
end)

describe("the emulator's seed", function()
   starts_with_folder()

   local description = {
      indexes = {
         { name = "movies", dimension = 3, records = 98, tags = { a = "b" } },
         { name = "songs", dimension = 2, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
            namespaces = { [""] = 10, rock = { { id = "a", values = { 1, 0 }, metadata = { loud = true } } } } },
         { name = "words", vector_type = "sparse", records = 3, days_ago = 1 },
      },
      collections = { { name = "frozen", source = "songs" } },
      backups = {
         { index_name = "movies", name = "launch", description = "before it", days_ago = 3 },
         { index_name = "movies", name = "broken", status = "InitializationFailed" },
      },
      schedules = {
         { index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7, days_ago = 30 },
         { index_name = "movies", name = "weekly", frequency = "weekly", expire_after_days = 30, enabled = false,
            days_ago = 31 },
      },
      restores = { { backup = "launch", name = "movies-restored", days_ago = 2 } },
   }

   local function assert_seeded()
      assert.same({ "movies", "movies-restored", "songs", "words" }, names_of("/indexes", "indexes"))
      for _, index in ipairs(done("GET", "/indexes").indexes) do
         assert.is_true(index.status.ready, index.name)
      end
      local count = 0
      for _, backup in ipairs(done("GET", "/backups?limit=100").data) do
         local expected = backup.name == "broken" and "InitializationFailed" or "Ready"
         assert.equal(expected, backup.status, backup.name)
         count = count + (backup.name:find("^nightly%-%d+T060000Z$") and 1 or 0)
      end
      assert.equal(7, count)
      assert.same({ indexes = 4, backups = 9, restore_jobs = 1, collections = 1, schedules = 2 }, running:state())
      assert.equal(98, on_index("movies-restored", "POST", "/describe_index_stats", "{}").json.totalVectorCount)
      assert.same({ [""] = { vectorCount = 10 }, rock = { vectorCount = 1 } },
         on_index("songs", "POST", "/describe_index_stats", "{}").json.namespaces)
      assert.equal("Completed", done("GET", "/restore-jobs").data[1].status)
      local collection = done("GET", "/collections/frozen")
      assert.same({ "Ready", 11 }, { collection.status, collection.vector_count })
   end

   local function day_of(seconds)
      return os.date("!%Y-%m-%d", math.floor(seconds))
   end

   it("makes a project out of a table, each thing at its time", function()
      spawn({ seed = description, api_key = "right", job_seconds = 2 })
      CLASSIC["Api-Key"] = "right"
      finally(function() CLASSIC["Api-Key"] = nil end)
      assert_seeded()
      assert.is_true(math.abs(running:time() - os.time()) < 60)
      for _, backup in ipairs(done("GET", "/backups?limit=100").data) do
         if backup.name == "launch" then
            -- Its job, and that of a restore, come first.
            assert.equal(day_of(running:time() - 3 * DAY - 4), backup.created_at:sub(1, 10))
         end
      end
   end)

   it("makes one out of a file", function()
      spawn({ seed = folder:write("seed.json", json.encode(description)), speed = 0 })
      assert_seeded()
   end)

   it("takes months of long jobs in order", function()
      spawn({ speed = 0, job_seconds = DAY, seed = description })
      local state = running:state()
      assert.same({ 4, 9 }, { state.indexes, state.backups })
      assert.equal("Completed", done("GET", "/restore-jobs").data[1].status)
   end)

   it("is what a reset goes back to, also in the state file", function()
      spawn({ seed = description, state = path, job_seconds = 0 })
      done("DELETE", "/indexes/words")
      done("POST", "/indexes", serverless("docs"))
      assert.same({ "docs", "movies", "movies-restored", "songs" }, names_of("/indexes", "indexes"))
      assert(running:reset())
      assert_seeded()
      restart({ job_seconds = 0 })
      assert_seeded()
   end)

   it("is left aside where there is a state", function()
      spawn({ state = path, job_seconds = 0 })
      done("POST", "/indexes", serverless("docs"))
      restart({ seed = description })
      assert.same({ "docs" }, names_of("/indexes", "indexes"))
   end)

   it("leaves no file behind when it is wrong", function()
      local made, problem = emulator.spawn({ state = path, seed = { backups = { { index_name = "nothing" } } } })
      assert.is_nil(made)
      assert.equal("backups[1]: Index nothing not found.", problem)
      assert.same({}, folder:names())
   end)

   local docs = { name = "docs", dimension = 2 }
   for expected, wrong in pairs({
      ["unknown field 'index'; it takes indexes"] = { index = {} },
      ["indexes: must be a list"] = { indexes = { name = "docs" } },
      ["indexes[1]: 'name' is missing"] = { indexes = { { dimension = 2 } } },
      ["indexes[1]: unknown field 'record'; it takes records"] = { indexes = { { name = "a", record = 1 } } },
      ["indexes[1]: 'records' must be a list of records or a number of them"] =
         { indexes = { { name = "a", dimension = 2, records = -1 } } },
      ["indexes[1]: namespace 'n' must be a list of records or a number of them"] =
         { indexes = { { name = "a", dimension = 2, namespaces = { n = "x" } } } },
      ["indexes[2]: "] = { indexes = { docs, { name = "No", dimension = 2 } } },
      ["indexes[1]: Vector dimension 1 does not match the dimension of the index 2"] =
         { indexes = { { name = "a", dimension = 2, records = { { id = "x", values = { 1 } } } } } },
      ["backups[2]: 'index_name' is missing"] = { indexes = { docs },
         backups = { { index_name = "docs" }, { name = "x" } } },
      ["backups[1]: 'status' must be Ready or InitializationFailed"] = { indexes = { docs },
         backups = { { index_name = "docs", status = "Failed" } } },
      ["backups[1]: 'days_ago' must be a number from 0 to 36500"] = { indexes = { docs },
         backups = { { index_name = "docs", days_ago = -1 } } },
      ["backups[1]: Index docs not found."] = { indexes = { { name = "docs", dimension = 2, days_ago = 1 } },
         backups = { { index_name = "docs", days_ago = 2 } } },
      ["schedules[1]: "] = { indexes = { docs },
         schedules = { { index_name = "docs", name = "x", frequency = "hourly", expire_after_days = 1 } } },
      ["restores[1]: there was no backup 'x' yet"] = { restores = { { backup = "x", name = "y" } } },
      ["restores[1]: there was no backup 'b' yet"] = { indexes = { docs },
         backups = { { index_name = "docs", name = "b", days_ago = 1 } },
         restores = { { backup = "b", name = "y", days_ago = 5 } } },
      ["collections[1]: "] = { indexes = { docs }, collections = { { name = "c", source = "docs" } } },
   }) do
      it("is refused with: " .. expected, function()
         local made, problem = emulator.spawn({ seed = wrong })
         running = made
         assert.is_nil(made)
         assert.equal(expected, problem:sub(1, #expected))
      end)
   end
end)
