-- Where somebody types commands who has no checkout: an empty folder, a home of its own, and nothing of ours in the
-- environment.

local scratch = require "support.scratch"

local room = {}

--- The top of the checkout.
room.checkout = assert(io.popen "pwd"):read "*l"

local Room = {}
Room.__index = Room

--- @treturn table `root`, `home` and `folder`, where commands run
function room.new()
   local self = setmetatable({ scratch = scratch.new() }, Room)
   self.root = self.scratch.root
   self.home, self.folder = self.root .. "/home", self.root .. "/my work" -- a space, to be minded
   self:write("home/.luarocks/.keep", "")
   self:write("my work/.keep", "")
   return self
end

function room.quoted(word)
   return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- Runs a line of bash to its end.
-- @tparam string line
-- @tparam[opt] string folder to run in
-- @treturn string what it printed, on both outputs
-- @treturn number its exit code
function Room:try(line, folder)
   local command = "cd %s && env -i HOME=%s PATH=/usr/local/bin:/usr/bin:/bin timeout 300 bash -c %s 2>&1; echo $?"
   local pipe = assert(io.popen(command
      :format(room.quoted(folder or self.folder), room.quoted(self.home), room.quoted(line))))
   local text, code = pipe:read "*a":match "^(.-)(%d+)\n$"
   pipe:close()
   return text, tonumber(code)
end

--- The same, where it must end well.
-- @treturn string what it printed
function Room:run(line, folder)
   local text, code = self:try(line, folder)
   assert(code == 0, ("%s ends with %s:\n%s"):format(line, code, text))
   return text
end

--- Writes a file, and the folders that it is in.
function Room:write(name, text)
   assert(os.execute("mkdir -p " .. room.quoted((self.root .. "/" .. name):match "^(.*)/")))
   return self.scratch:write(name, text)
end

--- What somebody on Debian writes, so that LuaRocks takes Debian's packages for rocks.
-- @tparam string version of Lua
-- @tparam[opt] string more lines
function Room:trust_debian(version, more)
   self:write(("home/.luarocks/config-%s.lua"):format(version), [[
rocks_provided = {
   ["lua-cjson"] = "2.1.0-1", argparse = "0.7.1-1", luv = "1.44.2-0", busted = "2.1.1-1", lyaml = "6.2.8-1",
}
]] .. (more or ""))
end

--- Makes a repository of what the checkout has in it, of which a release can be made.
-- @treturn string its folder
-- @treturn string the version of the release
function Room:repository()
   local folder = self.root .. "/repository/lua-pinecone"
   self:run('git config --global --add safe.directory "$PWD"', room.checkout) -- who runs its specs trusts it
   self:run(("make rock DEPS=no && cp build/lua-pinecone-scm-1.src.rock %s"):format(self.root), room.checkout)
   self:run(("unzip -q ../lua-pinecone-scm-1.src.rock -d %s"):format(self.root .. "/repository"))
   local version = self.scratch:read "repository/lua-pinecone/src/client.h":match 'PINECONE_VERSION "(.-)"'
   self.scratch:write("repository/lua-pinecone/CHANGELOG.md",
      ("# Changelog\n\n## [Unreleased]\n\n## [%s] - 2026-02-01\n\n### Added\n\n- All.\n"):format(version))
   self:run("git init -q && git config user.name Spec && git config user.email spec@example.com", folder)
   self:run("git add . && git commit -qm Start && git branch start", folder)
   return folder, version
end

function Room:remove()
   self.scratch:remove()
end

return room
