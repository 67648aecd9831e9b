-- Indexes: made empty, from a backup or from a collection; configured; deleted.

local failure = require("pinecone.emulator.failure")
local models = require("pinecone.emulator.state.models")
local records = require("pinecone.emulator.state.records")
local rows = require("pinecone.emulator.state.rows")
local rules = require("pinecone.emulator.state.rules")
local tables = require("pinecone.emulator.tables")

local methods, events = {}, {}

-- What a byoc index has that says nothing else, and every one that is restored.
local BYOC_CAPACITY = {
   mode = "Dedicated",
   dedicated = { node_type = "b1", scaling = "Manual", manual = { replicas = 1, shards = 1 } },
}

local function check_definition(definition, limits)
   local place = definition.kind == "serverless"
      and rules.place(definition.cloud, definition.region)
   return rules.first(
      rules.index_name(definition.name),
      rules.vectors(definition),
      rules.pod(definition.pod),
      rules.read_capacity(definition.read_capacity, definition.kind),
      rules.metadata_schema(definition.schema),
      rules.tags(definition.tags, limits),
      rules.deletion_protection(definition.deletion_protection),
      place)
end

-- Whether another index may be made under this name.
function methods:check_new_index(name)
   if rows.get(self.data.indexes, name) then
      return failure("already_exists")
   elseif rows.count(self.data.indexes) >= self.options.max_indexes then
      return failure("index_quota")
   end
end

-- Makes the row of a new index, Initializing, with a host of its own.
-- Nothing is checked here. `source` (records) is copied in when it is Ready.
function methods:add_index(definition, source)
   local index = tables.copy(definition, {
      id = self.new_id(), records = records.new(), source_records = source,
      state = "Initializing", created_at = self.time,
   })
   index.tags = definition.tags and next(definition.tags) and definition.tags or nil
   index.deletion_protection = definition.deletion_protection or "disabled"
   index.read_capacity = index.read_capacity or index.kind == "byoc" and BYOC_CAPACITY or nil
   index.host = self.open_host(index)
   self:add_row("indexes", index.name, index)
   self:plan(self:end_of_job(), "index_initialized",
      { name = index.name, id = index.id, fails = self.circumstances.job ~= nil })
   return index
end

-- The records of the collection that a new index starts from, if any.
local function take_collection(self, definition)
   if not definition.source_collection then
      return {}
   end
   local collection = rows.get(self.data.collections, definition.source_collection)
   if not collection then
      return nil, failure("collection_not_found", definition.source_collection)
   elseif collection.status ~= "Ready" then
      return nil, failure("collection_not_ready", collection.name)
   elseif (definition.dimension or collection.dimension) ~= collection.dimension then
      return nil, failure("invalid_request", "dimension differs from the source collection's.")
   end
   definition.dimension = collection.dimension
   return collection
end

--- Makes an index.
-- @tparam table definition `name`, `kind` (serverless, pod or byoc), `metric`,
--   `vector_type`, and as the kind asks `dimension`, `cloud`, `region`,
--   `environment`, `pod`, `read_capacity`, `schema` or `fields`, `embed`,
--   `cmek_id`, `source_collection`, `tags`, `deletion_protection`
-- @tparam[opt] table limits see @{pinecone.emulator.state.rules}
-- @treturn table the index, or nil and the failure
function methods:create_index(definition, limits)
   local collection, missing = take_collection(self, definition)
   local refused = missing or check_definition(definition, limits or rules.NO_LIMITS)
      or self:check_new_index(definition.name)
   if refused then
      return nil, refused
   end
   return self:add_index(definition, collection.records)
end

--- Finds an index, also one that is Terminating.
-- @tparam string name
-- @treturn table the index, or nil and the failure
function methods:describe_index(name)
   local index = rows.get(self.data.indexes, name)
   if not index then
      return nil, failure("index_not_found", name)
   end
   return index
end

-- Finds an index that is not being deleted.
function methods:live_index(name)
   local index = rows.get(self.data.indexes, name)
   if not index or index.state == "Terminating" then
      return nil, failure("index_not_found", name)
   end
   return index
end

-- Whether the index that once had this id is still there.
function methods:index_exists(name, id)
   local index = rows.get(self.data.indexes, name)
   return index ~= nil and index.id == id
end

--- All indexes by name.
-- @treturn table a sequence
function methods:list_indexes()
   local list = self:visible(rows.select(self.data.indexes))
   table.sort(list, function(one, other) return one.name < other.name end)
   return list
end

-- A value of "" removes its key.
local function merge_tags(tags, changes)
   local merged = tables.copy(tags)
   for key, value in pairs(changes) do
      merged[key] = value ~= "" and value or nil
   end
   return next(merged) and merged or nil
end

local function adds_tags(index, tags)
   return tags and #tables.names(tags) > #tables.names(index.tags or {})
end

local function merge_pod(index, changes)
   local pod = tables.copy(index.pod, changes)
   pod.pods = pod.replicas * pod.shards
   return pod
end

