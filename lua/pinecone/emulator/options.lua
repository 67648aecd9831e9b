--- What an emulator can be told, with defaults.
-- @module pinecone.emulator.options

local decisions = require("pinecone.emulator.decisions")
local failure = require("pinecone.emulator.failure")
local routes = require("pinecone.emulator.api.routes")
local tables = require("pinecone.emulator.tables")

local options = {}

local function is_port(value)
   return type(value) == "number" and value % 1 == 0 and value >= 0 and value <= 65535
end

local function is_count(value)
   return type(value) == "number" and value >= 0 and value < math.huge
end

local function is_text(value)
   return type(value) == "string" and value ~= ""
end

local function are_operations(value)
   for key, name in pairs(value) do
      if type(key) ~= "number" or not routes.operations[name] then
         return false
      end
   end
   return true
end

local function are_messages(value)
   for name, text in pairs(value) do
      if not failure.exists(name) or type(text) ~= "string" then
         return false
      end
   end
   return true
end

local tables_of = {
   operation = { check = are_operations,
      wants = "a list of operations, such as create_backup or list_project_backups" },
   failure = { check = are_messages,
      wants = "texts by names of emulator/failure.lua, such as index_not_found" },
}

local function is_boolean(value)
   return type(value) == "boolean"
end

local function is_data(value)
   return type(value) == "table" or is_text(value)
end

-- Those of the server; the project's own stand in the table of decisions.
local known = {
   port = { default = 5080, check = is_port, wants = "a port number" },
   legacy_port = { default = 0, check = is_port, wants = "a port number" },
   api_key = { check = is_text, wants = "a non-empty string" },
   idle_seconds = { default = 600, check = is_count, wants = "a number, 0 or more" },
   speed = { default = 1, check = is_count, wants = "a number, 0 or more" },
   state = { check = is_text, wants = "the name of a file" },
   seed = { check = is_data, wants = "a table or the name of a JSON file" },
   faults = { check = is_data, wants = "a sequence of plans or the name of a JSON file" },
}

local by_type = {
   boolean = { check = is_boolean, wants = "true or false" },
   string = { check = function(value) return type(value) == "string" end, wants = "a string" },
}

local function one_of(choices)
   local words = {}
   for position, choice in ipairs(choices) do
      words[position] = tostring(choice)
   end
   return {
      check = function(value)
         for _, choice in ipairs(choices) do
            if choice == value then
               return true
            end
         end
         return false
      end,
      wants = "one of " .. table.concat(words, ", "),
   }
end

local function table_of(kind)
   local rule = tables_of[kind]
   return {
      check = function(value) return type(value) == "table" and rule.check(value) end, wants = rule.wants,
   }
end

local function number_rule(row)
   local least, most = row.least or 0, row.most or math.huge
   return {
      check = function(value)
         return type(value) == "number" and value >= least and value <= most
            and (not row.whole or value % 1 == 0)
      end,
      wants = (row.whole and "a whole number" or "a number")
         .. (row.most and (" from %d to %d"):format(least, most) or (", %d or more"):format(least)),
   }
end

local function rule_of(row)
   if row.choices then
      return one_of(row.choices)
   elseif row.names then
      return table_of(row.names)
   elseif type(row.default) == "number" then
      return number_rule(row)
   end
   return by_type[type(row.default)]
end

for _, row in ipairs(decisions.rows) do
   local rule = rule_of(row)
   known[row.name] = { default = row.default, check = rule.check, wants = rule.wants }
end

local function names(own)
   return table.concat(tables.names(tables.copy(known, own)), ", ")
end

--- What an option must be, where a value is not good for it.
-- @tparam string name of a known option
-- @param value
-- @treturn ?string such as "a boolean"; nil for a good value
function options.wants(name, value)
   local option = known[name]
   return not option.check(value) and option.wants or nil
end

--- Checks options and fills in the defaults. Misuse raises an error that
-- names the option.
-- @tparam table given
-- @tparam[opt] table own further names that the caller reads itself; they are
--   left out of the result
-- @tparam[opt] number level of the error, as for `error`
-- @treturn table
function options.complete(given, own, level)
   level = (level or 1) + 1
   if type(given) ~= "table" then
      error(("takes a table of options, got a %s"):format(type(given)), level)
   end
   for name, value in pairs(given) do
      local option = known[name]
      if option and not option.check(value) then
         error(("option '%s' must be %s"):format(name, option.wants), level)
      elseif not option and not (own and own[name]) then
         error(("unknown option '%s'; it takes %s"):format(tostring(name), names(own)), level)
      end
   end
   local completed = {}
   for name, option in pairs(known) do
      completed[name] = given[name]
      if completed[name] == nil then
         completed[name] = option.default
      end
   end
   return completed
end

return options
