-- What `pinecone-backup` prints: sizes and ages, tables on terminals of any width, other people's words, JSON.

local cjson = require "cjson"
local expect = require "support.expect"
local json = require "pinecone.command.output.json"
local process = require "support.process"
local service = require "support.service"
local shell = require "support.shell"
local text = require "pinecone.command.output.text"
local wire = require "support.wire"

local ESCAPE, C1, TURNED = "\27[31mred", "\194\155red", "\226\128\174desrever\226\128\172"

describe("Text for people", function()

   local function each(action, cases)
      for _, case in ipairs(cases) do
         assert.equal(case[2], action(case[1]), tostring(case[1]))
      end
   end

   it("has sizes in the unit that fits", function()
      each(text.size, {
         { 0, "0 B" }, { 1, "1 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" }, { 4303, "4.2 KiB" },
         { 1024 ^ 2 - 1, "1.0 MiB" }, { 1024 ^ 2, "1.0 MiB" }, { 1023.94 * 1024, "1023.9 KiB" },
         { 1024 ^ 3, "1.0 GiB" }, { 1024 ^ 4, "1.0 TiB" }, { 1024 ^ 5, "1.0 PiB" }, { 1024 ^ 5 * 1023, "1023.0 PiB" },
         { 2 ^ 63, "8.0 EiB" }, { 1e300, "8.7e+281 EiB" }, { 0.5, "0.5 B" }, { "many", "many" },
      })
   end)

   it("has numbers without exponents as long as they are whole", function()
      each(text.number, {
         { 0, "0" }, { -0.0, "0" }, { 1e6, "1000000" }, { 1e15, "1000000000000000" }, { 2 ^ 53, "9007199254740992" },
         { 1e16, "10000000000000000" }, { -1e16, "-10000000000000000" }, { 0.1, "0.1" },
         { 1 / 3, "0.3333333333333333" },
         { 1e300, "1e+300" }, { true, "true" }, { "7", "7" },
      })
   end)

   it("has integers of 64 bits whole, where this Lua has them", function()
      local largest = math.maxinteger
      if not largest then
         pending "this Lua has none"
         return
      end
      assert.equal("9223372036854775807", text.number(largest))
      assert.equal("-9223372036854775808", text.number(math.mininteger))
   end)

   it("has counts with their thousands apart", function()
      each(text.count, {
         { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 123456, "123,456" }, { 1234567, "1,234,567" },
         { -123, "-123" }, { -123456, "-123,456" }, { 1234.5678, "1,234.5678" }, { 0.12345, "0.12345" },
         { 2 ^ 53, "9,007,199,254,740,992" }, { 1e300, "1e+300" }, { "12345", "12345" },
      })
   end)

   it("has spans in the unit that says enough", function()
      each(text.span, {
         { 0, "0 s" }, { 0.9, "0 s" }, { 119, "119 s" }, { 120, "2 min" }, { 7199, "119 min" }, { 7200, "2 h" },
         { 47 * 3600, "47 h" }, { 172800, "2 d" }, { 400 * 86400, "400 d" },
         { 1e300, ("%.0f d"):format(1e300 / 86400) },
      })
   end)

   it("counts time as a clock does, and never backwards", function()
      each(text.clock, {
         { 0, "0:00" }, { 7.9, "0:07" }, { 760, "12:40" }, { 3599, "59:59" }, { 3600, "1:00:00" },
         { 360000, "100:00:00" }, { -5, "0:00" },
      })
   end)

   it("knows how wide characters are", function()
      each(text.width, {
         { "", 0 }, { "movies", 6 }, { "Bücher", 6 }, { "e\204\129", 1 }, { "日本", 4 }, { "💾", 2 }, { "\255\254", 2 },
      })
   end)

   it("cuts between characters, and keeps marks with their letters", function()
      assert.equal("movies", text.cut("movies", 6))
      assert.equal("movi…", text.cut("movies", 5))
      assert.equal("…", text.cut("movies", 1))
      assert.equal("", text.cut("movies", 0))
      assert.equal("Bü…", text.cut("Bücher", 3))
      assert.equal("e\204\129…", text.cut("e\204\129tude", 2))
      assert.equal("日…", text.cut("日本語", 4))
      assert.equal("日…", text.cut("日本語", 3))
      assert.equal("\255…", text.cut("\255\254\253", 2))
   end)

   it("shortens in the middle, and leaves more of the end", function()
      assert.equal("movies", text.shorten("movies", 6))
      assert.equal("mo…es", text.shorten("movies", 5))
      assert.equal("m…", text.shorten("movies", 2))
      assert.equal("…", text.shorten("movies", 1))
      assert.equal("", text.shorten("movies", 0))
      assert.equal("night…21T060000Z", text.shorten("nightly-20261121T060000Z", 16))
      assert.equal("日…語", text.shorten("日本語", 5))
      assert.equal("…語", text.shorten("日本語", 4))
      assert.equal("…語", text.shorten("日本語", 3))
      assert.equal("e\204\129…e", text.shorten("e\204\129tude", 3))
      assert.equal("e…e\204\129", text.shorten("etude\204\129", 3))
      assert.equal("\255…\253", text.shorten("\255\254\253\253", 3))
   end)

   it("pads by what is seen", function()
      assert.equal("日  |", text.pad("日", 4) .. "|")
      assert.equal("   ü|", text.pad("ü", 4, true) .. "|")
      assert.equal("longer", text.pad("longer", 2))
   end)

   it("obeys nothing that others wrote", function()
      each(text.plain, {
         { "a\nb\tc\rd\0e\127", "a?b?c?d?e?" }, { ESCAPE, "?[31mred" }, { C1, "?red" }, { TURNED, "?desrever?" },
         { "\226\129\166x\226\129\169", "?x?" }, { "\226\128\168", "?" }, { "a\226\128\139b", "a?b" },
         { "\239\187\191x", "?x" }, { "\243\160\129\129x", "?x" }, { "Bücher 日本 💾", "Bücher 日本 💾" },
      })
   end)

   it("replaces bytes that are no UTF-8", function()
      each(text.plain, {
         { "\255", "?" }, { "a\195", "a?" }, { "\195(", "?(" }, { "\192\175", "??" }, { "\224\128\175", "???" },
         { "\237\160\128", "???" }, { "\244\144\128\128", "????" }, { "\155" .. "31m", "?31m" }, { "日\230\151", "日??" },
      })
   end)

   it("is broken between words where it is too long", function()
      assert.equal("one two\nthree", text.wrap("one two three", 7))
      assert.equal("one two\n  three\n  four", text.wrap("one two three four", 8, "  "))
      assert.equal("  one\n  two\nup  to", text.wrap("  one two\nup  to", 7, "  "))
      assert.equal("a\n/a/long/path/is/whole\nb", text.wrap("a /a/long/path/is/whole b", 8))
      assert.equal("日本\n日本", text.wrap("日本 日本", 8))
      assert.equal("\27[31mone\27[0m two\nthree", text.wrap("\27[31mone\27[0m two three", 7))
   end)
end)

