-- What a call costs in an nginx worker, beside the same call by hand on ngx.socket.tcp. "make bench-openresty" runs it.
-- Each side has an nginx of its own, with one worker, and they take turns. It fails only where something breaks: a goal
-- that is missed may be the machine's doing.
--
--   BENCH_ROUNDS=5  turns of each side

local asking = require "bench.openresty.asking"
local bodies = require "bench.bodies"
local cjson = require "cjson"
local http = require "support.http"
local report = require "bench.report"
local servers = require "bench.servers"
local upstream = require "bench.upstream"
local uv = require "luv"

local ROUNDS = tonumber(os.getenv "BENCH_ROUNDS" or 5)
local SIDES = { "ours", "peer" }

local WARMING_SECONDS = 1 -- before a load counts: connections are opened, LuaJIT compiles
local SETTLING_SECONDS = 0.5 -- from the beginning of a load to the first ping
local PING_PAUSE = 2 -- milliseconds between two pings; without it most would come while the worker is idle

local latency, cpu = { at_most = 1.2 }, { at_most = 2 } -- goals that hold for both ways to make 50 calls

local loads = {
   {
      title = "50 requests, a call of 50 ms in each", at_once = 50, delay = 0.05, seconds = 3, each_in_a_request = true,
      rows = {
         { name = "median latency, ms", field = "latency", digits = 2, goal = latency },
         { name = "worker CPU of each, us", field = "cpu", digits = 0, goal = cpu },
      },
   },
   {
      title = "50 threads of a request, calls of 50 ms", at_once = 50, delay = 0.05, seconds = 3,
      rows = {
         { name = "median latency, ms", field = "latency", digits = 2, goal = latency },
         { name = "worker CPU of each, us", field = "cpu", digits = 0, goal = cpu },
      },
   },
   {
      title = "300 threads of a request, calls of 200 ms", at_once = 300, delay = 0.2, seconds = 6, pings = true,
      rows = {
         { name = "/ping, median, ms", field = "ping_median", digits = 2 },
         { name = "/ping, p99, ms", field = "ping_p99", digits = 2, goal = { at_most = 1.5 } },
         { name = "median latency, ms", field = "latency", digits = 1 },
         { name = "worker CPU of each, us", field = "cpu", digits = 0 },
         { name = "calls a second", field = "rate", digits = 0 },
         { name = "descriptors of the worker", field = "descriptors", digits = 0 },
      },
   },
}

-- The worker ---------------------------------------------------------------------------------------------------------

local function start_worker(side, server)
   local self = servers.start {
      http = ([[
         keepalive_requests 100000000;
         init_by_lua_block {
            load = require "bench.openresty.load"
            ask = require("bench.openresty.%s").new { host = "127.0.0.1", port = %d, api_key = "bench-key-0123456789" }
         }
      ]]):format(side, server.port),
      server = [[
         location = /load { content_by_lua_block { load.many(ask) } }
         location = /one { content_by_lua_block { load.one(ask) } }
         location = /ping { content_by_lua_block {
            ngx.header.content_length = 5
            ngx.print "pong\n"
         } }
      ]],
   }
   assert(self:get("/ping").status == 200)
   self.worker = self:workers()[1] -- since it has answered, it is there
   return self
end

local function count_descriptors(pid)
   local listing, count = assert(uv.fs_scandir(("/proc/%d/fd"):format(pid))), 0
   while uv.fs_scandir_next(listing) do
      count = count + 1
   end
   return count
end

local function cpu_seconds(pid)
   local file = assert(io.open(("/proc/%d/schedstat"):format(pid)))
   local nanoseconds = file:read "*n"
   file:close()
   return nanoseconds / 1e9
end

-- A load -------------------------------------------------------------------------------------------------------------

local function rest(seconds)
   http.wait_until(function() return false end, seconds * 1000)
end

