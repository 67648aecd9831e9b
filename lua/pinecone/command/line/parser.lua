-- From tables of nouns and verbs to parsers of argparse, and so to help and completion.

local argparse = require "argparse"
local exits = require "pinecone.command.exits"
local options = require "pinecone.command.line.options"
local stdout = require "pinecone.command.output.stdout"

local parser = {}

local PROGRAM = "pinecone-backup"
local WIDTH = 80

local function shown_name(name)
   return (name:upper():gsub("_", "-"))
end

local function argument_of(row)
   local shown = row.choices and table.concat(row.choices, "|") or shown_name(row.name)
   if row.many then
      shown = shown .. "..."
   end
   return (row.optional or row.many) and "[" .. shown .. "]" or shown
end

local function usage_of(path, verb)
   local words = { "Usage:", PROGRAM, path, #options.of(verb) > 0 and "[OPTIONS]" or nil }
   for _, row in ipairs(verb.takes or {}) do
      words[#words + 1] = argument_of(row)
   end
   return table.concat(words, " ")
end

local function non_empty(name)
   return function(word)
      if word == "" then
         return nil, shown_name(name) .. " must not be empty"
      end
      return word
   end
end

local function add_argument(to, row)
   local argument = to:argument(row.name):hidden(true) -- the usage shows it
   if row.many then
      argument:args "*"
   elseif row.optional then
      argument:args "?"
   end
   if row.choices then
      argument:choices(row.choices)
   end
   argument:convert(non_empty(row.name))
end

-- A line that begins with a space goes on with the one before.
local function example_of(verb)
   local lines = {}
   for line in verb.example:gmatch "[^\n]+" do
      local head = lines[1] and "         " or "Example: "
      lines[#lines + 1] = head .. (line:find "^ " and line or PROGRAM .. " " .. line)
   end
   return table.concat(lines, "\n")
end

-- argparse's own would exit 0 also where nothing could be written.
local function add_help(to)
   to:add_help { hidden = true, action = function() stdout.end_with(to:get_help()) end }
end

local function describe_verb(to, path, verb)
   to:usage(usage_of(path, verb)):description(verb.about or verb.summary)
   to:help_max_width(WIDTH):help_description_margin(27)
   add_help(to)
   for _, row in ipairs(verb.takes or {}) do
      add_argument(to, row)
   end
   for _, entry in ipairs(options.of(verb)) do
      options.add(to, entry)
   end
   to:epilog(example_of(verb))
end

local function describe_noun(to, noun, verb_name)
   if noun.describe then
      noun.describe(to)
      return
   elseif not noun.verbs then
      describe_verb(to, noun.name, noun)
      return
   end
   to:usage(("Usage: %s %s COMMAND ..."):format(PROGRAM, noun.name)):description(noun.summary):help_max_width(WIDTH)
   to:command_target "verb":require_command(true):help_description_margin(15)
   for _, verb in ipairs(noun.verbs) do
      local described = to:command(verb.name):summary(verb.summary):target "verb" -- not one of its own name
      if verb_name == nil or verb_name == verb.name then
         describe_verb(described, noun.name .. " " .. verb.name, verb)
      end
   end
   to:epilog(example_of { example = noun.verbs[1].example })
end

local epilog = [[
Of every command that asks the service:
   --json, --verbose       Print JSON; tell of each request on standard error.
   --api-key-file FILE     Read the API key there, not in PINECONE_API_KEY.
   --host URL              Ask this control plane, in --api-version VERSION.
   --request-timeout TIME  Give each request so long (default: 60s).

Exit codes: 0 ok, 1 failure, 2 usage, 3 partial, 10 not found, 11 conflict,
12 key, 13 quota, 14 timed out, 15 job failed, 130 interrupted; check: 0 to 3.
Example: pinecone-backup backup create movies --wait]]

--- Makes the parser of the whole command.
-- @tparam table nouns a sequence of `name` and `summary`
-- @tparam function module_of takes a noun's name and gives its module, nil where it is not to be described
-- @tparam[opt] string verb_name the only verb whose arguments are described, as that takes time; default: all
-- @treturn table argparse's
-- @treturn table the parsers of the nouns, by name
function parser.new(nouns, module_of, verb_name)
   local whole = argparse(PROGRAM, "Back up and restore Pinecone indexes.", epilog)
   whole:usage(("Usage: %s [--help] [--version] COMMAND ..."):format(PROGRAM)):help_max_width(WIDTH)
   add_help(whole)
   whole:flag("--version", "Show the version and exit."):hidden(true):action(function()
      stdout.end_with(PROGRAM .. " " .. require "pinecone"._VERSION)
   end)
   whole:command_target "noun":require_command(true):help_description_margin(15)
   local described = {}
   for _, row in ipairs(nouns) do
      described[row.name] = whole:command(row.name):summary(row.summary):target "noun"
      add_help(described[row.name])
      local noun = module_of(row.name)
      if noun then
         noun.name, noun.summary = row.name, noun.summary or row.summary
         describe_noun(described[row.name], noun, verb_name)
      end
   end
   return whole, described
end

-- Usage errors --------------------------------------------------------------------------------------------------------

-- The parser of the noun or the verb that was typed, as far as it is one.
local function closest(whole, described, arguments)
   local noun = described[arguments[1]]
   for _, verb in ipairs(noun and noun._commands or {}) do
      if verb._name == arguments[2] then
         return verb
      end
   end
   return noun or whole
end

local function names_of_commands(of)
   local names = {}
   for place, command in ipairs(of._commands) do
      names[place] = command._name
   end
   return table.concat(names, ", ")
end

-- Argparse's words, on one line, with what else is known.
local function message_of(problem, of)
   local message = problem:gsub("\nDid you mean", "; did you mean")
   if message:find "^unknown option '%-.'" then
      return (message:gsub("; did.*", "")) -- all short ones are alike
   elseif #of._commands > 0 and message:find "^unknown option" and not message:find "; did" then
      return message .. "; options stand at the end, behind the command"
   elseif message:find "^missing argument" then
      return shown_name(message:match "'(.-)'") .. " is missing"
   elseif message == "a command is required" then
      return "a command is required: " .. names_of_commands(of)
   end
   return message
end

--- The usage that fits best what was typed.
-- @tparam table whole what `new` gives
-- @tparam table described
-- @tparam table arguments the words
-- @treturn string
function parser.usage(whole, described, arguments)
   return closest(whole, described, arguments):get_usage()
end

--- The error for words that are not understood.
-- @tparam table whole what `new` gives
-- @tparam table described
-- @tparam table arguments the words
-- @tparam string problem what argparse says
-- @treturn table
function parser.misuse(whole, described, arguments, problem)
   return exits.misuse(message_of(problem, closest(whole, described, arguments)))
end

return parser
