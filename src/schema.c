#include "schema.h"

#include "compat.h"

/* Which field of a schema speaks for the whole index, the best first. */
typedef enum {
    RANK_VALUES,   /* the dense vectors of an index made for vectors; its _sparse_values stand beside them */
    RANK_DENSE,    /* dense vectors among other fields */
    RANK_SEMANTIC, /* text that Pinecone makes dense vectors of */
    RANK_SPARSE,
    RANK_NONE,
} Rank;

/* Pushes a field of the table at that absolute index and answers its type. Raw, because a JSON library of the caller's
 * may give tables with metamethods. */
static int push_raw(lua_State *L, int table, const char *name)
{
    lua_pushstring(L, name);
    lua_rawget(L, table);
    return lua_type(L, -1);
}

static Rank rank_of(lua_State *L, int field, const char *name)
{
    if (!lua_istable(L, field))
        return RANK_NONE;
    const char *type = push_raw(L, field, "type") == LUA_TSTRING ? lua_tostring(L, -1) : "";
    Rank rank = RANK_NONE;
    if (strcmp(type, "dense_vector") == 0)
        rank = strcmp(name, "_values") == 0 ? RANK_VALUES : RANK_DENSE;
    else if (strcmp(type, "sparse_vector") == 0)
        rank = RANK_SPARSE;
    else if (strcmp(type, "semantic_text") == 0 && push_raw(L, field, "dimension") == LUA_TNUMBER)
        rank = RANK_SEMANTIC; /* a sparse model has no dimension */
    return rank;
}

/* Puts the field that speaks for the index into the slot `best`; of several alike the first by name, because a table
 * has no order. */
static Rank find_best(lua_State *L, int fields, int best)
{
    Rank least = RANK_NONE;
    const char *first = ""; /* a key of the table, which keeps it */
    for (lua_pushnil(L); lua_next(L, fields) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            continue;
        const char *name = lua_tostring(L, -2);
        int value = lua_gettop(L);
        Rank rank = rank_of(L, value, name);
        lua_settop(L, value);
        if (rank > least || rank == RANK_NONE || (rank == least && strcmp(name, first) > 0))
            continue;
        least = rank;
        first = name;
        lua_pushvalue(L, value);
        lua_replace(L, best);
    }
    return least;
}

/* Sets a field to the value on top of the stack, unless it is there already or the value is of another type. */
static void set_absent(lua_State *L, int table, const char *name, int type)
{
    if (lua_type(L, -1) != type || push_raw(L, table, name) != LUA_TNIL)
        return;
    lua_pushstring(L, name);
    lua_pushvalue(L, -3);
    lua_rawset(L, table);
}

void schema_tell_vectors(lua_State *L)
{
    luaL_checkstack(L, LUA_MINSTACK, "schema");
    int table = lua_gettop(L), best = table + 1;
    lua_pushnil(L);
    if (push_raw(L, table, "schema") == LUA_TTABLE && push_raw(L, best + 1, "fields") == LUA_TTABLE) {
        Rank rank = find_best(L, best + 2, best);
        if (rank < RANK_SPARSE) {
            push_raw(L, best, "dimension");
            set_absent(L, table, "dimension", LUA_TNUMBER);
            push_raw(L, best, "metric");
            set_absent(L, table, "metric", LUA_TSTRING);
        } else if (rank == RANK_SPARSE) {
            /* sparse vectors have no length and are compared in no other way, so their field says neither */
            lua_pushliteral(L, "dotproduct");
            set_absent(L, table, "metric", LUA_TSTRING);
        }
    }
    lua_settop(L, table);
}
