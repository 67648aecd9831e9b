-- What is done while memory runs out. Each scenario is a row: its name, what to do, and what comes of it while there is
-- memory: "result", the kind of the failure, or "raised". `spares_luajit`: where one of Lua's allocations fails, LuaJIT
-- crashes in its own unwinding, so that there only those of the core and of libcurl do.

local core = require "pinecone.core"
local pinecone = require "pinecone"
local service = require "support.service"

-- A hidden wait for something that never comes would end in a timeout, which is no expected outcome.
local TIMEOUT = 10

local function with_client(url, action)
   local pc, err = pinecone.new {
      host = url, api_key = service.api_key, timeout = TIMEOUT, retry_delay = 0.001, settle_grace = 0.001,
      on_request = function() end,
   }
   if not pc then
      return nil, err
   end
   local value
   value, err = action(pc)
   pc:close()
   return value, err
end

-- @tparam table running the emulator
return function(running)
   local url = running.url

   -- As a process that loads the module anew: nothing of it may be left half made.
   local function forget_core()
      collectgarbage()
      collectgarbage() -- whatever goes later would not find its finaliser
      local registry = debug.getregistry()
      for _, name in ipairs { "pinecone.client", "pinecone.call", "pinecone.failure", "pinecone.cjson" } do
         registry[name] = nil
      end
   end

   return {
      -- deleted, because the emulator's quota would be full before the end
      { name = "create a backup and delete it", expected = "result", act = function()
         return with_client(url, function(pc)
            local backup, err = pc:create_backup { index_name = "movies", name = "nightly", description = "nights" }
            if not backup then
               return nil, err
            end
            return pc:delete_backup(backup.backup_id)
         end)
      end },

      { name = "list two pages", expected = "result", act = function()
         return with_client(url, function(pc)
            local names = {}
            for backup in pc:backups { index_name = "books", limit = 2 } do
               names[#names + 1] = backup.name
            end
            table.sort(names)
            return assert(table.concat(names, " ") == "one three two", "the list is not whole")
         end)
      end },

      { name = "ask an index itself", expected = "result", act = function()
         return with_client(url, function(pc) return pc:describe_index_stats "books" end)
      end },

      { name = "any request", expected = "invalid_argument", act = function()
         return with_client(url, function(pc)
            return pc:request {
               method = "POST", path = "/indexes", query = { dry = true, note = "a b" },
               body = { name = "large", dimension = 8, tags = { team = "search" } },
            }
         end)
      end },

      { name = "a client that nobody closes", expected = "result", act = function()
         return pinecone.new {
            host = url, api_key = service.api_key, api_version = "2026-04", headers = { ["X-Team"] = "search" },
            proxy = "http://user:password@127.0.0.1:1", no_proxy = "127.0.0.1", source_tag = "spec",
            ca_file = "/missing/file", ca_path = "/missing",
         }
      end },

      { name = "a call that is given up", expected = "result", act = function()
         local client, err = core.new { host = url, api_key = service.api_key }
         local call
         if client then
            call, err = core.list_indexes(client)
         end
         if call then
            call:step()
            call:cancel()
         end
         return call and true, err
      end },

      -- as `local call <close>` does it
      { name = "a call that is closed", expected = "result", act = function()
         local client = pinecone.assert(core.new { host = url, api_key = service.api_key })
         local call = pinecone.assert(core.list_indexes(client))
         repeat until call:block()
         local ok, value, err = pcall(call.result, call)
         debug.getmetatable(call).__close(call)
         if not ok then
            error(value, 0)
         end
         return value, err
      end },

      { name = "404 with JSON", expected = "not_found", act = function()
         return with_client(url, function(pc) return pc:describe_backup "missing" end)
      end },

      { name = "502 with a web page", expected = "unavailable", act = function()
         return with_client(url, function(pc) return pc:list_collections() end)
      end },

      -- every second one is answered with 503
      { name = "a read that is repeated", expected = "result", act = function()
         return with_client(url, function(pc)
            local jobs, err = pc:list_restore_jobs()
            if not jobs then
               return nil, err
            end
            return pc:list_restore_jobs()
         end)
      end },

      -- its answer never comes, and what is there is Ready
      { name = "a create that is looked for", expected = "conflict", spares_luajit = true, act = function()
         return with_client(url, function(pc) return pc:create_collection { name = "films", source = "pods" } end)
      end },

      -- one of them with a request: libcurl 7.88 divides by zero when its memory runs out in one of two at once
      { name = "tasks side by side", expected = "result", spares_luajit = true, act = function()
         return with_client(url, function(pc)
            local function rest()
               return pc:sleep(0.001)
            end
            local results, problems = pinecone.parallel { rest, function() return pc:list_indexes() end, rest }
            local _, problem = next(problems or {})
            if type(problem) == "string" then
               error(problem, 0)
            end
            return not problem and #results == 3, problem
         end)
      end },

      { name = "connection refused", expected = "network", act = function()
         return with_client("http://127.0.0.1:1", function(pc) return pc:list_indexes() end)
      end },

      { name = "misuse", expected = "raised", act = function()
         return with_client(url, function(pc) return pc:create_backup { indx_name = "movies" } end)
      end },

      { name = "a bad value", expected = "invalid_argument", act = function()
         return with_client(url, function(pc) return pc:describe_index "Not An Index" end)
      end },

      -- the last one, because the failures of the new core lack what the Lua layer gave to the old one's
      { name = "load the core and make a client", expected = "result", before = forget_core, act = function()
         local fresh = package.preload["pinecone.core"]()
         local client, err = fresh.new { host = url, api_key = service.api_key }
         if client then
            client:close()
         end
         return client and true, err
      end },
   }
end
