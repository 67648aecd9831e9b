--- Read capacity in bodies: what is asked for and what is answered.
-- @module pinecone.emulator.api.capacity

local json = require("pinecone.emulator.json")

local capacity = {}

local function fields(needed)
   return {
      { "mode", "string", required = true },
      { "dedicated", {
         { "node_type", "string", required = needed },
         { "scaling", "string", required = needed },
         { "manual", required = needed, {
            { "replicas", "integer", required = needed },
            { "shards", "integer", required = needed },
         } },
      } },
   }
end

--- As creates take it from 2026-07 on.
capacity.request_fields = fields(true)

--- As creates take it up to 2026-04, and configure_index in every version.
capacity.lenient_fields = fields(false)

--- What is answered.
-- @tparam table index
-- @tparam table version
-- @treturn table
function capacity.shape(index, version)
   local held = index.read_capacity
   -- 2026-07 says null where nothing is dedicated, the others say nothing.
   local none = version.typed and json.null or nil
   if not held or held.mode == "OnDemand" then
      return {
         mode = "OnDemand",
         status = { state = "Ready", current_replicas = none, current_shards = none },
      }
   end
   local manual = held.dedicated.manual or {}
   return {
      mode = "Dedicated", dedicated = held.dedicated,
      status = {
         state = "Ready",
         current_replicas = manual.replicas or none, current_shards = manual.shards or none,
      },
   }
end

return capacity
