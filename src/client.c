#include "client.h"

#include "argument.h"
#include "call.h"
#include "compat.h"
#include "failure.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

static const char type_name[] = "pinecone.client";

/* Options ---------------------------------------------------------------------------------------------------------- */

enum {
    OPTION_API_KEY,
    OPTION_HOST,
    OPTION_API_VERSION,
    OPTION_TIMEOUT,
    OPTION_CONNECT_TIMEOUT,
    OPTION_MAX_CONNECTIONS,
    OPTION_MAX_RESPONSE_BYTES,
    OPTION_PROXY,
    OPTION_NO_PROXY,
    OPTION_CA_FILE,
    OPTION_CA_PATH,
    OPTION_HEADERS,
    OPTION_SOURCE_TAG,
    OPTION_JSON,
    OPTION_COUNT
};

static const Argument options[OPTION_COUNT] = {
    [OPTION_API_KEY] = {.name = "api_key", .type = TYPE_STRING, .rule = &rule_key, .text = "the API key"},
    [OPTION_HOST] = {.name = "host", .type = TYPE_STRING, .rule = &rule_text, .text = "the control plane's address"},
    [OPTION_API_VERSION] = {.name = "api_version",
                            .type = TYPE_STRING,
                            .rule = &rule_api_version,
                            .text = "the version that every call speaks"},
    [OPTION_TIMEOUT] = {.name = "timeout", .type = TYPE_NUMBER, .rule = &rule_seconds, .text = "seconds for a call"},
    [OPTION_CONNECT_TIMEOUT] = {.name = "connect_timeout",
                                .type = TYPE_NUMBER,
                                .rule = &rule_seconds,
                                .text = "seconds for making a connection"},
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
    [OPTION_JSON] = {.name = "json", .type = TYPE_TABLE, .text = "another JSON library: decode, encode, null"},
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
static const char *keep_text(lua_State *L, Client *client, int index)
{
    if (lua_isnil(L, index))
        return NULL;
    char *copy = strdup(lua_tostring(L, index));
    if (copy == NULL)
        no_memory(L);
    client->texts[client->text_count++] = copy;
    return copy;
}

static char *copy_text(lua_State *L, int index)
{
    char *copy = strdup(lua_tostring(L, index));
    if (copy == NULL)
        no_memory(L);
    return copy;
}

/* Host ------------------------------------------------------------------------------------------------------------- */

static bool is_loopback(const char *host, size_t length)
{
    if (length == 9 && strncasecmp(host, "localhost", 9) == 0)
        return true;
    if (length == 5 && strncmp(host, "[::1]", 5) == 0)
        return true;
    if (length < 7 || strncmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)host[i]) && host[i] != '.')
            return false;
    return true;
}

/* Length of the host's name without its port; 0 when the text is not "name", "name:port", "[v6]" or "[v6]:port". */
static size_t host_name_length(const char *host)
{
    size_t length = host[0] == '[' ? strspn(host + 1, "0123456789abcdefABCDEF:.") + 1 : 0;
    if (length > 0 && host[length] != ']')
        return 0;
    if (length > 0)
        length++;
    while (length == 0 || host[0] != '[') {
        unsigned char c = (unsigned char)host[length];
        if (!isalnum(c) && c != '-' && c != '.' && c != '_')
            break;
        length++;
    }
    const char *port = host + length;
    if (*port == '\0')
        return length;
    size_t digits = *port == ':' ? strspn(port + 1, "0123456789") : 0;
    return digits >= 1 && digits <= 5 && port[1 + digits] == '\0' && atol(port + 1) <= 65535 ? length : 0;
}

