-- The reference says of arguments, options, results and errors what is so: in both directions, field by field.

local checkout = require "support.checkout"
local core = require "pinecone.core"
local names = require "support.names"
local pinecone = require "pinecone"
local reference = require "support.reference"
local service = require "support.service"

if not reference.model then
   describe("The reference of fields", function() pending "needs LDoc" end)
   return
end

local answers = require "support.answers"

local function by_name(rows)
   local found = {}
   for _, row in ipairs(rows) do
      found[row.name] = row
   end
   return found
end

local function fields_of(name)
   local fields = {}
   for _, parameter in ipairs(reference.functions[name].params) do
      for _, field in ipairs(parameter.fields or {}) do
         fields[field.name] = field
      end
   end
   return fields
end

local function assert_same_names(expected, documented)
   for name in pairs(expected) do
      assert.truthy(documented[name], name .. " is not in the reference")
   end
   for name in pairs(documented) do
      assert.truthy(expected[name], name .. " is in the reference, but is none")
   end
end

-- What is given ------------------------------------------------------------------------------------------------------

local types_in_lua = { integer = "int", ["table of strings"] = "{[string]=string,...}" }

describe("The reference of the arguments of", function()
   local client

   setup(function() client = service.client(answers.running) end)
   teardown(function() client:close() end)

   for name, operation in pairs(core.operations) do
      it(name .. " is the table of operations", function()
         local fields = fields_of("Client:" .. name)
         assert_same_names(by_name(operation.arguments), fields)
         for _, argument in ipairs(operation.arguments) do
            local field = fields[argument.name]
            assert.equal(argument.required and not argument.optional_since, not field.optional, argument.name)
            assert.equal(types_in_lua[argument.type] or argument.type, field.type, argument.name)
            assert.equal(argument.default, field.default and field.default:match '^"?(.-)"?$', argument.name)
         end
      end)

      it(name .. " tells whether it takes plain text", function()
         local parameter = reference.functions["Client:" .. name].params[1]
         local taken, problem = pcall(client[name], client, "x")
         assert.equal(parameter.type:find "string" ~= nil, taken or not problem:find("takes a table", 1, true), problem)
      end)
   end

   local fits = {
      boolean = { boolean = true }, ["function"] = { ["function"] = true }, number = { int = true, number = true },
      string = { string = true },
   }

   for name, module in pairs { backup = "backup", check = "check", drill = "drill", prune_backups = "prune",
         restore = "restore" } do
      it(name .. " is what it checks", function()
         local rules, fields = require("pinecone.workflows." .. module).fields, fields_of("Client:" .. name)
         assert_same_names(rules, fields)
         for field, rule in pairs(rules) do
            local kind, mark = rule:match "^(%l+)(!?)$"
            assert.equal(mark == "!", not fields[field].optional, field)
            assert.truthy(not fits[kind] or fits[kind][fields[field].type], field .. " is a " .. kind)
         end
      end)
   end

   it("pinecone.new is what the core checks", function()
      local types = { STRING = "string", NUMBER = "number", INTEGER = "int", BOOLEAN = "boolean", TABLE = "table",
         FUNCTION = "function" }
      local source, fields = checkout.read "src/client.c", fields_of "pinecone.new"
      assert_same_names(names.options["an option of pinecone.new"], fields)
      for name, kind in source:gmatch '%.name = "([%w_]+)",%s*%.type = TYPE_(%u+)' do
         assert.truthy(("|" .. fields[name].type .. "|"):find("|" .. types[kind] .. "|", 1, true), name)
      end
   end)
end)

