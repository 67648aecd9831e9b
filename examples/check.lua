-- Tells which indexes have no fresh backup. Exits as monitoring plugins do: 0 ok, 1 warning, 2 critical, 3 unknown.
-- With a file it also writes there what Prometheus reads, for node_exporter's textfile collector. Alert also on an old
-- pinecone_backup_check_timestamp: where nothing could be looked at, or nobody ran this, the file stays as it was. In a
-- crontab the key comes from a file, because cron logs whole commands, and mails the settings of the crontab:
--
--    */15 * * * *  PINECONE_API_KEY=$(cat pinecone.key) lua check.lua /var/lib/node_exporter/pinecone.prom

local pinecone = require "pinecone"

local CODES = { ok = 0, warning = 1, critical = 2 }
local UNKNOWN = 3

local function stop(problem)
   io.stderr:write(tostring(problem), "\n")
   os.exit(UNKNOWN)
end

-- In one step, so that nobody reads half of it.
local function write(path, text)
   local new = path .. ".new"
   local file, problem = io.open(new, "w")
   if not file then
      stop(problem)
   end
   local written, write_problem = file:write(text)
   local closed, close_problem = file:close() -- a full disk may show only here
   local renamed, rename_problem
   if written and closed then
      renamed, rename_problem = os.rename(new, path)
   end
   if not renamed then
      os.remove(new)
      stop(("cannot write %s: %s"):format(path, tostring(write_problem or close_problem or rename_problem)))
   end
end

local pc, err = pinecone.new()
if not pc then
   stop(err)
end
local check
check, err = pc:check { max_age = 26 * 3600 }
if not check then
   stop(err)
end
for _, index in ipairs(check.indexes) do
   print(("%-8s  %s: %s"):format(index.verdict, index.index_name, index.reason))
end
if #check.indexes == 0 then
   print(("%-8s  %s"):format(check.verdict, check.reason))
end
if arg[1] then
   write(arg[1], pinecone.metrics(check))
end
os.exit(CODES[check.verdict])