/* The scheme: as given; else http where the control plane speaks it and the host is on this machine; else https. */
static const char *add_host(const char *host, bool plain, Buffer *url, bool *is_plain, bool *loopback)
{
    bool https = strncasecmp(host, "https://", 8) == 0, http = strncasecmp(host, "http://", 7) == 0;
    const char *name = https ? host + 8 : http ? host + 7 : host;
    size_t length = strlen(name);
    char bare[256];
    if (length > 0 && name[length - 1] == '/')
        length--;
    if (length >= sizeof bare)
        return "longer than any host name";
    snprintf(bare, sizeof bare, "%.*s", (int)length, name);
    size_t name_length = host_name_length(bare);
    if (name_length == 0)
        return "not an address such as 'https://api.pinecone.io' or '127.0.0.1:5080': a scheme (or none), a host, "
               "maybe a port, nothing else";
    *loopback = is_loopback(bare, name_length);
    *is_plain = http || (!https && plain && *loopback);
    if (*is_plain && !*loopback)
        return "plain http, which would show the API key to everybody on the way; use https (http is only for this "
               "machine's loopback)";
    bool added = buffer_add_text(url, *is_plain ? "http://" : "https://") && buffer_add_text(url, bare);
    return added ? NULL : "not kept: memory ran out";
}

const char *client_shown_host(const char *host)
{
    const char *at = strrchr(host, '@');
    return at != NULL ? at : host;
}

const char *client_add_server(const Client *client, const char *host, Buffer *url, bool *loopback)
{
    bool plain = false;
    return add_host(host != NULL ? host : client->server, client->plain, url, &plain, loopback);
}

/* Headers ---------------------------------------------------------------------------------------------------------- */

static void add_header(lua_State *L, Client *client, const char *line)
{
    TransportHeader *list = transport_header_add(client->headers, line);
    if (list == NULL)
        no_memory(L);
    client->headers = list;
    client->settings.headers = list;
}

static void add_key_header(lua_State *L, Client *client)
{
    static const char name[] = "Api-Key: ";
    size_t size = sizeof name + strlen(client->key);
    char *line = malloc(size);
    if (line == NULL)
        no_memory(L);
    snprintf(line, size, "%s%s", name, client->key);
    TransportHeader *list = transport_header_add(client->headers, line);
    wipe(line, size);
    free(line);
    if (list == NULL)
        no_memory(L);
    client->headers = list;
    client->settings.headers = list;
}

/* Names whose meaning is ours or libcurl's: a second one could smuggle a request or replace the key. */
static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {
        "Api-Key",    "Host", "Content-Length", "Content-Type", "Transfer-Encoding",      "Connection", "Expect",
        "User-Agent", "TE",   "Trailer",        "Upgrade",      "X-Pinecone-Api-Version", NULL};
    for (const char *const *word = reserved; *word != NULL; word++)
        if (strcasecmp(name, *word) == 0)
            return true;
    return false;
}

static bool is_token(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] == '\0' || !(isalnum((unsigned char)name[i]) || strchr("!#$%&'*+-.^_`|~", name[i]) != NULL))
            return false;
    return length > 0;
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
        if (length == 0 || has_control(value, length)) {
            lua_pushfstring(L, "header '%s' is not valid: it must be a text without control characters", name);
            return CHECK_BAD;
        }
        if (is_reserved(name)) {
            lua_pushfstring(L, "'headers' may not set %s, which the library sets itself", name);
            return CHECK_BAD;
        }
        lua_pushfstring(L, "%s: %s", name, value);
        add_header(L, client, lua_tostring(L, -1));
        lua_pop(L, 1);
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

