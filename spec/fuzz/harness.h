/* What the targets have in C; each function is a field of the table that a target's Lua chunk is given. */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include <lua.h>

int luaopen_pinecone_core(lua_State *L);

/* Each adds its functions to the table on top of the stack. */
void server_open(lua_State *L);
void decode_open(lua_State *L);
void clock_open(lua_State *L);

#endif
