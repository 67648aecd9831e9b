-- What "luarocks test" runs: the specs on the Lua that LuaRocks runs on, or those of the files behind "--".

local interpreter = jit and "luajit" or _VERSION:lower():gsub(" ", "")

local function quoted(word)
   return "'" .. word:gsub("'", "'\\''") .. "'"
end

local words = { "make", "test", "DEPS=no", "LUA=" .. interpreter }
if arg[1] then
   words[#words + 1] = "SPEC=" .. table.concat(arg, " ")
end
for place, word in ipairs(words) do
   words[place] = quoted(word)
end

local status = os.execute(table.concat(words, " ")) -- 5.1 gives a number
os.exit((status == true or status == 0) and 0 or 1)
