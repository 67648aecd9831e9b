#include "call.h"

#include "address.h"
#include "answer.h"
#include "compat.h"
#include "failure.h"
#include "operation.h"
#include "request.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char type_name[] = "pinecone.call";

typedef enum {
    CALL_QUEUED,  /* waits for a transport */
    CALL_SENDING, /* an exchange is under way */
    CALL_PAUSING, /* waits for a time */
    CALL_DONE,
} CallState;

struct Call {
    CallState state;
    pid_t pid;
    bool taken;           /* its result was asked for */
    Client *client;       /* counted; NULL for a timer */
    Transport *transport; /* while it is sending */
    const Operation *operation;
    Exchange exchange;
    Buffer url, body;
    bool writes;
    double timeout;         /* seconds */
    int64_t started, ended; /* microseconds */
    int64_t deadline;       /* INT64_MAX: none */
    int attempts;
    char target[64]; /* what it is about, for messages: an index, an id */
    char version[40];
    char method[8];
    bool decoding;      /* its result is being made, so that it must not go away */
    Call *next, **link; /* in the client's list of calls that are not finished */
};

/* The end of a call ------------------------------------------------------------------------------------------------ */

static void leave_client_list(Call *call)
{
    if (call->link == NULL)
        return;
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    call->link = NULL;
}

static void give_transport_back(Call *call)
{
    Transport *transport = call->transport;
    call->transport = NULL;
    if (transport == NULL)
        return;
    transport_stop(transport);
    if (call->pid == getpid())
        client_give(call->client, transport);
    else
        transport_free(transport); /* the parent's, which the client's list has forgotten */
}

static void finish(Call *call)
{
    give_transport_back(call);
    leave_client_list(call);
    call->ended = clock_now();
    call->state = CALL_DONE;
}

void call_end(Call *call, const char *kind, const char *message)
{
    if (call->state == CALL_DONE)
        return;
    finish(call);
    call->exchange.kind = kind;
    snprintf(call->exchange.message, sizeof call->exchange.message, "%s", message);
}

/* The one way out of a call's memory and handles, whoever comes first: cancel, result, __gc or __close. */
static void release(lua_State *L, Call *call)
{
    call_end(call, "cancelled", "the call was cancelled");
    buffer_free(&call->url);
    buffer_free(&call->body);
    buffer_free(&call->exchange.answer);
    Client *client = call->client;
    call->client = NULL;
    if (client != NULL)
        client_release(L, client);
}

/* Stepping --------------------------------------------------------------------------------------------------------- */

enum { QUEUE_TICK = 5000 }; /* microseconds between two looks for a free transport */

static void time_out(Call *call)
{
    CallState state = call->state;
    finish(call);
    Exchange *exchange = &call->exchange;
    exchange->kind = "timeout";
    const char *why = state == CALL_QUEUED    ? "all connections of this client were in use (max_connections)"
                      : !exchange->connected  ? "no connection could be made"
                      : !exchange->sent       ? "the connection was made, but TLS was not ready"
                      : exchange->status == 0 ? "the request was sent, but no answer came"
                                              : "the answer began, but did not end";
    snprintf(exchange->message, sizeof exchange->message, "not done within %.14g s (timeout): %s", call->timeout, why);
}

static void take_transport(Call *call)
{
    bool memory;
    Transport *transport = client_take(call->client, call->url.data, &memory);
    if (transport == NULL && memory)
        return;
    if (transport == NULL || !transport_start(transport, &call->exchange)) {
        call->transport = transport;
        call_end(call, "network", "libcurl could not begin the request; memory may be short");
        return;
    }
    call->transport = transport;
    call->attempts++;
    call->state = CALL_SENDING;
}

/* An exchange has ended. Whether it is worth another attempt is to be decided here, and nowhere else. */
static void attempt_ended(Call *call)
{
    finish(call);
}

static int64_t wakes_at(const Call *call)
{
    int64_t wakes = call->state == CALL_QUEUED    ? clock_now() + QUEUE_TICK
                    : call->state == CALL_SENDING ? transport_wakes(call->transport)
                                                  : INT64_MAX;
    return wakes < call->deadline ? wakes : call->deadline;
}

