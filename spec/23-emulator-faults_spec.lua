-- The emulator's faults as they are seen: on a raw socket, and by the client.

local uv = require("luv")
local cjson = require("cjson")
local answers = require("pinecone.emulator.http.answer")
local emulator = require("pinecone.emulator")
local pinecone = require("pinecone")
local expect = require("support.expect")
local http = require("support.http")
local process = require("support.process")
local service = require("support.service")

local KEY = "spec"
local LIST = http.bytes("GET", "/indexes")
local HEAD = http.bytes("HEAD", "/indexes")
local OLD = "GET /indexes HTTP/1.0\r\nApi-Key: spec\r\n\r\n"
local MISSING = http.bytes("GET", "/nowhere")
local REAL = '{"indexes":[]}'

local running, port
local opened = {}

-- Sets a plan for list_indexes, or for what it names.
local function fault(plan)
   plan.operation = plan.operation or "list_indexes"
   assert(running:fault(plan))
end

-- Sets a plan and sends bytes on a connection of their own, which it returns.
local function strike(plan, bytes)
   fault(plan)
   opened[#opened + 1] = http.connect(port)
   return opened[#opened]:send(bytes or LIST)
end

local function close_opened()
   for _, connection in ipairs(opened) do
      connection:close()
   end
   opened = {}
end

local function create_index(name)
   return http.exchange(port, "POST", "/indexes", {
      name = name, dimension = 2, metric = "cosine", spec = { serverless = { cloud = "aws", region = "us-east-1" } },
   })
end

local function copy(plan)
   local copied = {}
   for name, value in pairs(plan) do
      copied[name] = value
   end
   return copied
end

local function assert_answers()
   assert.equal(200, http.exchange(port, "GET", "/collections").status)
end

-- Head and rest of all that has come in, when the connection has ended.
local function whole(connection)
   assert.is_true(connection:wait_for_end())
   return connection.received:match("^(HTTP/1%.1 .-\r\n)\r\n(.*)$")
end

local function start(options)
   local given = copy(options or {})
   given.api_key, given.job_seconds = KEY, 0
   running = assert(emulator.spawn(given))
   port = http.port(running.url)
end

describe("on the wire, a fault", function()
   setup(start)
   teardown(function() running:stop() end)
   before_each(function() assert(running:reset()) end)
   after_each(function()
      close_opened()
      assert_answers()
   end)

   it("comes over HTTP as it does from Lua", function()
      local plans = '{"operation":"list_indexes","on":{"every":2},"status":429,"retry_after":1.5,"body":"slow"}'
      assert.equal(200, http.exchange(port, "POST", "/_emulator/faults", plans).status)
      assert.equal(200, http.exchange(port, "GET", "/indexes").status)
      local answer = http.exchange(port, "GET", "/indexes")
      assert.same({ 429, "1.5", "slow" }, { answer.status, answer.headers["retry-after"], answer.body })
      answer = http.exchange(port, "POST", "/_emulator/faults", '{"operation":"*","dealy":1}')
      assert.same({ 400, "unknown field 'dealy' in a fault plan; did you mean delay?" },
         { answer.status, answer.json.message })
      assert.same({ { operation = "list_indexes", on = { every = 2 }, status = 429, count = 2, struck = 1,
         body = "slow", headers = { ["retry-after"] = "1.5" }, retry_after = 1.5 } },
         http.exchange(port, "GET", "/_emulator/faults").json.faults)
      answer = http.exchange(port, "POST", "/_emulator/faults",
         '[{"operation":"*","drop":"before"},{"operation":"none","delay":1}]')
      assert.equal(400, answer.status)
      assert.truthy(answer.json.message:find("^plan 2: unknown operation 'none'"))
      assert.equal(1, #http.exchange(port, "GET", "/_emulator/faults").json.faults)
      answer = http.exchange(port, "POST", "/_emulator/faults", '{"operation":"*","delay":null}')
      assert.equal(400, answer.status)
   end)

   it("strikes by chance, the same ones again after a reset", function()
      local function struck()
         fault({ on = { chance = 0.3, seed = 7 }, status = 503 })
         local connection = http.connect(port)
         connection:send(LIST:rep(30))
         local found = {}
         for position = 1, 30 do
            found[position] = connection:receive().status == 503 and "x" or "."
         end
         connection:close()
         assert(running:reset())
         return table.concat(found)
      end
      assert.equal("x..xx.x.x.xx..x..x...x........", struck())
      assert.equal("x..xx.x.x.xx..x..x...x........", struck())
   end)

   it("says which requests it struck, and how many", function()
      fault({ operation = "create_index", status = 500 })
      fault({ on = { 1, 3 }, status = 503 })
      for _ = 1, 3 do
         http.exchange(port, "GET", "/indexes")
      end
      local struck = {}
      for position, row in ipairs(assert(running:requests())) do
         struck[position] = row.fault or 0
      end
      assert.same({ 2, 0, 2 }, struck)
      local plans = assert(running:faults())
      assert.same({ 0, 0, 3, 2 }, { plans[1].count, plans[1].struck, plans[2].count, plans[2].struck })
   end)

   it("gives no body and a length of 0 when its plan has none", function()
      local answer = strike({ status = 503, retry_after = "soon" }):receive()
      assert.same({ 503, "", "0", "soon" },
         { answer.status, answer.body, answer.headers["content-length"], answer.headers["retry-after"] })
   end)

   it("can be a proxy's page", function()
      local answer = strike({ html = true }):receive()
      assert.same({ 502, "text/html" }, { answer.status, answer.headers["content-type"] })
      assert.truthy(answer.body:find("^<html>.*502 Bad Gateway.*</html>\n$"))
   end)

   it("closes before, during and after the effect", function()
      for _, case in ipairs({ { "before", 0 }, { "during", 1 }, { "after", 2 } }) do
         fault({ operation = "create_index", drop = case[1] })
         assert.is_nil(create_index("index-" .. case[1]))
         assert.equal(case[2], running:state().indexes)
      end
   end)

   it("closes in the middle of a head", function()
      local connection = strike({ drop = "during" }, LIST .. LIST)
      assert.is_true(connection:wait_for_end())
      assert.is_nil(connection.problem)
      assert.truthy(connection.received:find("^HTTP/1.1 200 OK\r\n."))
      assert.falsy(connection.received:find("\r\n\r\n", 1, true))
   end)

   -- During the head is left to the client: luv calls it an end when bytes and a reset come at once.
   for _, moment in ipairs({ "before", "after" }) do
      it("closes with an end or a reset, " .. moment .. " the effect", function()
         local connection = strike({ drop = moment })
         assert.is_true(connection:wait_for_end())
         assert.is_nil(connection.problem)
         for _, plan in ipairs({ { drop = moment, reset = true }, { drop = moment, reset = true, delay = 0.02 } }) do
            connection = strike(plan, HEAD)
            assert.is_true(connection:wait_for_end())
            assert.same({ "ECONNRESET", "" }, { connection.problem, connection.received })
         end
      end)
   end

   it("cuts bodies", function()
      local head, body = whole(strike({ cut = 5 }))
      assert.truthy(head:find("content-length: 14\r\n", 1, true))
      assert.equal('{"ind', body)
      head, body = whole(strike({ cut = 5 }, HEAD))
      assert.truthy(head:find("content-length: 14\r\n", 1, true))
      assert.equal("", body)
      assert.equal(REAL, select(2, whole(strike({ cut = 99 }))))
      assert.equal("", select(2, whole(strike({ status = 204, body = "never", cut = 3 }))))
   end)

   it("garbles bodies and nothing else", function()
      local answer = strike({ garble = true }):receive()
      assert.same({ 200, "application/json", #REAL },
         { answer.status, answer.headers["content-type"], #answer.body })
      assert.is_false(pcall(cjson.decode, answer.body))
   end)

   it("lets bytes drip, one by one", function()
      local connection = strike({ drip = 0.001 })
      local answer = connection:receive()
      assert.same({ 200, REAL }, { answer.status, answer.body })
      assert.is_true(connection.reads > 20, connection.reads .. " reads")
   end)

   it("lets bytes drip, some at a time, with pauses between only", function()
      local connection, answer
      local took = service.seconds_of(function()
         connection = strike({ drip = { bytes = 150, seconds = 0.15 } }, LIST .. MISSING)
         answer = connection:receive()
      end)
      assert.equal(REAL, answer.body)
      assert.is_true(connection.reads >= 2)
      assert.is_true(took >= 0.14, took .. " seconds")
      assert.is_true(service.seconds_of(function() assert.equal(404, connection:receive().status) end) < 0.12)
   end)

   it("says a length that is too large, and waits in silence", function()
      local connection = strike({ content_length = 100 }, LIST .. MISSING)
      assert.is_true(connection:wait_for(#REAL))
      assert.is_false(connection:wait_for_end(100))
      local head, body = connection.received:match("^(.-\r\n)\r\n(.*)$")
      assert.truthy(head:find("content-length: 100\r\n", 1, true))
      assert.equal(1, select(2, head:gsub("content%-length", "")))
      assert.equal(REAL, body)
      connection:shut()
      assert.is_true(connection:wait_for_end(500))
   end)

   it("stays silent towards whoever has said goodbye before", function()
      fault({ content_length = 100, delay = 0.05 })
      local connection = http.connect(port)
      connection:send(LIST):shut()
      assert.equal(REAL, select(2, whole(connection)))
      connection:close()
   end)

   it("says a length that is too small, and goes on", function()
      local connection = strike({ content_length = 10 }, LIST .. MISSING)
      local answer = connection:receive()
      assert.equal(REAL:sub(1, 10), answer.body)
      http.wait_until(function() return connection.received:find("404", 1, true) end)
      assert.equal(REAL:sub(11) .. "HTTP/1.1 404", connection.received:sub(1, 16))
   end)

   it("goes on for ever, in chunks that begin as JSON", function()
      local connection = strike({ endless = true })
      assert.is_true(connection:wait_for(3000000))
      local head, body = connection.received:match("^(.-\r\n)\r\n(.*)$")
      assert.truthy(head:find("^HTTP/1.1 200 OK\r\n"))
      assert.truthy(head:find("transfer-encoding: chunked\r\n", 1, true))
      assert.falsy(head:find("content-length", 1, true))
      local size, rows = body:match('^9\r\n{"data":%[\r\n(%x+)\r\n(.*)$')
      rows = rows:sub(1, tonumber(size, 16))
      assert.equal(0, #rows % 16)
      assert.equal(('{"id":"record"},'):rep(#rows / 16), rows)
   end)

   it("goes on for ever without chunks for HTTP/1.0, with the status of its plan", function()
      local connection = strike({ endless = true, status = 503 }, OLD:gsub("\r\n", "\r\nConnection: keep-alive\r\n", 1))
      assert.is_true(connection:wait_for(1000000))
      local head, body = connection.received:match("^(.-\r\n)\r\n(.*)$")
      assert.truthy(head:find("^HTTP/1.1 503 "))
      assert.falsy(head:find("transfer-encoding", 1, true) or head:find("content-length", 1, true))
      assert.truthy(head:find("connection: close\r\n", 1, true))
      assert.truthy(body:find('^{"data":%[{"id":"record"},{"id":"record"},'))
   end)

   it("ends all the same, at 1 GiB and without an end of the body", function()
      for _, chunked in ipairs({ false, true }) do
         local next_piece = answers.endless_body(chunked)
         local size, last = 0, nil
         for piece in next_piece do
            size, last = size + #piece, piece
         end
         assert.is_true(size > 1023 * 1048576 and size < 1025 * 1048576)
         assert.falsy(last:find("0\r\n\r\n$") and #last < 10)
      end
   end)

   it("begins with a flood of headers", function()
      local connection = strike({ header_flood = 20001 }, LIST .. MISSING)
      http.wait_until(function() return connection.received:find("HTTP/1.1 404", -400, true) end)
      local answer, rest = connection.received:match("^(.-)(HTTP/1%.1 404.*)$")
      assert.truthy(answer:find("^HTTP/1.1 200 OK\r\nx%-flood%-1: 1\r\nx%-flood%-2: 2\r\n"))
      assert.equal(20001, select(2, answer:gsub("\r\nx%-flood%-%d+: %d+", "")))
      assert.truthy(answer:find("\r\nx-flood-20001: 20001\r\n", 1, true))
      assert.truthy(answer:find("\r\ncontent-length: 14\r\n", 1, true))
      assert.equal(REAL, answer:sub(-#REAL))
      assert.truthy(rest)
   end)

   it("may do several things at once", function()
      local connection = strike({
         status = 500, html = true, header_flood = 3, drip = { bytes = 100, seconds = 0.03 }, cut = 6, delay = 0.01,
      })
      local head, body = whole(connection)
      assert.truthy(head:find("^HTTP/1.1 500 Internal Server Error\r\nx%-flood%-1: 1\r\n"))
      assert.equal("<html>", body)
      assert.is_true(connection.reads > 2)
   end)

   local harmless = {
      garble = { garble = true }, ["header_flood"] = { header_flood = 1000 }, delay = { delay = 0.01 },
      drip = { drip = { bytes = 64, seconds = 0.001 } }, ["content_length"] = { content_length = #REAL },
      html = { html = true }, status = { status = 500 },
   }
   local without_body = { endless = { endless = true }, ["content_length too large"] = { content_length = 1000 } }

   for what, plan in pairs(harmless) do
      it("leaves the order and the connection as they are: " .. what, function()
         local connection = strike(copy(plan), LIST .. MISSING .. LIST)
         assert.is_number(connection:receive().status)
         assert.equal(404, connection:receive().status)
         assert.equal(REAL, connection:receive().body)
         assert.equal("", connection.received)
      end)

      it("ends the connection when the other side wants it: " .. what, function()
         for _, bytes in ipairs({ OLD, (LIST:gsub("\r\n", "\r\nConnection: close\r\n", 1)) }) do
            local connection = strike(copy(plan), bytes .. MISSING)
            local head, body = whole(connection)
            assert.truthy(head:find("connection: close\r\n", 1, true))
            assert.equal(tonumber(head:match("content%-length: (%d+)")), #body)
         end
      end)
   end

   for _, plans in ipairs({ harmless, without_body }) do
      for what, plan in pairs(plans) do
         it("leaves HEAD without a body: " .. what, function()
            local connection = strike(copy(plan), HEAD .. MISSING)
            assert.is_number(connection:receive(true).status)
            assert.equal(404, connection:receive().status)
         end)
      end
   end

   it("leaves 204 and 304 without a body", function()
      for _, status in ipairs({ 204, 304 }) do
         for _, plan in ipairs({ { endless = true }, { body = "never" }, { body = "never", garble = true } }) do
            plan.status = status
            local connection = strike(plan, LIST .. MISSING)
            assert.equal(status, connection:receive(true).status)
            assert.equal(404, connection:receive().status)
         end
      end
   end)
end)

describe("to the client, a fault", function()
   local pc

   setup(function()
      start()
      pc = service.client(running, { api_key = KEY, timeout = 5, max_retries = 0 })
   end)
   teardown(function() running:stop() end)
   before_each(function() assert(running:reset()) end)

   local function assert_lists()
      assert.same({ indexes = {} }, pinecone.assert(pc:list_indexes()))
   end

   -- libcurl says the one or the other, as the reset comes before or after its look at the socket.
   local function tells_of_reset(message)
      return message:find("reset by peer", 1, true) or message:find("poll returned error", 1, true)
   end

   for what, case in pairs({
      ["a garbled body"] = { "protocol", { garble = true } },
      ["a page of a proxy"] = { "unavailable", { html = true }, status = 502 },
      ["a page with a status of its own"] = { "rate_limited", { html = true, status = 429 }, status = 429 },
      ["a page with 200"] = { "protocol", { html = true, status = 200 } },
      ["a cut body"] = { "network", { cut = 5 } },
      ["a length that is too small"] = { "protocol", { content_length = 5 } },
      ["a drop before"] = { "network", { drop = "before" } },
      ["a drop after"] = { "network", { drop = "after" } },
      ["a reset"] = { "network", { drop = "before", reset = true }, reset = true },
      ["a reset during the head"] = { "network", { drop = "during", reset = true }, reset = true },
      ["a flood of headers"] = { "too_large", { header_flood = 100000 } },
   }) do
      it(what .. " is of kind " .. case[1], function()
         case[2].on = "all"
         fault(case[2])
         local err = expect.failure(case[1], pc:list_indexes())
         assert.equal(case.status, case.status and err.status)
         assert.equal(case.reset or false, tells_of_reset(err.message) ~= nil, err.message)
         assert(running:clear_faults())
         assert_lists()
      end)
   end

   for what, plan in pairs({
      ["a drip"] = { drip = 0.05 },
      ["a length that is too large"] = { content_length = 1000 },
      ["a late answer"] = { delay = 30 },
   }) do
      it(what .. " is of kind timeout, in time", function()
         plan.on = "all"
         fault(plan)
         local took = service.seconds_of(function()
            expect.failure("timeout", pc:list_indexes({}, { timeout = 0.15 }))
         end)
         assert.is_true(took >= 0.14 and took < 2, took .. " seconds")
      end)
   end

   it("an endless body is of kind too_large, at once", function()
      local careful = service.client(running, { api_key = KEY, max_response_bytes = 100000 })
      fault({ on = "all", endless = true })
      assert.is_true(service.seconds_of(function() expect.failure("too_large", careful:list_indexes()) end) < 3)
   end)

   it("a drip and a few more headers are none", function()
      fault({ drip = { bytes = 20, seconds = 0.001 } })
      assert_lists()
      fault({ header_flood = 20 })
      assert_lists()
   end)

   it("a drop during the head is not taken for an answer", function()
      fault({ on = "all", drop = "during" })
      expect.failure("network", pc:list_indexes())
   end)

   it("retry_after is told", function()
      fault({ on = "all", status = 429, retry_after = 7 })
      local err = expect.failure("rate_limited", pc:list_indexes())
      assert.equal(7, err.retry_after)
   end)

   it("a write whose answer is spoilt may have taken effect", function()
      for position, plan in ipairs({ { drop = "during" }, { drop = "after", reset = true }, { garble = true } }) do
         plan.operation = "create_index"
         fault(plan)
         local _, err = pc:create_index({
            name = "index-" .. position, dimension = 2, metric = "cosine",
            spec = { serverless = { cloud = "aws", region = "us-east-1" } },
         })
         assert.is_true(err.maybe_applied)
         assert.equal(position, running:state().indexes)
      end
   end)
end)

describe("under faults, the emulator", function()
   after_each(function() running:stop() end)

   local function descriptors()
      local scan = uv.fs_scandir(("/proc/%d/fd"):format(running.pid))
      local count = 0
      while scan and uv.fs_scandir_next(scan) do
         count = count + 1
      end
      return count
   end

   local function resident_mebibytes()
      local file = io.open(("/proc/%d/statm"):format(running.pid))
      if not file then
         return 0
      end
      local pages = file:read("*l"):match("^%d+ (%d+)")
      file:close()
      return tonumber(pages) * 4096 / 1048576
   end

   local plans = {
      { operation = "list_indexes", on = "all", endless = true },
      { operation = "list_collections", on = "all", drip = 0.01 },
      { operation = "list_project_backups", on = "all", content_length = 1000 },
      { operation = "list_restore_jobs", on = "all", header_flood = 100000 },
      { operation = "describe_index", on = "all", delay = 5 },
   }
   local paths = { "/indexes", "/collections", "/backups", "/restore-jobs", "/indexes/docs" }

   -- Reads what comes and forgets it.
   local function read_on(connection)
      connection.socket:read_stop()
      connection.socket:read_start(function(problem, bytes)
         connection.ended = problem ~= nil or bytes == nil
      end)
   end

   -- Reads no faster than some megabytes in a second, and forgets it.
   local function read_slowly(connection)
      local timer = uv.new_timer()
      local function read_once()
         connection.socket:read_start(function(problem, bytes)
            connection.ended = problem ~= nil or bytes == nil
            connection.socket:read_stop()
         end)
      end
      connection.socket:read_stop()
      timer:start(0, 2, function()
         if connection.socket:is_closing() then
            timer:close()
         elseif not connection.ended then
            read_once()
         end
      end)
   end

   local function connect_many(count)
      local connections = {}
      for number = 1, count do
         connections[number] = http.connect(port)
         read_on(connections[number])
         connections[number].socket:write(http.bytes("GET", paths[number % #paths + 1]))
      end
      return connections
   end

   it("outlives 200 connections that come and go, and keeps none of them", function()
      start()
      for _, plan in ipairs(plans) do
         fault(plan)
      end
      local before = descriptors()
      local connections = connect_many(200)
      assert.equal(404, http.exchange(port, "GET", "/nowhere").status)
      for number, connection in ipairs(connections) do
         if number % 3 == 0 then
            connection:abort()
         elseif number % 3 == 1 then
            connection:close()
         else
            connection:shut()
         end
      end
      assert.equal(404, http.exchange(port, "GET", "/nowhere").status)
      for number, connection in ipairs(connections) do
         if number % 3 == 2 then
            connection:close()
         end
      end
      -- Those with a late answer are left until it is due.
      local late = 200 / #paths + 1
      service.until_true(function() return descriptors() <= before + late end)
   end)

   it("does not heap up what nobody reads", function()
      start()
      fault({ on = "all", endless = true })
      local before = resident_mebibytes()
      local connections = {}
      for number = 1, 20 do
         connections[number] = http.connect(port)
         connections[number]:send(LIST)
         connections[number].socket:read_stop()
      end
      uv.sleep(100)
      assert.equal(404, http.exchange(port, "GET", "/nowhere").status)
      assert.is_true(resident_mebibytes() - before < 30)
      for _, connection in ipairs(connections) do
         connection:close()
      end
   end)

   it("takes silence for idleness, but no pause and no reader that is slow", function()
      start({ idle_seconds = 0.2 })
      fault({ drip = { bytes = 150, seconds = 0.4 } })
      fault({ operation = "list_collections", content_length = 1000 })
      fault({ operation = "list_project_backups", on = "all", endless = true })
      local dripping, silent = http.connect(port), http.connect(port)
      local unread, slow = http.connect(port), http.connect(port)
      slow:send(http.bytes("GET", "/backups"))
      read_slowly(slow)
      silent:send(http.bytes("GET", "/collections"))
      unread:send(http.bytes("GET", "/backups"))
      unread.socket:read_stop()
      dripping:send(LIST)
      assert.is_true(silent:wait_for_end(1000))
      assert.falsy(dripping.ended)
      assert.equal(REAL, dripping:receive().body)
      assert.falsy(slow.ended)
      assert.is_true(dripping:wait_for_end(1000))
      assert.falsy(slow.ended)
      read_on(unread)
      assert.is_true(unread:wait_for_end(2000))
      for _, connection in ipairs({ dripping, silent, unread, slow }) do
         connection:close()
      end
   end)

   it("ends cleanly in the middle of them", function()
      start()
      local child = process.script("require('pinecone.emulator').run({ port = 0 })")
      port = http.port(child:expect("(http://%S+)\n"))
      for _, plan in ipairs(plans) do
         assert.equal(200, http.exchange(port, "POST", "/_emulator/faults", plan).status)
      end
      local connections = connect_many(20)
      uv.sleep(50)
      uv.run("nowait")
      child:kill("sigterm")
      child:wait()
      assert.same({ 0, 0, "" }, { child.code, child.signal, child.err })
      for _, connection in ipairs(connections) do
         assert.is_true(connection:wait_for_end(1000))
         connection:close()
      end
   end)
end)

describe("in the project, a fault", function()
   local pc

   setup(function()
      start()
      pc = service.client(running, { api_key = KEY, max_retries = 0 })
   end)
   teardown(function()
      pc:close()
      running:stop()
   end)
   before_each(function()
      assert(running:reset())
      service.serverless(pc, "movies")
      service.pod(pc, "pods")
   end)

   local function count(index_name)
      return #assert(pc:list_backups({ index_name = index_name })).data
   end

   it("lets an effect come late, as if it had been asked for then", function()
      fault({ operation = "create_backup", status = 504, late = 30 })
      assert.equal("unavailable", select(2, pc:create_backup({ index_name = "movies", name = "one" })).kind)
      local asked = running:time()
      assert.equal(0, count("movies"))
      assert(running:advance(29))
      assert.equal(0, count("movies"))
      assert(running:advance(3600))
      local backup = assert(pc:list_backups("movies")).data[1]
      assert.same({ "one", "Ready" }, { backup.name, backup.status })
      local late = pinecone.timestamp(backup.created_at) - asked
      assert.is_true(late > 29 and late < 31, late .. " seconds late")
   end)

   it("makes late effects in order, also those that fail", function()
      fault({ operation = "create_index", status = 500, late = 20 })
      fault({ operation = "create_backup", drop = "before", late = 10, job = "failed" })
      pc:create_index({ name = "late", dimension = 3, spec = { serverless = { cloud = "aws", region = "us-east-1" } } })
      pc:create_backup("late")
      pc:create_backup("movies")
      assert(running:advance(60))
      assert.equal(0, count("late")) -- when it came, its index was not there yet
      assert.equal(1, count("movies"))
      assert.equal("Ready", assert(pc:describe_index("late")).status.state)
   end)

   it("hides what a request makes from the lists for a while", function()
      fault({ operation = "create_backup", lag = 60 })
      local hidden = assert(pc:create_backup("movies"))
      local shown = assert(pc:create_backup("movies"))
      local listed = assert(pc:list_backups()).data
      assert.same({ 1, shown.backup_id }, { #listed, listed[1].backup_id })
      assert(pc:describe_backup(hidden.backup_id))
      assert(running:advance(61))
      assert.equal(2, count("movies"))
   end)

   it("lets one list lag", function()
      fault({ operation = "list_index_backups", lag = 60, on = 2 })
      assert(pc:create_backup("movies"))
      assert.same({ 1, 0, 1 }, { count("movies"), count("movies"), count("movies") })
   end)

   it("makes a backup end badly", function()
      fault({ operation = "create_backup", job = "failed" })
      local backup = assert(pc:create_backup("movies"))
      local _, err = pc:wait_for_backup(backup.backup_id)
      assert.same({ "failed", "InitializationFailed" }, { err.kind, err.resource.status })
      assert(pc:wait_for_backup(assert(pc:create_backup("movies")).backup_id))
   end)

   for job, status in pairs({ failed = "Failed", cancelled = "Cancelled" }) do
      it("makes a restore end " .. status, function()
         local backup = assert(pc:create_backup("movies"))
         fault({ operation = "create_index_from_backup", job = job })
         local made = assert(pc:create_index_from_backup({ backup_id = backup.backup_id, name = "copy" }))
         local _, err = pc:wait_for_restore(made.restore_job_id)
         assert.same({ "failed", status }, { err.kind, err.resource.status })
         assert.is_nil(err.resource.completed_at)
         assert.equal("InitializationFailed", assert(pc:describe_index("copy")).status.state)
      end)
   end

   it("loses records of a restore, and none of the backup", function()
      service.fill(pc, "movies", 5)
      service.fill(pc, "movies", 2, "new")
      local backup = assert(pc:create_backup("movies"))
      local function restored(name)
         local made = assert(pc:create_index_from_backup({ backup_id = backup.backup_id, name = name }))
         assert.equal("Completed", assert(pc:wait_for_restore(made.restore_job_id)).status)
         return assert(pc:describe_index_stats(name))
      end
      fault({ operation = "create_index_from_backup", lose = 3 })
      local stats = restored("copy")
      assert.same({ 4, { [""] = { vectorCount = 4 } } }, { stats.totalVectorCount, stats.namespaces })
      local described = assert(pc:describe_backup(backup.backup_id))
      assert.same({ 7, 2 }, { described.record_count, described.namespace_count })
      assert.equal(7, restored("whole").totalVectorCount)
      assert.equal(7, assert(pc:describe_index_stats("movies")).totalVectorCount)
   end)

   it("loses records of whatever restores, late or with a bad answer, when its operation is *", function()
      service.fill(pc, "movies", 5)
      local backup = assert(pc:create_backup("movies"))
      fault({ operation = "*", on = { 1, 2 }, lose = 2, status = 500, after = true })
      assert.equal("server", select(2, pc:list_indexes()).kind)
      pc:create_index_from_backup({ backup_id = backup.backup_id, name = "after" })
      assert.equal(3, assert(pc:describe_index_stats("after")).totalVectorCount)
      fault({ operation = "create_index_from_backup", lose = 1, status = 500, late = 30 })
      pc:create_index_from_backup({ backup_id = backup.backup_id, name = "late" })
      assert(running:advance(31))
      assert.equal(4, assert(pc:describe_index_stats("late")).totalVectorCount)
   end)

   it("makes an index and a collection end badly", function()
      fault({ operation = "create_index", job = "failed" })
      assert(pc:create_index({ name = "bad", dimension = 3,
         spec = { serverless = { cloud = "aws", region = "us-east-1" } } }))
      assert.equal("failed", select(2, pc:wait_for_index("bad")).kind)
      fault({ operation = "create_collection", job = "failed" })
      assert(pc:create_collection({ name = "bad", source = "pods" }))
      assert.equal("not_found", select(2, pc:describe_collection("bad")).kind)
   end)

   it("makes a job take its time", function()
      fault({ operation = "create_backup", job_seconds = 3600 })
      local slow, quick = assert(pc:create_backup("movies")), assert(pc:create_backup("movies"))
      assert.equal("Ready", assert(pc:describe_backup(quick.backup_id)).status)
      assert.equal("Initializing", assert(pc:describe_backup(slow.backup_id)).status)
      assert(running:advance(3600))
      assert.equal("Ready", assert(pc:describe_backup(slow.backup_id)).status)
   end)

   it("shows a page of the edge without the service's headers", function()
      fault({ operation = "list_indexes", html = true, status = 403 })
      local answer = http.exchange(port, "GET", "/indexes")
      assert.same({ 403, "text/html" }, { answer.status, answer.headers["content-type"] })
      assert.is_nil(answer.headers["x-pinecone-request-id"])
   end)
end)
