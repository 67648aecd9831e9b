-- Ctrl-C, which the interpreter raises as a text.

local exits = require "pinecone.command.exits"

local interrupts = {}

--- What stands behind it: notes that were added while it went up.
-- @param raised
-- @treturn ?string nil where something else was raised
function interrupts.notes_of(raised)
   return type(raised) == "string" and (raised .. "\n"):match "interrupted!\n(.*)$" or nil
end

--- Makes an error of it.
-- @param raised
-- @tparam[opt] string index_name that may be left behind: where a note speaks of it
-- @treturn ?table the error; nil where something else was raised
function interrupts.error_of(raised, index_name)
   local note = interrupts.notes_of(raised)
   if not note then
      return nil
   end
   note = note:gsub("%s+$", ""):gsub("%s+", " ")
   return {
      kind = "interrupted", exit_code = exits.interrupted,
      message = note == "" and "interrupted" or "interrupted: " .. note,
      leftover = index_name and note:find(index_name, 1, true) and index_name or nil,
   }
end

--- Calls a function, and lets Ctrl-C in it say more.
-- @tparam function action
-- @tparam function explanation gives what to say, nil for nothing
-- @return what it gives
function interrupts.explain(action, explanation)
   local function after(good, ...)
      if good then
         return ...
      end
      local raised = ...
      local note = interrupts.notes_of(raised) and explanation()
      error(note and raised .. "\n" .. note or raised, 0)
   end
   return after(pcall(action))
end

return interrupts
