-- Words of others that pages may use, by whose they are. What the program itself has needs no place here.

local lists = {
   ["programs, as somebody types them"] = [[
      apt-get busted cron crontab curl docker git kill ldoc luacheck luarocks mkdir nginx ps sudo systemctl systemd
      taskset tar valgrind
   ]],
   ["systemctl's options"] = "--now",
   ["a shell's"] = "HOME MAILTO PATH SHELL TERM XDG_CONFIG_HOME https_proxy",
   ["nginx's directives and ngx_lua's functions"] = [[
      access content env init_by_lua init_by_lua_block init_worker_by_lua init_worker_by_lua_block lua_package_cpath
      lua_package_path lua_shared_dict lua_ssl_trusted_certificate ngx ngx.exit ngx.on_abort ngx.timer.at ngx.var
      resolver rewrite ssl_certificate worker_rlimit_nofile
   ]],
   ["HTTP's headers"] = "Api-Key Authorization Bearer Date Retry-After User-Agent X-Pinecone-Api-Version",
   ["Lua modules of others"] = "argparse cjson copas cqueues lua-cjson luasocket luv lyaml",
   ["LuaRocks' options and variables"] = "--local --lua-version --tree CURL_DIR CURL_INCDIR CURL_LIBDIR rocks_provided",
   ["what make leaves in build/ when it is asked to"] = "build/doc/html build/lua-pinecone-scm-1.src.rock",
   ["other clients', and their languages'"] = "HttpClient OkHttpClient RetryPolicy async await fetch http.Client",
   ["editors' settings"] = "workspace.library",
   ["what a page says stands for something else"] = [[
      i err page -- the place of a task, what went wrong, and what a list gives
   ]],
}

local foreign = {}
for whose, list in pairs(lists) do
   for word in list:gsub("%-%- [^\n]*", ""):gmatch "%S+" do
      foreign[word] = whose
   end
end

return foreign
