--- Dates in UTC, computed without the operating system.
-- Times are seconds since 1970 as numbers, possibly with a fraction.
-- @module pinecone.emulator.calendar

local calendar = {}

calendar.DAY = 86400

local WEEKDAYS = { [0] = "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" }
local MONTHS = {
   "Jan", "Feb", "Mar", "Apr", "May", "Jun",
   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
}
local floor = math.floor

-- Days since 1970 of a date; the era of 400 years starts on 1 March so that
-- the leap day is the last day of its year.
local function days_from_date(year, month, day)
   if month <= 2 then
      year = year - 1
   end
   local era = floor(year / 400)
   local year_of_era = year - era * 400
   local day_of_year = floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
   local day_of_era = year_of_era * 365 + floor(year_of_era / 4)
      - floor(year_of_era / 100) + day_of_year
   return era * 146097 + day_of_era - 719468
end

local function date_from_days(days)
   local shifted = days + 719468
   local era = floor(shifted / 146097)
   local day_of_era = shifted - era * 146097
   local year_of_era = floor((day_of_era - floor(day_of_era / 1460)
      + floor(day_of_era / 36524) - floor(day_of_era / 146096)) / 365)
   local day_of_year = day_of_era
      - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
   local march_month = floor((5 * day_of_year + 2) / 153)
   local day = day_of_year - floor((153 * march_month + 2) / 5) + 1
   local month = march_month < 10 and march_month + 3 or march_month - 9
   local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
   return year, month, day
end

--- Splits a time into its parts.
-- @tparam number time
-- @treturn table year, month, day, hour, minute, second, microsecond, weekday
--   (0 is Thursday, the day of the epoch)
function calendar.parts(time)
   local micros = floor(time * 1e6 + 0.5)
   local seconds = floor(micros / 1000000)
   local days = floor(seconds / calendar.DAY)
   local rest = seconds - days * calendar.DAY
   local year, month, day = date_from_days(days)
   return {
      year = year, month = month, day = day, weekday = days % 7,
      hour = floor(rest / 3600), minute = floor(rest / 60) % 60,
      second = rest % 60, microsecond = micros - seconds * 1000000,
   }
end

--- The time of a date.
-- @tparam table date year, month, day and optionally hour, minute, second
-- @treturn number
function calendar.time(date)
   return days_from_date(date.year, date.month, date.day) * calendar.DAY
      + (date.hour or 0) * 3600 + (date.minute or 0) * 60 + (date.second or 0)
end

--- The number of days of a month.
-- @tparam number year
-- @tparam number month
-- @treturn number
function calendar.days_in_month(year, month)
   local next_year, next_month = year, month + 1
   if next_month > 12 then
      next_year, next_month = year + 1, 1
   end
   return days_from_date(next_year, next_month, 1) - days_from_date(year, month, 1)
end

local function seconds_text(parts)
   return ("%04d-%02d-%02dT%02d:%02d:%02d"):format(parts.year, parts.month,
      parts.day, parts.hour, parts.minute, parts.second)
end

--- `2025-05-15T00:52:10.809354` and a suffix.
-- @tparam number time
-- @tparam string suffix what follows the six digits, such as `Z`
-- @treturn string
function calendar.microseconds(time, suffix)
   local parts = calendar.parts(time)
   return ("%s.%06d%s"):format(seconds_text(parts), parts.microsecond, suffix)
end

--- `2026-04-24T06:00:00` and a suffix; a fraction is cut off.
-- @tparam number time
-- @tparam string suffix
-- @treturn string
function calendar.seconds(time, suffix)
   return seconds_text(calendar.parts(floor(time))) .. suffix
end

--- `20260424T060000Z`, the basic form in the names of scheduled backups.
-- @tparam number time
-- @treturn string
function calendar.basic(time)
   return (calendar.seconds(time, "Z"):gsub("[-:]", ""))
end

--- `Thu, 23 Apr 2026 16:36:51 GMT`, the form of the Date header.
-- @tparam number time
-- @treturn string
function calendar.http(time)
   local parts = calendar.parts(floor(time))
   return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(WEEKDAYS[parts.weekday],
      parts.day, MONTHS[parts.month], parts.year, parts.hour, parts.minute,
      parts.second)
end

return calendar
