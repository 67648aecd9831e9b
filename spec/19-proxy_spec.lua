-- Proxies: a real tinyproxy, whose log tells what went through it, before an emulator and an nginx.

local certificates = require "support.certificates"
local expect = require "support.expect"
local nginx = require "support.nginx"
local pinecone = require "pinecone"
local scratch = require "support.scratch"
local service = require "support.service"
local tinyproxy = require "support.tinyproxy"
local uv = require "luv"
local wire = require "support.wire"

local PASSWORD = "open-sesame"

-- Variables that libcurl reads
local VARIABLES = {
   "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
}

-- Makes these all the variables of proxies; what they were.
local function set_variables(variables)
   local before = {}
   for _, name in ipairs(VARIABLES) do
      before[name] = os.getenv(name)
      uv.os_unsetenv(name)
   end
   for name, value in pairs(variables) do
      uv.os_setenv(name, value)
   end
   return before
end

local function with_variables(variables, action)
   local before = set_variables(variables)
   local ok, problem = pcall(action)
   set_variables(before)
   assert(ok, problem)
end

describe("A proxy", function()
   if nginx.missing or tinyproxy.missing then
      pending("needs nginx and tinyproxy: " .. (nginx.missing or tinyproxy.missing))
      return
   end

   local folder, root, emulator, front, open, locked, narrow, plain, secure, variables

   setup(function()
      variables = set_variables {}
      folder = scratch.new()
      root = certificates.authority(folder, "root")
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 10 } } } }
      front = nginx.start(folder, emulator.url, { good = root:server "good" })
      open = tinyproxy.start(folder)
      locked = tinyproxy.start(folder, "BasicAuth operator " .. PASSWORD)
      narrow = tinyproxy.start(folder, "ConnectPort 443")
      -- To the library these are not this machine, but whoever connects arrives here.
      plain = emulator.url:gsub("127%.0%.0%.1", "0.0.0.0")
      secure = "https://0.0.0.0:" .. front.ports.good
   end)
   teardown(function()
      for _, server in ipairs { narrow, locked, open, front, emulator } do
         server:stop()
      end
      folder:remove()
      set_variables(variables)
   end)
   before_each(function()
      assert(emulator:clear_requests())
      for _, proxy in ipairs { narrow, locked, open } do
         tinyproxy.clear(proxy)
      end
   end)

   local function client(options)
      options.ca_file, options.allow_http = options.ca_file or root.certificate, true
      return service.client({ url = options.host }, options)
   end

   local function address(host)
      return host:match "//(.*)"
   end

   -- What a proxy sees of a request
   local function line(method, host, path)
      return host:find "^https" and "CONNECT " .. address(host) or ("%s %s%s"):format(method, host, path)
   end

   -- Asks for a list and makes a backup, both with success.
   local function ask(options)
      local pc = client(options)
      assert(pc:list_indexes())
      assert(pc:create_backup { index_name = "movies", description = ("x"):rep(20000) })
      assert.equal(2, service.sent(emulator))
      pc:close()
   end

   local function asks_through(proxy, options)
      ask(options)
      assert.same({
         line("GET", options.host, "/indexes"), line("POST", options.host, "/indexes/movies/backups"),
      }, tinyproxy.asked(proxy))
   end

   local function asks_directly(options)
      ask(options)
      assert.same({}, tinyproxy.asked(open))
   end

   local function both(action)
      for _, host in ipairs { plain, secure } do
         assert(emulator:clear_requests())
         tinyproxy.clear(open)
         tinyproxy.clear(locked)
         action(host)
      end
   end

   -- Expects that nothing gets through, and that nothing secret is told; the failure. Over http a proxy may refuse a
   -- write before it has read all of it, and break the connection: what that looks like is chance.
   local function fails(kind, options)
      local pc = client(options)
      local err = expect.failure(kind, pc:list_indexes())
      if options.host:find "^https" then
         err = expect.failure(kind, pc:create_backup { index_name = "movies", name = "nightly" })
         assert.is_nil(err.maybe_applied)
      end
      assert.equal(0, service.sent(emulator))
      for _, secret in ipairs { PASSWORD, "guessed", service.api_key } do
         assert.is_nil((tostring(err) .. tostring(pc)):find(secret, 1, true))
      end
      return err
   end

   describe("that is named by option", function()
      it("is asked for reads and writes, over http and https", function()
         both(function(host) asks_through(open, { host = host, proxy = open.url }) end)
      end)

      it("is asked for this machine, too, where it stands there itself", function()
         asks_through(open, { host = emulator.url, proxy = open.url })
         assert(emulator:clear_requests())
         tinyproxy.clear(open)
         asks_through(open, { host = "https://localhost:" .. front.ports.good, proxy = open.url })
      end)

      it("is asked without a scheme before its name", function()
         asks_through(open, { host = plain, proxy = address(open.url) })
      end)

      it("elsewhere is not asked for this machine, which it could not reach", function()
         asks_directly { host = emulator.url, proxy = "http://proxy.invalid:3128" }
      end)

      it("passes its name on", function()
         local server = wire.start()
         assert(server:client { proxy = open.url }:list_indexes())
         assert.matches("tinyproxy", wire.header(server.requests[1], "Via"))
         server:stop()
      end)

      it("does not see the key of a request over https", function()
         local server = wire.start()
         server:answer(wire.answer(403))
         local err = expect.failure("network",
            server:client { host = "https://api.example", proxy = "http://operator:" .. PASSWORD .. "@"
               .. address(server.url) }:create_backup "movies")
         local head = server.requests[1].head
         assert.matches("^CONNECT api%.example:443 HTTP", head)
         assert.matches("^Basic ", wire.header(server.requests[1], "Proxy-Authorization"))
         assert.is_nil(wire.header(server.requests[1], "Api-Key"))
         assert.is_nil(head:find(wire.api_key, 1, true))
         assert.is_nil(err.maybe_applied)
         server:stop()
      end)

      -- nginx is no proxy for https, but it is spoken to over TLS.
      it("may be spoken to over TLS, with a certificate that ca_file vouches for", function()
         local proxy = "https://localhost:" .. front.ports.good
         ask { host = "http://127.0.0.1:1", proxy = proxy }
         assert(emulator:clear_requests())
         local stranger = certificates.authority(folder, "stranger")
         expect.holds(fails("tls", { host = "http://127.0.0.1:1", proxy = proxy, ca_file = stranger.certificate }).hint,
            "ca_file")
      end)
   end)

   describe("that wants a user and a password", function()
      it("is asked where they are right", function()
         both(function(host)
            local user = "operator:" .. PASSWORD .. "@"
            asks_through(locked, { host = host, proxy = "http://" .. user .. address(locked.url) })
         end)
      end)

      -- tinyproxy refuses a wrong one with the status of the API's own refusals, and a page
      for what, row in pairs {
         ["are wrong"] = { user = "operator:guessed@", plain = "unauthenticated" },
         ["are not given"] = { user = "", plain = "network" },
      } do
         it(("refuses where they %s, and no message tells them"):format(what), function()
            both(function(host)
               local err = fails(host == secure and "network" or row.plain, {
                  host = host, proxy = "http://" .. row.user .. address(locked.url),
               })
               expect.holds(err.hint, "proxy", "user and", "password")
            end)
         end)
      end
   end)

   it("that does not let this port through is an error of kind network", function()
      expect.holds(fails("network", { host = secure, proxy = narrow.url }).hint, "whether it lets you through")
   end)

   it("that does not answer is named without its password", function()
      both(function(host)
         expect.holds(fails("network", { host = host, proxy = "http://operator:guessed@127.0.0.1:1" }).hint, "proxy")
      end)
   end)

   it("whose address is none is refused, and its password is not shown", function()
      for _, proxy in ipairs { "http://user:guessed@127.0.0.1:99999", "ftp://user:guessed@127.0.0.1", ":::" } do
         local err = expect.failure("invalid_argument", pinecone.new { api_key = "k", proxy = proxy })
         assert.is_nil(tostring(err):find("guessed", 1, true))
      end
   end)

   describe("of the environment", function()
      for name, hosts in pairs {
         http_proxy = { plain = true }, https_proxy = { secure = true }, HTTPS_PROXY = { secure = true },
         ALL_PROXY = { plain = true, secure = true }, all_proxy = { plain = true, secure = true },
         -- a web server hands it to its programs, with what a stranger's request says
         HTTP_PROXY = {},
      } do
         it(("is what %s says"):format(name), function()
            with_variables({ [name] = open.url }, function()
               both(function(host)
                  local asks = hosts[host == plain and "plain" or "secure"]
                  if asks then
                     asks_through(open, { host = host })
                  else
                     asks_directly { host = host }
                  end
               end)
            end)
         end)
      end

      for _, name in ipairs { "no_proxy", "NO_PROXY" } do
         it(("is not asked for what %s lists"):format(name), function()
            both(function(host)
               with_variables({ ALL_PROXY = open.url, [name] = "example.com,0.0.0.0" }, function()
                  asks_directly { host = host }
               end)
            end)
         end)
      end

      it("is never asked for this machine", function()
         with_variables({ http_proxy = open.url, https_proxy = open.url, ALL_PROXY = open.url }, function()
            for _, options in ipairs {
               { host = emulator.url }, { host = (emulator.url:gsub("127%.0%.0%.1", "localhost")) },
               { host = emulator.url, no_proxy = "example.com" },
               { host = "https://localhost:" .. front.ports.good }, { host = "https://127.0.0.1:" .. front.ports.good },
            } do
               assert(emulator:clear_requests())
               asks_directly(options)
            end
         end)
      end)

      it("gives way to the option", function()
         both(function(host)
            with_variables({ ALL_PROXY = "http://127.0.0.1:1" }, function()
               asks_through(open, { host = host, proxy = open.url })
            end)
         end)
      end)

      it("may have a user and a password, too, which no message tells", function()
         with_variables({ ALL_PROXY = ("http://operator:%s@%s"):format(PASSWORD, address(locked.url)) }, function()
            both(function(host) asks_through(locked, { host = host }) end)
         end)
         with_variables({ ALL_PROXY = "http://operator:guessed@" .. address(locked.url) }, function()
            both(function(host) fails(host == secure and "network" or "unauthenticated", { host = host }) end)
         end)
      end)
   end)

   describe("is left out by the option no_proxy", function()
      for what, given in pairs {
         ["for the hosts in it"] = "example.com,0.0.0.0", ["for all hosts by a star"] = "*",
      } do
         it(what, function()
            both(function(host)
               asks_directly { host = host, proxy = open.url, no_proxy = given }
               assert(emulator:clear_requests())
               with_variables({ ALL_PROXY = open.url }, function()
                  asks_directly { host = host, no_proxy = given }
               end)
            end)
         end)
      end

      it("not for others", function()
         both(function(host)
            asks_through(open, { host = host, proxy = open.url, no_proxy = "example.com,0.0.0.1" })
         end)
      end)
   end)
end)
