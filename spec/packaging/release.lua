-- Writes rockspec and rock of a release into build/, once everything agrees on its version.
-- "make release VERSION=1.2.3" runs it. It tags, pushes and uploads nothing: it says what to type for that.

local SCM = "lua-pinecone-scm-1.rockspec"

local version = arg[1] or ""
local tag = "v" .. version
local name = ("build/lua-pinecone-%s-1"):format(version)

local function refuse(...)
   io.stderr:write("No release: ", string.format(...), "\n")
   os.exit(1)
end

local function read(path)
   local file = io.open(path, "rb") or refuse("there is no %s here", path)
   local text = file:read "*a"
   file:close()
   return text
end

local function output_of(command)
   local pipe = assert(io.popen(command .. " 2>&1"))
   local text = pipe:read "*a"
   pipe:close()
   return text
end

local function check_version()
   if not version:find "^%d+%.%d+%.%d+$" or ("." .. version):find "%.0%d" then
      refuse("VERSION is '%s'; it must be three numbers, as in make release VERSION=1.2.3", version)
   end
end

local function check_git()
   local prefix = output_of "git rev-parse --show-prefix"
   if prefix ~= "\n" then
      refuse("this folder must be the top of a git repository; of where it lies in one, git says: %s", prefix)
   end
   local changes = output_of "git status --porcelain"
   if changes ~= "" then
      refuse("commit first what git status tells of:\n%s", changes)
   end
   if output_of("git tag --list " .. tag) ~= "" then
      refuse("there is a tag %s already", tag)
   end
end

-- What the core is compiled with, and pinecone._VERSION gives.
local function check_source()
   local compiled = read "src/client.h":match '#define PINECONE_VERSION "(.-)"'
   if compiled ~= version then
      refuse("pinecone._VERSION is %s: change PINECONE_VERSION in src/client.h", compiled)
   end
end

local function sections()
   local list = {}
   for line in read "CHANGELOG.md":gmatch "[^\n]+" do
      local title = line:match "^## (.*)"
      if title then
         list[#list + 1] = { title = title, is_empty = true }
      elseif #list > 0 and line:find "^[^#%s]" then
         list[#list].is_empty = false
      end
   end
   return list
end

-- Its section is the newest, dated and not empty; nothing is left in the one above, of what is unreleased.
local function check_changelog()
   local list = sections()
   local unreleased = list[1] and list[1].title:find "^%[?Unreleased" and table.remove(list, 1)
   local section = list[1] or refuse("CHANGELOG.md has no section '## [%s] - YEAR-MONTH-DAY'", version)
   local written = section.title:match "^%[(%d+%.%d+%.%d+)%] %- %d%d%d%d%-[01]%d%-[0-3]%d$"
   if written ~= version then
      refuse("the newest section of CHANGELOG.md is '## %s', not '## [%s] - YEAR-MONTH-DAY'", section.title, version)
   elseif section.is_empty then
      refuse("CHANGELOG.md says nothing about %s", version)
   elseif unreleased and not unreleased.is_empty then
      refuse "CHANGELOG.md still has something under Unreleased"
   end
end

local function replace(text, old, new)
   local from, to = text:find(old, 1, true)
   if not from or text:find(old, to, true) then
      refuse("%s must have this once: %s", SCM, old)
   end
   return text:sub(1, from - 1) .. new .. text:sub(to + 1)
end

local function rockspec()
   local text = read(SCM)
   local url = text:match '\n   url = "git%+https://[^\n]*\n' or refuse("%s has no url that git can read", SCM)
   text = replace(text, '\nversion = "scm-1"\n', ('\nversion = "%s-1"\n'):format(version))
   return replace(text, url, ('%s   tag = "%s",\n'):format(url, tag))
end

local function write(path, text)
   os.execute "mkdir -p build"
   local file = assert(io.open(path, "wb"))
   file:write(text)
   assert(file:close())
end

-- Leaves nothing half made.
local function run(command)
   local status = os.execute(command) -- 5.1 gives a number
   if status ~= true and status ~= 0 then
      os.remove(name .. ".rockspec")
      refuse("this failed: %s", command)
   end
end

check_version()
check_git()
check_source()
check_changelog()
write(name .. ".rockspec", rockspec())
run(("luarocks lint %s.rockspec"):format(name))
run(("spec/packaging/pack %s.rockspec build >/dev/null"):format(name))

local todo = ([[
NAME.rockspec and NAME.src.rock are made. To try them:
   luarocks install NAME.src.rock
To release them:
   git tag -a TAG -m "lua-pinecone VERSION"
   git push origin TAG
   luarocks upload NAME.rockspec NAME.src.rock]]):gsub("%u+", { NAME = name, TAG = tag, VERSION = version })
print(todo)
