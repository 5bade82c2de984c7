/*
 * events.c - the viewers, and what they are told as it happens; see inside.h.
 *
 * What is new is written once and copied to each viewer. One who does not read gets no more than
 * fits into his buffer: then `again`, upon which the page asks for all anew.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/print.h"
#include "ledger/status_words.h"
#include "serve/inside.h"
#include "state/state.h"

enum { PENDING_MAX = 512 << 10, TOLD_AT_ONCE = 100, RATE_MS = 10000 };

static const char again[] = "event: again\ndata: {}\n\n";

struct sc_viewer {
    struct sc_viewer *next;
    struct sc_serve *server;
    struct MHD_Connection *connection;
    uint64_t calls; /* told so far */
    char *pending;
    size_t n, room;
    bool sleeps; /* the connection is suspended */
};

/* ---- one viewer ----------------------------------------------------------------------------- */

static void add(struct sc_viewer *v, const char *bytes, size_t n)
{
    size_t room = v->room ? v->room : 4096;
    char *more;

    if (v->n + n > PENDING_MAX) {
        v->n = 0;
        bytes = again;
        n = sizeof again - 1;
    }
    while (room < v->n + n)
        room *= 2;
    if (room > v->room) {
        if (!(more = realloc(v->pending, room)))
            return;
        v->pending = more;
        v->room = room;
    }
    memcpy(v->pending + v->n, bytes, n);
    v->n += n;
}

static ssize_t give(void *cls, uint64_t pos, char *to, size_t max)
{
    struct sc_viewer *v = cls;
    size_t n = v->n < max ? v->n : max;

    (void)pos;
    if (v->server->ends)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == 0) {
        v->sleeps = true;
        MHD_suspend_connection(v->connection);
        return 0;
    }
    memcpy(to, v->pending, n);
    memmove(v->pending, v->pending + n, v->n - n);
    v->n -= n;
    return (ssize_t)n;
}

static void leave(void *cls)
{
    struct sc_viewer *v = cls;

    for (struct sc_viewer **at = &v->server->viewers; *at; at = &(*at)->next)
        if (*at == v) {
            *at = v->next;
            break;
        }
    free(v->pending);
    free(v);
}

enum MHD_Result sc_events_begin(struct sc_serve *s, struct MHD_Connection *c)
{
    struct sc_viewer *v = calloc(1, sizeof *v);
    struct MHD_Response *r =
        v ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, give, v, leave) : NULL;
    enum MHD_Result result;

    if (!r) {
        free(v);
        return MHD_NO;
    }
    v->server = s;
    v->connection = c;
    v->calls = sc_calls_last(s->calls);
    v->next = s->viewers;
    s->viewers = v;
    add(v, "retry: 2000\n\n", strlen("retry: 2000\n\n"));
    s->told_ms = 0; /* the next tick tells him how things stand */
    sc_add_headers(r, "text/event-stream");
    result = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return result;
}

/* ---- what is told --------------------------------------------------------------------------- */

static void put_rate(struct sc_serve *s, FILE *f)
{
    int64_t now_ms = sc_wall_ms();
    struct sc_calls_rate r;

    sc_calls_rate(s->calls, now_ms - RATE_MS, &r);
    fprintf(f,
            "\"rate\":{\"over_ms\":%" PRId64 ",\"calls\":%" PRId64 ",\"failed\":%" PRId64
            ",\"attempts\":%" PRId64 ",\"p50_ms\":%" PRId64 ",\"p95_ms\":%" PRId64 "}",
            sc_calls_rate_over_ms(&r, now_ms), r.calls, r.failed, r.attempts, r.p50_ms, r.p95_ms);
}

void sc_now_json(struct sc_serve *s, FILE *f)
{
    fprintf(f, "{\"time_ms\":%" PRId64 ",\"calls_seen\":%" PRIu64 ",\"odd_lines\":%" PRId64 ",",
            sc_wall_ms(), sc_calls_last(s->calls), s->odd);
    put_rate(s, f);
    fputs(",\"log\":", f);
    sc_print_json(f, s->config->log);
    fputs(",\"status\":", f);
    sc_state_view_read(&s->view);
    sc_status_json(f, &s->view, sc_state_now());
    fputs("}", f);
}

static void put_calls(struct sc_serve *s, uint64_t from, FILE *f)
{
    uint64_t last = sc_calls_last(s->calls);

    fputs("event: calls\ndata: [", f);
    for (uint64_t i = from; i < last; i++) {
        if (i > from)
            fputc(',', f);
        sc_calls_put_json(f, sc_calls_at(s->calls, i), i);
    }
    fputs("]\n\n", f);
}

static void tell_all(struct sc_serve *s, const char *text, size_t n, bool calls)
{
    for (struct sc_viewer *v = s->viewers; v; v = v->next) {
        add(v, text, n);
        if (calls)
            v->calls = sc_calls_last(s->calls);
    }
}

/* Those that are told have heard of the same calls, but for one who has just come, and he knows
 * of all that are there. */
static void tell_calls(struct sc_serve *s)
{
    uint64_t from = sc_calls_last(s->calls);
    struct sc_page p;

    for (const struct sc_viewer *v = s->viewers; v; v = v->next)
        from = v->calls < from ? v->calls : from;
    if (from + TOLD_AT_ONCE < sc_calls_last(s->calls))
        from = sc_calls_last(s->calls) - TOLD_AT_ONCE;
    if (from == sc_calls_last(s->calls) || !sc_page_begin(&p))
        return;
    put_calls(s, from, p.f);
    if (fclose(p.f) == 0)
        tell_all(s, p.text, p.n, true);
    free(p.text);
}

static void tell_now(struct sc_serve *s)
{
    int64_t now = sc_monotonic_ms();
    struct sc_page p;

    if (now - s->told_ms < 1000 || !sc_page_begin(&p))
        return;
    s->told_ms = now;
    fputs("event: now\ndata: ", p.f);
    sc_now_json(s, p.f);
    fputs("\n\n", p.f);
    if (fclose(p.f) == 0)
        tell_all(s, p.text, p.n, false);
    free(p.text);
}

static void wake(struct sc_viewer *v)
{
    if (v->sleeps)
        MHD_resume_connection(v->connection);
    v->sleeps = false;
}

void sc_events_tell(struct sc_serve *s)
{
    if (!s->viewers)
        return;
    tell_calls(s);
    tell_now(s);
    for (struct sc_viewer *v = s->viewers; v; v = v->next)
        if (v->n > 0)
            wake(v);
}

void sc_events_wake_all(struct sc_serve *s)
{
    for (struct sc_viewer *v = s->viewers; v; v = v->next)
        wake(v);
}
