#include "rule.h"

#include "compat.h"

#include <math.h>

bool text_is(const char *text, size_t length, const char *name)
{
    return name != NULL && strlen(name) == length && memcmp(text, name, length) == 0;
}

/* Whatever the locale says. */
static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}

const char *push_quoted(lua_State *L, const char *text, size_t length)
{
    if (length > 80 || has_control(text, length))
        return lua_pushfstring(L, "of %d bytes", (int)length);
    return lua_pushfstring(L, "'%s'", text);
}

bool version_is_released(const char *api_version)
{
    return strchr(api_version, '.') == NULL && strcmp(api_version, "unstable") != 0;
}

/* Rules differ from 2026-07 on. Of what is not released no rules are known: there the laxer one of each two counts. */
bool version_has_old_rules(const char *api_version)
{
    return version_is_released(api_version) && strcmp(api_version, "2026-07") < 0;
}

static bool has_new_rules(const char *api_version)
{
    return version_is_released(api_version) && strcmp(api_version, "2026-07") >= 0;
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
    return !has_new_rules(api_version) || holds_index_name(L, index, rule, api_version);
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

bool all_of(const char *text, size_t length, const char *others)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0' || (!is_alnum(text[i]) && strchr(others, text[i]) == NULL))
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
           is_tag_value(value, length, !version_has_old_rules(api_version));
}

static bool holds_tags(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    bool good = true;
    int count = 0;
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        good = good && is_tag(L, api_version);
        count++;
    }
    return good && (count <= rule->most || !has_new_rules(api_version));
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

/* Versions from 2026-07 on declare no maximum. */
static bool holds_limit(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    return holds_range(L, index, version_has_old_rules(api_version) ? rule : &rule_positive, api_version);
}

static bool holds_seconds(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    return lua_tonumber(L, index) > 0;
}

static bool holds_duration(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    return lua_tonumber(L, index) >= 0;
}

static bool holds_one_of(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    for (const char *const *value = rule->values; *value != NULL; value++)
        if (text_is(text, length, *value))
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
        if (i != 4 && (text[i] < '0' || text[i] > '9'))
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

/* It becomes a label of a host name. */
static bool holds_environment(lua_State *L, int index, const Rule *rule, const char *api_version)
{
    (void)rule, (void)api_version;
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    return length >= 1 && length <= 63 && all_of(text, length, "-") && text[0] != '-' && text[length - 1] != '-';
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
const Rule rule_limit = {.holds = holds_limit,
                         .least = 1,
                         .most = 100,
                         .text = "a whole number from 1 to 100 (from 2026-07 on: from 1 to 2147483647)"};
const Rule rule_positive = {
    .holds = holds_range, .least = 1, .most = 2147483647, .text = "a whole number from 1 to 2147483647"};
const Rule rule_count = {
    .holds = holds_range, .least = 0, .most = 2147483647, .text = "a whole number from 0 to 2147483647"};
const Rule rule_dimension = {.holds = holds_range, .least = 1, .most = 20000, .text = "a whole number from 1 to 20000"};
const Rule rule_frequency = {.holds = holds_one_of, .values = frequencies, .text = "'daily', 'weekly' or 'monthly'"};
const Rule rule_deletion_protection = {.holds = holds_one_of, .values = protections, .text = "'enabled' or 'disabled'"};
const Rule rule_path = {.holds = holds_path,
                        .text = "an absolute path without control characters, '?' (use query), '#', '\\' or segments "
                                "'.' and '..'"};
const Rule rule_seconds = {.holds = holds_seconds, .text = "a number of seconds above 0"};
const Rule rule_duration = {.holds = holds_duration, .text = "a number of seconds from 0 up"};
const Rule rule_api_version = {.holds = holds_api_version, .text = "a version such as '2026-04', or 'unstable'"};
const Rule rule_key = {.holds = holds_key,
                       .text = "visible ASCII without spaces or line breaks (a key read from a file often ends in a "
                               "line break)"};
const Rule rule_environment = {.holds = holds_environment,
                               .text = "a part of a host name such as 'us-west1-gcp': 1 to 63 letters, digits and '-', "
                                       "with a letter or digit at both ends"};
const Rule rule_method = {
    .holds = holds_one_of, .values = methods, .text = "'GET', 'POST', 'PUT', 'PATCH' or 'DELETE'"};
