-- The last thirty days in UTC, today as the last of them. No I/O.

local days = {}

days.COUNT = 30

local DAY = 86400
local AHEAD = 3600 -- seconds; the clocks of a service need not agree

--- Whether a time can be believed: clocks differ, but not by hours.
-- @tparam ?number time in seconds since 1970
-- @tparam number now
function days.is_credible(time, now)
   return time ~= nil and time <= now + AHEAD
end

--- The place of a time among the days: `days.COUNT` is today.
-- @tparam ?number time in seconds since 1970
-- @tparam number now
-- @treturn ?int nil for what is older, and for what cannot be believed
function days.place(time, now)
   if not days.is_credible(time, now) then
      return nil
   end
   local before_today = math.floor(now / DAY) - math.floor(time / DAY)
   if before_today >= days.COUNT then
      return nil
   end
   return days.COUNT - math.max(0, before_today)
end

--- Makes the days, with nothing in them.
-- @treturn table a sequence of `date` (such as 2026-04-24), `ready` and `failed` (how many backups)
function days.new(now)
   local list, today = {}, math.floor(now / DAY)
   for place = 1, days.COUNT do
      local began = (today - days.COUNT + place) * DAY
      list[place] = { date = os.date("!%Y-%m-%d", began), ready = 0, failed = 0 }
   end
   return list
end

--- What a day was like, for whoever draws it.
-- @treturn string `several` or `one` (good backups), `failed` (only such), or `none`
function days.kind(day)
   if day.ready > 0 then
      return day.ready > 1 and "several" or "one"
   end
   return day.failed > 0 and "failed" or "none"
end

local months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- A date as it is said: 2026-04-24 is 24 Apr.
function days.said(date)
   local month, day = date:match "^%d+%-(%d+)%-(%d+)$"
   return tonumber(day) .. " " .. months[tonumber(month)]
end

return days
