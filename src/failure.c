/*** What goes wrong at run time: the second value after nil.

`tostring(err)` is a readable line: what failed, on what, why, and the hint on a second one. The API key is in none of
the fields.
@classmod Error
@usage
local backup, err = pc:describe_backup "no-such-id"
if not backup and err.kind == "not_found" then print(err) end
*/

/*** Its fields. One without a value is absent.
@table Error
@tfield string kind the word to branch on: `invalid_argument`, `unauthenticated`, `permission_denied`,
`payment_required`, `quota_exceeded`, `not_found`, `conflict`, `precondition_failed`, `rate_limited`, `server`,
`unavailable`, `timeout`, `network`, `tls`, `protocol`, `too_large`, `cancelled`, `closed` or `failed`
@tfield string message what the server said, or what happened
@tfield[opt] string hint what to do about it
@tfield[opt] int status HTTP's
@tfield[opt] string code the API's own
@tfield[opt] string operation the method
@tfield[opt] string target what it was about
@tfield[opt] string request_id for Pinecone's support
@tfield[opt] int attempts how often it was sent
@tfield[opt] number retry_after seconds that the server asks to wait
@tfield[opt] number elapsed seconds since the call began
@tfield[opt] boolean maybe_applied true where a write may have taken effect although no answer came
@tfield[opt] table resource what was waited for, as last seen, where a wait ended without it
@tfield[opt] Restored restore of `restore` and `drill`: what was begun, as far as it is known
@tfield[opt] table differences of these, where the counts differ: `record_count` and `namespace_count`, each with
`backup` and `index`
@tfield[opt] string leftover of `drill`: the index that is still there
*/

#include "failure.h"

#include "compat.h"

#include <ctype.h>
#include <math.h>
#include <strings.h>

void failure_push_metatable(lua_State *L)
{
    if (luaL_newmetatable(L, "pinecone.failure")) {
        lua_pushliteral(L, "failure");
        lua_setfield(L, -2, "__name");
    }
}

void failure_push(lua_State *L, const char *kind)
{
    luaL_checkstack(L, 4, "failure");
    lua_createtable(L, 0, 10);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    failure_set_text(L, "kind", kind);
    failure_push_metatable(L);
    lua_setmetatable(L, -2);
}

int failure_return(lua_State *L)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

void failure_set_text(lua_State *L, const char *field, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, field);
}

void failure_set_number(lua_State *L, const char *field, double number)
{
    if (number == (double)(lua_Integer)number)
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushnumber(L, number);
    lua_setfield(L, -2, field);
}

void failure_set_flag(lua_State *L, const char *field)
{
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, field);
}

/* Kinds ------------------------------------------------------------------------------------------------------------ */

static const struct {
    long status;
    const char *kind;
} kinds[] = {
    {400, "invalid_argument"},    {401, "unauthenticated"}, {402, "payment_required"}, {403, "permission_denied"},
    {404, "not_found"},           {407, "network"},         {408, "timeout"},          {409, "conflict"},
    {412, "precondition_failed"}, {413, "too_large"},       {422, "invalid_argument"}, {429, "rate_limited"},
    {502, "unavailable"},         {503, "unavailable"},     {504, "unavailable"},
};

/* The status decides; the code only tells a quota from a permission. */
static const char *kind_of(const FailedAnswer *answer, const char *code)
{
    bool quota = strcmp(code, "QUOTA_EXCEEDED") == 0 || (answer->makes && strcmp(code, "FORBIDDEN") == 0);
    if (answer->status == 403 && quota)
        return "quota_exceeded";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].status == answer->status)
            return kinds[i].kind;
    switch (answer->status / 100) {
    case 4:
        return "invalid_argument";
    case 5:
        return "server";
    default:
        return "protocol";
    }
}

/* The data plane numbers its codes as gRPC does. */
static const char *const grpc_codes[] = {
    "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
};

/* Text ------------------------------------------------------------------------------------------------------------- */

enum { TEXT_CAP = 400, CODE_CAP = 64, SHORTEST_SECRET = 8 };

/* How many bytes the UTF-8 character at `text` has; 0 when it is none. */
static size_t character_size(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char first, last, low, high; /* of the first byte; of the second one */
        size_t size;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t size = forms[i].size;
        if (text[0] < forms[i].first || text[0] > forms[i].last)
            continue;
        if (size > left || (size > 1 && (text[1] < forms[i].low || text[1] > forms[i].high)))
            return 0;
        for (size_t more = 2; more < size; more++)
            if ((text[more] & 0xc0) != 0x80)
                return 0;
        return size;
    }
    return 0;
}

/* Controls and spaces, also those from U+0080 to U+009F. */
static bool is_blank(const unsigned char *text, size_t size)
{
    return (size == 1 && (text[0] <= 0x20 || text[0] == 0x7f)) || (size == 2 && text[0] == 0xc2 && text[1] < 0xa0);
}

/* Pushes foreign text made fit for one line of a log: no key, no control characters, no runs of spaces, nothing that is
 * no UTF-8, not long. */
