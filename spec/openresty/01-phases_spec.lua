-- Each phase of nginx with ngx_lua: a call waits where waiting is possible, and says what to do where it is not.

local certificates = require "support.certificates"
local expect = require "support.expect"
local gate = require "support.gate"
local openresty = require "support.openresty"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

local holds = expect.holds

-- What stands before everything else. `tell` writes to a file, because that works in every phase.
local INIT = [[
   pinecone = require "pinecone"
   local key = "KEY"
   pc = assert(pinecone.new { host = "GATE", api_key = key, timeout = 10 })

   local path = ngx.config.prefix() .. "told"
   function tell(...)
      local file = assert(io.open(path, "a"))
      file:write(ngx.get_phase(), ": ", table.concat({ ... }, " "), "\n")
      file:close()
   end

   function describe(client)
      local index, err = (client or pc):describe_index "movies"
      return index and index.name or tostring(err)
   end

   function sleep_and_describe()
      ngx.sleep(0.001)
      tell("slept")
      tell("found:", describe())
   end

   function try()
      local _, alone = pcall(describe)
      local _, together = pcall(pinecone.parallel, { describe, describe })
      tell("alone:", alone)
      tell("together:", together)
   end

   function take_certificate()
      local ssl = require "ngx.ssl"
      local function read(name)
         local file = assert(io.open(ngx.config.prefix() .. name))
         local text = file:read "*a"
         file:close()
         return text
      end
      assert(ssl.clear_certs())
      assert(ssl.set_der_cert(assert(ssl.cert_pem_to_der(read "good.pem"))))
      assert(ssl.set_der_priv_key(assert(ssl.priv_key_pem_to_der(read "good.key"))))
   end
]]

local EARLY = [[
   try()
   tell("blocking:", describe(assert(pinecone.new { host = "EMULATOR", api_key = key, wait = "blocking" })))
]]

