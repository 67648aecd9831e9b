--- The log of requests: what was asked and what was answered, never keys.
-- @module pinecone.emulator.request_log

local request_log = {}

local KEPT = 10000

--- An empty log.
-- @treturn table
function request_log.new()
   return { rows = {}, number = 0 }
end

--- Adds a row for a request that has just come in.
-- @tparam table log
-- @tparam table request
-- @tparam ?string operation
-- @treturn table the row; set its `status` when it is known
function request_log.add(log, request, operation)
   if #log.rows >= 2 * KEPT then
      local recent = {}
      for position = #log.rows - KEPT + 1, #log.rows do
         recent[#recent + 1] = log.rows[position]
      end
      log.rows = recent
   end
   log.number = log.number + 1
   local row = {
      number = log.number, connection = request.connection, port = request.port,
      operation = operation, method = request.method, path = request.path,
      query = request.query or "", api_version = request.headers["x-pinecone-api-version"],
   }
   log.rows[#log.rows + 1] = row
   return row
end

--- Empties a log; numbers start again at 1.
-- @tparam table log
function request_log.clear(log)
   log.rows, log.number = {}, 0
end

return request_log
