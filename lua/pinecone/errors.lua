-- Errors as people and programs read them: hints, one-line text, raising. No I/O.

local core = require "pinecone.core"
local lazy = require "pinecone.lazy"

local hints = lazy.require "pinecone.hints"

local errors = {}

local Failure = core.failure

-- Hints -------------------------------------------------------------------------------------------------------------

-- What an operation is about, by the first of its arguments that names something there is.
local subject_of_argument = {
   index_name = "index", backup_id = "backup", restore_job_id = "restore", schedule_id = "schedule",
   collection_name = "collection",
}

local function subject_of(operation)
   local row = core.operations[operation]
   for _, argument in ipairs(row and row.arguments or {}) do
      if subject_of_argument[argument.name] then
         return subject_of_argument[argument.name]
      end
   end
end

local function says_one_of(message, patterns)
   for _, pattern in ipairs(patterns) do
      if message:find(pattern) then
         return true
      end
   end
   return false
end

local function matches(row, err, subject, message)
   return (row.kind == nil or row.kind == err.kind)
      and (row.maybe_applied == nil or row.maybe_applied == err.maybe_applied)
      and (row.status == nil or row.status == err.status)
      and (row.operation == nil or row.operation == err.operation)
      and (row.target_of == nil or row.target_of == subject)
      and (row.says == nil or says_one_of(message, row.says))
end

--- Adds the hint, where one is known.
-- @tparam table err a failure of the core
-- @tparam ?table about the client: `key_source` (where the API key came from),
--   `legacy` (whether it asks the legacy controller, which lacks most methods)
-- @treturn table the same failure
function errors.explain(err, about)
   about = about or {}
   local subject = err.target and subject_of(err.operation)
   local message = (err.message or ""):lower()
   for _, row in ipairs(hints.rows) do
      if matches(row, err, subject, message) and not (row.modern and about.legacy) then
         err.hint = row.hint and row.hint:gsub("{([%w_]+)}", function(word)
            return about[word] or err[word] or ""
         end) or nil
         return err
      end
   end
   return err
end

--- The kinds of trouble that may be over the next time.
errors.passing = { network = true, timeout = true, rate_limited = true, server = true, unavailable = true }

--- Whether it may be over the next time, where the same service has answered well before: then an answer that is not
-- the API's, such as the page of a gateway, comes from somebody in between.
function errors.may_pass(err)
   return errors.passing[err.kind] or err.kind == "protocol" or (err.status == 403 and err.code == nil)
end

--- Makes a failure of our own.
-- @tparam table fields kind, message and what else is known
function errors.new(fields)
   return setmetatable(fields, Failure)
end

-- Text --------------------------------------------------------------------------------------------------------------

local function particulars(err)
   local parts = { err.kind }
   if err.status then
      parts[#parts + 1] = "HTTP " .. tostring(err.status)
   end
   if err.code then
      parts[#parts + 1] = tostring(err.code)
   end
   if err.attempts and err.attempts > 1 then
      parts[#parts + 1] = ("%d attempts"):format(err.attempts)
   end
   if err.request_id then
      parts[#parts + 1] = "request " .. tostring(err.request_id)
   end
   return table.concat(parts, ", ")
end

Failure.__tostring = function(err)
   local subject = err.operation and (err.operation .. (err.target and " " .. err.target or "") .. ": ") or ""
   local text = ("%s%s (%s)"):format(subject, err.message or "failed", particulars(err))
   return err.hint and text .. "\n  " .. err.hint or text
end

-- So that "backup failed: " .. err says what it should.
Failure.__concat = function(left, right)
   return tostring(left) .. tostring(right)
end

-- Raising -----------------------------------------------------------------------------------------------------------

-- Files of the library lie in one folder; the first function outside it is the caller who made the mistake.
-- Without source names (stripped bytecode) nobody can be told apart, and errors carry no position.
local here = debug.getinfo(1, "S").source:match("^(.*)errors%.lua$")

local function callers_level()
   local level = 2
   while here do
      local info = debug.getinfo(level, "S")
      if info == nil then
         return 0
      end
      -- PUC Lua 5.1 counts a tail call as a function of its own
      if info.what ~= "C" and info.what ~= "tail" and info.source:sub(1, #here) ~= here then
         return level - 1
      end
      level = level + 1
   end
   return 0
end

--- Raises an error about how the library was used, with the position of the caller's own code.
function errors.misuse(message)
   error("pinecone: " .. message, callers_level())
end

-- PUC Lua 5.1 prints "error object is not a string" for a table.
local shows_tables = _VERSION ~= "Lua 5.1" or rawget(_G, "jit") ~= nil

--- Raises a failure, as a text where the interpreter could not show the table.
function errors.raise(err)
   if type(err) == "table" and not shows_tables then
      err = tostring(err)
   end
   error(err, 0)
end

function errors.assert(value, err, ...)
   if value then
      return value, err, ...
   end
   errors.raise(err == nil and "assertion failed!" or err)
end

return errors
