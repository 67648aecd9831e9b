-- What the code within the lines of a page speaks of, and whether that is there. Each word must be known to something:
-- the library, the command, make, the checkout, or the list of what others have.

local checkout = require "support.checkout"
local closest = require "support.closest"
local expressions = require "support.expressions"
local foreign = require "support.foreign"
local names = require "support.names"
local routes = require "pinecone.emulator.api.routes"
local typed = require "support.typed"

local mentions = {}

-- Kinds of code -------------------------------------------------------------------------------------------------------

local function words_of(code)
   local words = {}
   for word in code:gmatch "%S+" do
      words[#words + 1] = word
   end
   return words
end

-- First parts of paths: of the API's, of those that examples/openresty/ answers, of a system's.
local first_parts = {}
for word in ("backups restore metrics dev etc home opt proc run sys tmp usr var"):gmatch "%S+" do
   first_parts[word] = true
end
for _, plane in pairs(routes.planes) do
   for _, route in ipairs(plane) do
      first_parts[route.template:match "^/([^/]*)"] = true
   end
end

local function check_path(path)
   local action = path:match "^/_emulator/(%a*)"
   if action then
      return action ~= "" and not checkout.literals[action] and not names.find(action) and path
   end
   local first = path:match "^/([%w._-]*)"
   return not first_parts[first] and first, first_parts
end

local function check_quoted(code, locals)
   for word in code:gmatch '"([%w_-]+)"' do
      if not (checkout.literals[word] or expressions.is_known(word, locals)) then
         return word
      end
   end
end

local function check_file(word)
   local path = word:gsub("^%./", "")
   if not checkout.has(path) then
      return path, checkout.ends
   end
end

local function check_word(word, locals)
   if not expressions.is_known(word, locals) then
      return word
   end
end

-- In turn, until one takes it: a pattern, and what checks it. Nothing there means that all of them are right.
local kinds = {
   { "^[%d.:-]+$" }, -- versions, times
   { "^%d+%.%d+%.%d+%.%d+:" }, -- addresses
   { "^%a+://" }, -- URLs
   { "^%p+$" },
   { "^%u+ /", function(code) return check_path(code:match "^%u+ (%S+)") end }, -- requests
   { "^/", check_path },
   { "^%u[%w-]*: ", function(code) return not foreign[code:match "^[^:]+"] and code end }, -- headers
   { "^{%s*\"", check_quoted },
   { "^\"[^\"]*\"$", check_quoted },
   { "^%-", function(code) return typed.option(code) end },
   { "^%.%s+", function(code) return typed.shell(code) end },
   { "^%u[%u_%d]*=%S*$", function(code) return typed.setting(code) end },
   { "^%u[%u_%d]*=.* ", function(code)
      local program = code:gsub("^[%u_%d]+=%S+%s+", ""):match "%S+"
      if not (foreign[program] or typed.programs[program] or checkout.luas[program]) then
         return program
      end
      return typed.shell(code)
   end },
   { "^[%w_]+_%*$", function(code) -- wait_for_*
      local stem = code:sub(1, -2)
      for method in pairs(names.methods.pc) do
         if method:sub(1, #stem) == stem then
            return
         end
      end
      return code
   end },
   { "^~/" },
   { "^[%l-]+%-%d%d%d%d%d%d%d%d%-%d%d%d%d%d%d%-%l+$" }, -- what `backup` and `drill` make up
   { "^[%w_.*-]*/[%w_./*-]*$", check_file },
   { "^[%w_-]+%.%l+$", function(code, locals) -- a file, or a field
      if not checkout.has(code) then
         return expressions.check(code, locals)
      end
   end },
}

local function is_shell(words)
   local first = words[1]
   if words[2] and words[2]:find "^[={(\"]" or #words < 2 then
      return typed.programs[first]
   end
   return typed.programs[first] or checkout.luas[first] ~= nil
end

local function is_command(words)
   local known = typed.nouns[words[1]] or typed.verbs[words[1]]
   return known and words[2] ~= nil and not words[2]:find "^[={(\"]"
end

-- What the program prints, with something of this run behind it.
local function is_printed(code)
   local text = code:gsub("%s*%a+://.*", ""):gsub("%s*%.%.%.$", "")
   return text:find "%a %a" ~= nil and checkout.says(text)
end

local function check(code, locals)
   code = code:gsub("^sudo ", "")
   local words = words_of(code)
   if is_printed(code) or checkout.luas[code] or foreign[words[1]] and words[1]:find "^[-/%w]*[-/]" then
      return
   end
   for _, kind in ipairs(kinds) do
      if code:find(kind[1]) then
         if not kind[2] then
            return
         end
         return kind[2](code, locals)
      end
   end
   if is_shell(words) then
      return typed.shell(code)
   elseif is_command(words) then
      return typed.command(words)
   elseif foreign[words[1]] and #words > 1 then
      return
   elseif code:find "^[%w_-]+$" then
      return check_word(code, locals)
   end
   return expressions.check(code, locals)
end

-- Telling -------------------------------------------------------------------------------------------------------------

local function all_names()
   local set = {}
   local lists = { typed.nouns, typed.verbs, checkout.targets, checkout.variables, checkout.settings }
   for _, names_of_a_kind in pairs(names.sets) do
      lists[#lists + 1] = names_of_a_kind
   end
   for _, others in ipairs(lists) do
      for name in pairs(others) do
         set[name] = true
      end
   end
   return set
end

--- What to say of a word that is none.
-- @tparam string word
-- @tparam ?table candidates a set of what it could have been; default: all
function mentions.describe(word, candidates)
   local meant = closest(word, candidates or all_names())
   return ("'%s' is not there%s"):format(word, meant and "; is it " .. meant .. "?" or "")
end

--- Checks one piece of code.
-- @tparam string code
-- @tparam[opt] table locals words that the page's examples define, a set
-- @treturn ?string what is wrong
function mentions.check(code, locals)
   local wrong, candidates = check(code, locals or {})
   if wrong then
      return mentions.describe(wrong, candidates)
   end
end

return mentions
