/* metrics.c - see metrics.h: gauges and budgets; what is counted is in metric_series.c. */
#include "metrics/metrics.h"

#include <time.h>

#include "metrics/metric_series.h"
#include "core/breaker.h"
#include "ledger/reading.h"
#include "state/state.h"
#include "steadycurl/version.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- what a scope is like now ---- */

struct moment {
    struct sc_region *region;
    int64_t now;
};

static double breaker_state(const struct moment *m, sc_word *words)
{
    return sc_breaker_view(words, m->now).state;
}

static double latch_state(const struct moment *m, sc_word *words)
{
    return sc_latch_reading(words, m->now).reason;
}

static double latch_probe(const struct moment *m, sc_word *words)
{
    return (double)sc_latch_reading(words, m->now).probe_ms / 1e3;
}

static double gate_closed(const struct moment *m, sc_word *words)
{
    return (double)sc_gate_reading(words, m->now) / 1e3;
}

static struct sc_limit_reading limit_of(const struct moment *m, sc_word *words)
{
    struct sc_limit_reading l;

    sc_limit_reading(words, m->now, &l);
    return l;
}

static double limit_per_minute(const struct moment *m, sc_word *words)
{
    return (double)limit_of(m, words).per_minute;
}

static double limit_at_once(const struct moment *m, sc_word *words)
{
    return (double)limit_of(m, words).at_once;
}

static double limit_in_use(const struct moment *m, sc_word *words)
{
    return (double)limit_of(m, words).in_use;
}

static double limit_wait(const struct moment *m, sc_word *words)
{
    return (double)limit_of(m, words).wait_ms / 1e3;
}

static double concurrent_limit(const struct moment *m, sc_word *words)
{
    struct sc_concurrent_reading c;

    sc_concurrent_reading(m->region, words, m->now, &c);
    return (double)c.limit;
}

static double concurrent_in_use(const struct moment *m, sc_word *words)
{
    struct sc_concurrent_reading c;

    sc_concurrent_reading(m->region, words, m->now, &c);
    return (double)c.in_use;
}

static double retries_failed(const struct moment *m, sc_word *words)
{
    return (double)sc_retry_reading(words, m->now).failed;
}

static double retries_allowed(const struct moment *m, sc_word *words)
{
    return (double)sc_retry_reading(words, m->now).allows;
}

#define GAUGE(name, help, unit)                         \
    {                                                   \
        "steadycurl_" name, help, unit, SC_METRIC_GAUGE \
    }

/* Every scope that has such words has the series, whether or not anything is the matter. Rows of
 * one name stand together; `of` tells them apart. */
static const struct gauge {
    struct sc_metric_family family;
    enum sc_slot_kind kind;
    const char *of;
    double (*value)(const struct moment *m, sc_word *words);
} gauges[] = {
    {GAUGE("breaker_state", "0 closed, 1 open, 2 half-open.", ""), SC_SLOT_BREAKER, NULL,
     breaker_state},
    {GAUGE("latch_state", "0 attempts go, 1 quota used up, 2 credentials refused.", ""),
     SC_SLOT_LATCH, NULL, latch_state},
    {GAUGE("latch_next_probe_seconds", "Until a stopped key is tried again.", "s"), SC_SLOT_LATCH,
     NULL, latch_probe},
    {GAUGE("gate_closed_seconds", "How long a server's hint keeps everybody waiting.", "s"),
     SC_SLOT_GATE, NULL, gate_closed},
    {GAUGE("limit_per_minute", "The policy's limit.", ""), SC_SLOT_REQUESTS, "requests",
     limit_per_minute},
    {GAUGE("limit_per_minute", "", ""), SC_SLOT_TOKENS, "tokens", limit_per_minute},
    {GAUGE("limit_at_once", "Its burst.", ""), SC_SLOT_REQUESTS, "requests", limit_at_once},
    {GAUGE("limit_at_once", "", ""), SC_SLOT_TOKENS, "tokens", limit_at_once},
    {GAUGE("limit_in_use", "What of the burst is taken.", ""), SC_SLOT_REQUESTS, "requests",
     limit_in_use},
    {GAUGE("limit_in_use", "", ""), SC_SLOT_TOKENS, "tokens", limit_in_use},
    {GAUGE("limit_wait_seconds", "What a new call would wait for it.", "s"), SC_SLOT_REQUESTS,
     "requests", limit_wait},
    {GAUGE("limit_wait_seconds", "", "s"), SC_SLOT_TOKENS, "tokens", limit_wait},
    {GAUGE("retry_budget_failed", "Attempts that failed in the last two minutes.", ""),
     SC_SLOT_BUDGET, NULL, retries_failed},
    {GAUGE("retry_budget_allows", "How many of those are tried again.", ""), SC_SLOT_BUDGET, NULL,
     retries_allowed},
    {GAUGE("concurrent_limit", "Calls that may be under way at once.", ""), SC_SLOT_CONCURRENT,
     NULL, concurrent_limit},
    {GAUGE("concurrent_in_use", "Calls under way of processes that live.", ""), SC_SLOT_CONCURRENT,
     NULL, concurrent_in_use},
};

