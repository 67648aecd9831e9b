#include "poll.h"

#include "call.h"
#include "compat.h"

#include <errno.h>
#include <string.h>

/* A call among many: where its descriptors stand among all those that are polled. */
typedef struct Member {
    Call *call;
    int first, count;
} Member;

static Call *member_at(lua_State *L, int place)
{
    lua_rawgeti(L, 1, place);
    Call *call = luaL_checkudata(L, -1, CALL_TYPE);
    lua_pop(L, 1); /* the table holds it */
    return call;
}

/* Fills in the members and their descriptors; returns for how long all of them can rest. One that a finaliser has
 * stepped since `room` was counted may want more than that: it is only asked whether its time has come. */
static int gather(lua_State *L, Member *members, int count, struct pollfd *watched, int *room)
{
    int rests = CALL_LONGEST_POLL, used = 0;
    for (int i = 0; i < count; i++) {
        Call *call = member_at(L, i + 1);
        bool fits = call_watched(call, NULL) <= *room - used;
        members[i] = (Member){.call = call, .first = used, .count = fits ? call_watched(call, watched + used) : 0};
        used += members[i].count;
        rests = fits ? rests : 0;
        int own = call_rests(call);
        rests = own < rests ? own : rests;
    }
    *room = used;
    return rests;
}

static bool has_news(const Member *member, const struct pollfd *watched)
{
    for (int i = 0; i < member->count; i++)
        if (watched[member->first + i].revents != 0)
            return true;
    return member->call->state == CALL_QUEUED || call_rests(member->call) == 0;
}

/* True when it has ended, or an attempt of it. */
static bool advance(Call *call)
{
    call->attempt_ended = false;
    return call_advance(call, 0) == DRIVE_FINISHED || call->attempt_ended;
}

/* Those that wait for a connection come last, in their order: it goes to whoever has waited longest. */
static void push_news(lua_State *L, const Member *members, int count, const struct pollfd *watched)
{
    lua_newtable(L);
    int news = 0;
    for (int queued = 0; queued <= 1; queued++)
        for (int i = 0; i < count; i++) {
            Call *call = members[i].call;
            if ((call->state == CALL_QUEUED) != queued || !has_news(&members[i], watched) || !advance(call))
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
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    int count = (int)compat_rawlen(L, 1), room = 0;
    for (int i = 0; i < count; i++)
        room += call_watched(member_at(L, i + 1), NULL);
    Member *members = lua_newuserdata(L, ((size_t)count + 1) * sizeof *members);
    struct pollfd *watched = lua_newuserdata(L, ((size_t)room + 1) * sizeof *watched);
    int rests = gather(L, members, count, watched, &room);
    int polled = count > 0 ? poll(watched, (nfds_t)room, rests) : 0;
    if (polled < 0 && errno != EINTR)
        return luaL_error(L, "poll: %s", strerror(errno));
    push_news(L, members, polled < 0 ? 0 : count, watched); /* after a signal, Lua's own handling gets its turn */
    return 1;
}
