-- Backs up an index, waits until the backup is good, and deletes those of its own that are no longer needed. In a
-- crontab the key comes from a file, because cron logs whole commands, and mails the settings of the crontab:
--
--    30 2 * * *  PINECONE_API_KEY=$(cat pinecone.key) lua nightly_backup.lua movies
--
-- Exits 0 only when there is a finished backup and the old ones are gone, but for those that a restore still reads:
-- they go the next night.

local pinecone = require "pinecone"

local index_name = arg[1]
if not index_name then
   io.stderr:write("usage: lua nightly_backup.lua INDEX\n")
   os.exit(2)
end

local function stop(err)
   io.stderr:write(tostring(err), "\n")
   os.exit(1)
end

local pc = pinecone.assert(pinecone.new())

local backup, err = pc:backup({
   index_name = index_name, name = "nightly-" .. os.date "!%Y%m%d-%H%M%S",
}, { timeout = 6 * 3600 })
if not backup then
   stop(err) -- and prune nothing
end
print(("%s  %s  %s records"):format(backup.backup_id, backup.name, tostring(backup.record_count)))

-- A week of dailies and a year of monthlies. Backups with other names are nobody's business here.
local pruned
pruned, err = pc:prune_backups {
   index_name = index_name, policy = { name_prefix = "nightly-", keep_daily = 7, keep_monthly = 12 },
}
if not pruned then
   stop(err)
end
for _, old in ipairs(pruned.removed) do
   print("deleted  " .. old.name)
end
for _, old in ipairs(pruned.in_use) do
   print("kept, in use: " .. old.name)
end
local future = 0
for _, row in ipairs(pruned.untouched) do
   future = future + (row.reason == "made in the future" and 1 or 0)
end
if future > 0 then
   print("left alone, made in the future: " .. future)
end
for _, failure in ipairs(pruned.failed) do
   io.stderr:write(("%s is still there: %s\n"):format(failure.backup.name, tostring(failure.error)))
end
os.exit(#pruned.failed == 0 and 0 or 1)
