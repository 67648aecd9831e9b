-- What an example finds around it, in a process of its own: an emulator whose jobs are done at once, a client on it,
-- and names for what is there. Of these an example may define any by itself.
--
-- Modules: `pinecone`, `emulator`. The emulator: `running`; a client on it: `pc`, also what `pinecone.new()` makes,
-- because PINECONE_CONTROLLER_HOST and PINECONE_API_KEY are set. In it are
--
-- - the serverless indexes `movies`, `songs`, `docs-example`, each with 98 records, and the index of pods `pod-movies`
-- - Ready backups: of `movies` the newest is `before-migration`, and `nightly-1` is older
-- - the collection `pod-movies-copy`, and a restore of `nightly-1` into `songs-restored`
-- - the schedule `nightly` of `songs`, which is enabled; other indexes have none
--
-- Names: `index_name` and `names` (of indexes), `collection_name`, `backup_id`, `restore_job_id`, `schedule_id`, and
-- the things themselves: `index`, `backup`, `restore_job`, `schedule`, `collection`; `backups` of `movies`, a sequence;
-- `check` of all, `now` in seconds, and `sleep(seconds)`. `assert` is pinecone's, which tells all on every Lua.

local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"
local uv = require "luv"

local setting = {}

--- What the emulator begins with.
setting.seed = {
   indexes = {
      { name = "movies", dimension = 3, records = 98 }, { name = "songs", dimension = 3, records = 98 },
      { name = "docs-example", dimension = 3, records = 98 },
      { name = "pod-movies", dimension = 3, records = 98,
         spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } },
   },
   collections = { { name = "pod-movies-copy", source = "pod-movies" } },
   backups = {
      { index_name = "movies", name = "nightly-1", days_ago = 2 },
      { index_name = "movies", name = "before-migration", days_ago = 0.5 },
      { index_name = "songs", name = "before-launch", days_ago = 2 },
      { index_name = "docs-example", name = "first", days_ago = 2 },
   },
   schedules = {
      { index_name = "songs", name = "nightly", frequency = "daily", expire_after_days = 7, days_ago = 2.5 },
   },
   restores = { { backup = "nightly-1", name = "songs-restored", days_ago = 1 } },
}

local client, running

-- Asked for only where an example needs it.
local late = {}

function late.index()
   return pinecone.assert(client:describe_index "movies")
end

function late.backups()
   return pinecone.assert(client:backups({ index_name = "movies" }):all())
end

function late.backup()
   return late.backups()[1]
end

function late.backup_id()
   return late.backup().backup_id
end

function late.restore_job()
   return pinecone.assert(client:list_restore_jobs()).data[1]
end

function late.restore_job_id()
   return late.restore_job().restore_job_id
end

function late.schedule()
   return pinecone.assert(client:list_backup_schedules "songs").data[1]
end

function late.schedule_id()
   return late.schedule().schedule_id
end

function late.collection()
   return pinecone.assert(client:describe_collection "pod-movies-copy")
end

function late.check()
   return pinecone.assert(client:check())
end

-- Examples do not look at what every call of the emulator gives: here none goes wrong unseen.
local function insist(handle)
   for name, method in pairs(getmetatable(handle).__index) do
      handle[name] = function(...) return pinecone.assert(method(...)) end
   end
end

local function give(api_key, interpreter)
   running = pinecone.assert(emulator.spawn {
      job_seconds = 0, api_key = api_key, seed = setting.seed, lua = interpreter,
   })
   insist(running)
   uv.os_setenv("PINECONE_CONTROLLER_HOST", running.url)
   uv.os_setenv("PINECONE_API_KEY", api_key)
   client = pinecone.assert(pinecone.new())
   local given = {
      pinecone = pinecone, emulator = emulator, running = running, pc = client, assert = pinecone.assert,
      index_name = "movies", names = { "movies", "docs-example" }, collection_name = "pod-movies-copy",
      now = os.time(), sleep = function(seconds) uv.sleep(math.floor(seconds * 1000)) end,
   }
   for name, value in pairs(given) do
      _G[name] = value
   end
   setmetatable(_G, { __index = function(_, name) return late[name] and late[name]() end })
end

local function tell(problem)
   return debug.traceback(tostring(problem), 2)
end

-- What looks after an index that is to go away finds none in the end.
local function is_refused(row)
   return row.status >= 400 and not row.operation:find "^describe_"
end

local function refused()
   for _, row in ipairs(running.stopped and {} or running:requests()) do -- the example may have ended it
      if is_refused(row) then
         return ("%s was answered with %d"):format(row.operation, row.status)
      end
   end
end

--- Runs an example to its end, and with it the process.
-- @tparam table given `text`, `api_key`, `interpreter`; `may_be_refused`: requests may be answered with errors
function setting.run(given)
   give(given.api_key, given.interpreter)
   local chunk, problem = (loadstring or load)(given.text, "=example")
   local good = chunk ~= nil
   if chunk then
      good, problem = xpcall(chunk, tell)
   end
   if good and not given.may_be_refused then
      problem = refused()
      good = problem == nil
   end
   if not good then
      io.stderr:write(problem, "\n")
   end
   os.exit(good and 0 or 1)
end

return setting
