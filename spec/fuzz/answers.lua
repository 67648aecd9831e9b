-- Answers as a hostile server would send them, byte for byte, through libcurl. The first two bytes of the input choose
-- the operation and the circumstances, the rest is what the server sends.

local fuzz = ...
local core = require "pinecone.core"
local promises = require "promises"
local scene = require "scene"

local url = "http://127.0.0.1:" .. fuzz.listen()

local good_answer = 'HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{"indexes":[{"name":"second"}]}'

local versions = { "2026-04", "2026-07", "unstable" } -- and none
local pieces = { 65536, 7 }
local caps = { 64 * 1024 * 1024, 100 }

-- Takes the lowest digit in that base off the circumstances.
local function chooser(circumstances)
   return function(base)
      local digit = circumstances % base
      circumstances = (circumstances - digit) / base
      return digit + 1
   end
end

local function new_client(legacy, version, cap)
   return assert(core.new {
      api_key = promises.api_key, host = url, environment = legacy and "us-east1-gcp" or nil,
      api_version = version, max_response_bytes = cap,
      -- with a deadline that no Retry-After of a second fits into
      timeout = 0.9, max_retries = 1, retry_delay = 0,
   })
end

-- What is left of an answer must not become the answer to what is asked next.
local function check_next(client, legacy)
   fuzz.answer(good_answer)
   local call = legacy and core.request(client, "/indexes") or core.list_indexes(client)
   local value, err = scene.drive(call, fuzz.serve)
   if err then
      promises.fail("the next call fails: %s", tostring(err))
   end
   if value.indexes[1].name ~= "second" then
      promises.fail "the next call gives what is left of the answer before"
   end
end

local function has_operation(operation, legacy)
   return not legacy or core.operations[operation].legacy
end

local function run(operation, legacy, version, bytes, piece, cap)
   local client = new_client(legacy, version, cap)
   fuzz.answer(bytes, piece)
   local call, problem = core[operation](client, scene.needed(operation, url))
   if call then
      local value, err = scene.drive(call, fuzz.serve)
      if err then
         promises.check_failure(err, operation)
      else
         promises.check_result(operation, value, legacy)
      end
      check_next(client, legacy)
   elseif has_operation(operation, legacy) then
      promises.fail("%s is refused: %s", operation, tostring(problem))
   else
      promises.check_failure(problem, operation)
   end
   client:close()
   fuzz.hang_up()
end

return function(input)
   local first, second = input:byte(1, 2)
   if not second then
      return
   end
   local choose = chooser(second)
   local legacy = choose(2) == 2
   local version, piece, cap = versions[choose(4)], pieces[choose(2)], caps[choose(2)]
   run(scene.operations[first % #scene.operations + 1], legacy, version, input:sub(3), piece, cap)
end
