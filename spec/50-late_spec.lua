-- Most modules are compiled when they are first used. By then their files may be gone.

local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

-- Ours that stand in no list, because `require "pinecone"` never needs them.
local apart = { ["pinecone.openresty"] = true }

local emulator, folder, given

local function copy(from, to)
   uv.fs_mkdir(to, 493) -- 0755
   local listing = assert(uv.fs_scandir(from))
   local name, kind = uv.fs_scandir_next(listing)
   while name do
      if kind == "directory" then
         copy(from .. "/" .. name, to .. "/" .. name)
      else
         assert(uv.fs_copyfile(from .. "/" .. name, to .. "/" .. name))
      end
      name, kind = uv.fs_scandir_next(listing)
   end
end

-- The modules that a folder of ours holds, as `require` names them.
local function names_in(path, prefix)
   local names, listing = {}, assert(uv.fs_scandir(path))
   local name, kind = uv.fs_scandir_next(listing)
   while name do
      local stem = name:match "^(.*)%.lua$"
      if stem and not apart[prefix .. stem] then
         names[#names + 1] = stem == "init" and prefix:sub(1, -2) or prefix .. stem
      elseif kind == "directory" and (name == "hosts" or name == "workflows") then
         for _, inner in ipairs(names_in(path .. "/" .. name, prefix .. name .. ".")) do
            names[#names + 1] = inner
         end
      end
      name, kind = uv.fs_scandir_next(listing)
   end
   return names
end

setup(function()
   emulator = service.start()
   service.serverless(service.client(emulator), "movies")
end)

teardown(function()
   emulator:stop()
end)

before_each(function()
   folder = scratch.new()
   copy("lua", folder:path "lua")
   given = { url = emulator.url, key = service.api_key, root = folder.root, here = folder:path "lua" }
end)

after_each(function()
   folder:remove()
end)

local PRELUDE = [[
   package.path = given.here .. "/?.lua;" .. given.here .. "/?/init.lua"
   local function hide() assert(os.rename(given.here, given.root .. "/gone")) end
   local function new() return require "pinecone".new { api_key = given.key, host = given.url } end
   local function write(name, text)
      local file = assert(io.open(given.here .. "/pinecone/" .. name, "w"))
      file:write(text)
      file:close()
   end
]]

-- What a script printed, which has to end well.
local function run(source, more)
   for name, value in pairs(more or {}) do
      given[name] = value
   end
   local done = process.script(PRELUDE .. source, given):wait()
   assert.equal("", done.err)
   assert.equal(0, done.code)
   return done.out
end

describe("What is loaded late", function()

   it("is there when the files are not", function()
      assert.equal("fine", run [[
         local pinecone = require "pinecone"
         hide()
         local pc = new()
         local backup = assert(pc:backup "movies")
         assert(pc:describe_backup(backup.backup_id))
         assert(pc:restore { backup_id = backup.backup_id, name = "again", verify = true })
         assert(pc:drill "movies")
         local check = assert(pc:check())
         assert(pinecone.metrics(check):find "again")
         assert(pc:prune_backups { policy = { all = true, keep_last = 1 } })
         assert(#pinecone.retention.plan(pc:backups():all(), { all = true, keep_last = 1 }, os.time() + 9).keep == 1)
         assert(pinecone.timestamp(backup.created_at))
         assert(pinecone.parallel { function() return pc:describe_index "movies" end }[1])
         assert(select(2, pc:describe_index "none").hint)
         io.write "fine"
      ]])
   end)

   it("is every module", function()
      local names = names_in("lua/pinecone", "pinecone.")
      assert.is_true(#names > 30)
      -- those of event loops need their libraries, but not their files
      assert.equal("", run([[
         require "pinecone"
         hide()
         for name in given.names:gmatch "%S+" do
            local good, problem = pcall(require, name)
            local missing = not good and problem:match "module '(pinecone[^']*)' not found"
            if missing then
               print(missing)
            end
         end
      ]], { names = table.concat(names, " ") }))
   end)

   it("is as require would have loaded it, file, line and all", function()
      assert.equal("fine", run [[
         write("names.lua", "\nreturn { where = debug.getinfo(1, 'Sl'), given = { ... } }")
         require "pinecone"
         local names = require "pinecone.names"
         assert(names.where.source == "@" .. given.here .. "/pinecone/names.lua" and names.where.currentline == 2)
         assert(names.given[1] == "pinecone.names" and names == require "pinecone.names")
         assert(not package.preload["pinecone.names"])
         io.write "fine"
      ]])
   end)

   it("comes from package.preload, where somebody has put it there", function()
      assert.equal("mine mine", run [[
         package.preload["pinecone.timestamp"] = function() return function() return "mine" end end
         package.loaded["pinecone.metrics"] = function() return "mine" end
         local pinecone = require "pinecone"
         io.write(pinecone.timestamp "", " ", pinecone.metrics {})
      ]])
   end)

   it("comes from elsewhere at once, where there is no such file", function()
      assert.equal("fine", run [[
         assert(os.rename(given.here .. "/pinecone/metrics.lua", given.root .. "/metrics"))
         local searchers, asked = package.searchers or package.loaders, nil
         table.insert(searchers, function(name)
            return name == "pinecone.metrics" and function()
               asked = true
               return function() return "theirs" end
            end or nil
         end)
         local pinecone = require "pinecone"
         assert(asked and pinecone.metrics {} == "theirs")
         io.write "fine"
      ]])
   end)

   it("is missed at once, where it is nowhere", function()
      assert.matches("^%S*: ?module 'pinecone.metrics' not found:\n", run [[
         assert(os.rename(given.here .. "/pinecone/metrics.lua", given.root .. "/metrics"))
         io.write((select(2, pcall(require, "pinecone"))))
      ]])
   end)

   it("is read anew in a program that loads all anew", function()
      assert.equal("new", run [[
         write("timestamp.lua", "return function() return 'old' end")
         require "pinecone"
         write("timestamp.lua", "return function() return 'new' end")
         for name in pairs(package.loaded) do
            package.loaded[name] = not name:find "^pinecone" and package.loaded[name] or nil
         end
         io.write(require "pinecone".timestamp "")
      ]])
   end)

   it("is that of another version, in a program that loads another version from elsewhere", function()
      copy("lua", folder:path "other")
      assert.equal("new new", run([[
         write("timestamp.lua", "return function() return 'old' end")
         write("metrics.lua", "return function() return 'old' end")
         assert(require "pinecone".timestamp "" == "old")
         given.here = given.other
         package.path = given.here .. "/?.lua;" .. given.here .. "/?/init.lua"
         write("timestamp.lua", "return function() return 'new' end")
         write("metrics.lua", "return function() return 'new' end")
         for name in pairs(package.loaded) do
            package.loaded[name] = not name:find "^pinecone" and package.loaded[name] or nil
         end
         io.write(require "pinecone".timestamp "", " ", require "pinecone".metrics {})
      ]], { other = folder:path "other" }))
   end)

   it("reads no global that nobody has declared", function()
      assert.equal("fine", run [[
         local function refuse(_, name) error("variable '" .. tostring(name) .. "' is not declared", 2) end
         setmetatable(_G, { __index = refuse, __newindex = refuse })
         local pinecone = require "pinecone"
         assert(pinecone.timestamp "2025-05-15T00:52:10Z")
         assert(new():check())
         io.write "fine"
      ]])
   end)

   -- Without OpenResty's own LuaJIT, each request of nginx has such globals.
   it("has the program's globals, whoever uses it first", function()
      assert.equal("fine", run [[
         local pinecone = require "pinecone"
         local setfenv, getfenv = rawget(_G, "setfenv"), rawget(_G, "getfenv")
         if setfenv then
            local own = setmetatable({}, { __index = _G })
            assert(coroutine.resume(coroutine.create(function()
               setfenv(0, own)
               assert(pinecone.timestamp "2025-05-15T00:52:10Z")
            end)))
            assert(getfenv(require "pinecone.timestamp") == _G)
         end
         io.write "fine"
      ]])
   end)

   it("is tried again, where loading it was interrupted", function()
      assert.equal("fine", run [[
         write("calendar.lua", "if not tried then tried = true; error 'interrupted!' end; return {}")
         local timestamp = require "pinecone".timestamp
         assert(not pcall(timestamp, "none") and tried)
         assert(select(2, timestamp "none").kind == "invalid_argument")
         io.write "fine"
      ]])
   end)

   -- PUC Lua 5.1 cannot yield across a metamethod, which loads it.
   it("may be used first where calls wait for each other", function()
      assert.equal("fine", run [[
         local pinecone = require "pinecone"
         local function one(action)
            local pc = new()
            local results, problems = pinecone.parallel { function() return action(pc) end, function()
               return pc:describe_index "movies"
            end }
            assert(not problems and results[1], problems and tostring(problems[1]))
         end
         one(function() return pinecone.parallel { function() return new():describe_index "movies" end } end)
         one(function(pc) return pc:backups():next() or true end)
         one(function(pc) return pc:backup "movies" end)
         one(function(pc) return pc:check() end)
         one(function(pc) return pc:drill "movies" end)
         one(function(pc) return pc:prune_backups { policy = { all = true, keep_last = 1 } } end)
         io.write "fine"
      ]])
   end)

   it("does not show", function()
      assert.equal("fine", run [[
         local pinecone = require "pinecone"
         for _, name in ipairs { "assert", "metrics", "new", "parallel", "timestamp", "wants_backup" } do
            assert(type(pinecone[name]) == "function", name)
         end
         assert(type(next(pinecone.retention)) == "string")
         assert(new().backup_all == nil and type(new().backup) == "function")
         io.write "fine"
      ]])
   end)
end)
