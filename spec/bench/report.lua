-- Figures of several rounds, and how they are printed.

local uv = require "luv"

local report = {}

--- The value below which a share of the values lie.
function report.quantile(values, share)
   local sorted = {}
   for i, value in ipairs(values) do
      sorted[i] = value
   end
   table.sort(sorted)
   return sorted[math.max(math.ceil(#sorted * share), 1)]
end

function report.median(values)
   return report.quantile(values, 0.5)
end

--- Prints what was measured on; further texts follow.
function report.print_machine(...)
   local load = { uv.loadavg() }
   print(table.concat({
      ("%d cores"):format(#uv.cpu_info()), uv.os_uname().sysname .. " " .. uv.os_uname().release, ...,
   }, ", ") .. (", load average %.1f"):format(load[1]))
end

local function is_met(goal, value)
   return goal.at_most and value <= goal.at_most or goal.at_least and value >= goal.at_least or false
end

--- The words about a goal.
-- @tparam ?table goal `at_most` or `at_least`
function report.verdict(goal, value)
   if not goal then
      return ""
   end
   local bound = goal.at_most and ("at most %g"):format(goal.at_most) or ("at least %g"):format(goal.at_least)
   return ("%-12s %s"):format(bound, is_met(goal, value) and "met" or "MISSED")
end

return report
