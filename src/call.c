#include "call.h"

#include "process.h"
#include "random.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What an attempt came to ------------------------------------------------------------------------------------------ */

/* A refusal is a clear answer; a request timeout, a fault of the server, or an interim answer that was the last one
 * leaves open whether the write took effect. */
bool call_is_unclear(const Call *call)
{
    const Exchange *exchange = &call->exchange;
    long status = exchange->status;
    bool refused = status >= 300 && status < 500 && status != 408;
    return exchange->kind != NULL ? exchange->sent && !refused : status < 200 || status == 408 || status >= 500;
}

bool call_may_pass(const Call *call)
{
    return call->exchange.kind != NULL ? call->exchange.passing : status_may_pass(call->exchange.status);
}

static void log_attempt(Call *call)
{
    const Exchange *exchange = &call->exchange;
    Attempt attempt = {
        .number = call->attempts,
        .status = exchange->status,
        .seconds = (double)(call->ended - call->attempted) / 1e6,
        .kind = exchange->kind,
    };
    snprintf(attempt.request_id, sizeof attempt.request_id, "%s", exchange->request_id);
    buffer_add(&call->log, &attempt, sizeof attempt); /* where memory is short, nobody hears of it */
}

static void note_outcome(Call *call)
{
    call->attempt_ended = true;
    call->unclear = call->unclear || (call->effect != EFFECT_NONE && call_is_unclear(call));
    if (call->client->looks_on)
        log_attempt(call);
}

/* The end of a call ------------------------------------------------------------------------------------------------ */

static void leave_client_list(Call *call)
{
    if (call->link == NULL)
        return;
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    call->link = NULL;
}

static void join_client_list(Call *call)
{
    Client *client = call->client;
    call->next = client->calls;
    call->link = &client->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->calls = call;
}

static void give_transport_back(Call *call)
{
    Transport *transport = call->transport;
    call->transport = NULL;
    if (transport == NULL)
        return;
    transport_stop(transport);
    if (call->pid == process_id())
        client_give(call->client, transport);
    else
        transport_free(transport); /* the parent's, which the client's list has forgotten */
}

static void join_queue(Call *call)
{
    Client *client = call->client;
    call->queue_next = NULL;
    call->queue_link = client->queue_end;
    *client->queue_end = call;
    client->queue_end = &call->queue_next;
}

static void leave_queue(Call *call)
{
    *call->queue_link = call->queue_next;
    if (call->queue_next != NULL)
        call->queue_next->queue_link = call->queue_link;
    else
        call->client->queue_end = call->queue_link;
}

static void set_waits(Call *call, bool waits)
{
    if (waits && !call->waits)
        join_queue(call);
    else if (!waits && call->waits)
        leave_queue(call);
    call->waits = waits;
}

static void finish(Call *call)
{
    give_transport_back(call);
    set_waits(call, false);
    leave_client_list(call);
    call->ended = clock_now();
    call->state = CALL_DONE;
}

void call_end(Call *call, const char *kind, const char *message)
{
    if (call->state == CALL_DONE)
        return;
    bool sending = call->state == CALL_SENDING;
    finish(call);
    call->exchange.kind = kind;
    call->exchange.passing = false;
    snprintf(call->exchange.message, sizeof call->exchange.message, "%s", message);
    if (sending)
        note_outcome(call);
}

void call_release(lua_State *L, Call *call)
{
    call_end(call, "cancelled", "the call was cancelled");
    buffer_free(&call->url);
    buffer_free(&call->body);
    buffer_free(&call->exchange.answer);
    buffer_free(&call->log);
    call->log_read = 0;
    Client *client = call->client;
    call->client = NULL;
    if (client != NULL)
        client_release(L, client);
}

/* Attempts --------------------------------------------------------------------------------------------------------- */

enum { LONGEST_BACKOFF = 30, LONGEST_SILENCE = 30 }; /* seconds */
enum { LEAST_SPEED = 10 };                           /* bytes a second */

static void keep_trouble(Call *call)
{
    if (call->exchange.kind != NULL)
        snprintf(call->trouble, sizeof call->trouble, "%.*s", (int)sizeof call->trouble - 1, call->exchange.message);
    else
        snprintf(call->trouble, sizeof call->trouble, "HTTP %ld", call->exchange.status);
}

double call_left(const Call *call, int64_t time)
{
    return call->deadline == INT64_MAX ? INFINITY : (double)(call->deadline - time) / 1e6;
}

/* Plans the next attempt: what the server asks to wait, and a random part of a time that doubles, so that those who
 * failed together do not come back together. False where that is not allowed or no time is left for it. */
