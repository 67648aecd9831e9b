-- How long all of `pinecone-backup backup describe ID --json` takes, by the program that make leaves in the PATH,
-- beside curl on the same URL: whole processes, from fork to exit. BENCH_ALSO=FILE times another pinecone-backup beside
-- them, such as one that LuaRocks has installed.

local pinecone = require "pinecone"
local process = require "support.process"
local servers = require "bench.servers"
local service = require "support.service"

local VERSION = "X-Pinecone-Api-Version: 2026-04"

-- An emulator with a backup.
local function start_emulator()
   local running = servers.add(service.start())
   local pc = service.client(running)
   service.serverless(pc, "movies")
   running.backup_id = pinecone.assert(pc:backup "movies").backup_id
   pc:close()
   return running
end

-- Where the command finds the library is its own affair.
local function variables(running)
   return {
      PATH = os.getenv "PATH", PINECONE_CONTROLLER_HOST = running.url, PINECONE_API_KEY = service.api_key,
   }
end

local function command(path, running)
   return {
      path = path, arguments = { "backup", "describe", running.backup_id, "--json" }, variables = variables(running),
      prints = running.backup_id,
   }
end

-- What cannot be less.
local function interpreter(source)
   return function()
      return {
         path = service.interpreter(), arguments = { "-e", source }, variables = { LUA_CPATH = package.cpath },
      }
   end
end

local sides = {
   {
      name = "curl",
      program = function(running)
         return {
            path = assert(process.find "curl"), variables = variables(running), prints = running.backup_id,
            arguments = {
               "-s", "-H", "Api-Key: " .. service.api_key, "-H", VERSION,
               running.url .. "/backups/" .. running.backup_id,
            },
         }
      end,
   },
   {
      name = "`backup describe ID --json`", goal = { of = "wall", at_most = 1.5 },
      program = function(running) return command(assert(process.find "pinecone-backup"), running) end,
   },
   { name = "loading the core alone", program = interpreter "require 'pinecone.core'" },
   { name = "the interpreter alone", program = interpreter "" },
}

local another = os.getenv "BENCH_ALSO"
if another then
   table.insert(sides, 3, {
      name = "the same by BENCH_ALSO",
      program = function(running) return command(another, running) end,
   })
end

return { title = "the command, from fork to exit", server = start_emulator, sides = sides }
