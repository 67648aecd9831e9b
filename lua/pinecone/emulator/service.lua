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
local rows = require("pinecone.emulator.state.rows")
local seed = require("pinecone.emulator.seed")
local state = require("pinecone.emulator.state")

local service = {}

--- @type Service
local Service = {}
Service.__index = Service

-- An effect that comes late, as a fault says: the request was answered already.
function Service:postpone(seconds, effect, circumstances)
   circumstances = circumstances or {}
   local at = self.clock.read() + seconds
   local position = 1
   while self.late[position] and self.late[position].at <= at do
      position = position + 1
   end
   table.insert(self.late, position, { at = at, effect = effect, circumstances = circumstances })
end

--- Lets everything happen whose time has come, late effects included.
function Service:catch_up()
   local now = self.clock.read()
   while self.late[1] and self.late[1].at <= now do
      local due = table.remove(self.late, 1)
      self.unsaved = true
      due.circumstances.at = due.at
      due.effect(due.circumstances)
   end
   self.state:tick(now)
end

local function respond(self, request)
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
   row.fault = outcome.fault
   if outcome.late then
      self:postpone(outcome.late, effect, outcome.circumstances)
   end
   if outcome.response then
      row.status = outcome.response.status
      -- A page of the edge has not been near the service, nor its headers.
      if not outcome.edge then
         self.api:finish(request, outcome.response)
      end
   end
   return outcome
end

-- The methods that change nothing by themselves.
local readers = { GET = true, HEAD = true, OPTIONS = true }

--- Saves what is not yet saved, where there is a file for it.
-- @treturn boolean true, or nil and what is wrong
function Service:save()
   if not self.keeper or not (self.unsaved or self.state.changed) then
      return true
   end
   local saved, problem = self.keeper:save(self.state.data, self.clock, self.moved)
   if saved then
      self.unsaved, self.moved, self.state.changed = false, false, false
   end
   return saved, problem
end

--- Answers a request. What it changes is saved before the answer is known.
-- While something cannot be saved, nothing is done and nothing shown.
-- @tparam table request as @{pinecone.emulator.api} takes it, with `plane`,
--   `port` and `connection`
-- @treturn table outcome, see @{pinecone.emulator.faults}
function Service:respond(request)
   local saved, problem = self:save()
   if not saved then
      return self:cannot_save(request, problem, "nothing was done")
   end
   self.unsaved = self.unsaved or not readers[request.method]
   local outcome = respond(self, request)
   saved, problem = self:save()
   if not saved then
      return self:cannot_save(request, problem, "what was asked for is saved as soon as that can be")
   end
   return outcome
end

function Service:cannot_save(request, problem, effect)
   self.complain(problem)
   local outcome = service.broken(request, problem .. "; " .. effect)
   self.api:finish(request, outcome.response)
   return outcome
end

--- The answer to a request that broke the emulator's own code.
-- @tparam table request
-- @tparam[opt] string message instead of the usual one
-- @treturn table outcome
function service.broken(request, message)
   return { response = api.refusal(request.plane, failure("internal_error"), message) }
end

local function new_state(self, data)
   return state.new({
      clock = self.clock.read, new_id = self.new_id, data = data,
      open_host = self.open_host, close_host = self.close_host,
   }, self.options)
end

local function use_state(self, data)
   self.state = new_state(self, data)
   self.api.state = self.state
   self.unsaved, self.moved = true, true
end

-- Fills an empty project with the seed.
local function sow(self)
   if not self.seed then
      return true
   end
   return seed.replay(self.seed, self)
end

--- Goes back to the start: the seed or an empty project, no faults, no log,
-- and the clock at its source's time.
-- @treturn boolean true, or nil and what is wrong with the seed
function Service:reset()
   for _, index in ipairs(rows.select(self.state.data.indexes)) do
      self.close_host(index)
   end
   self.clock.reset()
   self.faults:clear()
   request_log.clear(self.log)
   self.late = {}
   use_state(self)
   return sow(self)
end

-- Goes on with the project of the file. Indexes get their ports back, where
-- these are free.
local function restore(self, project)
   self.clock.restore(project.clock)
   use_state(self, project.data)
   for _, index in ipairs(rows.select(self.state.data.indexes)) do
      index.host = self.open_host(index)
   end
   self:catch_up()
   return self:save()
end

-- A file that was changed by hand can hold what nobody looks at before it is used.
local function go_on(self, project)
   local ran, ok, problem = pcall(restore, self, project)
   if not ran then
      return nil, self.keeper:refusal(("it is damaged (%s)"):format(ok))
   end
   return ok, problem
end

-- Fills the new service: from the file, else from the seed.
local function begin(self)
   if not self.keeper then
      return sow(self)
   end
   local project, problem = self.keeper:load()
   if project == nil then
      return nil, problem
   end
   local ok
   if project then
      ok, problem = go_on(self, project)
   else
      ok, problem = sow(self)
   end
   if not ok then
      return nil, problem
   end
   self.unsaved = true
   return self:save()
end

--- Moves the clock and lets everything happen that falls into the time.
-- @tparam number seconds
function Service:advance(seconds)
   self.clock.advance(seconds)
   self.moved = true
   self:catch_up()
end

local function no_complaint() end

--- Makes a service.
-- @tparam table environment `time` (returns seconds since 1970), `new_id`,
--   `open_host(index)` and `close_host(index)`; and optionally `keeper` (a
--   @{pinecone.emulator.keeper}), `seed` (see @{pinecone.emulator.seed}),
--   `faults` (a sequence of plans) and `complain(problem)`, for what cannot be
--   saved
-- @tparam[opt] table options `api_key`, `speed` and those of
--   @{pinecone.emulator.state}
-- @treturn Service or nil and what is wrong with file, seed or faults
function service.new(environment, options)
   options = options or {}
   local self = setmetatable({
      clock = clock.new(environment.time, options.speed), new_id = environment.new_id,
      open_host = environment.open_host, close_host = environment.close_host,
      keeper = environment.keeper, seed = environment.seed,
      complain = environment.complain or no_complaint, late = {},
      options = options, log = request_log.new(), faults = faults.new(routes.operations),
   }, Service)
   self.state = new_state(self)
   self.api = api.new({
      state = self.state, clock = self.clock.read, new_id = self.new_id,
      api_key = options.api_key, options = options,
   })
   local ok, problem = self.faults:add_all(environment.faults or {})
   if ok then
      ok, problem = begin(self)
   end
   if not ok then
      return nil, problem
   end
   return self
end

return service
