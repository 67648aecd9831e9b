--- What the emulated project can be told, and what was decided where Pinecone
-- documents nothing: one row for each option.
--
-- `choices` lists the values allowed; without it any value of the default's
-- type is. Numbers are 0 or more, `whole` ones without a fraction, or from
-- `least` to `most`. `names` tells what a table holds: a list of `operation`
-- names, or an object by `failure` name.
-- @module pinecone.emulator.decisions

local VERSIONS = { "2025-04", "2025-10", "2026-04", "2026-07", "unstable" }

local function versions_and(word)
   return { word, (table.unpack or unpack)(VERSIONS) }
end

local decisions = {}

decisions.rows = {
   -- The project
   { name = "job_seconds", default = 2,
      text = "how long backups, restores, collections, new indexes and deletions take" },
   { name = "max_indexes", whole = true, default = 20, text = "indexes per project; one more is a 403" },
   { name = "max_backups", whole = true, default = 500, text = "backups per project; one more is a 403" },
   { name = "max_collections", whole = true, default = 100, text = "collections per project; one more is a 403" },
   { name = "max_schedules", whole = true, default = 3,
      text = "schedules per index, enabled or not; one more is a 403" },
   { name = "max_retention_days", whole = true, default = 365,
      text = "longest retention of a schedule; more is a 400" },
   { name = "plan_has_backups", default = true,
      text = "false: creating backups and schedules is a 403" },
   { name = "past_due", default = false,
      text = "true: what costs money is a 402, until the invoices are paid" },
   { name = "denied_operations", default = {}, names = "operation",
      text = "operations that the key may not do: a JSON list of names as in the request log; each is a 403" },
   { name = "quota_code", default = "FORBIDDEN", choices = { "FORBIDDEN", "QUOTA_EXCEEDED" },
      text = "the code beside a quota's 403, up to 2026-04" },

   -- Versions
   { name = "default_version", default = "2025-04", choices = VERSIONS,
      text = "spoken where a request names no version" },
   { name = "unknown_version", default = "refuse", choices = versions_and("refuse"),
      text = "what to do where it names one that does not exist: a 400, or speak this one" },
   { name = "schedules_from_2026_04", default = false,
      text = "true: schedules answer to 2026-04 as well as to 2026-07 and unstable" },
   { name = "plain_401_always", default = false,
      text = "true: a 401 is plain text in every version, not only from 2026-07 on" },

   -- Lists
   { name = "newest_first", default = true, text = "order of lists with pages; false: oldest first" },
   { name = "default_limit", default = 10, whole = true, least = 1, most = 100,
      text = "items on a page up to 2026-04; 100 from 2026-07 on" },
   { name = "limit_out_of_range", default = "refuse", choices = { "refuse", "clamp" },
      text = "a limit that is too small or too large: a 400, or the nearest good one" },
   { name = "list_lag_seconds", default = 0,
      text = "how long lists do not show what was just made" },

   -- Backups and restores
   { name = "refuse_delete_while_restoring", default = "always", choices = { "always", "before_2026_07" },
      text = "when deleting a backup that is being restored is a 412" },
   { name = "not_ready_status", default = 412, choices = { 400, 409, 412, 422 },
      text = "the status of restoring a backup that is not Ready, up to 2026-04; 412 from 2026-07 on" },
   { name = "refuse_delete_while_initializing", default = false,
      text = "true: a backup that is Initializing, and its index, cannot be deleted (412)" },
   { name = "deleted_backups_linger", default = false,
      text = "true: a deleted backup can be seen for another job_seconds" },
   { name = "restore_read_capacity", default = "ignore", choices = { "ignore", "apply" },
      text = "what a restore's read_capacity does" },
   { name = "restore_region_field", default = "",
      text = "a field of a restore's body, under unstable, that names another region of the same cloud" },
   { name = "keep_restore_jobs", default = false,
      text = "true: jobs stay visible when their target index is gone" },

   -- Schedules
   { name = "run_hour", default = 6, whole = true, most = 23, text = "the hour, in UTC, at which new schedules run" },
   { name = "first_run", default = "next_day", choices = { "next_day", "next_period" },
      text = "when a new schedule runs first: the day after, or a day, week or month after" },
   { name = "month_end", default = "last_day", choices = { "last_day", "skip" },
      text = "a monthly run on a day that a month does not have" },
   { name = "history_scheduled_rows", default = false,
      text = "true: history shows the coming run as a Scheduled row" },

   -- Wording
   { name = "refuse_unknown_keys", default = false,
      text = "true: unknown keys of backup, restore, schedule and collection bodies are a 422" },
   { name = "unknown_path_body", default = "json", choices = { "json", "text", "empty" },
      text = "the body of a 404 for an unknown path and of a 405" },
   { name = "messages", default = {}, names = "failure",
      text = "a JSON object of other texts of errors, by the names in emulator/failure.lua" },
}

--- What was given, and the defaults of what was not.
-- @tparam ?table given name to value; other names in it are left out
-- @treturn table name to value, for every row
function decisions.complete(given)
   local completed = {}
   for _, row in ipairs(decisions.rows) do
      local value = given and given[row.name]
      if value == nil then
         value = row.default
      end
      completed[row.name] = value
   end
   return completed
end

return decisions
