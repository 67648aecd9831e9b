-- Times of the API as seconds since 1970.

local pinecone = require "pinecone"

local TENTH_OF_A_MICROSECOND = 1e-7 -- what a double can still tell apart in this century

local function is_integer(value)
   return math.type == nil or math.type(value) == "integer"
end

describe("pinecone.timestamp", function()

   local whole = {
      { "1970-01-01T00:00:00Z", 0, "the beginning" },
      { "1969-12-31T23:59:59Z", -1, "the second before the beginning" },
      { "1900-03-01T00:00:00Z", -2203891200, "1900, which is no leap year" },
      { "2024-03-15T10:30:00Z", 1710498600, "the specification's form, without a fraction" },
      { "2026-04-24T06:00:00+00:00", 1777010400, "the next run of a schedule" },
      { "2024-02-29T00:00:00Z", 1709164800, "a leap day" },
      { "2024-03-01T00:00:00Z", 1709251200, "the day after a leap day" },
      { "2023-03-01T00:00:00Z", 1677628800, "the day after 28 February" },
      { "2000-02-29T12:00:00Z", 951825600, "the leap day of 2000" },
      { "2100-03-01T00:00:00Z", 4107542400, "2100, which is no leap year" },
      { "2025-12-31T23:59:59Z", 1767225599, "the last second of a year" },
      { "2026-01-01T00:00:00Z", 1767225600, "the first second of a year" },
      { "9999-12-31T23:59:59Z", 253402300799, "the last year" },
      { "2026-01-01T00:30:00+01:00", 1767223800, "an offset that leads into the year before" },
      { "2025-12-31T23:30:00-01:00", 1767227400, "an offset that leads into the year after" },
      { "2026-03-01T00:00:00+05:30", 1772303400, "half an hour of offset" },
      { "2026-03-01T00:00:00-09:30", 1772357400, "half an hour of negative offset" },
      { "2026-03-01T00:00:00-00:00", 1772323200, "an unknown offset" },
      { "2026-03-01T00:00:00+23:59", 1772236860, "the largest offset" },
      { "2016-12-31T23:59:60Z", 1483228800, "a leap second" },
      { "2024-03-15t10:30:00z", 1710498600, "lower-case letters" },
      { "2024-03-15 10:30:00Z", 1710498600, "a space between date and time" },
   }

   for _, case in ipairs(whole) do
      local text, seconds, what = case[1], case[2], case[3]
      it(("reads %s (%s)"):format(text, what), function()
         local value = assert(pinecone.timestamp(text))
         assert.equal(seconds, value)
         assert.is_true(is_integer(value))
      end)
   end

   local fractions = {
      { "2025-05-15T00:52:10.809305882Z", 0.809305882, "what create_backup answers" },
      { "2025-05-15T00:52:10.809354Z", 0.809354, "what describe_backup answers" },
      { "2025-05-15T00:52:10.809354+00:00", 0.809354, "what schedules answer" },
      { "2025-05-15T02:52:10.809+02:00", 0.809, "another offset" },
      { "2025-05-14T22:22:10.8-02:30", 0.8, "a negative offset" },
   }
   for digits = 1, 9 do
      local text = ("123456789"):sub(1, digits)
      fractions[#fractions + 1] = {
         "2025-05-15T00:52:10." .. text .. "Z", tonumber("0." .. text), digits .. " digits of fraction",
      }
   end

   for _, case in ipairs(fractions) do
      local text, fraction, what = case[1], case[2], case[3]
      it(("reads %s (%s)"):format(text, what), function()
         local value = assert(pinecone.timestamp(text))
         assert.near(1747270330 + fraction, value, TENTH_OF_A_MICROSECOND)
      end)
   end

   it("tells the two times of one backup apart", function()
      local created = pinecone.timestamp "2025-05-15T00:52:10.809305882Z"
      local described = pinecone.timestamp "2025-05-15T00:52:10.809354Z"
      assert.near(0.000048118, described - created, 1e-6)
   end)

   it("adds a fraction forwards, before 1970 too", function()
      assert.near(-0.75, pinecone.timestamp "1969-12-31T23:59:59.25Z", TENTH_OF_A_MICROSECOND)
   end)

   it("agrees with the system's calendar on every day from 1990 to 2040", function()
      local noon = 631195200 -- 1 January 1990
      while noon < 2208988800 do
         local text = os.date("!%Y-%m-%dT%H:%M:%SZ", noon)
         if pinecone.timestamp(text) ~= noon then
            assert.equal(noon, pinecone.timestamp(text), text)
         end
         noon = noon + 86400
      end
   end)

   local malformed = {
      { "", "no text" },
      { "yesterday", "a word" },
      { "1747270330", "seconds as text" },
      { "2025-05-15", "a date alone" },
      { "2025-05-15T00:52:10", "no offset" },
      { "2025-05-15T00:52Z", "no seconds" },
      { "2025-05-15T00:52:10.Z", "a point without digits" },
      { "2025-05-15T00:52:10.1234567890Z", "ten digits of fraction" },
      { "2025-05-15T00:52:10,5Z", "a comma" },
      { "2025-05-15T00:52:10123Z", "digits without a point" },
      { "2025-05-15T00:52:10.5", "a fraction without an offset" },
      { "2025-05-15T00:52:10.5.5Z", "two fractions" },
      { "2025-05-15T00:52:10+0200", "an offset without a colon" },
      { "2025-05-15T00:52:10+2:00", "an offset of three digits" },
      { "2025-05-15T00:52:10+24:00", "an offset of a whole day" },
      { "2025-05-15T00:52:10+01:60", "sixty minutes of offset" },
      { "2025-05-15T00:52:10Z+01:00", "two offsets" },
      { "2025-05-15T00:52:10ZZ", "something after the end" },
      { " 2025-05-15T00:52:10Z", "a space before" },
      { "25-05-15T00:52:10Z", "a year of two digits" },
      { "2025-5-15T00:52:10Z", "a month of one digit" },
      { "20250515T005210Z", "the basic form in the names of scheduled backups" },
      { "-025-05-15T00:52:10Z", "a sign before the year" },
   }

   for _, case in ipairs(malformed) do
      local text, what = case[1], case[2]
      it(("says that %s is no time"):format(what), function()
         local value, problem = pinecone.timestamp(text)
         assert.is_nil(value)
         assert.equal("invalid_argument", problem.kind)
         assert.is_truthy(problem.message:find(text, 1, true))
         assert.is_truthy(problem.message:find("RFC 3339", 1, true))
      end)
   end

   for _, text in ipairs { "2025-05-15T00:52:10Z\n", "\27[2Jred", "\0", ("9"):rep(81) } do
      it(("tells of %d bytes that would spoil a log by their number"):format(#text), function()
         local value, problem = pinecone.timestamp(text)
         assert.is_nil(value)
         assert.equal(("a text of %d bytes is not an RFC 3339 time such as 2025-05-15T00:52:10.809354Z"):format(#text),
            problem.message)
      end)
   end

   local impossible = {
      { "2025-02-29T00:00:00Z", "29 February of a common year" },
      { "2100-02-29T00:00:00Z", "29 February 2100" },
      { "2025-04-31T00:00:00Z", "31 April" },
      { "2025-01-32T00:00:00Z", "32 January" },
      { "2025-01-00T00:00:00Z", "day 0" },
      { "2025-00-01T00:00:00Z", "month 0" },
      { "2025-13-01T00:00:00Z", "month 13" },
      { "2025-01-01T24:00:00Z", "hour 24" },
      { "2025-01-01T00:60:00Z", "minute 60" },
      { "2025-01-01T00:00:61Z", "second 61" },
   }

   for _, case in ipairs(impossible) do
      local text, what = case[1], case[2]
      it("says that there is no " .. what, function()
         local value, problem = pinecone.timestamp(text)
         assert.is_nil(value)
         assert.is_truthy(problem.message:find(text, 1, true))
         assert.is_truthy(problem.message:find("does not exist", 1, true))
      end)
   end

   for _, value in ipairs { 1747270330, true, {}, print } do
      it("raises for a " .. type(value), function()
         local good, message = pcall(pinecone.timestamp, value)
         assert.is_false(good)
         assert.is_truthy(message:find("timestamp: takes a string, got a " .. type(value), 1, true))
      end)
   end

   it("raises for nothing, at the line of the caller", function()
      local good, message = pcall(function()
         local seconds = pinecone.timestamp(nil)
         return seconds
      end)
      assert.is_false(good)
      assert.is_truthy(message:find("01-timestamp_spec.lua:", 1, true))
      assert.is_truthy(message:find("got a nil", 1, true))
   end)
end)
