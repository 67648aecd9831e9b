-- The `pinecone-backup emulator` command, run by the shell.

local uv = require("luv")
local service = require("support.service")

local command = {}

local script = debug.getinfo(require("pinecone.command").main, "S").source:match("^@(.*)init%.lua$")
   .. "pinecone-backup"

local function line_of(arguments)
   local words = { service.interpreter(), script, "emulator" }
   for _, argument in ipairs(arguments) do
      words[#words + 1] = argument
   end
   for position, word in ipairs(words) do
      words[position] = "'" .. word .. "'"
   end
   return table.concat(words, " ")
end

--- Runs it to its end.
-- @param ... arguments
-- @treturn string what it printed, on both outputs
-- @treturn number the exit code
function command.run(...)
   local pipe = io.popen(line_of({ ... }) .. " 2>&1; echo $?")
   local output = pipe:read("*a")
   pipe:close()
   local text, code = output:match("^(.-)(%d+)\n$")
   return text, tonumber(code)
end

--- Leaves it running, on a free port.
-- @tparam string errors the file that takes its standard error
-- @param ... arguments
-- @treturn table `url`, `legacy_url` and `stop()`
function command.launch(errors, ...)
   local pipe = io.popen(line_of({ "--port", "0", ... }) .. " 2>'" .. errors .. "' & echo $!")
   local pid = tonumber(pipe:read("*l"))
   return {
      url = pipe:read("*l"):match("^listening on (%S+)$"),
      legacy_url = pipe:read("*l"):match("^legacy controller on (%S+)$"),
      stop = function()
         uv.kill(pid, "sigterm")
         pipe:read("*a")
         pipe:close()
      end,
   }
end

return command