local function ping(worker, seconds)
   rest(SETTLING_SECONDS)
   local seconds_of = asking.during(worker.port,
      { path = "/ping", seconds = seconds - 2 * SETTLING_SECONDS, pause = PING_PAUSE })
   return {
      ping_median = report.median(seconds_of) * 1e3, ping_p99 = report.quantile(seconds_of, 0.99) * 1e3,
      descriptors = count_descriptors(worker.worker),
   }
end

-- Calls in light threads of one request, and what pings find meanwhile.
local function ask_in_threads(worker, load, seconds)
   local connection = assert(http.connect(worker.port))
   connection:send(http.bytes("GET", ("/load?at_once=%d&seconds=%g&id=%s"):format(load.at_once, seconds, bodies.id)))
   local figures = load.pings and seconds > 2 * SETTLING_SECONDS and ping(worker, seconds) or {}
   local response = connection:receive(false, 30000)
   connection:close()
   local found = response and response.status == 200 and cjson.decode(response.body)
   assert(found and not found.problem, found and found.problem or response and response.body or "no answer")
   return found.seconds_of, figures
end

local function ask_in_requests(worker, load, seconds)
   local wish = { path = "/one?id=" .. bodies.id, at_once = load.at_once, seconds = seconds }
   return asking.during(worker.port, wish), {}
end

local function measure(worker, load, seconds)
   local ask = load.each_in_a_request and ask_in_requests or ask_in_threads
   local cpu_before = cpu_seconds(worker.worker)
   local seconds_of, figures = ask(worker, load, seconds)
   figures.cpu = (cpu_seconds(worker.worker) - cpu_before) / #seconds_of * 1e6
   figures.latency = report.median(seconds_of) * 1e3
   figures.rate = #seconds_of / seconds
   return figures
end

-- The sides take turns, so that what else the machine does strikes both.
local function measure_load(load)
   local server, workers, rounds = upstream.start(load.delay), {}, {}
   for _, side in ipairs(SIDES) do
      workers[side] = start_worker(side, server)
      measure(workers[side], load, WARMING_SECONDS)
   end
   for round = 1, ROUNDS do
      rounds[round] = {}
      for _, side in ipairs(SIDES) do
         rounds[round][side] = measure(workers[side], load, load.seconds)
      end
   end
   local versions = upstream.versions(server)
   servers.stop_all()
   return rounds, versions
end

-- The table ----------------------------------------------------------------------------------------------------------

local function values_of(rounds, pick)
   local values = {}
   for i, round in ipairs(rounds) do
      values[i] = pick(round)
   end
   return values
end

local function print_row(row, rounds)
   local ours = values_of(rounds, function(round) return round.ours[row.field] end)
   local peer = values_of(rounds, function(round) return round.peer[row.field] end)
   local ratios = values_of(rounds, function(round) return round.ours[row.field] / round.peer[row.field] end)
   local number = ("%%.%df"):format(row.digits)
   local ratio = report.median(ratios)
   print((("  %-40s %8s %8s %7.2f  %-13s %s"):format(
      row.name, number:format(report.median(ours)), number:format(report.median(peer)), ratio,
      ("%.2f - %.2f"):format(report.quantile(ratios, 0), report.quantile(ratios, 1)), report.verdict(row.goal, ratio))
      :gsub("%s+$", "")))
end

local function print_table(results, versions)
   print(("One nginx worker, medians of %d rounds"):format(ROUNDS))
   report.print_machine(versions)
   for place, load in ipairs(loads) do
      print()
      print(("%-42s %8s %8s %7s  %-13s %s"):format(load.title, "ours", "peer", "ratio", "of the rounds", "goal"))
      for _, row in ipairs(load.rows) do
         print_row(row, results[place])
      end
   end
end

servers.run(function()
   local results, versions = {}, nil
   for place, load in ipairs(loads) do
      results[place], versions = measure_load(load)
   end
   print_table(results, versions)
end)
