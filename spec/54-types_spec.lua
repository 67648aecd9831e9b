-- The editor types say what the library takes and gives. They are read here as an editor reads them, not as they are
-- made.

local checkout = require "support.checkout"
local core = require "pinecone.core"
local reference = require "support.reference"

local paths = {
   pinecone = "lua/pinecone/meta/pinecone.lua", ["pinecone.emulator"] = "lua/pinecone/meta/emulator.lua",
   ["pinecone.openresty"] = "lua/pinecone/meta/openresty.lua",
   ["pinecone.retention"] = "lua/pinecone/meta/retention.lua",
}

local builtin = {
   any = true, boolean = true, fun = true, integer = true, ["nil"] = true, number = true, string = true, table = true,
   self = true, T = true,
}

-- Its classes, each with the types of its fields, and its functions, each with those of its parameters.
local function read(path, types)
   local class, parameters
   for line in checkout.read(path):gmatch "[^\n]+" do
      local name, parent = line:match "^%-%-%-@class ([%w_.]+):? ?([%w_.]*)"
      if name then
         class = { parent = parent ~= "" and parent or nil, fields = {} }
         types.classes[name], parameters = class, {}
      end
      local field, mark, rest = line:match "^%-%-%-@field ([%w_]+)(%??) (.*)$"
      if field then
         class.fields[field] = { optional = mark == "?", type = rest:match '^%b""[^ ]*' or rest:match "^%S+" }
      end
      local parameter, optional, kind = line:match "^%-%-%-@param ([%w_]+)(%??) (%S+)"
      if parameter then
         parameters[parameter] = { optional = optional == "?", type = kind }
      end
      local called = line:match "^function ([%w_.:]+)%("
      if called then
         types.functions[called], parameters = parameters, {}
      end
   end
end

local function read_all()
   local types = { classes = {}, functions = {} }
   for _, path in pairs(paths) do
      read(path, types)
   end
   return types
end

describe("The editor types", function()
   local types

   setup(function() types = read_all() end)

   for module, path in pairs(paths) do
      it(("of %s are Lua, and have its name"):format(module), function()
         assert.equal("table", type(assert(loadfile(path))()))
         assert.equal(module, checkout.read(path):match "^%-%-%-@meta ([%w.]+)\n")
      end)
   end

   local in_lua = {
      string = "string", integer = "integer", boolean = "boolean", table = "table",
      ["table of strings"] = "table<string,",
   }

   for name, operation in pairs(core.operations) do
      it(("have what the table of operations has of %s"):format(name), function()
         local parameters = types.functions["Client:" .. name]
         assert.truthy(parameters, "no such function")
         assert.truthy(parameters.options.optional)
         assert.equal("pinecone.CallOptions", parameters.options.type)
         if #operation.arguments == 0 then
            return
         end
         local class = types.classes[("pinecone.%s.arguments"):format(name)]
         local seen = {}
         for _, argument in ipairs(operation.arguments) do
            local field = assert(class.fields[argument.name], argument.name)
            local is_needed = argument.required and not argument.optional_since
            assert.equal(is_needed, not field.optional, argument.name)
            local choices = argument.rule and argument.rule:find "^'" and '"'
            assert.equal(1, field.type:find(choices or in_lua[argument.type], 1, true), argument.name)
            assert.truthy(not argument.alias or class.fields[argument.alias].optional, argument.alias)
            seen[argument.name], seen[argument.alias or ""] = true, true
         end
         for field in pairs(class.fields) do
            assert.truthy(seen[field] or class.fields[field].type == "table", field)
         end
         assert.truthy(checkout.read(paths.pinecone):find(("@class pinecone.%s.arguments\n"):format(name), 1, true))
      end)
   end

   -- Whether one of the classes of a method takes these names, and would not without one of them.
   local function takes(method, ...)
      local given = {}
      for _, name in ipairs { ... } do
         given[name] = true
      end
      for class in types.functions["Client:" .. method].arguments.type:gmatch "pinecone%.[%w_.]+" do
         local fits = true
         for name, field in pairs(types.classes[class].fields) do
            fits = fits and (field.optional or given[name])
         end
         for name in pairs(given) do
            fits = fits and types.classes[class].fields[name]
         end
         if fits then
            return true
         end
      end
   end

   it("let each argument that is needed stand under any of its names, and miss it otherwise", function()
      for _, name in ipairs { "name", "collection_name" } do
         for _, source in ipairs { "source", "index_name" } do
            assert.truthy(takes("create_collection", name, source), name .. ", " .. source)
         end
         assert.is_nil((takes("create_collection", name)))
      end
      for _, frequency in ipairs { "frequency", "schedule" } do
         for _, days in ipairs { "expire_after_days", "retention_expire_after_days", "retention" } do
            assert.truthy(takes("create_backup_schedule", "index_name", "name", frequency, days))
         end
         assert.is_nil((takes("create_backup_schedule", "index_name", "name", frequency)))
      end
      assert.truthy(takes("create_index", "schema"))
      assert.is_nil((takes("create_backup", "index_nam")))
   end)

   it("offer no field to what takes none", function()
      assert.equal("pinecone.nothing", types.functions["Client:indexes"].arguments.type)
   end)

   it("refuse a field that nobody knows", function()
      local text = checkout.read(paths.pinecone)
      for name in text:gmatch "@class (pinecone%.[%l_]+%.%l[%w_.]*)\n" do
         local body = text:match(("@class %s\n(.-)\n\n"):format(name:gsub("%.", "%%.")))
         assert.truthy(body:find("@field [string] pinecone.unknown_field", 1, true), name)
      end
   end)

   it("name only types that there are", function()
      for module, path in pairs(paths) do
         for line in checkout.read(path):gmatch "[^\n]+" do
            local named = line:match "^%-%-%-@field [%w_]+%?? (%S+)" or line:match "^%-%-%-@param [%w_]+%?? (%S+)"
               or line:match "^%-%-%-@return (%S+)"
            for name in (named or ""):gsub('%b""', ""):gsub("[%w_]+%??:", ""):gmatch "[%w_.]+" do
               name = name:gsub("^%.+", "")
               local is_known = builtin[name] or types.classes[name] or named:find "^fun" or name == ""
               assert(is_known, ("%s: %s"):format(module, line))
            end
         end
      end
   end)

   -- Of another version of LDoc they could differ by a blank.
   local function made_by()
      local pipe = io.popen "ldoc --help 2>&1"
      local version = pipe:read "*a":match "vs ([%d.]+)"
      pipe:close()
      return version
   end

   it("come from the comments as they are now", function()
      if not reference.model or made_by() ~= "1.4.6" then
         pending "needs LDoc 1.4.6"
         return
      end
      package.path = "./spec/reference/?.lua;" .. package.path
      for path, text in pairs(require("types").files(reference.model)) do
         assert(text == checkout.read(path), path .. " is not what the comments say: make types writes it anew")
      end
   end)

   it("have every function of the reference", function()
      for name in pairs(reference.functions) do
         local class, method = name:match "([%w]+[.:])([%w_]+)$"
         assert.truthy(types.functions[class .. method], name)
      end
   end)
end)
