/* From an operation's row and the checked arguments to what goes on the wire. */
#ifndef PINECONE_REQUEST_H
#define PINECONE_REQUEST_H

#include "buffer.h"
#include "operation.h"

#pragma GCC visibility push(hidden)

/* Slot of the argument of that place (the first one) or name among those collected at `base`; 0 when it is absent. */
int request_place(lua_State *L, const Operation *operation, int base, ArgumentPlace place);
int request_argument(lua_State *L, const Operation *operation, int base, const char *name);

const char *request_method(lua_State *L, const Operation *operation, int base);

/* Adds path and query to a URL that holds the server. Not passed: a message is on the stack. */
Check request_add_path(lua_State *L, const Operation *operation, int base, Buffer *url);

/* Pushes the table to send as the body, or nil when there is none. */
void request_push_body(lua_State *L, const Operation *operation, int base);

#pragma GCC visibility pop

#endif
