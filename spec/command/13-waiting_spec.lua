-- Waiting in `pinecone-backup`: what is seen meanwhile, and what Ctrl-C and the like leave behind.

local expect = require "support.expect"
local json = require "cjson"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

local CREATE = "create_index_from_backup"

-- Looks again and again, for so many seconds.
local function within(seconds, is_so)
   local ends = service.now() + seconds
   while true do
      uv.run "nowait"
      local found = is_so()
      if found or service.now() > ends then
         return found
      end
      service.sleep(0.002)
   end
end

describe("while pinecone-backup waits", function()
   local emulator, pc, typed

   setup(function()
      emulator = service.start {
         job_seconds = 0.3, max_indexes = 100,
         seed = {
            indexes = { { name = "movies", dimension = 3, records = 98 } },
            backups = { { index_name = "movies", name = "good" } },
         },
      }
      pc, typed = service.client(emulator), shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      assert(emulator:clear_requests())
   end)

   -- The lines that were written over each other, and what stands there at last.
   local function frames_of(text)
      local frames, result = {}, text
      for frame, rest in text:gmatch "\r([^\r\n]*)\27%[K()" do
         frames[#frames + 1], result = frame, text:sub(rest)
      end
      return frames, result
   end

   local function holds_frame(frames, pattern)
      for _, frame in ipairs(frames) do
         if frame:find(pattern) then
            return
         end
      end
      error(("no %q in %s"):format(pattern, table.concat(frames, " | ")), 2)
   end

   local function watch(line, variables)
      local ended = typed:on_terminal(line, variables):wait()
      assert.equal(0, ended.code, ended.text)
      local frames, result = frames_of(ended.out)
      assert.equal("", frames[#frames]) -- cleared at the end
      return frames, shell.plain(result)
   end

   describe("a terminal shows", function()
      before_each(function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 1 })
      end)

      it("a backup that is made", function()
         local frames, result = watch "backup create movies --name nightly --wait"
         holds_frame(frames, "^0:00  waiting$")
         holds_frame(frames, "^0:0%d  backup nightly  Initializing$")
         expect.holds(result, "nightly", "Ready")
         assert.is_nil(result:find("Initializing", 1, true))
      end)

      it("a backup that somebody else has begun", function()
         local begun = assert(pc:create_backup { index_name = "movies", name = "nightly" })
         local frames, result = watch("backup wait " .. begun.backup_id)
         holds_frame(frames, "^0:0%d  backup nightly  Initializing$")
         expect.holds(result, begun.backup_id)
      end)

      it("a restore, and its index", function()
         assert(emulator:fault { operation = "describe_index_stats", delay = 1 })
         local frames, result = watch "restore start --latest movies --name movies2 --wait --verify"
         holds_frame(frames, "^0:0%d  restore of movies2  Pending$")
         holds_frame(frames, "^0:0%d  index movies2  Ready$")
         expect.holds(result, "verified", "true")
      end)

      it("the seconds as they pass between two looks", function()
         assert(emulator:fault { operation = CREATE, job_seconds = 4 })
         local frames = watch "restore start --latest movies --name movies2 --wait"
         for second = 1, 3 do
            holds_frame(frames, ("^0:0%d  restore of movies2  Pending$"):format(second))
         end
         assert.is_true(#frames > 12)
      end)

      it("that a look has failed", function()
         assert(emulator:fault { operation = "describe_restore_job", status = 503, body = "", on = { from = 2 } })
         local child = typed:on_terminal "restore start --latest movies --name movies2 --wait --timeout 6s"
         local ended = child:wait()
         assert.equal(14, ended.code, ended.text)
         local frames = frames_of(ended.out)
         holds_frame(frames, "^0:0%d  restore of movies2  Pending  %(the last look failed: .+")
      end)

      it("how many records are there so far", function()
         assert(emulator:fault { operation = CREATE, lose = 3 })
         local ended = typed:on_terminal "restore start --latest movies --name movies2 --verify --timeout 4s":wait()
         assert.equal(15, ended.code, ended.text)
         holds_frame(frames_of(ended.out), "^0:0%d  index movies2  Ready  %(95 of 98 counted so far%)$")
      end)

      it("no more than fits into a line", function()
         for _, frame in ipairs((watch("backup create movies --name nightly-and-longer --wait",
            { COLUMNS = "20" }))) do
            assert.is_true(#frame:gsub("…", ".") <= 19, frame)
         end
      end)

      it("what fits into a window that has become narrower", function()
         assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
         local child = typed:on_terminal("restore start --latest movies --name movies2 --wait", { COLUMNS = "" })
         service.until_true(function() return #child:children() > 0 end)
         local pid = child:children()[1]
         process.run("/bin/sh", "-c", ("stty cols 90 </proc/%d/fd/0"):format(pid))
         child:expect "\r0:0%d  restore of movies2  Pending\27"
         process.run("/bin/sh", "-c", ("stty cols 20 </proc/%d/fd/0"):format(pid))
         child:expect "\r0:%d%d  restore of m…\27"
         child:say "\3"
         assert.equal(130, child:wait().code)
      end)

      it("nothing with --quiet", function()
         local ended = typed:on_terminal "backup create movies --wait --quiet":wait()
         assert.equal("", ended.out)
      end)
   end)

   it("a pipe gets the result alone", function()
      local lines = { "backup create movies --wait", "restore start --latest movies --name movies2 --verify" }
      for _, line in ipairs(lines) do
         local ended = typed:run(line)
         assert.equal(0, ended.code, ended.text)
         assert.equal("", ended.err)
         assert.is_nil(ended.out:find "[\r\27]")
         assert.is_nil(ended.out:find("Initializing", 1, true))
      end
   end)

   it("JSON tells of each look at once", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
      assert(emulator:fault { operation = "describe_restore_job", status = 503, body = "", on = { from = 2 } })
      local child = typed:start "restore start --latest movies --name movies2 --wait --json"
      local look = json.decode(child:expect "([^\n]+)\n")
      assert.equal("status", look.message_type)
      assert.equal("Pending", look.status)
      assert.equal("movies2", look.resource.target_index_name)
      assert.is_number(look.elapsed)
      assert.is_nil(look.trouble)
      assert.is_string(json.decode(child:expect "([^\n]+)\n").trouble)
      child:kill "sigint"
      local ended = child:wait()
      assert.equal(130, ended.code)
      local fatal = json.decode(ended.err)
      assert.equal("exit_error", fatal.message_type)
      assert.equal(130, fatal.exit_code)
      expect.holds(fatal.message, "The restore goes on: 'pinecone-backup restore wait "
         .. look.resource.restore_job_id .. "' waits for it.")
   end)

   it("Ctrl-C says what goes on", function()
      assert(emulator:fault { operation = "create_backup", job_seconds = 3600 })
      local child = typed:on_terminal "backup create movies --name nightly --wait"
      child:expect "backup nightly  Initializing"
      child:say "\3"
      local ended = child:wait()
      assert.equal(130, ended.code)
      assert.matches("pinecone%-backup: interrupted: The backup goes on: 'pinecone%-backup backup wait%s+[%x-]+' "
         .. "waits for it%.", ended.out)
   end)

   it("Ctrl-C says that it may have begun where no answer has come", function()
      for line, noun in pairs {
         ["backup create movies"] = "backup", ["backup create movies --wait"] = "backup",
         ["restore start --latest movies --name movies2 --wait"] = "restore",
         ["restore start --latest movies --name movies2"] = "restore",
         ["collection create movies --name c1"] = "collection",
      } do
         assert(emulator:reset())
         local operation = noun == "restore" and CREATE or "create_" .. noun
         assert(emulator:fault { operation = operation, delay = 20 })
         local ended = typed:interrupt(line, operation)
         assert.equal(130, ended.code, ended.text)
         assert.equal(("pinecone-backup: interrupted: It may have begun all the same: "
            .. "'pinecone-backup %s list' shows it.\n"):format(noun), ended.err)
      end
   end)

   it("Ctrl-C says of a change that it may be done", function()
      local backup_id = assert(pc:list_backups "movies").data[1].backup_id
      local id = assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
      }).schedule_id
      local shows = "It may have begun all the same: 'pinecone-backup schedule describe " .. id .. "' shows it."
      for line, case in pairs {
         ["schedule pause " .. id] = { "update_backup_schedule", shows },
         ["schedule update " .. id .. " --frequency weekly"] = { "update_backup_schedule", shows },
         ["schedule delete " .. id .. " --yes"] = { "delete_backup_schedule", "It may be deleted already." },
         ["backup delete " .. backup_id .. " --yes"] = { "delete_backup", "It may be deleted already." },
      } do
         assert(emulator:clear_requests())
         assert(emulator:fault { operation = case[1], delay = 20 })
         local ended = typed:interrupt(line, case[1])
         assert.equal("pinecone-backup: interrupted: " .. case[2] .. "\n", ended.err)
         assert(emulator:clear_faults())
      end
   end)

   it("Ctrl-C while records are counted says where the restore is", function()
      assert(emulator:fault { operation = CREATE, lose = 3 })
      local ended = typed:interrupt("restore start --latest movies --name movies2 --verify", "describe_index_stats")
      assert.equal(130, ended.code, ended.text)
      expect.holds(ended.err, "interrupted: The restore goes on: 'pinecone-backup restore wait ")
   end)

   it("Ctrl-C says that each of many goes on", function()
      for _, way in ipairs { "", " --quiet", " --json" } do
         assert(emulator:clear_requests())
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600 })
         local child = typed:start("backup create --all --wait" .. way)
         service.until_true(function() return service.sent(emulator, "describe_backup") > 0 end)
         child:kill "sigint"
         local ended = child:wait()
         assert.equal(130, ended.code)
         expect.holds(ended.err,
            "interrupted: Backups that were begun go on: 'pinecone-backup backup list' shows them.")
      end
   end)

   -- Drills that are ended from outside ------------------------------------------------------------------------------

   local function drills()
      local names = {}
      for _, index in ipairs(assert(pc:list_indexes()).indexes) do
         names[#names + 1] = index.name:find "^drill%-" and index.name or nil
      end
      return names
   end

   local function piped(name, option)
      return {
         name = name, line = "restore drill --latest movies" .. option,
         start = function(line) return typed:start(line) end,
         interrupt = function(child) child:kill "sigint" end,
      }
   end

   local ways = {
      piped("behind a pipe", ""), piped("with --quiet", " --quiet"), piped("with --json", " --json"),
      {
         name = "on a terminal", line = "restore drill --latest movies",
         start = function(line) return typed:on_terminal(line) end,
         interrupt = function(child) child:say "\3" end,
      },
      {
         name = "on a terminal, by a signal", line = "restore drill --latest movies",
         start = function(line) return typed:on_terminal(line) end,
         interrupt = function(child)
            local id = child:children()[1]
            if id then
               uv.kill(id, "sigint")
            end
         end,
      },
   }

   local says = { "is left behind", "may be left behind", "was not seen, but may appear yet" }

   local function is_named(ended, name)
      for _, words in ipairs(says) do
         if ended.text:find(name .. " " .. words, 1, true) then
            return true
         end
      end
      return false
   end

   -- An index that is deleted is in lists for as long as that takes.
   local function assert_nothing_unnamed(ended, hint)
      local left
      within(10, function()
         left = {}
         for _, name in ipairs(drills()) do
            left[#left + 1] = not is_named(ended, name) and name or nil
         end
         return #left == 0
      end)
      assert.same({}, left, hint .. ": " .. ended.text)
   end

   local function said_once(text, words)
      assert.equal(1, select(2, text:gsub(words, "")), text)
   end

   -- The operation at which it is interrupted, and what makes it stay there.
   local moments = {
      { "before the create", at = "list_project_backups", delay = 60 },
      { "while the create is answered", at = CREATE, delay = 2 },
      { "while it waits for the job", at = "describe_restore_job" },
      { "while a look at the job lasts", at = "describe_restore_job", delay = 60 },
      { "while it waits for the index", at = "describe_index", delay = 60 },
      { "while it compares", at = "describe_index_stats", delay = 60 },
      { "while it deletes", at = "delete_index", delay = 60 },
      { "while it waits for the deletion", at = "describe_index", delay = 60, count = 2 },
   }

   for _, way in ipairs(ways) do
      it("Ctrl-C ends a drill at every moment, " .. way.name .. ", and leaves no index behind", function()
         for _, moment in ipairs(moments) do
            assert(emulator:reset())
            assert(emulator:clear_requests())
            if moment.delay then
               assert(emulator:fault { operation = moment.at, delay = moment.delay, on = moment.count or 1 })
            else
               assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
            end
            local child = way.start(way.line)
            service.until_true(function() return service.sent(emulator, moment.at) >= (moment.count or 1) end)
            way.interrupt(child)
            local ended = child:wait()
            assert.equal(130, ended.code, moment[1] .. ": " .. ended.text)
            said_once(ended.text, "interrupted[:\n]")
            assert.is_nil(ended.text:find("traceback", 1, true))
            assert_nothing_unnamed(ended, moment[1])
            assert.is_nil(ended.text:find("left behind:", 1, true), ended.text)
         end
      end)
   end

   -- Before it hears of Ctrl-C, an interpreter is ended by it like any program: 130 to a shell.
   local function is_interrupted(ended)
      return ended.code == 130 or (ended.code == 0 and ended.signal == 2)
   end

   for _, way in ipairs(ways) do
      it("Ctrl-C at any time, " .. way.name .. ", leaves no index unnamed", function()
         local longest = 1.2 * service.slowness
         for place = 1, 5 do
            local child = way.start(way.line)
            local after = longest * (place - math.random()) / 5
            if not within(after, function() return child.code end) then
               way.interrupt(child)
            end
            local ended = child:wait()
            local is_good = ended.code == 0 and ended.signal == 0
            assert.is_true(is_good or is_interrupted(ended), ended.text)
            assert.is_nil(ended.text:find("traceback", 1, true))
            assert_nothing_unnamed(ended, ("after %.3f s"):format(after))
         end
      end)
   end

   for _, signal in ipairs { "sigint", "sigterm", "sighup", "sigkill" } do
      it("has named the index where " .. signal .. " ends it in the middle", function()
         assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
         assert(emulator:fault { operation = "delete_index", status = 503, body = "", on = "all" })
         for _, way in ipairs { "", " --json" } do
            local child = typed:start("restore drill --latest movies" .. way)
            service.until_true(function() return service.sent(emulator, "describe_restore_job") > 0 end)
            if signal == "sigint" then -- the first one lets it delete the index
               child:kill(signal)
               service.until_true(function() return service.sent(emulator, "delete_index") > 0 end)
            end
            child:kill(signal)
            local ended = child:wait()
            assert.not_equal(0, ended.signal, ended.text)
            assert.truthy(ended.text:find(drills()[1], 1, true), ended.text)
            assert(emulator:reset())
            assert(emulator:clear_requests())
            assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
            assert(emulator:fault { operation = "delete_index", status = 503, body = "", on = "all" })
         end
      end)
   end

   it("names the index on a terminal also where it is to be quiet", function()
      local ended = typed:on_terminal "restore drill --latest movies --quiet":wait()
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.text:find "into%s+drill%-movies%-")
   end)

   it("says once that the index could not be deleted yet", function()
      assert(emulator:fault { operation = "delete_index", status = 403, body = "", on = { 1, 2, 3 } })
      local child = typed:start "restore drill --latest movies"
      local ended = child:wait()
      assert.equal(0, ended.code, ended.text)
      local _, count = ended.err:gsub("drill%-movies%-%S+ could not be deleted yet, which is tried again: ", "")
      assert.equal(1, count, ended.err)
      assert.is_true(service.sent(emulator, "delete_index") > 3)
   end)

   it("has named the index where a second Ctrl-C is typed", function()
      assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
      assert(emulator:fault { operation = "delete_index", status = 503, body = "", on = "all" })
      local child = typed:on_terminal "restore drill --latest movies"
      service.until_true(function() return service.sent(emulator, "describe_restore_job") > 0 end)
      child:say "\3"
      child:expect "deleting%s+drill%-movies%-[%w-]+;%s+Ctrl%-C%s+again%s+leaves%s+it%s+behind"
      service.until_true(function() return service.sent(emulator, "delete_index") > 0 end)
      child:say "\3"
      assert.equal(130, child:wait().code)
      assert.equal(drills()[1], child.text:match "into%s+(drill%-movies%-[%w-]+),")
   end)

   it("a drill whose index cannot be deleted after Ctrl-C names it", function()
      for _, way in ipairs(ways) do
         assert(emulator:reset())
         assert(emulator:clear_requests())
         assert(emulator:fault { operation = CREATE, job_seconds = 3600 })
         assert(emulator:fault { operation = "delete_index", status = 401, on = "all" })
         local child = way.start(way.line)
         service.until_true(function() return service.sent(emulator, "describe_restore_job") > 0 end)
         way.interrupt(child)
         local ended = child:wait()
         assert.equal(130, ended.code, ended.text)
         local name = drills()[1]
         local said = shell.plain(ended.text):gsub("%s+", " ") -- a terminal breaks it into lines
         expect.holds(said, "interrupted: The index " .. name .. " is left behind: delete it.")
         said_once(ended.text, "left behind")
      end
   end)

   describe("whose files are gone by then, as in an upgrade,", function()
      local folder, copy, environment
      local origin = shell.script:match "^(.*)/pinecone/command/pinecone%-backup$"

      before_each(function()
         folder = scratch.new()
         copy = folder:path "lua"
         process.run(assert(process.find "cp"), "-R", origin, copy)
         local entries = { copy .. "/?.lua", copy .. "/?/init.lua" }
         for entry in package.path:gmatch "[^;]+" do
            entries[#entries + 1] = entry:sub(1, #origin) ~= origin and entry or nil
         end
         environment = typed:environment { LUA_PATH = table.concat(entries, ";") }
      end)
      after_each(function() folder:remove() end)

      for line, ends in pairs {
         ["backup create movies --wait"] = { code = 0, at = "describe_backup" },
         ["backup create movies --wait --timeout 0.8s"] = { code = 14, at = "describe_backup" },
         ["backup create --all --wait --json"] = { code = 0, at = "describe_backup" },
         ["restore drill --latest movies --json"] = { code = 15, at = "describe_restore_job" },
      } do
         it(("'%s' ends with %d"):format(line, ends.code), function()
            assert(emulator:fault { operation = "create_backup", job_seconds = 1.5, on = "all" })
            assert(emulator:fault { operation = CREATE, job = "failed", job_seconds = 1.5 })
            local words = { copy .. "/pinecone/command/pinecone-backup" }
            for word in line:gmatch "%S+" do
               words[#words + 1] = word
            end
            local child = process.start(service.interpreter(), words, environment)
            service.until_true(function() return service.sent(emulator, ends.at) > 0 end)
            process.run(assert(process.find "rm"), "-r", copy)
            local ended = child:wait()
            assert.equal(ends.code, ended.code, ended.text)
            assert.is_nil(ended.text:find("traceback", 1, true), ended.text)
            assert.is_nil(ended.text:find("module '", 1, true), ended.text)
         end)
      end
   end)

   it("Ctrl-C while it is loaded is told in one line", function()
      for place = 1, 12 do
         local child = typed:start "index list"
         if not within(place * 0.002, function() return child.code end) then
            child:kill "sigint"
         end
         local ended = child:wait()
         if ended.code == 130 then
            assert.equal("pinecone-backup: interrupted\n", ended.err)
         else
            assert.is_true(ended.code == 0, ended.text)
         end
      end
   end)
end)