static Check set_up(lua_State *L, Client *client, int base)
{
    client->key = copy_text(L, base + OPTION_API_KEY);
    if (!lua_isnil(L, base + OPTION_API_VERSION))
        client->api_version = copy_text(L, base + OPTION_API_VERSION);
    client->timeout = number_option(L, base + OPTION_TIMEOUT, 60);
    client->max_connections = (int)number_option(L, base + OPTION_MAX_CONNECTIONS, 64);
    client->max_response_bytes = (size_t)number_option(L, base + OPTION_MAX_RESPONSE_BYTES, 64 * 1024 * 1024);
    client->settings.connect_timeout = number_option(L, base + OPTION_CONNECT_TIMEOUT, 10);
    if (client->settings.connect_timeout > 1e6)
        client->settings.connect_timeout = 1e6; /* libcurl counts milliseconds in a long */
    client->settings.proxy = keep_text(L, client, base + OPTION_PROXY);
    client->settings.no_proxy = keep_text(L, client, base + OPTION_NO_PROXY);
    client->settings.ca_file = keep_text(L, client, base + OPTION_CA_FILE);
    client->settings.ca_path = keep_text(L, client, base + OPTION_CA_PATH);
    push_user_agent(L, base + OPTION_SOURCE_TAG);
    client->settings.user_agent = keep_text(L, client, lua_gettop(L));
    add_header(L, client, "Accept: application/json");
    add_header(L, client, "Expect:"); /* no extra round trip before a body */
    if (!lua_isnil(L, base + OPTION_HEADERS)) {
        Check outcome = add_headers(L, client, base + OPTION_HEADERS);
        if (outcome != CHECK_PASSED)
            return outcome;
    }
    add_key_header(L, client);
    return CHECK_PASSED;
}

static Check set_server(lua_State *L, Client *client, int base)
{
    const char *host =
        lua_isnil(L, base + OPTION_HOST) ? "https://api.pinecone.io" : lua_tostring(L, base + OPTION_HOST);
    Buffer url = {0};
    bool loopback;
    const char *wrong = add_host(host, false, &url, &client->plain, &loopback);
    client->server = url.data;
    if (wrong != NULL)
        lua_pushfstring(L, "host '%s' is %s", client_shown_host(host), wrong);
    return wrong == NULL ? CHECK_PASSED : CHECK_BAD;
}

static int refuse(lua_State *L, Check outcome, const char *kind)
{
    if (outcome == CHECK_BAD) {
        failure_push(L, kind);
        failure_set_text(L, "operation", "new");
    }
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
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
    client->pid = getpid();
    client->json = (Json){LUA_NOREF, LUA_NOREF, LUA_NOREF};
    if (!json_open(L, &client->json, base + OPTION_JSON))
        return refuse(L, CHECK_MISUSE, NULL);
    outcome = set_server(L, client, base);
    if (outcome == CHECK_PASSED)
        outcome = set_up(L, client, base);
    if (outcome != CHECK_PASSED)
        return refuse(L, outcome, "invalid_argument");
    client->share = transport_share_new();
    if (client->share == NULL)
        no_memory(L);
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

static void free_client(lua_State *L, Client *client)
{
    free_idle(client);
    transport_share_free(client->share);
    transport_headers_free(client->headers);
    json_close(L, &client->json);
    wipe_text(client->key);
    for (int i = 0; i < client->text_count; i++)
        wipe_text(client->texts[i]); /* a proxy's address may hold a password */
    free(client->server);
    free(client->api_version);
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
    if (client->pid == getpid())
        return;
    free_idle(client);
    client->transport_count = 0;
    transport_share_free(client->share);
    client->share = transport_share_new();
    client->pid = getpid();
}

/* An idle transport that knows the server, and so may have its connection open. */
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

Transport *client_take(Client *client, const char *url, bool *memory)
{
    *memory = true;
    notice_fork(client);
    Transport *transport = take_known(client, url);
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

void client_give(Client *client, Transport *transport)
{
    if (client->closed) {
        transport_free(transport);
        client->transport_count--;
        return;
    }
    transport_set_next(transport, client->idle);
    client->idle = transport;
}

static int client_tostring(lua_State *L)
{
    Client *client = client_at(L, 1);
    lua_pushfstring(L, "pinecone.client (%s)", client != NULL ? client->server : "closed");
    return 1;
}

void client_register(lua_State *L)
{
    static const luaL_Reg methods[] = {{"close", client_close},
                                       {"__gc", client_collect},
                                       {"__close", client_close},
                                       {"__tostring", client_tostring},
                                       {NULL, NULL}};
    luaL_newmetatable(L, type_name);
    compat_setfuncs(L, methods);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
