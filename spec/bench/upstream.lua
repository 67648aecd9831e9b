-- The server that is asked: nginx, which answers any number of calls after the same time and costs little.

local servers = require "bench.servers"

local upstream = {}

upstream.id = "670e8400-e29b-41d4-a716-446655440000"

local body = [[{"backup_id":"]] .. upstream.id .. [[","source_index_name":"docs-example",]]
   .. [["source_index_id":"f73b36c9-faf5-4a2c-b1d6-4013d8b1cc74","name":"docs-example-nightly",]]
   .. [["description":"Nightly backup of the production documents","status":"Ready","cloud":"aws",]]
   .. [["region":"us-east-1","dimension":1536,"metric":"cosine","record_count":120000,"namespace_count":3,]]
   .. [["size_bytes":10000000,"tags":{"environment":"production","team":"search"},]]
   .. [["created_at":"2025-05-15T00:52:10.809305882Z"}]]

-- nginx's own count of connections is the server's view of how many somebody held.
local blocks = {
   http = "keepalive_requests 100000000; keepalive_timeout 600; init_by_lua_block { most = 0 libcurl = 'none' }",
   server = ([[
      location ~ ^/backups/ {
         default_type application/json;
         content_by_lua_block {
            most = math.max(most, tonumber(ngx.var.connections_active))
            libcurl = ngx.var.http_user_agent:match "libcurl/([%d.]+)" or libcurl
            ngx.sleep(SECONDS)
            ngx.header.content_length = LENGTH
            ngx.header["X-Pinecone-Request-Id"] = ngx.var.request_id
            ngx.print(BODY)
         }
      }
      location = /most { content_by_lua_block { ngx.print(most) most = 0 } }
      location = /versions { content_by_lua_block {
         local version = ngx.config.ngx_lua_version
         ngx.print("nginx ", ngx.var.nginx_version, ", ngx_lua ", ("%d.%d.%d"):format(version / 1e6,
            version / 1e3 % 1e3, version % 1e3), ", libcurl ", libcurl)
      } }
   ]]),
}

--- Starts one.
-- @tparam number seconds after which it answers
-- @treturn table the process, see support.openresty
function upstream.start(seconds)
   local server = blocks.server:gsub("%f[%u]%u%u%u%u+", {
      SECONDS = tostring(seconds), LENGTH = tostring(#body), BODY = ("%q"):format(body),
   })
   -- nginx's Lua is LuaJIT, which finds its own modules; those of the Lua that runs this may be none for it
   local path, cpath = package.path, package.cpath
   package.path, package.cpath = ";;", ";;"
   local good, self = pcall(servers.start, { http = blocks.http, server = server })
   package.path, package.cpath = path, cpath
   return good and self or error(self, 0)
end

--- How many connections were open to it at once, at most, since this was asked before.
function upstream.most_connections(server)
   return tonumber(server:get("/most").body)
end

--- Its versions, and that of the libcurl that asked it.
function upstream.versions(server)
   return server:get("/versions").body
end

return upstream
