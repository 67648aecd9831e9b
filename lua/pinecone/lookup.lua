-- What a create whose answer was lost has made: where it would be seen, and how it is known from what others made.
--
-- A case is what settle works on: `client`, `call` (the create), `name` (its operation), `rule`, `arguments` (as sent,
-- `name` filled in), `making` (what would be made, as one text), `err`, `refused`.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local pages = require "pinecone.pages"
local timestamp = require "pinecone.timestamp"

local PAGE_SIZE = 100
local LARGEST_SKEW = 3 -- seconds between the clock of Date, which has whole ones only, and that of created_at
local REMEMBERED_SECONDS = 5 -- by so much a create that is begun later can mistake what was made before it

-- Other creates of this program -------------------------------------------------------------------------------------

-- Creates that are under way, and what they make; false while one is not sent but looked for. Weak, because a coroutine
-- may die over one.
local under_way = setmetatable({}, { __mode = "k" })

--- Notes what a create that is being sent makes; false: it is looked for; nil: it is over.
local function mark(call, making)
   under_way[call] = making
end

-- What is new in a list may be what another one has made and was not yet told.
local function is_contested(case)
   for call, making in pairs(under_way) do
      if call ~= case.call and making == case.making then
         return true
      end
   end
   return false
end

-- Two creates may make things that look the same, and the server's Date has whole seconds only: what one has given to
-- its caller is not the other's. An id is remembered as long as a create is under way that could take it for its own.
local given = { recent = {}, older = {}, since = core.clock() }

local function oldest_age()
   local oldest = 0
   for call in pairs(under_way) do
      oldest = math.max(oldest, call:age())
   end
   return oldest
end

--- Notes that a caller was given the thing of that id.
local function remember(id)
   local age = core.clock() - given.since
   if age > REMEMBERED_SECONDS and age > oldest_age() then
      given = { recent = {}, older = given.recent, since = core.clock() }
   end
   given.recent[id] = true
end

local function was_given(id)
   return given.recent[id] or given.older[id]
end

-- Looking in lists ----------------------------------------------------------------------------------------------------

-- A time without a fraction may have lost one.
local function is_since(text, time, since)
   return time >= since or (not text:find(".", 1, true) and time + 1 > since)
end

local function seconds_of(text)
   return type(text) == "string" and timestamp(text) or nil
end

-- One page; nil and the error. The third value is the server's time when the create was begun.
local function page_of(case, token)
   local list, client = case.rule.list, case.client
   local arguments = { index_name = list.of_index and case.arguments.index_name or nil }
   arguments.limit, arguments.pagination_token = not token and PAGE_SIZE or nil, token
   local call, err = client:_begin(list.operation, arguments, case:options())
   if not call then
      return nil, err
   end
   local page
   page, err = client:_finish(call)
   local date, ago = call:date()
   return page, err, date and date - (case.call:age() - ago)
end

local no_birthday = { kind = "protocol", message = "what has this name does not say its id, or when it was made" }
local contested = {
   kind = "unavailable", -- it passes
   message = "what has this name may be what another call of this program is just making",
}
local clocks_differ = {
   kind = "protocol",
   message = "by the server's Date, what has this name will be made only later, so that nobody can tell what is new",
}

-- A row that is what was made; or nil and why nobody knows whether one that could be it is.
local function find(case, items, since)
   local doubt
   local latest = since + case.call:age() + LARGEST_SKEW
   for _, item in ipairs(items) do
      local id = type(item) == "table" and case.rule.is_mine(item, case.arguments) and item[case.rule.id]
      if id ~= false and not was_given(id) then
         local created = seconds_of(item.created_at)
         if type(id) ~= "string" or not created then
            doubt = no_birthday
         elseif created > latest then
            doubt = clocks_differ
         elseif is_since(item.created_at, created, since) then
            if not is_contested(case) then
               return item
            end
            doubt = doubt or contested
         end
      end
   end
   return nil, doubt
end

