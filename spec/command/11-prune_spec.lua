-- `pinecone-backup backup prune`: what it shows, asks, deletes and leaves alone.

local expect = require "support.expect"
local json = require "cjson"
local service = require "support.service"
local shell = require "support.shell"
local text = require "pinecone.command.output.text"

-- In the middle of an hour or a day, so that the ages in golden files are the same on a slow machine.
local function nights(count)
   local list = {}
   for night = 1, count do
      list[night] = { index_name = "movies", name = "nightly-" .. night, days_ago = count + 0.52 - night }
   end
   return list
end

local function seed()
   local backups = nights(5)
   for _, backup in ipairs {
      { index_name = "movies", name = "before-migration", days_ago = 40.5 },
      { index_name = "movies", name = "nightly-broken", days_ago = 2.6, status = "InitializationFailed" },
      { index_name = "books", name = "nightly-b1", days_ago = 9.5 },
      { index_name = "books", name = "nightly-b2", days_ago = 8.5 },
   } do
      backups[#backups + 1] = backup
   end
   return {
      indexes = {
         { name = "movies", dimension = 3, records = 98 }, { name = "books", dimension = 3, records = 1 },
         { name = "empty", dimension = 3 },
      },
      backups = backups,
   }
end

local ALL = { "before-migration", "nightly-1", "nightly-2", "nightly-3", "nightly-4", "nightly-5", "nightly-b1",
   "nightly-b2", "nightly-broken" }

describe("pinecone-backup backup prune", function()
   local emulator, typed, pc

   setup(function()
      emulator = service.start { seed = seed() }
      typed, pc = shell.new(emulator), service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      assert(emulator:clear_requests())
   end)

   local MOVIES = "movies --name-prefix nightly- --keep-last 2"

   local function run(code, line)
      local ended = typed:run("backup prune " .. line)
      assert.equal(code, ended.code, ended.text)
      return ended
   end

   local function on_terminal(line, variables)
      return typed:on_terminal("backup prune " .. line, variables)
   end

   local function left()
      local names = {}
      for _, backup in ipairs(assert(pc:backups():all())) do
         names[#names + 1] = backup.name
      end
      table.sort(names)
      return names
   end

   local function without(...)
      local gone, names = {}, {}
      for _, name in ipairs { ... } do
         gone[name] = true
      end
      for _, name in ipairs(ALL) do
         names[#names + 1] = not gone[name] and name or nil
      end
      return names
   end

   local function refuse(on, status)
      assert(emulator:fault { operation = "delete_backup", on = on, status = status,
         body = ('{"error":{"code":"NO","message":"Not today."},"status":%d}'):format(status) })
   end

   -- What stands before the words on what was done.
   local function plan_of(shown)
      return shown:match "^(.-untouched[^\n]*\n)"
   end

   describe("with --yes", function()

      it("deletes what no rule keeps, and tells", function()
         local ended = run(0, MOVIES .. " --yes")
         assert.same(without("nightly-1", "nightly-2", "nightly-3"), left())
         expect.holds(ended.err, "\npinecone-backup: removed 3 of 3 backups\n")
      end)

      it("prints nothing but the plan's columns where a program reads", function()
         local tabs = {}
         for line in run(0, MOVIES .. " --yes").out:gmatch "[^\n]+" do
            tabs[#tabs + 1] = select(2, line:gsub("\t", ""))
         end
         assert.same({ 5, 5, 5, 5, 5, 5 }, tabs)
      end)

      it("does nothing the second time", function()
         run(0, MOVIES .. " --yes")
         local ended = run(0, MOVIES .. " --yes")
         expect.holds(ended.err, "0 to remove, 2 to keep")
         assert.is_false(typed:json("backup prune --yes " .. MOVIES).dry_run)
      end)

      it("is no success where the plan cannot be written", function()
         local ended = typed:run_after("exec >/dev/full", "backup prune " .. MOVIES)
         assert.equal(1, ended.code, ended.text)
         expect.holds(ended.err, "standard output cannot be written")
      end)

      it("prunes each index by itself with --all", function()
         run(0, "--all --name-prefix nightly- --keep-last 1 --yes")
         assert.same(without("nightly-1", "nightly-2", "nightly-3", "nightly-4", "nightly-b1"), left())
      end)

      it("takes every name with --any-name", function()
         run(0, "movies --any-name --keep-last 5 --yes")
         assert.same(without "before-migration", left())
      end)

      it("takes several rules, each of which keeps", function()
         local found = typed:json("backup prune movies --any-name --keep-daily 2 --keep-within 3d --keep-monthly 2 "
            .. "--keep-hourly 1 --keep-weekly 1 --keep-yearly 1 --yes")
         assert.equal("hourly,daily,weekly,monthly,yearly,within", table.concat(found.keep[1].reasons, ","))
      end)

      it("says nothing with --quiet", function()
         assert.equal("", run(0, MOVIES .. " --yes --quiet").text)
         assert.equal(6, #left())
      end)

      it("asks nothing on a terminal", function()
         local ended = on_terminal(MOVIES .. " --yes"):wait()
         assert.equal(0, ended.code)
         assert.is_nil(ended.out:find("y/N", 1, true))
         assert.equal(6, #left())
      end)

      it("prunes the backups of an index that is deleted", function()
         assert(pc:delete_index "movies")
         run(0, MOVIES .. " --yes")
         assert.same(without("nightly-1", "nightly-2", "nightly-3"), left())
      end)
   end)

   describe("without --yes", function()

      it("only shows its plan off a terminal, and says how to go on", function()
         local ended = run(0, MOVIES)
         shell.assert_golden("prune-piped", ended.out)
         expect.holds(ended.err, "3 to remove (13.5 KiB), 2 to keep, 2 untouched (",
            "nothing was deleted: say --yes to delete them")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("shows its plan on a terminal, and asks", function()
         local running = on_terminal(MOVIES)
         running:expect "Delete 3 backups%? %[y/N%] "
         shell.assert_golden("prune", plan_of(shell.plain(running.text)))
         assert.same(ALL, left())
         running:say "y\n"
         running:wait()
         assert.equal(0, running.code, running.text)
         expect.holds(running.text, "removed 3 of 3 backups")
         assert.same(without("nightly-1", "nightly-2", "nightly-3"), left())
      end)

      it("shows names whole on one of 80 columns, rather than ids", function()
         assert(pc:create_backup { index_name = "movies", name = "nightly-20261121T060000Z" })
         assert(emulator:advance(60))
         local shown = shell.plain(on_terminal(MOVIES .. " --dry-run", { COLUMNS = "80" }):wait().text)
         expect.holds(shown, "nightly-20261121T060000Z  ")
      end)

      -- Names as a schedule gives them and as `create --all` does, with the longest of index names.
      for _, columns in ipairs { 60, 80 } do
         it("shows rows on one of " .. columns .. " columns that differ", function()
            local rows, count = {}, 0
            for day = 1, 28 do
               for _, name in ipairs { "nightly-202611%02dT060000Z",
                  "nightly-customer-support-embeddings-production-202611%02d-060000-ab%02dcdef" } do
                  count = count + 1
                  rows[count] = ([[{"backup_id":"b%d","source_index_id":"i","name":"%s","status":"Ready",
                     "source_index_name":"customer-support-embeddings-production",
                     "created_at":"2025-11-%02dT06:00:00Z"}]]):format(count, name:format(day, day), day)
               end
            end
            assert(emulator:fault { operation = "list_project_backups", on = "all", status = 200,
               body = '{"data":[' .. table.concat(rows, ",") .. "]}" })
            for _, line in ipairs { "--all", "customer-support-embeddings-production" } do
               local shown = shell.plain(on_terminal(line .. " --name-prefix nightly- --keep-daily 7 --keep-weekly 2 "
                  .. "--keep-monthly 3 --keep-within 3d --dry-run", { COLUMNS = tostring(columns) }):wait().text)
               local seen, found = {}, 0
               for row in shown:gmatch "[^\n]+" do
                  assert.is_true(text.width(row) <= columns, row)
                  local name = row:match "^%l+%s+(n%S+)"
                  if name then
                     assert.is_nil(seen[name], shown)
                     seen[name], found = true, found + 1
                  end
               end
               assert.equal(count, found, shown)
            end
         end)
      end

      it("shows all indexes on a terminal", function()
         local running = on_terminal "--all --name-prefix nightly- --keep-last 1"
         running:expect "%[y/N%] "
         shell.assert_golden("prune-all", plan_of(shell.plain(running.text)))
         running:say "n\n"
         assert.equal(1, running:wait().code)
      end)

      for what, answer in pairs { ["no"] = "n\n", ["nothing"] = "\n", ["with the end of the input"] = "\4" } do
         it("deletes nothing where somebody answers " .. what, function()
            local running = on_terminal(MOVIES)
            running:expect "%[y/N%]"
            running:say(answer)
            assert.equal(1, running:wait().code)
            expect.holds(running.out, "nothing was deleted")
            assert.equal(0, service.sent(emulator, "delete_backup"))
         end)
      end

      it("deletes nothing on Ctrl-C, and exits with 130", function()
         local running = on_terminal(MOVIES)
         running:expect "%[y/N%]"
         running:say "\3"
         assert.equal(130, running:wait().code)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("asks nobody whose plan goes elsewhere, and deletes nothing", function()
         local running = on_terminal(MOVIES .. " >/dev/null")
         assert.equal(0, running:wait().code)
         expect.holds(running.out, "say --yes to delete them")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("asks nothing where nothing is to be deleted", function()
         local ended = on_terminal "movies --name-prefix nightly- --keep-last 9":wait()
         assert.equal(0, ended.code)
         assert.is_nil(ended.out:find("y/N", 1, true))
      end)

      it("asks nobody who wants JSON, and deletes nothing", function()
         local ended = on_terminal(MOVIES .. " --json"):wait()
         assert.equal(0, ended.code)
         assert.is_true(json.decode(ended.out).dry_run)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("deletes what was shown, and nothing that was made or shifted meanwhile", function()
         local running = on_terminal(MOVIES)
         running:expect "%[y/N%]"
         assert(pc:backup { index_name = "movies", name = "nightly-6" })
         assert(pc:backup { index_name = "movies", name = "nightly-7" })
         running:say "y\n"
         assert.equal(0, running:wait().code)
         expect.holds(table.concat(left(), " "), "nightly-4", "nightly-5", "nightly-6", "nightly-7")
      end)
   end)

   describe("with --dry-run", function()

      it("shows the same plan as the real run, and deletes nothing", function()
         for _, line in ipairs {
            MOVIES, "--all --name-prefix nightly- --keep-last 1", "books --any-name --keep-last 9",
         } do
            local dry = run(0, line .. " --dry-run")
            assert.equal(0, service.sent(emulator, "delete_backup"))
            assert.equal(plan_of(dry.err), dry.err)
            local asked, real = run(0, line), run(0, line .. " --yes")
            assert.same({ dry.out, dry.out }, { asked.out, real.out })
            assert.same({ dry.err, dry.err }, { plan_of(asked.err), plan_of(real.err) })
            assert(emulator:reset())
            assert(emulator:clear_requests())
         end
      end)

      it("does so with --yes, too", function()
         run(0, MOVIES .. " --yes --dry-run")
         assert.same(ALL, left())
      end)

      it("tells the same in JSON", function()
         local dry = typed:json("backup prune --dry-run " .. MOVIES)
         assert.is_true(dry.dry_run)
         assert.equal(3, #dry.remove)
         assert.same({}, dry.removed)
         assert.same(ALL, left())
         local real = typed:json("backup prune --yes " .. MOVIES)
         assert.is_false(real.dry_run)
         for _, name in ipairs { "keep", "remove", "untouched" } do
            assert.same(dry[name], real[name])
         end
         assert.equal(3, #real.removed)
      end)

      it("asks nothing on a terminal", function()
         local ended = on_terminal(MOVIES .. " --dry-run"):wait()
         assert.equal(0, ended.code)
         assert.is_nil(ended.out:find("y/N", 1, true))
      end)
   end)

   it("takes backups that tell little of themselves", function()
      local rows = {}
      for day = 1, 3 do
         rows[day] = ('{"backup_id":"b%d","source_index_id":"i","status":"Ready","size_bytes":"?",'
            .. '"created_at":"2026-01-0%dT00:00:00Z"}'):format(day, day)
      end
      assert(emulator:fault { operation = "list_project_backups", status = 200,
         body = '{"data":[' .. table.concat(rows, ",") .. "]}" })
      local ended = run(0, "--all --any-name --keep-last 1 --group-by id --dry-run")
      expect.holds(ended.out, "\nremove\t-\t-\t2026-01-02T00:00:00Z\t-\tb2\n")
      expect.holds(ended.err, "2 to remove, 1 to keep")
   end)

   it("has arrays in JSON, also where they are empty", function()
      local out = run(0, "empty --any-name --keep-last 1 --json").out
      for _, name in ipairs { "keep", "remove", "untouched", "removed", "in_use", "failed" } do
         expect.holds(out, ('"%s":[]'):format(name))
      end
   end)

   describe("is refused", function()

      local misuses = {
         { "without an index", "--name-prefix n --keep-last 1", "name an index, or say --all" },
         { "with an index and --all", "movies --all --name-prefix n --keep-last 1", "not both" },
         { "without saying which names", "movies --keep-last 1", "--name-prefix PREFIX, or --any-name" },
         { "with a prefix and any name", "movies --any-name --name-prefix n --keep-last 1", "not both" },
         { "without a rule", "movies --any-name --yes", "--keep-daily 7" },
         { "with --min-count for its only rule", "movies --any-name --min-count 3", "--keep-daily 7" },
         { "with a rule that keeps nothing", "movies --any-name --keep-last 0", "from 1 up" },
         { "with parts of a second", "movies --any-name --keep-within 0.5s", "whole seconds" },
         { "where it would say nothing", "movies --any-name --keep-last 1 --quiet --yes --dry-run", "exclude" },
         { "where nobody would see what is deleted", "movies --any-name --keep-last 1 --quiet", "say --yes" },
      }
      for _, case in ipairs(misuses) do
         local what, line, message = case[1], case[2], case[3]
         it(what .. ", and nothing is sent", function()
            local ended = run(2, line)
            expect.holds(ended.err, message)
            assert.equal("", ended.out)
            assert.equal(0, service.sent(emulator))
         end)
      end

      it("where there is neither such an index nor a backup of it", function()
         local ended = run(10, "moveis --any-name --keep-last 1 --yes")
         expect.holds(ended.err, "There is no index moveis")
         assert.equal("", ended.out)
         ended = run(10, "moveis --any-name --keep-last 1 --dry-run --json")
         assert.equal("not_found", json.decode(ended.err).kind)
         assert.equal("", ended.out)
      end)
   end)

   describe("where something goes wrong", function()

      it("goes on past one that fails, tells which, and exits with 3", function()
         refuse(1, 400)
         local ended = run(3, MOVIES .. " --yes --parallel 1")
         expect.holds(ended.err, "pinecone-backup: deleting nightly-1 failed: ", "Not today.")
         expect.holds(ended.err, "removed 2 of 3 backups")
         assert.same(without("nightly-2", "nightly-3"), left())
      end)

      it("tells so in JSON as an exit_error does", function()
         refuse(1, 400)
         local ended = run(3, MOVIES .. " --yes --parallel 1 --json")
         local found = json.decode(ended.out)
         assert.equal(2, #found.removed)
         assert.equal(1, #found.failed)
         assert.equal("nightly-1", found.failed[1].backup.name)
         assert.equal("Not today.", found.failed[1].error.message)
         assert.equal(400, found.failed[1].error.status)
         assert.equal("", ended.err)
      end)

      it("has an exit_error beside the document where nothing was deleted", function()
         refuse("all", 403)
         local ended = run(12, "--all --name-prefix nightly- --keep-last 1 --yes --parallel 1 --json")
         assert.equal(5, #json.decode(ended.out).failed)
         local err = json.decode(ended.err)
         assert.equal("exit_error", err.message_type)
         assert.equal(12, err.exit_code)
         assert.equal("permission_denied", err.kind)
         expect.holds(err.message, "none of 5 went well; of the first: deleting backup ", "Not today.")
      end)

      it("tells with --quiet, too", function()
         refuse(1, 400)
         local ended = run(3, MOVIES .. " --yes --quiet --parallel 1")
         assert.equal("", ended.out)
         expect.holds(ended.err, "deleting nightly-1 failed")
      end)

      it("keeps what a restore reads, which is no failure", function()
         assert(emulator:fault { operation = "create_index_from_backup", job_seconds = 3600 })
         assert(pc:create_index_from_backup { backup_id = service.backup_id(pc, "nightly-2"), name = "restored" })
         local ended = run(0, MOVIES .. " --yes")
         expect.holds(ended.err, "kept, in use by a restore: nightly-2\n", "removed 2 of 3 backups")
         assert.same(without("nightly-1", "nightly-3"), left())
      end)

      it("exits with the failure's code where all fail alike, and tells once what was not tried", function()
         refuse("all", 403)
         local ended = run(12, MOVIES .. " --yes --parallel 1")
         expect.holds(ended.err, "deleting nightly-1 failed: ", "2 more were not tried after that")
         assert.equal(1, select(2, ended.err:gsub("Not today", "")))
         expect.holds(ended.err, "removed 0 of 3 backups")
         assert.equal(1, service.sent(emulator, "delete_backup"))
         assert.same(ALL, left())
      end)

      it("says once what to do where it is the same for all", function()
         assert(emulator:fault { operation = "delete_backup", on = "all", status = 400,
            body = '{"error":{"code":"INVALID_ARGUMENT","message":"Unknown API version"},"status":400}' })
         local ended = run(1, MOVIES .. " --yes --parallel 1")
         assert.equal(3, select(2, ended.err:gsub("deleting nightly%-%d failed: ", "")))
         assert.equal(1, select(2, ended.err:gsub("Leave %-%-api%-version out", "")))
      end)

      it("rides out what passes", function()
         assert(emulator:fault { operation = "delete_backup", on = 1, status = 429, retry_after = 0 })
         assert(emulator:fault { operation = "delete_backup", on = 2, drop = "after" })
         assert(emulator:fault { operation = "delete_backup", on = 3, status = 500 })
         run(0, MOVIES .. " --yes")
         assert.same(without("nightly-1", "nightly-2", "nightly-3"), left())
      end)

      it("deletes nothing where the list cannot be read", function()
         assert(emulator:fault { operation = "list_project_backups", on = "all", status = 403, body = "{}" })
         local ended = run(12, MOVIES .. " --yes")
         assert.equal("", ended.out)
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("ends with 130 on Ctrl-C, and says that some may be gone", function()
         assert(emulator:fault { operation = "delete_backup", on = "all", delay = 20 })
         local ended = typed:interrupt("backup prune --yes " .. MOVIES, "delete_backup")
         assert.equal(130, ended.code)
         expect.holds(ended.err, "interrupted: Some of 3 backups may be deleted already")
      end)
   end)
end)
