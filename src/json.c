#include "json.h"

#include "compat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 200 };

static const double EXACT = 1e14;

/* What the interpreter's hook raises for Ctrl-C, at whatever is called next. */
static bool is_interrupt(lua_State *L)
{
    static const char ends[] = "interrupted!";
    size_t length = 0, wanted = sizeof ends - 1;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    return length >= wanted && memcmp(text + length - wanted, ends, wanted) == 0;
}

/* As lua_pcall, but that memory ran out, and Ctrl-C, are no answers of the function's: they go on up as they are. */
static bool try(lua_State *L, int arguments, int results)
{
    int status = lua_pcall(L, arguments, results, 0);
    if (status == LUA_ERRMEM || (status != 0 && is_interrupt(L)))
        lua_error(L);
    return status == 0;
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

static void call_setting(lua_State *L, const char *name, int value, bool boolean)
{
    lua_getfield(L, -1, name);
    if (boolean)
        lua_pushboolean(L, value);
    else
        lua_pushinteger(L, value);
    if (!try(L, 1, 0)) /* an older release may not know the value; its own default then stays */
        lua_pop(L, 1);
}

/* An instance of our own, so that no setting is shared with the rest of the program. One serves all clients. */
static bool push_own_cjson(lua_State *L)
{
    static const char key[] = "pinecone.cjson";
    lua_getfield(L, LUA_REGISTRYINDEX, key);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "cjson");
    if (!try(L, 1, 1))
        return false;
    lua_getfield(L, -1, "new");
    if (!try(L, 0, 1))
        return false;
    call_setting(L, "decode_invalid_numbers", 0, true);
    call_setting(L, "decode_max_depth", DEPTH, false);
    call_setting(L, "encode_max_depth", DEPTH, false);
    call_setting(L, "encode_invalid_numbers", 0, true);
    call_setting(L, "encode_number_precision", 16, false);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, key);
    lua_remove(L, -2);
    return true;
}

/* Releases differ in how many digits they write, and their version numbers do not tell. */
static bool rounds(lua_State *L)
{
    lua_getfield(L, -1, "encode");
    lua_createtable(L, 1, 0);
    lua_pushnumber(L, 9007199254740991.0);
    lua_rawseti(L, -2, 1);
    bool exact =
        try(L, 1, 1) && lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "[9007199254740991]") == 0;
    lua_pop(L, 1);
    return !exact;
}

bool json_open(lua_State *L, Json *json, int index)
{
    json->decode = json->encode = json->null = LUA_NOREF;
    json->rounds = false;
    if (!lua_isnil(L, index))
        lua_pushvalue(L, index);
    else if (!push_own_cjson(L))
        return false;
    else
        json->rounds = rounds(L);
    lua_getfield(L, -1, "decode");
    lua_getfield(L, -2, "encode");
    lua_getfield(L, -3, "null");
    if (!lua_isfunction(L, -3) || !lua_isfunction(L, -2)) {
        lua_pushliteral(L, "new: 'json' must hold two functions, 'decode' and 'encode'");
        return false;
    }
    json->null = luaL_ref(L, LUA_REGISTRYINDEX);
    json->encode = luaL_ref(L, LUA_REGISTRYINDEX);
    json->decode = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
    return true;
}

void json_close(lua_State *L, Json *json)
{
    luaL_unref(L, LUA_REGISTRYINDEX, json->decode);
    luaL_unref(L, LUA_REGISTRYINDEX, json->encode);
    luaL_unref(L, LUA_REGISTRYINDEX, json->null);
    json->decode = json->encode = json->null = LUA_NOREF;
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* Finds the integer that is equal to the float at the index, where there is one; without integers, a zero without its
 * sign. */
static bool find_whole(lua_State *L, int index, lua_Integer *whole)
{
    lua_Number number = lua_tonumber(L, index);
#if LUA_VERSION_NUM >= 503
    if (!(number >= -9223372036854775808.0 && number < 9223372036854775808.0))
        return false;
    *whole = (lua_Integer)number;
    return (lua_Number)*whole == number && !lua_isinteger(L, index);
#else
    *whole = 0;
    return number == 0 && signbit(number);
#endif
}

static bool is_null(lua_State *L, int index, int type, int null)
{
    return (type == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == NULL) ||
           (null != 0 && lua_rawequal(L, index, null));
}

/* Closes the gaps that nulls left in an array, whose last one stood at `last_null`. */
static void close_gaps(lua_State *L, int table, lua_Number last_null, int nulls)
{
    if (nulls == 0)
        return;
    lua_Number last = last_null;
    int numbers = nulls;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TNUMBER)
            continue;
        numbers++;
        if (lua_tonumber(L, -2) > last)
            last = lua_tonumber(L, -2);
    }
    if (last != numbers) /* no array */
        return;
    for (int i = 1, kept = 0; i <= numbers; i++) {
        lua_rawgeti(L, table, i);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        lua_rawseti(L, table, ++kept);
        if (kept < i) {
            lua_pushnil(L);
            lua_rawseti(L, table, i);
        }
    }
}

static bool tidy(lua_State *L, int null, int depth);

