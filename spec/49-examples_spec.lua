-- The scripts in examples/, as cron would run them.

local expect = require "support.expect"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

describe("the example", function()
   local emulator, pc
   local since_noon = os.time() % 86400 / 86400 - 0.5 -- days, in UTC: those of 40 days ago are of one day at any hour

   setup(function()
      emulator = service.start {
         seed = {
            indexes = {
               { name = "movies", dimension = 3, records = 98 }, { name = "songs", dimension = 3, records = 20 },
            },
            backups = {
               { index_name = "movies", name = "before-migration", days_ago = 400 },
               { index_name = "movies", name = "nightly-1", days_ago = 40 + since_noon },
               { index_name = "movies", name = "nightly-2", days_ago = 40.1 + since_noon },
               { index_name = "songs", name = "nightly-3", days_ago = 40 + since_noon },
               { index_name = "songs", name = "nightly-4", days_ago = 40.1 + since_noon },
            },
         },
      }
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function run(name, ...)
      return process.start(service.interpreter(), { "examples/" .. name .. ".lua", ... }, {
         PINECONE_CONTROLLER_HOST = emulator.url, PINECONE_API_KEY = service.api_key,
         LUA_PATH = package.path, LUA_CPATH = package.cpath,
      }):wait()
   end

   local function names_of(list)
      local names = {}
      for place, item in ipairs(list) do
         names[place] = item.name
      end
      table.sort(names)
      return names
   end

   describe("nightly_backup", function()

      it("takes one and prunes its own", function()
         local ended = run("nightly_backup", "movies")
         assert.equal(0, ended.code, ended.text)
         expect.holds(ended.text, "98 records", "deleted  nightly-2")
         local names = names_of(assert(pc:list_backups "movies").data)
         assert.equal(3, #names)
         assert.equal("before-migration", names[1])
         assert.equal("nightly-1", names[2])
         assert.equal(2, #assert(pc:list_backups "songs").data)
      end)

      it("deletes nothing where the backup fails", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local ended = run("nightly_backup", "movies")
         assert.equal(1, ended.code)
         expect.holds(ended.err, "InitializationFailed")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("keeps what a restore reads, and says so", function()
         local old = assert(pc:backups({ index_name = "movies" }):all())
         assert(emulator:fault { operation = "create_index_from_backup", job_seconds = 3600 })
         for _, backup in ipairs(old) do
            if backup.name == "nightly-2" then
               assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "restored" })
            end
         end
         local ended = run("nightly_backup", "movies")
         assert.equal(0, ended.code, ended.text)
         expect.holds(ended.text, "kept, in use: nightly-2")
         assert.is_nil(ended.text:find("deleted", 1, true))
      end)

      it("says how many are left alone because they are of the future", function()
         local future = '{"backup_id":"%d","name":"%s","status":"Ready","source_index_name":"movies",'
            .. '"created_at":"2199-01-01T00:00:00Z"}'
         assert(emulator:fault { operation = "list_project_backups", status = 200, on = "all",
            body = '{"data":[' .. future:format(1, "nightly-1") .. "," .. future:format(2, "nightly-2") .. ","
               .. future:format(3, "other") .. "]}" })
         local ended = run("nightly_backup", "movies")
         assert.equal(0, ended.code, ended.text)
         expect.holds(ended.text, "left alone, made in the future: 2")
         assert(emulator:clear_faults())
         assert.is_nil(run("nightly_backup", "movies").text:find("future", 1, true))
      end)

      it("does not mind a backup that tells no number of records", function()
         assert(emulator:fault { operation = "describe_backup", status = 200, on = "all",
            body = '{"backup_id":"b-1","name":"tonight","status":"Ready"}' })
         local ended = run("nightly_backup", "movies")
         assert.equal(0, ended.code, ended.text)
         expect.holds(ended.text, "tonight  nil records")
      end)

      it("says what it could not delete", function()
         assert(emulator:fault { operation = "delete_backup", status = 403, on = "all",
            body = '{"error":{"code":"FORBIDDEN","message":"not today"},"status":403}' })
         local ended = run("nightly_backup", "movies")
         assert.equal(1, ended.code)
         expect.holds(ended.err, "nightly-2 is still there", "not today")
      end)
   end)

   it("restore brings the newest one back, also of an index that is gone", function()
      assert(pc:delete_index "movies")
      local ended = run("restore", "movies", "movies-restored")
      assert.equal(0, ended.code, ended.text)
      expect.holds(ended.text, "movies-restored holds the 98 records of nightly-1")
      assert.equal(98, assert(pc:describe_index_stats "movies-restored").totalVectorCount)
      assert.equal(1, run("restore", "nothing", "nothing-restored").code)
   end)

   it("drill shows that each can be restored, and leaves nothing behind", function()
      local ended = run("drill", "movies", "songs")
      assert.equal(0, ended.code, ended.text)
      expect.holds(ended.text, "movies  nightly-1  98 records in 1 namespaces", "songs  nightly-3  20 records")
      assert.same({ "movies", "songs" }, names_of(assert(pc:list_indexes()).indexes))
      ended = run("drill", "nothing", "songs")
      assert.equal(1, ended.code)
      expect.holds(ended.text, "nothing: ", "songs  nightly-3")
   end)

   it("check says what is wrong, also to Prometheus", function()
      local folder = scratch.new()
      finally(function() folder:remove() end)
      assert(pc:backup "movies")
      local ended = run("check", folder:path "pinecone.prom")
      assert.equal(2, ended.code, ended.text)
      expect.holds(ended.text, "ok        movies: ", "critical  songs: ")
      expect.holds(folder:read "pinecone.prom", 'pinecone_backup_check_status{index="songs"} 2\n')
      assert(pc:backup "songs")
      assert.equal(0, run("check").code)
      assert(emulator:fault { operation = "list_indexes", status = 403, on = "all", body = "" })
      assert.equal(3, run("check").code)
   end)

   it("check says so where it looked at nothing", function()
      assert(pc:delete_index "movies")
      assert(pc:delete_index "songs")
      local ended = run "check"
      assert.equal(1, ended.code, ended.text)
      assert.equal("warning   no index was looked at\n", ended.text)
   end)

   it("check writes the whole file or none", function()
      local folder = scratch.new()
      finally(function() folder:remove() end)
      assert(uv.fs_symlink("/dev/full", folder:path "full.prom.new"))
      local ended = run("check", folder:path "full.prom")
      assert.equal(3, ended.code, ended.text)
      expect.holds(ended.err, "full.prom")
      assert.is_nil(uv.fs_lstat(folder:path "full.prom.new"))
      assert.is_nil(uv.fs_lstat(folder:path "full.prom"))

      assert(uv.fs_mkdir(folder:path "folder.prom", 448))
      assert.equal(3, run("check", folder:path "folder.prom").code)
      assert.is_nil(uv.fs_lstat(folder:path "folder.prom.new"))
      assert.equal(3, run("check", folder:path "nowhere/pinecone.prom").code)
   end)

   it("that is used wrongly says how to use it", function()
      for _, name in ipairs { "nightly_backup", "restore", "drill" } do
         local ended = run(name)
         assert.equal(2, ended.code)
         expect.holds(ended.err, "usage: lua " .. name .. ".lua ")
      end
   end)
end)
