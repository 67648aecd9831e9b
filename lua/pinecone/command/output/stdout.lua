-- Standard output: what cannot be written there must not look like success.

local exits = require "pinecone.command.exits"

local stdout = {}

local lost -- why the first of what was written was not

--- Writes. Nothing is held back: io.popen of PUC Lua would write it, and keep to itself that it could not.
function stdout.write(...)
   local good, problem = io.stdout:write(...)
   if good then
      good, problem = io.stdout:flush()
   end
   lost = lost or not good and tostring(problem) or nil
end

--- Whether all was written.
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] table the error
function stdout.is_whole()
   if lost then
      return nil, { message = "standard output cannot be written: " .. lost }
   end
   return true
end

--- Ends the command with a text, such as help.
function stdout.end_with(words)
   stdout.write(words, "\n")
   local good, err = stdout.is_whole()
   if err then
      io.stderr:write("pinecone-backup: ", err.message, "\n")
   end
   os.exit(good and exits.ok or exits.failure)
end

return stdout
