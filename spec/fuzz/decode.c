/* From an answer to a value or a failure without a network in between: many more answers a second. */
#include "harness.h"

#include "../../src/answer.h"
#include "../../src/compat.h"
#include "../../src/failure.h"

#include <stdlib.h>

static Json json = {.decode = LUA_NOREF, .encode = LUA_NOREF, .null = LUA_NOREF};

static const Operation *operation_named(lua_State *L, const char *name)
{
    for (size_t i = 0; i < operation_count; i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return strcmp(name, operation_request.name) == 0 ? &operation_request : (luaL_error(L, "no %s", name), NULL);
}

/* Leaves one value: what the library gives, or a failure. */
static void read_success(lua_State *L, const Operation *operation, const FailedAnswer *answer, const char *version,
                         const char *environment)
{
    const char *wrong;
    if (!json_push(L, &json, answer->index))
        wrong = lua_pushfstring(L, "not with JSON (%s)", lua_tostring(L, -1));
    else
        wrong = answer_complete(L, operation, version, environment);
    if (wrong != NULL)
        failure_push_unreadable(L, answer, wrong);
}

/* decode(operation, status, content type, version, environment or nil, key, body) -> value or failure */
static int decode(lua_State *L)
{
    lua_settop(L, 7);
    const Operation *operation = operation_named(L, luaL_checkstring(L, 1));
    FailedAnswer answer = {.status = (long)luaL_checkinteger(L, 2),
                           .content_type = luaL_checkstring(L, 3),
                           .index = 7,
                           .length = compat_rawlen(L, 7),
                           .makes = operation->answer == ANSWER_RESOURCE && operation->effect != EFFECT_NONE,
                           .secret = luaL_checkstring(L, 6)};
    /* of its own and without a NUL behind it, so that reading one byte too many is seen */
    char *copy = malloc(answer.length + (answer.length == 0));
    memcpy(copy, lua_tostring(L, 7), answer.length);
    answer.body = copy;
    if (answer.status < 200 || answer.status >= 300)
        failure_push_answer(L, &json, &answer);
    else
        read_success(L, operation, &answer, lua_tostring(L, 4), lua_tostring(L, 5));
    free(copy);
    return 1;
}

/* is_page(content type, body) */
static int is_page(lua_State *L)
{
    FailedAnswer answer = {.content_type = luaL_checkstring(L, 1)};
    answer.body = luaL_checklstring(L, 2, &answer.length);
    lua_pushboolean(L, failure_is_page(&answer));
    return 1;
}

void decode_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"decode", decode}, {"is_page", is_page}, {NULL, NULL}};
    lua_pushnil(L);
    if (!json_open(L, &json, lua_gettop(L)))
        luaL_error(L, "there is no lua-cjson: %s", lua_tostring(L, -1));
    lua_pop(L, 1);
    compat_setfuncs(L, functions);
}
