--- The `pinecone-backup` command: one noun, one file.
-- A noun is a module with `describe(parser)`, which adds its arguments, and
-- `run(arguments)`, which returns the exit code.
-- @module pinecone.command

local argparse = require("argparse")

local command = {}

local USAGE_ERROR = 2

local nouns = {
   { name = "emulator", summary = "Run a local Pinecone to test against." },
}

-- The parser, and those of the nouns by name.
local function new_parser()
   local parser = argparse("pinecone-backup", "Back up and restore Pinecone indexes.")
   parser:flag("--version", "Show the version and exit."):action(function()
      print("pinecone-backup " .. require("pinecone")._VERSION)
      os.exit(0)
   end)
   parser:command_target("noun")
   parser:require_command(true)
   local described = {}
   for _, noun in ipairs(nouns) do
      described[noun.name] = parser:command(noun.name):summary(noun.summary)
      require("pinecone.command." .. noun.name).describe(described[noun.name])
   end
   return parser, described
end

--- Runs the command.
-- @tparam table arguments what stands behind the command's name
-- @treturn number the exit code: 0, 1 when it failed, 2 when it was not
--   understood
function command.main(arguments)
   local parser, described = new_parser()
   local understood, parsed = parser:pparse(arguments)
   if not understood then
      local noun = described[arguments[1]] or parser
      io.stderr:write(noun:get_usage(), "\n\nError: ", parsed, "\n")
      return USAGE_ERROR
   end
   return require("pinecone.command." .. parsed.noun).run(parsed)
end

return command
