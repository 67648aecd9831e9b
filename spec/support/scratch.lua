-- A folder for the files of a spec.

local uv = require("luv")

local scratch = {}

local Folder = {}
Folder.__index = Folder

-- The path of a file in it.
function Folder:path(name)
   return self.root .. "/" .. name
end

function Folder:write(name, text)
   local file = assert(io.open(self:path(name), "wb"))
   file:write(text)
   file:close()
   return self:path(name)
end

-- What a file holds, nil when there is none.
function Folder:read(name)
   local file = io.open(self:path(name), "rb")
   local text = file and file:read("*a")
   if file then
      file:close()
   end
   return text
end

function Folder:names()
   local names = {}
   local listing = uv.fs_scandir(self.root)
   local name = listing and uv.fs_scandir_next(listing)
   while name do
      names[#names + 1] = name
      name = uv.fs_scandir_next(listing)
   end
   table.sort(names)
   return names
end

-- Removes it with the files in it.
function Folder:remove()
   for _, name in ipairs(self:names()) do
      uv.fs_unlink(self:path(name))
   end
   uv.fs_rmdir(self.root)
end

function scratch.new()
   return setmetatable({ root = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/emulator-spec-XXXXXX")) }, Folder)
end

return scratch
