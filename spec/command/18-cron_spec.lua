-- The crontab and the units of examples/: their own words, run as cron and systemd run them, against an emulator.

local expect = require "support.expect"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

local function read(path)
   local file = assert(io.open(path))
   local content = file:read "*a"
   file:close()
   return content
end

describe("examples/", function()
   local emulator, pc, folder, variables

   -- The command by its name, as `make` or LuaRocks puts it into PATH. What a sanitizer preloads is for the interpreter
   -- alone, so there it is a script of ours.
   local function find_command()
      if not os.getenv "LD_PRELOAD" then
         return assert(process.find "pinecone-backup"):match "^(.*)/[^/]+$"
      end
      local path = folder:write("pinecone-backup", ("#!/bin/sh\nexec env LD_PRELOAD='%s' ASAN_OPTIONS='%s' "
         .. "LUA_PATH='%s' LUA_CPATH='%s' '%s' '%s' \"$@\"\n"):format(os.getenv "LD_PRELOAD",
         os.getenv "ASAN_OPTIONS" or "", package.path, package.cpath, service.interpreter(), shell.script))
      assert(uv.fs_chmod(path, 448)) -- 0700
      return folder.root
   end

   setup(function()
      local backups = { { index_name = "movies", name = "before-migration", days_ago = 700 } }
      for month = 1, 14 do
         backups[#backups + 1] = { index_name = "movies", name = "nightly-" .. month, days_ago = 40 * month }
      end
      emulator = service.start {
         seed = {
            indexes = {
               { name = "movies", dimension = 3, records = 98 }, { name = "songs", dimension = 3, records = 20 },
            },
            backups = backups,
         },
      }
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)

   before_each(function()
      assert(emulator:reset())
      folder = scratch.new()
      assert(uv.fs_chmod(folder:write("key", service.api_key .. "\n"), 384)) -- 0600
      variables = {
         HOME = folder.root, LOGNAME = "pinecone-backup", SHELL = "/bin/sh", PATH = find_command() .. ":/usr/bin:/bin",
         KEY = folder:path "key", STATE = folder.root, CREDENTIALS_DIRECTORY = folder.root,
         PINECONE_CONTROLLER_HOST = emulator.url,
      }
   end)
   after_each(function() folder:remove() end)

   -- With nothing in the environment but that.
   local function start(words)
      local list = { "-i" }
      for name, value in pairs(variables) do
         list[#list + 1] = name .. "=" .. value
      end
      for _, word in ipairs(words) do
         list[#list + 1] = word
      end
      return process.start("/usr/bin/env", list)
   end

   local function names_of(index_name)
      local names = {}
      for _, backup in ipairs(assert(pc:backups({ index_name = index_name }):all())) do
         names[backup.name] = true
         names[#names + 1] = backup.name
      end
      return names
   end

   -- One of tonight, and of the months before eleven.
   local function assert_backed_up_and_pruned()
      local movies, songs = names_of "movies", names_of "songs"
      assert.equal(13, #movies)
      assert.is_true(movies["before-migration"] and movies["nightly-1"] and movies["nightly-11"])
      assert.is_nil(movies["nightly-12"])
      assert.equal(1, #songs)
      expect.holds(songs[1], "nightly-")
   end

   local function assert_nothing_was_said(ended)
      assert.equal("", ended.text)
      assert.equal(0, ended.code)
   end

   describe("cron/pinecone-backup", function()
      local path = "examples/cron/pinecone-backup"
      local lines, settings = {}, {}

      for line in read(path):gmatch "[^\n]+" do
         local schedule, user, rest = line:match "^([%d*/]+ [%d*/]+ [%d*/]+ [%d*/]+ [%d*/]+) +(%S+) +(.+)$"
         local name, value = line:match "^([%u_]+)=(.*)$"
         if schedule then
            lines[#lines + 1] = { schedule = schedule, user = user, command = rest }
         elseif name then
            settings[name] = value
         else
            assert(line:find "^#", line)
         end
      end

      local function line_of(words)
         for _, line in ipairs(lines) do
            if line.command:find(words, 1, true) then
               return line.command
            end
         end
         error("no line has " .. words)
      end

      local function run(words, change)
         local line = line_of(words)
         return start { settings.SHELL or "/bin/sh", "-c", change and change(line) or line }
      end

      local function nightly(change)
         return run("backup create", change)
      end

      it("is one that cron takes", function()
         assert.is_nil(path:match("[^/]+$"):find("[^%w_-]"), "cron skips a file with such a name")
         assert.equal("\n", read(path):sub(-1))
         assert.equal(3, #lines)
         for _, line in ipairs(lines) do
            assert.equal("pinecone-backup", line.user)
            assert.is_nil(line.command:find("%", 1, true), "cron makes a percent sign a new line")
            assert.is_true(#line.command < 998, "cron has no longer ones")
         end
         assert.is_string(settings.MAILTO)
         for _, name in ipairs { "KEY", "STATE" } do
            assert.equal("/", settings[name]:sub(1, 1))
         end
      end)

      it("backs up and prunes each night, and says nothing", function()
         assert_nothing_was_said(nightly():wait())
         assert_backed_up_and_pruned()
      end)

      it("does it again, and keeps the newest of a day", function()
         assert_nothing_was_said(nightly():wait())
         local before = names_of "songs"[1]
         assert_nothing_was_said(nightly():wait())
         assert_backed_up_and_pruned()
         assert.are_not.equal(before, names_of "songs"[1])
      end)

      it("refuses to run while the run before is at work", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 3 * service.slowness, on = "all" })
         local first = nightly()
         service.until_true(function()
            uv.run "nowait"
            return service.sent(emulator, "create_backup") > 0
         end)
         local second = nightly():wait()
         assert.equal(75, second.code, second.text)
         assert.equal("", second.out)
         assert.equal("pinecone-backup: the run before this one is still at work\n", second.err)
         assert.is_nil(first.code, "the first has ended too early for this to show anything")
         assert_nothing_was_said(first:wait())
         assert.equal(2, service.sent(emulator, "create_backup"))
      end)

      it("does not wait for ever, and leaves no lock behind", function()
         assert(emulator:fault { operation = "create_backup", job_seconds = 3600, on = "all" })
         local ended = nightly(function(line)
            local changed, count = line:gsub("%-%-timeout 12h", "--timeout 1s")
            assert.equal(1, count)
            return changed
         end):wait()
         assert.equal(14, ended.code, ended.text)
         expect.holds(ended.err, "movies", "songs")
         assert.equal(0, service.sent(emulator, "delete_backup"))
         assert(emulator:reset())
         assert_nothing_was_said(nightly():wait())
      end)

      it("says why it failed, and prunes nothing then", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local ended = nightly():wait()
         assert.equal(3, ended.code, ended.text)
         assert.equal("", ended.out)
         expect.holds(ended.err, "InitializationFailed")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("says so where the key's file is open to others", function()
         assert(uv.fs_chmod(folder:path "key", 420)) -- 0644
         local ended = nightly():wait()
         assert.equal(12, ended.code, ended.text)
         assert.are_not.equal("", ended.err)
         assert.is_nil(ended.text:find(service.api_key, 1, true))
      end)

      it("says so where its folder is missing", function()
         variables.STATE = folder:path "nowhere"
         local ended = nightly():wait()
         assert.is_true(ended.code > 0)
         expect.holds(ended.err, "nowhere/lock")
         assert.equal(0, service.sent(emulator, "create_backup"))
      end)

      it("says so where the command is not in its PATH", function()
         variables.PATH = "/usr/bin:/bin"
         if process.find "pinecone-backup":find "^/usr/bin/" then
            pending "it is installed there"
            return
         end
         local ended = nightly():wait()
         assert.equal(127, ended.code, ended.text)
         expect.holds(ended.err, "not found")
      end)

      it("checks, and writes what Prometheus reads", function()
         local ended = run("check --all"):wait()
         assert.equal(2, ended.code, ended.text)
         assert.equal("", ended.text)
         expect.holds(folder:read "pinecone.prom", 'pinecone_backup_check_status{index="songs"} 2\n')
         assert_nothing_was_said(nightly():wait())
         assert_nothing_was_said(run("check --all"):wait())
         expect.holds(folder:read "pinecone.prom", 'pinecone_backup_check_status{index="songs"} 0\n')
         assert(emulator:fault { operation = "list_indexes", status = 403, on = "all", body = "" })
         ended = run("check --all"):wait()
         assert.equal(3, ended.code, ended.text)
         assert.are_not.equal("", ended.err)
      end)

      it("shows that a backup can be restored", function()
         assert_nothing_was_said(run("restore drill"):wait())
         assert.equal(1, service.sent(emulator, "create_index_from_backup"))
         assert.equal(2, #assert(pc:list_indexes()).indexes)
      end)
   end)

   describe("systemd/", function()
      local unit = {}
      for _, kind in ipairs { "service", "timer" } do
         unit[kind] = read("examples/systemd/pinecone-backup." .. kind)
      end

      local function settings(kind, name)
         local list = {}
         for value in unit[kind]:gmatch("\n" .. name .. "=([^\n]*)") do
            list[#list + 1] = value
         end
         return list
      end

      -- As systemd does: no shell, words at spaces, variables put in.
      local function words_of(line)
         local words = {}
         for word in line:gmatch "%S+" do
            words[#words + 1] = word:gsub("%${([%u_]+)}", variables)
         end
         assert(not table.concat(words, " "):find "[$%%'\"\\]", line)
         return words
      end

      local function run()
         local ended
         for _, line in ipairs(settings("service", "ExecStart")) do
            ended = start(words_of(line)):wait()
            if ended.code ~= 0 then
               break
            end
         end
         return ended
      end

      it("has units that systemd takes", function()
         local analyze = process.find "systemd-analyze"
         if not analyze then
            pending "systemd-analyze is not installed"
            return
         end
         local list = { "verify", "--man=no" }
         for kind, content in pairs(unit) do
            local absolute = content:gsub("(ExecStart=)(pinecone%-backup )", "%1" .. find_command() .. "/%2")
            list[#list + 1] = folder:write("pinecone-backup." .. kind, absolute)
         end
         local ended = process.start(analyze, list):wait()
         assert.equal(0, ended.code, ended.text)
         assert.is_nil(ended.text:find("pinecone-backup", 1, true), ended.text) -- of other units it may well complain
      end)

      it("backs up and prunes, and says nothing", function()
         assert.same({ "oneshot" }, settings("service", "Type"))
         assert.same({ "key:/etc/pinecone-backup.key" }, settings("service", "LoadCredential"))
         assert.equal(2, #settings("service", "ExecStart"))
         variables.KEY, variables.STATE = nil, nil
         assert_nothing_was_said(run())
         assert_backed_up_and_pruned()
      end)

      it("says why it failed, and prunes nothing then", function()
         assert(emulator:fault { operation = "create_backup", job = "failed" })
         local ended = run()
         assert.equal(3, ended.code, ended.text)
         expect.holds(ended.err, "InitializationFailed")
         assert.equal(0, service.sent(emulator, "delete_backup"))
      end)

      it("calls 3 no success, where only some of the indexes failed", function()
         assert.same({}, settings("service", "SuccessExitStatus"))
      end)

      it("does the same as the crontab", function()
         local crontab = read "examples/cron/pinecone-backup"
         for _, line in ipairs(settings("service", "ExecStart")) do
            expect.holds(crontab, (line:gsub(" %-%-api%-key%-file .*", "")))
         end
      end)
   end)
end)
