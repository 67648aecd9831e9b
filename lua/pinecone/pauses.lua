-- How long to wait between two looks at something that takes an unknown time: little at first, then ever more.

local FIRST, GROWTH = 0.25, 1.5

--- Makes a function that gives the next pause.
-- @tparam number longest seconds
-- @treturn function gives seconds
local function growing(longest)
   local pause = FIRST / GROWTH
   return function()
      pause = math.min(pause * GROWTH, longest)
      return pause
   end
end

return { growing = growing }
