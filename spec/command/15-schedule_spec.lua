-- `pinecone-backup schedule`: what Pinecone backs up by itself.

local pinecone = require "pinecone"
local service = require "support.service"
local shell = require "support.shell"

describe("pinecone-backup schedule", function()
   local emulator, pc, typed

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } } }
      pc, typed = service.client(emulator), shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function made(days)
      return pinecone.assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = days or 7,
      }).schedule_id
   end

   local function found(id)
      return pinecone.assert(pc:describe_backup_schedule(id))
   end

   local function good(line)
      local ended = typed:run(line)
      assert.equal(0, ended.code, ended.text)
      assert.equal("", ended.err)
      return ended.out
   end

   it("makes one", function()
      local line = "schedule create movies --name nightly --frequency daily --expire-after-days 7"
      local schedule = typed:json(line)
      assert.equal("nightly", schedule.name)
      assert.equal("daily", schedule.frequency)
      assert.equal(7, schedule.retention_expire_after_days)
      assert.is_true(found(schedule.schedule_id).enabled)
   end)

   it("needs its name, its frequency and how long to keep", function()
      local given = { "--name nightly", "--frequency daily", "--expire-after-days 7" }
      for missing = 1, 3 do
         local line = "schedule create movies"
         for place, words in ipairs(given) do
            line = place == missing and line or line .. " " .. words
         end
         local ended = typed:run(line)
         assert.equal(2, ended.code, ended.text)
         assert.truthy(ended.err:find(("missing option '%s'"):format(given[missing]:match "%S+"), 1, true), ended.err)
      end
      assert.equal(0, service.sent(emulator, "create_backup_schedule"))
   end)

   it("knows three frequencies, which are all that the API has", function()
      local ended = typed:run "schedule create movies --name n --frequency hourly --expire-after-days 7"
      assert.equal(2, ended.code, ended.text)
      assert.truthy(ended.err:find("must be one of 'daily', 'weekly', 'monthly'", 1, true), ended.err)
   end)

   it("ends with 11 where another one is enabled, and says how to find it", function()
      made()
      local ended = typed:run "schedule create movies --name other --frequency weekly --expire-after-days 7"
      assert.equal(11, ended.code, ended.text)
      assert.truthy(ended.err:find("'pinecone-backup schedule list' shows it", 1, true), ended.err)
   end)

   it("lists those of an index", function()
      local id = made()
      local rows = typed:json "schedule list movies"
      assert.equal(id, rows[1].schedule_id)
      local titles, row = good "schedule list movies":match "^([^\n]+)\n([^\n]+)\n$"
      assert.equal("ID\tNAME\tRUNS\tKEPT\tSTATE\tNEXT RUN", titles)
      assert.equal(id .. "\tnightly\tdaily\t7\tenabled\t" .. rows[1].next_scheduled_run, row)
   end)

   it("tells no next run of one that is paused, though the service may", function()
      local id = made()
      assert(emulator:fault { operation = "list_backup_schedules", status = 200, body = ([[{"data":[{
         "schedule_id":"%s","name":"nightly","frequency":"daily","enabled":false,
         "next_scheduled_run":"2026-11-22T00:00:00Z"}]}]]):format(id) })
      local shown = good "schedule list movies"
      assert.truthy(shown:find(id .. "\tnightly\tdaily\t-\tpaused\t-\n", 1, true), shown)
   end)

   it("tells on a terminal of 80 columns for how long backups are kept", function()
      local id = made()
      local shown = shell.plain(typed:on_terminal("schedule list movies", { COLUMNS = "80" }):wait().text)
      local titles, row = shown:match "^([^\n]+)\n([^\n]+)\n$"
      assert.equal("ID" .. (" "):rep(36) .. "NAME     RUNS   KEPT  STATE    NEXT RUN", titles)
      assert.equal(id .. "  nightly  daily   7 d  enabled", row:sub(1, 67))
   end)

   it("is paused and resumed, which takes a backup at once", function()
      local id = made()
      good("schedule pause " .. id)
      assert.is_false(found(id).enabled)
      good("schedule resume " .. id)
      assert.is_true(found(id).enabled)
      assert.equal(1, #pinecone.assert(pc:backups { index_name = "movies" }:all()))
   end)

   it("lists the backups that it has made", function()
      local id = made()
      good("schedule pause " .. id)
      good("schedule resume " .. id)
      local rows = typed:json("schedule history " .. id)
      assert.truthy(rows[1].name:find "^nightly%-")
      assert.equal("BACKUP\tNAME\tSTATUS\tRECORDS\tSIZE\tDUE\tCREATED", good("schedule history " .. id):match "^[^\n]+")
   end)

   it("shows one", function()
      assert.equal("nightly", typed:json("schedule describe " .. made()).name)
   end)

   describe("update", function()
      it("changes what is given, and leaves the rest", function()
         local id = made()
         good(("schedule update %s --frequency weekly"):format(id))
         assert.equal("weekly", found(id).frequency)
         assert.equal(7, found(id).retention_expire_after_days)
         good(("schedule update %s --expire-after-days 14"):format(id))
         assert.equal("weekly", found(id).frequency)
         assert.equal(14, found(id).retention_expire_after_days)
      end)

      it("wants something to change", function()
         local ended = typed:run("schedule update " .. made())
         assert.equal(2, ended.code, ended.text)
         assert.truthy(ended.err:find("--frequency, --expire-after-days, or both", 1, true), ended.err)
         assert.truthy(ended.err:find("Usage: pinecone-backup schedule update [OPTIONS] ID", 1, true), ended.err)
         assert.equal(0, service.sent(emulator, "update_backup_schedule"))
      end)

      it("refuses a --yes to nothing", function()
         local ended = typed:run(("schedule update %s --frequency weekly --yes"):format(made()))
         assert.equal(2, ended.code, ended.text)
         assert.truthy(ended.err:find("--yes has no effect without --expire-after-days", 1, true), ended.err)
      end)

      it("asks before it lets backups expire sooner, or needs --yes", function()
         local id = made(7)
         local line = ("schedule update %s --expire-after-days 3"):format(id)
         local refused = typed:run(line)
         assert.equal(2, refused.code)
         assert.truthy(refused.err:find("nothing was changed: say --yes to let Pinecone delete backups of schedule",
            1, true), refused.err)
         assert.equal(7, found(id).retention_expire_after_days)

         local running = typed:on_terminal(line, { COLUMNS = "200" })
         running:expect "Let Pinecone delete backups of schedule nightly of index [^?]+ that are older than 3 d%?"
         running:say "n\n"
         assert.equal(1, running:wait().code)
         assert.equal(7, found(id).retention_expire_after_days)

         good(line .. " --yes")
         assert.equal(3, found(id).retention_expire_after_days)
         good(line) -- as many days as before delete nothing
      end)
   end)

   describe("deletion", function()
      local id

      before_each(function()
         id = made()
         good("schedule pause " .. id)
         good("schedule resume " .. id) -- makes a backup, and so a run that names the index
      end)

      local function is_there()
         return (pc:describe_backup_schedule(id)) ~= nil
      end

      it("says what would go, and what stays", function()
         assert.equal("would delete schedule nightly of index movies (its backups stay until they expire)\n",
            good(("schedule delete %s --dry-run"):format(id)))
         assert.is_true(is_there())
         assert.equal(2, typed:run(("schedule delete %s --dry-run --quiet"):format(id)).code)
      end)

      it("shows it in JSON", function()
         local planned = typed:json(("schedule delete %s --dry-run"):format(id))
         assert.equal("nightly", planned.schedule.name)
         assert.is_true(planned.dry_run)
         local done = typed:json(("schedule delete %s --yes"):format(id))
         assert.equal(id, done.schedule.schedule_id)
         assert.is_true(done.deleted)
      end)

      it("needs --yes where nobody can be asked", function()
         local ended = typed:run("schedule delete " .. id)
         assert.equal(2, ended.code, ended.text)
         assert.is_true(is_there())
      end)

      it("tells in JSON what would go, and what went", function()
         assert.equal(id, typed:json(("schedule delete %s --dry-run"):format(id)).schedule.schedule_id)
         assert.equal(id, typed:json(("schedule delete %s --yes"):format(id)).schedule.schedule_id)
      end)

      it("keeps the backups", function()
         good(("schedule delete %s --yes"):format(id))
         assert.is_false(is_there())
         assert.equal(1, #pinecone.assert(pc:backups { index_name = "movies" }:all()))
      end)

      it("asks on a terminal", function()
         local running = typed:on_terminal("schedule delete " .. id)
         running:expect "Delete schedule nightly of index movies %(its backups stay until they expire%)%?"
         running:say "y\n"
         assert.equal(0, running:wait().code)
         assert.is_false(is_there())
      end)

      it("ends with 10 the second time", function()
         good(("schedule delete %s --yes"):format(id))
         assert.equal(10, typed:run(("schedule delete %s --yes"):format(id)).code)
      end)
   end)
end)
