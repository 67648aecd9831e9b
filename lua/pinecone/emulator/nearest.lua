--- The names most like a misspelled one.
-- @module pinecone.emulator.nearest

-- How many letters have to be changed, added or left out.
local function distance(one, other)
   local above = {}
   for column = 0, #other do
      above[column] = column
   end
   for row = 1, #one do
      local line = { [0] = row }
      for column = 1, #other do
         local change = one:byte(row) == other:byte(column) and 0 or 1
         line[column] = math.min(above[column] + 1, line[column - 1] + 1, above[column - 1] + change)
      end
      above = line
   end
   return above[#other]
end

-- Longer words are no misspelled names, and would take long.
local LONGEST_WORD = 40

-- A part of fewer letters stands in a word by chance.
local SHORTEST_PART = 3

local function is_part(part, whole)
   return #part >= SHORTEST_PART and whole:find(part, 1, true) ~= nil
end

local function likeness(word, name)
   if is_part(word, name) or is_part(name, word) then
      return 0
   end
   return distance(word, name) / math.max(#word, #name)
end

--- Finds the names most like a word.
-- @function nearest
-- @tparam string word
-- @tparam table names
-- @treturn string at most three, such as `a, b`; nil when none is like it
return function(word, names)
   local alike = {}
   for _, name in ipairs(#word <= LONGEST_WORD and names or {}) do
      local value = likeness(word:lower(), name)
      if value <= 0.4 and word ~= "" then
         alike[#alike + 1] = { name = name, value = value }
      end
   end
   table.sort(alike, function(one, other)
      return one.value < other.value or one.value == other.value and one.name < other.name
   end)
   local found = {}
   for position = 1, math.min(3, #alike) do
      found[position] = alike[position].name
   end
   return #found > 0 and table.concat(found, ", ") or nil
end
