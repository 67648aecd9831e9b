-- Nothing that a caller hands in can become a header, a request or an answer of its own. The bytes on the wire judge.

local expect = require "support.expect"
local pinecone = require "pinecone"
local wire = require "support.wire"

local header = wire.header

describe("What a caller hands in", function()
   local server

   setup(function() server = wire.start() end)
   teardown(function() server:stop() end)
   before_each(function() server:clear() end)

   local function names_of(request)
      local names = {}
      for line in request.head:gmatch "\r\n([^\r\n]+)" do
         names[#names + 1] = line:match "^[^:]+"
      end
      table.sort(names)
      return table.concat(names, " ")
   end

   local function decoded(text)
      return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
   end

   -- Makes a client and asks; nil where one of the two refuses the text.
   local function ask(options, call)
      local settings = { api_key = wire.api_key, host = server.url, wait = wire.wait }
      for name, value in pairs(options) do
         settings[name] = value
      end
      local pc, err = pinecone.new(settings)
      local value
      if pc then
         value, err = call(pc)
         pc:close()
      end
      if err then
         assert.equal("invalid_argument", err.kind)
      end
      return value
   end

   local function list(pc)
      return pc:list_indexes()
   end

   -- Where a text can stand, and what the request must show of it.
   local places = {
      ["a header's value"] = {
         ask = function(text) return ask({ headers = { ["X-Team"] = text } }, list) end,
         shown = function(request) return header(request, "X-Team") end,
      },
      ["the source tag"] = {
         ask = function(text) return ask({ source_tag = text }, list) end,
         shown = function(request) return header(request, "User-Agent"):match "; source_tag=(.*)%)$" end,
      },
      ["the key"] = {
         ask = function(text) return ask({ api_key = text }, list) end,
         shown = function(request) return header(request, "Api-Key") end,
      },
      ["the API version"] = {
         ask = function(text) return ask({ api_version = "2026-04." .. text }, list) end,
         shown = function(request) return header(request, "X-Pinecone-Api-Version"):match "^2026%-04%.(.*)" end,
      },
      ["an id"] = {
         ask = function(text) return ask({}, function(pc) return pc:delete_backup(text) end) end,
         shown = function(request) return decoded(request.path:match "^/backups/([^/]+)$") end,
      },
      ["a page token"] = {
         ask = function(text)
            return ask({}, function(pc) return pc:request { path = "/x", query = { paginationToken = text } } end)
         end,
         shown = function(request) return decoded(request.query:match "^paginationToken=([^&]*)$") end,
      },
      ["a name in a query"] = {
         ask = function(text)
            return ask({}, function(pc) return pc:request { path = "/x", query = { [text] = "value" } } end)
         end,
         shown = function(request) return decoded(request.query:match "^([^&=]+)=value$") end,
      },
      ["a path"] = {
         ask = function(text) return ask({}, function(pc) return pc:request { path = "/" .. text } end) end,
         shown = function(request) return decoded(request.path:match "^/(.*)$") end,
         means = decoded, -- who asks may have encoded it already
      },
      ["a host"] = {
         ask = function(text)
            return ask({ proxy = server.url, allow_http = true }, function(pc)
               return pc:request { path = "/x", host = "http://" .. text }
            end)
         end,
         shown = function(request)
            local host = header(request, "Host")
            assert.equal("http://" .. host .. "/x", request.path)
            return host
         end,
      },
      ["a proxy's user"] = {
         ask = function(text)
            return ask({
               proxy = server.url:gsub("//", "//" .. text:gsub("%%", "%%%%") .. ":pw@"),
               no_proxy = "not-the-environment.example",
            }, list)
         end,
         shown = function(request)
            assert.matches("^Basic ", header(request, "Proxy-Authorization"))
         end,
      },
   }

   -- Every byte that is no letter or digit, between two that are.
   local texts = { "a\r\nX-Evil: 1", "a\r\n X-Evil: 1", "a\n\tb", "a\rX-Evil: 1", "a\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
      "a%0d%0aX-Evil:1", "a\\r\\nb", "a; X-Evil: 1", "a b ", " a" }
   for byte = 0, 255 do
      local character = string.char(byte)
      if not character:find "[0-9A-Za-z]" then
         texts[#texts + 1] = "a" .. character .. "b"
      end
   end

   for what, place in pairs(places) do
      it(("as %s stays there or is refused"):format(what), function()
         place.ask "plain"
         assert.equal(1, #server.requests)
         local plain = names_of(server.requests[1])
         local taken = 0
         for _, text in ipairs(texts) do
            server:clear()
            local value = place.ask(text)
            local request = server.requests[1]
            assert.equal(value and 1 or 0, #server.requests, ("%q"):format(text))
            if value then
               taken = taken + 1
               assert.equal(plain, names_of(request), ("%q"):format(text))
               assert.matches("^%u+ %S+ HTTP/1%.1\r\n", request.head)
               assert.is_nil(request.head:find "\r\n[Xx]%-[Ee]vil")
               assert.is_nil(request.head:find "%z")
               local meant, shown = place.means and place.means(text) or text, place.shown(request)
               if shown then
                  assert.equal(meant:match "^ *(.-) *$", shown:match "^ *(.-) *$")
               end
            end
         end
         assert.is_true(taken > 0)
      end)
   end

   -- Those that say where a request ends, who asks, and what is for the proxy.
   for _, name in ipairs {
      "Accept", "Accept-Encoding", "Api-Key", "Connection", "Content-Length", "Content-Type", "Expect", "Host",
      "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
      "User-Agent", "X-Pinecone-Api-Version",
   } do
      it("sets no header " .. name .. ", however it is spelled", function()
         local mixed = name:gsub("%a", function(letter)
            return letter == letter:lower() and letter:upper() or letter:lower()
         end)
         for _, spelled in ipairs { name, name:lower(), name:upper(), mixed } do
            local err = expect.failure("invalid_argument", pinecone.new {
               api_key = "k", headers = { [spelled] = "1" },
            })
            expect.holds(err.message, spelled)
         end
         for _, spelled in ipairs { name .. " ", " " .. name, name .. ":", name .. "\t", name .. "\0", name .. ";" } do
            expect.failure("invalid_argument", pinecone.new { api_key = "k", headers = { [spelled] = "1" } })
         end
      end)
   end

   it("is no header's name unless HTTP allows it", function()
      for byte = 0, 255 do
         local name = "X" .. string.char(byte) .. "Team"
         server:clear()
         local value = ask({ headers = { [name] = "1" } }, list)
         if name:find "^[%w!#$%%&'*+.^_`|~-]+$" and byte < 128 then
            assert.equal("1", header(server.requests[1], name))
         else
            assert.is_nil(value)
            assert.same({}, server.requests)
         end
      end
   end)

   it("may be a cookie or an authorization for a gateway", function()
      assert(ask({ headers = { Cookie = "a=b; c=d", Authorization = "Bearer x" } }, list))
      assert.equal("a=b; c=d", header(server.requests[1], "Cookie"))
      assert.equal("Bearer x", header(server.requests[1], "Authorization"))
   end)

   it("in a body ends with the body", function()
      local description = 'a"}\r\n\r\nPOST /indexes HTTP/1.1\r\nContent-Length: 0\r\n\r\n\0'
      server:client():create_backup { index_name = "movies", description = description }
      assert.equal(1, #server.requests)
      assert.equal(description, server.requests[1].json.description)
   end)
end)
