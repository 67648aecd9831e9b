-- What LDoc has read, as plain data for programs: a filter of ldoc, which writes build/doc/model.lua. Runs in LDoc's
-- own Lua, in this folder.
--
-- It is a table of
--   pages   a sequence: `name`, `class` (whether it is one), `summary`, `description`, `usage`
--   items   a sequence: `page`, `name`, `method` (whether it is called with a colon), `table` (whether it is one),
--           `summary`, `description`, `params` or, of a table, fields (`name`, `type`, `optional`, `default`, `text`,
--           `fields`), `returns` (groups of `type` and `text`), `raise`, `kinds` (`name`, `text`), `api`, `usage`

local OUTPUT = "../../build/doc/model.lua"

local function trimmed(text)
   text = text and text:gsub("^%s+", ""):gsub("%s+$", "")
   return text ~= "" and text or nil
end

local function in_one_line(text)
   return text and trimmed((text:gsub("%s+", " ")))
end

local function parameter(item, name)
   local modifiers = (item.modifiers[item.parameter] or {})[name] or {}
   local default = modifiers.opt
   return {
      name = name:match "[^.]*$", type = modifiers.type, optional = default ~= nil,
      default = type(default) == "string" and default or nil, text = in_one_line(item.params.map[name]),
   }
end

local function parameters(item)
   local list = {}
   for _, name in ipairs(item.params or {}) do
      local row = parameter(item, name)
      local fields = item.subparams and item.subparams[name]
      if fields then
         row.fields = {}
         for place, field in ipairs(fields) do
            row.fields[place] = parameter(item, field)
         end
      end
      list[#list + 1] = row
   end
   return list
end

local function returns(item)
   local groups = {}
   for _, group in ipairs(item.retgroups or {}) do
      local values = {}
      for place, value in ipairs(group) do
         values[place] = { type = value.type, text = in_one_line(value.text) }
      end
      groups[#groups + 1] = values
   end
   return groups
end

local function kinds(item)
   local list = {}
   for place, line in ipairs(item.tags.kind or {}) do
      local name, text = line:match "^(%S+)%s+(.*)$"
      list[place] = { name = name, text = in_one_line(text) }
   end
   return list
end

local function read_item(page, item)
   local name = item.name:match "([%w_]+)$"
   return {
      page = page.name, name = name, method = item.name:find ":" ~= nil, table = item.type == "table",
      summary = in_one_line(item.summary), description = trimmed(item.description),
      params = parameters(item), returns = returns(item), raise = in_one_line(item.raise), kinds = kinds(item),
      api = item.tags.api and item.tags.api[1], usage = item.usage and trimmed(item.usage[1]),
   }
end

local function write_value(file, value, indent)
   if type(value) ~= "table" then
      file:write(type(value) == "string" and ("%q"):format(value) or tostring(value))
      return
   end
   local names = {}
   for name in pairs(value) do
      names[#names + 1] = name
   end
   table.sort(names)
   file:write "{\n"
   for _, name in ipairs(names) do
      file:write(indent, "   [", type(name) == "string" and ("%q"):format(name) or name, "] = ")
      write_value(file, value[name], indent .. "   ")
      file:write ",\n"
   end
   file:write(indent, "}")
end

local model = {}

function model.write(modules)
   local read = { pages = {}, items = {} }
   for _, page in ipairs(modules) do
      read.pages[#read.pages + 1] = {
         name = page.name, class = page.type == "classmod", summary = in_one_line(page.summary),
         description = trimmed(page.description), usage = page.usage and trimmed(page.usage[1]),
      }
      for _, item in ipairs(page.items) do
         read.items[#read.items + 1] = read_item(page, item)
      end
   end
   local file = assert(io.open(OUTPUT, "w"))
   file:write "return "
   write_value(file, read, "")
   file:write "\n"
   file:close()
end

return model
