-- `pinecone-backup index`: what there is to back up.

local index = {}

local function list(client, _, output)
   local indexes, err = client:indexes():all()
   if not indexes then
      return nil, err
   end
   table.sort(indexes, function(one, other) return tostring(one.name) < tostring(other.name) end)
   output:list("index", indexes)
end

local function describe(client, arguments, output)
   return output:show(client:describe_index(arguments.name))
end

index.verbs = {
   { name = "list", summary = "List the indexes of the project.", example = "index list", run = list },
   {
      name = "describe", summary = "Show an index.", example = "index describe movies", run = describe,
      takes = { { name = "name" } },
   },
}

return index
