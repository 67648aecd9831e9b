-- What lanes do: each story makes something, looks at it, and mostly deletes it. What is left is compared with the
-- ledger and deleted at the end of a round.

local faults = require "soak.faults"
local lanes = require "soak.lanes"
local truth = require "soak.truth"

local stories = {}

local LEFT = 0.15 -- the share of things that are left

local SERVERLESS = { serverless = { cloud = "aws", region = "us-east-1" } }

local function is_named(name)
   return function(resource) return resource.name == name end
end

-- Backups ------------------------------------------------------------------------------------------------------------

-- The entry and the id, where there is one.
local function make_backup(lane, name, description)
   local key = truth.key_of_backup { source_index_name = lane.index, name = name, description = description }
   local arguments = { index_name = lane.index, name = name, description = description }
   local entry, backup = lane:create("create_backup", arguments, "backup", key, "backup_id")
   return entry, backup and backup.backup_id
end

local function remove_backup(lane, entry, id)
   return not lane:chance(LEFT) and lane:remove(entry, "delete_backup", id)
end

-- An iterator must show it once.
local function look_in_list(lane, entry, id)
   lanes.sleep(faults.LATEST) -- the list may lag
   local seen = 0
   local ended = lane:read_list("list_backups", lane:client():backups { index_name = lane.index }, function(backup)
      seen = seen + (backup.backup_id == id and 1 or 0)
   end)
   if ended and seen ~= 1 then
      lane:finding(seen == 0 and "lost" or "doubled", "backup " .. entry.key,
         ("the list shows it %d times"):format(seen))
   end
end

function stories.backup(lane)
   local name = lane:name "b"
   local entry, id = make_backup(lane, name, lane:chance(0.5) and "nightly" or nil)
   if not entry then
      return
   end
   lane:expect(entry, "describe_backup", id, is_named(name))
   if lane:chance(0.3) then
      look_in_list(lane, entry, id)
   end
   remove_backup(lane, entry, id)
end

-- Nothing can be looked for, so that it may stay unknown; but never twice.
function stories.unnamed_backup(lane)
   local entry, id = make_backup(lane, nil, lane:name "u")
   if entry then
      lane:expect(entry, "describe_backup", id)
      remove_backup(lane, entry, id)
   end
end

-- Two that look the same are two.
local function make_twins(lane)
   local name = lane:name "t"
   local entry, id = make_backup(lane, name)
   if not entry then
      return
   end
   local twin, other = make_backup(lane, name)
   if other == id then
      lane:finding("lying", "backup " .. entry.key, "two calls were given one backup")
   end
   remove_backup(lane, entry, id)
   if twin then
      remove_backup(lane, twin, other)
   end
end

function stories.twins(lane)
   lane:on_one_client(make_twins)
end

-- The way for what has no method: a create is not looked for, and not repeated.
function stories.request(lane)
   local name = lane:name "q"
   local key = truth.key_of_backup { source_index_name = lane.index, name = name }
   local entry, backup = lane:create("request",
      { method = "POST", path = "/indexes/" .. lane.index .. "/backups", body = { name = name } },
      "backup", key, "backup_id")
   lane:call("request", { path = "/indexes/" .. lane.index, query = { some = "thing" } })
   if entry and not lane:chance(LEFT) then
      local path = "/backups/" .. backup.backup_id
      lane:expect(entry, "request", { path = path }, is_named(name))
      lane:remove(entry, "request", { method = "DELETE", path = path })
   end
end

-- Restores -----------------------------------------------------------------------------------------------------------

local function restore(lane, backup_id, name)
   local entry, job, err = lane:create("create_index_from_backup", { backup_id = backup_id, name = name },
      "restore", name, "restore_job_id")
   local index = lane:enter("index", name, nil, job, err)
   return entry, job and job.restore_job_id, index
end

local function is_for(name)
   return function(job) return job.target_index_name == name end
end

-- A job is there for as long as its index.
local function remove_index(lane, index, job)
   lane:remove(index, "delete_index", index.key)
   if job and index.state ~= "there" then
      job.state = index.state
   end
end

local function use_backup(lane, id)
   local name = lane:name "r"
   local job, job_id, index = restore(lane, id, name)
   if not job then
      return
   end
   lane:expect(job, "describe_restore_job", job_id, is_for(name))
   if lane:wait_for("wait_for_restore", job_id) then
      if lane:chance(0.3) then
         lane:refused("create_index_from_backup", { backup_id = id, name = name })
      end
      lane:call("list_restore_jobs", { limit = 5 })
      remove_index(lane, index, job)
   end
end

