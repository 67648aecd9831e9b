-- Many tasks at once.

local errors = require "pinecone.errors"
local hosts = require "pinecone.hosts"
local threads = require "pinecone.threads"

local DEFAULT_LIMIT = 64 -- as many as a client has connections

local function misuse(message, ...)
   errors.misuse("parallel: " .. message:format(...))
end

-- A sequence of its own, because a task may change the caller's.
local function copy_tasks(tasks)
   if type(tasks) ~= "table" then
      misuse("takes a sequence of functions, got a %s", type(tasks))
   end
   for key in pairs(tasks) do
      if type(key) ~= "number" or key < 1 or key > #tasks or key % 1 ~= 0 then
         misuse("takes a sequence of functions; '%s' is not a place in it", tostring(key))
      end
   end
   local copied = {}
   for place = 1, #tasks do
      copied[place] = tasks[place]
      if type(copied[place]) ~= "function" then
         misuse("task %d must be a function, got a %s", place, type(copied[place]))
      end
   end
   return copied
end

local function limit_of(options)
   if options ~= nil and type(options) ~= "table" then
      misuse("takes a table of options, got a %s", type(options))
   end
   for name in pairs(options or {}) do
      if name ~= "limit" then
         misuse("unknown option '%s'; there is only 'limit'", tostring(name))
      end
   end
   local limit = options and options.limit
   if limit == nil then
      return DEFAULT_LIMIT
   end
   if type(limit) ~= "number" or limit < 1 or limit ~= math.floor(limit) then
      misuse("'limit' must be a whole number from 1 up, got %s", tostring(limit))
   end
   return limit
end

local function parallel(tasks, options)
   tasks = copy_tasks(tasks)
   local limit, host = limit_of(options), hosts.current()
   local problem = hosts.problem(host)
   if problem then
      misuse("%s", problem)
   end
   hosts.probe(host, {})
   local results, failures, failed, begun = {}, {}, false, 0

   local function keep(place, good, value, err)
      if not good and threads.is_interrupt(value) then
         begun = #tasks
         error(value, 0)
      elseif not good then
         value, err = nil, value or tostring(value)
      end
      results[place] = value
      if not value and err ~= nil then
         failures[place], failed = err, true
      end
   end

   local function work()
      while begun < #tasks do
         begun = begun + 1
         local place = begun
         keep(place, threads.catch(tasks[place]))
      end
   end

   local workers = {}
   for i = 1, math.min(limit, #tasks) do
      workers[i] = work
   end
   host.together(workers)
   return results, failed and failures or nil
end

return parallel
