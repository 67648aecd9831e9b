-- Every operation that writes: how to bring it about, and how to see how often it took effect.

local pinecone = require "pinecone"

local check = pinecone.assert

local SPEC = { serverless = { cloud = "aws", region = "us-east-1" } }

local function count(items, is_wanted)
   local found = 0
   for _, item in ipairs(items) do
      if is_wanted(item) then
         found = found + 1
      end
   end
   return found
end

-- All items of an iterator.
local function all(pages)
   local items = {}
   local item, err = pages:next()
   while item do
      items[#items + 1] = item
      item, err = pages:next()
   end
   return err and check(nil, err) or items
end

local function new_index(admin, name)
   check(admin:create_index { name = name, dimension = 3, spec = SPEC })
end

local function new_schedule(pc, name)
   return pc:create_backup_schedule {
      index_name = name, name = "nightly", frequency = "daily", expire_after_days = 7,
   }
end

local function index_count(admin, name)
   return count(check(admin:list_indexes()).indexes, function(index) return index.name == name end)
end

local function collection_count(admin, name)
   return count(check(admin:list_collections()).collections, function(collection)
      return collection.name == name and collection.status ~= "Terminating"
   end)
end

local function is_gone(value, err)
   if value then
      return value.status == "Terminating" and 1 or 0
   end
   return err.kind == "not_found" and 1 or check(nil, err)
end

-- Each row: `prepare(admin, name)` may give a thing that the others take; `write(pc, name, thing)` is what is under
-- test; `effects(admin, name, thing)` counts. `name` is another one each time. `settled`: a lost answer can be looked
-- for.
local writes = {}

writes.rows = {
   create_backup = {
      settled = true,
      write = function(pc, name) return pc:create_backup { index_name = "movies", name = name, description = "d" } end,
      effects = function(admin, name)
         return count(all(admin:backups "movies"), function(backup) return backup.name == name end)
      end,
   },
   ["create_backup without a name"] = {
      operation = "create_backup",
      write = function(pc, name) return pc:create_backup { index_name = "movies", description = name } end,
      effects = function(admin, name)
         return count(all(admin:backups "movies"), function(backup) return backup.description == name end)
      end,
   },
   delete_backup = {
      settled = true,
      prepare = function(admin, name) return check(admin:create_backup { index_name = "movies", name = name }) end,
      write = function(pc, _, backup) return pc:delete_backup(backup.backup_id) end,
      effects = function(admin, _, backup) return is_gone(admin:describe_backup(backup.backup_id)) end,
   },
   create_index_from_backup = {
      settled = true,
      prepare = function(admin)
         return check(admin:backups("originals"):next())
      end,
      write = function(pc, name, backup)
         return pc:create_index_from_backup { backup_id = backup.backup_id, name = name }
      end,
      effects = function(admin, name)
         return count(all(admin:restore_jobs()), function(job) return job.target_index_name == name end)
      end,
   },
   create_collection = {
      settled = true,
      write = function(pc, name) return pc:create_collection { name = name, source = "pods" } end,
      effects = collection_count,
   },
   delete_collection = {
      settled = true,
      prepare = function(admin, name)
         check(admin:create_collection { name = name, source = "pods" })
      end,
      write = function(pc, name) return pc:delete_collection(name) end,
      effects = function(admin, name) return is_gone(admin:describe_collection(name)) end,
   },
   create_index_from_collection = {
      settled = true, operation = "create_index",
      write = function(pc, name)
         return pc:create_index_from_collection {
            name = name, source_collection = "films", environment = "us-east1-gcp", dimension = 3,
         }
      end,
      effects = index_count,
   },
   create_backup_schedule = {
      settled = true,
      prepare = new_index,
      write = new_schedule,
      effects = function(admin, name) return #all(admin:backup_schedules(name)) end,
   },
   update_backup_schedule = {
      settled = true,
      prepare = function(admin, name)
         new_index(admin, name)
         return check(new_schedule(admin, name))
      end,
      write = function(pc, _, schedule) return pc:pause_backup_schedule(schedule.schedule_id) end,
      effects = function(admin, _, schedule)
         return check(admin:describe_backup_schedule(schedule.schedule_id)).enabled and 0 or 1
      end,
   },
   delete_backup_schedule = {
      settled = true,
      prepare = function(admin, name)
         new_index(admin, name)
         return check(new_schedule(admin, name))
      end,
      write = function(pc, _, schedule) return pc:delete_backup_schedule(schedule.schedule_id) end,
      effects = function(admin, _, schedule) return is_gone(admin:describe_backup_schedule(schedule.schedule_id)) end,
   },
   create_index = {
      settled = true,
      write = function(pc, name) return pc:create_index { name = name, dimension = 3, spec = SPEC } end,
      effects = index_count,
   },
   configure_index = {
      settled = true,
      prepare = new_index,
      write = function(pc, name) return pc:configure_index { index_name = name, tags = { night = "shift" } } end,
      effects = function(admin, name)
         local tags = check(admin:describe_index(name)).tags
         return tags and tags.night and 1 or 0
      end,
   },
   delete_index = {
      settled = true,
      prepare = new_index,
      write = function(pc, name) return pc:delete_index(name) end,
      effects = function(admin, name)
         local index, err = admin:describe_index(name)
         if index then
            return index.status.state == "Terminating" and 1 or 0
         end
         return is_gone(nil, err)
      end,
   },
   ["request with POST"] = {
      operation = "create_backup",
      write = function(pc, name)
         return pc:request { method = "POST", path = "/indexes/movies/backups", body = { name = name } }
      end,
      effects = function(admin, name)
         return count(all(admin:backups "movies"), function(backup) return backup.name == name end)
      end,
   },
   ["request with DELETE"] = {
      settled = true, operation = "delete_collection",
      prepare = function(admin, name)
         check(admin:create_collection { name = name, source = "pods" })
      end,
      write = function(pc, name) return pc:request { method = "DELETE", path = "/collections/" .. name } end,
      effects = function(admin, name) return is_gone(admin:describe_collection(name)) end,
   },
}

--- Makes what the rows need. The emulator's jobs may take their time.
-- @tparam Client admin
-- @tparam table running the emulator
function writes.set_up(admin, running)
   local function pass_time()
      check(running:advance(7200))
   end
   new_index(admin, "movies")
   new_index(admin, "originals")
   check(admin:create_index {
      name = "pods", dimension = 3, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
   })
   pass_time()
   check(admin:create_backup { index_name = "originals", name = "original" })
   check(admin:create_collection { name = "films", source = "pods" })
   pass_time()
end

return writes
