--- A list that comes in pages: what `Client:backups` and its like give.
--
-- It asks for the next page while you work on this one, drops rows that come twice because others were deleted
-- meanwhile, and ends where the service says so. In a `for` loop an error raises.
-- @classmod Pages
-- @usage
-- local pages = pc:backups { index_name = "movies" }
-- local backup, err = pages:next()
-- while backup do
--    print(backup.name)
--    backup, err = pages:next()
-- end
-- if err then print(err) end

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local hosts = require "pinecone.hosts"
local threads = require "pinecone.threads"

local PAGE_SIZE = 100
local REMEMBERED = 1000 -- ids; pages are counted by offset, so rows that shift come twice, but not far apart

local Pages = {}
Pages.__index = Pages

-- The ids seen last ---------------------------------------------------------------------------------------------------

local function is_new(self, id)
   local seen = self._seen
   if id == nil then
      return true
   end
   if seen[id] then
      return false
   end
   local slot = self._slot % REMEMBERED + 1
   local forgotten = self._ring[slot]
   if forgotten ~= nil then
      seen[forgotten] = nil
   end
   self._ring[slot], self._slot, seen[id] = id, slot, true
   return true
end

-- The second value says what is wrong with the rest.
local function new_items(self, items)
   local kept, id = {}, self._row.id
   for _, item in ipairs(items) do
      if type(item) ~= "table" then
         return kept, "the server's list has a row that is no object"
      elseif is_new(self, item[id]) then
         kept[#kept + 1] = item
      end
   end
   return kept
end

-- Pages ---------------------------------------------------------------------------------------------------------------

-- Begins the call for the next page. A token holds the page size already; a limit beside it would skip or repeat rows.
local function begin(self)
   local arguments, token = {}, self._token
   for name, value in pairs(self._arguments) do
      arguments[name] = value
   end
   if token then
      arguments.limit, arguments.pagination_token = nil, token
   end
   return self._client:_begin(self._row.name, arguments, self._options)
end

-- Asks for the next page while the caller works on this one. One step puts the request on the wire, over the
-- connection that the finished page has just given back. Never on the last connection: whoever works on this page may
-- need it, and nobody steps this call meanwhile.
local function begin_ahead(self)
   if self._client._core:spare() < 2 then
      return
   end
   local call = begin(self)
   if call then
      call:step()
   end
   self._ahead = call
end

-- Waits for the page, and notes what time it is on the server's clock.
local function finish(self, call)
   local page, err = self._client:_finish(call)
   local date, ago = call:date()
   if page and date then
      self._date, self._noted = date, core.clock() - ago
   end
   return page, err
end

-- The answer to the request that was begun ahead; nil when it has to be asked again, because it failed while nobody
-- was looking.
local function finish_ahead(self)
   local call = self._ahead
   self._ahead = nil
   if not call then
      return nil
   end
   local failed_meanwhile = call:step()
   call:renew()
   local page, err = finish(self, call)
   if page or not failed_meanwhile then
      return page, err
   end
end

local function fetch(self)
   local page, err = finish_ahead(self)
   if page or err then
      return page, err
   end
   local call
   call, err = begin(self)
   if not call then
      return nil, err
   end
   return finish(self, call)
end

local function broken(self, message)
   return errors.explain(errors.new {
      kind = "protocol", operation = self._row.name, target = self._arguments.index_name, message = message,
   })
end

-- The token for what comes after a page; nil on the last one, which is the one without a token, not the one that is not
-- full; nil and what is wrong with it.
local function next_token(page)
   local pagination = page.pagination
   local token = type(pagination) == "table" and pagination.next or nil
   if token == nil or token == "" then
      return nil
   end
   if type(token) ~= "string" or token:find("%c") then
      return nil, "the server gave a page token that is none"
   end
   return token
end

local function token_of(self, page)
   local token, wrong = next_token(page)
   return token, wrong and broken(self, wrong)
end

-- Pages that bring nothing new and whose tokens come again would go on for ever.
local function goes_in_circles(self, token, items)
   if #items > 0 then
      self._tokens = {}
   end
   local again = token and self._tokens[token]
   if token then
      self._tokens[token] = true
   end
   return again
end

-- What next has not yet given of its page.
local function rest_of_page(self)
   local items, rest = self._items, {}
   for position = self._position + 1, items and #items or 0 do
      rest[#rest + 1] = items[position]
   end
   self._items, self._position = nil, 0
   return rest
end

--- Gives the next page, or what `next` has left of the one at hand.
-- @treturn[1] table a sequence of items, without those that came before; never an empty one
-- @treturn[2] nil at the end
-- @treturn[3] nil
-- @treturn[3] Error what went wrong; asking again asks for the same page again
-- @usage
-- local pages = pc:backups()
-- local page, err = pages:next_page()
-- while page do
--    for _, backup in ipairs(page) do print(backup.name) end
--    page, err = pages:next_page()
-- end
-- if err then print(err) end
function Pages:next_page()
   local items = rest_of_page(self)
   while #items == 0 do
      if self._ended then
         local err = self._broken
         self._broken = nil
         return nil, err
      end
      local page, err = fetch(self)
      if not page then
         return nil, err
      end
      local wrong
      items, wrong = new_items(self, page[self._row.list])
      self._token, err = token_of(self, page)
      err = wrong and broken(self, wrong) or err
      if not err and goes_in_circles(self, self._token, items) then
         err = broken(self, "the server gives the same pages again and again")
      end
      self._broken, self._ended = err, self._token == nil or err ~= nil
      if not self._ended then
         begin_ahead(self)
      end
   end
   return items
end

--- Gives the next item.
-- @treturn[1] table the item
-- @treturn[2] nil at the end
-- @treturn[3] nil
-- @treturn[3] Error what went wrong; asking again asks for the same page again
-- @usage
-- local backup, err = pc:backups("movies"):next()
-- print(backup and backup.name or err or "there is none")
function Pages:next()
   local items = self._items
   if not items or self._position >= #items then
      local err
      items, err = self:next_page()
      if not items then
         return nil, err
      end
      self._items, self._position = items, 0
   end
   self._position = self._position + 1
   return items[self._position]
end

--- Gives all that is left, at once.
-- @treturn[1] table a sequence of items
-- @treturn[2] nil
-- @treturn[2] Error what went wrong; what came before it is lost
-- @usage
-- local backups = assert(pc:backups { index_name = "movies" }:all())
-- print(#backups)
function Pages:all()
   local list = {}
   while true do
      local page, err = self:next_page()
      if err then
         return nil, err
      end
      if not page then
         return list
      end
      for _, item in ipairs(page) do
         list[#list + 1] = item
      end
   end
end

--- What time it is on the server's clock, by its last answer: that of the times that it writes into its rows.
-- @treturn ?number seconds since 1970, to a second; nil before the first page, and where the answer had no Date
-- @usage
-- local pages = pc:backups()
-- local backup = pages:next()
-- if backup then print(pages:date() - pinecone.timestamp(backup.created_at), "seconds old") end
function Pages:date()
   return self._date and self._date + (core.clock() - self._noted)
end

--- Ends the iteration and gives up the request that was begun ahead. What is not closed the garbage collector closes.
-- @usage
-- local pages = pc:backups()
-- print(pages:next())
-- pages:close()
function Pages:close()
   if self._ahead then
      self._ahead:cancel()
   end
   self._ahead, self._items, self._broken, self._ended = nil, nil, nil, true
end

Pages.__close = Pages.close

local function check_for_loop(self)
   if threads.is_old and (self._client._host or hosts.current()).yields then
      errors.misuse(("%s: a for loop of Lua 5.1 cannot wait here; call next: local list = pc:%s(...); "
         .. "local item, err = list:next()"):format(self._name, self._name))
   end
end

-- In a for loop there is nobody to look at a second value, so an error raises.
function Pages:__call()
   check_for_loop(self)
   local item, err = self:next()
   if err then
      errors.raise(err)
   end
   return item
end

-- Methods -------------------------------------------------------------------------------------------------------------

local function argument_in(row, place)
   for _, argument in ipairs(row.arguments) do
      if argument.place == place then
         return argument.name
      end
   end
end

local function copy_arguments(row, arguments)
   local copy = {}
   if type(arguments) == "string" and argument_in(row, "path") then
      copy[argument_in(row, "path")] = arguments
   elseif type(arguments) == "table" then
      for name, value in pairs(arguments) do
         copy[name] = value
      end
   elseif arguments ~= nil then
      errors.misuse(("%s: takes a table of named fields, got a %s"):format(row.name, type(arguments)))
   end
   if argument_in(row, "query") and copy.limit == nil and copy.pagination_token == nil then
      copy.limit = PAGE_SIZE
   end
   return copy
end

local function iterate(client, name, row, arguments, options)
   local self = setmetatable({
      _client = client, _name = name, _row = row, _arguments = copy_arguments(row, arguments), _options = options,
      _seen = {}, _ring = {}, _slot = 0, _position = 0, _tokens = {},
   }, Pages)
   client:_check(row.name, self._arguments, options) -- raises for misuse where the mistake is, not at the first item
   self._token = self._arguments.pagination_token
   return self, nil, nil, self
end

local iterators = {
   backups = "list_backups",
   restore_jobs = "list_restore_jobs",
   backup_schedules = "list_backup_schedules",
   backup_schedule_history = "list_backup_schedule_history",
   collections = "list_collections",
   indexes = "list_indexes",
}

local function add_iterators(Client)
   for name, operation in pairs(iterators) do
      local row = core.operations[operation]
      Client[name] = function(self, arguments, options)
         Client._check_self(self, name)
         return iterate(self, name, row, arguments, options)
      end
   end
end

return { add_iterators = add_iterators, next_token = next_token }
