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

static inline void *compat_testudata(lua_State *L, int index, const char *type)
{
    void *block = lua_touserdata(L, index);
    if (block == NULL || !lua_getmetatable(L, index))
        return NULL;
    lua_getfield(L, LUA_REGISTRYINDEX, type);
    if (!lua_rawequal(L, -1, -2))
        block = NULL;
    lua_pop(L, 2);
    return block;
}
#else
#define compat_rawlen lua_rawlen
#define compat_absindex lua_absindex
#define compat_testudata luaL_testudata
#define compat_setfuncs(L, functions) luaL_setfuncs(L, functions, 0)
#endif

#endif
