#include "client.h"

#include "argument.h"
#include "call.h"
#include "compat.h"
#include "failure.h"
#include "process.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const char type_name[] = "pinecone.client";

/* Options ---------------------------------------------------------------------------------------------------------- */

enum {
    OPTION_API_KEY,
    OPTION_HOST,
    OPTION_ENVIRONMENT,
    OPTION_API_VERSION,
    OPTION_TIMEOUT,
    OPTION_CONNECT_TIMEOUT,
    OPTION_MAX_RETRIES,
    OPTION_RETRY_DELAY,
    OPTION_SETTLE_GRACE,
    OPTION_MAX_CONNECTIONS,
    OPTION_MAX_RESPONSE_BYTES,
    OPTION_PROXY,
    OPTION_NO_PROXY,
    OPTION_CA_FILE,
    OPTION_CA_PATH,
    OPTION_HEADERS,
    OPTION_SOURCE_TAG,
    OPTION_ALLOW_HTTP,
    OPTION_JSON,
    OPTION_WAIT,
    OPTION_ON_REQUEST,
    OPTION_COUNT
};

static const Argument options[OPTION_COUNT] = {
    [OPTION_API_KEY] = {.name = "api_key", .type = TYPE_STRING, .rule = &rule_key, .text = "the API key"},
    [OPTION_HOST] = {.name = "host", .type = TYPE_STRING, .rule = &rule_text, .text = "the control plane's address"},
    [OPTION_ENVIRONMENT] = {.name = "environment",
                            .type = TYPE_STRING,
                            .rule = &rule_environment,
                            .text = "asks the legacy controller of that environment"},
    [OPTION_API_VERSION] = {.name = "api_version",
                            .type = TYPE_STRING,
                            .rule = &rule_api_version,
                            .text = "the version that every call speaks"},
    [OPTION_TIMEOUT] = {.name = "timeout", .type = TYPE_NUMBER, .rule = &rule_seconds, .text = "seconds for a call"},
    [OPTION_CONNECT_TIMEOUT] = {.name = "connect_timeout",
                                .type = TYPE_NUMBER,
                                .rule = &rule_seconds,
                                .text = "seconds for making a connection"},
    [OPTION_MAX_RETRIES] = {.name = "max_retries",
                            .type = TYPE_INTEGER,
                            .rule = &rule_count,
                            .text = "how often a request is sent again"},
    [OPTION_RETRY_DELAY] = {.name = "retry_delay",
                            .type = TYPE_NUMBER,
                            .rule = &rule_duration,
                            .text = "seconds before the first time; they double"},
    [OPTION_SETTLE_GRACE] = {.name = "settle_grace",
                             .type = TYPE_NUMBER,
                             .rule = &rule_duration,
                             .text = "for the Lua layer: seconds that what a lost answer spoke of may stay unlisted"},
    [OPTION_MAX_CONNECTIONS] = {.name = "max_connections",
                                .type = TYPE_INTEGER,
                                .rule = &rule_positive,
                                .text = "calls under way at once"},
    [OPTION_MAX_RESPONSE_BYTES] = {.name = "max_response_bytes",
                                   .type = TYPE_INTEGER,
                                   .rule = &rule_positive,
                                   .text = "the largest answer that is read"},
    [OPTION_PROXY] = {.name = "proxy", .type = TYPE_STRING, .rule = &rule_text, .text = "the proxy's address"},
    [OPTION_NO_PROXY] = {.name = "no_proxy",
                         .type = TYPE_STRING,
                         .rule = &rule_text,
                         .text = "hosts that are asked without a proxy"},
    [OPTION_CA_FILE] = {.name = "ca_file", .type = TYPE_STRING, .rule = &rule_text, .text = "trusted certificates"},
    [OPTION_CA_PATH] = {.name = "ca_path", .type = TYPE_STRING, .rule = &rule_text, .text = "a folder of them"},
    [OPTION_HEADERS] = {.name = "headers", .type = TYPE_TABLE, .text = "headers to add to every request"},
    [OPTION_SOURCE_TAG] = {.name = "source_tag",
                           .type = TYPE_STRING,
                           .rule = &rule_text,
                           .text = "names your product in the User-Agent"},
    [OPTION_ALLOW_HTTP] = {.name = "allow_http",
                           .type = TYPE_BOOLEAN,
                           .text = "lets the key go over plain http to other machines"},
    [OPTION_JSON] = {.name = "json", .type = TYPE_TABLE, .text = "another JSON library: decode, encode, null"},
    [OPTION_WAIT] = {.name = "wait", .type = TYPE_FUNCTION, .text = "for the Lua layer: how to wait for a call"},
    [OPTION_ON_REQUEST] = {.name = "on_request",
                           .type = TYPE_FUNCTION,
                           .text = "for the Lua layer: is called after each attempt of a call"},
};

