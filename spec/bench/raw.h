/* The limit: what libcurl itself takes for the requests that lua-pinecone sends. Nothing of the core is in it, so that it
 * stays what it is when the core changes. */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct Raw Raw; /* an easy handle, whose options are set once and whose connection is kept */

typedef struct RawRequest {
    const char *url, *user_agent;
    const char *const *headers; /* lines, closed by NULL */
} RawRequest;

/* NULL when memory ran out. The request is copied. */
Raw *raw_new(const RawRequest *request);
void raw_free(Raw *raw);

/* Makes one call; the body is borrowed until the next. Answers NULL, or what went wrong, a status other than 200 too. */
const char *raw_get(Raw *raw, const char **body, size_t *length);

/* Makes so many calls, so many of them at once, in one multi handle driven by epoll. Each body goes to `take`, unless
 * that is NULL. Answers as raw_get does. */
typedef void RawTake(void *taker, const char *body, size_t length);
const char *raw_at_once(const RawRequest *request, int total, int at_once, RawTake *take, void *taker);

#pragma GCC visibility pop

#endif
