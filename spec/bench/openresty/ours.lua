-- The library, at the place of the peer.

local pinecone = require "pinecone"

local function new(server)
   local pc = pinecone.assert(pinecone.new {
      host = ("http://%s:%d"):format(server.host, server.port), api_key = server.api_key, max_connections = 512,
   })
   return function(id)
      return pc:describe_backup(id)
   end
end

return { new = new }
