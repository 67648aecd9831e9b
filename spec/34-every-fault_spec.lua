-- Every operation that writes, through every fault, on cold and on warm connections: it takes effect once, or not at
-- all, and the caller is told the truth.

local pinecone = require "pinecone"
local service = require "support.service"
local writes = require "support.writes"
local uv = require "luv"

local TIMEOUT, GRACE = 1.5 * service.slowness, 0.15

-- `goes_well` says that a settled operation succeeds although the first request is struck.
local faults = {
   { name = "an answer that goes on for ever", plan = { endless = true }, goes_well = true },
   { name = "a flood of headers", plan = { header_flood = 20000 }, goes_well = true },
   { name = "an answer that is no JSON", plan = { garble = true }, goes_well = true },
   { name = "an answer that is cut", plan = { cut = 0 }, goes_well = true },
   { name = "a page of a proxy", plan = { html = true }, goes_well = true },
   { name = "a page of a proxy that means well", plan = { html = true, status = 200 }, goes_well = true },
   { name = "an answer that drips", plan = { drip = { bytes = 50, seconds = 0.01 } }, goes_well = true },
   { name = "an answer that comes late", plan = { delay = 0.2 }, goes_well = true },
   { name = "an answer that never comes", plan = { delay = 60 } },
   { name = "an answer that drips for ever", plan = { drip = { bytes = 1, seconds = 0.5 } } },
   { name = "a body that never ends", plan = { content_length = 100000 } },
   { name = "a connection that is closed after the effect, which lists show late",
      plan = { drop = "after", lag = 0.1 }, goes_well = true },
   { name = "a connection that is closed before a late effect",
      plan = { drop = "before", late = 0.1 }, goes_well = true },
   { name = "a 503 for everything, three times", everywhere = true, plan = { status = 503, on = { 1, 2, 3 } } },
   { name = "a connection that is closed each time before the effect", plan = { drop = "before", on = "all" } },
   { name = "a connection that is closed each time after the effect", plan = { drop = "after", on = "all" } },
   { name = "a 503 each time", plan = { status = 503, on = "all" } },
   { name = "a 503 each time for everything", everywhere = true, plan = { status = 503, on = "all" } },
   { name = "a 429 each time", plan = { status = 429, on = "all" } },
   { name = "a 401 after a 503", plan = { status = 503 }, second = { status = 401, on = 2 } },
   { name = "a 503 that asks to wait too long", plan = { status = 503, retry_after = 100 } },
}
for _, when in ipairs { "before", "during", "after" } do
   faults[#faults + 1] = {
      name = "a connection that is closed " .. when, plan = { drop = when }, goes_well = true,
   }
   faults[#faults + 1] = {
      name = "a connection that is reset " .. when, plan = { drop = when, reset = true }, goes_well = true,
   }
end
for _, status in ipairs { 408, 500, 501, 502, 503, 504 } do
   for _, plan in ipairs { { status = status }, { status = status, after = true }, { status = status, late = 0.1 } } do
      local effect = plan.after and " after the effect" or plan.late and " and a late effect" or ""
      faults[#faults + 1] = { name = ("a %d%s"):format(status, effect), plan = plan, goes_well = status ~= 501 }
   end
end
faults[#faults + 1] = { name = "a 429", plan = { status = 429 }, goes_well = true, unsettled = true }
for _, status in ipairs { 400, 401, 402, 403, 404, 409, 412, 413, 422 } do
   faults[#faults + 1] = { name = "a " .. status, plan = { status = status }, refused = true }
end

-- Running ------------------------------------------------------------------------------------------------------------

local now = service.now

-- Calls yield while they wait, so that the operations can be gone through side by side.
local function wait(call)
   while not call:step() do
      coroutine.yield()
   end
end

local function client_of(running, options)
   local all = { timeout = 30, max_response_bytes = 1000000 }
   for name, value in pairs(options or {}) do
      all[name] = value
   end
   return service.client(running, all)
end

local function copy_of(plan, row, fault)
   local copy = { operation = fault.everywhere and "*" or row.operation }
   for name, value in pairs(plan) do
      copy[name] = value
   end
   return copy
end

local function strike(running, row, fault)
   assert(running:fault(copy_of(fault.plan, row, fault)))
   if fault.second then
      assert(running:fault(copy_of(fault.second, row, fault)))
   end
end

-- One operation through one fault. `warm`: the client has connections that were used before.
local function try(running, admin, row, fault, warm, name)
   local thing = row.prepare and row.prepare(admin, name)
   assert(running:advance(7200))
   local pc = client_of(running, { timeout = TIMEOUT, settle_grace = GRACE, wait = wait })
   if warm then
      pinecone.assert(pc:list_indexes())
   end
   strike(running, row, fault)
   local began = now()
   local value, err = row.write(pc, name, thing)
   local seconds = now() - began
   assert(running:clear_faults())
   assert(running:advance(1)) -- so that a late effect has come
   pc:close()
   return { value = value, err = err, seconds = seconds, effects = row.effects(admin, name, thing) }
end

local function go_through(label, row, outcomes)
   local running = service.start {
      job_seconds = 3600, max_indexes = 1000, max_backups = 5000, max_collections = 1000,
   }
   local admin = client_of(running)
   writes.set_up(admin, running)
   local count = 0
   for _, fault in ipairs(faults) do
      for _, warm in ipairs { false, true } do
         count = count + 1
         outcomes[label .. fault.name .. tostring(warm)] = try(running, admin, row, fault, warm, "n-" .. count)
      end
   end
   running:stop()
end

local function run_all()
   local outcomes, threads = {}, {}
   for label, row in pairs(writes.rows) do
      row.operation = row.operation or label
      threads[coroutine.create(function() go_through(label, row, outcomes) end)] = label
   end
   while next(threads) do
      for thread, label in pairs(threads) do
         local good, problem = coroutine.resume(thread)
         if not good then
            error(label .. ": " .. tostring(problem), 0)
         end
         threads[thread] = coroutine.status(thread) ~= "dead" and label or nil
      end
      uv.sleep(1)
   end
   return outcomes
end

-- What must hold -----------------------------------------------------------------------------------------------------

local function told(outcome)
   return ("%d effects, %.2f s, %s"):format(outcome.effects, outcome.seconds, tostring(outcome.err or outcome.value))
end

local function tells_the_truth(outcome)
   local err = outcome.err
   if err == nil then
      return outcome.effects == 1
   end
   return outcome.effects <= (err.maybe_applied and 1 or 0)
end

describe("a write", function()
   local outcomes

   setup(function() outcomes = run_all() end)

   for label, row in pairs(writes.rows) do
      for _, fault in ipairs(faults) do
         for _, warm in ipairs { false, true } do
            local kind = warm and "warm" or "cold"
            it(("that is %s meets %s on a %s connection"):format(label, fault.name, kind), function()
               local outcome = outcomes[label .. fault.name .. tostring(warm)]
               assert.is_true(tells_the_truth(outcome), told(outcome))
               assert.is_true(outcome.seconds <= TIMEOUT + 0.5, told(outcome))
               if fault.refused then
                  assert.same({ 0, nil }, { outcome.effects, outcome.err.maybe_applied }, told(outcome))
               elseif fault.goes_well and (row.settled or fault.unsettled) then
                  assert.is_nil(outcome.err, told(outcome))
               end
            end)
         end
      end
   end
end)
