/*
 * cmd_metrics.c - steadycurl metrics: the shared counters in Prometheus' text format.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/usage.h"
#include "ledger/reading.h"
#include "ledger/state_view.h"
#include "core/breaker.h"
#include "state/metrics.h"
#include "state/state.h"

static const struct sc_option options[] = {
    {"textfile", 't', "PATH", "write to a file, replaced at once, for node_exporter"},
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {"metrics", "[--textfile PATH]",
                                      "Prints counters and histograms for Prometheus.", options};

/* A family of counters: `n` words from `first`, told apart by one more label. */
struct family {
    const char *name, *help, *label;
    const char *(*value_of)(int i);
    unsigned first, n;
};

static const char *outcome_name(int i)
{
    static const char *const names[] = {"ok", "failed", "synthesized"};

    return names[i];
}

static const char *class_name(int i)
{
    return sc_class_name((enum sc_class)i);
}

static const char *reason_name(int i)
{
    return sc_wait_reason_name((enum sc_wait_reason)i);
}

static const char *refusal_name(int i)
{
    return sc_refusal_name((enum sc_refusal)(i + 1));
}

static const char *direction_name(int i)
{
    return i == 0 ? "input" : "output";
}

static const struct family families[] = {
    {"steadycurl_calls_total", "Managed calls that have ended.", "outcome", outcome_name,
     SC_M_CALLS_OK, 3},
    {"steadycurl_attempts_total", "Attempts that have ended, by what they meant.", "class",
     class_name, SC_M_ATTEMPTS, SC_CLASS_COUNT},
    {"steadycurl_retries_total", "Attempts that were made again, by the failure before.", "class",
     class_name, SC_M_RETRIES, SC_CLASS_COUNT},
    {"steadycurl_retries_refused_total",
     "Failed attempts that the retry budget did not let be made again.", NULL, NULL,
     SC_M_BUDGET_REFUSALS, 1},
    {"steadycurl_waits_total", "Waits before an attempt.", "reason", reason_name, SC_M_WAITS, 4},
    {"steadycurl_refusals_total", "Attempts not made, by what forbade them.", "reason",
     refusal_name, SC_M_REFUSALS, SC_REFUSAL_COUNT - 1},
    {"steadycurl_tokens_total", "Tokens used, as the providers counted them.", "direction",
     direction_name, SC_M_INPUT_TOKENS, 2},
    {"steadycurl_breaker_openings_total", "How often a circuit breaker opened.", NULL, NULL,
     SC_M_OPENINGS, 1},
};

static void put_labels(FILE *f, const char *label)
{
    static const char *const names[] = {"provider", "host", "model"};
    char value[SC_LABEL_MAX + 1];

    for (size_t i = 0; i < 3; i++) {
        sc_label_part(label, names[i], value, sizeof value);
        fprintf(f, "%s%s=\"%s\"", i ? "," : "", names[i], value);
    }
}

static bool series_label(const struct sc_series *s, char *label, size_t n)
{
    if (sc_word_read(&s->key) == 0)
        return false;
    sc_label_read(&s->label, label, n);
    return label[0] != '\0';
}

static void put_family(FILE *f, const struct sc_region *r, const struct family *m)
{
    char label[SC_LABEL_MAX + 1];

    fprintf(f, "# HELP %s %s\n# TYPE %s counter\n", m->name, m->help, m->name);
    for (size_t i = 0; i < SC_SERIES; i++) {
        if (!series_label(&r->series[i], label, sizeof label))
            continue;
        for (unsigned k = 0; k < m->n; k++) {
            fprintf(f, "%s{", m->name);
            put_labels(f, label);
            if (m->label)
                fprintf(f, ",%s=\"%s\"", m->label, m->value_of((int)k));
            fprintf(f, "} %" PRIu64 "\n", sc_word_read(&r->series[i].words[m->first + k]));
        }
    }
}

static void put_buckets(FILE *f, const char *name, const char *label, const sc_word *words,
                        const int64_t *bounds)
{
    uint64_t sum = 0;

    for (int i = 0; i < SC_HISTOGRAM_BUCKETS; i++) {
        sum += sc_word_read(&words[i]);
        fprintf(f, "%s_bucket{", name);
        put_labels(f, label);
        if (i < SC_HISTOGRAM_BUCKETS - 1)
            fprintf(f, ",le=\"%g\"} %" PRIu64 "\n", (double)bounds[i] / 1e3, sum);
        else
            fprintf(f, ",le=\"+Inf\"} %" PRIu64 "\n", sum);
    }
    fprintf(f, "%s_sum{", name);
    put_labels(f, label);
    fprintf(f, "} %.3f\n%s_count{", (double)sc_word_read(&words[SC_HISTOGRAM_BUCKETS]) / 1e3, name);
    put_labels(f, label);
    fprintf(f, "} %" PRIu64 "\n", sum);
}

