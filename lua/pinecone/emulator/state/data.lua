-- What the data plane does to an index's records.

local failure = require("pinecone.emulator.failure")
local records = require("pinecone.emulator.state.records")

local methods = {}

local ALIAS_OF_DEFAULT = "__default__"

local function namespace_of(name)
   return name == ALIAS_OF_DEFAULT and "" or name or ""
end

local function record_problem(index, record)
   local values = record.values
   if index.vector_type == "sparse" then
      return values and #values > 0 and "Sparse indexes hold sparse values only" or nil
   elseif not values then
      return "Dense vectors must contain values"
   elseif #values ~= index.dimension then
      return ("Vector dimension %.0f does not match the dimension of the index %.0f")
         :format(#values, index.dimension)
   end
end

--- Adds or replaces records.
-- @tparam string name of the index
-- @tparam ?string namespace
-- @tparam table list records
-- @treturn number how many, or nil and the failure
function methods:upsert_records(name, namespace, list)
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   end
   for _, record in ipairs(list) do
      local problem = record_problem(index, record)
      if problem then
         return nil, failure("invalid_vectors", problem)
      end
   end
   records.upsert(index.records, namespace_of(namespace), list)
   return #list
end

--- Looks records up.
-- @tparam string name of the index
-- @tparam ?string namespace
-- @tparam table ids
-- @treturn table id to record, only those that are there; or nil and the failure
function methods:fetch_records(name, namespace, ids)
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   end
   local found = {}
   for _, id in ipairs(ids) do
      found[id] = records.get(index.records, namespace_of(namespace), id)
   end
   return found
end

--- Lists ids in order.
-- @tparam string name of the index
-- @tparam ?string namespace
-- @tparam table filter `prefix`, `after`, `limit`
-- @treturn table `ids` and `more`, or nil and the failure
function methods:list_records(name, namespace, filter)
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   end
   local ids, more = records.ids(index.records, namespace_of(namespace), filter)
   return { ids = ids, more = more }
end

--- Removes records.
-- @tparam string name of the index
-- @tparam ?string namespace
-- @tparam ?table ids all of the namespace when nil
-- @treturn boolean true, or nil and the failure
function methods:delete_records(name, namespace, ids)
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   elseif ids then
      records.delete(index.records, namespace_of(namespace), ids)
   else
      records.delete_namespace(index.records, namespace_of(namespace))
   end
   return true
end

--- Counts the records of an index.
-- @tparam string name of the index
-- @treturn table `index`, `namespaces` (name to count), `total`; or nil and the failure
function methods:index_stats(name)
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   end
   local stats = { index = index, namespaces = {}, total = 0 }
   for namespace, content in pairs(index.records.namespaces) do
      stats.namespaces[namespace] = content.count
      stats.total = stats.total + content.count
   end
   return stats
end

return { methods = methods }
