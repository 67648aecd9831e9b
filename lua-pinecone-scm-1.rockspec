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
            "src/address.c",
            "src/answer.c",
            "src/argument.c",
            "src/begin.c",
            "src/buffer.c",
            "src/call.c",
            "src/client.c",
            "src/core.c",
            "src/failure.c",
            "src/json.c",
            "src/methods.c",
            "src/operation.c",
            "src/outcome.c",
            "src/request.c",
            "src/rule.c",
            "src/schema.c",
            "src/sigpipe.c",
            "src/transport.c",
         },
         defines = { "_GNU_SOURCE" },
         libraries = { "curl", "m", "dl", "pthread" },
         incdirs = { "$(CURL_INCDIR)" },
         libdirs = { "$(CURL_LIBDIR)" },
      },
      ["pinecone.await"] = "lua/pinecone/await.lua",
      ["pinecone.client"] = "lua/pinecone/client.lua",
      ["pinecone.command.emulator"] = "lua/pinecone/command/emulator.lua",
      ["pinecone.command"] = "lua/pinecone/command/init.lua",
      ["pinecone.command.settings"] = "lua/pinecone/command/settings.lua",
      ["pinecone.emulator.api.backups"] = "lua/pinecone/emulator/api/backups.lua",
      ["pinecone.emulator.api.body"] = "lua/pinecone/emulator/api/body.lua",
      ["pinecone.emulator.api.capacity"] = "lua/pinecone/emulator/api/capacity.lua",
      ["pinecone.emulator.api.classic_indexes"] = "lua/pinecone/emulator/api/classic_indexes.lua",
      ["pinecone.emulator.api.collections"] = "lua/pinecone/emulator/api/collections.lua",
      ["pinecone.emulator.api.data"] = "lua/pinecone/emulator/api/data.lua",
      ["pinecone.emulator.api.embedding"] = "lua/pinecone/emulator/api/embedding.lua",
      ["pinecone.emulator.api.indexes"] = "lua/pinecone/emulator/api/indexes.lua",
      ["pinecone.emulator.api"] = "lua/pinecone/emulator/api/init.lua",
      ["pinecone.emulator.api.legacy"] = "lua/pinecone/emulator/api/legacy.lua",
      ["pinecone.emulator.api.pages"] = "lua/pinecone/emulator/api/pages.lua",
      ["pinecone.emulator.api.router"] = "lua/pinecone/emulator/api/router.lua",
      ["pinecone.emulator.api.routes"] = "lua/pinecone/emulator/api/routes.lua",
      ["pinecone.emulator.api.schedules"] = "lua/pinecone/emulator/api/schedules.lua",
      ["pinecone.emulator.api.schema"] = "lua/pinecone/emulator/api/schema.lua",
      ["pinecone.emulator.api.shapes"] = "lua/pinecone/emulator/api/shapes.lua",
      ["pinecone.emulator.api.typed_indexes"] = "lua/pinecone/emulator/api/typed_indexes.lua",
      ["pinecone.emulator.api.uri"] = "lua/pinecone/emulator/api/uri.lua",
      ["pinecone.emulator.base64"] = "lua/pinecone/emulator/base64.lua",
      ["pinecone.emulator.calendar"] = "lua/pinecone/emulator/calendar.lua",
      ["pinecone.emulator.clock"] = "lua/pinecone/emulator/clock.lua",
      ["pinecone.emulator.control"] = "lua/pinecone/emulator/control.lua",
      ["pinecone.emulator.decisions"] = "lua/pinecone/emulator/decisions.lua",
      ["pinecone.emulator.failure"] = "lua/pinecone/emulator/failure.lua",
      ["pinecone.emulator.faults"] = "lua/pinecone/emulator/faults.lua",
      ["pinecone.emulator.faults.plan"] = "lua/pinecone/emulator/faults/plan.lua",
      ["pinecone.emulator.faults.turns"] = "lua/pinecone/emulator/faults/turns.lua",
      ["pinecone.emulator.handle"] = "lua/pinecone/emulator/handle.lua",
      ["pinecone.emulator.http.answer"] = "lua/pinecone/emulator/http/answer.lua",
      ["pinecone.emulator.http.connection"] = "lua/pinecone/emulator/http/connection.lua",
      ["pinecone.emulator.http.parser"] = "lua/pinecone/emulator/http/parser.lua",
      ["pinecone.emulator.http.server"] = "lua/pinecone/emulator/http/server.lua",
      ["pinecone.emulator.http.writer"] = "lua/pinecone/emulator/http/writer.lua",
      ["pinecone.emulator.identifiers"] = "lua/pinecone/emulator/identifiers.lua",
      ["pinecone.emulator"] = "lua/pinecone/emulator/init.lua",
      ["pinecone.emulator.json"] = "lua/pinecone/emulator/json.lua",
      ["pinecone.emulator.keeper"] = "lua/pinecone/emulator/keeper.lua",
      ["pinecone.emulator.nearest"] = "lua/pinecone/emulator/nearest.lua",
      ["pinecone.emulator.options"] = "lua/pinecone/emulator/options.lua",
      ["pinecone.emulator.process"] = "lua/pinecone/emulator/process.lua",
      ["pinecone.emulator.request_log"] = "lua/pinecone/emulator/request_log.lua",
      ["pinecone.emulator.seed"] = "lua/pinecone/emulator/seed.lua",
      ["pinecone.emulator.service"] = "lua/pinecone/emulator/service.lua",
      ["pinecone.emulator.state.agenda"] = "lua/pinecone/emulator/state/agenda.lua",
      ["pinecone.emulator.state.backups"] = "lua/pinecone/emulator/state/backups.lua",
      ["pinecone.emulator.state.collections"] = "lua/pinecone/emulator/state/collections.lua",
      ["pinecone.emulator.state.data"] = "lua/pinecone/emulator/state/data.lua",
      ["pinecone.emulator.state.indexes"] = "lua/pinecone/emulator/state/indexes.lua",
      ["pinecone.emulator.state"] = "lua/pinecone/emulator/state/init.lua",
      ["pinecone.emulator.state.models"] = "lua/pinecone/emulator/state/models.lua",
      ["pinecone.emulator.state.records"] = "lua/pinecone/emulator/state/records.lua",
      ["pinecone.emulator.state.restore_jobs"] = "lua/pinecone/emulator/state/restore_jobs.lua",
      ["pinecone.emulator.state.rows"] = "lua/pinecone/emulator/state/rows.lua",
      ["pinecone.emulator.state.rules"] = "lua/pinecone/emulator/state/rules.lua",
      ["pinecone.emulator.state.schedules"] = "lua/pinecone/emulator/state/schedules.lua",
      ["pinecone.emulator.state.snapshot"] = "lua/pinecone/emulator/state/snapshot.lua",
      ["pinecone.emulator.store"] = "lua/pinecone/emulator/store.lua",
      ["pinecone.emulator.tables"] = "lua/pinecone/emulator/tables.lua",
      ["pinecone.emulator.utf8"] = "lua/pinecone/emulator/utf8.lua",
      ["pinecone.emulator.versions"] = "lua/pinecone/emulator/versions.lua",
      ["pinecone.errors"] = "lua/pinecone/errors.lua",
      ["pinecone"] = "lua/pinecone/init.lua",
      ["pinecone.lookup"] = "lua/pinecone/lookup.lua",
      ["pinecone.pages"] = "lua/pinecone/pages.lua",
      ["pinecone.report"] = "lua/pinecone/report.lua",
      ["pinecone.settle"] = "lua/pinecone/settle.lua",
      ["pinecone.timestamp"] = "lua/pinecone/timestamp.lua",
      ["pinecone.wait"] = "lua/pinecone/wait.lua",
   },
   install = {
      bin = { ["pinecone-backup"] = "lua/pinecone/command/pinecone-backup" },
   },
}
