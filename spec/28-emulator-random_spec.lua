-- Two thousand random requests: none may break the emulator, and it must still know what it knew.

local emulator = require("pinecone.emulator")
local http = require("support.http")

local REQUESTS = 2000
local SEED = tonumber(os.getenv("RANDOM_SEED") or 20261121)

-- Park and Miller's generator, so that every Lua makes the same requests.
local value = SEED

local function random(most)
   value = value * 16807 % 2147483647
   return value % most + 1
end

local function one_of(list)
   return list[random(#list)]
end

local METHODS = { "GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "get", "X-ODD" }
local VERSIONS = { "2025-04", "2025-10", "2026-04", "2026-07", "unstable", "", "2026-7", "nonsense", "\200" }
local SEGMENTS = { "indexes", "backups", "collections", "restore-jobs", "backup-schedules", "history", "create-index",
   "create-for-model", "vectors", "upsert", "fetch", "list", "delete", "describe_index_stats", "docs", "pods", "copy",
   "%2e%2e", "..", "%", "%zz", "%00", "a%20b", "", ("x"):rep(300), "_emulator", "requests", "\195\164" }
local QUERIES = { "", "?limit=1", "?limit=-1", "?limit=1e9", "?limit=", "?paginationToken=e30=",
   "?paginationToken=eyJsaW1pdCI6Miwib2Zmc2V0IjoyfQ==", "?paginationToken=%", "?include_deleted=true",
   "?ids=a&ids=b", "?namespace=%FF", "?&&&==", "??" }
local NAMES = { "name", "source", "spec", "schema", "fields", "dimension", "metric", "tags", "deletion_protection",
   "deployment", "read_capacity", "schedule", "retention", "enabled", "frequency", "vectors", "ids", "deleteAll",
   "embed", "filter", "namespace", "description", "expire_after_days", "mode", "dedicated", "serverless", "pod" }
local TEXTS = { "", "docs", "pods", "daily", "enabled", "aws", "us-east-1", "Dedicated", "time-based", "\1\2", "\255",
   ("y"):rep(5000), "managed", "cosine" }
local BODIES = { "", "{", "[]", "null", "0", '"text"', "{}", "[{}]", '{"name":"docs"', "\0", "{'a':1}", ("["):rep(2000),
   '{"a":1e999}', '{"dimension":-0}' }

local json_value

local function object(depth)
   local fields = {}
   for _ = 1, random(4) do
      fields[#fields + 1] = ('"%s":%s'):format(one_of(NAMES), json_value(depth - 1))
   end
   return "{" .. table.concat(fields, ",") .. "}"
end

function json_value(depth)
   local kind = random(depth > 0 and 7 or 5)
   if kind == 1 then
      return tostring(random(5) - 2)
   elseif kind == 2 then
      return one_of({ "true", "false", "null", "1.5", "1e300", "-1", "99999999999999999999" })
   elseif kind < 6 then
      return '"' .. one_of(TEXTS):gsub("[%c\128-\255]", "?") .. '"'
   elseif kind == 6 then
      return "[" .. json_value(depth - 1) .. "," .. json_value(depth - 1) .. "]"
   end
   return object(depth)
end

local function target()
   local parts = {}
   for position = 1, random(4) do
      parts[position] = one_of(SEGMENTS)
   end
   return "/" .. table.concat(parts, "/") .. one_of(QUERIES)
end

local function body()
   return random(3) == 1 and one_of(BODIES) or object(4)
end

local function request()
   local lines = { one_of(METHODS) .. " " .. target() .. " HTTP/1." .. (random(9) == 1 and 0 or 1), "Host: x" }
   lines[#lines + 1] = random(20) == 1 and "Api-Key: " or "Api-Key: spec"
   lines[#lines + 1] = "X-Pinecone-Api-Version: " .. one_of(VERSIONS)
   if random(25) == 1 then
      lines[#lines + 1] = one_of({ "Transfer-Encoding: chunked", "Content-Length: -1", "Expect: 100-continue",
         "Connection: close", "no colon", (": x"):rep(100), "X: " .. ("z"):rep(20000) })
   end
   local text = body()
   lines[#lines + 1] = "Content-Length: " .. (random(30) == 1 and #text + 7 or #text)
   return table.concat(lines, "\r\n") .. "\r\n\r\n" .. text
end

describe("the emulator", function()
   it("answers on after " .. REQUESTS .. " random requests", function()
      local running = assert(emulator.spawn({ job_seconds = 0 }))
      local port = http.port(running.url)
      local function ask(method, path, asked)
         return http.exchange(port, method, path, asked, { ["X-Pinecone-Api-Version"] = "2026-07" })
      end
      local made = ask("POST", "/indexes", { name = "docs", deletion_protection = "enabled", schema = { fields = {
         _values = { type = "dense_vector", dimension = 3, metric = "cosine" } } } })
      local ports = { port, http.port(made.json.host), http.port(running.legacy_url or running.url) }
      local id = ask("POST", "/indexes/docs/backups", "{}").json.backup_id

      local open, answered = {}, 0
      for number = 1, REQUESTS do
         local bytes = request()
         local connection = assert(http.connect(one_of(ports)))
         local sent = random(10) == 1 and bytes:sub(1, random(#bytes)) or bytes
         connection:send(sent)
         open[number] = connection
         -- Most go at once, some stay open, half said.
         if sent == bytes and not bytes:find("HEAD ", 1, true) then
            local response = connection:receive(false, 20)
            if response then
               answered = answered + 1
               assert.is_true(response.status ~= 500, number .. " broke it: " .. bytes:sub(1, 2000))
            end
         end
         if random(3) > 1 then
            connection:close()
         end
      end
      for _, connection in ipairs(open) do
         connection:close()
      end

      assert.is_true(answered > REQUESTS / 2, answered .. " were answered")
      assert.equal(200, ask("GET", "/indexes/docs").status)
      assert.equal(id, ask("GET", "/backups/" .. id).json.backup_id)
      running:stop()
   end)
end)
