#include "transport.h"

#include "process.h"
#include "sigpipe.h"

#include <curl/curl.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { HEADER_CAP = 256 * 1024, MOST_ROOM = 1024 * 1024, STEPS_AT_ONCE = 32, RETRY_AFTER_CAP = 999999999 };
enum { LONGEST_DRIVE = 2000 }; /* microseconds */

struct TransportHeader {
    struct curl_slist link;
};

struct TransportShare {
    CURLSH *handle;
    pid_t pid;
};

struct Transport {
    CURLM *multi;
    CURL *easy;
    Exchange *exchange; /* the one under way, or NULL */
    const TransportSettings *settings;
    Transport *next;
    pid_t pid; /* the process that made the handles: no other may use or close them */
    struct pollfd watched[TRANSPORT_DESCRIPTORS];
    int watched_count;
    int64_t wakes;
    struct curl_slist version_header, type_header; /* links in front of the settings' list, for one exchange */
    char version_line[64];
    char error[CURL_ERROR_SIZE];
    curl_socket_t socket; /* of that connection */
    SigpipeHold hold;
    bool holds;
    char server[256]; /* scheme, host and port whose connection may be open; empty: none is */
};

#ifdef CLOCK_BOOTTIME /* goes on while the machine sleeps, as the server's does */
#define CLOCK CLOCK_BOOTTIME
#else
#define CLOCK CLOCK_MONOTONIC
#endif

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Codes that older releases of libcurl do not have. */
#if LIBCURL_VERSION_NUM < 0x074900
#define CURLE_PROXY ((CURLcode)97)
#endif
#if LIBCURL_VERSION_NUM < 0x074d00
#define CURLE_SSL_CLIENTCERT ((CURLcode)98)
#endif
#if LIBCURL_VERSION_NUM < 0x080600 /* said so by CURLE_OUT_OF_MEMORY then */
#define CURLE_TOO_LARGE ((CURLcode)100)
#endif

void exchange_reset(Exchange *exchange)
{
    Exchange again = {
        .method = exchange->method,
        .url = exchange->url,
        .api_version = exchange->api_version,
        .body = exchange->body,
        .body_length = exchange->body_length,
        .fresh = exchange->fresh,
        .loopback = exchange->loopback,
        .cap = exchange->cap,
        .answer = exchange->answer,
    };
    again.answer.length = 0;
    *exchange = again;
}

bool status_may_pass(long status)
{
    return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* Kinds of failure ------------------------------------------------------------------------------------------------- */

static const struct {
    CURLcode code;
    bool passing; /* a network heals; a certificate or an address stays what it is */
    const char *kind, *phrase;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, true, "network", "the host name was not found"},
    {CURLE_COULDNT_RESOLVE_PROXY, true, "network", "the proxy's host name was not found"},
    {CURLE_PROXY, true, "network", "the proxy could not make the connection"},
    {CURLE_COULDNT_CONNECT, true, "network", "no connection could be made"},
    {CURLE_GOT_NOTHING, true, "network", "the connection was closed without an answer"},
    {CURLE_RECV_ERROR, true, "network", "the connection broke before the answer was complete"},
    {CURLE_SEND_ERROR, true, "network", "the connection broke before the answer was complete"},
    {CURLE_PARTIAL_FILE, true, "network", "the connection was closed in the middle of the answer"},
    {CURLE_OPERATION_TIMEDOUT, true, "timeout", "no connection within connect_timeout"},
    {CURLE_SSL_CONNECT_ERROR, false, "tls", "the TLS handshake failed"},
    {CURLE_PEER_FAILED_VERIFICATION, false, "tls", "the server's certificate was not accepted"},
    {CURLE_SSL_CERTPROBLEM, false, "tls", "the client certificate is not usable"},
    {CURLE_SSL_CLIENTCERT, false, "tls", "the server asks for a client certificate"},
    {CURLE_SSL_CIPHER, false, "tls", "no common TLS cipher"},
    {CURLE_SSL_CACERT_BADFILE, false, "tls", "the file of trusted certificates (ca_file) cannot be read"},
    {CURLE_SSL_ISSUER_ERROR, false, "tls", "the server's certificate has the wrong issuer"},
    {CURLE_SSL_INVALIDCERTSTATUS, false, "tls", "the server's certificate has no valid status"},
    {CURLE_SSL_ENGINE_INITFAILED, false, "tls", "TLS could not be started"},
    {CURLE_USE_SSL_FAILED, false, "tls", "TLS could not be started"},
    {CURLE_UNSUPPORTED_PROTOCOL, false, "protocol", "the server (or the proxy) does not speak HTTP/1.1"},
    {CURLE_URL_MALFORMAT, false, "protocol", "the address is not a valid URL"},
    {CURLE_WRITE_ERROR, false, "network", "memory ran out for the answer"},
    {CURLE_OUT_OF_MEMORY, false, "network", "memory ran out"},
    {CURLE_TOO_LARGE, false, "too_large", "a header of the answer is far too long, or memory ran out"},
};

