-- What is measured with.

local process = require "support.process"
local service = require "support.service"

local machine = {}

local function said_by(program, option)
   return process.start(program, { option }):wait().text
end

--- The Lua that runs this, with its release: "Lua 5.4.4".
function machine.lua()
   return said_by(service.interpreter(), "-v"):match "^%S+ [%w.-]+"
end

--- "nginx 1.22.1"
function machine.nginx()
   local program = process.find "nginx"
   return program and said_by(program, "-v"):match("nginx/[%d.]+"):gsub("/", " ") or "no nginx"
end

return machine
