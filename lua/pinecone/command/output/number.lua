-- Numbers as JSON and scripts have them: 1000000, never 1e+06.

local number = {}

local WHOLE = 1e21 -- beyond it, digits would only pretend

-- The shortest text that is read as the same number.
local function shortest(value)
   for digits = 15, 17 do
      local written = ("%%.%dg"):format(digits):format(value)
      if tonumber(written) == value then
         return written
      end
   end
   return tostring(value)
end

--- Writes a number.
-- @tparam number value
-- @treturn string what is read as the same number
function number.written(value)
   if math.type and math.type(value) == "integer" then
      return ("%d"):format(value)
   elseif value % 1 ~= 0 or math.abs(value) >= WHOLE then
      return shortest(value)
   end
   return value == 0 and "0" or ("%.0f"):format(value)
end

return number
