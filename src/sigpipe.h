/* Keeps SIGPIPE from the program while something writes to sockets whose other side may have gone away. What the
 * program itself does with the signal stays as it is. */
#ifndef PINECONE_SIGPIPE_H
#define PINECONE_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

#pragma GCC visibility push(hidden)

typedef struct SigpipeHold {
    sigset_t before; /* what the thread blocked */
    bool pending;    /* one waited already, which is not ours */
} SigpipeHold;

/* The first blocks SIGPIPE in this thread; the second takes away the one that has come since, and lets through again
 * what was let through before. */
void sigpipe_hold(SigpipeHold *hold);
void sigpipe_let_go(const SigpipeHold *hold);

#pragma GCC visibility pop

#endif
