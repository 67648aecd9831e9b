-- Restoring a backup into a new index.

local pinecone = require "pinecone"
local expect = require "support.expect"
local service = require "support.service"

local emulator, pc, backup

setup(function()
   emulator = service.start { max_indexes = 100 }
   pc = service.client(emulator)
   service.serverless(pc, "movies", {
      metric = "dotproduct", tags = { team = "search" }, deletion_protection = "enabled",
   })
   service.fill(pc, "movies", 98)
   service.fill(pc, "movies", 2, "drafts")
   backup = assert(pc:create_backup { index_name = "movies", name = "original" })
   backup = assert(pc:wait_for_backup(backup.backup_id))
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   emulator:clear_faults()
   emulator:clear_requests()
end)

local function restored(fields)
   fields.backup_id = fields.backup_id or backup.backup_id
   local restore = assert(pc:create_index_from_backup(fields))
   assert(pc:wait_for_restore(restore.restore_job_id))
   return assert(pc:wait_for_index(fields.name)), restore
end

describe("create_index_from_backup", function()

   it("answers the ids of the job and of the index", function()
      local restore = assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "ids" })
      assert.is_string(restore.restore_job_id)
      assert.is_string(restore.index_id)
   end)

   it("brings all records back", function()
      restored { name = "records" }
      local stats = assert(pc:describe_index_stats "records")
      assert.equal(backup.record_count, stats.totalVectorCount)
      assert.equal(98, stats.namespaces[""].vectorCount)
      assert.equal(2, stats.namespaces.drafts.vectorCount)
   end)

   it("brings a record back as it was", function()
      local index = restored { name = "one-record" }
      local source = assert(pc:describe_index "movies")
      local function fetch(host)
         return assert(pc:request { host = host, path = "/vectors/fetch", query = { ids = "record-42" } }).vectors
      end
      assert.is_table(fetch(index.host)["record-42"])
      assert.same(fetch(source.host), fetch(index.host))
   end)

   it("makes an index of the same kind", function()
      local index = restored { name = "same-kind" }
      assert.equal(3, index.dimension)
      assert.equal("dotproduct", index.metric)
      assert.equal("dense", index.vector_type)
      assert.equal("aws", index.spec.serverless.cloud)
      assert.equal("us-east-1", index.spec.serverless.region)
   end)

   it("takes the backup's tags where none are given", function()
      assert.same({ team = "search" }, restored({ name = "old-tags" }).tags)
   end)

   it("takes the tags that are given instead of the backup's", function()
      assert.same({ stage = "test" }, restored({ name = "new-tags", tags = { stage = "test" } }).tags)
   end)

   it("does not inherit deletion protection", function()
      assert.equal("disabled", restored({ name = "unprotected" }).deletion_protection)
   end)

   it("protects the new index when it is asked to", function()
      assert.equal("enabled", restored({ name = "protected", deletion_protection = "enabled" }).deletion_protection)
   end)

   it("works when the source is gone", function()
      service.serverless(pc, "short-lived")
      service.fill(pc, "short-lived", 7)
      local last = assert(pc:create_backup "short-lived")
      assert(pc:wait_for_backup(last.backup_id))
      assert.is_true(pc:delete_index "short-lived")
      assert.equal("not_found", select(2, pc:describe_index "short-lived").kind)
      restored { backup_id = last.backup_id, name = "short-lived" }
      assert.equal(7, assert(pc:describe_index_stats "short-lived").totalVectorCount)
   end)

   it("restores one backup as often as it is asked", function()
      restored { name = "copy-1" }
      restored { name = "copy-2" }
      assert.equal(100, assert(pc:describe_index_stats "copy-1").totalVectorCount)
      assert.equal(100, assert(pc:describe_index_stats "copy-2").totalVectorCount)
   end)

   it("sends one request", function()
      assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "one-request" })
      local rows = service.log(emulator)
      assert.equal(1, #rows)
      assert.equal("POST", rows[1].method)
      assert.equal("/backups/" .. backup.backup_id .. "/create-index", rows[1].path)
   end)

   it("fails where the name is taken", function()
      local restore, err = pc:create_index_from_backup { backup_id = backup.backup_id, name = "movies" }
      assert.is_nil(restore)
      assert.equal("conflict", err.kind)
      assert.equal(409, err.status)
   end)

   it("fails for a backup that is not there", function()
      local restore, err = pc:create_index_from_backup { backup_id = "no-such-backup", name = "nothing" }
      assert.is_nil(restore)
      assert.equal("not_found", err.kind)
      assert.is_truthy(tostring(err):find("no-such-backup", 1, true))
      assert.equal("not_found", select(2, pc:describe_index "nothing").kind)
   end)
