-- What the library has: methods, functions, fields and kinds of errors, as the program itself tells them.

local answers = require "support.answers"
local checkout = require "support.checkout"
local core = require "pinecone.core"
local emulator_options = require "pinecone.emulator.options"
local pinecone = require "pinecone"
local plan = require "pinecone.emulator.faults.plan"
local routes = require "pinecone.emulator.api.routes"

local names = {}

-- Methods -------------------------------------------------------------------------------------------------------------

local function methods_of(object)
   local found, class = {}, debug.getmetatable(object) -- the core's is not shown otherwise
   class = type(class.__index) == "table" and class.__index or class
   for name, value in pairs(class) do
      found[name] = type(value) == "function" and not name:find "^_" or nil
   end
   return found
end

local somebody = pinecone.assert(pinecone.new { api_key = "key", host = "http://127.0.0.1:9" })
local loaded_late = { somebody.backups, somebody.wait_for_backup, somebody.backup }
assert(#loaded_late == 3)

--- By what is written before the colon: the methods of a client, an iterator, an emulator, a call.
names.methods = {
   pc = methods_of(somebody), pages = methods_of(somebody:backups()), call = methods_of(core.timer(0)),
   running = methods_of(answers.running),
}
names.methods.client, names.methods.Client = names.methods.pc, names.methods.pc

--- Looks for what is reached by fields from a global or a module of ours.
-- @tparam string chain such as `pinecone.retention.plan`
-- @treturn boolean whether it is there
function names.is_reached(chain)
   local value, path = nil, nil
   for part in chain:gmatch "[^.]+" do
      path = path and path .. "." .. part or part
      local inner = type(value) == "table" and value[part]
      if inner == nil or inner == false then
         local good, module = pcall(require, path)
         inner = good and module or (value == nil and rawget(_G, part)) or nil
      end
      value = inner
      if value == nil then
         return false
      end
   end
   return true
end

--- Whether there is a module of that name.
function names.is_module(name)
   return (pcall(require, name))
end

-- What is given to methods --------------------------------------------------------------------------------------------

local operations = {}
for name, row in pairs(core.operations) do
   operations[name] = {}
   for _, argument in ipairs(row.arguments) do
      operations[name][argument.name] = true
      operations[name][argument.alias or argument.name] = true
   end
end

local workflows = { backup = "backup", check = "check", drill = "drill", prune_backups = "prune", restore = "restore" }
for name, module in pairs(workflows) do
   operations[name] = {}
   for field in pairs(require("pinecone.workflows." .. module).fields) do
      operations[name][field] = true
   end
end

--- By method: the fields of its first table.
names.arguments = operations

-- Where a function is given a name that nothing is like, it says which it takes.
local NOBODYS = ("z"):rep(20)

local function taken(try)
   local good, value, problem = pcall(try, NOBODYS)
   local list = tostring(good and problem or value):match "it takes (.*)"
   local found = {}
   for name in assert(list, "it takes any"):gmatch "[%l%d_]+" do
      found[name] = true
   end
   return found
end

--- What the second table of a call takes, and tables that are no arguments of a method.
names.options = {
   ["an option of pinecone.new"] = taken(function(name) return pinecone.new { api_key = "key", [name] = 1 } end),
   ["an option of the emulator"] = taken(function(name) return emulator_options.complete { [name] = 1 } end),
   ["a field of a policy"] = taken(function(name) return pinecone.retention.plan({}, { [name] = 1 }, 0) end),
   ["a field of a fault"] = taken(function(name) return plan.read({ [name] = 1 }, routes.operations) end),
   ["an option of a call"] = taken(function(name) return somebody:wait_for_backup("id", { [name] = 1 }) end),
}

-- In nginx alone can it be asked what `every` takes; here it is read in what is said of another one.
local function options_of_every()
   local found = {}
   local said = checkout.read "lua/pinecone/openresty.lua":match "unknown option '%%s'; there are ([^\n]*)"
   for option in said:gmatch "'(%l+)'" do
      found[option] = true
   end
   return found
end

-- All of them ---------------------------------------------------------------------------------------------------------

--- What may stand by itself, by what it is.
names.sets = {
   ["a kind of error"] = answers.kinds, ["a field of an error"] = answers.errors,
   ["a field of a result"] = answers.results,
   ["an operation of the emulator"] = routes.operations, ["a word of the program"] = checkout.literals,
   ["an option of pinecone.openresty.every"] = options_of_every(),
   ["a source file"] = checkout.stems, ["a field of --json"] = answers.printed,
}
somebody:close()
for what, set in pairs(names.options) do
   names.sets[what] = set
end
for of, set in pairs(names.methods) do
   names.sets["a method of " .. of] = set
end
for of, set in pairs(names.arguments) do
   names.sets["an argument of " .. of] = set
end

--- Whether a word is a name of any kind.
-- @tparam string word
-- @treturn ?string of which
function names.find(word)
   for what, set in pairs(names.sets) do
      if set[word] then
         return what
      end
   end
end

return names
