-- Texts of times: refused, or the same number that the C library's calendar gives.

local fuzz = ...
local promises = require "promises"
local timestamp = require "pinecone.timestamp"

fuzz.watch_lines()

local function check(text)
   local value, err = timestamp(text)
   if value == nil then
      promises.check_failure(err, "timestamp")
   end
   if value ~= fuzz.seconds(text) then
      promises.fail("%q is %s, not %s", text, tostring(value), tostring(fuzz.seconds(text)))
   end
   if value and not text:find(".", 1, true) and math.type and math.type(value) ~= "integer" then
      promises.fail("%q is no integer", text)
   end
end

local years = { 0, 1, 4, 100, 400, 1900, 1969, 1970, 2000, 2024, 2025, 2100, 9999 }
local fractions = { "", "", ".5", ".123456789" }

-- A text of the right form, whose numbers may be just too large.
local function well_formed(input)
   local function number(position, limit)
      return (input:byte(position) or 0) % (limit + 1)
   end
   local year = years[number(1, #years) + 1] or number(2, 99) * 100 + number(3, 99)
   local zone = number(10, 1) == 0 and "Z"
      or ("%s%02d:%02d"):format(number(10, 3) == 1 and "+" or "-", number(11, 24), number(12, 60))
   return ("%04d-%02d-%02dT%02d:%02d:%02d%s%s"):format(year, number(4, 13), number(5, 32), number(6, 24),
      number(7, 60), number(8, 61), fractions[number(9, 3) + 1], zone)
end

return function(input)
   check(well_formed(input))
   if not input:find(promises.api_key, 1, true) then -- the text is shown as it is
      check(input)
   end
end
