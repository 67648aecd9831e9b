/* Which name somebody meant who misspelled one. */
#ifndef PINECONE_SPELLING_H
#define PINECONE_SPELLING_H

#include <lua.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

enum { LONGEST_NAME = 64 };

/* Edit distance in which neighbours that changed places count once; names beyond LONGEST_NAME match nothing. */
size_t spelling_distance(const char *a, const char *b);

/* As far from it a name may be and one less: any farther, it is another word. */
size_t spelling_limit(const char *name);

/* core.nearest, for the methods that are written in Lua. */
int spelling_nearest(lua_State *L);

#pragma GCC visibility pop

#endif
