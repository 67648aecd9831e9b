-- Where what is sent differs from the published files, because the contract says that real output does, or that the
-- vendor documents what the file leaves out. `section` is that of ../shared/api/contract.md.
--
-- A row fits a problem of an answer when each of its other fields does: `versions`, `operations`, `statuses` and
-- `rules` list words, `path` is a pattern. Each word of a row has to be needed.

local allowances = {}

local CLASSIC, ALL = { "2025-04", "2025-10", "2026-04" }, { "2025-04", "2025-10", "2026-04", "2026-07" }
local BACKUPS = { "create_backup", "describe_backup", "list_index_backups", "list_project_backups" }
local LISTS = { "list_index_backups", "list_project_backups", "list_restore_jobs" }

allowances.rows = {
   { section = "1.5", text = "a backup without tags says null",
      versions = CLASSIC, rules = { "null" }, path = "%.tags$", operations = BACKUPS },
   { section = "1.5", text = "a backup without a description says null",
      versions = CLASSIC, rules = { "null" }, path = "%.description$", operations = BACKUPS },
   { section = "1.5", text = "a backup without a name says null",
      versions = CLASSIC, rules = { "null" }, path = "%.name$", operations = BACKUPS },
   { section = "1.5", text = "record_count is null while a backup is Initializing",
      versions = CLASSIC, rules = { "null" }, path = "%.record_count$", operations = BACKUPS },
   { section = "1.5", text = "namespace_count is null while a backup is Initializing",
      versions = CLASSIC, rules = { "null" }, path = "%.namespace_count$", operations = BACKUPS },
   { section = "1.5", text = "size_bytes is null while a backup is Initializing",
      versions = CLASSIC, rules = { "null" }, path = "%.size_bytes$", operations = BACKUPS },
   { section = "1.5", text = "backups of sparse indexes have the dimension 0",
      versions = CLASSIC, rules = { "minimum" }, path = "%.dimension$", operations = BACKUPS },
   { section = "1.5", text = "a restore job has no completed_at until it is done, which is null",
      versions = CLASSIC, rules = { "null" }, path = "%.completed_at$",
      operations = { "describe_restore_job", "list_restore_jobs" } },
   { section = "1.3", text = "the last page says null",
      versions = CLASSIC, rules = { "null" }, path = "^%$%.pagination$", operations = LISTS },

   { section = "5.4", text = "the page of 2026-04 shows a dimension in the history",
      versions = { "unstable" }, rules = { "undeclared" }, path = "%.dimension$",
      operations = { "list_backup_schedule_history" } },

   { section = "1.2", text = "a bad token or limit is refused; listed from 2026-07 on",
      versions = CLASSIC, rules = { "status" }, statuses = { 400 }, operations = LISTS },
   { section = "4.1", text = "create_backup of an unknown index, as the vendor's SDK documents it",
      versions = ALL, rules = { "status" }, statuses = { 404 }, operations = { "create_backup" } },
   { section = "4.6", text = "restoring a backup that is not Ready; listed from 2026-07 on",
      versions = CLASSIC, rules = { "status" }, statuses = { 412 },
      operations = { "create_index_from_backup_operation" } },
   { section = "4.7", text = "deleting a backup that is being restored; no longer listed, still done",
      versions = { "2026-07" }, rules = { "status" }, statuses = { 412 }, operations = { "delete_backup" } },
   { section = "6", text = "an unknown source index; listed from 2026-07 on",
      versions = CLASSIC, rules = { "status" }, statuses = { 404 }, operations = { "create_collection" } },
}

-- Statuses that a contract lists and the emulator cannot answer.
allowances.never = {
   { text = "no key of the emulator lacks a right", versions = { "2026-07", "unstable" }, statuses = { 403 },
      operations = {
         "list_index_backups", "list_project_backups", "describe_backup", "delete_backup", "list_restore_jobs",
         "describe_restore_job", "list_backup_schedules", "describe_backup_schedule", "delete_backup_schedule",
         "list_backup_schedule_history",
      } },
   { text = "it counts no pods", versions = ALL, statuses = { 403 }, operations = { "configure_index" } },
   { text = "the contract names no cause", versions = { "2026-07" }, statuses = { 400 },
      operations = { "delete_collection" } },
}

-- The fields of a row that list words, with the field of a problem that they speak of.
local lists = { versions = "version", operations = "operation", statuses = "status", rules = "rule" }

local function holds(words, word)
   if words == nil then
      return true
   end
   for _, one in ipairs(words) do
      if one == word then
         return true
      end
   end
   return false
end

local function fits(row, problem)
   for list, field in pairs(lists) do
      if not holds(row[list], problem[field]) then
         return false
      end
   end
   return row.path == nil or problem.path:find(row.path) ~= nil
end

local function need(row, problem)
   row.needed = row.needed or {}
   for list, field in pairs(lists) do
      row.needed[list] = row.needed[list] or {}
      row.needed[list][problem[field] or "none"] = true
   end
end

local function find(rows, problem)
   for _, row in ipairs(rows) do
      if fits(row, problem) then
         need(row, problem)
         return row
      end
   end
end

--- Finds the row that allows a problem.
function allowances.allow(problem)
   return problem.where == "response" and find(allowances.rows, problem)
end

--- Finds the row that says why an operation never answers a status.
-- @tparam table missing `version`, `operation` and `status`
function allowances.excuse(missing)
   return find(allowances.never, missing)
end

--- What was never needed, in words.
function allowances.unneeded()
   local texts = {}
   for _, rows in ipairs { allowances.rows, allowances.never } do
      for _, row in ipairs(rows) do
         for list in pairs(lists) do
            for _, word in ipairs(row[list] or {}) do
               if not (row.needed and row.needed[list][word]) then
                  texts[#texts + 1] = ("%s: %s"):format(row.text, word)
               end
            end
         end
      end
   end
   return texts
end

return allowances
