-- https: a real nginx with certificates made on the spot stands in front of an emulator. Hints are chosen by what
-- libcurl's TLS library says, which is OpenSSL or GnuTLS.

local certificates = require "support.certificates"
local expect = require "support.expect"
local nginx = require "support.nginx"
local pinecone = require "pinecone"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

describe("https", function()
   if nginx.missing then
      pending("needs nginx: " .. nginx.missing)
      return
   end

   local folder, emulator, front, root, stranger

   -- The servers of nginx, by what is wrong with them.
   local function rows()
      local intermediate = root:intermediate "intermediate"
      local below = intermediate:server "below"
      local good = root:server "good"
      local function good_with(settings)
         return { certificate = good.certificate, key = good.key, settings = settings }
      end
      return {
         good = good,
         below = certificates.chain(folder, below, intermediate),
         ["missing intermediate"] = below,
         expired = root:server("expired", { from = "20200101000000Z", to = "20200102000000Z" }),
         early = root:server("early", { from = "21200101000000Z", to = "21200102000000Z" }),
         ["another host"] = root:server("another", { hosts = "DNS:another.example" }),
         ["self-signed"] = root:self_signed "self",
         ["old TLS"] = good_with "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers DEFAULT:@SECLEVEL=0;",
         plain = {},
      }
   end

   setup(function()
      folder = scratch.new()
      root, stranger = certificates.authority(folder, "root"), certificates.authority(folder, "stranger")
      emulator = service.start { seed = { indexes = { { name = "movies", dimension = 3, records = 10 } } } }
      front = nginx.start(folder, emulator.url, rows())
   end)
   teardown(function()
      front:stop()
      emulator:stop()
      folder:remove()
   end)
   before_each(function() assert(emulator:clear_requests()) end)

   local function url(name, host)
      return ("https://%s:%d"):format(host or "localhost", front.ports[name])
   end

   local function client(name, options)
      options = options or { ca_file = root.certificate }
      return service.client({ url = url(name, options.name) }, { ca_file = options.ca_file, ca_path = options.ca_path })
   end

   -- A folder that holds the certificate of an authority.
   local function folder_with(authority)
      local path = folder:path("only-" .. authority)
      assert(uv.fs_mkdir(path, tonumber("700", 8)))
      folder:write("only-" .. authority .. "/it.pem", folder:read(authority .. ".pem"))
      process.run("openssl", "rehash", path)
      return path
   end

   -- Expects that neither a read nor a write gets through; the failure of the write.
   local function refuses(pc)
      expect.failure("tls", pc:list_indexes())
      local err = expect.failure("tls", pc:create_backup { index_name = "movies", name = "nightly" })
      assert.is_nil(err.maybe_applied)
      assert.is_nil(tostring(err):find(service.api_key, 1, true))
      assert.equal(0, service.sent(emulator))
      return err
   end

   -- Expects that reads and writes do.
   local function takes(pc)
      local backup = assert(pc:create_backup { index_name = "movies", description = ("x"):rep(20000) })
      assert.equal(("x"):rep(20000), assert(pc:describe_backup(backup.backup_id)).description)
      assert.is_true(pc:delete_backup(backup.backup_id))
      assert.equal(3, service.sent(emulator))
   end

   describe("with a private authority", function()
      it("is taken where ca_file names it, for reads and writes", function()
         takes(client "good")
      end)

      it("is taken under an address, too", function()
         takes(client("good", { ca_file = root.certificate, name = "127.0.0.1" }))
      end)

      it("is taken where the server sends the authority between", function()
         takes(client "below")
      end)

      it("is taken where it lies in the folder ca_path", function()
         takes(client("good", { ca_path = folder_with "root" }))
      end)

      it("keeps its connection for reads", function()
         local pc = client "good"
         for _ = 1, 5 do
            assert(pc:list_indexes())
         end
         assert.equal(5, service.sent(emulator))
      end)

      it("is refused where nothing names it", function()
         local err = refuses(client("good", {}))
         expect.holds(err.message, "certificate")
         expect.holds(err.hint, "name its CA in ca_file", "somebody is in between")
      end)

      it("is refused where ca_file names another", function()
         expect.holds(refuses(client("good", { ca_file = stranger.certificate })).hint, "name its CA in ca_file")
      end)

      it("is refused where ca_path holds another", function()
         expect.holds(refuses(client("good", { ca_path = folder_with "stranger" })).hint, "name its CA in ca_file")
      end)

      it("is refused where the server leaves out the authority between", function()
         expect.holds(refuses(client "missing intermediate").hint, "ca_file", "intermediate certificates")
      end)
   end)

   describe("is refused where the certificate", function()
      for _, row in ipairs {
         { "expired", "has expired", "has expired", "renewed", "clock" },
         { "early", "is not valid yet", "not valid yet", "clock" },
         { "another host", "is for another host", "another host name", "host" },
         { "self-signed", "vouches for itself", "ca_file" },
      } do
         it(row[2], function()
            local err = refuses(client(row[1]))
            expect.holds(err.message, "certificate")
            expect.holds(err.hint, (unpack or table.unpack)(row, 3)) -- luacheck: globals unpack
         end)
      end

      it("is for another address", function()
         expect.holds(refuses(client("another host", { ca_file = root.certificate, name = "127.0.0.1" })).hint,
            "another host name")
      end)
   end)

   it("is refused where ca_file cannot be read, and the hint says so", function()
      for _, path in ipairs { folder:path "nothing.pem", folder.root } do
         expect.holds(refuses(client("good", { ca_file = path })).hint, "Check the path in ca_file")
      end
   end)

   it("is refused where ca_file holds no certificate", function()
      expect.holds(refuses(client("good", { ca_file = folder:path "good.key" })).hint, "ca_file")
   end)

   it("is refused where the server speaks plain http", function()
      expect.holds(refuses(client "plain").hint, "does not speak https on that port")
   end)

   it("is refused where the server offers only old versions of TLS", function()
      expect.holds(refuses(client "old TLS").hint, "TLS 1.2")
   end)

   -- What the system allows is a setting, too: here one that allows everything.
   it("is refused with old versions of TLS even where the system's settings allow them", function()
      local settings = folder:write("lax.cnf", "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
         .. "system_default = lax\n[lax]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")
      local function outcome(name)
         local script = process.script([[
            local pc = assert(require "pinecone".new { host = given.url, ca_file = given.ca_file, api_key = given.key })
            local _, err = pc:list_indexes()
            io.write(err and err.kind or "no error")
         ]], { url = url(name), ca_file = root.certificate, key = service.api_key }, { OPENSSL_CONF = settings })
         return script:wait().text
      end
      assert.equal("no error", outcome "good")
      assert.equal("tls", outcome "old TLS")
   end)

   it("cannot be left unverified", function()
      for _, option in ipairs { "verify", "insecure", "ssl_verify" } do
         assert.has_error(function() pinecone.new { api_key = "k", [option] = false } end)
      end
   end)
end)
