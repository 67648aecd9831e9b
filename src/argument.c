#include "argument.h"

#include "compat.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

/* Rules ------------------------------------------------------------------------------------------------------------ */

static bool same(const char *text, size_t length, const char *name)
{
    return name != NULL && strlen(name) == length && memcmp(text, name, length) == 0;
}

bool has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}

static bool is_index_name(const char *text, size_t length)
{
    if (length < 1 || length > 45 || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') || text[i] == '-'))
            return false;
    return true;
}

static bool holds_index_name(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    return is_index_name(text, length);
}

/* Versions before 2026-07 declare no rule for a backup's name. */
static bool holds_backup_name(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    return strcmp(api_version, "2026-07") < 0 || holds_index_name(L, index, rule, api_version);
}

static bool holds_text(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    return length > 0 && !has_control(text, length);
}

static bool holds_id(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    const char *text = lua_tostring(L, index);
    return holds_text(L, index, rule, api_version) && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static bool all_of(const char *text, size_t length, const char *others)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || !(isalnum((unsigned char)text[i]) || strchr(others, text[i]) != NULL))
            return false;
    return true;
}

static bool is_tag_value(const char *text, size_t length, bool printable)
{
    if (length > 120)
        return false;
    if (!printable)
        return all_of(text, length, ";@_-.+ ");
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

/* The tag below the top of the stack, whose value is on top; both are strings. */
static bool is_tag(lua_State *L, const char *api_version)
{
    size_t key_length, length;
    const char *key = lua_tolstring(L, -2, &key_length);
    const char *value = lua_tolstring(L, -1, &length);
    return key_length >= 1 && key_length <= 80 && all_of(key, key_length, "_-") &&
           is_tag_value(value, length, strcmp(api_version, "2026-07") >= 0);
}

static bool holds_tags(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    bool good = true;
    int count = 0;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        good = good && is_tag(L, api_version);
        count++;
    }
    return good && (count <= rule->most || strcmp(api_version, "2026-07") < 0);
}

static void push_wrong_tag(lua_State *L, int index, const char *api_version)
{
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        size_t length;
        const char *key = lua_tolstring(L, -2, &length);
        if (is_tag(L, api_version))
            continue;
        if (length > 80 || has_control(key, length))
            lua_pushfstring(L, "a tag with a name of %d bytes is not valid", (int)length);
        else
            lua_pushfstring(L, "tag '%s' is not valid", key);
        return;
    }
    lua_pushliteral(L, "'tags' is not valid");
}

static bool holds_range(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)api_version;
    lua_Number number = lua_tonumber(L, index);
    return number >= rule->least && number <= rule->most && floor(number) == number;
}

static bool holds_seconds(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    return lua_tonumber(L, index) > 0;
}

static bool holds_one_of(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    for (const char *const *value = rule->values; *value != NULL; value++)
        if (same(text, length, *value))
            return true;
    return false;
}

static bool has_dot_segment(const char *path)
{
    for (const char *segment = path; *segment != '\0';) {
        size_t dots = 0;
        const char *end = segment;
        while (*end != '\0' && *end != '/') {
            bool escaped = end[0] == '%' && end[1] == '2' && (end[2] == 'e' || end[2] == 'E');
            dots += *end == '.' || escaped ? 1 : 3;
            end += escaped ? 3 : 1;
        }
        if (dots == 1 || dots == 2)
            return true;
        segment = *end == '/' ? end + 1 : end;
    }
    return false;
}

static bool holds_path(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    const char *path = lua_tostring(L, index);
    return holds_text(L, index, rule, api_version) && path[0] == '/' && strpbrk(path, "?#\\") == NULL &&
           !has_dot_segment(path);
}

static bool holds_api_version(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    if (strcmp(text, "unstable") == 0 && length == 8)
        return true;
    if (length < 7 || length > 32 || text[4] != '-' || !all_of(text, length, "-."))
        return false;
    for (int i = 0; i < 7; i++)
        if (i != 4 && !isdigit((unsigned char)text[i]))
            return false;
    return length == 7 || text[7] == '.';
}

/* Visible ASCII: anything else cannot be a key, and a line break would end the header. */
static bool holds_key(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    for (size_t i = 0; i < length; i++)
        if (text[i] <= 0x20 || text[i] > 0x7e)
            return false;
    return length > 0;
}

static const char *const frequencies[] = {"daily", "weekly", "monthly", NULL};
static const char *const protections[] = {"enabled", "disabled", NULL};
static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};

#define NAME_RULE "1 to 45 characters a-z, 0-9 and '-', with a letter or digit at both ends"

const Rule rule_index_name = {.holds = holds_index_name, .text = NAME_RULE};
const Rule rule_backup_name = {.holds = holds_backup_name, .text = NAME_RULE};
const Rule rule_id = {.holds = holds_id, .text = "a text without control characters, not empty, '.' or '..'"};
const Rule rule_text = {.holds = holds_text, .text = "a text without control characters, not empty"};
const Rule rule_tags = {.holds = holds_tags,
                        .most = 20,
                        .text = "keys of 1 to 80 characters A-Z, a-z, 0-9, '_' and '-', values of at most 120 "
                                "characters A-Z, a-z, 0-9 and ';@_-.+ ' (from 2026-07 on: printable ASCII, and at "
                                "most 20 tags)",
                        .push_culprit = push_wrong_tag};
