-- `pinecone-backup backup create|list|describe|delete|wait`, of one index and of all.

local expect = require "support.expect"
local json = require "cjson"
local service = require "support.service"
local shell = require "support.shell"

local POD = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } }

-- In the middle of an hour or a day, so that the ages in golden files are the same on a slow machine.
local SEED = {
   indexes = {
      { name = "movies", dimension = 3, records = 98 },
      { name = "books", dimension = 3, records = 1 },
      { name = "songs", dimension = 3 },
      { name = "frozen", dimension = 2, spec = POD },
   },
   backups = {
      { index_name = "movies", name = "before-migration", days_ago = 40.5, description = "v1\tof all" },
      { index_name = "movies", name = "broken", days_ago = 2.5, status = "InitializationFailed" },
      { index_name = "books", name = "nightly-books", days_ago = 3.52 / 24 },
   },
}

local FORBIDDEN = '{"error":{"code":"FORBIDDEN","message":"Not for you."},"status":403}'

describe("pinecone-backup backup", function()
   local emulator, typed, pc

   setup(function()
      emulator = service.start { seed = SEED, api_key = service.api_key }
      typed, pc = shell.new(emulator), service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function run(code, line, variables)
      local ended = typed:run("backup " .. line, variables)
      assert.equal(code, ended.code, ended.text)
      return ended
   end

   local function on_terminal(line, variables)
      return typed:on_terminal("backup " .. line, variables)
   end

   local function id_of(name)
      return service.backup_id(pc, name)
   end

   -- Of the backups that were made since the beginning.
   local function made()
      local names = {}
      for _, backup in ipairs(assert(pc:backups():all())) do
         local is_old = backup.name == "before-migration" or backup.name == "broken" or backup.name == "nightly-books"
         names[#names + 1] = not is_old and backup.source_index_name .. " " .. backup.name or nil
      end
      table.sort(names)
      return names
   end

   local function lines_of(text)
      local rows = {}
      for line in text:gmatch "[^\n]+" do
         rows[#rows + 1] = json.decode(line)
      end
      return rows
   end

   describe("create", function()

      it("makes one and tells of it", function()
         local ended = run(0, "create movies --name one --description why")
         expect.holds(ended.out, "\nname\tone\n", "description\twhy\n", "status\tInitializing\n")
         assert.equal("", ended.err)
         assert.same({ "movies one" }, made())
      end)

      it("waits until it is good", function()
         expect.holds(run(0, "create movies --name one --wait").out, "status\tReady\n", "record_count\t98\n")
      end)

      it("says nothing with --quiet", function()
         assert.equal("", run(0, "create movies --wait --quiet").text)
         assert.equal(1, #made())
      end)

      it("gives the name that it chooses a prefix", function()
         local backup = typed:json "backup create movies --name-prefix nightly-"
         assert.matches("^nightly%-movies%-20%d+", backup.name)
      end)

      it("never exits with 0 where the backup fails", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local ended = run(15, "create movies --wait")
         expect.holds(ended.err, "InitializationFailed")
         assert.equal("", ended.out)
      end)

      it("exits with 14 where it takes too long, and tells which backup goes on without us", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600, on = "all" })
         local told = run(14, "create movies --name slow --wait --timeout 0.5s").err
         expect.holds(told, id_of "slow", "still Initializing")
         local ended = run(14, "create movies --name later --wait --timeout 0.5s --json")
         local err = json.decode(ended.err)
         assert.equal("timeout", err.kind)
         assert.equal(14, err.exit_code)
         assert.equal(id_of "later", err.resource.backup_id)
      end)

      it("tells in JSON how the waiting goes, and last what came of it", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 0.5 })
         local rows = lines_of(run(0, "create movies --wait --json").out)
         assert.equal("status", rows[1].message_type)
         assert.equal("Initializing", rows[1].status)
         assert.equal("summary", rows[#rows].message_type)
         assert.equal("Ready", rows[#rows].status)
      end)

      local misuses = {
         { "without an index", "", "name an index, or say --all" },
         { "with an index and --all", "movies --all", "not both" },
         { "with a name and a prefix", "movies --name a --name-prefix b-", "--name and --name-prefix exclude" },
         { "with a timeout and no waiting", "movies --timeout 1h", "--timeout has no effect without --wait" },
         { "with --parallel for one", "movies --parallel 2", "--parallel has no effect without --all" },
         { "with an exception for one", "movies --except books", "--except has no effect without --all" },
         { "with a prefix that no name may have", "movies --name-prefix Nightly_", "got 'Nightly_'" },
         { "with a prefix that is too long", "movies --name-prefix " .. ("a"):rep(21), "up to 20" },
         { "with a name that no index has", "my/movies", "index" },
      }
      for _, case in ipairs(misuses) do
         local what, line, message = case[1], case[2], case[3]
         it("is refused " .. what .. ", and sends nothing", function()
            assert(emulator:clear_requests())
            local ended = run(2, "create " .. line)
            expect.holds(ended.err, message)
            assert.equal("", ended.out)
            assert.equal(0, service.sent(emulator, "create_backup"))
         end)
      end

      it("names the index that is not there", function()
         expect.holds(run(10, "create lost").err, "There is no index lost", "index list'")
      end)
   end)

   describe("create --all", function()

      it("makes one of each index that has backups", function()
         local ended = run(0, "create --all --name weekly --wait --parallel 2")
         assert.same({ "books weekly", "movies weekly", "songs weekly" }, made())
         expect.holds(ended.out, "ID\tNAME\tINDEX\tSTATUS", "\tweekly\tbooks\tReady\t1\t")
         assert.equal("", ended.err)
      end)

      it("leaves out what it is told to, for which nothing fails then", function()
         local ended = run(0, "create --all --except books --name weekly --wait --except=songs")
         assert.same({ "movies weekly" }, made())
         assert.equal("", ended.err)
         assert.same({ "frozen" }, typed:json("backup create --all --except books").skipped)
      end)

      it("tells of an exception that there is not, and goes on", function()
         assert.equal("pinecone-backup: --except: there is no index boosk\n",
            run(0, "create --all --except boosk --except songs --name weekly --quiet").text)
         assert.same({ "books weekly", "movies weekly" }, made())
         local ended = run(0, "create --all --except boosk --json")
         assert.equal("--except: there is no index boosk", json.decode(ended.err).message)
         assert.equal(3, #json.decode(ended.out).backups)
      end)

      it("tells of it where all else is left out, too", function()
         local ended = run(10, "create --all --except boosk --except songs --except books --except movies")
         expect.holds(ended.err, "--except: there is no index boosk")
      end)

      it("exits with 10 where all are left out", function()
         expect.holds(run(10, "create --all --except books --except movies --except songs").err,
            "no index that could be backed up beside those of --except, only frozen")
      end)

      it("leaves the indexes of drills alone", function()
         service.serverless(pc, "drill-movies-20260424-060000-xkwqzbtf")
         run(0, "create --all --name weekly")
         assert.equal(3, #made())
      end)

      it("tells what is left out where somebody looks on", function()
         expect.holds(on_terminal "create --all --name weekly":wait().out, "left out", "frozen")
         local found = typed:json "backup create --all"
         assert.same({ "frozen" }, found.skipped)
      end)

      it("gives each name the prefix", function()
         run(0, "create --all --name-prefix nightly-")
         local names = made()
         assert.matches("^books nightly%-books%-20%d+", names[1])
         assert.matches("^songs nightly%-songs%-20%d+", names[3])
      end)

      it("goes on where one fails, tells which, and exits with 3", function()
         assert(emulator:fault { operation = "create_backup", on = 2, status = 403, body = FORBIDDEN })
         local ended = run(3, "create --all --name weekly --wait --parallel 1")
         assert.same({ "books weekly", "songs weekly" }, made())
         expect.holds(ended.err, "pinecone-backup: movies: ", "Not for you.", "quota")
         expect.holds(ended.out, "\tbooks\tReady", "\tsongs\tReady")
         assert.is_nil(ended.out:find("movies", 1, true))
      end)

      it("goes on where one breaks off, ends badly or takes too long", function()
         assert(emulator:fault { operation = "create_backup", on = 1, job = "failed" })
         assert(emulator:fault { operation = "create_backup", on = 2, job_seconds = 3600 })
         local ended = run(3, "create --all --wait --timeout 3s --parallel 1")
         expect.holds(ended.err, "books: ", "InitializationFailed", "movies: ", "still Initializing")
         assert.equal(3, #made())
      end)

      it("goes by name, whatever the order of the service", function()
         assert(emulator:fault { operation = "list_indexes", status = 200,
            body = '{"indexes":[{"name":"songs"},{"name":"books"},{"name":"movies"}]}' })
         local names = {}
         for place, row in ipairs(typed:json "backup create --all --parallel 1".backups) do
            names[place] = row.source_index_name
         end
         assert.same({ "books", "movies", "songs" }, names)
      end)

      it("says once what to do where it is the same for all", function()
         assert(emulator:fault { operation = "create_backup", on = "all", job_seconds = 3600 })
         local ended = run(14, "create --all --wait --timeout 0.5s")
         assert.equal(3, select(2, ended.err:gsub("still Initializing", "")))
         assert.equal(1, select(2, ended.err:gsub("give more time: %-%-timeout", "")))
      end)

      it("rides out what passes", function()
         assert(emulator:fault { operation = "create_backup", on = 1, status = 429, retry_after = 0 })
         assert(emulator:fault { operation = "create_backup", on = 3, drop = "after" })
         run(0, "create --all --name weekly --wait")
         assert.same({ "books weekly", "movies weekly", "songs weekly" }, made())
      end)

      it("exits with the failure's code where all have failed in the same way", function()
         assert(emulator:fault { operation = "create_backup", on = "all", status = 403, body = FORBIDDEN })
         local ended = run(13, "create --all")
         assert.equal("", ended.out)
         expect.holds(ended.err, "books: ", "movies: ", "songs: ")
      end)

      it("exits with 1 where all have failed in different ways", function()
         assert(emulator:fault { operation = "create_backup", on = 1, status = 403, body = FORBIDDEN })
         assert(emulator:fault { operation = "create_backup", on = { from = 2 }, job = "failed" })
         run(1, "create --all --wait --parallel 1")
      end)

      it("says once what makes no sense for any of them", function()
         local ended = run(2, "create --all --name-prefix Nightly_")
         assert.equal(1, select(2, ended.err:gsub("got 'Nightly_'", "")))
         assert.same({}, made())
      end)

      it("exits with 10 where there is nothing to back up", function()
         for _, name in ipairs { "movies", "books", "songs" } do
            assert(pc:delete_index(name))
         end
         expect.holds(run(10, "create --all").err, "no index that could be backed up, only frozen")
      end)

      it("fails where the indexes cannot be listed", function()
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 403, body = FORBIDDEN })
         run(12, "create --all")
         assert(emulator:clear_faults())
         assert(emulator:fault { operation = "list_indexes", status = 200, body = '{"indexes":[{"dimension":3}]}' })
         expect.holds(run(1, "create --all").err, "without a name")
      end)

      it("gives one JSON document, with failures as an exit_error has them", function()
         assert(emulator:fault { operation = "create_backup", on = 2, status = 403, body = FORBIDDEN })
         local ended = run(3, "create --all --name weekly --parallel 1 --json")
         assert.equal("", ended.err)
         local found = json.decode(ended.out)
         assert.is_nil(found.message_type)
         assert.equal("books", found.backups[1].source_index_name)
         assert.equal("songs", found.backups[2].source_index_name)
         assert.equal(1, #found.failed)
         local failed = found.failed[1]
         assert.equal("movies", failed.index_name)
         assert.equal("quota_exceeded", failed.error.kind)
         assert.equal("Not for you.", failed.error.message)
         assert.equal(403, failed.error.status)
         assert.is_string(failed.error.hint)
         for name in pairs(failed.error) do
            expect.holds("kind message hint status code operation target request_id attempts", name)
         end
      end)

      it("has an exit_error beside the document where all have failed, as where one does", function()
         assert(emulator:fault { operation = "create_backup", on = "all", status = 403, body = FORBIDDEN })
         local ended = run(13, "create --all --json")
         assert.equal(3, #json.decode(ended.out).failed)
         local err = json.decode(ended.err)
         assert.equal("exit_error", err.message_type)
         assert.equal(13, err.exit_code)
         assert.equal("quota_exceeded", err.kind)
         assert.equal("create_backup", err.operation)
         expect.holds(err.message, "none of 3 went well; of the first: backing up books: Not for you.")
         expect.holds(err.hint, "quota")
         for _, name in ipairs { "movies", "books" } do
            assert(pc:delete_index(name))
         end
         local of_all = json.decode(run(13, "create --all --json").err)
         local of_one = json.decode(run(13, "create songs --json").err)
         of_all.request_id, of_one.request_id = nil, nil
         assert.same(of_one, of_all)
      end)

      it("has one also where each has failed in its own way", function()
         assert(emulator:fault { operation = "create_backup", on = 1, status = 403, body = FORBIDDEN })
         assert(emulator:fault { operation = "create_backup", on = { from = 2 }, job = "failed" })
         local err = json.decode(run(1, "create --all --wait --parallel 1 --json").err)
         assert.equal("exit_error", err.message_type)
         assert.equal(1, err.exit_code)
         assert.is_nil(err.kind)
      end)

      it("tells in JSON how the waiting goes, and last what came of it", function()
         assert(emulator:fault { operation = "create_backup", on = 1, job = "failed" })
         local rows = lines_of(run(3, "create --all --wait --parallel 1 --json").out)
         local summary, seen = table.remove(rows), {}
         for _, row in ipairs(rows) do
            assert.equal("status", row.message_type)
            seen[row.resource.source_index_name] = row.status
         end
         assert.same({ books = "InitializationFailed", movies = "Ready", songs = "Ready" }, seen)
         assert.equal("summary", summary.message_type)
         assert.equal(2, #summary.backups)
         assert.equal("books", summary.failed[1].index_name)
         assert.equal(summary.failed[1].error.resource.status, "InitializationFailed")
      end)

      it("counts on a terminal how many are done", function()
         local ended = on_terminal "create --all --wait":wait()
         assert.equal(0, ended.code)
         expect.holds(ended.out, "0 of 3")
      end)

      it("says nothing with --quiet but what failed", function()
         assert.equal("", run(0, "create --all --quiet").text)
         assert(emulator:fault { operation = "create_backup", on = 1, status = 403, body = FORBIDDEN })
         local ended = run(3, "create --all --quiet --parallel 1")
         assert.equal("", ended.out)
         expect.holds(ended.err, "books: ")
      end)

      it("tells names without what a terminal would obey", function()
         assert(emulator:fault { operation = "list_indexes", status = 200,
            body = '{"indexes":[{"name":"mov\\u001b[31mies"},{"name":"books"}]}' })
         local ended = run(3, "create --all")
         assert.is_nil(ended.err:find("\27", 1, true))
         expect.holds(ended.err, "mov?[31mies: ")
      end)

      it("ends with 130 on Ctrl-C, and says that those which were begun go on", function()
         assert(emulator:fault { operation = "create_backup", on = "all", job_seconds = 3600 })
         local ended = typed:interrupt("backup create --all --wait", "describe_backup")
         assert.equal(130, ended.code)
         assert.truthy(ended.err:find "interrupted: Backups that were begun go on", ended.err)
      end)
   end)

   describe("list", function()

      it("has tabs between its columns where nobody looks", function()
         shell.assert_golden("backup-list-piped", run(0, "list").out)
      end)

      it("is aligned on a terminal", function()
         shell.assert_golden("backup-list", shell.plain(on_terminal "list":wait().out))
      end)

      it("does not repeat the index that was asked for on a terminal", function()
         shell.assert_golden("backup-list-index", shell.plain(on_terminal "list movies":wait().out))
      end)

      it("is an array in JSON, also where it is empty", function()
         assert.equal("[]\n", run(0, "list songs --json").out)
         assert.equal(2, #typed:json "backup list movies")
      end)

      it("has the backups of an index that is deleted", function()
         assert(pc:delete_index "movies")
         service.until_true(function() return not pc:describe_index "movies" end)
         assert.equal(2, #typed:json "backup list movies")
      end)

      it("names the index of which there is nothing", function()
         local err = run(10, "list lost").err
         expect.holds(err, "There is no index lost", "index list'")
         assert.is_nil(err:find("include_deleted", 1, true))
      end)
   end)

   it("list takes only a 404 for an index that is deleted", function()
      assert(emulator:fault { operation = "list_index_backups", on = "all", status = 403, body = FORBIDDEN })
      assert(emulator:clear_requests())
      run(12, "list movies")
      assert.equal(1, service.sent(emulator, "list_index_backups"))
      assert.equal(0, service.sent(emulator, "list_project_backups"))
   end)

   describe("describe", function()

      it("has a tab before each value where nobody looks", function()
         shell.assert_golden("backup-describe-piped", run(0, "describe " .. id_of "before-migration").out)
      end)

      it("has sizes and ages beside the values on a terminal", function()
         shell.assert_golden("backup-describe",
            shell.plain(on_terminal("describe " .. id_of "before-migration"):wait().out))
      end)

      it("is the API's own object in JSON", function()
         assert.same(assert(pc:describe_backup(id_of "broken")), typed:json("backup describe " .. id_of "broken"))
      end)

      it("tells what is not there", function()
         expect.holds(run(10, "describe lost").err, "There is no backup lost", "backup list'")
      end)
   end)

   describe("wait", function()

      it("waits", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 0.5 })
         local begun = assert(pc:create_backup { index_name = "movies", name = "slow" })
         expect.holds(run(0, "wait " .. begun.backup_id).out, "status\tReady\n")
      end)

      it("never exits with 0 where the backup has failed", function()
         run(15, "wait " .. id_of "broken")
      end)

      it("exits with 14 where its time is over", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600 })
         local begun = assert(pc:create_backup { index_name = "movies", name = "slow" })
         run(14, "wait " .. begun.backup_id .. " --timeout 0.5s")
      end)
   end)

   describe("delete", function()
      local id

      before_each(function()
         id = id_of "before-migration"
         assert(emulator:clear_requests())
      end)

      local WHAT = "backup 'before-migration' of index 'movies', 98 records, 4.5 KiB, made 40 d ago (%s)"

      local function is_there()
         return pc:describe_backup(id) ~= nil
      end

      it("deletes with --yes, and tells what", function()
         local ended = run(0, "delete --yes " .. id)
         assert.equal("deleted " .. WHAT:format(id) .. "\n", ended.out)
         assert.is_false(is_there())
      end)

      it("deletes nothing off a terminal without --yes, and tells what it would have", function()
         local ended = run(2, "delete " .. id)
         assert.equal("", ended.out)
         expect.holds(ended.err, "nothing was deleted: say --yes to delete " .. WHAT:format(id))
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("says the same with --dry-run, and deletes nothing", function()
         for _, line in ipairs { "delete --dry-run ", "delete --yes --dry-run " } do
            assert.equal("would delete " .. WHAT:format(id) .. "\n", run(0, line .. id).out)
         end
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("tells in JSON what it deleted", function()
         local found = typed:json("backup delete --dry-run " .. id)
         assert.is_false(found.deleted)
         assert.is_true(found.dry_run)
         found = typed:json("backup delete --yes " .. id)
         assert.is_true(found.deleted)
         assert.is_false(found.dry_run)
         assert.equal("before-migration", found.backup.name)
      end)

      it("tells no more than the service does", function()
         for body, what in pairs {
            ['{"backup_id":"x","name":null,"status":null}'] = "backup (%s)",
            ['{"backup_id":"x","name":{"a":1},"source_index_name":7,"record_count":"many"}'] = "backup (%s)",
            ['{"backup_id":"x","name":"one","status":"Odd","size_bytes":{}}'] = "backup 'one', Odd (%s)",
         } do
            assert(emulator:fault { operation = "describe_backup", status = 200, body = body })
            assert.equal("would delete " .. what:format(id) .. "\n", run(0, "delete --dry-run " .. id).out)
         end
      end)

      it("asks nobody who wants JSON", function()
         local ended = on_terminal("delete --json " .. id):wait()
         assert.equal(2, ended.code)
         expect.holds(ended.out, "say --yes")
         assert.is_true(is_there())
      end)

      for _, answer in ipairs { "y", "Y", "yes", "YES", " y " } do
         it(("deletes where somebody answers '%s'"):format(answer), function()
            local running = on_terminal("delete " .. id, { COLUMNS = "200" })
            running:expect(("Delete " .. WHAT:format(id) .. "? [y/N] "):gsub("%W", "%%%0"))
            assert.is_true(is_there())
            running:say(answer .. "\n")
            running:wait()
            assert.equal(0, running.code, running.text)
            assert.is_false(is_there())
         end)
      end

      for what, answer in pairs {
         ["n"] = "n\n", ["nothing"] = "\n", ["no"] = "no\n", ["yesterday"] = "yesterday\n", ["yy"] = "yy\n",
         ["with the end of the input"] = "\4", ["y without an end of line"] = "y\4\4",
      } do
         it("deletes nothing where somebody answers " .. what, function()
            local running = on_terminal("delete " .. id)
            running:expect "%[y/N%]"
            running:say(answer)
            running:wait()
            assert.equal(1, running.code, running.text)
            expect.holds(running.out, "nothing was deleted")
            assert.equal(0, service.sent(emulator, "delete_backup"))
         end)
      end

      it("deletes nothing on Ctrl-C, and exits with 130", function()
         local running = on_terminal("delete " .. id)
         running:expect "%[y/N%]"
         running:say "\3"
         running:wait()
         assert.equal(130, running.code, running.text)
         expect.holds(running.out, "\npinecone-backup: interrupted")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("does not ask where the answer cannot come from a terminal", function()
         local ended = on_terminal("delete " .. id .. " </dev/null"):wait()
         assert.equal(2, ended.code)
         ended = on_terminal("delete " .. id .. " 2>/dev/null"):wait()
         assert.equal(2, ended.code)
         assert.is_true(is_there())
      end)

      it("tells of what hides in names nothing that a terminal obeys", function()
         assert(emulator:fault { operation = "describe_backup", status = 200,
            body = '{"backup_id":"x","name":"a\\u001b[2Jb","source_index_name":"c\\u0007","status":"Weird"}' })
         expect.holds(run(0, "delete --dry-run x").out, "backup 'a?[2Jb' of index 'c?', Weird (x)")
      end)

      it("tells what is not there", function()
         expect.holds(run(10, "delete --yes lost").err, "There is no backup lost")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("exits with 11 where a restore reads it", function()
         assert(emulator:fault { operation = "create_index_from_backup", job_seconds = 3600 })
         assert(pc:create_index_from_backup { backup_id = id, name = "restored" })
         expect.holds(run(11, "delete --yes " .. id).err, "A restore still reads this backup")
         assert.is_true(is_there())
      end)

      it("is refused with --quiet and --dry-run, which would say nothing", function()
         expect.holds(run(2, "delete --quiet --dry-run " .. id).err, "exclude each other")
      end)
   end)
end)
