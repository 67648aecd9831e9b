/* Driving many calls at once. */
#ifndef PINECONE_POLL_H
#define PINECONE_POLL_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* core.poll(calls): waits with poll(2) until some of them can go on, and steps those; see there. */
int poll_calls(lua_State *L);

#pragma GCC visibility pop

#endif
