-- Tells Prometheus which indexes have no fresh backup: nginx.conf looks every 5 minutes, and serves what was found last
-- at /metrics. The text says itself how old it is, in pinecone_backup_check_timestamp: where looking goes wrong, the
-- old text stays.

local pinecone = require "pinecone"
local project = require "project"

local checks = {}

local MAX_AGE = 26 * 3600 -- seconds; nightly.lua takes a backup a day

-- Of its own: what fills this one up must not push out the locks of the jobs.
local texts = ngx.shared.metrics

--- Looks, and keeps the text.
-- @treturn string it
-- @raise why there is none
function checks.look()
   local check = pinecone.assert(project.client:check { max_age = MAX_AGE })
   local text = pinecone.metrics(check)
   local kept, problem = texts:safe_set("text", text)
   if not kept then -- nor is the old one there any more
      error(("%d bytes do not fit into lua_shared_dict metrics: %s. Make it larger"):format(#text, problem), 0)
   end
   return text
end

local function refuse(problem)
   ngx.log(ngx.ERR, (problem:gsub("%c+", " ")))
   ngx.status = ngx.HTTP_SERVICE_UNAVAILABLE
   ngx.header.content_type = "text/plain"
   ngx.say("There is no check of the backups yet, and one made now went wrong:\n", problem)
end

--- Answers with the text. After a start there is none until the first look, so that this looks itself.
function checks.serve()
   local good, text = true, texts:get "text"
   if not text then
      good, text = pcall(checks.look)
   end
   if not good then
      return refuse(tostring(text))
   end
   ngx.header.content_type = "text/plain; version=0.0.4"
   ngx.print(text)
end

return checks
