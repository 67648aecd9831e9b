-- `pinecone-backup schedule`: what Pinecone backs up by itself.

local care = require "pinecone.command.care"
local text = require "pinecone.command.output.text"

local schedule = {}

local id = { name = "id" }
local index = { name = "index" }

-- Making and looking --------------------------------------------------------------------------------------------------

-- What one request does. Ctrl-C says where to see whether it has.
local function change(client, output, action, where)
   return output:show(output:change(client, false, action, ("'pinecone-backup schedule %s' shows it"):format(where)))
end

local function create(client, arguments, output)
   return change(client, output, function()
      return client:create_backup_schedule {
         index_name = arguments.index, name = arguments.name, frequency = arguments.frequency,
         expire_after_days = arguments.expire_after_days,
      }
   end, "list " .. text.plain(arguments.index))
end

local function list(client, arguments, output)
   return output:list("schedule", client:backup_schedules({ index_name = arguments.index }):all())
end

local function history(client, arguments, output)
   return output:list("run", client:backup_schedule_history({ schedule_id = arguments.id }):all())
end

local function describe(client, arguments, output)
   return output:show(client:describe_backup_schedule(arguments.id))
end

-- Pausing and resuming.
local function changes(method)
   return function(client, arguments, output)
      return change(client, output, function()
         return client[method](client, arguments.id)
      end, "describe " .. text.plain(arguments.id))
   end
end

-- Changing and deleting -----------------------------------------------------------------------------------------------

-- A schedule tells its index by an id that nothing else in the API has; its runs have the name.
local function index_of(client, found)
   local page = client:list_backup_schedule_history { schedule_id = found.schedule_id, limit = 1 }
   local run = page and page.data[1]
   local name = type(run) == "table" and run.source_index_name or found.index_id
   return type(name) == "string" and name or "of an unknown name"
end

local function title(client, found, id_of_it)
   return ("schedule %s of index %s"):format(type(found.name) == "string" and found.name or id_of_it,
      index_of(client, found))
end

-- Backups that there are expire by the new rule, too.
local function ask_to_expire(client, arguments)
   local found, err = client:describe_backup_schedule(arguments.id)
   if not found then
      return nil, err
   end
   local days, before = arguments.expire_after_days, found.retention_expire_after_days
   if type(before) == "number" and days >= before then
      return true
   end
   local what = text.plain(("let Pinecone delete backups of %s that are older than %d d"):format(
      title(client, found, arguments.id), days))
   return care.is_wanted(arguments, what:gsub("^l", "L") .. "?", what, { done = "changed" })
end

local function update(client, arguments, output)
   if arguments.expire_after_days and not arguments.yes then
      local wanted, err = ask_to_expire(client, arguments)
      if not wanted then
         return nil, err
      end
   end
   return change(client, output, function()
      return client:update_backup_schedule {
         schedule_id = arguments.id, frequency = arguments.frequency, expire_after_days = arguments.expire_after_days,
      }
   end, "describe " .. text.plain(arguments.id))
end

local function delete(client, arguments, output)
   local found, err = client:describe_backup_schedule(arguments.id)
   if not found then
      return nil, err
   end
   local what = ("%s (its backups stay until they expire)"):format(title(client, found, arguments.id))
   return care.delete(arguments, output, what, { schedule = found }, function()
      return client:delete_backup_schedule(arguments.id)
   end)
end

schedule.verbs = {
   {
      name = "create",
      about = "Let Pinecone back up an index by itself. An index has at most one schedule that\nis enabled.",
      summary = "Let Pinecone back up an index by itself.",
      example = "schedule create movies --name auto \\\n   --frequency daily --expire-after-days 7",
      takes = { index },
      options = {
         { "name", "The names of its backups begin so.", is_needed = true },
         { "frequency", "How often.", is_needed = true },
         { "expire_after_days", "Delete each backup after N days.", is_needed = true }, "quiet",
      },
      run = create,
   },
   {
      name = "list", summary = "List the schedules of an index.", example = "schedule list movies",
      takes = { index }, run = list,
   },
   {
      name = "describe", summary = "Show a schedule.", example = "schedule describe ID",
      takes = { id }, run = describe,
   },
   {
      name = "pause", summary = "Stop a schedule until it is resumed. Backups that it made expire.",
      example = "schedule pause ID", takes = { id }, options = { "quiet" }, run = changes "pause_backup_schedule",
   },
   {
      name = "resume", summary = "Let it run again: Pinecone backs up at once, and counts from now.",
      example = "schedule resume ID", takes = { id }, options = { "quiet" }, run = changes "resume_backup_schedule",
   },
   {
      name = "update", summary = "Change how often it runs, and how long its backups are kept.",
      about = "Change how often a schedule runs, and how long its backups are kept. Those that\n"
         .. "there are expire by the new number of days: fewer days need --yes.",
      example = "schedule update ID --expire-after-days 14", takes = { id },
      options = { "frequency", "expire_after_days", "yes", "quiet" },
      rules = {
         {
            "some_of", "frequency", "expire_after_days",
            message = "say what is to change: --frequency, --expire-after-days, or both",
         },
         { "needs", "yes", "expire_after_days" },
      },
      run = update,
   },
   {
      name = "delete", summary = "Delete a schedule. Its backups stay until they expire.",
      example = "schedule delete ID --yes", takes = { id },
      options = { "yes", "dry_run", "quiet" }, rules = { { "excludes", "quiet", "dry_run" } }, run = delete,
   },
   {
      name = "history", summary = "List the backups that a schedule has made and will make.",
      example = "schedule history ID", takes = { id }, run = history,
   },
}

return schedule
