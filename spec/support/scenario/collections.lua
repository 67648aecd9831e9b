-- Collections of pod indexes.

local parts = {}

local function refused_collections(self)
   local pc = self.pc
   local function collect(name)
      return pc:create_collection { name = name, source = "pods" }
   end
   self:gets(400, pc:create_collection { name = "wrong-source", source = "movies" })
   self:gets(404, pc:create_collection { name = "no-source", source = "nothing" })
   self:gets(409, collect "copy")
   self:asks(422, "POST", "/collections", { name = "nothing-else" })
   self.project:with({ max_collections = 1 }, function() self:gets(403, collect "one-more") end)
   self.project:with({ past_due = true }, function() self:gets(402, collect "unpaid") end)
end

function parts:collections()
   local pc = self.pc
   self:make_pod "pods"
   self:gets(201, pc:create_index(self:dense "movies"))
   self:pass_time()
   self:gets(200, pc:list_collections())
   self:gets(201, pc:create_collection { name = "copy", source = "pods" })
   self:gets(200, pc:describe_collection "copy") -- Initializing
   self:gets(412, pc:delete_index "pods")
   self:pass_time()
   self:gets(200, pc:describe_collection "copy")
   self:gets(200, pc:list_collections())
   refused_collections(self)
   self:gets(201, self.classic:create_index_from_collection {
      name = "from-copy", source_collection = "copy", environment = "us-east1-gcp", dimension = 3, metric = "cosine",
   })
   self:gets(201, self.classic:create_index_from_collection {
      name = "larger-copy", source_collection = "copy", environment = "us-east1-gcp", pod_type = "p1.x2",
      replicas = 2, shards = 1, pods = 2, metadata_config = { indexed = { "genre" } }, tags = { team = "search" },
      deletion_protection = "disabled",
   })
   self:pass_time()
   self:gets(200, pc:describe_index "from-copy")
   self:looks_around()
   self:gets(202, pc:delete_collection "copy")
   self:gets(200, pc:describe_collection "copy") -- Terminating
   self:pass_time()
   self:gets(404, pc:describe_collection "copy")
   self:gets(404, pc:delete_collection "copy")
end

return parts
