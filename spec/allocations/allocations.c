/* Runs a Lua file in a state whose memory can be made to run out at any point, and that of libcurl and the core, too.
 *
 *     allocations FILE ARGUMENT...
 *
 * The file is called with the arguments and finds a table `allocations` with two functions:
 *
 *     run(action, depth, owner, first, length)
 *         calls action in a thread of its own, above depth values on its stack, while the owner's allocations fail, from
 *         the first-th on, length in a row; true when one failed, then what pcall gives
 *     held()
 *         the core's blocks, libcurl's blocks, open descriptors
 *
 * When the state is closed, everything must have been given back. */
#include <curl/curl.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int luaopen_pinecone_core(lua_State *L);

/* Who asks for memory, and who is refused -------------------------------------------------------------------------- */

typedef enum { OWNER_LUA, OWNER_CORE, OWNER_CURL, OWNER_NOBODY } Owner;

static const char *const owners[] = {"lua", "core", "curl", "nobody", NULL};
/* Atomic, because libcurl resolves names in a thread. */
static atomic_long blocks[OWNER_NOBODY];

static struct {
    atomic_int owner;
    atomic_long count;
    double first, length;
} plan = {.owner = OWNER_NOBODY};

static bool is_refused(Owner owner)
{
    if ((int)owner != plan.owner)
        return false;
    long number = ++plan.count;
    return number >= plan.first && number < plan.first + plan.length;
}

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the linker alone knows the names that follow */

/* The linker's --wrap leads the core's calls, and ours, to __wrap_malloc and so on. */
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

static void *resize(Owner owner, void *block, size_t size)
{
    if (is_refused(owner))
        return NULL;
    void *made = __real_realloc(block, size > 0 ? size : 1);
    blocks[owner] += block == NULL && made != NULL;
    return made;
}

static void *zeroed(Owner owner, size_t count, size_t size)
{
    void *made = resize(owner, NULL, count * size);
    return made != NULL ? memset(made, 0, count * size) : NULL;
}

static char *copied(Owner owner, const char *text)
{
    char *made = resize(owner, NULL, strlen(text) + 1);
    return made != NULL ? strcpy(made, text) : NULL;
}

static void give_back(Owner owner, void *block)
{
    blocks[owner] -= block != NULL;
    __real_free(block);
}

/* clang-format off */
void *__wrap_malloc(size_t size) { return resize(OWNER_CORE, NULL, size); }
void *__wrap_realloc(void *block, size_t size) { return resize(OWNER_CORE, block, size); }
void *__wrap_calloc(size_t count, size_t size) { return zeroed(OWNER_CORE, count, size); }
char *__wrap_strdup(const char *text) { return copied(OWNER_CORE, text); }
void __wrap_free(void *block) { give_back(OWNER_CORE, block); }

static void *curl_malloc(size_t size) { return resize(OWNER_CURL, NULL, size); }
static void *curl_realloc(void *block, size_t size) { return resize(OWNER_CURL, block, size); }
static void *curl_calloc(size_t count, size_t size) { return zeroed(OWNER_CURL, count, size); }
static char *curl_strdup(const char *text) { return copied(OWNER_CURL, text); }
static void curl_free_block(void *block) { give_back(OWNER_CURL, block); }
/* clang-format on */

/* Behind each of Lua's blocks lies a guard: no sanitizer looks at what the Lua library itself writes, as it does when
 * the core pushes more than the stack was made to hold. In front lies the size, in which LuaJIT errs now and then. */
typedef struct Header {
    _Alignas(max_align_t) size_t size;
} Header;

enum { GUARD = 64, GUARD_BYTE = 0xa5 };

static void *guarded(Header *header, size_t size)
{
    header->size = size;
    memset((char *)(header + 1) + size, GUARD_BYTE, GUARD);
    return header + 1;
}

