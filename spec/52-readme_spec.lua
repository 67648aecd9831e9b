-- Every example of README does what it says. Those in nginx run in spec/openresty/06-readme_spec.lua.

local example = require "support.example"
local process = require "support.process"
local readme = require "support.readme"
local service = require "support.service"
local session = require "support.session"

-- What no spec runs because it installs, or takes many minutes: how such a line begins, and the command of .ci/run that
-- does it there.
local left_to_ci = {
   { "git clone ", "make quickstart" }, { "make quickstart", "make quickstart" }, { "make test", "make test" },
   { "make openresty", "make test-openresty" },
   { "make rock", "make test-luarocks" }, { "luarocks ", "make test-luarocks" },
   { 'eval "$(luarocks ', "make test-luarocks" },
}

-- What changes the machine or takes long: none of that is to be run here by mistake. Of make only the build is.
local dangerous = {
   "sudo", "apt", "apt%-get", "luarocks", "install", "crontab", "systemctl", "docker", "git", "make%s+%l[%w-]*",
}

-- What more than a good end to ask of an example, by what it holds.
local expectations = {
   { "examples/nightly_backup.lua movies", "nightly%-.*  98 records" },
   { "backup create movies %-%-name before%-migration", "\tbefore%-migration\t", "\nmovies\tfresh\t" },
   { "restore start %-%-latest movies %-%-name movies%-2", "98", "\tmovies%-2\t" },
   { "/_emulator/advance", "listening on http", "HTTP/1.1 429", '"requests"' },
}

local function read(path)
   local file = assert(io.open(path))
   local text = file:read "*a"
   file:close()
   return text
end

local function assert_expected(block, text)
   for _, row in ipairs(expectations) do
      for place = 2, block.text:find(row[1]) and #row or 1 do
         assert.truthy(text:find(row[place]), ("%q is not in %s"):format(row[place], text))
      end
   end
end

-- Lua -----------------------------------------------------------------------------------------------------------------

local settings = {
   wait = { after = [[
      local waiting = assert(pinecone.new { wait = wait })
      assert(#assert(waiting:list_indexes()).indexes > 0)
   ]] },
}

local run = {}

-- Keys that an example looks for in its environment.
local function keys_for(text)
   local variables = {}
   for name in text:gmatch 'os%.getenv "(%u+_KEY)"' do
      variables[name] = service.api_key
   end
   return variables
end

function run.lua(block)
   local around = settings[block.kind] or {}
   local good, text = example.run(block.text, { after = around.after, variables = keys_for(block.text) })
   assert.is_true(good, text)
   assert_expected(block, text)
end

run.wait = run.lua

-- What is printed -----------------------------------------------------------------------------------------------------

-- Ids and times as they never are twice.
local function steady(text)
   return (text:gsub("request [%x-]+", "request ID"):gsub("in %d+%.%d+ s", "in N s"))
end

local function assert_printed(block, text, variables)
   local good, printed = example.run(text, { variables = variables, may_be_refused = true })
   assert.is_true(good, printed)
   assert.equal(steady(block.text), steady(printed):sub(1, #steady(block.text)))
end

run["error"] = function(block)
   local operation, target = block.text:match "^([%l_]+) (%S+): "
   assert_printed(block, ("local _, err = pc[%q](pc, %q) print(err)"):format(operation, target))
end

-- The first line is one of a create that a fault has struck.
function run.log(block)
   local operation, index_name, status = block.text:match "^pinecone: (%S+) POST /indexes/([^/]+)/%S+ (%d+) "
   assert_printed(block, ([[
      assert(running:fault { operation = "%s", status = %s })
      assert(pinecone.new { settle_grace = 0.1 }:%s { index_name = "%s", name = "nightly" })
   ]]):format(operation, status, operation, index_name), { PINECONE_DEBUG = "1" })
end

-- A shell -------------------------------------------------------------------------------------------------------------

local function assert_in_ci(step)
   local found = (read ".ci/run" .. "\n"):find("%f[%w]" .. step:gsub("%-", "%%-") .. "%f[^%w%-]")
   assert.truthy(found, ".ci/run does not run " .. step)
end

local function begins_with(line, command)
   return line:sub(1, #command) == command and not line:find("^[%w-][%w-]", #command)
end

local function without_what_ci_runs(text)
   return (text:gsub("[^\n]+", function(line)
      for _, row in ipairs(left_to_ci) do
         if begins_with(line, row[1]) then
            assert_in_ci(row[2])
            return ""
         end
      end
      for _, word in ipairs(dangerous) do
         local command = " " .. line:gsub("%s#.*", "") .. " "
         assert(not command:find("[%s;&|(]" .. word .. "%s"), "not run here: " .. line)
      end
   end))
end

function run.sh(block)
   local text = without_what_ci_runs(block.text)
   local _, missing = process.find(text:match "%f[%w-]curl " and "curl" or "bash")
   if missing then
      pending(missing)
   elseif text:find "%S" then
      assert_expected(block, session.run(text, service.api_key))
   end
end

-- Not at its time, but at once; cron has no key in its environment.
function run.cron(block)
   local text = without_what_ci_runs(block.text):gsub("%f[^\n%z][%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+%s+", "")
   assert.is_nil(text:find "[^\\]%%", "cron takes a % for the end of the line")
   session.run(text)
end

-- nginx ---------------------------------------------------------------------------------------------------------------

local function run_by_another()
   assert_in_ci "make test-openresty"
end

run.nginx, run.every = run_by_another, run_by_another

-- The specs -----------------------------------------------------------------------------------------------------------

describe("README's example", function()
   for place, block in ipairs(readme.blocks()) do
      it(("%d, %s, does what it says"):format(place, block.text:match "[^\n]*":gsub("%s+#.*", "")), function()
         local runs = run[block.kind]
         assert(runs, ("README.md:%d: no spec knows how to run this:\n%s"):format(block.line, block.text))
         runs(block)
      end)
   end

   it("is there where more is asked of one", function()
      local text = read "README.md"
      for _, row in ipairs(expectations) do
         assert.truthy(text:find(row[1]), row[1])
      end
   end)

   it("of a suite is the file that it names", function()
      local file = read "examples/emulator_spec.lua":gsub("^%-%-[^\n]*\n+", "")
      for _, block in ipairs(readme.of_kind "lua") do
         if block.text:find("describe(", 1, true) then
            assert.equal(file, block.text)
         end
      end
   end)
end)
