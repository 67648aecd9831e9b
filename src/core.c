/* pinecone.core: what Lua sees of the C core. */
#include "argument.h"
#include "begin.h"
#include "client.h"
#include "compat.h"
#include "failure.h"
#include "methods.h"
#include "operation.h"
#include "poll.h"
#include "random.h"
#include "spelling.h"

#include <dlfcn.h>
#include <stdint.h>

/* The only symbol that the shared object shows. */
__attribute__((visibility("default"))) int luaopen_pinecone_core(lua_State *L);

static void set_text(lua_State *L, const char *field, const char *text)
{
    if (text == NULL)
        return;
    lua_pushstring(L, text);
    lua_setfield(L, -2, field);
}

static void set_flag(lua_State *L, const char *field, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, field);
}

static void push_argument(lua_State *L, const Argument *row)
{
    static const char *const places[] = {
        [PLACE_NONE] = "call", [PLACE_PATH] = "path", [PLACE_QUERY] = "query",
        [PLACE_BODY] = "body", [PLACE_HOST] = "host",
    };
    lua_createtable(L, 0, 8);
    set_text(L, "name", row->name);
    set_text(L, "alias", row->alias);
    set_text(L, "type", argument_type_name(row->type));
    set_text(L, "place", places[row->place]);
    set_text(L, "wire", argument_wire(row));
    set_text(L, "default", row->fallback);
    set_text(L, "rule", row->rule != NULL ? row->rule->text : NULL);
    set_text(L, "text", row->text);
    set_text(L, "needs", row->needs);
    set_text(L, "since", row->since);
    set_text(L, "until", row->until);
    set_text(L, "optional_since", row->optional_since);
    set_flag(L, "required", row->required);
    set_flag(L, "raises", row->raises);
}

static void push_operation(lua_State *L, const Operation *row)
{
    static const char *const effects[] = {
        [EFFECT_NONE] = "none", [EFFECT_SAME] = "same", [EFFECT_DELETE] = "delete", [EFFECT_CREATE] = "create"};
    static const char *const answers[] = {
        [ANSWER_RESOURCE] = "resource", [ANSWER_LIST] = "list", [ANSWER_TRUE] = "true", [ANSWER_ANY] = "any"};
    lua_createtable(L, 0, 16);
    set_text(L, "name", row->name);
    set_text(L, "method", row->method);
    set_text(L, "path", row->path);
    set_text(L, "plane", row->plane == PLANE_DATA ? "data" : "control");
    set_text(L, "effect", effects[row->effect]);
    set_text(L, "answer", answers[row->answer]);
    set_text(L, "list", row->list);
    set_text(L, "id", row->id);
    set_text(L, "version", row->version);
    set_text(L, "oldest", row->oldest);
    set_text(L, "newest", row->newest);
    set_text(L, "text", row->text);
    set_text(L, "page", row->page);
    set_flag(L, "legacy", row->legacy != LEGACY_ABSENT);
    lua_createtable(L, (int)row->argument_count, 0);
    for (size_t i = 0; i < row->argument_count; i++) {
        push_argument(L, &row->arguments[i]);
        lua_rawseti(L, -2, (int)i + 1);
    }
    lua_setfield(L, -2, "arguments");
}

/* lua_close unloads C modules, but libcurl's resolver threads may still run: one more reference keeps us in memory. */
static void stay_loaded(void)
{
    Dl_info self;
    if (dladdr((const void *)(uintptr_t)luaopen_pinecone_core, &self) != 0)
        (void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_NODELETE);
}

/*** Seconds of a clock that only goes forward, for measuring.
@function clock
@treturn number
*/
static int core_clock(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_now() / 1000000);
    return 1;
}

/*** A random number, which takes nothing from math.random and needs no seed.
@function random
@treturn number evenly from 0 up to, but not including, 1
*/
static int core_random(lua_State *L)
{
    lua_pushnumber(L, random_fraction());
    return 1;
}

/* Registers a row's function in the module at `module`, and its description in the table at `descriptions`. */
static void add_operation(lua_State *L, int module, int descriptions, const Operation *row, int number)
{
    lua_pushinteger(L, number);
    lua_pushcclosure(L, begin_call, 1);
    lua_setfield(L, module, row->name);
    push_operation(L, row);
    lua_setfield(L, descriptions, row->name);
}

int luaopen_pinecone_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"new", client_new},   {"timer", begin_timer},  {"poll", poll_calls},
                                         {"clock", core_clock}, {"random", core_random}, {"nearest", spelling_nearest},
                                         {NULL, NULL}};
    stay_loaded();
    client_register(L);
    methods_register(L);
    lua_newtable(L);
    int module = lua_gettop(L);
    compat_setfuncs(L, functions);
    lua_newtable(L);
    int descriptions = lua_gettop(L);
    for (size_t i = 0; i < operation_count; i++)
        add_operation(L, module, descriptions, &operations[i], (int)i);
    add_operation(L, module, descriptions, &operation_request, -1);
    lua_setfield(L, module, "operations");
    failure_push_metatable(L);
    lua_setfield(L, module, "failure"); /* the Lua layer completes it */
    set_text(L, "version", PINECONE_VERSION);
    lua_pushinteger(L, DEFAULT_TIMEOUT);
    lua_setfield(L, module, "default_timeout");
    lua_pushinteger(L, DEFAULT_SETTLE_GRACE);
    lua_setfield(L, module, "default_settle_grace");
    return 1;
}
