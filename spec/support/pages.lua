-- What is wrong with a page: it speaks of something, or links to something, that is not there.

local checkout = require "support.checkout"
local foreign = require "support.foreign"
local markdown = require "support.markdown"
local mentions = require "support.mentions"
local names = require "support.names"
local typed = require "support.typed"

local pages = {}

-- What the page's own examples define, which run elsewhere.
local function locals_of(page)
   local found = {}
   for _, block in ipairs(page.blocks) do
      for word in (block.language == "lua" and block.text or ""):gmatch "[%a_][%w_]*" do
         found[word] = true
      end
   end
   return found
end

-- Columns of tables ---------------------------------------------------------------------------------------------------

local function is_in_one(word, sets)
   for _, set in ipairs(sets) do
      if set[word] then
         return true
      end
   end
   return false
end

-- By the title of a column: what each piece of code in it must be. Of methods only the first column is one.
local columns = {
   ["`kind`"] = { sets = { names.sets["a kind of error"] } },
   Method = { sets = { names.methods.pc, names.methods.running, names.methods.pages }, is_first = true },
   Option = { is_first = true, sets = {
      names.options["an option of pinecone.new"], names.options["an option of the emulator"], typed.options,
   } },
}

local function first_of(row)
   return row.cells[1]:match "^`+([^`]+)"
end

local function check_column(code, add)
   local column = columns[code.title]
   local is_concerned = column and (not column.is_first or code.text == first_of(code.row))
   local word = is_concerned and (code.text:match "^%-*[%w_][%w_-]*" or code.text)
   if word and not is_in_one(word, column.sets) then
      add(code.line, code.text, mentions.describe(word, column.sets[1]))
   end
end

-- Of a table of methods, the arguments: in bold, or with an underscore; other words are English.
local function check_arguments(row, add)
   local methods = {}
   for _, code in ipairs(markdown.codes(row.cells[1])) do
      methods[#methods + 1] = names.arguments[code]
   end
   if #methods == 0 or not (row.titles[2] or ""):find "^Arguments" then
      return
   end
   local text = row.cells[2]:gsub("`[^`]*`", ""):gsub("%]%b()", "]")
   for _, pattern in ipairs { "%*%*([%w_]+)%*%*", "%f[%w_]([%l]+_[%l_]+)" } do
      for word in text:gmatch(pattern) do
         if not is_in_one(word, methods) then
            add(row.line, word, mentions.describe(word, methods[1]))
         end
      end
   end
end

-- Links ---------------------------------------------------------------------------------------------------------------

local function is_file(path)
   for _, file in ipairs(checkout.files) do
      if file == path or file:sub(1, #path + 1) == path .. "/" then
         return true
      end
   end
   return false
end

local function check_link(page, link, add)
   local path, anchor = link.target:match "^([^#]*)#?(.*)$"
   path = path:gsub("/$", "")
   if link.target:find "^%a+:" then
      return
   elseif path ~= "" and not is_file(path) then
      add(link.line, link.target, mentions.describe(path, checkout.ends))
      return
   end
   local anchors = path == "" and page.anchors or path:find "%.md$" and markdown.read(path).anchors or {}
   if anchor ~= "" and not anchors[anchor] then
      add(link.line, link.target, mentions.describe(anchor, anchors))
   end
end

-- Words without marks -------------------------------------------------------------------------------------------------

local function check_plain(part, add)
   local text = part.text:gsub("%]%([^)]*%)", "]")
   for word in text:gmatch "%f[%w-]%-%-%a[%w-]+" do
      local wrong, candidates = typed.option(word)
      if wrong and not foreign[word] then
         add(part.line, word, mentions.describe(wrong, candidates))
      end
   end
   for word in text:gmatch "PINECONE_%u+[%u_]*" do
      if not checkout.variables[word] then
         add(part.line, word, mentions.describe(word, checkout.variables))
      end
   end
   for word in text:gmatch "%f[%w_/.?-][%w_/.?-]+%.lua%f[^%w]" do
      if not word:find "^/" and not word:find "?" and not checkout.has(word) then
         add(part.line, word, mentions.describe(word, checkout.ends))
      end
   end
end

local function check_block(block, add)
   local wrong, candidates = nil, nil
   if block.language == "sh" or block.language == "cron" then
      local text = ("\n" .. block.text):gsub("\n[%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+%s+", "\n")
      wrong, candidates = typed.shell(text)
   end
   if wrong then
      add(block.line, wrong, mentions.describe(wrong, candidates))
   end
end

--- Reads a page and tells what is wrong with it.
-- @tparam string text
-- @treturn table a sequence of texts: the line, what stands there, what is wrong
function pages.problems(text)
   local page, problems = markdown.parse(text), {} -- and each of them as a key
   local locals = locals_of(page)
   local function add(line, shown, problem)
      local told = ("%d: %s: %s"):format(line, shown, problem)
      problems[#problems + 1] = not problems[told] and told or nil
      problems[told] = true
   end
   for _, code in ipairs(page.codes) do
      local problem = mentions.check(code.text, locals)
      if problem then
         add(code.line, code.text, problem)
      end
      check_column(code, add)
   end
   for _, row in ipairs(page.rows) do
      check_arguments(row, add)
   end
   for _, link in ipairs(page.links) do
      check_link(page, link, add)
   end
   for _, part in ipairs(page.plain) do
      check_plain(part, add)
   end
   for _, block in ipairs(page.blocks) do
      check_block(block, add)
   end
   return problems
end

return pages