describe("JSON", function()

   it("has the fields in the order of their names", function()
      assert.equal('{"a":1,"b":{"c":[1,2],"d":true},"e":"x"}',
         json.encode { e = "x", b = { d = true, c = { 1, 2 } }, a = 1 })
   end)

   it("has arrays that are empty, and objects", function()
      assert.equal('{"data":[],"tags":{}}', json.encode { data = json.array {}, tags = {} })
      assert.equal('{"indexed":[]}', json.encode { indexed = {} })
   end)

   it("has numbers that read back the same, and no exponent where they are whole", function()
      for _, number in ipairs { 0, 1, -1, 0.1, 1 / 3, 1e15, 1e16, 2 ^ 53, 2 ^ 53 + 2, 1e20, 1e300, 5e-324, -2.5 } do
         local written = json.encode(number)
         assert.equal(number, tonumber(written), written)
         assert.equal(number % 1 == 0 and number < 1e21, not written:find "[e.]", written)
      end
      assert.equal("null", json.encode(1 / 0))
      assert.equal("null", json.encode(0 / 0))
   end)

   it("has integers of 64 bits whole, where this Lua has them", function()
      if not math.maxinteger then
         pending "this Lua has none"
         return
      end
      for _, number in ipairs { math.maxinteger, math.mininteger, 9007199254740993 } do
         assert.equal(("%d"):format(number), json.encode(number))
      end
   end)

   it("escapes what JSON must escape, and what a terminal would obey", function()
      assert.equal([["\"\\\n\t\u0000\u001b\u007f/"]], json.encode '"\\\n\t\0\27\127/')
      assert.equal([["\u009bred \u202edesrever\u202c"]], json.encode(C1 .. " " .. TURNED))
      for _, value in ipairs { "plain", 'a"b\\c/d\n\t\r\b\f\1\31\127', ESCAPE, C1, TURNED, "Bücher 日本 💾" } do
         assert.equal(value, cjson.decode("[" .. json.encode(value) .. "]")[1])
      end
   end)

   it("is good UTF-8 whatever the strings are", function()
      assert.equal([["a\ufffdb\ufffd\ufffd"]], json.encode "a\255b\237\160" .. "")
      assert.equal([[{"\ufffd":1}]], json.encode { ["\255"] = 1 })
   end)
end)

