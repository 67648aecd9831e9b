/* A call: one request with its repeats (or one pause) as a state machine that never blocks unless told to. Three more
 * files know its inside: begin makes calls, outcome says what came of one, methods is what Lua sees of it. */
#ifndef PINECONE_CALL_H
#define PINECONE_CALL_H

#include "client.h"
#include "operation.h"

#include <lua.h>

#pragma GCC visibility push(hidden)

#define CALL_TYPE "pinecone.call"

/* No poll takes longer, in milliseconds: a signal that comes just before poll(2) does not end it, and Lua learns of it
 * only afterwards. */
enum { CALL_LONGEST_POLL = 250 };

typedef enum {
    CALL_QUEUED,  /* waits for a transport */
    CALL_SENDING, /* an exchange is under way */
    CALL_PAUSING, /* waits for a time: before another attempt, or because it is a timer */
    CALL_DONE,
} CallState;

/* One attempt, for whoever looks on. */
typedef struct Attempt {
    int number;
    long status;
    double seconds;
    const char *kind; /* NULL: an answer came */
    char request_id[96];
} Attempt;

struct Call {
    CallState state;
    pid_t pid;
    bool taken;           /* its result was asked for */
    Client *client;       /* counted; NULL for a timer */
    Transport *transport; /* while it is sending */
    const Operation *operation;
    Exchange exchange;
    Buffer url, body;
    Effect effect;
    double timeout;             /* seconds */
    int64_t started, ended;     /* microseconds */
    int64_t deadline;           /* INT64_MAX: none */
    int64_t attempted, resumes; /* when the last attempt began, and when the pause is over */
    double patience;            /* seconds in which a server that has something to say says it */
    int64_t listening;          /* since when its bytes are counted */
    size_t heard;               /* how many there were then */
    int attempts;
    bool named;         /* what it creates has a name to be found by */
    bool attempt_ended; /* since block was called */
    bool waited;        /* for a transport */
    bool waits;         /* does so now, and is in the client's queue */
    bool unclear;       /* an attempt may have taken effect, although its answer did not say so */
    bool repeated;      /* ... and it was asked for once more */
    char trouble[200];  /* how the attempt before the last one ended */
    Buffer log;         /* of Attempts */
    size_t log_read;    /* bytes of it that were asked for */
    char target[64];    /* what it is about, for messages: an index, an id */
    char version[40];
    char method[8];
    bool decoding;      /* its result is being made, so that it must not go away */
    Call *next, **link; /* in the client's list of calls that are not finished */
    Call *queue_next, **queue_link;
    int place; /* in the poll(2) that it was last part of */
};

/* Puts a call that was made into its client's queue. Its timeout counts from when it was made. */
void call_start(Call *call);

/* Waits at most so many milliseconds, then does what can be done. */
Drive call_advance(Call *call, int milliseconds);

/* The same without waiting, after a poll(2) that told so much of its descriptors: they are not asked once more. */
Drive call_told(Call *call, const struct pollfd *descriptors, int count);

/* When it wants to be advanced, whatever its descriptors say; INT64_MAX: never. */
int64_t call_wakes(const Call *call, int64_t now);

/* In how many milliseconds that is, and in how many such a time is: for poll(2), so not just before it. */
int call_rests(const Call *call);
int call_milliseconds_until(int64_t wakes, int64_t now);

/* The descriptors that it waits for: fills them in, unless that is NULL, and returns how many there are, at most
 * TRANSPORT_DESCRIPTORS. */
int call_watched(const Call *call, struct pollfd *descriptors);

/* Counts the timeout from now on. */
void call_renew(Call *call);

/* Seconds of the timeout that are left at that time; without limit, INFINITY. */
double call_left(const Call *call, int64_t time);

/* Whether the last attempt may have taken effect although it was not answered so. */
bool call_is_unclear(const Call *call);

/* Whether the next attempt may fare better than the last one. */
bool call_may_pass(const Call *call);

/* Begins another attempt of a finished call, after the usual pause; false where max_retries or the timeout do not allow
 * it. */
bool call_repeat(Call *call);

/* Ends a call that is under way; does nothing to a finished one. Both texts are static. */
void call_end(Call *call, const char *kind, const char *message);

/* The one way out of a call's memory and handles, whoever comes first: cancel, result, __gc or __close. */
void call_release(lua_State *L, Call *call);

#pragma GCC visibility pop

#endif
