-- The library's errors in the words of the command: they speak of methods, fields and options to a program, and whoever
-- stands at a shell has commands.

local wording = {}

-- What was being done; the part in brackets only where it is known of what.
local doing = {
   backup = "backing up[ %s]", create_backup = "backing up[ %s]", describe_backup = "looking at backup[ %s]",
   list_backups = "listing the backups[ of %s]", delete_backup = "deleting backup[ %s]",
   wait_for_backup = "waiting for backup[ %s]", prune_backups = "pruning the backups",

   restore = "restoring[ backup %s]", create_index_from_backup = "restoring[ backup %s]",
   describe_restore_job = "looking at restore job[ %s]", list_restore_jobs = "listing the restore jobs",
   wait_for_restore = "waiting for restore job[ %s]", verify = "comparing[ %s] with its backup",
   drill = "drill[ of %s]",

   create_collection = "making collection[ %s]", describe_collection = "looking at collection[ %s]",
   list_collections = "listing the collections", delete_collection = "deleting collection[ %s]",
   wait_for_collection = "waiting for collection[ %s]",

   create_backup_schedule = "making a schedule[ for %s]", describe_backup_schedule = "looking at schedule[ %s]",
   list_backup_schedules = "listing the schedules[ of %s]", update_backup_schedule = "changing schedule[ %s]",
   pause_backup_schedule = "pausing schedule[ %s]", resume_backup_schedule = "resuming schedule[ %s]",
   delete_backup_schedule = "deleting schedule[ %s]",
   list_backup_schedule_history = "listing the runs of schedule[ %s]",

   list_indexes = "listing the indexes", describe_index = "looking at index[ %s]",
   describe_index_stats = "counting the records of[ %s]", delete_index = "deleting index[ %s]",
   wait_for_index = "waiting for index[ %s]", check = "checking",
}

--- Sentences, and parts of them, that would only make sense in a program. None is a part of another.
wording.sentences = {
   ["Pass api_key to pinecone.new, or set PINECONE_API_KEY."] =
      "Set PINECONE_API_KEY, or name a file that holds it: --api-key-file FILE.",
   ["came from the option api_key."] = "came from the file of --api-key-file.",
   ["configure_index { index_name = ..., deletion_protection = 'disabled' } allows it."] =
      "Switch the index's deletion protection off first, such as in Pinecone's console.",
   [" include_deleted = true lists the backups of one that was deleted, from API version 2026-07 on."] = "", -- as we do
   ["There is no such restore job: give its restore_job_id, not the index_id."] =
      "There is no such restore job: 'pinecone-backup restore list' shows those there are.",
   ["A 404 can also pass; wait_for_restore rides it out."] =
      "A 404 can also pass; 'pinecone-backup restore wait' rides it out.",
   ["pause or delete the other one first."] =
      "pause or delete the other one first; 'pinecone-backup schedule list' shows it.",
   ["wait_for_backup waits until it is, or says that it failed."] =
      "'pinecone-backup backup wait' waits until it is, or says that it failed.",
   ["A restore still reads this backup: wait_for_restore first."] =
      "A restore still reads this backup: wait for it with 'pinecone-backup restore wait'.",
   ["A collection is still being made of this index: wait_for_collection first."] =
      "A collection is still being made of this index: wait for it with 'pinecone-backup collection wait'.",
   ["Ask less often; retry_after, where it is set, says how many seconds to wait."] = "Ask less often.",
   ["request_id helps Pinecone's support."] = "the request's id helps Pinecone's support.",
   ["Raise max_connections, or have fewer calls under way at once."] = "Do fewer at once: --parallel N.",
   ["Raise timeout if the service is just slow."] = "Raise --request-timeout if the service is just slow.",
   ["Give more time in timeout."] = "Give more time: --timeout.",
   ["or give more time in timeout."] = "or give more time: --timeout.",
   ["name its CA in ca_file,"] = "add its CA to those that this machine trusts,",
   ["use https (without the option allow_http, http is only for this machine's loopback)"] =
      "use https; http is only for this machine's loopback",
   ["Check the path in ca_file."] = "Check the CAs that this machine trusts.",
   ["Check host, port and any proxy that inspects TLS."] = "Check --host and any proxy that inspects TLS.",
   ["check host and port."] = "check --host.",
   ["check the spelling of host, and what answers there."] = "check the spelling of --host, and what answers there.",
   ["Check the option proxy, and https_proxy"] = "Check https_proxy",
   ["Check the spelling of host (or environment),"] = "Check the spelling of --host or PINECONE_CONTROLLER_HOST,",
   ["and that host and port are right."] = "and that --host or PINECONE_CONTROLLER_HOST is right.",
   ["check host, and any proxy"] = "check --host, and any proxy",
   ["Ask for smaller pages (limit), or raise max_response_bytes."] = "Is it Pinecone's API that answers there?",
   ["Nothing was restored. restore with verify = false does not compare."] =
      "Nothing was restored. 'pinecone-backup restore start' without --verify does not compare.",
   ["Counts lag behind writes, perhaps for longer than verify_grace; others who write there count, too."] =
      "Counts lag behind writes: look once more later. What others write there counts, too.",
   ["Counts lag behind writes, perhaps for longer than verify_grace."] =
      "Counts lag behind writes: should another drill end so, the backup is not whole.",
   ["Name the one to restore: backup_id."] = "Name the one to restore by its ID.",
}

local words = {
   list_backups = "'pinecone-backup backup list'", list_indexes = "'pinecone-backup index list'",
   list_collections = "'pinecone-backup collection list'", list_restore_jobs = "'pinecone-backup restore list'",
   list_backup_schedules = "'pinecone-backup schedule list'", create_backup = "'pinecone-backup backup create'",
   create_collection = "'pinecone-backup collection create'", wait_for_backup = "'pinecone-backup backup wait'",
   describe_index = "'pinecone-backup index describe'",
   describe_collection = "'pinecone-backup collection describe'",
   max_indexes = "--max-indexes", max_age = "--max-age", warn_age = "--warn-age", api_version = "--api-version",
   name_prefix = "--name-prefix", expire_after_days = "--expire-after-days",
   index_name = "index", collection_name = "collection", backup_id = "ID", restore_job_id = "ID", schedule_id = "ID",
}

-- All that is said in one place at most, so that no order of the table shows.
local function replace(shown, from, to)
   local first, last = shown:find(from, 1, true)
   return first and shown:sub(1, first - 1) .. to .. shown:sub(last + 1) or shown
end

local function say(shown)
   for from, to in pairs(wording.sentences) do
      shown = replace(shown, from, to)
   end
   return (shown:gsub("[%a_][%w_]*", words))
end

--- What was being done, such as "deleting backup 8c85…"; nil where it is not known.
function wording.doing(err)
   local phrase, target = doing[err.operation], err.target
   return phrase and (phrase:gsub("%[(.-)%]", function(part)
      return target and part:format(target) or ""
   end))
end

--- What went wrong. What the server says stays as it is, and so does what is said here already.
function wording.message(err)
   local message = err.message or "failed"
   local is_of_library = getmetatable(err) and not err.status
   return is_of_library and say(message) or message
end

--- What to do about it; nil where nobody knows.
function wording.hint(err)
   if not err.hint then
      return nil
   end
   local asks = type(err.retry_after) == "number" and (" It asks to wait %.0f s."):format(err.retry_after) or ""
   return say(err.hint) .. asks
end

return wording
