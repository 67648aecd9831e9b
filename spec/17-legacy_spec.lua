-- The legacy controller of pod projects, which has collections and answers in its own way.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"
local wire = require "support.wire"

local ENVIRONMENT = "us-west1-gcp"

local server, pc

setup(function()
   server = wire.start()
   pc = server:client { environment = ENVIRONMENT }
end)
teardown(function() server:stop() end)
before_each(function() server:clear() end)

local function text(status, body)
   return wire.answer(status, body, "text/plain; charset=utf-8")
end

local holds = expect.holds

-- What was asked, without what libcurl adds.
local function asked()
   local request = server.requests[#server.requests]
   return ("%s %s%s"):format(request.method, request.path, request.query), request
end

describe("A client with an environment", function()

   it("asks the controller of that environment", function()
      local host = "https://controller.us-west1-gcp.pinecone.io"
      local client = assert(pinecone.new { api_key = "k", environment = ENVIRONMENT })
      assert.equal(("pinecone.client (%s)"):format(host), tostring(client))
   end)

   it("asks a host that is given instead", function()
      assert.equal(("pinecone.client (%s)"):format(server.url), tostring(pc))
      server:answer(wire.answer(200, "[]"))
      assert(pc:list_collections())
      assert.equal(1, #server.requests)
   end)

   it("does not ask the host that PINECONE_CONTROLLER_HOST names, which is today's control plane", function()
      local getenv = os.getenv
      finally(function() os.getenv = getenv end) -- luacheck: ignore 122
      os.getenv = function(name) -- luacheck: ignore 122
         return name == "PINECONE_CONTROLLER_HOST" and server.url or getenv(name)
      end
      local client = assert(pinecone.new { api_key = "k", environment = ENVIRONMENT })
      assert.equal("pinecone.client (https://controller.us-west1-gcp.pinecone.io)", tostring(client))
   end)

   for _, value in ipairs { "", "a.b", "a/b", "a b", "evil.example#", "a@b", "a:1", "-a", "a-", "a_b", "\195\188",
      "a\n", "a\0", ("a"):rep(64) } do
      it(("refuses %q, which is no part of a host name"):format(value):gsub("%c", "?"), function()
         local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", environment = value })
         holds(err.message, "environment")
      end)
   end

   it("does not show what it refuses, which may be a key in the wrong place", function()
      local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", environment = "pcsk_secret" })
      assert.is_nil(tostring(err):find("secret", 1, true))
   end)

   for _, value in ipairs { "a", "us-west1-gcp-free", "Us-1", ("a"):rep(63) } do
      it("takes " .. value, function()
         assert(pinecone.new { api_key = "k", environment = value })
      end)
   end

   for _, value in ipairs { 5, true, {} } do
      it("raises for a " .. type(value), function()
         local good, message = pcall(pinecone.new, { api_key = "k", environment = value })
         assert.is_false(good)
         holds(message, "17-legacy_spec.lua", "'environment' must be a string")
      end)
   end
end)

describe("list_collections", function()

   it("gives tables with names", function()
      server:answer(wire.answer(200, '["films","books"]'))
      assert.same({ collections = { { name = "films" }, { name = "books" } } }, pc:list_collections())
      assert.equal("GET /collections", (asked()))
   end)

   it("gives none where there is none", function()
      server:answer(wire.answer(200, "[]"))
      assert.same({ collections = {} }, pc:list_collections())
   end)

   it("leaves a null out", function()
      server:answer(wire.answer(200, '["films",null,"books"]'))
      assert.same({ collections = { { name = "films" }, { name = "books" } } }, pc:list_collections())
   end)

   it("is walked by collections()", function()
      server:answer(wire.answer(200, '["films","books"]'))
      local names = {}
      for collection in pc:collections() do
         names[#names + 1] = collection.name
      end
      assert.same({ "films", "books" }, names)
      assert.equal(1, #server.requests)
   end)

   for _, body in ipairs { '{"collections":[{"name":"films"}]}', '["films",5]', '[["films"]]', '"films"', "null",
      "films", "" } do
      it(("gives an error of kind protocol for %q"):format(body), function()
         server:answer(wire.answer(200, body))
         assert.equal(200, expect.failure("protocol", pc:list_collections()).status)
      end)
   end
end)

describe("create_collection", function()

   for _, body in ipairs { "", "Created", "null", "{}", '{"name":"other"}' } do
      it(("gives the name that was given, after %q"):format(body), function()
         server:answer(text(201, body))
         assert.same({ name = "films" }, pc:create_collection { name = "films", source = "movies" })
         local line, request = asked()
         assert.equal("POST /collections", line)
         assert.same({ name = "films", source = "movies" }, request.json)
      end)
   end

   it("does not take a web page for a success", function()
      server:answer(text(201, " <html>log in</html>"), wire.answer(200, "log in", "text/html"))
      for _ = 1, 2 do
         local err = expect.failure("protocol", pc:create_collection { name = "films", source = "movies" })
         assert.is_true(err.maybe_applied)
      end
      server:answer(text(200, "<p>log in</p>"))
      expect.failure("protocol", pc:request { method = "POST", path = "/databases" })
   end)

   it("gives a name of any length that there may be", function()
      server:answer(text(201))
      local name = ("n"):rep(45)
      assert.same({ name = name }, pc:create_collection { collection_name = name, index_name = "movies" })
   end)

   it("gives what wait_for_collection takes", function()
      server:answer(text(201), wire.answer(200, { name = "films", status = "Initializing" }),
         wire.answer(200, { name = "films", status = "Ready", size = 100 }))
      local made = assert(pc:create_collection { name = "films", source = "movies" })
      assert.equal(100, assert(pc:wait_for_collection(made)).size)
      assert.equal(3, #server.requests)
   end)

   it("says that a quota is reached, with 400 as with any wrong value", function()
      server:answer(text(400, "Collection exceeds quota. Maximum allowed on your account is 1. Currently have 1."))
      local err = expect.failure("invalid_argument", pc:create_collection { name = "films", source = "movies" })
      holds(err.message, "exceeds quota")
      holds(err.hint, "raise the quota")
   end)

   it("refuses a name that cannot be one, and sends nothing", function()
      expect.failure("invalid_argument", pc:create_collection { name = "Films", source = "movies" })
      assert.equal(0, #server.requests)
   end)
end)

describe("describe_collection", function()

   it("gives what the controller tells, and the environment, which it does not", function()
      server:answer(wire.answer(200,
         '{"name":"films","size":160087040000000,"status":"Ready","dimension":3,"vector_count":12}'))
      local collection = assert(pc:describe_collection "films")
      assert.same({
         name = "films", size = 160087040000000, status = "Ready", dimension = 3, vector_count = 12,
         environment = ENVIRONMENT,
      }, collection)
      expect.integer(collection.size)
      assert.equal("GET /collections/films", (asked()))
   end)

   it("keeps an environment that the controller tells", function()
      server:answer(wire.answer(200, { name = "films", environment = "eu-west1-gcp" }))
      assert.equal("eu-west1-gcp", assert(pc:describe_collection "films").environment)
   end)

   it("gives an error of kind protocol for what is no collection", function()
      for _, body in ipairs { "[]", '["films"]', "{}", "Ready" } do
         server:answer(wire.answer(200, body))
         expect.failure("protocol", pc:describe_collection "films")
      end
   end)
end)

describe("delete_collection", function()

   it("gives true after text, and after nothing", function()
      server:answer(text(202, "Accepted"), text(202))
      assert.is_true(pc:delete_collection "films")
      assert.is_true(pc:delete_collection { collection_name = "films" })
      assert.equal("DELETE /collections/films", (asked()))
   end)
end)

describe("An error of the legacy controller", function()
   local kinds = {
      [400] = "invalid_argument", [401] = "unauthenticated", [403] = "permission_denied", [404] = "not_found",
      [409] = "conflict", [500] = "server", [503] = "unavailable",
   }
   local calls = {
      list_collections = {}, create_collection = { name = "films", source = "movies" }, describe_collection = "films",
      delete_collection = "films",
   }
   for status, kind in pairs(kinds) do
      for name, arguments in pairs(calls) do
         it(("is of kind %s after a %d to %s"):format(kind, status, name), function()
            server:answer(text(status, " something\r\nis wrong \n"))
            local err = expect.failure(kind, pc[name](pc, arguments))
            assert.equal("something is wrong", err.message)
            assert.equal(status, err.status)
            assert.equal(name, err.operation)
         end)
      end
   end

   it("is as long as one may be in a log", function()
      server:answer(text(404, ("no such collection "):rep(10000)))
      local err = expect.failure("not_found", pc:describe_collection "films")
      assert.is_true(#err.message < 500)
      holds(err.message, "no such collection", "...")
   end)

   it("may say nothing", function()
      server:answer(text(500, ""))
      assert.is_string(expect.failure("server", pc:list_collections()).message)
   end)

   it("does not show the key", function()
      server:answer(text(401, "API key " .. wire.api_key .. " is wrong"))
      local err = expect.failure("unauthenticated", pc:list_collections())
      assert.is_nil(tostring(err):find(wire.api_key, 1, true))
   end)
end)

describe("The version", function()
   local calls = {
      list_collections = {}, create_collection = { name = "films", source = "movies" }, describe_collection = "films",
      delete_collection = "films", request = { path = "/databases" },
   }
   for name, arguments in pairs(calls) do
      it("is not sent: " .. name, function()
         for _, pinned in ipairs { false, "2026-04", "2026-07" } do
            local client = server:client { environment = ENVIRONMENT, api_version = pinned or nil }
            client[name](client, arguments, { api_version = pinned or nil })
            local _, request = asked()
            assert.is_nil(wire.header(request, "X-Pinecone-Api-Version"))
            assert.equal(wire.api_key, wire.header(request, "Api-Key"))
         end
         assert.equal(3, #server.requests)
      end)
   end

   it("is sent by every other client", function()
      server:client():list_indexes()
      local _, request = asked()
      assert.equal("2026-04", wire.header(request, "X-Pinecone-Api-Version"))
   end)
end)

describe("Everything else", function()
   local samples = {
      index_name = "movies", backup_id = "b-1", restore_job_id = "r-1", schedule_id = "s-1", name = "i",
      source_collection = "films", environment = "us-east1-gcp", frequency = "daily", expire_after_days = 7,
   }
   local function needed(row)
      local arguments = {}
      for _, argument in ipairs(row.arguments) do
         if argument.required then
            arguments[argument.name] = assert(samples[argument.name], argument.name)
         end
      end
      return arguments
   end

   local function not_there(name, value, err)
      expect.failure("invalid_argument", value, err)
      assert.equal(name, err.operation)
      holds(err.message, "legacy controller", ENVIRONMENT, "only collections", "without the option environment")
      assert.equal(0, #server.requests)
   end

   for name, row in pairs(core.operations) do
      if not row.legacy then
         it("is not there, and nothing is sent: " .. name, function()
            local arguments = needed(row)
            if name == "describe_index_stats" then
               arguments.index_name = "movies"
               local value, err = pc:describe_index_stats { host = server.url }
               not_there(name, value, err)
            end
            local value, err = pc[name](pc, arguments)
            not_there(name, value, err)
         end)

         it("raises for misuse all the same: " .. name, function()
            local arguments = needed(row)
            arguments.zzzzzzzzzz = 1
            local good, message = pcall(pc[name], pc, arguments)
            assert.is_false(good)
            holds(message, "zzzzzzzzzz")
         end)
      end
   end

   it("is four operations and request less than all", function()
      local there, all = {}, 0
      for name, row in pairs(core.operations) do
         there[#there + 1] = row.legacy and name or nil
         all = all + 1
      end
      table.sort(there)
      assert.same({ "create_collection", "delete_collection", "describe_collection", "list_collections", "request" },
         there)
      assert.is_true(all > 20)
   end)

   it("is not there as an argument of some versions either", function()
      local value, err = pc:create_index { name = "i", schema = {} }
      not_there("create_index", value, err)
      value, err = pc:list_backups { include_deleted = true }
      not_there("list_backups", value, err)
   end)

   for _, name in ipairs { "wait_for_backup", "wait_for_restore", "wait_for_index", "pause_backup_schedule" } do
      it("is not there: " .. name, function()
         local value, err = pc[name](pc, "thing")
         not_there(name, value, err)
      end)
   end

   it("does not keep misuse from raising", function()
      for _, arguments in ipairs { {}, { backup_id = 5 } } do
         local ok, message = pcall(pc.describe_backup, pc, arguments)
         assert.is_false(ok)
         holds(message, "describe_backup: 'backup_id'")
      end
   end)

   it("is the error of an iterator's first item", function()
      local value, err = pc:backups():next()
      not_there("list_backups", value, err)
   end)
end)

describe("request", function()

   it("gives what the controller answers, as it is", function()
      server:answer(wire.answer(200, '["a","b"]'), wire.answer(200, '{"database":{"name":"a"}}'),
         text(201, "Created\n"), text(202))
      assert.same({ "a", "b" }, pc:request { path = "/databases" })
      assert.same({ database = { name = "a" } }, pc:request { path = "/databases/a" })
      assert.equal("Created\n", pc:request { method = "POST", path = "/databases", body = { name = "a" } })
      assert.is_true(pc:request { method = "DELETE", path = "/databases/a" })
   end)

   it("gives text only there", function()
      server:answer(text(200, "Created"))
      expect.failure("protocol", server:client():request { path = "/indexes" })
   end)
end)

describe("The emulator's legacy controller", function()
   local running, modern, legacy

   setup(function()
      running = service.start { max_collections = 2, job_seconds = 10 }
      modern = service.client(running)
      legacy = service.client(running, { host = running.legacy_url, environment = "us-east1-gcp" })
      assert(modern:create_index { name = "pods", dimension = 3,
         spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } } })
      assert(running:advance(10))
      service.fill(modern, "pods", 5)
   end)
   teardown(function()
      modern:close()
      legacy:close()
      running:stop()
   end)

   it("has the collections of the project, in its own words", function()
      assert.same({ name = "copy" }, legacy:create_collection { name = "copy", source = "pods" })
      assert.same({ collections = { { name = "copy" } } }, legacy:list_collections())
      assert.equal("Initializing", assert(modern:describe_collection("copy")).status)
      assert(running:advance(10))
      local collection = assert(legacy:wait_for_collection("copy"))
      assert.same({ "copy", "Ready", 3, 5, "us-east1-gcp" },
         { collection.name, collection.status, collection.dimension, collection.vector_count, collection.environment })

      expect.failure("conflict", legacy:create_collection { name = "copy", source = "pods" })
      holds(tostring(expect.failure("not_found", legacy:describe_collection "nowhere")), "list_collections")
      local refused = expect.failure("invalid_argument", legacy:create_collection { name = "none", source = "nowhere" })
      assert.is_nil(tostring(refused):find("list_indexes", 1, true))
      assert(legacy:create_collection { name = "other", source = "pods" })
      local err = expect.failure("invalid_argument", legacy:create_collection { name = "third", source = "pods" })
      assert.same({ 400, "Collection exceeds quota. Maximum allowed on your account is 2. Currently have 2." },
         { err.status, err.message })

      assert.is_true(legacy:delete_collection("copy"))
      assert.equal("Terminating", assert(modern:describe_collection("copy")).status)
      assert(running:advance(10))
      expect.failure("not_found", legacy:describe_collection("copy"))
   end)

   it("says in text that a key is wrong", function()
      local wrong = service.client(running,
         { host = running.legacy_url, environment = "us-east1-gcp", api_key = "another" })
      local err = expect.failure("unauthenticated", wrong:list_collections())
      assert.equal(401, err.status)
      assert.truthy(err.message:find("^API key is missing or invalid"))
      wrong:close()
   end)
end)
