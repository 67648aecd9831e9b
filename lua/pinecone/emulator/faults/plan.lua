--- Fault plans as they are written: their fields, what may stand beside what,
-- and what is wrong with a plan. The fields are told in @{pinecone.emulator.faults}.
-- @module pinecone.emulator.faults.plan

local nearest = require("pinecone.emulator.nearest")
local turns = require("pinecone.emulator.faults.turns")
local tables = require("pinecone.emulator.tables")

local plan = {}

local MOST_SECONDS = 365 * 86400
local MOST_DRIPPED_BYTES = 65536
local MOST_FLOOD_HEADERS = 1000000
local LARGEST_LENGTH = 1e15
local MOST_LOST_RECORDS = 1e9
local TOKEN = "^[%w!#$%%&'*+.^_`|~-]+$"
local GATEWAY_STATUS = 502

local function is_number(value, least, most)
   return type(value) == "number" and value >= least and value <= most
end

local function is_whole(value, least, most)
   return is_number(value, least, most) and value % 1 == 0
end

local function is_line(value)
   return type(value) == "string" and not value:find("[%z\1-\8\10-\31\127]")
end

local function whole(least, most)
   return {
      accepts = function(value) return is_whole(value, least, most) end,
      wants = ("a whole number from %d to %.0f"):format(least, most),
   }
end

local function is_seconds(value)
   return is_number(value, 0, MOST_SECONDS)
end

local function seconds()
   return { accepts = is_seconds, wants = ("seconds, a number from 0 to %d"):format(MOST_SECONDS) }
end

local function flag()
   return { accepts = function(value) return type(value) == "boolean" end, wants = "true or false" }
end

local function text()
   return { accepts = function(value) return type(value) == "string" end, wants = "a string" }
end

local function one_of(...)
   local words, quoted = {}, {}
   for position, word in ipairs({ ... }) do
      words[word] = true
      quoted[position] = ("%q"):format(word)
   end
   return { accepts = function(value) return words[value] == true end,
      wants = "one of " .. table.concat(quoted, ", ") }
end

local function is_headers(value)
   if type(value) ~= "table" then
      return false
   end
   for name, line in pairs(value) do
      if type(name) ~= "string" or not name:find(TOKEN) or not is_line(line) then
         return false
      end
   end
   return true
end

local function is_drip(value)
   if type(value) ~= "table" then
      return is_seconds(value)
   end
   for name in pairs(value) do
      if name ~= "bytes" and name ~= "seconds" then
         return false
      end
   end
   return is_seconds(value.seconds) and (value.bytes == nil or is_whole(value.bytes, 1, MOST_DRIPPED_BYTES))
end

-- `acts`: it alone makes a request go wrong. The others only say how.
local fields = {
   operation = { accepts = text().accepts, wants = 'the name of an operation or "*"' },
   on = { accepts = turns.accepts, wants = turns.wants },

   status = whole(200, 599),
   html = flag(),
   headers = { accepts = is_headers, wants = "a table of header names and one-line strings" },
   body = text(),
   retry_after = {
      accepts = function(value) return is_seconds(value) or is_line(value) end,
      wants = "seconds, or the text of the header",
   },
   after = flag(),
   late = seconds(),

   drop = one_of("before", "during", "after"),
   reset = flag(),

   delay = seconds(),
   drip = {
      accepts = is_drip,
      wants = ("the seconds between two bytes, or {bytes = N, seconds = S} with N up to %d")
         :format(MOST_DRIPPED_BYTES),
   },
   cut = whole(0, LARGEST_LENGTH),
   garble = flag(),
   content_length = whole(0, LARGEST_LENGTH),
   endless = flag(),
   header_flood = whole(1, MOST_FLOOD_HEADERS),

   lag = seconds(),
   job = one_of("failed", "cancelled"),
   job_seconds = seconds(),
   lose = whole(1, MOST_LOST_RECORDS),
}

for _, name in ipairs({
   "status", "html", "drop", "delay", "drip", "cut", "garble", "content_length", "endless",
   "header_flood", "lag", "job", "job_seconds", "lose",
}) do
   fields[name].acts = true
end

--- The names of the fields that the emulated project looks at, not the server.
plan.circumstances = { "lag", "job", "job_seconds", "lose" }

-- What a field needs beside it, one of these.
local needs = {
   { "headers", { "status", "html" } },
   { "body", { "status" } },
   { "retry_after", { "status", "html" } },
   { "after", { "status", "html" } },
   { "late", { "status", "html", "drop" } },
   { "reset", { "drop" } },
}

-- The one operation, beside "*", that a field means something to.
local homes = {
   { "lose", "create_index_from_backup" },
}

-- What cannot stand beside a field.
local exclusions = {
   { "after", { "late" } },
   { "body", { "html" } },
   { "drop", { "status", "html", "drip", "cut", "garble", "content_length", "endless", "header_flood" } },
   { "endless", { "body", "html", "cut", "garble", "content_length" } },
}

