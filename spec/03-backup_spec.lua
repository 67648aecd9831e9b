-- Backing up an index, and looking after its backups.

local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"

local emulator, pc

setup(function()
   emulator = service.start()
   pc = service.client(emulator)
   service.serverless(pc, "movies", { tags = { team = "search" } })
   service.fill(pc, "movies", 98)
   service.fill(pc, "movies", 2, "drafts")
   service.serverless(pc, "empty")
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_faults()
   emulator:clear_requests()
end)

local function ready_backup(fields)
   local backup = assert(pc:create_backup(fields))
   return assert(pc:wait_for_backup(backup.backup_id))
end

describe("create_backup", function()

   it("answers a backup that has just begun", function()
      local backup = assert(pc:create_backup {
         index_name = "movies", name = "before-migration", description = "the last one",
      })
      assert.is_string(backup.backup_id)
      assert.equal("before-migration", backup.name)
      assert.equal("the last one", backup.description)
      assert.equal("Initializing", backup.status)
      assert.equal("movies", backup.source_index_name)
      assert.is_string(backup.source_index_id)
      assert.equal("aws", backup.cloud)
      assert.equal("us-east-1", backup.region)
      assert.equal(3, backup.dimension)
      assert.equal("cosine", backup.metric)
      assert.same({ team = "search" }, backup.tags)
   end)

   it("leaves out what is not known yet", function()
      local backup = assert(pc:create_backup { index_name = "empty" })
      for _, field in ipairs { "name", "description", "tags", "record_count", "namespace_count", "size_bytes" } do
         assert.is_nil(backup[field], field)
      end
   end)

   it("dates it on the clock of the service", function()
      local backup = assert(pc:create_backup { index_name = "movies" })
      assert.near(os.time(), assert(pinecone.timestamp(backup.created_at)), 60)
   end)

   it("takes the name as backup_name too", function()
      assert.equal("nightly", assert(pc:create_backup { index_name = "movies", backup_name = "nightly" }).name)
   end)

   it("needs no more than the index's name", function()
      assert.equal("movies", assert(pc:create_backup "movies").source_index_name)
   end)

   it("makes two backups of one name when it is asked twice", function()
      local one = assert(pc:create_backup { index_name = "movies", name = "twice" })
      local other = assert(pc:create_backup { index_name = "movies", name = "twice" })
      assert.not_equal(one.backup_id, other.backup_id)
   end)

   it("sends one request", function()
      assert(pc:create_backup { index_name = "movies" })
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("POST", rows[1].method)
      assert.equal("/indexes/movies/backups", rows[1].path)
      assert.equal("", rows[1].query)
   end)

   local descriptions = {
      ["two lines"] = "two\nlines", ["quotes"] = 'a "quoted" word', ["umlauts"] = "\195\188ber",
      ["a tab"] = "tab\there",
      ["nothing"] = "",
   }
   for what, description in pairs(descriptions) do
      it(("keeps a description of %s as it is"):format(what), function()
         local backup = assert(pc:create_backup { index_name = "movies", description = description })
         assert.equal(description, assert(pc:describe_backup(backup.backup_id)).description)
      end)
   end
end)

