-- What there is in the checkout: files, targets and settings of make, variables of the environment.

local uv = require "luv"

local checkout = {}

function checkout.read(path)
   local file = assert(io.open(path, "rb"))
   local text = file:read "*a"
   file:close()
   return text
end

-- Files ---------------------------------------------------------------------------------------------------------------

--- The paths of all files, from the root of the checkout.
checkout.files = {}

local left_out = { build = true, [".git"] = true }

local function walk(folder)
   local listing = assert(uv.fs_scandir(folder == "" and "." or folder))
   local name, kind = uv.fs_scandir_next(listing)
   while name do
      if kind == "directory" and not (folder == "" and left_out[name]) then
         walk(folder .. name .. "/")
      elseif kind ~= "directory" then
         checkout.files[#checkout.files + 1] = folder .. name
      end
      name, kind = uv.fs_scandir_next(listing)
   end
end

walk ""
for _, path in ipairs { "build/env.sh", "build/bin/pinecone-backup" } do -- which make leaves
   checkout.files[#checkout.files + 1] = path
end

-- Every end of every path, so that a page may speak of a file by less than its whole path: of a folder with a slash
-- behind it, or without.
local ends = {}
checkout.ends = ends
for _, path in ipairs(checkout.files) do
   local whole = ""
   for part in path:gmatch "[^/]+/?" do
      whole = whole .. part
      local rest = whole
      while rest do
         ends[rest], ends[(rest:gsub("/$", ""))] = true, true
         rest = rest:match "^[^/]+/(.+)$"
      end
   end
end

--- Whether a path, or the end of one, is that of a file or a folder. A star stands for any letters but a slash.
function checkout.has(path)
   if not path:find "%*" then
      return ends[path] == true
   end
   local pattern = "^" .. path:gsub("[%-%.]", "%%%0"):gsub("%*", "[^/]*") .. "$"
   for found in pairs(ends) do
      if found:find(pattern) then
         return true
      end
   end
   return false
end

--- The names of source files, without their endings.
checkout.stems = {}
for _, path in ipairs(checkout.files) do
   local stem = path:match "^src/(.*)%.[ch]$" or path:match "^lua/pinecone/.-([^/]+)%.lua$"
   if stem then
      checkout.stems[stem] = true
   end
end

-- Words ---------------------------------------------------------------------------------------------------------------

--- The words that stand in quotes in the program.
checkout.literals = {}

local program = {}

--- Whether a text stands in the program as it is.
function checkout.says(text)
   for _, source in ipairs(program) do
      if source:find(text, 1, true) then
         return true
      end
   end
   return false
end

--- The variables of the environment that something reads here, and macros of the core.
checkout.variables = {}

for _, path in ipairs(checkout.files) do
   local is_program = path:find "^src/" or path:find "^lua/"
   if is_program or path:find "^spec/.*%.[lc]" or path:find "^examples/" then
      local text = checkout.read(path)
      program[#program + 1] = is_program and text or nil
      for _, pattern in ipairs { 'getenv%s*%(?%s*"([%u_%d]+)"', 'is_set "([%u_%d]+)"', "#define ([%u_]+) " } do
         for name in text:gmatch(pattern) do
            checkout.variables[name] = true
         end
      end
      for word in (is_program and text or ""):gmatch '"([%a][%w_-]*)"' do
         checkout.literals[word] = true
      end
   end
end

-- make ----------------------------------------------------------------------------------------------------------------

--- The targets of the Makefile, and its settings.
checkout.targets, checkout.settings = {}, {}

--- The Lua versions that it knows.
checkout.luas = {}

--- The packages that it names.
checkout.packages = {}

local makefile = checkout.read "Makefile"
for line in makefile:gmatch "[^\n]+" do
   local named, flags = line:match "^([%l][%w%s_-]*):([^=]?)"
   for target in (flags and named or ""):gmatch "%S+" do
      checkout.targets[target] = true
   end
   for lua in (line:match "^LUAS := (.*)" or ""):gmatch "%S+" do
      checkout.luas[lua] = true
   end
end
for path in makefile:gmatch "wildcard (spec/bench/works/%*%.lua)" do -- each of them is a target
   for _, file in ipairs(checkout.files) do
      local work = file:match("^" .. path:gsub("%*%.", "([^/]+)%%."))
      checkout.targets["bench-" .. (work or "")] = work and true
   end
end
for _, pattern in ipairs { "%$[({]+(%u[%u_%d]+)", "\n#?%s*(%u[%u_%d]+) ?[?:]?=" } do
   for name in makefile:gmatch(pattern) do
      checkout.settings[name] = true
   end
end
for list in makefile:gmatch "\n[^\n]*PACKAGES[%w_.]*%s*:?=([^\n]*)" do
   for package in list:gmatch "[%l][%w.+-]+" do
      checkout.packages[package] = true
   end
end

return checkout
