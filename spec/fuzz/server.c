/* A server in the same process that answers any bytes. It never waits: the target steps the call and the server in
 * turn, so that an input always goes the same way. */
#include "harness.h"

#include "../../src/compat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener = -1, connection = -1;
static char received[1 << 22];
static size_t received_length, request_begin; /* where the request that is not answered yet begins */
static const char *answer;                    /* of the caller, for the length of an input */
static size_t answer_length, answer_sent, piece;
static bool answering;

static void hang_up(void)
{
    if (connection >= 0)
        close(connection);
    connection = -1;
    answering = false;
    request_begin = received_length;
}

static int refuse(lua_State *L, const char *what)
{
    return luaL_error(L, "server: %s: %s", what, strerror(errno));
}

/* listen() -> port */
static int server_listen(lua_State *L)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return refuse(L, "listen");
    lua_pushinteger(L, ntohs(address.sin_port));
    return 1;
}

/* answer(bytes, piece): what each request from now on gets, so many bytes at a time. Forgets what was received, and
 * keeps the connection. The caller keeps the bytes. */
static int server_answer(lua_State *L)
{
    answer = luaL_checklstring(L, 1, &answer_length);
    piece = (size_t)luaL_optinteger(L, 2, 1 << 16);
    received_length = request_begin = 0;
    answering = false;
    return 0;
}

/* received() -> all bytes since the last answer() */
static int server_received(lua_State *L)
{
    lua_pushlstring(L, received, received_length);
    return 1;
}

/* hang_up(): leaves nothing of this input to the next, not even a connection that nobody has accepted yet. */
static int server_hang_up(lua_State *L)
{
    (void)L;
    hang_up();
    for (int next; (next = accept(listener, NULL, NULL)) >= 0;)
        close(next);
    return 0;
}

static void welcome(void)
{
    int next = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (next < 0)
        return;
    hang_up();
    connection = next;
}

static bool is_request(void)
{
    received[received_length] = '\0';
    const char *request = received + request_begin;
    size_t length = received_length - request_begin;
    const char *end = memmem(request, length, "\r\n\r\n", 4);
    const char *field = end != NULL ? strcasestr(request, "\r\nContent-Length: ") : NULL;
    size_t body = field != NULL && field < end ? strtoul(field + 18, NULL, 10) : 0;
    return end != NULL && length >= (size_t)(end + 4 - request) + body;
}

static void hear(lua_State *L)
{
    if (received_length == sizeof received - 1)
        luaL_error(L, "server: more was sent than fits");
    ssize_t count = recv(connection, received + received_length, sizeof received - 1 - received_length, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
        hang_up();
        return;
    }
    received_length += count > 0 ? (size_t)count : 0;
    if (!answering && is_request()) {
        answering = true;
        answer_sent = 0;
        request_begin = received_length;
    }
}

static void speak(void)
{
    size_t left = answer_length - answer_sent;
    if (left == 0) { /* and the client still waits: there is no more */
        hang_up();
        return;
    }
    ssize_t count = send(connection, answer + answer_sent, left < piece ? left : piece, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN)
        hang_up();
    answer_sent += count > 0 ? (size_t)count : 0;
}

/* serve(): does what can be done now */
static int server_serve(lua_State *L)
{
    welcome();
    if (connection >= 0)
        hear(L);
    if (connection >= 0 && answering)
        speak();
    return 0;
}

void server_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"listen", server_listen},     {"answer", server_answer},
                                         {"received", server_received}, {"hang_up", server_hang_up},
                                         {"serve", server_serve},       {NULL, NULL}};
    compat_setfuncs(L, functions);
}