local LOCATIONS = [[
   server_rewrite_by_lua_block { if ngx.var.uri == "/server_rewrite" then ngx.ctx.found = describe() end }
   location /ping { return 200 pong; }
   location /server_rewrite { content_by_lua_block { ngx.print(ngx.ctx.found) } }
   location /rewrite {
      rewrite_by_lua_block { ngx.ctx.found = describe() }
      content_by_lua_block { ngx.print(ngx.ctx.found) }
   }
   location /access {
      access_by_lua_block { ngx.ctx.found = describe() }
      content_by_lua_block { ngx.print(ngx.ctx.found) }
   }
   location /content { content_by_lua_block { ngx.print(describe()) } }
   location /timer {
      content_by_lua_block {
         local found
         assert(ngx.timer.at(0, function() found = ngx.get_phase() .. ": " .. describe() end))
         while not found do
            ngx.sleep(0.01)
         end
         ngx.print(found)
      }
   }
   location /set {
      set_by_lua_block $nothing { try() return "" }
      return 200 pong;
   }
   location /balancer { proxy_pass http://balanced/ping; }
   location /header_filter {
      header_filter_by_lua_block { try() }
      return 200 pong;
   }
   location /body_filter {
      body_filter_by_lua_block { if not ngx.ctx.tried then ngx.ctx.tried = true try() end }
      return 200 pong;
   }
   location /log {
      log_by_lua_block { try() }
      return 200 pong;
   }
]]

-- Sessions belong to the whole of http. A certificate of the wrong authority shows that the phase took the right one.
local HTTP = [[
   lua_shared_dict sessions 1m;
   init_by_lua_block { INIT EARLY }
   init_worker_by_lua_block { try() }
   exit_worker_by_lua_block { try() }
   upstream balanced {
      server 0.0.0.1;
      balancer_by_lua_block {
         try()
         assert(require "ngx.balancer".set_current_peer("127.0.0.1", tonumber(ngx.var.server_port)))
      }
   }
   ssl_session_tickets off;
   ssl_session_store_by_lua_block {
      local session = require "ngx.ssl.session"
      ngx.shared.sessions:set(assert(session.get_session_id()), assert(session.get_serialized_session()))
      try()
   }
   ssl_session_fetch_by_lua_block {
      sleep_and_describe()
      local session = require "ngx.ssl.session"
      local kept = ngx.shared.sessions:get(assert(session.get_session_id()))
      assert(kept and session.set_serialized_session(kept))
   }
   ssl_certificate wrong.pem;
   ssl_certificate_key wrong.key;
   server {
      listen 127.0.0.1:CERTIFICATE ssl;
      ssl_certificate_by_lua_block { tell("found:", describe()) take_certificate() }
      location / { return 200 pong; }
   }
   server {
      listen 127.0.0.1:HELLO ssl;
      ssl_certificate good.pem;
      ssl_certificate_key good.key;
      ssl_client_hello_by_lua_block { sleep_and_describe() }
      location / { return 200 pong; }
   }
   server {
      listen 127.0.0.1:SESSION ssl;
      ssl_certificate good.pem;
      ssl_certificate_key good.key;
      location / { return 200 pong; }
   }
]]

describe("nginx with ngx_lua", function()
   if openresty.missing then
      pending("needs ngx_lua: " .. openresty.missing)
      return
   end

   local folder, root, emulator, api, nginx, ports, reached_at_start

   setup(function()
      folder = scratch.new()
      certificates.authority(folder, "stranger"):server "wrong"
      root = certificates.authority(folder, "root")
      root:server "good"
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3 } } } }
      api = gate.start()
      local free = process.free_ports(3)
      ports = { CERTIFICATE = free[1], HELLO = free[2], SESSION = free[3] }
      local values = { EARLY = EARLY, GATE = api.url, EMULATOR = emulator.url, KEY = service.api_key }
      for name, port in pairs(ports) do
         values[name] = tostring(port)
      end
      local text = HTTP:gsub("INIT", (INIT:gsub("%%", "%%%%"))):gsub("EARLY", EARLY)
      nginx = openresty.start(folder, { http = text:gsub("%u+", values), server = LOCATIONS })
      reached_at_start = api:was_reached()
   end)

   teardown(function()
      nginx:stop()
      api:stop()
      emulator:stop()
      folder:remove()
   end)

   local function told(phase, about)
      return (folder:read "told"):match("%f[%w_]" .. phase .. ": " .. (about or "") .. "([^\n]*)\n")
   end

   -- Expects that a call waits for its answer, and that the worker does other things meanwhile.
   local function waits_in_peace()
      assert.is_true(api:holds(1), "nothing was asked for")
      assert.equal("pong", nginx:get("/ping").body)
      api:open { name = "movies" }
   end

   before_each(function() api:shut() end)

   -- Asks over https.
   local function start_tls(port, ...)
      local client = process.start("openssl", {
         "s_client", "-connect", "127.0.0.1:" .. port, "-CAfile", root.certificate, "-verify_return_error", "-ign_eof",
         ...
      })
      client:say "GET /ping HTTP/1.0\r\n\r\n"
      return client
   end

   local function is_answered(client)
      client:wait()
      holds(client.out, "Verify return code: 0 (ok)", "pong")
   end

   local session

   -- Has a session of TLS 1.2, which is what the phases of sessions are for, stored for the next time.
   local function store_session()
      session = session or folder:path "session"
      is_answered(start_tls(ports.SESSION, "-tls1_2", "-sess_out", session))
   end

   describe("waits in", function()
      for phase, answer in pairs {
         server_rewrite = "movies", rewrite = "movies", access = "movies", content = "movies", timer = "timer: movies",
      } do
         it(phase, function()
            local request = nginx:ask("/" .. phase)
            waits_in_peace()
            assert.equal(answer, request:receive().body)
            request:close()
         end)
      end

      it("ssl_cert", function()
         local client = start_tls(ports.CERTIFICATE)
         waits_in_peace()
         is_answered(client)
         assert.equal("movies", told("ssl_cert", "found: "))
      end)

      -- Here nothing at all can sleep where nginx and OpenSSL are without OpenResty's patches, as Debian's are.
      local function needs_sleep(phase, client)
         service.until_true(function()
            uv.run "nowait"
            return told(phase, "slept") or client.code
         end)
         if not told(phase, "slept") then
            client:wait()
            pending("this nginx cannot sleep in " .. phase)
         end
      end

      it("ssl_client_hello", function()
         local client = start_tls(ports.HELLO)
         needs_sleep("ssl_client_hello", client)
         waits_in_peace()
         is_answered(client)
         assert.equal("movies", told("ssl_client_hello", "found: "))
      end)

      it("ssl_session_fetch", function()
         store_session()
         local client = start_tls(ports.SESSION, "-tls1_2", "-sess_in", session)
         needs_sleep("ssl_session_fetch", client)
         waits_in_peace()
         is_answered(client)
         holds(client.out, "Reused, TLSv1.2")
         assert.equal("movies", told("ssl_session_fetch", "found: "))
      end)
   end)

   describe("cannot wait, says so and sends nothing in", function()
      local function says_so(phase)
         for _, about in ipairs { "alone: ", "together: " } do
            service.until_true(function() return told(phase, about) end)
            holds(told(phase, about), "phase " .. phase .. ".", "ngx.timer.at(0, function() ... end)")
         end
         assert.is_false(reached_at_start or api:was_reached())
      end

      for _, phase in ipairs { "init", "init_worker" } do
         it(phase, function() says_so(phase) end)
      end

      for _, phase in ipairs { "set", "balancer", "header_filter", "body_filter", "log" } do
         it(phase, function()
            assert.equal("pong", nginx:get("/" .. phase).body)
            says_so(phase)
         end)
      end

      it("ssl_session_store", function()
         store_session()
         says_so "ssl_session_store"
      end)

      it("exit_worker", function()
         nginx:stop()
         says_so "exit_worker"
      end)
   end)

   it("waits in init with wait = 'blocking'", function()
      assert.equal("movies", told("init", "blocking: "))
      assert.equal(1, service.sent(emulator, "describe_index"))
   end)

   it("has nothing to say in its error log", function()
      nginx:stop()
      local log = nginx:log():gsub("[^\n]*cannot yield in sess get cb: missing async[^\n]*\n", "")
      assert.equal("", log)
   end)
end)
