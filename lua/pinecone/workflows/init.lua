-- What people do with backups, in one call each. These methods stand on the client's others.
--
-- A workflow is a table:
--   name     of the method
--   fields   of its arguments, see pinecone.fields
--   short    the field that a plain string stands for, if any
--   run      function(client, arguments, options), called with checked arguments

local fields = require "pinecone.fields"

local names = { "backup", "check", "drill", "prune", "restore" }

local function add(Client, workflow)
   Client[workflow.name] = function(self, arguments, options)
      Client._check_self(self, workflow.name)
      if workflow.short and type(arguments) == "string" then
         arguments = { [workflow.short] = arguments }
      end
      if arguments == nil then
         arguments = {}
      end
      fields.check(workflow.name, arguments, workflow.fields)
      return workflow.run(self, arguments, options)
   end
end

local function add_workflows(Client)
   for _, name in ipairs(names) do
      add(Client, (require("pinecone.workflows." .. name)))
   end
end

return { add_workflows = add_workflows }
