-- The validator that the contract is held with: what is wrong is found, what is right is not.

local schema = require "support.schema"

local text, number = { type = "string" }, { type = "number" }

-- The rules that a JSON text breaks, with their paths.
local function broken(json, declared)
   local words = {}
   for position, problem in ipairs(schema.problems(assert(schema.decode(json)), declared)) do
      words[position] = problem.path .. " " .. problem.rule
   end
   return table.concat(words, ", ")
end

describe("a value held against a schema", function()
   local backup = {
      type = "object", required = { "id" },
      properties = {
         id = text, tags = { type = "object", additionalProperties = text },
         note = { type = "string", nullable = true },
      },
   }

   it("is right with everything that is declared", function()
      assert.equal("", broken('{"id":"a","tags":{"x":"y"},"note":null}', backup))
   end)

   it("lacks what is required", function()
      assert.equal("$.id required", broken("{}", backup))
   end)

   it("has what is not declared", function()
      assert.equal("$.more undeclared", broken('{"id":"a","more":1}', backup))
   end)

   it("may have what is not declared where the schema says so, or says nothing of properties", function()
      assert.equal("", broken('{"a":1}', { type = "object", properties = {}, additionalProperties = true }))
      assert.equal("", broken('{"a":1}', { type = "object" }))
      assert.equal("$.a closed", broken('{"a":1}', { type = "object", additionalProperties = false }))
   end)

   it("is null where that is not allowed", function()
      assert.equal("$.id null, $.tags null", broken('{"id":null,"tags":null}', backup))
   end)

   it("is of another type", function()
      assert.equal("$.id type, $.tags.x type", broken('{"id":1,"tags":{"x":true}}', backup))
      assert.equal("$ type", broken("[]", { type = "object" }))
      assert.equal("$ type", broken("{}", { type = "array", items = text }))
      assert.equal("$ type", broken("1.5", { type = "integer" }))
      assert.equal("$ type", broken('"1"', number))
      assert.equal("$ type", broken('"1"', { type = "integer", format = "int32", minimum = 1 }))
   end)

   it("has a wrong item", function()
      assert.equal("$[2] type", broken('["a",2]', { type = "array", items = text }))
   end)

   it("is none of the values, closed or open", function()
      assert.equal("$ enum", broken('"Failed"', { type = "string", enum = { "Ready" } }))
      assert.equal("$ x-enum", broken('"Failed"', { type = "string", ["x-enum"] = { "Ready" } }))
   end)

   it("is out of range", function()
      local declared = { type = "integer", minimum = 1, maximum = 3 }
      assert.equal("$ minimum", broken("0", declared))
      assert.equal("$ maximum", broken("4", declared))
      assert.equal("$ format", broken("2147483648", { type = "integer", format = "int32" }))
      assert.equal("$ format", broken("9007199254740994", { type = "integer", format = "int64" }))
   end)

   it("is too short or too long", function()
      local declared = { type = "string", minLength = 1, maxLength = 3 }
      assert.equal("$ minLength", broken('""', declared))
      assert.equal("$ maxLength", broken('"abcd"', declared))
      assert.equal("$ minProperties", broken("{}", { type = "object", minProperties = 1 }))
      assert.equal("$ maxProperties", broken('{"a":1,"b":2}', { type = "object", maxProperties = 1 }))
   end)

   it("is no time", function()
      local declared = { type = "string", format = "date-time" }
      for _, good in ipairs { "2026-04-24T06:00:00Z", "2026-04-24T06:00:00.244035Z", "2026-04-24T06:00:00+00:00" } do
         assert.equal("", broken('"' .. good .. '"', declared))
      end
      for _, bad in ipairs { "2026-04-24", "2026-04-24 06:00:00Z", "2026-04-24T06:00:00", "2026-13-24T06:00:00Z" } do
         assert.equal("$ format", broken('"' .. bad .. '"', declared))
      end
   end)

   it("fits none of several schemas, or more than one", function()
      local declared = { oneOf = {
         { type = "object", required = { "pod" }, properties = { pod = text } },
         { type = "object", required = { "byoc" }, properties = { byoc = text } },
         { type = "object", required = { "byoc", "zone" }, properties = { byoc = text, zone = text } },
      } }
      assert.equal("", broken('{"byoc":"a"}', declared))
      assert.equal("$.pod type", broken('{"pod":1}', declared))
      assert.equal("$ oneOf", broken('"a"', { oneOf = { text, { type = "string", minLength = 1 } } }))
   end)

   it("says by a property which schema it has to fit", function()
      local declared = { discriminator = { propertyName = "mode", mapping = {
         OnDemand = { type = "object", properties = { mode = text }, additionalProperties = false },
      } } }
      assert.equal("", broken('{"mode":"OnDemand"}', declared))
      assert.equal("$.dedicated closed", broken('{"mode":"OnDemand","dedicated":{}}', declared))
      assert.equal("$.mode discriminator", broken('{"mode":"Other"}', declared))
   end)
end)

describe("a schema", function()
   it("with a keyword that nobody checks raises", function()
      assert.has_error(function() broken('"a"', { pattern = "^a" }) end, "$: the schema's keyword pattern is not known")
   end)
end)

describe("JSON", function()
   it("that is none, or has something behind it, is no value", function()
      assert.is_nil((schema.decode "{"))
      assert.is_nil((schema.decode "{} {}"))
   end)
end)
