-- `pinecone-backup check`: which indexes have no fresh backup, told to people, monitoring systems and Prometheus.

local expect = require "support.expect"
local json = require "cjson"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

local SEED = {
   indexes = {
      { name = "movies", dimension = 3, records = 98 },
      { name = "books", dimension = 3, records = 12 },
      { name = "songs", dimension = 3 },
      { name = "frozen", dimension = 2, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } },
   },
   -- In the middle of an hour, so that the ages in golden files are the same on a slow machine.
   backups = {
      { index_name = "movies", name = "nightly-movies-1", days_ago = 3.1 },
      { index_name = "movies", name = "nightly-movies-2", days_ago = 3.52 / 24 },
      { index_name = "books", name = "nightly-books-1", days_ago = 20.52 / 24 },
      { index_name = "books", name = "nightly-books-2", days_ago = 10.52 / 24, status = "InitializationFailed" },
   },
}

local FORBIDDEN = '{"error":{"code":"FORBIDDEN","message":"Not for you | today."},"status":403}'

describe("pinecone-backup check", function()
   local emulator, typed, folder

   setup(function()
      emulator = service.start { seed = SEED }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:clear_faults())
      assert(emulator:clear_requests())
      folder = scratch.new()
   end)
   after_each(function() folder:remove() end)

   -- Minutes and seconds of ages.
   local function steady(text)
      return (text:gsub(" %d+ minutes? old", " M minutes old"):gsub(" %d+ minutes? ago", " M minutes ago")
         :gsub("\t%d%d%d%d%d%f[%D]", "\tSECS"):gsub("oldest=%d%d%d%d%ds", "oldest=SECSs"))
   end

   local function run(code, line, variables)
      local ended = typed:run("check " .. line, variables)
      assert.equal(code, ended.code, ended.text)
      return ended
   end

   local function first_line(text)
      return text:match "^[^\n]*"
   end

   describe("exits with", function()

      it("0 where all is well", function()
         local ended = run(0, "movies")
         expect.holds(first_line(ended.out), "PINECONE BACKUPS OK - 1 index has a fresh backup | ok=1 warning=0 ")
         assert.equal("", ended.err)
      end)

      it("1 where somebody should look", function()
         local ended = run(1, "movies books")
         expect.holds(first_line(ended.out), "PINECONE BACKUPS WARNING - books: 1 backup failed since")
      end)

      it("2 where there is no fresh backup", function()
         expect.holds(first_line(run(2, "songs").out), "PINECONE BACKUPS CRITICAL - songs: there is no backup | ")
      end)

      it("2 where an index is not there, and says so", function()
         expect.holds(first_line(run(2, "movies lost").out), "CRITICAL - lost: ", "Index lost not found")
      end)

      it("1 where the project has nothing to look at", function()
         assert(emulator:fault { operation = "list_indexes", status = 200, body = '{"indexes":[]}' })
         expect.holds(first_line(run(1, "--all").out), "WARNING - no index was looked at")
      end)

      local misuses = {
         { "without an index", "", "name indexes, or say --all" },
         { "with indexes and --all", "movies --all", "not both" },
         { "with indexes and an exception", "movies --except songs", "--except has no effect without --all" },
         { "with an unknown option", "movies --max-aeg 1d", "unknown option '--max-aeg'" },
         { "with an age that is none", "movies --max-age soon", "'soon' is no time" },
         { "with an age beyond all times", "movies --max-age 99999999999d", "is no time" },
         { "with ages the wrong way round", "movies --max-age 1d --warn-age 2d", "must be less than --max-age" },
         { "with the same age twice", "movies --max-age 1d --warn-age 24h", "must be less than --max-age" },
         { "with a greater age than the default", "movies --warn-age 26h", "25h" },
         { "with a file that nobody reads", "movies --textfile metrics", ".prom" },
         { "with a name that no index can have", "no_index", "1 to 45 characters" },
         { "with an option that lacks its value", "movies --textfile", "argument" },
      }
      for _, case in ipairs(misuses) do
         local what, line, message = case[1], case[2], case[3]
         it("3 " .. what .. ", and sends nothing", function()
            local ended = run(3, line)
            expect.holds(first_line(ended.out), "PINECONE BACKUPS UNKNOWN - ", message)
            expect.holds(ended.err, message)
            assert.equal(0, service.sent(emulator))
         end)
      end

      it("3 where an option stands before it", function()
         assert.equal(3, typed:run("--json check movies").code)
      end)

      it("3 without a key", function()
         local ended = run(3, "movies", { PINECONE_API_KEY = "" })
         expect.holds(first_line(ended.out), "UNKNOWN - ", "API key")
         expect.holds(ended.err, "PINECONE_API_KEY")
      end)

      it("3 where the indexes cannot be listed", function()
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 403, body = FORBIDDEN })
         local ended = run(3, "--all")
         expect.holds(first_line(ended.out), "UNKNOWN - ", "Not for you / today.") -- behind a bar are numbers
         assert.equal(nil, first_line(ended.out):find("|", 1, true))
      end)

      it("3 and a line on what went wrong, without what to do about it", function()
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 401, body = FORBIDDEN })
         local ended = run(3, "--all")
         assert.matches("^PINECONE BACKUPS UNKNOWN %- listing the indexes: Not for you / today%. %([^)]*%)\n$",
            ended.out)
         expect.holds(ended.err, "\n  ", "API key")
         assert.equal("PINECONE BACKUPS UNKNOWN - name indexes, or say --all\n", run(3, "").out)
      end)

      it("3 where nothing answers", function()
         expect.holds(run(3, "--all", { PINECONE_CONTROLLER_HOST = "http://127.0.0.1:1" }).out, "UNKNOWN")
      end)

      it("3 where it crashes, whatever the reason", function()
         folder:write("cjson.lua", "error 'this cjson is broken'")
         local ended = run(3, "movies", { LUA_PATH = folder.root .. "/?.lua;" .. package.path })
         expect.holds(ended.err, "this cjson is broken")
      end)

      it("3 where its output cannot be written", function()
         local ended = typed:on_terminal "check movies >/dev/full":wait()
         assert.equal(3, ended.code, ended.text)
         expect.holds(ended.out, "standard output cannot be written: No space left")
      end)
   end)

   it("tells how many others are not well", function()
      expect.holds(first_line(run(2, "--all").out), "songs: there is no backup (and 1 other)")
      expect.holds(first_line(run(2, "--all --max-age 1h").out), "(and 2 others)")
   end)

   it("looks at none that is left out", function()
      local ended = run(1, "--all --except songs")
      expect.holds(first_line(ended.out), "WARNING - books: ")
      assert.is_nil(ended.out:find("songs", 1, true))
      assert.equal("", ended.err)
      run(0, "--all --except songs --except books")
   end)

   it("tells of an exception that there is not, beside the result", function()
      local ended = run(1, "--all --except songs --except boosk")
      assert.is_nil(ended.out:find("boosk", 1, true))
      assert.equal("pinecone-backup: --except: there is no index boosk\n", ended.err)
   end)

   it("looks at all others where the backups of one cannot be listed", function()
      assert(emulator:fault { operation = "list_index_backups", on = 1, status = 403, body = FORBIDDEN })
      local found = json.decode(run(2, "--all --json --parallel 1").out)
      assert.equal(3, #found.indexes)
      assert.equal("permission_denied", found.indexes[1].error.kind)
      assert.equal("ok", found.indexes[2].verdict)
   end)

   it("knows nothing where the backups of none can be listed", function()
      assert(emulator:fault { operation = "list_index_backups", on = "all", status = 500 })
      for _, line in ipairs { "--all", "movies songs" } do
         expect.holds(first_line(run(3, line).out), "UNKNOWN - listing the backups of ")
         assert.equal(3, json.decode(run(3, line .. " --json").err).exit_code)
      end
   end)

   it("warns before it is too late", function()
      local ended = run(1, "movies --max-age 1d --warn-age 3h")
      expect.holds(ended.out, "the limit is 3 hours", "s;10800;86400;0")
      run(0, "movies --max-age 1d --warn-age 4h")
      run(2, "movies --max-age 3h")
   end)

   it("wants a schedule where it is asked to", function()
      expect.holds(run(1, "movies --require-schedule").out, "it has no backup schedule")
   end)

   it("lists all indexes with tabs between where nobody looks", function()
      local ended = run(2, "--all")
      shell.assert_golden("check-piped", steady(ended.out))
      assert.equal("", ended.err)
   end)

   it("lists them in aligned columns on a terminal, and all that is wrong below", function()
      local ended = typed:on_terminal ("check --all", { COLUMNS = "120" }):wait()
      assert.equal(2, ended.code, ended.text)
      shell.assert_golden("check", steady(shell.plain(ended.out)))
   end)

   it("shows the verdict in colour on a terminal, where colours are wanted", function()
      local ended = typed:on_terminal("check songs", { NO_COLOR = "", TERM = "xterm" }):wait()
      expect.holds(ended.out, "PINECONE BACKUPS \27[31mCRITICAL\27[0m - songs", "\27[31mcritical")
      assert.is_nil(typed:on_terminal "check songs":wait().out:find("\27[", 1, true))
   end)

   it("says once on a terminal what went wrong", function()
      local ended = typed:on_terminal "check":wait()
      assert.equal(3, ended.code)
      assert.is_nil(ended.out:find("UNKNOWN", 1, true))
   end)

   describe("with --quiet", function()

      it("says nothing where all is well", function()
         assert.equal("", run(0, "movies --quiet").text)
      end)

      it("says what is wrong, and nothing of what is well", function()
         local out = run(2, "--all --quiet").out
         expect.holds(out, "CRITICAL", "\nsongs: there is no backup\n", "\nbooks: 1 backup failed")
         assert.is_nil(out:find("movies", 1, true))
      end)

      it("tells errors on standard error alone", function()
         local ended = run(3, "--quiet")
         assert.equal("", ended.out)
         expect.holds(ended.err, "name indexes")
      end)
   end)

   describe("with --json", function()

      it("gives one document", function()
         local found = json.decode(run(2, "--all --json").out)
         assert.equal("critical", found.verdict)
         assert.equal("songs: there is no backup", found.reason)
         assert.is_number(found.time)
         assert.same({ "frozen" }, found.skipped)
         assert.equal(3, #found.indexes)
         local books, movies = found.indexes[1], found.indexes[2]
         assert.equal("books", books.index_name)
         assert.equal("warning", books.verdict)
         assert.equal(1, books.failures)
         assert.equal(1, #books.reasons)
         assert.equal("nightly-movies-2", movies.backup.name)
         assert.is_number(movies.age)
      end)

      it("tells errors of an index as everywhere", function()
         local found = json.decode(run(2, "lost --json").out)
         local err = found.indexes[1].error
         assert.equal("not_found", err.kind)
         assert.equal(404, err.status)
         expect.holds(err.hint, "index list'")
         assert.is_nil(err.hint:find("include_deleted", 1, true))
      end)

      it("tells its own on standard error, with the code that it exits with", function()
         local ended = run(3, "--all movies --json")
         assert.equal("", ended.out)
         local err = json.decode(ended.err)
         assert.equal("exit_error", err.message_type)
         assert.equal(3, err.exit_code)
      end)
   end)

   describe("with --textfile", function()

      local function mode_of(name)
         return uv.fs_stat(folder:path(name)).mode % 512
      end

      it("writes what Prometheus reads, for all to read, and leaves nothing else behind", function()
         run(2, "--all --textfile " .. folder:path "backups.prom")
         expect.holds(folder:read "backups.prom", 'pinecone_backup_check_status{index="songs"} 2\n',
            'pinecone_backup_check_status{index="movies"} 0\n', "\npinecone_backup_check_timestamp ")
         assert.equal(tonumber("644", 8), mode_of "backups.prom")
         assert.same({ "backups.prom" }, folder:names())
      end)

      it("replaces the file of the last time, and does not write into it", function()
         folder:write("backups.prom", "old")
         local old = assert(io.open(folder:path "backups.prom"))
         finally(function() old:close() end)
         run(0, "movies --textfile " .. folder:path "backups.prom")
         assert.equal("old", old:read "*a") -- whoever was reading goes on with the old text
         expect.holds(folder:read "backups.prom", "pinecone_backup_check_timestamp")
         assert.equal(tonumber("644", 8), mode_of "backups.prom")
      end)

      it("takes a path with quotes in it", function()
         run(0, "movies --textfile " .. folder:path "it's'$(x).prom")
         assert.same({ "it's'$(x).prom" }, folder:names())
      end)

      it("tells the verdict all the same where it cannot be written, and exits with 3", function()
         local ended = run(3, "songs --textfile " .. folder:path "nowhere/backups.prom")
         expect.holds(first_line(ended.out), "UNKNOWN - ", "nowhere/backups.prom was not written: No such file",
            "the check itself is critical: songs: there is no backup")
         expect.holds(ended.out, "\ncritical\tsongs\t")
         expect.holds(ended.err, "was not written")
         ended = run(3, "songs --json --textfile " .. folder:path "nowhere/backups.prom")
         assert.equal("critical", json.decode(ended.out).verdict)
         assert.equal(3, json.decode(ended.err).exit_code)
      end)

      it("leaves no part of it behind where a folder has its name", function()
         assert(uv.fs_mkdir(folder:path "backups.prom", tonumber("755", 8)))
         run(3, "movies --textfile " .. folder:path "backups.prom")
         assert.same({ "backups.prom" }, folder:names())
      end)

      it("leaves the old one where the check itself fails, so that its time tells", function()
         folder:write("backups.prom", "old")
         assert(emulator:fault { operation = "list_indexes", on = "all", status = 403, body = FORBIDDEN })
         run(3, "--all --textfile " .. folder:path "backups.prom")
         assert.equal("old", folder:read "backups.prom")
      end)
   end)

   it("ends with 130 on Ctrl-C", function()
      assert(emulator:fault { operation = "list_index_backups", on = "all", delay = 20 })
      local ended = typed:interrupt("check movies", "list_index_backups")
      assert.equal(130, ended.code, ended.text)
   end)
end)
