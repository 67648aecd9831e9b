-- How `pinecone-backup` ends: each exit code for a real reason, and one clear line instead of a traceback.

local json = require "cjson"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

describe("the end of pinecone-backup", function()
   local emulator, typed, folder

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 5 } } } }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      assert(emulator:reset())
      folder = scratch.new()
   end)
   after_each(function() folder:remove() end)

   local function assert_no_traceback(text)
      assert.is_nil(text:find "traceback", text)
      assert.is_nil(text:find "%.lua:%d", text)
      assert.is_nil(text:find "table: 0x", text)
   end

   local function lines_of(text)
      return select(2, text:gsub("\n", ""))
   end

   -- Exit codes -----------------------------------------------------------------------------------------------------

   -- The last line of standard error, read; what stood before it are notes.
   local function exit_error(ended)
      local last = assert(ended.err:match "([^\n]+)\n$", ended.text)
      local told = json.decode(last)
      assert.equal("exit_error", told.message_type)
      assert.equal(ended.code, told.exit_code)
      assert.is_true(type(told.message) == "string" and told.message ~= "")
      return told
   end

   -- Text and JSON say the same, each in its own way.
   local function assert_ends(code, kind, line, variables)
      local text = typed:run(line, variables)
      assert.equal(code, text.code, text.text)
      assert.equal("", text.out)
      assert.truthy(text.err:find "^pinecone%-backup: ", text.err)
      assert_no_traceback(text.err)
      local ended = typed:run(line .. " --json", variables)
      assert.equal(code, ended.code, ended.text)
      local told = exit_error(ended)
      assert.equal(kind, told.kind)
      return told, text
   end

   local function body(code, message)
      return json.encode { error = { code = code, message = message }, status = 400 }
   end

   describe("with the exit code", function()
      local answers = {
         { 1, "invalid_argument", { is_plain = true, status = 400, body = body("INVALID_ARGUMENT", "no such field") } },
         { 12, "unauthenticated", { status = 401, body = body("UNAUTHENTICATED", "Invalid API key") } },
         { 13, "payment_required", { status = 402, body = body("PAYMENT_REQUIRED", "unpaid") } },
         { 12, "permission_denied", { status = 403, body = body("FORBIDDEN", "not yours") } },
         { 13, "quota_exceeded", { status = 403, body = body("QUOTA_EXCEEDED", "quota") } },
         { 10, "not_found", { status = 404, body = body("NOT_FOUND", "not found") } },
         { 11, "conflict", { status = 409, body = body("ALREADY_EXISTS", "exists") } },
         { 11, "precondition_failed", { is_plain = true, status = 412, body = body("FAILED_PRECONDITION", "wait") } },
         { 1, "rate_limited", { status = 429, retry_after = 100 } },
         { 1, "server", { status = 500 } },
         { 1, "unavailable", { status = 503, retry_after = 100 } },
      }

      for _, row in ipairs(answers) do
         local code, kind, fault = row[1], row[2], row[3]
         it(("%d where the service answers %d, %s"):format(code, fault.status, kind), function()
            assert(emulator:fault {
               operation = "describe_backup", on = "all", status = fault.status, body = fault.body,
               retry_after = fault.retry_after,
            })
            local told, text = assert_ends(code, kind, "backup describe some-id --request-timeout 5s")
            assert.equal(fault.status, told.status)
            assert.is_string(told.request_id)
            assert.truthy(text.err:find(("HTTP %d"):format(fault.status), 1, true))
            assert.is_true(fault.is_plain or told.hint ~= nil, "somebody at 3 a.m. wants to know what to do")
         end)
      end

      it("10 where there is no such thing", function()
         assert_ends(10, "not_found", "backup describe 8c85e612-ed1c-4f97-9f8c-8194e07bcf71")
         assert_ends(10, "not_found", "index describe nothing")
         assert_ends(10, "not_found", "backup create nothing")
      end)

      it("13 where the project holds as many backups as it may", function()
         assert(emulator:fault {
            operation = "create_backup", on = "all", status = 403, body = body("FORBIDDEN", "the maximum is reached"),
         })
         assert_ends(13, "quota_exceeded", "backup create movies")
      end)

      it("12 where the key is wrong", function()
         local strict = service.start()
         finally(function() strict:stop() end)
         assert_ends(12, "unauthenticated", "index list",
            { PINECONE_API_KEY = "wrong", PINECONE_CONTROLLER_HOST = strict.url })
      end)

      it("1 where nobody answers", function()
         local told = assert_ends(1, "network", "index list",
            { PINECONE_CONTROLLER_HOST = "http://127.0.0.1:" .. process.free_ports(1)[1] })
         assert.is_nil(told.status)
      end)

      it("1 where a request takes too long", function()
         assert(emulator:fault { operation = "*", on = "all", delay = 20 })
         assert_ends(1, "timeout", "index list --request-timeout 0.2s")
      end)

      it("14 where waiting takes too long", function()
         local slow = service.start { job_seconds = 1000, seed = { indexes = { { name = "movies", dimension = 3 } } } }
         finally(function() slow:stop() end)
         local at_slow = { PINECONE_CONTROLLER_HOST = slow.url }
         local told = assert_ends(14, "timeout", "backup create movies --wait --timeout 0.3s", at_slow)
         assert.is_string(told.hint)
         local made = typed:json("backup create movies", at_slow)
         assert_ends(14, "timeout", "backup wait " .. made.backup_id .. " --timeout 0.3s", at_slow)
      end)

      it("15 where the job fails", function()
         assert(emulator:fault { operation = "create_backup", on = "all", job = "failed" })
         local text = typed:run "backup create movies --wait"
         assert.equal(15, text.code, text.text)
         local ended = typed:run "backup create movies --wait --json"
         assert.equal("failed", exit_error(ended).kind)
         assert.equal(15, ended.code)
      end)

      it("2 where the command line is wrong", function()
         for _, line in ipairs {
            "", "nonsense", "backup", "backup nonsense", "backup describe", "backup describe one two",
            "backup list --nonsense", "backup create --parallel 0 --all", "index list --request-timeout 0",
            "index list --host", "backup create", "backup prune movies --any-name --keep-last 1 --keep-last 9",
         } do
            local text = typed:run(line)
            assert.equal(2, text.code, text.text)
            assert.equal("", text.out)
            assert_no_traceback(text.err)
            assert.equal(2, exit_error(typed:run(line .. " --json")).exit_code)
         end
      end)

      it("3 where it is wrong for check, whatever else is called so", function()
         assert.equal(3, typed:run("check --nonsense").code)
         assert.equal(3, typed:run("--json check").code)
         assert.equal(3, typed:run("--host check check").code)
         assert.equal(2, typed:run("backup check").code)
         assert.equal(2, typed:run("--api-key-file check backup").code)
         assert.equal(2, typed:run("backup list check check").code)
      end)

      it("2 where a value makes no sense, and nothing is sent", function()
         for _, words in ipairs {
            { "--host", "nonsense/x:y" }, { "--host", "http://exa mple" }, { "--host", "ftp://127.0.0.1" },
            { "--host", "http://192.0.2.1" }, { "--api-version", "nonsense" }, { "--api-version", "2020-01" },
         } do
            for _, last in ipairs { false, "--json" } do
               local ended = typed:run { "index", "list", words[1], words[2], last or nil }
               assert.equal(2, ended.code, ended.text)
               assert.truthy(ended.err:find(words[2], 1, true), ended.err)
               assert_no_traceback(ended.err)
            end
         end
         local ended = typed:run("index list", { PINECONE_CONTROLLER_HOST = "nonsense/x:y" })
         assert.equal(2, ended.code, ended.text)
         assert.equal(0, service.sent(emulator))
      end)
   end)

   -- Strange words --------------------------------------------------------------------------------------------------

   describe("is proper where a word", function()
      for what, word in pairs {
         ["is empty"] = "", ["is no UTF-8"] = "\255\254", ["is very long"] = ("a"):rep(100000), ["is a dash"] = "-",
         ["moves the cursor"] = "\27[2J\r\n", ["has a percent sign"] = "100%s%d%",
      } do
         it(what, function()
            for _, line in ipairs {
               { word }, { "backup", word }, { "backup", "describe", word }, { "backup", "list", word, "--json" },
               { "index", "list", "--api-version", word }, { "index", "list", "--api-key-file", word },
               { "index", word, "-h" },
            } do
               local ended = typed:run(line)
               assert.is_true(ended.code > 0 and ended.code <= 12, ended.text)
               assert.equal(0, ended.signal)
               assert_no_traceback(ended.err)
            end
         end)
      end

      it("stands behind two dashes", function()
         local ended = typed:run "backup describe -- --json"
         assert.equal(10, ended.code, ended.text)
         assert.truthy(ended.err:find "Backup %-%-json not found")
      end)

      it("asks for help, wherever it stands", function()
         for _, line in ipairs {
            "-h", "--help", "backup -h", "backup describe -h", "backup describe --help --nonsense",
            "backup describe some-id --json -h", "-h nonsense", "index list --host nonsense -h", "emulator -h",
         } do
            local ended = typed:run(line)
            assert.equal(0, ended.code, line .. ": " .. ended.text)
            assert.truthy(ended.out:find "^Usage: pinecone%-backup")
         end
      end)
   end)

   -- Output ---------------------------------------------------------------------------------------------------------

   -- Runs it in a shell, with a redirection.
   local function run_in(program, line, redirection, variables)
      local preload = os.getenv "LD_PRELOAD" -- for the interpreter alone
      local typed_line = ("%s'%s' '%s' %s %s"):format(preload and ("LD_PRELOAD='%s' "):format(preload) or "",
         service.interpreter(), shell.script, line, redirection)
      return process.start(program, { "-c", typed_line }, typed:environment(variables)):wait()
   end

   describe("is no success where standard output", function()
      for what, redirection in pairs {
         ["is full"] = ">/dev/full", ["is closed"] = ">&-", ["is closed like standard input"] = "<&- >&-",
      } do
         for _, line in ipairs {
            "index list", "index list --json", "index describe movies", "--help", "backup -h", "backup list -h",
            "--version", "emulator --help", "emulator --list-options", "completion bash",
            "report --html -", -- more than is held back
         } do
            it(what .. ": " .. line, function()
               local ended = run_in("/bin/sh", line, redirection)
               assert.equal(1, ended.code, ended.text)
               assert.truthy(ended.err:find "standard output", ended.err)
               assert.equal(1, lines_of(ended.err))
               assert_no_traceback(ended.err)
            end)
         end
      end

      it("is full: check, where that is unknown", function()
         local ended = run_in("/bin/sh", "check movies", ">/dev/full")
         assert.equal(3, ended.code, ended.text)
      end)

      it("has a reader that went away", function()
         assert(emulator:fault { operation = "list_indexes", delay = 0.5 })
         local bash = assert(process.find "bash")
         local ended = run_in(bash, "index list --json", "| true; exit ${PIPESTATUS[0]}")
         assert.is_true(ended.code == 1 or ended.code == 141, ended.text)
         assert_no_traceback(ended.err)
      end)
   end)

   it("is proper where nothing at all can be told", function()
      assert.equal(10, run_in("/bin/sh", "backup describe some-id", "2>&-").code)
      assert.equal(10, run_in("/bin/sh", "backup describe some-id --verbose", "<&- >&- 2>&-").code)
      assert.equal(10, run_in("/bin/sh", "backup describe some-id", "2>/dev/full").code)
   end)

   -- What is missing or broken --------------------------------------------------------------------------------------

   -- A module of ours in the place of another.
   local function with_module(name, source)
      local path = folder:path(name:gsub("%.", "_") .. ".lua")
      assert(folder:write(name:gsub("%.", "_") .. ".lua", source))
      return ("package.preload[%q] = assert(loadfile %q)"):format(name, path)
   end

   local broken = "return { verbs = { { name = 'list', summary = '', example = '', "
      .. "run = function() local nothing; return nothing.field end } } }"

   describe("where the command has a bug", function()
      it("is a failure that says so, and where to report it", function()
         local init = with_module("pinecone.command.nouns.index", broken)
         local ended = typed:run("index list", { LUA_INIT = init })
         assert.equal(1, ended.code, ended.text)
         assert.truthy(ended.err:find "this is a bug of pinecone%-backup: ", ended.err)
         assert.truthy(ended.err:find "https://%S+/issues", ended.err)
         assert.is_nil(ended.err:find "traceback")
         ended = typed:run("index list --json", { LUA_INIT = init })
         assert.truthy(exit_error(ended).hint:find "issues")
      end)

      it("shows where it came from with PINECONE_DEBUG", function()
         local ended = typed:run("index list",
            { LUA_INIT = with_module("pinecone.command.nouns.index", broken), PINECONE_DEBUG = "1" })
         assert.equal(1, ended.code)
         assert.truthy(ended.err:find "stack traceback", ended.err)
      end)

      it("is 3 for check", function()
         local ended = typed:run("check movies", { LUA_INIT = with_module("pinecone.command.nouns.check",
            "return { summary = '', example = '', takes = { { name = 'index' } }, "
            .. "run = function() error 'broken' end }") })
         assert.equal(3, ended.code, ended.text)
      end)
   end)

   describe("where a module is not installed", function()
      local function without(name)
         return ("package.preload[%q] = function() error(\"module '%s' not found:\\n\\tno field\") end")
            :format(name, name)
      end

      for line, name in pairs {
         ["backup list -h"] = "argparse", ["index list"] = "cjson", ["index list --json"] = "cjson",
         ["index describe movies"] = "pinecone.core", ["backup list"] = "pinecone.command",
      } do
         it(("%s needs %s, and says so"):format(line, name), function()
            local ended = typed:run(line, { LUA_INIT = without(name) })
            assert.equal(1, ended.code, ended.text)
            local beginning = line:find "json" and "^{.*" or "^pinecone%-backup: .*"
            assert.truthy(ended.err:find(beginning .. "odule '?" .. name), ended.err)
            assert_no_traceback(ended.err)
            assert.is_true(lines_of(ended.err) <= 2)
         end)
      end

      it("is told where what would describe it is broken, too", function()
         local ended = typed:run("backup list --json", { LUA_INIT =
            "package.preload['pinecone.command.raised'] = function() return { describe = 5 } end; "
            .. without "pinecone.core" })
         assert.equal(1, ended.code, ended.text)
         assert.equal(1, exit_error(ended).exit_code)
      end)

      it("is told where what would help to tell is missing, too", function()
         local ended = typed:run("backup lst", { LUA_INIT = without "argparse" })
         assert.equal(1, ended.code, ended.text)
         assert.truthy(ended.err:find("the Lua module argparse is not installed", 1, true), ended.err)
         ended = typed:run("backup create", { LUA_INIT = without "argparse" }) -- read without it, then refused
         assert.equal(2, ended.code, ended.text)
         assert.truthy(ended.err:find("name an index, or say --all", 1, true), ended.err)
         assert_no_traceback(ended.err)
      end)

      it("check says 3", function()
         assert.equal(3, typed:run("check movies", { LUA_INIT = without "cjson" }).code)
         assert.equal(3, typed:run("check movies", { LUA_INIT = without "pinecone.command" }).code)
      end)
   end)

   it("is one line where the core cannot be loaded", function()
      folder:write("core.so", "no library")
      local ended = typed:run("index list",
         { LUA_INIT = ("package.cpath = %q .. package.cpath"):format(folder:path "?.so;") })
      assert.equal(0, ended.code, "the core's own path ends in pinecone/core.so: " .. ended.text)
      assert(uv.fs_mkdir(folder:path "pinecone", tonumber("755", 8)))
      folder:write("pinecone/core.so", "no library")
      ended = typed:run("index list",
         { LUA_INIT = ("package.cpath = %q .. package.cpath"):format(folder:path "?.so;") })
      assert.equal(1, ended.code, ended.text)
      assert.truthy(ended.err:find "pinecone%.core cannot be loaded", ended.err)
      assert.equal(1, lines_of(ended.err))
   end)

   -- Ctrl-C -------------------------------------------------------------------------------------------------------

   local function assert_interrupted(ended)
      assert.equal(130, ended.code, ended.text)
      assert.equal("pinecone-backup: interrupted\n", ended.err)
   end

   describe("by Ctrl-C is 130 and one line", function()
      it("while a request is under way", function()
         assert(emulator:fault { operation = "list_indexes", delay = 20 })
         assert_interrupted(typed:interrupt "index list")
      end)

      it("in JSON", function()
         assert(emulator:fault { operation = "list_indexes", delay = 20 })
         local ended = typed:interrupt "index list --json"
         assert.equal("interrupted", exit_error(ended).message)
         assert.equal(130, ended.code)
      end)

      -- The signal comes while the module is loaded, whose first lines send it.
      local suicide = 'io.popen("kill -INT $PPID"):close() for _ = 1, 1e9 do end'

      for _, name in ipairs {
         "pinecone.command", "pinecone.command.exits", "pinecone.command.nouns.index", "pinecone.core",
         "pinecone.client", "cjson",
      } do
         it("while " .. name .. " is loaded", function()
            assert_interrupted(typed:run("index list", { LUA_INIT = with_module(name, suicide) }))
         end)
      end

      it("while an answer is read", function()
         assert_interrupted(typed:run("index list", { LUA_INIT = [[
            local cjson = require "cjson"
            local new = cjson.new
            function cjson.new()
               local own = new()
               function own.decode() ]] .. suicide .. [[ end
               return own
            end]] }))
      end)

      it("while argparse is loaded", function()
         assert_interrupted(typed:run("index list -h", { LUA_INIT = with_module("argparse", suicide) }))
      end)
   end)

   it("by Ctrl-C is proper at any moment", function()
      local seen = {}
      for place = 1, 60 do
         local running = typed:start "index list --json"
         uv.sleep(math.floor(place * service.slowness / 3))
         running:kill "sigint"
         running:wait()
         assert_no_traceback(running.err)
         assert.is_true(running.signal == 2 or running.code == 130 or running.code == 0, running.text)
         seen[running.code] = true
      end
      assert.is_true(seen[0] or seen[130])
   end)
end)
