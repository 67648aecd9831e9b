#include "poll.h"

#include "call.h"
#include "compat.h"
#include "process.h"

#include <errno.h>
#include <string.h>

/* A call among many: where its descriptors stand among all those that are polled. */
typedef struct Member {
    Call *call;
    int64_t wakes;
    int first, count;
    bool has_news;
} Member;

typedef struct Crowd {
    Member *members;
    int count;
    struct pollfd *watched;
    int used, room;
    pid_t pid;
} Crowd;

enum { CALLS = 1, METATABLE }; /* on the stack */

static Call *member_at(lua_State *L, int place)
{
    lua_rawgeti(L, CALLS, place);
    Call *call = lua_touserdata(L, -1);
    if (call == NULL || !lua_getmetatable(L, -1) || !lua_rawequal(L, -1, METATABLE))
        luaL_error(L, "poll: there is no call in place %d", place);
    lua_pop(L, 2); /* the table holds it */
    return call;
}

/* One that was never stepped begins at once, one that could have a connection takes it, and one from before a fork
 * ends. */
static int64_t wakes_of(const Crowd *crowd, const Call *call, int64_t now)
{
    if (call->pid != crowd->pid)
        return 0;
    if (call->state == CALL_QUEUED && (!call->waits || client_has_spare(call->client)))
        return 0;
    return call_wakes(call, now);
}

/* False where there is too little room for the descriptors. */
static bool gather(lua_State *L, Crowd *crowd, int64_t now)
{
    crowd->used = 0;
    for (int i = 0; i < crowd->count; i++) {
        Call *call = member_at(L, i + 1);
        if (crowd->room - crowd->used < TRANSPORT_DESCRIPTORS)
            return false;
        call->place = i;
        Member *member = &crowd->members[i];
        *member = (Member){.call = call, .first = crowd->used, .wakes = wakes_of(crowd, call, now)};
        member->count = call_watched(call, crowd->watched + crowd->used);
        crowd->used += member->count;
    }
    return true;
}

/* Apart from that, because memory for it may run a finaliser that steps some of the calls. */
static void make_room(lua_State *L, Crowd *crowd)
{
    lua_settop(L, METATABLE);
    crowd->members = lua_newuserdata(L, ((size_t)crowd->count + 1) * sizeof *crowd->members);
    crowd->room = crowd->room > 0 ? 2 * crowd->room : crowd->count + 2 * TRANSPORT_DESCRIPTORS;
    crowd->watched = lua_newuserdata(L, (size_t)crowd->room * sizeof *crowd->watched);
}

static int longest_rest(const Crowd *crowd, int64_t now)
{
    int64_t wakes = now + (int64_t)CALL_LONGEST_POLL * 1000;
    for (int i = 0; i < crowd->count; i++)
        if (crowd->members[i].wakes < wakes)
            wakes = crowd->members[i].wakes;
    return call_milliseconds_until(wakes, now);
}

/* Whether it has ended, or an attempt of it, is the news. */
static void advance(const Crowd *crowd, Member *member)
{
    Call *call = member->call;
    call->attempt_ended = false;
    bool finished = call_told(call, crowd->watched + member->first, member->count) == DRIVE_FINISHED;
    member->has_news = finished || call->attempt_ended;
}

static bool is_due(const Crowd *crowd, const Member *member, int64_t now)
{
    const Call *call = member->call;
    if (call->waits && call->pid == crowd->pid)
        return now >= call->deadline;
    for (int i = 0; i < member->count; i++)
        if (crowd->watched[member->first + i].revents != 0)
            return true;
    return now >= member->wakes;
}

static void advance_due(const Crowd *crowd)
{
    int64_t now = clock_now();
    for (int i = 0; i < crowd->count; i++)
        if (is_due(crowd, &crowd->members[i], now))
            advance(crowd, &crowd->members[i]);
}

/* Whoever has waited longest is the first to get a connection; who is not among us can take none. */
static void serve_queue(const Crowd *crowd, const Client *client)
{
    for (Call *call = client->queue, *next; call != NULL && client_has_spare(client); call = next) {
        next = call->queue_next;
        if (call->place < crowd->count && crowd->members[call->place].call == call)
            advance(crowd, &crowd->members[call->place]);
    }
}

static void serve_queues(const Crowd *crowd)
{
    const Client *served = NULL;
    for (int i = 0; i < crowd->count; i++) {
        const Call *call = crowd->members[i].call;
        if (!call->waits || call->client == served)
            continue;
        served = call->client;
        serve_queue(crowd, served);
    }
}

static void push_news(lua_State *L, const Crowd *crowd)
{
    int news = 0;
    lua_newtable(L);
    for (int i = 0; i < crowd->count; i++) {
        const Member *member = &crowd->members[i];
        if (!member->has_news && member->call->state != CALL_DONE)
            continue;
        lua_pushinteger(L, i + 1);
        lua_rawseti(L, -2, ++news);
    }
}

/*** Waits until some calls can go on, and steps those.
@function poll
@tparam table calls a sequence of calls
@treturn table a sequence of the places of those that are finished, or have ended an attempt; empty where none has,
when a signal came between, and after CALL_LONGEST_POLL: call it again
*/
int poll_calls(lua_State *L)
{
    luaL_checktype(L, CALLS, LUA_TTABLE);
    lua_settop(L, CALLS);
    luaL_getmetatable(L, CALL_TYPE);
    Crowd crowd = {.count = (int)compat_rawlen(L, CALLS), .pid = process_id()};
    int64_t now;
    do {
        make_room(L, &crowd);
        now = clock_now();
    } while (!gather(L, &crowd, now));
    int polled = crowd.count > 0 ? poll(crowd.watched, (nfds_t)crowd.used, longest_rest(&crowd, now)) : 0;
    if (polled < 0 && errno != EINTR)
        return luaL_error(L, "poll: %s", strerror(errno));
    if (polled < 0) { /* Lua's own handling of the signal gets its turn */
        lua_newtable(L);
        return 1;
    }
    advance_due(&crowd);
    serve_queues(&crowd);
    push_news(L, &crowd);
    return 1;
}
