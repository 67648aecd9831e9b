-- `pinecone-backup` as make leaves it in the PATH: it finds its own Lua and the library by itself.

local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"

describe("the pinecone-backup that make leaves", function()
   local emulator, folder

   setup(function()
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3 } } } }
      folder = scratch.new()
   end)
   teardown(function()
      emulator:stop()
      folder:remove()
   end)

   local launcher = process.find "pinecone-backup"

   -- In another folder, with nothing of ours in the environment.
   local function run(path, ...)
      local preload = os.getenv "LD_PRELOAD"
      return process.start("/bin/sh", {
         "-c", 'cd / && exec env -i "$@"', "sh", "PATH=/usr/bin:/bin", "PINECONE_API_KEY=" .. service.api_key,
         "PINECONE_CONTROLLER_HOST=" .. emulator.url, preload and "LD_PRELOAD=" .. preload or "X=", path, ...
      }):wait()
   end

   it("runs behind a link whose name has spaces", function()
      local link = folder:path "my link"
      process.run("/bin/ln", "-s", launcher, link)
      local ended = run(link, "index", "list")
      assert.equal(0, ended.code, ended.text)
      assert.truthy(ended.out:find "^NAME.*\nmovies", ended.text)
   end)

   it("hands over its words as they are", function()
      local ended = run(launcher, "index", "list", "--two words")
      assert.equal(2, ended.code, ended.text)
      assert.truthy(ended.err:find("unknown option '--two words'", 1, true), ended.text)
   end)

   it("is no shell script, which would cost a quarter more time", function()
      local file = assert(io.open(launcher))
      local first = file:read()
      file:close()
      assert.truthy(first:find "^#!.*lua[%w.]*$", first)
   end)
end)
