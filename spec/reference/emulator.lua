-- Prints the reference of what the emulated project can be told, as comments for LDoc.

local decisions = require "pinecone.emulator.decisions"

local function shown(value)
   if type(value) == "table" then
      return "{}"
   end
   return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

local function choices(row)
   local words = {}
   for place, choice in ipairs(row.choices or {}) do
      words[place] = "`" .. tostring(choice) .. "`"
   end
   return #words > 0 and "; one of " .. table.concat(words, ", ") or ""
end

print [[
--- What there is to say of the emulated project.
-- @module pinecone.emulator

--- What the emulated project is like, and what was decided where Pinecone documents nothing. Each is an option of
-- @{spawn} and @{run}, and of `pinecone-backup emulator --set NAME=VALUE`.
-- @table ProjectOptions]]
for _, row in ipairs(decisions.rows) do
   local type = row.whole and "int" or type(row.default)
   print(("-- @tfield[opt=%s] %s %s %s%s"):format(shown(row.default), type, row.name, row.text, choices(row)))
end
