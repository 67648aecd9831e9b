-- Handlers of the index operations: from the classic request shape (2026-04)
-- to the state and back.

local body = require("pinecone.emulator.api.body")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")
local shapes = require("pinecone.emulator.api.shapes")

local indexes = {}

local create_fields = {
   { "name", "string", required = true },
   { "dimension", "integer" },
   { "metric", "string" },
   { "vector_type", "string" },
   { "deletion_protection", "string" },
   { "tags", "tags" },
   { "spec", required = true, strict = true, {
      { "serverless", {
         { "cloud", "string", required = true },
         { "region", "string", required = true },
         { "read_capacity", "object" },
         { "schema", { { "fields", "object", required = true } } },
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
         { "read_capacity", "object" },
         { "schema", { { "fields", "object", required = true } } },
      } },
   } },
}

local configure_fields = {
   { "deletion_protection", "string" },
   { "tags", "tags" },
   { "spec", strict = true, {
      { "serverless", { { "read_capacity", "object" } } },
      { "byoc", { { "read_capacity", "object" } } },
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
      tags = request.tags and next(request.tags) and request.tags or nil,
      deletion_protection = request.deletion_protection,
   }
end

function indexes.create_index(call)
   local request, problem = body.read(call.body, create_fields)
   if not request then
      return nil, problem
   end
   local kind
   kind, problem = one_kind(request.spec)
   if not kind then
      return nil, problem
   end
   return shapes.apply(shapes.index, call.state:create_index(definition_from(request, kind)))
end

function indexes.describe_index(call)
   return shapes.apply(shapes.index, call.state:describe_index(call.path.index_name))
end

function indexes.list_indexes(call)
   return { indexes = shapes.all(shapes.index, call.state:list_indexes()) }
end

function indexes.configure_index(call)
   local request, problem = body.read(call.body, configure_fields)
   if not request then
      return nil, problem
   end
   local changes = { tags = request.tags, deletion_protection = request.deletion_protection }
   if request.spec then
      changes.kind, problem = one_kind(request.spec)
      if not changes.kind then
         return nil, problem
      end
      local spec = request.spec[changes.kind]
      changes.read_capacity = spec.read_capacity
      changes.pod = changes.kind == "pod" and spec or nil
   end
   return shapes.apply(shapes.index, call.state:configure_index(call.path.index_name, changes))
end

function indexes.delete_index(call)
   return call.state:delete_index(call.path.index_name)
end

return indexes
