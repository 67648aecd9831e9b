-- One side of a work, in a process of its own, so that what it costs is not mixed with what others do.
--
--   side.lua WORK NUMBER URL CALLS WARMING

local uv = require "luv"
package.loaded.luv = nil -- the library would ask it at each call whether its loop runs

local work, number, url, calls, warming = arg[1], tonumber(arg[2]), arg[3], tonumber(arg[4]), tonumber(arg[5])

local run = require("bench.works." .. work).sides[number].start(url)
if warming > 0 then
   run(warming)
end
collectgarbage()
collectgarbage()

local began, cpu = uv.hrtime(), os.clock()
local figures = run(calls) or {}
figures.cpu, figures.wall = os.clock() - cpu, (uv.hrtime() - began) / 1e9

for name, value in pairs(figures) do
   print(("%s %.9f"):format(name, value))
end
