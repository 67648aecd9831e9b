-- The servers that are asked: nginx, which answers any number of calls and costs little.

local bodies = require "bench.bodies"
local servers = require "bench.servers"

local upstream = {}

local keeping = "keepalive_requests 100000000; keepalive_timeout 600;"

-- As fast as nginx can be: files.
local static = {
   http = keeping .. " open_file_cache max=8 inactive=600s; open_file_cache_valid 600s; etag off;",
   server = [[
      root .;
      default_type application/json;
      add_header X-Pinecone-Request-Id $request_id;
      location = /backups { try_files /page.json =404; }
      location ^~ /backups/ { try_files /backup.json =404; }
   ]],
}

-- After some time. nginx's own count of connections is the server's view of how many somebody held. Pages have no end,
-- and no id comes twice.
local slow = {
   http = keeping .. [[
      init_by_lua_block {
         most, libcurl = 0, "none"
         local file = assert(io.open(ngx.config.prefix() .. "/page"))
         template = file:read "*a"
         file:close()
      }
   ]],
   server = ([[
      location ~ ^/backups/ {
         default_type application/json;
         content_by_lua_block {
            most = math.max(most, tonumber(ngx.var.connections_active))
            libcurl = ngx.var.http_user_agent:match "libcurl/([%d.]+)" or libcurl
            ngx.sleep(SECONDS)
            ngx.header.content_length = LENGTH
            ngx.header["X-Pinecone-Request-Id"] = ngx.var.request_id
            ngx.print(BACKUP)
         }
      }
      location = /backups {
         default_type application/json;
         content_by_lua_block {
            local page = tonumber(ngx.var.arg_paginationToken) or 1
            local number = (page - 1) * SIZE
            local body = template:gsub("#", page + 1):gsub("@", function()
               number = number + 1
               return string.format("%08x", number)
            end)
            ngx.sleep(SECONDS)
            ngx.header.content_length = #body
            ngx.header["X-Pinecone-Request-Id"] = ngx.var.request_id
            ngx.print(body)
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

-- nginx's Lua is LuaJIT, which finds its own modules; those of the Lua that runs this may be none for it.
local function start(blocks, files)
   local path, cpath = package.path, package.cpath
   package.path, package.cpath = ";;", ";;"
   local good, self = pcall(servers.start, blocks, files)
   package.path, package.cpath = path, cpath
   return good and self or error(self, 0)
end

--- Starts one that answers after some time, and whose pages go on and on.
-- @tparam number seconds
-- @treturn table the process, see support.openresty
function upstream.start(seconds)
   local server = slow.server:gsub("%f[%u]%u%u%u%u+", {
      SECONDS = tostring(seconds), LENGTH = tostring(#bodies.backup), BACKUP = ("%q"):format(bodies.backup),
      SIZE = tostring(bodies.page_size),
   })
   return start({ http = slow.http, server = server }, { page = bodies.page_template })
end

--- Starts one that answers at once, always the same.
function upstream.start_static()
   return start(static, { ["backup.json"] = bodies.backup, ["page.json"] = bodies.page })
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
