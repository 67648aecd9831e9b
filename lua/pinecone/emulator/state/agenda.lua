--- What will happen and when: events in order of time, as plain data.
-- @module pinecone.emulator.state.agenda

local agenda = {}

--- An empty agenda.
-- @treturn table
function agenda.new()
   return { events = {} }
end

--- Adds an event. Events of the same time happen in the order they were added.
-- @tparam table list
-- @tparam table event with `at`, seconds since 1970
function agenda.add(list, event)
   local events = list.events
   local low, high = 1, #events + 1
   while low < high do
      local middle = math.floor((low + high) / 2)
      if events[middle].at <= event.at then
         low = middle + 1
      else
         high = middle
      end
   end
   table.insert(events, low, event)
end

--- Takes the first event out when its time has come.
-- @tparam table list
-- @tparam number time
-- @treturn table the event, or nil
function agenda.take(list, time)
   local first = list.events[1]
   if first and first.at <= time then
      return table.remove(list.events, 1)
   end
end

return agenda
