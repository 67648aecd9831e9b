-- Whether an index holds what a backup says: as many records, in as many namespaces.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local pauses = require "pinecone.pauses"

local verify = {}

local LONGEST_PAUSE = 5

local nouns = { record_count = "records", namespace_count = "namespaces" }
local counted = { "record_count", "namespace_count" }

-- The backup ----------------------------------------------------------------------------------------------------------

local function missing_count(backup)
   for _, name in ipairs(counted) do
      if type(backup[name]) ~= "number" then
         return name
      end
   end
end

--- Sees to it that a backup says what it holds, before anything is restored that could not be compared.
-- @treturn[1] table the backup
-- @treturn[2] nil
-- @treturn[2] table the error; `protocol` where it does not say
function verify.prepare(client, backup, patience)
   if not missing_count(backup) then
      return backup
   end
   local described, err = client:describe_backup(backup.backup_id, patience:options()) -- a list may say less
   if not described then
      return nil, err
   end
   local name = missing_count(described)
   if not name then
      return described
   end
   return nil, errors.new {
      kind = "protocol", operation = "describe_backup", target = backup.backup_id,
      message = ("it does not say its %s, so that nothing could be compared"):format(name),
      hint = "Nothing was restored. restore with verify = false does not compare.",
   }
end

-- The index -----------------------------------------------------------------------------------------------------------

local function untold(index_name, what)
   return errors.new {
      kind = "protocol", operation = "describe_index_stats", target = index_name,
      message = ("the answer does not tell %s, so that nothing can be compared"):format(what),
   }
end

-- What the index says; nil and the error where it does not.
local function counts_of(index_name, stats)
   local total, namespaces = stats.totalVectorCount, stats.namespaces or {}
   if type(total) ~= "number" then
      return nil, untold(index_name, "totalVectorCount")
   elseif type(namespaces) ~= "table" then
      return nil, untold(index_name, "the namespaces")
   end
   local counts = { record_count = total, namespace_count = 0 }
   for _ in pairs(namespaces) do
      counts.namespace_count = counts.namespace_count + 1
   end
   return counts
end

-- Nil where there is none.
local function differences_of(backup, counts)
   local differences
   for _, name in ipairs(counted) do
      if backup[name] ~= counts[name] then
         differences = differences or {}
         differences[name] = { backup = backup[name], index = counts[name] }
      end
   end
   return differences
end

local function differs(index_name, backup, differences)
   local parts = {}
   for _, name in ipairs(counted) do
      local difference = differences[name]
      parts[#parts + 1] = difference and ("%s of %s %s"):format(tostring(difference.index),
         tostring(difference.backup), nouns[name]) or nil
   end
   return errors.new {
      kind = "failed", operation = "verify", target = index_name, differences = differences,
      message = ("the index does not hold what backup %s does: %s"):format(backup.backup_id, table.concat(parts, ", ")),
      hint = "Counts lag behind writes, perhaps for longer than verify_grace; others who write there count, too.",
   }
end

-- One look: the counts where they agree; else nil and what is wrong.
local function look(client, index, backup, patience)
   local stats, err = client:describe_index_stats({ host = index.host }, patience:options())
   if not stats then
      return nil, err
   end
   local counts
   counts, err = counts_of(index.name, stats)
   local differences = counts and differences_of(backup, counts)
   if differences then
      return nil, differs(index.name, backup, differences)
   end
   return counts, err
end

local function may_pass(err)
   return err.differences or err.kind == "not_found" or errors.may_pass(err)
end

-- A difference says more than an answer that did not come, and this more than that all of the time is over.
local function last_word(index, patience, known, err)
   if known or patience:left() > 0 or not may_pass(err) then
      return known or err
   end
   return errors.new {
      kind = "timeout", operation = "verify", target = index.name, elapsed = patience:elapsed(), hint = err.hint,
      message = "the time was over before the counts could be compared; the last look failed: " .. err.message,
   }
end

--- Compares an index with the backup that it was restored from. Counts may lag behind what was written, so it looks
-- again until they agree, for as long as the grace.
-- @tparam Client client
-- @tparam table index
-- @tparam table backup
-- @tparam number grace seconds
-- @tparam table patience see pinecone.patience
-- @treturn[1] table `record_count`, `namespace_count`
-- @treturn[2] nil
-- @treturn[2] table the error: `failed` where they differ, with `differences` by name of the count, each with what the
--   `backup` and what the `index` says
function verify.compare(client, index, backup, grace, patience)
   if type(index.host) ~= "string" then
      return nil, errors.new {
         kind = "protocol", operation = "describe_index", target = index.name, message = "it names no host to ask",
      }
   end
   local deadline, pause = core.clock() + math.min(grace, patience:left()), pauses.growing(LONGEST_PAUSE)
   local known
   while true do
      local counts, err = look(client, index, backup, patience)
      if counts then
         return counts
      end
      known = err.differences and err or known
      if patience.on_progress then
         patience.on_progress(index, patience:elapsed(), err)
      end
      local left = deadline - core.clock()
      if not may_pass(err) or left <= 0 then
         return nil, last_word(index, patience, known, err)
      end
      client:sleep(math.min(pause(), left))
      if patience:left() <= 0 then
         return nil, last_word(index, patience, known, err)
      end
   end
end

return verify
