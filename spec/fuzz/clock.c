/* A second reading of RFC 3339, by the C library's calendar, that pinecone.timestamp is compared with. */
#include "harness.h"

#include "../../src/compat.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

typedef struct Text {
    const char *at, *end;
} Text;

static bool take_number(Text *text, int digits, int *number)
{
    for (*number = 0; digits > 0; digits--, text->at++) {
        if (text->at == text->end || *text->at < '0' || *text->at > '9')
            return false;
        *number = *number * 10 + (*text->at - '0');
    }
    return true;
}

static bool take_one_of(Text *text, const char *choices)
{
    if (text->at == text->end || *text->at == '\0' || strchr(choices, *text->at) == NULL)
        return false;
    text->at++;
    return true;
}

static bool take_day(Text *text, struct tm *time)
{
    return take_number(text, 4, &time->tm_year) && take_one_of(text, "-") && take_number(text, 2, &time->tm_mon) &&
           take_one_of(text, "-") && take_number(text, 2, &time->tm_mday);
}

static bool take_hour(Text *text, struct tm *time)
{
    return take_number(text, 2, &time->tm_hour) && take_one_of(text, ":") && take_number(text, 2, &time->tm_min) &&
           take_one_of(text, ":") && take_number(text, 2, &time->tm_sec);
}

static bool take_fraction(Text *text, double *fraction)
{
    char digits[16] = "0.";
    size_t length = 2;
    *fraction = 0;
    if (!take_one_of(text, "."))
        return true;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9' && length < 11)
        digits[length++] = *text->at++;
    *fraction = strtod(digits, NULL);
    return length > 2;
}

static bool take_zone(Text *text, int *offset)
{
    *offset = 0;
    if (take_one_of(text, "Zz"))
        return true;
    int hours, minutes, sign = text->at < text->end && *text->at == '-' ? -1 : 1;
    if (!take_one_of(text, "+-") || !take_number(text, 2, &hours) || !take_one_of(text, ":") ||
        !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* The day exists where the calendar, asked for it, gives it back. */
static bool seconds_of(const struct tm *asked, long *seconds)
{
    struct tm day = {.tm_year = asked->tm_year - 1900, .tm_mon = asked->tm_mon - 1, .tm_mday = asked->tm_mday};
    struct tm back = day;
    *seconds = (long)timegm(&back) + asked->tm_hour * 3600L + asked->tm_min * 60L + asked->tm_sec;
    return back.tm_mon == day.tm_mon && back.tm_mday == day.tm_mday && asked->tm_hour <= 23 && asked->tm_min <= 59 &&
           asked->tm_sec <= 60; /* a leap second is the first of the next minute */
}

/* seconds(text) -> number, or nil */
static int seconds(lua_State *L)
{
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    Text text = {bytes, bytes + length};
    struct tm time = {0};
    double fraction;
    int offset;
    long whole;
    if (!take_day(&text, &time) || !take_one_of(&text, "Tt ") || !take_hour(&text, &time) ||
        !take_fraction(&text, &fraction) || !take_zone(&text, &offset) || text.at != text.end ||
        !seconds_of(&time, &whole))
        return 0;
    lua_pushnumber(L, (lua_Number)(whole - offset) + fraction);
    return 1;
}

void clock_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"seconds", seconds}, {NULL, NULL}};
    compat_setfuncs(L, functions);
}
