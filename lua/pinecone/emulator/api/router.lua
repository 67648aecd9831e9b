--- Finds the route of a request.
-- @module pinecone.emulator.api.router

local uri = require("pinecone.emulator.api.uri")

local router = {}

local function compile(route)
   local parts = {}
   for segment in route.template:gmatch("/([^/]*)") do
      parts[#parts + 1] = { text = segment, parameter = segment:match("^{(.*)}$") }
   end
   return { route = route, parts = parts }
end

-- The path parameters, or nil when the path is another one.
local function match(parts, segments)
   local parameters = {}
   for position, part in ipairs(parts) do
      local segment = segments[position]
      if part.parameter then
         if segment == "" then
            return nil
         end
         parameters[part.parameter] = segment
      elseif part.text ~= segment then
         return nil
      end
   end
   return parameters
end

--- Makes a router.
-- @tparam table routes
-- @treturn function given method and path, returns the route and its path
--   parameters; or nil and the methods that the path allows (empty when there
--   is no such path); or nil alone when the path's encoding is broken
function router.new(routes)
   local by_length = {}
   for _, route in ipairs(routes) do
      local compiled = compile(route)
      by_length[#compiled.parts] = by_length[#compiled.parts] or {}
      table.insert(by_length[#compiled.parts], compiled)
   end

   return function(method, path)
      local segments = uri.segments(path)
      if not segments then
         return nil
      end
      local allowed = {}
      for _, candidate in ipairs(by_length[#segments] or {}) do
         local parameters = match(candidate.parts, segments)
         if parameters and candidate.route.method == method then
            return candidate.route, parameters
         elseif parameters then
            allowed[#allowed + 1] = candidate.route.method
         end
      end
      return nil, allowed
   end
end

return router
