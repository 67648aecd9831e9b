-- What kind of index it is, in the words of every API version. No I/O.

local lazy = require "pinecone.lazy"
local names = lazy.require "pinecone.names"

local indexes = {}

--- Whether it lies in pods, which have collections and no backups.
function indexes.is_pod(index)
   local spec, deployment = index.spec, index.deployment -- the latter from API version 2026-07 on
   return type(spec) == "table" and spec.pod ~= nil
      or type(deployment) == "table" and deployment.deployment_type == "pod"
end

--- Whether it is one to back up, and else why not.
function indexes.wants_backup(index)
   if indexes.is_pod(index) then
      return false, "pods"
   elseif names.is_of_drill(tostring(index.name)) then
      return false, "drill"
   end
   return true
end

return indexes
