-- What a server may not do to us: answers without end, without sense, too deep or too slow.

local expect = require "support.expect"
local process = require "support.process"
local scratch = require "support.scratch"
local service = require "support.service"
local wire = require "support.wire"
local uv = require "luv"

local holds = expect.holds

local INDEXES = '{"indexes":[]}'
local OK = "HTTP/1.1 200 OK\r\n"
local LENGTH = ("Content-Length: %d\r\n"):format(#INDEXES)
local CHUNKED = "Transfer-Encoding: chunked\r\n"

local server

setup(function() server = wire.start() end)
teardown(function() server:stop() end)
before_each(function() server:clear() end)

local function client(options)
   local all = { timeout = 5, max_retries = 0 }
   for name, value in pairs(options or {}) do
      all[name] = value
   end
   return server:client(all)
end

local function ask(answer, options)
   server:answer(answer)
   return client(options):list_indexes()
end

-- One line of text, and the hint on another.
local function is_readable(err)
   local line, hint = tostring(err):match "^([^\n]*)\n?(.*)$"
   holds(line, err.message, err.kind)
   assert.is_nil(tostring(err):find "[%z\1-\9\11-\31\127-\255]", tostring(err))
   assert.equal(err.hint and "  " .. err.hint or "", hint)
   assert.is_true(#line < 700)
end

local function refused(kind, part, answer, options)
   local err = expect.failure(kind, ask(answer, options))
   holds(err.message, part)
   is_readable(err)
   return err
end

local function chunked(text)
   return ("%x\r\n%s\r\n"):format(#text, text)
end

-- Size ----------------------------------------------------------------------------------------------------------------

describe("max_response_bytes", function()

   local function padded(size)
      return INDEXES .. (" "):rep(size - #INDEXES)
   end

   local ways = {
      ["with a length"] = function(body) return wire.answer(200, body) end,
      ["in one chunk"] = function(body) return OK .. CHUNKED .. "\r\n" .. chunked(body) .. "0\r\n\r\n" end,
      ["in chunks of a byte"] = function(body)
         return OK .. CHUNKED .. "\r\n" .. body:gsub(".", "1\r\n%0\r\n") .. "0\r\n\r\n"
      end,
      ["up to the end of the connection"] = function(body) return wire.last(OK .. "\r\n" .. body) end,
   }

   for way, answer in pairs(ways) do
      it(("lets a body pass that is as large as that or smaller: %s"):format(way), function()
         for _, size in ipairs { 999, 1000 } do
            assert.same({ indexes = {} }, ask(answer(padded(size)), { max_response_bytes = 1000 }))
         end
      end)

      it(("keeps out one byte more: %s"):format(way), function()
         local err = refused("too_large", "1000 bytes", answer(padded(1001)), { max_response_bytes = 1000 })
         holds(err.hint, "max_response_bytes")
      end)
   end

   it("holds for errors, too", function()
      refused("too_large", "1000 bytes", wire.answer(500, ("x"):rep(1001)), { max_response_bytes = 1000 })
   end)

   it("does not wait for what was announced to be larger", function()
      for _, length in ipairs { "1001", "67108865", "9223372036854775807", ("9"):rep(400) } do
         local began = uv.hrtime()
         refused("too_large", "1000 bytes", OK .. ("Content-Length: %s\r\n\r\n{"):format(length),
            { max_response_bytes = 1000 })
         assert.is_true((uv.hrtime() - began) / 1e9 < 3)
      end
   end)

   it("leaves open whether a write was done", function()
      server:answer(wire.answer(201, ("x"):rep(1001)))
      local err = expect.failure("too_large", client({ max_response_bytes = 1000 }):create_backup "movies")
      assert.is_true(err.maybe_applied)
   end)

   it("counts what libcurl unpacks, where a server packs the transfer", function()
      local folder = scratch.new()
      local path = folder:path "bomb.gz"
      local status = os.execute(("head -c 20000000 /dev/zero | gzip -9 >'%s'"):format(path))
      assert.is_true(status == true or status == 0)
      local bomb = folder:read "bomb.gz"
      folder:remove()
      assert.is_true(#bomb < 100000)
      refused("too_large", "1000000 bytes", OK .. "Transfer-Encoding: gzip, chunked\r\n\r\n" .. chunked(bomb)
         .. "0\r\n\r\n", { max_response_bytes = 1000000 })
      -- a packed body was not asked for, and stays packed
      local err = refused("protocol", "compressed answer", OK .. "Content-Encoding: gzip\r\nContent-Length: "
         .. #bomb .. "\r\n\r\n" .. bomb, { max_response_bytes = 1000000 })
      assert.equal(200, err.status)
   end)
end)

describe("Memory", function()
   local emulator

   setup(function() emulator = service.start() end)
   teardown(function() emulator:stop() end)

   -- The most that a script took, in KiB, and the kinds of its errors.
   local function most(fault, options)
      assert(emulator:clear_faults())
      if fault then
         fault.operation, fault.on = "list_indexes", "all"
         assert(emulator:fault(fault))
      end
      local done = process.script(([[
         local life = require "support.life"
         local pc = life.client(given, { %s })
         for _ = 1, 3 do
            local _, err = pc:list_indexes()
            io.write(err and err.kind or "fine", " ")
            life.collect()
         end
         io.write(life.status "VmHWM")
      ]]):format(options or ""), { url = emulator.url, key = service.api_key }):wait()
      assert.equal("", done.err)
      local kinds, size = done.out:match "^(.-) (%d+)$"
      return tonumber(size), kinds
   end

   it("stays within a small cap while bodies and headers have no end", function()
      local usual, kinds = most()
      assert.equal("fine fine fine", kinds)
      for _, fault in ipairs { { endless = true }, { header_flood = 1000000 } } do
         local size
         size, kinds = most(fault, "max_response_bytes = 1000000")
         assert.equal("too_large too_large too_large", kinds)
         assert.is_true(size - usual < 6000 * process.memory_factor, size - usual)
      end
   end)

   it("stays near the usual cap, once", function()
      local usual = most()
      local size, kinds = most { endless = true }
      assert.equal("too_large too_large too_large", kinds)
      assert.is_true(size - usual < 150 * 1024 * process.memory_factor, size - usual)
   end)
end)

-- Heads ---------------------------------------------------------------------------------------------------------------

describe("A head", function()

   local TOO_LARGE = "larger than what any server sends"

   for what, bytes in pairs {
      ["many short headers"] = OK .. ("a:b\r\n"):rep(60000),
      ["many long headers"] = OK .. ("X-Flood: %s\r\n"):format(("x"):rep(50000)):rep(10),
      ["many heads of 103 before it"] = ("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"):rep(20000),
      ["many trailers behind the body"] = OK .. CHUNKED .. "\r\n" .. chunked(INDEXES) .. "0\r\n"
         .. ("X-Trailer: b\r\n"):rep(50000),
   } do
      it("is too large with " .. what, function()
         refused("too_large", TOO_LARGE, bytes)
      end)
   end

   for what, bytes in pairs {
      ["a header"] = OK .. "X: " .. ("x"):rep(1000000),
      ["a name of a header"] = OK .. ("x"):rep(1000000),
      ["a status line"] = "HTTP/1.1 200 " .. ("x"):rep(1000000),
   } do
      it(("is too large when %s of it has no end"):format(what), function()
         refused("too_large", "a header of the answer is far too long", bytes)
      end)
   end

   it("may come after some of 1xx", function()
      assert.same({ indexes = {} }, ask(("HTTP/1.1 102 Processing\r\n\r\n"):rep(100) .. wire.answer(200, INDEXES)))
   end)

   local rest = LENGTH .. "\r\n" .. INDEXES

   for what, line in pairs {
      ["without a reason"] = "HTTP/1.1 200", ["with a blank reason"] = "HTTP/1.1 200 ",
      ["of HTTP/1.0"] = "HTTP/1.0 200 OK",
      ["of any status from 200 to 299"] = "HTTP/1.1 299 Fine",
   } do
      it(("is good with a status line %s"):format(what), function()
         assert.same({ indexes = {} }, ask(line .. "\r\n" .. rest))
      end)
   end

   for what, line in pairs {
      ["status 000"] = "HTTP/1.1 000 Nothing", ["status 099"] = "HTTP/1.1 099 Less",
      ["a status of four digits"] = "HTTP/1.1 1000 More", ["a status of two digits"] = "HTTP/1.1 20 OK",
      ["a negative status"] = "HTTP/1.1 -200 OK", ["a status in words"] = "HTTP/1.1 good OK",
      ["HTTP/1.7"] = "HTTP/1.7 200 OK", ["HTTP/3"] = "HTTP/3 200", ["another protocol"] = "HTCPCP/1.1 200 OK",
      ["nothing but a body, as HTTP/0.9"] = INDEXES, ["the preface of HTTP/2"] = "PRI * HTTP/2.0\r\n\r\nSM",
      ["frames of HTTP/2"] = "\0\0\18\4\0\0\0\0\0\0\3\0\0\0d",
   } do
      it(("is no HTTP/1.1 with %s"):format(what), function()
         refused("protocol", "does not speak HTTP/1.1", wire.last(line .. "\r\n" .. rest))
      end)
   end

   for _, status in ipairs { 600, 999 } do
      it(("with status %d is of kind protocol, and of no known end for a write"):format(status), function()
         assert.equal(status, refused("protocol", "odd", wire.answer(status, '{"message":"odd"}')).status)
         local err = expect.failure("protocol", client():create_backup "movies")
         assert.is_true(err.maybe_applied)
      end)
   end

   it("that changes the protocol is waited for until the deadline, no longer", function()
      local began = uv.hrtime()
      refused("timeout", "did not end", "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", { timeout = 0.2 })
      assert.is_true((uv.hrtime() - began) / 1e9 < 0.7)
   end)

   for what, header in pairs {
      ["a negative length"] = "Content-Length: -1", ["a length in words"] = "Content-Length: many",
      ["a NUL"] = "X-A: a\0b", ["a line that is no header"] = "Hello", ["a coding that nobody knows"] =
      "Transfer-Encoding: smoke",
   } do
      it(("is not valid with %s"):format(what), function()
         refused("protocol", "not valid HTTP", wire.last(OK .. header .. "\r\n\r\n" .. INDEXES))
      end)
   end

   for what, chunk in pairs {
      ["has no number"] = "zz\r\n", ["is negative"] = "-1\r\n", ["is beyond all numbers"] = ("f"):rep(40) .. "\r\n",
   } do
      it(("is not valid before a chunk whose size %s"):format(what), function()
         refused("protocol", "not valid HTTP", wire.last(OK .. CHUNKED .. "\r\n" .. chunk .. INDEXES))
      end)
   end
end)

describe("An answer with two ideas of its length", function()

   local function head(...)
      return OK .. table.concat({ ... }, "\r\n") .. "\r\n\r\n"
   end

   -- A later request must never get what was left of the answer before.
   local SMUGGLED = wire.answer(200, '{"indexes":[{"name":"smuggled"}]}')

   for what, answer in pairs {
      ["two lengths, the shorter one last"] = head("Content-Length: 14", "Content-Length: 3") .. INDEXES,
      ["two lengths, the longer one last"] = head("Content-Length: 3", "Content-Length: 14") .. INDEXES,
      ["a length and chunks"] = head("Content-Length: 3", "Transfer-Encoding: chunked") .. chunked(INDEXES)
         .. "0\r\n\r\n",
      ["chunks and a length"] = head("Transfer-Encoding: chunked", "Content-Length: 3") .. chunked(INDEXES)
         .. "0\r\n\r\n",
      ["a length that is too short"] = head("Content-Length: 14") .. INDEXES,
      ["no content and some all the same"] = "HTTP/1.1 204 No Content\r\n\r\n",
   } do
      it(("does not spoil the next one: %s"):format(what), function()
         local pc = client()
         server:answer(answer .. SMUGGLED)
         local value, err = pc:list_indexes()
         assert.is_true(value ~= nil or err.kind == "protocol", tostring(err))
         assert.is_true(value == nil or #value.indexes == 0)
         server:answer(wire.answer(200, '{"indexes":[{"name":"own"}]}'))
         assert.equal("own", assert(pc:list_indexes()).indexes[1].name)
      end)
   end
end)

-- Slowness ------------------------------------------------------------------------------------------------------------

describe("A drip", function()

   -- Sends some bytes again and again, until the connection ends.
   local function drip(first, bytes)
      return function(connection)
         connection:write(first)
         local timer = uv.new_timer()
         timer:start(10, 10, function()
            if connection:is_closing() then
               timer:close()
            else
               connection:write(bytes)
            end
         end)
      end
   end

   for what, case in pairs {
      ["of a status line"] = { "HTTP/1.1 200 ", "x" },
      ["of a header"] = { OK .. "X-Slow: ", "x" },
      ["of headers"] = { OK, "a: b\r\n" },
      ["of heads of 1xx"] = { "", "HTTP/1.1 102 Processing\r\n\r\n" },
      ["of a body"] = { OK .. "Content-Length: 100000\r\n\r\n", " " },
      ["of chunks"] = { OK .. CHUNKED .. "\r\n", "1\r\n \r\n" },
      ["of one chunk's extension"] = { OK .. CHUNKED .. "\r\n1;", "x" },
      ["of a body without a length"] = { OK .. "\r\n", " " },
      ["of trailers"] = { OK .. CHUNKED .. "\r\n" .. chunked(INDEXES) .. "0\r\n", "a: b\r\n" },
   } do
      it(("%s does not outlive the deadline"):format(what), function()
         local pc = client()
         server:answer(drip(case[1], case[2]))
         local began = uv.hrtime()
         local err = expect.failure("timeout", pc:list_indexes({}, { timeout = 0.3 }))
         local took = (uv.hrtime() - began) / 1e9
         assert.is_true(took >= 0.29 and took < 0.8, took)
         holds(err.message, "0.3 s")
         is_readable(err)
         server:answer(wire.answer(200, INDEXES))
         assert(pc:list_indexes())
      end)
   end
end)

-- JSON ----------------------------------------------------------------------------------------------------------------

describe("JSON", function()

   -- An answer of request, which takes any.
   local function decoded(text, options)
      server:answer(wire.answer(200, text))
      return client(options):request "/x"
   end

   local function nested(levels, open, close)
      return open:rep(levels) .. "1" .. close:rep(levels)
   end

   local shapes = { arrays = { "[", "]" }, objects = { '{"a":', "}" } }
   for shape, pair in pairs(shapes) do
      it(("may hold 200 %s in each other"):format(shape), function()
         for _, levels in ipairs { 199, 200 } do
            local value = assert(decoded(nested(levels, pair[1], pair[2])))
            for _ = 1, levels do
               value = select(2, next(value))
            end
            assert.equal(1, value)
         end
      end)

      for _, levels in ipairs { 201, 1000, 100000 } do
         it(("is refused with %d %s in each other"):format(levels, shape), function()
            server:answer(wire.answer(200, nested(levels, pair[1], pair[2])))
            local err = expect.failure("protocol", client():request "/x")
            holds(err.message, "not with JSON", "nest")
            is_readable(err)
         end)
      end

      it(("from another library is refused with 201 %s in each other"):format(shape), function()
         local function json(levels)
            local made = 1
            for _ = 1, levels do
               made = shape == "arrays" and { made } or { a = made }
            end
            return { decode = function() return made end, encode = function() return "{}" end }
         end
         assert(decoded("{}", { json = json(200) }))
         local err = expect.failure("protocol", decoded("{}", { json = json(201) }))
         holds(err.message, "nested more than 200 levels deep")
      end)

      it(("of an error, too deep with %s, is shown as text"):format(shape), function()
         local body = '{"error":{"code":"X","message":' .. nested(100000, pair[1], pair[2]) .. "}}"
         server:answer(wire.answer(400, body))
         local err = expect.failure("invalid_argument", client():request "/x")
         assert.equal(400, err.status)
         is_readable(err)
      end)
   end

   local INFINITE = math.huge
   local numbers = {
      { "1e308", 1e308 }, { "-1e308", -1e308 }, { "1e999", INFINITE }, { "-1e999", -INFINITE },
      { "5e-324", 5e-324 }, { "0.1e-400", 0 }, { "-0", 0 }, { "-0.0", 0 }, { "0e999", 0 }, { "1E+2", 100 },
      { "9007199254740993", 2 ^ 53 + 0 }, { "9223372036854774784", 2 ^ 63 - 1024 },
      { "9223372036854775808", 2 ^ 63 }, { "-9223372036854775808", -2 ^ 63 }, { "18446744073709551616", 2 ^ 64 },
      { ("9"):rep(5000), INFINITE }, { "0." .. ("3"):rep(5000), 1 / 3 }, { "1" .. ("0"):rep(300), 1e300 },
      { "0." .. ("0"):rep(5000) .. "1", 0 }, { "1e" .. ("9"):rep(5000), INFINITE },
   }
   for _, case in ipairs(numbers) do
      local text, number = case[1], case[2]
      it("takes the number " .. (#text > 40 and text:sub(1, 20) .. "... of " .. #text .. " bytes" or text), function()
         local value = assert(decoded(('{"n":%s,"list":[%s]}'):format(text, text)))
         for _, each in ipairs { value.n, value.list[1], (assert(decoded(text))) } do
            assert.equal("number", type(each))
            assert.is_true(each == number, tostring(each))
            if number == math.floor(number) and math.abs(number) < 2 ^ 63 then
               expect.integer(each)
            end
         end
      end)
   end

   it("has a zero without a sign", function()
      for _, text in ipairs { "-0", "-0.0", "-0e5", "-1e-999" } do
         local value = assert(decoded(('{"n":%s}'):format(text)))
         assert.equal("0", tostring(value.n))
      end
   end)

   it("may be an error whose code is an absurd number", function()
      for _, code in ipairs { "1e999", "-1e999", "3.5", "-1", "17", "4294967299", "18446744073709551619", "1e-400" } do
         server:answer(wire.answer(400, ('{"code":%s,"message":"odd"}'):format(code)))
         local err = expect.failure("invalid_argument", client():request "/x")
         assert.equal(code == "1e-400" and "OK" or nil, err.code)
         assert.equal("odd", err.message)
      end
   end)

   it("may hold huge strings and names", function()
      local huge = ("x"):rep(5 * 1024 * 1024)
      local value = assert(decoded(('{"a":"%s","%s":1}'):format(huge, huge)))
      assert.is_true(value.a == huge)
      assert.equal(1, value[huge])
   end)

   it("may have a huge string as an error", function()
      server:answer(wire.answer(400, { error = { code = ("C"):rep(1e6), message = ("m"):rep(5e6) }, status = 400 }))
      is_readable(expect.failure("invalid_argument", client():request "/x"))
   end)

   it("may be a long list", function()
      local value = assert(decoded("[" .. ("null,1,"):rep(100000) .. "2]"))
      assert.equal(100001, #value)
      assert.equal(2, value[100001])
   end)

   it("gives the last of fields with one name", function()
      local value = assert(decoded '{"a":1,"a":null,"a":{"b":1,"b":2},"c":1,"c":null}')
      assert.equal(2, value.a.b)
      assert.is_nil(value.c)
   end)

   it("may name fields as metamethods and numbers", function()
      local value = assert(decoded '{"__index":{"a":1},"__gc":1,"1":"text","":"empty"}')
      assert.is_nil(getmetatable(value))
      assert.equal("text", value["1"])
      assert.is_nil(value[1])
      assert.equal("empty", value[""])
   end)

   it("may hold bytes that are no UTF-8, as they are", function()
      local bytes = "\255\254\195 \226\130 \237\160\128 \192\175"
      assert.equal(bytes, assert(decoded(('{"a":"%s"}'):format(bytes))).a)
   end)

   it("may hold escaped NULs", function()
      assert.equal("a\0b", assert(decoded '{"a":"a\\u0000b"}').a)
   end)

   for what, text in pairs {
      ["the first half of a surrogate pair"] = '{"a":"\\ud800"}', ["the second half of one"] = '{"a":"\\udc00"}',
      ["halves in the wrong order"] = '{"a":"\\udc00\\ud800"}', ["half an escape"] = '{"a":"\\u12"}',
      ["a NUL in a string"] = '{"a":"x\0y"}', ["a NUL between"] = '{"a":\0 1}', ["nothing but a NUL"] = "\0",
      ["bytes of UTF-16"] = "\255\254{\0}\0", ["a minus without a number"] = '{"a":-}', ["a comma too many"] = "[1,]",
      ["nothing but garbage"] = "\1\2\3\255\192\128\27[31m\194\155",
   } do
      it(("is refused with %s"):format(what), function()
         local err = expect.failure("protocol", decoded(text))
         holds(err.message, "not with JSON")
         is_readable(err)
      end)
   end

   it("of an error may hold anything, and the text is fit for a log", function()
      for _, message in ipairs {
         "\255\254\195 (\226\130 \237\160\128 \192\175", "a\\u0000b\\u001b[31mred\\u0007", "\194\155 31m \194\133",
         "\226\130",
      } do
         server:answer(wire.answer(400, ('{"error":{"code":"A%s","message":"odd %s"}}'):format(message, message)))
         local err = expect.failure("invalid_argument", client():request "/x")
         holds(err.message, "odd")
         is_readable(err)
         server:answer(wire.answer(400, "odd " .. message))
         is_readable(expect.failure("invalid_argument", client():request "/x"))
      end
   end)
end)
