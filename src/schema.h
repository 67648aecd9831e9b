/* What the schema of an index tells about its vectors. */
#ifndef PINECONE_SCHEMA_H
#define PINECONE_SCHEMA_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* Sets `dimension` and `metric` of the table on top of the stack from its `schema`, where they are not there and the
 * schema tells. Whatever else the table holds is left alone, and nothing in it is expected to be well formed. */
void schema_tell_vectors(lua_State *L);

#pragma GCC visibility pop

#endif
