-- What was raised, as an error to tell: Ctrl-C, a module that is not installed, or a mistake of ours.

local exits = require "pinecone.command.exits"

local raised = {}

local ISSUES = "https://github.com/lua-pinecone/lua-pinecone/issues"

-- What is not one of ours, by the name of its module: what LuaRocks calls it. For Debian it is lua-NAME.
local rocks = { argparse = "argparse", cjson = "lua-cjson", luv = "luv" }

local readers = {}

function readers.interrupt(words)
   return require "pinecone.command.interrupts".error_of(words)
end

function readers.missing_module(words)
   local name = words:match "module '([^'\n]+)' not found"
   if name then
      return {
         message = ("the Lua module %s is not installed for %s"):format(name, _VERSION),
         hint = ("'luarocks install %s'%s brings it."):format(rocks[name] or "lua-pinecone",
            rocks[name] and (", or Debian's package lua-%s,"):format(name) or ""),
      }
   end
end

function readers.broken_module(words)
   local name, why = words:match "error loading module '([^'\n]+)' from file '[^'\n]*':%s*([^\n]*)"
   return name and { message = ("the Lua module %s cannot be loaded: %s"):format(name, why) }
end

function readers.memory(words)
   return words:find "not enough memory" and { message = "not enough memory" }
end

local order = { "interrupt", "missing_module", "broken_module", "memory" }

local function is_debugging()
   local value = os.getenv "PINECONE_DEBUG"
   return value ~= nil and value ~= "" and value ~= "0"
end

--- Describes it; to be called where it was raised.
-- @param problem
-- @treturn table the error
function raised.describe(problem)
   if type(problem) == "table" and problem.kind then
      return problem
   end
   local words = tostring(problem)
   for _, name in ipairs(order) do
      local err = readers[name](words)
      if err then
         return err
      end
   end
   return {
      message = "this is a bug of pinecone-backup: " .. words, exit_code = exits.failure,
      hint = ("Please report it: %s%s"):format(ISSUES,
         is_debugging() and "" or " (PINECONE_DEBUG=1 shows where it came from)"),
      traceback = is_debugging() and debug.traceback("", 3) or nil,
   }
end

return raised
