/* under_way.c - see under_way.h. */
#include "ledger/under_way.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "log/plain.h"

struct open_call {
    char id[24]; /* "": a free place */
    uint64_t age;
    int64_t waited_ms;
    char asked_model[128], asked_provider[32];
    bool told_twice; /* the last span is a wait that may come again, with its reason */
    struct sc_span *spans;
    size_t n_spans;
};

struct sc_under_way {
    struct open_call open[SC_CALLS_OPEN]; /* by hash, the next free place within reach */
    uint64_t age;
};

enum { REACH = 32 };

struct sc_under_way *sc_under_way_new(void)
{
    return calloc(1, sizeof(struct sc_under_way));
}

void sc_under_way_free(struct sc_under_way *u)
{
    if (!u)
        return;
    for (size_t i = 0; i < SC_CALLS_OPEN; i++)
        free(u->open[i].spans);
    free(u);
}

static struct open_call *place_of(struct sc_under_way *u, const char *id, bool make)
{
    uint64_t h = UINT64_C(14695981039346656037);
    struct open_call *free_one = NULL, *oldest = NULL;

    for (const char *p = id; *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    for (int i = 0; i < REACH; i++) {
        struct open_call *o = &u->open[(h + (uint64_t)i) % SC_CALLS_OPEN];

        if (strcmp(o->id, id) == 0)
            return o;
        if (!o->id[0] && !free_one)
            free_one = o;
        if (!oldest || o->age < oldest->age)
            oldest = o;
    }
    if (!make)
        return NULL;
    if (!free_one) {
        free_one = oldest;
        free(oldest->spans);
        memset(oldest, 0, sizeof *oldest);
    }
    snprintf(free_one->id, sizeof free_one->id, "%s", id);
    free_one->age = ++u->age;
    return free_one;
}

static void add_span(struct open_call *o, const struct sc_span *s)
{
    struct sc_span *more;

    if (o->n_spans >= SC_SPANS_MAX)
        return;
    if ((o->n_spans & (o->n_spans - 1)) == 0) { /* full: at 0, 1, 2, 4... */
        more = realloc(o->spans, (o->n_spans ? o->n_spans * 2 : 1) * sizeof *more);
        if (!more)
            return;
        o->spans = more;
    }
    o->spans[o->n_spans++] = *s;
}

/* Thirty years at most, so that sums are none that do not fit. */
static int64_t bounded(int64_t v)
{
    static const int64_t most = INT64_C(1000000000000);

    return v < 0 ? 0 : v < most ? v : most;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* A line says when it was written: of an attempt that is its end. */
static void take_attempt(struct open_call *o, const struct sc_log_line *l)
{
    struct sc_span s = {.kind = SC_SPAN_ATTEMPT, .ms = bounded(l->ms), .status = l->status};

    s.begin_ms = l->time_ms - s.ms;
    snprintf(s.what, sizeof s.what, "%s", l->class);
    add_span(o, &s);
}

static void add_wait(struct open_call *o, int64_t begin_ms, int64_t ms, const char *why)
{
    struct sc_span s = {.kind = SC_SPAN_WAIT, .begin_ms = begin_ms, .ms = ms, .status = -1};

    snprintf(s.what, sizeof s.what, "%s", why);
    o->waited_ms += ms;
    add_span(o, &s);
}

/* The wait before the next attempt is told by the attempt's own line, in a log that has all by one
 * of its own as well: that one says why. */
static void take_backoff(struct open_call *o, const struct sc_log_line *l)
{
    struct sc_span *last = o->n_spans ? &o->spans[o->n_spans - 1] : NULL;

    if (last && last->kind == SC_SPAN_WAIT && o->told_twice)
        snprintf(last->what, sizeof last->what, "%s", l->reason);
    else
        add_wait(o, l->time_ms, bounded(l->ms), l->reason);
    o->told_twice = false;
}

static void take_event(struct open_call *o, const struct sc_log_line *l)
{
    struct sc_span s = {.kind = SC_SPAN_EVENT, .begin_ms = l->time_ms, .status = -1};

    snprintf(s.what, sizeof s.what, "%s", l->event);
    sc_plain(l->text, strlen(l->text), '?', s.text, sizeof s.text);
    add_span(o, &s);
}

static void take_part(struct sc_under_way *u, const struct sc_log_line *l)
{
    struct open_call *o = place_of(u, l->call, true);

    if (!o->asked_model[0]) {
        memcpy(o->asked_model, l->model, sizeof o->asked_model);
        memcpy(o->asked_provider, l->provider, sizeof o->asked_provider);
    }
    if (is(l->event, "attempt")) {
        take_attempt(o, l);
        if (l->will_retry && l->wait_ms > 0)
            add_wait(o, l->time_ms, bounded(l->wait_ms), "backoff");
        o->told_twice = l->will_retry && l->wait_ms > 0;
    } else if (is(l->event, "waited")) {
        add_wait(o, l->time_ms - bounded(l->ms), bounded(l->ms), l->reason);
    } else if (is(l->event, "wait")) {
        if (!is(l->reason, "limit") && !is(l->reason, "gate")) /* these are told when over */
            take_backoff(o, l);
    } else {
        take_event(o, l);
    }
}

bool sc_under_way_take(struct sc_under_way *u, const struct sc_log_line *l,
                       struct sc_call_seen *ended)
{
    struct open_call *o;

    if (!l->call[0])
        return false;
    if (strcmp(l->event, "call") != 0) {
        take_part(u, l);
        return false;
    }
    memset(ended, 0, sizeof *ended);
    ended->end = *l;
    if (!(o = place_of(u, l->call, false)))
        return true;
    ended->waited_ms = o->waited_ms;
    memcpy(ended->asked_model, o->asked_model, sizeof ended->asked_model);
    memcpy(ended->asked_provider, o->asked_provider, sizeof ended->asked_provider);
    ended->spans = o->spans;
    ended->n_spans = o->n_spans;
    memset(o, 0, sizeof *o);
    return true;
}

int64_t sc_call_begin_ms(const struct sc_call_seen *s)
{
    int64_t begin = s->end.time_ms - bounded(s->end.ms);

    for (size_t i = 0; i < s->n_spans; i++)
        if (s->spans[i].begin_ms < begin)
            begin = s->spans[i].begin_ms;
    return begin;
}

const char *sc_span_words(const struct sc_span *s, char *buf, size_t n)
{
    char answer[32] = "no answer";

    if (s->kind == SC_SPAN_ATTEMPT) {
        if (s->status > 0)
            snprintf(answer, sizeof answer, "HTTP %" PRId64, s->status);
        snprintf(buf, n, "attempt: %s%s%s, %s", answer, s->what[0] ? ", " : "", s->what,
                 sc_time_words(s->ms).s);
    } else if (s->kind == SC_SPAN_WAIT) {
        snprintf(buf, n, "wait: %s, %s", s->what[0] ? s->what : "?", sc_time_words(s->ms).s);
    } else {
        snprintf(buf, n, "%s%s%s", s->what, s->text[0] ? ": " : "", s->text);
    }
    return buf;
}
