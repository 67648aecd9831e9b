-- A plain program that describes many backups: one by one, and with pinecone.parallel. "make bench-parallel" runs it.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local report = require "bench.report"
local servers = require "bench.servers"
local upstream = require "bench.upstream"

local BACKUPS, LIMIT, DELAY = 2000, 64, 0.02
local ONE_BY_ONE = 200 -- of them; the time of all is reckoned from these

local function with_client(server, action)
   local pc = pinecone.assert(pinecone.new { host = server.url, api_key = "bench-key-0123456789" })
   upstream.most_connections(server)
   local began, cpu = core.clock(), os.clock()
   action(pc)
   local seconds = core.clock() - began
   cpu = os.clock() - cpu
   pc:close()
   return { seconds = seconds, cpu = cpu, connections = upstream.most_connections(server) }
end

local function describe(pc)
   local backup = pinecone.assert(pc:describe_backup(upstream.id))
   assert(backup.backup_id == upstream.id)
   return backup
end

local function one_by_one(pc)
   for _ = 1, ONE_BY_ONE do
      describe(pc)
   end
end

local function side_by_side(pc)
   local tasks = {}
   for i = 1, BACKUPS do
      tasks[i] = function() return describe(pc) end
   end
   local results, failures = pinecone.parallel(tasks, { limit = LIMIT })
   assert(not failures and #results == BACKUPS, failures and select(2, next(failures)))
end

local function print_row(name, value, goal, judged)
   print((("  %-34s %-10s %s"):format(name, value, report.verdict(goal, judged)):gsub("%s+$", "")))
end

local function print_table(single, many, versions)
   local share = BACKUPS / ONE_BY_ONE
   local times = single.seconds * share / many.seconds
   print(("A plain program describing %d backups, a server that takes %g ms"):format(BACKUPS, DELAY * 1e3))
   report.print_machine(versions, rawget(_G, "jit") and jit.version or _VERSION)
   print()
   print_row(("one by one, reckoned from %d"):format(ONE_BY_ONE), ("%.2f s"):format(single.seconds * share))
   print_row(("parallel, limit = %d"):format(LIMIT), ("%.2f s"):format(many.seconds))
   print_row("times as fast", ("%.1f"):format(times), { at_least = 5 }, times)
   print_row("most connections at once", ("%d"):format(many.connections), { at_most = LIMIT }, many.connections)
   print_row("CPU of a call, one by one", ("%.0f us"):format(single.cpu / ONE_BY_ONE * 1e6))
   print_row("CPU of a call, parallel", ("%.0f us"):format(many.cpu / BACKUPS * 1e6))
end

servers.run(function()
   local server = upstream.start(DELAY)
   local single, many = with_client(server, one_by_one), with_client(server, side_by_side)
   print_table(single, many, upstream.versions(server))
end)
