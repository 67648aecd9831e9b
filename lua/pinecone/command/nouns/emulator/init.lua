--- `pinecone-backup emulator`: a local Pinecone, until it is interrupted.
-- @module pinecone.command.nouns.emulator

local key = require("pinecone.command.key")
local settings = require("pinecone.command.nouns.emulator.settings")
local stdout = require("pinecone.command.output.stdout")

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
   parser:option("--port", "Listen on this port (default: 5080); 0 takes a free one.")
      :argname("N"):convert(port("--port"))
   parser:option("--legacy-port", "The same for the legacy controller (default: 0).")
      :argname("N"):convert(port("--legacy-port"))
   file(parser, "--api-key-file", "Take the API key in this file only (default: any).")
   parser:option("--idle-seconds", "Close connections silent for so long (default: 600).")
      :argname("S"):convert(number("--idle-seconds", " of seconds"))
end

local function describe_time(parser)
   parser:option("--job-seconds", "Let backups and the like last so long (default: 2).")
      :argname("S"):convert(number("--job-seconds", " of seconds"))
   parser:option("--speed", "Let so many seconds pass in a real one (default: 1).")
      :argname("X"):convert(number("--speed"))
end

local function describe_content(parser)
   file(parser, "--state", "Keep everything in this file, and go on with it.")
   file(parser, "--seed", "Begin with what this JSON file describes.")
   file(parser, "--faults", "Begin with the fault plans of this JSON file.")
   parser:option("--set", "Set one of --list-options. May stand several times.")
      :argname("NAME=VALUE"):count("*"):convert(settings.read)
   parser:flag("--list-options", "Show what --set can set, and exit."):action(function()
      stdout.end_with(settings.listing())
   end)
end

emulator_command.is_local = true

--- Adds the arguments.
-- @tparam table parser argparse's
function emulator_command.describe(parser)
   parser:usage("Usage: pinecone-backup emulator [OPTIONS]")
   parser:description("Run a local Pinecone to test against, on 127.0.0.1: indexes, backups, restore\n"
      .. "jobs, collections, schedules. Unless --state names a file, nothing is kept.")
   parser:help_max_width(80):help_description_margin(23)
   describe_server(parser)
   describe_time(parser)
   describe_content(parser)
   parser:epilog("The first line printed is 'listening on http://127.0.0.1:PORT', the second\n"
      .. "'legacy controller on http://127.0.0.1:PORT'. Ctrl-C or SIGTERM ends it.\n\n"
      .. "Example: pinecone-backup emulator --port 5080 --state pinecone.json")
end

local options = {
   "port", "legacy_port", "idle_seconds", "job_seconds", "speed", "state", "seed", "faults",
}

local function options_from(arguments)
   local given = {}
   for _, name in ipairs(options) do
      given[name] = arguments[name]
   end
   for _, setting in ipairs(arguments.set) do
      given[setting.name] = setting.value
   end
   if not arguments.api_key_file then
      return given
   end
   local err
   given.api_key, err = key.read(arguments.api_key_file)
   return given.api_key and given, err
end

--- Runs the emulator.
-- @tparam table arguments
-- @treturn[1] nil it was ended
-- @treturn[2] nil
-- @treturn[2] table the error
function emulator_command.run(arguments)
   local given, err = options_from(arguments)
   if not given then
      return nil, err
   end
   local ended, problem = require("pinecone.emulator").run(given)
   if not ended then
      return nil, { message = problem }
   end
end

return emulator_command
