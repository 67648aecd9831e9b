-- An emulator in the spec's own process, on real sockets, that keeps every exchange.

local api = require "pinecone.emulator.api"
local identifiers = require "pinecone.emulator.identifiers"
local pinecone = require "pinecone"
local server = require "pinecone.emulator.http.server"
local service = require "pinecone.emulator.service"
local uv = require "luv"
local wire = require "support.wire"

local project = {}

local API_KEY = "contract-key-0123456789"
local START = 1780000000 -- the clock stands still unless a spec moves it

local Project = {}
Project.__index = Project

-- What came in and what went out; the emulator may change its tables later.
local function keep(self, request, outcome)
   local response = outcome.response
   self.exchanges[#self.exchanges + 1] = {
      plane = request.plane, version = request.headers["x-pinecone-api-version"],
      request = {
         method = request.method, path = request.path, query = request.query,
         headers = request.headers, body = request.body,
      },
      response = { status = response.status, headers = response.headers, body = response.body },
   }
end

-- As the emulator's process does it: what breaks inside is a 500.
local function answer(self, request, context)
   request.plane, request.port, request.index_name = context.plane, context.port, context.index_name
   local ok, outcome = pcall(self.service.respond, self.service, request)
   if not ok then
      outcome = service.broken(request)
   end
   keep(self, request, outcome)
   return outcome
end

local function open_host(self, index)
   local listener = assert(self.server:listen(0, {
      plane = "data", index_name = index.name, body_limit = api.body_limits.data,
   }))
   self.hosts[index.id] = listener
   return "127.0.0.1:" .. listener.port
end

local function close_host(self, index)
   self.server:close_port(self.hosts[index.id])
end

--- Starts one.
-- @tparam[opt] table options of the emulator
function project.start(options)
   local self = setmetatable({ api_key = API_KEY, exchanges = {}, hosts = {}, clients = {} }, Project)
   options = options or {}
   options.api_key = API_KEY
   self.service = service.new({
      time = function() return START end,
      new_id = identifiers.generator(uv.random),
      open_host = function(index) return open_host(self, index) end,
      close_host = function(index) close_host(self, index) end,
   }, options)
   self.server = server.new {
      respond = function(request, context) return answer(self, request, context) end, idle_seconds = 60,
   }
   local listener = assert(self.server:listen(0, { plane = "control", body_limit = api.body_limits.control }))
   self.url = "http://127.0.0.1:" .. listener.port
   return self
end

--- Makes a client on it, one that asks for everything once.
-- @tparam string version
-- @tparam[opt] string key another one than the right one
function Project:client(version, key)
   local made = pinecone.assert(pinecone.new {
      api_key = key or API_KEY, host = self.url, api_version = version, wait = wire.wait, max_retries = 0,
      settle_grace = 0,
   })
   self.clients[#self.clients + 1] = made
   return made
end

--- Lets time pass.
function Project:advance(seconds)
   self.service:advance(seconds)
end

--- Does something while options have other values.
function Project:with(changed, action)
   local before = {}
   for _, options in ipairs { self.service.state.options, self.service.api.options } do
      before[options] = {}
      for name, value in pairs(changed) do
         before[options][name], options[name] = options[name], value
      end
   end
   action()
   for options, values in pairs(before) do
      for name, value in pairs(values) do
         options[name] = value
      end
   end
end

--- Does something while every job that is started will fail.
function Project:failing(action)
   assert(self.service.faults:add { operation = "*", on = "all", job = "failed" })
   action()
   self.service.faults:clear()
end

--- Does something while every request breaks the emulator's own code.
function Project:breaking(action)
   local state = self.service.api.state
   self.service.api.state = nil
   action()
   self.service.api.state = state
end

function Project:stop()
   for _, client in ipairs(self.clients) do
      client:close()
   end
   self.server:close()
   uv.run "nowait"
end

return project
