-- Modules that are compiled and run when they are first used, which most programs never do with most of them.
--
-- Later their files may be out of reach, as for nginx's workers or after a chroot, or those of a newer version. So
-- their text is read at once, which costs little beside compiling it. Only a program that begins with `lazy.turn_on()`
-- does not even read it: pinecone-backup, which is to be done before most of them are wanted.

local lazy = {}

local is_on = false
local names = {}

--- Lets modules be read late, too, from now on.
function lazy.turn_on()
   is_on = true
end

-- Reading -----------------------------------------------------------------------------------------------------------

local compile = rawget(_G, "loadstring") or load

-- 5.1 would give a text the globals of whichever coroutine uses it first.
local globals = rawget(_G, "getfenv") and getfenv(1)

local function compiled(text, path)
   local chunk = assert(compile(text, "@" .. path))
   if globals then
      setfenv(chunk, globals)
   end
   return chunk
end

-- The others lie beside this file. Those of the same name elsewhere on package.path could be of another version.
-- Nothing where this comes from no file.
local here = debug.getinfo(1, "S").source:match "^@(.*)lazy%.lua$"
local open = rawget(_G, "io") and io.open

local function read(name)
   local stem = open and here and here .. name:gsub("^pinecone%.", ""):gsub("%.", "/")
   for _, ending in ipairs { ".lua", "/init.lua" } do
      local path = stem and stem .. ending
      local file = path and open(path, "rb")
      if file then
         local text = file:read "*a"
         file:close()
         return text, path
      end
   end
end

-- A program that has cleared package.loaded, to load all anew, maybe another version, still has in package.preload what
-- was never used.
local function is_provided(name)
   local loader = package.preload[name]
   local is_ours = type(loader) == "function" and debug.getinfo(loader, "S").source:find "pinecone[/\\]lazy%.lua$"
   return package.loaded[name] or (loader and not is_ours)
end

local function keep(name)
   if is_provided(name) then
      return
   end
   local text, path = read(name)
   if not text then
      require(name)
      return
   end
   package.preload[name] = function()
      local good, module = pcall(function() return compiled(text, path)(name, path) end)
      if not good then
         package.loaded[name] = nil -- after Ctrl-C, or without memory: 5.1 would not try it again
         error(module, 0)
      end
      package.preload[name] = nil
      return module
   end
end

--- Reads modules that others need which are loaded late.
-- @tparam table list their names
function lazy.keep(list)
   for _, name in ipairs(is_on and {} or list) do
      keep(name)
   end
end

-- Loading -----------------------------------------------------------------------------------------------------------

--- Stands for `require` where a module is not always used: what it gives loads the module when a field is read or it is
-- called.
-- @tparam string name
function lazy.require(name)
   lazy.keep { name }
   names[#names + 1] = name
   local module
   local function get()
      module = module or require(name)
      return module
   end
   return setmetatable({}, {
      __index = function(_, field) return get()[field] end,
      __call = function(_, ...) return get()(...) end,
   })
end

--- Loads all of them, before something that takes hours in a program that has not read them.
function lazy.load()
   local place = 1
   while names[place] do -- each may add others
      require(names[place])
      place = place + 1
   end
end

--- Adds to a table what it does not always need: when something is looked for that it does not have.
-- @tparam table target a class or a module. What begins with an underscore is state, and never looked for
-- @tparam function ... each adds something; they are called in turn until it is there
function lazy.complete(target, ...)
   local adders = { ... }
   setmetatable(target, {
      __index = function(_, name)
         if type(name) == "string" and name:sub(1, 1) == "_" then
            return nil
         end
         while adders[1] and rawget(target, name) == nil do
            adders[1]()
            table.remove(adders, 1)
         end
         if not adders[1] then
            setmetatable(target, nil)
         end
         return rawget(target, name)
      end,
   })
end

return lazy
