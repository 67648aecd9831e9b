#include "request.h"

#include "compat.h"

#include <math.h>
#include <stdio.h>

static int find_argument(lua_State *L, const Operation *operation, int base, const char *name, size_t length)
{
    for (size_t i = 0; i < operation->argument_count; i++) {
        const char *known = operation->arguments[i].name;
        if (strncmp(known, name, length) == 0 && known[length] == '\0')
            return lua_isnil(L, base + (int)i) ? 0 : base + (int)i;
    }
    return 0;
}

int request_argument(lua_State *L, const Operation *operation, int base, const char *name)
{
    return find_argument(L, operation, base, name, strlen(name));
}

int request_place(lua_State *L, const Operation *operation, int base, ArgumentPlace place)
{
    for (size_t i = 0; i < operation->argument_count; i++)
        if (operation->arguments[i].place == place && !lua_isnil(L, base + (int)i))
            return base + (int)i;
    return 0;
}

const char *request_method(lua_State *L, const Operation *operation, int base)
{
    return operation->method != NULL ? operation->method
                                     : lua_tostring(L, request_argument(L, operation, base, "method"));
}

/* Path ------------------------------------------------------------------------------------------------------------- */

/* What RFC 3986 allows in a path as it is; the caller of `request` may have encoded the rest already. */
static const char path_characters[] = "/%:@!$&'()*+,;=";

/* Slot of the argument that `{name}` at the start of the template stands for; 0 when it is absent. */
static int named_in(lua_State *L, const Operation *operation, int base, const char *template, size_t *length)
{
    *length = strcspn(template, "}") + 1;
    return find_argument(L, operation, base, template + 1, *length - 2);
}

static bool add_template(lua_State *L, const Operation *operation, int base, Buffer *url)
{
    bool good = true;
    for (const char *at = operation->path; *at != '\0' && good;) {
        size_t step = 1;
        if (*at == '[' && named_in(L, operation, base, strchr(at, '{'), &step) == 0) {
            step = strcspn(at, "]") + 1;
        } else if (*at == '[' || *at == ']') {
            step = 1;
        } else if (*at == '{') {
            size_t size;
            const char *value = lua_tolstring(L, named_in(L, operation, base, at, &step), &size);
            good = buffer_add_encoded(url, value, size, "");
        } else {
            step = strcspn(at, "[]{");
            good = buffer_add(url, at, step);
        }
        at += step;
    }
    return good;
}

/* Query ------------------------------------------------------------------------------------------------------------ */

static bool add_pair(lua_State *L, int value, const char *name, bool *first, Buffer *url)
{
    bool good = buffer_add(url, *first ? "?" : "&", 1) && buffer_add_encoded(url, name, strlen(name), "") &&
                buffer_add(url, "=", 1);
    *first = false;
    if (lua_type(L, value) == LUA_TBOOLEAN)
        return good && buffer_add_text(url, lua_toboolean(L, value) ? "true" : "false");
    if (lua_type(L, value) == LUA_TNUMBER) {
        char digits[40];
        double number = (double)lua_tonumber(L, value);
        snprintf(digits, sizeof digits, number == floor(number) && fabs(number) < 1e15 ? "%.0f" : "%.17g", number);
#if LUA_VERSION_NUM >= 503
        if (lua_isinteger(L, value))
            snprintf(digits, sizeof digits, LUA_INTEGER_FMT, (LUAI_UACINT)lua_tointeger(L, value));
#endif
        return good && buffer_add_encoded(url, digits, strlen(digits), "");
    }
    size_t length;
    const char *text = lua_tolstring(L, value, &length);
    return good && buffer_add_encoded(url, text, length, "");
}

static bool add_row_queries(lua_State *L, const Operation *operation, int base, Buffer *url)
{
    bool first = true, good = true;
    for (size_t i = 0; i < operation->argument_count && good; i++) {
        const Argument *row = &operation->arguments[i];
        if (row->place == PLACE_QUERY && !lua_isnil(L, base + (int)i))
            good = add_pair(L, base + (int)i, argument_wire(row), &first, url);
    }
    return good;
}

/* The query table of `request`. */
static Check add_query_table(lua_State *L, int table, Buffer *url)
{
    bool first = true, good = true;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        int type = lua_type(L, -1);
        if (lua_type(L, -2) != LUA_TSTRING || (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN)) {
            lua_pushliteral(L, "request: 'query' must hold names and their strings, numbers or booleans");
            return CHECK_MISUSE;
        }
        size_t name_length, length = 0;
        const char *name = lua_tolstring(L, -2, &name_length);
        const char *text = type == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
        if (name_length == 0 || has_control(name, name_length)) {
            lua_pushliteral(L, "'query' holds a name that is empty or has a control character");
            return CHECK_BAD;
        }
        if (has_control(text, length)) {
            lua_pushfstring(L, "query field %s holds a control character", push_quoted(L, name, name_length));
            return CHECK_BAD;
        }
        good = good && add_pair(L, lua_gettop(L), name, &first, url);
    }
    return good ? CHECK_PASSED : (Check)luaL_error(L, "not enough memory");
}

Check request_add_path(lua_State *L, const Operation *operation, int base, Buffer *url)
{
    luaL_checkstack(L, 8, "request");
    if (operation->path != NULL) {
        if (!add_template(L, operation, base, url) || !add_row_queries(L, operation, base, url))
            luaL_error(L, "not enough memory");
        return CHECK_PASSED;
    }
    size_t length;
    const char *path = lua_tolstring(L, request_place(L, operation, base, PLACE_PATH), &length);
    if (!buffer_add_encoded(url, path, length, path_characters))
        luaL_error(L, "not enough memory");
    int query = request_place(L, operation, base, PLACE_QUERY);
    return query == 0 ? CHECK_PASSED : add_query_table(L, query, url);
}

/* Body ------------------------------------------------------------------------------------------------------------- */

/* Sets the field of the table on top of the stack that the wire name means, making the tables between. */
static void set_nested(lua_State *L, const char *wire, int value)
{
    int top = lua_gettop(L);
    const char *dot;
    for (; (dot = strchr(wire, '.')) != NULL; wire = dot + 1) {
        lua_pushlstring(L, wire, (size_t)(dot - wire));
        lua_rawget(L, -2);
        if (!lua_isnil(L, -1))
            continue;
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushlstring(L, wire, (size_t)(dot - wire));
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
    }
    lua_pushstring(L, wire);
    lua_pushvalue(L, value);
    lua_rawset(L, -3);
    lua_settop(L, top);
}

void request_push_body(lua_State *L, const Operation *operation, int base)
{
    luaL_checkstack(L, LUA_MINSTACK, "request");
    if (operation->path == NULL) {
        int body = request_place(L, operation, base, PLACE_BODY);
        if (body != 0)
            lua_pushvalue(L, body);
        else
            lua_pushnil(L);
        return;
    }
    if (strcmp(operation->method, "POST") != 0 && strcmp(operation->method, "PATCH") != 0) {
        lua_pushnil(L);
        return;
    }
    lua_newtable(L);
    for (size_t i = 0; i < operation->argument_count; i++)
        if (operation->arguments[i].place == PLACE_BODY && !lua_isnil(L, base + (int)i))
            set_nested(L, argument_wire(&operation->arguments[i]), base + (int)i);
}
