-- What the bodies of answers become.

local pinecone = require "pinecone"
local service = require "support.service"

local math_type = math.type or function() return "integer" end

describe("an answer", function()
   local emulator, pc

   setup(function()
      emulator = service.start()
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)
   after_each(function() assert(emulator:clear_faults()) end)

   local function answered(body, client, status, content_type)
      assert(emulator:fault {
         operation = "describe_backup", status = status or 200, body = body,
         headers = { ["Content-Type"] = content_type or "application/json" },
      })
      return (client or pc):describe_backup "b"
   end

   describe("that is JSON", function()
      it("has no field where the server sent null", function()
         local backup = assert(answered '{"backup_id":"b","description":null,"tags":null,"deep":{"a":null,"b":1}}')
         assert.is_nil(backup.description)
         assert.is_nil(backup.tags)
         assert.is_nil(next({ backup.deep.a }))
         assert.equal(1, backup.deep.b)
      end)

      it("has sequences without gaps where the server sent null in an array", function()
         local backup = assert(answered '{"backup_id":"b","list":[null,1,null,{"x":null},null,3,null]}')
         assert.equal(3, #backup.list)
         assert.equal(1, backup.list[1])
         assert.same({}, backup.list[2])
         assert.equal(3, backup.list[3])
      end)

      it("has an empty sequence where all of an array is null", function()
         assert.same({}, assert(answered '{"backup_id":"b","list":[null,null]}').list)
      end)

      it("has integers for whole numbers, in unknown fields too", function()
         local backup = assert(answered '{"backup_id":"b","record_count":98,"new":{"n":[1,2.0,3e2]},"zero":0,"neg":-7}')
         assert.equal("98", tostring(backup.record_count))
         assert.equal("300", tostring(backup.new.n[3]))
         for _, number in ipairs { backup.record_count, backup.new.n[1], backup.new.n[2], backup.zero, backup.neg } do
            assert.equal("integer", math_type(number))
         end
      end)

      it("keeps fractions", function()
         local backup = assert(answered '{"backup_id":"b","percent":42.5,"small":1e-3}')
         assert.equal(42.5, backup.percent)
         assert.equal(0.001, backup.small)
      end)

      it("keeps sizes beyond 32 bits whole", function()
         local backup = assert(answered '{"backup_id":"b","size":160087040000000}')
         assert.equal("160087040000000", ("%.0f"):format(backup.size))
         assert.equal("integer", math_type(backup.size))
      end)

      it("keeps numbers beyond 64 bits as floats", function()
         local backup = assert(answered '{"backup_id":"b","n":1e300,"m":9223372036854775808}')
         assert.equal(1e300, backup.n)
         assert.equal(2 ^ 63, backup.m)
      end)

      it("passes unknown fields and unknown statuses through", function()
         local backup = assert(answered '{"backup_id":"b","status":"Dreaming","colour":"blue"}')
         assert.equal("Dreaming", backup.status)
         assert.equal("blue", backup.colour)
      end)

      it("has the names and values of strings as they are", function()
         local backup = assert(answered '{"backup_id":"b","name":"\\u00fc \\"x\\" \\n","a b":"c"}')
         assert.equal("\195\188 \"x\" \n", backup.name)
         assert.equal("c", backup["a b"])
      end)

      it("may be nested deeply", function()
         local backup = assert(answered('{"backup_id":"b","x":' .. ("["):rep(150) .. ("]"):rep(150) .. "}"))
         assert.is_table(backup.x[1][1][1])
      end)
   end)

   describe("that is not what it should be is an error of kind protocol:", function()
      local bodies = {
         { "broken JSON", '{"backup_id":"b"', "not with JSON" },
         { "JSON with something behind it", '{"backup_id":"b"} x', "not with JSON" },
         { "an HTML page", "<!DOCTYPE html><html><head><title>Welcome to  the\nhotel</title>", "Welcome to the hotel" },
         { "plain text", "it works!", "it works!" },
         { "an empty body", "", "without a body" },
         { "blanks", "  \n ", "not with JSON" },
         { "a number", "12", "not with a JSON object" },
         { "a text", '"ok"', "not with a JSON object" },
         { "null", "null", "not with a JSON object" },
         { "an array", "[1,2]", "without 'backup_id'" },
         { "an object of something else", '{"ok":true}', "without 'backup_id'" },
         { "an id that is no text", '{"backup_id":{}}', "without 'backup_id'" },
         { "a gRPC status", '{"code":3,"message":"x","details":[]}', "without 'backup_id'" },
         { "NaN", '{"backup_id":"b","x":NaN}', "not with JSON" },
         { "hexadecimal", '{"backup_id":"b","x":0x10}', "not with JSON" },
         { "a NUL", '{"backup_id":"b"}\0', "not with JSON" },
         { "nesting without end", ("["):rep(100000), "not with JSON" },
      }
      for _, case in ipairs(bodies) do
         it(case[1], function()
            local backup, err = answered(case[2])
            assert.is_nil(backup)
            assert.equal("protocol", err.kind)
            assert.equal(200, err.status)
            assert.matches(case[3], err.message, 1, true)
            assert.is_nil(err.maybe_applied)
            assert.not_matches("[%c]", err.message)
         end)
      end

      it("which for a create says that it may have been applied", function()
         assert(emulator:fault { operation = "create_backup", status = 201, body = "{" })
         local _, err = pc:create_backup "movies"
         assert.equal("protocol", err.kind)
         assert.is_true(err.maybe_applied)
      end)
   end)

   it("that is larger than max_response_bytes is an error of kind too_large", function()
      local small = service.client(emulator, { max_response_bytes = 1000 })
      local fitting = '{"backup_id":"' .. ("b"):rep(1000 - 16) .. '"}'
      assert.equal(1000, #fitting)
      assert(answered(fitting, small))
      local backup, err = answered(fitting .. " ", small)
      assert.is_nil(backup)
      assert.equal("too_large", err.kind)
      assert.matches("1000 bytes", err.message)
      assert.matches("max_response_bytes", err.hint)
   end)

   it("that is a list without its field has an empty one", function()
      assert(emulator:fault { operation = "list_project_backups", status = 200, body = "{}" })
      assert.same({ data = {} }, pc:list_backups())
   end)

   for _, body in ipairs { '{"data":"x"}', '{"data":{"a":1}}', "[1,2]", '{"ok":true}', '{"backups":[]}' } do
      it("that is a list which is none is an error: " .. body, function()
         assert(emulator:fault { operation = "list_project_backups", status = 200, body = body })
         local _, err = pc:list_backups()
         assert.equal("protocol", err.kind)
      end)
   end

   it("with a flood of headers is an error of kind too_large", function()
      local headers = {}
      for i = 1, 40 do
         headers["X-Flood-" .. i] = ("x"):rep(10000)
      end
      assert(emulator:fault { operation = "list_indexes", status = 200, headers = headers, body = '{"indexes":[]}' })
      local _, err = pc:list_indexes()
      assert.equal("too_large", err.kind)
      assert.matches("headers", err.message)
   end)

   it("that is a redirect is not followed", function()
      assert(emulator:fault {
         operation = "list_indexes", status = 307, headers = { Location = emulator.url .. "/collections" },
      })
      local _, err = pc:list_indexes()
      assert.equal("protocol", err.kind)
      assert.equal(307, err.status)
      assert.matches("redirect", err.message)
      assert.equal(0, service.sent(emulator, "list_collections"))
   end)

   it("of request may be anything", function()
      for body, value in pairs { ['{"a":[1]}'] = { a = { 1 } }, ["12"] = 12, ['"x"'] = "x", [""] = true } do
         assert(emulator:fault { operation = "list_indexes", status = 200, body = body })
         assert.same(value, pc:request "/indexes")
      end
   end)
end)

describe("a request", function()
   local emulator, pc

   setup(function()
      emulator = service.start()
      pc = service.client(emulator)
   end)
   teardown(function() emulator:stop() end)

   it("has whole numbers of up to 14 digits as they are", function()
      local index = service.serverless(pc, "numbers")
      assert(pc:request {
         method = "POST", host = index.host, path = "/vectors/upsert",
         body = { vectors = { { id = "a", values = { 1, 2, 3 }, metadata = { n = 99999999999999 } } } },
      })
      local fetched = assert(pc:request { host = index.host, path = "/vectors/fetch", query = { ids = "a" } })
      assert.equal("99999999999999", ("%.0f"):format(fetched.vectors.a.metadata.n))
   end)

   it("is refused when a table of it holds itself", function()
      local body = {}
      body.left, body.right = body, { up = body }
      local done, message = pcall(pc.request, pc, { method = "POST", path = "/x", body = body })
      assert.is_false(done)
      assert.matches("nest", message)
   end)

   it("is refused when lua-cjson would round a number of it", function()
      local done, message = pcall(pc.request, pc, {
         method = "POST", path = "/x", body = { deep = { { ts = 1736900000123456 } } },
      })
      assert.is_false(done)
      assert.matches("would round the number 1736900000123456;", message, 1, true)
   end)
end)

describe("another JSON library", function()
   local emulator

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)
   after_each(function() assert(emulator:clear_faults()) end)

   local function with_json(json)
      return service.client(emulator, { json = json })
   end

   it("that gives integers, as OpenResty's cjson does, is as good", function()
      local decoded = { backup_id = "b", count = 98, big = 2 ^ 53, part = 0.5 }
      if math.tointeger then
         decoded.count, decoded.big = math.tointeger(98), math.maxinteger
      end
      local pc = with_json { decode = function() return decoded end, encode = function() return "{}" end }
      assert(emulator:fault { operation = "describe_backup", status = 200, body = "{}" })
      local backup = assert(pc:describe_backup "b")
      assert.equal("98", tostring(backup.count))
      assert.equal(decoded.big, backup.big)
      assert.equal(0.5, backup.part)
   end)

   it("may have a null of its own", function()
      local null = setmetatable({}, { __tostring = function() return "null" end })
      local pc = with_json {
         null = null, encode = function() return "{}" end,
         decode = function() return { backup_id = "b", name = null, list = { null, 1 } } end,
      }
      assert(emulator:fault { operation = "describe_backup", status = 200, body = "{}" })
      local backup = assert(pc:describe_backup "b")
      assert.is_nil(backup.name)
      assert.same({ 1 }, backup.list)
   end)

   it("that raises, or answers nil, gives an error", function()
      for _, decode in ipairs { function() error("bad token", 0) end, function() error({}) end, function() end } do
         local pc = with_json { decode = decode, encode = function() return "{}" end }
         assert(emulator:fault { operation = "describe_backup", status = 200, body = "{}" })
         local backup, err = pc:describe_backup "b"
         assert.is_nil(backup)
         assert.equal("protocol", err.kind)
      end
   end)

   it("that repeats what it was given does not show the key", function()
      local pc = with_json {
         decode = function(text) error("bad: " .. text, 0) end, encode = function() return "{}" end,
      }
      assert(emulator:fault { operation = "describe_backup", status = 200, body = service.api_key })
      local _, err = pc:describe_backup "b"
      assert.equal("protocol", err.kind)
      assert.not_matches(service.api_key, tostring(err), 1, true)
   end)

   it("that closes the client shows nothing of the answer", function()
      local pc
      pc = with_json {
         encode = function() return "{}" end,
         decode = function(text)
            pc:close()
            return require "cjson".decode(text)
         end,
      }
      assert(emulator:fault {
         operation = "describe_backup", status = 400,
         body = '{"error":{"code":"X","message":"no ' .. service.api_key .. '"},"status":400}',
      })
      local _, err = pc:describe_backup "b"
      assert.equal(400, err.status)
      assert.not_matches(service.api_key, tostring(err), 1, true)
   end)

   it("that cannot write the arguments raises", function()
      local pc = with_json { decode = function() end, encode = function() error("no, thanks", 0) end }
      local done, message = pcall(pc.create_backup, pc, { index_name = "movies", name = "one" })
      assert.is_false(done)
      assert.matches("no, thanks", message, 1, true)
   end)

   it("without its two functions is refused", function()
      assert.has_error(function() pinecone.new { api_key = "k", json = { decode = print } } end)
   end)

   it("of the program keeps its settings", function()
      local cjson = require "cjson"
      local number = cjson.decode_invalid_numbers()
      local pc = service.client(emulator)
      pc:list_indexes()
      assert.equal(number, cjson.decode_invalid_numbers())
      assert.equal(1000, cjson.decode_max_depth())
   end)
end)
