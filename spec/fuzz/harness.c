/* libFuzzer's way into Lua. The program's name says the target: <name>.lua answers a function that takes the input and
 * raises where a promise of the library is broken. */
#include "harness.h"

#include "../../src/compat.h"

#include <errno.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

static lua_State *state;
static int traceback, target;

_Noreturn static void stop(void)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, lua_tostring(state, -1));
    abort();
}

/* Lines of Lua count as new ground as branches of C do: libFuzzer reads the bytes of this section. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t lines[4096];

static void count_line(lua_State *L, lua_Debug *record)
{
    (void)L;
    uint8_t *line = &lines[record->currentline % (int)sizeof lines];
    *line += *line < UINT8_MAX;
}

static int watch_lines(lua_State *L)
{
    lua_sethook(L, count_line, LUA_MASKLINE, 0);
    return 0;
}

static void preload_core(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_pinecone_core);
    lua_setfield(L, -2, "pinecone.core");
    lua_pop(L, 1);
    lua_pushliteral(L, "lua/?.lua;lua/?/init.lua;spec/fuzz/?.lua;");
    lua_getfield(L, -2, "path");
    lua_concat(L, 2);
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
}

static int keep(lua_State *L)
{
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* LuaJIT keeps marks in the low bits of some pointers to its own memory, which LeakSanitizer then does not know for
 * pointers. What our C code and libcurl allocate is not concerned. */
const char *__lsan_default_suppressions(void)
{
    return "leak:^allocate_for_lua$";
}

/* LuaJIT's own allocator would hide its memory from the sanitizers. */
static void *allocate_for_lua(void *unused, void *block, size_t old_size, size_t size)
{
    (void)unused, (void)old_size;
    if (size > 0)
        return realloc(block, size);
    free(block);
    return NULL;
}

static void close_state(void)
{
    lua_close(state);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static const luaL_Reg functions[] = {{"watch_lines", watch_lines}, {NULL, NULL}};
    lua_State *L = state = lua_newstate(allocate_for_lua, NULL);
    atexit(close_state);
    luaL_openlibs(L);
    preload_core(L);
    lua_getglobal(L, "debug");
    lua_getfield(L, -1, "traceback");
    traceback = keep(L);
    lua_settop(L, 0);
    lua_pushfstring(L, "spec/fuzz/%s.lua", program_invocation_short_name);
    if (luaL_loadfile(L, lua_tostring(L, -1)) != 0)
        stop();
    lua_newtable(L);
    compat_setfuncs(L, functions);
    server_open(L);
    decode_open(L);
    clock_open(L);
    if (lua_pcall(L, 1, 1, 0) != 0)
        stop();
    target = keep(L);
    lua_settop(L, 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lua_State *L = state;
    lua_rawgeti(L, LUA_REGISTRYINDEX, traceback);
    lua_rawgeti(L, LUA_REGISTRYINDEX, target);
    lua_pushlstring(L, (const char *)data, size);
    if (lua_pcall(L, 1, 0, 1) != 0)
        stop();
    lua_settop(L, 0);
    /* what an input made goes with it, so that more calls of malloc than of free mean a leak to libFuzzer */
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}