describe("The reference's table of", function()
   local function documented(name)
      return by_name(reference.tables[name].params)
   end

   -- Where nothing is like a name, it says which there are.
   local function names_taken(problem)
      local taken = {}
      for name in problem:match "it takes (.*)":gmatch "[%l_]+" do
         taken[name] = true
      end
      return taken
   end

   it("a policy has its rules", function()
      assert_same_names(names.options["a field of a policy"], documented "Policy")
   end)

   it("a fault plan has its fields", function()
      assert_same_names(names.options["a field of a fault"], documented "FaultPlan")
   end)

   it("the options of a call that waits has them", function()
      assert_same_names(names.options["an option of a call"], documented "WaitOptions")
   end)

   it("the options of a call has them", function()
      local client = service.client(answers.running)
      local _, problem = pcall(client.describe_index, client, "x", { zzzzzzzzzz = 1 })
      client:close()
      assert_same_names(names_taken(problem), documented "CallOptions")
   end)

   it("the emulator's options has them", function()
      local all = documented "EmulatorOptions"
      for name, row in pairs(documented "ProjectOptions") do
         assert.is_nil(all[name], name)
         all[name] = row
      end
      all.lua = nil -- of `spawn` alone
      assert_same_names(names.options["an option of the emulator"], all)
   end)

   it("a seed has its kinds", function()
      local _, problem = require("pinecone.emulator.seed").check { zzzzzzzzzz = {} }
      assert_same_names(names_taken(problem), documented "Seed")
   end)
end)

-- What the sources say, such as 64 * 1024 * 1024.
local function number_in(path, pattern)
   local text = assert(checkout.read(path):match(pattern), pattern)
   return assert((loadstring or load)("return " .. text))()
end

describe("The reference's default of", function()
   local rows = {
      { "pinecone.new", "connect_timeout", "src/client.c", "OPTION_CONNECT_TIMEOUT, ([%d.* ]+)%)" },
      { "pinecone.new", "max_retries", "src/client.c", "OPTION_MAX_RETRIES, ([%d.* ]+)%)" },
      { "pinecone.new", "retry_delay", "src/client.c", "OPTION_RETRY_DELAY, ([%d.* ]+)%)" },
      { "pinecone.new", "max_connections", "src/client.c", "OPTION_MAX_CONNECTIONS, ([%d.* ]+)%)" },
      { "pinecone.new", "max_response_bytes", "src/client.c", "OPTION_MAX_RESPONSE_BYTES, ([%d.* ]+)%)" },
      { "pinecone.parallel", "limit", "lua/pinecone/parallel.lua", "LIMIT = (%d+)" },
      { "Client:check", "max_age", "lua/pinecone/workflows/check.lua", "MAX_AGE = ([%d* ]+)" },
      { "Client:check", "limit", "lua/pinecone/workflows/check.lua", "\nlocal LIMIT = (%d+)" },
      { "Client:restore", "verify_grace", "lua/pinecone/workflows/restore.lua", "VERIFY_GRACE = (%d+)" },
      { "Client:drill", "verify_grace", "lua/pinecone/workflows/restore.lua", "VERIFY_GRACE = (%d+)" },
      { "Client:prune_backups", "limit", "lua/pinecone/workflows/prune.lua", "LIMIT = (%d+)" },
      { "pinecone.openresty.every", "expiry", "lua/pinecone/openresty.lua", "expiry = (%d+)" },
   }

   for _, row in ipairs(rows) do
      it(("%s of %s is so"):format(row[2], row[1]), function()
         assert.equal(number_in(row[3], row[4]), tonumber(fields_of(row[1])[row[2]].default))
      end)
   end

   it("timeout and settle_grace is so", function()
      local fields = fields_of "pinecone.new"
      assert.equal(core.default_timeout, tonumber(fields.timeout.default))
      assert.equal(core.default_settle_grace, tonumber(fields.settle_grace.default))
   end)
end)

-- What comes ---------------------------------------------------------------------------------------------------------

