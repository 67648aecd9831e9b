-- The reference is complete, speaks of what there is, and its examples work. LDoc reads it, see spec/reference/.

local checkout = require "support.checkout"
local core = require "pinecone.core"
local emulator = require "pinecone.emulator"
local example = require "support.example"
local pinecone = require "pinecone"
local process = require "support.process"
local reference = require "support.reference"
local service = require "support.service"

-- What gives nothing back, and what asks the service nothing.
local gives_nothing = { ["Client:close"] = true, ["Pages:close"] = true, ["Call:cancel"] = true }
local asks_nothing = { ["Client:sleep"] = true, ["Client:close"] = true }

local function is_function(value)
   return type(value) == "function" or (getmetatable(value) or {}).__call ~= nil
end

local function public_names(prefix, holder)
   local names = {}
   for name, value in pairs(holder) do
      if type(name) == "string" and not name:find "^_" and is_function(value) then
         names[prefix .. name] = true
      end
   end
   return names
end

local function merge(...)
   local all = {}
   for _, names in ipairs { ... } do
      for name in pairs(names) do
         all[name] = true
      end
   end
   return all
end

-- What is loaded late is there once it has been asked for.
local function methods_of_client(client)
   assert(client.backups and client.wait_for_backup and client.check)
   return getmetatable(client).__index
end

local function public_functions(client, running)
   return merge(
      public_names("pinecone.", pinecone), public_names("pinecone.retention.", pinecone.retention),
      public_names("pinecone.emulator.", emulator), public_names("pinecone.openresty.", require "pinecone.openresty"),
      public_names("Client:", methods_of_client(client)),
      public_names("Pages:", getmetatable(client:backups()).__index),
      public_names("Emulator:", getmetatable(running).__index))
end

