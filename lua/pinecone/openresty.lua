--- Background work in OpenResty, and in nginx with ngx_lua.
-- @module pinecone.openresty
-- @usage
-- -- nginx.conf, in http: lua_shared_dict jobs 1m;
-- -- and in init_worker_by_lua, with a function that sees to it that there is a backup of today:
-- require("pinecone.openresty").every(3600, require "nightly", { lock = "jobs", name = "nightly" })

local errors = require "pinecone.errors"

local openresty = {}

local LONGEST_BEAT = 5 -- so soon something is noticed that nobody tells: a worker that died, a clock that was set
local SHORTEST_BEAT = 0.01
local MOMENT = 0.001 -- timers and clocks of nginx count milliseconds
local RENEWALS = 10 -- within one expiry
local SLACK = 1 -- seconds, by which two workers may tell the time differently

local DEFAULTS = { name = "pinecone", expiry = 30 }

-- Of this worker: names of jobs by the name of their dictionary.
local started = {}

local Job = {}
Job.__index = Job

function Job:log(message, ...)
   ngx.log(ngx.ERR, ("pinecone: every '%s' "):format(self.name) .. message:format(...))
end

function Job:add(key, value, expiry)
   local good, problem = self.dict:add(key, value, expiry)
   if not good and problem ~= "exists" then
      self:log("gets no place in lua_shared_dict %s: %s. Give it a dictionary of its own", self.lock, problem)
   end
   return good
end

-- The lock ----------------------------------------------------------------------------------------------------------

-- A key that expires, with the token of one run. Dictionaries have no compare-and-set; what holds all the same:
-- * `add` is atomic: of all who find no lock, one gets it.
-- * `expire` changes no token. Where the lock goes to somebody else between looking and renewing, theirs lasts longer,
--   and the second look tells.
-- * Only a lock that was renewed just before is deleted: it would have to expire between two lines to be another's.
-- So two runs overlap only where a worker stands still for as long as the expiry, or the machine's clock, by which
-- dictionaries expire, is set forward by so much, or somebody else empties the dictionary. Then the log says so.
-- Set back, it lets the lock of a worker that dies last for so much longer.

local count = 0

local function new_token()
   count = count + 1
   return ("%d %.3f %d"):format(ngx.worker.pid(), ngx.now(), count)
end

-- Where this worker stood still, its own look may come before the renewal that is late. Then the lock goes back to the
-- run that lost it, once: a run that does not renew it after that has died of ngx.exit.
function Job:take()
   if self.token and not self.revived then
      self.revived = self:add(self.lock_key, self.token, self.expiry)
      return false
   end
   local token = new_token()
   if not self:add(self.lock_key, token, self.expiry) then
      return false
   end
   if self.token then
      self:log("did not come to its end the last time. Does it call ngx.exit?")
   end
   self.token, self.revived, self.lost = token, false, false
   return true
end

function Job:is_held()
   return self.dict:get(self.lock_key) == self.token
end

function Job:renew()
   ngx.update_time() -- by a time from before it stood still the worker would see nothing expire
   return self:is_held() and self.dict:expire(self.lock_key, self.expiry) and self:is_held()
end

-- Renews the lock, or says that it was lost and takes it again if nobody has it.
function Job:keep()
   local held = self:renew() and not self.revived
   if not held and not self.lost then
      self.lost = true
      self:log("lost its lock: the worker stood still for more than %g seconds, the clock jumped, or lua_shared_dict "
         .. "%s is full. It may have run twice at once", self.expiry, self.lock)
   end
   self.revived = false
   return held or self:is_held() or self:add(self.lock_key, self.token, self.expiry)
end

function Job:release()
   if self:renew() then
      self.dict:delete(self.lock_key)
   end
   self.token = nil
end

-- Running -----------------------------------------------------------------------------------------------------------

-- When it is due, by the wall clock. The first worker of all says so, and whoever finds a time that nobody can have
-- meant: the clock was set back, or the configuration has a shorter period now.
function Job:next_time()
   local latest = ngx.now() + self.seconds
   self:add(self.next_key, latest)
   local next_time = self.dict:get(self.next_key) or latest
   if next_time > latest + SLACK then
      self.dict:set(self.next_key, latest)
      return latest
   end
   return next_time
end

-- A light thread beside the function, not a timer: a worker that is exiting makes none, but sleeps on.
local function keep_renewing(job)
   while true do
      ngx.sleep(job.expiry / RENEWALS)
      job:keep()
   end
end

local function in_one_line(problem)
   local shown, text = pcall(tostring, problem)
   return ((shown and text or "with an error that cannot be shown"):gsub("%s*\n%s*", " "))
end

-- The time of the next run is written after the run, so that one whose worker dies is done again by another.
function Job:run(due)
   local began = ngx.now()
   local renewing = ngx.thread.spawn(keep_renewing, self)
   local good, value, err = pcall(self.fn)
   ngx.thread.kill(renewing)
   -- where another worker has done it meanwhile, the time is not the same any more
   if self:keep() and self.dict:get(self.next_key) == due then
      self.dict:set(self.next_key, began + self.seconds)
   end
   self:release()
   if not good or (not value and err ~= nil) then
      local problem = good and err or value
      self:log("failed: %s; next run at %s", in_one_line(problem), os.date("%Y-%m-%d %H:%M:%S", self:next_time()))
   end
end

local look

-- Sets a timer for the right moment where that comes before the next beat.
function Job:aim()
   local due = self:next_time()
   local left = math.max(due - ngx.now(), 0)
   if left >= self.beat or self.aimed_at == due or ngx.worker.exiting() then
      return
   end
   local good, problem = ngx.timer.at(left + MOMENT, function()
      if self.aimed_at == due then -- else a beat came first, and a timer for the run after that is there
         self.aimed_at = nil
      end
      look(nil, self)
   end)
   if good then
      self.aimed_at = due
   else
      self:log("gets no timer: %s. It looks again within %g seconds", problem, self.beat)
   end