static double number_option(lua_State *L, int index, double otherwise)
{
    return lua_isnil(L, index) ? otherwise : (double)lua_tonumber(L, index);
}

static void no_memory(lua_State *L)
{
    luaL_error(L, "not enough memory");
}

/* Keeps a copy with the client; NULL for nil. */
static char *keep_text(lua_State *L, Client *client, int index)
{
    if (lua_isnil(L, index))
        return NULL;
    char *copy = strdup(lua_tostring(L, index));
    if (copy == NULL)
        no_memory(L);
    assert(client->text_count < (int)(sizeof client->texts / sizeof client->texts[0]));
    client->texts[client->text_count++] = copy;
    return copy;
}

/* Headers ---------------------------------------------------------------------------------------------------------- */

static void add_header(lua_State *L, Client *client, const char *name, const char *value)
{
    TransportHeader *list = transport_header_add(client->settings.headers, name, value);
    if (list == NULL)
        no_memory(L);
    client->settings.headers = list;
}

/* Names whose meaning is ours or libcurl's: a second one could smuggle a request, replace the key, or tell the server
 * what is for the proxy alone. */
static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {"Accept",
                                           "Accept-Encoding",
                                           "Api-Key",
                                           "Connection",
                                           "Content-Length",
                                           "Content-Type",
                                           "Expect",
                                           "Host",
                                           "Keep-Alive",
                                           "Proxy-Authorization",
                                           "Proxy-Connection",
                                           "TE",
                                           "Trailer",
                                           "Transfer-Encoding",
                                           "Upgrade",
                                           "User-Agent",
                                           "X-Pinecone-Api-Version",
                                           NULL};
    for (const char *const *word = reserved; *word != NULL; word++)
        if (strcasecmp(name, *word) == 0)
            return true;
    return false;
}

static bool is_token(const char *name, size_t length)
{
    return length > 0 && all_of(name, length, "!#$%&'*+-.^_`|~");
}

static Check add_headers(lua_State *L, Client *client, int table)
{
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
            lua_pushliteral(L, "new: 'headers' must hold names and their values, all strings");
            return CHECK_MISUSE;
        }
        size_t name_length, length;
        const char *name = lua_tolstring(L, -2, &name_length), *value = lua_tolstring(L, -1, &length);
        if (!is_token(name, name_length)) {
            lua_pushliteral(L, "'headers' holds a name that HTTP does not allow");
            return CHECK_BAD;
        }
        if (strspn(value, " ") == length || has_control(value, length)) {
            lua_pushfstring(L, "header %s is not valid: it must be a text without control characters, not empty",
                            push_quoted(L, name, name_length));
            return CHECK_BAD;
        }
        if (is_reserved(name)) {
            lua_pushfstring(L, "'headers' may not set %s, which the library sets itself", name);
            return CHECK_BAD;
        }
        add_header(L, client, name, value);
    }
    return CHECK_PASSED;
}

/* Making ----------------------------------------------------------------------------------------------------------- */

typedef struct Handle {
    Client *client;
} Handle;

static void push_user_agent(lua_State *L, int source_tag)
{
    lua_pushfstring(L, "lua-pinecone/%s (%s; %s", PINECONE_VERSION, LUA_VERSION, transport_version());
    if (!lua_isnil(L, source_tag)) {
        lua_pushliteral(L, "; source_tag=");
        lua_pushvalue(L, source_tag);
        lua_concat(L, 3);
    }
    lua_pushliteral(L, ")");
    lua_concat(L, 2);
}

static void set_numbers(lua_State *L, Client *client, int base)
{
    client->timeout = number_option(L, base + OPTION_TIMEOUT, DEFAULT_TIMEOUT);
    client->max_connections = (int)number_option(L, base + OPTION_MAX_CONNECTIONS, 64);
    client->max_retries = (int)number_option(L, base + OPTION_MAX_RETRIES, 3);
    client->retry_delay = number_option(L, base + OPTION_RETRY_DELAY, 0.5);
    client->looks_on = !lua_isnil(L, base + OPTION_ON_REQUEST);
    client->max_response_bytes = (size_t)number_option(L, base + OPTION_MAX_RESPONSE_BYTES, 64 * 1024 * 1024);
    client->settings.connect_timeout = number_option(L, base + OPTION_CONNECT_TIMEOUT, 10);
    if (client->settings.connect_timeout > 1e6)
        client->settings.connect_timeout = 1e6; /* libcurl counts milliseconds in a long */
}

