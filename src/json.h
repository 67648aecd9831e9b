/* The bridge to lua-cjson, or to another JSON library that the caller names. */
#ifndef PINECONE_JSON_H
#define PINECONE_JSON_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* Two functions kept in the registry, and the library's mark for null (light userdata NULL is known anyway). */
typedef struct Json {
    int decode, encode, null;
    bool rounds; /* whole numbers of more than 14 digits */
} Json;

/* Takes the functions from the table at `index` ({ decode =, encode =, null = }), or from an instance of lua-cjson of
 * its own where that is nil. False with a message on the stack when they are not there. */
bool json_open(lua_State *L, Json *json, int index);
void json_close(lua_State *L, Json *json);

/* Pushes the value of the JSON text at `index`: null fields absent, whole numbers integers where Lua has them, arrays sequences.
 * Pushes a message instead and answers false when it is not JSON. */
bool json_push(lua_State *L, const Json *json, int index);

/* True when the table on top of the stack has no fields, so that nobody can tell an array from an object. */
bool json_is_empty(lua_State *L);

/* Pushes the JSON text of the value at `index`; or a message, and answers false. */
bool json_push_text(lua_State *L, const Json *json, int index);

#pragma GCC visibility pop

#endif
