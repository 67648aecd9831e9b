/* Named arguments: the rows that describe them, and the check of a caller's table against its rows. */
#ifndef PINECONE_ARGUMENT_H
#define PINECONE_ARGUMENT_H

#include "rule.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef enum {
    TYPE_STRING,
    TYPE_INTEGER,
    TYPE_NUMBER,
    TYPE_BOOLEAN,
    TYPE_TABLE,
    TYPE_TAGS, /* a table of strings, every key and every value */
    TYPE_FUNCTION,
} ArgumentType;

typedef enum {
    PLACE_NONE, /* an option of the library, not a part of a request */
    PLACE_PATH,
    PLACE_QUERY,
    PLACE_BODY,
    PLACE_HOST, /* names the server that is asked */
} ArgumentPlace;

typedef struct Argument {
    const char *name;
    const char *alias;
    ArgumentType type;
    ArgumentPlace place;
    bool required;
    const char *wire;     /* the API's name where it differs; a dot nests: "schedule.frequency" */
    const char *fallback; /* a string that is sent when the caller gives nothing */
    const Rule *rule;
    const char *text; /* what it means, for the reference and for messages */

    const char *needs;         /* an argument without which this one means nothing */
    const char *since, *until; /* the first and the last API version that have it; NULL: no such limit */
    bool raises;               /* giving it, whatever the value, moves the call to `since`; else it is refused before */
    const char *instead;       /* what to use in a version that does not have it */
    const char *optional_since; /* the first version in which it is not required any more */
} Argument;

typedef enum {
    CHECK_PASSED,
    CHECK_MISUSE, /* the caller's program is wrong; the message is on the stack */
    CHECK_BAD,    /* a value is; likewise */
} Check;

/* Lays the `count` arguments of the table at `index` on the stack, in the order of their rows, nil where absent; an
 * absent or nil table has none. An argument may stand under its name, its alias, or nested as its `wire` says. */
Check arguments_collect(lua_State *L, int index, const char *who, const Argument *rows, size_t count);

/* The version to speak instead of that one (which may be NULL) because of the arguments that are given. */
const char *arguments_raise(lua_State *L, int base, const Argument *rows, size_t count, const char *api_version);

/* Checks the collected arguments, which start at `base`: required, type, version, rule, what it needs. */
Check arguments_check(lua_State *L, int base, const char *who, const Argument *rows, size_t count,
                      const char *api_version);

const char *argument_wire(const Argument *row);
const char *argument_type_name(ArgumentType type);

#pragma GCC visibility pop

#endif
