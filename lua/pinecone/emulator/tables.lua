--- Small things that are done to tables everywhere.
-- @module pinecone.emulator.tables

local tables = {}

--- A shallow copy.
-- @tparam ?table original nil is as good as an empty one
-- @tparam[opt] table changes fields that the copy has in place of the original's
-- @treturn table
function tables.copy(original, changes)
   local copied = {}
   for key, value in pairs(original or {}) do
      copied[key] = value
   end
   for key, value in pairs(changes or {}) do
      copied[key] = value
   end
   return copied
end

--- Whether a value may be a list: a table that is empty or has a first element.
-- @param value
-- @treturn boolean
function tables.is_list(value)
   return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

--- The keys as strings, in order.
-- @tparam table object
-- @treturn table a sequence
function tables.names(object)
   local names = {}
   for key in pairs(object) do
      names[#names + 1] = tostring(key)
   end
   table.sort(names)
   return names
end

return tables
