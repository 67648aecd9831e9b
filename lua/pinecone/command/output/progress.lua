-- What is seen while something is waited for: on a terminal a line that is written over, in JSON a line for each look.

local columns = require "pinecone.command.output.columns"
local interrupts = require "pinecone.command.interrupts"
local json = require "pinecone.command.output.json"
local pinecone = require "pinecone"
local stdout = require "pinecone.command.output.stdout"
local terminal = require "pinecone.command.output.terminal"
local text = require "pinecone.command.output.text"

local progress = {}

local TICK = 0.25 -- seconds
local MEASURE = 4 -- ticks between two looks at the width, each of which is a process
local TO_LINE_START, CLEAR_LINE = "\r", "\27[K"

-- What is told of a resource ------------------------------------------------------------------------------------------

local function status_of(resource)
   return text.plain(columns.status_of(resource) or "unknown")
end

-- What it is, by the first field that only such things have.
local kinds = {
   { field = "restore_job_id", name = "target_index_name", says = "restore of %s", goes_on = "restore" },
   { field = "backup_id", name = "name", says = "backup %s", goes_on = "backup" },
   { field = "host", name = "name", says = "index %s" },
   { field = "spec", name = "name", says = "index %s" },
   { field = "environment", name = "name", id = "name", says = "collection %s", goes_on = "collection" },
}

local function kind_of(resource)
   for _, kind in ipairs(kinds) do
      if resource[kind.field] then
         return kind
      end
   end
end

local function label_of(resource)
   local kind = kind_of(resource)
   if kind then
      return kind.says:format(text.plain(resource[kind.name] or resource[kind.field]))
   end
   return text.plain(resource.name or "")
end

-- Counts that lag behind are no failure yet.
local function trouble_of(trouble)
   local counts = trouble.differences and (trouble.differences.record_count or trouble.differences.namespace_count)
   if counts then
      return ("%s of %s counted so far"):format(text.number(counts.index), text.number(counts.backup))
   end
   return "the last look failed: " .. text.plain(trouble.message)
end

local function line_of(resource, trouble)
   local line = ("%s  %s"):format(label_of(resource), status_of(resource))
   return trouble and ("%s  (%s)"):format(line, trouble_of(trouble)) or line
end

-- On a terminal -------------------------------------------------------------------------------------------------------

local function draw(seen)
   local line = ("%s  %s"):format(text.clock(os.time() - seen.began), seen.line)
   io.stderr:write(TO_LINE_START, text.cut(line, seen.width - 1), CLEAR_LINE)
end

local function clear()
   io.stderr:write(TO_LINE_START, CLEAR_LINE)
end

-- Its coroutine also ends with what it raises.
local function is_over(seen)
   return seen.is_done or coroutine.status(seen.worker) == "dead"
end

-- In a coroutine of its own the clock goes on between two looks, which may be half a minute apart. The window of the
-- terminal may become another meanwhile.
local function tick(client, seen)
   local ticks = 0
   while not is_over(seen) do
      if ticks % MEASURE == 0 then
         seen.width = terminal.width()
      end
      draw(seen)
      client:sleep(TICK)
      ticks = ticks + 1
   end
end

local function wait(client, seen, action)
   local first, second
   local _, problems = pinecone.parallel {
      function()
         seen.worker = coroutine.running()
         first, second = action(function(line) seen.line = line end)
         seen.is_done = true
         return true
      end,
      function()
         tick(client, seen)
         return true
      end,
   }
   if problems then
      error(problems[1] or problems[2], 0)
   end
   return first, second
end

local function after(good, ...)
   clear()
   if not good then
      error((...), 0)
   end
   return ...
end

--- Waits with a line on the terminal.
-- @tparam Client client
-- @tparam function action takes a function that is told what the line is to say; gives a value, or nil and an error
-- @return what it gives
function progress.on_terminal(client, action)
   return after(pcall(wait, client, { began = os.time(), line = "waiting" }, action))
end

--- Writes a line to standard error that stays, above the one that is written over.
function progress.above(line)
   io.stderr:write(terminal.is(2) and TO_LINE_START .. CLEAR_LINE or "", terminal.fitting(2, line), "\n")
end

--- The same for one resource that is waited for.
-- @tparam function action takes `on_progress`
function progress.of_one(client, action)
   return progress.on_terminal(client, function(say)
      return action(function(resource, _, trouble) say(line_of(resource, trouble)) end)
   end)
end

--- The same for many.
-- @tparam int total
-- @tparam function action takes a function to call with each error, nil where there was none
function progress.of_many(client, total, action)
   return progress.on_terminal(client, function(say)
      local done, failed = 0, 0
      local function count(err)
         done, failed = done + 1, failed + (err and 1 or 0)
         say(("%d of %d%s"):format(done, total, failed > 0 and (", %d failed"):format(failed) or ""))
      end
      say(("0 of %d"):format(total))
      return action(count)
   end)
end

-- Elsewhere -----------------------------------------------------------------------------------------------------------

--- Waits with a JSON line on standard output for each look.
function progress.in_json(action)
   return action(function(resource, elapsed, trouble)
      progress.status { elapsed = elapsed, status = status_of(resource), resource = resource,
         trouble = trouble and trouble.message }
   end)
end

--- Writes such a line.
function progress.status(fields)
   fields.message_type = "status"
   stdout.write(json.encode(fields), "\n")
end

-- Ctrl-C ends the waiting, not what is waited for.
local function going_on(resource)
   local kind = kind_of(resource)
   return ("The %s goes on: 'pinecone-backup %s wait %s' waits for it."):format(kind.goes_on,
      kind.goes_on, text.plain(resource[kind.id or kind.field]))
end

--- Waits, however it is shown, and says what goes on where Ctrl-C ends the waiting.
-- @tparam function show takes an action, and calls it with `on_progress` or nil
-- @tparam function action
-- @tparam[opt] string unseen what to say where nothing was seen
-- @return what it gives
function progress.interruptible(show, action, unseen)
   local seen
   local function watch(on_progress)
      return action(function(resource, ...)
         local kind = kind_of(resource)
         seen = kind and kind.goes_on and resource or seen -- not the index of a restore
         if on_progress then
            on_progress(resource, ...)
         end
      end)
   end
   return interrupts.explain(function() return show(watch) end, function() return seen and going_on(seen) or unseen end)
end

return progress
