/* calls.c - see calls.h. */
#include "serve/calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "log/plain.h"

struct open_call {
    char id[24]; /* "": a free place */
    uint64_t age;
    int64_t waited_ms;
    struct sc_span *spans;
    size_t n_spans;
};

struct sc_calls {
    struct sc_call_seen kept[SC_CALLS_KEPT]; /* a ring */
    uint64_t last;
    struct open_call open[SC_CALLS_OPEN]; /* by hash, the next free place within reach */
    uint64_t age;
};

enum { REACH = 32 };

struct sc_calls *sc_calls_new(void)
{
    return calloc(1, sizeof(struct sc_calls));
}

void sc_calls_free(struct sc_calls *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SC_CALLS_KEPT; i++)
        free(c->kept[i].spans);
    for (size_t i = 0; i < SC_CALLS_OPEN; i++)
        free(c->open[i].spans);
    free(c);
}

/* ---- calls under way ------------------------------------------------------------------------ */

static struct open_call *place_of(struct sc_calls *c, const char *id, bool make)
{
    uint64_t h = UINT64_C(14695981039346656037);
    struct open_call *free_one = NULL, *oldest = NULL;

    for (const char *p = id; *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    for (int i = 0; i < REACH; i++) {
        struct open_call *o = &c->open[(h + (uint64_t)i) % SC_CALLS_OPEN];

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
    free_one->age = ++c->age;
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

static int64_t at_least_0(int64_t v)
{
    return v > 0 ? v : 0;
}

/* A line says when it was written: of an attempt and of a wait for a limit that is its end, of a
 * wait before the next attempt its beginning. */
static void take_part(struct sc_calls *c, const struct sc_log_line *l)
{
    struct open_call *o = place_of(c, l->call, true);
    struct sc_span s = {.kind = SC_SPAN_EVENT, .begin_ms = l->time_ms, .status = -1};

    if (strcmp(l->event, "attempt") == 0) {
        s.kind = SC_SPAN_ATTEMPT;
        s.ms = at_least_0(l->ms);
        s.begin_ms -= s.ms;
        s.status = l->status;
        snprintf(s.what, sizeof s.what, "%s", l->class);
    } else if (strcmp(l->event, "wait") == 0 || strcmp(l->event, "waited") == 0) {
        s.kind = SC_SPAN_WAIT;
        s.ms = at_least_0(l->ms);
        s.begin_ms -= l->event[4] ? s.ms : 0;
        snprintf(s.what, sizeof s.what, "%s", l->reason);
        o->waited_ms += s.ms;
    } else {
        snprintf(s.what, sizeof s.what, "%s", l->event);
        sc_plain(l->text, strlen(l->text), '?', s.text, sizeof s.text);
    }
    add_span(o, &s);
}

static void take_end(struct sc_calls *c, const struct sc_log_line *l)
{
    struct sc_call_seen *seen = &c->kept[c->last++ % SC_CALLS_KEPT];
    struct open_call *o = place_of(c, l->call, false);

    free(seen->spans);
    memset(seen, 0, sizeof *seen);
    seen->end = *l;
    if (!o)
        return;
    seen->waited_ms = o->waited_ms;
    seen->spans = o->spans;
    seen->n_spans = o->n_spans;
    memset(o, 0, sizeof *o);
}

void sc_calls_take(struct sc_calls *c, const struct sc_log_line *l)
{
    if (!l->call[0])
        return;
    if (strcmp(l->event, "call") == 0)
        take_end(c, l);
    else
        take_part(c, l);
}

/* ---- those that have ended ------------------------------------------------------------------ */

uint64_t sc_calls_first(const struct sc_calls *c)
{
    return c->last > SC_CALLS_KEPT ? c->last - SC_CALLS_KEPT : 0;
}

uint64_t sc_calls_last(const struct sc_calls *c)
{
    return c->last;
}

const struct sc_call_seen *sc_calls_at(const struct sc_calls *c, uint64_t number)
{
    return &c->kept[number % SC_CALLS_KEPT];
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

void sc_calls_rate(const struct sc_calls *c, int64_t since_ms, struct sc_calls_rate *out)
{
    int64_t took[SC_CALLS_KEPT];
    size_t n = 0;

    *out = (struct sc_calls_rate){.p50_ms = -1, .p95_ms = -1};
    for (uint64_t i = sc_calls_first(c); i < c->last; i++) {
        const struct sc_log_line *l = &sc_calls_at(c, i)->end;

        if (l->time_ms < since_ms)
            continue;
        out->partial |= i == sc_calls_first(c) && i > 0;
        out->calls++;
        out->failed += strcmp(l->outcome, "ok") != 0;
        out->attempts += at_least_0(l->attempts);
        if (l->ms >= 0)
            took[n++] = l->ms;
    }
    if (n == 0)
        return;
    qsort(took, n, sizeof *took, by_number);
    out->p50_ms = took[(n - 1) / 2];
    out->p95_ms = took[(n - 1) * 95 / 100];
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void put_text(FILE *f, const char *name, const char *text)
{
    if (!text[0])
        return;
    fprintf(f, ",\"%s\":", name);
    sc_print_json(f, text);
}

static void put_number(FILE *f, const char *name, int64_t v)
{
    if (v >= 0)
        fprintf(f, ",\"%s\":%" PRId64, name, v);
}

static void put_span(FILE *f, const struct sc_span *s, int64_t begin_ms)
{
    static const char *const kinds[] = {"attempt", "wait", "event"};

    fprintf(f, "{\"kind\":\"%s\",\"at_ms\":%" PRId64 ",\"ms\":%" PRId64, kinds[s->kind],
            s->begin_ms - begin_ms, s->ms);
    put_number(f, "status", s->status);
    put_text(f, "what", s->what);
    put_text(f, "text", s->text);
    fputc('}', f);
}

/* A text log's times are to the second: what came first has the earliest of them. */
static int64_t begin_of(const struct sc_call_seen *s)
{
    int64_t begin = s->end.time_ms - at_least_0(s->end.ms);

    for (size_t i = 0; i < s->n_spans; i++)
        if (s->spans[i].begin_ms < begin)
            begin = s->spans[i].begin_ms;
    return begin;
}

void sc_calls_put_json(FILE *f, const struct sc_call_seen *s, uint64_t number)
{
    const struct sc_log_line *l = &s->end;
    int64_t begin = begin_of(s);

    fprintf(f, "{\"number\":%" PRIu64 ",\"begin_ms\":%" PRId64 ",\"time_ms\":%" PRId64, number,
            begin, l->time_ms);
    put_text(f, "call", l->call);
    put_number(f, "pid", l->pid);
    put_text(f, "program", l->program);
    put_text(f, "model", l->model);
    put_text(f, "rule", l->rule);
    put_text(f, "provider", l->provider);
    put_text(f, "host", l->host);
    put_text(f, "outcome", l->outcome);
    put_text(f, "class", l->class);
    put_text(f, "reason", l->reason);
    put_number(f, "status", l->status);
    put_number(f, "curl_code", l->curl_code);
    put_number(f, "attempts", l->attempts);
    put_number(f, "ms", l->ms);
    put_number(f, "waited_ms", s->waited_ms);
    put_number(f, "input_tokens", l->input);
    put_number(f, "output_tokens", l->output);
    if (l->cost_nano >= 0)
        fprintf(f, ",\"cost_usd\":%" PRId64 ".%09d", l->cost_nano / 1000000000,
                (int)(l->cost_nano % 1000000000));
    if (l->estimated)
        fputs(",\"estimated\":true", f);
    if (l->from_text)
        fputs(",\"coarse\":true", f);
    fputs(",\"spans\":[", f);
    for (size_t i = 0; i < s->n_spans; i++) {
        if (i > 0)
            fputc(',', f);
        put_span(f, &s->spans[i], begin);
    }
    fputs("]}", f);
}
