-- Command lines as pages show them: whether what they name is there. They are read, not run.

local checkout = require "support.checkout"
local foreign = require "support.foreign"
local line = require "pinecone.command.line"

local typed = {}

--- Those of this project, and what goes with them.
typed.programs = { make = true, ["pinecone-backup"] = true, ["."] = true }

-- The command's nouns, verbs and options ------------------------------------------------------------------------------

local function options_of(parser)
   local found = {}
   for _, option in ipairs(parser._options) do
      for _, spelling in ipairs(option._aliases) do
         found[spelling] = true
      end
   end
   return found
end

local function describe(parser)
   local described = { options = options_of(parser), commands = {}, is_whole = #parser._commands == 0, words = {} }
   for _, command in ipairs(parser._commands) do
      described.commands[command._name] = describe(command)
   end
   for _, argument in ipairs(parser._arguments) do
      for _, choice in ipairs(argument._choices or {}) do
         described.words[choice] = true
      end
   end
   return described
end

local whole = describe(line.whole_parser())

--- Nouns, verbs, and options of any command; each a set.
typed.nouns, typed.verbs, typed.options = whole.commands, {}, {}

local function gather(described)
   for spelling in pairs(described.options) do
      typed.options[spelling] = true
   end
   for name, command in pairs(described.commands) do
      typed.verbs[name] = described ~= whole and true or typed.verbs[name]
      gather(command)
   end
end

gather(whole)

-- What pinecone-backup is told ----------------------------------------------------------------------------------------

local function is_placeholder(word)
   return word:find "^[%[%u]" ~= nil or word == "..."
end

-- All commands of which one may be meant: `list|describe` are two, and `create --all` leaves out the noun.
local function meant_by(words)
   local commands, place = {}, 1
   local noun = whole.commands[words[1]]
   if noun then
      place = 2
   end
   if noun and (noun.is_whole or not words[2] or words[2]:find "^%-" or is_placeholder(words[2])) then
      return { noun }, place
   end
   for name in words[place]:gmatch "[^|]+" do
      local found = false
      for _, candidate in pairs(noun and { noun } or whole.commands) do
         if candidate.commands[name] then
            commands[#commands + 1], found = candidate.commands[name], true
         end
      end
      if not found then
         return nil, name, noun and noun.commands or typed.verbs
      end
   end
   return commands, place + 1
end

local function is_option_of_one(option, commands)
   for _, command in ipairs(commands) do
      if command.options[option] then
         return true
      end
   end
   return false
end

--- Checks what stands behind `pinecone-backup`.
-- @tparam table words
-- @treturn ?string the first word that is none
-- @treturn ?table what it could have been, a set
function typed.command(words)
   if #words == 0 or is_placeholder(words[1]) then
      return
   elseif words[1]:find "^%-" then
      return typed.option(words[1])
   end
   local commands, place, candidates = meant_by(words)
   if not commands then
      return place, candidates
   end
   for position = place, #words do
      local option = words[position]:match "^%-%-?%a[%w-]*"
      if option and not is_option_of_one(option, commands) then
         return option, commands[1].options
      end
      for choice in (next(commands[1].words) and not option and words[position] or ""):gmatch "[^|]+" do
         if not commands[1].words[choice] and not is_placeholder(choice) then
            return choice, commands[1].words
         end
      end
   end
end

--- Checks an option that stands without its command.
function typed.option(word)
   local option = word:match "^%-%-?%a[%w-]*"
   if not typed.options[option] then
      return option or word, typed.options
   end
end

-- make and files ------------------------------------------------------------------------------------------------------

local function file(word)
   local path = word:gsub("^%./", ""):gsub("[,;:]$", "")
   if path:find "^[/~$<\"']" or path:find "^%a+://" or path:find "%.%.%." then
      return
   elseif not path:find "/" and not path:find "%.%a" then
      return
   elseif not checkout.has(path) and not foreign[path] then
      return path, checkout.ends
   end
end

--- Checks a setting, `NAME=VALUE`.
function typed.setting(word)
   local name, value = word:match "^(%u[%u_%d]*)=(.*)$"
   if not (checkout.settings[name] or checkout.variables[name]) then
      return name, checkout.settings
   elseif name == "LUA" then
      return not checkout.luas[value] and value or nil, checkout.luas
   end
   return file(value)
end

--- Checks what stands behind `make`.
function typed.make(words)
   for _, word in ipairs(words) do
      if word:find "^%u[%u_%d]*=" then
         local wrong, candidates = typed.setting(word)
         if wrong then
            return wrong, candidates
         end
      elseif not word:find "^%-" and not checkout.targets[word] then
         return word, checkout.targets
      end
   end
end

-- Lines of a shell ----------------------------------------------------------------------------------------------------

-- Words in quotes are one.
local function words_of(text)
   local words = {}
   text = text:gsub("'[^']*'", "QUOTED"):gsub('"[^"]*"', "QUOTED")
   for word in text:gmatch "%S+" do
      words[#words + 1] = word
   end
   return words
end

local function rest_of(words, place)
   local rest = {}
   for position = place, #words do
      rest[#rest + 1] = words[position]
   end
   return rest
end

-- What lies in a folder of the checkout, and scripts; other files may be made by what stands there.
local function files_in(words, place)
   for position = place, #words do
      local wrong, candidates = file(words[position])
      if wrong and (wrong:find "%.lua$" or checkout.has(wrong:match "^([^/]+)/" or wrong)) then
         return wrong, candidates
      end
   end
end

local function part(text)
   local words, place = words_of(text), 1
   while words[place] and (words[place]:find "^%u[%u_%d]*=" or words[place] == "sudo") do
      place = place + 1
   end
   if words[place] == "pinecone-backup" then
      return typed.command(rest_of(words, place + 1))
   elseif words[place] == "make" then
      return typed.make(rest_of(words, place + 1))
   end
   if words[place] == "." and words[place + 1] then
      return file(words[place + 1])
   end
   return files_in(words, place)
end

--- Checks commands of a shell: what they say to make and to `pinecone-backup`, and the scripts that they run.
-- @tparam string text
-- @treturn ?string the first word that is none
-- @treturn ?table what it could have been, a set
function typed.shell(text)
   text = text:gsub("\\\n", " ")
   for line_of_text in text:gmatch "[^\n]+" do
      local plain = line_of_text:gsub("%s#%s.*", ""):gsub("^#.*", ""):gsub("[0-9&]*>+%s*%S+", "")
      for command in plain:gsub("[|&;()]+", "\n"):gmatch "[^\n]+" do
         local wrong, candidates = part(command)
         if wrong then
            return wrong, candidates
         end
      end
   end
end

return typed
