-- What most specs begin with: an emulator of their own, a client on it, and things to work with.

local emulator = require "pinecone.emulator"
local pinecone = require "pinecone"
local uv = require "luv"

local service = {}

--- The key that the emulator wants and the clients send.
service.api_key = "spec-key-0123456789"

--- By how much longer than usual everything may take: sanitizers, valgrind and a busy collector have their price.
service.slowness = 1
for _, tool in ipairs { "asan", "vgpreload" } do
   if (os.getenv "LD_PRELOAD" or ""):find(tool, 1, true) then
      service.slowness = 4
   end
end

local BATCH = 500

local function over(defaults, given)
   for name, value in pairs(given or {}) do
      defaults[name] = value
   end
   return defaults
end

--- Starts an emulator whose jobs are done at once.
-- @tparam[opt] table options of the emulator
function service.start(options)
   return pinecone.assert(emulator.spawn(over({ job_seconds = 0, api_key = service.api_key }, options)))
end

--- Makes a client on an emulator, one that does not wait long; raises where that fails.
-- @tparam table running the emulator
-- @tparam[opt] table options of the client
function service.client(running, options)
   return pinecone.assert(pinecone.new(over({
      host = running.url, api_key = service.api_key, retry_delay = 0.01, settle_grace = 0.1,
   }, options)))
end

--- Creates a serverless index and waits until it is there.
-- @tparam table pc the client
-- @tparam string name
-- @tparam[opt] table fields further fields of create_index
-- @treturn table the index
function service.serverless(pc, name, fields)
   pinecone.assert(pc:create_index(over({
      name = name, dimension = 3, metric = "cosine", spec = { serverless = { cloud = "aws", region = "us-east-1" } },
   }, fields)))
   return pinecone.assert(pc:wait_for_index(name))
end

--- Creates a pod index and waits until it is there.
function service.pod(pc, name, fields)
   pinecone.assert(pc:create_index(over({
      name = name, dimension = 3, metric = "cosine",
      spec = { pod = { environment = "us-east1-gcp", pod_type = "p1.x1" } },
   }, fields)))
   return pinecone.assert(pc:wait_for_index(name))
end

local function vectors(first, last, dimension)
   local list = {}
   for number = first, last do
      local values = {}
      for position = 1, dimension do
         values[position] = number / position
      end
      list[#list + 1] = { id = "record-" .. number, values = values, metadata = { number = number } }
   end
   return list
end

--- Puts records into an index of dense vectors: record-1, record-2 and so on.
-- @tparam table pc the client
-- @tparam string index_name
-- @tparam number count
-- @tparam[opt] string namespace
function service.fill(pc, index_name, count, namespace)
   local index = pinecone.assert(pc:describe_index(index_name))
   for first = 1, count, BATCH do
      pinecone.assert(pc:request {
         method = "POST", host = index.host, path = "/vectors/upsert",
         body = {
            vectors = vectors(first, math.min(first + BATCH - 1, count), index.dimension), namespace = namespace,
         },
      })
   end
end

--- The id of the backup of a name; nil where there is none.
function service.backup_id(pc, name)
   for _, backup in ipairs(pinecone.assert(pc:backups():all())) do
      if backup.name == name then
         return backup.backup_id
      end
   end
end

--- The rows of the request log, oldest first.
-- @tparam table running the emulator
-- @tparam[opt] string operation of the emulator's route table; all when absent
function service.log(running, operation)
   local rows = {}
   for _, row in ipairs(pinecone.assert(running:requests())) do
      if operation == nil or row.operation == operation then
         rows[#rows + 1] = row
      end
   end
   return rows
end

--- How many requests for an operation have come in; all when it is absent.
function service.sent(running, operation)
   return #service.log(running, operation)
end

--- Over how many connections they have come in.
function service.connections(running, operation)
   local seen, count = {}, 0
   for _, row in ipairs(service.log(running, operation)) do
      if not seen[row.connection] then
         seen[row.connection], count = true, count + 1
      end
   end
   return count
end

--- The interpreter that runs these specs.
function service.interpreter()
   local lowest = 0
   while arg[lowest - 1] do
      lowest = lowest - 1
   end
   return arg[lowest]
end

--- Seconds of a clock that only goes forward.
function service.now()
   return uv.hrtime() / 1e9
end

--- How long something takes.
function service.seconds_of(action)
   local began = service.now()
   action()
   return service.now() - began
end

--- Lets real time pass.
function service.sleep(seconds)
   uv.sleep(seconds * 1000)
end

--- Waits until something holds that another process brings about; raises when it takes too long.
function service.until_true(condition)
   for _ = 1, 1000 do
      if condition() then
         return
      end
      service.sleep(0.01)
   end
   error("it did not come true within 10 seconds", 2)
end

return service
