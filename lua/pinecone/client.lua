--- The client: one method per operation, made from the core's table.
-- @classmod Client

local await = require "pinecone.await"
local core = require "pinecone.core"
local errors = require "pinecone.errors"
local hosts = require "pinecone.hosts"
local lazy = require "pinecone.lazy"
local pages = lazy.require "pinecone.pages"
local report = require "pinecone.report"
local settle = lazy.require "pinecone.settle"
local wait = lazy.require "pinecone.wait"
local workflows = lazy.require "pinecone.workflows"

local Client = {}
Client.__index = Client

-- Calls -------------------------------------------------------------------------------------------------------------

function Client._check_self(self, name)
   if getmetatable(self) ~= Client then
      errors.misuse(("%s: write client:%s(...), with a colon"):format(name, name))
   end
end

-- Begins a call. Misuse raises; a bad value is nil and the error.
function Client:_begin(name, arguments, options)
   local call, problem = core[name](self._core, arguments, options)
   if call then
      return call
   end
   if type(problem) == "string" then
      errors.misuse(problem)
   end
   return nil, errors.explain(problem, self._about)
end

-- Checks a call's arguments and sends nothing: a call that is never stepped has no effect. `as` is the name that the
-- caller used, where it is another.
function Client:_check(name, arguments, options, as)
   local call, problem = core[name](self._core, arguments, options)
   if call then
      call:cancel()
      return true
   end
   as = as or name
   if type(problem) == "string" then
      errors.misuse((problem:gsub("^" .. name .. ":", as .. ":")))
   end
   problem.operation = as
   return nil, errors.explain(problem, self._about)
end

-- Waits for a call and gives its result.
function Client:_finish(call)
   local value, err = await(call, self._host, self._listener, self._asleep)
   if err then
      return nil, errors.explain(err, self._about)
   end
   return value
end

function Client:_perform(name, arguments, options)
   local call, err = self:_begin(name, arguments, options)
   if not call then
      return nil, err
   end
   if core.operations[name].effect == "none" then -- where nothing is written nothing is to be settled
      return self:_finish(call)
   end
   local kept = settle.keep(name, arguments, options, call)
   return settle.see_to(self, name, kept, call, self:_finish(call))
end

for name in pairs(core.operations) do
   Client[name] = function(self, arguments, options)
      Client._check_self(self, name)
      return self:_perform(name, arguments, options)
   end
end

--- Lets time pass, the way the host of the program waits: others go on meanwhile, in `parallel` and in event loops.
-- @tparam number seconds 0 or more
-- @treturn boolean true
-- @raise for anything else
function Client:sleep(seconds)
   Client._check_self(self, "sleep")
   if type(seconds) ~= "number" or seconds ~= seconds or seconds < 0 then
      errors.misuse(("sleep: takes a number of seconds from 0 up, got %s"):format(tostring(seconds)))
   end
   await(core.timer(seconds), self._host, nil, self._asleep)
   return true
end

-- Index statistics --------------------------------------------------------------------------------------------------

local function with_host(arguments, host)
   local copy = { host = host }
   for key, value in pairs(arguments) do
      copy[key] = value
   end
   return copy
end

local function ask_host(self, name, options)
   local index, err = self:_perform("describe_index", name, options)
   if not index then
      return nil, err
   end
   if type(index.host) ~= "string" then
      return nil, errors.explain(errors.new {
         kind = "protocol", operation = "describe_index_stats", target = name,
         message = "describe_index names no host for it",
      }, self._about)
   end
   self._hosts[name] = index.host
   return index.host
end

-- An index that was made anew has another host: what was remembered is then asked for once more.
local stale_kinds = { not_found = true, network = true, tls = true, unauthenticated = true }

local function is_stale(err)
   return stale_kinds[err.kind] or (err.kind == "invalid_argument" and not err.status)
end

local function stats_of(self, arguments, options)
   local name = arguments.index_name
   local remembered = self._hosts[name]
   local host, err = remembered, nil
   if not host then
      host, err = ask_host(self, name, options)
   end
   if not host then
      return nil, err
   end
   local stats
   stats, err = self:_perform("describe_index_stats", with_host(arguments, host), options)
   if err and is_stale(err) then
      self._hosts[name] = nil
      if remembered then
         return stats_of(self, arguments, options)
      end
   end
   return stats, err
end