describe("The reference of results has every field", function()
   local running
   local seen, tables_seen = {}, {} -- the first by table and field

   setup(function() running = service.start() end)
   teardown(function() running:stop() end)

   local fits = {
      string = function(value) return type(value) == "string" end,
      int = function(value) return type(value) == "number" and value % 1 == 0 end,
      number = function(value) return type(value) == "number" end,
      boolean = function(value) return type(value) == "boolean" end,
      table = function(value) return type(value) == "table" end,
   }

   local assert_documented

   local function assert_fits(value, type_name, where)
      local item = type_name:match "^{(%w+),%.%.%.}$"
      local inner = type_name:match "^{%[string%]=(%w+),%.%.%.}$"
      if item or inner then
         for key, one in pairs(value) do
            assert_fits(one, item or inner, ("%s[%s]"):format(where, tostring(key)))
         end
      elseif reference.tables[type_name] then
         assert_documented(value, type_name, where)
      else
         assert.truthy(fits[type_name](value), ("%s is no %s"):format(where, type_name))
      end
   end

   function assert_documented(value, type_name, where)
      local rows = by_name(reference.tables[type_name].params)
      tables_seen[type_name] = true
      for name, row in pairs(rows) do
         assert.truthy(row.optional or value[name] ~= nil, ("%s has no %s"):format(where, name))
      end
      for name, inner in pairs(value) do
         assert.truthy(rows[name], ("%s has a %s, of which the reference does not know"):format(where, name))
         seen[type_name .. "." .. name] = true
         assert_fits(inner, rows[name].type, where .. "." .. name)
      end
   end

   local function result_type(name)
      return reference.functions[name].returns[1][1].type
   end

   local function asker(pc, options)
      return function(name, arguments)
         local value = pinecone.assert(pc[name](pc, arguments, options))
         assert_fits(value, result_type("Client:" .. name), name)
         return value
      end
   end

   local function look_at_backups(pc, ask)
      service.serverless(pc, "movies", { tags = { of = "films" } })
      local backup = ask("create_backup", { index_name = "movies", name = "first", description = "one" })
      ask("wait_for_backup", backup)
      ask("describe_backup", backup.backup_id)
      ask("list_backups", { index_name = "movies", limit = 1 })
      local start = ask("create_index_from_backup", { backup_id = backup.backup_id, name = "again" })
      ask("describe_restore_job", start.restore_job_id)
      ask("wait_for_restore", start.restore_job_id)
      ask("list_restore_jobs", { limit = 1 })
      ask("wait_for_index", "again")
      ask("configure_index", { index_name = "again", deletion_protection = "enabled" })
      ask("list_indexes")
      ask("describe_index_stats", "movies")
   end

   local function look_at_schedules(ask)
      local schedule = ask("create_backup_schedule", {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      assert(running:advance(2 * 86400))
      ask("describe_backup_schedule", schedule.schedule_id)
      ask("update_backup_schedule", { schedule_id = schedule.schedule_id, expire_after_days = 8 })
      ask("pause_backup_schedule", schedule.schedule_id)
      ask("resume_backup_schedule", schedule.schedule_id)
      ask("list_backup_schedules", { index_name = "movies", limit = 1 })
      ask("list_backup_schedule_history", { schedule_id = schedule.schedule_id, limit = 1 })
   end

   local function look_at_collections(pc, ask)
      service.pod(pc, "songs")
      ask("create_collection", { name = "frozen", source = "songs" })
      ask("wait_for_collection", "frozen")
      ask("describe_collection", "frozen")
      ask("list_collections")
      ask("create_index_from_collection", {
         name = "songs-again", source_collection = "frozen", environment = "us-east1-gcp", dimension = 3,
      })
      ask("describe_index", "songs-again")
   end

   for _, version in ipairs { "2025-04", "2025-10", "2026-04", "2026-07", "unstable" } do
      it("that is answered in " .. version, function()
         assert(running:reset())
         local pc = service.client(running)
         local ask = asker(pc, { api_version = version })
         look_at_backups(pc, ask)
         look_at_schedules(ask)
         look_at_collections(pc, ask)
         pc:close()
      end)
   end

   it("that is answered of what is deleted, and of runs to come", function()
      local other = service.start { history_scheduled_rows = true }
      local pc = service.client(other)
      local ask = asker(pc, { api_version = "2026-07" })
      service.serverless(pc, "movies")
      ask("backup", "movies")
      local schedule = ask("create_backup_schedule", {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      ask("list_backup_schedule_history", schedule.schedule_id)
      assert(pc:delete_index "movies")
      ask("list_backups", { index_name = "movies", include_deleted = true })
      pc:close()
      other:stop()
   end)

   it("that restore, drill, prune_backups, check and a plan give", function()
      assert(running:reset())
      local pc = service.client(running)
      local ask = asker(pc)
      service.serverless(pc, "movies")
      assert(pc:create_backup_schedule {
         index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
      })
      ask("backup", "movies")
      ask("backup", { index_name = "movies", name = "kept" })
      assert(running:fault { operation = "create_backup", job = "failed" })
      pc:backup "movies"
      ask("restore", { index_name = "movies", latest = true, name = "again" })
      ask("drill", "movies")
      ask("check")
      local policy = { name_prefix = "movies-", keep_last = 1 }
      assert_fits(pinecone.retention.plan(assert(pc:backups():all()), policy, os.time() + 60), "Plan", "plan")
      assert(running:fault { operation = "delete_backup", status = 403 })
      ask("backup", "movies")
      ask("prune_backups", { policy = policy })
      pc:close()
   end)

   it("that an emulator tells", function()
      assert(running:reset())
      local pc = service.client(running)
      assert(running:fault { operation = "list_indexes", status = 503, on = 100 })
      assert(running:fault { operation = "list_indexes", delay = 0.001 })
      assert(pc:list_indexes())
      for _, request in ipairs(assert(running:requests())) do
         assert_fits(request, "LoggedRequest", "request")
      end
      assert_fits(assert(running:state()), "EmulatorState", "state")
      for name in pairs(by_name(reference.tables.Emulator.params)) do
         assert.truthy(running[name], name)
      end
      pc:close()
   end)

   -- What the emulator never has, because nothing here asks for it.
   local never = {
      "Index.embed", "Index.private_host", "Index.cmek_id", "IndexStats.memoryFullness", "IndexStats.storageFullness",
      "CheckedIndex.ahead", "CheckedIndex.schedule_error", "CheckedIndex.error",
   }

   it("and no other", function()
      local expected = {}
      for _, name in ipairs(never) do
         expected[name] = true
      end
      for _, item in ipairs(reference.model.items) do
         local is_result = tables_seen[item.name] and item.name ~= "Error" -- whose fields are below
         for _, row in ipairs(is_result and item.params or {}) do
            local name = item.name .. "." .. row.name
            assert.truthy(seen[name] or expected[name], name .. " was not answered once")
         end
      end
   end)
end)

-- What goes wrong ----------------------------------------------------------------------------------------------------

describe("The reference of errors", function()
   it("has their fields", function()
      assert_same_names(answers.errors, by_name(reference.tables.Error.params))
   end)

   it("has their kinds", function()
      assert_same_names(answers.kinds, reference.kinds())
   end)

   -- Those that any call may give stand once, with the client.
   local anywhere = { rate_limited = true, server = true, unavailable = true, network = true, tls = true,
      too_large = true, cancelled = true, closed = true }

   it("names with a method only kinds that are its own", function()
      local kinds = reference.kinds()
      for _, item in ipairs(reference.model.items) do
         for _, kind in ipairs(item.kinds) do
            assert.truthy(kinds[kind.name] and not anywhere[kind.name], item.name .. ": " .. kind.name)
         end
      end
   end)

   for name, operation in pairs(core.operations) do
      if operation.path and operation.path:find "%f[%z%[{]{" and not operation.path:find "^%[" then
         it(("says what it is when there is nothing that %s is about"):format(name), function()
            local kinds = by_name(reference.functions["Client:" .. name].kinds)
            assert.truthy(kinds.not_found)
         end)
      end
   end

   it("names Pinecone's page of each operation", function()
      local pages = {
         list_backups = "list_project_backups", create_index_from_collection = "create_index",
         describe_index_stats = "describeindexstats",
      }
      for name, operation in pairs(core.operations) do
         if operation.path then
            local version, plane, page = operation.page:match "^(%d%d%d%d%-%d%d)/(%l+)%-plane/([%l_]+)$"
            assert.equal(pages[name] or name, page)
            assert.equal(operation.plane, plane)
            assert.truthy(version <= operation.version, name)
         end
         assert.equal(operation.page, reference.functions["Client:" .. name].api)
      end
   end)
end)
