#include "argument.h"

#include "compat.h"
#include "spelling.h"

#include <stdio.h>

/* Names ------------------------------------------------------------------------------------------------------------ */

const char *argument_wire(const Argument *row)
{
    return row->wire != NULL ? row->wire : row->name;
}

/* Rows that a full name (nested keys joined by dots) can mean; -1 where none does. */
static int find_row(const char *name, size_t length, const Argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, length, rows[i].name) || text_is(name, length, rows[i].alias) ||
            (rows[i].place == PLACE_BODY && text_is(name, length, rows[i].wire)))
            return (int)i;
    return -1;
}

static bool is_prefix(const char *name, size_t length, const Argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].place == PLACE_BODY && rows[i].wire != NULL && strncmp(rows[i].wire, name, length) == 0 &&
            rows[i].wire[length] == '.')
            return true;
    return false;
}

/* The spelling that the caller most likely meant; among the nested ones when the name is nested (`prefix`). */
static const char *nearest(const char *name, const char *prefix, const Argument *rows, size_t count)
{
    const char *best = NULL;
    size_t skip = strlen(prefix), least = spelling_limit(name + skip);
    for (size_t i = 0; i < count; i++) {
        const char *plain[] = {rows[i].name, rows[i].alias}, *nested[] = {rows[i].wire, NULL};
        for (size_t k = 0; k < 2; k++) {
            const char *spelling = skip > 0 ? nested[k] : plain[k];
            if (spelling == NULL || strncmp(spelling, prefix, skip) != 0)
                continue;
            if (spelling_distance(name + skip, spelling + skip) < least) {
                least = spelling_distance(name + skip, spelling + skip);
                best = skip > 0 ? spelling : rows[i].name;
            }
        }
    }
    return best;
}

static Check unknown_field(lua_State *L, const char *who, const char *name, const char *prefix, const Argument *rows,
                           size_t count)
{
    if (strcmp(name, "timeout") == 0 || strcmp(name, "api_version") == 0) {
        lua_pushfstring(L, "%s: '%s' is an option; options go into a second table: ({ ... }, { %s = ... })", who, name,
                        name);
        return CHECK_MISUSE;
    }
    const char *likely = nearest(name, prefix, rows, count);
    if (likely != NULL) {
        lua_pushfstring(L, "%s: unknown field '%s'; did you mean '%s'?", who, name, likely);
        return CHECK_MISUSE;
    }
    lua_pushfstring(L, "%s: unknown field '%s'; it takes ", who, name);
    for (size_t i = 0; i < count; i++) {
        lua_pushfstring(L, "%s%s", i > 0 ? ", " : "", rows[i].name);
        lua_concat(L, 2);
    }
    if (count == 0) {
        lua_pushliteral(L, "no fields");
        lua_concat(L, 2);
    }
    return CHECK_MISUSE;
}

/* Collecting ------------------------------------------------------------------------------------------------------- */

typedef struct Collector {
    const char *who;
    const Argument *rows;
    size_t count;
    int base; /* stack slot of the first row's value */
} Collector;

static Check collect_table(lua_State *L, int table, const Collector *c, const char *prefix);

/* The value is on top of the stack, its key right below. */
static Check collect_field(lua_State *L, const Collector *c, const char *prefix)
{
    if (lua_type(L, -2) != LUA_TSTRING) {
        lua_pushfstring(L, "%s: a field's name must be a string, got a %s; arguments are one table of named fields",
                        c->who, luaL_typename(L, -2));
        return CHECK_MISUSE;
    }
    size_t key_length;
    const char *key = lua_tolstring(L, -2, &key_length);
    char name[2 * LONGEST_NAME];
    size_t length = (size_t)snprintf(name, sizeof name, "%s%s", prefix, key);
    length = length < sizeof name ? length : sizeof name - 1;
    bool whole = strlen(key) == key_length; /* no NUL, so that the text is the name */
    int row = whole ? find_row(name, length, c->rows, c->count) : -1;
    if (row < 0 && whole && length < LONGEST_NAME && is_prefix(name, length, c->rows, c->count)) {
        if (!lua_istable(L, -1)) {
            lua_pushfstring(L, "%s: '%s' must be a table, got a %s", c->who, name, luaL_typename(L, -1));
            return CHECK_MISUSE;
        }
        strcat(name, ".");
        return collect_table(L, lua_gettop(L), c, name);
    }
    if (row < 0)
        return unknown_field(L, c->who, name, prefix, c->rows, c->count);
    if (!lua_isnil(L, c->base + row)) {
        lua_pushfstring(L, "%s: '%s' is given twice", c->who, c->rows[row].name);
        return CHECK_MISUSE;
    }
    lua_pushvalue(L, -1);
    lua_replace(L, c->base + row);
    return CHECK_PASSED;
}

