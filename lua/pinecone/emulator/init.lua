--- A local Pinecone for tests: the control plane with backups, restore jobs,
-- collections, backup schedules and indexes, and a small data plane. Needs luv
-- and lua-cjson, and nothing of the client.
--
--    local emulator = require("pinecone.emulator")
--    local running = assert(emulator.spawn({ job_seconds = 0 }))
--    -- ... talk to running.url with any API key ...
--    running:stop()
-- @module pinecone.emulator

local options = require("pinecone.emulator.options")

local emulator = {}

--- Runs an emulator in this process until SIGINT or SIGTERM. The first line on
-- standard output is `listening on http://127.0.0.1:PORT`, the second
-- `legacy controller on http://127.0.0.1:PORT`.
-- @tparam[opt] table given `port` (5080; 0 takes a free one), `legacy_port` (0;
--   that of the legacy controller), `api_key` (any non-empty key is good
--   without it), `idle_seconds` (600; how long a connection may be silent),
--   `speed` (1; how many seconds pass in a real one, 0 stands still), `state`
--   (a file that keeps the project across restarts), `seed` (what a project
--   begins with: a table or a JSON file, see @{pinecone.emulator.seed}),
--   `faults` (a sequence of @{pinecone.emulator.faults} or a JSON file) and
--   those of @{pinecone.emulator.decisions}
-- @treturn boolean true, or nil and a message
function emulator.run(given)
   local settings = options.complete(given or {}, nil, 2)
   return require("pinecone.emulator.process").run(settings)
end

--- Starts an emulator as a process of its own, which ends with this one.
-- @tparam[opt] table given as for @{run}, but `port` is 0 when absent; and
--   `lua`, the interpreter (the running one when absent)
-- @treturn table a @{pinecone.emulator.handle}, or nil and a message
function emulator.spawn(given)
   given = given or {}
   options.complete(given, { lua = true }, 2)
   return require("pinecone.emulator.handle").spawn(given)
end

return emulator
