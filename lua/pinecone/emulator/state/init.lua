--- The emulated project as a pure state machine: no input, no output, no
-- clock of its own. Time passes when @{State:tick} is called.
--
-- Methods return what they made or found, or nil and a
-- @{pinecone.emulator.failure}. Rows are the machine's own: read them, never
-- change them.
-- @module pinecone.emulator.state

local agenda = require("pinecone.emulator.state.agenda")
local decisions = require("pinecone.emulator.decisions")
local rows = require("pinecone.emulator.state.rows")

local state = {}

local parts = { "indexes", "data", "backups", "restore_jobs", "collections", "schedules" }

--- @type State
local State = {}
State.__index = State

local happenings = {}

for _, part_name in ipairs(parts) do
   local part = require("pinecone.emulator.state." .. part_name)
   for name, method in pairs(part.methods) do
      State[name] = method
   end
   for kind, happening in pairs(part.events or {}) do
      happenings[kind] = happening
   end
end

--- Lets everything happen whose time has come, in order of time; notes in
-- `changed` when there was something.
-- @tparam[opt] number now the time to get to, the clock's when absent
function State:tick(now)
   now = now or self.clock()
   local event = agenda.take(self.data.agenda, now)
   while event do
      self.time, self.changed = event.at, true
      happenings[event.kind](self, event)
      event = agenda.take(self.data.agenda, now)
   end
   self.time = now
end

-- Puts an event on the agenda; `kind` names its row in a part's `events`.
function State:plan(at, kind, event)
   event.at, event.kind = at, kind
   agenda.add(self.data.agenda, event)
end

--- How many there are of each thing.
-- @treturn table indexes, backups, restore_jobs, collections, schedules
function State:counts()
   local counts = {}
   for _, name in ipairs({ "indexes", "backups", "restore_jobs", "collections", "schedules" }) do
      counts[name] = rows.count(self.data[name])
   end
   return counts
end

-- When a job that is started now will be done.
function State:end_of_job()
   return self.time + (self.circumstances.job_seconds or self.options.job_seconds)
end

-- Adds a row; a fault may keep it out of lists for a while.
function State:add_row(set, key, row)
   if self.circumstances.lag then
      row.listed_from = self.time + self.circumstances.lag
   end
   rows.add(self.data[set], key, row)
end

-- Lists may lag: they do not show what was made just now.
function State:visible(list)
   local newest = self.time - (self.circumstances.lag or self.options.list_lag_seconds)
   local seen = {}
   for _, row in ipairs(list) do
      if row.created_at <= newest and (row.listed_from or 0) <= self.time then
         seen[#seen + 1] = row
      end
   end
   return seen
end

-- A list with pages, as it is given.
function State:in_list_order(list)
   list = self:visible(list)
   return self.options.newest_first and rows.reversed(list) or list
end

local function no_host()
   return "127.0.0.1:0"
end

--- Makes a project: an empty one, or one that goes on.
-- @tparam table environment `clock` (returns seconds since 1970),
--   `new_id` (returns a new id), and optionally `open_host(index)` (returns
--   host and port for a new index), `close_host(index)` and `data` (what
--   @{pinecone.emulator.state.snapshot} kept of an earlier project)
-- @tparam[opt] table options see @{pinecone.emulator.decisions}
-- @treturn State
function state.new(environment, options)
   local self = setmetatable({
      clock = environment.clock,
      new_id = environment.new_id,
      open_host = environment.open_host or no_host,
      close_host = environment.close_host or no_host,
      options = decisions.complete(options), circumstances = {},
      time = environment.clock(),
   }, State)
   self.data = {
      project_id = self.new_id(),
      agenda = agenda.new(),
      indexes = rows.new(),
      backups = rows.new(),
      restore_jobs = rows.new(),
      collections = rows.new(),
      schedules = rows.new(),
      former_index_names = {},
   }
   for name, kept in pairs(environment.data or {}) do
      self.data[name] = kept
   end
   return self
end

return state