/* TLS libraries have one code for a handshake that was refused and for one whose connection went away. */
static bool broke_in_handshake(const char *detail)
{
    static const char *const words[] = {"SSL_ERROR_SYSCALL",     "Connection reset", "unexpected eof",
                                        "terminated abnormally", "pull function",    "non-properly terminated"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(detail, words[i]) != NULL)
            return true;
    return false;
}

static void fail(Exchange *exchange, const char *kind, bool passing, const char *phrase, const char *detail)
{
    exchange->kind = kind;
    exchange->passing = passing;
    exchange->sent = exchange->sent && strcmp(kind, "tls") != 0; /* a handshake that failed has handed nothing over */
    snprintf(exchange->message, sizeof exchange->message, detail != NULL ? "%s (%s)" : "%s", phrase, detail);
    for (char *at = exchange->message; *at != '\0'; at++) /* it may tell of names in a foreign certificate */
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
}

static void explain_overflow(Exchange *exchange)
{
    bool headers = exchange->header_bytes > HEADER_CAP;
    exchange->kind = "too_large";
    snprintf(exchange->message, sizeof exchange->message, "the answer's %s larger than %s (%zu bytes)",
             headers ? "headers are" : "body is", headers ? "what any server sends" : "max_response_bytes",
             headers ? (size_t)HEADER_CAP : exchange->cap);
}

/* libcurl has few codes, so that some stand for more than their name says. */
static CURLcode precise(const Transport *transport, CURLcode code)
{
    const Exchange *exchange = transport->exchange;
    if (code == CURLE_RECV_ERROR && strstr(transport->error, "chunked-encoding") != NULL)
        return CURLE_WEIRD_SERVER_REPLY;
    if (code == CURLE_RECV_ERROR && strstr(transport->error, "certificate required") != NULL)
        return CURLE_SSL_CLIENTCERT; /* in TLS 1.3 the request has left by then */
    if (code == CURLE_OUT_OF_MEMORY && exchange->sent && exchange->answer.length == 0)
        return CURLE_TOO_LARGE;
    return code;
}

static void explain_code(Exchange *exchange, CURLcode code, const char *detail)
{
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        if (failures[i].code == code) {
            fail(exchange, failures[i].kind, failures[i].passing, failures[i].phrase, detail);
            return;
        }
    fail(exchange, "protocol", false, "the answer is not valid HTTP", detail);
}

