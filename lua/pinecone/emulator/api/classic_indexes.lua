--- Index bodies up to 2026-04: a `spec` of one kind.
-- @module pinecone.emulator.api.classic_indexes

local body = require("pinecone.emulator.api.body")
local capacity = require("pinecone.emulator.api.capacity")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")

local classic_indexes = {}

local schema_fields = { { "fields", "object", required = true } }

local create_fields = {
   { "name", "string", required = true },
   { "dimension", "integer" },
   { "metric", "string" },
   { "vector_type", "string" },
   { "deletion_protection", "string" },
   { "tags", "tags" },
   { "source_backup_id", "string" },
   { "spec", required = true, strict = true, {
      { "serverless", {
         { "cloud", "string", required = true },
         { "region", "string", required = true },
         { "read_capacity", capacity.lenient_fields },
         { "schema", schema_fields },
         { "source_collection", "string" },
      } },
      { "pod", {
         { "environment", "string", required = true },
         { "pod_type", "string", required = true },
         { "replicas", "integer" },
         { "shards", "integer" },
         { "pods", "integer" },
         { "metadata_config", { { "indexed", "list" } } },
         { "source_collection", "string" },
      } },
      { "byoc", {
         { "environment", "string", required = true },
         { "read_capacity", capacity.lenient_fields },
         { "schema", schema_fields },
      } },
   } },
}

local configure_fields = {
   { "deletion_protection", "string" },
   { "tags", "tags" },
   { "embed", {
      { "model", "string" },
      { "field_map", "object" },
      { "read_parameters", "object" },
      { "write_parameters", "object" },
   } },
   { "spec", strict = true, {
      { "serverless", { { "read_capacity", capacity.lenient_fields } } },
      { "byoc", { { "read_capacity", capacity.lenient_fields } } },
      { "pod", { { "replicas", "integer" }, { "pod_type", "string" } } },
   } },
}

local kinds = { "serverless", "pod", "byoc" }

-- Exactly one of the three kinds, and what was said about it.
local function one_kind(spec)
   local found
   for _, kind in ipairs(kinds) do
      if spec[kind] then
         if found then
            return nil, failure("invalid_request", "spec must have exactly one of serverless, pod, byoc.")
         end
         found = kind
      end
   end
   if not found then
      return nil, failure("invalid_request", "spec must have one of serverless, pod, byoc.")
   end
   return found
end

local function pod_of(spec)
   local replicas, shards = spec.replicas or 1, spec.shards or 1
   local metadata = spec.metadata_config
   if metadata and metadata.indexed then
      json.array(metadata.indexed)
   end
   return {
      pod_type = spec.pod_type, replicas = replicas, shards = shards,
      pods = spec.pods or replicas * shards, metadata_config = metadata,
   }
end

local function definition_from(request, kind)
   local spec = request.spec[kind]
   local vector_type = request.vector_type or "dense"
   return {
      name = request.name, kind = kind, vector_type = vector_type,
      dimension = request.dimension,
      metric = request.metric or (vector_type == "sparse" and "dotproduct" or "cosine"),
      cloud = spec.cloud, region = spec.region, environment = spec.environment,
      read_capacity = spec.read_capacity, schema = spec.schema,
      source_collection = spec.source_collection,
      pod = kind == "pod" and pod_of(spec) or nil,
      tags = request.tags, deletion_protection = request.deletion_protection,
   }
end

--- Reads the body of create_index.
-- @tparam table call
-- @treturn table a definition for the state, or nil and the failure
function classic_indexes.read_create(call)
   local request, problem = body.read(call, create_fields)
   if not request then
      return nil, problem
   elseif request.source_backup_id then
      return nil, failure("no_index_from_source")
   end
   local kind
   kind, problem = one_kind(request.spec)
   if not kind then
      return nil, problem
   end
   return definition_from(request, kind)
end

--- Reads the body of configure_index.
-- @tparam table call
-- @treturn table changes for the state, or nil and the failure
function classic_indexes.read_changes(call)
   local request, problem = body.read(call, configure_fields)
   if not request then
      return nil, problem
   end
   local changes = {
      tags = request.tags, deletion_protection = request.deletion_protection, embed = request.embed,
   }
   if request.spec then
      changes.kind, problem = one_kind(request.spec)
      if not changes.kind then
         return nil, problem
      end
      local spec = request.spec[changes.kind]
      changes.read_capacity = spec.read_capacity
      changes.pod = changes.kind == "pod" and spec or nil
   end
   return changes
end

return classic_indexes
