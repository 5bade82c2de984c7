/*
 * cmd_status.c - steadycurl status: what all processes together know right now, by scope.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/alerts.h"
#include "cli/cli.h"
#include "ledger/state_view.h"
#include "cli/policy_file.h"
#include "cli/usage.h"
#include "core/aimd.h"
#include "core/breaker.h"
#include "core/budget.h"
#include "core/gate.h"
#include "core/latch.h"
#include "core/lease.h"
#include "core/limiter.h"
#include "core/pace.h"
#include "core/tokens.h"
#include "state/books.h"
#include "state/state.h"

#define MS INT64_C(1000000)

enum { OPT_RESET = 256, OPT_EXEC };

static const struct sc_option options[] = {
    SC_OPTION_JSON("one JSON object"),
    {"watch", 'w', NULL, "show it again every second"},
    {"reset", OPT_RESET, NULL,
     "forget what is known of SCOPE (any part of its name), or all but money spent; "
     "\"budget=NAME\" is that"},
    {"exec", OPT_EXEC, "COMMAND", "run it for each alert of a budget since the last time"},
    SC_OPTION_POLICY("the policy whose budgets these are"),
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "status", "[OPTION...] [--reset [SCOPE]]",
    "Shows breakers, limits, gates, retries and money spent as all processes share them.", options};

/* One way to write for people and for programs: `key` for JSON, the rest is the value. */
struct writer {
    bool json;
    int fields; /* in the current object */
};

static void json_key(struct writer *w, const char *key)
{
    printf("%s\"%s\":", w->fields++ ? "," : "", key);
}

static void put_number(struct writer *w, const char *key, int64_t n)
{
    json_key(w, key);
    printf("%" PRId64, n);
}

/* Texts come from labels and tables: nothing in them needs escaping (slot.h). */
static void put_text(struct writer *w, const char *key, const char *s)
{
    json_key(w, key);
    printf("\"%s\"", s);
}

static void begin_part(struct writer *w, const char *key)
{
    json_key(w, key);
    putchar('{');
    w->fields = 0;
}

static void end_part(struct writer *w)
{
    putchar('}');
    w->fields = 1;
}

static void show_breaker(struct writer *w, sc_word *words, int64_t now)
{
    struct sc_breaker b = sc_breaker_view(words, now);
    int64_t changed = (int64_t)sc_word_read(&words[SC_W_CHANGED_AT]);
    int64_t since = changed > 0 && changed <= now ? (now - changed) / MS : -1;
    int64_t probe = b.at_ns > now ? (b.at_ns - now) / MS : 0;
    uint64_t why = sc_word_read(&words[SC_W_WHY]), openings = sc_word_read(&words[SC_W_OPENINGS]);
    const char *last = why < SC_CLASS_COUNT && openings ? sc_class_name((enum sc_class)why) : "";

    if (w->json) {
        begin_part(w, "breaker");
        put_text(w, "state", sc_breaker_state_name(b.state));
        put_number(w, "failures_in_a_row", b.failures);
        put_number(w, "openings", (int64_t)openings);
        put_text(w, "last_class", last);
        if (since >= 0)
            put_number(w, "since_ms", since);
        if (b.state == SC_BREAKER_OPEN)
            put_number(w, "next_probe_ms", probe);
        if (b.state == SC_BREAKER_HALF_OPEN)
            put_number(w, "probes_out", b.probes);
        end_part(w);
        return;
    }
    printf("  breaker     %s", sc_breaker_state_name(b.state));
    if (b.state == SC_BREAKER_OPEN)
        printf(" after %s, next probe in %.1f s", last, (double)probe / 1e3);
    if (b.state == SC_BREAKER_HALF_OPEN)
        printf(", %u probe%s out, %u went well", b.probes, b.probes == 1 ? "" : "s", b.successes);
    if (b.failures)
        printf(", %u failure%s in a row", b.failures, b.failures == 1 ? "" : "s");
    if (since >= 0)
        printf(", for %.1f s", (double)since / 1e3);
    if (openings)
        printf(", opened %" PRIu64 " time%s", openings, openings == 1 ? "" : "s");
    putchar('\n');
}

