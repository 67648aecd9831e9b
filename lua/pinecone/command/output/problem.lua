-- Errors as the command tells them.

local exits = require "pinecone.command.exits"
local json = require "pinecone.command.output.json"
local terminal = require "pinecone.command.output.terminal"
local text = require "pinecone.command.output.text"
local wording = require "pinecone.command.output.wording"

local problem = {}

--- The fields of an error that JSON shows, beside its message and its hint.
problem.fields = {
   "kind", "status", "code", "operation", "target", "request_id", "attempts", "retry_after", "maybe_applied",
   "leftover", "resource", "restore", "differences",
}

--- What JSON shows of an error.
-- @tparam table|string err of the library or the command, or what was raised
function problem.describe(err)
   if type(err) ~= "table" then
      return { message = tostring(err) }
   end
   local shown = { message = wording.message(err), hint = wording.hint(err) }
   for _, name in ipairs(problem.fields) do
      shown[name] = err[name]
   end
   return shown
end

local function document(err, code)
   local shown = problem.describe(err)
   shown.message_type, shown.exit_code = "exit_error", code
   return shown
end

-- Without what is told in other words. What is no error of the library has a message only.
local function message(err)
   local metatable = getmetatable(err)
   if not metatable then
      return wording.message(err)
   end
   local bare = {}
   for name, value in pairs(err) do
      bare[name] = value
   end
   bare.operation, bare.hint, bare.message = nil, nil, wording.message(err)
   return tostring(setmetatable(bare, metatable))
end

--- One line on what failed.
-- @tparam table|string err of the library or the command, or what was raised
-- @treturn string
-- @treturn ?string one on what to do, where that is known
function problem.lines(err)
   if type(err) ~= "table" then
      return text.plain(err)
   end
   local doing, hint = wording.doing(err), wording.hint(err)
   return text.plain((doing and doing .. ": " or "") .. message(err)), hint and text.plain(hint)
end

--- Both lines.
function problem.text(err)
   local line, hint = problem.lines(err)
   return line .. (hint and "\n  " .. hint or "")
end

--- Writes a fatal error to standard error.
-- @tparam table err of the library, or with just a `message`
-- @tparam boolean is_json
-- @treturn int the exit code
function problem.tell(err, is_json)
   local code = err.exit_code or exits.of(err)
   if is_json then
      io.stderr:write(json.encode(document(err, code)), "\n")
   else
      terminal.tell("pinecone-backup: " .. problem.text(err))
   end
   return code
end

return problem
