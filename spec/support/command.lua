-- The `pinecone-backup emulator` command, as a process.

local process = require "support.process"
local service = require "support.service"
local shell = require "support.shell"

local command = {}

--- Starts `pinecone-backup`.
-- @param ... arguments
-- @treturn table see support.process
function command.start(...)
   return process.start(service.interpreter(), { shell.script, ... })
end

--- Runs its noun `emulator` to its end.
-- @param ... arguments
-- @treturn string what it printed, on both outputs
-- @treturn number the exit code
function command.run(...)
   local ended = command.start("emulator", ...):wait()
   return ended.text, ended.code
end

--- Leaves the emulator running, on a free port.
-- @param ... arguments
-- @treturn table the process; its `url` and `legacy_url`
function command.launch(...)
   local self = command.start("emulator", "--port", "0", ...)
   self.url = self:expect "listening on (%S+)\n"
   self.legacy_url = self:expect "legacy controller on (%S+)\n"
   return self
end

return command
