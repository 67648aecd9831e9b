-- A load of real calls while everything goes wrong now and then: nothing may be lost, doubled or lied about, no call
-- may outlive its deadline, and the process must not grow. "make soak" runs it.
--
--   SOAK_CALLS=200000  calls of the client
--   SOAK_SEED=N        what goes wrong and what is called; the order in which calls come in is the machine's
--   SOAK_FAULTS=0.05   the share of the requests that are struck; with 0.3, troubles meet that seldom meet

local emulator = require "pinecone.emulator"
local identifiers = require "pinecone.emulator.identifiers"
local pinecone = require "pinecone"
local faults = require "soak.faults"
local figures = require "soak.figures"
local Lane = require "soak.lane"
local lanes = require "soak.lanes"
local ledger = require "soak.ledger"
local probe = require "soak.probe"
local stories = require "soak.stories"
local truth = require "soak.truth"

local CALLS = tonumber(os.getenv "SOAK_CALLS" or 200000)
local SEED = tonumber(os.getenv "SOAK_SEED" or os.time() % 1000000)
local SHARE = tonumber(os.getenv "SOAK_FAULTS" or 0.05)
local KEY = "soak-key-0123456789"

local LANES, LANES_OF_INDEX, LANES_OF_CLIENT = 96, 3, 8
local FEWEST_ROUNDS, CALLS_OF_ROUND = 10, 5000
local JOB_SECONDS = 0.1
local SETTLE_GRACE = 1.5 * faults.LATEST
local CALLS_OF_CLIENT = 400 -- until it is closed, with calls in flight; the first one lives longer
local CALLS_OF_FIRST_CLIENT = 10 * CALLS_OF_CLIENT
local WARMING_CALLS = 1000 -- before anything is measured, so that pools and allocators have their size
local BLOCKING_STORIES = 2 -- of each round

local LONGEST_OVERRUN = 0.5 -- seconds
local GROWTH = 1.02 -- of memory, from the first tenth to the end; and besides
local GROWTH_RESIDENT, GROWTH_LUA = 1536, 256 -- KiB; what was created is remembered for some seconds
local GROWTH_DESCRIPTORS = 3 * LANES_OF_CLIENT -- those of the client that is open when they are counted

local counted = figures.new()
local running, plain
local blocking -- the lane that waits without a loop

-- Randomness ---------------------------------------------------------------------------------------------------------

local function fractions(seed)
   local bytes = identifiers.pseudo_random(seed)
   return function()
      local high, low = bytes(2):byte(1, 2)
      return (high * 256 + low) / 65536
   end
end

-- Findings -----------------------------------------------------------------------------------------------------------

local findings = {}

