-- .github/workflows/ci.yml and .ci/run make the same, with the same settings.

local read = require "support.checkout".read
local workflow = require "packaging.workflow"

-- What stands beside `make` in the workflow, word for word.
local OTHER_LINES = {
   ["sudo sysctl vm.mmap_rnd_bits=28"] = true,
   ["apt-get update && apt-get install -y --no-install-recommends ca-certificates git make"] = true,
}

-- What .ci/run does by itself: 01-rock_spec looks at the symbols too, and the targets install what they need.
local OTHER_STEPS = { only_luaopen_is_exported = true, servers_are_there = true }

-- The words that change what a job does are few; with others, such as `if`, it might do nothing.
local WORDS = {
   file = { name = true, on = true, permissions = true, concurrency = true, jobs = true, ["true"] = true },
   job = {
      name = true, ["runs-on"] = true, container = true, ["timeout-minutes"] = true, strategy = true, steps = true,
   },
   strategy = { ["fail-fast"] = true, matrix = true },
   step = { uses = true, run = true },
}

local function assert_known(words, of, where)
   for word in pairs(words) do
      assert.is_true(WORDS[of][tostring(word)] == true, ("%s: %s of %s is not understood"):format(word, of, where))
   end
end

local makefile = read "Makefile"
local LUAS = makefile:match "\nLUAS := ([^\n]*)"
local CHECKS = makefile:match "\ncheck: ([^\n]-) ##"

-- The words of a line of the shell; quotes may stand around spaces.
local function words_of(line)
   local words = {}
   for word in line:gsub('"([^"]*)"', function(text) return (text:gsub(" ", "\0")) end):gmatch "%S+" do
      words[#words + 1] = (word:gsub("%z", " "))
   end
   return words
end

-- A target with its settings, as one text.
local function named(target, settings)
   local list = {}
   for name, value in pairs(settings) do
      list[#list + 1] = ("%s=%s"):format(name, value)
   end
   table.sort(list)
   return target .. " " .. table.concat(list, " ")
end

local function with(settings, name, value)
   local copy = {}
   for key, old in pairs(settings) do
      copy[key] = old
   end
   copy[name] = value
   return copy
end

-- Adds what a target makes. There each Lua, and each part of check, has a job of its own; test-key runs the specs, too.
local function add_target(made, target, settings)
   if target == "check" then
      for part in CHECKS:gmatch "%S+" do
         add_target(made, part, settings)
      end
   elseif target == "test-all" then
      for lua in (settings.LUAS or LUAS):gmatch "%S+" do
         add_target(made, "test", with(with(settings, "LUAS", nil), "LUA", lua))
      end
   else
      made[named(target, with(settings, "LUA", settings.LUA or "lua5.4"))] = true
      if target == "test-key" then
         add_target(made, "test", settings)
      end
   end
end

-- Adds what one command makes: words behind `make`, and settings before it.
local function add_command(made, line, before)
   local settings, targets = {}, {}
   for _, word in ipairs(words_of((before or "") .. " " .. line)) do
      local name, value = word:match "^([%u_]+)=(.*)$"
      if name then
         settings[name] = value
      elseif word:find "^%l[%w-]*$" then
         targets[#targets + 1] = word
      else
         assert.equal("-k", word, line)
      end
   end
   assert.is_true(#targets > 0, line)
   for _, target in ipairs(targets) do
      add_target(made, target, settings)
   end
end

local function made_by_ci()
   local made = {}
   for line in read ".ci/run":gmatch "[^\n]+" do
      local before, command = line:match '^([%u_%d= ]*)step "[^"]*" (.*)$'
      command = command or line:match '^specs "[^"]*" (.*)$'
      local own = command and command:match "^bash %-c (%S+)$"
      if own then
         assert.is_true(OTHER_STEPS[own], line)
      elseif command then
         add_command(made, assert(command:match "^make (.*)$", line), before)
      end
   end
   return made
end

local function made_by_workflow()
   local made = {}
   for _, job in ipairs(workflow.jobs()) do
      for _, step in ipairs(job.steps) do
         local command = (step.run or ""):match "^make ([%w =._-]+)$"
         if command then
            add_command(made, command)
         else
            assert.is_true(step.run == nil or OTHER_LINES[step.run] == true, step.run)
         end
      end
   end
   return made
end

describe("the workflow", function()

   it("makes what .ci/run makes, with the same settings, and nothing else", function()
      local made = made_by_ci()
      for _, of in ipairs { "lint", "test", "test-luarocks", "check-valgrind", "soak SOAK_CALLS=10000" } do
         local name = named(of:match "%S+", { LUA = "lua5.4", SOAK_CALLS = of:match "=(.*)" })
         assert.is_true(made[name], name)
      end
      assert.same(made, made_by_workflow())
   end)

   it("has a job for each Lua", function()
      assert.same(words_of(LUAS), workflow.file.jobs.specs.strategy.matrix.lua)
   end)

   it("has nothing that could keep a line from running", function()
      assert_known(workflow.file, "file", "ci.yml")
      for name, job in pairs(workflow.file.jobs) do
         assert_known(job, "job", name)
         assert_known(job.strategy, "strategy", name)
         for _, step in ipairs(job.steps) do
            assert_known(step, "step", name)
         end
      end
   end)

   it("runs when somebody pushes to main or asks for a pull", function()
      local on = workflow.file.on or workflow.file[true] -- which YAML takes "on" for
      assert.same({ branches = { "main" } }, on.push)
      assert.truthy(on.pull_request)
   end)

   it("runs on systems of one version, and what depends on versions on that of .ci/run", function()
      local debian = "debian:" .. read ".ci/run":match "on Debian (%d+)"
      for _, job in ipairs(workflow.jobs()) do
         assert.matches("^ubuntu%-%d%d%.04$", job["runs-on"])
         local last = job.steps[#job.steps].run
         local is_particular = last == "make lint" or last == "make bench-gate"
         assert.equal(is_particular and debian or nil, job.container, last)
      end
   end)

   it("checks out before it makes anything", function()
      for _, job in ipairs(workflow.jobs()) do
         local is_there = false
         for _, step in ipairs(job.steps) do
            assert.is_true(is_there or not (step.run or ""):find "^make")
            if step.uses then
               assert.equal("actions/checkout@v5", step.uses)
               is_there = true
            end
         end
      end
   end)

   it("may read the repository and nothing more, and ends", function()
      assert.same({ contents = "read" }, workflow.file.permissions)
      for name, job in pairs(workflow.file.jobs) do
         assert.is_number(job["timeout-minutes"], name)
      end
   end)
end)
