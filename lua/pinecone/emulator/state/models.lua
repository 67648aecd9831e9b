--- Embedding models of integrated indexes, by name: what vectors they make.
-- @module pinecone.emulator.state.models

return {
   ["llama-text-embed-v2"] = { vector_type = "dense", dimension = 1024, metric = "cosine" },
   ["multilingual-e5-large"] = { vector_type = "dense", dimension = 1024, metric = "cosine" },
   ["pinecone-sparse-english-v0"] = { vector_type = "sparse", metric = "dotproduct" },
}
