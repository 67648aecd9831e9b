-- What this process holds: memory and descriptors.

local uv = require "luv"

local probe = {}

local function resident(process)
   local file = io.open("/proc/" .. process .. "/status")
   local text = file and file:read "*a" or ""
   if file then
      file:close()
   end
   return tonumber(text:match "VmRSS:%s*(%d+) kB")
end

local function descriptors()
   local listing = uv.fs_scandir "/proc/self/fd"
   local count = 0
   while listing and uv.fs_scandir_next(listing) do
      count = count + 1
   end
   return listing and count - 1 -- without the one that reads the folder
end

-- AddressSanitizer keeps what is freed.
local is_kept = (os.getenv "LD_PRELOAD" or ""):find "asan" ~= nil

--- Looks, after a full collection.
-- @tparam number other a process to look at, too
-- @treturn table kibibytes: `lua`; where there is a /proc `resident`, `other`; and `descriptors`
function probe.look(other)
   if jit then
      jit.flush() -- compiled code is no leak
   end
   collectgarbage()
   collectgarbage() -- what finalizers let go
   return {
      lua = collectgarbage "count", resident = not is_kept and resident "self" or nil, other = resident(other),
      descriptors = descriptors(),
   }
end

--- The load of the machine; 0 where that is not known.
function probe.load()
   return (uv.loadavg())
end

return probe
