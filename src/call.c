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
    CALL_PAUSING, /* waits for a time: before another attempt, or because it is a timer */
    CALL_DONE,
} CallState;

/* One attempt, for whoever looks on. */
typedef struct Attempt {
    int number;
    long status;
    double seconds;
    const char *kind; /* NULL: an answer came */
    char request_id[96];
} Attempt;

struct Call {
    CallState state;
    pid_t pid;
    bool taken;           /* its result was asked for */
    Client *client;       /* counted; NULL for a timer */
    Transport *transport; /* while it is sending */
    const Operation *operation;
    Exchange exchange;
    Buffer url, body;
    Effect effect;
    double timeout;             /* seconds */
    int64_t started, ended;     /* microseconds */
    int64_t deadline;           /* INT64_MAX: none */
    int64_t attempted, resumes; /* when the last attempt began, and when the pause is over */
    double patience;            /* seconds in which a server that has something to say says it */
    int64_t listening;          /* since when its bytes are counted */
    size_t heard;               /* how many there were then */
    int attempts;
    bool named;         /* what it creates has a name to be found by */
    bool attempt_ended; /* since block was called */
    bool waited;        /* for a transport */
    bool unclear;       /* an attempt may have taken effect, although its answer did not say so */
    bool repeated;      /* ... and it was asked for once more */
    char trouble[200];  /* how the attempt before the last one ended */
    Buffer log;         /* of Attempts */
    size_t log_read;    /* bytes of it that were asked for */
    char target[64];    /* what it is about, for messages: an index, an id */
    char version[40];
    char method[8];
    bool decoding;      /* its result is being made, so that it must not go away */
    Call *next, **link; /* in the client's list of calls that are not finished */
};

/* What an attempt came to ------------------------------------------------------------------------------------------ */

/* A refusal is a clear answer; a request timeout or a fault of the server leaves open whether the write took effect. */
static bool is_unclear(const Exchange *exchange)
{
    long status = exchange->status;
    bool refused = status >= 300 && status < 500 && status != 408;
    return exchange->kind != NULL ? exchange->sent && !refused : status == 408 || status >= 500;
}

static void log_attempt(Call *call)
{
    const Exchange *exchange = &call->exchange;
    Attempt attempt = {
        .number = call->attempts,
        .status = exchange->status,
        .seconds = (double)(call->ended - call->attempted) / 1e6,
        .kind = exchange->kind,
    };
    snprintf(attempt.request_id, sizeof attempt.request_id, "%s", exchange->request_id);
    buffer_add(&call->log, &attempt, sizeof attempt); /* where memory is short, nobody hears of it */
}

static void note_outcome(Call *call)
{
    call->attempt_ended = true;
    call->unclear = call->unclear || (call->effect != EFFECT_NONE && is_unclear(&call->exchange));
    if (call->client->looks_on)
        log_attempt(call);
}

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

static void join_client_list(Call *call)
{
    Client *client = call->client;
    call->next = client->calls;
    call->link = &client->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->calls = call;
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
    bool sending = call->state == CALL_SENDING;
    finish(call);
    call->exchange.kind = kind;
    call->exchange.passing = false;
    snprintf(call->exchange.message, sizeof call->exchange.message, "%s", message);
    if (sending)
        note_outcome(call);
}

/* The one way out of a call's memory and handles, whoever comes first: cancel, result, __gc or __close. */
static void release(lua_State *L, Call *call)
{
    call_end(call, "cancelled", "the call was cancelled");
    buffer_free(&call->url);
    buffer_free(&call->body);
    buffer_free(&call->exchange.answer);
    buffer_free(&call->log);
    call->log_read = 0;
    Client *client = call->client;
    call->client = NULL;
    if (client != NULL)
        client_release(L, client);
}

/* Attempts --------------------------------------------------------------------------------------------------------- */

enum { LONGEST_BACKOFF = 30, LONGEST_SILENCE = 30 }; /* seconds */
enum { LEAST_SPEED = 10 };                           /* bytes a second */

static bool may_go_well_next_time(const Exchange *exchange)
{
    return exchange->kind != NULL ? exchange->passing : status_may_pass(exchange->status);
}

