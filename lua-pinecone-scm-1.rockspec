rockspec_format = "3.0"
package = "lua-pinecone"
version = "scm-1"

source = {
   url = "git+https://github.com/lua-pinecone/lua-pinecone.git",
}

description = {
   summary = "Back up and restore Pinecone indexes",
   detailed = [[
Backups, restores, collections and backup schedules of Pinecone vector
indexes, from Lua scripts, the shell and OpenResty, on libcurl. With an
emulator of the service to test against.]],
   homepage = "https://github.com/lua-pinecone/lua-pinecone",
   license = "MIT",
   labels = { "pinecone", "backup", "openresty" },
}

supported_platforms = { "unix" }

-- The emulator also needs luv; who does not run it does not need it.
dependencies = {
   "lua >= 5.1, < 5.5",
   "lua-cjson >= 2.1.0",
   "argparse >= 0.7.0",
}

-- No header here: Debian keeps curl.h in a folder per architecture, where LuaRocks does not look.
external_dependencies = {
   CURL = { library = "curl" },
}

build = {
   type = "builtin",
   modules = {
      ["pinecone.core"] = {
         sources = {
            "src/argument.c",
            "src/buffer.c",
            "src/call.c",
            "src/client.c",
            "src/core.c",
            "src/failure.c",
            "src/json.c",
            "src/operation.c",
            "src/request.c",
            "src/transport.c",
         },
         defines = { "_GNU_SOURCE" },
         libraries = { "curl", "m", "dl", "pthread" },
         incdirs = { "$(CURL_INCDIR)" },
         libdirs = { "$(CURL_LIBDIR)" },
      },
      ["pinecone"] = "lua/pinecone/init.lua",
      ["pinecone.await"] = "lua/pinecone/await.lua",
      ["pinecone.client"] = "lua/pinecone/client.lua",
      ["pinecone.emulator"] = "lua/pinecone/emulator/init.lua",
      ["pinecone.errors"] = "lua/pinecone/errors.lua",
      ["pinecone.pages"] = "lua/pinecone/pages.lua",
      ["pinecone.timestamp"] = "lua/pinecone/timestamp.lua",
      ["pinecone.wait"] = "lua/pinecone/wait.lua",
   },
   install = {
      bin = { ["pinecone-backup"] = "lua/pinecone/command/pinecone-backup" },
   },
}
