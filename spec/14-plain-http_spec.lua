-- Plain http shows the API key to everybody on the way: only for loopback, unless allow_http says otherwise. The hosts
-- here do not exist; a proxy on loopback sees what would go to them.

local expect = require "support.expect"
local pinecone = require "pinecone"
local wire = require "support.wire"

describe("Plain http to another machine", function()
   local server

   setup(function() server = wire.start() end)
   teardown(function() server:stop() end)
   before_each(function() server:clear() end)

   local function client(options)
      options.proxy, options.no_proxy = server.url, "not-the-environment.example"
      return server:client(options)
   end

   -- "METHOD target" of what came in
   local function asked()
      local lines = {}
      for _, request in ipairs(server.requests) do
         lines[#lines + 1] = request.head:match "^(%u+ %S+) HTTP/1%.1\r\n"
      end
      return lines
   end

   for what, options in pairs {
      ["unless it is allowed"] = {},
      ["when allow_http is false"] = { allow_http = false },
   } do
      it("is refused as host " .. what .. ", and the message names allow_http", function()
         local err = expect.failure("invalid_argument", pinecone.new {
            api_key = "k", host = "http://api.example", allow_http = options.allow_http,
         })
         expect.holds(err.message, "plain http", "allow_http")
      end)

      it("is refused for a single call " .. what, function()
         local pc = client { allow_http = options.allow_http }
         for _, method in ipairs { "request", "describe_index_stats" } do
            local arguments = { host = "http://movies.example", path = method == "request" and "/x" or nil }
            expect.holds(expect.failure("invalid_argument", pc[method](pc, arguments)).message, "allow_http")
         end
         assert.same({}, asked())
      end)
   end

   it("is taken as host where allow_http is true, with the key", function()
      assert(client { host = "http://api.example", allow_http = true }:list_indexes())
      assert.same({ "GET http://api.example/indexes" }, asked())
      assert.equal(wire.api_key, wire.header(server.requests[1], "Api-Key"))
   end)

   it("carries writes, too", function()
      assert(client { host = "http://api.example:8080", allow_http = true }:delete_backup "one")
      assert.same({ "DELETE http://api.example:8080/backups/one" }, asked())
   end)

   it("is taken for a single call where allow_http is true", function()
      local pc = client { allow_http = true }
      assert(pc:request { path = "/x", host = "http://other.example" })
      assert(pc:describe_index_stats { host = "http://movies.example" })
      assert.same({ "GET http://other.example/x", "POST http://movies.example/describe_index_stats" }, asked())
   end)

   local index = wire.answer(200, { name = "movies", host = "movies.example" })

   it("is how an index is asked whose host has no scheme, where the control plane is asked so", function()
      server:answer(index, wire.answer(200, { totalVectorCount = 98 }))
      local pc = client { host = "http://api.example", allow_http = true }
      assert.equal(98, assert(pc:describe_index_stats "movies").totalVectorCount)
      assert.same({
         "GET http://api.example/indexes/movies", "POST http://movies.example/describe_index_stats",
      }, asked())
   end)

   it("is not how an index is asked where a plain control plane on loopback tells of another machine", function()
      server:answer(index, wire.answer(403))
      assert.is_nil((client {}:describe_index_stats "movies"))
      assert.same({ "GET " .. server.url .. "/indexes/movies", "CONNECT movies.example:443" }, asked())
   end)

   it("is not what a host without a scheme means, whatever is allowed", function()
      server:answer(wire.answer(403))
      assert.is_nil((client { host = "api.example", allow_http = true }:list_indexes()))
      assert.is_nil((client { host = "https://api.example", allow_http = true }:describe_index_stats {
         host = "movies.example",
      }))
      assert.same({ "CONNECT api.example:443", "CONNECT movies.example:443" }, asked())
   end)
end)
