-- Tells of a request on standard error.

return function(attempt)
   io.stderr:write(("%s %s: %s in %.3f s%s\n"):format(attempt.method, attempt.path,
      tostring(attempt.status or attempt.kind), attempt.seconds,
      attempt.attempt > 1 and (" (attempt %d)"):format(attempt.attempt) or ""))
end
