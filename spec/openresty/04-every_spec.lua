-- Background work in OpenResty: in one worker of three, whatever becomes of the workers.

local every = require("pinecone.openresty").every
local expect = require "support.expect"
local openresty = require "support.openresty"
local scratch = require "support.scratch"
local service = require "support.service"
local uv = require "luv"

-- All workers write to one file when a run began and ended, and where: it can be read whatever becomes of them.
local prelude = [[
lua_shared_dict jobs 1m;
lua_shared_dict marks 1m;
init_by_lua_block {
   every = require("pinecone.openresty").every

   in_init_by_lua = select(2, pcall(function() every(1, print, { lock = "jobs" }) end))

   function note(word)
      ngx.update_time()
      local journal = io.open(ngx.config.prefix() .. "journal", "a")
      journal:write(("%s %d %.3f\n"):format(word, ngx.worker.pid(), ngx.now()))
      journal:close()
   end

   function is_first_run()
      return ngx.shared.marks:add("first", true)
   end

   function noted(action)
      return function()
         note "began"
         action()
         note "ended"
      end
   end
}
]]

local do_it = [[
location /do { content_by_lua_block {
   ngx.req.read_body()
   local good, problem = pcall(loadstring(ngx.req.get_body_data()))
   ngx.print("said: ", tostring(problem))
} }
]]

