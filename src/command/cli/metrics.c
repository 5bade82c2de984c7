/* metrics.c - see metrics.h. */
#include "cli/metrics.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "core/breaker.h"
#include "core/time.h"
#include "ledger/reading.h"
#include "state/metrics.h"
#include "state/state.h"
#include "steadycurl/version.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void add_label(struct sc_metric_point *p, const char *name, const char *value)
{
    struct sc_metric_label *l = &p->labels[p->n_labels];

    if (p->n_labels == SC_METRIC_LABELS_MAX)
        return;
    l->name = name;
    snprintf(l->value, sizeof l->value, "%s", value);
    p->n_labels++;
}

/* The parts of a scope's label as labels; those from `optional` on only where there is one. */
static void add_parts(struct sc_metric_point *p, const char *label, const char *const *names,
                      size_t n, size_t optional)
{
    char value[SC_LABEL_MAX + 1];

    for (size_t i = 0; i < n; i++) {
        sc_label_part(label, names[i], value, sizeof value);
        if (i < optional || value[0])
            add_label(p, names[i], value);
    }
}

static void set_whole(struct sc_metric_point *p, uint64_t n)
{
    p->whole = true;
    snprintf(p->number, sizeof p->number, "%" PRIu64, n);
}

/* Milliseconds as seconds, 1e-9 USD as USD: exact, whatever the locale. */
static void set_parts(struct sc_metric_point *p, uint64_t n, uint64_t per, int places)
{
    p->whole = false;
    snprintf(p->number, sizeof p->number, "%" PRIu64 ".%0*" PRIu64, n / per, places, n % per);
}

static void set_nano(struct sc_metric_point *p, uint64_t n)
{
    set_parts(p, n, 1000000000, 9);
}

static void set_ms(struct sc_metric_point *p, uint64_t n)
{
    set_parts(p, n, 1000, 3);
}

/* ---- counters and histograms, of a series each ---- */

static const char *const series_parts[] = {"provider", "host", "model"};

static const char *outcome_name(unsigned i)
{
    static const char *const names[] = {"ok", "failed", "synthesized"};

    return names[i];
}

static const char *class_name(unsigned i)
{
    return sc_class_name((enum sc_class)i);
}

static bool may_be_retried(unsigned i)
{
    return sc_class_retryable((enum sc_class)i);
}

static const char *reason_name(unsigned i)
{
    return sc_wait_reason_name((enum sc_wait_reason)i);
}

static const char *refusal_name(unsigned i)
{
    return sc_refusal_name((enum sc_refusal)(i + 1));
}

static const char *direction_name(unsigned i)
{
    return i == 0 ? "input" : "output";
}

/* How the words of a row are read. */
enum reading {
    PLAIN,     /* a counter each */
    NANO,      /* in 1e-9 */
    TIMES,     /* histograms, in ms */
    SIZES,     /* histograms, of numbers */
    HOW_OFTEN, /* of histograms, how often */
    SUMS       /* of histograms, what all came to */
};

/* A family: `n` words or histograms from `first`, told apart by one more label. can_be: what is
 * none of these has a series only if something was counted there all the same. */
static const struct row {
    struct sc_metric_family family;
    enum reading reading;
    unsigned first, n;
    const char *label;
    const char *(*value_of)(unsigned i);
    bool (*can_be)(unsigned i);
} rows[] = {
    {{"steadycurl_calls_total", "Managed calls that have ended.", "{call}", SC_METRIC_COUNTER},
     HOW_OFTEN,
     SC_M_CALL_TIME,
     3,
     "outcome",
     outcome_name,
     NULL},
    {{"steadycurl_attempts_total", "Attempts that have ended, by what they meant.", "{attempt}",
      SC_METRIC_COUNTER},
     PLAIN,
     SC_M_ATTEMPTS,
     SC_CLASS_COUNT,
     "class",
     class_name,
     NULL},
    {{"steadycurl_retries_total", "Attempts that were made again, by the failure before.",
      "{attempt}", SC_METRIC_COUNTER},
     PLAIN,
     SC_M_RETRIES,
     SC_CLASS_COUNT,
     "class",
     class_name,
     may_be_retried},
    {{"steadycurl_retries_refused_total",
      "Failed attempts that the retry budget did not let be made again.", "{attempt}",
      SC_METRIC_COUNTER},
     PLAIN,
     SC_M_BUDGET_REFUSALS,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_waits_total", "Waits before an attempt.", "{wait}", SC_METRIC_COUNTER},
     PLAIN,
     SC_M_WAITS,
     4,
     "reason",
     reason_name,
     NULL},
    {{"steadycurl_refusals_total", "Attempts not made, by what forbade them.", "{attempt}",
      SC_METRIC_COUNTER},
     PLAIN,
     SC_M_REFUSALS,
     SC_REFUSAL_COUNT - 1,
     "reason",
     refusal_name,
     NULL},
    {{"steadycurl_tokens_total", "Tokens used, as the providers counted them.", "{token}",
      SC_METRIC_COUNTER},
     SUMS,
     SC_M_INPUT_TOKENS,
     2,
     "direction",
     direction_name,
     NULL},
    {{"steadycurl_cost_usd_total", "What attempts cost, where tokens and price are known.", "{USD}",
      SC_METRIC_COUNTER},
     NANO,
     SC_M_COST,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_breaker_openings_total", "How often a circuit breaker opened.", "{opening}",
      SC_METRIC_COUNTER},
     PLAIN,
     SC_M_OPENINGS,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_call_duration_seconds", "How long calls took, waits and retries included.", "s",
      SC_METRIC_HISTOGRAM},
     TIMES,
     SC_M_CALL_TIME,
     3,
     "outcome",
     outcome_name,
     NULL},
    {{"steadycurl_attempt_duration_seconds", "How long attempts took.", "s", SC_METRIC_HISTOGRAM},
     TIMES,
     SC_M_ATTEMPT_TIME,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_first_token_seconds", "From a streaming attempt's start to its first output.",
      "s", SC_METRIC_HISTOGRAM},
     TIMES,
     SC_M_FIRST_TOKEN,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_wait_duration_seconds", "How long calls waited before an attempt.", "s",
      SC_METRIC_HISTOGRAM},
     TIMES,
     SC_M_WAIT_TIME,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_attempt_input_tokens", "Input tokens of an attempt, where they are known.",
      "{token}", SC_METRIC_HISTOGRAM},
     SIZES,
     SC_M_INPUT_TOKENS,
     1,
     NULL,
     NULL,
     NULL},
    {{"steadycurl_attempt_output_tokens", "Output tokens of an attempt, where they are known.",
      "{token}", SC_METRIC_HISTOGRAM},
     SIZES,
     SC_M_OUTPUT_TOKENS,
     1,
     NULL,
     NULL,
     NULL},
};

