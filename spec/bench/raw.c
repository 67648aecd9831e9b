#include "raw.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct Raw {
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    size_t length, capacity;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
    Raw *raw = data;
    size_t more = size * count;
    if (raw->length + more > raw->capacity) {
        size_t capacity = 2 * (raw->length + more);
        char *grown = realloc(raw->body, capacity);
        if (grown == NULL)
            return 0;
        raw->body = grown;
        raw->capacity = capacity;
    }
    memcpy(raw->body + raw->length, bytes, more);
    raw->length += more;
    return more;
}

/* The options that the core sets, too, as far as they change what goes over the wire or what it costs. */
static void set_options(Raw *raw, const RawRequest *request)
{
    for (const char *const *line = request->headers; *line != NULL; line++)
        raw->headers = curl_slist_append(raw->headers, *line);
    curl_easy_setopt(raw->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(raw->easy, CURLOPT_USERAGENT, request->user_agent);
    curl_easy_setopt(raw->easy, CURLOPT_HTTPHEADER, raw->headers);
    curl_easy_setopt(raw->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(raw->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(raw->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(raw->easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(raw->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(raw->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(raw->easy, CURLOPT_WRITEDATA, raw);
    curl_easy_setopt(raw->easy, CURLOPT_PRIVATE, raw);
}

Raw *raw_new(const RawRequest *request)
{
    Raw *raw = calloc(1, sizeof *raw);
    if (raw == NULL)
        return NULL;
    raw->easy = curl_easy_init();
    if (raw->easy == NULL) {
        raw_free(raw);
        return NULL;
    }
    set_options(raw, request);
    return raw;
}

void raw_free(Raw *raw)
{
    if (raw == NULL)
        return;
    curl_easy_cleanup(raw->easy);
    curl_slist_free_all(raw->headers);
    free(raw->body);
    free(raw);
}

static const char *judge(Raw *raw, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(raw->easy, CURLINFO_RESPONSE_CODE, &status);
    return code != CURLE_OK ? curl_easy_strerror(code) : status != 200 ? "the status is not 200" : NULL;
}

const char *raw_get(Raw *raw, const char **body, size_t *length)
{
    raw->length = 0;
    const char *problem = judge(raw, curl_easy_perform(raw->easy));
    *body = raw->body;
    *length = raw->length;
    return problem;
}

/* Many at once ----------------------------------------------------------------------------------------------------- */

typedef struct Crowd {
    CURLM *multi;
    int epoll;
    long wakes; /* milliseconds until libcurl wants to be called anyway; -1: never */
    int begun, ended, total;
    RawTake *take;
    void *taker;
    const char *problem;
} Crowd;

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *known)
{
    (void)easy;
    Crowd *crowd = data;
    struct epoll_event event = {.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
                                .data.fd = socket};
    if (what == CURL_POLL_REMOVE)
        return epoll_ctl(crowd->epoll, EPOLL_CTL_DEL, socket, NULL), 0;
    epoll_ctl(crowd->epoll, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    curl_multi_assign(crowd->multi, socket, crowd);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *data)
{
    (void)multi;
    ((Crowd *)data)->wakes = milliseconds;
    return 0;
}

static void begin(Crowd *crowd, Raw *raw)
{
    raw->length = 0;
    crowd->begun++;
    if (curl_multi_add_handle(crowd->multi, raw->easy) != CURLM_OK)
        crowd->problem = "libcurl takes no more handles";
}

/* Each handle that is done takes the next call. */
static void collect(Crowd *crowd)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(crowd->multi, &left)) != NULL;) {
        Raw *raw = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&raw);
        const char *problem = judge(raw, message->data.result);
        crowd->problem = problem != NULL ? problem : crowd->problem;
        crowd->ended++;
        curl_multi_remove_handle(crowd->multi, raw->easy);
        if (crowd->take != NULL)
            crowd->take(crowd->taker, raw->body, raw->length);
        if (crowd->begun < crowd->total)
            begin(crowd, raw);
    }
}

static void drive(Crowd *crowd)
{
    struct epoll_event ready[64];
    int running, count = epoll_wait(crowd->epoll, ready, 64, (int)crowd->wakes);
    if (count == 0 || crowd->wakes == 0) {
        crowd->wakes = -1; /* it is one-shot */
        curl_multi_socket_action(crowd->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    for (int i = 0; i < count; i++) {
        int mask = (ready[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
                   (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (ready[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(crowd->multi, ready[i].data.fd, mask, &running);
    }
    collect(crowd);
}

static void run(Crowd *crowd, Raw **raws, int count)
{
    curl_multi_setopt(crowd->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(crowd->multi, CURLMOPT_SOCKETDATA, crowd);
    curl_multi_setopt(crowd->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(crowd->multi, CURLMOPT_TIMERDATA, crowd);
    curl_multi_setopt(crowd->multi, CURLMOPT_MAXCONNECTS, (long)count);
    for (int i = 0; i < count && crowd->begun < crowd->total; i++)
        begin(crowd, raws[i]);
    while (crowd->ended < crowd->total && crowd->problem == NULL)
        drive(crowd);
    for (int i = 0; i < count; i++)
        curl_multi_remove_handle(crowd->multi, raws[i]->easy);
}

const char *raw_at_once(const RawRequest *request, int total, int at_once, RawTake *take, void *taker)
{
    Crowd crowd = {.multi = curl_multi_init(), .epoll = epoll_create1(EPOLL_CLOEXEC), .wakes = -1, .total = total};
    crowd.take = take;
    crowd.taker = taker;
    Raw **raws = calloc((size_t)at_once, sizeof *raws);
    int count = 0;
    while (raws != NULL && count < at_once && (raws[count] = raw_new(request)) != NULL)
        count++;
    crowd.problem = count < at_once ? "memory ran out" : NULL;
    if (crowd.problem == NULL)
        run(&crowd, raws, count);
    while (count > 0)
        raw_free(raws[--count]);
    free(raws);
    curl_multi_cleanup(crowd.multi);
    close(crowd.epoll);
    return crowd.problem;
}
