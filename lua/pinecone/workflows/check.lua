--- Looks at the backups of many indexes at once, and says which of them somebody has to see to.
-- @classmod Client

local check = require "pinecone.check"
local errors = require "pinecone.errors"
local fields = require "pinecone.fields"
local is_pod = require "pinecone.indexes".is_pod
local keys = require "pinecone.keys"
local names = require "pinecone.names"
local parallel = require "pinecone.parallel"

local MAX_AGE = 25 * 3600 -- a night's backup may begin a little later than that of the night before
local LIMIT = 16
local LONGEST_DRILL = 24 * 3600

local function misuse(message, ...)
   errors.misuse("check: " .. message:format(...))
end

-- Arguments -----------------------------------------------------------------------------------------------------------

-- Also false for what is no number at all, 0/0.
local function is_between(low, value, high)
   return value > low and value < high
end

local function check_ages(max_age, warn_age)
   if not is_between(0, max_age, math.huge) then
      misuse("'max_age' must be more than 0 seconds, got %s", tostring(max_age))
   elseif warn_age and not is_between(0, warn_age, max_age) then
      misuse("'warn_age' must be more than 0 seconds and less than 'max_age' (%s), got %s", tostring(max_age),
         tostring(warn_age))
   end
end

-- An empty list is most likely one that could not be read; to find all of nothing well would hide that. Beyond a
-- hole nobody would look.
local function check_index_names(given, filter)
   local count = 0
   for _ in pairs(given) do
      count = count + 1
   end
   if filter then
      misuse "'filter' is for all indexes; leave 'index_names' or it out"
   elseif count == 0 then
      misuse "'index_names' must name an index; without it all are looked at"
   end
   for place = 1, count do
      if type(given[place]) ~= "string" then
         misuse "'index_names' must be a sequence of strings"
      end
   end
end

local function check_arguments(arguments)
   check_ages(arguments.max_age or MAX_AGE, arguments.warn_age)
   fields.check_limit("check", arguments.limit)
   if arguments.index_names then
      check_index_names(arguments.index_names, arguments.filter)
   end
end

-- Which indexes -------------------------------------------------------------------------------------------------------

local function nameless(client)
   return errors.explain(errors.new {
      kind = "protocol", operation = "check", message = "the list of indexes has one without a name",
   }, client._about)
end

-- All indexes of the project, and what time it is for the server.
local function list_indexes(client, options)
   local list = client:indexes(nil, options)
   local indexes, err = list:all()
   if not indexes then
      return nil, err
   end
   for _, index in ipairs(indexes) do
      if type(index.name) ~= "string" then
         return nil, nameless(client)
      end
   end
   return { indexes = indexes, date = list:date() }
end

-- Apart from the others is what has no backups by its nature: pods, and what a drill is about to delete again.
local function all_indexes(client, filter, options)
   local listed, err = list_indexes(client, options)
   if not listed then
      return nil, err
   end
   local named, skipped, drills = {}, {}, {}
   for _, index in ipairs(listed.indexes) do
      if not filter or filter(index) then
         local is_of_drill, begun = names.is_of_drill(index.name)
         if is_pod(index) then
            skipped[index.name] = true
         elseif is_of_drill then
            drills[index.name] = begun
         else
            named[index.name] = true
         end
      end
   end
   return { names = keys.sorted(named), skipped = skipped, drills = drills, is_listed = true, date = listed.date }
end

local function given_indexes(list)
   local named = {}
   for _, name in ipairs(list) do
      named[name] = true
   end
   return { names = keys.sorted(named), skipped = {}, drills = {} }
end

local function scope_of(client, arguments, options)
   if arguments.index_names then
      return given_indexes(arguments.index_names)
   end
   return all_indexes(client, arguments.filter, options)
end

-- Looking -------------------------------------------------------------------------------------------------------------

-- Where the backups cannot be listed, the schedules would change nothing.
local function look(client, index_name, options)
   local list = client:backups({ index_name = index_name }, options)
   local facts = { index_name = index_name, list = list }
   facts.backups, facts.error = list:all()
   if facts.backups then
      facts.schedules, facts.schedule_error = client:backup_schedules({ index_name = index_name }, options):all()
   end
   return facts
end

local function look_at_all(client, index_names, options, limit)
   local tasks = {}
   for place, name in ipairs(index_names) do
      tasks[place] = function() return look(client, name, options) end
   end
   local found, problems = parallel(tasks, { limit = limit })
   if problems then
      error(select(2, next(problems)), 0) -- raised by a task: what goes wrong on the wire is among the facts
   end
   return found
end

-- What was listed and then not found has just been deleted: the list says so. A gateway's 404 says nothing.
local function deleted_since(client, scope, found, options)
   local gone = {}
   for _, facts in ipairs(found) do
      gone[facts.index_name] = scope.is_listed and facts.error and facts.error.kind == "not_found" or nil
   end
   if next(gone) == nil then
      return gone
   end
   local listed = list_indexes(client, options)
   for _, index in ipairs(listed and listed.indexes or {}) do
      gone[index.name] = nil
   end
   return listed and gone or {}
end