/* Tidies the value on top of the stack, whose key lies below it, in the table below that. Changing a field that is
 * there is allowed while a table is walked. */
static bool tidy_field(lua_State *L, int table, int null, int depth, lua_Number *last_null, int *nulls)
{
    int type = lua_type(L, -1);
    if (is_null(L, -1, type, null)) {
        if (lua_type(L, -2) == LUA_TNUMBER) {
            *nulls += 1;
            if (lua_tonumber(L, -2) > *last_null)
                *last_null = lua_tonumber(L, -2);
        }
        lua_pushvalue(L, -2);
        lua_pushnil(L);
        lua_rawset(L, table);
        return true;
    }
    if (type == LUA_TTABLE)
        return tidy(L, null, depth + 1);
    lua_Integer whole;
    if (type == LUA_TNUMBER && find_whole(L, -1, &whole)) {
        lua_pushvalue(L, -2);
        lua_pushinteger(L, whole);
        lua_rawset(L, table);
    }
    return true;
}

/* Makes the decoder's table at the top of the stack what we promise. False when it is nested too deeply. */
static bool tidy(lua_State *L, int null, int depth)
{
    if (depth > DEPTH || !lua_checkstack(L, 8))
        return false;
    int table = lua_gettop(L);
    lua_Number last_null = 0;
    int nulls = 0;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
        if (!tidy_field(L, table, null, depth, &last_null, &nulls))
            return false;
    close_gaps(L, table, last_null, nulls);
    return true;
}

bool json_push(lua_State *L, const Json *json, int index)
{
    luaL_checkstack(L, 8, "JSON");
    index = compat_absindex(L, index);
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    if (memchr(text, '\0', length) != NULL) { /* lua-cjson takes it for the end, whatever follows */
        lua_pushliteral(L, "it holds a NUL byte");
        return false;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, json->null);
    int null = lua_isnil(L, -1) || lua_islightuserdata(L, -1) ? 0 : lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, json->decode);
    lua_pushvalue(L, index);
    if (!try(L, 1, 1)) {
        lua_remove(L, -2);
        return false;
    }
    bool tidied = true;
    int type = lua_type(L, -1);
    lua_Integer whole;
    if (type == LUA_TTABLE) {
        int top = lua_gettop(L);
        tidied = tidy(L, null, 1);
        lua_settop(L, top);
    } else if (is_null(L, -1, type, null)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    } else if (type == LUA_TNUMBER && find_whole(L, -1, &whole)) {
        lua_pop(L, 1);
        lua_pushinteger(L, whole);
    }
    lua_remove(L, -2);
    if (!tidied) {
        lua_pop(L, 1);
        lua_pushfstring(L, "nested more than %d levels deep", DEPTH);
    }
    return tidied;
}

bool json_is_empty(lua_State *L)
{
    lua_pushnil(L);
    if (lua_next(L, -2) == 0)
        return true;
    lua_pop(L, 2);
    return false;
}

/* Writing ---------------------------------------------------------------------------------------------------------- */

typedef enum { WALK_FINE, WALK_ROUNDED, WALK_TOO_DEEP } Walk;

/* What lua-cjson would make of a number; it writes 14 digits. */
static Walk check_number(double number, char *text, size_t size)
{
    if (fabs(number) < EXACT || isinf(number) || number != floor(number))
        return WALK_FINE;
    snprintf(text, size, "%.14g", number);
    bool exact = strtod(text, NULL) == number;
    snprintf(text, size, "%.0f", number);
    return exact ? WALK_FINE : WALK_ROUNDED;
}

/* Looks for a whole number that would be rounded, and writes it to `text`. Ends at the first branch that is too deep,
 * because a table that holds itself has no end; lua-cjson then says so. */
static Walk check_numbers(lua_State *L, int index, int depth, char *text, size_t size)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return check_number((double)lua_tonumber(L, index), text, size);
    if (!lua_istable(L, index))
        return WALK_FINE;
    if (depth > DEPTH || !lua_checkstack(L, 4))
        return WALK_TOO_DEEP;
    Walk walk = WALK_FINE;
    int top = lua_gettop(L);
    for (lua_pushnil(L); walk == WALK_FINE && lua_next(L, index) != 0; lua_pop(L, 1))
        walk = check_numbers(L, lua_gettop(L), depth + 1, text, size);
    lua_settop(L, top);
    return walk;
}

bool json_push_text(lua_State *L, const Json *json, int index)
{
    luaL_checkstack(L, 6, "JSON");
    index = compat_absindex(L, index);
    char number[400]; /* as long as the largest double is */
    if (json->rounds && check_numbers(L, index, 1, number, sizeof number) == WALK_ROUNDED) {
        lua_pushfstring(L, "lua-cjson would round the number %s; give it as a string", number);
        return false;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, json->encode);
    lua_pushvalue(L, index);
    if (!try(L, 1, 2))
        return false;
    if (lua_type(L, -2) == LUA_TSTRING) {
        lua_pop(L, 1);
        return true;
    }
    /* some libraries answer nil and a message instead of raising */
    if (lua_type(L, -1) != LUA_TSTRING)
        lua_pushliteral(L, "the JSON library gave no text");
    return false;
}