describe("The reference", function()
   if not reference.model then
      pending "needs LDoc"
      return
   end

   local running, client

   setup(function()
      running = service.start()
      client = service.client(running)
   end)
   teardown(function() running:stop() end)

   it("has every public function, and no other", function()
      local there = public_functions(client, running)
      for name in pairs(there) do
         assert(reference.functions[name], name .. " is not in the reference: write a comment for LDoc above it")
      end
      for name in pairs(reference.functions) do
         assert(there[name] or name:find "^Call:", name .. " is in the reference, but there is no such function")
      end
   end)

   it("has only methods of a call that there are", function()
      local missing
      local waiting = service.client(running, {
         wait = function(call)
            for name in pairs(reference.functions) do
               local method = name:match "^Call:(.*)$"
               missing = method and not call[method] and name or missing
            end
            while not call:step() do end -- luacheck: ignore
         end,
      })
      assert(waiting:list_indexes())
      assert.is_nil(missing)
   end)

   for name, item in reference.each(reference.functions) do
      it(("says of %s what it takes, gives and does"):format(name), function()
         assert.truthy(item.summary, "no summary")
         assert.truthy(item.usage, "no @usage")
         assert.truthy(gives_nothing[name] or #item.returns > 0, "no @treturn")
         assert.truthy(not name:find "^Client:" or asks_nothing[name] or item.api, "no @api")
         for _, parameter in ipairs(item.params) do
            assert.truthy(parameter.type, parameter.name .. " has no type")
            for _, field in ipairs(parameter.fields or {}) do
               assert.truthy(field.type, field.name .. " has no type")
               assert.truthy(field.text, field.name .. " has no text")
            end
         end
         for _, group in ipairs(item.returns) do
            for _, value in ipairs(group) do
               assert.truthy(value.type, "a result has no type")
               assert.truthy(value.type ~= "Error" or value.text, "nothing is said of the error")
            end
         end
      end)
   end

   it("speaks only of types that it has", function()
      for name, text in pairs(reference.types_named) do
         assert(reference.known_types[name], ("the type %s in %s is not in the reference"):format(name, text))
      end
   end)

   it("knows all kinds of errors, and names no other", function()
      local kinds = reference.kinds()
      for _, item in ipairs(reference.model.items) do
         for _, kind in ipairs(item.kinds) do
            assert(kinds[kind.name], ("%s: there is no kind %s"):format(item.name, kind.name))
         end
      end
      for kind, path in pairs(reference.kinds_in_sources()) do
         assert(kinds[kind], ("%s makes errors of kind %s, which is not in the reference"):format(path, kind))
      end
   end)

   it("speaks of nothing that is not there", function()
      if service.slowness > 1 then
         pending "is about what users read, not about the core"
         return
      end
      local pages = require "support.pages" -- asks an emulator what there is
      for _, row in ipairs(reference.texts()) do
         assert.equal("", table.concat(pages.problems(row.text), "\n"), row.where)
      end
   end)

   -- What methods take ------------------------------------------------------------------------------------------------

   local function documented_fields(name)
      local fields = {}
      for _, parameter in ipairs(reference.functions[name].params) do
         for _, field in ipairs(parameter.fields or {}) do
            fields[field.name] = field
         end
      end
      return fields
   end

   for name, operation in pairs(core.operations) do
      it(("has the arguments of %s as the table of operations has them"):format(name), function()
         local fields = documented_fields("Client:" .. name)
         for _, argument in ipairs(operation.arguments) do
            local field = fields[argument.name]
            assert.truthy(field, argument.name)
            assert.equal(argument.required, not field.optional, argument.name)
            assert.equal(argument.default, field.default and field.default:match '^"?(.-)"?$', argument.name)
            fields[argument.name] = nil
         end
         assert.is_nil(next(fields))
      end)

      it(("says rightly whether %s takes plain text"):format(name), function()
         local parameter = reference.functions["Client:" .. name].params[1]
         local taken, problem = pcall(client[name], client, "x")
         local says = parameter.type:find "string" ~= nil
         assert.equal(says, taken or problem:find("takes a table", 1, true) == nil, problem)
      end)
   end

   for _, name in ipairs { "backup", "check", "drill", "prune_backups", "restore" } do
      it(("has the arguments of %s, and whether they are needed"):format(name), function()
         local path = name == "prune_backups" and "prune" or name
         local fields = documented_fields("Client:" .. name)
         for field, rule in pairs(require("pinecone.workflows." .. path).fields) do
            assert.truthy(fields[field], field)
            assert.equal(rule:find "!$" ~= nil, not fields[field].optional, field)
            fields[field] = nil
         end
         assert.is_nil(next(fields))
      end)
   end

   it("has the options of pinecone.new", function()
      local fields = documented_fields "pinecone.new"
      for name in checkout.read "src/client.c":gmatch '%[OPTION_%w+[%w_]*%] = {%.name = "([%w_]+)"' do
         assert.truthy(fields[name], name)
         fields[name] = nil
      end
      assert.is_nil(next(fields))
   end)

   it("has the rules of a policy", function()
      for _, row in ipairs(reference.tables.Policy.params) do
         local refused, problem = pcall(pinecone.retention.plan, {}, { [row.name] = {} }, 0)
         assert.is_false(refused)
         assert.is_nil(problem:find("unknown", 1, true), problem)
      end
   end)

   -- What methods give ------------------------------------------------------------------------------------------------

   local fits = {
      string = function(value) return type(value) == "string" end,
      int = function(value) return type(value) == "number" and value % 1 == 0 end,
      number = function(value) return type(value) == "number" end,
      boolean = function(value) return type(value) == "boolean" end,
      table = function(value) return type(value) == "table" end,
   }

   local function assert_documented(value, type_name, where)
      local rows = {}
      for _, row in ipairs(reference.tables[type_name].params) do
         rows[row.name] = row
         assert.truthy(row.optional or value[row.name] ~= nil, ("%s has no %s"):format(where, row.name))
      end
      for name, inner in pairs(value) do
         local row = rows[name]
         assert.truthy(row, ("%s has a %s, of which the reference does not know"):format(where, name))
         local item = row.type:match "^{(%w+),%.%.%.}$"
         local place = where .. "." .. name
         if item and reference.tables[item] then
            for i, one in ipairs(inner) do
               assert_documented(one, item, ("%s[%d]"):format(place, i))
            end
         elseif reference.tables[row.type] then
            assert_documented(inner, row.type, place)
         else
            assert.truthy((fits[row.type] or fits.table)(inner), ("%s is no %s"):format(place, row.type))
         end
      end
   end

   -- What is called, with what, and what the reference says that comes.
   local function result_type(name)
      return reference.functions["Client:" .. name].returns[1][1].type
   end

   for _, version in ipairs { "2025-04", "2026-04", "2026-07", "unstable" } do
      it(("has every field that the emulator answers in %s"):format(version), function()
         assert(running:reset())
         local pc = service.client(running)
         local options = { api_version = version }
         local function answered(name, arguments)
            local value, err = pc[name](pc, arguments, options)
            assert_documented(assert(value, err), result_type(name), name)
            return value
         end
         service.serverless(pc, "movies")
         local backup = answered("create_backup", { index_name = "movies", name = "first" })
         assert(pc:wait_for_backup(backup))
         answered("describe_backup", backup.backup_id)
         answered("list_backups", "movies")
         local start = answered("create_index_from_backup", { backup_id = backup.backup_id, name = "again" })
         answered("describe_restore_job", start.restore_job_id)
         assert(pc:wait_for_restore(start.restore_job_id))
         answered("describe_restore_job", start.restore_job_id)
         answered("list_restore_jobs", {})
         answered("describe_index", "movies")
         answered("list_indexes", {})
         answered("describe_index_stats", "movies")
         answered("list_collections", {})
         if version ~= "2025-04" and version ~= "2026-04" then
            local schedule = answered("create_backup_schedule", {
               index_name = "movies", name = "nightly", frequency = "daily", expire_after_days = 7,
            })
            assert(running:advance(2 * 86400))
            answered("describe_backup_schedule", schedule.schedule_id)
            answered("list_backup_schedules", "movies")
            answered("list_backup_schedule_history", schedule.schedule_id)
         end
      end)
   end

   it("has every field that restore, drill, prune_backups and check give", function()
      assert(running:reset())
      service.serverless(client, "movies")
      assert(client:backup "movies")
      for name, arguments in pairs {
         restore = { index_name = "movies", latest = true, name = "again" }, drill = { index_name = "movies" },
         prune_backups = { policy = { all = true, keep_last = 1 } }, check = {},
      } do
         assert_documented(assert(client[name](client, arguments)), result_type(name), name)
      end
   end)
end)

-- Examples ------------------------------------------------------------------------------------------------------------

-- Those that another one runs: in nginx.
local run_elsewhere = { ["pinecone.openresty"] = true, ["pinecone.openresty.every"] = true }

describe("The example in the reference of", function()
   if not reference.model then
      pending "needs LDoc"
      return
   elseif service.slowness > 1 then
      pending "is about what users do, not about the core"
      return
   end

   for name, text in reference.each(reference.examples) do
      if not run_elsewhere[name] and name ~= "pinecone.emulator.run" then
         it(name .. " works", function()
            local good, printed = example.run(text)
            assert.is_true(good, printed)
         end)
      end
   end

   it("pinecone.emulator.run works, until it is told to end", function()
      local running = process.script(reference.examples["pinecone.emulator.run"])
      running:expect "listening on http://127%.0%.0%.1:%d+"
      running:kill "sigterm"
      assert.equal(0, running:wait().code)
   end)
end)
