/* explain_settings.c - settings in force, readable. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/explain.h"
#include "base/print.h"
#include "core/money.h"
#include "core/units.h"

void sc_explain_line(const char *topic, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%-9s ", topic);
    sc_print_v(stdout, format, args);
    putchar('\n');
    va_end(args);
}

static void jitter_words(const struct sc_backoff *b, char *buf, size_t n)
{
    switch (b->jitter) {
    case SC_JITTER_FULL:
        snprintf(buf, n, "full jitter");
        break;
    case SC_JITTER_EQUAL:
        snprintf(buf, n, "equal jitter");
        break;
    case SC_JITTER_DECORRELATED:
        snprintf(buf, n, "decorrelated jitter");
        break;
    case SC_JITTER_PROPORTIONAL:
        snprintf(buf, n, "plus up to %g %%", b->jitter_ratio * 100);
        break;
    case SC_JITTER_ADDITIVE:
        snprintf(buf, n, "plus up to %s", sc_time_words(b->jitter_ms).s);
        break;
    case SC_JITTER_NONE:
        snprintf(buf, n, "no jitter");
        break;
    }
}

static void backoff_words(const struct sc_backoff *b, char *buf, size_t n)
{
    char jitter[64];
    size_t k = 0;
    jitter_words(b, jitter, sizeof jitter);
    if (b->n_delays == 0) {
        snprintf(buf, n, "wait %s, times %g each, up to %s, %s", sc_time_words(b->base_ms).s,
                 b->factor, sc_time_words(b->max_ms).s, jitter);
        return;
    }
    k += (size_t)snprintf(buf, n, "wait");
    for (uint32_t i = 0; i < b->n_delays && k < n; i++)
        k += (size_t)snprintf(buf + k, n - k, "%s %s", i ? "," : "",
                              sc_time_words(b->delays_ms[i]).s);
    if (k < n)
        snprintf(buf + k, n - k, "; %s", jitter);
}

static void print_retry(const struct sc_retry *r)
{
    char wait[512], total[64];
    if (!r->enabled) {
        sc_explain_line("retry", "off");
        return;
    }
    for (int c = 0; c < SC_CLASS_COUNT; c++) {
        const struct sc_strategy *s = &r->by_class[c];
        if (!sc_class_retryable((enum sc_class)c))
            continue;
        backoff_words(&s->backoff, wait, sizeof wait);
        snprintf(total, sizeof total, " within %s", sc_time_words(s->total_timeout_ms).s);
        sc_explain_line("retry", "%s: %d attempt%s%s; %s", sc_class_name((enum sc_class)c),
                        s->max_attempts, s->max_attempts == 1 ? "" : "s",
                        s->total_timeout_ms ? total : "", wait);
    }
    if (r->unsafe)
        sc_explain_line("", "also what may be processed twice by it");
    if (r->budget_enabled)
        sc_explain_line("",
                        "budget: %g failed attempts tried again for each answered one, and %lld",
                        r->budget.per_success, (long long)r->budget.reserve);
}

static void scope_words(unsigned scope, char *buf, size_t n)
{
    static const struct {
        unsigned bit;
        const char *name;
    } table[] = {{SC_SCOPE_HOST, "host"},
                 {SC_SCOPE_MODEL, "model"},
                 {SC_SCOPE_RULE, "rule"},
                 {SC_SCOPE_KEY, "key"}};
    size_t k = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (scope & table[i].bit)
            k += (size_t)snprintf(buf + k, n - k, "%s%s", k ? ", " : "", table[i].name);
}

static void print_breaker(const struct sc_breaker_settings *b)
{
    bool grows = b->open_max_ms > b->open_ms;
    char scope[64];

    if (!b->enabled) {
        sc_explain_line("breaker", "off");
        return;
    }
    scope_words(b->scope, scope, sizeof scope);
    sc_explain_line("breaker",
                    "opens after %d failures in a row or %g %% of at least %d calls in %s, for "
                    "%s%s%s, by %s",
                    b->consecutive_failures, b->failure_ratio * 100, b->min_calls,
                    sc_time_words(b->window_ms).s, sc_time_words(b->open_ms).s, grows ? " to " : "",
                    grows ? sc_time_words(b->open_max_ms).s : "", scope);
}

static void print_limits(const struct sc_limits *l)
{
    char text[256];
    size_t k = 0;
    text[0] = '\0';
    if (l->rpm)
        k += (size_t)snprintf(text + k, sizeof text - k, "%" PRId64 " requests a minute", l->rpm);
    if (l->tpm)
        k += (size_t)snprintf(text + k, sizeof text - k, "%s%" PRId64 " tokens a minute",
                              k ? ", " : "", l->tpm);
    if (l->concurrent)
        k += (size_t)snprintf(text + k, sizeof text - k, "%s%d at a time", k ? ", " : "",
                              l->concurrent);
    if (k)
        k += (size_t)snprintf(text + k, sizeof text - k, "; waits up to %s",
                              sc_time_words(l->max_wait_ms).s);
    if (l->priority != SC_PRIORITY_OFF && k < sizeof text)
        snprintf(text + k, sizeof text - k, ", as %s (interactive %d, normal %d, batch %d)",
                 sc_priority_name((enum sc_priority)l->priority), l->weights[0], l->weights[1],
                 l->weights[2]);
    sc_explain_line("limits", "%s%s", k ? text : "off",
                    l->learn ? "; the service's own are learned" : "");
}

static void print_cache(const struct sc_cache_settings *c)
{
    char at_once[80] = "";

    if (c->always)
        snprintf(at_once, sizeof at_once, "without asking for %s, ",
                 sc_time_words(c->ttl_s * 1000).s);
    sc_explain_line("cache",
                    "good answers are kept%s%s; given again %swhere the service fails for "
                    "%s; up to %lld MiB",
                    c->path ? " in " : "", c->path ? c->path : "", at_once,
                    sc_time_words((c->ttl_s + c->stale_s) * 1000).s,
                    (long long)(c->max_bytes >> 20));
}

void sc_explain_settings(const struct sc_settings *s)
{
    static const char *const contexts[] = {"off", "a line in the log", "rejected",
                                           "the oldest messages are left out"};

    if (s->shadow)
        sc_explain_line("mode",
                        "shadow: nothing of what follows is done, the log says what would be");
    print_retry(&s->retry);
    print_breaker(&s->breaker);
    print_limits(&s->limits);
    if (s->hedge.enabled && s->hedge.after_ms > 0)
        sc_explain_line("hedge", "a second attempt after %s, easy interface only",
                        sc_time_words(s->hedge.after_ms).s);
    else if (s->hedge.enabled)
        sc_explain_line("hedge", "a second attempt when most answers have begun, as learned, easy "
                                 "interface only");
    sc_explain_line("timeout", "the program's own timeout bounds %s",
                    s->program_timeout == SC_TIMEOUT_TOTAL ? "the whole call, waits included"
                                                           : "each attempt");
    if (s->tokens.context != SC_CONTEXT_OFF)
        sc_explain_line("too long", "%s", contexts[s->tokens.context]);
    if (s->tokens.repair_max_tokens)
        sc_explain_line("max_tokens", "lowered once where an error says what would fit");
    if (s->timeouts.first_token_ms > 0)
        sc_explain_line("first_token", "%s", sc_time_words(s->timeouts.first_token_ms).s);
    if (s->timeouts.gap_ms > 0)
        sc_explain_line("gap", "%s", sc_time_words(s->timeouts.gap_ms).s);
    if (s->timeouts.total_ms > 0)
        sc_explain_line("total", "%s", sc_time_words(s->timeouts.total_ms).s);
    if (s->cache.enabled)
        print_cache(&s->cache);
    if (s->split_embeddings && s->max_embeddings)
        sc_explain_line("embeddings", "in parts of at most %lld inputs",
                        (long long)s->max_embeddings);
    else if (s->split_embeddings)
        sc_explain_line("embeddings", "in parts of as many inputs as the provider takes");
    if (s->include_usage)
        sc_explain_line("usage", "asked of streams, and kept from the program");
    sc_explain_line(
        "hold", "up to %zu KiB of a success, %zu KiB of a failure, %zu KiB of an upload",
        s->hold.success_max / 1024, s->hold.failure_max / 1024, s->hold.upload_max / 1024);
}

void sc_explain_budgets(const struct sc_money_budget *const *budgets)
{
    static const char *const sharers[] = {"",          "a rule",     "a task", "a DAG",
                                          "a program", "a provider", "a model"};
    char by[96];

    for (; budgets && *budgets; budgets++) {
        const struct sc_money_budget *b = *budgets;
        size_t n = 0;

        by[0] = '\0';
        for (size_t i = 1; i < sizeof sharers / sizeof *sharers; i++)
            if (b->by >> i & 1)
                n += (size_t)snprintf(by + n, sizeof by - n, "%s%s", n ? " and " : ", for ",
                                      sharers[i]);
        sc_explain_line("budget", "%s: %s %s%s%s; %s when spent", b->name,
                        sc_usd_words(b->limit_nano).s, b->per == SC_PERIOD_EVER ? "for " : "each ",
                        sc_period_name(b->per), by,
                        b->on_spent == SC_ON_SPENT_WARN ? "warns" : "rejects");
    }
}
