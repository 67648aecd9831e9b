-- Everything that can go wrong on the way, each with a small chance.

local faults = {}

--- How long an effect may come after its answer, and a list may not show it. Settling promises nothing beyond
-- settle_grace, which must be longer.
faults.LATEST = 0.2

local LATE = faults.LATEST

local kinds = {
   { status = 408 }, { status = 429 }, { status = 500 }, { status = 502 }, { status = 503 }, { status = 504 },
   { status = 429, retry_after = 1 }, { status = 503, retry_after = 1 }, { status = 503, retry_after = 600 },
   { status = 429, retry_after = "soon" },
   { status = 408, after = true }, { status = 500, after = true }, { status = 504, after = true },
   { status = 503, late = LATE }, { status = 504, late = LATE / 4 }, { drop = "before", late = LATE / 2 },
   { drop = "before" }, { drop = "during" }, { drop = "after" }, { drop = "after", delay = 0.2 },
   { drop = "before", reset = true }, { drop = "during", reset = true }, { drop = "after", reset = true },
   { delay = 0.3 }, { delay = 2.5 },
   { drip = { bytes = 50, seconds = 0.01 } }, { drip = { bytes = 1, seconds = 0.05 } },
   { cut = 10 }, { garble = true }, { content_length = 100000 }, { endless = true }, { header_flood = 10000 },
   { html = true }, { html = true, status = 200 }, { html = true, status = 504, after = true },
   { lag = LATE }, { status = 502, after = true, lag = LATE },
}

--- The plans for one round. The same seed strikes the same requests, counted as they come in; two neighbours have
-- nothing in common.
-- @tparam number seed
-- @tparam number share of the requests that are struck
-- @treturn table
function faults.plans(seed, share)
   local plans = {}
   for number, kind in ipairs(kinds) do
      local plan = {
         operation = "*", on = { chance = share / #kinds, seed = (seed * 48271 + number * 69621) % 2147483647 },
      }
      for field, value in pairs(kind) do
         plan[field] = value
      end
      plans[number] = plan
   end
   return plans
end

local function words_of(value)
   if type(value) ~= "table" then
      return tostring(value)
   end
   return ("%d bytes each %g s"):format(value.bytes, value.seconds)
end

--- Says what a fault does, such as "after=true status=500".
-- @tparam number number of a plan
-- @treturn string
function faults.describe(number)
   local words = {}
   for field, value in pairs(kinds[number]) do
      words[#words + 1] = field .. "=" .. words_of(value)
   end
   table.sort(words)
   return table.concat(words, " ")
end

return faults
