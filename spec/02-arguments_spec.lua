-- What the methods take: misuse raises where it happened, a bad value is an error, and neither sends anything.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"

local NAN, INFINITE = 0 / 0, math.huge
local HERE = "02-arguments_spec.lua"

-- The methods of the API; `request` is the way to all others.
local methods = {
   "create_backup", "describe_backup", "list_backups", "delete_backup",
   "create_index_from_backup", "describe_restore_job", "list_restore_jobs",
   "create_collection", "describe_collection", "list_collections", "delete_collection",
   "create_index_from_collection",
   "create_backup_schedule", "list_backup_schedules", "describe_backup_schedule", "update_backup_schedule",
   "delete_backup_schedule", "list_backup_schedule_history",
   "create_index", "describe_index", "list_indexes", "configure_index", "delete_index", "describe_index_stats",
   "request",
}

local beside_operations = {
   "pause_backup_schedule", "resume_backup_schedule", "backups", "restore_jobs", "backup_schedules",
   "backup_schedule_history", "collections", "indexes", "wait_for_backup", "wait_for_restore", "wait_for_collection",
   "wait_for_index", "close",
}

-- Good values for what an operation cannot do without.
local samples = {
   index_name = "movies", backup_id = "backup-1", restore_job_id = "job-1", collection_name = "films",
   schedule_id = "schedule-1", name = "restored", source = "movies", source_collection = "films",
   environment = "us-east1-gcp", frequency = "daily", expire_after_days = 7, path = "/indexes",
}

-- A good value for everything else.
local optional_samples = {
   limit = 10, pagination_token = "abc", description = "text", dimension = 3, metric = "cosine",
   vector_type = "dense", deletion_protection = "disabled", tags = { team = "search" }, enabled = true,
   pod_type = "p1.x1", pods = 1, replicas = 1, shards = 1, metadata_config = { indexed = { "genre" } },
   schedule_type = "time-based", spec = { serverless = { cloud = "aws", region = "us-east-1" } },
   schema = { fields = {} }, deployment = {}, embed = {}, host = "127.0.0.1:1", filter = {}, method = "GET",
   query = {}, body = {}, api_version = "2026-04", include_deleted = true, cmek_id = "key-1",
   read_capacity = { mode = "OnDemand" },
}

local function sample(argument)
   local value = samples[argument.name]
   if value == nil then
      value = optional_samples[argument.name]
   end
   return assert(value, "no sample for " .. argument.name)
end

local function needed(row)
   local arguments = {}
   for _, argument in ipairs(row.arguments) do
      if argument.required or (row.name == "describe_index_stats" and argument.name == "index_name") then
         arguments[argument.name] = sample(argument)
      end
   end
   return arguments
end

local function with(arguments, name, value)
   local copy = {}
   for key, old in pairs(arguments) do
      copy[key] = old
   end
   copy[name] = value
   return copy
end

local function each_argument(action)
   for _, name in ipairs(methods) do
      for _, argument in ipairs(core.operations[name].arguments) do
         action(core.operations[name], argument)
      end
   end
end