static void tell_gauge(const struct sc_metric_sink *s, const struct sc_state_view *v,
                       const struct gauge *g, const struct moment *m)
{
    static const char *const parts[] = {"provider", "host", "model", "rule", "key", "path"};

    if (g->family.help[0])
        s->family(s->arg, &g->family);
    for (size_t i = 0; i < v->n; i++) {
        sc_word *words = v->scopes[i].words[g->kind];
        struct sc_metric_point p = {.n_labels = 0};

        if (!words)
            continue;
        sc_metric_parts(&p, v->scopes[i].label, parts, COUNT(parts),
                        5); /* only gates are of a path */
        if (g->of)
            sc_metric_label(&p, "of", g->of);
        snprintf(p.number, sizeof p.number, "%.10g", g->value(m, words));
        s->point(s->arg, &g->family, &p);
    }
}

/* ---- budgets ---- */

enum share { SPENT, RESERVED, LIMIT, ALERTS };

static void set_share(struct sc_metric_point *p, const struct sc_money_view *m, enum share which)
{
    const int64_t nano[] = {[SPENT] = m->spent, [RESERVED] = m->held, [LIMIT] = m->limit};

    if (which == ALERTS)
        sc_metric_whole(p, (uint64_t)m->alerts);
    else
        sc_metric_nano(p, nano[which] > 0 ? (uint64_t)nano[which] : 0);
}

static void tell_money(const struct sc_metric_sink *s, const struct sc_state_view *v)
{
    static const struct sc_metric_family all[] = {
        [SPENT] = GAUGE("budget_spent_usd", "Spent in the budget's period.", "{USD}"),
        [RESERVED] = GAUGE("budget_reserved_usd", "Set aside for calls under way.", "{USD}"),
        [LIMIT] = GAUGE("budget_limit_usd", "What may be spent in the period.", "{USD}"),
        [ALERTS] = {"steadycurl_budget_alerts_total", "Alerts given.", "{alert}",
                    SC_METRIC_COUNTER},
    };
    static const char *const parts[] = {"budget",  "rule",     "task", "dag",
                                        "program", "provider", "model"};
    struct sc_money_view m;

    for (enum share which = SPENT; which <= ALERTS; which++) {
        s->family(s->arg, &all[which]);
        for (size_t i = 0; i < v->n; i++) {
            struct sc_metric_point p = {.n_labels = 0};
            sc_word *words = v->scopes[i].words[SC_SLOT_SPENT];

            if (!words)
                continue;
            sc_money_look(v->region, words, (int64_t)time(NULL), sc_state_now(), &m);
            sc_metric_parts(&p, v->scopes[i].label, parts, COUNT(parts), 1);
            set_share(&p, &m, which);
            s->point(s->arg, &all[which], &p);
        }
    }
}

/* ---- all ---- */

static void tell_build(const struct sc_metric_sink *s)
{
    static const struct sc_metric_family family =
        GAUGE("build_info", "1; which version this is.", "");
    struct sc_metric_point p = {.n_labels = 0};

    sc_metric_label(&p, "version", SC_VERSION);
    sc_metric_whole(&p, 1);
    s->family(s->arg, &family);
    s->point(s->arg, &family, &p);
}

static void tell_condition(const struct sc_metric_sink *s, const struct sc_state_view *v)
{
    static const struct sc_metric_family family =
        GAUGE("calls_now",
              "The worst that would happen to a call: 0 it goes, 1 at risk, 2 it waits, 3 it is "
              "refused.",
              "");
    struct sc_metric_point p = {.n_labels = 0};
    struct sc_finding worst;

    sc_state_worst(v, NULL, sc_state_now(), (int64_t)time(NULL), &worst);
    sc_metric_whole(&p, worst.how);
    s->family(s->arg, &family);
    s->point(s->arg, &family, &p);
}

void sc_metrics_tell(struct sc_state_view *v, const struct sc_metric_sink *s)
{
    struct moment m = {v->region, sc_state_now()};

    tell_build(s);
    if (!v->region)
        return;
    sc_state_view_read(v);
    sc_metric_series_tell(v->region, s);
    tell_condition(s, v);
    for (size_t i = 0; i < COUNT(gauges); i++)
        tell_gauge(s, v, &gauges[i], &m);
    tell_money(s, v);
}
