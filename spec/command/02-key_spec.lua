-- The API key of `pinecone-backup`: where it comes from, who else could read it, and that nothing ever shows it.

local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

local KEY = "pcsk_0123_Zr8kQ4vT9xLm2"
local OTHER_KEY = "pcsk_0123_Hw6yBn3cF7sJd"
local NOBODY = 65534

local function octal(mode)
   return tonumber(mode, 8)
end

-- No part of a key that somebody could recognise it by.
local function assert_hidden(secret, text)
   for first = 1, #secret - 5 do
      local part = secret:sub(first, first + 5)
      assert.is_nil(text:find(part, 1, true), part .. " is in: " .. text)
   end
end

describe("the key of pinecone-backup", function()
   local emulator, typed, folder

   setup(function()
      emulator = service.start { api_key = KEY, seed = { indexes = { { name = "movies", dimension = 3 } } } }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function()
      folder = scratch.new()
      assert(emulator:reset())
   end)
   after_each(function() folder:remove() end)

   local function key_file(name, text, mode)
      local path = folder:write(name, text)
      assert(uv.fs_chmod(path, octal(mode or "600")))
      return path
   end

   -- Without a key in the environment, unless `variables` has one.
   local function list(path, variables)
      variables = variables or { PINECONE_API_KEY = "" }
      local ended = typed:run({ "index", "list", "--json", "--api-key-file", path }, variables)
      assert_hidden(KEY, ended.text)
      return ended
   end

   local function assert_good(path, variables)
      local ended = list(path, variables)
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.out:find("movies", 1, true))
   end

   local function assert_refused(pattern, path)
      local ended = list(path)
      assert.equal(12, ended.code, ended.text)
      assert.equal("", ended.out)
      assert.truthy(ended.err:find(pattern), ended.err)
      assert.equal(0, service.sent(emulator), "nothing is to be asked")
      return ended
   end

   describe("from a file", function()
      for what, text in pairs {
         ["without an end of line"] = KEY, ["with one"] = KEY .. "\n", ["of Windows"] = KEY .. "\r\n",
         ["with spaces around it"] = " \t" .. KEY .. "  \n", ["with further lines"] = KEY .. "\nof the project\n",
         ["with a byte-order mark"] = "\239\187\191" .. KEY .. "\r\n",
      } do
         it("is taken " .. what, function() assert_good(key_file("key", text)) end)
      end

      for _, name in ipairs { "my key", "it's", 'a "key"', "$(touch made)", "a\nb", "*", "k\\n" } do
         it(("is taken where the name is %q"):format(name), function()
            assert_good(key_file(name, KEY))
            assert.is_nil(uv.fs_stat "made")
         end)
      end

      it("is taken where the name begins with a dash", function()
         key_file("-key", KEY)
         local ended = process.start(service.interpreter(), {
            "-e", ("assert(require 'luv'.chdir(%q)) arg = { 'index', 'list', '--api-key-file=-key', [0] = 'x' } "
               .. "dofile(%q)"):format(folder.root, uv.fs_realpath(shell.script)),
         }, typed:environment { PINECONE_API_KEY = "" }):wait()
         assert.equal(0, ended.code, ended.text)
      end)

      it("is taken through a symbolic link", function()
         assert(uv.fs_symlink(key_file("key", KEY), folder:path "link"))
         assert_good(folder:path "link")
      end)

      it("wins over the environment", function()
         assert_good(key_file("key", KEY), { PINECONE_API_KEY = OTHER_KEY })
         local ended = list(key_file("other", OTHER_KEY), { PINECONE_API_KEY = KEY })
         assert.equal(12, ended.code)
         assert.truthy(ended.err:find("--api-key-file", 1, true), ended.err)
         assert_hidden(OTHER_KEY, ended.text)
      end)

      it("is read from a named pipe", function()
         local path = folder:path "pipe"
         process.run(assert(process.find "mkfifo"), "-m", "600", path)
         local running = typed:start({ "index", "list", "--json", "--api-key-file", path }, { PINECONE_API_KEY = "" })
         process.run("/bin/sh", "-c", 'printf "%s\\n" "$1" >"$2"', "sh", KEY, path)
         assert.equal(0, running:wait().code, running.text)
      end)

      it("is read from the output of another program", function()
         local bash = process.find "bash"
         if not bash then
            pending "there is no bash"
            return
         end
         local ended = process.start(bash, { "-c", '"$@" --api-key-file <(cat "$key")', "bash", service.interpreter(),
            shell.script, "index", "list", "--json" },
            typed:environment { PINECONE_API_KEY = "", key = key_file("key", KEY) }):wait()
         assert.equal(0, ended.code, ended.text)
         ended = process.start(bash, { "-c", '"$@" --api-key-file /dev/stdin <"$key"', "bash", service.interpreter(),
            shell.script, "index", "list", "--json" },
            typed:environment { PINECONE_API_KEY = "", key = key_file("key", KEY) }):wait()
         assert.equal(0, ended.code, ended.text)
      end)
   end)

   describe("is refused", function()
      for _, mode in ipairs { "644", "604", "640", "620", "602", "610", "601", "666", "777" } do
         it("from a file of mode " .. mode, function()
            local ended = assert_refused("not only its owner", key_file("key", KEY, mode))
            assert.truthy(ended.err:find "chmod 600")
         end)
      end

      it("from an open file behind a symbolic link", function()
         assert(uv.fs_symlink(key_file("key", KEY, "644"), folder:path "link"))
         assert_refused("not only its owner", folder:path "link")
      end)

      it("where there is no file", function()
         assert_refused("No such file", folder:path "nothing")
         assert(uv.fs_symlink(folder:path "nothing", folder:path "link"))
         assert_refused("No such file", folder:path "link")
      end)

      it("from a folder", function() assert_refused("is a folder", folder.root) end)

      for what, text in pairs { empty = "", blank = " \t \n", ["empty in its first line"] = "\n" .. KEY .. "\n" } do
         it("from a file that is " .. what, function() assert_refused("has no key", key_file("key", text)) end)
      end

      for what, text in pairs {
         spaces = KEY .. " " .. KEY, ["a letter with an accent"] = KEY .. "\195\169",
         ["a carriage return"] = KEY .. "\rx",
         ["a control character"] = "\1" .. KEY, ["a NUL"] = KEY .. "\0" .. KEY, ["an escape"] = KEY .. "\27[2J",
         ["no end"] = KEY:rep(10000),
      } do
         it("where it has " .. what .. " within, from a file", function()
            assert_refused("no key", key_file("key", text))
         end)
         if what ~= "a NUL" and what ~= "no end" then
            it("where it has " .. what .. " within, from the environment", function()
               local ended = typed:run("index list", { PINECONE_API_KEY = text })
               assert.equal(12, ended.code, ended.text)
               assert.equal(0, service.sent(emulator))
               assert_hidden(KEY, ended.text)
            end)
         end
      end

      it("where its file may be told of by nobody", function()
         local lua = service.interpreter():find "/" and service.interpreter() or process.find(service.interpreter())
         local ended = process.start(lua, { shell.script, "index", "list", "--api-key-file", key_file("key", KEY) },
            typed:environment { PINECONE_API_KEY = "", PATH = folder.root }):wait() -- no `ls` there
         assert.equal(12, ended.code, ended.text)
         assert.truthy(ended.err:find "cannot be told")
      end)

      it("where there is none at all", function()
         local ended = typed:run("index list", { PINECONE_API_KEY = "" })
         assert.equal(12, ended.code)
         assert.truthy(ended.err:find("PINECONE_API_KEY", 1, true))
         assert.truthy(ended.err:find("--api-key-file", 1, true))
      end)

      it("as an argument", function()
         local ended = typed:run({ "index", "list", "--api-key", KEY })
         assert.equal(2, ended.code)
         assert_hidden(KEY, ended.text)
      end)
   end)

   describe("of another user", function()
      local setpriv, why

      setup(function()
         setpriv, why = process.find "setpriv", nil
         if uv.os_get_passwd().uid ~= 0 then
            setpriv, why = nil, "only root can become somebody else"
         elseif os.getenv "LD_PRELOAD" then
            setpriv, why = nil, "what is preloaded stays behind"
         elseif setpriv and process.start(setpriv, { "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups",
            service.interpreter(), "-e", "require 'pinecone'" }, typed:environment()):wait().code ~= 0 then
            setpriv, why = nil, "others cannot read the sources"
         end
      end)

      -- The file's owner and group; what that gives to nobody.
      local function list_as_nobody(owner, group, mode)
         if not setpriv then
            pending(why or "setpriv is not installed")
            return nil
         end
         local path = key_file("key", KEY)
         assert(uv.fs_chmod(folder.root, octal "711"))
         assert(uv.fs_chown(path, owner, group))
         assert(uv.fs_chmod(path, octal(mode)))
         local ended = process.start(setpriv, { "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups",
            service.interpreter(), shell.script, "index", "list", "--json", "--api-key-file", path },
            typed:environment { PINECONE_API_KEY = "" }):wait()
         assert_hidden(KEY, ended.text)
         return ended
      end

      for _, row in ipairs {
         { "is taken from the user's own file", NOBODY, NOBODY, "600", 0 },
         { "is taken where root lets the group read it", 0, NOBODY, "640", 0 },
         { "is refused where root lets the group write it", 0, NOBODY, "660", 12, "not only its owner" },
         { "is refused where root lets all read it", 0, 0, "644", 12, "not only its owner" },
         { "is refused where another user lets the group read it", 1, NOBODY, "640", 12, "not only its owner" },
         { "is refused where the user's own group may read it", NOBODY, NOBODY, "640", 12, "not only its owner" },
         { "is refused where it cannot be read", 0, 0, "600", 12, "Permission denied" },
      } do
         it(row[1], function()
            local ended = list_as_nobody(row[2], row[3], row[4])
            if ended then
               assert.equal(row[5], ended.code, ended.text)
               assert.truthy(ended.err:find(row[6] or ""), ended.err)
            end
         end)
      end
   end)

   describe("is in nothing that others see", function()
      local talkative = { PINECONE_DEBUG = "1" }

      for _, line in ipairs { "index list --verbose", "backup describe nothing --verbose --json", "index list -x" } do
         it("such as what '" .. line .. "' prints", function()
            talkative.PINECONE_API_KEY = KEY
            local ended = typed:run(line, talkative)
            assert.truthy(#ended.err > 0)
            assert_hidden(KEY, ended.text)
         end)
      end

      it("such as what is printed where the service refuses it", function()
         talkative.PINECONE_API_KEY = OTHER_KEY
         for _, json in ipairs { "", " --json" } do
            local ended = typed:run("index list --verbose" .. json, talkative)
            assert.equal(12, ended.code)
            assert_hidden(OTHER_KEY, ended.text)
         end
      end)

      it("such as the arguments of its processes", function()
         assert(emulator:fault { operation = "list_indexes", delay = 0.5 })
         local running = typed:start({ "index", "list", "--api-key-file", key_file("key", KEY) },
            { PINECONE_API_KEY = "" })
         service.until_true(function()
            uv.run "nowait"
            return service.sent(emulator) > 0
         end)
         for _, file in ipairs { "cmdline", "environ" } do
            local shown = assert(io.open(("/proc/%d/%s"):format(running.pid, file), "rb"))
            assert_hidden(KEY, shown:read "*a")
            shown:close()
         end
         assert.equal(0, running:wait().code, running.text)
      end)
   end)

   describe("of the emulator", function()
      local function start(...)
         return process.start(service.interpreter(), { shell.script, "emulator", "--port", "0", ... })
      end

      it("is no argument", function()
         local ended = start("--api-key", KEY):wait()
         assert.equal(2, ended.code)
         assert_hidden(KEY, ended.text)
      end)

      it("comes from a file that nobody else reads", function()
         local ended = start("--api-key-file", key_file("key", KEY, "644")):wait()
         assert.equal(12, ended.code, ended.text)
         local running = start("--api-key-file", key_file("key", KEY))
         local url = running:expect "listening on (%S+)\n"
         local ended_list = typed:run("index list", { PINECONE_API_KEY = KEY, PINECONE_CONTROLLER_HOST = url })
         local refused = typed:run("index list", { PINECONE_API_KEY = OTHER_KEY, PINECONE_CONTROLLER_HOST = url })
         running:stop()
         assert.equal(0, ended_list.code, ended_list.text)
         assert.equal(12, refused.code, refused.text)
      end)
   end)
end)
