--- A clock that can be moved forward by hand.
-- @module pinecone.emulator.clock

local clock = {}

--- Makes a clock on top of another one.
-- @tparam function source returns seconds since 1970
-- @treturn table `read()` gives the time, `advance(seconds)` moves it,
--   `reset()` goes back to the source's time
function clock.new(source)
   local offset = 0
   local made = {}

   function made.read()
      return source() + offset
   end

   function made.advance(seconds)
      offset = offset + seconds
   end

   function made.reset()
      offset = 0
   end

   return made
end

return clock
