-- Files that others read at any moment, such as a browser or Prometheus's node exporter: they find the old text or the
-- new one, never half of it.

local system = require "pinecone.command.system"

local file = {}

local SUFFIX = ".XXXXXX" -- of a file that is not done yet: node exporters pass over it

-- What the system said, without names that nobody has given.
local function told(done, problem)
   if not done then
      return nil, (tostring(problem):match "([^:]*)$":gsub("^%s+", ""))
   end
   return true
end

-- Terminals, pipes and devices are written to; a new file in their place would do harm.
local function is_special(path)
   local word = system.quoted_path(path)
   return system.succeeds(("test -e %s && test ! -f %s"):format(word, word))
end

-- The file that a link leads to, which need not be there yet; else the path itself. The link is to stay.
local function target_of(path)
   local word = system.quoted_path(path)
   if not system.succeeds("test -L " .. word) then
      return path
   end
   local target = system.output(("readlink -f %s 2>/dev/null"):format(word)):gsub("\n$", "")
   if target == "" then
      local named = system.output("readlink " .. word):gsub("\n$", "")
      return nil, "it is a link that leads nowhere, to " .. named
   end
   return target
end

-- An empty file beside it that was not there before.
local function new_neighbour(path)
   local answer = system.output(("LC_ALL=C mktemp %s 2>&1 && echo done"):format(system.quoted_path(path .. SUFFIX)))
   local made = answer:match "^(.*)\ndone\n$"
   return made, not made and answer:gsub("\n$", "") or nil
end

local function fill(path, content)
   local opened, problem = io.open(path, "wb")
   if not opened then
      return nil, problem
   end
   local written, late_problem, closed
   written, problem = opened:write(content)
   closed, late_problem = opened:close()
   return written and closed, problem or late_problem
end

-- That of the file before, which somebody may have closed to others; where there was none, what the umask leaves.
local function mode_of(path)
   local listed = system.output(("ls -Lldn %s 2>/dev/null"):format(system.quoted_path(path)))
   local user, group, others = listed:match "^.(...)(...)(...)"
   return user and (("u=%s,g=%s,o=%s"):format(user, group, others):gsub("%-", "")) or "=rw"
end

local function put(neighbour, path, content, mode)
   local done, problem = fill(neighbour, content)
   if done and not system.succeeds(("chmod %s %s"):format(mode or mode_of(path), system.quoted_path(neighbour))) then
      return nil, "its mode cannot be set"
   elseif done then
      done, problem = os.rename(neighbour, path)
   end
   return done, problem
end

-- Ctrl-C raises, and leaves nothing behind either.
local function replace(path, content, mode)
   local neighbour, problem = new_neighbour(path)
   if not neighbour then
      return nil, problem
   end
   local good, done
   good, done, problem = pcall(put, neighbour, path, content, mode)
   if not good or not done then
      os.remove(neighbour)
   end
   if not good then
      error(done, 0)
   end
   return done, problem
end

--- Writes a file, in place of one that may be there.
-- @tparam string path
-- @tparam string content
-- @tparam[opt] string mode for chmod(1); default: that of the file that is there, else what the umask leaves
-- @treturn[1] boolean true
-- @treturn[2] nil
-- @treturn[2] string what went wrong; what was there before still is
function file.write(path, content, mode)
   if is_special(path) then
      return told(fill(path, content))
   end
   local target, problem = target_of(path)
   if not target then
      return nil, problem
   end
   return told(replace(target, content, mode))
end

return file
