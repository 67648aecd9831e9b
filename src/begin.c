#include "begin.h"

#include "call.h"
#include "compat.h"
#include "failure.h"
#include "process.h"
#include "request.h"

#include <string.h>

enum { OPTION_TIMEOUT, OPTION_API_VERSION, OPTION_COUNT };

static const Argument options[OPTION_COUNT] = {
    [OPTION_TIMEOUT] = {.name = "timeout", .type = TYPE_NUMBER, .rule = &rule_seconds, .text = "seconds for this call"},
    [OPTION_API_VERSION] = {.name = "api_version",
                            .type = TYPE_STRING,
                            .rule = &rule_api_version,
                            .text = "the version that this call speaks"},
};

static Call *push_call(lua_State *L)
{
    Call *call = lua_newuserdata(L, sizeof *call);
    memset(call, 0, sizeof *call);
    call->state = CALL_DONE; /* nothing to end, should what follows fail */
    call->pid = process_id();
    call->started = clock_now();
    luaL_getmetatable(L, CALL_TYPE);
    lua_setmetatable(L, -2);
    return call;
}

/* Cuts what does not fit. */
static void copy_text(char *place, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(place, text, length);
    place[length] = '\0';
}

static const Operation *operation_of(lua_State *L)
{
    lua_Integer row = lua_tointeger(L, lua_upvalueindex(1));
    return row < 0 ? &operation_request : &operations[row];
}

/* nil and what is on top of the stack: the message of a misuse, or the failure made of it. */
static int refuse(lua_State *L, const Operation *operation, Check outcome)
{
    if (outcome == CHECK_BAD) {
        failure_push(L, "invalid_argument");
        failure_set_text(L, "operation", operation->name);
        failure_set_number(L, "attempts", 0);
    }
    return failure_return(L);
}

/* The version named in the call's options, among its arguments (request), or by the client; maybe NULL. */
static const char *named_version(lua_State *L, const Call *call, int base, int option)
{
    int argument = request_argument(L, call->operation, base, "api_version");
    if (!lua_isnil(L, option))
        return lua_tostring(L, option);
    if (argument != 0 && lua_type(L, argument) == LUA_TSTRING)
        return lua_tostring(L, argument);
    return call->client->api_version;
}

/* The legacy controller knows no versions: what is misuse in the operation's own version is misuse there, too. */
static Check check_legacy(lua_State *L, const Call *call, int base)
{
    const Operation *operation = call->operation;
    Check outcome =
        arguments_check(L, base, operation->name, operation->arguments, operation->argument_count, operation->version);
    if (outcome == CHECK_MISUSE || operation->legacy != LEGACY_ABSENT)
        return outcome;
    lua_pushfstring(L,
                    "the legacy controller of environment %s has only collections, no %s; use a client that was made "
                    "without the option environment",
                    call->client->environment, operation->name);
    return CHECK_BAD;
}

/* Some rules depend on the version, so it is chosen first; that it does not fit is said last. */
static Check check_arguments(lua_State *L, Call *call, int base, int option)
{
    const Operation *operation = call->operation;
    if (call->client->environment != NULL)
        return check_legacy(L, call, base);
    const char *named = named_version(L, call, base, option);
    const char *version = operation_version(operation, named);
    version = arguments_raise(L, base, operation->arguments, operation->argument_count, version);
    Check outcome = arguments_check(L, base, operation->name, operation->arguments, operation->argument_count,
                                    version != NULL ? version : operation->version);
    if (outcome == CHECK_PASSED && version == NULL) {
        lua_pushfstring(L, "there is no %s in API version %s; it needs %s or later", operation->name, named,
                        operation->oldest);
        return CHECK_BAD;
    }
    copy_text(call->version, sizeof call->version, version != NULL ? version : "");
    call->exchange.api_version = call->version;
    return outcome;
}

static void keep_target(lua_State *L, Call *call, int base)
{
    static const char *const names[] = {"index_name", "name", "host"};
    int index = request_place(L, call->operation, base, PLACE_PATH);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && index == 0; i++)
        index = request_argument(L, call->operation, base, names[i]);
    if (index != 0)
        copy_text(call->target, sizeof call->target, lua_tostring(L, index));
}

/* Scheme, host and port: the control plane's, or those of the host in that slot. */
static Check add_server(lua_State *L, Call *call, int host)
{
    const Client *client = call->client;
    Address address = client->address;
    const char *server = host != 0 ? lua_tostring(L, host) : client->server, *wrong = NULL;
    if (host != 0)
        wrong = address_add(server, client->address.plain, client->allow_http, &call->url, &address);
    else if (!buffer_add_text(&call->url, server))
        wrong = address_no_memory;
    call->exchange.loopback = address.loopback;
    if (wrong == address_no_memory)
        luaL_error(L, "not enough memory");
    if (wrong != NULL)
        lua_pushfstring(L, "host '%s' is %s", address_shown(server), wrong);
    return wrong == NULL ? CHECK_PASSED : CHECK_BAD;
}

