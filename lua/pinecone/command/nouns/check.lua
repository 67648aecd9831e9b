-- `pinecone-backup check`: tells which indexes have no fresh backup, with the manners of a monitoring plugin.

local exits = require "pinecone.command.exits"
local json = require "pinecone.command.output.json"
local listing = require "pinecone.command.output.listing"
local options = require "pinecone.command.line.options"
local pinecone = require "pinecone"
local problem = require "pinecone.command.output.problem"
local stdout = require "pinecone.command.output.stdout"
local terminal = require "pinecone.command.output.terminal"
local text = require "pinecone.command.output.text"

local DEFAULT_MAX_AGE = options.row "max_age".default

-- What monitoring systems make of a plugin's exit; 3 is everything that goes wrong with the check itself.
local codes = { ok = 0, warning = 1, critical = 2 }
local UNKNOWN = "unknown"

-- Words ---------------------------------------------------------------------------------------------------------------

-- A monitoring system takes what follows a bar for numbers.
local function plain(words)
   return (text.plain(words):gsub("|", "/"))
end

local function newest_of(entry)
   local backup = entry.backup
   return backup and (backup.name or backup.backup_id) or nil
end

local function rows_of(checked)
   local rows = {}
   for place, entry in ipairs(checked.indexes) do
      local newest = newest_of(entry)
      rows[place] = {
         verdict = entry.verdict, index_name = plain(entry.index_name), age = entry.age,
         newest = newest and plain(newest), reason = plain(table.concat(entry.reasons, "; ")),
      }
   end
   return rows
end

-- Numbers to draw curves of, as the plugins' guidelines write them.
local function performance(checked, arguments)
   local counts, oldest = { ok = 0, warning = 0, critical = 0 }, nil
   for _, entry in ipairs(checked.indexes) do
      counts[entry.verdict] = counts[entry.verdict] + 1
      if entry.age and entry.age > (oldest or -1) then
         oldest = entry.age
      end
   end
   local words = ("ok=%d warning=%d critical=%d"):format(counts.ok, counts.warning, counts.critical)
   if not oldest then
      return words
   end
   return ("%s oldest=%ds;%s;%s;0"):format(words, oldest, arguments.warn_age and text.number(arguments.warn_age) or "",
      text.number(arguments.max_age or DEFAULT_MAX_AGE))
end

local function headline(verdict, reason, numbers)
   local shown = verdict:upper()
   if terminal.has_colours(1) then
      shown = listing.colour(verdict, shown)
   end
   local line = ("PINECONE BACKUPS %s - %s"):format(shown, plain(reason))
   return numbers and not terminal.is(1) and line .. " | " .. numbers or line
end

-- The library names the worst.
local function whole_reason(checked)
   local others = -1
   for _, entry in ipairs(checked.indexes) do
      others = others + (entry.verdict ~= "ok" and 1 or 0)
   end
   if others < 1 then
      return checked.reason
   end
   return ("%s (and %s)"):format(checked.reason, text.many(others, "other"))
end

-- All that is wrong, a line for each: in a table there would be no room for it.
local function show_reasons(checked)
   for _, entry in ipairs(checked.indexes) do
      for _, reason in ipairs(entry.verdict ~= "ok" and entry.reasons or {}) do
         stdout.write(terminal.fitting(1, plain(entry.index_name) .. ": " .. plain(reason)), "\n")
      end
   end
end

local function show(checked, arguments, output, trouble)
   local verdict, reason = checked.verdict, whole_reason(checked)
   if trouble then
      verdict, reason = UNKNOWN, ("%s; the check itself is %s: %s"):format(trouble.message, verdict, reason)
   end
   if verdict == "ok" and output.is_quiet then
      return
   end
   stdout.write(terminal.fitting(1, headline(verdict, reason, performance(checked, arguments))), "\n")
   if not output.is_quiet and #checked.indexes > 0 then
      output:list("check", rows_of(checked), nil, "REASON")
   end
   if (output.is_quiet or terminal.is(1)) and verdict ~= "ok" then
      show_reasons(checked)
   end