local function shown(value)
   if type(value) == "string" and #value > 40 then
      return ("%d bytes"):format(#value)
   elseif type(value) == "string" then
      return '"' .. value:gsub("[%c\\\128-\255]", function(c) return ("\\%d"):format(c:byte()) end) .. '"'
   end
   return tostring(value)
end

-- The message that a function raises.
local function raised(action)
   local good, message = pcall(action)
   assert.is_false(good, "nothing was raised")
   assert.is_string(message)
   return message
end

local holds = expect.holds

local function is_at(message, line)
   holds(message, ("%s:%d: "):format(HERE, line))
end

local emulator, pc

setup(function()
   emulator = service.start()
   pc = service.client(emulator)
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_requests()
end)

local function nothing_sent()
   assert.equal(0, service.sent(emulator))
end

-- What a call raises.
local function misuse(name, arguments, options)
   local message = raised(function()
      pc[name](pc, arguments, options)
   end)
   nothing_sent()
   return message
end

-- Holds that a call gives a failure that speaks of a field, and sends nothing.
local function refuses(name, arguments, field, options)
   local err = expect.failure("invalid_argument", pc[name](pc, arguments, options))
   holds(err.message, field)
   assert.is_nil(err.status)
   assert.is_nil(err.message:find("%c"), "the message is no line")
   nothing_sent()
   return err
end

-- Holds that a call gets as far as the server.
local function passes(name, arguments, options)
   local _, err = pc[name](pc, arguments, options)
   assert.is_true(err == nil or err.status ~= nil, tostring(err))
   assert.is_true(service.sent(emulator) > 0)
end

-- The table -----------------------------------------------------------------------------------------------------------

describe("The operations", function()

   it("are the methods of the API and request", function()
      local expected, found = {}, {}
      for _, name in ipairs(methods) do
         expected[name] = true
      end
      for name, row in pairs(core.operations) do
         found[name] = true
         assert.equal(name, row.name)
      end
      assert.same(expected, found)
   end)

   for _, list in ipairs { methods, beside_operations } do
      for _, name in ipairs(list) do
         it("have the method " .. name, function()
            assert.is_function(pc[name])
         end)

         it(("want a colon: client.%s() raises"):format(name), function()
            local line = debug.getinfo(1, "l").currentline + 2
            local message = raised(function()
               pc[name]({})
            end)
            holds(message, name, ("client:%s("):format(name))
            is_at(message, line)
         end)
      end
   end
end)

-- Fields --------------------------------------------------------------------------------------------------------------

describe("A missing field", function()

   each_argument(function(row, argument)
      if not argument.required then
         return
      end
      it(("raises in %s: %s"):format(row.name, argument.name), function()
         local message = misuse(row.name, with(needed(row), argument.name, nil))
         holds(message, row.name .. ": ", ("'%s' is missing"):format(argument.name))
      end)
   end)

   for _, name in ipairs(methods) do
      if next(needed(core.operations[name])) then
         it(("raises in %s without arguments"):format(name), function()
            holds(misuse(name, nil), name .. ": ", "is missing")
         end)
      end
   end

   it("raises in describe_index_stats: index_name", function()
      holds(misuse("describe_index_stats", {}), "describe_index_stats: ", "'index_name' is missing")
      holds(misuse("describe_index_stats", { filter = {} }), "describe_index_stats: ", "'index_name' is missing")
   end)

   for _, name in ipairs { "pause_backup_schedule", "resume_backup_schedule" } do
      it("raises in " .. name, function()
         holds(misuse(name, nil), "'schedule_id' is missing")
         holds(misuse(name, {}), "'schedule_id' is missing")
      end)
   end

   for _, name in ipairs { "wait_for_backup", "wait_for_restore", "wait_for_collection", "wait_for_index" } do
      it("raises in " .. name, function()
         holds(misuse(name, nil), name .. ": ")
         holds(misuse(name, {}), name .. ": ")
         holds(misuse(name, 5), name .. ": ")
      end)
   end
end)

describe("An unknown field", function()

   -- Every way to leave a letter out, to swap two, to add one.
   local slips = {
      ["a letter left out"] = function(name, add)
         for i = 1, #name do
            add(name:sub(1, i - 1) .. name:sub(i + 1))
         end
      end,
      ["two letters swapped"] = function(name, add)
         for i = 1, #name - 1 do
            add(name:sub(1, i - 1) .. name:sub(i + 1, i + 1) .. name:sub(i, i) .. name:sub(i + 2))
         end
      end,
      ["a letter too many"] = function(name, add)
         for i = 0, #name do
            add(name:sub(1, i) .. "x" .. name:sub(i + 1))
         end
      end,
   }

   local function is_known(row, name)
      for _, argument in ipairs(row.arguments) do
         if argument.name == name or argument.alias == name then
            return true
         end
      end
      return false
   end

   local function names_right_one(row, argument, spelling, slip)
      slip(spelling, function(wrong)
         if not is_known(row, wrong) then
            local message = misuse(row.name, with(needed(row), wrong, sample(argument)))
            holds(message, row.name .. ": ", ("'%s'; did you mean '%s'?"):format(wrong, argument.name))
         end
      end)
   end

   each_argument(function(row, argument)
      for what, slip in pairs(slips) do
         it(("in %s, %s with %s, brings the right name"):format(row.name, argument.name, what), function()
            names_right_one(row, argument, argument.name, slip)
         end)
         if argument.alias then
            it(("in %s, %s with %s, brings the right name"):format(row.name, argument.alias, what), function()
               names_right_one(row, argument, argument.alias, slip)
            end)
         end
      end
   end)

   for _, name in ipairs(methods) do
      it(("in %s that looks like none brings them all"):format(name), function()
         local row = core.operations[name]
         local message = misuse(name, with(needed(row), "zzzzzzzzzz", 1))
         holds(message, name .. ": ", "unknown field 'zzzzzzzzzz'", "it takes ")
         for _, argument in ipairs(row.arguments) do
            holds(message, argument.name)
         end
         if #row.arguments == 0 then
            holds(message, "no fields")
         end
      end)

      it(("among the options of %s brings the right name"):format(name), function()
         local message = misuse(name, needed(core.operations[name]), { timeot = 1 })
         holds(message, name .. ": ", "unknown field 'timeot'; did you mean 'timeout'?")
      end)

      it(("without a name raises in " .. name), function()
         holds(misuse(name, with(needed(core.operations[name]), 1, "movies")), name .. ": ", "must be a string")
      end)
   end

   it("with NUL in its name is not the field before it", function()
      holds(misuse("list_backups", { ["limit\0"] = 5 }), "list_backups: ", "unknown field")
      holds(misuse("list_backups", { ["limit\0x"] = 5 }), "list_backups: ", "unknown field")
   end)

   it("of any length raises", function()
      for _, length in ipairs { 63, 64, 65, 127, 128, 129, 5000 } do
         holds(misuse("list_backups", { [("limit"):rep(length)] = 5 }), "list_backups: ", "unknown field 'limitlimit")
      end
   end)

   local iterators = {
      backups = "limit", restore_jobs = "limit", backup_schedules = "index_name",
      backup_schedule_history = "schedule_id", collections = false, indexes = false,
   }
   for name in pairs(iterators) do
      it(("raises in the iterator %s before the first item"):format(name), function()
         local arguments = { limt = 1, index_name = iterators[name] == "index_name" and "movies" or nil,
            schedule_id = iterators[name] == "schedule_id" and "s-1" or nil }
         local line = debug.getinfo(1, "l").currentline + 2
         local message = raised(function()
            pc[name](pc, arguments)
         end)
         is_at(message, line)
         holds(message, "unknown field 'limt'")
         nothing_sent()
      end)
   end

   for _, name in ipairs { "wait_for_backup", "wait_for_restore", "wait_for_collection", "wait_for_index" } do
      it("raises among the options of " .. name, function()
         holds(misuse(name, "thing", { timout = 1 }), name .. ": ", "'timout'", "timeout")
      end)
   end

   for _, name in ipairs { "pause_backup_schedule", "resume_backup_schedule" } do
      it("brings the right name in " .. name, function()
         holds(misuse(name, { schedule_di = "s-1" }), name .. ": ", "'schedule_di'", "schedule_id")
      end)

      it("raises among the options of " .. name, function()
         holds(misuse(name, "s-1", { timout = 1 }), "'timout'", "timeout")
      end)
   end

   it("raises in new", function()
      holds(raised(function() pinecone.new { api_kye = "k" } end), "new: ", "'api_kye'; did you mean 'api_key'?")
   end)
end)

describe("A field of the wrong type", function()

   local wrong = {
      string = { 5, true, {}, print }, integer = { "5", true, {} }, number = { "5", true, {} },
      boolean = { "true", 1, {} }, table = { "text", 5, true, print },
      ["table of strings"] = { "text", 5, true, { 1 }, { "text" }, { team = 1 }, { team = true }, { team = {} } },
   }

   local function article(noun)
      return (noun:find("^[aeiou]") and "an " or "a ") .. noun
   end

   each_argument(function(row, argument)
      for _, value in ipairs(wrong[argument.type]) do
         it(("raises in %s: %s as a %s"):format(row.name, argument.name, type(value)), function()
            local message = misuse(row.name, with(needed(row), argument.name, value))
            local inside = argument.type == "table of strings" and type(value) == "table"
            holds(message, row.name .. ": ", "'" .. argument.name .. "'", article(argument.type),
               "got " .. (inside and "a " or article(type(value))))
         end)
      end
   end)

   for _, name in ipairs(methods) do
      for _, value in ipairs { 5, true, print } do
         it(("raises in %s: a %s for the fields"):format(name, type(value)), function()
            holds(misuse(name, value), name .. ": ", "table", "got a " .. type(value))
         end)

         it(("raises in %s: a %s for the options"):format(name, type(value)), function()
            holds(misuse(name, needed(core.operations[name]), value), name .. ": ", "table", "got a " .. type(value))
         end)
      end

      it("raises among the options of " .. name, function()
         local arguments = needed(core.operations[name])
         holds(misuse(name, arguments, { timeout = "5" }), name .. ": ", "'timeout'", "a number", "got a string")
         holds(misuse(name, arguments, { api_version = 5 }), name .. ": ", "'api_version'", "a string", "got a number")
      end)
   end

   for _, name in ipairs { "wait_for_backup", "wait_for_restore", "wait_for_collection", "wait_for_index" } do
      it("raises among the options of " .. name, function()
         holds(misuse(name, "thing", { timeout = "5" }), name .. ": ", "'timeout'")
         holds(misuse(name, "thing", { api_version = 5 }), "'api_version'")
      end)

      it("raises for options of " .. name .. " that are no table", function()
         holds(misuse(name, "thing", 5), name .. ": ", "table", "got a number")
      end)
   end

   for _, name in ipairs { "backups", "restore_jobs", "backup_schedules", "collections" } do
      it("raises for the fields of the iterator " .. name, function()
         holds(misuse(name, 5), "takes a table of named fields", "got a number")
      end)
   end

   local options = {
      api_key = { 5, true, {}, false }, host = { 5, {}, false }, api_version = { 2026, {} }, timeout = { "5", {} },
      connect_timeout = { "5" }, max_connections = { "5" }, max_response_bytes = { "5" }, proxy = { 5 },
      no_proxy = { 5 }, ca_file = { 5 }, ca_path = { 5 }, headers = { "text", { 1 }, { ["X-A"] = 1 } },
      source_tag = { 5 }, wait = { 5, "text", {} }, json = { "text", {}, { decode = 1, encode = 1 } },
   }
   for option, values in pairs(options) do
      for _, value in ipairs(values) do
         it(("raises in new: %s as %s"):format(option, shown(value)), function()
            local line = debug.getinfo(1, "l").currentline + 2
            local message = raised(function()
               pinecone.new(with({ api_key = "k" }, option, value))
            end)
            holds(message, "new: ", option)
            is_at(message, line)
         end)
      end
   end

   for _, value in ipairs { "key", 5, true } do
      it(("raises in new: a %s for the options"):format(type(value)), function()
         holds(raised(function() pinecone.new(value) end), "new: ", "got a " .. type(value))
      end)
   end
end)

describe("What is raised", function()

   for _, name in ipairs(methods) do
      it("carries the caller's line in " .. name, function()
         local line = debug.getinfo(1, "l").currentline + 2
         local message = raised(function()
            pc[name](pc, { zzzzzzzzzz = 1 })
         end)
         is_at(message, line)
      end)
   end

   for _, name in ipairs { "pause_backup_schedule", "resume_backup_schedule", "wait_for_backup", "wait_for_restore",
      "wait_for_collection", "wait_for_index", "backups", "restore_jobs", "backup_schedules", "collections",
      "indexes" } do
      it("carries the caller's line in " .. name, function()
         local line = debug.getinfo(1, "l").currentline + 2
         local message = raised(function()
            pc[name](pc, 5)
         end)
         is_at(message, line)
      end)
   end

   it("carries the caller's line in an option of wait_for_backup", function()
      local line = debug.getinfo(1, "l").currentline + 2
      local message = raised(function()
         pc:wait_for_backup("b-1", { timout = 1 })
      end)
      is_at(message, line)
   end)

   it("carries the caller's line in a for loop", function()
      local line = debug.getinfo(1, "l").currentline + 2
      local message = raised(function()
         for _ in pc:backups { limt = 1 } do
            error("there is no item")
         end
      end)
      is_at(message, line)
   end)

   it("carries the caller's line in a coroutine", function()
      local line = debug.getinfo(1, "l").currentline + 2
      local _, message = coroutine.resume(coroutine.create(function()
         pc:describe_index { index_nam = "movies" }
      end))
      is_at(message, line)
   end)

   it("carries the caller's line in new", function()
      local line = debug.getinfo(1, "l").currentline + 2
      local message = raised(function()
         pinecone.new { api_kye = "k" }
      end)
      is_at(message, line)
   end)
end)

describe("An alias", function()

   each_argument(function(row, argument)
      if not argument.alias then
         return
      end

      it(("stands for %s in %s: %s"):format(argument.name, row.name, argument.alias), function()
         local arguments = with(with(needed(row), argument.name, nil), argument.alias, sample(argument))
         passes(row.name, arguments)
      end)

      it(("beside %s raises in %s"):format(argument.name, row.name), function()
         local arguments = with(with(needed(row), argument.name, sample(argument)), argument.alias, sample(argument))
         holds(misuse(row.name, arguments), row.name .. ": ", ("'%s' is given twice"):format(argument.name))
      end)
   end)
end)

describe("A plain string", function()

   local single = {
      create_backup = "/indexes/thing-1/backups", describe_backup = "/backups/thing-1",
      delete_backup = "/backups/thing-1", describe_restore_job = "/restore-jobs/thing-1",
      describe_collection = "/collections/thing-1", delete_collection = "/collections/thing-1",
      list_backup_schedules = "/indexes/thing-1/backup-schedules",
      describe_backup_schedule = "/backup-schedules/thing-1", delete_backup_schedule = "/backup-schedules/thing-1",
      list_backup_schedule_history = "/backup-schedules/thing-1/history",
      describe_index = "/indexes/thing-1", delete_index = "/indexes/thing-1",
      describe_index_stats = "/indexes/thing-1",
      pause_backup_schedule = "/backup-schedules/thing-1", resume_backup_schedule = "/backup-schedules/thing-1",
      wait_for_backup = "/backups/thing-1", wait_for_collection = "/collections/thing-1",
      wait_for_index = "/indexes/thing-1",
   }

   for name, path in pairs(single) do
      it("is enough for " .. name, function()
         expect.failure("not_found", pc[name](pc, "thing-1"))
         local rows = service.log(emulator)
         assert.equal(1, #rows)
         assert.equal(path, rows[1].path)
      end)
   end

   it("is enough for the iterator backup_schedules", function()
      local _, err = pc:backup_schedules("thing-1"):next()
      assert.equal("not_found", err.kind)
      assert.equal("/indexes/thing-1/backup-schedules", service.log(emulator)[1].path)
   end)

   it("is the index for the iterator backups", function()
      local _, err = pc:backups("thing-1"):next()
      assert.equal("not_found", err.kind)
      assert.equal("/indexes/thing-1/backups", service.log(emulator)[1].path)
   end)

   for _, name in ipairs { "create_index_from_backup", "list_restore_jobs", "create_collection", "list_collections",
      "create_index_from_collection", "create_backup_schedule", "create_index", "list_indexes" } do
      it(("is not enough for %s, which raises"):format(name), function()
         holds(misuse(name, "thing-1"), name .. ": ")
      end)
   end
end)

-- Values --------------------------------------------------------------------------------------------------------------

describe("A name", function()

   local good = {
      ("a"):rep(45), "a", "7", "a-b", "a--b", "0-9", "movies-2026",
   }
   local bad = {
      ("a"):rep(46), ("a"):rep(1000), "", "Movies", "my_index", "-movies", "movies-", "-", "b\195\188cher", ".", "..",
      "a.b", "a/b", "a b", "a%20b", " a", "a\0", "a\0b", "a\r", "a\nb", "\127", "%2e%2e",
   }
   local rule = core.operations.describe_index.arguments[1].rule

   each_argument(function(row, argument)
      if argument.rule ~= rule or (row.name == "create_backup" and argument.name == "name") then
         return
      end
      for _, value in ipairs(good) do
         it(("of %s is good as %s of %s"):format(shown(value), argument.name, row.name), function()
            passes(row.name, with(needed(row), argument.name, value))
         end)
      end
      for _, value in ipairs(bad) do
         it(("of %s is refused as %s of %s"):format(shown(value), argument.name, row.name), function()
            local err = refuses(row.name, with(needed(row), argument.name, value), argument.name)
            holds(err.message, "1 to 45")
            assert.equal(row.name, err.operation)
         end)
      end
   end)

   it("of a backup is free before 2026-07", function()
      for _, name in ipairs { "backup_2024_03_15", ("N"):rep(100), "B\195\188cher", "-" } do
         passes("create_backup", { index_name = "movies", name = name })
      end
   end)

   for _, value in ipairs(bad) do
      it(("of %s is refused for a backup of 2026-07"):format(shown(value)), function()
         refuses("create_backup", { index_name = "movies", name = value }, "name", { api_version = "2026-07" })
      end)
   end

   it("of a backup of 2026-07 may be 45 characters long", function()
      passes("create_backup", { index_name = "movies", name = ("a"):rep(45) }, { api_version = "2026-07" })
   end)

   for _, name in ipairs { "wait_for_index", "wait_for_collection", "backup_schedules" } do
      it("is refused in " .. name, function()
         local result, err = pc[name](pc, "Not A Name")
         if result then -- an iterator says it with its first item
            result, err = result:next()
         end
         expect.failure("invalid_argument", result, err)
         nothing_sent()
      end)
   end
end)

describe("An id", function()

   local rule = core.operations.describe_backup.arguments[1].rule
   local bad = { "", ".", "..", "a\0b", "\0", "a\r\nb", "a\n", "a\tb", "a\127" }
   local good = {
      ["a/b"] = "a%2Fb", ["../x"] = "..%2Fx", ["a b"] = "a%20b", ["..."] = "...", [".a"] = ".a", ["a?b"] = "a%3Fb",
      ["a#b"] = "a%23b", ["100%"] = "100%25", ["%2e%2e"] = "%252e%252e", ["\195\188"] = "%C3%BC",
      ["a\\b"] = "a%5Cb", ["a&b=c"] = "a%26b%3Dc", [("x"):rep(300)] = ("x"):rep(300),
      ["3fa85f64-5717-4562-b3fc-2c963f66afa6"] = "3fa85f64-5717-4562-b3fc-2c963f66afa6",
   }

   each_argument(function(row, argument)
      if argument.rule ~= rule then
         return
      end
      for _, value in ipairs(bad) do
         it(("of %s is refused as %s of %s"):format(shown(value), argument.name, row.name), function()
            refuses(row.name, with(needed(row), argument.name, value), argument.name)
         end)
      end
      for value, encoded in pairs(good) do
         it(("of %s is one part of the path in %s"):format(shown(value), row.name), function()
            local arguments = with(needed(row), argument.name, value)
            local _, err = pc[row.name](pc, arguments)
            assert.equal("not_found", err.kind)
            local path = row.path:gsub("{[%w_]+}", (encoded:gsub("%%", "%%%%")))
            assert.equal(path, service.log(emulator)[1].path)
         end)
      end
   end)
end)

describe("A text", function()

   local broken = { ["CR"] = "a\rb", ["LF"] = "a\nb", ["NUL"] = "a\0b", ["CR and LF"] = "a\r\nX-Header: b" }

   each_argument(function(row, argument)
      local exposed = argument.place == "path" or argument.place == "query" or argument.place == "host"
         or argument.name == "api_version" or argument.name == "method"
      if argument.type ~= "string" or not exposed then
         return
      end
      for what, value in pairs(broken) do
         it(("with %s is refused as %s of %s"):format(what, argument.name, row.name), function()
            refuses(row.name, with(needed(row), argument.name, value), argument.name)
         end)
      end
   end)

   for what, value in pairs(broken) do
      it(("with %s is refused as a value of request's query"):format(what), function()
         refuses("request", { path = "/indexes", query = { prefix = value } }, "prefix")
      end)

      it(("with %s is refused as a name in request's query"):format(what), function()
         refuses("request", { path = "/indexes", query = { [value] = "text" } }, "query")
      end)

      it(("with %s is refused as api_version of a call"):format(what), function()
         refuses("list_indexes", {}, "api_version", { api_version = value })
      end)

      it(("with %s goes into a description as it is"):format(what), function()
         passes("create_backup", { index_name = "movies", description = value })
      end)

      for _, option in ipairs { "api_key", "host", "source_tag", "api_version", "proxy", "no_proxy" } do
         it(("with %s is refused as %s of new"):format(what, option), function()
            local err = expect.failure("invalid_argument", pinecone.new(with({ api_key = "k" }, option, value)))
            holds(err.message, option)
         end)
      end

      it(("with %s is refused in a header"):format(what), function()
         local client, err = pinecone.new { api_key = "k", headers = { ["X-Team"] = value } }
         assert.is_nil(client)
         assert.equal("invalid_argument", err.kind)
         holds(err.message, "X-Team")
      end)

      it(("with %s is refused as a header's name"):format(what), function()
         local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", headers = { [value] = "text" } })
         holds(err.message, "headers")
      end)
   end

   it("under a name that would fill a line is told of by the name's length", function()
      local name = ("n"):rep(81)
      local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", headers = { [name] = "\n" } })
      holds(err.message, "header of 81 bytes is not valid")
      refuses("request", { path = "/indexes", query = { [name] = "\n" } }, "query field of 81 bytes")
   end)

   for _, value in ipairs { "", " ", "key with spaces", "key\n", "k\195\169y", "\127" } do
      it(("of %s is refused as a key, which the message does not show"):format(shown(value)), function()
         local err = expect.failure("invalid_argument", pinecone.new { api_key = value })
         holds(err.message, "api_key")
         assert.is_nil(value ~= "" and value ~= " " and tostring(err):find(value, 1, true) or nil)
      end)
   end

   for _, name in ipairs { "Api-Key", "api-key", "Host", "Content-Length", "Content-Type", "Transfer-Encoding",
      "Connection", "X-Pinecone-Api-Version", "User-Agent" } do
      it(("may not set the header %s"):format(name), function()
         local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", headers = { [name] = "text" } })
         holds(err.message, name)
      end)
   end
end)

describe("Tags", function()

   local TAKERS = {
      create_index = true, create_index_from_backup = true, create_index_from_collection = true,
      configure_index = true,
   }
   local many = {}
   for i = 1, 21 do
      many["key-" .. i] = "value"
   end

   local good = {
      ["a key of 80 characters"] = { [("k"):rep(80)] = "v" },
      ["a value of 120 characters"] = { k = ("v"):rep(120) },
      ["an empty value"] = { k = "" },
      ["every kind of character"] = { ["Az_-09"] = ";@_-.+ Az09" },
      ["none at all"] = {},
   }
   local bad = {
      ["a key of 81 characters"] = { [("k"):rep(81)] = "v" },
      ["an empty key"] = { [""] = "v" },
      ["a key with a point"] = { ["a.b"] = "v" },
      ["a key with a space"] = { ["a b"] = "v" },
      ["a key outside ASCII"] = { ["cl\195\169"] = "v" },
      ["a key with NUL"] = { ["a\0"] = "v" },
      ["a value of 121 characters"] = { k = ("v"):rep(121) },
      ["a value with a slash"] = { k = "a/b" },
      ["a value with a hash"] = { k = "a#b" },
      ["a value outside ASCII"] = { k = "\195\169" },
      ["a value with a line break"] = { k = "a\nb" },
      ["a value with NUL"] = { k = "a\0" },
      ["one bad tag among good ones"] = { a = "1", b = "2", c = "3/4", d = "5" },
   }

   it("are taken by four methods", function()
      local found = {}
      each_argument(function(row, argument)
         if argument.type == "table of strings" then
            found[row.name] = true
         end
      end)
      assert.same(TAKERS, found)
   end)

   for name in pairs(TAKERS) do
      for what, tags in pairs(good) do
         it(("may hold %s in %s"):format(what, name), function()
            passes(name, with(needed(core.operations[name]), "tags", tags))
         end)
      end
      for what, tags in pairs(bad) do
         it(("may not hold %s in %s"):format(what, name), function()
            refuses(name, with(needed(core.operations[name]), "tags", tags), "tags")
         end)
      end
   end

   it("of 2026-07 may hold any printable value", function()
      passes("configure_index", { index_name = "movies", tags = { k = "a/b #~!" } }, { api_version = "2026-07" })
   end)

   local bad_of_2026_07 = {
      ["21 of them"] = many, ["a line break"] = { k = "\n" }, ["umlauts"] = { k = "\195\188" },
   }
   for what, tags in pairs(bad_of_2026_07) do
      it("of 2026-07 may not hold " .. what, function()
         refuses("configure_index", { index_name = "movies", tags = tags }, "tags", { api_version = "2026-07" })
      end)
   end
end)

describe("A number", function()

   local rows = {
      { "limit", { 0, -1, 1.5, NAN, INFINITE, -INFINITE, 2 ^ 53 }, { 1, 100, 10 } }, -- its maximum: 16-versions_spec
      { "expire_after_days", { 0, -1, 1.5, 2 ^ 31, NAN, INFINITE }, { 1, 365, 2 ^ 31 - 1 } },
      { "dimension", { 0, -1, 20001, 1.5, NAN }, { 1, 20000 } },
      { "pods", { 0, -1, 1.5, 2 ^ 31, NAN }, { 1 } },
      { "replicas", { 0, -1, 1.5, 2 ^ 31 }, { 1 } },
      { "shards", { 0, -1, 1.5, 2 ^ 31 }, { 1 } },
   }

   for _, case in ipairs(rows) do
      local name, bad, good = case[1], case[2], case[3]
      each_argument(function(row, argument)
         if argument.name ~= name then
            return
         end
         for _, value in ipairs(bad) do
            it(("of %s is refused as %s of %s"):format(shown(value), name, row.name), function()
               refuses(row.name, with(needed(row), name, value), name)
            end)
         end
         for _, value in ipairs(good) do
            it(("of %s is good as %s of %s"):format(shown(value), name, row.name), function()
               passes(row.name, with(needed(row), name, value))
            end)
         end
      end)
   end

   it("is written without a fraction", function()
      passes("list_restore_jobs", { limit = 20 / 2 })
      assert.equal("limit=10", service.log(emulator)[1].query)
   end)

   for _, value in ipairs { 0, -1, NAN, -INFINITE } do
      it(("of %s seconds is refused as a timeout"):format(shown(value)), function()
         refuses("list_indexes", {}, "timeout", { timeout = value })
      end)

      for _, option in ipairs { "timeout", "connect_timeout", "max_connections", "max_response_bytes" } do
         it(("of %s is refused as %s of new"):format(shown(value), option), function()
            local err = expect.failure("invalid_argument", pinecone.new(with({ api_key = "k" }, option, value)))
            holds(err.message, option)
         end)
      end

      it(("of %s seconds is refused as the timeout of wait_for_backup"):format(shown(value)), function()
         local err = expect.failure("invalid_argument", pc:wait_for_backup("b-1", { timeout = value }))
         holds(tostring(err), "wait_for_backup: ", "timeout")
      end)
   end

   for _, value in ipairs { 0.5, 5, 1e300, INFINITE } do
      it(("of %s seconds is a timeout"):format(shown(value)), function()
         passes("list_indexes", {}, { timeout = value })
      end)
   end
end)

describe("A choice", function()

   local rows = {
      frequency = {
         bad = { "hourly", "Daily", "", "daily ", "daily\0", "dail" }, good = { "daily", "weekly", "monthly" },
      },
      deletion_protection = { bad = { "on", "Enabled", "", "enabled\0" }, good = { "enabled", "disabled" } },
   }

   each_argument(function(row, argument)
      local choice = rows[argument.name]
      if not choice then
         return
      end
      for _, value in ipairs(choice.bad) do
         it(("of %s is refused as %s of %s"):format(shown(value), argument.name, row.name), function()
            local err = refuses(row.name, with(needed(row), argument.name, value), argument.name)
            holds(err.message, choice.good[1], choice.good[2])
         end)
      end
      for _, value in ipairs(choice.good) do
         it(("of %s is good as %s of %s"):format(shown(value), argument.name, row.name), function()
            passes(row.name, with(needed(row), argument.name, value))
         end)
      end
   end)
end)

describe("An API version", function()

   local bad = {
      "", "2026", "2026-4", "2026-004", "2026-04-01", "latest", "Unstable", "unstable ", "2026_04", " 2026-04",
      "2026-04 ", "2026-04." .. ("a"):rep(40), "abcd-ef", "2026-04.a/b",
   }

   for _, value in ipairs(bad) do
      it(("of %s is refused"):format(shown(value)), function()
         refuses("list_indexes", {}, "api_version", { api_version = value })
         refuses("request", { path = "/indexes", api_version = value }, "api_version")
         expect.failure("invalid_argument", pinecone.new { api_key = "k", api_version = value })
      end)
   end

   for _, value in ipairs { "2024-07", "2025-04", "2025-10", "2026-01.alpha", "2026-04", "2026-07", "2027-01",
      "unstable" } do
      it(("of %s is sent"):format(value), function()
         passes("list_indexes", {}, { api_version = value })
         assert.equal(value, service.log(emulator)[1].api_version)
      end)
   end
end)

-- Schedules -----------------------------------------------------------------------------------------------------------

describe("The fields of a schedule", function()

   local base = { index_name = "movies", name = "nightly" }

   local function schedule(fields)
      local arguments = { index_name = base.index_name, name = base.name }
      for name, value in pairs(fields) do
         arguments[name] = value
      end
      return arguments
   end

   local forms = {
      ["flat"] = { frequency = "daily", expire_after_days = 7 },
      ["nested, as the API's"] = {
         schedule = { type = "time-based", frequency = "daily" }, retention = { expire_after_days = 7 },
      },
      ["nested without a type"] = { schedule = { frequency = "daily" }, retention = { expire_after_days = 7 } },
      ["mixed"] = { frequency = "daily", retention = { expire_after_days = 7 } },
      ["as the answer spells them"] = {
         frequency = "daily", retention_expire_after_days = 7, schedule_type = "time-based",
      },
   }
   for what, fields in pairs(forms) do
      it("may be " .. what, function()
         passes("create_backup_schedule", schedule(fields))
      end)
   end

   local twice = {
      frequency = { frequency = "daily", schedule = { frequency = "daily" }, expire_after_days = 7 },
      expire_after_days = { frequency = "daily", expire_after_days = 7, retention = { expire_after_days = 7 } },
      schedule_type = {
         schedule_type = "time-based", schedule = { type = "time-based", frequency = "daily" }, expire_after_days = 7,
      },
   }
   for field, fields in pairs(twice) do
      it(("raise when %s is given flat and nested"):format(field), function()
         holds(misuse("create_backup_schedule", schedule(fields)), ("'%s' is given twice"):format(field))
      end)
   end

   it("raise when a nested one is misspelled, and bring the right name", function()
      local message = misuse("create_backup_schedule", schedule {
         schedule = { frequency = "daily" }, retention = { expire_after_day = 7 },
      })
      holds(message, "'retention.expire_after_day'", "did you mean 'retention.expire_after_days'?")
   end)

   it("raise when a nested one has the wrong type", function()
      local message = misuse("create_backup_schedule", schedule {
         schedule = { frequency = 1 }, retention = { expire_after_days = 7 },
      })
      holds(message, "'frequency' must be a string, got a number")
   end)

   it("are refused nested as they are flat", function()
      refuses("create_backup_schedule", schedule {
         schedule = { frequency = "hourly" }, retention = { expire_after_days = 7 },
      }, "frequency")
      refuses("create_backup_schedule", schedule {
         schedule = { frequency = "daily" }, retention = { expire_after_days = 0 },
      }, "expire_after_days")
   end)

   it("nest retention alone in update_backup_schedule", function()
      holds(misuse("update_backup_schedule", { schedule_id = "s-1", schedule = { frequency = "daily" } }),
         "unknown field 'schedule'")
      passes("update_backup_schedule", { schedule_id = "s-1", retention = { expire_after_days = 7 } })
   end)
end)

-- request -------------------------------------------------------------------------------------------------------------

describe("The path of request", function()

   local bad = {
      "indexes", "", "https://example.com/indexes", "/indexes/..", "/../indexes", "/indexes/../backups", "/indexes/.",
      "/./indexes", "/indexes/%2e%2e", "/indexes/%2E%2e/x", "/indexes/.%2e/x", "/indexes/%2e", "/indexes?limit=1",
      "/indexes#x", "/indexes\\..\\x", "/indexes\0", "/indexes\r\n", "/indexes/a\127",
   }
   for _, path in ipairs(bad) do
      it(("may not be %s"):format(shown(path)), function()
         refuses("request", { path = path }, "path")
      end)
   end

   local good = {
      ["/indexes"] = "/indexes", ["/indexes/"] = "/indexes/", ["/indexes/a b"] = "/indexes/a%20b",
      ["/backups/a%2Fb"] = "/backups/a%2Fb", ["/indexes/..."] = "/indexes/...", ["/indexes/a..b"] = "/indexes/a..b",
      ["/indexes/\195\188"] = "/indexes/%C3%BC", ["//example.com/indexes"] = "//example.com/indexes",
   }
   for path, sent in pairs(good) do
      it(("may be %s"):format(shown(path)), function()
         passes("request", { path = path })
         assert.equal(sent, service.log(emulator)[1].path)
      end)
   end
end)

describe("The query of request", function()

   it("may hold strings, numbers and booleans", function()
      passes("request", { path = "/backups", query = { limit = 5 } })
      passes("request", { path = "/backups", query = { paginationToken = "a b&c=d" } })
      passes("request", { path = "/backups", query = { include_deleted = true } })
      local rows = service.log(emulator)
      assert.equal("limit=5", rows[1].query)
      assert.equal("paginationToken=a%20b%26c%3Dd", rows[2].query)
      assert.equal("include_deleted=true", rows[3].query)
   end)

   it("writes large whole numbers in full", function()
      passes("request", { path = "/backups", query = { since = 1777010400000000 } })
      assert.equal("since=1777010400000000", service.log(emulator)[1].query)
   end)

   it("writes fractions in full", function()
      passes("request", { path = "/backups", query = { since = 0.5 } })
      assert.equal("since=0.5", service.log(emulator)[1].query)
   end)

   for what, query in pairs {
      ["a table"] = { limit = {} }, ["a function"] = { limit = print }, ["a list"] = { "limit=5" },
   } do
      it(("raises for " .. what), function()
         holds(misuse("request", { path = "/backups", query = query }), "request: ", "'query'")
      end)
   end
end)

describe("The method of request", function()

   for _, method in ipairs { "FETCH", "get", "", "GET ", "GET\0", "GET /x HTTP/1.1\r\n", "CONNECT", "OPTIONS" } do
      it(("may not be %s"):format(shown(method)), function()
         local err = refuses("request", { path = "/indexes", method = method }, "method")
         holds(err.message, "GET")
      end)
   end

   for _, method in ipairs { "GET", "POST", "PUT", "PATCH", "DELETE" } do
      it(("may be %s"):format(method), function()
         passes("request", { path = "/indexes", method = method })
         assert.equal(method, service.log(emulator)[1].method)
      end)
   end
end)

describe("A body", function()

   it("that JSON cannot hold raises", function()
      local loop = {}
      loop.loop = loop
      for _, body in ipairs { { a = print }, loop, { a = NAN }, { [{}] = 1 } } do
         holds(misuse("request", { path = "/indexes", method = "POST", body = body }), "request: ", "JSON")
      end
   end)

   it("that JSON cannot hold raises in a method too, at the caller's line", function()
      local line = debug.getinfo(1, "l").currentline + 2
      local message = raised(function()
         pc:create_index { name = "movies", spec = { serverless = print } }
      end)
      holds(message, "create_index: ", "JSON")
      is_at(message, line)
   end)
end)
