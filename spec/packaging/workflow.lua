-- What .github/workflows/ci.yml runs: its jobs with their matrices written out, as GitHub does that.

local read = require "support.checkout".read
local yaml = require "lyaml"

local workflow = {}

--- The file, as YAML has it.
workflow.file = yaml.load(read ".github/workflows/ci.yml")

local function copy(row, more)
   local made = {}
   for _, from in ipairs { row, more } do
      for key, value in pairs(from) do
         made[key] = value
      end
   end
   return made
end

-- Each value of each list with each of the others.
local function product(matrix)
   local rows = { {} }
   for name, values in pairs(matrix) do
      if name ~= "include" and name ~= "exclude" then
         local longer = {}
         for _, row in ipairs(rows) do
            for _, value in ipairs(values) do
               longer[#longer + 1] = copy(row, { [name] = value })
            end
         end
         rows = longer
      end
   end
   return rows
end

-- Whether nothing of the lists in a row would become something else.
local function agree(row, more)
   for key, value in pairs(more) do
      if row[key] ~= nil and row[key] ~= value then
         return false
      end
   end
   return true
end

local function rows_of(matrix)
   local rows = product(matrix)
   local added = {}
   for _, more in ipairs(matrix.include or {}) do
      local is_new = true
      for place, row in ipairs(rows) do
         if agree(row, more) then
            rows[place], is_new = copy(row, more), false
         end
      end
      added[#added + 1] = is_new and more or nil
   end
   for _, row in ipairs(added) do
      rows[#rows + 1] = row
   end
   return rows
end

-- With every ${{ matrix.name }} replaced; raises where the row has no such name, and where it is another expression.
local function filled(value, row, where)
   if type(value) == "table" then
      local made = {}
      for key, part in pairs(value) do
         made[key] = filled(part, row, where)
      end
      return made
   elseif type(value) ~= "string" then
      return value
   end
   return (value:gsub("%${{%s*(.-)%s*}}", function(expression)
      local name = expression:match "^matrix%.([%w_-]+)$"
      return row[name] or error(("%s: there is no %s for it"):format(where, expression), 0)
   end))
end

--- All jobs, one for each row of their matrix, with what stands for the row filled in.
function workflow.jobs()
   local jobs = {}
   for name, job in pairs(workflow.file.jobs) do
      local matrix = job.strategy and job.strategy.matrix or {}
      assert(not matrix.exclude, "exclude is not understood here")
      for _, row in ipairs(rows_of(matrix)) do
         local made = { name = name }
         for key, value in pairs(job) do
            made[key] = key ~= "strategy" and filled(value, row, name) or value
         end
         made.name = name
         jobs[#jobs + 1] = made
      end
   end
   return jobs
end

return workflow
