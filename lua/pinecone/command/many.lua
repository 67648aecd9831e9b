-- The same for all indexes of the project: one that fails does not stop the others.

local exits = require "pinecone.command.exits"
local json = require "pinecone.command.output.json"
local keys = require "pinecone.keys"
local pinecone = require "pinecone"
local problem = require "pinecone.command.output.problem"
local text = require "pinecone.command.output.text"

local many = {}

local LIMIT = 8

-- The indexes that are left out --------------------------------------------------------------------------------------

local Exceptions = {}
Exceptions.__index = Exceptions

--- What was typed behind `--except`.
-- @tparam table names a sequence
function many.exceptions(names)
   local self = setmetatable({ is_seen = {} }, Exceptions)
   for _, name in ipairs(names) do
      self.is_seen[name] = false
   end
   return self
end

--- Whether an index is left out. That there is one of this name is known from then on.
function Exceptions:has(index_name)
   self.has_looked = true
   if self.is_seen[index_name] == nil then
      return false
   end
   self.is_seen[index_name] = true
   return true
end

--- Whether any index is left out.
function Exceptions:has_seen()
   for _, is_seen in pairs(self.is_seen) do
      if is_seen then
         return true
      end
   end
   return false
end

--- Tells which names were not found among the indexes: one that is misspelled leaves nothing out.
function Exceptions:tell_unseen(output)
   for _, name in ipairs(keys.sorted(self.is_seen)) do
      if self.has_looked and not self.is_seen[name] then
         output:note("--except: there is no index %s", text.plain(name))
      end
   end
end

-- All indexes of the project ------------------------------------------------------------------------------------------

local function part_indexes(indexes, exceptions)
   local names, skipped = {}, {}
   for _, index in ipairs(indexes) do
      if type(index.name) ~= "string" then
         return nil, { kind = "protocol", message = "the list of indexes has one without a name" }
      end
      local list = pinecone.wants_backup(index) and names or skipped
      if not exceptions:has(index.name) then
         list[#list + 1] = index.name
      end
   end
   table.sort(names)
   table.sort(skipped)
   return names, skipped
end

local function none(skipped, exceptions)
   local all = #skipped > 0 and (", only %s in pods or of drills"):format(table.concat(skipped, ", ")) or ""
   local beside = exceptions:has_seen() and " beside those of --except" or ""
   return { kind = "not_found", message = "the project has no index that could be backed up" .. beside .. all }
end

--- The names of the indexes that are to be backed up, in their order.
-- @tparam Client client
-- @tparam table exceptions what `exceptions` gives; has seen all indexes then
-- @treturn[1] table a sequence
-- @treturn[1] table the names of the others, those in pods and those that drills make for a while
-- @treturn[2] nil
-- @treturn[2] table the error, also where there is none
function many.index_names(client, exceptions)
   local indexes, err = client:indexes():all()
   if not indexes then
      return nil, err
   end
   local names, skipped = part_indexes(indexes, exceptions)
   if names and #names == 0 then
      return nil, none(skipped, exceptions)
   end
   return names, skipped
end

-- What became of it ---------------------------------------------------------------------------------------------------

-- What was raised may be a text.
local function as_error(raised)
   return type(raised) == "table" and raised or { message = tostring(raised) }
end

local function part(names, results, problems)
   local done, failed = {}, {}
   for place, name in ipairs(names) do
      local err = problems[place]
      if err then
         failed[#failed + 1] = { index_name = name, error = as_error(err) }
      else
         done[#done + 1] = results[place]
      end
   end
   return done, failed
end

-- The code that all of them have.
local function common_code(failed)
   local code
   for _, row in ipairs(failed) do
      local own = exits.of(row.error)
      if code and own ~= code then
         return exits.failure
      end
      code = own
   end
   return code
end

-- The code is that of the failures where nothing went well.
local function exit_code(done_count, failed)
   if #failed == 0 then
      return exits.ok
   end
   return done_count > 0 and exits.partial or common_code(failed)
end

-- What all of them have in a field; nil where they differ.
local function common(failed, field)
   local value = failed[1].error[field]
   for _, row in ipairs(failed) do
      if row.error[field] ~= value then
         return nil
      end
   end
   return value
end

-- Failures without any success, as one error.
local function total(failed, code)
   local first = failed[1].error
   if #failed == 1 then
      return as_error(first)
   end
   local err = {
      message = ("none of %d went well; of the first: %s"):format(#failed, (problem.lines(first))),
      hint = common(failed, "hint"), exit_code = code,
   }
   for _, name in ipairs(problem.fields) do
      err[name] = common(failed, name)
   end
   return err
end

--- What the command ends with.
-- @tparam table output see output/
-- @tparam int done_count how much went well
-- @tparam table failed a sequence of rows with `error`; for people each has been told
-- @treturn[1] int the exit code
-- @treturn[2] nil
-- @treturn[2] table the error, where JSON was asked for and nothing went well: that is fatal
function many.outcome(output, done_count, failed)
   local code = exit_code(done_count, failed)
   if output.is_json and #failed > 0 and done_count == 0 then
      return nil, total(failed, code)
   end
   return code
end

--- The failures as JSON has them.
-- @tparam table failed a sequence of rows with `error`
function many.document(failed)
   local rows = {}
   for place, row in ipairs(failed) do
      rows[place] = json.with(row, { error = problem.describe(row.error) })
   end
   return json.array(rows)
end

local function name_of(row)
   return text.plain(row.index_name)
end

--- Tells each failure in a line. What to do is mostly the same for all of them, so it comes once, behind the last.
-- @tparam table output see output/
-- @tparam table failed a sequence of rows with `error`
-- @tparam[opt] function label_of takes a row, gives what the line begins with; default: its `index_name`
function many.tell(output, failed, label_of)
   local hints, known = {}, {}
   for _, row in ipairs(failed) do
      local line, hint = problem.lines(row.error)
      output:note("%s: %s", (label_of or name_of)(row), line)
      if hint and not known[hint] then
         hints[#hints + 1], known[hint] = hint, true
      end
   end
   for _, hint in ipairs(hints) do
      output:note("%s", hint)
   end
end

-- Doing it ------------------------------------------------------------------------------------------------------------

--- Does it for each.
-- @tparam Client client
-- @tparam table output see output/
-- @tparam table names of indexes
-- @tparam table arguments `parallel`, how many at once; `wait`, whether it takes its time
-- @tparam function action takes a name and `on_progress`; gives a value, or nil and an error
-- @treturn[1] table the values, in the order of names
-- @treturn[1] table the failures, `{ index_name =, error = }`, in the order of names; each has been told
-- @treturn[2] nil
-- @treturn[2] table the error, where what was asked for makes no sense for any of them
function many.run(client, output, names, arguments, action)
   local results, problems = output:wait_for_many(client, #names, arguments.wait, function(count, on_progress)
      local tasks = {}
      for place, name in ipairs(names) do
         tasks[place] = function()
            local value, err = action(name, on_progress)
            count(err)
            return value, err
         end
      end
      return pinecone.parallel(tasks, { limit = arguments.parallel or LIMIT })
   end)
   local done, failed = part(names, results, problems or {})
   if exit_code(#done, failed) == exits.usage then
      return nil, failed[1].error
   end
   if not output.is_json then
      many.tell(output, failed)
   end
   return done, failed
end

return many
