-- One code base for Lua 5.1 to 5.4 and LuaJIT, partly inside OpenResty.
std = "max"
max_line_length = 120
files["lua"] = { read_globals = { "ngx" } }
files["spec"] = { std = "max+busted" }
files["examples/*_spec.lua"] = { std = "max+busted" }
files["examples/openresty/backups.lua"] = { std = "max+ngx_lua" }
files["examples/openresty/checks.lua"] = { std = "max+ngx_lua" }
files["*.rockspec"] = { std = "max+rockspec" }
files["lua/pinecone/meta"] = { ignore = { "211", "212", "241", "631" } } -- no code, only its types
