-- .github/workflows/ci.yml and .ci/run make the same.

local yaml = require "lyaml"

local function read(path)
   local file = assert(io.open(path, "rb"))
   local text = file:read "*a"
   file:close()
   return text
end

-- What a target is made of, where it is nothing else. Every Lua has a job of its own there.
local parts = { ["test-all"] = { "test" } }
do
   parts.check = {}
   for name in read "Makefile":match "\ncheck: ([^\n]-) ##":gmatch "%S+" do
      table.insert(parts.check, name)
   end
end

-- Adds the targets that a line makes. To install packages is no check.
local function add_targets(targets, line)
   for words in line:gmatch "%f[%w]make ([^;&|]*)" do
      for word in words:gmatch "%S+" do
         if word:find "^%l[%w-]*$" and not word:find "^deps" then
            for _, target in ipairs(parts[word] or { word }) do
               targets[target] = true
            end
         end
      end
   end
end

-- Those of the lines `step` and `specs`.
local function targets_of_ci()
   local targets = {}
   for line in read ".ci/run":gmatch "[^\n]+" do
      if line:find '^[%u_=%d ]*step "' or line:find '^specs "' then
         add_targets(targets, line:gsub('"[^"]*"', "", 1))
      end
   end
   return targets
end

local workflow = yaml.load(read ".github/workflows/ci.yml")

-- The rows of a matrix, as far as they are needed here: lists, of which a line takes one.
local function lines_of(job)
   local lines = {}
   for _, step in ipairs(job.steps) do
      local name = (step.run or ""):match "%${{ matrix%.(%w+) }}"
      for _, value in ipairs(name and job.strategy.matrix[name] or { "" }) do
         lines[#lines + 1] = ((step.run or ""):gsub("%${{ matrix%.%w+ }}", value))
      end
   end
   return lines
end

local function targets_of_workflow()
   local targets = {}
   for _, job in pairs(workflow.jobs) do
      for _, line in ipairs(lines_of(job)) do
         add_targets(targets, line)
      end
   end
   return targets
end

local function words(text)
   local list = {}
   for word in text:gmatch "%S+" do
      list[#list + 1] = word
   end
   return list
end

describe("the workflow", function()

   it("makes what .ci/run makes, and nothing else", function()
      local targets = targets_of_ci()
      assert.is_true(targets.lint and targets.test and targets["test-luarocks"] and targets["check-valgrind"])
      assert.same(targets, targets_of_workflow())
   end)

   it("has a job for each Lua", function()
      assert.same(words(read "Makefile":match "\nLUAS := ([^\n]*)"), workflow.jobs.specs.strategy.matrix.lua)
   end)

   it("may read the repository and nothing more, ends, and takes actions of one major version", function()
      assert.same({ contents = "read" }, workflow.permissions)
      for name, job in pairs(workflow.jobs) do
         assert.is_number(job["timeout-minutes"], name)
         assert.is_nil(job.permissions)
         for _, step in ipairs(job.steps) do
            assert.truthy(step.run or step.uses:find "^actions/%w+@v%d+$")
         end
      end
   end)
end)
