-- Reads the command line. Only what is asked for is loaded and described: a command starts in milliseconds.

local exits = require "pinecone.command.exits"
local nouns = require "pinecone.command.nouns"
local options = require "pinecone.command.line.options"
local quick = require "pinecone.command.line.quick"

local line = {}

local function row_of(name)
   for _, row in ipairs(nouns.list) do
      if row.name == name then
         return row
      end
   end
end

-- The words that are neither options nor their values: the noun, the verb, and what it takes.
local function plain_words(words)
   local plain, is_value = {}, false
   for _, word in ipairs(words) do
      local is_option = word:find "^%-" ~= nil
      if not is_option and not is_value then
         plain[#plain + 1] = word
      end
      is_value = is_option and options.takes_value(word)
   end
   return plain
end

--- The row of the noun that was typed; an empty one where there is none.
function line.noun(words)
   return row_of(plain_words(words)[1]) or {}
end

local function verb_of(noun, name)
   for _, verb in ipairs(noun.verbs or {}) do
      if verb.name == name then
         return verb
      end
   end
   return not noun.verbs and noun or nil
end

local function read_quickly(row, words)
   local noun = row.name and row.name == words[1] and nouns.load(row.name)
   local verb = noun and not noun.describe and verb_of(noun, words[2])
   local parsed = verb and quick.read(verb, words, noun.verbs and 3 or 2)
   if parsed then
      parsed.noun, parsed.verb = words[1], noun.verbs and words[2] or nil
      return verb, parsed
   end
end

-- Argparse looks for what may have been meant, for minutes where a word is long enough.
local LONGEST_WORD = 10000

local function too_long(words)
   for _, word in ipairs(words) do
      if #word > LONGEST_WORD then
         return exits.misuse(("a word of the command line is %d bytes long, and begins with '%s'"):format(#word,
            word:sub(1, 20)))
      end
   end
end

local function new_parser(parser, row, words)
   local function load(name)
      return name == row.name and nouns.load(name) or nil
   end
   return parser.new(nouns.list, load, plain_words(words)[2] or "")
end

local function read_with_argparse(row, words)
   local long = too_long(words)
   if long then
      return nil, long
   end
   local parser = require "pinecone.command.line.parser"
   local whole, described = new_parser(parser, row, words)
   local understood, parsed = whole:pparse(words)
   if understood then
      return verb_of(nouns.load(parsed.noun), parsed.verb), parsed
   end
   return nil, parser.misuse(whole, described, words, parsed)
end

--- Reads it.
-- @tparam table words
-- @treturn[1] table the verb
-- @treturn[1] table its arguments
-- @treturn[2] nil
-- @treturn[2] table the error
function line.read(words)
   local row = line.noun(words)
   local verb, parsed = read_quickly(row, words)
   if verb then
      return verb, parsed
   end
   return read_with_argparse(row, words)
end

--- What would have been right, for words that were not.
-- @treturn string
function line.usage(words)
   local parser = require "pinecone.command.line.parser"
   local whole, described = new_parser(parser, line.noun(words), words)
   return parser.usage(whole, described, words)
end

--- The parser of everything, which takes longer.
-- @treturn table argparse's
function line.whole_parser()
   return (require "pinecone.command.line.parser".new(nouns.list, nouns.load))
end

return line
