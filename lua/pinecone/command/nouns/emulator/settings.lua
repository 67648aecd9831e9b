--- The options of the emulated project on the command line: `--set NAME=VALUE`
-- and the list of what can be set.
-- @module pinecone.command.nouns.emulator.settings

local decisions = require("pinecone.emulator.decisions")
local json = require("pinecone.emulator.json")
local nearest = require("pinecone.emulator.nearest")
local options = require("pinecone.emulator.options")
local text = require("pinecone.command.output.text")

local settings = {}

local WIDTH = 80
local INDENT = "   "

local function read_json(word)
   local value = json.decode(word)
   return type(value) == "table" and value or nil
end

local booleans = { ["true"] = true, ["false"] = false }

-- How each type is read; nil where the word is not of it.
local readers = {
   boolean = function(word) return booleans[word] end,
   number = tonumber,
   string = function(word) return word end,
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
-- @tparam string given `NAME=VALUE`
-- @treturn table `name` and `value`, or nil and what is wrong
function settings.read(given)
   local name, word = given:match("^([^=]*)=(.*)$")
   if not name then
      return nil, ("--set: '%s' is not NAME=VALUE"):format(given)
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

local function default_of(row)
   if type(row.default) == "table" then
      return "{}"
   end
   return row.default == "" and '""' or tostring(row.default)
end

-- The default, then the other choices.
local function values_of(row)
   local shown = default_of(row)
   for _, choice in ipairs(row.choices or {}) do
      if choice ~= row.default then
         shown = shown .. " | " .. tostring(choice)
      end
   end
   return shown
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
   local format, between = ("%%-%ds  %%s"):format(width), "\n" .. (" "):rep(width + 2)
   local out = { format:format("NAME", "DEFAULT | OTHER CHOICES") }
   for _, row in ipairs(decisions.rows) do
      local values = text.wrap(values_of(row), WIDTH - width - 2):gsub("\n", between)
      out[#out + 1] = format:format(row.name, values)
      out[#out + 1] = text.wrap(INDENT .. row.text, WIDTH, INDENT)
   end
   return table.concat(out, "\n")
end

return settings
