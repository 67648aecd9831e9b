--- Whose turn it is: which of the matching requests a fault plan strikes.
-- @module pinecone.emulator.faults.turns

local identifiers = require("pinecone.emulator.identifiers")

local turns = {}

local function is_whole(value, least)
   return type(value) == "number" and value >= least and value % 1 == 0
end

local function has_only(given, names)
   for name in pairs(given) do
      if not names[name] then
         return false
      end
   end
   return true
end

-- A fraction from 0 to 1, the same sequence on every Lua.
local function fractions(seed)
   local random_bytes = identifiers.pseudo_random(seed)
   return function()
      local high, middle, low = random_bytes(3):byte(1, 3)
      return (high * 65536 + middle * 256 + low) / 16777216
   end
end

-- What a table of names may be: `names` it takes, `accepts` says whether its
-- values will do, `make` gives the function that decides about a count.
local forms = {
   from = {
      names = { from = true },
      accepts = function(on) return is_whole(on.from, 1) end,
      make = function(on)
         local first = on.from
         return function(count) return count >= first end
      end,
   },
   every = {
      names = { every = true },
      accepts = function(on) return is_whole(on.every, 1) end,
      make = function(on)
         local step = on.every
         return function(count) return count % step == 0 end
      end,
   },
   chance = {
      names = { chance = true, seed = true },
      accepts = function(on)
         return type(on.chance) == "number" and on.chance > 0 and on.chance <= 1
            and (on.seed == nil or is_whole(on.seed, 0) and on.seed <= 2147483647)
      end,
      make = function(on)
         local chance, fraction = on.chance, fractions(on.seed or 1)
         return function() return fraction() < chance end
      end,
   },
}

local function form_of(on)
   for name, form in pairs(forms) do
      if on[name] ~= nil and has_only(on, form.names) then
         return form
      end
   end
end

local function is_sequence(on)
   local count = 0
   for _, turn in pairs(on) do
      count = count + 1
      if not is_whole(turn, 1) then
         return false
      end
   end
   return count > 0 and count == #on
end

--- What may say which requests are meant.
turns.wants = "a whole number from 1, a list of such numbers, \"all\", {from = N}, {every = N}, "
   .. "or {chance = P} with P above 0 up to 1 and perhaps a whole number as seed"

--- Whether a value says which requests are meant.
-- @param on
-- @treturn boolean
function turns.accepts(on)
   if type(on) ~= "table" then
      return on == "all" or is_whole(on, 1)
   end
   local form = form_of(on)
   if form then
      return form.accepts(on)
   end
   return is_sequence(on)
end

local function listed(on)
   local meant = {}
   for _, turn in ipairs(on) do
      meant[turn] = true
   end
   return function(count) return meant[count] == true end
end

--- Makes the function that decides. It must be asked about every matching
-- request, once and in order: chance draws a number each time.
-- @param on accepted by @{turns.accepts}
-- @treturn function given a request's number, counted from 1, returns a boolean
function turns.new(on)
   if on == "all" then
      return function() return true end
   elseif type(on) == "number" then
      return function(count) return count == on end
   end
   local form = form_of(on)
   return form and form.make(on) or listed(on)
end

return turns
