-- `pinecone-backup collection`: copies of pod indexes.

local pinecone = require "pinecone"
local json = require "cjson"
local service = require "support.service"
local shell = require "support.shell"

local seed = {
   indexes = {
      {
         name = "movies", dimension = 3, records = 98,
         spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
      },
   },
}

describe("pinecone-backup collection", function()
   local emulator, pc, typed

   setup(function()
      emulator = service.start { seed = seed }
      pc, typed = service.client(emulator), shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   local function made(name)
      return pinecone.assert(pc:create_collection { name = name, source = "movies" })
   end

   local function names()
      local list = {}
      for _, row in ipairs(pinecone.assert(pc:collections():all())) do
         list[#list + 1] = row.name
      end
      table.sort(list)
      return list
   end

   it("makes one, and gives it when it is Ready", function()
      local ended = typed:run "collection create movies --name movies-1 --wait"
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.out:find("name\tmovies-1\nstatus\tReady\n", 1, true), ended.out)
      assert.truthy(ended.out:find("\nvector_count\t98\n", 1, true), ended.out)
      assert.equal("", ended.err)
   end)

   it("waits for one that reads do not show at first", function()
      assert(emulator:fault {
         operation = "describe_collection", on = { 1, 2 }, status = 404,
         body = '{"error":{"code":"NOT_FOUND","message":"Collection movies-1 not found."},"status":404}',
      })
      local ended = typed:run "collection create movies --name movies-1 --wait"
      assert(emulator:clear_faults())
      assert.equal(0, ended.code, ended.text)
   end)

   it("says after Ctrl-C which command goes on", function()
      assert(emulator:fault { operation = "create_collection", job_seconds = 3600 })
      local child = typed:on_terminal "collection create movies --name movies-1 --wait"
      child:expect "collection movies%-1  Initializing"
      child:say "\3"
      local ended = child:wait()
      assert.equal(130, ended.code, ended.text)
      assert.matches("The%s+collection%s+goes%s+on:%s+'pinecone%-backup%s+collection%s+wait%s+movies%-1'", ended.text)
   end)

   it("tells each look as a JSON line, and at last the collection", function()
      local ended = typed:run "collection create movies --name movies-1 --wait --json"
      assert.equal(0, ended.code, ended.text)
      local last
      for line in ended.out:gmatch "[^\n]+" do
         assert.is_not.equal("summary", last)
         last = json.decode(line).message_type
      end
      assert.equal("summary", last)
   end)

   it("ends with 14 where it takes longer than there is time", function()
      local slow = service.start { job_seconds = 600, seed = seed }
      finally(function() slow:stop() end)
      local ended = shell.new(slow):run "collection create movies --name movies-1 --wait --timeout 0.2s"
      assert.equal(14, ended.code, ended.text)
      assert.truthy(ended.err:find("the collection is still Initializing", 1, true), ended.err)
      assert.truthy(ended.err:find("give more time: --timeout.", 1, true), ended.err)
   end)

   it("refuses a time limit where it does not wait", function()
      local ended = typed:run "collection create movies --name movies-1 --timeout 1h"
      assert.equal(2, ended.code, ended.text)
      assert.truthy(ended.err:find("--timeout has no effect without --wait", 1, true), ended.err)
      assert.same({}, names())
   end)

   it("waits for one that was made before", function()
      made "movies-1"
      local ended = typed:run "collection wait movies-1"
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.out:find("name\tmovies-1\nstatus\tReady\n", 1, true), ended.out)
   end)

   it("lists them by name", function()
      made "movies-2"
      made "movies-1"
      local ended = typed:run "collection list"
      assert.equal(0, ended.code, ended.text)
      shell.assert_golden("collection-list-piped", ended.out)
      shell.assert_golden("collection-list", shell.plain(typed:on_terminal "collection list":wait().out))
   end)

   it("lists none as an empty array", function()
      assert.equal("[]\n", typed:run("collection list --json").out)
   end)

   it("shows one field by field", function()
      made "movies-1"
      local ended = typed:on_terminal "collection describe movies-1":wait()
      shell.assert_golden("collection-describe", shell.plain(ended.out))
      assert.equal(98, typed:json("collection describe movies-1").vector_count)
   end)

   it("ends with 10 for one that is not there, and says where to look", function()
      for _, line in ipairs { "describe nope", "wait nope", "delete nope --yes" } do
         local ended = typed:run("collection " .. line)
         assert.equal(10, ended.code, ended.text)
         assert.equal("", ended.out)
         assert.truthy(ended.err:find("'pinecone-backup collection list' shows those there are", 1, true), ended.err)
      end
   end)

   it("says what serverless indexes have instead", function()
      service.serverless(pc, "series")
      local ended = typed:run "collection create series --name series-1"
      assert.equal(1, ended.code, ended.text)
      assert.truthy(ended.err:find("for serverless ones use 'pinecone-backup backup create'", 1, true), ended.err)
   end)

   it("ends with 11 where the name is taken", function()
      made "movies-1"
      assert.equal(11, typed:run("collection create movies --name movies-1").code)
   end)

   describe("deletion", function()
      before_each(function() made "movies-1" end)

      it("says what would go, and touches nothing", function()
         local ended = typed:run "collection delete movies-1 --dry-run"
         assert.equal(0, ended.code, ended.text)
         assert.equal("would delete collection movies-1 with 98 records (indexes that were made of it stay)\n",
            ended.out)
         assert.same({ "movies-1" }, names())
         assert.equal(2, typed:run("collection delete movies-1 --dry-run --quiet").code)
      end)

      it("shows it in JSON", function()
         local planned = typed:json "collection delete movies-1 --dry-run"
         assert.equal("movies-1", planned.collection.name)
         assert.is_true(planned.dry_run)
         assert.is_false(planned.deleted)
         local done = typed:json "collection delete movies-1 --yes"
         assert.equal(98, done.collection.vector_count)
         assert.is_true(done.deleted)
      end)

      it("needs --yes where nobody can be asked", function()
         local ended = typed:run "collection delete movies-1"
         assert.equal(2, ended.code, ended.text)
         assert.equal("", ended.out)
         assert.same({ "movies-1" }, names())
      end)

      it("happens with --yes", function()
         local ended = typed:run "collection delete movies-1 --yes"
         assert.equal(0, ended.code, ended.text)
         assert.same({}, names())
      end)

      it("tells in JSON what would go, and what went", function()
         assert.equal("movies-1", typed:json("collection delete movies-1 --dry-run").collection.name)
         assert.equal("movies-1", typed:json("collection delete movies-1 --yes").collection.name)
      end)

      it("asks on a terminal, and happens on a yes alone", function()
         for _, case in ipairs { { "n", 1, 1 }, { "y", 0, 0 } } do
            local running = typed:on_terminal "collection delete movies-1"
            running:expect "Delete collection movies%-1 with 98 records %(indexes that were made of it stay%)%?"
            running:say(case[1] .. "\n")
            assert.equal(case[2], running:wait().code)
            assert.equal(case[3], #names())
         end
      end)
   end)
end)
