-- Walks every scenario through every allocation that can fail. Runs inside the program made of allocations.c:
--
--    allocations sweep.lua LUA [SCENARIO]

package.path = "./spec/?.lua;" .. package.path

if rawget(_G, "jit") then
   _G.jit.off() -- LuaJIT crashes by itself where memory runs out in code that it has compiled
end

local allocations = _G.allocations -- luacheck: ignore
local interpreter, only = ...

local pinecone = require "pinecone"
local scenarios = require "allocations.scenarios"
local service = require "support.service"

-- How many allocations fail in a row. The first failure alone is often mended by Lua, which collects and asks again;
-- two make it raise its error; after that memory may be there again, or not.
local rows = {
   { owner = "lua", length = 1 }, { owner = "lua", length = 2 }, { owner = "lua", length = math.huge },
   { owner = "core", length = 1 }, { owner = "core", length = math.huge },
   { owner = "curl", length = 1 }, { owner = "curl", length = math.huge },
}

local function start()
   local running = service.start { lua = interpreter }
   local pc = service.client(running)
   service.serverless(pc, "movies")
   service.serverless(pc, "books")
   service.pod(pc, "pods")
   for _, name in ipairs { "one", "two", "three" } do
      pinecone.assert(pc:create_backup { index_name = "books", name = name })
   end
   pc:close()
   assert(running:fault { operation = "list_collections", on = "all", html = true })
   assert(running:fault { operation = "list_restore_jobs", on = { every = 2 }, status = 503 })
   assert(running:fault { operation = "create_collection", on = "all", drop = "after" })
   return running
end

-- What Lua keeps for C: references that nobody gave back would stay there.
local function references()
   local count = 0
   for _, value in pairs(debug.getregistry()) do
      count = count + (type(value) ~= "number" and 1 or 0)
   end
   return count
end

local function held()
   collectgarbage()
   collectgarbage() -- what had a finaliser goes now
   local core, curl, descriptors = allocations.held()
   return ("%d blocks of the core, %d of libcurl, %d descriptors, %d references"):format(
      core, curl, descriptors, references())
end

-- The same, but with time for a resolver's thread that a call left behind to end.
local function settled(wanted)
   local now
   for _ = 1, 100 do
      now = held()
      if now == wanted then
         break
      end
      service.sleep(0.01)
   end
   return now
end

-- A failure's kind, whether it was returned or raised as an iterator does, and what it says: settling tells in the hint
-- why it could not look.
local function outcome(ok, value, err)
   local problem = err
   if not ok then
      problem = value
   end
   if type(problem) == "table" then
      return problem.kind, ("%s; %s"):format(problem.message, tostring(problem.hint))
   end
   return not ok and "raised" or value and "result" or "nothing", tostring(problem)
end

-- Lua raises its memory error, or says that a stack cannot grow. libcurl does not always tell why it gave up: that a
-- host was not found, for instance. In 5.1 iterators raise failures as texts.
local function is_fine(scenario, row, kind, message)
   return kind == scenario.expected
      or (row.owner == "curl" and (kind == "network" or message:find("(network)", 1, true)))
      or ((kind == "raised" or kind == "network" or kind == "too_large") and message:find "memory")
      or (kind == "raised" and row.owner == "lua" and message:find "stack overflow")
end

local problems, attempts = 0, 0

local function complain(scenario, row, number, ...)
   problems = problems + 1
   io.stdout:write(("%s, %s allocation %d (%s in a row): %s\n"):format(
      scenario.name, row.owner, number, row.length, table.concat({ ... }, " ")))
end

local function attempt(scenario, row, number, before)
   local depth = row.owner == "nobody" and number or 0
   local prepare = scenario.before or function() end
   prepare()
   local hit, ok, value, err = allocations.run(scenario.act, depth, row.owner, number, row.length)
   local kind, message = outcome(ok, value, err)
   if not is_fine(scenario, row, kind, message) then
      complain(scenario, row, number, kind, message)
   end
   value, err = nil, nil -- luacheck: ignore
   prepare()
   kind, message = outcome(pcall(scenario.act))
   if kind ~= scenario.expected then
      complain(scenario, row, number, "did not work afterwards:", kind, message)
   end
   value, message = nil, nil -- luacheck: ignore
   local after = settled(before)
   if after ~= before then
      complain(scenario, row, number, after, "and before it", before)
   end
   attempts = attempts + 1
   return hit, after
end

local function warm_up(scenario)
   for _ = 1, 3 do
      (scenario.before or function() end)()
      pcall(scenario.act)
   end
   return held()
end

-- Until the scenario comes through without a failure being hit, or the first problem.
local function walk(scenario, row)
   local before = warm_up(scenario)
   local number, problems_before, hit = 0, problems
   repeat
      number = number + 1
      hit, before = attempt(scenario, row, number, before)
   until not hit or problems > problems_before
   return number - 1
end

-- At each depth, so that what the core pushes would somewhere go over the end of Lua's stack.
local function walk_depths(scenario)
   local before, problems_before, depth = warm_up(scenario), problems, 0
   repeat
      attempt(scenario, { owner = "nobody", length = 0 }, depth, before)
      depth = depth + 1
   until depth > 100 or problems > problems_before
end

-- Counted as busted counts specs.
local running = start()
local good, bad = 0, 0
for _, scenario in ipairs(scenarios(running)) do
   if not only or scenario.name == only then
      local counts, before = {}, problems
      walk_depths(scenario)
      for _, row in ipairs(rows) do
         if not (scenario.spares_luajit and row.owner == "lua" and rawget(_G, "jit")) then
            counts[#counts + 1] = ("%s %d"):format(row.owner, walk(scenario, row))
         end
      end
      print(scenario.name .. ": " .. table.concat(counts, ", "))
      if problems == before then
         good = good + 1
      else
         bad = bad + 1
      end
   end
end
running:stop()
print(("%d successes / %d failures / 0 errors / 0 pending : %d attempts, %d problems"):format(
   good, bad, attempts, problems))
return problems == 0
