-- What every operation refuses.

local http = require "support.http"
local mutants = require "support.mutants"

local parts = {}

--- Asks every operation of a contract with a wrong key, and while the emulator is broken.
function parts:everywhere(contract)
   for _, operation in ipairs(contract.operations) do
      if self.routes(operation) then
         local request = {
            method = operation.method, path = operation.template:gsub("{[^}]*}", "x"), body = operation.body and {},
         }
         self:gets(401, self.stranger:request(request))
         self.project:breaking(function() self:gets(500, self.pc:request(request)) end)
      end
   end
end

local refusals = { [400] = true, [422] = true }

local function send_broken(self, request, text)
   local answer = http.exchange(http.port(self.project.url), request.method, request.path, text, {
      ["Api-Key"] = self.project.api_key, ["X-Pinecone-Api-Version"] = self.version,
      ["Content-Type"] = "application/json",
   })
   if not refusals[answer.status] then
      self.surprises[#self.surprises + 1] = ("%s %s %s at %s: expected 400 or 422, got %d"):format(request.method,
         request.path, text, self.version, answer.status)
   end
end

--- Sends what was accepted once more, with bodies that the operation does not take.
-- @tparam table contract
-- @tparam table exchanges
function parts:mutants(contract, exchanges)
   local sent = {}
   -- What is to be changed must be there: which is looked at first, the body or the index, no source says.
   self:make_serverless "movies"
   self:make_pod "pods"
   self:pass_time()
   for _, exchange in ipairs(exchanges) do
      local request = exchange.request
      local operation = exchange.version == self.version and exchange.plane == "control"
         and exchange.response.status < 300 and contract:find(request.method, request.path)
      for _, text in ipairs(operation and operation.body and mutants.of(request.body, operation.body.schema) or {}) do
         if not sent[operation.name .. text] then
            sent[operation.name .. text] = true
            send_broken(self, request, text)
         end
      end
   end
end

return parts
