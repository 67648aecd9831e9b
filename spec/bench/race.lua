-- Runs the sides of a work in turn, round by round, so that what else the machine does hits all of them alike.

local http = require "support.http"
local process = require "support.process"
local service = require "support.service"
local upstream = require "bench.upstream"
local uv = require "luv"

local race = {}

local ROUNDS = tonumber(os.getenv "BENCH_ROUNDS" or 31)
if not ROUNDS or ROUNDS < 1 or ROUNDS % 1 ~= 0 then
   error("BENCH_ROUNDS must be a whole number from 1 up", 0)
end
local PATIENCE_MILLISECONDS = 600000

--- Waits for a process that may take longer than those of specs, and must end well.
-- @treturn table it
function race.finish(child, name)
   local ended = http.wait_until(function() return child.code end, PATIENCE_MILLISECONDS)
   child:stop()
   assert(ended and child.code == 0 and child.signal == 0, name .. ": " .. child.text)
   return child
end

--- One of `works/`, which then knows its `name`.
function race.load(name)
   local work = require("bench.works." .. name)
   work.name = name
   return work
end

--- The arguments of the interpreter for one side of a work.
function race.arguments(work, number, url, calls, warming)
   return { "spec/bench/side.lua", work.name, tostring(number), url, tostring(calls), tostring(warming) }
end

-- Seconds of a call, and whatever else the side has found out.
local function run_side(work, number, url)
   local calls = work.sides[number].calls or work.calls
   local warming = work.warming or math.ceil(calls / 10)
   local child = process.start(service.interpreter(), race.arguments(work, number, url, calls, warming))
   local found = {}
   for name, value in race.finish(child, work.sides[number].name).out:gmatch "(%S+) (%S+)" do
      found[name] = tonumber(value)
   end
   found.cpu, found.wall = found.cpu / calls, found.wall / calls
   return found
end

-- Seconds from fork to exit, with an environment of its own and no pipes.
local function run_program(program, name)
   local variables, ended, how = {}, nil, nil
   for variable, value in pairs(program.variables) do
      variables[#variables + 1] = variable .. "=" .. value
   end
   local began = uv.hrtime()
   local child = assert(uv.spawn(program.path, { args = program.arguments, env = variables }, function(code, signal)
      ended, how = uv.hrtime(), { code, signal }
   end))
   while not ended do
      uv.run "once"
   end
   child:close()
   uv.run "nowait"
   assert(how[1] == 0 and how[2] == 0, ("%s ended with code %d, signal %d"):format(name, how[1], how[2]))
   return { wall = (ended - began) / 1e9 }
end

-- All have to do their work before it is worth knowing how fast.
local function check_program(program, name)
   local ended = race.finish(process.start(program.path, program.arguments, program.variables), name)
   assert(not program.prints or ended.out:find(program.prints, 1, true), ended.text)
end

local function runner(work, number, server)
   local side = work.sides[number]
   if not side.program then
      return function() return run_side(work, number, server and server.url or "") end
   end
   local program = side.program(server)
   check_program(program, side.name)
   return function() return run_program(program, side.name) end
end

-- Whether a side can run here: some need a module that may be missing.
local function can_run(side)
   return not side.needs or pcall(require, side.needs)
end

-- Starts the server that a work names, if it names one: "static", the seconds that an answer takes, or a function that
-- starts one.
local function start_server(work)
   if type(work.server) == "function" then
      return work.server()
   elseif work.server then
      return work.server == "static" and upstream.start_static() or upstream.start(work.server)
   end
end

--- Runs a work.
-- @tparam table work see load
-- @treturn table for each side, in order: `side`, and its `rounds`, each a table of figures: seconds of a call, `wall`
--   and `cpu`, and others. There is none of a side that cannot run
function race.run(work)
   local server = start_server(work)
   local entries = {}
   for number, side in ipairs(work.sides) do
      entries[number] = { side = side, rounds = {}, run = can_run(side) and runner(work, number, server) }
   end
   for round = 1, math.min(work.rounds or ROUNDS, ROUNDS) do
      for turn = 1, #entries do
         local entry = entries[(round + turn) % #entries + 1] -- each is the first one once
         entry.rounds[#entry.rounds + 1] = entry.run and entry.run()
      end
   end
   if work.most_connections then
      local most = upstream.most_connections(server)
      assert(most <= work.most_connections, ("there were %d connections at once"):format(most))
   end
   return entries
end

return race
