-- Checks the arguments of the methods that are written in Lua, as the core checks those of its own. Misuse raises.

local core = require "pinecone.core"
local errors = require "pinecone.errors"
local keys = require "pinecone.keys"

local function unknown(method, what, name, known)
   local names = keys.sorted(known)
   local meant = type(name) == "string" and core.nearest(name, names)
   errors.misuse(("%s: unknown %s '%s'; %s"):format(method, what, tostring(name),
      meant and ("did you mean '%s'?"):format(meant) or "it takes " .. table.concat(names, ", ")))
end

-- What methods that last take in their second table.
local options = { timeout = true, api_version = true, on_progress = true }

--- Refuses what belongs into the second table.
local function check_no_option(method, given)
   for name in pairs(options) do
      if given[name] ~= nil then
         errors.misuse(("%s: '%s' is an option; options go into a second table: ({ ... }, { %s = ... })"):format(
            method, name, name))
      end
   end
end

--- Refuses what does not belong there.
local function check_options(method, given)
   for name in pairs(given) do
      if not options[name] then
         unknown(method, "option", name, options)
      end
   end
end

local function check_names(method, given, fields)
   check_no_option(method, given)
   for name in pairs(given) do
      if not fields[name] then
         unknown(method, "field", name, fields)
      end
   end
end

--- Checks a table of named fields.
-- @tparam string method the name that the caller used
-- @param given what the caller gave
-- @tparam table fields the name of each to its type, as `type` tells it; with `!` at its end it is required
local function check(method, given, fields)
   if type(given) ~= "table" then
      errors.misuse(("%s: takes a table of named fields, got a %s"):format(method, type(given)))
   end
   check_names(method, given, fields)
   for _, name in ipairs(keys.sorted(fields)) do
      local wanted, mark = fields[name]:match "^(%l+)(!?)$"
      local value = given[name]
      if value == nil and mark == "!" then
         errors.misuse(("%s: '%s' is missing (%s)"):format(method, name, wanted))
      elseif value ~= nil and type(value) ~= wanted then
         errors.misuse(("%s: '%s' must be a %s, got a %s"):format(method, name, wanted, type(value)))
      elseif value ~= value then
         errors.misuse(("%s: '%s' must be a number, got one that is none (nan)"):format(method, name))
      end
   end
end

--- Checks how many may be done at once.
local function check_limit(method, limit)
   if limit and not (limit >= 1 and limit % 1 == 0) then
      errors.misuse(("%s: 'limit' must be a whole number from 1 up, got %s"):format(method, tostring(limit)))
   end
end

return {
   check = check, check_options = check_options, check_no_option = check_no_option, check_limit = check_limit,
}
