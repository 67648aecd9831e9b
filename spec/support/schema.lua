-- Holds decoded JSON against schemas as OpenAPI 3.0 writes them, and tells everything that is wrong with it.
--
-- Stricter than the standard where an emulator must be: a property that a schema with properties does not declare is
-- wrong, and so is a value outside `x-enum`. A keyword that is not known here raises, so that nothing goes unchecked.

local dkjson = require "dkjson"

local schema = {}

local annotations = {
   description = true, title = true, example = true, default = true, deprecated = true,
   -- Read beside the keyword that they belong to.
   nullable = true, mapping = true,
}

local function kind_of(value)
   if value == dkjson.null then
      return "null"
   elseif type(value) == "table" then
      return getmetatable(value).__jsontype
   end
   return type(value)
end

local takes = {
   string = function(_, kind) return kind == "string" end,
   boolean = function(_, kind) return kind == "boolean" end,
   number = function(_, kind) return kind == "number" end,
   integer = function(value, kind) return kind == "number" and value % 1 == 0 end,
   object = function(_, kind) return kind == "object" end,
   array = function(_, kind) return kind == "array" end,
}

local function is_date_time(text)
   local month, day, hour, minute, second, rest = text:match "^%d%d%d%d%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$"
   local zone = rest and rest:gsub("^%.%d+", "")
   return rest ~= nil and (zone == "Z" or zone:find "^[+-]%d%d:%d%d$" ~= nil)
      and tonumber(month) >= 1 and tonumber(month) <= 12 and tonumber(day) >= 1 and tonumber(day) <= 31
      and tonumber(hour) <= 23 and tonumber(minute) <= 59 and tonumber(second) <= 60
end

-- That they are whole is the type's to say.
local formats = {
   int32 = { "number", function(value) return value >= -2 ^ 31 and value < 2 ^ 31 end },
   -- Doubles hold no more than 53 bits; what is sent as a number must survive them.
   int64 = { "number", function(value) return value >= -2 ^ 53 and value <= 2 ^ 53 end },
   float = { "number", function() return true end },
   ["date-time"] = { "string", is_date_time },
   byte = { "string", function(text) return text:find "^[%w+/]*=*$" ~= nil end },
}

local problems_of

local function words(values)
   local texts = {}
   for position, value in ipairs(values) do
      texts[position] = tostring(value)
   end
   return texts
end

local function contains(list, value)
   for _, one in ipairs(list) do
      if one == value then
         return true
      end
   end
   return false
end