static void push_clean(lua_State *L, const char *text, size_t length, const char *secret, size_t cap)
{
    char clean[TEXT_CAP + 8] = {0};
    size_t used = 0, i = 0, skip = strlen(secret) >= SHORTEST_SECRET ? strlen(secret) : 0;
    while (i < length && used < cap) {
        const unsigned char *at = (const unsigned char *)text + i;
        bool key = skip > 0 && length - i >= skip && memcmp(at, secret, skip) == 0;
        size_t size = key ? skip : character_size(at, length - i);
        i += size > 0 ? size : 1;
        if (key) {
            memcpy(clean + used, "[key]", 5);
            used += 5;
        } else if (size == 0) {
            clean[used++] = '?';
        } else if (!is_blank(at, size)) {
            memcpy(clean + used, at, size);
            used += size;
        } else if (used > 0 && clean[used - 1] != ' ') {
            clean[used++] = ' ';
        }
    }
    while (used > 0 && clean[used - 1] == ' ')
        used--;
    lua_pushlstring(L, clean, used);
    if (i < length) {
        lua_pushliteral(L, " ...");
        lua_concat(L, 2);
    }
}

static const char *find(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= length; i++)
        if (strncasecmp(text + i, word, size) == 0)
            return text + i;
    return NULL;
}

bool failure_is_page(const FailedAnswer *answer)
{
    size_t i = 0;
    while (i < answer->length && isspace((unsigned char)answer->body[i]))
        i++;
    if (i == answer->length)
        return false;
    bool json = answer->body[i] == '{' || answer->body[i] == '['; /* whatever its label says */
    return answer->body[i] == '<' || (!json && strncasecmp(answer->content_type, "text/html", 9) == 0);
}

/* A closed client has forgotten its key and could not keep it out of what it shows. */
static bool may_be_shown(const FailedAnswer *answer)
{
    return answer->secret != NULL && answer->secret[0] != '\0';
}

/* Pushes one line on a body that is not JSON. */
static void push_body_text(lua_State *L, const FailedAnswer *answer)
{
    if (!may_be_shown(answer)) {
        lua_pushliteral(L, "an answer that is not shown, because the client is closed");
        return;
    }
    if (answer->status >= 300 && answer->status < 400) {
        lua_pushliteral(L, "a redirect, which is not followed");
        return;
    }
    if (answer->length == 0) {
        lua_pushliteral(L, "an answer without a body");
        return;
    }
    if (answer->length > 1 && memcmp(answer->body, "\x1f\x8b", 2) == 0) {
        lua_pushliteral(L, "a compressed answer, which was not asked for");
        return;
    }
    if (!failure_is_page(answer)) {
        push_clean(L, answer->body, answer->length, answer->secret, TEXT_CAP);
        return;
    }
    const char *title = find(answer->body, answer->length, "<title>");
    const char *end = title != NULL ? find(title, (size_t)(answer->body + answer->length - title), "</") : NULL;
    lua_pushliteral(L, "an HTML page instead of an answer of the API");
    if (end != NULL) {
        lua_pushliteral(L, ": ");
        push_clean(L, title + 7, (size_t)(end - title) - 7, answer->secret, TEXT_CAP);
        lua_concat(L, 3);
    }
}

/* Pushes the code (a string, maybe empty) and the message of an error body that is JSON; false where there is none. */
static bool push_parts(lua_State *L, int body, const char *secret)
{
    lua_getfield(L, body, "error");
    if (!lua_istable(L, -1))
        lua_pushvalue(L, body);
    int error = lua_gettop(L);
    lua_getfield(L, error, "code");
    double code = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
    if (code >= 0 && code < sizeof grpc_codes / sizeof grpc_codes[0] && code == floor(code))
        lua_pushstring(L, grpc_codes[(int)code]);
    else if (lua_type(L, -1) == LUA_TSTRING)
        push_clean(L, lua_tostring(L, -1), compat_rawlen(L, -1), secret, CODE_CAP);
    else
        lua_pushliteral(L, "");
    lua_getfield(L, error, "message");
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, body + 1) == LUA_TSTRING) { /* {"error": "text"} */
        lua_pop(L, 1);
        lua_pushvalue(L, body + 1);
    }
    size_t length;
    const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (message == NULL || length == 0)
        return false;
    push_clean(L, message, length, secret, TEXT_CAP);
    lua_remove(L, -2);
    return true;
}

void failure_push_answer(lua_State *L, const Json *json, const FailedAnswer *answer)
{
    luaL_checkstack(L, LUA_MINSTACK, "failure");
    int top = lua_gettop(L);
    bool parsed = answer->length > 0 && json_push(L, json, answer->index) && lua_istable(L, -1);
    if (!parsed || !may_be_shown(answer) || !push_parts(L, lua_gettop(L), answer->secret)) {
        lua_settop(L, top);
        lua_pushliteral(L, "");
        push_body_text(L, answer);
    }
    const char *code = lua_tostring(L, -2); /* stays on the stack below */
    failure_push(L, kind_of(answer, code));
    failure_set_text(L, "code", code);
    failure_set_number(L, "status", (double)answer->status);
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

void failure_push_unreadable(lua_State *L, const FailedAnswer *answer, const char *why)
{
    luaL_checkstack(L, LUA_MINSTACK, "failure");
    lua_pushfstring(L, "the server answered %d, but ", (int)answer->status);
    push_clean(L, why, strlen(why), may_be_shown(answer) ? answer->secret : "", TEXT_CAP);
    lua_pushliteral(L, ": ");
    push_body_text(L, answer);
    lua_concat(L, 4);
    failure_push(L, "protocol");
    failure_set_number(L, "status", (double)answer->status);
}
