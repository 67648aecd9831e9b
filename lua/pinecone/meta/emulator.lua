---@meta pinecone.emulator
-- Made by "make types" from the same comments as the reference: change those, not this.

---A request that the emulator got.
---@class pinecone.LoggedRequest
---@field number integer counts from 1
---@field connection integer which connection it came over
---@field port integer
---@field operation? string none for an unknown path
---@field method string
---@field path string
---@field query? string
---@field status? integer none where no answer was sent
---@field api_version? string
---@field fault? integer the place of the plan that struck it

---How much there is.
---@class pinecone.EmulatorState
---@field indexes integer
---@field backups integer
---@field restore_jobs integer
---@field collections integer
---@field schedules integer

---An emulator that runs as a process of its own: `pinecone.emulator.spawn` starts it.
---
---Its methods wait for its answer, and work everywhere, in callbacks of a running loop too.
---@class pinecone.Emulator
---@field url string where its control plane listens
---@field legacy_url string where its legacy controller does
---@field pid integer the process
local Emulator = {}

---Adds a fault plan, behind those that there are.
---
---```lua
---assert(running:fault { operation = "create_backup", status = 503, on = 1 })
---assert(running:fault { operation = "*", delay = 0.01, on = { chance = 0.5 } })
---```
---@param plan pinecone.FaultPlan
---@return boolean? # true
---@return string? # what went wrong
function Emulator:fault(plan) end

---Removes all fault plans.
---
---```lua
---assert(running:clear_faults())
---```
---@return boolean? # true
---@return string? # what went wrong
function Emulator:clear_faults() end

---The fault plans that are set, in order.
---
---```lua
---assert(running:fault { operation = "list_indexes", status = 503 })
---for _, plan in ipairs(assert(running:faults())) do print(plan.operation, plan.count, plan.struck) end
---```
---@return pinecone.FaultPlan[]? # each also with `count`, the matching requests so far, and `struck`, those that it decided about
---@return string? # what went wrong
function Emulator:faults() end

---The log of requests, oldest first.
---
---It has no keys.
---
---```lua
---assert(pc:list_indexes())
---for _, request in ipairs(assert(running:requests())) do print(request.operation, request.status) end
---```
---@return pinecone.LoggedRequest[]?
---@return string? # what went wrong
function Emulator:requests() end

---Empties the log of requests.
---
---```lua
---assert(running:clear_requests())
---```
---@return boolean? # true
---@return string? # what went wrong
function Emulator:clear_requests() end

---Moves the emulator's clock; what falls into the time happens at once: schedules fire, jobs end, backups expire.
---
---```lua
---assert(running:advance(24 * 3600))
---```
---@param seconds number
---@return boolean? # true
---@return string? # what went wrong
function Emulator:advance(seconds) end

---The emulator's time.
---
---```lua
---print(running:time())
---```
---@return number? # seconds since 1970
---@return string|string # the same, as `2025-05-15T00:52:10.809354Z`
function Emulator:time() end

---Sets everything back to the start: the project to the seed or to nothing, the clock to the real time.
---
---Fault plans and log are empty then, the state file holds the start.
---
---```lua
---assert(running:reset())
---```
---@return boolean? # true
---@return string? # what went wrong
function Emulator:reset() end

---Counts of what there is.
---
---```lua
---print(assert(running:state()).backups)
---```
---@return pinecone.EmulatorState?
---@return string? # what went wrong
function Emulator:state() end

---Ends the emulator and waits until it has ended.
---
---Once is enough; more does no harm.
---
---```lua
---running:stop()
---```
---@return boolean # true
function Emulator:stop() end

---Ends the emulator as a crash would, whatever it is doing, and waits until it has ended.
---
---What it had answered is in its state file.
---
---```lua
---running:kill()
---```
---@return boolean # true
function Emulator:kill() end

