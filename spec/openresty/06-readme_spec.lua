-- The examples of README and of the reference that are for nginx, in real nginx; the others are in
-- spec/52-readme_spec.lua and spec/51-reference_spec.lua.

local expect = require "support.expect"
local http = require "support.http"
local nginx = require "support.nginx"
local openresty = require "support.openresty"
local process = require "support.process"
local readme = require "support.readme"
local reference = require "support.reference"
local scratch = require "support.scratch"
local service = require "support.service"
local setting = require "support.setting"
local uv = require "luv"

-- What an nginx.conf has beside what README shows.
local around = [[
%s
daemon off;
pid nginx.pid;
error_log stderr warn;
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
env PINECONE_CONTROLLER_HOST;
events {}
]]

local lookup = [[
http {
   %s
   lua_package_path '%s';
   lua_package_cpath '%s';
]]

local function configuration(text, port)
   local found
   text, found = text:gsub("http {\n", function()
      return lookup:format(nginx.quiet, package.path, package.cpath)
   end)
   assert.equal(1, found)
   text, found = text:gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. port)
   assert.equal(1, found)
   return around:format(uv.getuid() == 0 and "user root root;" or "") .. text
end

describe("README's example in nginx", function()
   if openresty.missing then
      pending(openresty.missing)
      return
   end

   local emulator, folder

   setup(function()
      emulator, folder = service.start { seed = setting.seed }, scratch.new()
   end)
   teardown(function()
      emulator:stop()
      folder:remove()
   end)

   for _, block in ipairs(readme.of_kind "nginx") do
      it("describes a backup", function()
         local port = process.free_ports(1)[1]
         folder:write("nginx.conf", configuration(block.text, port))
         local words = { "-e", "stderr", "-p", folder.root, "-c", "nginx.conf" }
         local running = process.start(process.find "nginx", words, {
            PINECONE_CONTROLLER_HOST = emulator.url, PINECONE_API_KEY = service.api_key,
         })
         finally(function() running:stop() end)
         running:listens_on(port)
         local id = service.backup_id(service.client(emulator), "before-migration")
         assert.equal("Ready\n", http.exchange(port, "GET", "/backups/" .. id).body)
         expect.holds(http.exchange(port, "GET", "/backups/none").body, "not_found")
      end)
   end

   local in_background = { reference.examples["pinecone.openresty"], reference.examples["pinecone.openresty.every"] }
   for _, block in ipairs(readme.of_kind "every") do
      in_background[#in_background + 1] = block.text
   end

   for place, example in ipairs(in_background) do
      it(("works in the background, %d"):format(place), function()
         local dictionary = example:match 'lock = "(%w+)"'
         folder:write("nightly.lua", ('return function() ngx.shared.%s:incr("runs", 1, 0) end'):format(dictionary))
         local text, found = example:gsub("%f[%w]3600%f[%W]", "0.05")
         assert.equal(1, found)
         local running = openresty.start(folder, {
            http = ([[
               lua_shared_dict DICTIONARY 1m;
               init_worker_by_lua_block {
                  package.path = "%s/?.lua;" .. package.path
                  %s
               }
            ]]):format(folder.root, text):gsub("DICTIONARY", dictionary),
            server = ('location / { content_by_lua_block { ngx.say(ngx.shared.%s:get "runs" or 0) } }')
               :format(dictionary),
         })
         finally(function() running:stop() end)
         service.until_true(function() return tonumber(running:get "/".body) > 1 end)
         assert.equal("", running:log())
      end)
   end
end)
