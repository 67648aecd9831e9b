-- Handlers of collections.

local body = require("pinecone.emulator.api.body")
local json = require("pinecone.emulator.json")
local shapes = require("pinecone.emulator.api.shapes")

local collections = {}

local create_fields = {
   { "name", "string", required = true },
   { "source", "string", required = true },
}

local function shaped(collection, problem)
   if not collection then
      return nil, problem
   end
   return shapes.collection(collection)
end

function collections.create_collection(call)
   local request, problem = body.read(call.body, create_fields)
   if not request then
      return nil, problem
   end
   return shaped(call.state:create_collection(request.name, request.source))
end

function collections.describe_collection(call)
   return shaped(call.state:describe_collection(call.path.collection_name))
end

function collections.list_collections(call)
   local list = json.array()
   for position, collection in ipairs(call.state:list_collections()) do
      list[position] = shapes.collection(collection)
   end
   return { collections = list }
end

function collections.delete_collection(call)
   return call.state:delete_collection(call.path.collection_name)
end

return collections
