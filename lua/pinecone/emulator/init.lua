--- A local Pinecone for tests: the control plane with backups, restore jobs,
-- collections, backup schedules and indexes, and a small data plane. Needs luv
-- and lua-cjson, and nothing of the client.
-- @module pinecone.emulator
-- @usage
-- local emulator = require "pinecone.emulator"
-- local running = assert(emulator.spawn { job_seconds = 0 })
-- print(running.url) -- any API key is good there
-- running:stop()

local options = require("pinecone.emulator.options")

local emulator = {}

--- What an emulator can be told. Beside these it takes all of @{ProjectOptions}.
-- @table EmulatorOptions
-- @tfield[opt] int port where the control plane listens; 5080 for @{run}, a free one for @{spawn}; 0 takes a free one
-- @tfield[opt=0] int legacy_port the same for the legacy controller
-- @tfield[opt] string api_key the only key to accept; any that is not empty is good without it
-- @tfield[opt=600] number idle_seconds how long a connection may be silent
-- @tfield[opt=1] number speed how many seconds pass in a real one; 0 stands still
-- @tfield[opt] string state a file that keeps the project across restarts
-- @tfield[opt] Seed|string seed what the project begins with, or a JSON file with that
-- @tfield[opt] {FaultPlan,...}|string faults fault plans, or a JSON file with them
-- @tfield[opt] string lua the interpreter, for @{spawn}; default: the running one

--- Runs an emulator in this process until SIGINT or SIGTERM. The first line on standard output is
-- `listening on http://127.0.0.1:PORT`, the second `legacy controller on http://127.0.0.1:PORT`.
-- @tparam[opt] EmulatorOptions given
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @raise for an unknown option or a value that is not good for it
-- @usage
-- require "pinecone.emulator".run { port = 0, job_seconds = 2 }
function emulator.run(given)
   local settings = options.complete(given or {}, nil, 2)
   return require("pinecone.emulator.process").run(settings)
end

--- Starts an emulator as a process of its own, which ends with this one.
-- @tparam[opt] EmulatorOptions given
-- @treturn[1] Emulator it, which listens already
-- @treturn[2] nil
-- @treturn[2] string what went wrong
-- @raise for an unknown option or a value that is not good for it
-- @usage
-- local running = assert(require "pinecone.emulator".spawn {
--    job_seconds = 0, seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } },
-- })
-- print(running.url)
-- running:stop()
function emulator.spawn(given)
   given = given or {}
   options.complete(given, { lua = true }, 2)
   return require("pinecone.emulator.handle").spawn(given)
end

return emulator
