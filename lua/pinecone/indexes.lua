-- What kind of index it is, in the words of every API version. No I/O.

local indexes = {}

--- Whether it lies in pods, which have collections and no backups.
function indexes.is_pod(index)
   local spec, deployment = index.spec, index.deployment -- the latter from API version 2026-07 on
   return type(spec) == "table" and spec.pod ~= nil
      or type(deployment) == "table" and deployment.deployment_type == "pod"
end

return indexes
