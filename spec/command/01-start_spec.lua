-- How `pinecone-backup` starts: what it loads, and what it makes of a command line.

local nouns = require "pinecone.command.nouns"
local options = require "pinecone.command.line.options"
local parser = require "pinecone.command.line.parser"
local quick = require "pinecone.command.line.quick"
local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local wire = require "support.wire"

describe("the start of pinecone-backup", function()
   describe("loads", function()
      local emulator, typed, backup_id, folder

      setup(function()
         emulator = service.start()
         typed, folder = shell.new(emulator), scratch.new()
         local pc = service.client(emulator)
         service.serverless(pc, "movies")
         backup_id = assert(pc:backup "movies").backup_id
      end)
      teardown(function()
         emulator:stop()
         folder:remove()
      end)

      -- Runs before the command, and tells in the end what is loaded.
      local spy = [[
         local exit = os.exit
         os.exit = function(...)
            local file = assert(io.open(os.getenv "LOADED", "w"))
            for name in pairs(package.loaded) do
               file:write(name, "\n")
            end
            file:close()
            exit(...)
         end]]

      local function loaded_by(line)
         local ended = typed:run(line, { LUA_INIT = spy, LOADED = folder:path "loaded" })
         assert.equal(0, ended.code, ended.text)
         local ours, all = {}, {}
         for name in folder:read "loaded":gmatch "[^\n]+" do
            ours[#ours + 1] = name:find "^pinecone" and name or nil
            all[name] = true
         end
         table.sort(ours)
         return ours, all
      end

      it("for 'backup describe ID --json' no module that it does not need", function()
         local ours, all = loaded_by("backup describe " .. backup_id .. " --json")
         assert.is_nil(all.argparse)
         assert.same({
            "pinecone", "pinecone.await", "pinecone.client", "pinecone.command", "pinecone.command.exits",
            "pinecone.command.line", "pinecone.command.line.options", "pinecone.command.line.quick",
            "pinecone.command.nouns", "pinecone.command.nouns.backup", "pinecone.command.output",
            "pinecone.command.output.json", "pinecone.command.output.number", "pinecone.command.output.stdout",
            "pinecone.core", "pinecone.errors", "pinecone.hosts", "pinecone.hosts.blocking",
            "pinecone.lazy", "pinecone.report", "pinecone.threads",
         }, ours)
      end)

      it("for help neither the library nor the core", function()
         local _, all = loaded_by "backup create --help"
         assert.is_true(all.argparse)
         assert.is_nil(all["pinecone.core"])
         assert.is_nil(all.cjson)
      end)

      it("nothing of a shell where it prints JSON", function()
         local ended = typed:run("backup describe " .. backup_id .. " --json",
            { LUA_INIT = "os.execute, io.popen = nil, nil" })
         assert.equal(0, ended.code, ended.text)
      end)
   end)

   it("tells the service who asks", function()
      local server = wire.start()
      shell.new(server):start("index list", { PINECONE_API_KEY = wire.api_key }):wait()
      local told = wire.header(server.requests[1], "User-Agent")
      server:stop()
      assert.matches("; source_tag=pinecone%-backup%)$", told)
   end)

   -- Argparse is the judge of every command line. What is read without it must be what it would have said.
   describe("reads a plain command line as argparse does:", function()
      local MODULUS = 2147483647
      local seed

      -- The same lines everywhere.
      local function random(count)
         seed = seed * 16807 % MODULUS
         return seed % count + 1
      end

      local common = {
         "movies", "nightly-1", "7", "7d", "0", "", "-", "-x", "--", "a=b", "--json=1", "--json", "-q", "-y", "id",
         "--host", "http://127.0.0.1:1",
      }

      local function words_for(verb)
         local words = {}
         for _, entry in ipairs(options.of(verb)) do
            words[#words + 1] = options.spelling(entry.name)
         end
         return words
      end

      local function new_line(path, known)
         local line = { (table.unpack or unpack)(path) }
         for _ = 1, random(5) - 1 do
            local list = random(2) == 1 and #known > 0 and known or common
            line[#line + 1] = list[random(#list)]
         end
         return line
      end

      local function check(noun, verb, path)
         local judge = parser.new(nouns.list, function(name) return name == noun.name and noun or nil end)
         local known, plain_ones = words_for(verb), 0
         for _ = 1, 300 do
            local line = new_line(path, known)
            local mine = quick.read(verb, line, #path + 1)
            if mine then
               mine.noun, mine.verb = path[1], path[2]
               local understood, parsed = judge:pparse(line)
               local shown = table.concat(line, " ")
               assert.is_true(understood, shown .. ": " .. tostring(parsed))
               assert.same(parsed, mine, shown)
               plain_ones = plain_ones + 1
            end
         end
         return plain_ones
      end

      for place, row in ipairs(nouns.list) do
         local noun = nouns.load(row.name)
         noun.name = row.name
         for _, verb in ipairs(noun.verbs or { not noun.describe and noun or nil }) do
            local path = { row.name, noun.verbs and verb.name or nil }
            it(table.concat(path, " "), function()
               seed = place
               local takes_many = false
               for _, argument in ipairs(verb.takes or {}) do
                  takes_many = takes_many or (argument.many or argument.choices or argument.convert) ~= nil
               end
               local needs_options = false
               for _, entry in ipairs(options.of(verb)) do
                  needs_options = needs_options or entry.is_needed or false
               end
               local count = check(noun, verb, path)
               assert.is_true(takes_many or needs_options or count > 10, count .. " of them were plain")
            end)
         end
      end
   end)
end)