static Check collect_table(lua_State *L, int table, const Collector *c, const char *prefix)
{
    luaL_checkstack(L, LUA_MINSTACK, "arguments");
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        Check outcome = collect_field(L, c, prefix);
        if (outcome != CHECK_PASSED)
            return outcome;
    }
    return CHECK_PASSED;
}

/* The one id that a call is about may come as a plain string, where nothing else is needed. */
static int only_id(const Argument *rows, size_t count)
{
    int found = -1;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].place == PLACE_PATH && found >= 0)
            return -1;
        if (rows[i].place == PLACE_PATH)
            found = (int)i;
        else if (rows[i].required)
            return -1;
    }
    return found;
}

Check arguments_collect(lua_State *L, int index, const char *who, const Argument *rows, size_t count)
{
    luaL_checkstack(L, (int)count + LUA_MINSTACK, "arguments");
    int table = compat_absindex(L, index);
    Collector collector = {.who = who, .rows = rows, .count = count, .base = lua_gettop(L) + 1};
    for (size_t i = 0; i < count; i++)
        lua_pushnil(L);
    int only = lua_type(L, table) == LUA_TSTRING ? only_id(rows, count) : -1;
    if (only >= 0) {
        lua_pushvalue(L, table);
        lua_replace(L, collector.base + only);
        return CHECK_PASSED;
    }
    if (lua_isnoneornil(L, table))
        return CHECK_PASSED;
    if (!lua_istable(L, table)) {
        lua_pushfstring(L, "%s: takes a table of named fields%s, got a %s", who,
                        only_id(rows, count) >= 0 ? " or one plain string" : "", luaL_typename(L, table));
        return CHECK_MISUSE;
    }
    return collect_table(L, table, &collector, "");
}

/* Checking --------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int lua_type;
} types[] = {
    [TYPE_STRING] = {"string", LUA_TSTRING},       [TYPE_INTEGER] = {"integer", LUA_TNUMBER},
    [TYPE_NUMBER] = {"number", LUA_TNUMBER},       [TYPE_BOOLEAN] = {"boolean", LUA_TBOOLEAN},
    [TYPE_TABLE] = {"table", LUA_TTABLE},          [TYPE_TAGS] = {"table of strings", LUA_TTABLE},
    [TYPE_FUNCTION] = {"function", LUA_TFUNCTION},
};

const char *argument_type_name(ArgumentType type)
{
    return types[type].name;
}

/* Pushes what is no string in a table of strings; false when all is. */
static bool push_no_string(lua_State *L, int index)
{
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            lua_pushfstring(L, "a name that is a %s", luaL_typename(L, -2));
            return true;
        }
        if (lua_type(L, -1) != LUA_TSTRING) {
            lua_pushfstring(L, "a %s in '%s'", luaL_typename(L, -1), lua_tostring(L, -2));
            return true;
        }
    }
    return false;
}

static const char *article(const char *noun)
{
    return strchr("aeiou", noun[0]) != NULL ? "an" : "a";
}

/* The value itself is shown where it is short, printable and no secret. */
static void push_shown(lua_State *L, int index, const Argument *row)
{
    size_t length = 0;
    const char *text = lua_isstring(L, index) ? lua_tolstring(L, index, &length) : NULL;
    if (text == NULL || row->rule == &rule_key || row->rule == &rule_environment) /* a key may stand there by mistake */
        lua_pushfstring(L, "'%s' is not valid", row->name);
    else if (length > 80 || has_control(text, length))
        lua_pushfstring(L, "'%s' is not valid (%d bytes were given)", row->name, (int)length);
    else
        lua_pushfstring(L, "%s '%s' is not valid", row->name, text);
}

const char *arguments_raise(lua_State *L, int base, const Argument *rows, size_t count, const char *api_version)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].raises && !lua_isnil(L, base + (int)i) &&
            (api_version == NULL || strcmp(api_version, rows[i].since) < 0))
            api_version = rows[i].since;
    return api_version;
}

