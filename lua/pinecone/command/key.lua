-- The API key, from a file that nobody else reads. Never from an argument, which every user of the machine can see.

local system = require "pinecone.command.system"

local key = {}

local LONGEST = 4096 -- bytes
local BYTE_ORDER_MARK = "^\239\187\191"

-- Mode and owner of a file as `ls` tells them, and who we are; nothing where it cannot be told.
local function ownership(path)
   return system.output(("ls -Lldn %s 2>/dev/null && id -u"):format(system.quoted_path(path)))
      :match "^(%S+)%s+%d+%s+(%d+).*\n(%d+)\n$"
end

-- As PostgreSQL has it for its private keys: the group may read what root has given it, such as a credential of
-- systemd; for all else the owner is alone.
local function is_open_to_others(mode, owner, user)
   local group, others = mode:sub(5, 7), mode:sub(8, 10)
   local is_given_by_root = owner == "0" and user ~= "0" and group:find "^.%-"
   return others ~= "---" or (group ~= "---" and not is_given_by_root)
end

local function refuse(message, ...)
   return nil, { kind = "unauthenticated", message = "--api-key-file: " .. message:format(...) }
end

-- Before it is opened: whoever waits at the other end of a pipe need not know that somebody came.
local function check(path)
   local mode, owner, user = ownership(path)
   if mode and mode:find "^d" then
      return refuse("%s is a folder", path)
   elseif mode and is_open_to_others(mode, owner, user) then
      local _, err = refuse("not only its owner may use %s (%s)", path, mode)
      err.hint = "'chmod 600' it. Whoever has read the key can go on using it, so have a new one made."
      return nil, err
   end
   return mode or "unknown"
end

-- The first line, without spaces around it, the carriage return of Windows, and the mark that its editors set.
local function first_line(file)
   local line = (file:read(LONGEST) or ""):match "^[^\n]*" -- reading lines, Lua 5.1 stops at a NUL
   return line:gsub(BYTE_ORDER_MARK, ""):match "^%s*(.-)%s*$"
end

--- Reads it.
-- @tparam string path
-- @treturn[1] string the key: the first line, without spaces around it
-- @treturn[2] nil
-- @treturn[2] table the error
function key.read(path)
   local mode, err = check(path)
   if not mode then
      return nil, err
   end
   local file, problem = io.open(path)
   if not file then
      return refuse("%s", problem)
   elseif mode == "unknown" then
      file:close()
      return refuse("who may read %s cannot be told", path)
   end
   local found = first_line(file)
   file:close()
   if found == "" then
      return refuse("%s has no key in its first line", path)
   elseif #found == LONGEST or found:find "[^\33-\126]" then
      return refuse("what %s has in its first line is no key", path)
   end
   return found
end

return key
