/* A call: one exchange with the server (or one pause) as a state machine that never blocks unless told to. */
#ifndef PINECONE_CALL_H
#define PINECONE_CALL_H

#include "client.h"

#include <lua.h>

#pragma GCC visibility push(hidden)

void call_register(lua_State *L); /* the metatable */

/* core.<operation>(client, arguments, options): a call; nil and a failure; or nil and a message for misuse. The row's
 * place in the table is the closure's first upvalue. */
int call_new(lua_State *L);

/* core.timer(seconds): a call that finishes by itself after that time, with the result true. */
int call_new_timer(lua_State *L);

/* Ends a call that is under way; does nothing to a finished one. Both texts are static. */
void call_end(Call *call, const char *kind, const char *message);

#pragma GCC visibility pop

#endif