local names = tables.names(fields)

local function unknown_field(name)
   local meant = nearest(tostring(name), names)
   return ("unknown field '%s' in a fault plan; %s"):format(tostring(name),
      meant and ("did you mean %s?"):format(meant) or "it takes " .. table.concat(names, ", "))
end

local function bad_field(given)
   for name in pairs(given) do
      if not fields[name] then
         return unknown_field(name)
      end
   end
   for _, name in ipairs(names) do
      if given[name] ~= nil and not fields[name].accepts(given[name]) then
         return ("bad value of '%s' in a fault plan: it must be %s"):format(name, fields[name].wants)
      end
   end
end

-- A flag that is false is as good as none.
local function without_flags_down(given)
   local copied = {}
   for name, value in pairs(given) do
      copied[name] = value or nil
   end
   return copied
end

local function any_of(copied, wanted)
   for _, name in ipairs(wanted) do
      if copied[name] ~= nil then
         return name
      end
   end
end

local function missing(copied)
   for _, row in ipairs(needs) do
      local name, wanted = row[1], row[2]
      if copied[name] ~= nil and not any_of(copied, wanted) then
         return ("'%s' in a fault plan needs '%s' beside it"):format(name, table.concat(wanted, "' or '"))
      end
   end
end

local function contradiction(copied)
   for _, row in ipairs(exclusions) do
      local other = copied[row[1]] ~= nil and any_of(copied, row[2])
      if other then
         return ("'%s' and '%s' exclude each other in a fault plan"):format(row[1], other)
      end
   end
   if copied.late and copied.drop and copied.drop ~= "before" then
      return "'late' in a fault plan takes no drop but \"before\": the effect comes later"
   end
end

local function has_effect(copied)
   if copied.late or copied.after then
      return true
   end
   return not copied.status and not copied.html and copied.drop ~= "before"
end

local function without_effect(copied)
   local name = any_of(copied, plan.circumstances)
   if name and not has_effect(copied) then
      return ("'%s' in a fault plan changes an effect, and this plan has none; "
         .. "'after' or 'late' beside 'status' gives it one"):format(name)
   end
end

local function lacks_action(copied)
   local acting = {}
   for _, name in ipairs(names) do
      if fields[name].acts then
         if copied[name] ~= nil then
            return nil
         end
         acting[#acting + 1] = name
      end
   end
   return "a fault plan needs an action, one of " .. table.concat(acting, ", ")
end

local function bad_operation(copied, operations)
   local operation = copied.operation
   if not operation then
      return "a fault plan needs an operation"
   elseif operation ~= "*" and not operations[operation] then
      local meant = nearest(operation, tables.names(operations))
      return ("unknown operation '%s' in a fault plan; %s"):format(operation,
         meant and ("did you mean %s?"):format(meant)
         or "it takes * and " .. table.concat(tables.names(operations), ", "))
   end
end

local function misplaced(copied)
   for _, row in ipairs(homes) do
      local name, home = row[1], row[2]
      if copied[name] ~= nil and copied.operation ~= home and copied.operation ~= "*" then
         return ("'%s' in a fault plan is for %s, not for %s"):format(name, home, copied.operation)
      end
   end
end

local function header_text(value)
   return type(value) == "number" and ("%.14g"):format(value) or value
end

local function lower_case_names(headers)
   local lowered = {}
   for name, line in pairs(headers or {}) do
      lowered[name:lower()] = line
   end
   return lowered
end

-- The plan in the one form that the rest works with.
local function complete(copied)
   if copied.html then
      copied.status = copied.status or GATEWAY_STATUS
   end
   copied.headers = lower_case_names(copied.headers)
   if copied.retry_after then
      copied.headers["retry-after"] = header_text(copied.retry_after)
   end
   if type(copied.drip) == "number" then
      copied.drip = { seconds = copied.drip }
   end
   if copied.drip then
      copied.drip = { bytes = copied.drip.bytes or 1, seconds = copied.drip.seconds }
   end
   copied.is_turn = turns.new(copied.on or 1)
   return copied
end

--- Checks a plan and copies it.
-- @tparam table given
-- @tparam table operations names to true
-- @treturn table the plan: header names in lower case, `retry_after` among
--   them, a `status` beside `html`, `drip` with `bytes` and `seconds`,
--   `is_turn(count)`; or nil and what is wrong
function plan.read(given, operations)
   if type(given) ~= "table" then
      return nil, "a fault plan must be a table, got a " .. type(given)
   end
   local problem = bad_field(given)
   if problem then
      return nil, problem
   end
   local copied = without_flags_down(given)
   problem = bad_operation(copied, operations) or misplaced(copied) or missing(copied)
      or contradiction(copied) or without_effect(copied) or lacks_action(copied)
   if problem then
      return nil, problem
   end
   return complete(copied)
end

return plan
