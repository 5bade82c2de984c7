/* status_words.c - see status_words.h. */
#include "ledger/status_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/aimd.h"
#include "core/breaker.h"
#include "core/limiter.h"
#include "core/pace.h"
#include "core/time.h"
#include "core/tokens.h"
#include "core/units.h"
#include "ledger/reading.h"
#include "state/queue.h"
#include "state/state.h"

static void json_key(struct sc_writer *w, const char *key)
{
    fprintf(w->to, "%s\"%s\":", w->fields++ ? "," : "", key);
}

static void put_number(struct sc_writer *w, const char *key, int64_t n)
{
    json_key(w, key);
    fprintf(w->to, "%" PRId64, n);
}

/* Texts come from labels and tables: nothing in them needs escaping (slot.h). */
static void put_text(struct sc_writer *w, const char *key, const char *s)
{
    json_key(w, key);
    fprintf(w->to, "\"%s\"", s);
}

static void begin_part(struct sc_writer *w, const char *key)
{
    json_key(w, key);
    fputc('{', w->to);
    w->fields = 0;
}

static void end_part(struct sc_writer *w)
{
    fputc('}', w->to);
    w->fields = 1;
}

static void show_breaker(struct sc_writer *w, sc_word *words, int64_t now)
{
    struct sc_breaker b = sc_breaker_view(words, now);
    int64_t changed = (int64_t)sc_word_read(&words[SC_W_CHANGED_AT]);
    int64_t since = changed > 0 && changed <= now ? (now - changed) / SC_NS_PER_MS : -1;
    int64_t probe = b.at_ns > now ? (b.at_ns - now) / SC_NS_PER_MS : 0;
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
    fprintf(w->to, "  breaker     %s", sc_breaker_state_name(b.state));
    if (b.state == SC_BREAKER_OPEN)
        fprintf(w->to, " after %s, next probe in %s", last, sc_time_words(probe).s);
    if (b.state == SC_BREAKER_HALF_OPEN)
        fprintf(w->to, ", %u probe%s out, %u went well", b.probes, b.probes == 1 ? "" : "s",
                b.successes);
    if (b.failures)
        fprintf(w->to, ", %u failure%s in a row", b.failures, b.failures == 1 ? "" : "s");
    if (since >= 0)
        fprintf(w->to, ", for %s", sc_time_words(since).s);
    if (openings)
        fprintf(w->to, ", opened %" PRIu64 " time%s", openings, openings == 1 ? "" : "s");
    fputc('\n', w->to);
}

static void show_limit(struct sc_writer *w, const char *key, const char *unit, sc_word *words,
                       int64_t now)
{
    struct sc_limit_reading l;

    if (!sc_limit_reading(words, now, &l))
        return;
    if (w->json) {
        begin_part(w, key);
        put_number(w, "per_minute", l.per_minute);
        put_number(w, "at_once", l.at_once);
        put_number(w, "in_use", l.in_use);
        put_number(w, "waiting", l.waiting);
        put_number(w, "wait_ms", l.wait_ms);
        end_part(w);
        return;
    }
    fprintf(w->to, "  %-11s %" PRId64 " a minute, %" PRId64 " at once, %" PRId64 " in use", key,
            l.per_minute, l.at_once, l.in_use);
    if (l.waiting)
        fprintf(w->to, ", %" PRId64 " %s wait", l.waiting, unit);
    if (l.wait_ms)
        fprintf(w->to, ", a new one %s%s", l.waiting ? "" : "waits ", sc_time_words(l.wait_ms).s);
    fputc('\n', w->to);
}

/* How many units of a period flow in within a time. */
static int64_t units_in(int64_t ns, uint64_t period)
{
    return (int64_t)((double)ns * SC_PACE_NS / (double)period + 0.5);
}

/* The service's own limit, as its headers told it. What nothing confirmed lately is not kept to. */
static void show_told(struct sc_writer *w, const char *key, const char *what, sc_word *words,
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
        fprintf(w->to,
                "  learned     %" PRId64 " %s a minute, %" PRId64 " at once, %" PRId64
                " in use%s\n",
                units_in(SC_MINUTE_NS, period), what, units_in(room, period),
                units_in(used, period), sc_pace_fresh(seen, now) ? "" : "; not confirmed lately");
    }
}

/* The rate that was found by being refused. */
static void show_found(struct sc_writer *w, sc_word *words, int64_t now)
{
    int64_t rate = sc_aimd_rate(sc_word_read(&words[SC_W_RATE]), now) / 60;

    if (rate <= 0)
        return;
    if (w->json) {
        begin_part(w, "learned_rate");
        put_number(w, "per_minute", rate);
        end_part(w);
    } else {
        fprintf(w->to, "  learned     %" PRId64 " requests a minute, by refusals\n", rate);
    }
}

