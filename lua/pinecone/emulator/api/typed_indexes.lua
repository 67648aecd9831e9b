--- Index bodies from 2026-07 on: a `deployment` and a typed `schema`.
-- Unknown keys are refused.
-- @module pinecone.emulator.api.typed_indexes

local body = require("pinecone.emulator.api.body")
local capacity = require("pinecone.emulator.api.capacity")
local failure = require("pinecone.emulator.failure")
local schema = require("pinecone.emulator.api.schema")

local typed_indexes = {}

local create_fields = {
   { "name", "string" },
   { "deployment", "object" },
   { "schema", required = true, strict = true, { { "fields", "object", required = true } } },
   { "cmek_id", "string" },
   { "read_capacity", capacity.request_fields },
   { "tags", "tags" },
   { "deletion_protection", "string" },
   -- Not accepted, but answered in words of their own.
   { "source_collection", "string" },
   { "source_backup_id", "string" },
}

local deployment_fields = {
   managed = {
      { "deployment_type", "string" },
      { "cloud", "string", required = true },
      { "region", "string", required = true },
   },
   byoc = {
      { "deployment_type", "string" },
      { "environment", "string", required = true },
   },
}

local kind_of = { managed = "serverless", byoc = "byoc" }

local configure_fields = {
   { "deployment", strict = true, { { "replicas", "integer" }, { "pod_type", "string" } } },
   { "schema", strict = true, { { "fields", "object", required = true } } },
   { "read_capacity", capacity.lenient_fields },
   { "tags", "tags" },
   { "deletion_protection", "string" },
}

local semantic_fields = {
   { "type", "string", required = true },
   { "model", "string" },
   { "read_parameters", "object" },
   { "write_parameters", "object" },
}

local function read_deployment(call, given)
   if not given then
      return { kind = "serverless", cloud = "aws", region = "us-east-1" }
   elseif given.deployment_type == "pod" then
      return nil, failure("no_pods_created")
   end
   local fields = deployment_fields[given.deployment_type]
   if not fields then
      return nil, body.unreadable(call, ("deployment: unknown variant `%s`, expected `managed` or `byoc`")
         :format(tostring(given.deployment_type)))
   end
   local read, problem = body.take(given, fields, true)
   if not read then
      return nil, body.unreadable(call, "deployment: " .. problem)
   end
   read.kind = kind_of[given.deployment_type]
   return read
end

local function read_schema(call, given)
   local read, problem, is_value = schema.read(given.fields)
   if read then
      return read
   elseif is_value then
      return nil, failure("invalid_request", problem .. ".")
   end
   return nil, body.unreadable(call, problem)
end

local function generated_name(call)
   return "index-" .. call.state.new_id():sub(1, 8)
end

local function definition_from(call, request, deployment, read)
   return {
      name = request.name or generated_name(call),
      kind = deployment.kind, cloud = deployment.cloud, region = deployment.region,
      environment = deployment.environment,
      vector_type = read.vector_type, dimension = read.dimension, metric = read.metric,
      fields = read.fields, cmek_id = request.cmek_id,
      read_capacity = request.read_capacity, tags = request.tags,
      deletion_protection = request.deletion_protection,
   }
end

--- Reads the body of create_index.
-- @tparam table call
-- @treturn table a definition for the state, or nil and the failure
function typed_indexes.read_create(call)
   local request, problem = body.read(call, create_fields, true)
   if not request then
      return nil, problem
   elseif request.source_collection or request.source_backup_id then
      return nil, failure("no_index_from_source")
   end
   local deployment, read
   deployment, problem = read_deployment(call, request.deployment)
   if not deployment then
      return nil, problem
   end
   read, problem = read_schema(call, request.schema)
   if not read then
      return nil, problem
   elseif deployment.kind == "byoc" and not (request.read_capacity and request.read_capacity.mode == "Dedicated") then
      return nil, failure("invalid_request", "A byoc index needs Dedicated read_capacity.")
   elseif request.cmek_id and read.has_text then
      return nil, failure("encrypted_text_search")
   end
   return definition_from(call, request, deployment, read)
end

-- One field, of type semantic_text: the index becomes one with a model.
local function read_embed(call, given)
   local name, field = next(given.fields)
   if not name or next(given.fields, name) then
      return nil, failure("invalid_request", "schema.fields must have exactly one entry.")
   end
   local read, problem = body.take(field, semantic_fields, true)
   if not read then
      return nil, body.unreadable(call, ("schema.fields.%s: %s"):format(name, problem))
   elseif read.type ~= "semantic_text" then
      return nil, body.unreadable(call, ("schema.fields.%s: unknown variant `%s`, expected `semantic_text`")
         :format(name, read.type))
   end
   return {
      model = read.model, field_map = { text = name },
      read_parameters = read.read_parameters, write_parameters = read.write_parameters,
   }
end

--- Reads the body of configure_index.
-- @tparam table call
-- @treturn table changes for the state, or nil and the failure
function typed_indexes.read_changes(call)
   local request, problem = body.read(call, configure_fields, true)
   if not request then
      return nil, problem
   end
   local embed
   if request.schema then
      embed, problem = read_embed(call, request.schema)
      if not embed then
         return nil, problem
      end
   end
   return {
      kind = request.deployment and "pod" or nil, pod = request.deployment, embed = embed,
      tags = request.tags, deletion_protection = request.deletion_protection,
      read_capacity = request.read_capacity,
   }
end

return typed_indexes
