-- What the API and the jobs share: one client, and which indexes there are to look after.

local pinecone = require "pinecone"

local project = {}

-- nginx loads this file before it makes its workers; each of them then has connections of its own.
local pc, problem = pinecone.new()
project.client = pc or error(tostring(problem), 0) -- nginx's log cannot show an error that is a table

local OF_DRILL = "^drill%-.*%-%d%d%d%d%d%d%d%d%-%d%d%d%d%d%d%-%l+$" -- one is gone soon
local function has_backups(index)
   local is_pod = index.spec and index.spec.pod -- those have collections
   return not is_pod and not index.name:find(OF_DRILL)
end

--- The names of all indexes that have backups, sorted.
-- @raise the error, where they cannot be listed
function project.index_names()
   local names = {}
   for index in pc:indexes() do
      names[#names + 1] = has_backups(index) and index.name or nil
   end
   table.sort(names)
   return names
end

return project
