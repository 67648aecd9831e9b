-- Runs the Lua of an example, on the interpreter that runs the specs. What it finds there is told in support.setting.

local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"

local example = {}

-- A suite for busted brings what it needs.
local function start_suite(text, settings)
   local folder = scratch.new()
   local path = folder:write("example_spec.lua", text)
   local running = process.start(service.interpreter(), { "spec/support/run.lua", path }, settings.variables)
   running.folder = folder
   return running
end

--- Starts one.
-- @tparam string text
-- @tparam[opt] table settings `before` and `after`: Lua that stands around it, and sees its locals;
--   `variables` of the environment; `may_be_refused`: without it an example fails where the service answers a request
--   with an error, whatever the example makes of that
-- @treturn table the process, see support.process; wants `wait`
function example.start(text, settings)
   settings = settings or {}
   if text:find "%f[%w]describe%s*%(" then
      return start_suite(text, settings)
   end
   return process.script('require "support.setting".run(given)', {
      text = (settings.before or "") .. " " .. text .. "\n" .. (settings.after or ""),
      api_key = service.api_key, interpreter = service.interpreter(), may_be_refused = settings.may_be_refused,
   }, settings.variables)
end

--- Waits for its end.
-- @tparam table running what `start` gave
-- @treturn boolean whether it went well
-- @treturn string what it printed, on both outputs
function example.finish(running)
   running:wait()
   if running.folder then
      running.folder:remove()
   end
   return running.code == 0, running.text
end

--- Runs one in a fresh process, with an emulator of its own.
-- @tparam string text
-- @tparam[opt] table settings as for `start`
-- @treturn boolean whether it went well
-- @treturn string what it printed, on both outputs
function example.run(text, settings)
   return example.finish(example.start(text, settings))
end

return example