static void show_limit(struct writer *w, const char *key, const char *unit, sc_word *words,
                       int64_t now)
{
    int64_t limit = (int64_t)sc_word_read(&words[SC_W_LIMIT]);
    int64_t burst = (int64_t)sc_word_read(&words[SC_W_BURST_NS]);
    int64_t one = sc_limiter_cost(1, limit), backlog, wait, waiting;

    if (limit <= 0 || burst < 0 || burst > SC_MINUTE_NS)
        return;
    backlog = sc_limiter_backlog(sc_word_read(&words[SC_W_TAT]), now);
    burst = burst > one ? burst : one;
    wait = backlog + one > burst ? backlog + one - burst : 0;
    waiting = backlog > burst ? (backlog - burst + one - 1) / one : 0;
    if (w->json) {
        begin_part(w, key);
        put_number(w, "per_minute", limit);
        put_number(w, "in_use", backlog / one);
        put_number(w, "waiting", waiting);
        put_number(w, "wait_ms", wait / MS);
        end_part(w);
        return;
    }
    printf("  %-11s %" PRId64 " a minute, %" PRId64 " in use", key, limit, backlog / one);
    if (waiting)
        printf(", %" PRId64 " %s wait, a new one %.1f s", waiting, unit, (double)wait / 1e9);
    putchar('\n');
}

/* How many units of a period flow in within a time. */
static int64_t units_in(int64_t ns, uint64_t period)
{
    return (int64_t)((double)ns * SC_PACE_NS / (double)period + 0.5);
}

/* The service's own limit, as its headers told it. What nothing confirmed lately is not kept to. */
static void show_told(struct writer *w, const char *key, const char *what, sc_word *words,
                      int64_t now)
{
    uint64_t period = sc_word_read(&words[SC_W_PERIOD]), seen = sc_word_read(&words[SC_W_SEEN]);
    int64_t room = sc_pace_capacity(seen);
    int64_t used = sc_limiter_backlog(sc_word_read(&words[SC_W_TAT]), now);

    if (period == 0 || period > (uint64_t)SC_PACE_PERIOD_MAX)
        return;
    if (w->json) {
        begin_part(w, key);
        put_number(w, "per_minute", units_in(SC_MINUTE_NS, period));
        put_number(w, "at_once", units_in(room, period));
        put_number(w, "in_use", units_in(used, period));
        put_number(w, "believed", sc_pace_fresh(seen, now));
        end_part(w);
    } else {
        printf("  learned     %" PRId64 " %s a minute, %" PRId64 " at once, %" PRId64 " in use%s\n",
               units_in(SC_MINUTE_NS, period), what, units_in(room, period), units_in(used, period),
               sc_pace_fresh(seen, now) ? "" : "; not confirmed lately");
    }
}

/* The rate that was found by being refused. */
static void show_found(struct writer *w, sc_word *words, int64_t now)
{
    int64_t rate = sc_aimd_rate(sc_word_read(&words[SC_W_RATE]), now) / 60;

    if (rate <= 0)
        return;
    if (w->json) {
        begin_part(w, "learned_rate");
        put_number(w, "per_minute", rate);
        end_part(w);
    } else {
        printf("  learned     %" PRId64 " requests a minute, by refusals\n", rate);
    }
}

static void show_learned(struct writer *w, sc_word *const *k, int64_t now)
{
    if (k[SC_SLOT_LEARNED_REQUESTS]) {
        show_told(w, "learned_requests", "requests", k[SC_SLOT_LEARNED_REQUESTS], now);
        show_found(w, k[SC_SLOT_LEARNED_REQUESTS], now);
    }
    if (k[SC_SLOT_LEARNED_TOKENS])
        show_told(w, "learned_tokens", "tokens", k[SC_SLOT_LEARNED_TOKENS], now);
}

static void show_gate(struct writer *w, sc_word *words, int64_t now)
{
    int64_t until = sc_gate_until(sc_word_read(&words[SC_W_UNTIL]), now);
    int64_t opens = until ? (until - now) / MS : 0;
    int64_t closings = (int64_t)sc_word_read(&words[SC_W_CLOSINGS]);

    if (w->json) {
        begin_part(w, "gate");
        put_number(w, "opens_in_ms", opens);
        put_number(w, "closings", closings);
        end_part(w);
    } else if (until) {
        printf("  gate        closed by the server's hint, opens in %.1f s\n", (double)opens / 1e3);
    }
}

