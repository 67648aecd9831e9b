--- A client of one project: `pinecone.new` makes it.
--
-- Arguments are one table of named fields, spelled as the API spells them. A misspelled, missing or wrong one raises an
-- error that names the method, the field and the nearest right name. Everything that can go wrong at run time is `nil`
-- and an @{Error}. Any call may give one of the kinds
--
-- - `invalid_argument`: a value is wrong; nothing was sent unless the error has a `status`
-- - `unauthenticated`, `permission_denied`, `payment_required`: the key, what it may do, unpaid invoices
-- - `rate_limited`, `server`, `unavailable`: the service's own trouble, after the repeats
-- - `timeout`, `network`, `tls`: on the way
-- - `protocol`, `too_large`: the answer is not the API's, or larger than `max_response_bytes`
-- - `cancelled`, `closed`: given up on this side
--
-- and those that stand with the method. Many coroutines may use a client at once. It keeps its connections open.
-- @classmod Client
-- @usage
-- local pc = assert(pinecone.new { api_key = os.getenv "PINECONE_API_KEY" })
-- local backup, err = pc:describe_backup "no-such-id"
-- if not backup and err.kind == "not_found" then print(err) end

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

--- The client itself
-- @section client

--- What the second table of a call may hold.
-- @table CallOptions
-- @tfield[opt] number timeout seconds for the whole call; default: the client's
-- @tfield[opt] string api_version the version to speak; default: the client's

--- Lets time pass, the way the host of the program waits: others go on meanwhile, in `parallel` and in event loops.
-- @tparam number seconds 0 or more
-- @treturn boolean true
-- @raise for anything else
-- @usage pc:sleep(0.1)
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

-- Documented with the operations: what it adds is the host.
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

--- Backup schedules
-- @section backup_schedules

--- Stops a schedule from running until it is resumed: `update_backup_schedule` with `enabled = false`.
-- @tparam string|table schedule its id, or a table with `schedule_id`
-- @tparam[opt] CallOptions options
-- @treturn[1] Schedule it, as it is now
-- @treturn[2] nil
-- @treturn[2] Error see `update_backup_schedule`
-- @kind not_found there is none with that id
-- @raise for misuse
-- @api 2026-07/control-plane/update_backup_schedule
-- @usage assert(pc:pause_backup_schedule(schedule_id))
function Client:pause_backup_schedule(schedule, options)
   return set_enabled(self, "pause_backup_schedule", schedule, false, options)
end

--- Lets a schedule run again. Where it was not enabled Pinecone takes a backup at once, and counts the next run from
-- now.
-- @tparam string|table schedule its id, or a table with `schedule_id`
-- @tparam[opt] CallOptions options
-- @treturn[1] Schedule it, as it is now
-- @treturn[2] nil
-- @treturn[2] Error see `update_backup_schedule`
-- @kind not_found there is none with that id
-- @kind conflict another schedule of the index is enabled
-- @kind permission_denied the plan has no schedules
-- @raise for misuse
-- @api 2026-07/control-plane/update_backup_schedule
-- @usage
-- assert(pc:pause_backup_schedule(schedule_id))
-- print(assert(pc:resume_backup_schedule(schedule_id)).next_scheduled_run)
function Client:resume_backup_schedule(schedule, options)
   return set_enabled(self, "resume_backup_schedule", schedule, true, options)
end

-- Iterators, waiting, workflows --------------------------------------------------------------------------------------

lazy.complete(Client,
   function() pages.add_iterators(Client) end,
   function() wait.add_waiters(Client) end,
   function() workflows.add_workflows(Client) end)

-- Life --------------------------------------------------------------------------------------------------------------

--- The client itself
-- @section client

--- Ends what is under way, closes the connections and wipes the key. A call after that gives an error of kind `closed`.
-- Closing it again does nothing. On Lua 5.4 `local pc <close> = ...` calls it.
-- @usage
-- local other = assert(pinecone.new { api_key = os.getenv "PINECONE_API_KEY" })
-- other:close()
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
