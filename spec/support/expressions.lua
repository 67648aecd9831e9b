-- Pieces of Lua that stand in the lines of a page: whether all that they name is there.

local answers = require "support.answers"
local checkout = require "support.checkout"
local foreign = require "support.foreign"
local names = require "support.names"
local typed = require "support.typed"

local expressions = {}

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return self then true
   until while]]):gmatch "%S+" do
   keywords[word] = true
end

--- Whether a word is known to anything.
function expressions.is_known(word, locals)
   return keywords[word] or foreign[word] or locals[word] or names.find(word) or typed.verbs[word] or typed.nouns[word]
      or checkout.luas[word] or checkout.packages[word] or checkout.variables[word] or checkout.settings[word]
      or checkout.targets[word] or rawget(_G, word) ~= nil
end

local modules = { pinecone = "pinecone", emulator = "pinecone.emulator" }

-- Fields whose values are words of the program.
local worded = {}
for word in ("deletion_protection drop frequency group_by job operation wait"):gmatch "%S+" do
   worded[word] = true
end

local function check_values(code)
   for name, value in code:gmatch '([%l_]+) = "([^"]*)"' do
      if worded[name] and not checkout.literals[value] and value ~= "*" then
         return value, checkout.literals
      end
   end
   local module = code:match '^require%s*%(?"([^"]+)"'
   if module and not names.is_module(module) and not checkout.has(module .. ".lua") then
      return module
   end
end

-- The keys of a table that a method is given, but for those of tables in it.
local function check_arguments(code)
   local method, given = code:match "([%l_]+)%s*%(?%s*(%b{})"
   local known = names.arguments[method]
   for key in (known and given:sub(2, -2):gsub("%b{}", "") or ""):gmatch "([%a_][%w_]*)%s*=" do
      if not known[key] then
         return key, known
      end
   end
end

local function is_field(word)
   return answers.results[word] or answers.errors[word]
end

-- `a.b.c`, or `a:b`.
local function check_chain(chain, locals)
   local object, method = chain:match "^([%w_]+):([%w_]+)$"
   if object and names.methods[object] then
      return not names.methods[object][method] and method, names.methods[object]
   elseif object then
      return chain
   end
   local first, rest = chain:match "^([%w_]+)%.(.+)$"
   if not first then
      return not expressions.is_known(chain, locals) and chain
   elseif foreign[chain] or rawget(_G, first) and names.is_reached(chain) then
      return
   elseif first == "err" then
      return not answers.errors[rest] and rest, answers.errors
   elseif modules[first] and not is_field(rest) then
      return not names.is_reached(modules[first] .. "." .. rest) and chain
   elseif foreign[first] then
      return not names.is_reached(chain) and chain
   end
   if not expressions.is_known(first, locals) then
      return first
   end
   return not is_field(rest) and rest, answers.results
end

-- What stands in the brackets behind a name are words that say what is meant.
local function without_parameters(code)
   return (code:gsub("([%w_]%s*)%b()", "%1"))
end

--- Checks one.
-- @tparam string code
-- @tparam table locals words that the page's examples define, a set
-- @treturn ?string the first word that is none
-- @treturn ?table what it could have been, a set
function expressions.check(code, locals)
   local wrong, candidates = check_values(code)
   if not wrong then
      wrong, candidates = check_arguments(code)
   end
   if wrong then
      return wrong, candidates
   end
   local text = without_parameters(code:gsub('"[^"]*"', '""'):gsub("'[^']*'", '""'))
   for chain in text:gmatch "%f[%w_][%a_][%w_.:]*" do
      chain = chain:gsub("[.:]+$", "")
      wrong, candidates = check_chain(chain, locals)
      if wrong then
         return wrong, candidates
      end
   end
end

return expressions
