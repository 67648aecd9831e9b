-- RFC 3339 times to seconds since 1970.

local calendar = require "pinecone.calendar"
local errors = require "pinecone.errors"

local function offset_seconds(text)
   if text == "Z" or text == "z" then
      return 0
   end
   local sign, hours, minutes = text:match("^([+-])(%d%d):(%d%d)$")
   if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then
      return nil
   end
   local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
   return sign == "-" and -seconds or seconds
end

local function in_range(year, month, day, hour, minute, second)
   return month >= 1 and month <= 12 and day >= 1 and day <= calendar.month_length(year, month)
      and hour <= 23 and minute <= 59 and second <= 60
end

local pattern = "^(%d%d%d%d)-(%d%d)-(%d%d)[Tt ](%d%d):(%d%d):(%d%d)(%.?%d*)(.+)$"

-- The text may be a server's, and the message may go into a log.
local function shown(text)
   if #text > 80 or text:find "%c" then
      return ("a text of %d bytes"):format(#text)
   end
   return "'" .. text .. "'"
end

local function refuse(text, problem)
   return nil, errors.new { kind = "invalid_argument", operation = "timestamp", message = shown(text) .. problem }
end

local function timestamp(text)
   if type(text) ~= "string" then
      errors.misuse(("timestamp: takes a string, got a %s"):format(type(text)))
   end
   local y, mo, d, h, mi, s, fraction, zone = text:match(pattern)
   local offset = zone and offset_seconds(zone)
   if not offset or not (fraction == "" or fraction:match("^%.%d%d?%d?%d?%d?%d?%d?%d?%d?$")) then
      return refuse(text, " is not an RFC 3339 time such as 2025-05-15T00:52:10.809354Z")
   end
   local year, month, day = tonumber(y), tonumber(mo), tonumber(d)
   local hour, minute, second = tonumber(h), tonumber(mi), tonumber(s)
   if not in_range(year, month, day, hour, minute, second) then
      return refuse(text, " names a time that does not exist")
   end
   local whole = calendar.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
   return fraction == "" and whole or whole + tonumber("0" .. fraction)
end

return timestamp
