-- The codes that the command ends with, which a script can tell apart: README has the table.

local exits = {
   ok = 0, failure = 1, usage = 2, partial = 3, not_found = 10, conflict = 11, key = 12, quota = 13, timed_out = 14,
   job_failed = 15, interrupted = 130,
}

-- What is not here is a failure.
local of_kind = {
   not_found = exits.not_found,
   conflict = exits.conflict, precondition_failed = exits.conflict,
   unauthenticated = exits.key, permission_denied = exits.key,
   quota_exceeded = exits.quota, payment_required = exits.quota,
   failed = exits.job_failed,
}

-- What was begun goes on without us; of a single request that took too long nobody knows.
local function is_of_wait(err)
   return err.resource ~= nil or err.restore ~= nil or tostring(err.operation):find "^wait_for_" ~= nil
end

--- The code for an error of the library.
function exits.of(err)
   if err.kind == "timeout" and is_of_wait(err) then
      return exits.timed_out
   elseif err.kind == "invalid_argument" and not err.status then
      return exits.usage -- refused before anything was sent
   end
   return of_kind[err.kind] or exits.failure
end

--- An error about how the command was used.
function exits.misuse(message)
   return { message = message, exit_code = exits.usage }
end

return exits
