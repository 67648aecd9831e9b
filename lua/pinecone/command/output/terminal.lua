-- What stands at the other end: a terminal, with its width and colours, or something that reads text.

local system = require "pinecone.command.system"
local text = require "pinecone.command.output.text"

local terminal = {}

local DEFAULT_WIDTH = 80

local known = {}

--- Whether a descriptor is a terminal.
-- @tparam int descriptor 0 standard input, 1 output, 2 errors
function terminal.is(descriptor)
   if known[descriptor] == nil then
      known[descriptor] = system.is_terminal(descriptor)
   end
   return known[descriptor]
end

local function is_set(name)
   return (os.getenv(name) or "") ~= ""
end

--- Whether to write colours there; see no-color.org.
function terminal.has_colours(descriptor)
   return terminal.is(descriptor) and not is_set "NO_COLOR" and os.getenv "TERM" ~= "dumb"
end

-- A container's terminal need not be the controlling one of its processes.
local function width_by_stty()
   local answer = system.output "{ stty size </dev/tty || stty size; } 2>/dev/null"
   return tonumber(answer:match "^%d+ (%d+)\n")
end

--- How many characters stand in a line. `COLUMNS` in the environment overrules.
function terminal.width()
   local given = tonumber((os.getenv "COLUMNS" or ""):match "^%d+$")
   local width = given and given > 0 and given or width_by_stty()
   return width and width > 0 and width or DEFAULT_WIDTH
end

--- Lines for people, broken at the terminal's width where there is one.
-- @tparam int descriptor where they are written to
function terminal.fitting(descriptor, lines)
   return terminal.is(descriptor) and text.wrap(lines, terminal.width(), "  ") or lines
end

--- Writes such lines to standard error.
function terminal.tell(lines)
   io.stderr:write(terminal.fitting(2, lines), "\n")
end

return terminal
