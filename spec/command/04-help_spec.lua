-- What `pinecone-backup` says about itself: help, usage errors, and the words that a shell completes.

local exits = require "pinecone.command.exits"
local line_reader = require "pinecone.command.line"
local json = require "cjson"
local nouns = require "pinecone.command.nouns"
local process = require "support.process"
local scratch = require "support.scratch"
local shell = require "support.shell"

local HEIGHT, WIDTH = 24, 80

local function lines_of(text)
   local lines = {}
   for line in text:gmatch "([^\n]*)\n" do
      lines[#lines + 1] = line
   end
   return lines
end

-- All that has a help: what is typed, and the noun and the verb where it is one that runs.
local function each_help(visit)
   for _, row in ipairs(nouns.list) do
      local verbs = nouns.load(row.name).verbs
      visit(row.name, not verbs and { noun = row.name } or nil)
      for _, verb in ipairs(verbs or {}) do
         visit(row.name .. " " .. verb.name, { noun = row.name, verb = verb.name })
      end
   end
end

-- The commands of an example, as somebody would type them: without what the shell itself takes.
local function examples_of(help)
   local shown = assert(help:match "\nExample: (.*)$", help)
   local list = {}
   for line in shown:gsub("\\\n%s*", ""):gmatch "[^\n]+" do
      local words = {}
      for word in line:gsub(">.*", ""):gmatch "%S+" do
         words[#words + 1] = word
      end
      assert.equal("pinecone-backup", table.remove(words, 1))
      list[#list + 1] = words
   end
   return list
end

describe("pinecone-backup", function()
   local typed

   setup(function() typed = shell.new { url = "http://127.0.0.1:9" } end) -- where nobody answers, nor is asked

   local function printed(line)
      local ended = typed:run(line)
      assert.equal(0, ended.code, ended.text)
      assert.equal("", ended.err)
      return ended.out
   end

   describe("--help", function()
      local shown = {}

      local function help_of(path)
         shown[path] = shown[path] or printed(path .. " --help")
         return shown[path]
      end

      local function assert_fits(help, room, what)
         local lines = lines_of(help)
         assert.is_true(#lines <= room, ("%s: %d lines\n%s"):format(what, #lines, help))
         for _, line in ipairs(lines) do
            assert.is_true(#line <= WIDTH, ("%s: %s"):format(what, line))
         end
      end

      it("fits a screen", function()
         assert_fits(help_of "", HEIGHT, "the whole")
      end)

      it("of every noun and verb fits a screen", function()
         each_help(function(path) assert_fits(help_of(path), HEIGHT, path) end)
      end)

      it("tells every exit code", function()
         local codes = help_of(""):match "\nExit codes: (.-)\nExample"
         for name, code in pairs(exits) do
            if type(code) == "number" then
               assert.truthy((" " .. codes):find(("[ \n]%d "):format(code)), name)
            end
         end
      end)

      it("shows examples that the command understands", function()
         local whole = line_reader.whole_parser()
         local function assert_understood(path, of)
            for _, words in ipairs(examples_of(help_of(path))) do
               local good, parsed = whole:pparse(words)
               assert.is_true(good, ("%s: %s: %s"):format(path, table.concat(words, " "), tostring(parsed)))
               if of then
                  assert.same(of, { noun = parsed.noun, verb = parsed.verb })
               end
            end
         end
         assert_understood("")
         each_help(assert_understood)
      end)

      it("is the same on a terminal", function()
         assert.equal(help_of "schedule update",
            shell.plain(typed:on_terminal "schedule update --help":wait().out))
      end)
   end)

   it("--version tells the version of the library", function()
      assert.equal(("pinecone-backup %s\n"):format(require "pinecone"._VERSION), printed "--version")
   end)

   describe("where it is not understood", function()
      local whole = "Usage: pinecone-backup [--help] [--version] COMMAND ..."
      local cases = {
         { "", "a command is required: backup, ", whole },
         { "bakup", "unknown command 'bakup'; did you mean 'backup'?", whole },
         { "--verbose backup list", "unknown option '--verbose'; options stand at the end", whole },
         { "backup", "a command is required: create, list, ", "Usage: pinecone-backup backup COMMAND ..." },
         { "backup crate", "unknown command 'crate'; did you mean 'create'?",
            "Usage: pinecone-backup backup COMMAND ..." },
         { "backup --host x list", "unknown option '--host'; options stand at the end",
            "Usage: pinecone-backup backup COMMAND ..." },
         { "backup create --nmae x", "unknown option '--nmae'; did you mean '--name'?",
            "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "backup create movies -x", "unknown option '-x'\n",
            "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "backup create movies --name", "option '--name' requires an argument",
            "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "backup create movies --wait --timeout 1000000001s", "--timeout: '1000000001s' is no time",
            "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "backup create movies --timeout 5x", "--timeout: '5x' is no time; write it as 90s, 15m, 12h, 7d or 2w",
            "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "backup list movies songs", "too many arguments", "Usage: pinecone-backup backup list [OPTIONS] [INDEX]" },
         { "backup describe", "ID is missing", "Usage: pinecone-backup backup describe [OPTIONS] ID" },
         { "backup create", "name an index, or say --all", "Usage: pinecone-backup backup create [OPTIONS] [INDEX]" },
         { "collection create movies", "missing option '--name'",
            "Usage: pinecone-backup collection create [OPTIONS] INDEX" },
         { "completion ksh", "argument 'shell' must be one of 'bash', 'zsh', 'fish'",
            "Usage: pinecone-backup completion bash|zsh|fish" },
         { "emulator --prot 1", "unknown option '--prot'; did you mean '--port'?",
            "Usage: pinecone-backup emulator [OPTIONS]" },
      }

      for _, case in ipairs(cases) do
         it(("says so, and how it is used: '%s'"):format(case[1]), function()
            local ended = typed:run(case[1])
            assert.equal("", ended.out)
            assert.equal(exits.usage, ended.code, ended.text)
            local lines = lines_of(ended.err)
            assert.equal(2, #lines, ended.err)
            assert.equal(1, (lines[1] .. "\n"):find("pinecone-backup: " .. case[2], 1, true), ended.err)
            assert.equal("  " .. case[3], lines[2])
         end)
      end

      it("says so in JSON with --json", function()
         for _, line in ipairs { "backup create --nmae x --json", "backup create --json", "bakup --json" } do
            local ended = typed:run(line)
            local problem = json.decode(ended.err)
            assert.equal("exit_error", problem.message_type)
            assert.equal(exits.usage, problem.exit_code)
            assert.equal(exits.usage, ended.code)
            assert.truthy(problem.hint:find("Usage: ", 1, true), ended.err)
            assert.equal("", ended.out)
         end
      end)

      it("ends with the code that the noun has for failures", function()
         for _, row in ipairs(nouns.list) do
            if row.failure then
               local ended = typed:run(row.name .. " --no-such-option --json")
               assert.equal(row.failure, ended.code, ended.text)
               assert.equal(row.failure, json.decode(ended.err).exit_code)
            end
         end
         assert.equal(3, typed:run("check --no-such-option").code)
      end)
   end)

   describe("completion", function()
      local folder

      setup(function() folder = scratch.new() end)
      teardown(function() folder:remove() end)

      local function run(path, ...)
         local ended = process.start(path, { ... }, { HOME = folder.root, TERM = "dumb" }):wait()
         assert.equal(0, ended.code, ended.text)
         return ended.out
      end

      -- What is typed, and what each shell offers; false where it is nothing, not even names of files.
      local cases = {
         { "ba", { "backup" } },
         { "backup cr", { "create" } },
         { "backup create --na", { "--name", "--name-prefix" } },
         { "schedule re", { "resume" } },
         { "schedule create movies --frequency w", { "weekly" } },
         { "backup list --api-key-file " .. "key", { "keyfile" } },
         { "emulator --state key", { "keyfile" } },
         { "backup create --name key", false },
         { "backup list key", false },
         { "completion f", { "fish" } },
      }

      local function assert_offers(offers)
         folder:write("keyfile", "")
         for _, case in ipairs(cases) do
            assert.same(case[2] or {}, offers(case[1]), case[1])
         end
      end

      it("works in bash", function()
         local source = folder:write("completion.bash", printed "completion bash")
         local try = folder:write("try.bash", ([[
            cd '%s' && source '%s' && COMP_WORDS=(pinecone-backup "$@") && COMP_CWORD=$#
            COMPREPLY=() && $(complete -p pinecone-backup | sed 's/.*-F \([^ ]*\).*/\1/')
            printf '%%s\n' "${COMPREPLY[@]}"
         ]]):format(folder.root, source))
         local bash = assert(process.find "bash")
         assert_offers(function(line)
            local words = {}
            for word in line:gmatch "%S+" do
               words[#words + 1] = word
            end
            local offered = {}
            for word in run(bash, try, (table.unpack or unpack)(words)):gmatch "%S+" do
               offered[#offered + 1] = word
            end
            table.sort(offered)
            return offered
         end)
         assert.falsy(run(bash, "-c", ("source '%s'; complete -p pinecone-backup"):format(source)):find "%-o")
      end)

      it("works in fish", function()
         local fish, why = process.find "fish"
         if not fish then
            pending(why)
            return
         end
         local source = folder:write("completion.fish", printed "completion fish")
         assert_offers(function(line)
            local offered = {}
            local script = ("cd '%s'; source '%s'; complete -C 'pinecone-backup %s'"):format(folder.root, source, line)
            for word in run(fish, "-N", "-c", script):gmatch "([^\t\n]+)[^\n]*\n" do
               offered[#offered + 1] = word
            end
            table.sort(offered)
            return offered
         end)
      end)

      -- On a terminal of its own, where the line is completed as somebody types it: what is unique is put in.
      it("works in zsh", function()
         local zsh, why = process.find "zsh"
         if not zsh then
            pending(why)
            return
         end
         folder:write("_pinecone-backup", printed "completion zsh")
         local try = folder:write("try.zsh", [[
            zmodload zsh/zpty
            zpty inner zsh -f -i
            zpty -w inner "cd $1; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; PS1="
            zpty -w inner "show() { print -r -- \"<\$BUFFER>\"; BUFFER=; }; zle -N show; bindkey '^X' show"
            zpty -w inner "echo beg''un"
            zpty -r inner seen '*begun*'
            zpty -w -n inner "pinecone-backup $2"$'\t\x18'
            zpty -r inner seen '*<*>*'
            print -r -- "$seen"
         ]])
         assert_offers(function(line)
            local completed = run(zsh, "-f", try, folder.root, line):match "<pinecone%-backup ([^>]*)>"
            local last = completed:match "(%S*)%s*$"
            if last == line:match "(%S*)$" then
               return {}
            end
            return last == "--name" and { "--name", "--name-prefix" } or { last }
         end)
      end)
   end)
end)
