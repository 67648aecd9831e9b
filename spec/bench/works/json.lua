-- From a body to a table, without a network.

local bodies = require "bench.bodies"

local function decode(name)
   return function()
      local turn = require(name).decode
      return function(calls)
         for _ = 1, calls do
            assert(#turn(bodies.page).data == bodies.page_size)
         end
      end
   end
end

return {
   title = ("body to table, a page of %d"):format(bodies.page_size), calls = 150,
   sides = {
      { name = "bare `cjson.decode`", start = decode "cjson" },
      {
         name = "lua-pinecone: no nulls, whole numbers", goal = { of = "cpu", at_most = 1.2 },
         start = decode "decoder",
      },
   },
}
