-- The reference is complete, speaks of what there is, and its examples work. LDoc reads it, see spec/reference/.

local emulator = require "pinecone.emulator"
local example = require "support.example"
local pinecone = require "pinecone"
local process = require "support.process"
local reference = require "support.reference"
local service = require "support.service"

-- What gives nothing back, and what asks the service nothing.
local gives_nothing = { ["Client:close"] = true, ["Pages:close"] = true, ["Call:cancel"] = true }
local asks_nothing = { ["Client:sleep"] = true, ["Client:close"] = true }

local function is_function(value)
   return type(value) == "function" or (getmetatable(value) or {}).__call ~= nil
end

local function public_names(prefix, holder)
   local names = {}
   for name, value in pairs(holder) do
      if type(name) == "string" and not name:find "^_" and is_function(value) then
         names[prefix .. name] = true
      end
   end
   return names
end

local function merge(...)
   local all = {}
   for _, names in ipairs { ... } do
      for name in pairs(names) do
         all[name] = true
      end
   end
   return all
end

-- What is loaded late is there once it has been asked for.
local function methods_of_client(client)
   assert(client.backups and client.wait_for_backup and client.check)
   return getmetatable(client).__index
end

local function public_functions(client, running)
   return merge(
      public_names("pinecone.", pinecone), public_names("pinecone.retention.", pinecone.retention),
      public_names("pinecone.emulator.", emulator), public_names("pinecone.openresty.", require "pinecone.openresty"),
      public_names("Client:", methods_of_client(client)),
      public_names("Pages:", getmetatable(client:backups()).__index),
      public_names("Emulator:", getmetatable(running).__index))
end

describe("The reference", function()
   if not reference.model then
      pending "needs LDoc"
      return
   end

   local running, client

   setup(function()
      running = service.start()
      client = service.client(running)
   end)
   teardown(function() running:stop() end)

   it("has every public function, and no other", function()
      local there = public_functions(client, running)
      for name in pairs(there) do
         assert(reference.functions[name], name .. " is not in the reference: write a comment for LDoc above it")
      end
      for name in pairs(reference.functions) do
         assert(there[name] or name:find "^Call:", name .. " is in the reference, but there is no such function")
      end
   end)

   it("has the methods of a call that a function in `wait` may use", function()
      local missing
      local waiting = service.client(running, {
         wait = function(call)
            for _, method in ipairs { "cancel", "interest", "step" } do
               local is_there = call[method] and reference.functions["Call:" .. method]
               missing = not is_there and method or missing
            end
            while not call:step() do end -- luacheck: ignore
         end,
      })
      assert(waiting:list_indexes())
      assert.is_nil(missing)
   end)

   for name, item in reference.each(reference.functions) do
      it(("says of %s what it takes, gives and does"):format(name), function()
         assert.truthy(item.summary, "no summary")
         assert.truthy(item.usage, "no @usage")
         assert.truthy(gives_nothing[name] or #item.returns > 0, "no @treturn")
         assert.truthy(not name:find "^Client:" or asks_nothing[name] or item.api, "no @api")
         for _, parameter in ipairs(item.params) do
            assert.truthy(parameter.type, parameter.name .. " has no type")
            for _, field in ipairs(parameter.fields or {}) do
               assert.truthy(field.type, field.name .. " has no type")
               assert.truthy(field.text, field.name .. " has no text")
            end
         end
         for _, group in ipairs(item.returns) do
            for _, value in ipairs(group) do
               assert.truthy(value.type, "a result has no type")
               assert.truthy(value.type ~= "Error" or value.text, "nothing is said of the error")
            end
         end
      end)
   end

   it("speaks only of types that it has", function()
      for name, text in pairs(reference.types_named) do
         assert(reference.known_types[name], ("the type %s in %s is not in the reference"):format(name, text))
      end
   end)

   it("speaks of nothing that is not there", function()
      local pages = require "support.pages" -- asks an emulator what there is
      for _, row in ipairs(reference.texts()) do
         assert.equal("", table.concat(pages.problems(row.text), "\n"), row.where)
      end
   end)
end)

-- Examples ------------------------------------------------------------------------------------------------------------

-- What a variable of an example holds, by how it got it: the name of a table of the reference.
local function type_of_result(name)
   local item = reference.functions["Client:" .. name]
   return item and item.returns[1] and item.returns[1][1].type
end

local function items_of(list_type, field)
   local list = reference.tables[list_type]
   for _, row in ipairs(list and list.params or {}) do
      if row.name == field then
         return row.type:match "^{(%w+),"
      end
   end
end

local function types_of_variables(text)
   local types = {}
   for name, method in text:gmatch "local (%w+)[%w_, ]* = assert%(pc:([%w_]+)" do
      types[name] = type_of_result(method)
   end
   for name, method in text:gmatch "local (%w+)[%w_, ]* = pc:([%w_]+)" do
      types[name] = type_of_result(method)
   end
   for name, method in text:gmatch "for (%w+) in pc:([%w_]+)" do
      types[name] = reference.functions["Client:" .. method].returns[1][1].text:match "@{(%w+)}"
   end
   for name, list, field in text:gmatch "for _, (%w+) in ipairs%((%w+)%.([%w_]+)%)" do
      types[name] = items_of(types[list], field)
   end
   for name, method, field in text:gmatch "for _, (%w+) in ipairs%(assert%(pc:([%w_]+).-%)%)%.([%w_]+)%)" do
      types[name] = items_of(type_of_result(method), field)
   end
   return types
end

-- A field that no result has prints nil, and nobody sees it.
local function assert_fields_are_there(text)
   for name, type_name in pairs(types_of_variables(text)) do
      local fields = {}
      for _, row in ipairs(reference.tables[type_name] and reference.tables[type_name].params or {}) do
         fields[row.name] = true
      end
      for field in text:gmatch("%f[%w_]" .. name .. "%.([%w_]+)") do
         assert(not next(fields) or fields[field], ("there is no %s.%s, which is a %s"):format(name, field, type_name))
      end
   end
end

-- Those that another one runs: in nginx.
local run_elsewhere = { ["pinecone.openresty"] = true, ["pinecone.openresty.every"] = true }

describe("The example in the reference of", function()
   if not reference.model then
      pending "needs LDoc"
      return
   end

   for name, text in reference.each(reference.examples) do
      if not run_elsewhere[name] and name ~= "pinecone.emulator.run" then
         it(name .. " works", function()
            assert_fields_are_there(text)
            local good, printed = example.run(text)
            assert.is_true(good, printed)
            assert.truthy(printed:find "%S" or not text:find "print%(", "it prints nothing")
         end)
      end
   end

   it("pinecone.emulator.run works, until it is told to end", function()
      local running = process.script(reference.examples["pinecone.emulator.run"])
      running:expect "listening on http://127%.0%.0%.1:%d+"
      running:kill "sigterm"
      assert.equal(0, running:wait().code)
   end)
end)
