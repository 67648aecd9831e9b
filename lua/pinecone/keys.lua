-- The keys of a table, in the order of the alphabet: pairs gives them in another one each time.

local keys = {}

--- @treturn table a sequence
function keys.sorted(set)
   local list = {}
   for name in pairs(set) do
      list[#list + 1] = name
   end
   table.sort(list)
   return list
end

return keys
