-- What "make rock" packs: the files of the project, and none of those that lie around beside them.

local expect = require "support.expect"
local room = require "packaging.room"

describe("make rock", function()
   local here, top, folder, tracked

   local PACK = "make rock DEPS=no"

   setup(function()
      here = room.new()
      folder = here:repository()
      top = here.root .. "/repository"
      tracked = here:run("git ls-files | sort", folder)
   end)
   teardown(function() here:remove() end)
   before_each(function()
      here:run("rm -rf ../.git build && git reset -q --hard start && git clean -qfdx", folder)
   end)

   local function litter()
      here:write("repository/lua-pinecone/.env", "PINECONE_API_KEY=mine")
      here:write("repository/lua-pinecone/key.txt", "mine")
      here:write("repository/lua-pinecone/src/.env", "PINECONE_API_KEY=mine")
      here:write("repository/lua-pinecone/src/core.o", "")
   end

   -- The files in the rock, as git lists those of the checkout.
   local function packed()
      local rockspec = "lua-pinecone-scm-1.rockspec"
      local text = here:run("unzip -Z1 build/lua-pinecone-scm-1.src.rock | grep -v '/$' | LC_ALL=C sort", folder)
      assert.truthy(("\n" .. text):find("\n" .. rockspec .. "\n", 1, true)) -- beside the folder
      text = ("\n" .. text):gsub("\n" .. rockspec:gsub("%p", "%%%0"), "", 1):sub(2)
      return here:run(("printf '%%s' %s | sed 's,^lua-pinecone/,,' | sort"):format(room.quoted(text)))
   end

   it("packs what git knows, and names what it does not", function()
      litter()
      local text = here:run(PACK, folder)
      assert.equal(tracked, packed())
      expect.holds(text, "Not in the rock", "\n   .env\n", "\n   key.txt\n", "\n   src/.env\n")
      assert.falsy(text:find("core.o", 1, true)) -- is ignored
   end)

   it("says nothing where all is known", function()
      assert.equal("build/lua-pinecone-scm-1.src.rock\n", here:run(PACK, folder))
   end)

   it("stops where git does not read the checkout", function()
      litter()
      local text, code = here:try("GIT_TEST_ASSUME_DIFFERENT_OWNER=1 " .. PACK, folder) -- as of somebody else
      assert.not_equal(0, code)
      expect.holds(text, "No rock: ", ("git config --global --add safe.directory '%s'"):format(folder))
      assert.not_equal(0, (select(2, here:try("ls build/*.rock", folder))))
   end)

   describe("without git of its own", function()
      before_each(function()
         litter()
         here:run("mv .git ../aside", folder)
      end)
      after_each(function() here:run("rm -rf .git && mv ../aside .git", folder) end)

      it("packs the same of an archive", function()
         here:run(PACK, folder)
         assert.equal(tracked, packed())
      end)

      it("packs the same in a folder of another repository", function()
         here:run("git init -q && git add lua-pinecone", top)
         here:run(PACK, folder)
         assert.equal(tracked, packed())
      end)

      it("stops where .git is nothing that git reads", function()
         here:run("git init -q", top)
         here:run("mkdir .git", folder)
         local text, code = here:try(PACK, folder)
         assert.not_equal(0, code)
         expect.holds(text, "No rock: ", "folder of another repository")
      end)
   end)
end)
