-- Runs the sides of a work in turn, round by round, so that what else the machine does hits all of them alike.

local http = require "support.http"
local process = require "support.process"
local service = require "support.service"
local upstream = require "bench.upstream"
local uv = require "luv"

local race = {}

local ROUNDS = tonumber(os.getenv "BENCH_ROUNDS" or 31)
local PATIENCE_MILLISECONDS = 600000

--- Waits for a process that may take longer than those of specs, and must end well.
-- @treturn table it
function race.finish(child, name)
   local ended = http.wait_until(function() return child.code end, PATIENCE_MILLISECONDS)
   child:stop()
   assert(ended and child.code == 0, name .. ": " .. child.text)
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
   local variables, ended = {}, nil
   for variable, value in pairs(program.variables) do
      variables[#variables + 1] = variable .. "=" .. value
   end
   local began = uv.hrtime()
   local child = assert(uv.spawn(program.path, { args = program.arguments, env = variables }, function(code)
      ended = uv.hrtime()
      assert(code == 0, name)
   end))
   while not ended do
      uv.run "once"
   end
   child:close()
   uv.run "nowait"
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

--- Whether a side can run here: some need a module that may be missing.
function race.can_run(side)
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
-- @treturn table for each side that can run, in order: `side`, and its `rounds`, each a table of figures: seconds of
--   a call, `wall` and `cpu`, and others
function race.run(work)
   local server = start_server(work)
   local entries = {}
   for number, side in ipairs(work.sides) do
      if race.can_run(side) then
         entries[#entries + 1] = { side = side, rounds = {}, run = runner(work, number, server) }
      end
   end
   for round = 1, work.rounds or ROUNDS do
      for _, entry in ipairs(entries) do
         entry.rounds[round] = entry.run()
      end
   end
   if work.most_connections then
      local most = upstream.most_connections(server)
      assert(most <= work.most_connections, ("there were %d connections at once"):format(most))
   end
   return entries
end

return race