static void explain(Transport *transport, CURLcode code)
{
    Exchange *exchange = transport->exchange;
    code = precise(transport, code);
    const char *detail = transport->error[0] != '\0' ? transport->error
                         : code == CURLE_TOO_LARGE   ? "over libcurl's limit"
                                                     : curl_easy_strerror(code);
    if (strchr(detail, '@') != NULL) /* libcurl repeats a proxy's address, password and all */
        detail = curl_easy_strerror(code);
    long tunnel = 0;
    curl_easy_getinfo(transport->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    if (exchange->overflow || code == CURLE_FILESIZE_EXCEEDED)
        explain_overflow(exchange);
    else if (tunnel >= 300) /* the words for it change from one libcurl to the next */
        fail(exchange, "network", status_may_pass(tunnel), "the proxy refused the connection", detail);
    else if (code == CURLE_SSL_CONNECT_ERROR && broke_in_handshake(detail))
        fail(exchange, "network", true, "the connection broke during the TLS handshake", detail);
    else
        explain_code(exchange, code, detail);
}

/* Callbacks of libcurl; none of them touches Lua ------------------------------------------------------------------- */

/* Where the server says how long the answer is, it need not be moved as it grows. */
static void make_answer_room(const Transport *transport)
{
    curl_off_t length = 0;
    curl_easy_getinfo(transport->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0 && length <= MOST_ROOM)
        buffer_reserve(&transport->exchange->answer, (size_t)length);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
    const Transport *transport = data;
    Exchange *exchange = transport->exchange;
    size_t length = size * count;
    if (exchange->answer.length == 0)
        make_answer_room(transport);
    if (length > exchange->cap - exchange->answer.length) {
        exchange->overflow = true;
        return 0;
    }
    return buffer_add(&exchange->answer, bytes, length) ? length : 0;
}

/* Keeps what stands behind the name. */
static void keep_value(const char *text, size_t length, char *value, size_t size)
{
    size_t skip = 0, kept = 0;
    while (skip < length && (text[skip] == ' ' || text[skip] == '\t'))
        skip++;
    for (; skip < length && kept + 1 < size; skip++)
        if ((unsigned char)text[skip] >= 0x20 && (unsigned char)text[skip] < 0x7f)
            value[kept++] = text[skip];
    if (skip < length) /* one that does not fit is dropped: cut, it could end within the key */
        kept = 0;
    while (kept > 0 && value[kept - 1] == ' ')
        kept--;
    value[kept] = '\0';
}

/* Most lines begin with another letter than these few, and are done with after a look at that. */
static void keep_header(Exchange *exchange, const char *line, size_t length)
{
    const struct {
        const char *name;
        size_t length;
        char *value;
        size_t size;
    } wanted[] = {
        {"date:", 5, exchange->date_text, sizeof exchange->date_text},
        {"retry-after:", 12, exchange->retry_after_text, sizeof exchange->retry_after_text},
        {"content-type:", 13, exchange->content_type, sizeof exchange->content_type},
        {"x-request-id:", 13, exchange->request_id, sizeof exchange->request_id},
        {"x-pinecone-request-id:", 22, exchange->request_id, sizeof exchange->request_id},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t skip = wanted[i].length;
        if (length > skip && (line[0] | 0x20) == wanted[i].name[0] && strncasecmp(line, wanted[i].name, skip) == 0)
            keep_value(line + skip, length - skip, wanted[i].value, wanted[i].size);
    }
}

static void forget_head(Exchange *exchange)
{
    exchange->head_ended = false;
    exchange->request_id[0] = exchange->content_type[0] = '\0';
    exchange->retry_after_text[0] = exchange->date_text[0] = '\0';
}

static size_t on_header(char *line, size_t size, size_t count, void *data)
{
    Exchange *exchange = ((Transport *)data)->exchange;
    size_t length = size * count;
    exchange->header_bytes += length;
    if (exchange->header_bytes > HEADER_CAP) {
        exchange->overflow = true;
        return 0;
    }
    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) /* the first line, maybe after an interim answer */
        forget_head(exchange);
    if (exchange->head_ended) /* trailers behind a body */
        return length;
    exchange->head_ended = length > 0 && (line[0] == '\r' || line[0] == '\n');
    keep_header(exchange, line, length);
    return length;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *unused)
{
    (void)easy, (void)unused;
    Transport *transport = data;
    int i = 0;
    while (i < transport->watched_count && transport->watched[i].fd != socket)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < transport->watched_count)
            transport->watched[i] = transport->watched[--transport->watched_count];
        return 0;
    }
    if (i == TRANSPORT_DESCRIPTORS)
        return -1;
    if (i == transport->watched_count)
        transport->watched_count++;
    short events = (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    transport->watched[i] = (struct pollfd){.fd = socket, .events = events};
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *data)
{
    (void)multi;
    Transport *transport = data;
    transport->wakes = milliseconds < 0 ? INT64_MAX : clock_now() + (int64_t)milliseconds * 1000;
    return 0;
}