end

-- JSON ----------------------------------------------------------------------------------------------------------------

local function shown_entry(entry)
   return json.with(entry, {
      reasons = json.array(entry.reasons), error = entry.error and problem.describe(entry.error),
      schedule_error = entry.schedule_error and problem.describe(entry.schedule_error),
   })
end

local function document(checked)
   local indexes = {}
   for place, entry in ipairs(checked.indexes) do
      indexes[place] = shown_entry(entry)
   end
   return {
      verdict = checked.verdict, reason = checked.reason, time = checked.time, indexes = json.array(indexes),
      skipped = json.array(checked.skipped),
   }
end

-- The noun ------------------------------------------------------------------------------------------------------------

local function misuse(arguments)
   local warn_age, file = arguments.warn_age, arguments.textfile
   if warn_age and warn_age >= (arguments.max_age or DEFAULT_MAX_AGE) then
      return exits.misuse(("--warn-age must be less than --max-age%s"):format(
         arguments.max_age and "" or ", which is 25h where it is not given"))
   elseif file and not file:find "%.prom$" then
      return exits.misuse(("--textfile: '%s' must end in .prom, or the node exporter does not read it"):format(file))
   end
end

local function write_metrics(checked, path)
   local good, why = require "pinecone.command.file".write(path, pinecone.metrics(checked), "0644")
   if not good then
      return { message = ("%s was not written: %s"):format(path, why), is_told = true }
   end
end

-- Why nothing is known of any index: what went wrong is not the backups' fault then. A name that no index can have is
-- the typist's, beside whatever else.
local function unknown_for(checked)
   local first
   for _, entry in ipairs(checked.indexes) do
      if entry.error and exits.of(entry.error) == exits.usage then
         return entry.error
      elseif not entry.error or entry.error.kind == "not_found" then
         first = false
      elseif first == nil then
         first = entry.error
      end
   end
   return first or nil
end

local function run(client, arguments, output)
   local broken = misuse(arguments)
   if broken then
      return nil, broken
   end
   local exceptions = #arguments.except > 0 and require "pinecone.command.many".exceptions(arguments.except)
   local checked, err = client:check {
      max_age = arguments.max_age, warn_age = arguments.warn_age, require_schedule = arguments.require_schedule,
      index_names = not arguments.all and arguments.index or nil, limit = arguments.parallel,
      filter = exceptions and function(index) return not exceptions:has(index.name) end or nil,
   }
   if exceptions then
      exceptions:tell_unseen(output)
   end
   err = err or unknown_for(checked)
   if err then
      return nil, err
   end
   local trouble = arguments.textfile and write_metrics(checked, arguments.textfile) or nil
   if output.is_json then
      output:document(document(checked))
   else
      show(checked, arguments, output, trouble)
   end
   if trouble then
      return nil, trouble
   end
   return codes[checked.verdict]
end

-- A monitoring system shows the first line of the output, and nothing of the errors, where what to do is told.
local function tell_failure(err, is_json, is_quiet)
   if not (is_json or is_quiet or err.is_told or terminal.is(1)) then
      stdout.write(headline(UNKNOWN, (problem.lines(err))), "\n")
   end
end

return {
   summary = "Tell which indexes have no fresh backup, as a monitoring plugin.\n"
      .. "Exits with 0 ok, 1 warning, 2 critical, 3 unknown: anything that went wrong.",
   example = "check --all --max-age 1d --textfile backups.prom\ncheck movies songs --warn-age 20h --quiet",
   takes = { { name = "index", many = true } },
   options = {
      "all", "except", "max_age", "warn_age", "require_schedule",
      { "parallel", "So many at once (default: 16)." }, "textfile",
      { "quiet", "Print nothing where all is well." },
   },
   rules = { { "one_of", "index", "all", message = "name indexes, or say --all" }, { "needs", "except", "all" } },
   run = run,
   tell_failure = tell_failure,
}
