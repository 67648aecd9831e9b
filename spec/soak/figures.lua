-- What is counted while it runs, and the table at the end.

local figures = {}

local Figures = {}
Figures.__index = Figures

function figures.new()
   return setmetatable({
      calls = 0, attempts = 0, requests = 0, struck = 0, looked_for = 0, found = 0, maybe_applied = 0,
      outcomes = {}, operations = {}, worst = { overrun = -math.huge, operation = "none" }, findings = 0,
   }, Figures)
end

local function raise(counts, name)
   counts[name] = (counts[name] or 0) + 1
end

--- Counts one call.
-- @tparam table call `operation`, `attempts` (a sequence, of its looks too), `err`, `overrun` in seconds
function Figures:note(call)
   local looks = 0
   for _, attempt in ipairs(call.attempts) do
      looks = looks + (call.creates and attempt.operation ~= call.operation and 1 or 0)
   end
   self.calls, self.attempts = self.calls + 1, self.attempts + #call.attempts
   self.looked_for = self.looked_for + (looks > 0 and 1 or 0)
   self.found = self.found + (looks > 0 and not call.err and 1 or 0)
   self.maybe_applied = self.maybe_applied + (call.err and call.err.maybe_applied and 1 or 0)
   raise(self.outcomes, call.err and call.err.kind or "success")
   raise(self.operations, call.operation)
   if call.overrun > self.worst.overrun then
      self.worst = { overrun = call.overrun, operation = call.operation }
   end
end

local function by_count(counts)
   local names, parts = {}, {}
   for name in pairs(counts) do
      names[#names + 1] = name
   end
   table.sort(names, function(one, other)
      if counts[one] == counts[other] then
         return one < other
      end
      return counts[one] > counts[other]
   end)
   for position, name in ipairs(names) do
      parts[position] = ("%s %d"):format(name, counts[name])
   end
   return table.concat(parts, ", ")
end

local function print_row(name, text, ...)
   print(("  %-16s %s"):format(name, select("#", ...) > 0 and text:format(...) or text))
end

local function print_growth(name, unit, first, last)
   if first and last then
      print_row(name, "%.0f %s after the first tenth, %.0f %s at the end", first, unit, last, unit)
   else
      print_row(name, "not known here (no /proc, or a sanitizer)")
   end
end

--- Prints the table.
-- @tparam table run `seed`, `seconds`, `first` and `last` (see the probe), `stall`, `load`
function Figures:print(run)
   print()
   print_row("seed", tostring(run.seed))
   print_row("calls", "%d in %.0f s, %.0f a second", self.calls, run.seconds, self.calls / run.seconds)
   print_row("operations", by_count(self.operations))
   print_row("outcomes", by_count(self.outcomes))
   print_row("maybe_applied", tostring(self.maybe_applied))
   print_row("settled", "%d creates were looked for, %d of them came to a success", self.looked_for, self.found)
   print_row("attempts", "%d known to the client", self.attempts)
   print_row("faults", "%d of %d requests were struck (%.1f %%)",
      self.struck, self.requests, 100 * self.struck / math.max(self.requests, 1))
   print_row("worst overrun", "%.3f s past the deadline (%s)", math.max(self.worst.overrun, 0), self.worst.operation)
   print_row("machine", "load %.1f; this process was kept from running for %.3f s at most", run.load, run.stall)
   print_growth("resident", "KiB", run.first.resident, run.last.resident)
   print_growth("Lua", "KiB", run.first.lua, run.last.lua)
   print_growth("descriptors", "open", run.first.descriptors, run.last.descriptors)
   print_growth("emulator", "KiB", run.first.other, run.last.other)
   print_row("findings", tostring(self.findings))
end

return figures
