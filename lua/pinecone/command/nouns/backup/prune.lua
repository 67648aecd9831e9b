-- `pinecone-backup backup prune`: deletes the backups that a policy does not keep.

local lazy = require "pinecone.lazy"

local care = lazy.require "pinecone.command.care"
local exits = require "pinecone.command.exits"
local interrupts = lazy.require "pinecone.command.interrupts"
local json = lazy.require "pinecone.command.output.json"
local many = lazy.require "pinecone.command.many"
local pinecone = lazy.require "pinecone"
local terminal = lazy.require "pinecone.command.output.terminal"
local text = lazy.require "pinecone.command.output.text"

local unpack = table.unpack or unpack

local keeping = {
   "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly", "keep_within",
}

local groups = { name = "source_index_name", id = "source_index_id" }

-- The policy, or nil and what is wrong.
local function policy_of(arguments)
   local policy = {
      name_prefix = arguments.name_prefix, all = arguments.any_name, min_count = arguments.min_count,
      group_by = groups[arguments.group_by],
   }
   for _, name in ipairs(keeping) do
      policy[name] = arguments[name]
   end
   if policy.keep_within and policy.keep_within % 1 ~= 0 then
      return nil, exits.misuse "--keep-within: only whole seconds"
   end
   return policy
end

-- The plan ------------------------------------------------------------------------------------------------------------

-- Each index by itself, newest first, so that what goes stands between what stays.
local function comes_before(one, other)
   local left, right = one.backup, other.backup
   local index, other_index = tostring(left.source_index_name), tostring(right.source_index_name)
   if index ~= other_index then
      return index < other_index
   end
   local made, other_made = pinecone.timestamp(left.created_at), pinecone.timestamp(right.created_at)
   if made ~= other_made then
      return made > other_made
   end
   return left.backup_id < right.backup_id
end

