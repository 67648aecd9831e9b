-- What a request looks like on the wire, seen by a server that keeps every byte.

local pinecone = require "pinecone"
local uv = require "luv"

describe("a request on the wire", function()
   local server, port, requests, answer

   setup(function()
      server = uv.new_tcp()
      server:bind("127.0.0.1", 0)
      port = server:getsockname().port
      server:listen(16, function()
         local connection = uv.new_tcp()
         server:accept(connection)
         local bytes = ""
         connection:read_start(function(_, chunk)
            if not chunk then
               if not connection:is_closing() then
                  connection:close()
               end
               return
            end
            bytes = bytes .. chunk
            local head, body = bytes:match "^(.-\r\n)\r\n(.*)$"
            if head and #body >= tonumber(head:match "[Cc]ontent%-[Ll]ength: (%d+)" or 0) then
               requests[#requests + 1], bytes = { head = head, body = body }, ""
               connection:write(answer)
            end
         end)
      end)
   end)
   teardown(function()
      server:close()
      uv.run "nowait"
   end)
   before_each(function()
      requests = {}
      answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
   end)

   -- The server lives in this process, so waiting for a call lets it work.
   local function client(options)
      options = options or {}
      options.api_key, options.host = "wire-key-0123456789", "http://127.0.0.1:" .. port
      options.wait = function(call)
         while not call:step() do
            uv.run "nowait"
         end
      end
      return assert(pinecone.new(options))
   end

   local function header(request, name)
      local found
      for key, value in request.head:gmatch "\r\n([^:\r\n]+):[ \t]*([^\r\n]*)" do
         if key:lower() == name:lower() then
            assert.is_nil(found, name .. " is sent twice")
            found = value
         end
      end
      return found
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
      answer = ("HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/elsewhere\r\nContent-Length: 0\r\n\r\n"):format(port)
      local _, err = client():list_indexes()
      assert.equal(307, err.status)
      assert.equal(1, #requests)
   end)

   describe("whose answer", function()
      local function asked(bytes, options)
         answer = bytes
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
