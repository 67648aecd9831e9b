-- Before something is deleted: says what, and asks.

local exits = require "pinecone.command.exits"
local interrupts = require "pinecone.command.interrupts"
local json = require "pinecone.command.output.json"
local terminal = require "pinecone.command.output.terminal"
local text = require "pinecone.command.output.text"

local care = {}

-- By the shell, which Ctrl-C ends: Lua's own read would begin anew. Nil at the end of the input.
local function read_line()
   local pipe = assert(io.popen [[read -r answer && printf 'got %s' "$answer"]])
   local line = pipe:read "*a":match "^got (.*)$"
   pipe:close()
   return line
end

-- What comes next begins a line of its own, also after ^C, and ^D, which shows nothing.
local function ask(question)
   local good, line = pcall(function()
      io.stderr:write(terminal.fitting(2, question .. " [y/N]"), " ")
      return read_line()
   end)
   if not good or line == nil then
      io.stderr:write "\n"
   end
   if not good then
      error(line, 0)
   end
   return line or ""
end

-- Who reads JSON is a program. Who cannot see what it is about cannot agree to it.
local function is_somebody_there(arguments, is_about_output)
   return not arguments.json and terminal.is(0) and terminal.is(2) and (not is_about_output or terminal.is(1))
end

local function is_yes(answer)
   answer = answer:lower()
   return answer == "y" or answer == "yes"
end

--- Whether to go on.
-- @tparam table arguments `yes`, `json`
-- @tparam string question
-- @tparam string what `--yes` would do, such as "delete backup nightly-1"
-- @tparam[opt] table special `is_about_output`: what it is about stands on standard output, not in the question;
--   `done` ("deleted"): what was done to nothing, where nobody agrees
-- @treturn boolean
-- @treturn ?table the error where nobody can be asked, or has said no
function care.is_wanted(arguments, question, what, special)
   special = special or {}
   local nothing = "nothing was " .. (special.done or "deleted")
   if arguments.yes then
      return true
   elseif not is_somebody_there(arguments, special.is_about_output) then
      return false, exits.misuse(("%s: say --yes to %s"):format(nothing, what))
   end
   if is_yes(ask(question)) then
      return true
   end
   return false, { message = nothing, exit_code = exits.failure }
end

local function tell(output, format, what, shown, is_deleted)
   if output.is_json then
      output:document(json.with(shown, { deleted = is_deleted, dry_run = not is_deleted }))
   end
   output:say(format, what)
end

--- Deletes one thing, once somebody has agreed.
-- @tparam table arguments `yes`, `dry_run`, `json`
-- @tparam table output see output/
-- @tparam string what such as "backup nightly-1 (8c85…)"
-- @tparam table shown it, for JSON, by what it is: `{ backup = found }`
-- @tparam function action gives true, or nil and an error
-- @treturn[1] nil the exit code: all is well
-- @treturn[2] nil
-- @treturn[2] table the error
function care.delete(arguments, output, what, shown, action)
   what = text.plain(what)
   if arguments.dry_run then
      tell(output, "would delete %s", what, shown, false)
      return
   end
   local wanted, err = care.is_wanted(arguments, ("Delete %s?"):format(what), "delete " .. what)
   if not wanted then
      return nil, err
   end
   local deleted
   deleted, err = interrupts.explain(action, function() return "It may be deleted already." end)
   if not deleted then
      return nil, err
   end
   tell(output, "deleted %s", what, shown, true)
end

return care