static bool plan_attempt(Call *call)
{
    const Client *client = call->client;
    if (call->attempts > client->max_retries)
        return false;
    double left = call_left(call, clock_now());
    double asked = (double)call->exchange.retry_after - (double)(clock_now() - call->ended) / 1e6;
    if (asked < 0)
        asked = 0;
    if (asked >= left)
        return false;
    double backoff =
        fmin(client->retry_delay * exp2(fmin(call->attempts - 1, 60)), LONGEST_BACKOFF) * random_fraction();
    call->resumes = clock_now() + (int64_t)((asked + fmin(backoff, (left - asked) / 2)) * 1e6);
    return true;
}

static void pause_before_attempt(Call *call)
{
    keep_trouble(call);
    call->repeated = call->unclear;
    call->state = CALL_PAUSING;
}

/* An exchange has ended. Whether it is worth another attempt is decided here, and for a create whose answer was lost
 * by whoever looks for what it made. */
static void attempt_ended(Call *call)
{
    give_transport_back(call);
    call->ended = clock_now();
    note_outcome(call);
    bool safe = call->effect != EFFECT_CREATE || !call_is_unclear(call);
    if (safe && call_may_pass(call) && plan_attempt(call))
        pause_before_attempt(call);
    else
        finish(call);
}

/* Stepping --------------------------------------------------------------------------------------------------------- */

enum { QUEUE_TICK = 5000 }; /* microseconds between two looks for a free transport */

/* What a poll(2) of somebody else's told. */
typedef struct Told {
    const struct pollfd *descriptors;
    int count;
} Told;

static const char *what_was_missing(const Call *call)
{
    const Exchange *exchange = &call->exchange;
    if (call->attempts == 0)
        return call->waited ? "all connections of this client were in use (max_connections)" : "it was not sent";
    return !exchange->connected    ? "no connection could be made"
           : !exchange->sent       ? "the connection was made, but TLS was not ready"
           : exchange->status == 0 ? "the request was sent, but no answer came"
                                   : "the answer began, but did not end";
}

/* Between two attempts the outcome is that of the last one. */
static void time_out(Call *call)
{
    bool sending = call->state == CALL_SENDING;
    char note[sizeof call->trouble + 32] = "";
    if (call->trouble[0] != '\0')
        snprintf(note, sizeof note, "; the attempt before: %s", call->trouble);
    finish(call);
    if (!sending && call->attempts > 0)
        return;
    call->exchange.kind = "timeout";
    snprintf(call->exchange.message, sizeof call->exchange.message, "not done within %.14g s (timeout): %s%s",
             call->timeout, what_was_missing(call), note);
    if (sending)
        note_outcome(call);
}

static size_t bytes_heard(const Call *call)
{
    return call->exchange.header_bytes + call->exchange.answer.length;
}

static void listen_anew(Call *call)
{
    call->listening = clock_now();
    call->heard = bytes_heard(call);
}

static int64_t silence_ends(const Call *call)
{
    return call->listening + (int64_t)(call->patience * 1e6);
}

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

/* Those who wait already look again within a tick. Else whoever has just given a transport back would have it again
 * with the next call, and the others would never get one. */
static bool lets_others_go_first(const Call *call)
{
    return !call->waits && call->client->queue != NULL;
}

static void take_transport(Call *call)
{
    bool memory = true;
    Transport *transport = lets_others_go_first(call) ? NULL : client_take(call->client, call->url.data, &memory);
    call->waited = transport == NULL && memory;
    set_waits(call, call->waited);
    if (call->waited)
        return;
    /* other idle connections may be dead, too; and libcurl resends by itself on one that was used before */
    call->exchange.fresh = call->effect != EFFECT_NONE || call->exchange.kind != NULL;
    exchange_reset(&call->exchange);
    if (transport == NULL || !transport_start(transport, &call->exchange)) {
        call->transport = transport;
        call_end(call, "network", "libcurl could not begin the request; memory may be short");
        return;
    }
    call->transport = transport;
    call->attempts++;
    call->attempted = clock_now();
    call->state = CALL_SENDING;
    listen_anew(call);
}

/* libcurl's own limit looks at a mean of the last seconds, and so strikes up to five seconds late. */
static void give_up_silence(Call *call)
{
    double least = call->patience * LEAST_SPEED;
    if ((double)(bytes_heard(call) - call->heard) >= least) {
        listen_anew(call);
        return;
    }
    transport_stop(call->transport);
    call->exchange.kind = "timeout";
    call->exchange.passing = true;
    snprintf(call->exchange.message, sizeof call->exchange.message,
             "the server fell silent (less than %d bytes a second for %.3g s)", LEAST_SPEED, call->patience);
    attempt_ended(call);
}