static void show_latch(struct writer *w, sc_word *words, int64_t now)
{
    struct sc_latch_ask a = {.now_ns = now};
    const char *what;

    sc_latch_peek(sc_word_read(&words[SC_W_LATCH]), &a);
    if (a.reason == SC_LATCH_OPEN)
        return;
    what = a.reason == SC_LATCH_QUOTA ? "quota_exhausted" : "auth";
    if (w->json) {
        begin_part(w, "latch");
        put_text(w, "reason", what);
        put_number(w, "next_probe_ms", a.retry_after_ns / MS);
        end_part(w);
    } else {
        printf("  latch       %s, next probe in %.1f s\n", what, (double)a.retry_after_ns / 1e9);
    }
}

static void show_budget(struct writer *w, sc_word *words, int64_t now)
{
    struct sc_window_counts c = sc_window_sum(words, sc_window_epoch(now, SC_MINUTE_NS), 0);

    if (w->json) {
        begin_part(w, "budget");
        put_number(w, "first_attempts", c.all);
        put_number(w, "retries", c.bad);
        end_part(w);
    } else {
        printf("  retries     %u for %u first attempts in the last minute\n", c.bad, c.all);
    }
}

static void show_concurrent(struct writer *w, struct sc_region *r, sc_word *words, int64_t now)
{
    uint64_t most = sc_word_read(&words[SC_W_CONCURRENT_MAX]);
    uint64_t hash = sc_word_read(&words[SC_W_CONCURRENT_HASH]);
    int64_t used = 0;

    for (unsigned part = 0; part * SC_SLOT_WORDS < most && part < 256; part++) {
        sc_word *leases = sc_lease_words(r, hash, part, false);

        for (int i = 0; leases && i < SC_SLOT_WORDS; i++)
            used += !sc_lease_is_free(sc_word_read(&leases[i]), now);
    }
    if (w->json) {
        begin_part(w, "concurrent");
        put_number(w, "limit", (int64_t)(most & INT64_MAX));
        put_number(w, "in_use", used);
        end_part(w);
    } else {
        printf("  concurrent  %" PRId64 " of %" PRIu64 "\n", used, most);
    }
}

static void put_usd(struct writer *w, const char *key, int64_t nano)
{
    json_key(w, key);
    printf("%" PRId64 ".%09" PRId64, nano / 1000000000, nano % 1000000000);
}

