#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char address_no_memory[] = "not kept, because memory ran out";

enum { LONGEST = 256 };

/* A host split from its port. */
typedef struct Host {
    char name[LONGEST]; /* without the brackets of an IPv6 address */
    bool ipv6;
} Host;

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    long port = digits >= 1 && digits <= 5 && text[digits] == '\0' ? atol(text) : 0;
    return port >= 1 && port <= 65535;
}

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t allowed = strlen(name);
    for (size_t i = 0; i < allowed; i++)
        if (strchr(letters, name[i]) == NULL && strchr("-._", name[i]) == NULL)
            return false;
    return allowed > 0 && strchr(letters, name[0]) != NULL;
}

/* "name", "name:port", "[v6]" or "[v6]:port" and nothing else. */
static bool split(const char *text, Host *host)
{
    host->ipv6 = text[0] == '[';
    size_t length = strcspn(text + host->ipv6, host->ipv6 ? "]" : ":");
    const char *end = text + host->ipv6 + length;
    snprintf(host->name, sizeof host->name, "%.*s", (int)length, text + host->ipv6);
    if (host->ipv6 && *end++ != ']')
        return false;
    if (*end != '\0' && !(*end == ':' && is_port(end + 1)))
        return false;
    struct in6_addr parsed;
    return host->ipv6 ? inet_pton(AF_INET6, host->name, &parsed) == 1 : is_name(host->name);
}

static bool is_loopback(const Host *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (host->ipv6)
        return inet_pton(AF_INET6, host->name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
    if (strcasecmp(host->name, "localhost") == 0)
        return true;
    return inet_pton(AF_INET, host->name, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

/* Copies what stands behind the scheme, without a slash at its end; false when it is too long. */
static bool without_slash(const char *text, char *bare)
{
    size_t length = strlen(text);
    length -= length > 0 && text[length - 1] == '/';
    snprintf(bare, LONGEST, "%.*s", (int)(length < LONGEST ? length : 0), text);
    return length < LONGEST;
}

const char *address_add(const char *text, bool plain, bool anywhere, Buffer *url, Address *address)
{
    char bare[LONGEST];
    Host host;
    bool https = strncasecmp(text, "https://", 8) == 0, http = strncasecmp(text, "http://", 7) == 0;
    if (!without_slash(https ? text + 8 : http ? text + 7 : text, bare))
        return "longer than any host name";
    if (!split(bare, &host))
        return "not an address such as 'https://api.pinecone.io' or 'http://127.0.0.1:5080': a scheme (https where "
               "none is given), a host, maybe a port, nothing else";
    address->loopback = is_loopback(&host);
    bool may_be_plain = address->loopback || anywhere;
    address->plain = http || (!https && plain && may_be_plain);
    if (address->plain && !may_be_plain)
        return "plain http, which would show the API key to everybody on the way; use https (without the option "
               "allow_http, http is only for this machine's loopback)";
    bool added = buffer_add_text(url, address->plain ? "http://" : "https://") && buffer_add_text(url, bare);
    return added ? NULL : address_no_memory;
}

/* The value of an escape such as "%0d", or what stands there when it is none. */
static int decoded(const char *text)
{
    char digits[3] = {0};
    if (text[0] == '%' && strspn(text + 1, "0123456789abcdefABCDEF") >= 2)
        return (int)strtol(memcpy(digits, text + 1, 2), NULL, 16);
    return (unsigned char)text[0];
}

/* What libcurl would read as another host is refused; so are escaped control characters, because of which it would go
 * around the proxy without a word. */
static bool is_user(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" /?#@", text[i]) != NULL || decoded(text + i) < 0x20 || decoded(text + i) == 0x7f)
            return false;
    return true;
}

const char *address_check_proxy(const char *text, bool *loopback)
{
    static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    static const char wrong[] = "not a proxy's address such as 'http://user:password@proxy.example:3128' (in user and "
                                "password, write ' ', '/', '?', '#' and '@' as %20, %2F, %3F, %23 and %40)";
    char bare[LONGEST];
    Host host;
    const char *scheme = strstr(text, "://"), *rest = scheme != NULL ? scheme + 3 : text;
    bool known = scheme == NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0] && !known; i++)
        known = strlen(schemes[i]) == (size_t)(scheme - text) && strncasecmp(text, schemes[i], strlen(schemes[i])) == 0;
    const char *at = strrchr(rest, '@');
    if (!known || !is_user(rest, at != NULL ? (size_t)(at - rest) : 0) ||
        !without_slash(at != NULL ? at + 1 : rest, bare) || !split(bare, &host))
        return wrong;
    *loopback = is_loopback(&host);
    return NULL;
}

const char *address_shown(const char *text)
{
    if (strlen(text) >= LONGEST)
        return "(too long to show)";
    return strchr(text, '@') != NULL ? "(with a user part, not shown)" : text;
}
