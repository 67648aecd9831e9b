-- What API versions differ in, and what callers see of that: as little as can be.

local core = require "pinecone.core"
local expect = require "support.expect"
local service = require "support.service"
local wire = require "support.wire"

local VERSIONS = { "2025-04", "2025-10", "2026-04", "2026-07", "unstable" }

local server

setup(function() server = wire.start() end)
teardown(function() server:stop() end)
before_each(function() server:clear() end)

local function version_of(request)
   return wire.header(request, "X-Pinecone-Api-Version")
end

-- Answers that fit whatever is asked.
local function answer_anything(status)
   server:answer(wire.answer(status or 200, {
      backup_id = "b-1", restore_job_id = "r-1", index_id = "i-1", schedule_id = "s-1", name = "films", data = {},
      indexes = {}, collections = {},
   }))
end

-- Asks, and gives the request that was sent for it.
local function sent(name, arguments, pinned, options)
   answer_anything()
   local pc = server:client { api_version = pinned }
   assert(pc[name](pc, arguments, options))
   return server.requests[#server.requests]
end

-- Holds that nothing is sent, and gives the error.
local function refused(name, arguments, pinned, options)
   local pc = server:client { api_version = pinned }
   local err = expect.failure("invalid_argument", pc[name](pc, arguments, options))
   assert.is_nil(err.status)
   assert.equal(0, #server.requests)
   return err
end

local holds = expect.holds

-- Which version is spoken ---------------------------------------------------------------------------------------------

-- Arguments for every operation, none of which changes the version.
local plain = {
   create_backup = "movies", describe_backup = "b-1", list_backups = "movies", delete_backup = "b-1",
   create_index_from_backup = { backup_id = "b-1", name = "restored" },
   describe_restore_job = "r-1", list_restore_jobs = {},
   create_collection = { name = "films", source = "movies" }, describe_collection = "films", list_collections = {},
   delete_collection = "films",
   create_index_from_collection = { name = "i", source_collection = "films", environment = "us-east1-gcp" },
   create_backup_schedule = { index_name = "movies", name = "s", frequency = "daily", expire_after_days = 7 },
   list_backup_schedules = "movies", describe_backup_schedule = "s-1",
   update_backup_schedule = { schedule_id = "s-1", enabled = true }, delete_backup_schedule = "s-1",
   list_backup_schedule_history = "s-1",
   create_index = { name = "movies" }, describe_index = "movies", list_indexes = {},
   configure_index = { index_name = "movies", tags = { team = "search" } }, delete_index = "movies",
   describe_index_stats = { host = "127.0.0.1" }, request = { path = "/indexes" },
}

local function expected_version(name, named)
   if name:find "schedule" then
      return (named == nil or named >= "2026-07") and (named or "2026-07") or "unstable"
   elseif name == "create_index_from_collection" then
      return (named and named < "2026-04") and named or "2026-04"
   end
   return named or "2026-04"
end

describe("The version of", function()
   for name in pairs(core.operations) do
      local function arguments()
         return name == "describe_index_stats" and { host = server.url } or plain[name]
      end

      it(name .. " is its own where none is named", function()
         assert.equal(expected_version(name), version_of(sent(name, arguments())))
      end)

      for _, named in ipairs(VERSIONS) do
         it(("%s is %s where the client is of %s"):format(name, expected_version(name, named), named), function()
            assert.equal(expected_version(name, named), version_of(sent(name, arguments(), named)))
         end)

         it(("%s is %s where the call asks for %s"):format(name, expected_version(name, named), named), function()
            local request = sent(name, arguments(), "2026-04", { api_version = named })
            assert.equal(expected_version(name, named), version_of(request))
         end)
      end
   end
end)

describe("Success is", function()
   for name in pairs(core.operations) do
      it(("any status of 2xx to %s"):format(name), function()
         local pc = server:client()
         for _, status in ipairs { 200, 201, 202, 206 } do
            answer_anything(status)
            local arguments = name == "describe_index_stats" and { host = server.url } or plain[name]
            local value, err = pc[name](pc, arguments)
            assert.is_nil(err)
            assert.is_truthy(value)
         end
      end)
   end

   for _, name in ipairs { "delete_backup", "delete_collection", "delete_backup_schedule", "delete_index" } do
      it(("202 and 204 without a body to %s"):format(name), function()
         local pc = server:client()
         server:answer(wire.answer(202), "HTTP/1.1 204 No Content\r\n\r\n")
         assert.is_true(pc[name](pc, plain[name]))
         assert.is_true(pc[name](pc, plain[name]))
      end)
   end
end)

describe("A refused key", function()
   for _, version in ipairs(VERSIONS) do
      it(("is told as text or JSON, with the client at %s"):format(version), function()
         local pc = server:client { api_version = version }
         server:answer(wire.answer(401, "Invalid API key\n", "text/plain; charset=utf-8"), wire.answer(401, {
            error = { code = "UNAUTHENTICATED", message = "Invalid API key" }, status = 401,
         }))
         for _ = 1, 2 do
            local err = expect.failure("unauthenticated", pc:list_backups())
            assert.equal("Invalid API key", err.message)
            assert.equal(401, err.status)
            holds(err.hint, "API key")
         end
      end)
   end
end)

-- Arguments of some versions ------------------------------------------------------------------------------------------

local DEDICATED = {
   mode = "Dedicated", dedicated = { node_type = "b1", scaling = "Manual", manual = { replicas = 2, shards = 1 } },
}

local raising = {
   include_deleted = { "list_backups", { index_name = "movies", include_deleted = true } },
   read_capacity = { "create_index_from_backup", { backup_id = "b-1", name = "i", read_capacity = DEDICATED } },
}

for argument, case in pairs(raising) do
   local name, arguments = case[1], case[2]

   describe(argument .. " of " .. name, function()
      local cases = {
         ["2024-07"] = "2026-07", ["2025-04"] = "2026-07", ["2025-10"] = "2026-07", ["2026-01.alpha"] = "2026-07",
         ["2026-04"] = "2026-07", ["2026-07"] = "2026-07", ["2027-01"] = "2027-01", ["unstable"] = "unstable",
      }
      for named, expected in pairs(cases) do
         it(("makes %s of %s"):format(expected, named), function()
            assert.equal(expected, version_of(sent(name, arguments, named)))
            assert.equal(expected, version_of(sent(name, arguments, nil, { api_version = named })))
         end)
      end

      it("makes that one call speak 2026-07, and no other", function()
         assert.equal("2026-07", version_of(sent(name, arguments)))
         assert.equal("2026-04", version_of(sent(name, plain[name])))
      end)
   end)
end

describe("include_deleted", function()
   it("is sent as it is given; false makes the call speak 2026-07, too", function()
      assert.equal("include_deleted=true", sent("list_backups", raising.include_deleted[2]).query)
      local request = sent("list_backups", { index_name = "movies", include_deleted = false })
      assert.equal("include_deleted=false", request.query)
      assert.equal("2026-07", version_of(request))
   end)

   for _, value in ipairs { true, false } do
      it(("= %s is refused without an index, as the API has it for an index only"):format(tostring(value)), function()
         for _, version in ipairs(VERSIONS) do
            holds(refused("list_backups", { include_deleted = value }, version).message,
               "'include_deleted'", "'index_name'")
         end
      end)
   end

   it("is on every page of an iterator, where the token stands alone otherwise", function()
      local pc = server:client { api_version = "2026-04" }
      server:answer(
         wire.answer(200, '{"data":[{"backup_id":"1"}],"pagination":{"next":"two"}}'),
         wire.answer(200, '{"data":[{"backup_id":"2"}],"pagination":{"next":"three"}}'),
         wire.answer(200, '{"data":[{"backup_id":"3"}],"pagination":null}'))
      local ids = {}
      for backup in pc:backups { index_name = "movies", include_deleted = true } do
         ids[#ids + 1] = backup.backup_id
      end
      assert.same({ "1", "2", "3" }, ids)
      local queries = {}
      for i, request in ipairs(server.requests) do
         queries[i] = request.query
         assert.equal("2026-07", version_of(request))
      end
      assert.same({
         "limit=100&include_deleted=true", "paginationToken=two&include_deleted=true",
         "paginationToken=three&include_deleted=true",
      }, queries)
   end)

   it("without an index is the error of an iterator's first item", function()
      expect.failure("invalid_argument", server:client():backups({ include_deleted = true }):next())
      assert.equal(0, #server.requests)
   end)
end)

describe("read_capacity", function()
   it("is sent as it is given", function()
      local request = sent("create_index_from_backup", raising.read_capacity[2])
      assert.same({ name = "i", read_capacity = DEDICATED }, request.json)
   end)
end)

describe("The fields of an index", function()
   local SCHEMA = { fields = { _values = { type = "dense_vector", dimension = 3, metric = "cosine" } } }
   local MANAGED = { deployment_type = "managed", cloud = "aws", region = "us-east-1" }

   local old = {
      create_index = { spec = { serverless = { cloud = "aws", region = "us-east-1" } }, dimension = 3,
         metric = "cosine", vector_type = "dense" },
      configure_index = { spec = { pod = { replicas = 2 } }, embed = { model = "m" } },
   }
   local new = {
      create_index = { schema = SCHEMA, deployment = MANAGED, read_capacity = DEDICATED, cmek_id = "key-1" },
      configure_index = { schema = { fields = { text = { type = "semantic_text" } } }, deployment = { replicas = 2 },
         read_capacity = DEDICATED },
   }
   -- what a refusal brings up
   local instead = {
      create_index = { spec = "deployment", dimension = "schema", metric = "schema", vector_type = "schema",
         schema = "dimension", deployment = "spec", read_capacity = "spec.serverless.read_capacity",
         cmek_id = "2026-07" },
      configure_index = { spec = "deployment", embed = "schema", schema = "embed", deployment = "spec.pod",
         read_capacity = "spec.serverless.read_capacity" },
   }

   local function of(name, fields)
      local arguments = { [name == "create_index" and "name" or "index_name"] = "movies", tags = { a = "b" } }
      for field, value in pairs(fields) do
         arguments[field] = value
      end
      return arguments
   end

   for name in pairs(old) do
      for _, version in ipairs { "2025-04", "2025-10", "2026-04" } do
         it(("%s are the old ones at %s"):format(name, version), function()
            local expected = of(name, old[name])
            expected.index_name = nil
            assert.same(expected, sent(name, of(name, old[name]), version).json)
         end)

         for field, value in pairs(new[name]) do
            it(("%s of the new ones are refused at %s: %s"):format(name, version, field), function()
               local err = refused(name, of(name, { [field] = value }), version)
               holds(err.message, ("'%s'"):format(field), version, "from 2026-07 on", instead[name][field],
                  "api_version = '2026-07'")
            end)
         end
      end

      for _, version in ipairs { "2026-07", "2027-01" } do
         it(("%s are the new ones at %s"):format(name, version), function()
            local expected = of(name, new[name])
            expected.index_name = nil
            local request = sent(name, of(name, new[name]), version)
            assert.same(expected, request.json)
            assert.equal(version, version_of(request))
         end)

         for field, value in pairs(old[name]) do
            it(("%s of the old ones are refused at %s: %s"):format(name, version, field), function()
               local err = refused(name, of(name, { [field] = value }), version)
               holds(err.message, ("'%s'"):format(field), version, "up to 2026-04", instead[name][field],
                  "api_version = '2026-04'")
            end)
         end
      end

      for _, version in ipairs { "2026-01.alpha", "unstable" } do
         it(("%s are the server's matter at %s"):format(name, version), function()
            for _, fields in ipairs { old[name], new[name] } do
               assert.equal(version, version_of(sent(name, of(name, fields), version)))
            end
         end)
      end
   end

   it("need no name from 2026-07 on, where Pinecone makes one up", function()
      assert.same({ schema = SCHEMA }, sent("create_index", { schema = SCHEMA }, "2026-07").json)
      for _, version in ipairs { "2025-10", "2026-04" } do
         local pc = server:client { api_version = version }
         local good, message = pcall(pc.create_index, pc, { spec = {} })
         assert.is_false(good)
         holds(message, "create_index: 'name' is missing")
      end
   end)

   it("of a collection are the old ones whatever the version", function()
      for _, version in ipairs(VERSIONS) do
         local request = sent("create_index_from_collection", {
            name = "i", source_collection = "films", environment = "us-east1-gcp", dimension = 3, metric = "cosine",
         }, version)
         assert.is_true(version_of(request) <= "2026-04")
         assert.equal(3, request.json.dimension)
      end
   end)
end)

-- Rules of some versions ----------------------------------------------------------------------------------------------

describe("A limit", function()
   for name, row in pairs(core.operations) do
      local takes = false
      for _, argument in ipairs(row.arguments) do
         takes = takes or argument.name == "limit"
      end
      for _, version in ipairs(takes and VERSIONS or {}) do
         local function arguments(limit)
            local id = type(plain[name]) == "string" and row.arguments[1].name
            return { limit = limit, [id or 1] = id and plain[name] or nil }
         end
         local bounded = not name:find "schedule" and version < "2026-07"

         it(("of more than 100 is %s in %s at %s"):format(bounded and "refused" or "sent", name, version), function()
            assert.equal("limit=100", sent(name, arguments(100), version).query)
            server:clear()
            if bounded then
               holds(refused(name, arguments(101), version).message, "limit", "from 1 to 100")
            else
               assert.equal("limit=5000", sent(name, arguments(5000), version).query)
            end
         end)

         it(("of less than 1 is refused in %s at %s"):format(name, version), function()
            refused(name, arguments(0), version)
            refused(name, arguments(1.5), version)
         end)
      end
   end

   it("goes by the version that the call is raised to", function()
      local request = sent("list_backups", { index_name = "movies", limit = 500, include_deleted = true }, "2026-04")
      assert.equal("limit=500&include_deleted=true", request.query)
   end)
end)

-- Of what is not released no rules are known: the server says what it takes.
describe("The name of a backup", function()
   for _, version in ipairs(VERSIONS) do
      local free = version ~= "2026-07"
      it(("is %s at %s"):format(free and "free" or "as that of an index", version), function()
         for _, name in ipairs { "Backup_2024 03/15", ("x"):rep(46) } do
            local arguments = { index_name = "movies", name = name }
            if free then
               assert.equal(name, sent("create_backup", arguments, version).json.name)
            else
               holds(refused("create_backup", arguments, version).message, "name")
            end
         end
      end)
   end
end)

describe("Tags", function()
   local many = {}
   for i = 1, 21 do
      many["key-" .. i] = "value"
   end
   for _, version in ipairs { "2025-04", "2025-10", "2026-04", "2026-07" } do
      local old = version < "2026-07"
      it(("may %s at %s"):format(old and "be many, of few characters" or "be 20 of any characters", version), function()
         local wide, crowd = { index_name = "movies", tags = { a = "b/c" } }, { index_name = "movies", tags = many }
         refused("configure_index", old and wide or crowd, version)
         assert.is_table(sent("configure_index", old and crowd or wide, version).json.tags)
      end)
   end

   for _, version in ipairs { "2026-01.alpha", "unstable" } do
      it("may be many and of any characters at " .. version, function()
         for _, tags in ipairs { { a = "b/c" }, many } do
            local arguments = { index_name = "movies", tags = tags }
            assert.same(tags, sent("configure_index", arguments, version).json.tags)
         end
      end)
   end

   it("go by the version that the call is raised to", function()
      assert.same({ a = "b/c" }, sent("create_index_from_backup", {
         backup_id = "b-1", name = "i", tags = { a = "b/c" }, read_capacity = { mode = "OnDemand" },
      }, "2026-04").json.tags)
   end)
end)

-- Backups -------------------------------------------------------------------------------------------------------------

describe("A backup of 2026-07", function()
   local function dense(dimension, metric)
      return { type = "dense_vector", dimension = dimension, metric = metric }
   end

   local function backup(fields, more)
      local made = { backup_id = "b-1", status = "Ready", schema = { fields = fields } }
      for name, value in pairs(more or {}) do
         made[name] = value
      end
      return made
   end

   -- What describe_backup gives for a body.
   local function described(body, version)
      server:answer(wire.answer(200, body))
      return assert(server:client { api_version = version or "2026-07" }:describe_backup "b-1")
   end

   local function tells(dimension, metric, given)
      assert.same({ dimension, metric }, { given.dimension, given.metric })
      if dimension then
         expect.integer(given.dimension)
      end
   end

   it("has dimension and metric of its dense vectors", function()
      tells(1536, "euclidean", described(backup {
         _values = dense(1536, "euclidean"), _sparse_values = { type = "sparse_vector" }, genre = { filterable = true },
      }))
   end)

   it("has them in whatever gives backups", function()
      local body = backup { _values = dense(3, "cosine") }
      local page = { data = { body, body, body }, pagination = { next = nil } }
      local pc = server:client { api_version = "2026-07" }

      server:answer(wire.answer(200, body))
      tells(3, "cosine", assert(pc:create_backup "movies"))
      tells(3, "cosine", assert(pc:describe_backup "b-1"))
      tells(3, "cosine", assert(pc:wait_for_backup "b-1"))

      server:answer(wire.answer(200, page))
      for _, name in ipairs { "list_backups", "list_backup_schedule_history" } do
         local data = assert(pc[name](pc, "movies")).data
         assert.equal(3, #data)
         for _, item in ipairs(data) do
            tells(3, "cosine", item)
         end
      end
      tells(3, "cosine", assert(pc:backups():next()))
      tells(3, "cosine", assert(pc:backup_schedule_history "s-1":next()))
   end)

   it("has them where the call was raised, and where a schedule's call is unstable", function()
      server:answer(wire.answer(200, { data = { backup { _values = dense(3, "cosine") } } }))
      local pc = server:client { api_version = "2026-04" }
      tells(3, "cosine", assert(pc:list_backups { index_name = "movies", include_deleted = true }).data[1])
      tells(3, "cosine", assert(pc:list_backup_schedule_history "s-1").data[1])
      tells(3, "cosine", described(backup { _values = dense(3, "cosine") }, "2026-01.alpha"))
      tells(3, "cosine", described(backup { _values = dense(3, "cosine") }, "2027-01"))
   end)

   it("has those of _values before those of another field", function()
      tells(3, "cosine", described(backup {
         _values = dense(3, "cosine"), a = dense(4, "euclidean"), A = dense(5, "euclidean"), -- A < _ < a
      }))
   end)

   it("has those of the first dense field by name", function()
      tells(4, "euclidean", described(backup {
         d = dense(7, "cosine"), b = dense(4, "euclidean"), c = dense(5, "cosine"), e = dense(6, "cosine"),
         a = { type = "string" },
      }))
   end)

   it("has those of text that dense vectors are made of, where there is no dense field", function()
      local text = { type = "semantic_text", model = "m", dimension = 1024, metric = "cosine" }
      tells(1024, "cosine", described(backup { text = text, sparse = { type = "sparse_vector" } }))
      tells(3, "euclidean", described(backup { a_text = text, values = dense(3, "euclidean") }))
      tells(1024, nil, described(backup { text = { type = "semantic_text", dimension = 1024 } }))
   end)

   it("has the metric dotproduct and no dimension where all its vectors are sparse", function()
      tells(nil, "dotproduct", described(backup { _sparse_values = { type = "sparse_vector" } }))
      tells(nil, "dotproduct", described(backup {
         sparse = { type = "sparse_vector" }, text = { type = "semantic_text", model = "sparse" },
      }))
   end)

   it("has neither where no field tells", function()
      tells(nil, nil, described(backup { title = { type = "string" }, genre = { filterable = true } }))
      tells(nil, nil, described(backup {}))
   end)

   it("keeps what it has", function()
      local schema = { _values = dense(3, "cosine") }
      tells(5, "euclidean", described(backup(schema, { dimension = 5, metric = "euclidean" })))
      tells(5, "cosine", described(backup(schema, { dimension = 5 })))
      tells(3, "euclidean", described(backup(schema, { metric = "euclidean" })))
      assert.equal(false, described(backup(schema, { metric = false })).metric)
      assert.same(schema, described(backup(schema)).schema.fields)
   end)

   it("is passed through whatever its schema looks like", function()
      local odd = {
         "null", "[]", "{}", "5", '"text"', "true", '{"fields":null}', '{"fields":[]}', '{"fields":5}',
         '{"fields":"text"}', '{"fields":[{"type":"dense_vector","dimension":3,"metric":"cosine"}]}',
         '{"fields":{"_values":null,"a":5,"b":"dense_vector","c":[],"d":[[]],"e":{"type":null},"f":{"type":5}}}',
         '{"fields":{"_values":{"type":"dense_vector","dimension":"3","metric":5}}}',
         '{"fields":{"_values":{"type":"dense_vector","dimension":{},"metric":[]}}}',
         '{"fields":{"_values":{"type":["dense_vector"],"dimension":3}}}',
         '{"fields":{"text":{"type":"semantic_text","dimension":"3","metric":"cosine"}}}',
         '{"fields":{"fields":{"fields":{"type":"dense_vector","dimension":3,"metric":"cosine"}}}}',
         '{"fields":{"a\\u0000b":{"type":"dense\\u0000vector"}}}',
      }
      for _, schema in ipairs(odd) do
         local body = ('{"backup_id":"b-1","name":"kept","schema":%s}'):format(schema)
         local given = described(body)
         assert.equal("kept", given.name)
         tells(nil, nil, given)
      end
      tells(3, nil, described '{"backup_id":"b","schema":{"fields":{"_values":{"type":"dense_vector","dimension":3}}}}')
   end)

   it("may be missing or no backup in a list", function()
      server:answer(wire.answer(200, '{"data":[null,5,"text",[],{"schema":{"fields":{"_values":'
         .. '{"type":"dense_vector","dimension":3,"metric":"cosine"}}}}]}'), wire.answer(200, '{"pagination":null}'))
      local pc = server:client { api_version = "2026-07" }
      local data = assert(pc:list_backups()).data
      assert.equal(4, #data)
      tells(3, "cosine", data[4])
      assert.same({}, assert(pc:list_backups()).data)
   end)

   it("has as many fields as it may", function()
      local fields = { ["m"] = dense(3, "cosine") }
      for i = 1, 2000 do
         fields["z" .. i] = i % 2 == 0 and dense(4, "euclidean") or { filterable = true }
      end
      tells(3, "cosine", described(backup(fields)))
   end)

   it("does not run what another JSON library hangs on its tables", function()
      local trap = setmetatable({}, {
         __index = function() error "it was indexed" end, __newindex = function() error "it was changed" end,
         __len = function() error "it was counted" end,
      })
      local function trapped(fields)
         local made = {}
         for name, value in pairs(fields) do
            made[name] = type(value) == "table" and trapped(value) or value
         end
         return setmetatable(made, getmetatable(trap))
      end
      local pc = server:client {
         api_version = "2026-07",
         json = {
            encode = tostring,
            decode = function() return trapped(backup { _values = dense(3, "cosine"), a = {} }) end,
         },
      }
      server:answer(wire.answer(200, "anything"))
      local given = assert(pc:describe_backup "b-1")
      assert.same({ 3, "cosine" }, { rawget(given, "dimension"), rawget(given, "metric") })
   end)

   it("is as it comes before 2026-07, where the schema does not count", function()
      for _, version in ipairs { "2025-04", "2025-10", "2026-04" } do
         tells(nil, nil, described(backup { _values = dense(3, "cosine") }, version))
      end
   end)

   it("leaves everything else alone", function()
      server:answer(wire.answer(200, { name = "movies", schema = { fields = { _values = dense(3, "cosine") } } }))
      tells(nil, nil, assert(server:client { api_version = "2026-07" }:describe_index "movies"))
      tells(nil, nil, assert(server:client { api_version = "2026-07" }:request { path = "/indexes/movies" }))
   end)
end)

-- The emulator -------------------------------------------------------------------------------------------------------

describe("The whole life of a backup", function()
   local emulator, old

   setup(function()
      emulator = service.start()
      old = service.client(emulator, { api_version = "2026-04" })
      service.serverless(old, "movies", { dimension = 8, metric = "euclidean" })
      service.fill(old, "movies", 5)
   end)
   teardown(function() emulator:stop() end)

   for _, version in ipairs(VERSIONS) do
      it("is the same at " .. version, function()
         local pc = service.client(emulator, { api_version = version })
         local made = assert(pc:create_backup { index_name = "movies", name = "night" })
         local backup = assert(pc:wait_for_backup(made))
         for _, each in ipairs { made, backup } do
            assert.same({ "night", 8, "euclidean" }, { each.name, each.dimension, each.metric })
            expect.integer(each.dimension)
         end
         assert.equal(5, backup.record_count)

         for listed in pc:backups { index_name = "movies" } do
            assert.same({ 8, "euclidean" }, { listed.dimension, listed.metric })
         end

         local restore = assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "restored" })
         assert(pc:wait_for_restore(restore.restore_job_id))
         assert(pc:wait_for_index "restored")
         assert(pc:configure_index { index_name = "restored", tags = { team = "search" } })
         assert.equal(5, assert(pc:describe_index_stats "restored").totalVectorCount)
         assert.equal("Completed", assert(pc:restore_jobs():next()).status)
         assert.is_true(pc:delete_index "restored")
         assert.is_true(pc:delete_backup(backup.backup_id))
         expect.failure("not_found", pc:describe_backup(backup.backup_id))
      end)

      it("tells a refused key at " .. version, function()
         local pc = service.client(emulator, { api_version = version, api_key = "wrong-key-0123456789" })
         local err = expect.failure("unauthenticated", pc:list_backups())
         assert.matches("^Invalid API key", err.message)
      end)

      it("is Pinecone's own matter with a schedule made at " .. version, function()
         local pc = service.client(emulator, { api_version = version })
         local schedule = assert(pc:create_backup_schedule {
            index_name = "movies", name = "daily", frequency = "daily", expire_after_days = 1,
         })
         assert(emulator:advance(2 * 24 * 3600))
         local item = assert(pc:backup_schedule_history(schedule.schedule_id):next())
         assert.equal(8, item.dimension)
         assert.is_true(pc:delete_backup_schedule(schedule.schedule_id))
      end)
   end

   it("goes on after its index, with include_deleted", function()
      for _, version in ipairs { "2025-04", "2026-04", "2026-07" } do
         local pc = service.client(emulator, { api_version = version })
         service.serverless(old, "doomed")
         local backup = assert(pc:create_backup "doomed")
         assert(pc:wait_for_backup(backup))
         assert.is_true(pc:delete_index "doomed")
         holds(expect.failure("not_found", pc:list_backups "doomed").hint, "doomed", "include_deleted")
         local found = assert(pc:list_backups { index_name = "doomed", include_deleted = true }).data
         assert.equal(backup.backup_id, found[1].backup_id)
         assert.is_string(found[1].source_index_deleted_at)
         assert.same({ 3, "cosine" }, { found[1].dimension, found[1].metric })
         assert.is_true(pc:delete_backup(backup.backup_id))
      end
   end)

   it("repeats include_deleted over the pages of an iterator", function()
      service.serverless(old, "many")
      for i = 1, 5 do
         assert(old:create_backup { index_name = "many", name = "b-" .. i })
      end
      assert(old:delete_index "many")
      local count = 0
      for backup in old:backups { index_name = "many", include_deleted = true, limit = 2 } do
         assert.equal("many", backup.source_index_name)
         count = count + 1
      end
      assert.equal(5, count)
   end)

   it("may end in an index of its own capacity", function()
      local backup = assert(old:create_backup "movies")
      assert(old:wait_for_backup(backup))
      local restore = assert(old:create_index_from_backup {
         backup_id = backup.backup_id, name = "dedicated", read_capacity = DEDICATED,
      })
      assert(old:wait_for_restore(restore.restore_job_id))
      assert(old:wait_for_index "dedicated")
   end)

   it("may begin with an index of 2026-07", function()
      local pc = service.client(emulator, { api_version = "2026-07" })
      local index = assert(pc:create_index {
         schema = { fields = { _values = { type = "dense_vector", dimension = 4, metric = "cosine" } } },
         deployment = { deployment_type = "managed", cloud = "aws", region = "us-east-1" },
         read_capacity = { mode = "OnDemand" },
      })
      assert(pc:wait_for_index(index.name))
      local backup = assert(pc:create_backup(index.name))
      assert.same({ 4, "cosine" }, { backup.dimension, backup.metric })
      assert.same({ 4, "cosine" }, { old:describe_backup(backup.backup_id).dimension, backup.metric })
   end)

   it("has the metric dotproduct where the vectors are sparse", function()
      assert(old:create_index {
         name = "sparse", vector_type = "sparse", metric = "dotproduct",
         spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      })
      assert(old:wait_for_index "sparse")
      local pc = service.client(emulator, { api_version = "2026-07" })
      local backup = assert(pc:create_backup "sparse")
      assert.is_nil(backup.dimension)
      assert.equal("dotproduct", backup.metric)
   end)
end)