/* Milliseconds until then, rounded up; a poll must not wake just before the time. */
static int milliseconds_until(int64_t time)
{
    int64_t left = time == INT64_MAX ? 1000000 : time - clock_now();
    if (left <= 0)
        return 0;
    return left >= 60000000 ? 60000 : (int)((left + 999) / 1000);
}

static Drive rest(int milliseconds)
{
    if (milliseconds > 0 && poll(NULL, 0, milliseconds) < 0 && errno == EINTR)
        return DRIVE_INTERRUPTED;
    return DRIVE_GOING;
}

/* Waits at most so long, then does what can be done. */
static Drive advance(Call *call, int milliseconds)
{
    if (call->state == CALL_DONE)
        return DRIVE_FINISHED;
    if (call->pid != getpid()) {
        call_end(call, "closed", "this call was begun before the process forked");
        return DRIVE_FINISHED;
    }
    if (call->state == CALL_QUEUED)
        take_transport(call);
    Drive drive = DRIVE_GOING;
    if (call->state == CALL_SENDING)
        drive = transport_drive(call->transport, milliseconds);
    else if (call->state != CALL_DONE)
        drive = rest(milliseconds);
    if (drive == DRIVE_FINISHED)
        attempt_ended(call);
    else if (clock_now() >= call->deadline && call->state == CALL_PAUSING)
        finish(call);
    else if (clock_now() >= call->deadline && call->state != CALL_DONE)
        time_out(call);
    return call->state == CALL_DONE ? DRIVE_FINISHED : drive;
}

static Call *call_at(lua_State *L)
{
    return luaL_checkudata(L, 1, type_name);
}

/*** Does what can be done without waiting.
@function call:step
@treturn boolean true when the call is finished
*/
static int call_step(lua_State *L)
{
    Call *call = call_at(L);
    lua_pushboolean(L, advance(call, 0) == DRIVE_FINISHED);
    return 1;
}

/*** Drives the call with poll(2).
@function call:block
@treturn boolean true when the call is finished; false when a signal came between, so that Lua's own handling of
Ctrl-C gets its turn: call it again
*/
static int call_block(lua_State *L)
{
    Call *call = call_at(L);
    Drive drive = advance(call, 0);
    while (drive == DRIVE_GOING)
        drive = advance(call, milliseconds_until(wakes_at(call)));
    lua_pushboolean(L, drive == DRIVE_FINISHED);
    return 1;
}

/*** Tells what the call waits for, for event loops.
@function call:interest
@treturn int milliseconds until it wants to be stepped, whatever the descriptors say
@treturn int ... descriptors, each followed by "r", "w" or "rw"
*/
static int call_interest(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state == CALL_DONE) {
        lua_pushinteger(L, 0);
        return 1;
    }
    lua_pushinteger(L, milliseconds_until(wakes_at(call)));
    struct pollfd watched[TRANSPORT_DESCRIPTORS];
    int count = call->state == CALL_SENDING && call->pid == getpid()
                    ? transport_watched(call->transport, watched, TRANSPORT_DESCRIPTORS)
                    : 0;
    luaL_checkstack(L, 2 * count, "descriptors");
    for (int i = 0; i < count; i++) {
        bool reads = watched[i].events & POLLIN, writes = watched[i].events & POLLOUT;
        lua_pushinteger(L, watched[i].fd);
        lua_pushstring(L, reads && writes ? "rw" : writes ? "w" : "r");
    }
    return 1 + 2 * count;
}

static int64_t deadline_after(int64_t now, double seconds)
{
    return seconds < 1e9 ? now + (int64_t)(seconds * 1e6) : INT64_MAX;
}

/*** Counts the call's timeout from now on. For a call that was begun ahead of time, when somebody starts to wait for it.
@function call:renew
*/
static int call_renew(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state == CALL_QUEUED || call->state == CALL_SENDING)
        call->deadline = deadline_after(clock_now(), call->timeout);
    return 0;
}

/*** Gives the call up. Does nothing to a finished one, and nothing the second time.
@function call:cancel
*/
static int call_cancel(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state != CALL_DONE)
        release(L, call);
    return 0;
}

static int call_collect(lua_State *L)
{
    release(L, call_at(L));
    return 0;
}

/* __close; a JSON library that is called back may hold the call itself. */
static int call_close(lua_State *L)
{
    Call *call = call_at(L);
    if (call->decoding)
        return luaL_error(L, "the call is giving its result");
    call->taken = true;
    release(L, call);
    return 0;
}

