-- Collections: static copies of pod indexes, and indexes made of them.

local expect = require "support.expect"
local service = require "support.service"

local emulator, pc

setup(function()
   emulator = service.start()
   pc = service.client(emulator)
   service.pod(pc, "movies")
   service.fill(pc, "movies", 12)
   assert(pc:create_collection { name = "films", source = "movies" })
   assert(pc:wait_for_collection "films")
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_faults()
   emulator:clear_requests()
end)

describe("create_collection", function()

   it("answers a collection that has just begun", function()
      local collection = assert(pc:create_collection { name = "begun", source = "movies" })
      assert.equal("begun", collection.name)
      assert.equal("Initializing", collection.status)
      assert.equal("us-east1-gcp", collection.environment)
      assert.is_nil(collection.size)
      assert.is_nil(collection.vector_count)
   end)

   it("takes collection_name and index_name too", function()
      assert.equal("aliased", assert(pc:create_collection {
         collection_name = "aliased", index_name = "movies",
      }).name)
   end)

   it("sends one request", function()
      assert(pc:create_collection { name = "one-request", source = "movies" })
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("POST", rows[1].method)
      assert.equal("/collections", rows[1].path)
   end)

   it("fails where the name is taken", function()
      expect.failure("conflict", pc:create_collection { name = "films", source = "movies" })
   end)

   it("fails for a serverless index, and says what to do", function()
      service.serverless(pc, "serverless")
      local err = expect.failure("invalid_argument", pc:create_collection { name = "never", source = "serverless" })
      assert.equal(400, err.status)
      assert.is_truthy(err.hint:find("create_backup", 1, true))
   end)

   it("fails for an index that is not there, and says which", function()
      local err = expect.failure("not_found", pc:create_collection { name = "never", source = "no-such-index" })
      assert.is_truthy(err.message:find("no-such-index", 1, true))
      assert.is_truthy(err.hint:find("index", 1, true))
      assert.is_nil(err.hint:find("no collection", 1, true), err.hint)
   end)
end)

describe("describe_collection", function()

   it("answers its size, as integers", function()
      local collection = assert(pc:describe_collection "films")
      assert.equal("films", collection.name)
      assert.equal("Ready", collection.status)
      assert.equal(12, collection.vector_count)
      assert.equal(3, collection.dimension)
      assert.is_true(collection.size > 0)
      for _, field in ipairs { "vector_count", "dimension", "size" } do
         expect.integer(collection[field])
      end
   end)

   it("takes a table as well as a string", function()
      assert.same(pc:describe_collection "films", pc:describe_collection { collection_name = "films" })
   end)

   it("answers sizes beyond 32 bits whole", function()
      emulator:fault {
         operation = "describe_collection", status = 200,
         body = '{"name":"films","status":"Ready","environment":"e","size":160087040000000}',
      }
      local collection = assert(pc:describe_collection "films")
      assert.equal(160087040000000, collection.size)
      expect.integer(collection.size)
   end)

   it("fails where there is none", function()
      local err = expect.failure("not_found", pc:describe_collection "no-such-one")
      assert.is_truthy(tostring(err):find("no-such-one", 1, true))
   end)
end)

