-- Names that nobody had to think of, and that nobody else has.

local core = require "pinecone.core"
local timestamp = require "pinecone.timestamp"

local LONGEST = 45 -- bytes, of an index's name and of a backup's
local LETTERS = "bcdfghjkmnpqrstvwxz" -- without vowels they spell nothing
local RANDOM_LETTERS = 8

local function random_letters()
   local letters = {}
   for place = 1, RANDOM_LETTERS do
      local number = math.floor(core.random() * #LETTERS) + 1
      letters[place] = LETTERS:sub(number, number)
   end
   return table.concat(letters)
end

--- Makes a name that indexes and backups may have: a stem, the time in UTC and some random letters.
-- @tparam string stem what it is to begin with; cut where it is too long
-- @treturn string such as `movies-20260424-060000-xkwqzbtf`
local function unique(stem)
   local tail = os.date "!-%Y%m%d-%H%M%S-" .. random_letters()
   stem = stem:lower():gsub("[^%l%d]", "-"):sub(1, LONGEST - #tail):gsub("^%-+", ""):gsub("%-+$", "")
   return ((stem .. tail):gsub("^%-", ""))
end

local DRILL = "drill-"

--- Makes a name for the index of a drill.
local function of_drill(index_name)
   return unique(DRILL .. index_name)
end

local year, two, letter = "(%d%d%d%d)", "(%d%d)", "%l"
local drill_pattern = "^drill%-.*" .. year .. two .. two .. "%-" .. two .. two .. two .. "%-"
   .. letter:rep(RANDOM_LETTERS) .. "$"

--- Whether an index has such a name: it is there for minutes, and nobody backs it up.
-- @treturn boolean
-- @treturn ?int when it was named so, in seconds since 1970
local function is_of_drill(name)
   local y, mo, d, h, mi, s = name:match(drill_pattern)
   local time = y and timestamp(("%s-%s-%sT%s:%s:%sZ"):format(y, mo, d, h, mi, s)) or nil
   return time ~= nil, time
end

return {
   LONGEST_STEM = LONGEST - #"-20260424-060000-" - RANDOM_LETTERS,
   unique = unique, of_drill = of_drill, is_of_drill = is_of_drill,
}
