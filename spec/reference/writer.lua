-- The lines of a file of types.

local luals = require "luals"

local UNKNOWN = "pinecone.unknown_field"
local WIDTH = 117

-- What is said behind a field or a parameter.
local function explanation(row)
   local default = row.default and ("default: `%s`"):format(row.default)
   local text = (row.text or "") .. (row.text and default and "; " or "") .. (default or "")
   return text ~= "" and " " .. text:gsub("\\([_*])", "%1"):gsub("@{([^}]+)}", "`%1`") or ""
end

local function writer()
   local lines = {}
   local out = { unknown = UNKNOWN }

   function out.line(text, ...)
      lines[#lines + 1] = text:format(...)
   end

   -- Comments that are read in the editor, in lines of a length that is read well. Lists and tables keep theirs.
   function out.comment(text)
      local before
      for paragraph in (text:gsub("@{([^}]+)}", "`%1`") .. "\n\n"):gmatch "%s*(.-)\n%s*\n" do
         lines[#lines + 1] = before and "---"
         before = true
         local line = "---"
         for row in paragraph:gsub("\n  +", " "):gmatch "[^\n]+" do
            if row:find "^ ?[-|]" and line ~= "---" then
               lines[#lines + 1], line = line, "---"
            end
            for word in row:gmatch "%S+" do
               if #line + #word > WIDTH then
                  lines[#lines + 1], line = line, "---"
               end
               line = line .. (line == "---" and "" or " ") .. word
            end
         end
         lines[#lines + 1] = line
      end
   end

   function out.field(row, owner)
      out.line("---@field %s%s %s%s", row.name, row.optional and "?" or "", luals.field(row, owner), explanation(row))
   end

   function out.parameter(row, type)
      out.line("---@param %s%s %s%s", row.name, row.optional and "?" or "", type, explanation(row))
   end

   -- Behind the fields of a class: any other name has a type that nothing has.
   function out.refuse_others()
      out.line("---@field [string] %s", UNKNOWN)
   end

   function out.text()
      return table.concat(lines, "\n") .. "\n"
   end

   return out
end

return writer