--- Answers the record counts of an index, from the index itself.
--
-- `POST /describe_index_stats` on the index's host (data-plane/describeindexstats). The host comes from
-- `describe_index` and is remembered.
-- @tparam string|table arguments the index's name, or `index_name` or `host`, and `filter`
-- @tparam[opt] table options `timeout` (of each request), `api_version`
-- @treturn[1] table `namespaces`, `totalVectorCount`, `dimension`, ... in camelCase, as the data plane spells them
-- @treturn[2] nil
-- @treturn[2] table the error
function Client:describe_index_stats(arguments, options)
   Client._check_self(self, "describe_index_stats")
   if type(arguments) == "string" then
      arguments = { index_name = arguments }
   end
   if type(arguments) ~= "table" or arguments.host ~= nil or arguments.index_name == nil then
      return self:_perform("describe_index_stats", arguments, options)
   end
   -- before the host is known: for the check any will do
   local good, err = self:_check("describe_index_stats", with_host(arguments, "localhost"), options)
   if not good then
      return nil, err
   end
   return stats_of(self, arguments, options)
end

-- Schedules ---------------------------------------------------------------------------------------------------------

local function set_enabled(self, name, schedule, enabled, options)
   Client._check_self(self, name)
   local id = schedule
   if type(schedule) == "table" then -- the schedule itself will do
      id = schedule.schedule_id
   end
   local field = id == nil and schedule ~= nil and next(schedule)
   if field then
      errors.misuse(("%s: unknown field '%s'; did you mean 'schedule_id'?"):format(name, tostring(field)))
   end
   if id == nil then
      errors.misuse(("%s: 'schedule_id' is missing (string: the schedule's id)"):format(name))
   end
   if type(id) ~= "string" then
      errors.misuse(("%s: 'schedule_id' must be a string, got a %s"):format(name, type(id)))
   end
   local changed, err = self:_perform("update_backup_schedule", { schedule_id = id, enabled = enabled }, options)
   if err then
      err.operation = name
   end
   return changed, err
end

--- Stops a schedule from running until it is resumed (update_backup_schedule with `enabled = false`).
-- @tparam string|table schedule its id, or a table with `schedule_id`
-- @tparam[opt] table options `timeout`, `api_version`
-- @treturn[1] table the schedule
-- @treturn[2] nil
-- @treturn[2] table the error
function Client:pause_backup_schedule(schedule, options)
   return set_enabled(self, "pause_backup_schedule", schedule, false, options)
end

--- Lets a schedule run again: Pinecone takes a backup at once and counts the next run from now.
-- @tparam string|table schedule its id, or a table with `schedule_id`
-- @tparam[opt] table options `timeout`, `api_version`
-- @treturn[1] table the schedule
-- @treturn[2] nil
-- @treturn[2] table the error: `conflict` where another schedule of the index is enabled
function Client:resume_backup_schedule(schedule, options)
   return set_enabled(self, "resume_backup_schedule", schedule, true, options)
end

-- Iterators, waiting, workflows --------------------------------------------------------------------------------------

lazy.complete(Client,
   function() pages.add_iterators(Client) end,
   function() wait.add_waiters(Client) end,
   function() workflows.add_workflows(Client) end)

-- Life --------------------------------------------------------------------------------------------------------------

--- Ends what is under way, closes the connections and wipes the key. A call after that gives an error of kind `closed`.
function Client:close()
   Client._check_self(self, "close")
   for _, forget in pairs(self._asleep) do
      forget()
   end
   self._core:close()
end

Client.__close = Client.close

function Client:__tostring()
   return tostring(self._core)
end

local function from_environment(name)
   local value = os.getenv(name)
   return value ~= "" and value or nil
end

local function new(options)
   if options ~= nil and type(options) ~= "table" then
      errors.misuse(("new: takes a table of options, got a %s"):format(type(options)))
   end
   local settings = {}
   for name, value in pairs(options or {}) do
      settings[name] = value
   end
   local listener = report.listener(settings.on_request)
   local self = setmetatable({
      _about = {
         key_source = settings.api_key ~= nil and "the option api_key" or "PINECONE_API_KEY",
         legacy = settings.environment ~= nil,
      },
      -- false: what is nil would be looked for in the class, at each call
      _host = hosts.named(settings.wait) or false,
      _asleep = setmetatable({}, { __mode = "k" }), -- by call, see hosts; a loop may be given up with its calls
      _timeout = settings.timeout or core.default_timeout,
      _settle_grace = settings.settle_grace or core.default_settle_grace,
      _listener = listener or false,
      _hosts = {},
   }, Client)
   if settings.api_key == nil then
      settings.api_key = from_environment "PINECONE_API_KEY"
   end
   -- The variable names the control plane of today, not the legacy controller.
   if settings.host == nil and settings.environment == nil then
      settings.host = from_environment "PINECONE_CONTROLLER_HOST"
   end
   settings.on_request, settings.wait = listener, nil
   local made, problem = core.new(settings)
   if type(problem) == "string" then
      errors.misuse(problem)
   end
   if not made then
      return nil, errors.explain(problem, self._about)
   end
   self._core = made
   return self
end

return { new = new }
