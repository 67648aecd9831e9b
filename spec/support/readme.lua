-- The examples of README: of which kind each is.

local markdown = require "support.markdown"

local readme = {}

-- The first that fits. An example is told by what it holds, not by where it stands.
local kinds = {
   { "wait", language = "lua", holds = "local function wait(call)" },
   { "every", language = "lua", holds = 'require "pinecone.openresty"' },
   { "lua", language = "lua" },
   { "cron", pattern = "\n[%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+ [%d*/,]+%s+%S" },
   { "nginx", language = "nginx" },
   { "sh", language = "sh" },
   { "log", language = "", holds = "pinecone: " },
   { "error", language = "", pattern = "^\n[%l_]+ %S+: .*%([%l_]+[,)]" },
}

local function kind_of(block)
   for _, kind in ipairs(kinds) do
      local fits = kind.language == nil or kind.language == block.language
      fits = fits and (not kind.holds or block.text:find(kind.holds, 1, true))
      if fits and (not kind.pattern or ("\n" .. block.text):find(kind.pattern)) then
         return kind[1]
      end
   end
end

--- The fenced blocks of a page.
-- @tparam[opt="README.md"] string path
-- @treturn table a sequence of `text`, `line`, `language`, and `kind`, which is nil for one of an unknown kind
function readme.blocks(path)
   local blocks = markdown.read(path or "README.md").blocks
   for _, block in ipairs(blocks) do
      block.kind = kind_of(block)
   end
   return blocks
end

--- Those of one kind.
function readme.of_kind(kind)
   local found = {}
   for _, block in ipairs(readme.blocks()) do
      if block.kind == kind then
         found[#found + 1] = block
      end
   end
   assert(#found > 0, "README has no example of the kind " .. kind)
   return found
end

return readme
