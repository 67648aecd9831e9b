-- `pinecone-backup collection`: copies of pod indexes, which have no backups.

local care = require "pinecone.command.care"
local text = require "pinecone.command.output.text"

local collection = {}

local name = { name = "name" }

local function wait_for(client, what, arguments, on_progress)
   return client:wait_for_collection(what, { timeout = arguments.timeout, on_progress = on_progress })
end

local function create(client, arguments, output)
   return output:show(output:change(client, arguments.wait, function(on_progress)
      local made, err = client:create_collection { name = arguments.name, source = arguments.index }
      if made and arguments.wait then
         return wait_for(client, made, arguments, on_progress)
      end
      return made, err
   end, "'pinecone-backup collection list' shows it"))
end

local function list(client, _, output)
   local collections, err = client:collections():all()
   if not collections then
      return nil, err
   end
   table.sort(collections, function(one, other) return tostring(one.name) < tostring(other.name) end)
   output:list("collection", collections)
end

local function describe(client, arguments, output)
   return output:show(client:describe_collection(arguments.name))
end

local function wait(client, arguments, output)
   return output:show(output:wait(client, function(on_progress)
      return wait_for(client, arguments.name, arguments, on_progress)
   end))
end

-- Indexes that were made of it hold their own records.
local function title(found, name_of_it)
   local is_known = type(found.vector_count) == "number"
   local records = is_known and text.many(found.vector_count, "record") or "an unknown number of records"
   return ("collection %s with %s (indexes that were made of it stay)"):format(name_of_it, records)
end

local function delete(client, arguments, output)
   local found, err = client:describe_collection(arguments.name)
   if not found then
      return nil, err
   end
   return care.delete(arguments, output, title(found, arguments.name), { collection = found }, function()
      return client:delete_collection(arguments.name)
   end)
end

collection.verbs = {
   {
      name = "create", summary = "Make a collection of a pod index.",
      example = "collection create movies --name movies-2026-11 --wait", takes = { { name = "index" } },
      options = { { "name", "Its name.", is_needed = true }, "wait", "timeout", "quiet" },
      rules = { { "needs", "timeout", "wait" } }, run = create,
   },
   { name = "list", summary = "List the collections of the project.", example = "collection list", run = list },
   {
      name = "describe", summary = "Show a collection.", example = "collection describe movies-2026-11",
      takes = { name }, run = describe,
   },
   {
      name = "delete", summary = "Delete a collection, for ever. Indexes that were made of it stay.",
      example = "collection delete movies-2026-11 --yes", takes = { name },
      options = { "yes", "dry_run", "quiet" }, rules = { { "excludes", "quiet", "dry_run" } }, run = delete,
   },
   {
      name = "wait", summary = "Wait until a collection is done.",
      example = "collection wait movies-2026-11 --timeout 1h", takes = { name },
      options = { "timeout", "quiet" }, run = wait,
   },
}

return collection
