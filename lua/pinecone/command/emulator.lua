--- `pinecone-backup emulator`: a local Pinecone, until it is interrupted.
-- @module pinecone.command.emulator

local emulator_command = {}

local function port(text)
   local number = tonumber(text)
   if not number or number % 1 ~= 0 or number < 0 or number > 65535 then
      return nil, ("--port: '%s' is not a port (0 to 65535)"):format(text)
   end
   return number
end

local function seconds(text)
   local number = tonumber(text)
   if not number or number ~= number or number < 0 or number == math.huge then
      return nil, ("--job-seconds: '%s' is not a number of seconds"):format(text)
   end
   return number
end

local function api_key(text)
   if text == "" then
      return nil, "--api-key: the key must not be empty"
   end
   return text
end

--- Adds the arguments.
-- @tparam table parser argparse's
function emulator_command.describe(parser)
   parser:description("Run a local Pinecone to test against, with indexes, backups, restore "
      .. "jobs, collections and backup schedules. Nothing is kept when it ends.")
   parser:option("--port", "Port to listen on, on 127.0.0.1 only; 0 takes a free one.")
      :argname("N"):convert(port):default("5080")
   parser:option("--api-key", "The only API key to accept. Without it any non-empty key is good.")
      :argname("KEY"):convert(api_key)
   parser:option("--job-seconds", "How long backups, restores, collections, new indexes and "
      .. "deletions take; 0 finishes them at once.")
      :argname("S"):convert(seconds):default("2")
   parser:epilog("The first line printed is 'listening on http://127.0.0.1:PORT'. "
      .. "Ctrl-C or SIGTERM ends it.")
end

--- Runs the emulator.
-- @tparam table arguments
-- @treturn number the exit code
function emulator_command.run(arguments)
   if not pcall(require, "luv") then
      io.stderr:write("pinecone-backup: the emulator needs luv; install it with 'luarocks install luv'\n")
      return 1
   end
   local ended, problem = require("pinecone.emulator").run({
      port = arguments.port, api_key = arguments.api_key, job_seconds = arguments.job_seconds,
   })
   if not ended then
      io.stderr:write("pinecone-backup: ", problem, "\n")
      return 1
   end
   return 0
end

return emulator_command
