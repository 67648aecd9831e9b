-- Counts the instructions of a call with callgrind, and fails where there are more than the figures in
-- spec/bench/instructions.lua allow. Start and end fall out, because what counts is how much more a long run takes than
-- a short one. Other versions of what lies below take other counts, and have figures of their own.
--
--   BENCH_KEEP=1  writes the figures of these versions anew

local cjson = require "cjson"
local fetch = require "fetch"
local kept = require "bench.instructions"
local machine = require "bench.machine"
local process = require "support.process"
local race = require "bench.race"
local report = require "bench.report"
local servers = require "bench.servers"
local service = require "support.service"
local upstream = require "bench.upstream"
local uv = require "luv"

local WORKS = { "describe", "list" }
local RUNS = 3 -- Lua's hashes have another seed in each
local SLACK = 1.03

-- libc chooses its functions by the processor: these it has everywhere.
local TUNABLES = "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-BMI1,-BMI2,-ERMS,-FSRM,-LZCNT,-MOVBE,"
   .. "-RTM,-SSE4_1,-SSE4_2,-SSSE3"

local WARMING = 10
local DELAY = 0.01 -- of the server: an answer that is sometimes there at the first look would change the count by 1 %

local function versions()
   return table.concat({
      machine.lua(), "libcurl " .. fetch.version(), "lua-cjson " .. cjson._VERSION, "gcc " .. fetch.compiler(),
      uv.os_uname().machine,
   }, ", ")
end

-- Counting -----------------------------------------------------------------------------------------------------------

local function count(work, number, url, calls)
   local arguments = race.arguments(work, number, url, calls, WARMING)
   for i, argument in ipairs { "--tool=callgrind", "--callgrind-out-file=/dev/null", service.interpreter() } do
      table.insert(arguments, i, argument)
   end
   local child = process.start(assert(process.find "valgrind"), arguments, { GLIBC_TUNABLES = TUNABLES })
   return tonumber(race.finish(child, work.sides[number].name).err:match "Collected : (%d+)")
end

local function count_call(work, number, url)
   local few, many, counts = work.counted[1], work.counted[2], {}
   for i = 1, RUNS do
      counts[i] = (count(work, number, url, many) - count(work, number, url, few)) / (many - few)
   end
   return math.floor(report.median(counts) + 0.5)
end

local function count_work(name)
   local work, found, server = race.load(name), {}, upstream.start(DELAY)
   for number, side in ipairs(work.sides) do
      if number == 1 or side.ours then
         found[side.ours and "ours" or "base"] = count_call(work, number, server.url)
      end
   end
   servers.stop_all()
   return found
end

-- Judging ------------------------------------------------------------------------------------------------------------

local function judge(found, before)
   local share = found.ours / before.ours
   if share > SLACK then
      return "TOO MANY", true
   end
   return share < 1 / SLACK and "fewer: keep them with BENCH_KEEP=1" or "good", false
end

local function print_row(name, found, before, words)
   print(("  %-10s %9d %9d %+6.1f %%  %9d %9d %6.2f %6.2f  %s"):format(name, found.ours, before.ours,
      (found.ours / before.ours - 1) * 100, found.base, before.base, found.ours / found.base,
      before.ours / before.base, words))
end

local function compare(found, now)
   print("Instructions of a call by " .. now)
   local before, failed = kept[now], false
   if not before then
      print "There are no figures of these versions to compare with; BENCH_KEEP=1 keeps them"
      return true
   end
   print(("\n  %-10s %9s %9s %8s  %9s %9s %6s %6s"):format("", "now", "kept", "", "base", "kept", "ratio", "kept"))
   for _, name in ipairs(WORKS) do
      local words, is_bad = judge(found[name], before[name])
      print_row(name, found[name], before[name], words)
      failed = failed or is_bad
   end
   return failed
end

-- Keeping ------------------------------------------------------------------------------------------------------------

local function keep(found, now)
   kept[now] = found
   local names = {}
   for name in pairs(kept) do
      names[#names + 1] = name
   end
   table.sort(names)
   local file = assert(io.open("spec/bench/instructions.lua", "w"))
   file:write("-- Instructions of a call of the library, and of what it is compared with, as make bench-gate counted ",
      "them.\n\nreturn {\n")
   for _, name in ipairs(names) do
      file:write(("   [%q] = {\n"):format(name))
      for _, work in ipairs(WORKS) do
         file:write(("      %s = { ours = %d, base = %d },\n"):format(work, kept[name][work].ours,
            kept[name][work].base))
      end
      file:write "   },\n"
   end
   file:write "}\n"
   file:close()
   print "Kept these"
end

local failed

servers.run(function()
   local found, now = {}, versions()
   for _, name in ipairs(WORKS) do
      found[name] = count_work(name)
   end
   failed = compare(found, now)
   if os.getenv "BENCH_KEEP" == "1" then
      keep(found, now)
      failed = false
   end
end)

os.exit(failed and 1 or 0)
