-- Looks for a text in everything that Lua's debug library can reach.

local reachable = {}

-- Each of these gives what a value holds, with a name for it.
local inside = {}

function inside.table(value, visit)
   for key, held in next, value do
      visit("a key", key)
      visit(type(key) == "string" and key or "[" .. type(key) .. "]", held)
   end
end

inside["function"] = function(value, visit)
   local number = 1
   local name, held = debug.getupvalue(value, number)
   while name do
      visit("upvalue " .. name, held)
      number = number + 1
      name, held = debug.getupvalue(value, number)
   end
end

-- One in 5.2 and 5.3, many in 5.4; an environment in 5.1.
function inside.userdata(value, visit)
   if not debug.getuservalue then
      return
   end
   for number = 1, 8 do
      visit("uservalue", (debug.getuservalue(value, number)))
   end
end

local function environment(value, visit)
   if debug.getfenv and type(value) ~= "table" then
      visit("environment", debug.getfenv(value))
   end
end

--- Tells where a text, or a good part of it, can be found.
-- @param root where to begin
-- @tparam string text
-- @treturn ?string the way there
-- @treturn number how many values were seen
function reachable.find(root, text)
   local parts = { text:sub(1, 12), text:sub(-12) }
   local seen, queue, count = {}, { root }, 1
   local ways = { "root" }
   local found

   local function look(way, shown)
      for _, part in ipairs(parts) do
         if shown:find(part, 1, true) then
            found = found or way
         end
      end
   end

   local function visitor(way)
      return function(name, held)
         local kind = type(held)
         if kind == "string" then
            look(way .. ", " .. name, held)
         elseif (inside[kind] or kind == "thread") and not seen[held] then
            seen[held] = true
            count = count + 1
            queue[count], ways[count] = held, way .. ", " .. name
         end
      end
   end

   local number = 1
   while queue[number] ~= nil do
      local value, way = queue[number], ways[number]
      local visit = visitor(way)
      local shows, shown = pcall(tostring, value)
      look(way .. ", tostring", shows and shown or "")
      visit("metatable", debug.getmetatable(value))
      environment(value, visit)
      if inside[type(value)] then -- a thread's stack holds the search itself
         inside[type(value)](value, visit)
      end
      number = number + 1
   end
   return found, count
end

return reachable
