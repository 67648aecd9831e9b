-- How long a method that lasts may last, as its second table says: `timeout`, `api_version`, `on_progress`.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local fields = require "pinecone.fields"

local Patience = {}
Patience.__index = Patience

local function split(method, options)
   if type(options) ~= "table" then
      return options
   end
   fields.check_options(method, options)
   local rest = {}
   for name, value in pairs(options) do
      rest[name] = value
   end
   rest.on_progress = nil
   local listener = options.on_progress
   if listener ~= nil and type(listener) ~= "function" then
      errors.misuse(("%s: 'on_progress' must be a function, got a %s"):format(method, type(listener)))
   end
   return rest, listener
end

--- Checks what a call is given, sends nothing, and begins to count the time.
-- @tparam Client client
-- @tparam string method the name that the caller used
-- @tparam string operation the core's, which checks
-- @param arguments of the operation
-- @param options the caller's second table
-- @treturn[1] table the patience; `timeout` is the whole of it, endless where none is given
-- @treturn[2] nil
-- @treturn[2] table the error
-- @raise misuse
local function patience(client, method, operation, arguments, options)
   local rest, listener = split(method, options)
   local good, err = client:_check(operation, arguments, rest, method)
   if not good then
      return nil, err
   end
   local now, timeout = core.clock(), rest and rest.timeout or math.huge
   return setmetatable({
      began = now, deadline = now + timeout, longest_call = client._timeout,
      api_version = rest and rest.api_version, on_progress = listener,
   }, Patience)
end

function Patience:left()
   return self.deadline - core.clock()
end

--- Seconds since it began, to a millisecond.
function Patience:elapsed()
   return math.floor((core.clock() - self.began) * 1000 + 0.5) / 1000
end

--- The error where the time is over.
-- @tparam string operation what it was over for
-- @tparam ?string target
-- @treturn ?table nil where there is some left
function Patience:problem(operation, target)
   if self:left() > 0 then
      return nil
   end
   return errors.new {
      kind = "timeout", operation = operation, target = target, elapsed = self:elapsed(),
      message = "the time was over before it was begun", hint = "Give more time in timeout.",
   }
end

--- The second table of a call that belongs to it.
function Patience:options()
   return { api_version = self.api_version, timeout = math.max(math.min(self:left(), self.longest_call), 0.001) }
end

return patience