static int call_tostring(lua_State *L)
{
    static const char *const states[] = {"queued", "sending", "pausing", "done"};
    Call *call = call_at(L);
    lua_pushfstring(L, "pinecone.call (%s, %s)", call->operation != NULL ? call->operation->name : "timer",
                    states[call->state]);
    return 1;
}

/* Result ----------------------------------------------------------------------------------------------------------- */

/* Completes the failure on top of the stack with what the call knows. */
static void add_details(lua_State *L, const Call *call, bool maybe_applied)
{
    failure_set_text(L, "operation", call->operation->name);
    failure_set_text(L, "target", call->target);
    const char *secret = call->client != NULL ? call->client->key : NULL;
    if (secret != NULL && strstr(call->exchange.request_id, secret) == NULL)
        failure_set_text(L, "request_id", call->exchange.request_id);
    failure_set_number(L, "attempts", call->attempts);
    failure_set_number(L, "elapsed", round((double)(call->ended - call->started) / 1000) / 1000);
    if (call->exchange.retry_after > 0)
        failure_set_number(L, "retry_after", (double)call->exchange.retry_after);
    if (maybe_applied)
        failure_set_flag(L, "maybe_applied");
}

/* Leaves nil and the failure that is on top of the stack. */
static int fail(lua_State *L, const Call *call, bool maybe_applied)
{
    add_details(L, call, maybe_applied && call->writes);
    return failure_return(L);
}

/* Pushes the result where the success alone says it all. */
static bool push_bare_success(lua_State *L, const Call *call, const FailedAnswer *answer)
{
    const Operation *operation = call->operation;
    if (failure_is_page(answer)) /* of a proxy or a portal: the API has not been asked */
        return false;
    if (operation->answer == ANSWER_TRUE || (operation->answer == ANSWER_ANY && answer->length == 0)) {
        lua_pushboolean(L, 1);
        return true;
    }
    if (call->client->environment == NULL || operation->legacy != LEGACY_NAMED)
        return false;
    lua_createtable(L, 0, 1);
    lua_pushstring(L, call->target);
    lua_setfield(L, -2, operation->id);
    return true;
}

static int push_success(lua_State *L, Call *call, const FailedAnswer *answer)
{
    const Operation *operation = call->operation;
    const char *environment = call->client->environment;
    if (push_bare_success(L, call, answer))
        return 1;
    const char *wrong;
    if (!json_push(L, &call->client->json, answer->index)) {
        if (environment != NULL && operation->legacy == LEGACY_TEXT && !failure_is_page(answer)) {
            lua_pushvalue(L, answer->index);
            return 1;
        }
        const char *detail = lua_tostring(L, -1);
        wrong = lua_pushfstring(L, "not with JSON (%s)", detail != NULL ? detail : "the decoder gave no reason");
    } else {
        wrong = answer_complete(L, operation, call->version, environment);
    }
    if (wrong == NULL)
        return 1;
    failure_push_unreadable(L, answer, wrong);
    return fail(L, call, true);
}

/* A request timeout or a fault of the server leaves open whether the write took effect. */
static bool is_unclear(long status)
{
    return status == 408 || status >= 500;
}

static int push_result(lua_State *L, Call *call)
{
    Exchange *exchange = &call->exchange;
    if (exchange->kind != NULL) {
        lua_pushstring(L, exchange->message);
        failure_push(L, exchange->kind);
        return fail(L, call, exchange->sent);
    }
    /* Lua's copy stands in for ours at once: LuaJIT's collector does not see what malloc gave */
    const char *body = exchange->answer.data != NULL ? exchange->answer.data : "";
    lua_pushlstring(L, body, exchange->answer.length);
    buffer_free(&exchange->answer);
    FailedAnswer answer = {
        .status = exchange->status,
        .content_type = exchange->content_type,
        .index = lua_gettop(L),
        .body = lua_tostring(L, -1),
        .length = compat_rawlen(L, -1),
        .makes = call->operation->answer == ANSWER_RESOURCE && call->writes,
        .secret = call->client->key,
    };
    if (exchange->status >= 200 && exchange->status < 300)
        return push_success(L, call, &answer);
    failure_push_answer(L, &call->client->json, &answer);
    return fail(L, call, is_unclear(exchange->status));
}