const Rule rule_limit = {.holds = holds_range, .least = 1, .most = 100, .text = "a whole number from 1 to 100"};
const Rule rule_positive = {
    .holds = holds_range, .least = 1, .most = 2147483647, .text = "a whole number from 1 to 2147483647"};
const Rule rule_dimension = {.holds = holds_range, .least = 1, .most = 20000, .text = "a whole number from 1 to 20000"};
const Rule rule_frequency = {.holds = holds_one_of, .values = frequencies, .text = "'daily', 'weekly' or 'monthly'"};
const Rule rule_deletion_protection = {.holds = holds_one_of, .values = protections, .text = "'enabled' or 'disabled'"};
const Rule rule_path = {.holds = holds_path,
                        .text = "an absolute path without control characters, '?', '#', '\\' or segments '.' and '..'"};
const Rule rule_seconds = {.holds = holds_seconds, .text = "a number of seconds above 0"};
const Rule rule_api_version = {.holds = holds_api_version, .text = "a version such as '2026-04', or 'unstable'"};
const Rule rule_key = {.holds = holds_key,
                       .text = "visible ASCII without spaces or line breaks (a key read from a file often ends in a "
                               "line break)"};
const Rule rule_method = {
    .holds = holds_one_of, .values = methods, .text = "'GET', 'POST', 'PUT', 'PATCH' or 'DELETE'"};

/* Names ------------------------------------------------------------------------------------------------------------ */

const char *argument_wire(const Argument *row)
{
    return row->wire != NULL ? row->wire : row->name;
}

/* Rows that a full name (nested keys joined by dots) can mean; -1 where none does. */
static int find_row(const char *name, size_t length, const Argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same(name, length, rows[i].name) || same(name, length, rows[i].alias) ||
            (rows[i].place == PLACE_BODY && same(name, length, rows[i].wire)))
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

enum { LONGEST_NAME = 64 };

/* Edit distance in which neighbours that changed places count once; names beyond LONGEST_NAME match nothing. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_NAME + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > LONGEST_NAME || n > LONGEST_NAME)
        return LONGEST_NAME;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[m % 3][n];
}

/* The spelling that the caller most likely meant; among the nested ones when the name is nested (`prefix`). */
static const char *nearest(const char *name, const char *prefix, const Argument *rows, size_t count)
{
    const char *best = NULL;
    size_t skip = strlen(prefix), least = strlen(name + skip) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        const char *plain[] = {rows[i].name, rows[i].alias}, *nested[] = {rows[i].wire, NULL};
        for (size_t k = 0; k < 2; k++) {
            const char *spelling = skip > 0 ? nested[k] : plain[k];
            if (spelling == NULL || strncmp(spelling, prefix, skip) != 0)
                continue;
            if (distance(name + skip, spelling + skip) < least) {
                least = distance(name + skip, spelling + skip);
                best = skip > 0 ? spelling : rows[i].name;
            }
        }
    }
    return best;
}

static Check unknown_field(lua_State *L, const char *who, const char *name, const char *prefix, const Argument *rows,
                           size_t count)
{
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

/* The one id that a call needs may come as a plain string. */
static int only_required(const Argument *rows, size_t count)
{
    int found = -1;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].required)
            continue;
        if (found >= 0 || rows[i].place != PLACE_PATH)
            return -1;
        found = (int)i;
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
    int only = lua_type(L, table) == LUA_TSTRING ? only_required(rows, count) : -1;
    if (only >= 0) {
        lua_pushvalue(L, table);
        lua_replace(L, collector.base + only);
        return CHECK_PASSED;
    }
    if (lua_isnoneornil(L, table))
        return CHECK_PASSED;
    if (!lua_istable(L, table)) {
        lua_pushfstring(L, "%s: takes a table of named fields%s, got a %s", who,
                        only_required(rows, count) >= 0 ? " or one plain string" : "", luaL_typename(L, table));
        return CHECK_MISUSE;
    }
    return collect_table(L, table, &collector, "");
}

/* Checking --------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int lua_type;
} types[] = {
    [TYPE_STRING] = {"string", LUA_TSTRING}, [TYPE_INTEGER] = {"integer", LUA_TNUMBER},
    [TYPE_NUMBER] = {"number", LUA_TNUMBER}, [TYPE_BOOLEAN] = {"boolean", LUA_TBOOLEAN},
    [TYPE_TABLE] = {"table", LUA_TTABLE},    [TYPE_TAGS] = {"table of strings", LUA_TTABLE},
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
    if (text == NULL || row->rule == &rule_key)
        lua_pushfstring(L, "'%s' is not valid", row->name);
    else if (length > 80 || has_control(text, length))
        lua_pushfstring(L, "'%s' is not valid (%d bytes were given)", row->name, (int)length);
    else
        lua_pushfstring(L, "%s '%s' is not valid", row->name, text);
}

static Check check_one(lua_State *L, int index, const char *who, const Argument *row, const char *api_version)
{
    if (lua_isnil(L, index) && row->fallback != NULL) {
        lua_pushstring(L, row->fallback);
        lua_replace(L, index);
    }
    if (lua_isnil(L, index)) {
        if (!row->required)
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

Check arguments_check(lua_State *L, int base, const char *who, const Argument *rows, size_t count,
                      const char *api_version)
{
    luaL_checkstack(L, LUA_MINSTACK, "arguments");
    for (size_t i = 0; i < count; i++) {
        Check outcome = check_one(L, base + (int)i, who, &rows[i], api_version);
        if (outcome != CHECK_PASSED)
            return outcome;
    }
    return CHECK_PASSED;
}
