-- `pinecone-backup restore`: makes indexes from backups, and shows that it can be done.

local exits = require "pinecone.command.exits"
local interrupts = require "pinecone.command.interrupts"
local lazy = require "pinecone.lazy"
local problem = lazy.require "pinecone.command.output.problem"
local text = require "pinecone.command.output.text"

local restore = {}

-- Which backup.
local backup_id = { name = "id", optional = true }
local latest = { "latest", "Restore the newest good backup of this index." }
local one_backup = { "one_of", "id", "latest", message = "name a backup by its ID, or say --latest INDEX" }

local job_id = { name = "id" }

-- What people look for, of a restore and of a drill; JSON has the rest, too.
local function summary_of(done, output)
   local shown = {
      name = done.name, index_name = done.index_name, restore_job_id = done.restore_job_id, index_id = done.index_id,
      status = done.job and done.job.status, verified = done.verified, seconds = done.job and done.seconds,
      record_count = done.record_count, namespace_count = done.namespace_count,
      backup_id = done.backup.backup_id, source_index_name = done.backup.source_index_name,
   }
   if output.is_json then
      shown.backup, shown.job, shown.index = done.backup, done.job, done.index
   else
      shown.backup_name = done.backup.name
   end
   return shown
end

-- Starting ------------------------------------------------------------------------------------------------------------

-- Nil where there are none.
local function tags_of(pairs_given)
   local tags
   for _, pair in ipairs(pairs_given or {}) do
      tags = tags or {}
      if tags[pair.name] then
         return nil, exits.misuse(("--tag: '%s' is given twice"):format(pair.name))
      end
      tags[pair.name] = pair.value
   end
   return tags
end

-- What Client:restore takes.
local function wanted_of(arguments, tags)
   local verify = arguments.verify == true
   return {
      backup_id = arguments.id, index_name = arguments.latest, latest = arguments.latest and true,
      name = arguments.name, tags = tags, deletion_protection = arguments.deletion_protection,
      wait = verify or arguments.wait == true, verify = verify,
   }
end

-- That nothing was compared is news only where it could have been.
local function show_restored(done, wanted, output)
   if not wanted.wait then
      done.verified = nil
   end
   output:show(summary_of(done, output))
end

local function start(client, arguments, output)
   local tags, misuse = tags_of(arguments.tag)
   if misuse then
      return nil, misuse
   end
   local wanted = wanted_of(arguments, tags)
   local done, err = output:change(client, wanted.wait, function(on_progress)
      return client:restore(wanted, { timeout = arguments.timeout, on_progress = on_progress })
   end, "'pinecone-backup restore list' shows it")
   if not done then
      return nil, err
   end
   show_restored(done, wanted, output)
end

-- Looking -------------------------------------------------------------------------------------------------------------

local function list(client, _, output)
   return output:list("restore_job", client:restore_jobs():all())
end

local function describe(client, arguments, output)
   return output:show(client:describe_restore_job(arguments.id))
end

local function wait(client, arguments, output)
   return output:show(output:wait(client, function(on_progress)
      return client:wait_for_restore(arguments.id, { timeout = arguments.timeout, on_progress = on_progress })
   end))
end

-- Drills --------------------------------------------------------------------------------------------------------------

-- Told once: an attempt that fails is repeated again and again.
local function teller_of_deletion(output)
   local has_told = {}
   return function(index_name, why)
      local is_error = type(why) == "table"
      if has_told[is_error] or not (is_error or interrupts.notes_of(why)) then
         return
      end
      has_told[is_error] = true
      local line = is_error and ("%s could not be deleted yet, which is tried again: %s"):format(index_name,
         (problem.lines(why))) or ("deleting %s; Ctrl-C again leaves it behind"):format(index_name)
      output:tell({ index_name = index_name, message = line }, line)
   end
end

local function begins(index_name, backup)
   return ("restoring backup %s of %s into %s, to be deleted afterwards"):format(text.plain(backup.backup_id),
      text.plain(backup.source_index_name), index_name)
end

local function after(index_name, good, told, err)
   local interrupt = not good and interrupts.error_of(told, index_name)
   if interrupt and not interrupt.leftover then
      interrupt.message = interrupt.message .. ": no index is left behind"
   end
   if not good then
      error(interrupt or told, 0)
   end
   return told, err
end

-- Told before the index is made: whoever kills us hears nothing more.
local function perform_drill(client, wanted, timeout, output)
   local name
   function wanted.announce(index_name, backup)
      name = index_name
      output:tell({ index_name = name, backup_id = backup.backup_id }, begins(name, backup))
   end
   wanted.on_deletion = teller_of_deletion(output)
   local function perform(on_progress)
      return client:drill(wanted, { timeout = timeout, on_progress = on_progress })
   end
   local good, told, err = pcall(output.watch, output, client, perform)
   return after(name, good, told, err)
end

local function drill(client, arguments, output)
   local wanted = {
      backup_id = arguments.id, index_name = arguments.latest, max_indexes = arguments.max_indexes,
   }
   local told, err = perform_drill(client, wanted, arguments.timeout, output)
   if not told then
      return nil, err
   end
   local shown = summary_of(told, output)
   shown.verified, shown.restore_seconds, shown.seconds = true, told.restore_seconds, told.seconds
   output:show(shown)
end

restore.verbs = {
   {
      name = "start", summary = "Restore a backup into a new index.",
      example = "restore start ID --name movies2 --wait --verify\nrestore start --latest movies --name movies2",
      takes = { backup_id },
      options = {
         latest, { "name", "The new index's name.", is_needed = true }, "wait", "verify", "timeout",
         "deletion_protection", "tag", "quiet",
      },
      rules = { one_backup, { "needs", "timeout", "wait", "verify" } },
      run = start,
   },
   {
      name = "list", summary = "List the restores of the project.", example = "restore list", run = list,
   },
   {
      name = "describe", summary = "Show a restore.", example = "restore describe ID", takes = { job_id },
      run = describe,
   },
   {
      name = "wait", summary = "Wait until a restore is done. ID is its own, see 'restore list'.",
      example = "restore wait ID --timeout 6h", takes = { job_id }, options = { "timeout", "quiet" }, run = wait,
   },
   {
      name = "drill", summary = "Show that a backup can be restored: into an index that is deleted again.",
      example = "restore drill --latest movies --timeout 6h", takes = { backup_id },
      options = { latest, "timeout", "max_indexes", "quiet" }, rules = { one_backup }, run = drill,
   },
}

return restore
