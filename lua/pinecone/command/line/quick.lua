-- Reads the command lines that most are, without argparse: to load and build that takes as long as to ask the service.
-- What is not as plain is argparse's to read, and to find fault with.

local options = require "pinecone.command.line.options"

local quick = {}

-- What an option and an argument may have to be plain.
local of_option = { text = true, short = true, hidden = true, argname = true, reads = true, default = true }
local of_argument = { name = true, optional = true }

local function has_only(row, known)
   for field in pairs(row) do
      if not known[field] then
         return false
      end
   end
   return true
end

local function by_spelling(entries)
   local names = {}
   for _, entry in ipairs(entries) do
      names[options.spelling(entry.name)] = entry.name
   end
   return names
end

-- The value of an option, and whether it is the next word; nil where the option is not plain, or its value is not.
local function value_of(name, next_word)
   local row = options.row(name)
   if not has_only(row, of_option) then
      return nil
   elseif not row.reads then
      return true, false
   end
   local is_value = next_word and next_word:sub(1, 1) ~= "-"
   return is_value and options.readers[row.reads](next_word) or nil, true
end

-- Whether these are the arguments that a verb takes, one word for each.
local function has_arguments(verb, parsed)
   for _, row in ipairs(verb.takes or {}) do
      if not has_only(row, of_argument) or not (parsed[row.name] or row.optional) then
         return false
      end
   end
   return true
end

local function has_what_is_needed(entries, parsed)
   for _, entry in ipairs(entries) do
      if entry.is_needed and parsed[entry.name] == nil then
         return false
      end
   end
   return true
end

-- Argparse gives none of what may be given several times as an empty table.
local function with_none_of_many(entries, parsed)
   for _, entry in ipairs(entries) do
      if options.row(entry.name).many then
         parsed[entry.name] = {}
      end
   end
   return parsed
end

--- Reads it.
-- @tparam table verb
-- @tparam table words
-- @tparam int place of the first word behind the verb
-- @treturn ?table the same as argparse gives, by name; nil where argparse is to be asked
function quick.read(verb, words, place)
   local entries = options.of(verb)
   local names, parsed, taken = by_spelling(entries), {}, 0
   while place <= #words do
      local word = words[place]
      local name, value, has_value = names[word], nil, false
      if name then
         value, has_value = value_of(name, words[place + 1])
      elseif not word:find "^%-" and word ~= "" then
         taken = taken + 1
         local row = verb.takes and verb.takes[taken] or {}
         name, value = row.name, word
      end
      if name == nil or value == nil or parsed[name] ~= nil then
         return nil
      end
      parsed[name], place = value, place + (has_value and 2 or 1)
   end
   local is_whole = has_arguments(verb, parsed) and has_what_is_needed(entries, parsed)
   return is_whole and with_none_of_many(entries, parsed) or nil
end

return quick
