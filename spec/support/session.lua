-- Runs in a shell what a page shows, as somebody types it after `. build/env.sh`: in a home of its own, and with
-- nothing of the environment.

local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local setting = require "support.setting"
local uv = require "luv"

local session = {}

local build = package.cpath:match "(build/[%w.-]+)/%?%.so"

-- On the Lua that runs the specs, a free port, and with files where nobody else has any.
local function as_run_here(text, folder)
   text = text:gsub("%f[%w]5080%f[%W]", tostring(process.free_ports(1)[1]))
   text = text:gsub("%f[%w]lua5%.4%f[%W]", service.interpreter())
   text = text:gsub("/usr/local/bin/pinecone%-backup", "pinecone-backup")
   text = text:gsub("%f[%S]/[%w_/.-]+/([%w_.*-]+)", folder.root .. "/%1")
   text = text:gsub("(pinecone%-backup check[^\n#]*)", "%1 || (($? < 3)) ") -- else it tells how the backups are
   return text
end

-- What it leaves lies in the folder, unless it needs the checkout.
local function place_of(text, folder)
   for _, word in ipairs { "make", "%. build/", "examples/", "spec/" } do
      if text:find("%f[%S]" .. word) then
         return "."
      end
   end
   return folder.root
end

-- Keys that stand in files.
local function add_keys(text, folder)
   for name in text:gsub("%*%.key", "one.key"):gmatch "([%w_-]+%.key)" do
      assert(uv.fs_chmod(folder:write(name, service.api_key), 384)) -- 0600
   end
end

local around = [[
set -e
trap 'kill $(jobs -p) 2>/dev/null || :' EXIT
. %s/env.sh
cd %s
%s]]

-- Of the environment it gets only this.
local function environment(folder, url, key)
   return {
      "-i", "HOME=" .. folder.root, "PATH=" .. os.getenv "PATH", "TERM=dumb", "DEPS=no", "LUA=" .. build:match "[^/]+$",
      "PINECONE_CONTROLLER_HOST=" .. url, key and "PINECONE_API_KEY=" .. key,
   }
end

--- Runs commands, with an emulator that has the index `movies`; it must end well.
-- @tparam string text
-- @tparam[opt] string key that the environment has
-- @treturn string what was printed, on both outputs
function session.run(text, key)
   local folder = scratch.new()
   local emulator = service.start {
      seed = { indexes = { setting.seed.indexes[1] }, backups = { setting.seed.backups[1], setting.seed.backups[2] } },
   }
   add_keys(text, folder)
   local words = environment(folder, emulator.url, key)
   for _, word in ipairs { "bash", "-c", around:format(build, place_of(text, folder), as_run_here(text, folder)) } do
      words[#words + 1] = word
   end
   local good, ended = pcall(function() return process.start("/usr/bin/env", words):wait() end)
   emulator:stop()
   folder:remove()
   assert(good, ended)
   assert(ended.code == 0, ("it ends with %s: %s"):format(tostring(ended.code), ended.text))
   return ended.text
end

return session
