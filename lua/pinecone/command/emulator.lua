--- `pinecone-backup emulator`: a local Pinecone, until it is interrupted.
-- @module pinecone.command.emulator

local settings = require("pinecone.command.settings")

local emulator_command = {}

local function port(option)
   return function(text)
      local number = tonumber(text)
      if not number or number % 1 ~= 0 or number < 0 or number > 65535 then
         return nil, ("%s: '%s' is not a port (0 to 65535)"):format(option, text)
      end
      return number
   end
end

local function number(option, what)
   return function(text)
      local value = tonumber(text)
      if not value or value ~= value or value < 0 or value == math.huge then
         return nil, ("%s: '%s' is not a number%s, 0 or more"):format(option, text, what or "")
      end
      return value
   end
end

local function non_empty(option, what)
   return function(text)
      if text == "" then
         return nil, ("%s: the %s must not be empty"):format(option, what)
      end
      return text
   end
end

local function file(parser, option, description)
   parser:option(option, description):argname("FILE"):convert(non_empty(option, "name"))
end

local function describe_server(parser)
   parser:option("--port", "Port to listen on, on 127.0.0.1 only; 0 takes a free one (default: 5080).")
      :argname("N"):convert(port("--port"))
   parser:option("--legacy-port", "Port of the legacy controller, which has the collections of old "
      .. "clients; 0, the default, takes a free one.")
      :argname("N"):convert(port("--legacy-port"))
   parser:option("--api-key", "The only API key to accept. Without it any non-empty key is good.")
      :argname("KEY"):convert(non_empty("--api-key", "key"))
   parser:option("--idle-seconds", "How long a connection may be silent (default: 600).")
      :argname("S"):convert(number("--idle-seconds", " of seconds"))
end

local function describe_time(parser)
   parser:option("--job-seconds", "How long backups, restores, collections, new indexes and "
      .. "deletions take; 0 finishes them at once (default: 2).")
      :argname("S"):convert(number("--job-seconds", " of seconds"))
   parser:option("--speed", "How many seconds pass for the emulator in a real one; 0 stands still "
      .. "(default: 1).")
      :argname("X"):convert(number("--speed"))
end

local function describe_content(parser)
   file(parser, "--state", "Keep everything in this file, and go on with what it holds.")
   file(parser, "--seed", "Begin with what this JSON file describes, unless there is a state already.")
   file(parser, "--faults", "Begin with the fault plans of this JSON file.")
   parser:option("--set", "Set any option of --list-options. May stand several times.")
      :argname("NAME=VALUE"):count("*"):convert(settings.read)
   parser:flag("--list-options", "Show what --set can set, and exit."):action(function()
      io.stdout:write(settings.listing())
      os.exit(0)
   end)
end

--- Adds the arguments.
-- @tparam table parser argparse's
function emulator_command.describe(parser)
   parser:description("Run a local Pinecone to test against, with indexes, backups, restore jobs, "
      .. "collections and backup schedules. Nothing is kept when it ends, unless --state names a file.")
   parser:help_max_width(80)
   describe_server(parser)
   describe_time(parser)
   describe_content(parser)
   parser:epilog("The first line printed is 'listening on http://127.0.0.1:PORT', the second "
      .. "'legacy controller on http://127.0.0.1:PORT'. Ctrl-C or SIGTERM ends it.")
end

local options = {
   "port", "legacy_port", "api_key", "idle_seconds", "job_seconds", "speed", "state", "seed", "faults",
}

local function options_from(arguments)
   local given = {}
   for _, name in ipairs(options) do
      given[name] = arguments[name]
   end
   for _, setting in ipairs(arguments.set) do
      given[setting.name] = setting.value
   end
   return given
end

--- Runs the emulator.
-- @tparam table arguments
-- @treturn number the exit code
function emulator_command.run(arguments)
   if not pcall(require, "luv") then
      io.stderr:write("pinecone-backup: the emulator needs luv; install it with 'luarocks install luv'\n")
      return 1
   end
   local ended, problem = require("pinecone.emulator").run(options_from(arguments))
   if not ended then
      io.stderr:write("pinecone-backup: ", problem, "\n")
      return 1
   end
   return 0
end

return emulator_command
