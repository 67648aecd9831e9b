/* What came of a finished call, as Lua gets it. */
#ifndef PINECONE_OUTCOME_H
#define PINECONE_OUTCOME_H

#include "call.h"

#pragma GCC visibility push(hidden)

/* Pushes the value, or nil and the failure; returns how many values. Frees the answer. */
int outcome_push(lua_State *L, Call *call);

/* Sets the field request_id of the table on top of the stack, unless a server has answered with the key. */
void outcome_set_request_id(lua_State *L, const Call *call, const char *request_id);

#pragma GCC visibility pop

#endif
