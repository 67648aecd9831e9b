/*** A call under way, as a function in the option `wait` of `pinecone.new` sees it.

It is for event loops that the library does not know: step the call until it is finished. Retries and pauses are its own.
@classmod Call
@usage
local pc = assert(pinecone.new {
   wait = function(call)
      while not call:step() do
         local milliseconds = call:interest()
         os.execute("sleep " .. math.min(milliseconds / 1000, 0.01))
      end
   end,
})
print(#assert(pc:list_indexes()).indexes)
*/

#include "methods.h"

#include "call.h"
#include "compat.h"
#include "failure.h"
#include "outcome.h"
#include "process.h"

#include <math.h>

static Call *call_at(lua_State *L)
{
    return luaL_checkudata(L, 1, CALL_TYPE);
}

/*** Does what can be done without waiting.
@function Call:step
@treturn boolean true when the call is finished
@usage
local client = assert(pinecone.new { wait = function(call) while not call:step() do end end })
print(#assert(client:list_indexes()).indexes)
*/
static int method_step(lua_State *L)
{
    Call *call = call_at(L);
    lua_pushboolean(L, call_advance(call, 0) == DRIVE_FINISHED);
    return 1;
}

/*** Drives the call with poll(2).
@function Call:block
@local
@treturn boolean true when the call is finished; false after an attempt that will be repeated, when a signal came
between, and after CALL_LONGEST_POLL, so that Lua's own handling of Ctrl-C gets its turn: call it again
*/
static int method_block(lua_State *L)
{
    Call *call = call_at(L);
    call->attempt_ended = false;
    int64_t until = clock_now() + (int64_t)CALL_LONGEST_POLL * 1000;
    Drive drive = call_advance(call, 0);
    while (drive == DRIVE_GOING && !call->attempt_ended && clock_now() < until) {
        int rests = call_rests(call);
        drive = call_advance(call, rests < CALL_LONGEST_POLL ? rests : CALL_LONGEST_POLL);
    }
    lua_pushboolean(L, drive == DRIVE_FINISHED);
    return 1;
}

/*** Tells what the call waits for, for event loops.
@function Call:interest
@treturn int milliseconds until it wants to be stepped, whatever the descriptors say
@treturn int|string ... descriptors, each followed by `"r"`, `"w"` or `"rw"`
@usage
local function wait(call)
   while not call:step() do
      local milliseconds, descriptor, events = call:interest()
      print(milliseconds, descriptor, events)
   end
end
print(#assert(assert(pinecone.new { wait = wait }):list_indexes()).indexes)
*/
static int method_interest(lua_State *L)
{
    Call *call = call_at(L);
    lua_pushinteger(L, call_rests(call));
    struct pollfd watched[TRANSPORT_DESCRIPTORS];
    int count = call_watched(call, watched);
    luaL_checkstack(L, 2 * count, "descriptors");
    for (int i = 0; i < count; i++) {
        bool reads = watched[i].events & POLLIN, writes = watched[i].events & POLLOUT;
        lua_pushinteger(L, watched[i].fd);
        lua_pushstring(L, reads && writes ? "rw" : writes ? "w" : "r");
    }
    return 1 + 2 * count;
}

/*** Tells whether the call waits until one of its client's connections is free.
@function Call:is_queued
@local
@treturn boolean
*/
static int method_is_queued(lua_State *L)
{
    lua_pushboolean(L, call_at(L)->waits);
    return 1;
}

/*** Counts the call's timeout from now on. For a call that was begun ahead of time, when somebody starts to wait for it.
@function Call:renew
@local
*/
static int method_renew(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state != CALL_DONE && call->operation != NULL)
        call_renew(call);
    return 0;
}

/*** Gives the call up. Does nothing to one whose result waits to be taken or is being made, and nothing the second time.
@function Call:cancel
@usage
local function wait(call) call:cancel() end
print(assert(pinecone.new { wait = wait }):list_indexes())
*/
static int method_cancel(lua_State *L)
{
    Call *call = call_at(L);
    if (call->state != CALL_DONE || (call->taken && !call->decoding))
        call_release(L, call);
    return 0;
}

