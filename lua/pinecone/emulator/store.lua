--- The file that a state is kept in. It is never half written: the text goes
-- to a file beside it, which then takes its place.
--
-- A lock file beside it names the process that uses it. One that a process
-- left behind when it was killed does not count.
-- @module pinecone.emulator.store

local uv = require("luv")

local store = {}

local FILE_MODE, FOLDER_MODE = tonumber("644", 8), tonumber("755", 8)

--- @type Store
local Store = {}
Store.__index = Store

-- libuv writes "ENOENT: no such file or directory: PATH".
local function words(problem, path)
   if problem:sub(-#path) == path then
      problem = problem:sub(1, -#path - 1):gsub(": $", "")
   end
   return (problem:gsub("^%u+: ", ""))
end

local function read_file(path)
   local file, problem, code = uv.fs_open(path, "r", 0)
   if not file then
      return nil, words(problem, path), code
   end
   local parts = {}
   local bytes
   repeat
      bytes, problem = uv.fs_read(file, 1048576, -1)
      parts[#parts + 1] = bytes
   until not bytes or bytes == ""
   uv.fs_close(file)
   if not bytes then
      return nil, words(problem, path)
   end
   return table.concat(parts)
end

local function write_all(file, text)
   local offset = 0
   while offset < #text do
      local written, problem = uv.fs_write(file, offset == 0 and text or text:sub(offset + 1), -1)
      if not written then
         return nil, problem
      end
      offset = offset + written
   end
   return true
end

-- Writes a new file and sees to it that it is on the disk.
local function write_file(path, flags, text)
   local file, problem, code = uv.fs_open(path, flags, FILE_MODE)
   if not file then
      return nil, words(problem, path), code
   end
   local ok
   ok, problem = write_all(file, text)
   if ok then
      ok, problem = uv.fs_fsync(file)
   end
   uv.fs_close(file)
   if not ok then
      uv.fs_unlink(path)
      return nil, words(problem, path)
   end
   return true
end

-- Tells a process from every other one, also from a later one of the same
-- number; nil when there is none. A zombie has ended.
local function identity(pid)
   local status = read_file(("/proc/%d/stat"):format(pid))
   if status then
      local fields = {}
      for field in status:match(".*%)(.*)"):gmatch("%S+") do
         fields[#fields + 1] = field
      end
      return fields[1] ~= "Z" and fields[1] ~= "X" and ("%d %s"):format(pid, fields[20]) or nil
   end
   local has_proc = read_file("/proc/self/stat")
   return not has_proc and uv.kill(pid, 0) == 0 and ("%d"):format(pid) or nil
end

-- The process that holds a lock, or nil.
local function holder(path)
   local text = read_file(path)
   local pid = text and tonumber(text:match("^(%d+)"))
   if pid and pid ~= uv.os_getpid() and identity(pid) == text then
      return pid
   end
end

-- A lock that nobody holds is replaced by one process at a time: the folder
-- beside it can be made only once. One that a killed process left is old.
local TAKEOVER_SECONDS = 5

local function is_old(path)
   local status = uv.fs_stat(path)
   return status ~= nil and uv.gettimeofday() - status.mtime.sec > TAKEOVER_SECONDS
end

local function take_over(own, path)
   local guard = path .. ".takeover"
   local ok, problem, code = uv.fs_mkdir(guard, FOLDER_MODE)
   if not ok and code == "EEXIST" and is_old(guard) then
      uv.fs_rmdir(guard)
      ok, problem = uv.fs_mkdir(guard, FOLDER_MODE)
   end
   if not ok then
      local held = ("another process is taking it over; where there is none, remove %s"):format(guard)
      return nil, code == "EEXIST" and held or problem
   end
   local pid = holder(path)
   if pid then
      ok, problem = nil, ("process %d uses it"):format(pid)
   else
      ok, problem = uv.fs_rename(own, path)
   end
   uv.fs_rmdir(guard)
   return ok, problem
end

-- The lock appears with all that it says, so that nobody reads half of it.
local function take_lock(path)
   local own = ("%s.%d"):format(path, uv.os_getpid())
   local ok, problem = write_file(own, "w", identity(uv.os_getpid()))
   if not ok then
      return nil, problem .. "; its folder must exist and be writable"
   end
   local code
   ok, problem, code = uv.fs_link(own, path)
   if code == "EEXIST" then
      ok, problem = take_over(own, path)
   elseif not ok then
      problem = words(problem, path) .. "; its file system must have hard links"
   end
   uv.fs_unlink(own)
   return ok, problem
end

--- Opens a state file, which need not be there yet, for this process alone.
-- @tparam string path
-- @treturn Store or nil and what is wrong; `text` is what the file holds, nil
--   when there is none
function store.open(path)
   -- What is behind a symbolic link is replaced, not the link.
   local behind = uv.fs_realpath(path)
   if not behind and uv.fs_lstat(path) then
      return nil, "it is a symbolic link to what is not there"
   end
   path = behind or path
   local self = setmetatable({ path = path, lock = path .. ".lock" }, Store)
   local ok, problem = take_lock(self.lock)
   if not ok then
      return nil, problem
   end
   local text, unread, code = read_file(path)
   if not text and code ~= "ENOENT" then
      self:close()
      return nil, unread
   end
   self.text = text
   return self
end

--- Replaces what the file holds, at once and for good.
-- @tparam string text
-- @treturn boolean true, or nil and what is wrong
function Store:write(text)
   local beside = self.path .. ".new"
   local ok, problem = write_file(beside, "w", text)
   if ok then
      ok, problem = uv.fs_rename(beside, self.path)
      problem = problem and words(problem, self.path)
   end
   return ok, problem
end

--- Leaves the file to others.
function Store:close()
   if not self.closed then
      self.closed = true
      uv.fs_unlink(self.lock)
   end
end

return store
