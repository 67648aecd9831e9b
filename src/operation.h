/* The one table that knows every endpoint. The registered functions, the argument checks, the requests, the reference
 * and the editor types all come out of its rows: to add an endpoint, add a row. */
#ifndef PINECONE_OPERATION_H
#define PINECONE_OPERATION_H

#include "argument.h"

#pragma GCC visibility push(hidden)

typedef enum { PLANE_CONTROL, PLANE_DATA } Plane;

/* What asking again would do, which decides whether a lost answer may simply be asked for again. */
typedef enum {
    EFFECT_NONE,   /* reads */
    EFFECT_SAME,   /* writes what it would write again */
    EFFECT_DELETE, /* likewise, but a second one finds nothing */
    EFFECT_CREATE, /* makes one more */
} Effect;

typedef enum {
    ANSWER_RESOURCE, /* a table, known by the field `id` */
    ANSWER_LIST,     /* a table with the sequence `list`, whose items are known by `id` */
    ANSWER_TRUE,     /* nothing; the caller gets true */
    ANSWER_ANY,      /* whatever comes */
} AnswerKind;

/* What the legacy controller of pod projects answers instead, which has only collections. */
typedef enum {
    LEGACY_ABSENT, /* it does not have this operation */
    LEGACY_ALIKE,  /* the same */
    LEGACY_NAMES,  /* a bare array of names in place of the list of tables */
    LEGACY_NAMED,  /* text or nothing in place of what was made */
    LEGACY_LACKS,  /* no environment, which the client knows */
    LEGACY_TEXT,   /* maybe text, which is given as it is */
} Legacy;

typedef struct Operation {
    const char *name;
    const char *method;
    const char *path; /* {argument} stands for its value; [ ] is left out when an argument inside is absent */
    Plane plane;
    Effect effect;
    AnswerKind answer;
    Legacy legacy;
    const char *list, *id;
    bool vectors; /* what it gives has `dimension` and `metric`, which versions from 2026-07 on leave to the schema */
    const char *version; /* the API version spoken when the caller names none */
    const char *oldest;  /* the first that has this operation ... */
    const char *below;   /* ... what is sent when the caller names an older one; NULL: refused */
    const char *newest;  /* the last that has it; NULL: no such limit */
    const char *text;    /* one line for the reference */
    const char *page;    /* where Pinecone documents it, below https://docs.pinecone.io/reference/api/ */
    const Argument *arguments;
    size_t argument_count;
} Operation;

extern const Operation operations[];
extern const size_t operation_count;

/* The way to what has no row yet: method, path, query, body and host come from the caller. */
extern const Operation operation_request;

/* The version to send, for the one that the caller named (or NULL); NULL where the operation does not exist in it. */
const char *operation_version(const Operation *operation, const char *named);

#pragma GCC visibility pop

#endif