static void check_guard(const Header *header)
{
    const unsigned char *guard = (const unsigned char *)(header + 1) + header->size;
    for (size_t i = 0; i < GUARD; i++)
        if (guard[i] != GUARD_BYTE) {
            fprintf(stderr, "something was written behind a block of %zu bytes of Lua's\n", header->size);
            abort();
        }
}

static void *lua_memory(void *unused, void *block, size_t old_size, size_t size)
{
    (void)unused, (void)old_size;
    Header *header = block != NULL ? (Header *)block - 1 : NULL;
    if (header != NULL)
        check_guard(header);
    if (size == 0) {
        give_back(OWNER_LUA, header);
        return NULL;
    }
    if (header != NULL && size <= header->size) /* Lua counts on it that a block can shrink */
        return guarded(header, size);
    header = resize(OWNER_LUA, header, sizeof *header + size + GUARD);
    return header != NULL ? guarded(header, size) : NULL;
}

/* What the Lua file calls ------------------------------------------------------------------------------------------ */

static int run(lua_State *L)
{
    int depth = (int)luaL_checkinteger(L, 2);
    Owner owner = (Owner)luaL_checkoption(L, 3, NULL, owners);
    double first = luaL_checknumber(L, 4), length = luaL_checknumber(L, 5);
    /* its stack is small and has to grow; how much room is left where the core runs depends on the depth */
    lua_State *thread = lua_newthread(L);
    luaL_checkstack(thread, depth + 1, "depth");
    lua_settop(thread, depth);
    lua_pushvalue(L, 1);
    lua_xmove(L, thread, 1);
    plan.first = first;
    plan.length = length;
    plan.count = 0;
    plan.owner = owner;
    int status = lua_pcall(thread, 0, 2, 0);
    plan.owner = OWNER_NOBODY;
    lua_pushboolean(L, (double)plan.count >= first);
    lua_pushboolean(L, status == 0);
    int count = lua_gettop(thread) - depth;
    lua_xmove(thread, L, count);
    return 2 + count;
}

static int held(lua_State *L)
{
    int descriptors = 0;
    for (int i = 0; i < 1024; i++)
        descriptors += fcntl(i, F_GETFD) >= 0;
    lua_pushinteger(L, blocks[OWNER_CORE]);
    lua_pushinteger(L, blocks[OWNER_CURL]);
    lua_pushinteger(L, descriptors);
    return 3;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void open_libraries(lua_State *L)
{
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_pinecone_core);
    lua_setfield(L, -2, "pinecone.core");
    lua_newtable(L);
    lua_pushcfunction(L, run);
    lua_setfield(L, -2, "run");
    lua_pushcfunction(L, held);
    lua_setfield(L, -2, "held");
    lua_setglobal(L, "allocations");
    lua_settop(L, 0);
}

static bool run_file(lua_State *L, int count, char **words)
{
    bool good = luaL_loadfile(L, words[0]) == 0;
    for (int i = 1; good && i < count; i++)
        lua_pushstring(L, words[i]);
    good = good && lua_pcall(L, count - 1, 1, 0) == 0;
    if (!good)
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
    return good && lua_toboolean(L, -1);
}

int main(int count, char **words)
{
    if (count < 2 || curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc, curl_free_block, curl_realloc, curl_strdup,
                                          curl_calloc) != CURLE_OK)
        return EXIT_FAILURE;
    long before = blocks[OWNER_CURL];
    lua_State *L = lua_newstate(lua_memory, NULL);
    open_libraries(L);
    bool good = run_file(L, count - 1, words + 1);
    lua_close(L);
    long left = blocks[OWNER_LUA] + blocks[OWNER_CORE] + blocks[OWNER_CURL] - before;
    if (left != 0)
        fprintf(stderr, "when all was closed, %ld blocks of Lua's, %ld of the core's, %ld of libcurl's were left\n",
                blocks[OWNER_LUA], blocks[OWNER_CORE], blocks[OWNER_CURL] - before);
    return good && left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