static void show_learned(struct sc_writer *w, sc_word *const *k, int64_t now)
{
    if (k[SC_SLOT_LEARNED_REQUESTS]) {
        show_told(w, "learned_requests", "requests", k[SC_SLOT_LEARNED_REQUESTS], now);
        show_found(w, k[SC_SLOT_LEARNED_REQUESTS], now);
    }
    if (k[SC_SLOT_LEARNED_TOKENS])
        show_told(w, "learned_tokens", "tokens", k[SC_SLOT_LEARNED_TOKENS], now);
}

static void show_gate(struct sc_writer *w, sc_word *words, int64_t now)
{
    int64_t opens = sc_gate_reading(words, now);

    if (w->json) {
        begin_part(w, "gate");
        put_number(w, "opens_in_ms", opens);
        put_number(w, "closings", (int64_t)sc_word_read(&words[SC_W_CLOSINGS]));
        end_part(w);
    } else if (opens) {
        fprintf(w->to, "  gate        closed by the server's hint, opens in %s\n",
                sc_time_words(opens).s);
    }
}

static void show_latch(struct sc_writer *w, sc_word *words, int64_t now)
{
    struct sc_latch_reading l = sc_latch_reading(words, now);
    const char *what = sc_latch_reason_name(l.reason);

    if (l.reason == SC_LATCH_OPEN)
        return;
    if (w->json) {
        begin_part(w, "latch");
        put_text(w, "reason", what);
        put_number(w, "next_probe_ms", l.probe_ms);
        end_part(w);
    } else {
        fprintf(w->to, "  latch       %s, next probe in %s\n", what, sc_time_words(l.probe_ms).s);
    }
}

static void show_budget(struct sc_writer *w, sc_word *words, int64_t now)
{
    struct sc_retry_reading r = sc_retry_reading(words, now);

    if (w->json) {
        begin_part(w, "retry_budget");
        put_number(w, "tried", r.tried);
        put_number(w, "answered", r.answered);
        put_number(w, "failed", r.failed);
        put_number(w, "allows", r.allows);
        end_part(w);
    } else {
        fprintf(w->to,
                "  retries     %" PRId64 " of %" PRId64
                " attempts failed in two minutes; retry.budget %s %" PRId64 "\n",
                r.failed, r.tried, r.used_up ? "is used up at" : "allows", r.allows);
    }
}

static void show_concurrent(struct sc_writer *w, struct sc_region *r, sc_word *words, int64_t now)
{
    struct sc_concurrent_reading c;

    sc_concurrent_reading(r, words, now, &c);
    if (w->json) {
        begin_part(w, "concurrent");
        put_number(w, "limit", c.limit);
        put_number(w, "in_use", c.in_use);
        end_part(w);
    } else {
        fprintf(w->to, "  concurrent  %" PRId64 " of %" PRId64 "\n", c.in_use, c.limit);
    }
}

static void show_queue(struct sc_writer *w, struct sc_region *r, sc_word *words, int64_t now)
{
    struct sc_queue_reading q;

    sc_queue_reading(r, words, now, &q);
    if (w->json)
        begin_part(w, "queue");
    else
        fputs("  queue      ", w->to);
    for (int i = 0; i < SC_QUEUE_CLASSES; i++) {
        const char *name = sc_priority_name((enum sc_priority)(i + 1));

        if (w->json)
            put_number(w, name, q.calls[i]);
        else
            fprintf(w->to, "%s %" PRId64 " %s (weight %u)", i ? "," : "", q.calls[i], name,
                    q.weight[i]);
    }
    if (w->json)
        end_part(w);
    else
        fputs(" wait\n", w->to);
}

