-- What comes back from the library: the fields of results, of errors and of `--json`, as an emulator has them come, and
-- the kinds of errors.

local checkout = require "support.checkout"
local json = require "cjson"
local pinecone = require "pinecone"
local service = require "support.service"
local setting = require "support.setting"
local shell = require "support.shell"

local answers = {}

-- What results hold ---------------------------------------------------------------------------------------------------

local function keys_of(value, found)
   for key, inner in pairs(type(value) == "table" and value or {}) do
      if type(key) == "string" then
         found[key] = true
      end
      keys_of(inner, found)
   end
end

local function results(pc, running)
   local found = {}
   local function note(...)
      keys_of(pinecone.assert(...), found)
   end
   note(pc:backup { index_name = "movies", name = "now" })
   note(pc:list_backups { index_name = "movies", limit = 1 }) -- with another page behind it
   note(pc:list_restore_jobs())
   note(pc:list_collections())
   note(pc:list_indexes())
   note(pc:list_backup_schedules "songs")
   note(pc:describe_index_stats "movies")
   note(pc:check())
   note(pc:restore { index_name = "movies", latest = true, name = "restored" })
   note(pc:drill "movies")
   note(pc:prune_backups { policy = { all = true, keep_last = 1 }, dry_run = true })
   note(running:fault { operation = "delete_index", delay = 0, on = 100 })
   note(running:faults())
   note(running:requests())
   note(running:state())
   for field in pairs(running) do
      found[field] = true
   end
   for metric in pinecone.metrics(pinecone.assert(pc:check())):gmatch "pinecone_[%l_]+" do
      found[metric] = true
   end
   return found
end

local function failures(pc, running)
   local found = {}
   local function fail(plan, action)
      pinecone.assert(running:fault(plan))
      local _, err = action()
      for field in pairs(assert(err, "it did not fail")) do
         found[field] = true
      end
      pinecone.assert(running:clear_faults())
   end
   fail({ operation = "*", delay = 0 }, function() return pc:describe_backup "none" end)
   fail({ operation = "list_indexes", status = 429, retry_after = 9, on = "all" }, function()
      return pc:list_indexes(nil, { timeout = 2 })
   end)
   fail({ operation = "create_backup", drop = "after" }, function() return pc:create_backup "movies" end)
   fail({ operation = "create_backup", job = "failed" }, function() return pc:backup "movies" end)
   fail({ operation = "create_index_from_backup", lose = 1 }, function()
      return pc:restore { index_name = "movies", latest = true, name = "lacking", verify_grace = 0 }
   end)
   fail({ operation = "delete_index", status = 401, on = "all" }, function() return pc:drill "movies" end)
   return found
end

local function printed(running)
   local found = {}
   for _, line in ipairs { "restore start --latest movies --name printed --wait", "backup describe none" } do
      for document in shell.new(running):run(line .. " --json").text:gmatch "[^\n]+" do
         keys_of(json.decode(document), found)
      end
   end
   return found
end

local running = service.start { seed = setting.seed }
local client = service.client(running)

--- Fields of what methods give, also those of an emulator; of errors; of what the command prints with `--json`.
answers.results, answers.errors, answers.printed = results(client, running), failures(client, running), printed(running)
client:close()
running:stop()

--- An emulator that was.
answers.running = running

-- Kinds of errors -----------------------------------------------------------------------------------------------------

local c_patterns = {
   'kind = "([%l_]+)"', 'failure_push%(L, "([%l_]+)"', 'call_end%([^,;]*, "([%l_]+)"', '{%d+, "([%l_]+)"}',
   '{CURLE_[%u_]+, %l+, "([%l_]+)"', 'return "([%l_]+)";', 'refuse%(L, [%w_]+, "([%l_]+)"',
   'fail%(exchange, "([%l_]+)"',
}

local function patterns_for(path)
   if path:find "^src/.*%.c$" then
      return c_patterns
   elseif path:find "^lua/pinecone/" and not path:find "/command/" and not path:find "/emulator/" then
      return { 'kind = "([%l_]+)"' }
   end
   return {}
end

--- They stand where each arises; there is no table of all of them.
answers.kinds = {}
for _, path in ipairs(checkout.files) do
   for _, pattern in ipairs(patterns_for(path)) do
      for word in checkout.read(path):gmatch(pattern) do
         answers.kinds[word] = true
      end
   end
end

return answers
