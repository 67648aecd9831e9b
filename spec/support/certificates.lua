-- Certificate authorities and the certificates that they sign, made on the spot by openssl.

local process = require "support.process"

local certificates = {}

local Authority = {}
Authority.__index = Authority

local settings = [[
[ca]
default_ca = here
[here]
new_certs_dir = ROOT
database = ROOT/issued
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 2
policy = anybody
copy_extensions = copy
[anybody]
commonName = supplied
[req]
distinguished_name = nobody
[nobody]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:false
extendedKeyUsage = serverAuth
]]

-- An elliptic key is made in a moment.
local function request(self, name, ...)
   process.run("openssl", "req", "-config", self.settings, "-nodes", "-newkey", "ec",
      "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=" .. name,
      "-keyout", self.folder:path(name .. ".key"), ...)
end

local function pair(self, name)
   return { certificate = self.folder:path(name .. ".pem"), key = self.folder:path(name .. ".key") }
end

local function authority(folder, name)
   local self = pair({ folder = folder }, name)
   self.folder, self.settings = folder, folder:path "openssl.cnf"
   return setmetatable(self, Authority)
end

--- Makes an authority that vouches for itself.
-- @tparam table folder of support.scratch, that takes the files
-- @tparam string name of the files
-- @treturn table `certificate` and `key`: paths
function certificates.authority(folder, name)
   folder:write("openssl.cnf", (settings:gsub("ROOT", folder.root)))
   folder:write("issued", "")
   local self = authority(folder, name)
   request(self, name, "-x509", "-days", "2", "-extensions", "authority", "-out", self.certificate)
   return self
end

-- Signs the request that lies there.
local function sign(self, name, extensions, from, to)
   local arguments = {
      "ca", "-batch", "-notext", "-config", self.settings, "-cert", self.certificate, "-keyfile", self.key,
      "-extensions", extensions, "-in", self.folder:path(name .. ".csr"), "-out", self.folder:path(name .. ".pem"),
   }
   for option, value in pairs { ["-startdate"] = from, ["-enddate"] = to } do
      arguments[#arguments + 1] = option
      arguments[#arguments + 1] = value
   end
   process.run("openssl", (unpack or table.unpack)(arguments)) -- luacheck: globals unpack
end

--- Makes an authority below this one.
function Authority:intermediate(name)
   request(self, name, "-out", self.folder:path(name .. ".csr"))
   sign(self, name, "authority")
   return authority(self.folder, name)
end

--- Makes a server's certificate.
-- @tparam string name of the files
-- @tparam[opt] table fields `hosts`: openssl's subjectAltName; `from` and `to`: YYYYMMDDHHMMSSZ
-- @treturn table `certificate` and `key`: paths
function Authority:server(name, fields)
   fields = fields or {}
   request(self, name, "-addext", "subjectAltName=" .. (fields.hosts or certificates.HERE),
      "-out", self.folder:path(name .. ".csr"))
   sign(self, name, "server", fields.from, fields.to)
   return pair(self, name)
end

--- The names under which the specs' servers are asked.
certificates.HERE = "DNS:localhost,IP:127.0.0.1,IP:0.0.0.0"

--- Makes a certificate that vouches for itself and is no authority.
function Authority:self_signed(name)
   request(self, name, "-x509", "-days", "2", "-extensions", "server", "-addext",
      "subjectAltName=" .. certificates.HERE, "-out", self.folder:path(name .. ".pem"))
   return pair(self, name)
end

--- Adds another certificate to what a server sends.
function certificates.chain(folder, server, intermediate)
   local name = server.certificate:match "([^/]+)%.pem$"
   local path = folder:write(name .. "-chain.pem", folder:read(name .. ".pem")
      .. folder:read(intermediate.certificate:match "([^/]+)$"))
   return { certificate = path, key = server.key }
end

return certificates