/* Evenly from 0 to 1, another one in each process and at each time. */
static double chance(const Call *call)
{
    uint64_t bits = (uint64_t)clock_now() ^ ((uint64_t)getpid() << 40) ^ (uint64_t)(uintptr_t)call;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return (double)((bits ^ (bits >> 31)) >> 11) / 9007199254740992.0;
}

static void keep_trouble(Call *call)
{
    if (call->exchange.kind != NULL)
        snprintf(call->trouble, sizeof call->trouble, "%.*s", (int)sizeof call->trouble - 1, call->exchange.message);
    else
        snprintf(call->trouble, sizeof call->trouble, "HTTP %ld", call->exchange.status);
}

/* Plans the next attempt: what the server asks to wait, and a random part of a time that doubles, so that those who
 * failed together do not come back together. False where that is not allowed or no time is left for it. */
static bool plan_attempt(Call *call)
{
    const Client *client = call->client;
    if (call->attempts > client->max_retries)
        return false;
    double left = call->deadline == INT64_MAX ? INFINITY : (double)(call->deadline - clock_now()) / 1e6;
    double asked = (double)call->exchange.retry_after - (double)(clock_now() - call->ended) / 1e6;
    if (asked < 0)
        asked = 0;
    if (asked >= left)
        return false;
    double backoff = fmin(client->retry_delay * exp2(fmin(call->attempts - 1, 60)), LONGEST_BACKOFF) * chance(call);
    call->resumes = clock_now() + (int64_t)((asked + fmin(backoff, (left - asked) / 2)) * 1e6);
    return true;
}

static void pause_before_attempt(Call *call)
{
    keep_trouble(call);
    call->repeated = call->unclear;
    call->state = CALL_PAUSING;
}

/* An exchange has ended. Whether it is worth another attempt is decided here, and for a create whose answer was lost
 * by whoever looks for what it made. */
static void attempt_ended(Call *call)
{
    give_transport_back(call);
    call->ended = clock_now();
    note_outcome(call);
    bool safe = call->effect != EFFECT_CREATE || !is_unclear(&call->exchange);
    if (safe && may_go_well_next_time(&call->exchange) && plan_attempt(call))
        pause_before_attempt(call);
    else
        finish(call);
}

/* Stepping --------------------------------------------------------------------------------------------------------- */

enum { QUEUE_TICK = 5000 }; /* microseconds between two looks for a free transport */

static const char *what_was_missing(const Call *call)
{
    const Exchange *exchange = &call->exchange;
    if (call->attempts == 0)
        return call->waited ? "all connections of this client were in use (max_connections)" : "it was not sent";
    return !exchange->connected    ? "no connection could be made"
           : !exchange->sent       ? "the connection was made, but TLS was not ready"
           : exchange->status == 0 ? "the request was sent, but no answer came"
                                   : "the answer began, but did not end";
}

/* Between two attempts the outcome is that of the last one. */
static void time_out(Call *call)
{
    bool between = call->state != CALL_SENDING && call->attempts > 0;
    char note[sizeof call->trouble + 32] = "";
    if (call->trouble[0] != '\0')
        snprintf(note, sizeof note, "; the attempt before: %s", call->trouble);
    bool sending = call->state == CALL_SENDING;
    finish(call);
    if (between)
        return;
    call->exchange.kind = "timeout";
    snprintf(call->exchange.message, sizeof call->exchange.message, "not done within %.14g s (timeout): %s%s",
             call->timeout, what_was_missing(call), note);
    if (sending)
        note_outcome(call);
}

static size_t bytes_heard(const Call *call)
{
    return call->exchange.header_bytes + call->exchange.answer.length;
}

static void listen_anew(Call *call)
{
    call->listening = clock_now();
    call->heard = bytes_heard(call);
}

