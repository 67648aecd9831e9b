-- Indexes: made in every way there is, configured, deleted, and refused.

local words = require "support.scenario.words"

local parts = {}

local function nowhere(index)
   local place = index.deployment or index.spec.serverless
   place.region = "nowhere"
   return index
end

local function more_indexes_classic(self)
   self:gets(201, self.pc:create_index(self:dense("filtered", { spec = {
      serverless = {
         cloud = "aws", region = "us-east-1",
         schema = self.version ~= "2025-04" and { fields = { genre = { filterable = true } } } or nil,
         read_capacity = self.version ~= "2025-04" and words.dedicated or nil,
      },
   } })))
   self:gets(201, self.pc:create_index(self:dense("own-cloud", {
      spec = { byoc = { environment = "aws-us-east-1-b92" } },
   })))
   if self.version ~= "2025-04" then
      self:gets(201, self.pc:create_index(self:dense("unscaled", { spec = {
         serverless = {
            cloud = "aws", region = "us-east-1",
            read_capacity = { mode = "Dedicated", dedicated = { node_type = "t1", scaling = "Manual" } },
         },
      } })))
   end
end

local function more_indexes_newest(self)
   self:gets(201, self.pc:create_index(self:dense("filtered", { read_capacity = words.dedicated })))
   self:gets(201, self.pc:create_index(self:dense("own-cloud", {
      deployment = { deployment_type = "byoc", environment = "aws-us-east-1-b92" }, read_capacity = words.dedicated,
   })))
   self:gets(201, self.pc:create_index(self:dense("encrypted", { cmek_id = "a-key" })))
   self:gets(201, self.pc:create_index { name = "texts", schema = { fields = {
      title = { type = "string", full_text_search = { language = "en", ngram = { min_gram = 2, max_gram = 3 } } },
      embedding = { type = "dense_vector", dimension = 4, metric = "euclidean" },
   } } })
   self:gets(201, self.pc:create_index { schema = self:dense("unnamed").schema })
   self:gets(412, self.pc:create_index { name = "secret", cmek_id = "a-key", schema = { fields = {
      title = { type = "string", full_text_search = { language = "en" } },
   } } })
end

local function refused_indexes(self)
   local pc = self.pc
   self:asks(400, "POST", "/indexes", self:dense "Bad_Name")
   self:gets(404, pc:create_index(nowhere(self:dense "lost")))
   self:gets(409, pc:create_index(self:dense "movies"))
   self:asks(422, "POST", "/indexes", { name = "nothing-else" })
   self.project:with({ max_indexes = 1 }, function() self:gets(403, pc:create_index(self:dense "one-more")) end)
   self.project:with({ past_due = true }, function() self:gets(402, pc:create_index(self:dense "unpaid")) end)
end

local function configures_classic(self)
   self:gets(202, self.pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
   self:gets(202, self.pc:configure_index { index_name = "pods", spec = { pod = { replicas = 2 } } })
   self:gets(201, self.pc:create_index(self:dense("novels", { dimension = 1024 })))
   self:gets(202, self.pc:configure_index {
      index_name = "novels", embed = { model = "multilingual-e5-large", field_map = { text = "plot" } },
   })
   if self.version ~= "2025-04" then
      self:gets(202, self.pc:configure_index {
         index_name = "movies", spec = { serverless = { read_capacity = words.dedicated } },
      })
      self:gets(202, self.pc:configure_index {
         index_name = "movies", spec = { serverless = { read_capacity = { mode = "OnDemand" } } },
      })
   end
   self.project:with({ past_due = true }, function()
      self:gets(402, self.pc:configure_index { index_name = "movies", tags = { team = "music" } })
   end)
end

local function configures_newest(self)
   self:gets(200, self.pc:configure_index { index_name = "movies", deletion_protection = "enabled" })
   self:gets(200, self.pc:configure_index { index_name = "pods", deployment = { replicas = 2 } })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = words.dedicated })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = {
      mode = "Dedicated", dedicated = { scaling = "Manual", manual = { replicas = 2 }, node_type = "t1" },
   } })
   self:gets(200, self.pc:configure_index { index_name = "movies", read_capacity = { mode = "OnDemand" } })
   self:gets(201, self.pc:create_index(self:dense("novels", { schema = { fields = {
      _values = { type = "dense_vector", dimension = 1024, metric = "cosine" },
   } } })))
   self:gets(200, self.pc:configure_index {
      index_name = "novels",
      schema = { fields = { plot = { type = "semantic_text", model = "multilingual-e5-large" } } },
   })
end

local function configures(self)
   self:gets(self.configured, self.pc:configure_index { index_name = "movies", tags = { team = "films", year = "" } })
   local more = self.is_classic and configures_classic or configures_newest
   more(self)
   self:asks(400, "PATCH", "/indexes/movies", { deletion_protection = "perhaps" })
   self:gets(404, self.pc:configure_index { index_name = "nothing", tags = { team = "films" } })
   self:asks(422, "PATCH", "/indexes/movies", { tags = "films" })
end

local function deletes(self)
   self:looks_around()
   self:gets(403, self.pc:delete_index "movies")
   self:gets(202, self.pc:delete_index "words")
   self:gets(200, self.pc:describe_index "words") -- Terminating
   self:pass_time()
   self:gets(404, self.pc:delete_index "words")
   self:gets(404, self.pc:describe_index "words")
end

function parts:indexes()
   local pc = self.pc
   self:gets(200, pc:list_indexes())
   self:gets(201, pc:create_index(self:dense("movies", { tags = { team = "search", year = "2026" } })))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:make_pod "pods"
   local more = self.is_classic and more_indexes_classic or more_indexes_newest
   more(self)
   self:looks_around() -- all Initializing
   self:pass_time()
   self:gets(200, pc:list_indexes())
   for _, name in ipairs { "movies", "words", "pods", "filtered", "own-cloud" } do
      self:gets(200, pc:describe_index(name))
   end
   refused_indexes(self)
   configures(self)
   self:gets(200, pc:list_indexes())
   deletes(self)
end

local function for_model(name, more)
   return words.over({
      name = name, cloud = "aws", region = "us-east-1",
      embed = { model = "multilingual-e5-large", field_map = { text = "chunk" } },
   }, more)
end

function parts:indexes_for_models()
   local path = "/indexes/create-for-model"
   self:asks(201, "POST", path, for_model("sentences", { tags = { team = "search" } }))
   self:asks(201, "POST", path, for_model("words", {
      embed = { model = "pinecone-sparse-english-v0", field_map = { text = "chunk" } },
   }))
   if self.version ~= "2025-04" then
      self:asks(201, "POST", path, for_model("filtered", {
         schema = { fields = { genre = { filterable = true } } }, read_capacity = words.dedicated,
      }))
   end
   if not self.is_classic then
      self:asks(201, "POST", path, for_model("unfiltered", { schema = {} }))
   end
   self:pass_time()
   self:gets(200, self.pc:describe_index "sentences")
   self:gets(self.created, self.pc:create_backup "sentences")
   self:looks_around()
   self:asks(400, "POST", path, for_model "Bad_Name")
   self:asks(404, "POST", path, for_model("lost", { region = "nowhere" }))
   self:asks(409, "POST", path, for_model "sentences")
   self:asks(422, "POST", path, { name = "nothing-else" })
   if not self.is_classic then
      self.project:with({ max_indexes = 1 }, function() self:asks(403, "POST", path, for_model "one-more") end)
      self.project:with({ past_due = true }, function() self:asks(402, "POST", path, for_model "unpaid") end)
   end
end

return parts