end)

describe("A restore job", function()

   it("says what became of it", function()
      local _, restore = restored { name = "described" }
      local job = assert(pc:describe_restore_job(restore.restore_job_id))
      assert.equal(restore.restore_job_id, job.restore_job_id)
      assert.equal(restore.index_id, job.target_index_id)
      assert.equal("described", job.target_index_name)
      assert.equal(backup.backup_id, job.backup_id)
      assert.equal("Completed", job.status)
      assert.equal(100, job.percent_complete)
      expect.integer(job.percent_complete)
      assert.near(os.time(), assert(pinecone.timestamp(job.created_at)), 60)
      assert.is_true(pinecone.timestamp(job.completed_at) >= pinecone.timestamp(job.created_at))
   end)

   it("is found under either name of its id", function()
      local _, restore = restored { name = "aliased" }
      local job = assert(pc:describe_restore_job(restore.restore_job_id))
      assert.same(job, pc:describe_restore_job { restore_job_id = restore.restore_job_id })
      assert.same(job, pc:describe_restore_job { job_id = restore.restore_job_id })
   end)

   it("has percent_complete as an integer when the service sends 100.0", function()
      emulator:fault {
         operation = "describe_restore_job", status = 200,
         body = '{"restore_job_id":"j-1","status":"Completed","percent_complete":100.0,"completed_at":null}',
      }
      local job = assert(pc:describe_restore_job "j-1")
      assert.equal(100, job.percent_complete)
      expect.integer(job.percent_complete)
      assert.is_nil(job.completed_at)
   end)

   it("keeps a fraction of percent_complete", function()
      emulator:fault {
         operation = "describe_restore_job", status = 200, body = '{"restore_job_id":"j-1","percent_complete":42.2}',
      }
      assert.equal(42.2, assert(pc:describe_restore_job "j-1").percent_complete)
   end)

   it("fails where there is none", function()
      local err = expect.failure("not_found", pc:describe_restore_job "no-such-job")
      assert.is_truthy(tostring(err):find("no-such-job", 1, true))
   end)
end)

describe("list_restore_jobs", function()

   it("answers the jobs of the project", function()
      local _, restore = restored { name = "listed" }
      local found
      for job in pc:restore_jobs() do
         found = found or (job.restore_job_id == restore.restore_job_id and job)
      end
      assert.same(pc:describe_restore_job(restore.restore_job_id), found)
   end)

   it("answers a page and the token of the next", function()
      restored { name = "page-1" }
      restored { name = "page-2" }
      local first = assert(pc:list_restore_jobs { limit = 1 })
      assert.equal(1, #first.data)
      assert.is_string(first.pagination.next)
      local second = assert(pc:list_restore_jobs { pagination_token = first.pagination.next })
      assert.equal(1, #second.data)
      assert.not_equal(first.data[1].restore_job_id, second.data[1].restore_job_id)
   end)
end)

describe("While a restore runs", function()

   local slow, client, restore, source

   setup(function()
      slow = service.start { job_seconds = 60 }
      client = service.client(slow)
      assert(client:create_index {
         name = "movies", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } },
      })
      assert(slow:advance(61))
      source = assert(client:create_backup "movies").backup_id
   end)

   teardown(function()
      slow:stop()
   end)

   it("a backup that is not Ready is refused", function()
      local value, err = client:create_index_from_backup { backup_id = source, name = "too-early" }
      assert.is_nil(value)
      assert.equal("precondition_failed", err.kind)
      assert.is_truthy(err.hint:find("wait_for_backup", 1, true))
      assert(slow:advance(61))
   end)

   it("its job is Pending, without what comes with the end", function()
      restore = assert(client:create_index_from_backup { backup_id = source, name = "restored" })
      local job = assert(client:describe_restore_job(restore.restore_job_id))
      assert.equal("Pending", job.status)
      assert.is_nil(job.completed_at)
      assert.is_nil(job.percent_complete)
   end)

   it("its index is there and not ready", function()
      local index = assert(client:describe_index "restored")
      assert.is_false(index.status.ready)
      assert.equal("Initializing", index.status.state)
   end)

   it("its backup cannot be deleted", function()
      local err = expect.failure("precondition_failed", client:delete_backup(source))
      assert.is_truthy(err.hint:find("wait_for_restore", 1, true))
   end)

   it("it completes", function()
      assert(slow:advance(61))
      assert.equal("Completed", assert(client:describe_restore_job(restore.restore_job_id)).status)
      assert.is_true(assert(client:describe_index "restored").status.ready)
      assert.is_true(client:delete_backup(source))
   end)
end)
