-- Proxies: real connections.

local service = require "support.service"
local pinecone = require "pinecone"
local uv = require "luv"

describe("a proxy", function()
   local emulator

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)

   local function ask(options)
      options.api_key = service.api_key
      return assert(pinecone.new(options)):list_indexes()
   end

   -- The emulator is no proxy, but it shows who asked it.
   it("that is named is asked, for this machine too", function()
      assert(emulator:clear_requests())
      assert(ask { host = "http://127.0.0.1:1", proxy = emulator.url })
      assert.equal(1, service.sent(emulator))
   end)

   it("is not asked for hosts in no_proxy", function()
      local _, err = ask { host = "http://127.0.0.1:1", proxy = emulator.url, no_proxy = "example.com,127.0.0.1" }
      assert.equal("network", err.kind)
   end)

   it("elsewhere is not asked for this machine, which it could not reach", function()
      assert(ask { host = emulator.url, proxy = "http://proxy.invalid:3128" })
   end)

   it("whose address is none is refused, and its password is not shown", function()
      for _, proxy in ipairs { "http://user:secret@127.0.0.1:99999", "ftp://user:secret@127.0.0.1", ":::" } do
         local value, err = pinecone.new { api_key = "k", proxy = proxy }
         assert.is_nil(value)
         assert.equal("invalid_argument", err.kind)
         assert.not_matches("secret", tostring(err))
      end
   end)

   it("that does not answer is named without its password", function()
      local _, err = ask { host = "https://api.invalid", proxy = "http://user:secret@127.0.0.1:1" }
      assert.equal("network", err.kind)
      assert.matches("proxy", err.hint)
      assert.not_matches("secret", tostring(err))
   end)

   it("that refuses the connection leaves a write undone", function()
      local pc = assert(pinecone.new { api_key = "k", host = "https://api.invalid", proxy = emulator.url })
      local _, err = pc:create_backup "movies"
      assert.equal("network", err.kind)
      assert.is_nil(err.maybe_applied)
   end)

   it("of the environment is asked for other hosts, never for this machine", function()
      uv.os_setenv("http_proxy", "http://127.0.0.1:1")
      uv.os_setenv("https_proxy", "http://127.0.0.1:1")
      local here = { ask { host = emulator.url } }
      local here_too = { ask { host = emulator.url, no_proxy = "example.com" } }
      local there = { ask { host = "https://api.invalid" } }
      uv.os_unsetenv "http_proxy"
      uv.os_unsetenv "https_proxy"
      assert(here[1], here[2])
      assert(here_too[1], here_too[2])
      assert.matches("127.0.0.1 port 1", there[2].message, 1, true)
   end)
end)
