-- Texts of times: refused, or the same number that the C library's calendar gives.

local fuzz = ...
local promises = require "promises"
local timestamp = require "pinecone.timestamp"

fuzz.watch_lines()

return function(input)
   if input:find(promises.api_key, 1, true) then -- it is shown as it is
      return
   end
   local value, err = timestamp(input)
   if value == nil then
      promises.check_failure(err, "timestamp")
   end
   if value ~= fuzz.seconds(input) then
      promises.fail("%q is %s, not %s", input, tostring(value), tostring(fuzz.seconds(input)))
   end
   if value and not input:find(".", 1, true) and math.type and math.type(value) ~= "integer" then
      promises.fail("%q is no integer", input)
   end
end