describe("describe_backup", function()

   it("answers the counts of a finished backup, as integers", function()
      local made = ready_backup { index_name = "movies", name = "counted" }
      local backup = assert(pc:describe_backup(made.backup_id))
      assert.equal("Ready", backup.status)
      assert.equal(100, backup.record_count)
      assert.equal(2, backup.namespace_count)
      assert.is_true(backup.size_bytes > 0)
      for _, field in ipairs { "record_count", "namespace_count", "size_bytes", "dimension" } do
         expect.integer(backup[field])
      end
   end)

   it("takes a table as well as a string", function()
      local made = ready_backup { index_name = "movies" }
      assert.same(pc:describe_backup(made.backup_id), pc:describe_backup { backup_id = made.backup_id })
   end)

   it("shows an empty index's backup with zeros", function()
      local backup = ready_backup { index_name = "empty" }
      assert.equal(0, backup.record_count)
      expect.integer(backup.record_count)
   end)

   it("shows what the index held when the backup was taken", function()
      service.serverless(pc, "growing")
      service.fill(pc, "growing", 5)
      local before = ready_backup { index_name = "growing" }
      service.fill(pc, "growing", 9)
      local after = ready_backup { index_name = "growing" }
      assert.equal(5, assert(pc:describe_backup(before.backup_id)).record_count)
      assert.equal(9, assert(pc:describe_backup(after.backup_id)).record_count)
   end)

   it("passes unknown fields and an unknown status through", function()
      emulator:fault {
         operation = "describe_backup", status = 200,
         body = '{"backup_id":"b-1","status":"Thawing","future":98,"ratio":1.5,"whole":7.0,'
            .. '"nested":{"count":3,"list":[1,2.5,3]},"big":9007199254740992}',
      }
      local backup = assert(pc:describe_backup "b-1")
      assert.equal("Thawing", backup.status)
      assert.equal(98, backup.future)
      assert.equal(1.5, backup.ratio)
      assert.same({ 1, 2.5, 3 }, backup.nested.list)
      for _, number in ipairs { backup.future, backup.whole, backup.nested.count, backup.nested.list[1], backup.big } do
         expect.integer(number)
      end
   end)

   it("leaves null out, wherever it stands", function()
      emulator:fault {
         operation = "describe_backup", status = 200,
         body = '{"backup_id":"b-1","description":null,"tags":null,"nested":{"a":null,"b":[null,{"c":null}]}}',
      }
      assert.same({ backup_id = "b-1", nested = { b = { {} } } }, pc:describe_backup "b-1")
   end)
end)

