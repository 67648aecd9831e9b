/* What Lua lacks for specs of a process's life: fork and wait. Not part of the rock. */
#include <lauxlib.h>
#include <lua.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((visibility("default"))) int luaopen_support_fork(lua_State *L);

/*** Forks.
@treturn int the child's process id; 0 in the child
*/
static int fork_fork(lua_State *L)
{
    pid_t pid = fork();
    if (pid < 0)
        return luaL_error(L, "cannot fork");
    lua_pushinteger(L, pid);
    return 1;
}

/*** Waits for the end of a child.
@tparam int pid
@treturn int the exit code; less the signal's number where one ended it
*/
static int fork_wait(lua_State *L)
{
    int status = 0;
    if (waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0)
        return luaL_error(L, "there is no such child");
    lua_pushinteger(L, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    return 1;
}

int luaopen_support_fork(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, fork_fork);
    lua_setfield(L, -2, "fork");
    lua_pushcfunction(L, fork_wait);
    lua_setfield(L, -2, "wait");
    return 1;
}
