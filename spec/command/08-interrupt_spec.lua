-- Ctrl-C while `pinecone-backup` asks the shell something: the terminal sends it to both, and it must end both.

local http = require "support.http"
local process = require "support.process"
local service = require "support.service"
local shell = require "support.shell"
local uv = require "luv"

local PIPES_TELL = _VERSION ~= "Lua 5.1" -- how their command ended

describe("Ctrl-C", function()

   -- A script in a process group of its own, which is past its first lines.
   local function start(source)
      local prelude = ("package.path = %q; local system = require 'pinecone.command.system'; print 'ready'; "
         .. "io.stdout:flush(); "):format(package.path)
      local running = process.start(assert(process.find "setsid"),
         { service.interpreter(), "-e", prelude .. source }, { LD_PRELOAD = os.getenv "LD_PRELOAD" })
      running:expect "ready\n"
      return running
   end

   -- As a terminal does.
   local function interrupt(running)
      uv.kill(-running.pid, "sigint")
   end

   for what, call in pairs {
      ["whether a command succeeds"] = "system.succeeds 'exec sleep 20'",
      ["what a command prints"] = "system.output 'exec sleep 20'",
   } do
      it("raises while Lua waits to know " .. what, function()
         local running = start(call .. "; print 'went on'")
         finally(function() running:stop() end)
         service.until_true(function() return #running:children() > 0 end)
         uv.sleep(50)
         interrupt(running)
         running:wait()
         assert.equal(1, running.code, running.text)
         assert.truthy(running.err:find "interrupted!", running.text)
         assert.is_nil(running.out:find "went on")
      end)
   end

   for descriptor = 0, 2 do
      it("is never lost while the terminal is looked for at descriptor " .. descriptor, function()
         if descriptor == 1 and not PIPES_TELL then
            pending "Lua 5.1 has to ask in a way that loses it when it comes as the command ends"
            return
         end
         for round = 1, 20 do
            local running = start(("while true do system.is_terminal(%d) end"):format(descriptor))
            finally(function() running:stop() end)
            uv.sleep(10 + round % 7)
            interrupt(running)
            local has_ended = http.wait_until(function() return running.code end, 2000 * service.slowness)
            running:stop()
            assert.truthy(has_ended, "it went on in round " .. round)
         end
      end)
   end

   -- Looking for it takes long enough to type.
   local slow = [[
      local function slow_down(call)
         return function(command, ...)
            if command:find "^test %-t 1" then
               io.stderr:write "looking\n"
               command = "sleep 20; " .. command
            end
            return call(command, ...)
         end
      end
      io.popen, os.execute = slow_down(io.popen), slow_down(os.execute)]]

   it("deletes nothing that --yes allows while the terminal is looked for", function()
      local emulator = service.start {
         seed = {
            indexes = { { name = "movies", dimension = 3 } },
            backups = {
               { index_name = "movies", name = "nightly-1", days_ago = 2 },
               { index_name = "movies", name = "nightly-2", days_ago = 1 },
            },
         },
      }
      finally(function() emulator:stop() end)
      local running = shell.new(emulator):on_terminal(
         "backup prune movies --name-prefix nightly- --keep-last 1 --yes", { LUA_INIT = slow })
      running:expect "looking"
      uv.sleep(100)
      running:say "\3"
      running:wait()
      assert.equal(130, running.code, running.text)
      assert.equal(0, service.sent(emulator, "delete_backup"))
   end)
end)
