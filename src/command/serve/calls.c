/* calls.c - see calls.h. */
#include "serve/calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"

struct sc_calls {
    struct sc_call_seen kept[SC_CALLS_KEPT]; /* a ring */
    uint64_t last;
    struct sc_under_way *under_way;
};

struct sc_calls *sc_calls_new(void)
{
    struct sc_calls *c = calloc(1, sizeof *c);

    if (c && (c->under_way = sc_under_way_new()))
        return c;
    free(c);
    return NULL;
}

void sc_calls_free(struct sc_calls *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SC_CALLS_KEPT; i++)
        free(c->kept[i].spans);
    sc_under_way_free(c->under_way);
    free(c);
}

static int64_t at_least_0(int64_t v)
{
    return v > 0 ? v : 0;
}

void sc_calls_take(struct sc_calls *c, const struct sc_log_line *l)
{
    struct sc_call_seen ended, *place;

    if (!sc_under_way_take(c->under_way, l, &ended))
        return;
    place = &c->kept[c->last++ % SC_CALLS_KEPT];
    free(place->spans);
    *place = ended;
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

    *out = (struct sc_calls_rate){.p50_ms = -1, .p95_ms = -1, .since_ms = since_ms};
    for (uint64_t i = sc_calls_first(c); i < c->last; i++) {
        const struct sc_log_line *l = &sc_calls_at(c, i)->end;

        if (l->time_ms < since_ms)
            continue;
        if (i == sc_calls_first(c) && i > 0)
            out->since_ms = l->time_ms;
        out->calls++;
        out->failed += sc_ending_of(l) == SC_CALL_FAILED;
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

void sc_calls_put_json(FILE *f, const struct sc_call_seen *s, uint64_t number)
{
    const struct sc_log_line *l = &s->end;
    int64_t begin = sc_call_begin_ms(s);

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
    fprintf(f, ",\"failed\":%s", sc_ending_of(l) == SC_CALL_FAILED ? "true" : "false");
    put_text(f, "class", l->class);
    put_text(f, "reason", l->reason);
    put_number(f, "status", l->status);
    put_number(f, "curl_code", l->curl_code);
    put_number(f, "attempts", l->attempts);
    put_number(f, "ms", l->ms);
    put_number(f, "waited_ms", s->waited_ms);
    put_number(f, "first_token_ms", l->first_token_ms);
    put_number(f, "input_tokens", l->input);
    put_number(f, "output_tokens", l->output);
    if (l->cost_nano >= 0)
        fprintf(f, ",\"cost_usd\":%" PRId64 ".%09d", l->cost_nano / 1000000000,
                (int)(l->cost_nano % 1000000000));
    put_text(f, "target", l->target);
    if (l->cached)
        fputs(",\"cached\":true", f);
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
