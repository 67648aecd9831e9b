-- Words of others that pages may use, by whose they are. What the program itself has needs no place here.

local lists = {
   ["programs, as somebody types them"] = "busted crontab curl kill luarocks mkdir nginx ps taskset",
   ["systemctl's options"] = "--now",
   ["a shell's"] = "PATH",
   ["nginx's directives and ngx_lua's functions"] = [[
      env init_by_lua init_worker_by_lua lua_shared_dict lua_ssl_trusted_certificate ngx.exit ngx.on_abort ngx.timer.at
      resolver worker_rlimit_nofile
   ]],
   ["Velero's metrics"] = "backup_duration_seconds",
   ["values of the API that nothing here looks at"] = "Terminated euclidean",
   ["fields of a fault plan's `on`"] = "chance",
   ["HTTP's headers"] = "Authorization Date Retry-After",
   ["Lua modules of others"] = "cjson",
   ["LuaRocks' options and variables"] = "--lua-version CURL_INCDIR CURL_LIBDIR",
   ["what make leaves in build/ when it is asked to"] = [[
      build/doc/html build/doc/html/index.html build/lua5.4/bin/pinecone-backup build/lua-pinecone-scm-1.src.rock
   ]],
   ["other clients', and their languages'"] = "HttpClient OkHttpClient RetryPolicy async await fetch http.Client",
   ["a name for a schedule"] = "auto",
   ["editors' settings"] = "workspace.library",
   ["the place of a task, and what went wrong"] = "i err",
}

local foreign = {}
for whose, list in pairs(lists) do
   for word in list:gmatch "%S+" do
      foreign[word] = whose
   end
end

return foreign
