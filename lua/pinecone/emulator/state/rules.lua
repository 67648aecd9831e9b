--- Rules for names, tags and places.
-- Each check returns nil, or the failure. Some depend on the version: `limits`
-- has `narrow_tags` (few characters in values), `tag_count` and `backup_names`
-- (whether they have to be resource names).
-- @module pinecone.emulator.state.rules

local failure = require("pinecone.emulator.failure")

local rules = {}

--- The limits where no version says any.
rules.NO_LIMITS = {}

local NAME_LENGTH = 45
local TAG_KEY_LENGTH = 80
local TAG_VALUE_LENGTH = 120
local LARGEST_DIMENSION = 20000
local NARROW_VALUE, WIDE_VALUE = "[^%w;@_.+ -]", "[^ -~]"

-- What a region of each cloud looks like; no list of regions is published.
local region_patterns = {
   aws = "^%l%l%-%l+%-%d$",
   gcp = "^%l+%-%l+%d+$",
   azure = "^%l+%d*$",
}

local metrics = { cosine = true, euclidean = true, dotproduct = true }
local protections = { enabled = true, disabled = true }

--- Whether text is a resource name: 1 to 45 of a-z, 0-9 and `-`, no `-` at an end.
-- @tparam string name
-- @treturn boolean
function rules.is_name(name)
   return #name <= NAME_LENGTH and name:find("^[a-z0-9][a-z0-9-]*$") ~= nil
      and name:sub(-1) ~= "-"
end

--- Checks the name of a new index.
-- @tparam string name
function rules.index_name(name)
   return not rules.is_name(name) and failure("invalid_index_name") or nil
end

--- Checks the name of a new backup, where the version has a rule for it.
-- @tparam ?string name
-- @tparam table limits
function rules.backup_name(name, limits)
   return limits.backup_names and name and not rules.is_name(name) and failure("invalid_backup_name") or nil
end

--- Checks the name of a new collection.
-- @tparam string name
function rules.collection_name(name)
   return not rules.is_name(name) and failure("invalid_collection_name") or nil
end

local function tag_problem(key, value, limits)
   if #key == 0 or #key > TAG_KEY_LENGTH or key:find("[^%w_-]") then
      return ("key '%s' must be 1-%d characters, alphanumeric, '_' or '-'.")
         :format(key, TAG_KEY_LENGTH)
   elseif #value > TAG_VALUE_LENGTH or value:find(limits.narrow_tags and NARROW_VALUE or WIDE_VALUE) then
      return ("value of '%s' must be at most %d characters, %s."):format(key, TAG_VALUE_LENGTH,
         limits.narrow_tags and "alphanumeric, ';', '@', '_', '-', '.', '+', or ' '" or "printable ASCII")
   end
end

--- Checks tags.
-- @tparam ?table tags
-- @tparam table limits
function rules.tags(tags, limits)
   local count = 0
   for key, value in pairs(tags or {}) do
      count = count + 1
      local problem = tag_problem(key, value, limits)
      if problem then
         return failure("invalid_tags", problem)
      end
   end
   if limits.tag_count and count > limits.tag_count then
      return failure("invalid_tags", ("at most %d are allowed."):format(limits.tag_count))
   end
end

--- Checks a deletion protection setting.
-- @tparam ?string value
function rules.deletion_protection(value)
   if value ~= nil and not protections[value] then
      return failure("invalid_request", "deletion_protection must be enabled or disabled.")
   end
end

--- Checks cloud and region of a serverless index.
-- @tparam string cloud
-- @tparam string region
function rules.place(cloud, region)
   local pattern = region_patterns[cloud]
   if not pattern or not region:find(pattern) then
      return failure("region_not_found", cloud, region)
   end
end

local vector_checks = {
   dense = function(definition)
      local dimension = definition.dimension
      if not dimension then
         return "dimension is required for dense indexes."
      elseif dimension < 1 or dimension > LARGEST_DIMENSION then
         return ("dimension must be between 1 and %d."):format(LARGEST_DIMENSION)
      elseif not metrics[definition.metric] then
         return "metric must be cosine, euclidean or dotproduct."
      end
   end,
   sparse = function(definition)
      if definition.dimension then
         return "dimension must not be given for sparse indexes."
      elseif definition.metric ~= "dotproduct" then
         return "metric must be dotproduct for sparse indexes."
      end
   end,
}

--- Checks vector type, dimension and metric together.
-- @tparam table definition
function rules.vectors(definition)
   local check = vector_checks[definition.vector_type]
   local problem
   if check then
      problem = check(definition)
   else
      problem = "vector_type must be dense or sparse."
   end
   return problem and failure("invalid_request", problem) or nil
end

local node_types = { b1 = true, t1 = true }

local function dedicated_problem(dedicated)
   if not dedicated then
      return "read_capacity.dedicated is required."
   elseif not node_types[dedicated.node_type] then
      return "read_capacity.dedicated.node_type must be b1 or t1."
   elseif dedicated.scaling ~= "Manual" then
      return "read_capacity.dedicated.scaling must be Manual."
   end
   local manual = dedicated.manual
   if manual and ((manual.replicas or 0) < 0 or (manual.shards or 1) < 1) then
      return "read_capacity.dedicated.manual needs replicas of at least 0 and shards of at least 1."
   end
end

--- Checks the read capacity of a new index, or what a change makes of it.
-- @tparam ?table capacity
-- @tparam[opt] string kind of the index
function rules.read_capacity(capacity, kind)
   local mode, problem = capacity and capacity.mode, nil
   if mode == "OnDemand" and kind == "byoc" then
      problem = "A byoc index needs Dedicated read_capacity."
   elseif capacity and mode ~= "OnDemand" and mode ~= "Dedicated" then
      problem = "read_capacity.mode must be OnDemand or Dedicated."
   elseif mode == "Dedicated" then
      problem = dedicated_problem(capacity.dedicated)
   end
   return problem and failure("invalid_request", problem) or nil
end

--- Checks the fields of a metadata schema: only `filterable: true` is supported.
-- @tparam ?table schema
function rules.metadata_schema(schema)
   for name, field in pairs(schema and schema.fields or {}) do
      if type(field) ~= "table" or field.filterable ~= true then
         return failure("invalid_request", ("schema.fields.%s.filterable must be true."):format(tostring(name)))
      end
   end
end

--- Checks the pods of an index.
-- @tparam ?table pod
function rules.pod(pod)
   if not pod then
      return
   elseif not pod.pod_type:find("^[sp][12]%.x[1248]$") or pod.pod_type:find("^s2") then
      return failure("invalid_request", "pod_type must be s1, p1 or p2 with .x1, .x2, .x4 or .x8.")
   elseif pod.replicas < 1 or pod.shards < 1 then
      return failure("invalid_request", "replicas and shards must be at least 1.")
   elseif pod.pods ~= pod.replicas * pod.shards then
      return failure("invalid_request", "pods must equal replicas times shards.")
   end
end

--- Runs checks in order.
-- @param ... what checks returned; nils are skipped
-- @treturn table the first failure, or nil
function rules.first(...)
   for position = 1, select("#", ...) do
      local found = select(position, ...)
      if found then
         return found
      end
   end
end

return rules
