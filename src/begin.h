/* Making calls: from what Lua hands in to a request that waits for its turn. */
#ifndef PINECONE_BEGIN_H
#define PINECONE_BEGIN_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* core.<operation>(client, arguments, options): a call; nil and a failure; or nil and a message for misuse. The row's
 * place in the table is the closure's first upvalue. */
int begin_call(lua_State *L);

/* core.timer(seconds): a call that finishes by itself after that time, with the result true. */
int begin_timer(lua_State *L);

#pragma GCC visibility pop

#endif
