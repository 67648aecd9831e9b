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

return expect
