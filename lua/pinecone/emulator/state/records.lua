--- The records of one index, by namespace. No search: records are kept,
-- counted, copied and given back.
-- @module pinecone.emulator.state.records

local tables = require("pinecone.emulator.tables")

local records = {}

local FLOAT_BYTES = 4

--- An empty set of records.
-- @treturn table
function records.new()
   return { namespaces = {} }
end

local function copy_namespace(source)
   return { by_id = tables.copy(source.by_id), count = source.count, bytes = source.bytes }
end

-- Namespaces are shared between copies until one of them is written to, so
-- that a year of daily backups of the same records costs nothing.
local function writable(set, name)
   local namespace = set.namespaces[name] or { by_id = {}, count = 0, bytes = 0 }
   if namespace.shared then
      namespace = copy_namespace(namespace)
   end
   -- What was derived from the records no longer holds.
   namespace.sorted, namespace.text = nil, nil
   set.namespaces[name] = namespace
   return namespace
end

--- A copy that later writes to the original do not change.
-- @tparam table set
-- @treturn table
function records.copy(set)
   local copied = records.new()
   for name, namespace in pairs(set.namespaces) do
      namespace.shared = true
      copied.namespaces[name] = namespace
   end
   return copied
end

local function size_of(value)
   if type(value) == "table" then
      local bytes = 0
      for key, inner in pairs(value) do
         bytes = bytes + (type(key) == "string" and #key or 0) + size_of(inner)
      end
      return bytes
   end
   return type(value) == "string" and #value or FLOAT_BYTES
end

local function forget(namespace, id)
   local record = namespace.by_id[id]
   if record then
      namespace.by_id[id] = nil
      namespace.count = namespace.count - 1
      namespace.bytes = namespace.bytes - size_of(record)
   end
end

local function remove_if_empty(set, name)
   local namespace = set.namespaces[name]
   if namespace and namespace.count == 0 then
      set.namespaces[name] = nil
   end
end

--- Adds records or replaces those of the same id.
-- @tparam table set
-- @tparam string name the namespace
-- @tparam table list records with `id` and, as given, `values`,
--   `sparseValues` and `metadata`; kept as they are, never changed
function records.upsert(set, name, list)
   local namespace = writable(set, name)
   for _, record in ipairs(list) do
      forget(namespace, record.id)
      namespace.by_id[record.id] = record
      namespace.count = namespace.count + 1
      namespace.bytes = namespace.bytes + size_of(record)
   end
   remove_if_empty(set, name)
end

--- Looks a record up.
-- @tparam table set
-- @tparam string name the namespace
-- @tparam string id
-- @treturn table or nil
function records.get(set, name, id)
   local namespace = set.namespaces[name]
   return namespace and namespace.by_id[id]
end

--- Removes records; ids that are not there are ignored.
-- @tparam table set
-- @tparam string name the namespace
-- @tparam table ids
function records.delete(set, name, ids)
   if not set.namespaces[name] then
      return
   end
   local namespace = writable(set, name)
   for _, id in ipairs(ids) do
      forget(namespace, id)
   end
   remove_if_empty(set, name)
end

--- Removes a namespace with all its records.
-- @tparam table set
-- @tparam string name
function records.delete_namespace(set, name)
   set.namespaces[name] = nil
end

local function sorted_ids(namespace)
   if not namespace.sorted then
      local ids = {}
      for id in pairs(namespace.by_id) do
         ids[#ids + 1] = id
      end
      table.sort(ids)
      namespace.sorted = ids
   end
   return namespace.sorted
end

local function last_ids(namespace, count)
   local ids, last = sorted_ids(namespace), {}
   for position = #ids, math.max(#ids - count, 0) + 1, -1 do
      last[#last + 1] = ids[position]
   end
   return last
end

--- A copy that lacks the last records: those of the last namespace by name from
-- the last id on, then those of the one before. The original stays as it is.
-- @tparam table set
-- @tparam number count how many; all where there are no more
-- @treturn table
function records.without_last(set, count)
   local left = records.copy(set)
   local names = tables.names(set.namespaces)
   while count > 0 and #names > 0 do
      local name = table.remove(names)
      local lost = last_ids(set.namespaces[name], count)
      records.delete(left, name, lost)
      count = count - #lost
   end
   return left
end

--- The ids of a namespace in order, from just behind one of them.
-- @tparam table set
-- @tparam string name the namespace
-- @tparam table filter `prefix`, `after` (an id) and `limit`, all optional
-- @treturn table ids
-- @treturn boolean true when more follow
function records.ids(set, name, filter)
   local namespace = set.namespaces[name]
   local found = {}
   for _, id in ipairs(namespace and sorted_ids(namespace) or {}) do
      local prefix = filter.prefix or ""
      if id:sub(1, #prefix) == prefix and (not filter.after or id > filter.after) then
         if #found == filter.limit then
            return found, true
         end
         found[#found + 1] = id
      end
   end
   return found, false
end

--- Adds the records of another set; those already there stay as they are.
-- @tparam table set
-- @tparam table other
function records.merge(set, other)
   for name, namespace in pairs(other.namespaces) do
      local missing = {}
      for id, record in pairs(namespace.by_id) do
         if not records.get(set, name, id) then
            missing[#missing + 1] = record
         end
      end
      if set.namespaces[name] then
         records.upsert(set, name, missing)
      else
         namespace.shared = true
         set.namespaces[name] = namespace
      end
   end
end

--- Counts of a set.
-- @tparam table set
-- @treturn table `record_count`, `namespace_count`, `size_bytes`
function records.counts(set)
   local counts = { record_count = 0, namespace_count = 0, size_bytes = 0 }
   for _, namespace in pairs(set.namespaces) do
      counts.record_count = counts.record_count + namespace.count
      counts.namespace_count = counts.namespace_count + 1
      counts.size_bytes = counts.size_bytes + namespace.bytes
   end
   return counts
end

return records
