-- Indexes as far as backups need them, their statistics, and requests that have no method.

local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"

local emulator, pc

setup(function()
   emulator = service.start { max_indexes = 100 }
   pc = service.client(emulator)
   service.serverless(pc, "movies", { tags = { team = "search" } })
   service.fill(pc, "movies", 98)
   service.fill(pc, "movies", 2, "drafts")
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_faults()
   emulator:clear_requests()
end)

local function remove(name)
   assert.is_true(pc:delete_index(name))
   assert.equal("not_found", select(2, pc:describe_index(name)).kind)
end

local serverless = { serverless = { cloud = "aws", region = "us-east-1" } }

describe("create_index", function()

   it("answers a serverless index that has just begun", function()
      local index = assert(pc:create_index {
         name = "fresh", dimension = 3, metric = "dotproduct", spec = serverless, tags = { stage = "test" },
         deletion_protection = "disabled",
      })
      assert.equal("fresh", index.name)
      assert.equal(3, index.dimension)
      expect.integer(index.dimension)
      assert.equal("dotproduct", index.metric)
      assert.equal("dense", index.vector_type)
      assert.equal("aws", index.spec.serverless.cloud)
      assert.equal("us-east-1", index.spec.serverless.region)
      assert.same({ stage = "test" }, index.tags)
      assert.equal("disabled", index.deletion_protection)
      assert.is_string(index.host)
      assert.is_false(index.status.ready)
      assert.equal("Initializing", index.status.state)
   end)

   it("leaves tags out where there are none", function()
      assert.is_nil(assert(pc:create_index { name = "untagged", dimension = 3, spec = serverless }).tags)
   end)

   it("makes a pod index", function()
      local index = service.pod(pc, "pods")
      assert.equal("us-east1-gcp", index.spec.pod.environment)
      assert.equal("p1.x1", index.spec.pod.pod_type)
   end)

   it("makes a sparse index, which has no dimension", function()
      local index = assert(pc:create_index {
         name = "sparse", vector_type = "sparse", metric = "dotproduct", spec = serverless,
      })
      assert.equal("sparse", index.vector_type)
      assert.is_nil(index.dimension)
   end)

   it("fails where the name is taken", function()
      expect.failure("conflict", pc:create_index { name = "movies", dimension = 3, spec = serverless })
   end)

   it("fails for a region that is not there, without calling the index missing", function()
      local err = expect.failure("not_found", pc:create_index {
         name = "nowhere", dimension = 3, spec = { serverless = { cloud = "aws", region = "atlantis" } },
      })
      assert.is_truthy(err.message:find("atlantis", 1, true))
      assert.is_nil((err.hint or ""):find("no index nowhere", 1, true), err.hint)
   end)

   it("fails for what the service refuses", function()
      local err = expect.failure("invalid_argument", pc:create_index { name = "shapeless", spec = serverless })
      assert.equal(400, err.status)
   end)
end)

describe("describe_index", function()

   it("answers an index, for a string and for a table", function()
      local index = assert(pc:describe_index "movies")
      assert.equal("movies", index.name)
      assert.is_true(index.status.ready)
      assert.equal("Ready", index.status.state)
      assert.same({ team = "search" }, index.tags)
      assert.same(index, pc:describe_index { index_name = "movies" })
   end)

   it("fails where there is none, and says which", function()
      local err = expect.failure("not_found", pc:describe_index "no-such-index")
      assert.is_truthy(err.hint:find("no-such-index", 1, true))
   end)
end)

