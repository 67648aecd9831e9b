-- What the emulator really holds, read and cleared while nothing goes wrong.

local pinecone = require "pinecone"

local truth = {}

local PAGE_SIZE = 100

-- A run of a schedule has the schedule's name and a time.
local function key_of_backup(backup)
   local name = backup.name and backup.name:gsub("^(soak%-s%d+)%-%d+T?%d*Z?$", "%1 run")
   return ("%s/%s/%s"):format(backup.source_index_name, name or "", backup.description or "")
end

truth.key_of_backup = key_of_backup

local function pages(pc, path, field, each)
   local token
   repeat
      local page = pinecone.assert(pc:request {
         path = path, query = token and { paginationToken = token } or { limit = field == "data" and PAGE_SIZE or nil },
      })
      for _, item in ipairs(page[field]) do
         each(item)
      end
      token = page.pagination and page.pagination.next
   until not token
end

--- Everything but the indexes that the lanes work on.
-- @tparam Client pc
-- @tparam table lasting names of these indexes, to "serverless" or "pod"
-- @treturn table a sequence of things with `kind`, `key`, `id`
function truth.read(pc, lasting)
   local things = {}
   local function add(kind, key, id)
      things[#things + 1] = { kind = kind, key = key, id = id }
   end
   pages(pc, "/backups", "data", function(backup) add("backup", key_of_backup(backup), backup.backup_id) end)
   pages(pc, "/restore-jobs", "data", function(job) add("restore", job.target_index_name, job.restore_job_id) end)
   pages(pc, "/collections", "collections", function(collection) add("collection", collection.name, "") end)
   pages(pc, "/indexes", "indexes", function(index)
      if not lasting[index.name] then
         add("index", index.name, "")
      end
   end)
   for name, kind in pairs(lasting) do
      local page = kind == "pod" and { data = {} }
         or pinecone.assert(pc:list_backup_schedules { index_name = name, limit = PAGE_SIZE })
      for _, schedule in ipairs(page.data) do
         add("schedule", name .. "/" .. schedule.name, schedule.schedule_id)
      end
   end
   return things
end

return truth
