/* gather.c - the lines of a log, added up; see report.h. */
#include <stdlib.h>
#include <string.h>

#include "core/cost.h"
#include "core/time.h"
#include "ledger/log_find.h"
#include "provider/provider.h"
#include "report/inside.h"

struct sc_report *sc_report_new(const struct sc_report_wish *wish)
{
    struct sc_report *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->wish = *wish;
    r->under_way = sc_under_way_new();
    r->sums = sc_sums_new();
    if (sc_course_begin(&r->course) && r->under_way && r->sums)
        return r;
    sc_report_free(r);
    return NULL;
}

static void forget(struct sc_shown *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->calls[i].spans);
}

void sc_report_free(struct sc_report *r)
{
    forget(&r->slow);
    forget(&r->failed);
    sc_course_end(&r->course);
    sc_under_way_free(r->under_way);
    sc_sums_free(r->sums);
    free(r);
}

int64_t sc_report_calls(const struct sc_report *r)
{
    return r->total.calls;
}

int64_t sc_report_odd(const struct sc_report *r)
{
    return r->odd;
}

/* ---- calls that are shown ------------------------------------------------------------------- */

static void put_in(struct sc_shown *s, size_t at, const struct sc_call_seen *c)
{
    if (s->n == SC_SHOWN_CALLS)
        free(s->calls[--s->n].spans);
    memmove(&s->calls[at + 1], &s->calls[at], (s->n - at) * sizeof *s->calls);
    s->calls[at] = *c;
    s->n++;
}

/* True: it is shown, and its parts are kept. */
static bool show_slow(struct sc_shown *s, const struct sc_call_seen *c)
{
    size_t at = s->n;

    while (at > 0 && s->calls[at - 1].end.ms < c->end.ms)
        at--;
    if (at == SC_SHOWN_CALLS)
        return false;
    put_in(s, at, c);
    return true;
}

static bool show(struct sc_report *r, const struct sc_call_seen *c)
{
    switch (sc_ending_of(&c->end)) {
    case SC_CALL_OK:
    case SC_CALL_RETRIED:
        return show_slow(&r->slow, c);
    case SC_CALL_FAILED:
        put_in(&r->failed, 0, c); /* the last is the first */
        return true;
    default:
        return false;
    }
}

/* ---- sums ----------------------------------------------------------------------------------- */

static int64_t at_least_0(int64_t v)
{
    return v > 0 ? v : 0;
}

static void add(struct sc_sum *s, const struct sc_log_line *l)
{
    s->calls++;
    s->failed += sc_ending_of(l) == SC_CALL_FAILED;
    s->input = sc_plus(s->input, at_least_0(l->input));
    s->output = sc_plus(s->output, at_least_0(l->output));
    s->cost_nano = sc_plus(s->cost_nano, at_least_0(l->cost_nano));
    s->lost_nano = sc_plus(s->lost_nano, at_least_0(l->lost_nano));
    s->priced += l->cost_nano > 0;
    s->kept += l->cached;
    if (!s->first_ms || l->time_ms < s->first_ms)
        s->first_ms = l->time_ms;
    if (l->time_ms > s->last_ms)
        s->last_ms = l->time_ms;
}

static void add_by_day(struct sc_report *r, const struct sc_log_line *l)
{
    char day[32];

    sc_utc_words(l->time_ms, day);
    day[10] = '\0';
    add(sc_sum_of(r->sums, SC_SUM_MODEL, day, l->model), l);
    add(sc_sum_of(r->sums, SC_SUM_PROGRAM, day, l->program), l);
    add(sc_sum_of(r->sums, SC_SUM_TASK, day, l->task[0] ? l->task : l->dag), l);
}

static void add_failure(struct sc_report *r, const struct sc_log_line *l)
{
    char where[sizeof l->model + sizeof l->host + 8];

    snprintf(where, sizeof where, "%s%s%s", l->model, l->model[0] && l->host[0] ? " at " : "",
             l->host);
    add(sc_sum_of(r->sums, SC_SUM_FAILURE, l->class[0] ? l->class : "unknown", where), l);
    r->failed_nano = sc_plus(r->failed_nano, at_least_0(l->cost_nano));
}

