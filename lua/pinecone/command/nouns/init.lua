--- The nouns of `pinecone-backup`, one file or folder each.
--
-- A noun is a module with `verbs`, or is a verb itself. A verb is a table:
--
-- - `name`, `summary`, `example`: what stands behind `pinecone-backup`; `about`, where help says more than `summary`
-- - `takes`: a sequence of arguments, each with `name`, and where needed `optional`, `many` or `choices`
-- - `options`: names from line/options.lua, or `{ name, explanation }`, with `is_needed` where it must be given
-- - `rules`: what of these belongs together, see line/rules.lua
-- - `describe(parser)`: adds all of that by itself, to a parser of argparse
-- - `is_local`: it does not ask the service, and `run` has only its arguments
-- - `tell_failure(err, is_json, is_quiet)`: is called where it fails, before the error is written
-- - `run(client, arguments, output)` gives the exit code, nil for 0; or nil and an error
-- @module pinecone.command.nouns

local nouns = {}

--- In the order of help. `failure` is the exit code where it fails, whatever the reason.
nouns.list = {
   { name = "backup", summary = "Make, list, wait for, delete and prune backups." },
   { name = "restore", summary = "Restore backups into new indexes, wait for that, and try it out." },
   { name = "collection", summary = "Make, list, wait for and delete copies of pod indexes." },
   { name = "schedule", summary = "Let Pinecone back up by itself; pause, change, delete that." },
   { name = "index", summary = "List and describe indexes." },
   { name = "check", summary = "Tell which indexes have no fresh backup.", failure = 3 },
   { name = "report", summary = "Show what is backed up, on the terminal or as a page." },
   { name = "emulator", summary = "Run a local Pinecone to test against." },
   { name = "completion", summary = "Print what makes a shell complete this command." },
}

--- The module of one: it is loaded only now, so that a command starts in milliseconds.
function nouns.load(name)
   return require("pinecone.command.nouns." .. name)
end

return nouns