-- The fewest problems stand for a value that fits none of several schemas: that one was probably meant.
local function closest(all)
   table.sort(all, function(one, other) return #one < #other end)
   return all[1]
end

local function one_of(value, branches, path)
   local fitting, wrong = 0, {}
   for _, branch in ipairs(branches) do
      local problems = problems_of(value, branch, path)
      if #problems == 0 then
         fitting = fitting + 1
      else
         wrong[#wrong + 1] = problems
      end
   end
   return fitting, wrong
end

local function add_all(report, problems)
   for _, problem in ipairs(problems) do
      report.problems[#report.problems + 1] = problem
   end
end

-- What a schema says of an object's other properties: those that it does not name. Where it shuts them out in so many
-- words, whoever reads the object has to refuse them.
local function check_other(name, value, declared, report)
   local other = declared.additionalProperties
   if type(other) == "table" then
      add_all(report, problems_of(value, other, report.path .. "." .. name))
   elseif other == false then
      report.add("closed", "is shut out", "." .. name)
   elseif other == nil and declared.properties and not declared.oneOf then
      report.add("undeclared", "is not declared", "." .. name)
   end
end

-- Each keyword's check, for the kinds of value that it speaks of.
local keywords = {}

local function keyword(name, kind, check)
   keywords[name] = { kind = kind, check = check }
end

keyword("type", nil, function(value, wanted, report)
   if not takes[wanted](value, report.kind) then
      report.add("type", ("is no %s but %s"):format(wanted, report.kind))
   end
end)

for _, name in ipairs { "enum", "x-enum" } do
   keyword(name, nil, function(value, choices, report)
      if not contains(choices, value) then
         report.add(name, ("is none of %s: %s"):format(table.concat(words(choices), ", "), tostring(value)))
      end
   end)
end

keyword("format", nil, function(value, name, report)
   local format = formats[name] or error("unknown format " .. name)
   local kind, fits = format[1], format[2]
   if report.kind == kind and not fits(value) then
      report.add("format", ("is no %s: %s"):format(name, tostring(value)))
   end
end)

keyword("minimum", "number", function(value, least, report)
   if value < least then
      report.add("minimum", ("is less than %s: %s"):format(least, value))
   end
end)

keyword("maximum", "number", function(value, most, report)
   if value > most then
      report.add("maximum", ("is more than %s: %s"):format(most, value))
   end
end)

keyword("minLength", "string", function(value, least, report)
   if #value < least then
      report.add("minLength", "is too short: " .. value)
   end
end)

keyword("maxLength", "string", function(value, most, report)
   if #value > most then
      report.add("maxLength", "is too long: " .. value)
   end
end)

local function count(object)
   local number = 0
   for _ in pairs(object) do
      number = number + 1
   end
   return number
end

keyword("minProperties", "object", function(value, least, report)
   if count(value) < least then
      report.add("minProperties", "has too few properties")
   end
end)

keyword("maxProperties", "object", function(value, most, report)
   if count(value) > most then
      report.add("maxProperties", "has too many properties")
   end
end)

keyword("required", "object", function(value, names, report)
   for _, name in ipairs(names) do
      if value[name] == nil then
         report.add("required", "is missing", "." .. name)
      end
   end
end)

keyword("properties", "object", function(value, properties, report, declared)
   for name, inner in pairs(value) do
      if properties[name] then
         add_all(report, problems_of(inner, properties[name], report.path .. "." .. name))
      else
         check_other(name, inner, declared, report)
      end
   end
end)

keyword("additionalProperties", "object", function(value, _, report, declared)
   if not declared.properties then
      for name, inner in pairs(value) do
         check_other(name, inner, declared, report)
      end
   end
end)

keyword("items", "array", function(value, items, report)
   for position, inner in ipairs(value) do
      add_all(report, problems_of(inner, items, ("%s[%d]"):format(report.path, position)))
   end
end)

keyword("discriminator", "object", function(value, discriminator, report)
   local name = discriminator.propertyName
   local branch = discriminator.mapping[value[name]]
   if branch then
      add_all(report, problems_of(value, branch, report.path))
   else
      report.add("discriminator", "is none of the mapping: " .. tostring(value[name]), "." .. name)
   end
end)

keyword("oneOf", nil, function(value, branches, report, declared)
   if declared.discriminator then -- which says more clearly what is wrong
      return
   end
   local fitting, wrong = one_of(value, branches, report.path)
   if fitting == 0 then
      add_all(report, closest(wrong))
   elseif fitting > 1 then
      report.add("oneOf", "fits more than one schema")
   end
end)

local function new_report(path, kind)
   local report = { path = path, kind = kind, problems = {} }
   function report.add(rule, text, below)
      report.problems[#report.problems + 1] = { rule = rule, path = path .. (below or ""), text = text }
   end
   return report
end

function problems_of(value, declared, path)
   local report = new_report(path, kind_of(value))
   if report.kind == "null" then
      if not declared.nullable then
         report.add("null", "is null")
      end
      return report.problems
   end
   for name, wanted in pairs(declared) do
      local known = keywords[name]
      if known and (known.kind == nil or known.kind == report.kind) then
         known.check(value, wanted, report, declared)
      elseif not known and not annotations[name] then
         error(("%s: the schema's keyword %s is not known"):format(path, tostring(name)))
      end
   end
   return report.problems
end

--- Decodes JSON so that `[]`, `{}` and null can be told apart.
-- @tparam string text
-- @return the value, or nil and what is wrong
function schema.decode(text)
   local value, after, problem = dkjson.decode(text, 1, dkjson.null)
   if problem then
      return nil, problem
   elseif text:find("%S", after) then
      return nil, "something follows the JSON value"
   end
   return value
end

--- Tells what is wrong with a value.
-- @param value as @{decode} gives it
-- @tparam table declared the schema, its references resolved
-- @treturn table a sequence of `{ rule, path, text }`, empty when all is well
function schema.problems(value, declared)
   local problems = problems_of(value, declared, "$")
   table.sort(problems, function(one, other) return one.path .. one.rule < other.path .. other.rule end)
   return problems
end

return schema
