-- Every request of the client and every answer of the emulator, held against the contract of its version: Pinecone's
-- OpenAPI files, where they are there, and for 2026-07 the tables that stand for one.

local allowances = require "support.allowances"
local contract = require "support.contract"
local newest = require "support.contract_2026_07"
local openapi = require "support.openapi"
local routes = require "pinecone.emulator.api.routes"
local scenario = require "support.scenario"

local DATA_FILE = "db_data_2025-10"
local CLASSIC_PARTS = { "indexes", "indexes_for_models", "backups", "collections", "data" }
local NEWEST_PARTS = { "indexes", "indexes_for_models", "backups", "collections", "schedules", "data" }

-- One file holds the data plane of all classic versions: up to 2025-04 the counts had two fields less, and no header
-- was required (sections 1.1 and 7.5).
local function old_data_plane()
   local data = openapi.load(DATA_FILE)
   for _, operation in ipairs(data.operations) do
      operation.headers = {}
      if operation.name == "describeIndexStats" then
         local properties = operation.responses["200"].schema.properties
         properties.memory_fullness, properties.storage_fullness = nil, nil
      end
   end
   return data
end

local function data_plane()
   return openapi.load(DATA_FILE)
end

local versions = {
   { name = "2025-04", file = "db_control_2025-04", load_data = old_data_plane, parts = CLASSIC_PARTS },
   { name = "2025-10", file = "db_control_2025-10", load_data = data_plane, parts = CLASSIC_PARTS },
   { name = "2026-04", file = "db_control_2026-04", load_data = data_plane, parts = CLASSIC_PARTS },
   { name = "2026-07", contracts = { control = newest.control, data = newest.data }, parts = NEWEST_PARTS },
   { name = "unstable", contracts = { control = newest.unstable }, parts = { "schedules" } },
}

-- What the emulator routes -------------------------------------------------------------------------------------------

local names = {}
for position, version in ipairs(versions) do
   names[position] = version.name
end

local function without_names(template)
   return (template:gsub("{[^}]*}", "{}"))
end

local routed = {}
for _, plane in pairs(routes.planes) do
   for _, route in ipairs(plane) do
      routed[route.method .. " " .. without_names(route.template)] = true
   end
end

local function is_routed(operation)
   return routed[operation.method .. " " .. without_names(operation.template)] == true
end

-- Going through everything -------------------------------------------------------------------------------------------

local contracts, exchanges, failures = {}, {}, {}

local function play(version, part, ...)
   local played, arguments = scenario.start(version, is_routed, names), { ... }
   local ok, problem = xpcall(function()
      played[part](played, (table.unpack or unpack)(arguments))
   end, debug.traceback)
   for _, surprise in ipairs(played.surprises) do
      table.insert(failures[version], surprise)
   end
   if not ok then
      table.insert(failures[version], problem)
   end
   for _, exchange in ipairs(played.project.exchanges) do
      exchanges[#exchanges + 1] = exchange
   end
   played:stop()
end

local function play_all(version)
   local found = contracts[version.name]
   failures[version.name] = {}
   for _, part in ipairs(version.parts) do
      play(version.name, part)
   end
   if found then
      play(version.name, "everywhere", found.control)
      play(version.name, "mutants", found.control, exchanges)
   end
end

local all_here = true
for _, version in ipairs(versions) do
   if version.contracts then
      contracts[version.name] = version.contracts
   elseif openapi.has(version.file) and openapi.has(DATA_FILE) then
      contracts[version.name] = { control = openapi.load(version.file), data = version.load_data() }
   else
      all_here = false
   end
end

-- Judging it ---------------------------------------------------------------------------------------------------------

local function problems_of(exchange, contract_of_plane)
   local operation = contract_of_plane:find(exchange.request.method, exchange.request.path)
   if not operation and contract_of_plane.is_partial then
      return {}
   elseif not operation then
      return { {
         operation = exchange.request.method .. " " .. exchange.request.path, version = exchange.version,
         status = exchange.response.status, where = "request", rule = "path", path = "", text = "is not known",
      } }
   end
   return contract.problems(operation, exchange)
end

-- Each different problem once, in words, without those that are allowed.
local function judge(version)
   local told, texts = {}, {}
   for _, exchange in ipairs(exchanges) do
      local contract_of_plane = exchange.version == version and contracts[version][exchange.plane]
      for _, problem in ipairs(contract_of_plane and problems_of(exchange, contract_of_plane) or {}) do
         local text = contract.describe(problem)
         if not allowances.allow(problem) and not told[text] then
            told[text] = true
            texts[#texts + 1] = text
         end
      end
   end
   return texts
end

local function statuses_seen(version, plane)
   local seen = {}
   for _, exchange in ipairs(exchanges) do
      local operation = exchange.version == version and exchange.plane == plane
         and contracts[version][plane]:find(exchange.request.method, exchange.request.path)
      if operation then
         seen[operation] = seen[operation] or {}
         seen[operation][tostring(exchange.response.status)] = true
         seen[operation][tostring(exchange.response.status):sub(1, 1) .. "XX"] = true
      end
   end
   return seen
end

-- The statuses that each operation lists and never answered.
local function never_seen(version)
   local texts = {}
   for plane, contract_of_plane in pairs(contracts[version]) do
      local seen = statuses_seen(version, plane)
      for _, operation in ipairs(contract_of_plane.operations) do
         for status in pairs(is_routed(operation) and operation.responses or {}) do
            local missing = { version = version, operation = operation.name, status = tonumber(status) }
            if not (seen[operation] and seen[operation][status]) and not allowances.excuse(missing) then
               texts[#texts + 1] = ("%s at %s never answered %s"):format(operation.name, version, status)
            end
         end
      end
   end
   return texts
end

local function assert_none(texts)
   table.sort(texts)
   assert.equal("", table.concat(texts, "\n"))
end

describe("the contract", function()
   setup(function()
      for _, version in ipairs(versions) do
         play_all(version)
      end
   end)

   for _, version in ipairs(versions) do
      describe("of " .. version.name, function()
         it("can be gone through", function()
            assert_none(failures[version.name])
         end)

         if not contracts[version.name] then
            pending "is in an OpenAPI file that is not here; PINECONE_OPENAPI names the folder"
            return
         end

         it("is kept by every request and every answer", function()
            assert_none(judge(version.name))
         end)

         it("is gone through as a whole", function()
            assert_none(never_seen(version.name))
         end)
      end)
   end

   if not all_here then
      pending "needs every allowance that is made"
      return
   end

   it("needs every allowance that is made", function()
      for _, version in ipairs(versions) do
         judge(version.name)
         never_seen(version.name)
      end
      assert_none(allowances.unneeded())
   end)
end)