---What goes wrong, and when.
---
---A plan is a table, in Lua or as JSON: `{ operation = "create_backup", on = 2, status = 503, retry_after = 1 }`.
---Plans count the matching requests from when they were set. The first plan whose turn it is decides; the others
---count on.
---
---Without one of the fields from `status` to `lose` what was asked for is done and answered; those from `delay` on
---say what happens to the answer, whichever it is. A response to HEAD and one of status 204 or 304 have no body that
---could be spoilt.
---
---`on` says when a plan strikes:
---
---- `2`: the second request
---- `{1, 3}`: the first and the third
---- `{from = 2}`: the second and all that follow
---- `{every = 3}`: the third, the sixth and so on
---- `{chance = 0.05, seed = 7}`: each with this probability; the same seed (1) strikes the same ones
---- `"all"`: every one
---
---`endless` has the status 200 and the effect, or the `status` without it.
---
---`headers`, `body`, `retry_after` and `after` need `status` beside them (or `html`, which `body` does not), `late`
---one of these or `drop = "before"`, `reset` needs `drop`. `after` and `late`, `body` and `html` exclude each other;
---`drop` excludes every other answer and all of the fields behind `delay`; `endless` excludes `body`, `html`, `cut`,
---`garble` and `content_length`. `lag`, `job`, `job_seconds` and `lose` need an effect. Seconds may be fractions, up
---to a year.
---@class pinecone.FaultPlan
---@field operation string such as `create_backup`, by the names in `lua/pinecone/emulator/api/routes.lua`; `"*"` is every request
---@field on? integer|table|string when it strikes, see above; 1 when absent
---@field status? integer 200 to 599: answer this and do nothing
---@field body? string of that answer; none when absent
---@field headers? table<string, string> of that answer, by name
---@field retry_after? number|string seconds or a text (a date, nonsense) for the header of that name
---@field html? boolean true: answer a web page, as a proxy at the edge does; the `status` is 502 when absent
---@field after? boolean true: do what was asked for, then answer the `status`
---@field late? number seconds on the emulator's clock: answer at once, do what was asked for so much later
---@field drop? "before"|"after"|"during" close the connection: `"before"` the effect, `"after"` it, `"during"` the answer's head
---@field reset? boolean true, beside `drop`: close it with a reset
---@field lag? number seconds: for so long, lists do not show what this request makes; a list does not show what is younger
---@field job? "failed"|"cancelled" `"failed"` or `"cancelled"`: the job that it starts ends so
---@field job_seconds? number how long that job takes
---@field lose? integer so many records, the last ones, that a restored index lacks; only for `create_index_from_backup`
---@field delay? number seconds: the effect happens at once, the answer comes so much later
---@field drip? number|table seconds between two bytes of the answer, or `{bytes = 10, seconds = 0.1}`
---@field cut? integer so many bytes of the body, then the connection ends
---@field garble? boolean true: right status, headers and length, but the body is no JSON
---@field content_length? integer what the header says; what is missing never comes, the connection stays open
---@field endless? boolean true: a body that begins as JSON and goes on as fast as it is read, up to 1 GiB
---@field header_flood? integer so many further headers, up to 1,000,000, before the others
---@field [string] pinecone.unknown_field

---What a project begins with.
---
---{ "indexes": [ { "name": "movies", "dimension": 3, "records": 98, "days_ago": 40 }, { "name": "songs", "dimension":
---2, "spec": { "pod": { "environment": "us-east1-gcp", "pod_type": "p1.x1" } }, "namespaces": { "": 10, "rock": [ {
---"id": "a", "values": [1, 0] } ] } } ], "collections": [ { "name": "frozen", "source": "songs" } ], "backups": [ {
---"index_name": "movies", "name": "before-launch", "description": "...", "days_ago": 3 }, { "index_name": "movies",
---"name": "broken", "status": "InitializationFailed" } ], "schedules": [ { "index_name": "movies", "name": "nightly",
---"frequency": "daily", "expire_after_days": 7, "enabled": true, "days_ago": 30 } ], "restores": [ { "backup":
---"before-launch", "name": "movies-restored", "days_ago": 2 } ] }
---
---An index takes the fields of create_index of 2026-04; without `spec` it is serverless, in us-east-1 of aws.
---`records` is a list as upserts take it, or a number of made-up ones, record-1, record-2 and so on; `namespaces` has
---either by namespace.
---
---`days_ago` (a number, perhaps with a fraction) tells when a thing was there. Without it an index or a backup is as
---old as the oldest thing that is made from it, everything else is of today. It all goes through the API in order of
---time with the clock at that time, so a schedule has made its backups since and those that expired are gone. Each
---step begins so early that its job, and then the jobs of what is made from it, are done at `days_ago`.
---@class pinecone.Seed
---@field indexes? table[] each with `name`, what `create_index` of 2026-04 takes, and `records` or `namespaces`
---@field collections? table[] each with `name` and `source`
---@field backups? table[] each with `index_name`, `name`, `description` and `status`
---@field schedules? table[] each with `index_name`, `name`, `frequency`, `expire_after_days` and `enabled`
---@field restores? table[] each with `backup`, its name, and `name`, that of the new index
---@field [string] pinecone.unknown_field

---What an emulator can be told.
---
---Beside these it takes all of `ProjectOptions`.
---@class pinecone.EmulatorOptions: pinecone.ProjectOptions
---@field port? integer where the control plane listens; 5080 for `run`, a free one for `spawn`; 0 takes a free one
---@field legacy_port? integer the same for the legacy controller; default: `0`
---@field api_key? string the only key to accept; any that is not empty is good without it
---@field idle_seconds? number how long a connection may be silent; default: `600`
---@field speed? number how many seconds pass in a real one; 0 stands still; default: `1`
---@field state? string a file that keeps the project across restarts
---@field seed? pinecone.Seed|string what the project begins with, or a JSON file with that
---@field faults? pinecone.FaultPlan[]|string fault plans, or a JSON file with them
---@field lua? string the interpreter, for `spawn`; default: the running one
---@field [string] pinecone.unknown_field

