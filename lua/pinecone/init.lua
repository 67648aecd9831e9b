--- Backs up and restores Pinecone indexes.
--
-- Times are seconds.
-- @module pinecone
-- @usage
-- local pinecone = require "pinecone"
-- local pc = assert(pinecone.new { api_key = os.getenv "PINECONE_API_KEY" })
-- local backup = assert(pc:create_backup { index_name = "docs-example", name = "example-backup" })
-- assert(pc:wait_for_backup(backup.backup_id))

local client = require "pinecone.client"
local core = require "pinecone.core"
local errors = require "pinecone.errors"
local lazy = require "pinecone.lazy"

local indexes = lazy.require "pinecone.indexes"
local metrics = lazy.require "pinecone.metrics"
local parallel = lazy.require "pinecone.parallel"
local retention = lazy.require "pinecone.retention"
local timestamp = lazy.require "pinecone.timestamp"

-- What those that are loaded late need in turn, and what a call waits with.
lazy.keep {
   "pinecone.calendar", "pinecone.check", "pinecone.fields", "pinecone.hosts.backoff", "pinecone.hosts.blocking",
   "pinecone.hosts.copas", "pinecone.hosts.cqueues", "pinecone.hosts.luv", "pinecone.hosts.openresty",
   "pinecone.hosts.parallel", "pinecone.keys", "pinecone.lookup", "pinecone.names", "pinecone.patience",
   "pinecone.pauses", "pinecone.policy", "pinecone.statuses", "pinecone.timeline", "pinecone.workflows.backup",
   "pinecone.workflows.check", "pinecone.workflows.drill", "pinecone.workflows.prune", "pinecone.workflows.restore",
   "pinecone.workflows.source", "pinecone.workflows.verify",
}

local pinecone = {
   _VERSION = core.version,
}

--- Makes a client.
--
-- A client may be used by many coroutines at once, and keeps its connections open between calls.
-- @function new
-- @tparam[opt] table options
-- @tparam[opt] string options.api_key default: the environment's `PINECONE_API_KEY`
-- @tparam[opt] string options.host the control plane; default: `PINECONE_CONTROLLER_HOST`, else
--   `https://api.pinecone.io`. Plain http is only for this machine's loopback, unless there is `allow_http`
-- @tparam[opt] string options.environment asks the legacy controller of pod projects in that environment,
--   `https://controller.{environment}.pinecone.io` unless there is a `host`. It has only the four operations of
--   collections and knows no `api_version`; `request` gives what it answers as it is
-- @tparam[opt] string options.api_version the version that every call speaks; default: `2026-04`, and `2026-07` for
--   schedules
-- @tparam[opt=60] number options.timeout seconds for a whole call
-- @tparam[opt=10] number options.connect_timeout seconds for making a connection
-- @tparam[opt=3] int options.max_retries how often a request is sent again that may go well the next time; never a
--   create that may have taken effect, which is looked for instead
-- @tparam[opt=0.5] number options.retry_delay seconds before the first time, at most; it doubles up to 30, and each
--   pause is a random part of it, after what Retry-After asks for
-- @tparam[opt=10] number options.settle_grace for how many seconds a list may not yet show what a lost answer spoke of
-- @tparam[opt=64] int options.max_connections calls under way at once; further ones wait for their turn
-- @tparam[opt=67108864] int options.max_response_bytes the largest answer that is read, in bytes; 64 MiB
-- @tparam[opt] string options.proxy default: the environment's, as curl reads it, but never for loopback
-- @tparam[opt] string options.no_proxy hosts asked without a proxy, with commas between
-- @tparam[opt] string options.ca_file a file of trusted certificates instead of the system's
-- @tparam[opt] string options.ca_path a folder of them
-- @tparam[opt=false] boolean options.allow_http lets the key go over plain http to other machines. An index whose host
--   has no scheme is then asked as the control plane is
-- @tparam[opt] table options.headers names and values to add to every request
-- @tparam[opt] string options.source_tag names your product in the User-Agent
-- @tparam[opt] string|function options.wait where calls wait: `"openresty"`, `"cqueues"`, `"copas"`, `"luv"` or
--   `"blocking"`; default: wherever the program is at each call. For a loop of your own, a function: `wait(call)` steps
--   a call until `call:step()` is true
-- @tparam[opt] function options.on_request is called after each attempt of a call with a table: `operation`, `method`,
--   `path`, `attempt` (1, 2, ...), `seconds`; `status` and `request_id`, or `kind` where no answer came. Where `wait`
--   is a function it is called when the call is done. What goes wrong in it is written to stderr. `PINECONE_DEBUG=1`
--   in the environment writes one such line to stderr for every attempt
-- @tparam[opt] table options.json another JSON library: `{ decode =, encode =, null = }`
-- @treturn[1] Client it; nothing has been sent yet
-- @treturn[2] nil
-- @treturn[2] Error why there is none
-- @kind unauthenticated there is no key
-- @kind invalid_argument a value is not good
-- @raise for an unknown option or one of the wrong type
-- @usage
-- local pc = assert(pinecone.new { timeout = 30, source_tag = "my-product" })
pinecone.new = client.new