static void take_histogram(struct sc_metric_point *p, const sc_word *words, const struct row *row,
                           uint64_t counts[SC_HISTOGRAM_BUCKETS],
                           double bounds[SC_HISTOGRAM_BOUNDS])
{
    uint64_t sum = sc_word_read(&words[SC_HISTOGRAM_BUCKETS]);
    const int64_t *given = sc_metric_bounds(row->first);

    p->count = 0;
    for (size_t i = 0; i < SC_HISTOGRAM_BUCKETS; i++)
        p->count += counts[i] = sc_word_read(&words[i]);
    for (size_t i = 0; i < SC_HISTOGRAM_BOUNDS; i++)
        bounds[i] = row->reading == TIMES ? (double)given[i] / 1e3 : (double)given[i];
    p->counts = counts;
    p->bounds = bounds;
    p->n_buckets = SC_HISTOGRAM_BUCKETS;
    if (row->reading == TIMES)
        set_ms(p, sum);
    else
        set_whole(p, sum);
}

static void tell_words(const struct sc_metric_sink *s, const struct row *row, const sc_word *words,
                       struct sc_metric_point *p)
{
    uint64_t counts[SC_HISTOGRAM_BUCKETS];
    double bounds[SC_HISTOGRAM_BOUNDS];

    switch (row->reading) {
    case PLAIN:
        set_whole(p, sc_word_read(words));
        break;
    case NANO:
        set_nano(p, sc_word_read(words));
        break;
    case SUMS:
        set_whole(p, sc_word_read(&words[SC_HISTOGRAM_BUCKETS]));
        break;
    default:
        take_histogram(p, words, row, counts, bounds);
        if (row->reading == HOW_OFTEN)
            set_whole(p, p->count);
        break;
    }
    s->point(s->arg, &row->family, p);
}

static void tell_series(const struct sc_metric_sink *s, const struct row *row, const char *label,
                        const sc_word *words)
{
    unsigned step = row->reading == PLAIN || row->reading == NANO ? 1 : SC_HISTOGRAM_WORDS;

    for (unsigned i = 0; i < row->n; i++) {
        const sc_word *word = &words[row->first + i * step];
        struct sc_metric_point p = {.n_labels = 0};

        if (row->can_be && !row->can_be(i) && sc_word_read(word) == 0)
            continue;
        add_parts(&p, label, series_parts, COUNT(series_parts), COUNT(series_parts));
        if (row->label)
            add_label(&p, row->label, row->value_of(i));
        tell_words(s, row, word, &p);
    }
}

static void tell_row(const struct sc_metric_sink *s, const struct sc_region *r,
                     const struct row *row)
{
    char label[SC_LABEL_MAX + 1];

    s->family(s->arg, &row->family);
    for (size_t i = 0; i < SC_SERIES; i++) {
        const struct sc_series *series = &r->series[i];

        if (sc_word_read(&series->key) == 0)
            continue;
        sc_label_read(&series->label, label, sizeof label);
        if (label[0])
            tell_series(s, row, label, series->words);
    }
}

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
        add_parts(&p, v->scopes[i].label, parts, COUNT(parts), 5); /* only gates are of a path */
        if (g->of)
            add_label(&p, "of", g->of);
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
        set_whole(p, (uint64_t)m->alerts);
    else
        set_nano(p, nano[which] > 0 ? (uint64_t)nano[which] : 0);
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
            add_parts(&p, v->scopes[i].label, parts, COUNT(parts), 1);
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

    add_label(&p, "version", SC_VERSION);
    set_whole(&p, 1);
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
    set_whole(&p, worst.how);
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
    for (size_t i = 0; i < COUNT(rows); i++)
        tell_row(s, v->region, &rows[i]);
    tell_condition(s, v);
    for (size_t i = 0; i < COUNT(gauges); i++)
        tell_gauge(s, v, &gauges[i], &m);
    tell_money(s, v);
}