end

-- Timers fire for two reasons. Only an exiting worker fires them before their time.
function look(_, job)
   if ngx.worker.exiting() then
      return
   end
   ngx.update_time()
   if job:next_time() <= ngx.now() then
      if not job:take() then
         return -- the beat goes on
      end
      local due = job:next_time()
      if due <= ngx.now() then
         job:run(due)
      else -- somebody did it between the look and the lock
         job:release()
      end
   end
   job:aim()
end

-- Misuse ------------------------------------------------------------------------------------------------------------

local function misuse(message, ...)
   errors.misuse("every: " .. message:format(...))
end

local function shown(value)
   return type(value) == "number" and tostring(value) or "a " .. type(value)
end

local function is_duration(value, least)
   return type(value) == "number" and value >= least and value <= 1e9
end

local known = { lock = true, name = true, expiry = true }

local function check_place()
   local ngx = rawget(_G, "ngx")
   if type(ngx) ~= "table" or not ngx.get_phase then
      misuse("works in OpenResty only")
   elseif ngx.get_phase() == "init" then
      misuse("there are no timers in init_by_lua. Call it in init_worker_by_lua")
   end
end

local function check(seconds, fn, options)
   if not is_duration(seconds, 0) or seconds == 0 then
      misuse("the first argument must be a positive number of seconds, got %s", shown(seconds))
   elseif type(fn) ~= "function" then
      misuse("the second argument must be a function, got %s", shown(fn))
   elseif type(options) ~= "table" or options.lock == nil then
      misuse("needs { lock = NAME }, the name of a lua_shared_dict")
   end
   for option in pairs(options) do
      if not known[option] then
         misuse("unknown option '%s'; there are 'lock', 'name' and 'expiry'", tostring(option))
      end
   end
end

local function check_options(options)
   if type(options.lock) ~= "string" then
      misuse("'lock' must be the name of a lua_shared_dict, got %s", shown(options.lock))
   elseif not ngx.shared[options.lock] then
      misuse("there is no shared dictionary '%s'. Add \"lua_shared_dict %s 1m;\" to the http block of nginx.conf",
         options.lock, options.lock)
   elseif type(options.name) ~= "string" then
      misuse("'name' must be a string, got %s", shown(options.name))
   elseif not is_duration(options.expiry, 1) then
      misuse("'expiry' must be a number of seconds from 1 up, got %s", shown(options.expiry))
   elseif started[options.lock] and started[options.lock][options.name] then
      misuse("'%s' is already there. Give each job in lua_shared_dict %s its own 'name'", options.name, options.lock)
   end
end

-- Public ------------------------------------------------------------------------------------------------------------

--- Calls a function again and again, in one worker at a time. For `init_worker_by_lua`, in every worker.
--
-- It runs in a timer, where everything of the client works; the first time one period after nginx has started. The
-- time of the next run is kept in the shared dictionary, so a reload (HUP) neither postpones a run nor adds one. A full
-- restart, an upgrade of the binary and a new size of the dictionary begin a new period: where those come more often
-- than the period, call `every` with a short one, and let the function look how old the newest backup is.
--
-- Two runs begin at least `seconds` apart. One that takes longer is followed by one other at once; what was missed is
-- not caught up. An error goes to nginx's error log, and the next run comes all the same. A worker that is told to exit
-- ends its run first.
--
-- The function must bear being run twice: a run whose worker died is done again by another worker, `expiry` and at most
-- 5 seconds later, and one that stops its worker for longer than `expiry` (blocking calls do) may overlap with that. It
-- must return; `ngx.exit` in it looks like a worker that died.
-- @function every
-- @tparam number seconds from the beginning of a run to the beginning of the next
-- @tparam function fn is called without arguments; to fail, it returns nil and an error, or raises
-- @tparam table options
-- @tparam string options.lock the name of a `lua_shared_dict`, best one that nothing else fills; 1 MB is plenty
-- @tparam[opt="pinecone"] string options.name of the job, in the dictionary and in the log; two jobs need two names
-- @tparam[opt=30] number options.expiry how many seconds the lock of a worker that died lasts
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] Error it is logged, too
-- @kind failed nginx gives no timer
-- @raise for an argument that is none of these, a name that is taken, and where there are no timers
-- @usage
-- -- in init_worker_by_lua
-- require("pinecone.openresty").every(3600, require "nightly", { lock = "jobs", name = "nightly" })
function openresty.every(seconds, fn, options)
   check_place()
   check(seconds, fn, options)
   local job = setmetatable({
      seconds = seconds, fn = fn, lock = options.lock,
      name = options.name == nil and DEFAULTS.name or options.name,
      expiry = options.expiry == nil and DEFAULTS.expiry or options.expiry,
      beat = math.max(math.min(seconds, LONGEST_BEAT), SHORTEST_BEAT),
   }, Job)
   check_options(job)
   job.dict = ngx.shared[job.lock]
   job.lock_key, job.next_key = job.name .. ":lock", job.name .. ":next"

   -- This one goes on whatever goes wrong: in the function, or because there are too many timers at a time.
   local good, problem = ngx.timer.every(job.beat, look, job)
   if not good then
      job:log("does not run: ngx.timer.every: %s", problem)
      return nil, errors.new { kind = "failed", operation = "every", message = "ngx.timer.every: " .. problem }
   end
   started[job.lock] = started[job.lock] or {}
   started[job.lock][job.name] = true
   job:aim()
   return true
end

return openresty
