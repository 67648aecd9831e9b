-- Handlers of collections.

local body = require("pinecone.emulator.api.body")
local shapes = require("pinecone.emulator.api.shapes")

local collections = {}

local create_fields = {
   { "name", "string", required = true },
   { "source", "string", required = true },
}

function collections.create_collection(call)
   local request, problem = body.read(call, create_fields, call.options.refuse_unknown_keys)
   if not request then
      return nil, problem
   end
   return shapes.apply(shapes.collection, call, call.state:create_collection(request.name, request.source))
end

function collections.describe_collection(call)
   return shapes.apply(shapes.collection, call, call.state:describe_collection(call.path.collection_name))
end

function collections.list_collections(call)
   return { collections = shapes.all(shapes.collection, call, call.state:list_collections()) }
end

function collections.delete_collection(call)
   return call.state:delete_collection(call.path.collection_name)
end

return collections