--- The standard `assert`, for every Lua: 5.1 and 5.2 refuse to raise a table with theirs.
-- @function assert
-- @tparam any value
-- @tparam[opt] any err what is raised where the value is nil or false. Where the interpreter cannot show a table (PUC
--   Lua 5.1), its text is
-- @treturn any the value, and everything after it
-- @raise `err`
-- @usage
-- local backup = pinecone.assert(pc:describe_backup(backup_id))
-- print(backup.name)
pinecone.assert = errors.assert

--- Does many tasks at once, in any program: as coroutines of a plain script, whose calls wait together; as light
-- threads in OpenResty; in the loop of cqueues, copas or luv.
--
-- Comes back when all of them are done, whatever went wrong in some. A task may call `parallel` itself. In PUC Lua 5.1
-- a task cannot wait in the iterator of a for loop: there `pages:next()` stands for a `for`. Within a
-- copas before 2.0, which does not tell that it runs, it blocks.
-- @function parallel
-- @tparam {function,...} tasks
-- @tparam[opt] table options
-- @tparam[opt=64] int options.limit how many are under way at once
-- @treturn table what each task gave first, at its place
-- @treturn ?table nil where all went well; else the errors, each at the place of its task: the second value of a task
--   whose first one is nil or false, or what it raised
-- @raise where these are not such, and where nothing can wait
-- @usage
-- local names, tasks = { "movies", "docs-example" }, {}
-- for i, name in ipairs(names) do
--    tasks[i] = function() return pc:create_backup { index_name = name, name = "nightly" } end
-- end
-- local backups, problems = pinecone.parallel(tasks, { limit = 16 })
-- for i, name in ipairs(names) do print(name, backups[i] and backups[i].status or problems[i]) end
function pinecone.parallel(tasks, options)
   return parallel(tasks, options)
end

--- Whether an index is one to back up: not one in pods, which has collections and no backups, nor one that `drill` has
-- made for a while.
-- @function wants_backup
-- @tparam Index index as `list_indexes` or `describe_index` gives it
-- @treturn boolean
-- @treturn ?string why not: `pods` or `drill`
-- @usage
-- for index in pc:indexes() do
--    if pinecone.wants_backup(index) then assert(pc:backup(index.name)) end
-- end
function pinecone.wants_backup(index)
   return indexes.wants_backup(index)
end

--- Writes what `Client:check` found as Prometheus reads it, in its text format 0.0.4.
--
-- Put it into a file for the node exporter's textfile collector, or answer it from a web server as
-- `text/plain; version=0.0.4`. Names are Velero's where there is such a thing; each has the label `index`. What is not
-- known of an index is left out.
--
-- - `pinecone_backup_last_successful_timestamp`, `pinecone_backup_records`, `pinecone_backup_size_bytes`: of the
--   newest Ready backup
-- - `pinecone_backup_last_status`: 1 where the newest backup that is finished is Ready, 0 where it failed
-- - `pinecone_backup_failures_since_success`, `pinecone_backup_running`: how many
-- - `pinecone_schedule_enabled`: 1 or 0; `pinecone_schedule_next_run_timestamp`,
--   `pinecone_schedule_expected_interval_seconds`: of the enabled schedule; a month counts as 31 days
-- - `pinecone_backup_check_status`: 0 ok, 1 warning, 2 critical
-- - `pinecone_backup_check_timestamp`: of the check itself, without a label
--
-- All are gauges. Velero's `backup_duration_seconds` is not among them: the API does not tell when a backup was done.
-- @function metrics
-- @tparam Check check what `Client:check` gave
-- @treturn string the text
-- @raise for anything else
-- @usage io.write(pinecone.metrics(assert(pc:check())))
function pinecone.metrics(check)
   return metrics(check)
end

-- Documented where it is: pinecone.retention.
pinecone.retention = {
   plan = function(backups, policy, now)
      return retention.plan(backups, policy, now)
   end,
}

--- Turns a time of the API into seconds since 1970.
-- @function timestamp
-- @tparam string text RFC 3339: 0 to 9 digits of fraction, `Z` or an offset
-- @treturn[1] number seconds; an integer where Lua has them and there is no fraction
-- @treturn[2] nil
-- @treturn[2] Error what is wrong with it
-- @kind invalid_argument it is no such time
-- @usage print(pinecone.timestamp "2025-05-15T00:52:10.809354Z")
function pinecone.timestamp(text)
   return timestamp(text)
end

return pinecone
