/*
 * log_calls.c - the log as a row a call; see log_view.h.
 *
 * What a call waited is told before its end, by lines that bear its id: kept aside until then.
 */
#include "cli/log_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "cli/when.h"
#include "core/units.h"
#include "log/plain.h"

struct row {
    struct sc_log_line line;
    int64_t waited_ms; /* -1: nothing told of a wait */
};

struct waited {
    char call[24]; /* "": a free place */
    int64_t ms;
};

struct sc_log_calls {
    struct sc_log_select select;
    bool json, coloured, headed;
    long max, found;  /* max -1: all, printed as they come */
    struct row *rows; /* the last `max`, a ring */
    struct waited *waits;
    size_t n_waits, room; /* a power of two */
};

struct sc_log_calls *sc_log_calls_new(const struct sc_log_select *s, long n, bool json)
{
    struct sc_log_calls *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->select = *s;
    c->json = json;
    c->coloured = !json && sc_log_coloured();
    c->max = n;
    c->room = 256;
    c->waits = calloc(c->room, sizeof *c->waits);
    c->rows = n > 0 ? calloc((size_t)n, sizeof *c->rows) : NULL;
    if (c->waits && (n <= 0 || c->rows))
        return c;
    sc_log_calls_free(c);
    return NULL;
}

void sc_log_calls_free(struct sc_log_calls *c)
{
    free(c->waits);
    free(c->rows);
    free(c);
}

long sc_log_calls_found(const struct sc_log_calls *c)
{
    return c->found;
}

/* ---- waits ---- */

static struct waited *place_of(struct waited *waits, size_t room, const char *call)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (const char *p = call; *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    while (waits[h & (room - 1)].call[0] && strcmp(waits[h & (room - 1)].call, call) != 0)
        h++;
    return &waits[h & (room - 1)];
}

static void make_room(struct sc_log_calls *c)
{
    size_t room = c->room * 2;
    struct waited *more;

    if (c->n_waits * 2 < c->room || !(more = calloc(room, sizeof *more)))
        return;
    for (size_t i = 0; i < c->room; i++)
        if (c->waits[i].call[0])
            *place_of(more, room, c->waits[i].call) = c->waits[i];
    free(c->waits);
    c->waits = more;
    c->room = room;
}

static void add_wait(struct sc_log_calls *c, const struct sc_log_line *l, int64_t ms)
{
    struct waited *w;

    make_room(c);
    if (ms < 0 || !l->call[0] || c->n_waits + 1 >= c->room)
        return;
    w = place_of(c->waits, c->room, l->call);
    if (!w->call[0]) {
        c->n_waits++;
        memcpy(w->call, l->call, sizeof w->call);
    }
    w->ms += ms;
}

/* ---- rows ---- */

/* A cell of at most `width` characters, and a blank. */
static void put_cell(const char *text, int width)
{
    char s[256];
    int n = 0, cut = 0;

    sc_plain(text, strlen(text), '?', s, sizeof s);
    for (; s[cut] && n < width; n++)
        for (cut++; ((unsigned char)s[cut] & 0xC0) == 0x80; cut++)
            ;
    printf("%.*s%*s ", cut, s, width - n, "");
}

static void put_head(struct sc_log_calls *c)
{
    if (!c->headed)
        printf("%-20s %-14s %-20s %8s %9s %9s  %-24s %12s  %s\n", "TIME", "PROGRAM", "MODEL",
               "ATTEMPTS", "WAITED", "TOOK", "OUTCOME", "COST", "CALL");
    c->headed = true;
}

static void put_text_row(struct sc_log_calls *c, const struct row *r)
{
    const struct sc_log_line *l = &r->line;
    char when[40], waited[32] = "-", took[32] = "-", money[32] = "-", outcome[96], attempts[24];
    const char *colour = c->coloured ? sc_log_colour(l->level) : "";

    put_head(c);
    if (r->waited_ms > 0)
        snprintf(waited, sizeof waited, "%s", sc_time_words(r->waited_ms).s);
    if (l->ms >= 0)
        snprintf(took, sizeof took, "%s", sc_time_words(l->ms).s);
    if (l->cost_nano >= 0)
        snprintf(money, sizeof money, "%s", sc_usd_words(l->cost_nano).s);
    snprintf(attempts, sizeof attempts, "%" PRId64, l->attempts < 0 ? 0 : l->attempts);
    sc_log_outcome_words(l, outcome, sizeof outcome);
    fputs(colour, stdout);
    put_cell(sc_when_write(l->time_ms, false, when), 20);
    put_cell(l->program, 14);
    put_cell(l->model, 20);
    printf("%8s %9s %9s  ", attempts, waited, took);
    put_cell(outcome, 24);
    printf("%12s  ", money);
    sc_print(stdout, "%s", l->call);
    printf("%s\n", *colour ? SC_LOG_COLOUR_END : "");
}

static void put_member(const char *name, const char *text)
{
    printf(",\"%s\":", name);
    if (text[0])
        sc_print_json(stdout, text);
    else
        printf("null");
}

static void put_number(const char *name, int64_t v)
{
    if (v >= 0)
        printf(",\"%s\":%" PRId64, name, v);
}

static void put_json_row(const struct row *r)
{
    const struct sc_log_line *l = &r->line;
    char when[40];

    printf("{\"time\":\"%s\"", sc_when_write(l->time_ms, !l->from_text, when));
    put_member("call", l->call);
    put_member("program", l->program);
    put_member("model", l->model);
    put_member("rule", l->rule);
    put_member("outcome", l->outcome);
    put_member("class", l->class);
    put_member("reason", l->reason);
    put_number("status", l->status);
    put_number("attempts", l->attempts);
    put_number("waited_ms", r->waited_ms < 0 ? 0 : r->waited_ms);
    put_number("ms", l->ms);
    put_number("input_tokens", l->input);
    put_number("output_tokens", l->output);
    if (l->cost_nano >= 0)
        printf(",\"cost_usd\":%" PRId64 ".%09d", l->cost_nano / 1000000000,
               (int)(l->cost_nano % 1000000000));
    printf("}\n");
}

static void put_row(struct sc_log_calls *c, const struct row *r)
{
    if (c->json)
        put_json_row(r);
    else
        put_text_row(c, r);
}

void sc_log_calls_take(struct sc_log_calls *c, const struct sc_log_line *l)
{
    struct row r = {.line = *l, .waited_ms = -1};
    struct waited *w;

    if (strcmp(l->event, "attempt") == 0)
        add_wait(c, l, l->will_retry ? l->wait_ms : -1);
    else if (strcmp(l->event, "waited") == 0)
        add_wait(c, l, l->ms);
    if (strcmp(l->event, "call") != 0 || !sc_log_selects(&c->select, l) || c->max == 0)
        return;
    w = place_of(c->waits, c->room, l->call);
    if (w->call[0])
        r.waited_ms = w->ms;
    if (c->max < 0)
        put_row(c, &r);
    else
        c->rows[c->found % c->max] = r;
    c->found++;
}

void sc_log_calls_go_on(struct sc_log_calls *c)
{
    c->max = -1;
}

void sc_log_calls_print(struct sc_log_calls *c)
{
    long first = c->found > c->max ? c->found - c->max : 0;

    for (long i = first; c->max > 0 && i < c->found; i++)
        put_row(c, &c->rows[i % c->max]);
}
