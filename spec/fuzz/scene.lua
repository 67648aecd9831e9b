-- What the targets that make calls share: the server's address, calls that are right, and driving one to its end.

local core = require "pinecone.core"

local scene = {}

--- The names of all operations, in an order that does not change from run to run.
scene.operations = {}
for name in pairs(core.operations) do
   scene.operations[#scene.operations + 1] = name
end
table.sort(scene.operations)

local by_name = { method = "POST", path = "/indexes", frequency = "daily", deletion_protection = "enabled" }
local by_type = { string = "name", integer = 1, number = 1, boolean = true, ["table"] = { a = 1 } }
by_type["table of strings"] = { a = "b" }

--- A good value for an argument, by its description.
function scene.good_value(row)
   return by_name[row.name] or by_type[row.type]
end

--- The arguments that an operation needs.
function scene.needed(operation, url)
   local arguments = {}
   for _, row in ipairs(core.operations[operation].arguments) do
      if row.required then
         arguments[row.name] = scene.good_value(row)
      end
   end
   if operation == "describe_index_stats" then
      arguments.host = url
   elseif operation == "request" then
      arguments.method = "POST"
   end
   return arguments
end

--- Steps the call and the server in turn until the call is finished.
function scene.drive(call, serve)
   while not call:step() do
      call:interest()
      serve()
   end
   return call:result()
end

return scene
