-- Reads OpenAPI files into contracts.

local contract = require "support.contract"

local openapi = {}

local METHODS = { "get", "post", "put", "patch", "delete" }

--- The folder of the files: what PINECONE_OPENAPI names, else beside the checkout.
openapi.folder = os.getenv "PINECONE_OPENAPI" or "../shared/api/openapi"

local function at(document, reference)
   local found = document
   for name in reference:gsub("^#/", ""):gmatch "[^/]+" do
      found = found[name] or error("nothing at " .. reference)
   end
   return found
end

-- Puts what is referred to in the place of each reference. What refers to itself stays a circle of tables.
local function resolve(document)
   local seen = {}
   local function walk(node)
      if type(node) ~= "table" or seen[node] then
         return
      end
      seen[node] = true
      for key, inner in pairs(node) do
         while type(inner) == "table" and inner["$ref"] do
            inner = at(document, inner["$ref"])
         end
         if key == "mapping" then
            for word, reference in pairs(inner) do
               inner[word] = type(reference) == "string" and at(document, reference) or reference
            end
         end
         node[key] = inner
         walk(inner)
      end
   end
   walk(document)
end

local function parameters_in(place, item, operation)
   local found = {}
   for _, list in ipairs { item.parameters or {}, operation.parameters or {} } do
      for _, parameter in ipairs(list) do
         if parameter["in"] == place then
            local name = place == "header" and parameter.name:lower() or parameter.name
            found[name] = { schema = parameter.schema, required = parameter.required == true }
         end
      end
   end
   return found
end

local function body_of(operation)
   local body = operation.requestBody
   local _, media = next(body and body.content or {})
   return media and { required = body.required == true, schema = media.schema }
end

local function responses_of(operation)
   local responses = {}
   for status, response in pairs(operation.responses) do
      local media_type, media = next(response.content or {})
      responses[status] = { media_type = media_type, schema = media and media.schema }
   end
   return responses
end

--- Whether a file of that name is there.
-- @tparam string name without folder and ending
function openapi.has(name)
   local file = io.open(("%s/%s.yaml"):format(openapi.folder, name))
   return file ~= nil and file:close()
end

--- Reads a file.
-- @tparam string name without folder and ending
-- @treturn table a contract, see @{support.contract}
function openapi.load(name)
   local file = assert(io.open(("%s/%s.yaml"):format(openapi.folder, name)))
   local document = require("lyaml").load(file:read "*a")
   file:close()
   resolve(document)
   local operations = {}
   for template, item in pairs(document.paths) do
      for _, method in ipairs(METHODS) do
         local operation = item[method]
         if operation then
            operations[#operations + 1] = {
               name = operation.operationId, method = method:upper(), template = template,
               query = parameters_in("query", item, operation),
               headers = parameters_in("header", item, operation),
               body = body_of(operation), responses = responses_of(operation),
            }
         end
      end
   end
   return contract.new(operations)
end

return openapi
