--- A set of rows that remembers the order in which they were added.
-- Plain data, so that a whole state can be written to a file.
-- @module pinecone.emulator.state.rows

local rows = {}

--- An empty set.
-- @treturn table
function rows.new()
   return { by_key = {}, order = {} }
end

--- Adds a row at the end.
-- @tparam table set
-- @tparam string key
-- @tparam table row
-- @treturn table the row
function rows.add(set, key, row)
   set.by_key[key] = row
   set.order[#set.order + 1] = key
   return row
end

--- Looks a row up.
-- @tparam table set
-- @tparam string key
-- @treturn table or nil
function rows.get(set, key)
   return set.by_key[key]
end

--- Removes a row.
-- @tparam table set
-- @tparam string key
function rows.remove(set, key)
   set.by_key[key] = nil
   for position, candidate in ipairs(set.order) do
      if candidate == key then
         table.remove(set.order, position)
         return
      end
   end
end

--- The number of rows.
-- @tparam table set
-- @treturn number
function rows.count(set)
   return #set.order
end

--- The rows that a test accepts, in the order they were added.
-- @tparam table set
-- @tparam[opt] function test
-- @treturn table a sequence
function rows.select(set, test)
   local found = {}
   for _, key in ipairs(set.order) do
      local row = set.by_key[key]
      if not test or test(row) then
         found[#found + 1] = row
      end
   end
   return found
end

--- One field of each row, as messages list it: `'a', 'b'`.
-- @tparam table list of rows
-- @tparam string field
-- @treturn string
function rows.quoted(list, field)
   local words = {}
   for position, row in ipairs(list) do
      words[position] = "'" .. row[field] .. "'"
   end
   return table.concat(words, ", ")
end

--- The same rows, last first.
-- @tparam table list
-- @treturn table
function rows.reversed(list)
   local turned = {}
   for position = #list, 1, -1 do
      turned[#turned + 1] = list[position]
   end
   return turned
end

return rows
