-- Tells of each attempt of a call: to the client's on_request, and to stderr where PINECONE_DEBUG is set.

local threads = require "pinecone.threads"

local function line_of(attempt)
   local notes = { ("attempt %d"):format(attempt.attempt) }
   if attempt.request_id then
      notes[#notes + 1] = "request " .. attempt.request_id
   end
   return ("pinecone: %s %s %s %s in %.3f s (%s)\n"):format(attempt.operation, attempt.method, attempt.path,
      tostring(attempt.status or attempt.kind), attempt.seconds, table.concat(notes, ", "))
end

local function print_line(attempt)
   io.stderr:write(line_of(attempt))
end

-- What somebody's function does wrong must not lose the result of a call.
local function tell(listener, attempt)
   local good, problem = pcall(listener, attempt)
   if not good and threads.is_interrupt(problem) then
      error(problem, 0)
   elseif not good then
      local shown, text = pcall(tostring, problem)
      io.stderr:write("pinecone: on_request failed: ", shown and text or "with an error that cannot be shown", "\n")
   end
end

local function is_debugging()
   local value = os.getenv "PINECONE_DEBUG"
   return value ~= nil and value ~= "" and value ~= "0"
end

--- Makes what hears of the attempts.
-- @param on_request the client's option
-- @treturn ?function takes an attempt; nil where nobody wants to hear. What is no function stays as it is, for the core
--   to refuse
local function listener(on_request)
   if not is_debugging() or (on_request ~= nil and type(on_request) ~= "function") then
      return on_request
   end
   return function(attempt)
      print_line(attempt)
      if on_request then
         on_request(attempt)
      end
   end
end

--- Tells of the attempts of a call that have ended since.
-- @tparam ?function listener
-- @param call
local function report(listen, call)
   local attempt = listen and call:attempt()
   while attempt do
      tell(listen, attempt)
      attempt = call:attempt()
   end
end

return { listener = listener, report = report }
