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

local function new_parser()
   local parser = argparse("pinecone-backup", "Back up and restore Pinecone indexes.")
   parser:command_target("noun")
   parser:require_command(true)
   for _, noun in ipairs(nouns) do
      local described = parser:command(noun.name):summary(noun.summary)
      require("pinecone.command." .. noun.name).describe(described)
   end
   return parser
end

--- Runs the command.
-- @tparam table arguments what stands behind the command's name
-- @treturn number the exit code: 0, 1 when it failed, 2 when it was not
--   understood
function command.main(arguments)
   local parser = new_parser()
   local understood, parsed = parser:pparse(arguments)
   if not understood then
      io.stderr:write(parser:get_usage(), "\n\nError: ", parsed, "\n")
      return USAGE_ERROR
   end
   return require("pinecone.command." .. parsed.noun).run(parsed)
end

return command
