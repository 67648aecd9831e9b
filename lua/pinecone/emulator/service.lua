--- One emulated project as a whole: state, API, faults, request log and the
-- control path `/_emulator`. Pure: requests in, outcomes out.
-- @module pinecone.emulator.service

local api = require("pinecone.emulator.api")
local clock = require("pinecone.emulator.clock")
local control = require("pinecone.emulator.control")
local failure = require("pinecone.emulator.failure")
local faults = require("pinecone.emulator.faults")
local request_log = require("pinecone.emulator.request_log")
local routes = require("pinecone.emulator.api.routes")
local state = require("pinecone.emulator.state")

local service = {}

local function operation_names()
   local names = {}
   for _, plane in pairs(routes) do
      for _, route in ipairs(plane) do
         names[route.operation] = true
      end
   end
   return names
end

--- @type Service
local Service = {}
Service.__index = Service

-- An effect that comes late, as a fault says: the request was answered already.
function Service:postpone(seconds, effect)
   local at = self.clock.read() + seconds
   local position = 1
   while self.late[position] and self.late[position].at <= at do
      position = position + 1
   end
   table.insert(self.late, position, { at = at, effect = effect })
end

--- Lets everything happen whose time has come, late effects included.
function Service:catch_up()
   local now = self.clock.read()
   while self.late[1] and self.late[1].at <= now do
      local due = table.remove(self.late, 1)
      due.effect({ at = due.at })
   end
   self.state:tick(now)
end

--- Answers a request.
-- @tparam table request as @{pinecone.emulator.api} takes it, with `plane`,
--   `port` and `connection`
-- @treturn table outcome, see @{pinecone.emulator.faults}
function Service:respond(request)
   if request.plane == "control" and control.is_control(request.path) then
      return { response = self.api:finish(request, control.answer(self, request)) }
   end
   self:catch_up()
   local resolved = self.api:resolve(request)
   local row = request_log.add(self.log, request, resolved.operation)
   local function effect(circumstances)
      return self.api:answer(request, resolved, circumstances)
   end
   local outcome = self.faults:apply(resolved.operation, effect)
   if outcome.late then
      self:postpone(outcome.late, effect)
   end
   if outcome.response then
      row.status = outcome.response.status
      self.api:finish(request, outcome.response)
   end
   return outcome
end

--- The answer to a request that broke the emulator's own code.
-- @tparam table request
-- @treturn table outcome
function service.broken(request)
   return { response = api.refusal(request.plane, failure("internal_error")) }
end

local function new_state(self)
   return state.new({
      clock = self.clock.read, new_id = self.new_id,
      open_host = self.open_host, close_host = self.close_host,
   }, self.options)
end

--- Goes back to the start: no indexes, no backups, no faults, no log, and the
-- clock at its source's time.
function Service:reset()
   for _, index in ipairs(self.state:list_indexes()) do
      self.close_host(index)
   end
   self.clock.reset()
   self.faults:clear()
   request_log.clear(self.log)
   self.late = {}
   self.state = new_state(self)
   self.api.state = self.state
end

--- Moves the clock and lets everything happen that falls into the time.
-- @tparam number seconds
function Service:advance(seconds)
   self.clock.advance(seconds)
   self:catch_up()
end

--- Makes a service with an empty project.
-- @tparam table environment `time` (returns seconds since 1970), `new_id`,
--   `open_host(index)` and `close_host(index)`
-- @tparam[opt] table options `api_key` and those of @{pinecone.emulator.state}
-- @treturn Service
function service.new(environment, options)
   options = options or {}
   local self = setmetatable({
      clock = clock.new(environment.time), new_id = environment.new_id,
      open_host = environment.open_host, close_host = environment.close_host,
      options = options, log = request_log.new(), faults = faults.new(operation_names()), late = {},
   }, Service)
   self.state = new_state(self)
   self.api = api.new({
      state = self.state, clock = self.clock.read, new_id = self.new_id,
      api_key = options.api_key, options = options,
   })
   return self
end

return service
