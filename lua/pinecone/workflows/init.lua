-- What people do with backups, in one call each. These methods stand on the client's others.
--
-- A workflow is a table:
--   fields   of its arguments, see pinecone.fields
--   short    the field that a plain string stands for, if any
--   run      function(client, arguments, options), called with checked arguments

local fields = require "pinecone.fields"
local lazy = require "pinecone.lazy"

-- By the names of the methods.
local workflows = {
   backup = lazy.require "pinecone.workflows.backup",
   check = lazy.require "pinecone.workflows.check",
   drill = lazy.require "pinecone.workflows.drill",
   prune_backups = lazy.require "pinecone.workflows.prune",
   restore = lazy.require "pinecone.workflows.restore",
}

local function add(Client, name, workflow)
   Client[name] = function(self, arguments, options)
      Client._check_self(self, name)
      if workflow.short and type(arguments) == "string" then
         arguments = { [workflow.short] = arguments }
      end
      if arguments == nil then
         arguments = {}
      end
      fields.check(name, arguments, workflow.fields)
      return workflow.run(self, arguments, options)
   end
end

local function add_workflows(Client)
   for name, workflow in pairs(workflows) do
      add(Client, name, workflow)
   end
end

return { add_workflows = add_workflows }
