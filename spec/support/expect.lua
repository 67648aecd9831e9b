-- Expectations that many specs share.

local assert = require "luassert"

local expect = {}

--- Expects an integer, where this Lua has them.
function expect.integer(value)
   assert.is_number(value)
   assert.is_true(math.type == nil or math.type(value) == "integer", tostring(value) .. " is no integer")
end

--- Expects nil and a failure of a kind.
-- @tparam string kind
-- @param value what the method gave first
-- @tparam table err and second
-- @treturn table the failure
function expect.failure(kind, value, err)
   assert.is_nil(value)
   assert.equal(kind, err.kind)
   return err
end

--- Expects parts in a text.
-- @tparam string text
-- @param ... the parts
function expect.holds(text, ...)
   assert.is_string(text)
   for _, part in ipairs { ... } do
      assert.is_truthy(text:find(part, 1, true), ("%q is not in %q"):format(part, text))
   end
end

return expect