static int64_t silence_ends(const Call *call)
{
    return call->listening + (int64_t)(call->patience * 1e6);
}

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static void take_transport(Call *call)
{
    bool memory;
    Transport *transport = client_take(call->client, call->url.data, &memory);
    call->waited = transport == NULL && memory;
    if (call->waited)
        return;
    /* other idle connections may be dead, too; and libcurl resends by itself on one that was used before */
    call->exchange.fresh = call->effect != EFFECT_NONE || call->exchange.kind != NULL;
    exchange_reset(&call->exchange);
    if (transport == NULL || !transport_start(transport, &call->exchange)) {
        call->transport = transport;
        call_end(call, "network", "libcurl could not begin the request; memory may be short");
        return;
    }
    call->transport = transport;
    call->attempts++;
    call->attempted = clock_now();
    call->state = CALL_SENDING;
    listen_anew(call);
}

/* libcurl's own limit looks at a mean of the last seconds, and so strikes up to five seconds late. */
static void give_up_silence(Call *call)
{
    double least = call->patience * LEAST_SPEED;
    if (!transport_is_connected(call->transport) || (double)(bytes_heard(call) - call->heard) >= least) {
        listen_anew(call);
        return;
    }
    transport_stop(call->transport);
    call->exchange.kind = "timeout";
    call->exchange.passing = true;
    snprintf(call->exchange.message, sizeof call->exchange.message,
             "the server fell silent (less than %d bytes a second for %.3g s)", LEAST_SPEED, call->patience);
    attempt_ended(call);
}

