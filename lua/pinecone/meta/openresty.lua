---@meta pinecone.openresty
-- Made by "make types" from the same comments as the reference: change those, not this.

---Background work in OpenResty, and in nginx with ngx_lua.
---@class pinecone.openresty
local openresty = {}

---@class pinecone.every.options
---@field lock string the name of a `lua_shared_dict`, best one that nothing else fills; 1 MB is plenty
---@field name? string of the job, in the dictionary and in the log; two jobs need two names; default: `"pinecone"`
---@field expiry? number how many seconds the lock of a worker that died lasts; default: `30`
---@field [string] pinecone.unknown_field

---Calls a function again and again, in one worker at a time.
---
---For `init_worker_by_lua`, in every worker.
---
---It runs in a timer, where everything of the client works; the first time one period after nginx has started. The
---time of the next run is kept in the shared dictionary, so a reload (HUP) neither postpones a run nor adds one. A
---full restart, an upgrade of the binary and a new size of the dictionary begin a new period: where those come more
---often than the period, call `every` with a short one, and let the function look how old the newest backup is.
---
---Two runs begin at least `seconds` apart. One that takes longer is followed by one other at once; what was missed is
---not caught up. An error goes to nginx's error log, and the next run comes all the same. A worker that is told to
---exit ends its run first.
---
---The function must bear being run twice: a run whose worker died is done again by another worker, `expiry` and at
---most 5 seconds later, and one that stops its worker for longer than `expiry` (blocking calls do) may overlap with
---that. It must return; `ngx.exit` in it looks like a worker that died.
---
---Kinds of errors:
--- - `failed`: nginx gives no timer
---
---```lua
----- in init_worker_by_lua
---require("pinecone.openresty").every(3600, require "nightly", { lock = "jobs", name = "nightly" })
---```
---@param seconds number from the beginning of a run to the beginning of the next
---@param fn fun(): any, any is called without arguments; to fail, it returns nil and an error, or raises
---@param options pinecone.every.options
---@return boolean? # true
---@return pinecone.Error # it is logged, too
function openresty.every(seconds, fn, options) end

return openresty