static void set_texts(lua_State *L, Client *client, int base)
{
    client->key = keep_text(L, client, base + OPTION_API_KEY);
    client->api_version = keep_text(L, client, base + OPTION_API_VERSION);
    client->environment = keep_text(L, client, base + OPTION_ENVIRONMENT);
    client->settings.proxy = keep_text(L, client, base + OPTION_PROXY);
    client->settings.no_proxy = keep_text(L, client, base + OPTION_NO_PROXY);
    client->settings.ca_file = keep_text(L, client, base + OPTION_CA_FILE);
    client->settings.ca_path = keep_text(L, client, base + OPTION_CA_PATH);
    push_user_agent(L, base + OPTION_SOURCE_TAG);
    client->settings.user_agent = keep_text(L, client, lua_gettop(L));
}

static Check set_headers(lua_State *L, Client *client, int base)
{
    add_header(L, client, "Accept", "application/json");
    add_header(L, client, "Expect", NULL); /* no extra round trip before a body */
    add_header(L, client, "Api-Key", client->key);
    return lua_isnil(L, base + OPTION_HEADERS) ? CHECK_PASSED : add_headers(L, client, base + OPTION_HEADERS);
}

static Check set_server(lua_State *L, Client *client, int base)
{
    if (!lua_isnil(L, base + OPTION_HOST))
        lua_pushvalue(L, base + OPTION_HOST);
    else if (client->environment != NULL)
        lua_pushfstring(L, "https://controller.%s.pinecone.io", client->environment);
    else
        lua_pushliteral(L, "https://api.pinecone.io");
    const char *host = lua_tostring(L, -1);
    Buffer url = {0};
    client->allow_http = lua_toboolean(L, base + OPTION_ALLOW_HTTP);
    const char *wrong = address_add(host, false, client->allow_http, &url, &client->address);
    client->server = url.data;
    if (wrong == address_no_memory)
        no_memory(L);
    if (wrong != NULL)
        lua_pushfstring(L, "host '%s' is %s", address_shown(host), wrong);
    return wrong == NULL ? CHECK_PASSED : CHECK_BAD;
}

static Check set_proxy(lua_State *L, Client *client)
{
    const char *proxy = client->settings.proxy;
    const char *wrong = proxy != NULL ? address_check_proxy(proxy, &client->settings.proxy_is_local) : NULL;
    if (wrong != NULL)
        lua_pushfstring(L, "proxy '%s' is %s", address_shown(proxy), wrong);
    return wrong == NULL ? CHECK_PASSED : CHECK_BAD;
}

static Check set_up(lua_State *L, Client *client, int base)
{
    set_numbers(L, client, base);
    set_texts(L, client, base);
    Check outcome = set_server(L, client, base);
    if (outcome == CHECK_PASSED)
        outcome = set_proxy(L, client);
    return outcome == CHECK_PASSED ? set_headers(L, client, base) : outcome;
}

static int refuse(lua_State *L, Check outcome, const char *kind)
{
    if (outcome == CHECK_BAD) {
        failure_push(L, kind);
        failure_set_text(L, "operation", "new");
    }
    return failure_return(L);
}

int client_new(lua_State *L)
{
    lua_settop(L, 1);
    Handle *handle = lua_newuserdata(L, sizeof *handle);
    handle->client = NULL;
    luaL_getmetatable(L, type_name);
    lua_setmetatable(L, -2);
    int base = lua_gettop(L) + 1;
    Check outcome = arguments_collect(L, 1, "new", options, OPTION_COUNT);
    if (outcome == CHECK_PASSED)
        outcome = arguments_check(L, base, "new", options, OPTION_COUNT, "");
    if (outcome != CHECK_PASSED)
        return refuse(L, outcome, "invalid_argument");
    if (lua_isnil(L, base + OPTION_API_KEY)) {
        lua_pushliteral(L, "there is no API key");
        return refuse(L, CHECK_BAD, "unauthenticated");
    }
    Client *client = handle->client = calloc(1, sizeof *client);
    if (client == NULL)
        return luaL_error(L, "not enough memory");
    client->references = 1;
    client->pid = process_id();
    client->queue_end = &client->queue;
    client->json = (Json){.decode = LUA_NOREF, .encode = LUA_NOREF, .null = LUA_NOREF};
    if (!json_open(L, &client->json, base + OPTION_JSON))
        return refuse(L, CHECK_MISUSE, NULL);
    outcome = set_up(L, client, base);
    if (outcome != CHECK_PASSED)
        return refuse(L, outcome, "invalid_argument");
    client->share = transport_share_new();
    if (client->share == NULL)
        no_memory(L);
#if LUA_VERSION_NUM >= 502      /* in 5.1 a step would wake a collector that the program has stopped */
    lua_gc(L, LUA_GCSTEP, 100); /* it does not see what a client weighs: descriptors and libcurl's memory */
#endif
    lua_pushvalue(L, 2);
    return 1;
}

/* Ending ----------------------------------------------------------------------------------------------------------- */

