/* Addresses of servers and proxies, as callers and answers name them. */
#ifndef PINECONE_ADDRESS_H
#define PINECONE_ADDRESS_H

#include "buffer.h"

#include <stdbool.h>

#pragma GCC visibility push(hidden)

typedef struct Address {
    bool plain;    /* http, which shows the API key on the way */
    bool loopback; /* this machine */
} Address;

/* Adds "scheme://host:port" to a URL for an address with or without a scheme. Without one it is https; or http where
 * the caller speaks that (`plain`). Http is only for this machine, unless `anywhere`. Answers what is wrong with the
 * address, or NULL; address_no_memory when memory ran out. */
const char *address_add(const char *text, bool plain, bool anywhere, Buffer *url, Address *address);
extern const char address_no_memory[];

/* The same for a proxy, "scheme://user:password@host:port", with or without scheme and user part; it tells whether the
 * proxy is on this machine. */
const char *address_check_proxy(const char *text, bool *loopback);

/* The address as it may be shown: not with a user part, which may hold a password, and not endless. */
const char *address_shown(const char *text);

#pragma GCC visibility pop

#endif
