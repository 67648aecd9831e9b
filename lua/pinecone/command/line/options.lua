-- Every option of the command, by name: what it takes, how that is read, and what help says.

local options = {}

local seconds_of = { s = 1, m = 60, h = 3600, d = 86400, w = 604800 }

local readers = {}

-- 90, 90s, 15m, 12h, 7d or 2w.
function readers.duration(word)
   local number, unit = word:match "^(%d+%.?%d*)(%a?)$"
   local seconds = tonumber(number) and seconds_of[unit == "" and "s" or unit]
   if not seconds or tonumber(number) <= 0 or tonumber(number) > 1e9 then
      return nil, "is no time; write it as 90s, 15m, 12h, 7d or 2w"
   end
   return tonumber(number) * seconds
end

function readers.count(word)
   local number = word:match "^%d+$" and tonumber(word)
   if not number or number < 1 or number > 1e9 then
      return nil, "is no whole number from 1 up"
   end
   return number
end

function readers.text(word)
   if word == "" then
      return nil, "must not be empty"
   end
   return word
end

-- KEY=VALUE
function readers.pair(word)
   local name, value = word:match "^([^=]+)=(.*)$"
   if not name then
      return nil, "is not KEY=VALUE"
   end
   return { name = name, value = value }
end

readers.file = readers.text

--- How arguments are read: each takes a word and gives the value, or nil and what is wrong with it.
options.readers = readers

local argument_names = { duration = "TIME", count = "N", file = "FILE", text = "TEXT", pair = "KEY=VALUE" }

-- A flag has no `reads`. What is `hidden` stands in no help of a verb: the options of every command are in that of the
-- whole. What is `many` may be given several times. A `default` is the library's, for commands that speak of it.
local rows = {
   -- of every command
   json = { text = "Print JSON." },
   quiet = { short = "-q", text = "Print nothing but errors." },
   api_key_file = { reads = "file", hidden = true, text = "Read the API key from there." },
   host = { reads = "text", argname = "URL", hidden = true, text = "Ask this control plane." },
   api_version = { reads = "text", argname = "VERSION", hidden = true, text = "Speak this version of the API." },
   request_timeout = { reads = "duration", hidden = true, text = "Give each request so long (default: 60s)." },
   verbose = { hidden = true, text = "Tell of each request on standard error." },

   -- of waiting
   wait = { text = "Wait until it is done." },
   timeout = { reads = "duration", text = "Wait so long at most, such as 6h (default: no limit)." },
   verify = { text = "Wait, and compare the numbers of records with the backup." },

   -- of what to take
   all = { text = "All indexes." },
   except = { reads = "text", argname = "INDEX", many = true, text = "With --all: not this one; may be repeated." },
   parallel = { reads = "count", text = "So many at once (default: 8)." },
   latest = { reads = "text", argname = "INDEX", text = "The newest good backup of this index." },

   -- of what to make
   name = { reads = "text", argname = "NAME", text = "Its name." },
   name_prefix = { reads = "text", argname = "PREFIX", text = "Names that begin so." },
   description = { reads = "text", text = "A description." },

   -- of restores
   deletion_protection = { choices = { "enabled", "disabled" }, text = "Whether the index cannot be deleted." },
   tag = { reads = "pair", many = true, text = "A tag of the index; may be given several times." },
   max_indexes = { reads = "count", text = "Do nothing where the project has so many indexes." },

   -- of schedules
   frequency = { choices = { "daily", "weekly", "monthly" }, text = "How often." },
   expire_after_days = { reads = "count", text = "Delete each of its backups after N days." },

   -- of retention: a backup that one rule keeps is kept
   any_name = { text = "Touch backups whatever their name." },
   keep_last = { reads = "count", text = "Keep the newest N." },
   keep_hourly = { reads = "count", text = "Keep the newest of each of the last N hours." },
   keep_daily = { reads = "count", text = "The same for days, in UTC." },
   keep_weekly = { reads = "count", text = "The same for weeks, from Monday on." },
   keep_monthly = { reads = "count", text = "The same for months." },
   keep_yearly = { reads = "count", text = "The same for years." },
   keep_within = { reads = "duration", text = "Keep what is at most so much older than the newest." },
   min_count = { reads = "count", text = "Keep N of each index at least (default: 1)." },
   group_by = { hidden = true, choices = { "name", "id" }, text = "Count for each index by its name (default) or id." },

   -- of checks and reports
   max_age = {
      reads = "duration", default = 25 * 3600, text = "How old the newest good backup may be (default: 25h).",
   },
   warn_age = { reads = "duration", text = "Warn of one that is older than this." },
   require_schedule = { text = "Warn where no backup schedule is enabled." },
   textfile = { reads = "file", text = "Write metrics there, for Prometheus; ends in .prom." },
   html = { reads = "file", text = "Write a page for browsers there." },

   -- of care
   yes = { short = "-y", text = "Do it without a question." },
   dry_run = { short = "-n", text = "Say what would be done, and do nothing." },
}

--- The spelling of an option on the command line.
function options.spelling(name)
   return "--" .. name:gsub("_", "-")
end

local function reader_of(name, row)
   local read = readers[row.reads]
   return function(word)
      local value, problem = read(word)
      if value == nil then
         return nil, ("%s: '%s' %s"):format(options.spelling(name), word, problem)
      end
      return value
   end
end

--- Whether a word of the command line is an option whose value is the next word.
function options.takes_value(word)
   local row = rows[word:gsub("^%-%-", ""):gsub("%-", "_")]
   return row ~= nil and (row.reads or row.choices) ~= nil
end

--- What is known of an option.
function options.row(name)
   return assert(rows[name], name)
end

--- Adds an option to a parser.
-- @tparam table parser argparse's
-- @tparam table entry one of those that `of` gives
-- @return argparse's option
function options.add(parser, entry)
   local name, is_needed = entry.name, entry.is_needed
   local row = options.row(name)
   local spelling = options.spelling(name)
   if row.short then
      spelling = row.short .. " " .. spelling
   end
   local takes_value = row.reads or row.choices
   local option = takes_value and parser:option(spelling) or parser:flag(spelling)
   local text = entry.text or row.text
   option:target(name):description(is_needed and text .. " Needed." or text):hidden(row.hidden or false)
   option:count(is_needed and "1" or "?"):overwrite(takes_value == nil) -- of two values one would have no effect
   if row.choices then
      option:choices(row.choices):argname(table.concat(row.choices, "|"))
   elseif row.reads then
      option:argname(row.argname or argument_names[row.reads]):convert(reader_of(name, row))
   end
   if row.many then
      option:count "*"
   end
   return option
end

-- Those of every command that asks the service.
local common = { "json", "api_key_file", "host", "api_version", "request_timeout", "verbose" }

--- The options of a verb.
-- @treturn table a sequence of `name` and, where they are special, `text` for help and `is_needed`
function options.of(verb)
   local list = {}
   for place, entry in ipairs(verb.options or {}) do
      list[place] = type(entry) == "string" and { name = entry }
         or { name = entry[1], text = entry[2], is_needed = entry.is_needed }
   end
   for _, name in ipairs(verb.is_local and {} or common) do
      list[#list + 1] = { name = name }
   end
   return list
end

return options
