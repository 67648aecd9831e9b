-- Handlers of the legacy controller: collections as they
-- were before 2024. Successes and failures are text, lists are bare.

local body = require("pinecone.emulator.api.body")
local json = require("pinecone.emulator.json")

local legacy = {}

local create_fields = {
   { "name", "string", required = true },
   { "source", "string", required = true },
}

-- It knew few statuses: whatever a create refuses is a 400 or a 409.
local function as_before(made, problem)
   if problem and problem.status ~= 409 then
      problem.status = 400
   end
   return made ~= nil or nil, problem
end

function legacy.legacy_create_collection(call)
   local request, problem = body.read(call, create_fields)
   if not request then
      return as_before(nil, problem)
   end
   return as_before(call.state:create_collection(request.name, request.source))
end

function legacy.legacy_list_collections(call)
   local names = json.array()
   for position, collection in ipairs(call.state:list_collections()) do
      names[position] = collection.name
   end
   return names
end

function legacy.legacy_describe_collection(call)
   local collection, missing = call.state:describe_collection(call.path.collection_name)
   if not collection then
      return nil, missing
   end
   local counts = collection.counts or {}
   return {
      name = collection.name, status = collection.status, dimension = collection.dimension,
      size = counts.size_bytes or 0, vector_count = counts.record_count or 0,
   }
end

function legacy.legacy_delete_collection(call)
   return call.state:delete_collection(call.path.collection_name)
end

return legacy
