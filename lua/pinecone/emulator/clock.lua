--- The emulator's clock: as fast or slow as wanted, and moved forward by hand.
-- @module pinecone.emulator.clock

local calendar = require("pinecone.emulator.calendar")

local clock = {}

--- Where every clock ends: dates beyond the year 9999 cannot be written.
clock.LAST = calendar.time({ year = 9999, month = 12, day = 31 })

--- Makes a clock on top of another one, at that one's time.
-- @tparam function source returns seconds since 1970
-- @tparam[opt=1] number speed how many seconds pass in one of the source's; 0
--   stands still
-- @treturn table functions: `read()` gives the time, `advance(seconds)` moves
--   it, `reset()` goes back to the source's time, `hold(time)` stops it at a
--   time until `hold(nil)`, `save()` gives plain data for `restore(saved)`
function clock.new(source, speed)
   speed = speed or 1
   local made = {}
   -- The clock showed `shown` when the source showed `real`.
   local real, shown, held

   local function at(now)
      return held or math.min(shown + (now - real) * speed, clock.LAST)
   end

   function made.read()
      return at(source())
   end

   function made.advance(seconds)
      shown = shown + seconds
   end

   function made.reset()
      real = source()
      shown, held = real, nil
   end

   function made.hold(time)
      held = time
   end

   function made.save()
      local now = source()
      return { emulated = at(now), real = now }
   end

   -- Goes on as if it had run all the time, but not backwards when the source
   -- was set back meanwhile.
   function made.restore(saved)
      real = source()
      shown, held = saved.emulated + math.max(0, real - saved.real) * speed, nil
   end

   made.reset()
   return made
end

return clock