static Check build_url(lua_State *L, Call *call, int base)
{
    int host = request_place(L, call->operation, base, PLACE_HOST);
    if (host == 0 && call->operation->plane == PLANE_DATA) {
        lua_pushfstring(L, "%s: 'index_name' is missing (string: the index)", call->operation->name);
        return CHECK_MISUSE;
    }
    Check outcome = add_server(L, call, host);
    return outcome == CHECK_PASSED ? request_add_path(L, call->operation, base, &call->url) : outcome;
}

static void keep_body(lua_State *L, Call *call, const char *text, size_t length)
{
    if (!buffer_add(&call->body, text, length))
        luaL_error(L, "not enough memory");
    call->exchange.body = call->body.data;
    call->exchange.body_length = call->body.length;
}

static Check build_body(lua_State *L, Call *call, int base)
{
    copy_text(call->method, sizeof call->method, request_method(L, call->operation, base));
    call->exchange.method = call->method;
    bool takes_body = strcmp(call->method, "GET") != 0;
    request_push_body(L, call->operation, base);
    if (lua_isnil(L, -1)) {
        if (takes_body && strcmp(call->method, "DELETE") != 0)
            keep_body(L, call, "", 0); /* so that a Content-Length is sent */
        return CHECK_PASSED;
    }
    if (!takes_body) {
        lua_pushfstring(L, "%s: a GET has no 'body'; name the method, such as POST", call->operation->name);
        return CHECK_MISUSE;
    }
    if (json_is_empty(L)) {
        keep_body(L, call, "{}", 2); /* a JSON library may take it for an array */
        return CHECK_PASSED;
    }
    if (!json_push_text(L, &call->client->json, -1)) {
        const char *why = lua_tostring(L, -1);
        lua_pushfstring(L, "%s: the arguments cannot be written as JSON: %s", call->operation->name,
                        why != NULL ? why : "no reason given");
        return CHECK_MISUSE;
    }
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    keep_body(L, call, text, length);
    return CHECK_PASSED;
}

/* What `request` does depends on its method; nobody knows what a POST or a PATCH would do the second time. */
static Effect effect_of(const Call *call)
{
    static const struct {
        const char *method;
        Effect effect;
    } methods[] = {{"GET", EFFECT_NONE}, {"PUT", EFFECT_SAME}, {"DELETE", EFFECT_DELETE}};
    if (call->operation->method != NULL)
        return call->operation->effect;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(call->method, methods[i].method) == 0)
            return methods[i].effect;
    return EFFECT_CREATE;
}

static Check build(lua_State *L, Call *call, int base, int option)
{
    const Operation *operation = call->operation;
    Check outcome = check_arguments(L, call, base, option);
    if (outcome == CHECK_PASSED)
        outcome = build_url(L, call, base);
    if (outcome == CHECK_PASSED)
        outcome = build_body(L, call, base);
    if (outcome != CHECK_PASSED)
        return outcome;
    keep_target(L, call, base);
    call->exchange.url = call->url.data;
    call->effect = effect_of(call);
    call->named = call->effect == EFFECT_CREATE && request_argument(L, operation, base, "name") != 0;
    call->exchange.cap = call->client->max_response_bytes;
    return CHECK_PASSED;
}

static int refuse_closed(lua_State *L, const Operation *operation)
{
    lua_pushliteral(L, "the client is closed");
    failure_push(L, "closed");
    failure_set_text(L, "operation", operation->name);
    return failure_return(L);
}

int begin_call(lua_State *L)
{
    const Operation *operation = operation_of(L);
    lua_settop(L, 3);
    Call *call = push_call(L);
    Client *client = client_at(L, 1); /* not before: making the call may run a finaliser that closes the client */
    if (client == NULL)
        return refuse_closed(L, operation);
    call->operation = operation;
    call->client = client;
    client_retain(client);
    int option = lua_gettop(L) + 1;
    Check outcome = arguments_collect(L, 3, operation->name, options, OPTION_COUNT);
    if (outcome == CHECK_PASSED)
        outcome = arguments_check(L, option, operation->name, options, OPTION_COUNT, "");
    if (outcome != CHECK_PASSED)
        return refuse(L, operation, outcome);
    int base = lua_gettop(L) + 1;
    outcome = arguments_collect(L, 2, operation->name, operation->arguments, operation->argument_count);
    if (outcome == CHECK_PASSED)
        outcome = build(L, call, base, option + OPTION_API_VERSION);
    if (outcome != CHECK_PASSED)
        return refuse(L, operation, outcome);
    if (client->closed) /* by the JSON library, while it wrote the body */
        return refuse_closed(L, operation);
    bool own = !lua_isnil(L, option + OPTION_TIMEOUT);
    call->timeout = own ? (double)lua_tonumber(L, option + OPTION_TIMEOUT) : client->timeout;
    call_start(call);
    lua_pushvalue(L, 4);
    return 1;
}

int begin_timer(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0, 1, "a number of seconds from 0 up expected");
    Call *call = push_call(L);
    call->timeout = seconds;
    call->deadline = INT64_MAX;
    call->resumes = seconds < 1e9 ? call->started + (int64_t)(seconds * 1e6) : INT64_MAX;
    call->state = CALL_PAUSING;
    return 1;
}
