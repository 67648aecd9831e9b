-- Hosts: what a Lua program may run in, and how a call waits there without stalling it.
--
-- A host is a table:
--   wait(call, tell, asleep)  steps a call until it is finished. `tell`, where there is one, is called after each step.
--       A host that hands descriptors to an event loop keeps `asleep[call] = forget` while the call sleeps: `forget()`
--       takes them back and wakes the call soon, because its connection is about to be closed
--   together(functions)       calls functions side by side, which raise nothing, and returns when all of them are done
--   problem()                 says why nothing can wait at this place; nil where it can (optional)
--   yields                    true where waiting is a yield, which cannot cross a function of C
-- In a plain program each group of `parallel` is one.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local threads = require "pinecone.threads"

local hosts = {}

local loaded, rawget = package.loaded, rawget

local names = { blocking = true, openresty = true, cqueues = true, copas = true, luv = true }

local function is_openresty()
   local ngx = rawget(_G, "ngx")
   return type(ngx) == "table" and ngx.get_phase ~= nil
end

-- In a generator of the program's own, a yield would go to whoever reads that.
local function is_cqueues()
   local controller, is_its_own = loaded.cqueues.running()
   return controller and (is_its_own or threads.is_caught())
end

-- Those before 2.0 do not tell whether they run.
local function is_copas()
   return loaded.copas.running and threads.running() ~= nil
end

local function is_luv()
   local uv = loaded.luv
   return uv.loop_mode and uv.loop_mode() ~= nil
end

local found = {} -- by name: `require` takes its time

local function find(name)
   found[name] = require("pinecone.hosts." .. name)
   return found[name]
end

--- The host of the code that runs right now.
function hosts.current()
   local group = threads.owner()
   if group then
      return group.host
   end
   local name = is_openresty() and "openresty"
      or loaded.cqueues and is_cqueues() and "cqueues"
      or loaded.copas and is_copas() and "copas"
      or loaded.luv and is_luv() and "luv"
      or "blocking"
   return found[name] or find(name)
end

--- Why nothing can wait at this place; nil where it can.
function hosts.problem(host)
   local problem = host.problem and host.problem()
   if not problem and host.yields and not threads.can_yield() then
      problem = "nothing can wait within a function that C calls, such as that of string.gsub or a file in require"
   end
   return problem
end

--- The same for versions of Lua that cannot tell: there it raises what a yield raises, before anything has begun.
function hosts.probe(host, asleep)
   if host.yields and not coroutine.isyieldable then
      host.wait(core.timer(0.001), nil, asleep)
   end
end

--- The host that somebody asks for.
-- @tparam ?string|function wait the client's option
-- @treturn ?table nil for the current one at each call
function hosts.named(wait)
   if wait == nil then
      return nil
   elseif type(wait) == "function" then
      return { wait = function(call) wait(call) end }
   elseif not names[wait] then
      errors.misuse(("new: 'wait' must be a function, or 'openresty', 'cqueues', 'copas', 'luv' or 'blocking', got %s")
         :format(type(wait) == "string" and "'" .. wait .. "'" or "a " .. type(wait)))
   end
   return find(wait)
end

return hosts
