-- Reads a page strictly: every tag closed in its turn, every attribute quoted, every special character escaped.

local markup = {}

local entities = { ["&amp;"] = "&", ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&#39;"] = "'" }

local function plain(escaped)
   local without = escaped:gsub("&#?%w+;", "")
   assert(not without:find "[&<>]", "not escaped: " .. escaped)
   return (escaped:gsub("&#?%w+;", function(entity)
      return assert(entities[entity], "unknown " .. entity)
   end))
end

local function attributes_of(written)
   local attributes = {}
   local rest = written:gsub('%s+([%a][%w-]*)="([^"]*)"', function(name, value)
      assert(attributes[name] == nil, "twice: " .. name)
      attributes[name] = plain(value)
      return ""
   end)
   assert(not rest:find "%S", "no attribute: " .. rest)
   return attributes
end

local Element = {}
Element.__index = Element

local function open(stack, name, written)
   local element = setmetatable({ name = name, attributes = attributes_of(written) }, Element)
   table.insert(stack[#stack], element)
   return element
end

local function tag(stack, inside)
   local closed = inside:match "^/([%a][%w-]*)$"
   if closed then
      local element = table.remove(stack)
      assert(element.name == closed, ("%s is closed by %s"):format(tostring(element.name), closed))
      return
   end
   local name, written, slash = inside:match "^([%a][%w-]*)(.-)(/?)$"
   local element = open(stack, assert(name, "no tag: " .. inside), written)
   if slash == "" then
      stack[#stack + 1] = element
   end
end

--- Reads a page; raises where it is not well-formed.
-- @tparam string page
-- @treturn table the root: `name`, `attributes`, and its children in order, elements and strings
function markup.parse(page)
   local body = assert(page:match "^<!DOCTYPE html>\n(.*)$", "no DOCTYPE")
   local root = setmetatable({}, Element)
   local stack, position = { root }, 1
   while position <= #body do
      local first, last, inside = body:find("<([^<>]*)>", position)
      local text = body:sub(position, (first or #body + 1) - 1)
      if text ~= "" then
         table.insert(stack[#stack], plain(text))
      end
      if not first then
         break
      end
      tag(stack, inside)
      position = last + 1
   end
   assert(#stack == 1, "not closed: " .. tostring(stack[#stack].name))
   return root
end

--- All elements in it, in their order; those of one name where one is given.
function Element:all(name, list)
   list = list or {}
   for _, child in ipairs(self) do
      if type(child) == "table" then
         list[#list + 1] = (name == nil or child.name == name) and child or nil
         child:all(name, list)
      end
   end
   return list
end

--- Its text and that of everything in it.
function Element:text()
   local parts = {}
   for place, child in ipairs(self) do
      parts[place] = type(child) == "table" and child:text() or child
   end
   return table.concat(parts)
end

return markup
