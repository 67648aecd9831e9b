-- What a request looks like on the wire, seen by a server that keeps every byte.

local wire = require "support.wire"

local header = wire.header

describe("a request on the wire", function()
   local server, requests

   setup(function() server = wire.start() end)
   teardown(function() server:stop() end)
   before_each(function()
      server:clear()
      requests = server.requests
   end)

   local function client(options)
      return server:client(options)
   end

   it("has the key, the version and who asks", function()
      client { source_tag = "my-product" }:list_indexes()
      local request = requests[1]
      assert.matches("^GET /indexes HTTP/1.1\r\n", request.head)
      assert.equal("wire-key-0123456789", header(request, "Api-Key"))
      assert.equal("2026-04", header(request, "X-Pinecone-Api-Version"))
      assert.equal("application/json", header(request, "Accept"))
      assert.matches("^lua%-pinecone/%d+%.%d+%.%d+ %(Lua 5%.%d; libcurl/[%d.]+; source_tag=my%-product%)$",
         header(request, "User-Agent"))
      assert.is_nil(header(request, "Content-Type"))
      assert.equal("", request.body)
   end)

   it("is not answered by what came unasked before it", function()
      local pc = client()
      server:answer(wire.answer(200, '{"indexes":[]}'))
      assert(pc:list_indexes())
      server:say(wire.answer(200, '{"indexes":[{"name":"unasked"}]}'))
      assert.same({ indexes = {} }, pc:list_indexes())
   end)

   it("has the headers that were added", function()
      client { headers = { ["X-Team"] = "search" } }:list_indexes()
      assert.equal("search", header(requests[1], "X-Team"))
   end)

   it("has its body as JSON, without asking first whether to send it", function()
      client():create_backup { index_name = "movies", description = ("x"):rep(5000) }
      local request = requests[1]
      assert.equal("application/json", header(request, "Content-Type"))
      assert.equal(tostring(#request.body), header(request, "Content-Length"))
      assert.is_nil(header(request, "Expect"))
      assert.matches('^{"description":"x+"}$', request.body)
   end)

   it("has an empty object where no field is given", function()
      client():create_backup "movies"
      assert.equal("{}", requests[1].body)
   end)

   it("has a length of 0 where a write has no body", function()
      for _, method in ipairs { "POST", "PUT", "PATCH" } do
         client():request { method = method, path = "/x" }
         local request = requests[#requests]
         assert.matches("^" .. method .. " /x HTTP", request.head)
         assert.equal("0", header(request, "Content-Length"))
         assert.equal("application/json", header(request, "Content-Type"))
      end
   end)

   it("has its own method, whatever the connection was used for before", function()
      local pc = client { max_connections = 1 }
      for _, method in ipairs { "DELETE", "GET", "POST", "PATCH", "GET", "PUT", "DELETE", "POST", "GET" } do
         pc:request { method = method, path = "/x", body = method == "PATCH" and { a = 1 } or nil }
         assert.matches("^" .. method .. " /x HTTP", requests[#requests].head)
      end
   end)

   it("has nothing of a redirect's target", function()
      server:answer("HTTP/1.1 307 Go\r\nLocation: " .. server.url .. "/elsewhere\r\nContent-Length: 0\r\n\r\n")
      local _, err = client():list_indexes()
      assert.equal(307, err.status)
      assert.equal(1, #requests)
   end)

   describe("whose answer", function()
      local function asked(bytes, options)
         server:answer(bytes)
         return client(options):list_indexes()
      end

      it("comes in pieces is whole", function()
         assert.same({ indexes = {} }, asked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            .. "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"))
      end)

      it("follows a 100 Continue is that one", function()
         assert.same({ indexes = {} }, asked("HTTP/1.1 100 Continue\r\n\r\n"
            .. "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
      end)

      it("is not HTTP is an error of kind protocol", function()
         local _, err = asked "SSH-2.0-OpenSSH_9.2\r\n"
         assert.equal("protocol", err.kind)
         assert.matches("does not speak HTTP", err.message)
      end)

      it("says nothing of its length and never ends is cut at the cap", function()
         local _, err = asked("HTTP/1.1 200 OK\r\n\r\n" .. ("x"):rep(100000), { max_response_bytes = 1000 })
         assert.equal("too_large", err.kind)
      end)
   end)
end)