static void put_histogram(FILE *f, const struct sc_region *r, const char *name, const char *help,
                          unsigned first, const int64_t *bounds)
{
    char label[SC_LABEL_MAX + 1];

    fprintf(f, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
    for (size_t i = 0; i < SC_SERIES; i++)
        if (series_label(&r->series[i], label, sizeof label))
            put_buckets(f, name, label, &r->series[i].words[first], bounds);
}

/* ---- what a scope is like now ---- */

static void put_scope(FILE *f, const char *label)
{
    static const char *const names[] = {"rule", "key", "path"};
    char value[SC_LABEL_MAX + 1];

    put_labels(f, label);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sc_label_part(label, names[i], value, sizeof value);
        if (i < 2 || value[0]) /* only gates are of a path */
            fprintf(f, ",%s=\"%s\"", names[i], value);
    }
}

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

/* Every scope that has such words has the series, whether or not anything is the matter. Rows of
 * one name stand together; `of` tells them apart. */
static const struct gauge {
    const char *name, *help;
    enum sc_slot_kind kind;
    const char *of;
    double (*value)(const struct moment *m, sc_word *words);
} gauges[] = {
    {"steadycurl_breaker_state", "0 closed, 1 open, 2 half-open.", SC_SLOT_BREAKER, NULL,
     breaker_state},
    {"steadycurl_latch_state", "0 attempts go, 1 quota used up, 2 credentials refused.",
     SC_SLOT_LATCH, NULL, latch_state},
    {"steadycurl_latch_next_probe_seconds", "Until a stopped key is tried again.", SC_SLOT_LATCH,
     NULL, latch_probe},
    {"steadycurl_gate_closed_seconds", "How long a server's hint keeps everybody waiting.",
     SC_SLOT_GATE, NULL, gate_closed},
    {"steadycurl_limit_per_minute", "The policy's limit.", SC_SLOT_REQUESTS, "requests",
     limit_per_minute},
    {"steadycurl_limit_per_minute", NULL, SC_SLOT_TOKENS, "tokens", limit_per_minute},
    {"steadycurl_limit_at_once", "Its burst.", SC_SLOT_REQUESTS, "requests", limit_at_once},
    {"steadycurl_limit_at_once", NULL, SC_SLOT_TOKENS, "tokens", limit_at_once},
    {"steadycurl_limit_in_use", "What of the burst is taken.", SC_SLOT_REQUESTS, "requests",
     limit_in_use},
    {"steadycurl_limit_in_use", NULL, SC_SLOT_TOKENS, "tokens", limit_in_use},
    {"steadycurl_limit_wait_seconds", "What a new call would wait for it.", SC_SLOT_REQUESTS,
     "requests", limit_wait},
    {"steadycurl_limit_wait_seconds", NULL, SC_SLOT_TOKENS, "tokens", limit_wait},
    {"steadycurl_retry_budget_failed", "Attempts that failed in the last two minutes.",
     SC_SLOT_BUDGET, NULL, retries_failed},
    {"steadycurl_retry_budget_allows", "How many of those are tried again.", SC_SLOT_BUDGET, NULL,
     retries_allowed},
    {"steadycurl_concurrent_limit", "Calls that may be under way at once.", SC_SLOT_CONCURRENT,
     NULL, concurrent_limit},
    {"steadycurl_concurrent_in_use", "Calls under way of processes that live.", SC_SLOT_CONCURRENT,
     NULL, concurrent_in_use},
};

static void put_gauge(FILE *f, const struct sc_state_view *v, const struct gauge *g,
                      const struct moment *m)
{
    if (g->help)
        fprintf(f, "# HELP %s %s\n# TYPE %s gauge\n", g->name, g->help, g->name);
    for (size_t i = 0; i < v->n; i++) {
        sc_word *words = v->scopes[i].words[g->kind];

        if (!words)
            continue;
        fprintf(f, "%s{", g->name);
        put_scope(f, v->scopes[i].label);
        if (g->of)
            fprintf(f, ",of=\"%s\"", g->of);
        fprintf(f, "} %.10g\n", g->value(m, words));
    }
}

