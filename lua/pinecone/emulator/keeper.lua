--- Keeps a project in a file: knows what the file holds and writes what is new.
-- @module pinecone.emulator.keeper

local snapshot = require("pinecone.emulator.state.snapshot")

local keeper = {}

--- @type Keeper
local Keeper = {}
Keeper.__index = Keeper

local function is_same(one, other)
   if #one ~= #other then
      return false
   end
   for position, text in ipairs(one) do
      if text ~= other[position] then
         return false
      end
   end
   return true
end

--- Reads the project that the file holds.
-- @treturn table `data` and `clock`; false when there is no file yet; or nil
--   and what is wrong
function Keeper:load()
   local text = self.store.text
   self.store.text = nil
   if not text then
      return false
   end
   local project, problem = snapshot.read(text)
   if not project then
      return nil, self:refusal(problem)
   end
   return project
end

--- Says that the file cannot be used.
-- @tparam string problem
-- @treturn string
function Keeper:refusal(problem)
   return ("cannot use the state file %s: %s. Name another file, or move this one away")
      :format(self.store.path, problem)
end

--- Writes the project, unless the file holds the same.
-- @tparam table data the state's
-- @tparam table clock
-- @tparam[opt] boolean moved the clock was moved by hand
-- @treturn boolean true, or nil and what is wrong
function Keeper:save(data, clock, moved)
   local body = snapshot.body(data)
   if not moved and self.kept and is_same(body, self.kept) then
      return true
   end
   local ok, problem = self.store:write(snapshot.text(body, clock.save()))
   self.kept = ok and body
   if not ok then
      return nil, ("the state cannot be saved in %s (%s)"):format(self.store.path, problem)
   end
   return true
end

--- Makes a keeper.
-- @tparam table store a @{pinecone.emulator.store}
-- @treturn Keeper
function keeper.new(store)
   return setmetatable({ store = store }, Keeper)
end

return keeper
