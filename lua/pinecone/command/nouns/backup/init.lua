-- `pinecone-backup backup`: makes backups, and does everything that is done with one.

local lazy = require "pinecone.lazy"

local care = lazy.require "pinecone.command.care"
local interrupts = lazy.require "pinecone.command.interrupts"
local pinecone = lazy.require "pinecone"
local prune = lazy.require "pinecone.command.nouns.backup.prune"
local text = lazy.require "pinecone.command.output.text"

local backup = {}

local id = { name = "id" }
local some_index = { name = "index", optional = true }

-- Making --------------------------------------------------------------------------------------------------------------

local function make(client, arguments, index_name, on_progress)
   return client:backup({
      index_name = index_name, name = arguments.name, name_prefix = arguments.name_prefix,
      description = arguments.description, wait = arguments.wait == true,
   }, { timeout = arguments.timeout, on_progress = on_progress })
end

local function create_one(client, arguments, output)
   return output:show(output:change(client, arguments.wait, function(on_progress)
      return make(client, arguments, arguments.index, on_progress)
   end, "'pinecone-backup backup list' shows it"))
end

local function show_all(output, made, failed, skipped)
   local many = require "pinecone.command.many"
   if output.is_json then
      local json = require "pinecone.command.output.json"
      output:document {
         backups = json.array(made), failed = many.document(failed), skipped = json.array(skipped),
      }
   elseif #made > 0 then
      output:list("backup", made)
   end
   if #skipped > 0 then
      output:remark("left out, as they are in pods or of drills: %s", text.plain(table.concat(skipped, ", ")))
   end
end

local function going_on()
   return "Backups that were begun go on: 'pinecone-backup backup list' shows them."
end

local function create_all(client, arguments, output)
   local many = require "pinecone.command.many"
   local exceptions = many.exceptions(arguments.except)
   local names, skipped = many.index_names(client, exceptions)
   exceptions:tell_unseen(output)
   if not names then
      return nil, skipped
   end
   local made, failed = interrupts.explain(function()
      return many.run(client, output, names, arguments, function(index_name, on_progress)
         return make(client, arguments, index_name, on_progress)
      end)
   end, going_on)
   if not made then
      return nil, failed
   end
   show_all(output, made, failed, skipped)
   return many.outcome(output, #made, failed)
end

local function create(client, arguments, output)
   return (arguments.all and create_all or create_one)(client, arguments, output)
end

-- Looking -------------------------------------------------------------------------------------------------------------

-- The backups of an index that is deleted are only among those of the whole project.
local function list_of_deleted(client, index_name, err)
   local all = err.kind == "not_found" and client:backups():all()
   local found = {}
   for _, row in ipairs(all or {}) do
      found[#found + 1] = row.source_index_name == index_name and row or nil
   end
   if #found == 0 then
      return nil, err
   end
   return found
end

local function list(client, arguments, output)
   local backups, err = client:backups({ index_name = arguments.index }):all()
   if not backups and arguments.index then
      backups, err = list_of_deleted(client, arguments.index, err)
   end
   return output:list("backup", backups, err, arguments.index and "INDEX")
end

local function describe(client, arguments, output)
   return output:show(client:describe_backup(arguments.id))
end

local function wait(client, arguments, output)
   return output:show(output:wait(client, function(on_progress)
      return client:wait_for_backup(arguments.id, { timeout = arguments.timeout, on_progress = on_progress })
   end))
end

-- Deleting ------------------------------------------------------------------------------------------------------------

local function made(created_at)
   local time = type(created_at) == "string" and pinecone.timestamp(created_at)
   return time and ("made %s ago"):format(text.span(math.max(0, os.time() - time)))
end

-- A part of a sentence, empty where the service does not tell it.
local function said(format, value)
   return type(value) == "string" and value ~= "" and format:format(value) or ""
end

-- In words what is lost with it, as far as the service tells.
local function summary(found, id_of_it)
   local parts = { "backup" .. said(" '%s'", found.name) .. said(" of index '%s'", found.source_index_name) }
   for _, part in ipairs {
      type(found.record_count) == "number" and text.many(found.record_count, "record") or "",
      type(found.size_bytes) == "number" and text.size(found.size_bytes) or "",
      made(found.created_at) or "", found.status ~= "Ready" and said("%s", found.status) or "",
   } do
      parts[#parts + 1] = part ~= "" and part or nil
   end
   return ("%s (%s)"):format(table.concat(parts, ", "), id_of_it)
end

local function delete(client, arguments, output)
   local found, err = client:describe_backup(arguments.id)
   if not found then
      return nil, err
   end
   return care.delete(arguments, output, summary(found, arguments.id), { backup = found }, function()
      return client:delete_backup(arguments.id)
   end)
end

backup.verbs = {
   {
      name = "create", summary = "Back up an index, or all of them.",
      example = "backup create movies --name before-migration --wait\n"
         .. "backup create --all --name-prefix nightly- --wait",
      takes = { some_index },
      options = {
         { "all", "Back up all indexes." }, "except",
         { "name", "Its name (default: of the index's name and the time)." },
         { "name_prefix", "Let the default name begin so, such as nightly-." }, "description", "wait", "timeout",
         "parallel", "quiet",
      },
      rules = {
         { "one_of", "index", "all", message = "name an index, or say --all" },
         { "excludes", "name", "name_prefix" }, { "needs", "timeout", "wait" }, { "needs", "parallel", "all" },
         { "needs", "except", "all" },
      },
      run = create,
   },
   {
      name = "list", summary = "List the backups of the project, or of an index.", example = "backup list movies",
      takes = { some_index }, run = list,
   },
   {
      name = "describe", summary = "Show a backup.", example = "backup describe ID",
      takes = { id }, run = describe,
   },
   {
      name = "delete", summary = "Delete a backup, for ever.",
      example = "backup delete ID --yes", takes = { id },
      options = { "yes", "dry_run", "quiet" }, rules = { { "excludes", "quiet", "dry_run" } }, run = delete,
   },
   {
      name = "wait", summary = "Wait until a backup is done.",
      example = "backup wait ID --timeout 6h", takes = { id },
      options = { "timeout", "quiet" }, run = wait,
   },
   prune,
}

return backup
