-- Modules that are loaded when they are first used, in a program that begins with `lazy.turn_on()`: pinecone-backup,
-- which is to be done before most of them are wanted.
--
-- Other programs have everything from the beginning. Later the files may be out of reach, as for nginx's workers or
-- after a chroot, or those of a newer version.

local lazy = {}

local is_on = false
local names = {}

--- Lets modules be loaded late from now on.
function lazy.turn_on()
   is_on = true
end

--- Stands for `require` where a module is not always used: what it gives loads the module when a field is read or it is
-- called.
-- @tparam string name
function lazy.require(name)
   if not is_on then
      return require(name)
   end
   names[#names + 1] = name
   return setmetatable({}, {
      __index = function(_, field) return require(name)[field] end,
      __call = function(_, ...) return require(name)(...) end,
   })
end

--- Loads all of them, before something that takes hours: the files may be others by then.
function lazy.load()
   local place = 1
   while names[place] do -- each may add others
      require(names[place])
      place = place + 1
   end
end

--- Adds to a table what it does not always need: when something is looked for that it does not have.
-- @tparam table target a class or a module. What begins with an underscore is state, and never looked for
-- @tparam function add adds it
function lazy.complete(target, add)
   if not is_on then
      add()
      return
   end
   setmetatable(target, {
      __index = function(_, name)
         if type(name) == "string" and name:sub(1, 1) == "_" then
            return nil
         end
         setmetatable(target, nil)
         add()
         return rawget(target, name)
      end,
   })
end

return lazy
