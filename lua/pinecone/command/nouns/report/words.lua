-- Words that all ways to write a report share.

local text = require "pinecone.command.output.text"

local words = {}

local reasons = { { "pods", "pod index", "pod indexes" }, { "drill", "index of a drill", "indexes of drills" } }

--- Says how many backups stand on no day and are never the newest; nil where that is none.
function words.without_date(number)
   return number > 0 and text.many(number, "backup") .. " without a date that can be believed" or nil
end

--- Says what is left out; nil where that is nothing.
function words.skipped(skipped)
   local parts = {}
   for _, row in ipairs(reasons) do
      local number = 0
      for _, entry in ipairs(skipped) do
         number = number + (entry.reason == row[1] and 1 or 0)
      end
      parts[#parts + 1] = number > 0 and text.many(number, row[2], row[3]) or nil
   end
   return parts[1] and table.concat(parts, " and ")
end

return words
