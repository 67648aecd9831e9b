-- Values of all sorts as arguments of every operation, and as options of a client. What is accepted becomes a request,
-- whose bytes are looked at where they arrive.

local fuzz = ...
local cjson = require("cjson").new()
local core = require "pinecone.core"
local promises = require "promises"
local scene = require "scene"
local values = require "values"

cjson.decode_max_depth(1000)

local url = "http://127.0.0.1:" .. fuzz.listen()
local answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

-- Requests ----------------------------------------------------------------------------------------------------------

local known_headers = {
   Host = true, ["User-Agent"] = true, Accept = true, ["Api-Key"] = true, ["X-Pinecone-Api-Version"] = true,
   ["Content-Type"] = true, ["Content-Length"] = true,
}

local function check_head(head, added)
   local line, lines = head:match "^([^\r\n]*)\r\n(.*)$"
   if not line:find "^%u+ /[!-~]* HTTP/1%.1$" then
      promises.fail("the request line %q", line)
   end
   local seen = {}
   for header in lines:gmatch "([^\n]*)\n" do
      local name, value = header:match "^([^%c: ]+): ([^%c]*)\r$"
      if not name or not (known_headers[name] or (added and added[name] == value)) then
         promises.fail("the header %q", header)
      end
      if seen[name] then
         promises.fail("%s is sent twice", name)
      end
      seen[name] = value
   end
   return seen
end