/* "2025-08-09T00:00:00Z", as in the log. */
static void date_of(int64_t wall_s, char *buf, size_t n)
{
    time_t t = (time_t)wall_s;
    struct tm tm;

    buf[0] = '\0';
    if (gmtime_r(&t, &tm))
        strftime(buf, n, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void show_money_json(struct writer *w, const struct sc_money_view *m, const char *until)
{
    begin_part(w, "money");
    put_usd(w, "spent_usd", m->spent);
    put_usd(w, "reserved_usd", m->held);
    put_number(w, "calls", m->calls);
    put_usd(w, "limit_usd", m->limit);
    put_text(w, "per", sc_period_name(m->per));
    if (m->per != SC_PERIOD_EVER)
        put_text(w, "until", until);
    put_text(w, "on_spent", m->on_spent == SC_ON_SPENT_WARN ? "warn" : "reject");
    put_number(w, "alerts", (int64_t)m->alerts);
    end_part(w);
}

static void show_money(struct writer *w, struct sc_region *r, sc_word *words, int64_t now)
{
    struct sc_money_view m;
    char until[32], spent[32], held[32], limit[32];

    sc_money_look(r, words, (int64_t)time(NULL), now, &m);
    date_of(m.until_s, until, sizeof until);
    if (w->json) {
        show_money_json(w, &m, until);
        return;
    }
    sc_money_text(m.spent, spent, sizeof spent);
    sc_money_text(m.held, held, sizeof held);
    sc_money_text(m.limit, limit, sizeof limit);
    printf("  money       %s of %s USD spent", spent, limit);
    if (m.calls)
        printf(", %s reserved by %u call%s", held, m.calls, m.calls == 1 ? "" : "s");
    if (m.per != SC_PERIOD_EVER)
        printf(", until %s", until);
    puts(m.on_spent == SC_ON_SPENT_WARN ? "; warns" : "");
}

static void show_scope(struct writer *w, const struct sc_state_view *v,
                       const struct sc_scope_view *s, int64_t now)
{
    sc_word *const *k = s->words;

    if (w->json)
        put_text(w, "scope", s->label);
    else
        printf("\n%s\n", s->label);
    if (k[SC_SLOT_BREAKER])
        show_breaker(w, k[SC_SLOT_BREAKER], now);
    if (k[SC_SLOT_REQUESTS])
        show_limit(w, "requests", "calls", k[SC_SLOT_REQUESTS], now);
    if (k[SC_SLOT_TOKENS])
        show_limit(w, "tokens", "tokens", k[SC_SLOT_TOKENS], now);
    show_learned(w, k, now);
    if (k[SC_SLOT_CONCURRENT])
        show_concurrent(w, v->region, k[SC_SLOT_CONCURRENT], now);
    if (k[SC_SLOT_GATE])
        show_gate(w, k[SC_SLOT_GATE], now);
    if (k[SC_SLOT_LATCH])
        show_latch(w, k[SC_SLOT_LATCH], now);
    if (k[SC_SLOT_BUDGET])
        show_budget(w, k[SC_SLOT_BUDGET], now);
    if (k[SC_SLOT_SPENT])
        show_money(w, v->region, k[SC_SLOT_SPENT], now);
    if (k[SC_SLOT_RATIO] && w->json)
        put_number(w, "bytes_per_1000_tokens",
                   sc_tokens_ratio_milli(sc_word_read(&k[SC_SLOT_RATIO][SC_W_RATIO])));
}

/* Only a gate or a latch that is open: nothing a person would want to read. */
static bool is_dull(const struct sc_scope_view *s, int64_t now)
{
    struct sc_latch_ask a = {.now_ns = now, .reason = SC_LATCH_OPEN};
    sc_word *gate = s->words[SC_SLOT_GATE], *latch = s->words[SC_SLOT_LATCH];

    if (s->words[SC_SLOT_BREAKER] || s->words[SC_SLOT_REQUESTS] || s->words[SC_SLOT_TOKENS] ||
        s->words[SC_SLOT_CONCURRENT] || s->words[SC_SLOT_BUDGET] || s->words[SC_SLOT_SPENT] ||
        s->words[SC_SLOT_LEARNED_REQUESTS] || s->words[SC_SLOT_LEARNED_TOKENS])
        return false;
    if (latch)
        sc_latch_peek(sc_word_read(&latch[SC_W_LATCH]), &a);
    return a.reason == SC_LATCH_OPEN &&
           !(gate && sc_gate_until(sc_word_read(&gate[SC_W_UNTIL]), now));
}

/* A provider is as healthy as its breakers and latches say. */
static void show_health(struct writer *w, const struct sc_state_view *v, int64_t now)
{
    for (int p = 0; p < SC_PROVIDER_COUNT; p++) {
        const char *name = sc_provider_name((enum sc_provider)p);
        int scopes = 0, broken = 0;
        char part[64];

        for (size_t i = 0; i < v->n; i++) {
            const struct sc_scope_view *s = &v->scopes[i];

            sc_label_part(s->label, "provider", part, sizeof part);
            if (strcmp(part, name) != 0 || !s->words[SC_SLOT_BREAKER])
                continue;
            scopes++;
            broken += sc_breaker_view(s->words[SC_SLOT_BREAKER], now).state != SC_BREAKER_CLOSED;
        }
        if (scopes == 0)
            continue;
        if (w->json)
            put_text(w, name, !broken ? "healthy" : broken < scopes ? "degraded" : "unhealthy");
        else if (broken)
            printf("%s: %d of %d breakers not closed\n", name, broken, scopes);
        else
            printf("%s: healthy\n", name);
    }
}

static void show_json(struct sc_state_view *v, int64_t now)
{
    struct writer w = {.json = true};

    printf("{\"state\":{\"present\":%s},", v->region ? "true" : "false");
    printf("\"providers\":{");
    show_health(&w, v, now);
    printf("},\"scopes\":[");
    for (size_t i = 0; i < v->n; i++) {
        printf("%s{", i ? "," : "");
        w.fields = 0;
        show_scope(&w, v, &v->scopes[i], now);
        putchar('}');
    }
    puts("]}");
}

static void show(struct sc_state_view *v, bool json)
{
    struct writer w = {.json = false};
    int64_t now = sc_state_now();

    sc_state_view_read(v);
    if (json) {
        show_json(v, now);
        return;
    }
    if (!v->region) {
        printf("%s\n", v->why);
        return;
    }
    printf("state in %s\n", v->folder);
    if (v->why[0])
        printf("%s\n", v->why);
    show_health(&w, v, now);
    for (size_t i = 0; i < v->n; i++)
        if (!is_dull(&v->scopes[i], now))
            show_scope(&w, v, &v->scopes[i], now);
}

static int watch(struct sc_state_view *v, const char *folder, bool json)
{
    for (;;) {
        if (isatty(STDOUT_FILENO) && !json)
            printf("\033[H\033[J");
        show(v, json);
        if (fflush(stdout) != 0)
            return 1;
        sleep(1);
        if (!v->region) /* it may have come into being */
            sc_state_view_open(v, folder);
    }
}

/* ---- alerts ---- */

static int run_alerts(struct sc_state_view *v, const char *folder, const char *policy,
                      const char *command, bool again)
{
    char path[PATH_MAX];
    struct sc_policy *p = sc_policy_file_load(&usage, policy, path);
    int failed = p ? 0 : 1;

    while (p) {
        if (v->region)
            failed = sc_alerts_run(v, p, command);
        if (!again)
            break;
        sleep(1);
        if (!v->region)
            sc_state_view_open(v, folder);
    }
    sc_policy_free(p);
    return failed ? 1 : 0;
}

/* ---- reset ---- */

static void clear_words(sc_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        atomic_store(&words[i], 0);
}

/* The settings that are kept beside the words stay: programs write them when they begin. */
static void clear_scope(struct sc_scope_view *s)
{
    for (int k = 0; k < SC_KINDS; k++)
        if (s->words[k] && k != SC_SLOT_CONCURRENT)
            clear_words(s->words[k], k == SC_SLOT_SPENT ? SC_W_TERMS : SC_SLOT_WORDS);
}

/* Money is forgotten only when a budget is asked for by its name: whoever resets breakers does not
 * mean it. */
static bool is_meant(const char *label, const char *scope)
{
    bool money = strncmp(label, "budget=", 7) == 0;

    if (!scope)
        return !money;
    return strstr(label, scope) != NULL && (!money || strncmp(scope, "budget=", 7) == 0);
}

static int reset(struct sc_state_view *v, const char *scope)
{
    size_t n = 0, kept = 0;

    /* The books first: memory that is made anew meanwhile reads them. */
    if (scope && strncmp(scope, "budget=", 7) == 0)
        kept = sc_books_reset(scope, (int64_t)time(NULL));
    if (!v->region && kept == 0) {
        fprintf(stderr, "steadycurl status: %s\n", v->why);
        return scope ? 1 : 0;
    }
    sc_state_view_read(v);
    for (size_t i = 0; i < v->n; i++)
        if (is_meant(v->scopes[i].label, scope)) {
            clear_scope(&v->scopes[i]);
            n++;
        }
    n = n > kept ? n : kept;
    if (!scope) {
        clear_words(v->region->given_up, SC_GIVEN_UP);
        for (size_t i = 0; i < SC_SERIES; i++)
            clear_words(v->region->series[i].words, SC_SERIES_WORDS);
    }
    if (scope && n == 0) {
        fprintf(stderr, "steadycurl status: no scope has \"%s\" in its name\n", scope);
        return 1;
    }
    printf("%zu scope%s reset\n", n, n == 1 ? "" : "s");
    return 0;
}

int sc_cmd_status(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct sc_state_view v;
    const char *folder = NULL, *command = NULL, *policy = NULL;
    bool json = false, again = false, clear = false;
    int opt;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        json |= opt == SC_OPT_JSON;
        again |= opt == 'w';
        clear |= opt == OPT_RESET;
        if (opt == SC_OPT_STATE)
            folder = a.value;
        if (opt == OPT_EXEC)
            command = a.value;
        if (opt == SC_OPT_POLICY)
            policy = a.value;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i + (clear ? 1 : 0) < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (!sc_state_view_open(&v, folder))
        return sc_usage_wrong(&usage, "no state folder can be named");
    if (clear)
        return reset(&v, a.i < argc ? argv[a.i] : NULL);
    if (command)
        return run_alerts(&v, folder, policy, command, again);
    if (again)
        return watch(&v, folder, json);
    show(&v, json);
    return 0;
}
