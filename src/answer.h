/* From an answer of the server to what the operation gives. */
#ifndef PINECONE_ANSWER_H
#define PINECONE_ANSWER_H

#include "operation.h"

#pragma GCC visibility push(hidden)

/* Makes of the decoded answer on top of the stack what the operation promises, in its place. `version` is the one that
 * was spoken, `environment` that of the legacy controller, or NULL. Answers NULL, or what is wrong with the answer,
 * with the text kept on the stack. */
const char *answer_complete(lua_State *L, const Operation *operation, const char *version, const char *environment);

#pragma GCC visibility pop

#endif
