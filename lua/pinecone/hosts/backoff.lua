-- For hosts that can sleep but not wait for a descriptor: how long to sleep before a call is stepped again.
--
-- With SHARE, an answer is noticed late by a tenth of the time that it took, and a fifth at most. Less would be dearer,
-- and for others, too: calls that began together and sleep little end together, in one burst that holds up the rest of
-- the process. "make bench-openresty" shows both.

local SHORTEST, LONGEST, SHARE = 0.001, 0.05, 0.2
local LONGEST_PAUSE = 1 -- somebody may close the client meanwhile

--- @param call
-- @tparam number waited the seconds for which it has been waited for
-- @treturn number seconds
local function backoff(call, waited)
   local milliseconds, descriptor = call:interest()
   local wanted = math.max(milliseconds / 1000, SHORTEST)
   if not descriptor then -- nothing happens before that
      return math.min(wanted, LONGEST_PAUSE)
   end
   return math.min(wanted, math.max(waited * SHARE, SHORTEST), LONGEST)
end

return backoff
