--- Random identifiers in the form of version 4 UUIDs.
-- @module pinecone.emulator.identifiers

local identifiers = {}

--- Makes a generator.
-- @tparam function random_bytes given a count, returns that many random bytes
-- @treturn function returns a new UUID at each call
function identifiers.generator(random_bytes)
   return function()
      local bytes = { random_bytes(16):byte(1, 16) }
      bytes[7] = bytes[7] % 16 + 0x40
      bytes[9] = bytes[9] % 64 + 0x80
      local unpack = table.unpack or unpack
      return (("%02x"):rep(4) .. "-%02x%02x-%02x%02x-%02x%02x-" .. ("%02x"):rep(6))
         :format(unpack(bytes))
   end
end

--- A deterministic source of bytes, for specs and reproducible runs.
-- @tparam number seed
-- @treturn function for @{generator}
function identifiers.pseudo_random(seed)
   -- Park and Miller's generator: exact in doubles, the same on every Lua.
   local value = seed % 2147483646 + 1
   return function(count)
      local bytes = {}
      for position = 1, count do
         value = value * 16807 % 2147483647
         bytes[position] = string.char(math.floor(value / 128) % 256)
      end
      return table.concat(bytes)
   end
end

return identifiers
