-- Coroutines: what differs between the versions of Lua, and whose they are.

local running, can_yield = coroutine.running, coroutine.isyieldable or function() return true end

local threads = {}

--- PUC Lua 5.1, which can yield across neither pcall nor the iterator of a for loop.
threads.is_old = _VERSION == "Lua 5.1" and rawget(_G, "jit") == nil

-- Of coroutines within which `catch` runs another one, and of those of `pinecone.parallel`.
-- Those that nobody resumes any more must be garbage together, so `outer` holds on to neither of the two.
local outer = setmetatable({}, { __mode = "kv" })
local owners = setmetatable({}, { __mode = "k" })

--- The coroutine that an event loop has to resume to go on here; nil for the main one.
function threads.running()
   local thread, is_main = running()
   if is_main or not thread then
      return nil
   end
   while outer[thread] do
      thread = outer[thread]
   end
   return thread
end

--- Whether the running coroutine is one of `catch`.
function threads.is_caught()
   return outer[coroutine.running()] ~= nil
end

--- False within a function that C has called, such as that of string.gsub, where the Lua version can tell.
threads.can_yield = can_yield

--- Whose coroutine is running, as `own` has said; nil for nobody's, and where it cannot yield.
function threads.owner()
   local thread, is_main = running()
   if is_main or not thread then
      return nil
   end
   local owner = owners[thread] or owners[threads.running()]
   return owner and can_yield() and owner or nil
end

--- Makes a coroutine somebody's.
function threads.own(thread, owner)
   owners[thread] = owner
end

-- What has to be done for a coroutine that is given up, by coroutine.
local wills = setmetatable({}, { __mode = "k" })

--- Says what has to be done in place of the running coroutine where it is given up in the middle; nil: nothing any
-- more. It is called with what was raised, and may give a function that takes that and gives it with a note in it. The
-- main coroutine is never given up: what is raised in it can be caught.
function threads.will(action)
   local thread = threads.running()
   if thread then
      wills[thread] = action
   end
end

--- Takes what has to be done for a coroutine that is given up; nil: nothing.
function threads.take_will(thread)
   local action = wills[thread]
   wills[thread] = nil
   return action
end

-- LuaJIT's interpreter raises Ctrl-C in whatever coroutine runs; those of PUC Lua in the main one. nginx has its own.
local is_luajit, is_nginx = rawget(_G, "jit") ~= nil, rawget(_G, "ngx") ~= nil

--- Whether somebody's function raised nothing of its own, but what Ctrl-C raises and the whole program has to hear of.
function threads.is_interrupt(problem)
   local is_possible = not is_nginx and (is_luajit or not threads.running())
   return is_possible and type(problem) == "string" and (problem .. "\n"):find("interrupted!\n", 1, true) ~= nil
end

local pass

-- What the inner coroutine yields goes to whoever waits outside, and what comes back goes in.
local function after(inner, good, ...)
   if good and coroutine.status(inner) == "suspended" then
      return pass(inner, coroutine.yield(...))
   end
   return good, ...
end

function pass(inner, ...)
   return after(inner, coroutine.resume(inner, ...))
end

-- Outside of any coroutine nothing yields, and there the interpreter raises Ctrl-C.
local function catch_in_coroutine(action)
   if not coroutine.running() then
      return pcall(action)
   end
   local inner = coroutine.create(function() return action() end) -- 5.1 takes no function of C
   outer[inner] = coroutine.running()
   return pass(inner)
end

--- A pcall that can be yielded across on every Lua.
-- @tparam function action
-- @treturn boolean whether it went well
-- @return what it gave, or what it raised
threads.catch = threads.is_old and catch_in_coroutine or pcall

return threads
