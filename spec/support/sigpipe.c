/* What Lua lacks for specs of what a program does with SIGPIPE itself. Not part of the rock. */
#include <lauxlib.h>
#include <lua.h>
#include <signal.h>

__attribute__((visibility("default"))) int luaopen_support_sigpipe(lua_State *L);

/*** Blocks it. */
static int sigpipe_block(lua_State *L)
{
    (void)L;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return 0;
}

/*** Sends it to this thread. */
static int sigpipe_raise(lua_State *L)
{
    (void)L;
    raise(SIGPIPE);
    return 0;
}

int luaopen_support_sigpipe(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, sigpipe_block);
    lua_setfield(L, -2, "block");
    lua_pushcfunction(L, sigpipe_raise);
    lua_setfield(L, -2, "raise");
    return 1;
}
