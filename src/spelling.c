#include "spelling.h"

#include "compat.h"

size_t spelling_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_NAME + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > LONGEST_NAME || n > LONGEST_NAME)
        return LONGEST_NAME;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[m % 3][n];
}

size_t spelling_limit(const char *name)
{
    return strlen(name) / 3 + 2;
}

/*** Finds the name that was most likely meant.
@function nearest
@tparam string name
@tparam table names a sequence of those there are
@treturn ?string one of them; nil where none is near
*/
int spelling_nearest(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t least = spelling_limit(name);
    lua_settop(L, 2);
    lua_pushnil(L); /* the best so far */
    for (int i = 1; i <= (int)compat_rawlen(L, 2); i++) {
        lua_rawgeti(L, 2, i);
        size_t distance = spelling_distance(name, luaL_checkstring(L, -1));
        if (distance < least) {
            least = distance;
            lua_replace(L, 3);
        } else {
            lua_pop(L, 1);
        }
    }
    return 1;
}
