-- The data plane: vectors and their counts.

local parts = {}

local vectors = {
   { id = "one", values = { 1, 2, 3 }, metadata = { genre = "drama" } },
   { id = "two", values = { 0.5, 0.25, 1 }, sparseValues = { indices = { 1, 5 }, values = { 0.5, 0.5 } } },
}

-- The vectors' paths are known up to 2025-10 alone: later versions ask for them in that one.
local function goes_through_vectors(self, host)
   local function asks(status, method, path, body, query)
      return self:gets(status, self.pc:request {
         method = method, host = host, path = path, body = body, query = query,
         api_version = not self.is_classic and "2025-10" or nil,
      })
   end
   asks(200, "POST", "/vectors/upsert", { vectors = vectors })
   asks(200, "POST", "/vectors/upsert", { vectors = vectors, namespace = "other" })
   asks(200, "GET", "/vectors/fetch", nil, { ids = "one", namespace = "other" })
   asks(200, "GET", "/vectors/fetch", nil, { ids = "none" })
   local page = asks(200, "GET", "/vectors/list", nil, { limit = 1, prefix = "" })
   asks(200, "GET", "/vectors/list", nil, { paginationToken = page.pagination.next })
   asks(200, "POST", "/vectors/delete", { ids = { "two" } })
   asks(200, "POST", "/vectors/delete", { deleteAll = true, namespace = "other" })
   asks(400, "POST", "/vectors/upsert", { vectors = { { id = "short", values = { 1 } } } })
   asks(400, "GET", "/vectors/fetch")
   asks(400, "GET", "/vectors/list", nil, { limit = "many" })
   asks(400, "POST", "/vectors/delete", { ids = {} })
   self.project:breaking(function()
      asks(500, "POST", "/vectors/upsert", { vectors = vectors })
      asks(500, "GET", "/vectors/fetch", nil, { ids = "one" })
      asks(500, "GET", "/vectors/list")
      asks(500, "POST", "/vectors/delete", { ids = { "two" } })
   end)
end

function parts:data()
   local pc = self.pc
   self:gets(201, pc:create_index(self:dense "movies"))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:pass_time()
   local index = self:gets(200, pc:describe_index "movies")
   self:gets(200, pc:describe_index_stats "movies") -- empty
   goes_through_vectors(self, index.host)
   self:gets(200, pc:describe_index_stats { host = index.host, filter = {} })
   self:gets(200, pc:describe_index_stats "words")
   self:gets(400, pc:describe_index_stats { host = index.host, filter = { genre = "drama" } })
   self:gets(401, self.stranger:describe_index_stats { host = index.host })
   self.project:breaking(function() self:gets(500, pc:describe_index_stats { host = index.host }) end)
end

return parts
