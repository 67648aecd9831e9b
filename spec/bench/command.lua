-- How long all of `pinecone-backup backup describe ID --json` takes, by the program that make leaves in the PATH,
-- beside curl on the same URL: whole processes, from fork to exit. "make bench-command" runs it. BENCH_ALSO=FILE times
-- another pinecone-backup beside them, such as one that LuaRocks has installed.

local pinecone = require "pinecone"
local process = require "support.process"
local report = require "bench.report"
local service = require "support.service"
local uv = require "luv"

local ROUNDS = tonumber(os.getenv "BENCH_ROUNDS") or 300
local GOAL = { at_most = 1.5 }

-- What runs, as `process.start` takes it: what is compared, curl first, and what cannot be less.
local function programs(running, id)
   local lua, url = service.interpreter(), running.url .. "/backups/" .. id
   local headers = { "-H", "Api-Key: " .. service.api_key, "-H", "X-Pinecone-Api-Version: 2026-04" }
   local compared = {
      { name = "curl", path = assert(process.find "curl"),
         arguments = { "-s", headers[1], headers[2], headers[3], headers[4], url } },
      { name = "backup describe ID --json", path = assert(process.find "pinecone-backup"), goal = GOAL,
         arguments = { "backup", "describe", id, "--json" } },
   }
   local another = os.getenv "BENCH_ALSO"
   if another then
      compared[3] = { name = "the same by BENCH_ALSO", path = another, arguments = compared[2].arguments }
   end
   local floor = {
      { name = "loading the core alone", path = lua, arguments = { "-e", "require 'pinecone.core'" } },
      { name = "the interpreter alone", path = lua, arguments = { "-e", "" } },
   }
   return compared, floor
end

-- Where the command finds the library is its own affair.
local function environment(running)
   return {
      "PATH=" .. os.getenv "PATH", "PINECONE_CONTROLLER_HOST=" .. running.url,
      "PINECONE_API_KEY=" .. service.api_key,
   }
end

-- Milliseconds from fork to exit.
local function time(side, variables)
   local began, ended = uv.hrtime(), nil
   local child = assert(uv.spawn(side.path, { args = side.arguments, env = variables }, function(code)
      ended = uv.hrtime()
      assert(code == 0, side.name)
   end))
   while not ended do
      uv.run "once"
   end
   child:close()
   uv.run()
   return (ended - began) / 1e6
end

-- All have to get the backup before it is worth knowing how fast.
local function check(side, running, id)
   local ended = process.start(side.path, side.arguments,
      { PINECONE_CONTROLLER_HOST = running.url, PINECONE_API_KEY = service.api_key }):wait()
   assert(ended.code == 0 and ended.out:find(id, 1, true), ended.text)
end

-- In turn, so that what else the machine does hits all of them alike.
local function race(sides, variables)
   for round = -5, ROUNDS do
      for _, side in ipairs(sides) do
         local milliseconds = time(side, variables)
         side.times = side.times or {}
         side.times[round] = round > 0 and milliseconds or nil
      end
   end
end

local function print_row(side, base)
   local median = report.median(side.times)
   print((("  %-28s %6.2f ms   quarters %6.2f to %6.2f   %5.2f %s"):format(side.name, median,
      report.quantile(side.times, 0.25), report.quantile(side.times, 0.75), median / base,
      report.verdict(side.goal, median / base)):gsub("%s+$", "")))
end

local function print_table(compared, floor)
   local base = report.median(compared[1].times)
   print(("Whole processes, medians of %d runs each in turn"):format(ROUNDS))
   report.print_machine(rawget(_G, "jit") and jit.version or _VERSION)
   print()
   for _, sides in ipairs { compared, floor } do
      for _, side in ipairs(sides) do
         print_row(side, base)
      end
   end
end

local function run(running)
   local pc = service.client(running)
   service.serverless(pc, "movies")
   local backup = pinecone.assert(pc:backup "movies")
   local compared, floor = programs(running, backup.backup_id)
   for _, side in ipairs(compared) do
      check(side, running, backup.backup_id)
   end
   race(compared, environment(running))
   race(floor, { "LUA_CPATH=" .. package.cpath })
   print_table(compared, floor)
end

local running = service.start()
local good, problem = xpcall(function() run(running) end, debug.traceback)
running:stop()
if not good then
   io.stderr:write("The benchmark broke: ", tostring(problem), "\n")
   os.exit(1)
end