local function report(finding)
   counted.findings = counted.findings + 1
   findings[#findings + 1] = finding
end

local function concerns(row, finding)
   for _, line in ipairs(finding.told or {}) do
      if line:find(row.method .. " " .. row.path .. " ", 1, true) then
         return true
      end
   end
end

-- The struck requests to the same paths, one of which it will have been.
local function print_faults(finding, rows)
   for _, row in ipairs(rows) do
      if row.fault and concerns(row, finding) then
         print(("      request %d: %s %s was struck by: %s"):format(
            row.number, row.method, row.path, faults.describe(row.fault)))
      end
   end
end

local MOST_PRINTED = 20

local function print_findings(round)
   local rows = #findings > 0 and pinecone.assert(running:requests())
   for position = 1, math.min(#findings, MOST_PRINTED) do
      local finding = findings[position]
      print(("%s: %s: %s (round %d, seed %d)"):format(
         finding.verdict:upper(), finding.what, finding.text, round.number, SEED))
      for _, line in ipairs(finding.told or {}) do
         print("   " .. line)
      end
      print_faults(finding, rows)
   end
   if #findings > MOST_PRINTED then
      print(("and %d more"):format(#findings - MOST_PRINTED))
   end
   findings = {}
end

-- Clients ------------------------------------------------------------------------------------------------------------

local function on_request(attempt)
   local lane = lanes.current() or blocking
   if lane then
      table.insert(lane.attempts, attempt)
   end
end

local function new_client(options)
   local all = {
      host = running.url, api_key = KEY, retry_delay = 0.02, settle_grace = SETTLE_GRACE, timeout = 3,
      max_response_bytes = 262144, on_request = on_request,
   }
   for name, value in pairs(options or {}) do
      all[name] = value
   end
   return pinecone.assert(pinecone.new(all))
end

-- A place for a client, which is replaced now and then while calls are in flight; every second one has fewer
-- connections than lanes.
local function new_place(number)
   local most = number == 1 and CALLS_OF_FIRST_CLIENT or CALLS_OF_CLIENT
   local place = { uses = math.floor(most * number / (LANES / LANES_OF_CLIENT)) }
   local options = { wait = lanes.wait, max_connections = number % 2 == 0 and LANES_OF_CLIENT - 2 or nil }
   function place.renew()
      place.client:close()
      place.client = new_client(options)
   end
   function place.get()
      place.uses = place.uses + 1
      if place.uses > most then
         place.renew()
         place.uses = 0
      end
      return place.client
   end
   place.client = new_client(options)
   return place
end

-- The ground ---------------------------------------------------------------------------------------------------------

local function lasting_indexes()
   local names = {}
   for number = 1, LANES / LANES_OF_INDEX do
      names["soak-serverless-" .. number], names["soak-pod-" .. number] = "serverless", "pod"
   end
   return names
end

local specs = {
   serverless = { serverless = { cloud = "aws", region = "us-east-1" } },
   pod = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
}

local function make_indexes(names)
   for name, kind in pairs(names) do
      pinecone.assert(plain:create_index { name = name, dimension = 3, metric = "cosine", spec = specs[kind] })
   end
   for name in pairs(names) do
      pinecone.assert(plain:wait_for_index(name))
   end
end

local function start()
   running = pinecone.assert(emulator.spawn {
      api_key = KEY, job_seconds = JOB_SECONDS, max_indexes = 1e6, max_backups = 1e6, max_collections = 1e6,
      max_schedules = 1000,
   })
   plain = new_client { max_retries = 0, timeout = 60, max_response_bytes = 67108864 }
end

local function new_lanes()
   local places, all = {}, {}
   for number = 1, LANES do
      local place = math.ceil(number / LANES_OF_CLIENT)
      places[place] = places[place] or new_place(place)
      local index = math.ceil(number / LANES_OF_INDEX)
      all[number] = Lane.new {
         number = 100 + number, index = "soak-serverless-" .. index, pod = "soak-pod-" .. index,
         random = fractions(SEED * 1000 + number), take_client = places[place].get, figures = counted, report = report,
      }
   end
   return all, places
end

-- A round ------------------------------------------------------------------------------------------------------------

local function count_faults()
   local plans = pinecone.assert(running:faults())
   for _, plan in ipairs(plans) do
      counted.struck = counted.struck + plan.struck
   end
   counted.requests = counted.requests + plans[1].count
end

-- The ways in which a program without a loop waits.
local function tell_blocking(lane)
   local own, take_client = new_client(), lane.take_client
   blocking, lane.take_client = lane, function() return own end
   for _ = 1, BLOCKING_STORIES do
      stories.tell(lane)
   end
   blocking, lane.take_client = nil, take_client
   own:close()
end

local function load(round, all)
   for _, plan in ipairs(faults.plans(SEED + round.number, SHARE)) do
      pinecone.assert(running:fault(plan))
   end
   lanes.run(all, function(lane)
      while counted.calls < round.till do
         stories.tell(lane)
      end
   end)
   tell_blocking(all[1 + round.number % LANES])
   count_faults()
   pinecone.assert(running:clear_faults())
end

local deletions = {
   backup = function(thing) return "delete_backup", thing.id end,
   collection = function(thing) return "delete_collection", thing.key end,
   index = function(thing) return "delete_index", thing.key end,
   schedule = function(thing) return "delete_backup_schedule", thing.id end,
}

local function delete_all(things)
   for _, thing in ipairs(things) do
      local deletion = deletions[thing.kind]
      if deletion then
         local operation, id = deletion(thing)
         pinecone.assert(plain[operation](plain, id))
      end
   end
end

-- Restore jobs stay, unseen, when their index is gone.
local function is_empty(names)
   local counts, lasting = pinecone.assert(running:state()), 0
   for _ in pairs(names) do
      lasting = lasting + 1
   end
   return counts.indexes == lasting and counts.backups + counts.collections + counts.schedules == 0
end

-- Late effects and jobs come to their end, then ledger and truth must agree.
local function settle_accounts(book, names)
   lanes.sleep(2 * faults.LATEST + 2 * JOB_SECONDS)
   local things = truth.read(plain, names)
   for _, finding in ipairs(book:compare(things)) do
      report(finding)
   end
   delete_all(things)
   lanes.sleep(2 * JOB_SECONDS)
   if not is_empty(names) then
      report { verdict = "doubled", what = "the project", text = "holds what no list shows" }
   end
end

local function perform(round, all, names)
   local book = ledger.new()
   for _, lane in ipairs(all) do
      lane.ledger = book
   end
   load(round, all)
   settle_accounts(book, names)
   print_findings(round)
   pinecone.assert(running:clear_requests())
   for _, lane in ipairs(all) do
      lane.ledger, lane.attempts = nil, {}
   end
end

-- The whole ----------------------------------------------------------------------------------------------------------

local function fail(verdict, text, ...)
   counted.findings = counted.findings + 1
   print(("%s: %s"):format(verdict:upper(), text:format(...)))
end

local function judge_growth(first, last)
   local limits = { resident = GROWTH_RESIDENT, lua = GROWTH_LUA }
   for what, constant in pairs(limits) do
      if first[what] and last[what] > first[what] * GROWTH + constant then
         fail("grows", "%s: %.0f KiB after the first tenth, %.0f at the end", what, first[what], last[what])
      end
   end
   if first.descriptors and last.descriptors > first.descriptors + GROWTH_DESCRIPTORS then
      fail("grows", "%d descriptors after the first tenth, %d at the end", first.descriptors, last.descriptors)
   end
end

-- With the clients closed, nothing of them may be open.
local function judge_end(before, places)
   for _, place in ipairs(places) do
      place.client:close()
   end
   local left = probe.look(running.pid)
   if left.descriptors and left.descriptors > before.descriptors then
      fail("grows", "%d descriptors before the first client, %d after the last was closed",
         before.descriptors, left.descriptors)
   end
end

-- What the machine did not let this process do is not the client's fault.
local function judge_overrun()
   local allowed = LONGEST_OVERRUN + lanes.stall
   if counted.worst.overrun > allowed then
      fail("late", "%s came %.3f s after its deadline", counted.worst.operation, counted.worst.overrun)
   end
end

local function print_progress(round, began, look)
   print(("%7d calls, %4.0f s, round %d of %d, %d findings, %s KiB resident, %.0f KiB Lua, %s descriptors"):format(
      counted.calls, lanes.clock() - began, round.number, round.of, counted.findings,
      tostring(look.resident or "?"), look.lua, tostring(look.descriptors or "?")))
   io.stdout:flush()
end

local function main()
   print(("%d calls, seed %d"):format(CALLS, SEED))
   start()
   local names = lasting_indexes()
   make_indexes(names)
   plain:list_indexes() -- its connection is open from now on
   local before = probe.look(running.pid)
   local all, places = new_lanes()
   local rounds = math.max(FEWEST_ROUNDS, math.ceil(CALLS / CALLS_OF_ROUND))
   local began, first, last = lanes.clock(), nil, nil
   for number = 0, rounds do
      local round = { number = number, of = rounds, till = WARMING_CALLS + math.ceil(CALLS * number / rounds) }
      perform(round, all, names)
      for place = 2, #places do
         places[place].renew()
      end
      last = probe.look(running.pid)
      first = first or (number >= rounds / 10 and last)
      print_progress(round, began, last)
   end
   judge_growth(first, last)
   judge_end(before, places)
   judge_overrun()
   counted:print {
      seed = SEED, seconds = lanes.clock() - began, first = first, last = last, stall = lanes.stall,
      load = probe.load(),
   }
end

main()
running:stop()
os.exit(counted.findings == 0 and 0 or 1)
