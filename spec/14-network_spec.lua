-- TLS and proxies: real handshakes with `openssl s_server`, real connections.

local expect = require "support.expect"
local service = require "support.service"
local pinecone = require "pinecone"
local uv = require "luv"

local function run(command)
   local status = os.execute(command .. " >/dev/null 2>&1")
   assert(status == true or status == 0, command)
end

-- A program of its own, until close is called; `line` waits for a line of its output that matches.
local function start(program, arguments)
   local output, text = uv.new_pipe(false), ""
   local child = assert(uv.spawn(program, { args = arguments, stdio = { nil, output } }, function() end))
   output:read_start(function(_, chunk) text = text .. (chunk or "") end)
   return {
      line = function(pattern)
         service.until_true(function()
            uv.run "nowait"
            return text:match(pattern)
         end)
         return text:match(pattern)
      end,
      close = function()
         child:kill "sigterm"
         child:close()
         output:close()
         uv.run "nowait"
      end,
   }
end

describe("https", function()
   local folder, server, host

   setup(function()
      folder = os.tmpname()
      os.remove(folder)
      run("mkdir " .. folder)
      run(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
         .. "-addext subjectAltName=DNS:localhost -keyout %s/key.pem -out %s/certificate.pem"):format(folder, folder))
      server = start("openssl", {
         "s_server", "-accept", "127.0.0.1:0", "-www", "-key", folder .. "/key.pem",
         "-cert", folder .. "/certificate.pem",
      })
      host = "https://localhost:" .. server.line "ACCEPT 127%.0%.0%.1:(%d+)"
   end)
   teardown(function()
      server.close()
      run("rm -r " .. folder)
   end)

   local function ask(options)
      options.api_key = "k"
      options.host = options.host or host
      return assert(pinecone.new(options)):list_indexes()
   end

   it("refuses a certificate that nobody vouches for", function()
      local err = expect.failure("tls", ask {})
      assert.matches("certificate", err.message)
      assert.matches("CA", err.hint)
   end)

   it("takes one that ca_file vouches for", function()
      local _, err = ask { ca_file = folder .. "/certificate.pem" }
      -- s_server answers a page about the handshake
      assert.equal("protocol", err.kind)
      assert.equal(200, err.status)
   end)

   it("takes one that ca_path vouches for", function()
      run(("mkdir %s/trusted && cp %s/certificate.pem %s/trusted"):format(folder, folder, folder))
      run(("openssl rehash %s/trusted"):format(folder))
      local _, err = ask { ca_path = folder .. "/trusted" }
      assert.equal(200, err.status)
   end)

   it("refuses one for another host", function()
      local _, err = ask { ca_file = folder .. "/certificate.pem", host = (host:gsub("localhost", "127.0.0.1")) }
      assert.equal("tls", err.kind)
   end)

   it("says that ca_file cannot be read", function()
      local _, err = ask { ca_file = folder .. "/nothing.pem" }
      assert.equal("tls", err.kind)
      assert.matches("ca_file", err.hint)
   end)
end)

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
