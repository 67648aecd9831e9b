-- Files that `pinecone-backup` writes: what becomes of links, and who may read them.

local scratch = require "support.scratch"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

describe("a file that pinecone-backup writes", function()
   local emulator, typed, folder

   setup(function()
      emulator = service.start {
         seed = {
            indexes = { { name = "movies", dimension = 3 } },
            backups = { { index_name = "movies", name = "nightly-1", days_ago = 0.1 } },
         },
      }
      typed = shell.new(emulator)
   end)
   teardown(function() emulator:stop() end)
   before_each(function() folder = scratch.new() end)
   after_each(function() folder:remove() end)

   local function mode_of(name)
      return ("%o"):format(uv.fs_stat(folder:path(name)).mode % 512)
   end

   local function write(line, mask)
      local ended = typed:run_after("umask " .. (mask or "022"), line)
      assert.equal(0, ended.code, ended.text)
   end

   describe("at the end of a link", function()
      local function link(target)
         assert(uv.fs_symlink(target, folder:path "link.prom"))
         return folder:path "link.prom"
      end

      local function assert_refused(target)
         local path = link(target)
         local problem = "it is a link that leads nowhere, to " .. target .. "\n"
         local ended = typed:run("report --html " .. path)
         assert.equal(1, ended.code, ended.text)
         assert.equal(("pinecone-backup: %s cannot be written: %s"):format(path, problem), ended.err)
         ended = typed:run("check movies --textfile " .. path)
         assert.equal(3, ended.code, ended.text)
         assert.truthy(ended.err:find(("%s was not written: %s"):format(path, problem), 1, true), ended.err)
         assert.equal(target, uv.fs_readlink(path))
         assert.same({ "link.prom" }, folder:names())
      end

      it("is refused where it leads into a folder that is not there", function() assert_refused "no/page: new" end)

      it("is refused where it leads to itself", function() assert_refused "link.prom" end)

      it("is made where only the file is not there yet", function()
         write("report --html " .. link "page.html")
         assert.equal("page.html", uv.fs_readlink(folder:path "link.prom"))
         assert.same({ "link.prom", "page.html" }, folder:names())
         assert.equal("644", mode_of "page.html")
      end)

      it("keeps its own mode, not that of the link", function()
         assert(uv.fs_chmod(folder:write("page.html", "old"), tonumber("640", 8)))
         write("report --html " .. link "page.html")
         assert.equal("640", mode_of "page.html")
      end)
   end)

   describe("under umask 077", function()
      it("can be read by its owner alone where it is a page", function()
         write("report --html " .. folder:path "page.html", "077")
         assert.equal("600", mode_of "page.html")
      end)

      it("can be read by all where it is a page that all could read before", function()
         assert(uv.fs_chmod(folder:write("page.html", "old"), tonumber("644", 8)))
         write("report --html " .. folder:path "page.html", "077")
         assert.equal("644", mode_of "page.html")
      end)

      it("can be read by the node exporter where it is for it", function()
         for _ = 1, 2 do
            write("check movies --textfile " .. folder:path "backups.prom", "077")
            assert.equal("644", mode_of "backups.prom")
            assert(uv.fs_chmod(folder:path "backups.prom", tonumber("600", 8)))
         end
      end)
   end)
end)