-- One request, whole, and nothing behind it. None where there was no time.
local function check_request(bytes, key, added)
   local head, body = bytes:match "^(.-\r\n)\r\n(.*)$"
   if not head then
      if bytes:find "\n\n" then
         promises.fail("half a request %q", bytes)
      end
      return
   end
   local headers = check_head(head, added)
   if headers["Api-Key"] ~= key or "http://" .. tostring(headers.Host) ~= url then
      promises.fail("the key %q and the host %q", tostring(headers["Api-Key"]), tostring(headers.Host))
   end
   if #body ~= tonumber(headers["Content-Length"] or 0) then
      promises.fail("a body of %d bytes and Content-Length: %s", #body, tostring(headers["Content-Length"]))
   end
   if body ~= "" then
      cjson.decode(body)
   end
end

-- Outcomes ----------------------------------------------------------------------------------------------------------

local function check_refusal(operation, problem)
   if tostring(problem):find(promises.api_key, 1, true) then
      promises.fail("the key is in %q", tostring(problem))
   end
   if type(problem) ~= "string" then
      promises.check_failure(problem, operation)
   elseif problem:sub(1, #operation + 1) ~= operation .. ":" then
      promises.fail("a misuse without the operation's name: %s", problem)
   end
end

-- Only this process is asked. What is cancelled must not have been sent.
local function send(call, key, added, stays, steps)
   fuzz.answer(answer)
   for _ = 1, stays and 0 or steps do
      call:cancel()
   end
   if not stays then
      call:cancel()
      return
   end
   local _, err = scene.drive(call, fuzz.serve)
   check_request(fuzz.received(), key, added)
   return err
end

-- Operations --------------------------------------------------------------------------------------------------------

local function spelling(reader, row)
   local form = reader:byte() % 4
   if form == 0 and row.alias then
      return row.alias
   elseif form == 1 then
      return row.wire
   end
   return row.name
end

-- Sets a field that may be nested: "spec.pod.pods".
local function set(arguments, name, value)
   local first, rest = name:match "^([^.]+)%.(.+)$"
   if not first then
      arguments[name] = value
      return
   end
   if type(arguments[first]) ~= "table" then
      arguments[first] = {}
   end
   set(arguments[first], rest, value)
end

local function named_arguments(reader, operation)
   local arguments = {}
   for _, row in ipairs(core.operations[operation].arguments) do
      local form = reader:byte() % 8
      if row.place == "host" and form < 6 then
         arguments[row.name] = url
      elseif form == 2 or (form < 2 and row.required) then
         set(arguments, spelling(reader, row), scene.good_value(row))
      elseif form > 2 and form < 5 and row.type == "string" then
         set(arguments, spelling(reader, row), reader:text())
      elseif form > 2 and form < 7 then
         set(arguments, spelling(reader, row), reader:value(2))
      end
   end
   if reader:byte() % 8 == 7 then
      arguments[reader:text()] = reader:value(2)
   end
   return arguments
end

local function call_options(reader)
   local form = reader:byte() % 8
   if form < 4 then
      return nil
   elseif form == 4 then
      return { timeout = reader:number() }
   elseif form == 5 then
      return { api_version = reader:text() }
   end
   return reader:value()
end

local circumstances = {
   {}, { api_version = "2026-07" }, { api_version = "2024-07" }, { environment = "us-east1-gcp" },
   { api_version = "unstable" },
}

local function try_operation(reader)
   local chosen = reader:choose(circumstances)
   local client = assert(core.new {
      api_key = promises.api_key, host = url, api_version = chosen.api_version, environment = chosen.environment,
   })
   local operation = reader:choose(scene.operations)
   local whole = reader:byte() % 8 == 0
   local arguments = whole and reader:value() or not whole and named_arguments(reader, operation) or nil
   local call, problem = core[operation](client, arguments, call_options(reader))
   if call then
      local host = type(arguments) == "table" and rawget(arguments, "host")
      local err = send(call, promises.api_key, nil, not host or host == url, reader:byte() % 3)
      if err then
         promises.check_failure(err, operation)
      end
   else
      check_refusal(operation, problem)
   end
   client:close()
end

-- Clients -----------------------------------------------------------------------------------------------------------

local options = {
   "api_key", "host", "environment", "api_version", "timeout", "connect_timeout", "max_retries", "retry_delay",
   "settle_grace", "max_connections", "max_response_bytes", "proxy", "no_proxy", "ca_file", "ca_path", "source_tag",
   "allow_http", "json", "wait", "on_request",
}

-- What holds a secret, and is not right.
local secrets = {
   api_key = promises.api_key .. "\n", host = "https://user:" .. promises.api_key .. "@localhost",
   proxy = "gopher://user:" .. promises.api_key .. "@localhost", environment = promises.api_key .. ".x",
}

local function headers(reader)
   local made = {}
   for number = 1, reader:byte() % 4 do
      made[reader:byte() % 2 == 0 and "X-" .. number or reader:text()] = reader:text()
   end
   return made
end

local function client_options(reader)
   if reader:byte() % 8 == 0 then
      return reader:value()
   end
   local made = { api_key = promises.api_key, host = url }
   for _ = 1, reader:byte() % 4 do
      local name = reader:choose(options)
      local form = reader:byte() % 4
      made[name] = form == 0 and secrets[name] or form <= 2 and reader:text() or reader:value(2)
   end
   if reader:byte() % 2 == 0 then
      made.headers = headers(reader)
   end
   return made
end

local function try_client(reader)
   local made = client_options(reader)
   local good, client, problem = pcall(core.new, made)
   if not good and type(made.json) == "table" and getmetatable(made.json) then
      return -- a JSON library may have metamethods, and they may raise
   elseif not good then
      error(client, 0)
   elseif not client then
      check_refusal("new", problem)
      return
   end
   local call = core.list_indexes(client)
   if call then
      send(call, made.api_key, made.headers, made.host == url and not made.proxy and not made.json, reader:byte() % 3)
   elseif not made.environment then
      promises.fail "list_indexes is refused"
   end
   client:close()
end

return function(input)
   if input:find(promises.api_key, 1, true) then -- in a place where the caller has to know what is shown
      return
   end
   local reader = values.new(input)
   if reader:byte() % 4 == 0 then
      try_client(reader)
   else
      try_operation(reader)
   end
   fuzz.hang_up()
end
