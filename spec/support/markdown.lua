-- Reads Markdown pages, as far as specs need it: blocks of code, code within lines, headings, links.

local markdown = {}

local function lines_of(text)
   local lines = {}
   for line in (text:gsub("\n$", "") .. "\n"):gmatch "(.-)\r?\n" do
      lines[#lines + 1] = line
   end
   return lines
end

-- Blocks --------------------------------------------------------------------------------------------------------------

-- Takes the fenced blocks out; the lines where they stood are empty then.
local function take_blocks(lines)
   local blocks, open = {}, nil
   for number, line in ipairs(lines) do
      local indent, fence, language = line:match "^(%s*)(```+)%s*([^%s`]*)[^`]*$"
      if open and (not fence or #fence < #open.fence or language ~= "") then
         open.lines[#open.lines + 1] = line:gsub("^" .. (" "):rep(#open.indent), "")
      elseif open then
         open.text = table.concat(open.lines, "\n") .. "\n"
         blocks[#blocks + 1], open = open, nil
      elseif fence then
         open = { indent = indent, fence = fence, language = language, line = number + 1, lines = {} }
      end
      if open or fence then
         lines[number] = ""
      end
   end
   assert(not open, "a block of code does not end")
   return blocks
end

-- Tables --------------------------------------------------------------------------------------------------------------

local ESCAPED = "\1" -- a bar that parts no cells

local function cells_of(line)
   local cells = {}
   for cell in line:gsub("\\|", ESCAPED):gsub("^%s*|", ""):gsub("|%s*$", ""):gsub("$", "|"):gmatch "(.-)|" do
      cells[#cells + 1] = cell:gsub(ESCAPED, "|"):match "^%s*(.-)%s*$"
   end
   return cells
end

local function is_row(line)
   return line:find "^%s*|" ~= nil
end

local function is_rule(line)
   return line ~= nil and line:find "^%s*|[%s:|-]+$" ~= nil
end

local function rows_of(lines)
   local rows, titles = {}, nil
   for number, line in ipairs(lines) do
      if not is_row(line) then
         titles = nil
      elseif is_rule(lines[number + 1]) then
         titles = cells_of(line)
      elseif titles and not is_rule(line) then
         rows[#rows + 1] = { titles = titles, cells = cells_of(line), line = number }
      end
   end
   return rows
end

-- Code within lines ---------------------------------------------------------------------------------------------------

-- Gives the codes of a text that begins at a line, and the text with letters in their place.
local function codes_of(text, line, add)
   local position, plain = 1, {}
   while true do
      local first, last, ticks = text:find("(`+)", position)
      local close, after
      if first then
         close, after = text:find("%f[`]" .. ticks .. "%f[^`]", last + 1)
      end
      if not close then
         plain[#plain + 1] = text:sub(position)
         return table.concat(plain)
      end
      local _, breaks = text:sub(1, first):gsub("\n", "")
      add((text:sub(last + 1, close - 1):gsub("%s+", " ")), line + breaks)
      plain[#plain + 1] = text:sub(position, first - 1) .. ("x"):rep(close - last - 1)
      position = after + 1
   end
end

--- The code in a text of Markdown, each with the line that it stands in.
-- @tparam string text
-- @treturn table a sequence of texts
function markdown.codes(text)
   local found = {}
   codes_of(text, 1, function(code) found[#found + 1] = code end)
   return found
end

local function add_rows(page)
   for _, row in ipairs(page.rows) do
      for place, cell in ipairs(row.cells) do
         codes_of(cell, row.line, function(code, line)
            page.codes[#page.codes + 1] = { text = code, line = line, title = row.titles[place], row = row }
         end)
      end
   end
end

local function add_paragraphs(page, lines)
   local began, plain = nil, {}
   for number = 1, #lines + 1 do
      local line = lines[number] or ""
      if line:find "%S" and not is_row(line) and not line:find "^#" then
         began = began or number
      else
         if began then
            local text = table.concat(lines, "\n", began, number - 1)
            plain[#plain + 1] = { line = began, text = codes_of(text, began, function(code, at)
               page.codes[#page.codes + 1] = { text = code, line = at }
            end) }
            began = nil
         end
         if line ~= "" then
            plain[#plain + 1] = { line = number, text = codes_of(line, number, is_row(line) and function() end
               or function(code, at) page.codes[#page.codes + 1] = { text = code, line = at } end) }
         end
      end
   end
   return plain
end

-- Links and headings --------------------------------------------------------------------------------------------------

local function add_links(page, plain)
   for _, part in ipairs(plain) do
      for place, target in part.text:gmatch "()%]%(([^%s)]+)[^)]*%)" do
         local _, breaks = part.text:sub(1, place):gsub("\n", "")
         page.links[#page.links + 1] = { target = target, line = part.line + breaks }
      end
      local target = part.text:match "^%[[^%]]+%]:%s*(%S+)"
      if target then
         page.links[#page.links + 1] = { target = target, line = part.line }
      end
   end
end

-- As GitHub does it: letters in lower case, spaces to hyphens, other marks left out; twins are numbered.
local function anchor_of(heading, anchors)
   local text = heading:gsub("!?%[(.-)%]%b()", "%1"):lower():gsub("[^%w%s_\128-\255-]", ""):gsub("%s", "-")
   local anchor, count = text, 0
   while anchors[anchor] do
      count = count + 1
      anchor = text .. "-" .. count
   end
   return anchor
end

local function add_anchors(page, lines)
   for _, line in ipairs(lines) do
      local heading = line:match "^#+%s+(.-)%s*#*$"
      if heading then
         page.anchors[anchor_of(heading, page.anchors)] = true
      end
      for name in line:gmatch "<a [^>]-[in][da]m?e?=\"([^\"]+)\"" do
         page.anchors[name] = true
      end
   end
end

--- Reads a page.
-- @tparam string text
-- @treturn table `blocks`: each with `language`, `text` and the `line` that it begins in. `codes` within lines: `text`,
--   `line`, and in a table the `title` of its column and its `row`. `rows` of tables: `titles`, `cells`, `line`.
--   `links`: `target`, `line`. `anchors` by name. `plain`: paragraphs without their code, `text` and `line`
function markdown.parse(text)
   local lines = lines_of(text)
   local page = { codes = {}, links = {}, anchors = {} }
   page.blocks = take_blocks(lines)
   page.rows = rows_of(lines)
   add_rows(page)
   page.plain = add_paragraphs(page, lines)
   add_links(page, page.plain)
   add_anchors(page, lines)
   return page
end

--- Reads the page of a file.
function markdown.read(path)
   local file = assert(io.open(path, "rb"))
   local text = file:read "*a"
   file:close()
   return markdown.parse(text)
end

return markdown