describe("pinecone.openresty.every", function()
   if openresty.missing then
      pending(openresty.missing)
      return
   end

   local folder, nginx

   before_each(function()
      folder = scratch.new()
   end)

   after_each(function()
      if nginx then
         nginx:stop()
         nginx = nil
      end
      folder:remove()
   end)

   local function start(job, blocks)
      blocks = blocks or {}
      nginx = openresty.start(folder, {
         workers = blocks.workers or 3, server = do_it,
         http = prelude .. (blocks.http or "") .. ("init_worker_by_lua_block { %s }"):format(job),
      })
      service.until_true(function() return #nginx:workers() == (blocks.workers or 3) end)
   end

   local function journal()
      return folder:read "journal" or ""
   end

   local function run_in_nginx(code)
      return nginx:get("/do", nil, "POST", code).body
   end

   -- The runs so far: `worker`, `began`, and `ended` where they have.
   local function runs()
      local list, open = {}, {}
      for word, worker, time in journal():gmatch "(%l+) (%d+) ([%d.]+)" do
         if word == "began" then
            open[worker] = { worker = tonumber(worker), began = tonumber(time) }
            list[#list + 1] = open[worker]
         else
            open[worker].ended = tonumber(time)
         end
      end
      return list
   end

   local function wait_for_runs(count)
      service.until_true(function() return #runs() >= count end)
      return runs()
   end

   local function wait_for_ends(count)
      service.until_true(function()
         return select(2, journal():gsub("ended", "")) >= count
      end)
   end

   local function one_at_a_time(list)
      for place = 2, #list do
         local before = list[place - 1]
         assert.is_truthy(before.ended, "a run began before the one before had ended")
         assert.is_true(before.ended <= list[place].began, "two runs at once")
      end
   end

   local function at_least_apart(seconds, list)
      for place = 2, #list do
         local pause = list[place].began - list[place - 1].began
         assert.is_true(pause >= seconds, ("only %.3f seconds from one run to the next"):format(pause))
      end
   end

   local function between(least, most, value)
      assert.is_true(value >= least and value <= most, ("%g is not in %g to %g"):format(value, least, most))
   end

   local function wait_for_log(text)
      service.until_true(function() return nginx:log():find(text, 1, true) end)
   end

   -- Returns when there is a worker of the new configuration.
   local function reload()
      local old = {}
      for _, worker in ipairs(nginx:workers()) do
         old[worker] = true
      end
      nginx:kill "sighup"
      service.until_true(function()
         for _, worker in ipairs(nginx:workers()) do
            if not old[worker] then
               return true
            end
         end
      end)
   end

   -- Reloads with something else in the configuration.
   local function change(pattern, text)
      folder:write("nginx.conf", (folder:read("nginx.conf"):gsub(pattern, text)))
      reload()
   end

   describe("in three workers", function()
      it("runs once per period", function()
         start "every(0.5, noted(function() end), { lock = 'jobs' })"
         service.sleep(3)
         local list = runs()
         between(2, 6, #list)
         at_least_apart(0.45, list)
         one_at_a_time(list)
      end)

      it("runs the first time when a period has passed", function()
         start "note 'began' every(1, noted(function() end), { lock = 'jobs' })"
         local list = wait_for_runs(4) -- three workers have noted their start
         assert.is_true(list[4].began - list[1].began >= 0.95)
      end)

      it("lets a run that takes longer than the period end, and does the next one at once, but not those missed",
         function()
         start [[
            every(0.5, noted(function()
               ngx.sleep(is_first_run() and 1.6 or 0)
            end), { lock = 'jobs', expiry = 1 })
         ]]
         local list = wait_for_runs(4)
         one_at_a_time(list)
         between(0, 3, list[2].began - list[1].ended)
         at_least_apart(0.45, list)
         assert.is_nil(nginx:log():find "lost its lock")
      end)

      it("keeps two jobs of one dictionary apart", function()
         start [[
            every(0.3, function() note "first" ngx.sleep(60) end, { lock = 'jobs', name = 'first' })
            every(0.3, function() note "second" end, { lock = 'jobs', name = 'second' })
         ]]
         service.until_true(function()
            local body = journal()
            return body:find "first" and select(2, body:gsub("second", "")) > 2
         end)
      end)
   end)

   describe("when the function fails", function()
      it("logs one line for what it raises, and goes on", function()
         start "every(0.3, function() note 'began' error 'this is bad' end, { lock = 'jobs', name = 'nightly' })"
         wait_for_runs(3)
         local line = nginx:log():match "[^\n]*this is bad[^\n]*"
         expect.holds(line, "[error]", "pinecone: every 'nightly' failed: ", "; next run at 20")
         assert.is_nil(nginx:log():find "lua entry thread aborted")
      end)

      it("logs one line for the error it returns, with its hint", function()
         start [[every(0.3, function()
            note "began"
            return require("pinecone").new()
         end, { lock = 'jobs' })]]
         wait_for_runs(3)
         local line = nginx:log():match "[^\n]*every 'pinecone' failed[^\n]*"
         expect.holds(line, "unauthenticated", "Pass api_key to pinecone.new", "; next run at 20")
      end)

      it("takes ngx.exit for a worker that died, and goes on all the same", function()
         start("every(0.3, function() note 'began' ngx.exit(0) end, { lock = 'jobs', expiry = 1 })", { workers = 1 })
         wait_for_runs(2)
         wait_for_log "did not come to its end the last time. Does it call ngx.exit?"
      end)
   end)

   describe("when a worker", function()
      it("is killed in a run, lets another one do it again when the lock has expired", function()
         start [[every(1, noted(function()
            ngx.sleep(is_first_run() and 60 or 0)
         end), { lock = 'jobs', expiry = 1 })]]
         change("every%(1", "every(3600")
         local killed = wait_for_runs(1)[1].worker
         uv.kill(killed, "sigkill")
         local died = service.now()
         local list = wait_for_runs(2)
         between(0, 8, service.now() - died)
         assert.not_equal(killed, list[2].worker)
         service.sleep(0.3)
         assert.equal(2, #runs())
      end)

      it("stands still for longer than the expiry, says so, and leaves the lock to who has it now", function()
         start [[every(0.5, noted(function()
            ngx.sleep(2)
         end), { lock = 'jobs', expiry = 1 })]]
         local stopped = wait_for_runs(1)[1].worker
         uv.kill(stopped, "sigstop")
         wait_for_runs(2)
         uv.kill(stopped, "sigcont")
         wait_for_log "lost its lock: the worker stood still for more than 1 seconds"
         local list = wait_for_runs(3)
         table.remove(list, 1)
         one_at_a_time(list)
      end)

      it("stood still while another one did the run, changes nothing of when the next one is", function()
         start [[every(2, noted(function()
            ngx.sleep(0.5)
         end), { lock = 'jobs', expiry = 1 })]]
         local stopped = wait_for_runs(1)[1].worker
         uv.kill(stopped, "sigstop")
         wait_for_ends(1)
         uv.kill(stopped, "sigcont")
         local list = wait_for_runs(3)
         at_least_apart(1.9, { list[2], list[3] })
      end)

      it("is blocked by the function for less than the expiry, keeps its lock", function()
         start [[every(0.3, noted(function()
            ngx.sleep(0.3)
            os.execute "sleep 1.4"
            ngx.sleep(0.3)
         end), { lock = 'jobs', expiry = 2 })]]
         one_at_a_time(wait_for_runs(2))
         assert.is_nil(nginx:log():find "lost its lock")
      end)

      it("is the only one and is blocked for longer than that, does not run it twice at once", function()
         start([[every(0.3, noted(function()
            os.execute "sleep 1.5"
            ngx.sleep(0.5)
         end), { lock = 'jobs', expiry = 1 })]], { workers = 1 })
         one_at_a_time(wait_for_runs(2))
         wait_for_log "lost its lock"
      end)

      it("is the only one and is blocked to the end of the run, does not repeat it", function()
         start([[every(2, function()
            note "began"
            os.execute "sleep 1.5"
         end, { lock = 'jobs', expiry = 1 })]], { workers = 1 })
         at_least_apart(1.9, wait_for_runs(2))
         wait_for_log "lost its lock"
      end)
   end)

   describe("on a reload", function()
      it("ends its run in the old worker, renews the lock until then, and hands it on", function()
         start [[every(0.3, noted(function()
            ngx.sleep(is_first_run() and 3 or 0)
         end), { lock = 'jobs', expiry = 1 })]]
         local old = wait_for_runs(1)[1].worker
         reload()
         local list = wait_for_runs(4)
         one_at_a_time(list)
         between(2.9, 8, list[1].ended - list[1].began)
         between(0, 3, list[2].began - list[1].ended)
         assert.not_equal(old, list[2].worker)
         assert.is_nil(nginx:log():find "lost its lock")
      end)

      it("gives back the lock that the old worker would leave", function()
         start "every(0.3, noted(function() ngx.sleep(0.5) end), { lock = 'jobs' })"
         wait_for_runs(1)
         reload()
         local list = wait_for_runs(3)
         between(0, 5, list[3].began - list[1].began) -- the lock would last for 30 seconds
      end)

      it("runs when it would have run without it", function()
         start "every(1.5, noted(function() end), { lock = 'jobs' })"
         wait_for_runs(1)
         service.sleep(1)
         reload()
         local list = wait_for_runs(3)
         between(1.45, 2.45, list[2].began - list[1].began) -- counted from the reload it would be 2.5
         at_least_apart(1.45, list)
      end)

      it("keeps to the period when one follows the other", function()
         start "every(1, noted(function() end), { lock = 'jobs' })"
         local began = service.now()
         while service.now() - began < 4.5 do
            nginx:kill "sighup"
            service.sleep(0.2)
         end
         local list = runs()
         between(2, 5, #list)
         at_least_apart(0.95, list)
      end)

      it("takes a shorter period from then on", function()
         start "every(3600, noted(function() end), { lock = 'jobs' })"
         change("every%(3600", "every(0.3")
         wait_for_runs(3)
      end)
   end)

   describe("when nginx", function()
      it("is told to quit, ends at once although the next run is far", function()
         start "every(3600, function() end, { lock = 'jobs' }) every(4, print, { lock = 'jobs', name = 'near' })"
         nginx:kill "sigquit"
         between(0, 2, service.seconds_of(function() nginx:wait() end))
         assert.equal(0, nginx.code)
      end)

      it("is told to quit in a run, ends right after it", function()
         start "every(0.3, noted(function() ngx.sleep(1) end), { lock = 'jobs' })"
         wait_for_runs(1)
         nginx:kill "sigquit"
         between(0.3, 3, service.seconds_of(function() nginx:wait() end))
         assert.equal(0, nginx.code)
         assert.is_nil(nginx:log():find("[error]", 1, true))
      end)

      it("tells a worker to exit when a run is due, leaves that to the next worker", function()
         start("every(0.7, noted(function() end), { lock = 'jobs' })", { workers = 1 })
         local old = nginx:workers()[1]
         run_in_nginx "ngx.timer.at(0, function() local began = os.clock() repeat until os.clock() > began + 1 end)"
         service.sleep(0.2)
         uv.kill(old, "sigquit")
         assert.not_equal(old, wait_for_runs(1)[1].worker)
      end)

      it("has no room for more timers for a while, goes on after that", function()
         start("every(0.3, noted(function() end), { lock = 'jobs' })",
            { workers = 1, http = "lua_max_running_timers 1; lua_max_pending_timers 3;" })
         wait_for_runs(1)
         run_in_nginx "ngx.timer.at(0, function() ngx.sleep(1.5) end)"
         wait_for_log "lua_max_running_timers are not enough"
         wait_for_runs(#runs() + 2)
         run_in_nginx "while ngx.timer.at(1.5, function() end) do end"
         expect.holds(run_in_nginx [[error(select(2, every(9, print, { lock = "jobs", name = "one more" })))]],
            "said: every: ngx.timer.every: too many pending timers (failed)")
         wait_for_log "every 'one more' does not run: ngx.timer.every: too many pending timers"
         wait_for_log "every 'pinecone' gets no timer: too many pending timers. It looks again within 0.3 seconds"
         wait_for_runs(#runs() + 6)
      end)
   end)

   it("holds two timers in each worker at most, between runs", function()
      start("every(0.1, noted(function() end), { lock = 'jobs' })", { workers = 1 })
      wait_for_runs(15)
      between(1, 2, tonumber(run_in_nginx("error(ngx.timer.pending_count(), 0)"):match "%d+"))
   end)

   it("backs up an index", function()
      local emulator = service.start()
      local pc = service.client(emulator)
      service.serverless(pc, "movies")
      start(([[
         local pc = assert(require("pinecone").new { host = "%s", api_key = "%s" })
         every(1, function()
            local backup, err = pc:create_backup { index_name = "movies", name = "nightly" }
            return backup and pc:wait_for_backup(backup.backup_id), err
         end, { lock = "jobs", name = "nightly" })
      ]]):format(emulator.url, service.api_key))
      service.until_true(function() return #pc:list_backups("movies").data >= 2 end)
      assert.equal("nightly", pc:list_backups("movies").data[1].name)
      nginx:stop()
      assert.is_nil(nginx:log():find("[error]", 1, true))
      emulator:stop()
   end)

   describe("says what is wrong with", function()
      local wrong = {
         { "no seconds", "every()", "the first argument must be a positive number of seconds, got a nil" },
         { "zero seconds", "every(0, F, {})", "the first argument must be a positive number of seconds, got 0" },
         { "endless seconds", "every(1/0, F, {})", "must be a positive number of seconds, got inf" },
         { "seconds that are no number", "every(0/0, F, {})", "must be a positive number of seconds, got " },
         { "no function", "every(1, 'f', {})", "the second argument must be a function, got a string" },
         { "no options", "every(1, F)", "needs { lock = NAME }, the name of a lua_shared_dict" },
         { "no lock", "every(1, F, { name = 'x' })", "needs { lock = NAME }, the name of a lua_shared_dict" },
         { "a lock that is no name", "every(1, F, { lock = {} })", "'lock' must be the name of a lua_shared_dict" },
         { "a dictionary that is not there", "every(1, F, { lock = 'job' })",
            "there is no shared dictionary 'job'. Add \"lua_shared_dict job 1m;\" to the http block of nginx.conf" },
         { "a name that is none", "every(1, F, { lock = 'jobs', name = false })", "'name' must be a string" },
         { "an expiry that is too short", "every(1, F, { lock = 'jobs', expiry = 0.1 })",
            "'expiry' must be a number of seconds from 1 up, got 0.1" },
         { "an unknown option", "every(1, F, { lock = 'jobs', nme = 'x' })",
            "unknown option 'nme'; there are 'lock', 'name' and 'expiry'" },
         { "a second job of one name", "every(99, F, { lock = 'jobs' })",
            "'pinecone' is already there. Give each job in lua_shared_dict jobs its own 'name'" },
      }

      it("arguments", function()
         start("every(60, function() end, { lock = 'jobs' })", { workers = 1 })
         for _, case in ipairs(wrong) do
            local said = run_in_nginx(case[2]:gsub("%f[%u]F%f[%U]", "function() end"))
            assert.is_truthy(said:find("pinecone: every: ", 1, true), case[1] .. ": " .. said)
            expect.holds(said, case[3], ']:1: ') -- the line of whoever calls it
         end
      end)

      it("init_by_lua", function()
         start("", { workers = 1 })
         expect.holds(run_in_nginx "error(in_init_by_lua, 0)",
            "pinecone: every: there are no timers in init_by_lua. Call it in init_worker_by_lua")
      end)

      it("a program that is not OpenResty", function()
         local good, problem = pcall(function() every(1, print, { lock = "jobs" }) end)
         assert.is_false(good)
         expect.holds(problem, "04-every_spec.lua:", "pinecone: every: works in OpenResty only")
      end)
   end)
end)
