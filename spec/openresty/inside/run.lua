-- Runs spec files inside of nginx with ngx_lua: the arguments are busted's. What busted prints comes out here.

local openresty = require "support.openresty"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local LONGEST_SECONDS = 600

-- Files that are not run there, and why.
local files_left_out = {
   ["36-lifetime"] = "all but four of its specs run scripts as processes of their own, which are in no nginx",
   ["40-hosts"] = "it is about other event loops",
}

-- Single specs that are not, by a part of their names.
local specs_left_out = {
   ["takes Ctrl-C at no moment for an answer"] =
      "nginx raises no Ctrl-C, and the hook would strike its light threads, too",
   ["wait however many others are busy all the time"] =
      "where light threads do nothing but yield to each other, nginx never comes to what others sleep for",
}

-- nginx keeps none of the environment by itself, and support.process takes PINECONE_DEBUG out.
local function environment()
   local lines = {}
   for name, value in pairs(uv.os_environ()) do
      lines[#lines + 1] = ("env %s;"):format(name == "PINECONE_DEBUG" and name .. "=" .. value or name)
   end
   return table.concat(lines, "\n")
end

-- What `arg` has to hold in nginx. Specs look there for the interpreter that their own scripts run on.
local function arguments()
   local list = { "--helper=openresty.inside.watch" }
   for name in pairs(specs_left_out) do
      list[#list + 1] = "--filter-out=" .. name:gsub("%p", "%%%0") -- busted takes a pattern
   end
   for _, argument in ipairs(arg) do
      list[#list + 1] = not files_left_out[argument:match "([^/]+)_spec%.lua$"] and argument or nil
   end
   local text = ("[-1] = %q, [0] = 'busted'"):format(service.interpreter())
   for _, argument in ipairs(list) do
      text = text .. (", %q"):format(argument)
   end
   return text
end

local function start(folder, verdict)
   return openresty.start(folder, {
      level = "error", -- busted itself writes globals, which would be a warning
      main = environment(),
      http = ([[
         lua_shared_dict specs 1m;
         init_worker_by_lua_block {
            require("openresty.inside.worker").start({ %s }, %q)
         }
      ]]):format(arguments(), verdict),
   })
end

local function relay(nginx)
   uv.run "nowait"
   io.stdout:write(nginx.out)
   io.stdout:flush()
   nginx.out = ""
end

local KEY = "key%-0123456789" -- every key of the specs that is one has this in it

-- What is wrong with the run as a whole, or nil.
local function problem_of(verdict, text, log)
   if verdict ~= "passed" then
      return verdict
   elseif not text:find "%f[%d][1-9]%d* success[^\n]* / 0 failures / 0 errors" then
      return "busted does not say that specs have run"
   elseif log:find(KEY) then
      return "there is an API key in nginx's error log"
   end
end

if openresty.missing then
   io.stderr:write(openresty.missing, "\n")
   os.exit(1)
end

local folder = scratch.new()
local nginx = start(folder, folder:path "verdict")
local deadline = service.now() + LONGEST_SECONDS
local verdict
repeat
   service.sleep(0.01)
   relay(nginx)
   verdict = folder:read "verdict" or nginx.code and "nginx has ended by itself"
      or service.now() > deadline and ("no end after %d seconds"):format(LONGEST_SECONDS)
until verdict
nginx:stop()
relay(nginx)

local log = nginx:log()
folder:remove()
local problem = problem_of(verdict, nginx.text, log)
if problem then
   io.stderr:write("Inside of nginx: ", problem, "\n", nginx.err, (log:gsub(KEY, "KEY")))
end
os.exit(problem and 1 or 0)
