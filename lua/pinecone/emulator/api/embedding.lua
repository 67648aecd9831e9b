--- Indexes of an embedding model, as requests ask for them.
-- @module pinecone.emulator.api.embedding

local failure = require("pinecone.emulator.failure")
local models = require("pinecone.emulator.state.models")

local embedding = {}

--- What an index of a model is like.
-- @tparam table given `model`, `field_map`, and optionally `metric`,
--   `dimension`, `read_parameters`, `write_parameters`
-- @treturn table `vector_type`, `dimension`, `metric`, `embed`; or nil and the failure
function embedding.read(given)
   local model = models[given.model]
   if not model then
      return nil, failure("model_not_found", given.model)
   end
   local dimension = given.dimension or model.dimension
   local metric = given.metric or model.metric
   return {
      vector_type = model.vector_type, dimension = dimension, metric = metric,
      embed = {
         model = given.model, field_map = given.field_map, metric = metric,
         dimension = dimension, vector_type = model.vector_type,
         read_parameters = given.read_parameters or {},
         write_parameters = given.write_parameters or {},
      },
   }
end

return embedding