describe("pinecone-backup", function()
   local emulator, typed

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } } }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local ID = "8c85e612-ed1c-4f97-9f8c-8194e07bcf7%d"

   -- Lets the service answer with rows of our own; `fields` is JSON.
   local function answer(operation, rows)
      local list = {}
      for place, fields in ipairs(rows) do
         list[place] = ('{"backup_id":"%s","status":"Ready","source_index_name":"movies",%s}'):format(
            ID:format(place), fields)
      end
      local body = operation == "describe_backup" and list[1] or '{"data":[' .. table.concat(list, ",") .. "]}"
      assert(emulator:fault { operation = operation, status = 200, on = "all", body = body })
   end

   local function of_days_ago(days)
      return ("\"created_at\":\"%s\""):format(os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - days * 86400))
   end

   local function seen(line, variables)
      local ended = typed:on_terminal(line, variables):wait()
      assert.equal(0, ended.code, ended.text)
      return shell.plain(ended.out), ended.out
   end

   -- The same of a line for a shell, with %s for the command.
   local function seen_by_shell(line, variables)
      local preload = os.getenv "LD_PRELOAD" -- for the interpreter alone
      local command = ("%s'%s' '%s'"):format(preload and ("LD_PRELOAD='%s' "):format(preload) or "",
         service.interpreter(), shell.script)
      local spelled = line:gsub("%%s", function() return command end)
      local ended = process.start(assert(process.find "script"), { "-qefc", spelled, "/dev/null" },
         typed:environment(variables)):wait()
      assert.equal(0, ended.code, ended.text)
      return shell.plain(ended.out)
   end

   local function lines_of(shown)
      local lines = {}
      for line in shown:gmatch "[^\n]+" do
         lines[#lines + 1] = line
      end
      return lines
   end

   local function assert_fits(shown, width)
      for _, line in ipairs(lines_of(shown)) do
         assert.is_true(text.width(line) <= width, ("%d: %s"):format(width, line))
      end
   end

   describe("on terminals of any width", function()
      before_each(function()
         answer("list_project_backups", {
            '"name":"nightly-of-the-twentieth-of-november","record_count":98,"size_bytes":4608,' .. of_days_ago(1.51),
            '"name":"日本語のバックアップ、とても長い名前","record_count":1234567,"size_bytes":5123456789,' .. of_days_ago(30.01),
            '"name":"before-migration",' .. of_days_ago(400.01),
         })
      end)

      for _, width in ipairs { 36, 40, 60, 80, 100, 120, 200 } do
         it("lists what fits into " .. width .. ", and all of each id", function()
            local shown = seen("backup list", { COLUMNS = tostring(width) })
            assert_fits(shown, width)
            expect.holds(shown, ID:format(1), ID:format(2), ID:format(3), "400 d ago", "36 h ago", "night", "november")
            shell.assert_golden("output-backup-list-" .. width, shown)
         end)
      end

      it("aligns its columns", function()
         local lines = lines_of(seen("backup list", { COLUMNS = "200" }))
         assert.equal(4, #lines)
         for _, line in ipairs(lines) do
            assert.equal(text.width(lines[1]), text.width(line), line)
         end
      end)

      it("keeps its columns where there are colours, which only the status has", function()
         local plain = seen("backup list", { COLUMNS = "120" })
         local shown, painted = seen("backup list", { COLUMNS = "120", NO_COLOR = "", TERM = "xterm" })
         assert.equal(plain, shown)
         expect.holds(painted, "\27[1mID", "\27[32mReady \27[0m")
         local _, count = painted:gsub("\27%[0m", "")
         assert.equal(7 + 3, count)
      end)

      it("has colours on narrow ones, too", function()
         local shown, painted = seen("backup list", { COLUMNS = "40", NO_COLOR = "", TERM = "xterm" })
         assert.equal(seen("backup list", { COLUMNS = "40" }), shown)
         expect.holds(painted, "\27[1mSTATUS \27[0m  \27[32mReady\27[0m")
      end)

      for _, variables in ipairs { { NO_COLOR = "0" }, { NO_COLOR = "1" }, { NO_COLOR = "", TERM = "dumb" } } do
         variables.TERM = variables.TERM or "xterm"
         it(("has no colours with NO_COLOR=%s and TERM=%s"):format(variables.NO_COLOR, variables.TERM), function()
            local shown, painted = seen("backup list", variables)
            assert.equal(shown, (painted:gsub("\r\n", "\n")))
         end)
      end

      it("has no colours in a pipe", function()
         local ended = typed:run("backup list", { NO_COLOR = "", TERM = "xterm" })
         assert.is_nil(ended.out:find("\27", 1, true))
      end)

      it("asks the terminal how wide it is", function()
         local shown = seen_by_shell("stty cols 60; %s backup list", { COLUMNS = "" })
         assert.equal(seen("backup list", { COLUMNS = "60" }), shown)
      end)

      for _, nonsense in ipairs { "0", "-1", "wide", "0x10", "1e1" } do
         it("takes no width from COLUMNS=" .. nonsense, function()
            assert.equal(seen("backup list", { COLUMNS = "80" }), seen("backup list", { COLUMNS = nonsense }))
         end)
      end
   end)

   describe("what is told beside the result", function()
      local told = "pinecone-backup: movies: the service took too long"
      local line = ([['%s' -e 'require "pinecone.command.output.terminal".tell "%s"']]):format(
         service.interpreter(), told)

      it("is broken at the terminal's width", function()
         assert.equal("pinecone-backup: movies: the\n  service took too long\n",
            seen_by_shell(line, { COLUMNS = "30" }))
         assert.equal(told .. "\n", seen_by_shell(line, { COLUMNS = "50" }))
      end)

      it("stays as it is behind a pipe", function()
         assert.equal(told .. "\n", seen_by_shell(line .. " 2>&1 | cat", { COLUMNS = "30" }))
      end)
   end)

   it("breaks what it says and asks between words", function()
      local id = typed:json "backup create movies --name one".backup_id
      local said = "would delete backup 'one' of index 'movies',\n  98 records, 4.5 KiB, made AGO\n  (" .. id .. ")\n"
      local shown = seen("backup delete --dry-run " .. id, { COLUMNS = "44" })
      assert.equal(said, (shown:gsub("%d+ s ago", "AGO")))
      local running = typed:on_terminal("backup delete " .. id, { COLUMNS = "44" })
      running:expect "%)%?%s+%[y/N%] "
      assert_fits(shell.plain(running.text), 44)
      running:say "n\n"
      assert.equal(1, running:wait().code)
   end)

   it("lists the same columns in a pipe, however wide", function()
      answer("list_project_backups", {
         '"name":"one","record_count":98,"size_bytes":4608,"created_at":"2026-04-24T06:00:00Z"', '"name":"two"',
      })
      local wide, narrow = typed:run("backup list", { COLUMNS = "200" }), typed:run("backup list", { COLUMNS = "40" })
      assert.equal(wide.out, narrow.out)
      shell.assert_golden("output-backup-list-piped", wide.out)
   end)

   it("lets no name fake a line, a column or a colour", function()
      local name = [["name":"x\u001b[31m\nReady\tok\u009b1m\u202e\u2066\u0000"]]
      answer("list_project_backups", { name })
      answer("describe_backup", { name })
      local cleaned = "x?[31m?Ready?ok?1m???"
      for _, line in ipairs { "backup list", "backup describe " .. ID:format(1) } do
         local shown, painted = seen(line, { NO_COLOR = "", TERM = "xterm" })
         expect.holds(shown, cleaned)
         assert.is_nil(painted:find("\27[31m", 1, true))
         expect.holds(typed:run(line).out, "\t" .. cleaned)
      end
      assert.equal(2, #lines_of(typed:run "backup list".out))
   end)

   it("survives bytes that are no characters", function()
      local server = wire.start()
      server:answer(wire.answer(200, '{"data":[{"backup_id":"b-1","name":"b\195(d\255"}]}'))
      finally(function() server:stop() end)
      local there = { PINECONE_CONTROLLER_HOST = server.url }
      expect.holds(seen("backup list", there), "b-1  b?(d?  -")
      expect.holds(typed:run("backup list", there).out, "\nb-1\tb?(d?\t-\t")
      assert.equal("b\239\191\189(d\239\191\189", typed:json("backup list", there)[1].name)
   end)

   it("survives values that nobody expects", function()
      local fields = '"name":true,"record_count":"many","size_bytes":{"a":[]},"created_at":5'
      answer("list_project_backups", {
         fields, '"created_at":"soon","record_count":9007199254740992,"size_bytes":1e300',
      })
      answer("describe_backup", { fields })
      local shown = seen("backup list", { COLUMNS = "200" })
      expect.holds(shown, "true", "many", [[{"a":{}}]], "soon", "9,007,199,254,740,992")
      expect.holds(typed:run "backup list".out, '\ttrue\tmovies\tReady\tmany\t{"a":{}}\t5\n',
         "\t-\tmovies\tReady\t9007199254740992\t1e+300\tsoon\n")
      expect.holds(seen("backup describe " .. ID:format(1)), "many\n", "created_at         5\n")
   end)

   it("tells ages in the future", function()
      answer("list_project_backups", { '"name":"one",' .. of_days_ago(-10.01) })
      expect.holds(seen "backup list", "in 10 d")
   end)

   it("says that a failed backup failed, in red", function()
      assert(emulator:fault { operation = "create_backup", job = "failed" })
      local id = typed:json "backup create movies".backup_id
      local _, painted = seen("backup list", { NO_COLOR = "", TERM = "xterm" })
      expect.holds(painted, "\27[31mFailed\27[0m")
      expect.holds(typed:run "backup list".out, "\tInitializationFailed\t")
      expect.holds(seen("backup describe " .. id), "status             InitializationFailed\n")
   end)

   describe("where there is nothing", function()

      it("says so on a terminal", function()
         assert.equal("no backups\n", seen "backup list")
         assert.equal("no backups of index movies\n", seen "backup list movies")
      end)

      it("has the titles in a pipe, and is silent beside it", function()
         local ended = typed:run "backup list"
         assert.equal("ID\tNAME\tINDEX\tSTATUS\tRECORDS\tSIZE\tCREATED\n", ended.text)
      end)

      it("says so beside a pipe where somebody looks", function()
         assert.same({ "no backups", "1" }, lines_of(seen_by_shell "%s backup list | wc -l"))
      end)

      it("is an empty array in JSON", function()
         assert.equal("[]\n", typed:run "backup list --json".text)
      end)
   end)

   describe("describes", function()

      it("a backup", function()
         local id = typed:json "backup create movies --name one".backup_id
         local line = "backup describe " .. id
         for _, width in ipairs { "80", "40" } do
            local shown = seen(line, { COLUMNS = width }):gsub("%d+ s ago", "SO LONG ago")
            shell.assert_golden("output-backup-describe-" .. width, shown)
         end
         shell.assert_golden("output-backup-describe-piped", typed:run(line).out)
      end)

      it("a number with what is easier to read, only where that is easier", function()
         answer("describe_backup", { '"size_bytes":98,"record_count":1200' })
         local shown = seen("backup describe " .. ID:format(1), { COLUMNS = "80" })
         expect.holds(shown, "\nsize_bytes         98\n", "\nrecord_count       1200\n")
         assert(emulator:clear_faults())
         answer("describe_backup", { '"size_bytes":4303,"record_count":12345' })
         shown = seen("backup describe " .. ID:format(1), { COLUMNS = "80" })
         expect.holds(shown, "\nsize_bytes         4303 (4.2 KiB)\n", "\nrecord_count       12345 (12,345)\n")
      end)

      it("an index, whose fields have fields", function()
         shell.assert_golden("output-index-describe", seen("index describe movies", { COLUMNS = "80" }))
         shell.assert_golden("output-index-describe-piped", typed:run "index describe movies".out)
      end)

      it("what is long below its name, broken between words", function()
         answer("describe_backup", {
            '"description":"' .. ("before the great migration, "):rep(4) .. '","tags":{},"list":["a","b"]',
         })
         local shown = seen("backup describe " .. ID:format(1), { COLUMNS = "60" })
         assert_fits(shown, 60)
         expect.holds(shown, "\ndescription\n  before the great migration, before the great migration,\n  before ",
            '\nlist               ["a","b"]\n', "\ntags               {}\n")
      end)

      it("a status in its colour", function()
         local id = typed:json "backup create movies".backup_id
         local _, painted = seen("backup describe " .. id, { NO_COLOR = "", TERM = "xterm" })
         expect.holds(painted, "status             \27[32mReady\27[0m\r\n")
         _, painted = seen("index describe movies", { NO_COLOR = "", TERM = "xterm" })
         expect.holds(painted, "\27[32mReady\27[0m\r\n")
      end)
   end)
end)