/* SIGPIPE ---------------------------------------------------------------------------------------------------------- */

static bool quiet; /* libcurl itself sends so that it is not raised, over TLS, too */

/* It does since 7.87, with these libraries. */
static bool sends_quietly(void)
{
    static const char *const libraries[] = {"OpenSSL/", "GnuTLS/", "LibreSSL/", "BoringSSL", "AWS-LC"};
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0] && info->ssl_version != NULL; i++)
        if (strncmp(info->ssl_version, libraries[i], strlen(libraries[i])) == 0)
            return info->version_num >= 0x075700;
    return false;
}

/* Holding it costs system calls, so it is only held where it may be raised: by a libcurl that does not send quietly ...
 */
static void begin_risk(Transport *transport)
{
    transport->holds = !quiet;
    if (transport->holds)
        sigpipe_hold(&transport->hold);
}

/* ... and where a name is looked up: a module of the system's resolver may speak to a daemon that has gone away. The
 * resolver's thread takes over what is held here. */
static int on_lookup(void *resolver, void *reserved, void *data)
{
    (void)resolver, (void)reserved;
    Transport *transport = data;
    if (!transport->holds)
        sigpipe_hold(&transport->hold);
    transport->holds = true;
    return 0;
}

static void end_risk(Transport *transport)
{
    if (transport->holds)
        sigpipe_let_go(&transport->hold);
    transport->holds = false;
}

/* Making and freeing ----------------------------------------------------------------------------------------------- */

static CURLcode global_outcome;

static void global_start(void)
{
    global_outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
    quiet = sends_quietly();
}

/* Not before the first client, so that requiring the module in a process that forks later does nothing to libcurl. */
static bool global_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, global_start);
    return global_outcome == CURLE_OK;
}

TransportShare *transport_share_new(void)
{
    TransportShare *share = global_ready() ? calloc(1, sizeof *share) : NULL;
    if (share == NULL)
        return NULL;
    share->pid = process_id();
    share->handle = curl_share_init();
    if (share->handle == NULL) {
        free(share);
        return NULL;
    }
    curl_share_setopt(share->handle, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(share->handle, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return share;
}

void transport_share_free(TransportShare *share)
{
    if (share != NULL && share->pid == process_id())
        curl_share_cleanup(share->handle);
    free(share);
}

TransportHeader *transport_header_add(TransportHeader *list, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value != NULL ? value : "") + sizeof ": ";
    TransportHeader *header = calloc(1, sizeof *header);
    char *line = malloc(size);
    if (header == NULL || line == NULL) {
        free(header);
        free(line);
        return NULL;
    }
    snprintf(line, size, "%s:%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    header->link.data = line;
    header->link.next = list != NULL ? &list->link : NULL;
    return header;
}

void transport_headers_free(TransportHeader *list)
{
    while (list != NULL) {
        TransportHeader *next = (TransportHeader *)list->link.next;
        wipe(list->link.data, strlen(list->link.data));
        free(list->link.data);
        free(list);
        list = next;
    }
}

static bool set_text(CURL *easy, CURLoption option, const char *text)
{
    return text == NULL || curl_easy_setopt(easy, option, text) == CURLE_OK;
}

/* Also takes back what libcurl has there by itself; that may be nothing, because it knows no such option. */
static bool reset_text(CURL *easy, CURLoption option, const char *text)
{
    return curl_easy_setopt(easy, option, text) == CURLE_OK || text == NULL;
}

/* Of a file and a folder, libcurl would keep its own for the one that is not named, and trust those, too. A proxy that
 * is spoken to over TLS is verified by the same ones. */
static bool set_trust(CURL *easy, const TransportSettings *settings)
{
    static const CURLoption files[] = {CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO};
    static const CURLoption folders[] = {CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH};
    bool good = true;
    for (size_t i = 0; i < 2 && (settings->ca_file != NULL || settings->ca_path != NULL); i++)
        good = good && reset_text(easy, files[i], settings->ca_file) && reset_text(easy, folders[i], settings->ca_path);
    return good;
}

/* What holds for every exchange of this handle. */
static bool prepare(Transport *transport, TransportShare *share)
{
    CURL *easy = transport->easy;
    const TransportSettings *settings = transport->settings;
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* giving up does not wait for the resolver's thread */
#endif
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* so SIGPIPE is ours to hold: before 7.87 OpenSSL raises it */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* or newer */
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's request id is not the API's */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)ceil(settings->connect_timeout * 1000));
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_lookup);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transport);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transport);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transport);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transport->error);
    curl_easy_setopt(easy, CURLOPT_SHARE, share->handle);
    curl_multi_setopt(transport->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(transport->multi, CURLMOPT_SOCKETDATA, transport);
    curl_multi_setopt(transport->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(transport->multi, CURLMOPT_TIMERDATA, transport);
    curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, 1L);
    return set_text(easy, CURLOPT_USERAGENT, settings->user_agent) && set_text(easy, CURLOPT_PROXY, settings->proxy) &&
           set_trust(easy, settings);
}