describe("list_indexes", function()

   it("answers all of them", function()
      local found
      for _, index in ipairs(assert(pc:list_indexes()).indexes) do
         found = found or (index.name == "movies" and index)
      end
      assert.same(pc:describe_index "movies", found)
   end)

   it("is walked by indexes()", function()
      local count = 0
      for index in pc:indexes() do
         assert.is_string(index.name)
         count = count + 1
      end
      assert.equal(#assert(pc:list_indexes()).indexes, count)
   end)

   it("answers an empty list where the service leaves the list out", function()
      emulator:fault { operation = "list_indexes", status = 200, body = "{}" }
      assert.same({ indexes = {} }, pc:list_indexes())
   end)
end)

describe("wants_backup", function()

   setup(function()
      service.pod(pc, "in-pods")
      service.serverless(pc, "drill-movies-20260424-060000-xkwqzbtf")
      service.serverless(pc, "drill-of-somebody")
   end)
   teardown(function()
      for _, name in ipairs { "in-pods", "drill-movies-20260424-060000-xkwqzbtf", "drill-of-somebody" } do
         remove(name)
      end
   end)

   for _, version in ipairs { "2025-04", "2026-04", "2026-07" } do
      it("leaves out pods and the indexes of drills in version " .. version, function()
         local wanted, reasons = {}, {}
         for _, index in ipairs(assert(pc:list_indexes({}, { api_version = version })).indexes) do
            wanted[index.name], reasons[index.name] = pinecone.wants_backup(index)
         end
         assert.is_true(wanted.movies)
         assert.is_true(wanted["drill-of-somebody"])
         assert.is_false(wanted["in-pods"])
         assert.is_false(wanted["drill-movies-20260424-060000-xkwqzbtf"])
         assert.equal("pods", reasons["in-pods"])
         assert.equal("drill", reasons["drill-movies-20260424-060000-xkwqzbtf"])
         assert.is_nil(reasons.movies)
      end)
   end

   it("takes one that tells less", function()
      assert.is_true(pinecone.wants_backup { name = "movies" })
      assert.is_true(pinecone.wants_backup {})
      assert.is_true(pinecone.wants_backup { name = "movies", spec = "x", deployment = "y" })
   end)
end)

describe("configure_index", function()

   it("sets tags beside the old ones, and an empty one removes", function()
      service.serverless(pc, "tagged", { tags = { a = "1", b = "2" } })
      local index = assert(pc:configure_index { index_name = "tagged", tags = { b = "", c = "3" } })
      assert.same({ a = "1", c = "3" }, index.tags)
      assert.same({ a = "1", c = "3" }, assert(pc:describe_index "tagged").tags)
   end)

   it("switches deletion protection on and off", function()
      service.serverless(pc, "guarded")
      assert.equal("enabled", assert(pc:configure_index {
         index_name = "guarded", deletion_protection = "enabled",
      }).deletion_protection)
      local err = expect.failure("permission_denied", pc:delete_index "guarded")
      assert.is_truthy(err.hint:find("deletion_protection = 'disabled'", 1, true))
      assert(pc:configure_index { index_name = "guarded", deletion_protection = "disabled" })
      assert.is_true(pc:delete_index "guarded")
   end)

   it("scales a pod index", function()
      service.pod(pc, "scaled")
      local index = assert(pc:configure_index { index_name = "scaled", spec = { pod = { replicas = 2 } } })
      assert.equal(2, index.spec.pod.replicas)
   end)
end)

describe("delete_index", function()

   it("answers true, and the index is gone", function()
      service.serverless(pc, "doomed")
      assert.is_true(pc:delete_index "doomed")
      expect.failure("not_found", pc:describe_index "doomed")
   end)

   it("takes a table too, and fails where there is none", function()
      expect.failure("not_found", pc:delete_index { index_name = "no-such-index" })
   end)
end)

describe("describe_index_stats", function()

   it("answers the record counts, as integers", function()
      local stats = assert(pc:describe_index_stats "movies")
      assert.equal(100, stats.totalVectorCount)
      assert.equal(98, stats.namespaces[""].vectorCount)
      assert.equal(2, stats.namespaces.drafts.vectorCount)
      assert.equal(3, stats.dimension)
      assert.equal("cosine", stats.metric)
      assert.equal("dense", stats.vectorType)
      for _, number in ipairs { stats.totalVectorCount, stats.namespaces.drafts.vectorCount, stats.dimension } do
         expect.integer(number)
      end
   end)

   it("answers zero for an empty index", function()
      service.serverless(pc, "empty")
      local stats = assert(pc:describe_index_stats { index_name = "empty" })
      assert.equal(0, stats.totalVectorCount)
      assert.same({}, stats.namespaces)
   end)

   it("asks for an index's host once", function()
      local client = service.client(emulator)
      for _ = 1, 3 do
         assert(client:describe_index_stats "movies")
      end
      assert.equal(1, service.sent(emulator, "describe_index"))
      assert.equal(3, service.sent(emulator, "describe_index_stats"))
   end)

   it("remembers the host of each index by itself", function()
      service.serverless(pc, "other")
      service.fill(pc, "other", 1)
      local client = service.client(emulator)
      for _ = 1, 2 do
         assert.equal(100, assert(client:describe_index_stats "movies").totalVectorCount)
         assert.equal(1, assert(client:describe_index_stats "other").totalVectorCount)
      end
   end)

   it("asks a host that is given", function()
      local host = assert(pc:describe_index "movies").host
      emulator:clear_requests()
      assert.equal(100, assert(pc:describe_index_stats { host = host }).totalVectorCount)
      assert.equal(100, assert(pc:describe_index_stats { host = "http://" .. host }).totalVectorCount)
      assert.equal(100, assert(pc:describe_index_stats { host = "http://" .. host .. "/" }).totalVectorCount)
      assert.equal(0, service.sent(emulator, "describe_index"))
   end)

   it("finds an index again that was deleted and made anew", function()
      service.serverless(pc, "reborn")
      service.fill(pc, "reborn", 3)
      local client = service.client(emulator)
      assert.equal(3, assert(client:describe_index_stats "reborn").totalVectorCount)
      remove "reborn"
      service.serverless(pc, "reborn")
      service.fill(pc, "reborn", 4)
      emulator:clear_requests()
      assert.equal(4, assert(client:describe_index_stats "reborn").totalVectorCount)
      assert.equal(1, service.sent(emulator, "describe_index"))
      assert.equal(4, assert(client:describe_index_stats "reborn").totalVectorCount)
      assert.equal(1, service.sent(emulator, "describe_index"))
   end)

   it("says that an index is gone", function()
      service.serverless(pc, "vanished")
      local client = service.client(emulator)
      assert(client:describe_index_stats "vanished")
      remove "vanished"
      for _ = 1, 2 do
         expect.failure("not_found", client:describe_index_stats "vanished")
      end
   end)

   it("asks nobody's host for an index that is not there", function()
      expect.failure("not_found", pc:describe_index_stats "no-such-index")
      assert.equal(0, service.sent(emulator, "describe_index_stats"))
      assert.equal(1, service.sent(emulator))
   end)

   it("asks for the host again when the remembered one refuses the key", function()
      local client = service.client(emulator)
      assert(client:describe_index_stats "movies")
      emulator:fault { operation = "describe_index_stats", status = 401, body = "Unauthorized" }
      assert(client:describe_index_stats "movies")
      assert.equal(2, service.sent(emulator, "describe_index"))
   end)

   it("keeps the host when the index fails", function()
      local client = service.client(emulator)
      assert(client:describe_index_stats "movies")
      emulator:fault {
         operation = "describe_index_stats", status = 400, body = '{"code":3,"message":"no","details":[]}',
      }
      expect.failure("invalid_argument", client:describe_index_stats "movies")
      assert(client:describe_index_stats "movies")
      assert.equal(1, service.sent(emulator, "describe_index"))
   end)

   it("passes a filter on", function()
      local stats, err = pc:describe_index_stats { index_name = "movies", filter = { genre = "drama" } }
      assert.is_nil(stats)
      assert.equal("invalid_argument", err.kind)
      assert.equal("INVALID_ARGUMENT", err.code)
      assert.equal("describe_index_stats", err.operation)
      assert.is_truthy(err.message:find("filter", 1, true))
   end)

   it("takes an empty filter for none", function()
      assert.equal(100, assert(pc:describe_index_stats { index_name = "movies", filter = {} }).totalVectorCount)
   end)

   it("passes what it does not know through", function()
      emulator:fault {
         operation = "describe_index_stats", status = 200,
         body = '{"namespaces":{},"memoryFullness":0.25,"storage_fullness":0,"totalVectorCount":9007199254740992}',
      }
      local stats = assert(pc:describe_index_stats "movies")
      assert.equal(0.25, stats.memoryFullness)
      assert.equal(0, stats.storage_fullness)
      assert.equal(9007199254740992, stats.totalVectorCount)
   end)

   for version, sent in pairs { ["2025-04"] = "2025-04", ["2026-04"] = "2026-04", ["2026-07"] = "2026-07" } do
      it(("speaks %s when the client does, on both ways"):format(version), function()
         local client = service.client(emulator, { api_version = version })
         client:describe_index_stats "movies"
         for _, row in ipairs(service.log(emulator)) do
            assert.equal(sent, row.api_version)
         end
         assert.equal(2, service.sent(emulator))
      end)
   end

   it("speaks 2026-04 by itself", function()
      assert(service.client(emulator):describe_index_stats "movies")
      for _, row in ipairs(service.log(emulator)) do
         assert.equal("2026-04", row.api_version)
      end
   end)
end)

describe("A host", function()

   local refused = {
      ["127.0.0.1:5080/path"] = "a path", ["127.0.0.1:5080//"] = "a path of slashes", ["127.0.0.1?x=1"] = "a query",
      ["127.0.0.1#x"] = "a fragment", ["user@127.0.0.1"] = "a user", ["user:secret@127.0.0.1:80"] = "a password",
      ["api.pinecone.io@evil.example"] = "a user that looks like a host",
      ["http://example.com"] = "http to another machine", ["HTTP://example.com"] = "the same in capitals",
      ["http://127.0.0.1.example.com"] = "a host that begins like loopback",
      ["http://localhost.example.com"] = "another one", ["ftp://127.0.0.1"] = "another scheme",
      ["file:///etc/hosts"] = "a file", ["127.0.0.1:99999"] = "a port beyond 65535", ["127.0.0.1:"] = "an empty port",
      ["127.0.0.1:80a"] = "a port that is no number", ["[::1"] = "half an IPv6 address", ["[zz]"] = "no IPv6 address",
      ["127.0.0.1 "] = "a space", ["127.0.0.1\\evil"] = "a backslash", [""] = "nothing",
      ["https://"] = "a scheme alone",
      ["https://https://127.0.0.1"] = "two schemes", ["127.0.0.1%2f"] = "an escape",
      ["b\195\188cher.example"] = "umlauts",
   }
   refused[("a"):rep(300) .. ".example"] = "a name longer than any"

   for host, what in pairs(refused) do
      it(("is refused by describe_index_stats with %s"):format(what), function()
         expect.failure("invalid_argument", pc:describe_index_stats { host = host })
         assert.equal(0, service.sent(emulator))
      end)

      it(("is refused by request with %s"):format(what), function()
         expect.failure("invalid_argument", pc:request { path = "/indexes", host = host })
         assert.equal(0, service.sent(emulator))
      end)

      it(("is refused by new with %s"):format(what), function()
         expect.failure("invalid_argument", pinecone.new { api_key = "k", host = host })
      end)
   end

   it("that describe_index answers is refused too when it is more than a host", function()
      local index = '{"name":"odd","host":"%s","status":{"ready":true,"state":"Ready"}}'
      for _, host in ipairs { "127.0.0.1:1/path", "user@127.0.0.1:1", "http://example.com" } do
         emulator:clear_faults()
         emulator:fault { operation = "describe_index", status = 200, body = index:format(host), on = "all" }
         local stats, err = service.client(emulator):describe_index_stats "odd"
         assert.is_nil(stats)
         assert.is_string(err.kind)
      end
      assert.equal(0, service.sent(emulator, "describe_index_stats"))
   end)

   for what, body in pairs {
      ["leaves out"] = '{"name":"odd"}', ["answers as null"] = '{"name":"odd","host":null}',
      ["answers as a number"] = '{"name":"odd","host":5}', ["answers as an object"] = '{"name":"odd","host":{}}',
      ["answers as an empty text"] = '{"name":"odd","host":""}',
   } do
      it(("that describe_index %s is an error"):format(what), function()
         emulator:fault { operation = "describe_index", status = 200, body = body, on = "all" }
         local stats, err = service.client(emulator):describe_index_stats "odd"
         assert.is_nil(stats)
         assert.is_table(err)
         assert.is_string(err.kind)
      end)
   end

   for _, host in ipairs { "https://api.pinecone.io", "https://api.pinecone.io/", "api.pinecone.io",
      "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "127.0.0.1", "HTTPS://API.PINECONE.IO",
      "https://my_host.example:8443" } do
      it(("may be %s"):format(host), function()
         assert(pinecone.new { api_key = "k", host = host }):close()
      end)
   end
end)

describe("request", function()

   it("asks for what has no method", function()
      local found = assert(pc:request { path = "/indexes/movies" })
      assert.same(pc:describe_index "movies", found)
   end)

   it("sends a method and a body", function()
      local index = assert(pc:request {
         method = "PATCH", path = "/indexes/movies", body = { tags = { team = "search", asked = "yes" } },
      })
      assert.equal("yes", index.tags.asked)
      assert.equal("PATCH", service.log(emulator)[1].method)
   end)

   it("refuses a GET that has a body, instead of making a write of it", function()
      for _, arguments in ipairs { { path = "/indexes/movies/backups", body = {} },
         { method = "GET", path = "/indexes/movies/backups", body = { name = "by-mistake" } } } do
         local done, message = pcall(pc.request, pc, arguments)
         assert.is_false(done)
         assert.matches("a GET has no 'body'", message, 1, true)
      end
      assert.equal(0, service.sent(emulator))
   end)

   it("sends an empty table as an object", function()
      assert(pc:request { method = "POST", path = "/indexes/movies/backups", body = {} })
   end)

   it("sends a query", function()
      assert.equal(1, #assert(pc:request { path = "/backups", query = { limit = 1 } }).data)
      assert.equal("limit=1", service.log(emulator)[1].query)
   end)

   it("asks an index's host", function()
      local host = assert(pc:describe_index "movies").host
      local page = assert(pc:request { host = host, path = "/vectors/list", query = { limit = 5 } })
      assert.equal(5, #page.vectors)
   end)

   it("answers true where nothing comes back", function()
      local backup = assert(pc:create_backup "movies")
      assert(pc:wait_for_backup(backup.backup_id))
      assert.is_true(pc:request { method = "DELETE", path = "/backups/" .. backup.backup_id })
   end)

   for _, case in ipairs { { "[1,2.5]", { 1, 2.5 } }, { '"text"', "text" }, { "98", 98 }, { "true", true } } do
      it(("answers any JSON: %s"):format(case[1]), function()
         emulator:fault { operation = "list_indexes", status = 200, body = case[1] }
         assert.same(case[2], pc:request { path = "/indexes" })
      end)
   end

   it("answers false and no error for JSON's false", function()
      emulator:fault { operation = "list_indexes", status = 200, body = "false" }
      local value, err = pc:request { path = "/indexes" }
      assert.is_false(value)
      assert.is_nil(err)
   end)

   it("fails as the methods do", function()
      local err = expect.failure("not_found", pc:request { path = "/indexes/no-such-index" })
      assert.equal("request", err.operation)
      assert.equal(404, err.status)
      assert.is_truthy(err.message:find("no-such-index", 1, true))
   end)

   it("fails for a path that the service does not have", function()
      local err = expect.failure("not_found", pc:request { path = "/no-such-path" })
      assert.is_truthy(err.hint:find("path", 1, true))
   end)

   it("fails for a method that the path does not have", function()
      local value, err = pc:request { method = "PUT", path = "/indexes" }
      assert.is_nil(value)
      assert.equal(405, err.status)
   end)

   it("speaks the version that is asked for", function()
      assert(pc:request { path = "/indexes" })
      pc:request { path = "/indexes", api_version = "2025-10" }
      pc:request({ path = "/indexes" }, { api_version = "2025-04" })
      service.client(emulator, { api_version = "2026-07" }):request { path = "/indexes" }
      local versions = {}
      for position, row in ipairs(service.log(emulator)) do
         versions[position] = row.api_version
      end
      assert.same({ "2026-04", "2025-10", "2025-04", "2026-07" }, versions)
   end)
end)
