-- Pod indexes have no backups but collections: makes one of an index, and a new index of it.
--
--    PINECONE_API_KEY=... lua collections.lua pod-movies pod-movies-copy us-east1-gcp

local pinecone = require "pinecone"

local source, copy, environment = arg[1], arg[2], arg[3]
if not environment then
   io.stderr:write("usage: lua collections.lua POD_INDEX NEW_POD_INDEX ENVIRONMENT\n")
   os.exit(2)
end

local assert = pinecone.assert
local pc = assert(pinecone.new())
local index = assert(pc:describe_index(source))

local collection = assert(pc:create_collection { name = source .. "-copy", source = source })
collection = assert(pc:wait_for_collection(collection))
print(("collection %s holds %d records"):format(collection.name, collection.vector_count))

assert(pc:create_index_from_collection {
   name = copy, source_collection = collection.name, environment = environment,
   dimension = index.dimension, metric = index.metric, pod_type = index.spec.pod.pod_type,
})
assert(pc:wait_for_index(copy))
print(("index %s is ready"):format(copy))

for item in pc:collections() do
   print(item.name, item.status, item.size)
end
