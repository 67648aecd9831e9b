-- Loading the library, beside loading a module that is linked with libcurl and does nothing.

local function load(name)
   return function()
      return function() require(name) end
   end
end

return {
   title = "loading, from `require` to its return",
   calls = 1, warming = 0,
   sides = {
      { name = "a module linked with libcurl", start = load "fetch" },
      { name = "`require \"pinecone\"`", goal = { of = "more", at_most = 2 }, start = load "pinecone" },
   },
}
