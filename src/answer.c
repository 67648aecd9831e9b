#include "answer.h"

#include "compat.h"
#include "json.h"
#include "schema.h"

/* Whether it is what the operation answers ------------------------------------------------------------------------- */

/* True for an object whose only field is `pagination`, or none: Pinecone may leave an empty list out. */
static bool is_bare(lua_State *L)
{
    bool bare = true;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1))
        bare = bare && lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "pagination") == 0;
    return bare;
}

/* Pushes a field of the table on top of the stack; an injected JSON library may give tables with metamethods. */
static void push_raw(lua_State *L, const char *field)
{
    lua_pushstring(L, field);
    lua_rawget(L, -2);
}

/* A table with fields but no elements was an object. */
static bool is_sequence(lua_State *L)
{
    return lua_istable(L, -1) && (json_is_empty(L) || compat_rawlen(L, -1) > 0);
}

static bool fits_list(lua_State *L, const char *list)
{
    push_raw(L, list);
    bool absent = lua_isnil(L, -1), good = is_sequence(L);
    lua_pop(L, 1);
    if (!absent || !is_bare(L))
        return good;
    lua_pushstring(L, list);
    lua_newtable(L);
    lua_rawset(L, -3);
    return true;
}

static bool has_text(lua_State *L, const char *field)
{
    push_raw(L, field);
    bool found = lua_type(L, -1) == LUA_TSTRING;
    lua_pop(L, 1);
    return found;
}

/* NULL when the value on top of the stack is what the operation answers; else what is wrong with it, with the text
 * kept on the stack. */
static const char *misfit(lua_State *L, const Operation *operation)
{
    if (operation->answer == ANSWER_ANY)
        return NULL;
    if (!lua_istable(L, -1))
        return "not with a JSON object";
    if (operation->answer == ANSWER_LIST)
        return fits_list(L, operation->list) ? NULL : lua_pushfstring(L, "without a list in '%s'", operation->list);
    if (operation->id == NULL || has_text(L, operation->id))
        return NULL;
    return lua_pushfstring(L, "without '%s'", operation->id);
}

/* What versions differ in ------------------------------------------------------------------------------------------ */

static void tell_vectors(lua_State *L, const Operation *operation)
{
    if (operation->answer != ANSWER_LIST) {
        schema_tell_vectors(L);
        return;
    }
    push_raw(L, operation->list);
    for (int i = 1, count = (int)compat_rawlen(L, -1); i <= count; i++) {
        lua_rawgeti(L, -1, i);
        if (lua_istable(L, -1))
            schema_tell_vectors(L);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* The legacy controller -------------------------------------------------------------------------------------------- */

/* { "a", "b" } becomes { list = { { name = "a" }, { name = "b" } } }. False where it is no such sequence. */
static bool name_list(lua_State *L, const Operation *operation)
{
    int names = lua_gettop(L);
    bool good = is_sequence(L);
    int count = good ? (int)compat_rawlen(L, names) : 0;
    lua_createtable(L, count, 0);
    for (int i = 1; i <= count && good; i++) {
        lua_createtable(L, 0, 1);
        lua_pushstring(L, operation->id);
        lua_rawgeti(L, names, i);
        good = lua_type(L, -1) == LUA_TSTRING;
        lua_rawset(L, -3);
        lua_rawseti(L, names + 1, i);
    }
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_setfield(L, -2, operation->list);
    lua_replace(L, names);
    return good;
}

static void tell_environment(lua_State *L, const char *environment)
{
    push_raw(L, "environment");
    bool absent = lua_isnil(L, -1);
    lua_pop(L, 1);
    if (!absent)
        return;
    lua_pushliteral(L, "environment");
    lua_pushstring(L, environment);
    lua_rawset(L, -3);
}

static const char *complete_legacy(lua_State *L, const Operation *operation, const char *environment)
{
    if (operation->legacy == LEGACY_NAMES)
        return name_list(L, operation) ? NULL : "not with a list of names";
    const char *wrong = misfit(L, operation);
    if (wrong == NULL && operation->legacy == LEGACY_LACKS)
        tell_environment(L, environment);
    return wrong;
}

const char *answer_complete(lua_State *L, const Operation *operation, const char *version, const char *environment)
{
    luaL_checkstack(L, LUA_MINSTACK, "answer");
    if (environment != NULL)
        return complete_legacy(L, operation, environment);
    const char *wrong = misfit(L, operation);
    /* a released version before 2026-07 has dimension and metric themselves */
    if (wrong == NULL && operation->vectors && !version_has_old_rules(version))
        tell_vectors(L, operation);
    return wrong;
}
