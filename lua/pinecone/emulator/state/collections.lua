-- Collections: static copies of pod indexes.

local failure = require("pinecone.emulator.failure")
local records = require("pinecone.emulator.state.records")
local rows = require("pinecone.emulator.state.rows")
local rules = require("pinecone.emulator.state.rules")

local methods, events = {}, {}

local function check_quota(self)
   local count, most = rows.count(self.data.collections), self.options.max_collections
   return count >= most and failure("collection_quota", most, count) or nil
end

--- Makes a collection of a pod index.
-- @tparam string name
-- @tparam string source name of the index
-- @treturn table the collection, or nil and the failure
function methods:create_collection(name, source)
   local refused = rules.collection_name(name)
   if refused then
      return nil, refused
   end
   local index, missing = self:live_index(source)
   if not index then
      return nil, missing
   elseif index.kind ~= "pod" then
      return nil, failure("collection_of_serverless")
   elseif rows.get(self.data.collections, name) then
      return nil, failure("already_exists")
   end
   refused = check_quota(self)
   if refused then
      return nil, refused
   end
   local collection = {
      id = self.new_id(), name = name, status = "Initializing",
      source_index_id = index.id, environment = index.environment,
      dimension = index.dimension, records = records.copy(index.records),
      created_at = self.time,
   }
   self:add_row("collections", name, collection)
   self:plan(self:end_of_job(), "collection_finished",
      { name = name, id = collection.id, fails = self.circumstances.job ~= nil })
   return collection
end

--- Finds a collection.
-- @tparam string name
-- @treturn table the collection, or nil and the failure
function methods:describe_collection(name)
   local collection = rows.get(self.data.collections, name)
   if not collection then
      return nil, failure("collection_not_found", name)
   end
   return collection
end

--- All collections by name.
-- @treturn table a sequence
function methods:list_collections()
   local list = self:visible(rows.select(self.data.collections))
   table.sort(list, function(one, other) return one.name < other.name end)
   return list
end

local function terminate(self, collection)
   collection.status = "Terminating"
   self:plan(self:end_of_job(), "collection_terminated", { name = collection.name, id = collection.id })
end

--- Deletes a collection: Terminating first, gone after a while.
-- @tparam string name
-- @treturn boolean true, or nil and the failure
function methods:delete_collection(name)
   local collection, missing = self:describe_collection(name)
   if not collection then
      return nil, missing
   elseif collection.status ~= "Terminating" then
      terminate(self, collection)
   end
   return true
end

-- There is no status for one that could not be made: it goes again.
function events:collection_finished(event)
   local collection = rows.get(self.data.collections, event.name)
   if not collection or collection.id ~= event.id or collection.status ~= "Initializing" then
      return
   elseif event.fails then
      terminate(self, collection)
   else
      collection.status = "Ready"
      collection.counts = records.counts(collection.records)
   end
end

function events:collection_terminated(event)
   rows.remove(self.data.collections, event.name)
end

return { methods = methods, events = events }
