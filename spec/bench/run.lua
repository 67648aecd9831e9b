-- Runs works and prints their tables in Markdown: those that are named, or all. A work that breaks ends it with a
-- failure; a target that is missed does not, because what else the machine does has its part in that.
--
--   BENCH_ROUNDS=31  turns of each side, unless a work has its own number

local fetch = require "fetch"
local machine = require "bench.machine"
local race = require "bench.race"
local report = require "bench.report"
local servers = require "bench.servers"

local ALL = { "describe", "list", "json", "parallel", "waiting", "prefetch", "start", "command", "memory" }

local function print_machine()
   report.print_machine(machine.lua(), "libcurl " .. fetch.version(), machine.nginx())
   print "Medians; a ratio is that to the first side of its work"
   print()
end

local function run(name)
   local work = race.load(name)
   local entries = race.run(work)
   servers.stop_all()
   return work, entries
end

servers.run(function()
   local apart = {} -- those that have other figures than times
   print_machine()
   local has_head = false
   for _, name in ipairs(#arg > 0 and arg or ALL) do
      local work, entries = run(name)
      if work.figures then
         apart[#apart + 1] = { work, entries }
      else
         if not has_head then
            report.print_head()
            has_head = true
         end
         report.print_rows(work, entries)
      end
      io.stdout:flush()
   end
   for _, pair in ipairs(apart) do
      if has_head then
         print()
      end
      report.print_figures(pair[1], pair[2])
   end
end)
