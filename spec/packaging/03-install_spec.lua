-- "make install", for who builds packages of a distribution, or has no LuaRocks.

local expect = require "support.expect"
local room = require "packaging.room"
local service = require "support.service"

describe("make install", function()
   local interpreter = service.interpreter():match "[^/]+$"
   local version = jit and "5.1" or _VERSION:match "%d.%d"
   local here

   before_each(function() here = room.new() end)
   after_each(function() here:remove() end)

   -- As root does after somebody else has made it, with a umask that hides everything.
   local function make(target, settings)
      return here:run(("umask 077; make %s DEPS=no LUA=%s %s"):format(target, interpreter, settings), room.checkout)
   end

   local function found(options)
      return here:run(("find . %s | sort"):format(options), here.root)
   end

   local function into_destination(prefix)
      return ("DESTDIR=%s PREFIX=%s"):format(room.quoted(here.root .. "/a place"), prefix)
   end

   it("builds nothing anew", function()
      assert.falsy(make("install", into_destination "/usr/local"):find "%f[%w][cl][cd] ")
   end)

   it("puts everything below DESTDIR and PREFIX, from where it works", function()
      make("install", into_destination "/usr/local")
      local top = "a place/usr/local"
      expect.holds(found "-type f",
         ("\n./%s/share/lua/%s/pinecone/init.lua\n"):format(top, version),
         ("\n./%s/share/lua/%s/pinecone/emulator/init.lua\n"):format(top, version),
         ("\n./%s/lib/lua/%s/pinecone/core.so\n"):format(top, version),
         ("./%s/bin/pinecone-backup\n"):format(top),
         ("\n./%s/share/doc/lua-pinecone/LICENSE\n"):format(top),
         ("\n./%s/share/doc/lua-pinecone/examples/systemd/pinecone-backup.timer\n"):format(top))
      local path = ([[
         export LUA_PATH="$PWD/share/lua/VERSION/?.lua;$PWD/share/lua/VERSION/?/init.lua;;"
         export LUA_CPATH="$PWD/lib/lua/VERSION/?.so;;"
      ]]):gsub("VERSION", version)
      local folder = here.root .. "/" .. top
      local text = here:run(path .. interpreter .. [[ -e '
         print(debug.getinfo(require "pinecone".new, "S").source)
         os.execute "grep -o \"/.*core.so\" /proc/$PPID/maps | sort -u"' && bin/pinecone-backup --version]], folder)
      expect.holds("\n" .. text, "\n@" .. folder .. "/share/", "\n" .. folder .. "/lib/lua/", "pinecone-backup ")
   end)

   it("lets everybody read it, whatever the umask, and nobody else write", function()
      make("install", into_destination "/usr/local")
      assert.equal("", found "-path './a place/?*' -type d ! -perm 755")
      assert.equal("", found "-path './a place/?*' -type f ! -perm 644 ! -perm 755")
      assert.equal("./a place/usr/local/bin/pinecone-backup\n",
         found "-path './a place/?*' -type f -perm 755 ! -name core.so")
   end)

   it("leaves the modes of folders that are there", function()
      local folders = { "./a place/usr/local/bin", "./a place/usr/local/share/lua/" .. version }
      for _, folder in ipairs(folders) do
         here:run(("mkdir -p '%s' && chmod 2775 '%s'"):format(folder, folder), here.root)
      end
      make("install", into_destination "/usr/local")
      assert.equal(table.concat(folders, "\n") .. "\n", found "-type d -perm 2775")
   end)

   it("takes the folders that Lua's pc file names, where Lua has that prefix", function()
      local folder = here:run(("pkg-config --variable=INSTALL_CMOD %s || true"):format(interpreter)):match "[^\n]*"
      make("install", into_destination "/usr")
      if folder == "" then
         folder = "/usr/lib/lua/" .. version
      end
      expect.holds(found "-type f", ("\n./a place%s/pinecone/core.so\n"):format(folder))
   end)

   it("takes each folder that is given by itself", function()
      make("install", into_destination "/usr" .. " INST_LIBDIR=/l INST_LUADIR=/m INST_BINDIR=/b INST_DOCDIR=/d")
      expect.holds(found "-type f", "/a place/l/pinecone/core.so\n", "/a place/m/pinecone/init.lua\n",
         "/a place/b/pinecone-backup\n", "/a place/d/README.md\n")
      assert.equal("", found "-path './a place/usr'")
   end)

   it("takes a prefix with a slash at its end for the one without", function()
      make("install", into_destination "/usr")
      local before = found "-type f"
      here:run("rm -r 'a place'", here.root)
      make("install", into_destination "/usr/")
      assert.equal(before, found "-type f")
   end)

   it("minds a quote in a path", function()
      make("install", "PREFIX=/usr DESTDIR=" .. room.quoted(here.root .. "/it's"))
      expect.holds(found "-type f", "./it's/usr/bin/pinecone-backup\n")
      make("uninstall", "PREFIX=/usr DESTDIR=" .. room.quoted(here.root .. "/it's"))
      assert.equal("", found "-path \"./it's/*\" -type f")
      make("install", "PREFIX=" .. room.quoted(here.root .. "/it's here"))
      expect.holds(here:run('"../it\'s here/bin/pinecone-backup" --version'), "pinecone-backup ")
   end)

   it("refuses what is no whole path", function()
      for _, setting in ipairs {
         "PREFIX=usr", "PREFIX=.", "INST_LUADIR=m", "INST_LIBDIR=l", "INST_BINDIR=b", "INST_DOCDIR=d", "'PREFIX=/a;b'",
      } do
         for _, target in ipairs { "install", "uninstall" } do
            local line = ("make %s DEPS=no LUA=%s DESTDIR=%s %s"):format(target, interpreter, here.root, setting)
            local text, code = here:try(line, room.checkout)
            assert.not_equal(0, code, line)
            expect.holds(text, "must be whole paths")
         end
      end
      assert.equal("", found "-name '*pinecone*'")
   end)

   it("copies what the rockspec names, and nothing else that lies around", function()
      local folder = here:repository()
      local core = ("build/%s/pinecone/core.so"):format(interpreter)
      for _, name in ipairs { core, "lua/pinecone/mine.lua", "examples/key.txt", "examples/.env" } do
         here:write("repository/lua-pinecone/" .. name, "")
      end
      here:run(("make install -o %s LUA=%s %s"):format(core, interpreter, into_destination "/usr/local"), folder)
      here:run(("diff <(git ls-files 'lua/*.lua') <(cd '%s/a place/usr/local/share/lua/%s' && find . -type f "
         .. "| sed 's,^\\.,lua,' | LC_ALL=C sort)"):format(here.root, version), folder)
      here:run(("git clean -qfd && diff -r examples '%s/a place/usr/local/share/doc/lua-pinecone/examples'")
         :format(here.root), folder)
   end)

   -- Without which Lua looks in the folders that it was built with.
   local function searches()
      local text = here.scratch:read "a place/b/pinecone-backup"
      return text:find("package.path = [==[/", 1, true) ~= nil
   end

   it("tells the command where the library is, unless its Lua looks there by itself", function()
      for settings, expected in pairs {
         ["PREFIX=/usr/local"] = false, ["PREFIX=/usr"] = false, ["PREFIX=/opt"] = true,
         ["INST_LUADIR=/opt/m"] = true, ["INST_LIBDIR=/opt/l"] = true, ["PREFIX=/usr INST_LIBDIR=/opt/l"] = true,
         ["INST_DOCDIR=/opt/d"] = false,
      } do
         make("install", into_destination "/usr/local" .. " INST_BINDIR=/b " .. settings)
         assert.equal(expected, searches(), settings)
      end
   end)

   it("makes a command that works from folders given one by one", function()
      local settings = {}
      for _, name in ipairs { "BIN", "DOC", "LIB", "LUA" } do
         settings[#settings + 1] = ("INST_%sDIR=%s"):format(name, room.quoted(here.root .. "/in " .. name))
      end
      make("install", table.concat(settings, " "))
      local text = here:run(room.quoted(here.root .. "/in BIN/pinecone-backup") .. " --version")
      expect.holds(text, "pinecone-backup ")
   end)

   it("tells the command where the library is, in a prefix that Lua does not know", function()
      make("install", "PREFIX=" .. room.quoted(here.root .. "/an other"))
      local text = here:run(room.quoted(here.root .. "/an other/bin/pinecone-backup") .. " --version")
      expect.holds(text, "pinecone-backup ")
   end)

   it("passes the flags of a distribution to the compiler and the linker", function()
      local flags = "CPPFLAGS=-DP CFLAGS=-O1 LDFLAGS=-Wl,-z,now"
      local text = here:run(("make -n -W Makefile build/%s/pinecone/core.so LUA=%s %s")
         :format(interpreter, interpreter, flags), room.checkout)
      expect.holds(text, " -DP -O1 -fPIC ", " -shared -Wl,-z,now ")
   end)

   it("is undone by make uninstall, which leaves what is not ours", function()
      local strangers = {
         ("a place/usr/local/share/lua/%s/pinecone/other.lua"):format(version), "a place/usr/local/bin/other",
      }
      for _, name in ipairs(strangers) do
         here:write(name, "")
      end
      local before = found "-type f"
      make("install", into_destination "/usr/local")
      make("uninstall", into_destination "/usr/local")
      assert.equal(before, found "-type f")
      assert.equal(("./a place/usr/local/share/lua/%s/pinecone\n"):format(version), found "-name '*pinecone*'")
   end)

   it("is undone in a folder that a link leads to, which stays", function()
      here:write("elsewhere/.keep", "")
      here:write("a place/m/.keep", "")
      here:run("ln -s ../../elsewhere 'a place/m/pinecone'", here.root)
      local settings = into_destination "/usr/local" .. " INST_LUADIR=/m"
      make("install", settings)
      expect.holds(found "-path './elsewhere/*'", "\n./elsewhere/emulator/init.lua\n")
      make("uninstall", settings)
      assert.equal("./elsewhere/.keep\n", found "-path './elsewhere/*'")
      assert.equal("./a place/m/pinecone\n", found "-type l")
   end)

   it("is undone where nothing was installed, too", function()
      make("uninstall", into_destination "/usr/local")
   end)
end)