static void put_usd(struct sc_writer *w, const char *key, int64_t nano)
{
    json_key(w, key);
    fprintf(w->to, "%" PRId64 ".%09" PRId64, nano / 1000000000, nano % 1000000000);
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

static void show_money_json(struct sc_writer *w, const struct sc_money_view *m, const char *until)
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

static void show_money(struct sc_writer *w, struct sc_region *r, sc_word *words, int64_t now)
{
    struct sc_money_view m;
    char until[32];

    sc_money_look(r, words, (int64_t)time(NULL), now, &m);
    date_of(m.until_s, until, sizeof until);
    if (w->json) {
        show_money_json(w, &m, until);
        return;
    }
    fprintf(w->to, "  money       %s of %s spent", sc_usd_words(m.spent).s,
            sc_usd_words(m.limit).s);
    if (m.calls)
        fprintf(w->to, ", %s reserved by %u call%s", sc_usd_words(m.held).s, m.calls,
                m.calls == 1 ? "" : "s");
    if (m.per != SC_PERIOD_EVER)
        fprintf(w->to, ", until %s", until);
    fprintf(w->to, "%s\n", m.on_spent == SC_ON_SPENT_WARN ? "; warns" : "");
}

void sc_status_scope(struct sc_writer *w, const struct sc_state_view *v,
                     const struct sc_scope_view *s, int64_t now)
{
    sc_word *const *k = s->words;

    if (w->json)
        put_text(w, "scope", s->label);
    else
        fprintf(w->to, "%s\n", s->label);
    if (k[SC_SLOT_BREAKER])
        show_breaker(w, k[SC_SLOT_BREAKER], now);
    if (k[SC_SLOT_REQUESTS])
        show_limit(w, "requests", "calls", k[SC_SLOT_REQUESTS], now);
    if (k[SC_SLOT_TOKENS])
        show_limit(w, "tokens", "tokens", k[SC_SLOT_TOKENS], now);
    show_learned(w, k, now);
    if (k[SC_SLOT_CONCURRENT])
        show_concurrent(w, v->region, k[SC_SLOT_CONCURRENT], now);
    if (k[SC_SLOT_QUEUE])
        show_queue(w, v->region, k[SC_SLOT_QUEUE], now);
    if (k[SC_SLOT_GATE])
        show_gate(w, k[SC_SLOT_GATE], now);
    if (k[SC_SLOT_LATCH])
        show_latch(w, k[SC_SLOT_LATCH], now);
    if (k[SC_SLOT_BUDGET])
        show_budget(w, k[SC_SLOT_BUDGET], now);
    if (k[SC_SLOT_SPENT])
        show_money(w, v->region, k[SC_SLOT_SPENT], now);
    if (k[SC_SLOT_RATIO] && w->json)
        put_number(w, "tokens_per_1000_estimated",
                   sc_tokens_scale_milli(sc_word_read(&k[SC_SLOT_RATIO][SC_W_SCALE])));
}

/* ---- the headline ---- */

/* "openai: healthy", or the worst of what its scopes have. */
static void show_providers(struct sc_writer *w, const struct sc_state_view *v, int64_t now)
{
    for (int p = 0; p < SC_PROVIDER_COUNT; p++) {
        const char *name = sc_provider_name((enum sc_provider)p);
        int scopes = 0, broken = 0;
        struct sc_finding f;
        char part[64];

        for (size_t i = 0; i < v->n; i++) {
            const struct sc_scope_view *s = &v->scopes[i];

            sc_label_part(s->label, "provider", part, sizeof part);
            if (strcmp(part, name) != 0 || !s->words[SC_SLOT_BREAKER])
                continue;
            scopes++;
            broken += sc_breaker_view(s->words[SC_SLOT_BREAKER], now).state != SC_BREAKER_CLOSED;
        }
        sc_state_worst(v, name, now, (int64_t)time(NULL), &f);
        if (scopes == 0 && f.how == SC_CALLS_GO)
            continue;
        if (w->json)
            put_text(w, name,
                     f.how == SC_CALLS_GO                                         ? "healthy"
                     : f.how == SC_CALLS_REFUSED && (broken == scopes || !broken) ? "unhealthy"
                                                                                  : "degraded");
        else if (broken)
            fprintf(w->to, "%s: %d of %d breakers not closed\n", name, broken, scopes);
        else if (f.how != SC_CALLS_GO)
            fprintf(w->to, "%s: %s\n", name, f.words);
        else
            fprintf(w->to, "%s: healthy\n", name);
    }
}

static void show_worst(struct sc_writer *w, const struct sc_finding *f, int more, bool known)
{
    if (w->json) {
        begin_part(w, "headline");
        put_text(w, "calls", known ? sc_how_name(f->how) : "unknown");
        if (f->how != SC_CALLS_GO) {
            put_text(w, "reason", f->reason);
            put_text(w, "scope", f->scope);
            put_text(w, "text", f->words);
            put_number(w, "more", more);
        }
        if (f->ms >= 0)
            put_number(w, "for_ms", f->ms);
        end_part(w);
        return;
    }
    if (f->how == SC_CALLS_GO) {
        fprintf(w->to, "%s\n", sc_how_words(f->how));
        return;
    }
    fprintf(w->to, "%s %s (%s)", sc_how_words(f->how), f->words, f->scope);
    if (more)
        fprintf(w->to, ", and so in %d more scope%s", more, more == 1 ? "" : "s");
    fputc('\n', w->to);
}

bool sc_status_headline(struct sc_writer *w, const struct sc_state_view *v, int64_t now)
{
    struct sc_finding f;
    int more = sc_state_worst(v, NULL, now, (int64_t)time(NULL), &f);

    show_worst(w, &f, more, v->region != NULL);
    if (w->json)
        begin_part(w, "providers");
    show_providers(w, v, now);
    if (w->json)
        end_part(w);
    return f.how != SC_CALLS_REFUSED;
}

void sc_status_json(FILE *to, const struct sc_state_view *v, int64_t now)
{
    struct sc_writer w = {.to = to, .json = true};

    fprintf(to, "{\"state\":{\"present\":%s,\"usable\":%s},", v->region ? "true" : "false",
            v->unusable ? "false" : "true");
    sc_status_headline(&w, v, now);
    fprintf(to, ",\"scopes\":[");
    for (size_t i = 0; i < v->n; i++) {
        fprintf(to, "%s{", i ? "," : "");
        w.fields = 0;
        sc_status_scope(&w, v, &v->scopes[i], now);
        fputc('}', to);
    }
    fputs("]}", to);
}
