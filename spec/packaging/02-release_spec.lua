-- "make release" as a maintainer types it, in a repository of its own.

local expect = require "support.expect"
local room = require "packaging.room"

describe("make release", function()
   local here, folder, version

   setup(function()
      here = room.new()
      folder, version = here:repository()
   end)
   teardown(function() here:remove() end)
   before_each(function()
      here:run("git reset -q --hard start && git clean -qfd && git tag -d $(git tag) && rm -rf build", folder)
   end)

   local function release(of)
      return here:try(("make release VERSION='%s' DEPS=no"):format(of or version), folder)
   end

   local function change(file, old, new)
      local path = "repository/lua-pinecone/" .. file
      local text = here.scratch:read(path)
      local from, to = assert(text:find(old, 1, true))
      here.scratch:write(path, text:sub(1, from - 1) .. new .. text:sub(to + 1))
      here:run("git commit -qam Change", folder)
   end

   -- Says why, and leaves nothing.
   local function assert_refused(why, of)
      local text, code = release(of)
      assert.not_equal(0, code, text)
      expect.holds(text, "No release: ", why)
      assert.not_equal(0, (select(2, here:try("ls build/*.rockspec || ls build/*.rock", folder))), "something is left")
   end

   it("writes a rockspec and a rock, and says what to type next", function()
      local text, code = release()
      assert.equal(0, code, text)
      local name = ("lua-pinecone-%s-1"):format(version)
      assert.equal((([[
build/NAME.rockspec and build/NAME.src.rock are made. To try them:
   luarocks install build/NAME.src.rock
To release them:
   git tag -a vVERSION -m "lua-pinecone VERSION"
   git push origin vVERSION
   luarocks upload build/NAME.rockspec build/NAME.src.rock
]]):gsub("%u+", { NAME = name, VERSION = version })), text)
      local rockspec = here.scratch:read(("repository/lua-pinecone/build/%s.rockspec"):format(name))
      expect.holds(rockspec, ('\nversion = "%s-1"\n'):format(version), ('.git",\n   tag = "v%s",\n}'):format(version))
      here:run(("luarocks lint build/%s.rockspec && unzip -tq build/%s.src.rock"):format(name, name), folder)
   end)

   it("changes nothing else: no tag, no commit", function()
      release()
      assert.equal("", here:run("git tag; git status --porcelain; git diff start", folder))
   end)

   it("refuses what is no version", function()
      for _, of in ipairs { "", "1.2", "v1.2.3", "1.2.3.4", "1.02.3", "1.2.x", "scm" } do
         assert_refused(("VERSION is '%s'"):format(of), of)
      end
   end)

   it("refuses a version that pinecone._VERSION is not", function()
      assert_refused(("pinecone._VERSION is %s:"):format(version), "9.9.9")
   end)

   it("refuses what is not committed", function()
      here.scratch:write("repository/lua-pinecone/src/more.c", "")
      assert_refused "src/more.c"
   end)

   it("refuses a folder of another repository, and one of none", function()
      here:run("mv .git ../aside", folder)
      finally(function() here:run("rm -rf ../.git && mv ../aside .git", folder) end)
      assert_refused "not a git repository"
      here:run("git init -q .. && git add . && git -c user.name=A -c user.email=a@example.com commit -qm Start", folder)
      assert_refused "lua-pinecone/"
   end)

   it("refuses a version that has a tag", function()
      here:run("git tag v" .. version, folder)
      assert_refused(("there is a tag v%s already"):format(version))
   end)

   it("refuses a rockspec of another form", function()
      change("lua-pinecone-scm-1.rockspec", '"scm-1"', '"scm-2"')
      assert_refused "scm-1.rockspec must have this once"
   end)

   describe("refuses a CHANGELOG", function()

      local function without(old, new, why)
         return function()
            change("CHANGELOG.md", old:gsub("VERSION", version), new)
            assert_refused(why)
         end
      end

      it("without a section of that version", without("[VERSION]", "[0.0.1]", "is '## [0.0.1] - 2026-02-01'"))
      it("without a date", without(" - 2026-02-01", "", "YEAR-MONTH-DAY"))
      it("that says nothing about it", without("- All.", "", "CHANGELOG.md says nothing about"))
      it("that has no sections", without("## [VERSION]", "VERSION", "CHANGELOG.md has no section"))
      it("where something is left unreleased", without("[Unreleased]\n", "[Unreleased]\n\n- More.\n",
         "still has something under Unreleased"))
   end)
end)
