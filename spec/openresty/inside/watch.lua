-- A helper of busted: it sees to it that calls really wait with ngx.sleep. What it raises counts as an error of the
-- specs.
-- luacheck: globals ngx

local busted = require "busted"

-- Files none of whose calls waits here, and why.
local silent = {
   ["01-timestamp"] = "it calls nothing",
   ["29-schema"] = "it calls nothing either",
   ["41-retention"] = "plans are made without a call",
   ["42-retention-properties"] = "plans are made without a call",
}

local sleep, slept = ngx.sleep, 0
local before, ran -- of the file that is being run

function ngx.sleep(seconds)
   slept = slept + 1
   return sleep(seconds)
end

busted.subscribe({ "file", "start" }, function()
   before, ran = slept, 0
end)

busted.subscribe({ "test", "end" }, function()
   ran = ran + 1
   assert(not package.loaded["pinecone.hosts.blocking"], "a call has blocked nginx's worker")
end)

busted.subscribe({ "file", "end" }, function(file)
   local reason = silent[file.name:match "([^/]+)_spec%.lua$"]
   if ran == 0 then
      return -- busted's options may have left out all of it
   elseif reason then
      assert(slept == before, "one of its calls has waited, though " .. reason)
   else
      assert(slept > before, "none of its calls has waited with ngx.sleep")
   end
end)

busted.subscribe({ "exit" }, function()
   io.stdout:write(("Their calls slept %d times in nginx\n"):format(slept))
end)
