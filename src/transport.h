/* One HTTP exchange at a time over libcurl, without ever blocking. The only file that knows libcurl, so that another
 * transport could take its place here. */
#ifndef PINECONE_TRANSPORT_H
#define PINECONE_TRANSPORT_H

#include "buffer.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct Transport Transport;           /* an easy handle in a multi handle of its own */
typedef struct TransportShare TransportShare; /* DNS answers and TLS sessions, shared by a client's transports */
typedef struct TransportHeader TransportHeader;

/* What does not change from call to call. The strings belong to whoever fills this in; NULL leaves a default. */
typedef struct TransportSettings {
    const char *user_agent;
    const char *ca_file, *ca_path;
    const char *proxy, *no_proxy;
    bool proxy_is_local;      /* a named proxy on this machine, which alone can reach this machine's loopback */
    TransportHeader *headers; /* of every request */
    double connect_timeout;   /* seconds */
} TransportSettings;

/* The request, borrowed from the caller until the exchange is over, and what came of it. */
typedef struct Exchange {
    const char *method, *url;
    const char *api_version; /* NULL: none is sent */
    const char *body;        /* NULL: none; a length of 0 is sent as such */
    size_t body_length;
    bool fresh;    /* on a new connection, so that libcurl cannot resend it by itself */
    bool loopback; /* the server is on this machine: proxies elsewhere are not meant for it */
    size_t cap;    /* bytes of answer accepted */

    Buffer answer;
    long status;         /* 0 while no answer came */
    int64_t retry_after; /* seconds that the server asks to wait; 0: none */
    char request_id[96], content_type[96], retry_after_text[64], date_text[64];
    size_t header_bytes;
    bool head_ended; /* its headers came as a whole */
    bool overflow;   /* the answer went over the cap */

    bool sent;        /* at least a byte of the request has left */
    bool connected;   /* a connection was made (or reused) */
    bool passing;     /* what failed may go well the next time */
    const char *kind; /* NULL: the exchange went through; else the kind of failure, and its message */
    char message[320];
} Exchange;

/* True for a status that speaks of trouble which may pass: 408, 429, 500, 502, 503, 504. */
bool status_may_pass(long status);

/* Forgets what came of an exchange, so that it can begin again. */
void exchange_reset(Exchange *exchange);

/* What the server's clock said, in seconds since 1970; 0: nothing. */
int64_t exchange_date(const Exchange *exchange);

/* Microseconds of a clock that only goes forward. */
int64_t clock_now(void);

/* All answer NULL when memory ran out. A value of NULL keeps libcurl from sending that header of its own; the list of
 * headers is wiped when freed. */
TransportShare *transport_share_new(void);
TransportHeader *transport_header_add(TransportHeader *list, const char *name, const char *value);
Transport *transport_new(const TransportSettings *settings, TransportShare *share);

/* Free in this order: transports, then their share and headers. In a forked child the parent's handles are dropped
 * without a word on their sockets. */
void transport_free(Transport *transport);
void transport_share_free(TransportShare *share);
void transport_headers_free(TransportHeader *list);

/* Begins an exchange; false when libcurl refuses it (memory). Nothing is sent before the first drive. */
bool transport_start(Transport *transport, Exchange *exchange);

typedef enum { DRIVE_GOING, DRIVE_FINISHED, DRIVE_INTERRUPTED } Drive;

/* Waits at most so many milliseconds (0: not at all) for the network, then does what can be done. */
Drive transport_drive(Transport *transport, int milliseconds);

/* Does what can be done after a poll(2) that told so much of what it waits for. */
Drive transport_act(Transport *transport, const struct pollfd *told, int count);

/* Gives up an exchange under way: closes its connection, leaves the transport ready for another. `sent` and
 * `connected` of the exchange tell how far it had come. */
void transport_stop(Transport *transport);

/* Whether the request has left as a whole, so that it is the server's turn. */
bool transport_is_waiting(const Transport *transport);

/* What it waits for: fills in the descriptors, unless that is NULL, and returns how many there are; the time when it
 * wants to be driven whatever they say, or INT64_MAX. */
enum { TRANSPORT_DESCRIPTORS = 24 }; /* at most */
int transport_watched(const Transport *transport, struct pollfd *descriptors);
int64_t transport_wakes(const Transport *transport);

/* True when the last exchange went to the same server, and went through, so that its connection may still be there. An
 * empty URL asks for a transport that has none. */
bool transport_knows(const Transport *transport, const char *url);

Transport *transport_next(const Transport *transport); /* a link for whoever keeps transports in a list */
void transport_set_next(Transport *transport, Transport *next);

const char *transport_version(void); /* "libcurl/7.88.1" */

#pragma GCC visibility pop

#endif
