-- Dates in UTC as days since 1970, without the system's calendar and its time zone. No I/O.

local floor = math.floor

local calendar = {}

local month_lengths = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_leap(year)
   return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

--- How many days a month has.
function calendar.month_length(year, month)
   return (month == 2 and is_leap(year)) and 29 or month_lengths[month]
end

-- 1 March of the year 0. Years are counted from March, so that the leap day comes last.
local FIRST_OF_MARCH = -719468

-- Days from that day to 1 March of a year.
local function days_before(year)
   return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400)
end

-- Days from 1 March to the first day of a month: 0 is March, 11 February.
local function days_before_month(month)
   return floor((153 * month + 2) / 5)
end

--- The days from 1 January 1970 to a date.
function calendar.days(year, month, day)
   local shifted = month > 2 and year or year - 1
   return days_before(shifted) + days_before_month((month + 9) % 12) + day - 1 + FIRST_OF_MARCH
end

--- The date so many days after 1 January 1970.
-- @tparam int days
-- @treturn int the year
-- @treturn int the month
-- @treturn int the day
function calendar.date(days)
   local since = days - FIRST_OF_MARCH
   -- Leap days come up to one and a half days later than evenly: never a year too low, at most one too high.
   local year = floor((since + 2) / 365.2425)
   if days_before(year) > since then
      year = year - 1
   end
   local day_of_year = since - days_before(year)
   local month = floor((5 * day_of_year + 2) / 153)
   local day = day_of_year - days_before_month(month) + 1
   if month < 10 then
      return year, month + 3, day
   end
   return year + 1, month - 9, day
end

return calendar
