-- Writes the editor types anew, after the comments that they come from have changed: "make types".

package.path = "./spec/reference/?.lua;" .. package.path
local types = require "types"

for path, text in pairs(types.files(dofile "build/doc/model.lua")) do
   local file = assert(io.open(path, "w"))
   assert(file:write(text))
   assert(file:close())
   print(path)
end
