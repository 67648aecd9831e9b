-- Lua values out of the bytes of an input; an input that has ended gives zeros.

local Reader = {}
Reader.__index = Reader

local function new(input)
   return setmetatable({ input = input, position = 1 }, Reader)
end

function Reader:byte()
   local byte = self.input:byte(self.position) or 0
   self.position = self.position + 1
   return byte
end

function Reader:choose(list)
   return list[self:byte() % #list + 1]
end

local function printable_or_not(self)
   local length = self:byte() % 64
   local text = self.input:sub(self.position, self.position + length - 1)
   self.position = self.position + length
   return text
end

local words = {
   "name", "movies", "2026-04", "2026-07", "unstable", "2025-10.preview", "", ".", "..", "a/b", "%2e%2e", "a b", "é",
   "x\r\nHost: y", "x\nApi-Key: z", "x\0y", "/indexes", "/indexes?x=1#y", "/%2e%2e/x", "http://127.0.0.1:1", "[::1]:80",
   "https://localhost", "localhost:99999", "GET", "POST", "DELETE", "daily", "enabled", "\127", "\255\254",
   ("n"):rep(45), ("n"):rep(46), ("n"):rep(255), ("n"):rep(256), ("long"):rep(2000), "Host", "content-length",
   "Transfer-Encoding", "Api-Key",
}

function Reader:text()
   local form = self:byte()
   return form < 128 and printable_or_not(self) or words[form % #words + 1]
end

local numbers = {
   0, 1, -1, 100, 101, 0.5, -0.0, 1e15, 1e16, 2 ^ 31 - 1, 2 ^ 31, 2 ^ 53, 2 ^ 53 + 2, 2 ^ 63, -2 ^ 63, 1e100, 1e308,
   5e-324, math.huge, -math.huge, 0 / 0, math.maxinteger or 1, math.mininteger or 1, 123456789012345, 1e9, 1e-9, 20000,
}

function Reader:number()
   local form = self:byte()
   if form < 128 then
      return numbers[form % #numbers + 1]
   end
   return (self:byte() * 256 + self:byte()) * 10 ^ (self:byte() - 128)
end

local function complain()
   error "a metamethod was called"
end

-- Metamethods that nobody must call.
local angry = {
   __index = complain, __newindex = complain, __len = complain, __pairs = complain, __ipairs = complain,
   __tostring = complain, __call = complain, __eq = complain, __concat = complain, __name = "angry",
}

local shapes = {
   function(self, depth) -- fields
      local made = {}
      for _ = 1, self:byte() % 6 do
         made[self:text()] = self:value(depth + 1)
      end
      return made
   end,
   function(self, depth) -- a sequence
      local made = {}
      for position = 1, self:byte() % 6 do
         made[position] = self:value(depth + 1)
      end
      return made
   end,
   function(self, depth) -- keys of any type
      local key = self:value(depth + 1)
      if key == nil or key ~= key then
         key = 2 ^ self:byte()
      end
      return { [key] = self:value(depth + 1) }
   end,
   function(self) -- a cycle
      local made = {}
      made[self:byte() % 2 == 0 and "self" or 1] = { made }
      return made
   end,
   function(self) -- a deep one, around the limit
      local made = self:number()
      for _ = 1, 190 + self:byte() % 32 do
         made = { made }
      end
      return made
   end,
   function(self) -- a sparse one
      return { [self:byte() * 1000] = self:text() }
   end,
   function(self, depth) -- with metamethods
      return setmetatable({ [self:text()] = self:value(depth + 1) }, angry)
   end,
}

local others = {
   false, true, complain, io.stdout, coroutine.create(complain), require("cjson").null, angry, setmetatable({}, angry),
}

local deepest = 5

--- Any value at all.
function Reader:value(depth)
   depth = depth or 1
   local form = self:byte() % 8
   if form == 0 then
      return nil
   elseif form <= 2 then
      return self:text()
   elseif form <= 4 then
      return self:number()
   elseif form == 5 then
      return self:choose(others)
   elseif depth > deepest then
      return {}
   end
   return self:choose(shapes)(self, depth)
end

return { new = new }