-- A new scaling comes with its numbers; numbers alone are ignored.
local function merge_capacity(index, patch)
   if patch.mode ~= "Dedicated" then
      return patch
   end
   local given = patch.dedicated or {}
   local held = index.read_capacity
   if not held or held.mode ~= "Dedicated" then
      return patch, not given.manual and failure("invalid_request",
         "read_capacity.dedicated needs node_type, scaling and manual.") or nil
   elseif given.scaling and not given.manual then
      return nil, failure("invalid_request", "read_capacity.dedicated.scaling needs manual beside it.")
   end
   local old = held.dedicated
   local manual = given.scaling and given.manual or {}
   local old_manual = old.manual or {}
   return {
      mode = "Dedicated",
      dedicated = {
         node_type = given.node_type or old.node_type, scaling = given.scaling or old.scaling,
         manual = {
            replicas = manual.replicas or old_manual.replicas, shards = manual.shards or old_manual.shards,
         },
      },
   }
end

-- The model can be set once; the rest of the settings can be changed.
local function merge_embed(index, changes)
   local held = index.embed or {}
   local model = changes.model or held.model
   if not model then
      return nil, failure("invalid_request", "embed.model is required.")
   elseif held.model and model ~= held.model then
      return nil, failure("invalid_request", "The embedding model of an index cannot be changed.")
   end
   local made = models[model]
   if not made then
      return nil, failure("model_not_found", model)
   elseif made.vector_type ~= index.vector_type or made.dimension ~= index.dimension then
      return nil, failure("invalid_request", "The vectors of the model are not those of the index.")
   end
   return {
      model = model, metric = index.metric, dimension = index.dimension, vector_type = index.vector_type,
      field_map = changes.field_map or held.field_map,
      read_parameters = changes.read_parameters or held.read_parameters,
      write_parameters = changes.write_parameters or held.write_parameters,
   }
end

local function merged(merge, index, changes)
   if changes then
      return merge(index, changes)
   end
end

--- Changes an index.
-- @tparam string name
-- @tparam table changes `tags` (merged; "" removes), `deletion_protection`,
--   `kind` with `pod`, `read_capacity`, `embed`
-- @tparam[opt] table limits see @{pinecone.emulator.state.rules}
-- @treturn table the index, or nil and the failure
function methods:configure_index(name, changes, limits)
   limits = limits or rules.NO_LIMITS
   local index, missing = self:live_index(name)
   if not index then
      return nil, missing
   elseif changes.kind and changes.kind ~= index.kind then
      return nil, failure("invalid_request", "The index is not of kind " .. changes.kind .. ".")
   end
   local tags = changes.tags and merge_tags(index.tags, changes.tags)
   local pod = merged(merge_pod, index, changes.pod)
   local capacity, no_capacity = merged(merge_capacity, index, changes.read_capacity)
   local embed, no_embed = merged(merge_embed, index, changes.embed)
   -- What an earlier version of the API allowed in the other tags may stay.
   local refused = rules.first(rules.tags(changes.tags, limits),
      adds_tags(index, tags) and rules.tags(tags, { tag_count = limits.tag_count }) or nil,
      rules.pod(pod), rules.read_capacity(capacity, index.kind), no_capacity, no_embed,
      rules.deletion_protection(changes.deletion_protection))
   if refused then
      return nil, refused
   end
   if changes.tags then
      index.tags = tags
   end
   index.pod = pod or index.pod
   index.read_capacity = capacity or index.read_capacity
   index.embed = embed or index.embed
   index.deletion_protection = changes.deletion_protection or index.deletion_protection
   return index
end

-- What is being made of an index; it may keep the index from being deleted.
local function pending(set, index)
   return rows.select(set, function(row)
      return row.source_index_id == index.id and row.status == "Initializing"
   end)
end

local function check_deletion(self, index)
   local collections = pending(self.data.collections, index)
   local backups = self.options.refuse_delete_while_initializing
      and pending(self.data.backups, index) or {}
   if index.deletion_protection == "enabled" then
      return failure("deletion_protected")
   elseif #collections > 0 then
      return failure("pending_collections", rows.quoted(collections, "name"))
   elseif #backups > 0 then
      return failure("pending_backup", rows.quoted(backups, "id"))
   end
end

--- Deletes an index: Terminating first, gone after a while. Its schedules go
-- at once, its backups stay. Deleting it again meanwhile changes nothing.
-- @tparam string name
-- @treturn boolean true, or nil and the failure
function methods:delete_index(name)
   local index, missing = self:describe_index(name)
   local refused = missing or check_deletion(self, index)
   if refused then
      return nil, refused
   elseif index.state ~= "Terminating" then
      index.state = "Terminating"
      self.data.former_index_names[name] = true
      self:mark_source_deleted(index)
      self:delete_schedules_of(index)
      self:cancel_restores_into(index)
      self:plan(self:end_of_job(), "index_terminated", { name = name, id = index.id })
   end
   return true
end

function events:index_initialized(event)
   local index = rows.get(self.data.indexes, event.name)
   if not index or index.id ~= event.id or index.state ~= "Initializing" then
      return
   elseif event.fails then
      index.state = "InitializationFailed"
      return
   end
   if index.source_records then
      records.merge(index.records, index.source_records)
      index.source_records = nil
   end
   index.state = "Ready"
end

function events:index_terminated(event)
   local index = rows.get(self.data.indexes, event.name)
   self.close_host(index)
   rows.remove(self.data.indexes, event.name)
end

return { methods = methods, events = events }
