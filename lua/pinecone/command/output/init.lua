-- Everything that a command prints: for a person on a terminal, for a program behind a pipe, or as JSON.

local lazy = require "pinecone.lazy"
local stdout = require "pinecone.command.output.stdout"

local columns = lazy.require "pinecone.command.output.columns"
local details = lazy.require "pinecone.command.output.details"
local interrupts = lazy.require "pinecone.command.interrupts"
local json = lazy.require "pinecone.command.output.json"
local listing = lazy.require "pinecone.command.output.listing"
local progress = lazy.require "pinecone.command.output.progress"
local terminal = lazy.require "pinecone.command.output.terminal"
local text = lazy.require "pinecone.command.output.text"

local Output = {}
Output.__index = Output

--- @tparam table arguments `json`, `quiet` and `index`, as they were given
local function new(arguments)
   return setmetatable({ is_json = arguments.json, is_quiet = arguments.quiet, index_name = arguments.index }, Output)
end

local function screen()
   return { width = terminal.width(), has_colours = terminal.has_colours(1), now = os.time() }
end

local function without(shown, title)
   local left = {}
   for _, column in ipairs(shown) do
      left[#left + 1] = column.title ~= title and column or nil
   end
   return left
end

--- Prints one JSON document. Where there may have been others of them before, `message_type` tells which it is.
function Output:document(value)
   if self.has_waited then
      value = json.with(value, { message_type = "summary" })
   end
   stdout.write(json.encode(value), "\n")
end

--- Prints one thing that was asked for.
-- @tparam ?table resource nil where there is none
-- @tparam[opt] table err why
-- @return what a verb gives: nothing, or nil and the error
function Output:show(resource, err)
   if not resource then
      return nil, err
   elseif self.is_json then
      self:document(resource)
   elseif self.is_quiet then
      return
   elseif terminal.is(1) then
      stdout.write(details.aligned(resource, screen()))
   else
      stdout.write(details.tabbed(resource))
   end
end

-- A person who sees nothing wonders; a program counts lines.
local function tell_none(kind, index_name)
   local what = "no " .. columns.plural(kind):gsub("_", " ")
   io.stderr:write(what, index_name and " of index " .. text.plain(index_name) or "", "\n")
end

--- Prints many things of one kind.
-- @tparam string kind see columns.lua
-- @tparam ?table rows nil where they could not be had
-- @tparam[opt] table err why
-- @tparam[opt] string known the title of a column that a person need not be told, as it is the same for all
-- @return what a verb gives: nothing, or nil and the error
function Output:list(kind, rows, err, known)
   if not rows then
      return nil, err
   end
   local shown = columns.kinds[kind]
   if self.is_json then
      stdout.write(json.encode(json.array(rows)), "\n")
   end
   if self.is_json or self.is_quiet then
      return
   end
   if #rows == 0 and (terminal.is(1) or terminal.is(2)) then
      tell_none(kind, self.index_name)
   end
   if not terminal.is(1) then
      stdout.write(listing.tabbed(shown, rows))
   elseif #rows > 0 then
      stdout.write(listing.aligned(without(shown, known), rows, screen()))
   end
end

--- Prints a line for people.
function Output:say(format, ...)
   if not self.is_json and not self.is_quiet then
      stdout.write(terminal.fitting(1, format:format(...)), "\n")
   end
end

--- Prints a line beside the result, on standard error: what went wrong without ending the command.
function Output:note(format, ...)
   local message = format:format(...)
   if self.is_json then
      io.stderr:write(json.encode { message_type = "error", message = message }, "\n")
   else
      terminal.tell("pinecone-backup: " .. message)
   end
end

--- Prints a line for whoever looks on, on standard error. Where nobody does, nothing.
function Output:remark(format, ...)
   if not self.is_json and not self.is_quiet and terminal.is(2) then
      self:note(format, ...)
   end
end

--- Prints a line on what begins, before it does: for a person on standard error, else as a status. On a terminal also
-- where it is to be quiet: there is somebody who may end it.
-- @tparam table fields of the JSON line
-- @tparam string line
function Output:tell(fields, line)
   if self.is_json then
      progress.status(fields)
   elseif not self.is_quiet or terminal.is(2) then
      progress.above("pinecone-backup: " .. line)
   end
end

-- It may take hours, and the files may be others by then: what tells of its end is loaded before it begins.
local function load_the_rest()
   lazy.load()
   require "pinecone.command.output.problem"
   require "pinecone.command.raised"
end

local function shown_as(output, client)
   if output.is_json then
      output.has_waited = true
      return progress.in_json
   elseif not output.is_quiet and terminal.is(2) then
      return function(action) return progress.of_one(client, action) end
   end
   return function(action) return action(nil) end
end

--- Shows how something goes that takes its time, and that sees to Ctrl-C by itself.
-- @tparam Client client
-- @tparam function action takes `on_progress`; gives a value, or nil and an error
-- @return what it gives
function Output:watch(client, action)
   load_the_rest()
   return shown_as(self, client)(action)
end

--- The same for a wait. Ctrl-C ends the waiting, not what is waited for, and says so.
-- @tparam Client client
-- @tparam function action
-- @tparam[opt] string unseen what to say after Ctrl-C where nothing of it was seen yet
-- @return what it gives
function Output:wait(client, action, unseen)
   load_the_rest()
   return progress.interruptible(shown_as(self, client), action, unseen)
end

--- Changes something in the service, and waits for that where it is wanted. Ctrl-C says that it may be done.
-- @tparam Client client
-- @tparam ?boolean is_waiting
-- @tparam function action takes `on_progress`, nil where nobody waits; gives a value, or nil and an error
-- @tparam string where such as "'pinecone-backup backup list' shows it"
-- @return what it gives
function Output:change(client, is_waiting, action, where)
   local unseen = ("It may have begun all the same: %s."):format(where)
   if is_waiting then
      return self:wait(client, action, unseen)
   end
   return interrupts.explain(action, function() return unseen end)
end

local function ignore() end

--- Does many things, and shows how many are done.
-- @tparam Client client
-- @tparam int total
-- @tparam ?boolean is_waiting whether each takes its time, which JSON tells line by line
-- @tparam function action takes a function to call after each with its error, nil where there was none, and
--   `on_progress` for each, or nil
-- @return what it gives
function Output:wait_for_many(client, total, is_waiting, action)
   load_the_rest()
   if self.is_json and is_waiting then
      self.has_waited = true
      return progress.in_json(function(on_progress) return action(ignore, on_progress) end)
   elseif not self.is_json and not self.is_quiet and terminal.is(2) then
      return progress.of_many(client, total, action)
   end
   return action(ignore)
end

return { new = new }