function stories.restore(lane)
   local entry, id = make_backup(lane, lane:name "b")
   if entry and lane:wait_for("wait_for_backup", id) then
      lane:on_one_client(use_backup, id)
      remove_backup(lane, entry, id)
   end
end

-- Indexes and collections --------------------------------------------------------------------------------------------

function stories.index(lane)
   local name = lane:name "i"
   local arguments = { name = name, dimension = 3, metric = "cosine", spec = SERVERLESS }
   local entry = lane:create("create_index", arguments, "index", name)
   if entry and lane:wait_for("wait_for_index", name) then
      lane:call("configure_index", { index_name = name, tags = { team = name } })
      lane:expect(entry, "describe_index", name, is_named(name))
      if lane:chance(0.3) then
         lane:refused("create_index", arguments)
      end
      remove_index(lane, entry)
   end
end

local function index_from_collection(lane, collection)
   local name = lane:name "j"
   local entry = lane:create("create_index_from_collection", {
      name = name, source_collection = collection, dimension = 3, metric = "cosine",
      environment = "us-east1-gcp", pod_type = "p1.x1",
   }, "index", name)
   if entry and lane:wait_for("wait_for_index", name) then
      remove_index(lane, entry)
   end
end

function stories.collection(lane)
   local name = lane:name "c"
   local entry = lane:create("create_collection", { name = name, source = lane.pod }, "collection", name)
   if not entry or not lane:wait_for("wait_for_collection", name) then
      return
   end
   lane:expect(entry, "describe_collection", name, is_named(name))
   if lane:chance(0.3) then
      lane:refused("create_collection", { name = name, source = lane.pod })
   end
   if lane:chance(0.3) then
      index_from_collection(lane, name)
   end
   if not lane:chance(LEFT) then
      lane:remove(entry, "delete_collection", name)
   end
end

-- Schedules ----------------------------------------------------------------------------------------------------------

-- Resuming one takes a backup at once: one, however often it was asked for.
local function resume(lane, id, name)
   local _, err = lane:call("pause_backup_schedule", id)
   if err then
      return
   end
   local resumed
   resumed, err = lane:call("resume_backup_schedule", id)
   local key = truth.key_of_backup { source_index_name = lane.index, name = name .. " run" }
   local entry = lane:enter("backup", key, nil, resumed, err)
   local history = resumed and lane:call("list_backup_schedule_history", id)
   if history and history.data[1] then
      lane:remove(entry, "delete_backup", history.data[1].backup_id)
   end
end

function stories.schedule(lane)
   local name = lane:name "s"
   local entry, schedule = lane:create("create_backup_schedule",
      { index_name = lane.index, name = name, frequency = "daily", expire_after_days = 7 },
      "schedule", lane.index .. "/" .. name, "schedule_id")
   if not entry then
      return -- perhaps another lane's is enabled
   end
   local id = schedule.schedule_id
   lane:expect(entry, "describe_backup_schedule", id, is_named(name))
   lane:call("update_backup_schedule", { schedule_id = id, expire_after_days = 3 })
   lane:call("list_backup_schedules", lane.index)
   resume(lane, id, name)
   lane:remove(entry, "delete_backup_schedule", id)
end

-- Looking ------------------------------------------------------------------------------------------------------------

local looks = {
   function(lane) lane:call("list_backups", { index_name = lane.index, limit = 2 }) end,
   function(lane) lane:call("list_backups", { limit = 5 }) end,
   function(lane) lane:read_list("list_backups", lane:client():backups(), function() end) end,
   function(lane) lane:read_list("list_restore_jobs", lane:client():restore_jobs(), function() end) end,
   function(lane) lane:read_list("list_collections", lane:client():collections(), function() end) end,
   function(lane) lane:call("describe_index", lane.index) end,
   function(lane) lane:call("describe_collection", "soak-none") end,
   function(lane) lane:call_repeatedly("describe_index_stats", lane.index, 4) end,
}

function stories.look(lane)
   for _ = 1, 4 do
      looks[1 + math.floor(lane.random() * #looks)](lane)
   end
end

-- Choosing -----------------------------------------------------------------------------------------------------------

local shares = {
   { "backup", 30 }, { "unnamed_backup", 8 }, { "twins", 7 }, { "request", 7 }, { "restore", 14 }, { "index", 8 },
   { "collection", 10 }, { "schedule", 10 }, { "look", 6 },
}

--- Runs a story for a lane.
function stories.tell(lane)
   local left = lane.random() * 100
   for _, share in ipairs(shares) do
      left = left - share[2]
      if left < 0 then
         return stories[share[1]](lane)
      end
   end
end

return stories