describe("list_collections", function()

   it("answers all of them", function()
      local names = {}
      for _, collection in ipairs(assert(pc:list_collections()).collections) do
         names[collection.name] = collection
      end
      assert.same(pc:describe_collection "films", names.films)
   end)

   it("answers an empty list in a project without any", function()
      local other = service.start()
      finally(function() other:stop() end)
      assert.same({ collections = {} }, service.client(other):list_collections())
   end)

   it("answers an empty list where the service leaves the list out", function()
      emulator:fault { operation = "list_collections", status = 200, body = "{}" }
      assert.same({ collections = {} }, pc:list_collections())
   end)

   it("is walked by collections()", function()
      local count = 0
      for collection in pc:collections() do
         assert.is_string(collection.name)
         count = count + 1
      end
      assert.equal(#assert(pc:list_collections()).collections, count)
   end)
end)

describe("delete_collection", function()

   it("answers true, and the collection is gone", function()
      assert(pc:create_collection { name = "doomed", source = "movies" })
      assert(pc:wait_for_collection "doomed")
      assert.is_true(pc:delete_collection "doomed")
      expect.failure("not_found", pc:describe_collection "doomed")
   end)

   it("takes a table too, and fails where there is none", function()
      expect.failure("not_found", pc:delete_collection { collection_name = "no-such-one" })
   end)
end)

describe("A collection", function()

   it("holds up the deletion of its index until it is done", function()
      local slow = service.start { job_seconds = 60 }
      finally(function() slow:stop() end)
      local client = service.client(slow)
      assert(client:create_index {
         name = "movies", dimension = 3, spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
      })
      assert(slow:advance(61))
      assert(client:create_collection { name = "films", source = "movies" })
      local err = expect.failure("precondition_failed", client:delete_index "movies")
      assert.is_truthy(err.hint:find("wait_for_collection", 1, true))
      assert(slow:advance(61))
      assert.is_true(client:delete_index "movies")
      assert.equal("Ready", assert(client:describe_collection "films").status)
   end)
end)

describe("create_index_from_collection", function()

   it("makes a pod index that holds the collection's records", function()
      local index = assert(pc:create_index_from_collection {
         name = "from-films", source_collection = "films", environment = "us-east1-gcp", metric = "cosine",
      })
      assert.equal("from-films", index.name)
      assert.equal("films", index.spec.pod.source_collection)
      assert.equal("us-east1-gcp", index.spec.pod.environment)
      assert.equal("p1.x1", index.spec.pod.pod_type)
      assert(pc:wait_for_index "from-films")
      assert.equal(12, assert(pc:describe_index_stats "from-films").totalVectorCount)
   end)

   it("takes all that a pod index has", function()
      local index = assert(pc:create_index_from_collection {
         name = "in-full", source_collection = "films", environment = "us-west1-gcp", pod_type = "s1.x2",
         pods = 6, replicas = 2, shards = 3, metadata_config = { indexed = { "genre", "year" } }, dimension = 3,
         metric = "euclidean", tags = { team = "search" }, deletion_protection = "enabled",
      })
      assert.equal("euclidean", index.metric)
      assert.equal(3, index.dimension)
      assert.equal("enabled", index.deletion_protection)
      assert.same({ team = "search" }, index.tags)
      assert.same({
         environment = "us-west1-gcp", pod_type = "s1.x2", pods = 6, replicas = 2, shards = 3,
         metadata_config = { indexed = { "genre", "year" } }, source_collection = "films",
      }, index.spec.pod)
   end)

   it("takes the API's nested form and collection_name", function()
      local index = assert(pc:create_index_from_collection {
         name = "nested", collection_name = "films",
         spec = { pod = { environment = "us-east1-gcp", pod_type = "p2.x1" } },
      })
      assert.equal("films", index.spec.pod.source_collection)
      assert.equal("p2.x1", index.spec.pod.pod_type)
   end)

   it("sends one request", function()
      assert(pc:create_index_from_collection {
         name = "one-request", source_collection = "films", environment = "us-east1-gcp",
      })
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("POST", rows[1].method)
      assert.equal("/indexes", rows[1].path)
   end)

   it("fails where the index is there already", function()
      expect.failure("conflict", pc:create_index_from_collection {
         name = "movies", source_collection = "films", environment = "us-east1-gcp",
      })
   end)

   it("fails for a collection that is not there, and says which", function()
      local err = expect.failure("not_found", pc:create_index_from_collection {
         name = "fresh", source_collection = "no-such-one", environment = "us-east1-gcp",
      })
      assert.is_truthy(err.message:find("no-such-one", 1, true))
      assert.is_nil(err.hint:find("no collection fresh", 1, true), err.hint)
   end)

   local versions = {
      ["2025-04"] = "2025-04", ["2025-10"] = "2025-10", ["2026-04"] = "2026-04", ["2026-07"] = "2026-04",
      ["unstable"] = "2026-04",
   }
   for pinned, sent in pairs(versions) do
      it(("speaks %s when the client speaks %s"):format(sent, pinned), function()
         local client = service.client(emulator, { api_version = pinned })
         client:create_index_from_collection {
            name = "movies", source_collection = "films", environment = "us-east1-gcp",
         }
         assert.equal(sent, service.log(emulator)[1].api_version)
      end)
   end

   it("speaks 2026-04 when the call asks for 2026-07", function()
      pc:create_index_from_collection({
         name = "movies", source_collection = "films", environment = "us-east1-gcp",
      }, { api_version = "2026-07" })
      assert.equal("2026-04", service.log(emulator)[1].api_version)
   end)
end)

describe("The API version of collections", function()

   local calls = {
      create_collection = { name = "films", source = "movies" },
      describe_collection = "films",
      list_collections = {},
      delete_collection = "no-such-one",
   }

   for operation, arguments in pairs(calls) do
      it(("is 2026-04: %s"):format(operation), function()
         pc[operation](pc, arguments)
         assert.equal("2026-04", service.log(emulator, operation)[1].api_version)
      end)

      for _, version in ipairs { "2024-04", "2025-10", "2026-07", "unstable" } do
         it(("is the client's, %s: %s"):format(version, operation), function()
            local client = service.client(emulator, { api_version = version })
            client[operation](client, arguments)
            assert.equal(version, service.log(emulator, operation)[1].api_version)
         end)
      end
   end
end)