---What the emulated project is like, and what was decided where Pinecone documents nothing.
---
---Each is an option of `spawn` and `run`, and of `pinecone-backup emulator --set NAME=VALUE`.
---@class pinecone.ProjectOptions
---@field job_seconds? number how long backups, restores, collections, new indexes and deletions take; default: `2`
---@field max_indexes? integer indexes per project; one more is a 403; default: `20`
---@field max_backups? integer backups per project; one more is a 403; default: `500`
---@field max_collections? integer collections per project; one more is a 403; default: `100`
---@field max_schedules? integer schedules per index, enabled or not; one more is a 403; default: `3`
---@field max_retention_days? integer longest retention of a schedule; more is a 400; default: `365`
---@field plan_has_backups? boolean false: creating backups and schedules is a 403; default: `true`
---@field past_due? boolean true: what costs money is a 402, until the invoices are paid; default: `false`
---@field denied_operations? table operations that the key may not do: a JSON list of names as in the request log; each is a 403; default: `{}`
---@field quota_code? string the code beside a quota's 403, up to 2026-04; one of `FORBIDDEN`, `QUOTA_EXCEEDED`; default: `"FORBIDDEN"`
---@field default_version? string spoken where a request names no version; one of `2025-04`, `2025-10`, `2026-04`, `2026-07`, `unstable`; default: `"2025-04"`
---@field unknown_version? string what to do where it names one that does not exist: a 400, or speak this one; one of `refuse`, `2025-04`, `2025-10`, `2026-04`, `2026-07`, `unstable`; default: `"refuse"`
---@field schedules_from_2026_04? boolean true: schedules answer to 2026-04 as well as to 2026-07 and unstable; default: `false`
---@field plain_401_always? boolean true: a 401 is plain text in every version, not only from 2026-07 on; default: `false`
---@field newest_first? boolean order of lists with pages; false: oldest first; default: `true`
---@field default_limit? integer items on a page up to 2026-04; 100 from 2026-07 on; default: `10`
---@field limit_out_of_range? string a limit that is too small or too large: a 400, or the nearest good one; one of `refuse`, `clamp`; default: `"refuse"`
---@field list_lag_seconds? number how long lists do not show what was just made; default: `0`
---@field refuse_delete_while_restoring? string when deleting a backup that is being restored is a 412; one of `always`, `before_2026_07`; default: `"always"`
---@field not_ready_status? number the status of restoring a backup that is not Ready, up to 2026-04; 412 from 2026-07 on; one of `400`, `409`, `412`, `422`; default: `412`
---@field refuse_delete_while_initializing? boolean true: a backup that is Initializing, and its index, cannot be deleted (412); default: `false`
---@field deleted_backups_linger? boolean true: a deleted backup can be seen for another job_seconds; default: `false`
---@field restore_read_capacity? string what a restore's read_capacity does; one of `ignore`, `apply`; default: `"ignore"`
---@field restore_region_field? string a field of a restore's body, under unstable, that names another region of the same cloud; default: `""`
---@field keep_restore_jobs? boolean true: jobs stay visible when their target index is gone; default: `false`
---@field run_hour? integer the hour, in UTC, at which new schedules run; default: `6`
---@field first_run? string when a new schedule runs first: the day after, or a day, week or month after; one of `next_day`, `next_period`; default: `"next_day"`
---@field month_end? string a monthly run on a day that a month does not have; one of `last_day`, `skip`; default: `"last_day"`
---@field history_scheduled_rows? boolean true: history shows the coming run as a Scheduled row; default: `false`
---@field refuse_unknown_keys? boolean true: unknown keys of backup, restore, schedule and collection bodies are a 422; default: `false`
---@field unknown_path_body? string the body of a 404 for an unknown path and of a 405; one of `json`, `text`, `empty`; default: `"json"`
---@field messages? table a JSON object of other texts of errors, by the names in emulator/failure.lua; default: `{}`
---@field [string] pinecone.unknown_field

---A local Pinecone for tests: the control plane with backups, restore jobs, collections, backup schedules and
---indexes, and a small data plane.
---
---Needs luv and lua-cjson, and nothing of the client.
---@class pinecone.emulator
local emulator = {}

---Runs an emulator in this process until SIGINT or SIGTERM.
---
---The first line on standard output is `listening on http://127.0.0.1:PORT`, the second `legacy controller on
---http://127.0.0.1:PORT`.
---
---```lua
---require "pinecone.emulator".run { port = 0, job_seconds = 2 }
---```
---@param given? pinecone.EmulatorOptions
---@return boolean? # true
---@return string? # what went wrong
function emulator.run(given) end

---Starts an emulator as a process of its own, which ends with this one.
---
---```lua
---local running = assert(require "pinecone.emulator".spawn {
---   job_seconds = 0, seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } },
---})
---print(running.url)
---running:stop()
---```
---@param given? pinecone.EmulatorOptions
---@return pinecone.Emulator? # it, which listens already
---@return string? # what went wrong
function emulator.spawn(given) end

return emulator
