-- `pinecone-backup` as somebody types it, behind a pipe or on a terminal, against an emulator.

local json = require "cjson"
local process = require "support.process"
local service = require "support.service"
local uv = require "luv"

local shell = {}

--- The path of the command's script.
shell.script = debug.getinfo(require "pinecone.command".main, "S").source:match "^@(.*)init%.lua$" .. "pinecone-backup"

local Shell = {}
Shell.__index = Shell

--- @tparam table emulator
function shell.new(emulator)
   return setmetatable({ emulator = emulator }, Shell)
end

function Shell:environment(changes)
   local variables = {
      PINECONE_CONTROLLER_HOST = self.emulator.url, PINECONE_API_KEY = service.api_key,
      LUA_PATH = package.path, LUA_CPATH = package.cpath, COLUMNS = "100", NO_COLOR = "1",
   }
   for name, value in pairs(changes or {}) do
      variables[name] = value or nil
   end
   return variables
end

local function words_of(line)
   if type(line) == "table" then
      return line
   end
   local words = {}
   for word in line:gmatch "%S+" do
      words[#words + 1] = word
   end
   return words
end

--- Starts it behind pipes.
-- @tparam string|table line what stands behind `pinecone-backup`: words with spaces between, or a sequence of words
-- @tparam[opt] table variables of the environment
-- @treturn table see support.process
function Shell:start(line, variables)
   return process.start(service.interpreter(), { shell.script, (table.unpack or unpack)(words_of(line)) },
      self:environment(variables))
end

--- Runs it to its end.
-- @treturn table `out`, `err`, `code`
function Shell:run(line, variables)
   return self:start(line, variables):wait()
end

--- Runs it to a good end, and reads what it printed as one JSON document.
function Shell:json(line, variables)
   local ended = self:run(line .. " --json", variables)
   assert(ended.code == 0, ended.text)
   return json.decode(ended.out)
end

--- Runs it, and ends it with Ctrl-C while a request is under way.
-- @tparam string|table line
-- @tparam[opt] string operation of which request; default: any
function Shell:interrupt(line, operation)
   local running = self:start(line)
   service.until_true(function()
      uv.run "nowait"
      return running.code or service.sent(self.emulator, operation) > 0
   end)
   running:kill "sigint"
   return running:wait()
end

-- For a shell to run in its own place.
local function spelled(line)
   local preload = os.getenv "LD_PRELOAD" -- for the interpreter alone
   return ("%sexec '%s' '%s' %s"):format(preload and ("LD_PRELOAD='%s' "):format(preload) or "",
      service.interpreter(), shell.script, line)
end

--- Runs it to its end, in a shell that does something before, such as setting limits.
function Shell:run_after(commands, line)
   return process.start("/bin/sh", { "-c", commands .. "; " .. spelled(line) }, self:environment()):wait()
end

--- Starts it on a terminal of 100 columns: what it prints, on both outputs, is in `out`, and `say` types.
function Shell:on_terminal(line, variables)
   local terminal = assert(process.find "script")
   return process.start(terminal, { "-qefc", spelled(line), "/dev/null" }, self:environment(variables))
end

--- Takes colours and movements of the cursor out of what a terminal has got.
function shell.plain(text)
   return (text:gsub("\27%[[%d;]*%a", ""):gsub("\r\n", "\n"))
end

-- Golden files --------------------------------------------------------------------------------------------------------

local here = debug.getinfo(1, "S").source:match "^@(.*)support/shell%.lua$"

local hex = "%x"
local uuid = ("%s%%-%s%%-%s%%-%s%%-%s"):format(hex:rep(8), hex:rep(4), hex:rep(4), hex:rep(4), hex:rep(12))

-- What differs from run to run, as wide as before.
local function steady(text)
   text = text:gsub(uuid, ("i"):rep(36))
   text = text:gsub("%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.?%d*Z", "TIME")
   text = text:gsub("%-%d%d%d%d%d%d%d%d%-%d%d%d%d%d%d%-%l%l%l%l%l%l%l%l", "-STAMP")
   return (text:gsub("127%.0%.0%.1:%d+", "HOST"))
end

--- Compares with a file of spec/command/golden; `GOLDEN=write` in the environment writes it instead.
-- @tparam string name
-- @tparam string text
function shell.assert_golden(name, text)
   local path = here .. "command/golden/" .. name .. ".txt"
   text = steady(text)
   if os.getenv "GOLDEN" == "write" then
      local file = assert(io.open(path, "wb"))
      file:write(text)
      file:close()
   end
   local file = assert(io.open(path, "rb"))
   local wanted = file:read "*a"
   file:close()
   require "luassert".equal(wanted, text)
end

return shell
