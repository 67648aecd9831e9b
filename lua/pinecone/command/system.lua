-- What plain Lua cannot ask the system, but its shell can. While os.execute waits it ignores Ctrl-C, and one that comes
-- as its command ends is lost; a pipe leaves it to the interpreter, which raises.

local system = {}

-- A word as the shell takes it, whatever is in it.
local function quoted(word)
   return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A path that no program takes for an option.
function system.quoted_path(path)
   return quoted(path:sub(1, 1) == "/" and path or "./" .. path)
end

--- What a command prints.
function system.output(command)
   local pipe = io.popen(command)
   local printed = pipe and pipe:read "*a" or ""
   if pipe then
      pipe:close()
   end
   return printed
end

--- Whether a command succeeds that prints nothing.
function system.succeeds(command)
   return system.output(command .. " && echo yes") == "yes\n"
end

local SIGINT = 2
local OF_SHELL = 128 + SIGINT -- what a shell gives that outlives its command

-- On our own standard output, which a pipe to read from would be in the place of.
local function succeeds_on_output(command)
   local result, how, number
   if _VERSION == "Lua 5.1" then -- its pipes do not tell how their command ended
      result, how, number = os.execute(command)
   else
      local pipe = io.popen(command, "w")
      if pipe then
         result, how, number = pipe:close()
      end
   end
   local is_interrupted = how == "signal" and number == SIGINT or how == "exit" and number == OF_SHELL
   if is_interrupted or result == SIGINT or result == OF_SHELL * 256 then -- the latter two in Lua 5.1
      error("interrupted!", 0)
   end
   return result == true or result == 0
end

--- Whether a descriptor is a terminal.
-- @tparam int descriptor 0 standard input, 1 output, 2 errors
function system.is_terminal(descriptor)
   local command = "test -t " .. descriptor
   if descriptor == 1 then
      return succeeds_on_output(command)
   end
   return system.succeeds(command)
end

return system
