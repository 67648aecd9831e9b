-- For scripts that specs run as processes of their own. Loads nothing but the library: luv would ignore SIGPIPE.

local core = require "pinecone.core"
local pinecone = require "pinecone"

local life = {}

--- A client.
-- @tparam table given `url`, `key`
-- @tparam[opt] table options
function life.client(given, options)
   local all = { host = given.url, api_key = given.key, max_retries = 0 }
   for name, value in pairs(options or {}) do
      all[name] = value
   end
   return pinecone.assert(pinecone.new(all))
end

--- Collects all that is garbage, and what becomes garbage with it.
function life.collect()
   collectgarbage()
   collectgarbage()
end

--- Lets time pass.
function life.pause(seconds)
   local timer = core.timer(seconds)
   repeat until timer:block()
end

-- What the spec's servers do to these: see begin.
local stages = {
   begun = { server = "url", operation = "list_indexes" },
   connecting = { server = "silent_url", operation = "list_indexes", steps = 5 },
   sent = { server = "url", operation = "list_indexes", steps = 5 },
   half = { server = "url", operation = "list_collections", steps = 5 },
}

--- The names of the stages in which a call can be interrupted.
life.stages = { "begun", "connecting", "sent", "half" }

--- Begins a call and brings it to a stage: before its first step, while it connects, when its request is sent, in the
-- middle of its answer.
-- @tparam table given `url` of a server that does not answer list_indexes and half answers list_collections,
--   `silent_url` of one that does not even accept connections
-- @tparam string name the stage
-- @tparam[opt] table options of the client
-- @return the call
-- @return its client
function life.begin(given, name, options)
   local stage = stages[name]
   local client = life.client({ url = given[stage.server], key = given.key }, options)
   local call = assert(core[stage.operation](client._core))
   for _ = 1, stage.steps or 0 do
      assert(not call:step())
      life.pause(0.002)
   end
   return call, client
end

--- All orders of a list.
function life.orders(list)
   if #list == 1 then
      return { { list[1] } }
   end
   local all = {}
   for position, first in ipairs(list) do
      local rest = {}
      for other, value in ipairs(list) do
         rest[#rest + 1] = other ~= position and value or nil
      end
      for _, order in ipairs(life.orders(rest)) do
         table.insert(order, 1, first)
         all[#all + 1] = order
      end
   end
   return all
end

local function own_id()
   local file = assert(io.open "/proc/self/stat")
   local id = file:read "*n"
   file:close()
   return ("%d"):format(id)
end

--- How many descriptors this process has, pipes apart: looking at them takes one.
-- @treturn number all of them
-- @treturn number those that are sockets
function life.descriptors()
   local listing = io.popen("ls -l /proc/" .. own_id() .. "/fd 2>/dev/null")
   local text = listing:read "*a"
   listing:close()
   return select(2, text:gsub(" %-> [^p]", "")), select(2, text:gsub(" %-> socket:", ""))
end

local _, given_sockets = life.descriptors() -- what the spec talks to us through

--- How many connections this process has.
function life.connections()
   local _, sockets = life.descriptors()
   return sockets - given_sockets
end

--- A line of /proc/self/status; sizes are KiB.
function life.status(name)
   for line in io.lines "/proc/self/status" do
      local value = line:match("^" .. name .. ":%s+(%x+)")
      if value then
         return value
      end
   end
end

--- What this process does with SIGPIPE, the thirteenth signal.
-- @tparam string name a line of /proc/self/status: SigIgn (it ignores it), SigBlk (it blocks it), SigPnd (one waits)
function life.sigpipe(name)
   return tonumber(life.status(name):sub(-4, -4), 16) % 2 == 1
end

return life