static void put_gauges(FILE *f, const struct sc_state_view *v)
{
    struct moment m = {v->region, sc_state_now()};

    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        put_gauge(f, v, &gauges[i], &m);
}

static void put_condition(FILE *f, const struct sc_state_view *v)
{
    static const char name[] = "steadycurl_calls_now";
    struct sc_finding worst;

    sc_state_worst(v, NULL, sc_state_now(), (int64_t)time(NULL), &worst);
    fprintf(f,
            "# HELP %s The worst that would happen to a call: 0 it goes, 1 at risk, 2 it waits, "
            "3 it is refused.\n# TYPE %s gauge\n%s %d\n",
            name, name, name, (int)worst.how);
}

/* The label's parts as Prometheus wants them; the budget's name is the first. */
static void put_share(FILE *f, const char *label)
{
    static const char *const names[] = {"budget",  "rule",     "task", "dag",
                                        "program", "provider", "model"};
    char value[SC_LABEL_MAX + 1];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sc_label_part(label, names[i], value, sizeof value);
        if (i == 0 || value[0])
            fprintf(f, "%s%s=\"%s\"", i ? "," : "", names[i], value);
    }
}

static void put_usd(FILE *f, const struct sc_money_view *m, int which)
{
    const int64_t nano[] = {m->spent, m->held, m->limit};

    if (which == 3)
        fprintf(f, "%" PRIu64 "\n", m->alerts);
    else
        fprintf(f, "%" PRId64 ".%09" PRId64 "\n", nano[which] / 1000000000,
                nano[which] % 1000000000);
}

static void put_money(FILE *f, const struct sc_state_view *v)
{
    static const struct {
        const char *name, *type, *help;
    } all[] = {
        {"steadycurl_budget_spent_usd", "gauge", "Spent in the budget's period."},
        {"steadycurl_budget_reserved_usd", "gauge", "Set aside for calls under way."},
        {"steadycurl_budget_limit_usd", "gauge", "What may be spent in the period."},
        {"steadycurl_budget_alerts_total", "counter", "Alerts given."},
    };
    struct sc_money_view m;

    for (int which = 0; which < 4; which++) {
        fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", all[which].name, all[which].help,
                all[which].name, all[which].type);
        for (size_t i = 0; i < v->n; i++) {
            const struct sc_scope_view *s = &v->scopes[i];

            if (!s->words[SC_SLOT_SPENT])
                continue;
            sc_money_look(v->region, s->words[SC_SLOT_SPENT], (int64_t)time(NULL), sc_state_now(),
                          &m);
            fprintf(f, "%s{", all[which].name);
            put_share(f, s->label);
            fputs("} ", f);
            put_usd(f, &m, which);
        }
    }
}

static void put_all(FILE *f, struct sc_state_view *v)
{
    if (!v->region)
        return;
    sc_state_view_read(v);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        put_family(f, v->region, &families[i]);
    put_histogram(f, v->region, "steadycurl_attempt_duration_seconds", "How long attempts took.",
                  SC_M_LATENCY, sc_latency_bounds);
    put_histogram(f, v->region, "steadycurl_wait_duration_seconds",
                  "How long calls waited before an attempt.", SC_M_WAIT_TIME, sc_wait_bounds);
    put_condition(f, v);
    put_gauges(f, v);
    put_money(f, v);
}

/* node_exporter reads whenever it likes: the file is complete at every moment. */
static int write_file(const char *path, struct sc_state_view *v)
{
    char temporary[PATH_MAX];
    FILE *f;
    bool good;

    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    f = fopen(temporary, "we");
    if (f) {
        put_all(f, v);
        good = fflush(f) == 0 && !ferror(f);
        good = fclose(f) == 0 && good;
        if (good && rename(temporary, path) == 0)
            return 0;
    }
    fprintf(stderr, "steadycurl metrics: cannot write %s: %s\n", path, strerror(errno));
    unlink(temporary);
    return 1;
}

int sc_cmd_metrics(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct sc_state_view v;
    const char *folder = NULL, *path = NULL;
    int opt;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == SC_OPT_STATE)
            folder = a.value;
        else
            path = a.value;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (!sc_state_view_open(&v, folder))
        return sc_usage_wrong(&usage, "no state folder can be named");
    if (!v.region)
        sc_usage_wrong(&usage, "%s", v.why);
    if (path)
        return write_file(path, &v) || v.unusable;
    put_all(stdout, &v);
    return fflush(stdout) == 0 && !v.unusable ? 0 : 1;
}
