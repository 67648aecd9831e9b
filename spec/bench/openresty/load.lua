-- Within the worker: calls of one side.
-- luacheck: globals ngx

local cjson = require "cjson"
local core = require "pinecone.core"

local load = {}

local function answer(text)
   ngx.header.content_length = #text
   ngx.print(text)
end

-- Asks for a backup; nil and why where the answer is not what it should be.
local function try(ask, id)
   local backup, problem = ask(id)
   if backup and backup.backup_id == id then
      return true
   end
   return nil, tostring(problem)
end

--- Answers a request with one call: `?id=...`.
function load.one(ask)
   local good, problem = try(ask, ngx.var.arg_id)
   ngx.status = good and 200 or 500
   answer(problem or "good\n")
end

-- Asks again and again; ends early after a problem.
local function work(ask, id, ends, seconds_of, problems)
   repeat
      local began = core.clock()
      local good, problem = try(ask, id)
      seconds_of[#seconds_of + 1] = core.clock() - began
      if not good then
         problems[#problems + 1] = problem
         return
      end
   until core.clock() >= ends
end

--- Keeps many calls under way, each in a light thread: `?at_once=50&seconds=3&id=...`. Answers with the seconds of each
-- and the first problem.
function load.many(ask)
   local given = ngx.req.get_uri_args()
   local seconds_of, problems, threads = {}, {}, {}
   local ends = core.clock() + given.seconds
   for i = 1, tonumber(given.at_once) do
      threads[i] = ngx.thread.spawn(work, ask, given.id, ends, seconds_of, problems)
   end
   for _, thread in ipairs(threads) do
      ngx.thread.wait(thread)
   end
   answer(cjson.encode { problem = problems[1], seconds_of = seconds_of })
end

return load
