/* A client: its options, the API key, and the transports that its calls take and give back. */
#ifndef PINECONE_CLIENT_H
#define PINECONE_CLIENT_H

#include "address.h"
#include "json.h"
#include "transport.h"

#include <lua.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

#define PINECONE_VERSION "0.1.0"
#define DEFAULT_TIMEOUT 60      /* seconds */
#define DEFAULT_SETTLE_GRACE 10 /* seconds */

typedef struct Call Call;

/* Counted: one reference for the Lua object, one for each call. The last one frees it. */
typedef struct Client {
    int references;
    pid_t pid;
    bool closed;
    char *server; /* scheme, host and port of the control plane */
    Address address;
    bool allow_http;   /* other machines than this one may be asked over http, too */
    char *key;         /* NULL once it is closed */
    char *api_version; /* NULL: what each operation says */
    char *environment; /* the legacy controller's, which knows no versions; NULL: the API of today */
    double timeout;    /* seconds */
    int max_connections;
    int max_retries;
    double retry_delay; /* seconds */
    bool looks_on;      /* somebody wants to hear of each attempt */
    size_t max_response_bytes;
    Json json;
    TransportSettings settings;
    char *texts[16]; /* owns what these point at, the server apart */
    int text_count;
    TransportShare *share;
    Transport *idle; /* the last one given back first */
    int transport_count, taken_count;
    Call *queue, **queue_end; /* calls that wait for a transport, who has waited longest first */
    Call *calls;              /* all that are not finished */
} Client;

/* core.new(options): a client; nil and a failure; or nil and a message for a misused option. */
int client_new(lua_State *L);
void client_register(lua_State *L); /* the metatable */

/* The client at that place of the stack; raises when it is none. NULL when it is closed. */
Client *client_at(lua_State *L, int index);

void client_retain(Client *client);
void client_release(lua_State *L, Client *client);

/* A transport for this URL, or NULL while all are taken; false in `memory` when none could be made. */
Transport *client_take(Client *client, const char *url, bool *memory);
void client_give(Client *client, Transport *transport);

/* Whether not all of them are taken. */
bool client_has_spare(const Client *client);

#pragma GCC visibility pop

#endif
