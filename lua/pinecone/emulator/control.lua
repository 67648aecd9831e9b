--- The control path: what a test does to the emulator, outside the API and
-- without a key.
--
-- | request | does |
-- |---|---|
-- | `GET /_emulator/requests` | the log: `{"requests":[...]}` |
-- | `DELETE /_emulator/requests` | empties the log |
-- | `GET /_emulator/faults` | the plans that are set: `{"faults":[...]}`, with the `count` of requests and `struck` |
-- | `POST /_emulator/faults` | adds a fault plan, or a list of them |
-- | `DELETE /_emulator/faults` | removes all plans |
-- | `GET /_emulator/time` | the emulated time: `{"now":"...","seconds":N}` |
-- | `POST /_emulator/advance` | `{"seconds":N}` moves the clock; answers as `time` |
-- | `POST /_emulator/reset` | back to the start: the seed, or nothing |
-- | `GET /_emulator/state` | counts of what there is |
-- @module pinecone.emulator.control

local calendar = require("pinecone.emulator.calendar")
local clock = require("pinecone.emulator.clock")
local json = require("pinecone.emulator.json")
local request_log = require("pinecone.emulator.request_log")
local tables = require("pinecone.emulator.tables")

local control = {}

local PREFIX = "/_emulator/"
local LONGEST_ADVANCE = 100 * 365 * calendar.DAY

local actions = {}

actions["GET requests"] = function(service)
   local listed = json.array()
   for position, row in ipairs(service.log.rows) do
      listed[position] = row
   end
   return { requests = listed }
end

actions["DELETE requests"] = function(service)
   request_log.clear(service.log)
   return {}
end

actions["GET faults"] = function(service)
   return { faults = service.faults:list() }
end

actions["POST faults"] = function(service, given)
   local added, problem
   if given[1] ~= nil then
      added, problem = service.faults:add_all(given)
   else
      added, problem = service.faults:add(given)
   end
   if not added then
      return nil, problem
   end
   return {}
end

actions["DELETE faults"] = function(service)
   service.faults:clear()
   return {}
end

actions["GET time"] = function(service)
   local now = service.clock.read()
   return { now = calendar.microseconds(now, "Z"), seconds = now }
end

actions["POST advance"] = function(service, arguments)
   local seconds = arguments.seconds
   if type(seconds) ~= "number" or seconds < 0 or seconds > LONGEST_ADVANCE then
      return nil, ("seconds must be a number from 0 to %.0f"):format(LONGEST_ADVANCE)
   elseif service.clock.read() + seconds > clock.LAST then
      return nil, "the clock cannot go beyond the year 9999"
   end
   service:advance(seconds)
   return actions["GET time"](service)
end

actions["POST reset"] = function(service)
   local done, problem = service:reset()
   if not done then
      return nil, problem
   end
   return {}
end

actions["GET state"] = function(service)
   service:catch_up()
   return service.state:counts()
end

--- Whether a path is for the emulator itself.
-- @tparam string path
-- @treturn boolean
function control.is_control(path)
   return path:sub(1, #PREFIX) == PREFIX
end

local function read_arguments(body)
   if not body or not body:find("%S") then
      return {}
   end
   local arguments = json.decode(body)
   return type(arguments) == "table" and arguments or nil
end

local function response(status, value)
   return {
      status = status,
      headers = { ["content-type"] = "application/json" },
      body = json.encode(value),
   }
end

--- Does what a request to the control path asks for.
-- @tparam table service
-- @tparam table request
-- @treturn table the response; status 200, or 400 or 404 with `{"message":...}`
function control.answer(service, request)
   local action = actions[request.method .. " " .. request.path:sub(#PREFIX + 1)]
   if not action then
      return response(404, {
         message = "no such control path; there are " .. table.concat(tables.names(actions), ", "),
      })
   end
   local arguments = read_arguments(request.body)
   if not arguments then
      return response(400, { message = "the body is not a JSON object" })
   end
   local result, problem = action(service, arguments)
   if not result then
      return response(400, { message = problem })
   end
   return response(200, result)
end

return control
