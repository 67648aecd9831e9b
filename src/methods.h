/* What Lua sees of a call. */
#ifndef PINECONE_METHODS_H
#define PINECONE_METHODS_H

#include <lua.h>

#pragma GCC visibility push(hidden)

void methods_register(lua_State *L); /* the metatable */

#pragma GCC visibility pop

#endif
