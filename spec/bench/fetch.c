/* The module `fetch`: the limit, as Lua calls it. Loading it loads libcurl, and nothing else. */
#include "raw.h"

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>

#define FETCH_TYPE "bench.fetch"
enum { MOST_HEADERS = 8 };

int luaopen_fetch(lua_State *L);

static Raw *raw_at(lua_State *L)
{
    return *(Raw **)luaL_checkudata(L, 1, FETCH_TYPE);
}

/* (url, user agent, header line, ...), from that place of the stack to its top */
static RawRequest request_at(lua_State *L, int first, const char *lines[MOST_HEADERS + 1])
{
    int count = lua_gettop(L) - first - 1;
    luaL_argcheck(L, count <= MOST_HEADERS, first + MOST_HEADERS + 2, "too many headers");
    for (int i = 0; i < count; i++)
        lines[i] = luaL_checkstring(L, first + 2 + i);
    return (RawRequest){
        .url = luaL_checkstring(L, first), .user_agent = luaL_checkstring(L, first + 1), .headers = lines};
}

/* new(url, user agent, header line, ...) */
static int fetch_new(lua_State *L)
{
    const char *lines[MOST_HEADERS + 1] = {NULL};
    RawRequest request = request_at(L, 1, lines);
    Raw **place = lua_newuserdata(L, sizeof *place);
    *place = NULL;
    luaL_getmetatable(L, FETCH_TYPE);
    lua_setmetatable(L, -2);
    *place = raw_new(&request);
    return *place != NULL ? 1 : luaL_error(L, "not enough memory");
}

/* :get() -> body */
static int fetch_get(lua_State *L)
{
    const char *body;
    size_t length;
    const char *problem = raw_get(raw_at(L), &body, &length);
    if (problem != NULL)
        return luaL_error(L, "%s", problem);
    lua_pushlstring(L, body, length);
    return 1;
}

/* :many(n) makes n calls without Lua. */
static int fetch_many(lua_State *L)
{
    Raw *raw = raw_at(L);
    const char *body, *problem = NULL;
    size_t length;
    for (lua_Integer left = luaL_checkinteger(L, 2); left > 0 && problem == NULL; left--)
        problem = raw_get(raw, &body, &length);
    return problem != NULL ? luaL_error(L, "%s", problem) : 0;
}

enum { TOTAL = 1, AT_ONCE, TAKE, URL };

static void give(void *taker, const char *body, size_t length)
{
    lua_State *L = taker;
    lua_pushvalue(L, TAKE);
    lua_pushlstring(L, body, length);
    lua_call(L, 1, 0);
}

/* at_once(total, at once, function that is given each body or nil, url, user agent, header line, ...) */
static int fetch_at_once(lua_State *L)
{
    const char *lines[MOST_HEADERS + 1] = {NULL};
    RawRequest request = request_at(L, URL, lines);
    const char *problem = raw_at_once(&request, (int)luaL_checkinteger(L, TOTAL), (int)luaL_checkinteger(L, AT_ONCE),
                                      lua_isnil(L, TAKE) ? NULL : give, L);
    return problem != NULL ? luaL_error(L, "%s", problem) : 0;
}

static int fetch_free(lua_State *L)
{
    Raw **place = luaL_checkudata(L, 1, FETCH_TYPE);
    raw_free(*place);
    *place = NULL;
    return 0;
}

static int fetch_version(lua_State *L)
{
    lua_pushstring(L, curl_version_info(CURLVERSION_NOW)->version);
    return 1;
}

static int fetch_compiler(lua_State *L)
{
    lua_pushliteral(L, __VERSION__);
    return 1;
}

static void set(lua_State *L, const luaL_Reg *rows)
{
    for (; rows->name != NULL; rows++) {
        lua_pushcfunction(L, rows->func);
        lua_setfield(L, -2, rows->name);
    }
}

int luaopen_fetch(lua_State *L)
{
    static const luaL_Reg functions[] = {{"new", fetch_new},
                                         {"at_once", fetch_at_once},
                                         {"version", fetch_version},
                                         {"compiler", fetch_compiler},
                                         {NULL, NULL}};
    static const luaL_Reg methods[] = {{"get", fetch_get}, {"many", fetch_many}, {"__gc", fetch_free}, {NULL, NULL}};
    luaL_newmetatable(L, FETCH_TYPE);
    set(L, methods);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_newtable(L);
    set(L, functions);
    return 1;
}