local no_clock = {
   kind = "protocol",
   message = "the server's answers have no Date, so that nobody can tell what is new in its lists",
}

-- The token for the next page. One that comes again would be followed for ever.
local function token_of(page, seen)
   local token, wrong = pages.next_token(page)
   if token and seen[token] then
      token, wrong = nil, "the server gives the same page again and again"
   end
   if token then
      seen[token] = true
   end
   return token, wrong and { kind = "protocol", message = wrong }
end

-- What the create made, in any page; nil where it is not listed; nil and the error where that cannot be told.
local function look_in_list(case)
   local token, since, doubt
   local seen = {}
   repeat
      local page, err, began = page_of(case, token)
      since = since or began
      if not page then
         return nil, err
      end
      if not since then
         return nil, no_clock
      end
      local found, doubt_here = find(case, page.data, since)
      if found then
         return found
      end
      doubt = doubt or doubt_here
      token, err = token_of(page, seen)
      if err then
         return nil, err
      end
   until token == nil or case.call:left() <= 0
   return nil, doubt or (token and case.err) -- with a token left, the time was over before the list was
end

-- Looking at the one thing of that name -------------------------------------------------------------------------------

local function is_initializing(resource)
   local state = resource.status
   if type(state) == "table" then
      state = not state.ready and state.state
   end
   return state == "Initializing"
end

-- What is ready or otherwise made may be an old one: it is never given as the new one.
local function taken(case, resource)
   local state = type(resource.status) == "table" and resource.status.state or resource.status
   return errors.new {
      kind = "conflict", operation = case.name, target = case.arguments.name, request_id = case.err.request_id,
      attempts = case.err.attempts,
      message = ("the answer was lost (%s), and what has this name is %s: it may be older than this call"):format(
         case.err.message, tostring(state)),
   }
end

-- Whether what has this name can be what was asked for, as far as both say.
local function is_alike(resource, arguments)
   local pod = type(resource.spec) == "table" and type(resource.spec.pod) == "table" and resource.spec.pod or {}
   local collection = arguments.source_collection or arguments.collection_name
   local function agree(one, other)
      return one == nil or other == nil or one == other
   end
   return resource.name == arguments.name and agree(resource.dimension, arguments.dimension)
      and agree(resource.metric, arguments.metric) and agree(pod.source_collection, collection)
end

local function look_at_name(case)
   local found, err = case.client:_perform(case.rule.describe, case.arguments.name, case:options())
   if not found then
      return nil, err
   end
   if is_initializing(found) and is_alike(found, case.arguments) then
      return found
   end
   return nil, nil, case.refused and case.err or taken(case, found)
end

-- Rules ---------------------------------------------------------------------------------------------------------------

local function same_text(one, other)
   return (one or "") == (other or "")
end

local by_index_name = { look = look_at_name, describe = "describe_index" }

local rules = {
   create_backup = {
      look = look_in_list, list = { operation = "list_backups", of_index = true }, id = "backup_id",
      is_mine = function(backup, arguments)
         return backup.name == arguments.name and same_text(backup.description, arguments.description)
      end,
   },
   create_backup_schedule = {
      look = look_in_list, list = { operation = "list_backup_schedules", of_index = true }, id = "schedule_id",
      is_mine = function(schedule, arguments) return schedule.name == arguments.name end,
   },
   -- A second index of that name cannot be made, so this may be repeated; what the refusal of a repeat means is in the
   -- list of jobs.
   create_index_from_backup = {
      look = look_in_list, list = { operation = "list_restore_jobs" }, id = "restore_job_id", repeated_first = true,
      is_mine = function(job, arguments)
         return job.backup_id == arguments.backup_id and job.target_index_name == arguments.name
      end,
      answer = function(job)
         return { restore_job_id = job.restore_job_id, index_id = job.target_index_id }
      end,
   },
   create_collection = { look = look_at_name, describe = "describe_collection" },
   create_index = by_index_name,
   create_index_from_collection = by_index_name,
}

return { rules = rules, remember = remember, mark = mark }