static void free_idle(Client *client)
{
    while (client->idle != NULL) {
        Transport *transport = client->idle;
        client->idle = transport_next(transport);
        transport_free(transport);
        client->transport_count--;
    }
}

static void wipe_text(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
    free(text);
}

/* What is secret goes as soon as nothing can be sent any more. */
static void forget_key(Client *client)
{
    transport_headers_free(client->settings.headers);
    client->settings.headers = NULL;
    if (client->key != NULL)
        wipe(client->key, strlen(client->key));
    client->key = NULL;
}

static void free_client(lua_State *L, Client *client)
{
    free_idle(client);
    transport_share_free(client->share);
    forget_key(client);
    json_close(L, &client->json);
    for (int i = 0; i < client->text_count; i++)
        wipe_text(client->texts[i]); /* a proxy's address may hold a password */
    free(client->server);
    free(client);
}

void client_retain(Client *client)
{
    client->references++;
}

void client_release(lua_State *L, Client *client)
{
    if (--client->references == 0)
        free_client(L, client);
}

/* client:close() and __close: what is under way ends now. */
static int client_close(lua_State *L)
{
    Handle *handle = luaL_checkudata(L, 1, type_name);
    Client *client = handle->client;
    handle->client = NULL;
    if (client == NULL)
        return 0;
    client->closed = true;
    while (client->calls != NULL)
        call_end(client->calls, "closed", "the client was closed while this call was under way");
    free_idle(client);
    forget_key(client);
    client_release(L, client);
    return 0;
}

/* __gc: calls that somebody still holds go on, and keep the client until they end. */
static int client_collect(lua_State *L)
{
    Handle *handle = luaL_checkudata(L, 1, type_name);
    Client *client = handle->client;
    handle->client = NULL;
    if (client != NULL)
        client_release(L, client);
    return 0;
}

Client *client_at(lua_State *L, int index)
{
    Handle *handle = luaL_checkudata(L, index, type_name);
    return handle->client;
}

/* Transports ------------------------------------------------------------------------------------------------------- */

/* In a forked child the parent's handles are left alone: closing them would speak on the parent's connections. */
static void notice_fork(Client *client)
{
    if (client->pid == process_id())
        return;
    free_idle(client);
    client->transport_count = client->taken_count = 0;
    transport_share_free(client->share);
    client->share = transport_share_new();
    client->pid = process_id();
}

/* An idle transport that knows the server, and so may have its connection open; for an empty URL one without any. */
static Transport *take_known(Client *client, const char *url)
{
    Transport *before = NULL;
    for (Transport *t = client->idle; t != NULL; before = t, t = transport_next(t)) {
        if (!transport_knows(t, url))
            continue;
        if (before == NULL)
            client->idle = transport_next(t);
        else
            transport_set_next(before, transport_next(t));
        return t;
    }
    return NULL;
}

static Transport *take(Client *client, const char *url, bool *memory)
{
    Transport *transport = take_known(client, url);
    if (transport == NULL)
        transport = take_known(client, "");
    if (transport != NULL)
        return transport;
    if (client->transport_count < client->max_connections) {
        transport = client->share != NULL ? transport_new(&client->settings, client->share) : NULL;
        *memory = transport != NULL;
        client->transport_count += transport != NULL;
        return transport;
    }
    transport = client->idle;
    if (transport != NULL)
        client->idle = transport_next(transport);
    return transport;
}

Transport *client_take(Client *client, const char *url, bool *memory)
{
    *memory = true;
    notice_fork(client);
    Transport *transport = take(client, url, memory);
    client->taken_count += transport != NULL;
    return transport;
}

void client_give(Client *client, Transport *transport)
{
    client->taken_count--;
    if (client->closed) {
        transport_free(transport);
        client->transport_count--;
        return;
    }
    transport_set_next(transport, client->idle);
    client->idle = transport;
}

/* In a forked child the count is still the parent's; the next call there begins anew. */
bool client_has_spare(const Client *client)
{
    return client->taken_count < client->max_connections || client->pid != process_id();
}

/*** Tells how many further calls could be under way at once.
@function client:spare
@treturn int
*/
static int client_spare(lua_State *L)
{
    const Client *client = client_at(L, 1);
    lua_pushinteger(L, client != NULL ? client->max_connections - client->taken_count : 0);
    return 1;
}

static int client_tostring(lua_State *L)
{
    const Client *client = client_at(L, 1);
    lua_pushfstring(L, "pinecone.client (%s)", client != NULL ? client->server : "closed");
    return 1;
}

void client_register(lua_State *L)
{
    static const luaL_Reg methods[] = {{"close", client_close}, {"spare", client_spare}, {NULL, NULL}};
    static const luaL_Reg meta[] = {
        {"__gc", client_collect}, {"__close", client_close}, {"__tostring", client_tostring}, {NULL, NULL}};
    compat_newclass(L, type_name, methods, meta);
}