local function rows_of(report)
   local rows = {}
   for _, row in ipairs(report.keep) do
      rows[#rows + 1] = { action = "keep", backup = row.backup, why = table.concat(row.reasons, ",") }
   end
   for _, backup in ipairs(report.remove) do
      rows[#rows + 1] = { action = "remove", backup = backup }
   end
   table.sort(rows, comes_before)
   return rows
end

-- Of those that take no part, so many for each reason.
local function untouched(report)
   local counts, parts = {}, {}
   for _, row in ipairs(report.untouched) do
      counts[row.reason] = (counts[row.reason] or 0) + 1
   end
   for reason, number in pairs(counts) do
      parts[#parts + 1] = ("%d %s"):format(number, text.plain(reason))
   end
   table.sort(parts)
   local words = ("%d untouched"):format(#report.untouched)
   return #parts > 0 and ("%s (%s)"):format(words, table.concat(parts, ", ")) or words
end

local function size_of(removed)
   local sum = 0
   for _, backup in ipairs(removed) do
      sum = sum + (tonumber(backup.size_bytes) or 0)
   end
   return sum > 0 and (" (%s)"):format(text.size(sum)) or ""
end

-- Words beside the plan. Behind a pipe that has columns, and nothing else.
local function say(output, ...)
   if terminal.is(1) then
      output:say(...)
   elseif not output.is_json and not output.is_quiet then
      output:note(...)
   end
end

local function show_plan(report, arguments, output)
   local rows = rows_of(report)
   if #rows > 0 and not output.is_json then
      output:list("plan", rows, nil, arguments.index and "INDEX")
   end
   say(output, "%d to remove%s, %d to keep, %s", #report.remove, size_of(report.remove), #report.keep,
      untouched(report))
end

-- A misspelled index has no backups: all would seem well for years. That of a deleted one may be the last, so it is
-- only asked for where there is nothing at all.
local function is_known(client, arguments, report)
   local is_empty = #report.keep + #report.remove + #report.untouched == 0
   if not (arguments.index and is_empty) then
      return true
   end
   return client:describe_index(arguments.index)
end

-- Gives what prune_backups asks before it deletes, and two functions: one tells why it did not, the other what Ctrl-C
-- may have left half done.
local function new_confirmation(client, arguments, output)
   local refusal, begun
   local function confirm(report)
      local good, err = is_known(client, arguments, report)
      if not good then
         refusal = err
         return false
      end
      show_plan(report, arguments, output)
      if arguments.dry_run then
         return false
      elseif #report.remove == 0 then
         return true -- no dry run: there is just nothing to do
      end
      good, refusal = care.is_wanted(arguments, ("Delete %s?"):format(text.many(#report.remove, "backup")),
         ("delete %s"):format(#report.remove == 1 and "it" or "them"), { is_about_output = true })
      begun = good and #report.remove
      return good
   end
   local function note()
      return begun and ("Some of %s may be deleted already: 'pinecone-backup backup list' shows what is left.")
         :format(text.many(begun, "backup"))
   end
   return confirm, function() return refusal end, note
end

-- The result ----------------------------------------------------------------------------------------------------------

local function name_of(backup)
   return text.plain(backup.name or backup.backup_id)
end

-- Where one error ended the deleting it is that of many, which were not even tried.
local function show_failures(failed, output)
   local tried, known = {}, {}
   for _, row in ipairs(failed) do
      if not known[row.error] then
         tried[#tried + 1], known[row.error] = row, true
      end
   end
   many.tell(output, tried, function(row) return ("deleting %s failed"):format(name_of(row.backup)) end)
   local untried = #failed - #tried
   if untried > 0 then
      output:note("%d more %s not tried after that", untried, untried == 1 and "was" or "were")
   end
end

local function show_result(report, output)
   show_failures(report.failed, output)
   for _, backup in ipairs(report.in_use) do
      say(output, "kept, in use by a restore: %s", name_of(backup))
   end
   if #report.remove > 0 then
      say(output, "removed %d of %s", #report.removed, text.many(#report.remove, "backup"))
   end
end

local lists = { "keep", "remove", "untouched", "removed", "in_use" }

local function document(report)
   local shown = { dry_run = report.dry_run, failed = many.document(report.failed) }
   for _, name in ipairs(lists) do
      shown[name] = json.array(report[name])
   end
   return shown
end

local function show(report, output)
   if output.is_json then
      output:document(document(report))
   elseif not report.dry_run then
      show_result(report, output)
   end
end

local function run(client, arguments, output)
   local policy, err = policy_of(arguments)
   if not policy then
      return nil, err
   end
   local confirm, refusal, note = new_confirmation(client, arguments, output)
   local report
   report, err = interrupts.explain(function()
      return client:prune_backups {
         policy = policy, index_name = arguments.index, limit = arguments.parallel, confirm = confirm,
      }
   end, note)
   err = err or refusal()
   if err and err.exit_code ~= exits.usage then
      return nil, err
   end
   show(report, output)
   if err and not output.is_json then -- to show what would be done is what was asked for
      output:note("%s", err.message)
   end
   return many.outcome(output, #report.removed + #report.in_use, report.failed)
end

return {
   name = "prune", summary = "Delete the backups that no rule keeps. Without --yes it asks, or only shows.",
   example = "backup prune movies --name-prefix nightly- \\\n   "
      .. "--keep-daily 7 --keep-monthly 12 --yes",
   takes = { { name = "index", optional = true } },
   options = {
      "all", { "name_prefix", "Touch only backups whose name begins so." }, "any_name",
      "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly", "keep_within",
      "min_count", "group_by", "parallel", "yes", "dry_run", "quiet",
   },
   rules = {
      { "one_of", "index", "all", message = "name an index, or say --all" },
      {
         "one_of", "name_prefix", "any_name",
         message = "say which backups may be deleted: --name-prefix PREFIX, or --any-name for all",
      },
      { "some_of", message = "say what is to be kept: --keep-daily 7, say", unpack(keeping) },
      { "excludes", "quiet", "dry_run" },
      { "needs", "quiet", "yes", message = "--quiet shows nothing of what would be deleted: say --yes, too" },
   },
   run = run,
}