static int64_t wakes_at(const Call *call)
{
    int64_t wakes = call->state == CALL_QUEUED    ? clock_now() + QUEUE_TICK
                    : call->state == CALL_SENDING ? earlier(transport_wakes(call->transport), silence_ends(call))
                    : call->state == CALL_PAUSING ? call->resumes
                                                  : INT64_MAX;
    return earlier(wakes, call->deadline);
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

static void end_pause(Call *call)
{
    if (call->operation == NULL)
        finish(call);
    else
        call->state = CALL_QUEUED;
}

static Drive drive(Call *call, int milliseconds)
{
    if (call->state == CALL_PAUSING && clock_now() >= call->resumes)
        end_pause(call);
    if (call->state == CALL_QUEUED && clock_now() < call->deadline) { /* later it would be sent only to be given up */
        take_transport(call);
        milliseconds = call->state == CALL_SENDING ? 0 : milliseconds;
    }
    if (call->state == CALL_DONE)
        return DRIVE_FINISHED;
    if (call->state != CALL_SENDING)
        return rest(milliseconds);
    Drive driven = transport_drive(call->transport, milliseconds);
    if (driven == DRIVE_FINISHED)
        attempt_ended(call);
    else if (clock_now() >= silence_ends(call))
        give_up_silence(call);
    return driven;
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
    Drive driven = drive(call, milliseconds);
    if (call->state != CALL_DONE && clock_now() >= call->deadline)
        time_out(call);
    return call->state == CALL_DONE ? DRIVE_FINISHED : driven == DRIVE_INTERRUPTED ? DRIVE_INTERRUPTED : DRIVE_GOING;
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
@treturn boolean true when the call is finished; false after an attempt that will be repeated, or when a signal came
between, so that Lua's own handling of Ctrl-C gets its turn: call it again
*/
static int call_block(lua_State *L)
{
    Call *call = call_at(L);
    call->attempt_ended = false;
    Drive drive = advance(call, 0);
    while (drive == DRIVE_GOING && !call->attempt_ended)
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
    if (call->state != CALL_DONE && call->operation != NULL)
        call->deadline = deadline_after(clock_now(), call->timeout);
    listen_anew(call);
    return 0;
}

/*** Gives the call up. Does nothing to one whose result waits to be taken, and nothing the second time.
@function call:cancel
*/
static int call_cancel(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state != CALL_DONE || call->taken)
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

/* A server may answer with the key that it was sent. */
static void set_request_id(lua_State *L, const Call *call, const char *request_id)
{
    const char *secret = call->client != NULL ? call->client->key : NULL;
    if (secret != NULL && strstr(request_id, secret) == NULL)
        failure_set_text(L, "request_id", request_id);
}

/* Adds to the message of the failure on top of the stack why nothing was tried again, where the server asks for more
 * patience than there is. */
static void tell_impatience(lua_State *L, const Call *call)
{
    double left = call->deadline == INT64_MAX ? INFINITY : (double)(call->deadline - call->ended) / 1e6;
    bool fits = (double)call->exchange.retry_after < left;
    if (fits || !may_go_well_next_time(&call->exchange) || call->attempts > call->client->max_retries)
        return;
    char note[120];
    snprintf(note, sizeof note, " (not tried again: Retry-After asks to wait %.0f s, and timeout leaves %.3g s)",
             (double)call->exchange.retry_after, fmax(left, 0));
    lua_getfield(L, -1, "message");
    lua_pushstring(L, note);
    lua_concat(L, 2);
    lua_setfield(L, -2, "message");
}

/* Completes the failure on top of the stack with what the call knows. */
static void add_details(lua_State *L, const Call *call, bool maybe_applied)
{
    failure_set_text(L, "operation", call->operation->name);
    failure_set_text(L, "target", call->target);
    set_request_id(L, call, call->exchange.request_id);
    failure_set_number(L, "attempts", call->attempts);
    failure_set_number(L, "elapsed", round((double)(call->ended - call->started) / 1000) / 1000);
    if (call->exchange.retry_after > 0) {
        failure_set_number(L, "retry_after", (double)call->exchange.retry_after);
        tell_impatience(L, call);
    }
    if (maybe_applied)
        failure_set_flag(L, "maybe_applied");
}

/* Leaves nil and the failure that is on top of the stack. */
static int fail(lua_State *L, const Call *call)
{
    add_details(L, call, call->unclear);
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
    call->unclear = call->effect != EFFECT_NONE;
    return fail(L, call);
}

/* A 404 on a repeat says that the attempt before it deleted what is gone. */
static bool was_deleted(const Call *call, const FailedAnswer *answer)
{
    return answer->status == 404 && call->effect == EFFECT_DELETE && call->repeated && !failure_is_page(answer);
}

static int push_result(lua_State *L, Call *call)
{
    Exchange *exchange = &call->exchange;
    if (exchange->kind != NULL) {
        lua_pushstring(L, exchange->message);
        failure_push(L, exchange->kind);
        return fail(L, call);
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
        .makes = call->operation->answer == ANSWER_RESOURCE && call->effect != EFFECT_NONE,
        .secret = call->client->key,
    };
    if (exchange->status >= 200 && exchange->status < 300)
        return push_success(L, call, &answer);
    if (was_deleted(call, &answer)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    failure_push_answer(L, &call->client->json, &answer);
    return fail(L, call);
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
    bool again = status == 0 && call->unclear && lua_isnil(L, 2); /* somebody may want to ask again */
    if (!again)
        release(L, call);
    return status == 0 ? lua_gettop(L) - 1 : lua_error(L);
}

/*** Tells whether the call may be sent again without looking what came of it.
@function call:is_repeatable
@treturn boolean
*/
static int call_is_repeatable(lua_State *L)
{
    lua_pushboolean(L, call_at(L)->effect != EFFECT_CREATE);
    return 1;
}

/*** Sends a write once more whose result left open whether it took effect; after the usual pause, within the same
timeout. Before that, what a create made has to be looked for.
@function call:again
@treturn boolean false where max_retries or the timeout do not allow it
*/
static int call_again(lua_State *L)
{
    Call *call = call_at(L);
    bool lost = call->state == CALL_DONE && call->taken && call->unclear && call->client != NULL;
    if (!lost || call->pid != getpid() || call->client->closed || !plan_attempt(call)) {
        lua_pushboolean(L, 0);
        return 1;
    }
    call->taken = false;
    join_client_list(call);
    pause_before_attempt(call);
    lua_pushboolean(L, 1);
    return 1;
}

/*** Tells for how long there has been this call.
@function call:age
@treturn number seconds
*/
static int call_age(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)(clock_now() - call_at(L)->started) / 1e6);
    return 1;
}

/*** Tells how much of its timeout is left.
@function call:left
@treturn number seconds, 0 when it is over
*/
static int call_left(lua_State *L)
{
    const Call *call = call_at(L);
    double left = call->deadline == INT64_MAX ? HUGE_VAL : (double)(call->deadline - clock_now()) / 1e6;
    lua_pushnumber(L, fmax(left, 0));
    return 1;
}

/*** Tells what the server's clock said in its last answer.
@function call:date
@treturn ?int seconds since 1970
*/
static int call_date(lua_State *L)
{
    const Call *call = call_at(L);
    if (call->exchange.date == 0)
        return 0;
    lua_pushnumber(L, (lua_Number)call->exchange.date);
    return 1;
}

/* Of the URL, without the query: page tokens say nothing to anybody. */
static void push_path(lua_State *L, const Call *call)
{
    const char *host = strstr(call->url.data, "://") + 3;
    const char *path = host + strcspn(host, "/");
    lua_pushlstring(L, path, strcspn(path, "?"));
}

static void push_attempt(lua_State *L, const Call *call, const Attempt *attempt)
{
    lua_createtable(L, 0, 8);
    failure_set_text(L, "operation", call->operation->name);
    failure_set_text(L, "method", call->method);
    push_path(L, call);
    lua_setfield(L, -2, "path");
    failure_set_number(L, "attempt", attempt->number);
    failure_set_number(L, "seconds", attempt->seconds);
    if (attempt->kind == NULL) /* a 200 of an answer that broke off would look like a success */
        failure_set_number(L, "status", (double)attempt->status);
    failure_set_text(L, "kind", attempt->kind);
    set_request_id(L, call, attempt->request_id);
}

/*** Gives the oldest attempt that has ended and was not yet given. They are kept only where the client has on_request.
@function call:attempt
@treturn ?table operation, method, path, attempt (1, 2, ...), seconds, request_id; status, or kind where no whole answer
came
*/
static int call_attempt(lua_State *L)
{
    Call *call = call_at(L);
    if (call->log_read == call->log.length)
        return 0;
    Attempt attempt;
    memcpy(&attempt, call->log.data + call->log_read, sizeof attempt);
    call->log_read += sizeof attempt;
    push_attempt(L, call, &attempt);
    return 1;
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
    const char *wrong = address_add(server, call->client->plain, call->client->allow_http, &call->url, &address);
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
    call->named = request_argument(L, operation, base, "name") != 0;
    call->exchange.cap = call->client->max_response_bytes;
    return CHECK_PASSED;
}

static void start(Call *call)
{
    join_client_list(call);
    /* A server that says nothing is given up in time to ask again; a create, in time to look for what it made. */
    call->patience = call->named ? fmin(call->timeout / 2, LONGEST_SILENCE) : LONGEST_SILENCE;
    call->deadline = deadline_after(call->started, call->timeout);
    call->state = CALL_QUEUED;
}

static int refuse_closed(lua_State *L, const Operation *operation)
{
    lua_pushliteral(L, "the client is closed");
    failure_push(L, "closed");
    failure_set_text(L, "operation", operation->name);
    return failure_return(L);
}

int call_new(lua_State *L)
{
    const Operation *operation = operation_of(L);
    lua_settop(L, 3);
    Client *client = client_at(L, 1);
    if (client == NULL)
        return refuse_closed(L, operation);
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
    if (client->closed) /* by the JSON library, while it wrote the body */
        return refuse_closed(L, operation);
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
    call->deadline = INT64_MAX;
    call->resumes = deadline_after(call->started, seconds);
    call->state = CALL_PAUSING;
    return 1;
}

void call_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"step", call_step},
        {"block", call_block},
        {"interest", call_interest},
        {"renew", call_renew},
        {"result", call_result},
        {"cancel", call_cancel},
        {"is_repeatable", call_is_repeatable},
        {"again", call_again},
        {"attempt", call_attempt},
        {"age", call_age},
        {"left", call_left},
        {"date", call_date},
        {NULL, NULL},
    };
    static const luaL_Reg meta[] = {
        {"__gc", call_collect}, {"__close", call_close}, {"__tostring", call_tostring}, {NULL, NULL}};
    compat_newclass(L, type_name, methods, meta);
}
