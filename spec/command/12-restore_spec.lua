-- `pinecone-backup restore`: what it prints, and which exit codes it has.

local expect = require "support.expect"
local json = require "cjson"
local service = require "support.service"
local shell = require "support.shell"

local CREATE = "create_index_from_backup"

describe("pinecone-backup restore", function()
   local emulator, pc, typed, backup

   setup(function()
      emulator = service.start {
         job_seconds = 0.1, max_indexes = 4,
         seed = {
            indexes = { { name = "movies", dimension = 3, records = 98 }, { name = "songs", dimension = 3 } },
            backups = { { index_name = "movies", name = "good" } },
         },
      }
      pc, typed = service.client(emulator), shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   local function reset()
      assert(emulator:reset())
      backup = assert(pc:list_backups "movies").data[1]
   end
   before_each(reset)

   -- Words of a line, with ID for the backup's.
   local function words(line)
      return "restore " .. line:gsub("ID", backup.backup_id)
   end

   local function ends_with(code, ended)
      assert.equal(code, ended.code, ended.text)
      assert.is_nil(ended.text:find("traceback", 1, true))
      return ended
   end

   local function run(code, line)
      return ends_with(code, typed:run(words(line)))
   end

   local function last_document(text)
      local document
      for line in text:gmatch "[^\n]+" do
         document = json.decode(line)
      end
      return document
   end

   -- The fields of what is printed behind a pipe.
   local function fields(text)
      local found = {}
      for name, value in text:gmatch "([^\t\n]+)\t([^\n]*)\n" do
         found[name] = value
      end
      return found
   end

   describe("start", function()
      it("tells what was begun", function()
         local told = fields(run(0, "start ID --name movies2").out)
         assert.equal("movies2", told.name)
         assert.equal(backup.backup_id, told.backup_id)
         local job = assert(pc:describe_restore_job(told.restore_job_id))
         assert.equal("movies2", job.target_index_name)
         assert.is_nil(told.verified)
      end)

      it("takes the newest backup of an index, and what the new index is to have", function()
         run(0, "start --latest movies --name movies2 --wait --tag team=films --tag stage= "
            .. "--deletion-protection enabled")
         local index = assert(pc:describe_index "movies2")
         assert.same({ team = "films", stage = "" }, index.tags)
         assert.equal("enabled", index.deletion_protection)
      end)

      it("wants a tag once", function()
         expect.holds(run(2, "start ID --name movies2 --tag a=1 --tag a=2").err, "--tag: 'a' is given twice")
         assert.is_nil((pc:describe_index "movies2"))
      end)

      it("advises what helps where the backup is not Ready", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local failed = assert(pc:backup { index_name = "movies", wait = false })
         pc:wait_for_backup(failed.backup_id)
         local told = run(11, ("start %s --name movies2"):format(failed.backup_id)).err
         expect.holds(told, "The backup is not Ready: 'pinecone-backup backup wait' waits until it is, or says that")
      end)

      it("waits, and says that nothing was compared", function()
         local told = fields(run(0, "start ID --name movies2 --wait").out)
         assert.equal("Completed", told.status)
         assert.equal("false", told.verified)
         assert.is_nil(told.record_count) -- nobody has counted
         assert.is_true(tonumber(told.seconds) > 0)
         assert.equal("Ready", assert(pc:describe_index "movies2").status.state)
         assert.equal(0, service.sent(emulator, "describe_index_stats"))
      end)

      it("compares, which needs no --wait", function()
         local told = fields(run(0, "start ID --name movies2 --verify").out)
         assert.equal("true", told.verified)
         assert.equal("98", told.record_count)
         assert.equal("1", told.namespace_count)
         assert.equal(1, service.sent(emulator, "describe_index_stats"))
      end)

      it("sums up in JSON, after a line for each look", function()
         local ended = run(0, "start ID --name movies2 --verify --json")
         local first = json.decode((ended.out:match "[^\n]+"))
         assert.equal("status", first.message_type)
         assert.equal("Pending", first.status)
         assert.equal("movies2", first.resource.target_index_name)
         local summary = last_document(ended.out)
         assert.equal("summary", summary.message_type)
         assert.equal("movies2", summary.name)
         assert.is_true(summary.verified)
         assert.equal(98, summary.record_count)
         assert.equal("Completed", summary.job.status)
         assert.equal("movies2", summary.index.name)
         assert.equal("good", summary.backup.name)
         assert.equal("", ended.err)
      end)

      it("is one JSON document where nothing is waited for", function()
         local begun = typed:json(words "start ID --name movies2")
         assert.is_nil(begun.message_type)
         assert.is_string(begun.restore_job_id)
      end)

      it("prints nothing with --quiet", function()
         assert.equal("", run(0, "start ID --name movies2 --verify --quiet").text)
      end)

      it("says what is missing or does not fit, and asks for nothing", function()
         expect.holds(run(2, "start --name movies2").err, "name a backup by its ID, or say --latest INDEX")
         expect.holds(run(2, "start ID --latest movies --name movies2").err, "--latest INDEX")
         expect.holds(run(2, "start ID").err, "missing option '--name'")
         expect.holds(run(2, "start ID --name movies2 --timeout 6h").err,
            "--timeout has no effect without --wait or --verify")
         expect.holds(run(2, "start ID --name movies2 --tag team").err, "'team' is not KEY=VALUE")
         expect.holds(run(2, "start ID --name movies2 --deletion-protection maybe").err, "deletion-protection")
         assert.equal(0, service.sent(emulator, CREATE))
      end)
   end)

   describe("list", function()
      before_each(function()
         run(0, "start ID --name movies2 --wait")
         assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
         run(0, "start ID --name movies3")
      end)

      it("is aligned on a terminal", function()
         local ended = typed:on_terminal "restore list":wait()
         assert.equal(0, ended.code, ended.text)
         local shown = shell.plain(ended.out)
         shell.assert_golden("restore-list", (shown:gsub(" +%d+ s ago", "  AGE"):gsub(" +in 0 s", "  AGE")))
      end)

      it("has tabs between where nobody looks", function()
         shell.assert_golden("restore-list-piped", run(0, "list").out)
      end)

      it("is one document in JSON", function()
         local jobs = typed:json "restore list"
         assert.equal("movies3", jobs[1].target_index_name)
         assert.equal("Completed", jobs[2].status)
         assert.equal(2, #jobs)
      end)

      it("has its jobs described one by one", function()
         local job = typed:json "restore list"[2]
         assert.same(job, typed:json("restore describe " .. job.restore_job_id))
         assert.equal("movies2", fields(run(0, "describe " .. job.restore_job_id).out).target_index_name)
      end)
   end)

   it("wait waits for a job that somebody has begun", function()
      local begun = assert(pc:restore { backup_id = backup.backup_id, name = "movies2", wait = false })
      assert.equal("Completed", fields(run(0, "wait " .. begun.restore_job_id).out).status)
      assert.equal("Completed", last_document(run(0, "wait " .. begun.restore_job_id .. " --json").out).status)
   end)

   describe("drill", function()
      local function only_index()
         local seen = {}
         for _, index in ipairs(assert(pc:list_indexes()).indexes) do
            seen[index.name] = true
         end
         return seen.movies and seen.songs and next(seen, next(seen, next(seen))) == nil
      end

      it("tells which backup it was, what was compared, and how long it took", function()
         local ended = run(0, "drill --latest movies")
         local told = fields(ended.out)
         assert.equal(backup.backup_id, told.backup_id)
         assert.equal("good", told.backup_name)
         assert.equal("98", told.record_count)
         assert.equal("1", told.namespace_count)
         assert.equal("true", told.verified)
         assert.is_true(tonumber(told.restore_seconds) <= tonumber(told.seconds))
         expect.holds(ended.err, "pinecone-backup: restoring backup " .. backup.backup_id .. " of movies into ",
            told.index_name)
         assert.is_true(only_index())
      end)

      it("names its index in JSON, too, before it is there", function()
         local ended = run(0, "drill ID --json")
         local first, summary = json.decode((ended.out:match "[^\n]+")), last_document(ended.out)
         assert.equal("status", first.message_type)
         assert.equal(summary.index_name, first.index_name)
         assert.equal("summary", summary.message_type)
         assert.equal(98, summary.record_count)
         assert.equal("good", summary.backup.name)
         assert.equal("", ended.err)
      end)

      it("prints nothing where it is quiet and all is well", function()
         assert.equal("", run(0, "drill --latest movies --quiet").text)
      end)

      it("says beforehand that there is no room", function()
         expect.holds(run(13, "drill ID --max-indexes 2").err, "there is no room")
         assert.equal(0, service.sent(emulator, CREATE))
      end)

      it("names an index that could not be deleted", function()
         assert(emulator:fault { operation = "delete_index", status = 401, on = "all" })
         local ended = run(12, "drill ID --quiet")
         assert.matches("The index drill%-movies%-[%w-]+ is left behind: delete it%.", ended.err)
         local leftover = last_document(run(12, "drill ID --quiet --json").err).leftover
         assert.matches("^drill%-movies%-", leftover)
      end)
   end)

   describe("ends with", function()
      local unknown = "12345678-1234-1234-1234-123456789012"
      local every = { "start ID --name movies2 --wait", "start ID --name movies2 --verify", "drill ID" }

      -- Each of them in turn, with the same fault; as text and as JSON side by side.
      local function all_end_with(code, fault, lines, options)
         for _, line in ipairs(lines) do
            reset()
            assert(emulator:fault(fault))
            local text = typed:start(words(line) .. (options or ""))
            local ended = typed:start(words(line:gsub("movies2", "movies3")) .. (options or "") .. " --json"):wait()
            ends_with(code, text:wait())
            local fatal = last_document(ends_with(code, ended).err)
            assert.equal("exit_error", fatal.message_type)
            assert.equal(code, fatal.exit_code)
         end
      end

      it("15 where the job failed or was cancelled", function()
         all_end_with(15, { operation = CREATE, job = "failed", on = "all" }, every)
         all_end_with(15, { operation = CREATE, job = "cancelled", on = "all" }, { every[1] })
      end)

      it("15 in a later wait, too", function()
         assert(emulator:fault { operation = CREATE, job = "failed" })
         local begun = assert(pc:restore { backup_id = backup.backup_id, name = "movies2", wait = false })
         expect.holds(run(15, "wait " .. begun.restore_job_id).err, "the restore job into movies2 ended as Failed")
      end)

      it("15 where the counts differ", function()
         all_end_with(15, { operation = CREATE, lose = 3, on = "all" }, { every[2], every[3] }, " --timeout 2s")
      end)

      it("what was begun, and which counts differ, in JSON", function()
         assert(emulator:fault { operation = CREATE, lose = 3 })
         local fatal = last_document(run(15, "start ID --name movies2 --verify --timeout 2s --json").err)
         assert.same({ record_count = { backup = 98, index = 95 } }, fatal.differences)
         assert.equal("movies2", fatal.restore.name)
         assert.equal("movies2", assert(pc:describe_restore_job(fatal.restore.restore_job_id)).target_index_name)
      end)

      it("14 where the time is over before the job is done", function()
         all_end_with(14, { operation = CREATE, job_seconds = 3600, on = "all" }, every, " --timeout 1s")
         reset()
         assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
         local begun = assert(pc:restore { backup_id = backup.backup_id, name = "movies2", wait = false })
         expect.holds(run(14, "wait " .. begun.restore_job_id .. " --timeout 0.5s").err,
            "still Pending")
      end)

      it("14 where the time is over before the index is ready", function()
         all_end_with(14, { operation = "describe_index", status = 503, on = "all" }, { every[1], every[2] },
            " --timeout 2s")
      end)

      it("14 where the time is over before the counts could be compared", function()
         for _, fault in ipairs { { status = 503 }, { delay = 60 } } do
            fault.operation, fault.on = "describe_index_stats", "all"
            all_end_with(14, fault, { every[2], every[3] }, " --timeout 2s")
         end
      end)

      it("14 where nobody knows what the status means", function()
         assert(emulator:fault { operation = "describe_restore_job", on = "all", status = 200, body = json.encode {
            restore_job_id = unknown, backup_id = unknown, target_index_name = "movies2", target_index_id = unknown,
            status = "Mended", created_at = "2026-04-24T06:00:00Z", percent_complete = 100,
         } })
         expect.holds(run(14, "wait " .. unknown .. " --timeout 1s").err, "still Mended")
      end)

      it("10 where there is no such backup, index or restore", function()
         run(10, "start " .. unknown .. " --name movies2")
         run(10, "start --latest nothing --name movies2 --wait")
         run(10, "drill " .. unknown)
         run(10, "drill --latest songs")
         run(10, "describe " .. unknown)
         run(10, "wait " .. unknown)
      end)

      it("11 where the name is taken", function()
         expect.holds(run(11, "start ID --name movies --wait").err, "already exists", "an index movies already")
      end)

      it("13 where there may be no more indexes", function()
         service.serverless(pc, "books")
         service.serverless(pc, "plays")
         run(13, "start ID --name movies2 --wait")
         run(13, "drill ID")
      end)
   end)
end)
