/* The module `decoder`: from a body to a table as the core does it, without a network in between. */
#include "../../src/json.h"

#include <lauxlib.h>

int luaopen_decoder(lua_State *L);

static Json json;

/* decode(body) -> table */
static int decode(lua_State *L)
{
    luaL_checkstring(L, 1);
    return json_push(L, &json, 1) ? 1 : lua_error(L);
}

int luaopen_decoder(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushnil(L);
    if (!json_open(L, &json, 1))
        return luaL_error(L, "%s", lua_tostring(L, -1));
    lua_newtable(L);
    lua_pushcfunction(L, decode);
    lua_setfield(L, -2, "decode");
    return 1;
}
