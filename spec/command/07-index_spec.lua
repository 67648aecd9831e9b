-- Indexes from a shell.

local service = require "support.service"
local shell = require "support.shell"

describe("pinecone-backup index", function()
   local emulator, typed

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 98 } } } }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:reset()) end)

   it("lists indexes in columns with tabs between where nobody looks", function()
      local ended = typed:run "index list"
      assert.equal(0, ended.code, ended.text)
      shell.assert_golden("index-list-piped", ended.out)
   end)

   it("lists indexes in aligned columns on a terminal", function()
      local ended = typed:on_terminal "index list":wait()
      assert.equal(0, ended.code, ended.text)
      shell.assert_golden("index-list", shell.plain(ended.out))
   end)

   it("leaves their hosts out first where there is little room", function()
      local ended = typed:on_terminal("index list", { COLUMNS = "60" }):wait()
      assert.equal("NAME    TYPE        STATUS  DIMENSION  METRIC\nmovies  serverless  Ready           3  cosine\n",
         shell.plain(ended.out))
   end)

   it("finds what an index holds in the schema of newer versions, too", function()
      local ended = typed:run "index list --api-version 2026-07"
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.out:find "movies\tmanaged\tReady\t3\tcosine\t", ended.out)
   end)

   it("lists indexes as one JSON document", function()
      assert.equal("movies", typed:json "index list"[1].name)
   end)

   it("describes one", function()
      local index = typed:json "index describe movies"
      assert.equal(3, index.dimension)
      assert.is_true(index.status.ready)
   end)

   it("tells of one that is not there", function()
      local ended = typed:run "index describe songs"
      assert.equal(10, ended.code, ended.text)
      assert.equal("", ended.out)
      assert.truthy(ended.err:find("songs", 1, true))
   end)
end)
