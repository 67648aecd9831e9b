-- The API key can be found in nothing that a program can look at, print or log, whatever a server does with it.

local process = require "support.process"
local service = require "support.service"
local wire = require "support.wire"

local KEY = "pcsk_0123456789_abcdefghijklmnopqrstuvwxyz"

describe("The API key", function()
   local emulator, server

   setup(function()
      emulator = service.start { api_key = KEY, seed = { indexes = {
         { name = "movies", dimension = 3, records = 10 },
      } } }
      server = wire.start()
   end)
   teardown(function()
      server:stop()
      emulator:stop()
   end)
   before_each(function()
      assert(emulator:reset())
      server:clear()
   end)

   -- Runs code in an interpreter of its own, where nothing else knows the key; what it prints.
   local function in_a_child(code)
      local script = process.script([[
         local core, pinecone, reachable = require "pinecone.core", require "pinecone", require "support.reachable"
         local key, url = os.getenv "SPEC_KEY", given.url
      ]] .. code, { url = emulator.url }, { SPEC_KEY = KEY }):wait()
      assert(script.code == 0, script.text)
      assert.is_nil(script.text:find(KEY, 1, true))
      return script.text
   end

   it("cannot be reached from the module, a client, a call, an iterator or an error", function()
      local text = in_a_child [[
         local pc = assert(pinecone.new {
            host = url, api_key = key, headers = { ["X-Team"] = "search" }, on_request = function() end,
         })
         assert(pc:create_backup { index_name = "movies", name = "one" })
         assert(pc:create_backup { index_name = "movies", name = "two" })
         local held = { pinecone = pinecone, client = pc, registry = debug.getregistry(), globals = _G }

         held.core = assert(core.new { host = url, api_key = key })
         held.begun, held.sent = assert(core.list_indexes(held.core)), assert(core.list_indexes(held.core))
         held.sent:step()
         held.finished = assert(core.list_indexes(held.core))
         repeat until held.finished:block()
         held.timer = core.timer(1)

         held.pages = pc:backups { index_name = "movies", limit = 1 }
         assert(held.pages:next())

         held.not_found = select(2, pc:describe_backup "nothing")
         held.refused = select(2, pinecone.new { host = url, api_key = key .. "\n" })
         held.no_host = select(2, pinecone.new { host = "http://elsewhere.example", api_key = key })
         held.wrong = select(2, pinecone.new { host = url, api_key = key, api_version = "?" })
         held.misuse = select(2, pcall(pinecone.new, { host = url, api_key = key, apikey = key }))
         held.wrong_type = select(2, pcall(pinecone.new, { host = url, api_key = { key } }))
         held.wrong_header = select(2, pinecone.new { host = url, api_key = key, headers = { ["X-A"] = key .. "\n" } })
         held.wrong_name = select(2, pinecone.new { host = url, api_key = key, headers = { [key .. ":"] = "1" } })
         local closed = assert(pinecone.new { host = url, api_key = key })
         closed:close()
         held.closed = closed
         held.closed_error = select(2, closed:list_indexes())

         local count = 0
         for name, value in pairs(held) do
            count = count + 1
            print(name, value)
         end
         local way, seen = reachable.find(held, key)
         print(("found: %s; %s values"):format(way or "nothing", seen > 500 and "many" or "too few"))

         -- That the search would have found it
         pc._host = setmetatable({}, { __call = function() return key end })
         print("then: " .. (reachable.find(held, key) or "nothing"))
      ]]
      assert.matches("found: nothing; many values", text, 1, true)
      assert.matches("then: root,.*upvalue key", text)
   end)

   -- What a server would send that wants to see the key in a log.
   local BODY = '{"error":{"code":"X","message":"odd"},"status":400}'
   local function answer(status_line, headers, body)
      body = body or BODY
      return ("%s\r\n%sContent-Length: %d\r\n\r\n%s"):format(status_line, headers or "", #body, body)
   end
   local hostile = {
      ["the reason"] = answer("HTTP/1.1 401 " .. KEY),
      ["the place of a redirect"] = answer("HTTP/1.1 307 Go", "Location: http://127.0.0.1:1/" .. KEY .. "\r\n"),
      ["the content type"] = answer("HTTP/1.1 400 Bad", "Content-Type: text/" .. KEY .. "\r\n"),
      ["the content type of a success"] = answer("HTTP/1.1 200 OK", "Content-Type: text/" .. KEY .. "\r\n"),
      ["Retry-After"] = answer("HTTP/1.1 400 Bad", "Retry-After: " .. KEY .. "\r\n"),
      ["the request id"] = answer("HTTP/1.1 400 Bad", "X-Pinecone-Request-Id: id-" .. KEY .. "-1\r\n"),
      ["the other request id"] = answer("HTTP/1.1 400 Bad", "X-Request-Id: " .. KEY .. "\r\n"),
      ["a header's name"] = answer("HTTP/1.1 400 Bad", KEY .. ": x\r\n"),
      ["a header without a colon"] = answer("HTTP/1.1 400 Bad", KEY .. "\r\n"),
      ["the content's encoding"] = answer("HTTP/1.1 400 Bad", "Content-Encoding: " .. KEY .. "\r\n"),
      ["the transfer's encoding"] = answer("HTTP/1.1 400 Bad", "Transfer-Encoding: " .. KEY .. "\r\n"),
      ["the length"] = "HTTP/1.1 400 Bad\r\nContent-Length: " .. KEY .. "\r\n\r\n",
      ["a chunk's size"] = "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n" .. KEY .. "\r\n",
      ["a trailer"] = "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Request-Id: " .. KEY .. "\r\n\r\n",
      ["the version of HTTP"] = "HTTP/" .. KEY .. " 400 Bad\r\n\r\n",
      ["the status"] = "HTTP/1.1 " .. KEY .. " Bad\r\n\r\n",
      ["what is no HTTP"] = KEY .. "\r\n\r\n",
      ["an earlier answer"] = "HTTP/1.1 100 Continue\r\nX-Request-Id: " .. KEY .. "\r\n\r\n"
         .. answer("HTTP/1.1 400 Bad"),
      ["a body in two halves"] = answer("HTTP/1.1 400 Bad", "", (BODY:gsub("odd",
         KEY:sub(1, 20) .. "\\n" .. KEY:sub(21) .. KEY))),
   }
   -- A request id is kept up to a length: the cut may go through the key.
   for length = 8, 120, 8 do
      hostile["a request id after " .. length .. " bytes"] = answer("HTTP/1.1 400 Bad",
         "X-Request-Id: " .. ("i"):rep(length) .. KEY .. "\r\n")
   end

   local function shows_no_key(err)
      for name, value in pairs(err) do
         for _, shown in ipairs { tostring(name), tostring(value), tostring(err) } do
            assert.is_nil(shown:find(KEY, 1, true))
            for length = 12, #KEY - 1 do
               assert.are_not.equal(KEY:sub(1, length), shown:sub(-length))
            end
         end
      end
   end

   for what, bytes in pairs(hostile) do
      it(("is in no error when a server puts it into %s"):format(what), function()
         local pc = server:client { api_key = KEY, timeout = 0.5, max_retries = 0 }
         for _, ask in ipairs { pc.list_indexes, pc.create_backup } do
            server:answer(bytes)
            local value, err = ask(pc, ask == pc.create_backup and "movies" or nil)
            if err then
               shows_no_key(err)
            else
               assert.is_table(value)
            end
         end
         pc:close()
      end)
   end
end)