Transport *transport_new(const TransportSettings *settings, TransportShare *share)
{
    Transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL)
        return NULL;
    transport->pid = process_id();
    transport->settings = settings;
    transport->wakes = INT64_MAX;
    transport->socket = CURL_SOCKET_BAD;
    transport->multi = curl_multi_init();
    transport->easy = curl_easy_init();
    if (transport->multi == NULL || transport->easy == NULL || !prepare(transport, share)) {
        transport_free(transport);
        return NULL;
    }
    return transport;
}

void transport_free(Transport *transport)
{
    if (transport == NULL)
        return;
    transport_stop(transport);
    if (transport->pid == process_id()) {
        SigpipeHold hold;
        sigpipe_hold(&hold);
        curl_easy_cleanup(transport->easy);
        curl_multi_cleanup(transport->multi);
        sigpipe_let_go(&hold);
    }
    free(transport);
}

/* An exchange ------------------------------------------------------------------------------------------------------ */

#define VERSION_HEADER "X-Pinecone-Api-Version: "

static const struct curl_slist *header_list(Transport *transport)
{
    const Exchange *exchange = transport->exchange;
    TransportHeader *always = transport->settings->headers;
    /* libcurl reads these lists and never writes to them, so the ones in front may borrow the rest */
    struct curl_slist *list = always != NULL ? &always->link : NULL;
    if (exchange->api_version != NULL) {
        if (strcmp(transport->version_line + strlen(VERSION_HEADER), exchange->api_version) != 0)
            snprintf(transport->version_line, sizeof transport->version_line, VERSION_HEADER "%s",
                     exchange->api_version);
        transport->version_header = (struct curl_slist){.data = transport->version_line, .next = list};
        list = &transport->version_header;
    }
    if (exchange->body != NULL) {
        static char type_line[] = "Content-Type: application/json";
        transport->type_header = (struct curl_slist){.data = type_line, .next = list};
        list = &transport->type_header;
    }
    return list;
}

static CURLcode set_method(CURL *easy, const Exchange *exchange)
{
    bool plain = strcmp(exchange->method, exchange->body != NULL ? "POST" : "GET") == 0;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plain ? NULL : exchange->method);
    if (exchange->body == NULL) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        return code;
    }
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body_length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
    return code;
}

/* Scheme, host and port: what a connection is good for. */
static size_t server_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/?#");
}

bool transport_knows(const Transport *transport, const char *url)
{
    size_t length = server_length(url);
    return strlen(transport->server) == length && strncmp(transport->server, url, length) == 0;
}

/* Whether the server has closed the open connection, or sent more than the answer: libcurl (as of 7.88) would take
 * those bytes for the next one. */
static bool is_stale(const Transport *transport)
{
    struct pollfd idle = {.fd = transport->socket, .events = POLLIN};
    return transport->socket != CURL_SOCKET_BAD && poll(&idle, 1, 0) > 0;
}

