/* A growing run of bytes, owned by whoever holds the struct. A zeroed Buffer is an empty one. */
#ifndef PINECONE_BUFFER_H
#define PINECONE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct Buffer {
    char *data; /* always closed by a NUL that `length` does not count; NULL while nothing was added */
    size_t length;
    size_t capacity;
} Buffer;

/* Each answers false when memory ran out; the buffer then holds what it held before. */
bool buffer_add(Buffer *buffer, const void *bytes, size_t count);
bool buffer_add_text(Buffer *buffer, const char *text);

/* Makes room for so many bytes more, so that adding them moves nothing. */
bool buffer_reserve(Buffer *buffer, size_t more);

/* Adds the bytes percent-encoded (RFC 3986); those in `keep` stay as they are, besides the unreserved. */
bool buffer_add_encoded(Buffer *buffer, const char *bytes, size_t count, const char *keep);

/* Gives the memory back. */
void buffer_free(Buffer *buffer);

/* Overwrites memory in a way that the compiler may not leave out. */
void wipe(void *memory, size_t count);

#pragma GCC visibility pop

#endif