describe("list_backups", function()

   it("answers the backups of an index", function()
      service.serverless(pc, "listed")
      local wanted = {}
      for number = 1, 3 do
         wanted[assert(pc:create_backup { index_name = "listed", name = "listed-" .. number }).backup_id] = true
      end
      local page = assert(pc:list_backups { index_name = "listed" })
      assert.equal(3, #page.data)
      for _, backup in ipairs(page.data) do
         assert.is_true(wanted[backup.backup_id])
         assert.equal("listed", backup.source_index_name)
      end
      assert.is_nil(page.pagination)
   end)

   it("answers those of the whole project without an index", function()
      local made = assert(pc:create_backup "empty")
      local sources, found = {}, false
      for backup in pc:backups() do
         sources[backup.source_index_name] = true
         found = found or backup.backup_id == made.backup_id
      end
      assert.is_true(found)
      assert.is_true(sources.movies and sources.empty)
      assert.equal(0, service.sent(emulator, "list_index_backups"))
   end)

   it("answers no table at all and no arguments alike", function()
      assert.same(pc:list_backups(), pc:list_backups {})
   end)

   it("answers an empty list for an index without backups", function()
      service.serverless(pc, "never-saved")
      assert.same({}, assert(pc:list_backups { index_name = "never-saved" }).data)
   end)

   it("answers an empty list where the service leaves the list out", function()
      emulator:fault { operation = "list_project_backups", status = 200, body = "{}" }
      assert.same({ data = {} }, pc:list_backups())
   end)

   it("goes on where the page before ended", function()
      service.serverless(pc, "paged")
      for _ = 1, 5 do
         assert(pc:create_backup "paged")
      end
      local seen, token, pages = {}, nil, 0
      repeat
         local page = assert(pc:list_backups { index_name = "paged", limit = not token and 2 or nil,
            pagination_token = token })
         for _, backup in ipairs(page.data) do
            assert.is_nil(seen[backup.backup_id])
            seen[backup.backup_id] = true
         end
         token, pages = page.pagination and page.pagination.next, pages + 1
      until not token
      local count = 0
      for _ in pairs(seen) do
         count = count + 1
      end
      assert.equal(5, count)
      assert.equal(3, pages)
      assert.equal("limit=2", service.log(emulator, "list_index_backups")[1].query)
      assert.is_truthy(service.log(emulator, "list_index_backups")[2].query:find("^paginationToken="))
   end)

   it("fails for an index that is not there", function()
      expect.failure("not_found", pc:list_backups { index_name = "no-such-index" })
   end)
end)

describe("delete_backup", function()

   it("answers true, and the backup is gone", function()
      local backup = ready_backup { index_name = "movies" }
      assert.is_true(pc:delete_backup(backup.backup_id))
      expect.failure("not_found", pc:describe_backup(backup.backup_id))
   end)

   it("does not answer true twice", function()
      local backup = ready_backup { index_name = "movies" }
      assert.is_true(pc:delete_backup { backup_id = backup.backup_id })
      expect.failure("not_found", pc:delete_backup(backup.backup_id))
   end)

   it("leaves the index alone", function()
      local backup = ready_backup { index_name = "movies" }
      assert.is_true(pc:delete_backup(backup.backup_id))
      assert.is_true(assert(pc:describe_index "movies").status.ready)
   end)
end)

describe("A backup", function()

   it("outlives its index", function()
      service.serverless(pc, "doomed")
      service.fill(pc, "doomed", 4)
      local backup = ready_backup { index_name = "doomed" }
      assert.is_true(pc:delete_index "doomed")
      assert.equal(4, assert(pc:describe_backup(backup.backup_id)).record_count)
      expect.failure("not_found", pc:list_backups { index_name = "doomed" })
      local found = false
      for listed in pc:backups() do
         found = found or listed.backup_id == backup.backup_id
      end
      assert.is_true(found)
   end)

   it("keeps the tags that its index had", function()
      service.serverless(pc, "retagged", { tags = { stage = "old" } })
      local backup = ready_backup { index_name = "retagged" }
      assert(pc:configure_index { index_name = "retagged", tags = { stage = "new" } })
      assert.same({ stage = "old" }, assert(pc:describe_backup(backup.backup_id)).tags)
   end)

   it("is Initializing until it is Ready", function()
      local slow = service.start { job_seconds = 60 }
      finally(function() slow:stop() end)
      local client = service.client(slow)
      assert(client:create_index {
         name = "movies", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      })
      assert(slow:advance(61))
      local backup = assert(client:create_backup "movies")
      assert.equal("Initializing", assert(client:describe_backup(backup.backup_id)).status)
      assert.is_nil(assert(client:describe_backup(backup.backup_id)).record_count)
      assert(slow:advance(61))
      assert.equal("Ready", assert(client:describe_backup(backup.backup_id)).status)
   end)
end)

describe("Any success", function()

   for _, status in ipairs { 200, 201, 202 } do
      it(("is one: create_backup with %d"):format(status), function()
         emulator:fault { operation = "create_backup", status = status, body = '{"backup_id":"b-1"}' }
         assert.same({ backup_id = "b-1" }, pc:create_backup "movies")
      end)
   end

   for _, status in ipairs { 200, 202, 204 } do
      it(("is one: delete_backup with %d"):format(status), function()
         emulator:fault { operation = "delete_backup", status = status }
         assert.is_true(pc:delete_backup "b-1")
      end)
   end

   it("is one: delete_backup with a body", function()
      emulator:fault { operation = "delete_backup", status = 200, body = "{}" }
      assert.is_true(pc:delete_backup "b-1")
   end)
end)

describe("The API version of backups", function()

   local calls = {
      create_backup = { "create_backup", { index_name = "movies" } },
      describe_backup = { "describe_backup", "b-1" },
      delete_backup = { "delete_backup", "b-1" },
      list_index_backups = { "list_backups", { index_name = "movies" } },
      list_project_backups = { "list_backups", {} },
      create_index_from_backup = { "create_index_from_backup", { backup_id = "b-1", name = "restored" } },
      describe_restore_job = { "describe_restore_job", "j-1" },
      list_restore_jobs = { "list_restore_jobs", {} },
   }

   local function sends(client, operation, version, options)
      client[calls[operation][1]](client, calls[operation][2], options)
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal(operation, rows[1].operation)
      assert.equal(version, rows[1].api_version)
   end

   for operation in pairs(calls) do
      it(("is 2026-04: %s"):format(operation), function()
         sends(pc, operation, "2026-04")
      end)

      for _, version in ipairs { "2025-04", "2025-10", "2026-01.alpha", "2026-07", "unstable" } do
         it(("is the client's, %s: %s"):format(version, operation), function()
            sends(service.client(emulator, { api_version = version }), operation, version)
         end)
      end

      it(("is the call's before the client's: %s"):format(operation), function()
         sends(service.client(emulator, { api_version = "2026-04" }), operation, "2025-10", { api_version = "2025-10" })
      end)

      for _, version in ipairs { "2025-01", "2024-07" } do
         it(("is refused where it had no backups, %s: %s"):format(version, operation), function()
            local client = service.client(emulator, { api_version = version })
            local err = expect.failure("invalid_argument", client[calls[operation][1]](client, calls[operation][2]))
            assert.is_truthy(err.message:find(version, 1, true))
            assert.is_truthy(err.message:find("2025-04", 1, true))
            assert.equal(0, service.sent(emulator))
         end)
      end
   end
end)
