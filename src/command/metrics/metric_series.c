/* metric_series.c - see metric_series.h. */
#include "metrics/metric_series.h"

#include "core/call.h"
#include "ledger/reading.h"
#include "state/metrics.h"
#include "state/state.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

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
        sc_metric_ms(p, sum);
    else
        sc_metric_whole(p, sum);
}

static void tell_words(const struct sc_metric_sink *s, const struct row *row, const sc_word *words,
                       struct sc_metric_point *p)
{
    uint64_t counts[SC_HISTOGRAM_BUCKETS];
    double bounds[SC_HISTOGRAM_BOUNDS];

    switch (row->reading) {
    case PLAIN:
        sc_metric_whole(p, sc_word_read(words));
        break;
    case NANO:
        sc_metric_nano(p, sc_word_read(words));
        break;
    case SUMS:
        sc_metric_whole(p, sc_word_read(&words[SC_HISTOGRAM_BUCKETS]));
        break;
    default:
        take_histogram(p, words, row, counts, bounds);
        if (row->reading == HOW_OFTEN)
            sc_metric_whole(p, p->count);
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
        sc_metric_parts(&p, label, series_parts, COUNT(series_parts), COUNT(series_parts));
        if (row->label)
            sc_metric_label(&p, row->label, row->value_of(i));
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

void sc_metric_series_tell(const struct sc_region *r, const struct sc_metric_sink *s)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        tell_row(s, r, &rows[i]);
}