/* A preview or `unstable` may have what comes or still have what goes: there the server decides. */
static bool is_before(const char *api_version, const char *other)
{
    return version_is_released(api_version) && strcmp(api_version, other) < 0;
}

static bool is_after(const char *api_version, const char *other)
{
    return version_is_released(api_version) && strcmp(api_version, other) > 0;
}

static bool is_in_version(const Argument *row, const char *api_version)
{
    return (row->since == NULL || !is_before(api_version, row->since)) &&
           (row->until == NULL || !is_after(api_version, row->until));
}

static void push_other_version(lua_State *L, const Argument *row, const char *api_version)
{
    const char *limit = row->since != NULL ? row->since : row->until;
    lua_pushfstring(L, "there is no '%s' in API version %s, only %s %s", row->name, api_version,
                    row->since != NULL ? "from" : "up to", limit);
    lua_pushstring(L, row->since != NULL ? " on; use " : "; use ");
    if (row->instead != NULL)
        lua_pushfstring(L, "%s, or ", row->instead);
    else
        lua_pushliteral(L, "");
    lua_pushfstring(L, "{ api_version = '%s' } for this call", limit);
    lua_concat(L, 4);
}

static Check check_one(lua_State *L, int index, const char *who, const Argument *row, const char *api_version)
{
    if (lua_isnil(L, index) && row->fallback != NULL) {
        lua_pushstring(L, row->fallback);
        lua_replace(L, index);
    }
    if (lua_isnil(L, index)) {
        bool optional = row->optional_since != NULL && !is_before(api_version, row->optional_since);
        if (!row->required || optional)
            return CHECK_PASSED;
        lua_pushfstring(L, "%s: '%s' is missing (%s: %s)", who, row->name, types[row->type].name, row->text);
        return CHECK_MISUSE;
    }
    const char *expected = types[row->type].name;
    if (lua_type(L, index) != types[row->type].lua_type) {
        lua_pushfstring(L, "%s: '%s' must be %s %s, got %s %s", who, row->name, article(expected), expected,
                        article(luaL_typename(L, index)), luaL_typename(L, index));
        return CHECK_MISUSE;
    }
    if (row->type == TYPE_TAGS && push_no_string(L, index)) {
        lua_pushfstring(L, "%s: '%s' must be a %s, got %s", who, row->name, expected, lua_tostring(L, -1));
        return CHECK_MISUSE;
    }
    if (!is_in_version(row, api_version)) {
        push_other_version(L, row, api_version);
        return CHECK_BAD;
    }
    lua_pushvalue(L, index); /* a rule may convert numbers in place, so it works on a copy */
    bool good = row->rule == NULL || row->rule->holds(L, lua_gettop(L), row->rule, api_version);
    if (good) {
        lua_pop(L, 1);
        return CHECK_PASSED;
    }
    if (row->rule->push_culprit != NULL)
        row->rule->push_culprit(L, lua_gettop(L), api_version);
    else
        push_shown(L, lua_gettop(L), row);
    lua_pushfstring(L, "%s: it must be %s", lua_tostring(L, -1), row->rule->text);
    return CHECK_BAD;
}

/* Whether what an argument needs is there, too. */
static Check check_needs(lua_State *L, int base, const Argument *row, const Argument *rows, size_t count)
{
    int needed = find_row(row->needs, strlen(row->needs), rows, count);
    if (!lua_isnil(L, base + needed))
        return CHECK_PASSED;
    lua_pushfstring(L, "there is no '%s' without '%s'", row->name, row->needs);
    return CHECK_BAD;
}

Check arguments_check(lua_State *L, int base, const char *who, const Argument *rows, size_t count,
                      const char *api_version)
{
    luaL_checkstack(L, LUA_MINSTACK, "arguments");
    for (size_t i = 0; i < count; i++) {
        Check outcome = check_one(L, base + (int)i, who, &rows[i], api_version);
        if (outcome == CHECK_PASSED && rows[i].needs != NULL && !lua_isnil(L, base + (int)i))
            outcome = check_needs(L, base, &rows[i], rows, count);
        if (outcome != CHECK_PASSED)
            return outcome;
    }
    return CHECK_PASSED;
}