static int give_result(lua_State *L)
{
    return push_result(L, call_at(L));
}

/*** Gives what came of a finished call; once.
@function call:result
@treturn[1] table|boolean|string|number the value
@treturn[2] nil
@treturn[2] table the failure
*/
static int call_result(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state != CALL_DONE)
        return luaL_error(L, "the call is not finished");
    if (call->taken)
        return luaL_error(L, "the result was already taken");
    if (call->operation == NULL) {
        call->taken = true;
        lua_pushboolean(L, call->exchange.kind == NULL);
        return 1;
    }
    lua_settop(L, 1);
    lua_pushcfunction(L, give_result);
    lua_pushvalue(L, 1);
    call->taken = call->decoding = true;
    int status = lua_pcall(L, 1, LUA_MULTRET, 0); /* memory may run out, and the call must end all the same */
    call->decoding = false;
    release(L, call);
    return status == 0 ? lua_gettop(L) - 1 : lua_error(L);
}

/* Making ----------------------------------------------------------------------------------------------------------- */

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
    call->pid = getpid();
    call->started = clock_now();
    luaL_getmetatable(L, type_name);
    lua_setmetatable(L, -2);
    return call;
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
    snprintf(call->version, sizeof call->version, "%s", version != NULL ? version : "");
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
        snprintf(call->target, sizeof call->target, "%s", lua_tostring(L, index));
}

static Check build_url(lua_State *L, Call *call, int base)
{
    int host = request_place(L, call->operation, base, PLACE_HOST);
    const char *name = host != 0 ? lua_tostring(L, host) : NULL;
    if (name == NULL && call->operation->plane == PLANE_DATA) {
        lua_pushfstring(L, "%s: 'index_name' is missing (string: the index)", call->operation->name);
        return CHECK_MISUSE;
    }
    Address address = {0};
    const char *server = name != NULL ? name : call->client->server;
    const char *wrong = address_add(server, call->client->plain, &call->url, &address);
    call->exchange.loopback = address.loopback;
    if (wrong == address_no_memory)
        luaL_error(L, "not enough memory");
    if (wrong != NULL) {
        lua_pushfstring(L, "host '%s' is %s", address_shown(server), wrong);
        return CHECK_BAD;
    }
    return request_add_path(L, call->operation, base, &call->url);
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
    snprintf(call->method, sizeof call->method, "%s", request_method(L, call->operation, base));
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
    call->writes = operation->effect != EFFECT_NONE && strcmp(call->exchange.method, "GET") != 0;
    call->exchange.fresh = call->writes;
    call->exchange.cap = call->client->max_response_bytes;
    return CHECK_PASSED;
}

static void start(Call *call)
{
    Client *client = call->client;
    call->next = client->calls;
    call->link = &client->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->calls = call;
    call->deadline = deadline_after(call->started, call->timeout);
    call->state = CALL_QUEUED;
}

int call_new(lua_State *L)
{
    const Operation *operation = operation_of(L);
    lua_settop(L, 3);
    Client *client = client_at(L, 1);
    if (client == NULL) {
        lua_pushliteral(L, "the client is closed");
        failure_push(L, "closed");
        failure_set_text(L, "operation", operation->name);
        return failure_return(L);
    }
    Call *call = push_call(L);
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
    bool own = !lua_isnil(L, option + OPTION_TIMEOUT);
    call->timeout = own ? (double)lua_tonumber(L, option + OPTION_TIMEOUT) : client->timeout;
    start(call);
    lua_pushvalue(L, 4);
    return 1;
}

int call_new_timer(lua_State *L)
{
    double seconds = luaL_checknumber(L, 1);
    luaL_argcheck(L, seconds >= 0, 1, "a number of seconds from 0 up expected");
    Call *call = push_call(L);
    call->timeout = seconds;
    call->deadline = deadline_after(call->started, seconds);
    call->state = CALL_PAUSING;
    return 1;
}

void call_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"step", call_step},   {"block", call_block},   {"interest", call_interest},
        {"renew", call_renew}, {"result", call_result}, {"cancel", call_cancel},
        {NULL, NULL},
    };
    static const luaL_Reg meta[] = {
        {"__gc", call_collect}, {"__close", call_close}, {"__tostring", call_tostring}, {NULL, NULL}};
    compat_newclass(L, type_name, methods, meta);
}
