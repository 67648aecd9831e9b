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
   local load, cpus = { uv.loadavg() }, uv.cpu_info()
   print(table.concat({
      ("%d cores %s"):format(#cpus, cpus[1].model), uv.os_uname().sysname .. " " .. uv.os_uname().release, ...,
   }, ", ") .. (", load average %.1f"):format(load[1]))
end

local function is_met(goal, value)
   return goal.at_most and value <= goal.at_most or goal.at_least and value >= goal.at_least or false
end

local function bound(goal)
   return goal.at_most and ("at most %g"):format(goal.at_most) or ("at least %g"):format(goal.at_least)
end

--- The words about a goal.
-- @tparam ?table goal `at_most` or `at_least`
function report.verdict(goal, value)
   return goal and ("%-12s %s"):format(bound(goal), is_met(goal, value) and "met" or "MISSED") or ""
end

-- Tables in Markdown -------------------------------------------------------------------------------------------------

local function values_of(entry, name)
   local values = {}
   for i, round in ipairs(entry.rounds) do
      values[i] = round[name]
   end
   return values
end

-- nil where it was not measured.
local function median_of(entry, name)
   local values = values_of(entry, name)
   return #values > 0 and report.median(values) or nil
end

-- Of each round by itself, so that a load that comes and goes hits both.
local function compare(entry, base, name, by)
   local ours, theirs, compared = values_of(entry, name), values_of(base, name), {}
   for i, value in ipairs(ours) do
      compared[i] = by(value, theirs[i])
   end
   return #compared > 0 and report.median(compared) or nil
end

local function ratio(one, other)
   return one / other
end

local function milliseconds_more(one, other)
   return (one - other) * 1e3
end

local function figures_of(entry, base)
   return {
      cpu = compare(entry, base, "cpu", ratio), wall = compare(entry, base, "wall", ratio),
      more = compare(entry, base, "wall", milliseconds_more),
   }
end

-- What a goal is about, and its unit.
local labels = { cpu = { "CPU ratio", "" }, wall = { "wall ratio", "" }, more = { "wall", " ms more" } }

local function goal_cells(entry, figures)
   local goal = entry.side.goal
   if not entry.run then
      return "", "cannot run: needs the module " .. entry.side.needs
   elseif not goal then
      return "", ""
   end
   local label, value = labels[goal.of], figures[goal.of]
   return ("%s %s%s"):format(label[1], bound(goal), label[2]), is_met(goal, value) and "met" or "MISSED"
end

local function microseconds(seconds)
   return seconds and ("%.1f"):format(seconds * 1e6) or ""
end

local function cell(value)
   return value and ("%.2f"):format(value) or ""
end

local function print_cells(...)
   print("| " .. table.concat({ ... }, " | ") .. " |")
end

--- Prints the titles of the table of times.
function report.print_head()
   print_cells("work", "side", "CPU us", "wall us", "CPU ratio", "wall ratio", "target", "")
   print "|---|---|---:|---:|---:|---:|---|---|"
end

--- Prints the rows of a work.
-- @tparam table work
-- @tparam table entries what race.run gave; the first one is what the others are compared with
function report.print_rows(work, entries)
   local base = entries[1]
   for i, entry in ipairs(entries) do
      local figures = figures_of(entry, base)
      print_cells(i == 1 and work.title or "", entry.side.name, microseconds(median_of(entry, "cpu")),
         microseconds(median_of(entry, "wall")), cell(figures.cpu), cell(figures.wall),
         goal_cells(entry, figures))
   end
end

--- Prints what a work has found out beside times, in a table of its own.
function report.print_figures(work, entries)
   print_cells(work.title, "", "target", "")
   print "|---|---:|---|---|"
   for _, row in ipairs(work.figures) do
      local value = median_of(entries[1], row.of)
      if row.at_most then
         print_cells(row.name, row.format:format(value), "at most " .. row.format:format(row.at_most),
            is_met(row, value) and "met" or "MISSED")
      else
         print_cells(row.name, row.format:format(value), "", "")
      end
   end
end

return report
