-- Handlers of the data plane; `call.index_name` is the index whose port was
-- asked. Answers are camelCase.

local base64 = require("pinecone.emulator.base64")
local body = require("pinecone.emulator.api.body")
local failure = require("pinecone.emulator.failure")
local json = require("pinecone.emulator.json")

local data = {}

local LARGEST_BATCH = 1000
local LARGEST_LIMIT = 100
local LONGEST_ID = 512

local upsert_fields = {
   { "vectors", "list", required = true },
   { "namespace", "string" },
}

local vector_fields = {
   { "id", "string", required = true },
   { "values", "list" },
   { "sparseValues", { { "indices", "list", required = true }, { "values", "list", required = true } } },
   { "metadata", "object" },
}

local delete_fields = {
   { "ids", "list" },
   { "deleteAll", "boolean" },
   { "namespace", "string" },
   { "filter", "object" },
}

local stats_fields = { { "filter", "object" } }

local function refuse(...)
   return nil, failure("invalid_vectors", (...):format(select(2, ...)))
end

local function all(list, wanted)
   for _, value in ipairs(list) do
      if type(value) ~= wanted then
         return false
      end
   end
   return true
end

local function read_vector(vector)
   local read, problem = body.take(vector, vector_fields)
   if not read then
      return refuse("Invalid vector: %s", problem)
   elseif #read.id == 0 or #read.id > LONGEST_ID then
      return refuse("Vector ID must be 1-%d characters long", LONGEST_ID)
   elseif not all(read.values or {}, "number") then
      return refuse("Invalid vector: values must be numbers")
   end
   local sparse = read.sparseValues
   if sparse and (#sparse.indices ~= #sparse.values or not all(sparse.indices, "number")
      or not all(sparse.values, "number")) then
      return refuse("Sparse indices and values must be numbers of the same length")
   end
   return read
end

function data.upsert_vectors(call)
   local request, problem = body.read(call, upsert_fields)
   if not request then
      return nil, problem
   elseif #request.vectors == 0 or #request.vectors > LARGEST_BATCH then
      return refuse("An upsert takes 1 to %d vectors", LARGEST_BATCH)
   end
   local vectors = {}
   for position, vector in ipairs(request.vectors) do
      vectors[position], problem = read_vector(vector)
      if problem then
         return nil, problem
      end
   end
   local count, refused = call.state:upsert_records(call.index_name, request.namespace, vectors)
   if not count then
      return nil, refused
   end
   return { upsertedCount = count }
end

local function shaped_record(record)
   return {
      id = record.id,
      values = json.array(record.values),
      sparseValues = record.sparseValues,
      metadata = record.metadata,
   }
end

local function namespace_of(call)
   return call.query.namespace and call.query.namespace[1] or ""
end

function data.fetch_vectors(call)
   local ids = call.query.ids
   if not ids or #ids > LARGEST_BATCH then
      return refuse("A fetch takes 1 to %d ids", LARGEST_BATCH)
   end
   local found, missing = call.state:fetch_records(call.index_name, namespace_of(call), ids)
   if not found then
      return nil, missing
   end
   local vectors = {}
   for id, record in pairs(found) do
      vectors[id] = shaped_record(record)
   end
   return { vectors = vectors, namespace = namespace_of(call), usage = { readUnits = 1 } }
end

local function read_list_limit(query)
   local text = query.limit and query.limit[1]
   if not text then
      return LARGEST_LIMIT
   end
   local limit = text:find("^%d+$") and tonumber(text)
   if not limit or limit < 1 or limit > LARGEST_LIMIT then
      return nil, failure("invalid_limit", "between 1 and " .. LARGEST_LIMIT)
   end
   return limit
end

local function read_list_token(query)
   local text = query.paginationToken and query.paginationToken[1]
   if not text then
      return nil
   end
   local decoded = base64.decode(text)
   local token = decoded and json.decode(decoded)
   if type(token) ~= "table" or type(token.skip_past) ~= "string" then
      return nil, failure("invalid_token")
   end
   return token.skip_past
end

function data.list_vectors(call)
   local limit, bad_limit = read_list_limit(call.query)
   local after, bad_token = read_list_token(call.query)
   if bad_limit or bad_token then
      return nil, bad_limit or bad_token
   end
   local prefix = call.query.prefix and call.query.prefix[1]
   local found, missing = call.state:list_records(call.index_name, namespace_of(call),
      { prefix = prefix, after = after, limit = limit })
   if not found then
      return nil, missing
   end
   local vectors = json.array()
   for position, id in ipairs(found.ids) do
      vectors[position] = { id = id }
   end
   local pagination
   if found.more then
      local token = json.encode({ skip_past = found.ids[#found.ids] })
      pagination = { next = base64.encode(token) }
   end
   return {
      vectors = vectors, namespace = namespace_of(call),
      pagination = pagination, usage = { readUnits = 1 },
   }
end

function data.delete_vectors(call)
   local request, problem = body.read(call, delete_fields)
   if not request then
      return nil, problem
   elseif request.filter then
      return refuse("Deleting by filter is not supported by the emulator")
   elseif request.deleteAll and request.ids then
      return refuse("Cannot give both ids and deleteAll")
   elseif not request.deleteAll and (not request.ids or #request.ids == 0) then
      return refuse("Must give ids or deleteAll")
   elseif not all(request.ids or {}, "string") then
      return refuse("Ids must be strings")
   end
   local done, missing = call.state:delete_records(call.index_name, request.namespace,
      not request.deleteAll and request.ids or nil)
   if not done then
      return nil, missing
   end
   return {}
end

function data.describe_index_stats(call)
   local request, problem = {}, nil
   if call.body:find("%S") then
      request, problem = body.read(call, stats_fields)
   end
   if not request then
      return nil, problem
   elseif request.filter and next(request.filter) then
      return refuse("Serverless and Starter indexes do not support describing index stats "
         .. "with metadata filtering")
   end
   local stats, missing = call.state:index_stats(call.index_name)
   if not stats then
      return nil, missing
   end
   local namespaces = {}
   for name, count in pairs(stats.namespaces) do
      namespaces[name] = { vectorCount = count }
   end
   local answer = {
      namespaces = namespaces, totalVectorCount = stats.total, indexFullness = 0,
      dimension = stats.index.dimension, metric = stats.index.metric,
      vectorType = stats.index.vector_type,
   }
   for _, name in pairs(call.version.fullness or {}) do
      answer[name] = 0
   end
   return answer
end

return data
