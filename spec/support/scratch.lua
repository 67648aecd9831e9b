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

local function remove(path)
   local listing = uv.fs_scandir(path)
   local name, kind = nil, nil
   if listing then
      name, kind = uv.fs_scandir_next(listing)
   end
   while name do
      if kind == "directory" then
         remove(path .. "/" .. name)
      else
         uv.fs_unlink(path .. "/" .. name)
      end
      name, kind = uv.fs_scandir_next(listing)
   end
   uv.fs_rmdir(path)
end

-- Removes it with what is in it.
function Folder:remove()
   remove(self.root)
end

function scratch.new()
   return setmetatable({ root = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/emulator-spec-XXXXXX")) }, Folder)
end

return scratch
