-- Many indexes at once, from one plain script.

local process = require "support.process"
local service = require "support.service"
local uv = require "luv"

local INDEXES, CONNECTIONS, JOB_SECONDS = 200, 64, 1

local SCRIPT = [[
   local pinecone = require "pinecone"
   local pc = pinecone.assert(pinecone.new { host = given.url, api_key = given.key })

   local tasks = {}
   for index in pc:indexes() do
      tasks[#tasks + 1] = function() return pc:backup(index.name) end
   end
   local backups, problems = pinecone.parallel(tasks, { limit = #tasks })
   for _, problem in pairs(problems or {}) do
      print(problem)
   end
   for _, backup in pairs(backups) do
      print(backup.source_index_name .. " " .. backup.status)
   end
   os.exit(problems and 1 or 0)
]]

local function name_of(number)
   return ("index-%03d"):format(number)
end

local function project()
   local indexes = {}
   for number = 1, INDEXES do
      indexes[number] = { name = name_of(number), dimension = 2, records = 1 + number % 5 }
   end
   return { indexes = indexes }
end

-- What is expected of a list of all backups, in order.
local function each_once(status)
   local lines = {}
   for number = 1, INDEXES do
      lines[number] = name_of(number) .. " " .. status
   end
   return lines
end

local function sorted(lines)
   table.sort(lines)
   return lines
end

local function lines_of(text)
   local lines = {}
   for line in text:gmatch "[^\n]+" do
      lines[#lines + 1] = line
   end
   return sorted(lines)
end

-- How many different backups the script has looked at.
local function looked_at(emulator)
   local seen, count = {}, 0
   for _, row in ipairs(service.log(emulator, "describe_backup")) do
      if not seen[row.path] then
         seen[row.path], count = true, count + 1
      end
   end
   return count
end

describe(INDEXES .. " indexes", function()
   local emulator, pc, script

   -- Time stands still there: no backup is done before the spec says so, however slow the machine is.
   setup(function()
      emulator = service.start { max_indexes = INDEXES, speed = 0, job_seconds = JOB_SECONDS, seed = project() }
      pc = service.client(emulator)
      -- So slow that as many looks are under way at once as may be.
      assert(emulator:fault { operation = "describe_backup", on = "all", delay = 0.2 })
   end)
   teardown(function()
      if script then
         script:stop()
      end
      emulator:stop()
   end)

   local function backups()
      local lines = {}
      for position, backup in ipairs(assert(pc:backups():all())) do
         lines[position] = backup.source_index_name .. " " .. backup.status
      end
      return sorted(lines)
   end

   it("are backed up and waited for at once from one plain script", function()
      script = process.script(SCRIPT, { url = emulator.url, key = service.api_key })
      service.until_true(function()
         uv.run "nowait"
         return script.code or looked_at(emulator) == INDEXES
      end)
      assert.is_nil(script.code, script.text)
      assert.same(each_once "Initializing", backups())

      assert(emulator:advance(JOB_SECONDS))
      script:wait()
      assert.same(each_once "Ready", lines_of(script.text))
      assert.equal(0, script.code)
      assert.same(each_once "Ready", backups())
      assert.equal(INDEXES, service.sent(emulator, "create_backup"))
      local connections = service.connections(emulator, "describe_backup")
      assert.is_true(connections <= CONNECTIONS, connections .. " connections")
   end)
end)
