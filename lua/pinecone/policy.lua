-- What retention is told: which backups it may touch, and which of them it keeps. No I/O.

local errors = require "pinecone.errors"
local fields = require "pinecone.fields"

local policy = {}

local known = {
   keep_last = "number", keep_hourly = "number", keep_daily = "number", keep_weekly = "number",
   keep_monthly = "number", keep_yearly = "number", keep_within = "number", min_count = "number",
   group_by = "string", name_prefix = "string", filter = "function", all = "boolean",
}

local keeping = {
   "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly", "keep_within",
}

local groups = { source_index_name = true, source_index_id = true }

-- A safety belt: each rule keeps the newest of a group by itself.
local LEAST_COUNT = 1

local function misuse(prefix, message, ...)
   errors.misuse(prefix .. ": " .. message:format(...))
end

local function check_numbers(prefix, given)
   for name, value in pairs(given) do
      if type(value) == "number" and not (value >= 0 and value < math.huge and value % 1 == 0) then
         misuse(prefix, "'%s' must be a whole number from 0 up, got %s", name, tostring(value))
      end
   end
end

local function check_scope(prefix, given)
   if given.name_prefix == "" then
      misuse(prefix, "an empty 'name_prefix' names every backup; all = true says so")
   elseif given.all and (given.name_prefix or given.filter) then
      misuse(prefix, "'all' excludes 'name_prefix' and 'filter'")
   elseif not (given.all or given.name_prefix or given.filter) then
      misuse(prefix, "it must say which backups it may touch: name_prefix, filter, or all = true")
   end
end

local function check_keeping(prefix, given)
   for _, name in ipairs(keeping) do
      if (given[name] or 0) > 0 then
         return
      end
   end
   misuse(prefix, "it keeps nothing; it needs one of %s, above 0", table.concat(keeping, ", "))
end

-- What is checked must be what is used. A metatable may have fields that `pairs` does not show, and may tell another
-- value each time.
local function copy_of(prefix, given)
   fields.check(prefix, given, known)
   local copy = {}
   for name in pairs(known) do
      copy[name] = given[name]
   end
   fields.check(prefix, copy, known)
   return copy
end

local function without_zeros(given)
   local copy = {}
   for name, value in pairs(given) do
      copy[name] = value ~= 0 and value or nil
   end
   return copy
end

--- Checks a policy. Misuse raises.
-- @tparam string prefix what messages begin with
-- @param given what the caller gave; see pinecone.retention for its fields
-- @treturn table a copy of it, with its defaults, and without rules of 0
function policy.complete(prefix, given)
   local copy = copy_of(prefix, given)
   check_numbers(prefix, copy)
   if copy.group_by and not groups[copy.group_by] then
      misuse(prefix, "'group_by' must be source_index_name or source_index_id, got '%s'", copy.group_by)
   end
   check_scope(prefix, copy)
   check_keeping(prefix, copy)
   local complete = without_zeros(copy)
   complete.group_by = complete.group_by or "source_index_name"
   complete.min_count = complete.min_count or LEAST_COUNT
   return complete
end

return policy