int64_t call_wakes(const Call *call, int64_t now)
{
    if (call->state == CALL_DONE)
        return 0;
    int64_t wakes = call->state == CALL_QUEUED    ? now + QUEUE_TICK
                    : call->state == CALL_PAUSING ? call->resumes
                                                  : earlier(transport_wakes(call->transport), silence_ends(call));
    return earlier(wakes, call->deadline);
}

/* Rounded up: a poll must not wake just before the time. */
int call_milliseconds_until(int64_t wakes, int64_t now)
{
    int64_t left = wakes == INT64_MAX ? 1000000 : wakes - now;
    if (left <= 0)
        return 0;
    return left >= 60000000 ? 60000 : (int)((left + 999) / 1000);
}

int call_rests(const Call *call)
{
    int64_t now = clock_now();
    return call_milliseconds_until(call_wakes(call, now), now);
}

int call_watched(const Call *call, struct pollfd *descriptors)
{
    if (call->state != CALL_SENDING || call->pid != process_id())
        return 0;
    return transport_watched(call->transport, descriptors);
}

static Drive rest(int milliseconds)
{
    if (milliseconds > 0 && poll(NULL, 0, milliseconds) < 0 && errno == EINTR)
        return DRIVE_INTERRUPTED;
    return DRIVE_GOING;
}

static void end_pause(Call *call)
{
    if (call->operation == NULL)
        finish(call);
    else
        call->state = CALL_QUEUED;
}

/* The server's silence begins when it has been spoken to, however long connection and request took. */
static Drive drive_exchange(Call *call, int milliseconds, const Told *told)
{
    bool waiting = transport_is_waiting(call->transport);
    Drive driven = told != NULL ? transport_act(call->transport, told->descriptors, told->count)
                                : transport_drive(call->transport, milliseconds);
    if (driven == DRIVE_FINISHED)
        attempt_ended(call);
    else if (!waiting)
        listen_anew(call);
    else if (clock_now() >= silence_ends(call))
        give_up_silence(call);
    return driven;
}

static Drive drive(Call *call, int milliseconds, const Told *told)
{
    if (call->state == CALL_PAUSING && clock_now() >= call->resumes)
        end_pause(call);
    if (call->state == CALL_QUEUED && clock_now() < call->deadline) { /* later it would be sent only to be given up */
        take_transport(call);
        milliseconds = call->state == CALL_SENDING ? 0 : milliseconds;
    }
    if (call->state == CALL_DONE)
        return DRIVE_FINISHED;
    if (call->state != CALL_SENDING)
        return rest(milliseconds);
    return drive_exchange(call, milliseconds, told);
}

static Drive advance(Call *call, int milliseconds, const Told *told)
{
    if (call->state == CALL_DONE)
        return DRIVE_FINISHED;
    if (call->pid != process_id()) {
        call_end(call, "closed", "this call was begun before the process forked");
        return DRIVE_FINISHED;
    }
    Drive driven = drive(call, milliseconds, told);
    if (call->state != CALL_DONE && clock_now() >= call->deadline)
        time_out(call);
    return call->state == CALL_DONE ? DRIVE_FINISHED : driven == DRIVE_INTERRUPTED ? DRIVE_INTERRUPTED : DRIVE_GOING;
}

Drive call_advance(Call *call, int milliseconds)
{
    return advance(call, milliseconds, NULL);
}

Drive call_told(Call *call, const struct pollfd *descriptors, int count)
{
    return advance(call, 0, &(Told){.descriptors = descriptors, .count = count});
}

/* From outside ----------------------------------------------------------------------------------------------------- */

static int64_t deadline_after(int64_t now, double seconds)
{
    return seconds < 1e9 ? now + (int64_t)(seconds * 1e6) : INT64_MAX;
}

void call_start(Call *call)
{
    join_client_list(call);
    /* A server that says nothing is given up in time to ask again; a create, in time to look for what it made. */
    call->patience = call->named ? fmin(call->timeout / 2, LONGEST_SILENCE) : LONGEST_SILENCE;
    call->deadline = deadline_after(call->started, call->timeout);
    call->state = CALL_QUEUED;
}

void call_renew(Call *call)
{
    call->deadline = deadline_after(clock_now(), call->timeout);
    listen_anew(call);
}

bool call_repeat(Call *call)
{
    if (!plan_attempt(call))
        return false;
    join_client_list(call);
    pause_before_attempt(call);
    return true;
}
