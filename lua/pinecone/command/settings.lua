--- The options of the emulated project on the command line: `--set NAME=VALUE`
-- and the list of what can be set.
-- @module pinecone.command.settings

local decisions = require("pinecone.emulator.decisions")
local json = require("pinecone.emulator.json")
local nearest = require("pinecone.emulator.nearest")
local options = require("pinecone.emulator.options")

local settings = {}

local WIDTH = 80
local INDENT = "   "

local function read_json(text)
   local value = json.decode(text)
   return type(value) == "table" and value or nil
end

local booleans = { ["true"] = true, ["false"] = false }

-- How each type is read; nil where the text is not of it.
local readers = {
   boolean = function(text) return booleans[text] end,
   number = tonumber,
   string = function(text) return text end,
   table = read_json,
}

local function row_of(name)
   local names = {}
   for position, row in ipairs(decisions.rows) do
      if row.name == name then
         return row
      end
      names[position] = row.name
   end
   local alike = nearest(name, names)
   return nil, ("--set: there is no option '%s'%s; --list-options shows all"):format(name,
      alike and ", did you mean " .. alike or "")
end

--- Reads an argument of `--set`.
-- @tparam string text `NAME=VALUE`
-- @treturn table `name` and `value`, or nil and what is wrong
function settings.read(text)
   local name, word = text:match("^([^=]*)=(.*)$")
   if not name then
      return nil, ("--set: '%s' is not NAME=VALUE"):format(text)
   end
   local row, problem = row_of(name)
   if not row then
      return nil, problem
   end
   local value = readers[type(row.default)](word)
   local wants = options.wants(name, value)
   if wants then
      return nil, ("--set: %s must be %s, not '%s'"):format(name, wants, word)
   end
   return { name = name, value = value }
end

-- Lines of at most so many characters.
local function wrapped(text, width)
   local lines = {}
   local line = ""
   for word in text:gmatch("%S+") do
      if line ~= "" and #line + 1 + #word > width then
         lines[#lines + 1] = line
         line = word
      else
         line = line .. (line ~= "" and " " or "") .. word
      end
   end
   lines[#lines + 1] = line
   return lines
end

local function default_text(row)
   if type(row.default) == "table" then
      return "{}"
   end
   return row.default == "" and '""' or tostring(row.default)
end

-- The default, then the other choices.
local function values_text(row)
   local text = default_text(row)
   for _, choice in ipairs(row.choices or {}) do
      if choice ~= row.default then
         text = text .. " | " .. tostring(choice)
      end
   end
   return text
end

local function widest_name()
   local most = 0
   for _, row in ipairs(decisions.rows) do
      most = math.max(most, #row.name)
   end
   return most
end

--- What can be set: name, default, other choices, and below what it does.
-- @treturn string lines of at most 80 characters
function settings.listing()
   local width = widest_name()
   local format = ("%%-%ds  %%s\n"):format(width)
   local out = { format:format("NAME", "DEFAULT | OTHER CHOICES") }
   for _, row in ipairs(decisions.rows) do
      for position, line in ipairs(wrapped(values_text(row), WIDTH - width - 2)) do
         out[#out + 1] = format:format(position == 1 and row.name or "", line)
      end
      for _, line in ipairs(wrapped(row.text, WIDTH - #INDENT)) do
         out[#out + 1] = INDENT .. line .. "\n"
      end
   end
   return table.concat(out)
end

return settings
