-- Errors as `pinecone-backup` tells them: in words of a shell, never in those of a program that uses the library.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local json = require "cjson"
local line_reader = require "pinecone.command.line"
local nouns = require "pinecone.command.nouns"
local pinecone = require "pinecone"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"
local wording = require "pinecone.command.output.wording"

-- The hints of the library --------------------------------------------------------------------------------------------

local hints = {}

local function add(hint)
   for _, source in ipairs { "PINECONE_API_KEY", "the option api_key" } do
      hints[(hint:gsub("{key_source}", source):gsub("{target}", "x"):gsub("%%s", "x"))] = true
   end
end

-- Those of the table.
for _, row in ipairs(require "pinecone.hints".rows) do
   add(row.hint or "")
end

-- A message that advises, as a hint does.
add(select(2, pinecone.new { api_key = service.api_key, host = "http://192.0.2.1" }).message)

-- Those that are set elsewhere: every text in a statement that speaks of a hint, a note on one, or what is left behind.
local function add_texts_of(path)
   local file = assert(io.open(path))
   local source = file:read "*a":gsub("%-%-[^\n]*", ""):gsub("\"%s*%.%.%s*\"", "")
   file:close()
   for line in source:gmatch "[^\n]+" do
      if line:find "hint" or line:find "give_up%(" or line:find "left behind" or line:find "not_found = \"" then
         for text in line:gmatch "\"([^\"]+)\"" do
            add(text:find " " and text or "") -- else it is a kind, or a field
         end
      end
   end
end

local library = debug.getinfo(errors.explain, "S").source:match "^@(.*)errors%.lua$"

for _, folder in ipairs { library, library .. "workflows/" } do
   local listing = assert(uv.fs_scandir(folder))
   for name, kind in function() return uv.fs_scandir_next(listing) end do
      if kind == "file" and name ~= "errors.lua" then
         add_texts_of(folder .. name)
      end
   end
end

-- What the command makes of them --------------------------------------------------------------------------------------

local of_environment = { PINECONE_API_KEY = true, PINECONE_CONTROLLER_HOST = true, https_proxy = true }

local function assert_of_a_shell(said, about)
   for word in said:gmatch "[%w_]+" do
      assert.is_true(not word:find "%w_%w" or of_environment[word] or false, ("%s: %s"):format(word, about or said))
   end
   for _, pattern in ipairs { " = ", "[{}]", "pinecone%.", "[^%-]timeout", "%(limit%)" } do
      assert.falsy(said:find(pattern), ("%s: %s"):format(pattern, about or said))
   end
end

local function has_verb(noun, verb)
   for _, row in ipairs(nouns.load(noun).verbs or {}) do
      if row.name == verb then
         return true
      end
   end
   return false
end

local function each_parser(parser, visit)
   visit(parser)
   for _, child in ipairs(parser._commands) do
      each_parser(child, visit)
   end
end