static void add_waits(struct sc_report *r, const struct sc_call_seen *c)
{
    for (size_t i = 0; i < c->n_spans; i++) {
        struct sc_sum *s;

        if (c->spans[i].kind != SC_SPAN_WAIT)
            continue;
        s = sc_sum_of(r->sums, SC_SUM_WAIT, "", c->spans[i].what);
        s->calls++;
        s->ms = sc_plus(s->ms, c->spans[i].ms);
    }
}

/* What the model that was asked would have taken for as many tokens, less what was paid. */
static void add_moved(struct sc_report *r, const struct sc_call_seen *c)
{
    const struct sc_log_line *l = &c->end;
    struct sc_usage u = {.known = true, .cost_reported_nano = -1};
    int64_t cost;

    if (!l->target[0] || !c->asked_model[0] || strcmp(c->asked_model, l->model) == 0 ||
        sc_ending_of(l) == SC_CALL_FAILED)
        return;
    r->moved++;
    u.input = at_least_0(l->input);
    u.output = at_least_0(l->output);
    cost = sc_cost_nano(sc_price_find(r->wish.prices, r->wish.n_prices,
                                      sc_provider_by_name(c->asked_provider), c->asked_model),
                        &u);
    if (cost >= 0 && l->cost_nano >= 0)
        r->moved_nano = sc_plus(r->moved_nano, cost - l->cost_nano);
}

/* No call takes thirty years, a million attempts or a trillion tokens; a line of a log may say so.
 */
static void tame(struct sc_log_line *l)
{
    static const int64_t trillion = INT64_C(1000000000000), million = 1000000;
    const struct {
        int64_t *value, most;
    } bounds[] = {{&l->ms, trillion},
                  {&l->first_token_ms, trillion},
                  {&l->input, trillion},
                  {&l->output, trillion},
                  {&l->attempts, million}};

    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (*bounds[i].value > bounds[i].most)
            *bounds[i].value = bounds[i].most;
}

static void take_call(struct sc_report *r, struct sc_call_seen *c)
{
    const struct sc_log_line *l = &c->end;
    enum sc_ending end = sc_ending_of(l);

    sc_course_take(&r->course, l);
    r->all.calls[end]++;
    r->all.attempts += at_least_0(l->attempts);
    r->all.more_attempts += l->attempts > 1 ? l->attempts - 1 : 0;
    if (l->ms >= 0)
        sc_spread_add(&r->all.took, l->ms * SC_NS_PER_MS);
    if (l->first_token_ms > 0)
        sc_spread_add(&r->all.first, l->first_token_ms * SC_NS_PER_MS);
    r->estimated += l->estimated;
    add(&r->total, l);
    add_by_day(r, l);
    add_waits(r, c);
    add_moved(r, c);
    if (end == SC_CALL_FAILED)
        add_failure(r, l);
    if (!show(r, c))
        free(c->spans);
}

/* Of what is not wanted nothing more than its time is read. */
bool sc_report_take(struct sc_report *r, const char *line, size_t n)
{
    int64_t time_ms = sc_log_line_time(line, n);
    struct sc_call_seen ended;
    struct sc_log_line l;

    if (time_ms >= r->wish.until_ms)
        return r->wish.until_ms > INT64_MAX - SC_LOG_LATE_MS ||
               time_ms < r->wish.until_ms + SC_LOG_LATE_MS;
    if (time_ms >= 0 && time_ms < r->wish.since_ms)
        return true;
    if (time_ms < 0 || !sc_log_line_read(&l, line, n)) {
        r->odd++;
        return true;
    }
    tame(&l);
    if (sc_under_way_take(r->under_way, &l, &ended))
        take_call(r, &ended);
    return true;
}