bool transport_start(Transport *transport, Exchange *exchange)
{
    CURL *easy = transport->easy;
    transport->exchange = exchange;
    transport->error[0] = '\0';
    bool fresh = exchange->fresh || is_stale(transport);
    if (!transport_knows(transport, exchange->url))
        snprintf(transport->server, sizeof transport->server, "%.*s", (int)server_length(exchange->url), exchange->url);
    bool direct = exchange->loopback && !transport->settings->proxy_is_local;
    bool started = curl_easy_setopt(easy, CURLOPT_URL, exchange->url) == CURLE_OK &&
                   set_method(easy, exchange) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_list(transport)) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_NOPROXY, direct ? "*" : transport->settings->no_proxy) == CURLE_OK;
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    /* what a Content-Length announces is refused before it comes; the rest on_body refuses */
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)exchange->cap);
    begin_risk(transport);
    started = started && curl_multi_add_handle(transport->multi, easy) == CURLM_OK;
    end_risk(transport);
    if (!started) {
        transport->exchange = NULL;
        transport->server[0] = '\0';
    }
    return started;
}

int64_t exchange_date(const Exchange *exchange)
{
    time_t date = exchange->date_text[0] != '\0' ? curl_getdate(exchange->date_text, NULL) : -1;
    return date > 0 ? (int64_t)date : 0;
}