-- In whole seconds, as the server tells it: so that os.date takes it, too.
local function now(found, date)
   for _, facts in ipairs(found) do
      date = date or facts.list:date()
   end
   return math.floor(date or os.time())
end

-- Entries in the order of names, and the names of those left out.
local function judge_all(found, scope, gone, rules, time)
   local entries = {}
   for _, facts in ipairs(found) do
      if gone[facts.index_name] then
         scope.skipped[facts.index_name] = true
      else
         entries[#entries + 1] = check.index(facts, rules, time)
      end
   end
   for name, begun in pairs(scope.drills) do
      if time - begun > LONGEST_DRILL then
         entries[#entries + 1] = check.leftover(name)
      else
         scope.skipped[name] = true
      end
   end
   table.sort(entries, function(one, other) return one.index_name < other.index_name end)
   return entries, keys.sorted(scope.skipped)
end

--- Automation
-- @section automation

--- What `check` found.
-- @table Check
-- @tfield string verdict the worst of all: `ok`, `warning` or `critical`; `warning` where no index was looked at
-- @tfield string reason a sentence that says why
-- @tfield number time when that was, in seconds since 1970
-- @tfield {CheckedIndex,...} indexes sorted by name
-- @tfield {string,...} skipped the names of those that were left out

--- What `check` says of an index.
-- @table CheckedIndex
-- @tfield string index_name
-- @tfield string verdict `ok`, `warning` or `critical`
-- @tfield string reason a sentence that says why
-- @tfield {string,...} reasons all of them, worst first
-- @tfield[opt] Backup backup the newest that is Ready
-- @tfield[opt] number age how old that is, in seconds
-- @tfield[opt] Backup ahead the newest Ready one of those that are dated more than an hour in the future
-- @tfield[opt] int failures how many backups failed since it was made; all that failed where there is none
-- @tfield[opt] Backup last_failure the newest of them
-- @tfield[opt] int running how many backups are not finished
-- @tfield[opt] Schedule schedule the enabled one
-- @tfield[opt] number next_run when it is due, in seconds since 1970
-- @tfield[opt] Error schedule_error why the schedules could not be read; some plans have none
-- @tfield[opt] Error error why the backups could not be listed; then all from `backup` on are absent

--- Tells of each index whether it has a fresh backup.
--
-- All indexes are looked at side by side, with two requests each: one for the backups, one for the schedules. Ages are
-- by the server's clock.
--
-- An index is **critical** where it has no Ready backup, where the newest is older than `max_age`, where its backups
-- cannot be listed, and where its schedules have to be known and cannot be read. It is worth a **warning** where
-- backups failed since the newest Ready one, where that is older than `warn_age`, where no schedule is enabled though
-- one has to be, and where the enabled one should have run more than an hour ago. Else it is **ok**.
--
-- A Ready backup that is dated more than an hour in the future is worth a warning, and counts for nothing else. So is
-- an index that a drill made more than a day ago; its backups are not looked at.
-- @function Client:check
-- @tparam[opt] table arguments
-- @tparam[opt] CallOptions options `timeout` is of each request
-- @tparam[opt=90000] number arguments.max_age how many seconds old the newest Ready backup may be; 25 hours
-- @tparam[opt] number arguments.warn_age the same for a warning; less than `max_age`
-- @tparam[opt=false] boolean arguments.require_schedule wants an enabled backup schedule
-- @tparam[opt] {string,...} arguments.index_names default: every index of the project but pod indexes, which have
--   collections and no backups, those that `drill` makes for a while, and what is deleted meanwhile
-- @tparam[opt] function arguments.filter is called with each index of the project, and gives true for those to look
--   at; not beside `index_names`
-- @tparam[opt=16] int arguments.limit how many indexes are looked at at once
-- @treturn[1] Check what was found
-- @treturn[2] nil
-- @treturn[2] Error where the project's indexes cannot be listed
-- @raise for an argument that makes no sense
-- @api 2026-04/control-plane/list_project_backups
-- @usage
-- local check = assert(pc:check { max_age = 26 * 3600 })
-- for _, index in ipairs(check.indexes) do print(index.verdict, index.index_name, index.reason) end
-- print(check.verdict, check.reason)
local function run(client, arguments, options)
   check_arguments(arguments)
   local good, err = client:_check("list_indexes", nil, options, "check")
   if not good then
      return nil, err
   end
   local scope
   scope, err = scope_of(client, arguments, options)
   if not scope then
      return nil, err
   end
   local found = look_at_all(client, scope.names, options, arguments.limit or LIMIT)
   local time, gone = now(found, scope.date), deleted_since(client, scope, found, options)
   local rules = {
      max_age = arguments.max_age or MAX_AGE, warn_age = arguments.warn_age,
      require_schedule = arguments.require_schedule,
   }
   local entries, skipped = judge_all(found, scope, gone, rules, time)
   local verdict, reason = check.summary(entries)
   return { verdict = verdict, reason = reason, time = time, indexes = entries, skipped = skipped }
end

return {
   fields = {
      max_age = "number", warn_age = "number", require_schedule = "boolean", index_names = "table",
      filter = "function", limit = "number",
   },
   run = run,
}
