---@meta pinecone.retention
-- Made by "make types" from the same comments as the reference: change those, not this.

---Which backups a retention is about, and which of them stay.
---
---At least one of `name_prefix`, `filter` and `all` says the first, and at least one rule whose name begins with
---"keep" the second.
---@class pinecone.Policy
---@field name_prefix? string names backups whose name begins so
---@field filter? fun(backup: pinecone.Backup): any names backups for which it gives something true; it is only asked about such as could be deleted
---@field all? boolean `true` names every backup; neither of the first two then
---@field keep_last? integer keeps the newest n
---@field keep_hourly? integer keeps the newest of each of the last n hours that have one
---@field keep_daily? integer the same for days
---@field keep_weekly? integer the same for weeks
---@field keep_monthly? integer the same for months
---@field keep_yearly? integer the same for years
---@field keep_within? integer keeps all that are at most so many seconds older than the newest of the group
---@field min_count? integer where the rules keep fewer of a group, its newest others are kept, too, up to so many; default: `1`
---@field group_by? "source_index_name"|"source_index_id" or `"source_index_id"`, which parts an index from earlier ones of its name; default: `"source_index_name"`
---@field [string] pinecone.unknown_field

---What a policy decides.
---@class pinecone.Plan
---@field keep pinecone.KeptBackup[] newest first
---@field remove pinecone.Backup[] newest first
---@field untouched pinecone.UntouchedBackup[] newest first

---A backup that stays.
---@class pinecone.KeptBackup
---@field backup pinecone.Backup
---@field reasons string[] `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly`, `within` or `min_count`

---A backup that the policy leaves alone.
---@class pinecone.UntouchedBackup
---@field backup pinecone.Backup
---@field reason string

---Which backups to keep, and which to delete.
---
---Nothing is sent.
---
---`plan` decides, `pc:prune_backups` does it.
---@class pinecone.retention
local retention = {}

---Decides which backups to keep and which to delete.
---
---It changes nothing, and asks neither a server nor a clock.
---
---A backup is kept where at least one rule keeps it. Periods are those of the calendar in UTC, weeks begin on Monday,
---and a rule for periods keeps the newest backup of each of the last n that have one. Each group has its own count.
---
---Only backups that the policy names take part, and of those only what is Ready and was made before `now`; all others
---are neither kept nor deleted, but stand in `untouched`.
---
---```lua
---local policy = { all = true, keep_last = 1 }
---local plan = pinecone.retention.plan(assert(pc:backups "movies":all()), policy, os.time())
---for _, backup in ipairs(plan.remove) do print("would delete", backup.name) end
---```
---@param backups pinecone.Backup[] in any order
---@param policy pinecone.Policy
---@param now number seconds since 1970
---@return pinecone.Plan
function retention.plan(backups, policy, now) end

return retention