describe("an error that pinecone-backup tells", function()
   it("advises nothing that only a program could do", function()
      local count = 0
      for hint in pairs(hints) do
         count = count + 1
         assert_of_a_shell(wording.hint { hint = hint }, hint)
      end
      assert.is_true(count > 60, count) -- else they were not found
   end)

   it("advises commands that there are", function()
      for hint in pairs(hints) do
         for noun, verb in wording.hint { hint = hint }:gmatch "'pinecone%-backup (%l+) (%l+)'" do
            assert.is_true(has_verb(noun, verb), hint)
         end
      end
   end)

   it("advises options that there are", function()
      local known = {}
      each_parser(line_reader.whole_parser(), function(parser)
         for _, option in ipairs(parser._options) do
            known[option._name], known[option._aliases[#option._aliases]] = true, true
         end
      end)
      for hint in pairs(hints) do
         for option in (" " .. wording.hint { hint = hint }):gmatch "%s(%-%-[%l-]+)" do
            assert.is_true(known[option] or false, option .. ": " .. hint)
         end
      end
   end)

   it("has other words for no sentence that the library has not", function()
      for sentence in pairs(wording.sentences) do
         local is_said = false
         for hint in pairs(hints) do
            is_said = is_said or hint:find(sentence, 1, true) ~= nil
         end
         assert.is_true(is_said, sentence)
      end
   end)

   it("says what was being done", function()
      local never_done = {
         create_index = true, configure_index = true, create_index_from_collection = true, request = true,
      }
      for operation in pairs(core.operations) do
         if not never_done[operation] then
            assert_of_a_shell(assert(wording.doing { operation = operation, target = "x" }, operation))
            assert_of_a_shell(wording.doing { operation = operation })
         end
      end
      assert.equal("deleting backup 50%", wording.doing { operation = "delete_backup", target = "50%" })
   end)

   describe("of the service", function()
      local emulator, typed

      setup(function()
         emulator = service.start {
            seed = {
               indexes = {
                  { name = "movies", dimension = 3, records = 98 },
                  {
                     name = "pods", dimension = 3,
                     spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
                  },
               },
            },
         }
         typed = shell.new(emulator)
      end)
      teardown(function() emulator:stop() end)
      before_each(function()
         assert(emulator:reset())
         assert(emulator:clear_faults())
      end)

      local function fails(status, code, message)
         return {
            operation = "list_project_backups", on = "all", status = status,
            body = json.encode { error = { code = code, message = message or "It went wrong." }, status = status },
         }
      end

      -- What is typed, a fault where one is needed, the exit code, and what is said.
      local cases = {
         { "backup list nope", nil, 10, "listing the backups of nope: Index nope not found. (not_found, HTTP 404" },
         { "backup list nope", nil, 10, "'pinecone-backup index list' shows those there are" },
         { "backup describe nope", nil, 10, "looking at backup nope: Backup nope not found." },
         { "backup describe nope", nil, 10, "'pinecone-backup backup list' shows those there are." },
         { "backup wait nope", nil, 10, "waiting for backup nope: " },
         { "backup create pods", nil, 1, "(use 'pinecone-backup collection create')" },
         { "backup create A_b", nil, 2, "index 'A_b' is not valid: it must be 1 to 45 characters" },
         { "index describe nope", nil, 10, "looking at index nope: " },
         { "schedule list nope", nil, 10, "listing the schedules of nope: " },
         { "schedule describe nope", nil, 10, "'pinecone-backup schedule list' shows those of an index." },
         { "schedule resume nope", nil, 10, "resuming schedule nope: " },
         { "collection create movies --name one", nil, 1, "use 'pinecone-backup backup create'." },
         { "collection create nope --name one", nil, 10, "'pinecone-backup index list' shows those there are." },
         { "backup list --api-version 2020-01", nil, 2, "there is no 'pinecone-backup backup list' in API version" },
         { "backup list --api-version soon", nil, 2, "--api-version 'soon' is not valid" },
         { "backup list", fails(401, "UNAUTHENTICATED"), 12, "the API key, which came from PINECONE_API_KEY." },
         { "backup list", fails(402, "PAYMENT_REQUIRED"), 13, "Settle the open invoices" },
         { "backup list", fails(403, "FORBIDDEN", "Your plan has no backups."), 12, "Standard or Enterprise plan." },
         { "backup list", fails(403, "FORBIDDEN"), 12, "The API key lacks the permission" },
         { "backup list", fails(400, "INVALID_ARGUMENT", "Unknown API version"), 1, "Leave --api-version out" },
         { "backup list", { operation = "list_project_backups", on = "all", status = 200, body = "<html>" }, 1,
            "check --host, and any proxy" },
         { "backup list --request-timeout 0.5s", { operation = "list_project_backups", on = "all", delay = 20 }, 1,
            "listing the backups: " },
      }

      for _, case in ipairs(cases) do
         it(("says it in words of a shell: %s: %s"):format(case[1], case[4]), function()
            if case[2] then
               assert(emulator:fault(case[2]))
            end
            local ended = typed:run(case[1])
            assert.equal(case[3], ended.code, ended.text)
            assert.equal("", ended.out)
            assert.truthy(ended.err:find(case[4], 1, true), ended.err)
            local hint = ended.err:match "\n  (.*)\n$"
            if hint then
               assert_of_a_shell(hint)
            end
         end)
      end

      it("has its fields in JSON, and the same hint", function()
         local problem = json.decode(typed:run("backup describe nope --json").err)
         assert.equal("exit_error", problem.message_type)
         assert.equal(10, problem.exit_code)
         assert.equal("not_found", problem.kind)
         assert.equal(404, problem.status)
         assert.equal("describe_backup", problem.operation)
         assert.equal("nope", problem.target)
         assert.equal("Backup nope not found.", problem.message)
         assert.truthy(problem.hint:find("'pinecone-backup backup list' shows those there are.", 1, true))
      end)

      it("has such hints also where it stands in a result", function()
         assert(emulator:fault {
            operation = "create_backup", on = "all", status = 400,
            body = '{"error":{"code":"INVALID_ARGUMENT","message":"Not supported."},"status":400}',
         })
         local ended = typed:run "backup create --all --json"
         local failed = json.decode(ended.out).failed
         assert.truthy(failed[1].error.hint:find("'pinecone-backup collection create'", 1, true), ended.out)
      end)

      it("breaks between words on a terminal", function()
         local narrow = { COLUMNS = "60" }
         local ended = typed:on_terminal("backup list nope", narrow):wait()
         assert.equal(10, ended.code, ended.text)
         local shown, count = shell.plain(ended.out), 0
         for line in shown:gmatch "[^\n]+" do
            assert.is_true(#line <= 60, line)
            count = count + 1
         end
         assert.is_true(count > 3, shown)
         local piped = typed:run("backup list nope", narrow).err
         assert.equal(piped:gsub("request %S+", ""):gsub("%s+", " "),
            (shown:gsub("request%s+%S+", ""):gsub("%s+", " ")))
      end)

      it("tells how long the service asks to wait", function()
         assert(emulator:fault { operation = "list_project_backups", on = "all", status = 429, retry_after = 3600 })
         local ended = typed:run "backup list"
         assert.equal(1, ended.code, ended.text)
         assert.truthy(ended.err:find("Ask less often. It asks to wait 3600 s.", 1, true), ended.err)
      end)

      it("does not name the API key's file by the option of a program", function()
         local other = service.start { api_key = "other-key-0123" }
         local path = os.tmpname()
         local file = assert(io.open(path, "w"))
         file:write(service.api_key, "\n")
         file:close()
         finally(function()
            other:stop()
            os.remove(path)
         end)
         local ended = shell.new(other):run("backup list --api-key-file " .. path)
         assert.equal(12, ended.code, ended.text)
         assert.truthy(ended.err:find("which came from the file of --api-key-file.", 1, true), ended.err)
      end)

      it("has no control characters, whatever the service says", function()
         assert(emulator:fault(fails(500, "INTERNAL", "\27[31mred\r\nnext")))
         local ended = typed:run("backup list --request-timeout 1s")
         assert.equal(1, ended.code, ended.text)
         assert.falsy(ended.err:gsub("\n", ""):find "%c")
      end)
   end)
end)
