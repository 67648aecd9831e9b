-- The rock as LuaRocks installs it, by somebody who has it and Debian's packages, but no checkout and no network.

local expect = require "support.expect"
local room = require "packaging.room"

-- Fails where anything comes from elsewhere, and prints the version.
local WHERE = [[
local tree = arg[1]
local pinecone = require "pinecone"
local function is_of_tree(path)
   assert(path:sub(1, #tree) == tree, path .. " is not of " .. tree)
end
is_of_tree(debug.getinfo(pinecone.new, "S").source:sub(2))
is_of_tree(debug.getinfo(require "pinecone.emulator".spawn, "S").source:sub(2))
local cores = 0
for line in io.lines "/proc/self/maps" do
   local path = line:match "/.*/core%.so$"
   if path then
      is_of_tree(path)
      cores = cores + 1
   end
end
assert(cores > 0)
print(pinecone._VERSION, jit and "LuaJIT" or _VERSION)
]]

-- The first lines of README, and a look at what is there.
local BEGINNING = [[
local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"
local running = assert(emulator.spawn {
   job_seconds = 0.1, seed = { indexes = { { name = "docs-example", dimension = 3 } } },
})
local pc = assert(pinecone.new { api_key = "any", host = running.url })

local backup = assert(pc:create_backup { index_name = "docs-example", name = "example-backup" })
assert(pc:wait_for_backup(backup.backup_id))
local restore = assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "docs-restored" })
assert(pc:wait_for_restore(restore.restore_job_id))
for b in pc:backups { index_name = "docs-example" } do print(b.name, b.status, b.record_count) end

pc:close()
running:stop()
]]

describe("the rock", function()
   local here, server, version

   -- A server is a folder with a manifest; LuaRocks takes one by its path as by its URL.
   setup(function()
      here = room.new()
      local folder
      folder, version = here:repository()
      here:run(("make release VERSION=%s DEPS=no"):format(version), folder)
      server = here.root .. "/server"
      here:run(("mkdir %s && cp build/*-%s-1.* %s && luarocks-admin make_manifest %s")
         :format(server, version, server, server), folder)
   end)
   teardown(function() here:remove() end)

   -- In what LuaRocks has made of it, with the paths that LuaRocks tells.
   local function assert_works(options, tree, interpreter, name)
      local major = interpreter == "luajit" and "5.1" or interpreter:match "%d.%d"
      local paths = ('eval "$(luarocks %s path)" && '):format(options)
      here:write("my work/where.lua", WHERE)
      here:write("my work/beginning.lua", BEGINNING)
      local rock = ("%s/lib/luarocks/rocks-%s/lua-pinecone/%s-1"):format(tree, major, name)
      here:run(("cp %s/conf/examples/quickstart.lua ."):format(rock))

      local run = paths .. interpreter .. " "
      assert.equal(("%s\t%s\n"):format(version, interpreter == "luajit" and "LuaJIT" or "Lua " .. major),
         here:run(run .. "where.lua " .. tree))
      expect.holds(here:run(run .. "quickstart.lua"), "Done: backed up, restored and checked.")
      expect.holds(here:run(run .. "beginning.lua"), "example-backup\tReady\t0")

      here:run(("diff -r %s/conf/examples %s/repository/lua-pinecone/examples"):format(rock, here.root))
      assert.equal("CHANGELOG.md\nLICENSE\nREADME.md\n", here:run(("ls %s/doc"):format(rock)))
      expect.holds(here:run(("luarocks %s doc lua-pinecone --list"):format(options)), "README.md", "LICENSE")

      local command = tree .. "/bin/pinecone-backup" -- LuaRocks' wrapper knows the paths by itself
      assert.equal(("pinecone-backup %s\n"):format(version), here:run(command .. " --version"))
      expect.holds(here:run(command .. " --help"), "Usage: pinecone-backup", "emulator")
      expect.holds(here:run("head -n 3 " .. command), interpreter)

      local symbols = here:run(("nm -D --defined-only %s/lib/lua/%s/pinecone/core.so"):format(tree, major))
      assert.matches("^%x+ T luaopen_pinecone_core\n$", symbols)
   end

   -- The flags are LuaRocks': -O2 and -fPIC, and none of ours.
   local function assert_compiled(log)
      assert.matches("\ngcc %-O2 %-fPIC %-I%S+ %-c src/core.c %-o src/core.o", log)
      assert.falsy(log:find("-Wextra", 1, true))
      assert.falsy(log:find("arning", 1, true), log)
   end

   for _, lua in ipairs { "5.4", "5.1" } do
      it("comes from a server into an empty tree, for Lua " .. lua, function()
         here:trust_debian(lua)
         local tree = here.root .. "/tree-" .. lua
         local options = ("--lua-version %s --tree %s"):format(lua, tree)
         assert_compiled(here:run(("luarocks %s install --only-server=%s lua-pinecone"):format(options, server)))
         assert_works(options, tree, "lua" .. lua, version)
      end)
   end

   it("that make rock packs comes from an empty directory for LuaJIT", function()
      local headers = here:run "pkg-config --variable=includedir luajit":match "[^\n]*"
      here:trust_debian("5.1", ('lua_interpreter = "luajit"\nvariables = { LUA_INCDIR = "%s" }\n'):format(headers))
      local options = "--lua-version 5.1 --local"
      here:run "cp ../lua-pinecone-scm-1.src.rock ."
      local log = here:run("luarocks " .. options .. " install ./lua-pinecone-scm-1.src.rock")
      assert_compiled(log)
      expect.holds(log, ("-I%s -c src/core.c"):format(headers))
      assert_works(options, here.home .. "/.luarocks", "luajit", "scm")
   end)

   it("is refused without lua-cjson and argparse", function()
      here:write("home/.luarocks/config-5.4.lua", "")
      local said, code = here:try(("luarocks --lua-version 5.4 --tree %s/none install --only-server=%s lua-pinecone")
         :format(here.root, server))
      assert.not_equal(0, code)
      expect.holds(said, "lua-cjson >= 2.1.0", "argparse >= 0.7.0")
      assert.falsy(said:find("luv", 1, true))
   end)

   it("has a rockspec without fault", function()
      here:run("luarocks lint lua-pinecone-scm-1.rockspec", room.checkout)
   end)

   it("runs its own specs with luarocks test", function()
      here:trust_debian "5.4"
      local folder = here.root .. "/unpacked/lua-pinecone"
      here:run(("unzip -q %s/lua-pinecone-scm-1.src.rock -d %s/unpacked"):format(here.root, here.root))
      local test = "luarocks --lua-version 5.4 test lua-pinecone-scm-1.rockspec -- spec/01-timestamp_spec.lua"
      assert.matches("\n%d+ successes / 0 failures / 0 errors", here:run(test, folder))
      here:write("unpacked/lua-pinecone/spec/01-timestamp_spec.lua", 'it("fails", function() assert(false) end)')
      local _, code = here:try(test, folder)
      assert.not_equal(0, code)
   end)
end)
