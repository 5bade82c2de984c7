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
#include "ledger/state_view.h"
#include "cli/usage.h"
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

static void put_breakers(FILE *f, const struct sc_state_view *v)
{
    static const char name[] = "steadycurl_breaker_state";
    int64_t now = sc_state_now();
    char value[SC_LABEL_MAX + 1];

    fprintf(f, "# HELP %s 0 closed, 1 open, 2 half-open.\n# TYPE %s gauge\n", name, name);
    for (size_t i = 0; i < v->n; i++) {
        const struct sc_scope_view *s = &v->scopes[i];

        if (!s->words[SC_SLOT_BREAKER])
            continue;
        fprintf(f, "%s{", name);
        put_labels(f, s->label);
        sc_label_part(s->label, "rule", value, sizeof value);
        fprintf(f, ",rule=\"%s\"", value);
        sc_label_part(s->label, "key", value, sizeof value);
        fprintf(f, ",key=\"%s\"} %d\n", value,
                (int)sc_breaker_view(s->words[SC_SLOT_BREAKER], now).state);
    }
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
    put_breakers(f, v);
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
        fprintf(stderr, "steadycurl metrics: %s\n", v.why);
    if (path)
        return write_file(path, &v);
    put_all(stdout, &v);
    return fflush(stdout) == 0 ? 0 : 1;
}
