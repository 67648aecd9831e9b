#include "outcome.h"

#include "answer.h"
#include "compat.h"
#include "failure.h"

#include <math.h>
#include <stdio.h>

void outcome_set_request_id(lua_State *L, const Call *call, const char *request_id)
{
    const char *secret = call->client != NULL ? call->client->key : NULL;
    if (secret != NULL && strstr(request_id, secret) == NULL)
        failure_set_text(L, "request_id", request_id);
}

/* Adds to the message of the failure on top of the stack why nothing was tried again, where the server asks for more
 * patience than there is. */
static void tell_impatience(lua_State *L, const Call *call)
{
    double left = call_left(call, call->ended);
    bool fits = (double)call->exchange.retry_after < left;
    bool never = call->effect == EFFECT_CREATE && !call->named && call_is_unclear(call);
    if (fits || never || !call_may_pass(call) || call->attempts > call->client->max_retries)
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
    outcome_set_request_id(L, call, call->exchange.request_id);
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

/* A 404 on a repeat says that the attempt before it deleted what is gone; where the API says so, not a gateway that has
 * lost its way to it. The legacy controller answers with plain text. */
static bool was_deleted(const Call *call, const FailedAnswer *answer)
{
    bool ours = call->client->environment != NULL ? !failure_is_page(answer) : answer->body[0] == '{';
    return answer->status == 404 && call->effect == EFFECT_DELETE && call->repeated && ours;
}

int outcome_push(lua_State *L, Call *call)
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