static int method_collect(lua_State *L)
{
    call_release(L, call_at(L));
    return 0;
}

/* __close; a JSON library that is called back may hold the call itself. */
static int method_close(lua_State *L)
{
    Call *call = call_at(L);
    if (call->decoding)
        return luaL_error(L, "the call is giving its result");
    call->taken = true;
    call_release(L, call);
    return 0;
}

static int method_tostring(lua_State *L)
{
    static const char *const states[] = {"queued", "sending", "pausing", "done"};
    Call *call = call_at(L);
    lua_pushfstring(L, "pinecone.call (%s, %s)", call->operation != NULL ? call->operation->name : "timer",
                    states[call->state]);
    return 1;
}

static int give_result(lua_State *L)
{
    return outcome_push(L, call_at(L));
}

/*** Gives what came of a finished call; once.
@function Call:result
@local
@treturn[1] table|boolean|string|number the value
@treturn[2] nil
@treturn[2] table the failure
*/
static int method_result(lua_State *L)
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
        call_release(L, call);
    return status == 0 ? lua_gettop(L) - 1 : lua_error(L);
}

/*** Tells whether the call may be sent again without looking what came of it.
@function Call:is_repeatable
@local
@treturn boolean
*/
static int method_is_repeatable(lua_State *L)
{
    lua_pushboolean(L, call_at(L)->effect != EFFECT_CREATE);
    return 1;
}

/*** Sends a write once more whose result left open whether it took effect; after the usual pause, within the same
timeout. Before that, what a create made has to be looked for.
@function Call:again
@local
@treturn boolean false where max_retries or the timeout do not allow it
*/
static int method_again(lua_State *L)
{
    Call *call = call_at(L);
    bool lost = call->state == CALL_DONE && call->taken && call->unclear && call->client != NULL;
    if (!lost || call->decoding || call->pid != process_id() || call->client->closed || !call_repeat(call)) {
        lua_pushboolean(L, 0);
        return 1;
    }
    call->taken = false;
    lua_pushboolean(L, 1);
    return 1;
}

/*** Tells for how long there has been this call.
@function Call:age
@local
@treturn number seconds
*/
static int method_age(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)(clock_now() - call_at(L)->started) / 1e6);
    return 1;
}

/*** Tells how much of its timeout is left.
@function Call:left
@local
@treturn number seconds, 0 when it is over
*/
static int method_left(lua_State *L)
{
    const Call *call = call_at(L);
    lua_pushnumber(L, fmax(call_left(call, clock_now()), 0));
    return 1;
}

/*** Tells what the server's clock said in its last answer.
@function Call:date
@local
@treturn ?int seconds since 1970
@treturn number how many seconds ago that was
*/
static int method_date(lua_State *L)
{
    const Call *call = call_at(L);
    int64_t date = exchange_date(&call->exchange);
    if (date == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, (lua_Integer)date);
    lua_pushnumber(L, (lua_Number)(clock_now() - call->ended) / 1e6);
    return 2;
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
    outcome_set_request_id(L, call, attempt->request_id);
}

/*** Gives the oldest attempt that has ended and was not yet given. They are kept only where the client has on_request.
@function Call:attempt
@local
@treturn ?table operation, method, path, attempt (1, 2, ...), seconds, request_id; status, or kind where no whole answer
came
*/
static int method_attempt(lua_State *L)
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

void methods_register(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"step", method_step},         {"block", method_block},
        {"interest", method_interest}, {"is_queued", method_is_queued},
        {"renew", method_renew},       {"result", method_result},
        {"cancel", method_cancel},     {"is_repeatable", method_is_repeatable},
        {"again", method_again},       {"attempt", method_attempt},
        {"age", method_age},           {"left", method_left},
        {"date", method_date},         {NULL, NULL},
    };
    static const luaL_Reg meta[] = {
        {"__gc", method_collect}, {"__close", method_close}, {"__tostring", method_tostring}, {NULL, NULL}};
    compat_newclass(L, CALL_TYPE, methods, meta);
}