/* Seconds, or a date, which is as far away as it is from the server's own clock. */
static int64_t read_retry_after(const Exchange *exchange)
{
    const char *text = exchange->retry_after_text;
    if (text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789") == strlen(text))
        return strlen(text) < 10 ? atoll(text) : RETRY_AFTER_CAP;
    int64_t date = exchange_date(exchange), until = (int64_t)curl_getdate(text, NULL);
    int64_t seconds = until - (date > 0 ? date : (int64_t)time(NULL));
    return seconds < 0 ? 0 : seconds < RETRY_AFTER_CAP ? seconds : RETRY_AFTER_CAP;
}

/* How far the exchange has come. */
static void measure(Transport *transport)
{
    Exchange *exchange = transport->exchange;
    long request_bytes = 0, connects = 0;
    double connect_time = 0, tls_time = 0;
    curl_easy_getinfo(transport->easy, CURLINFO_RESPONSE_CODE, &exchange->status);
    curl_easy_getinfo(transport->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    curl_easy_getinfo(transport->easy, CURLINFO_NUM_CONNECTS, &connects);
    curl_easy_getinfo(transport->easy, CURLINFO_CONNECT_TIME, &connect_time);
    curl_easy_getinfo(transport->easy, CURLINFO_APPCONNECT_TIME, &tls_time);
    /* libcurl counts a CONNECT to a proxy, too: over https nothing of the request has left before TLS stood */
    bool tls_stood = strncmp(exchange->url, "https", 5) != 0 || connects == 0 || tls_time > 0;
    exchange->sent = request_bytes > 0 && tls_stood;
    exchange->connected = exchange->sent || (connects > 0 && connect_time > 0);
    exchange->retry_after = exchange->retry_after_text[0] != '\0' ? read_retry_after(exchange) : 0;
}

/* An exchange that did not go through has closed its connection. */
static void finish(Transport *transport, bool through)
{
    transport->socket = CURL_SOCKET_BAD;
    if (through)
        curl_easy_getinfo(transport->easy, CURLINFO_ACTIVESOCKET, &transport->socket);
    curl_multi_remove_handle(transport->multi, transport->easy);
    transport->exchange = NULL;
    if (!through)
        transport->server[0] = '\0';
}

void transport_stop(Transport *transport)
{
    if (transport->exchange == NULL)
        return;
    if (transport->pid != process_id()) {
        transport->exchange = NULL;
        return;
    }
    measure(transport);
    SigpipeHold hold;
    sigpipe_hold(&hold);
    finish(transport, false);
    sigpipe_let_go(&hold);
}

/* A refusal says in its status all that has to be known, even where its body breaks off. */
static bool is_refusal(const Exchange *exchange)
{
    return exchange->status >= 300 && exchange->head_ended && !exchange->overflow;
}

static bool collect_outcome(Transport *transport)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(transport->multi, &left);
    if (message == NULL || message->msg != CURLMSG_DONE)
        return false;
    CURLcode code = message->data.result;
    measure(transport);
    if (code == CURLE_OK && !transport->exchange->head_ended)
        fail(transport->exchange, "network", true, "the connection was closed within the headers of the answer", NULL);
    else if (code != CURLE_OK && !is_refusal(transport->exchange))
        explain(transport, code);
    finish(transport, code == CURLE_OK && transport->exchange->head_ended);
    return true;
}

static Drive broken(Transport *transport, CURLMcode code)
{
    measure(transport);
    fail(transport->exchange, "network", false, "libcurl gave up", curl_multi_strerror(code));
    finish(transport, false);
    return DRIVE_FINISHED;
}

static int mask_of(short events)
{
    return (events & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) | (events & POLLOUT ? CURL_CSELECT_OUT : 0) |
           (events & (POLLERR | POLLNVAL) ? CURL_CSELECT_ERR : 0);
}

static Drive act(Transport *transport, const struct pollfd *ready, int count)
{
    int running = 0;
    for (int i = 0; i < count; i++) {
        int mask = mask_of(ready[i].revents);
        CURLMcode code = mask == 0 ? CURLM_OK : curl_multi_socket_action(transport->multi, ready[i].fd, mask, &running);
        if (code != CURLM_OK)
            return broken(transport, code);
    }
    /* libcurl's timer is one-shot: cleared before it fires, else a loop around this would spin */
    for (int i = 0; i < STEPS_AT_ONCE && transport->wakes <= clock_now(); i++) {
        transport->wakes = INT64_MAX;
        CURLMcode code = curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        if (code != CURLM_OK)
            return broken(transport, code);
    }
    return collect_outcome(transport) ? DRIVE_FINISHED : DRIVE_GOING;
}

Drive transport_act(Transport *transport, const struct pollfd *told, int count)
{
    begin_risk(transport);
    Drive drive = act(transport, told, count);
    end_risk(transport);
    return drive;
}

/* One look at the sockets, and what libcurl makes of it. */
static Drive look(Transport *transport, int milliseconds, bool *moved)
{
    struct pollfd ready[TRANSPORT_DESCRIPTORS];
    int count = transport_watched(transport, ready);
    int events = count > 0 || milliseconds > 0 ? poll(ready, (nfds_t)count, milliseconds) : 0;
    if (events < 0 && errno == EINTR)
        return DRIVE_INTERRUPTED;
    *moved = events > 0;
    if (events == 0 && transport->wakes > clock_now())
        return DRIVE_GOING; /* most steps of a host that sleeps end here: they should cost little */
    begin_risk(transport);
    Drive drive = events < 0 ? broken(transport, CURLM_INTERNAL_ERROR) : act(transport, ready, events > 0 ? count : 0);
    end_risk(transport);
    return drive;
}

/* At each look libcurl moves one buffer, and a host that sleeps would sleep between any two of them. */
Drive transport_drive(Transport *transport, int milliseconds)
{
    bool moved = false;
    Drive drive = look(transport, milliseconds, &moved);
    int64_t until = clock_now() + LONGEST_DRIVE;
    while (drive == DRIVE_GOING && moved && clock_now() < until)
        drive = look(transport, 0, &moved);
    return drive;
}

bool transport_is_waiting(const Transport *transport)
{
    double begun = 0;
    curl_off_t sent = 0;
    curl_easy_getinfo(transport->easy, CURLINFO_PRETRANSFER_TIME, &begun);
    curl_easy_getinfo(transport->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return begun > 0 && sent >= (curl_off_t)transport->exchange->body_length;
}

int transport_watched(const Transport *transport, struct pollfd *descriptors)
{
    if (descriptors != NULL)
        memcpy(descriptors, transport->watched, (size_t)transport->watched_count * sizeof *descriptors);
    return transport->watched_count;
}

int64_t transport_wakes(const Transport *transport)
{
    return transport->wakes;
}

Transport *transport_next(const Transport *transport)
{
    return transport->next;
}

void transport_set_next(Transport *transport, Transport *next)
{
    transport->next = next;
}

const char *transport_version(void)
{
    static char text[32];
    snprintf(text, sizeof text, "libcurl/%s", curl_version_info(CURLVERSION_NOW)->version);
    return text;
}
