-- Handlers of the index operations. How a body becomes a definition depends on
-- the version: classic_indexes and typed_indexes know one way each.

local body = require("pinecone.emulator.api.body")
local capacity = require("pinecone.emulator.api.capacity")
local classic = require("pinecone.emulator.api.classic_indexes")
local embedding = require("pinecone.emulator.api.embedding")
local shapes = require("pinecone.emulator.api.shapes")
local typed = require("pinecone.emulator.api.typed_indexes")

local indexes = {}

local function reader(call)
   return call.version.typed and typed or classic
end

local function create(call, definition)
   return shapes.apply(shapes.index, call, call.state:create_index(definition, call.version.limits))
end

function indexes.create_index(call)
   local definition, problem = reader(call).read_create(call)
   if not definition then
      return nil, problem
   end
   return create(call, definition)
end

local model_fields = {
   { "name", "string", required = true },
   { "cloud", "string", required = true },
   { "region", "string", required = true },
   { "embed", required = true, {
      { "model", "string", required = true },
      { "field_map", "object", required = true },
      { "metric", "string" },
      { "dimension", "integer" },
      { "read_parameters", "object" },
      { "write_parameters", "object" },
   } },
   { "deletion_protection", "string" },
   { "tags", "tags" },
   { "schema", { { "fields", "object" } } },
   { "read_capacity", capacity.lenient_fields },
}

function indexes.create_index_for_model(call)
   local request, problem = body.read(call, model_fields)
   if not request then
      return nil, problem
   end
   local definition
   definition, problem = embedding.read(request.embed)
   if not definition then
      return nil, problem
   end
   definition.name, definition.kind = request.name, "serverless"
   definition.cloud, definition.region = request.cloud, request.region
   definition.tags, definition.deletion_protection = request.tags, request.deletion_protection
   definition.schema, definition.read_capacity = request.schema, request.read_capacity
   return create(call, definition)
end

function indexes.describe_index(call)
   return shapes.apply(shapes.index, call, call.state:describe_index(call.path.index_name))
end

function indexes.list_indexes(call)
   return { indexes = shapes.all(shapes.index, call, call.state:list_indexes()) }
end

function indexes.configure_index(call)
   local changes, problem = reader(call).read_changes(call)
   if not changes then
      return nil, problem
   end
   return shapes.apply(shapes.index, call,
      call.state:configure_index(call.path.index_name, changes, call.version.limits))
end

function indexes.delete_index(call)
   return call.state:delete_index(call.path.index_name)
end

return indexes
