-- What belongs together on the command line. An option that would have no effect is refused: whoever wrote it meant
-- something by it.

local exits = require "pinecone.command.exits"
local options = require "pinecone.command.line.options"

local rules = {}

local function is_given(value)
   return value ~= nil and not (type(value) == "table" and next(value) == nil) -- none of an argument of many
end

-- How many of the names that stand in a rule from a place on.
local function count_given(rule, first, arguments)
   local count = 0
   for place = first, #rule do
      count = count + (is_given(arguments[rule[place]]) and 1 or 0)
   end
   return count
end

local function spelled(rule, first)
   local words = {}
   for place = first, #rule do
      words[#words + 1] = options.spelling(rule[place])
   end
   return table.concat(words, " or ")
end

-- Each takes a rule and the arguments, and gives what is wrong.
local checks = {}

function checks.one_of(rule, arguments)
   local count = count_given(rule, 2, arguments)
   return count == 0 and rule.message or count > 1 and rule.message .. "; not both" or nil
end

function checks.some_of(rule, arguments)
   return count_given(rule, 2, arguments) == 0 and rule.message or nil
end

function checks.needs(rule, arguments)
   if is_given(arguments[rule[2]]) and count_given(rule, 3, arguments) == 0 then
      return rule.message or ("%s has no effect without %s"):format(options.spelling(rule[2]), spelled(rule, 3))
   end
end

function checks.excludes(rule, arguments)
   if is_given(arguments[rule[2]]) and is_given(arguments[rule[3]]) then
      return ("%s and %s exclude each other: leave one out"):format(
         options.spelling(rule[2]), options.spelling(rule[3]))
   end
end

--- Finds what does not belong together.
-- @tparam table list a sequence of rules, with names of options and arguments: `{ "one_of", NAME, ..., message = }`,
--   `{ "some_of", NAME, ..., message = }`, `{ "needs", NAME, NAME, ..., message = }` (the first has no effect without
--   one of the others) and `{ "excludes", NAME, NAME }`
-- @tparam table arguments as they were understood
-- @treturn ?table the error, nil where all is well
function rules.broken(list, arguments)
   for _, rule in ipairs(list) do
      local message = checks[rule[1]](rule, arguments)
      if message then
         return exits.misuse(message)
      end
   end
end

return rules
