/* Failures as Lua sees them: tables with `kind`, `message` and what else is known, under one metatable that the Lua
 * layer completes with a __tostring. */
#ifndef PINECONE_FAILURE_H
#define PINECONE_FAILURE_H

#include "json.h"

#include <lua.h>
#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* Pushes the metatable, made at the first call. */
void failure_push_metatable(lua_State *L);

/* Pushes a failure whose message is on top of the stack, in its place. */
void failure_push(lua_State *L, const char *kind);

/* Leaves nil and what is on top of the stack, for return. */
int failure_return(lua_State *L);

/* Set a field of the failure on top of the stack. An empty text is no text. */
void failure_set_text(lua_State *L, const char *field, const char *text);
void failure_set_number(lua_State *L, const char *field, double number);
void failure_set_flag(lua_State *L, const char *field);

typedef struct FailedAnswer {
    long status;
    const char *content_type;
    int index; /* of its body, a string on the stack, of which the next two are a view */
    const char *body;
    size_t length;
    bool makes;         /* the operation makes or enlarges something, so that 403 FORBIDDEN speaks of a quota */
    const char *secret; /* the API key, which is not repeated whatever a server says; NULL: repeat nothing */
} FailedAnswer;

/* Whether it is a web page, such as a proxy's or a captive portal's. */
bool failure_is_page(const FailedAnswer *answer);

/* Pushes the failure that an answer other than 2xx stands for, in any of the shapes that Pinecone and the servers in
 * front of it use. */
void failure_push_answer(lua_State *L, const Json *json, const FailedAnswer *answer);

/* Pushes a failure of kind `protocol` for a 2xx answer that is not what the operation answers. */
void failure_push_unreadable(lua_State *L, const FailedAnswer *answer, const char *why);

#pragma GCC visibility pop

#endif
