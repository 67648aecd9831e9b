-- The name that a misspelled word was to be.

-- How many letters have to be changed, added, left out, or exchanged with the next one.
local function distance(one, other)
   local rows = { [-1] = {}, [0] = {} }
   for column = 0, #other do
      rows[0][column] = column
   end
   for row = 1, #one do
      rows[row] = { [0] = row }
      for column = 1, #other do
         local change = rows[row - 1][column - 1] + (one:byte(row) == other:byte(column) and 0 or 1)
         local least = math.min(rows[row - 1][column] + 1, rows[row][column - 1] + 1, change)
         if row > 1 and column > 1 and one:byte(row) == other:byte(column - 1)
            and one:byte(row - 1) == other:byte(column) then
            least = math.min(least, rows[row - 2][column - 2] + 1)
         end
         rows[row][column] = least
      end
   end
   return rows[#one][#other]
end

-- More is another word.
local MOST = 0.4

--- Finds it.
-- @tparam string word
-- @tparam table names a set
-- @treturn ?string
return function(word, names)
   local least, found = math.huge, nil
   for name in pairs(names) do
      if math.abs(#name - #word) < least then
         local length = distance(word, name)
         if length < least or length == least and name < found then
            least, found = length, name
         end
      end
   end
   return found and least <= math.max(1, MOST * #word) and found or nil
end
