/* What the Lua versions from 5.1 to 5.4 and LuaJIT call differently. */
#ifndef PINECONE_COMPAT_H
#define PINECONE_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#if LUA_VERSION_NUM < 502
#define compat_rawlen lua_objlen

static inline void compat_setfuncs(lua_State *L, const luaL_Reg *functions)
{
    for (; functions->name != NULL; functions++) {
        lua_pushcfunction(L, functions->func);
        lua_setfield(L, -2, functions->name);
    }
}

static inline int compat_absindex(lua_State *L, int index)
{
    return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}
#else
#define compat_rawlen lua_rawlen
#define compat_absindex lua_absindex
#define compat_setfuncs(L, functions) luaL_setfuncs(L, functions, 0)
#endif

/* Registers a metatable whose metamethods cannot be called as methods. */
static inline void compat_newclass(lua_State *L, const char *type, const luaL_Reg *methods, const luaL_Reg *meta)
{
    luaL_newmetatable(L, type);
    compat_setfuncs(L, meta);
    lua_newtable(L);
    compat_setfuncs(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, type);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

#endif
