/* Results as JSON: one object, the ways in the order in which they were asked for. */
#include <stdarg.h>

#include "core/time.h"
#include "mock/buf.h"
#include "simulate/result.h"

static void put(struct sc_mock_buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct sc_mock_buf *b, const char *format, ...)
{
    char text[256];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        sc_mock_buf_add(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static void put_name(struct sc_mock_buf *b, const char *key, const char *value)
{
    put(b, "\"%s\":", key);
    sc_mock_buf_json(b, "%q", value);
}

static void put_spans(struct sc_mock_buf *b, const char *name, const struct sc_spread *s)
{
    static const struct {
        const char *name;
        double q;
    } parts[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}};

    put(b, ",\"%s\":{", name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        put(b, "%s\"%s\":%lld", i ? "," : "", parts[i].name,
            (long long)(sc_spread_at(s, parts[i].q) / SC_NS_PER_MS));
    put(b, "}");
}

/* Nobody needs more of a long time than a few hundred points. */
static size_t step_of(const struct sc_sim_tally *t)
{
    return t->n_seconds / 600 + 1;
}

typedef uint32_t pick_fn(const struct sc_sim_second *s);

static uint32_t pick_due(const struct sc_sim_second *s)
{
    return s->due;
}

static uint32_t pick_attempts(const struct sc_sim_second *s)
{
    return s->attempts;
}

static uint32_t pick_answered(const struct sc_sim_second *s)
{
    return s->answered;
}

static uint32_t pick_failed(const struct sc_sim_second *s)
{
    return s->failed;
}

static uint32_t pick_refused(const struct sc_sim_second *s)
{
    return s->refused;
}

static void put_series(struct sc_mock_buf *b, const char *name, const struct sc_sim_tally *t,
                       pick_fn *pick)
{
    size_t step = step_of(t);

    put(b, ",\"%s\":[", name);
    for (size_t i = 0; i < t->n_seconds; i += step) {
        uint64_t sum = 0;

        for (size_t k = i; k < i + step && k < t->n_seconds; k++)
            sum += pick(&t->seconds[k]);
        put(b, "%s%llu", i ? "," : "", (unsigned long long)sum);
    }
    put(b, "]");
}

static void put_classes(struct sc_mock_buf *b, const struct sc_sim_tally *t)
{
    bool any = false;

    put(b, ",\"attempts_by_class\":{");
    for (int c = 0; c < SC_CLASS_COUNT; c++) {
        if (t->by_class[c] == 0)
            continue;
        put(b, "%s\"%s\":%lld", any ? "," : "", sc_class_name((enum sc_class)c),
            (long long)t->by_class[c]);
        any = true;
    }
    put(b, "}");
}

static void put_way(struct sc_mock_buf *b, const struct sc_sim_result *r)
{
    const struct sc_sim_tally *t = &r->tally;

    put(b, "{");
    put_name(b, "name", r->name);
    put(b, ",\"calls\":%lld,\"answered\":%lld,\"failed\":%lld,\"tries\":%lld", (long long)t->calls,
        (long long)t->answered, (long long)t->failed, (long long)t->tries);
    put(b, ",\"turned_away\":%lld,\"attempts\":%lld,\"status_429\":%lld,\"timed_out\":%lld",
        (long long)t->turned_away, (long long)t->attempts, (long long)t->status_429,
        (long long)t->given_up_by_client);
    put_classes(b, t);
    put_spans(b, "took_ms", &t->took);
    put_spans(b, "waited_ms", &t->waited);
    put(b, ",\"peak_per_s\":%.0f,\"busiest_minute\":%lld", r->peak, (long long)r->busiest_minute);
    if (r->peak_after >= 0)
        put(b, ",\"peak_after_per_s\":%.0f", r->peak_after);
    if (r->recovery_s >= 0)
        put(b, ",\"recovery_s\":%.0f", r->recovery_s);
    else if (r->recovery_s == -2)
        put(b, ",\"recovery_s\":null");
    put(b, ",\"input_tokens\":%lld,\"output_tokens\":%lld", (long long)t->input,
        (long long)t->output);
    if (r->priced)
        put(b, ",\"billed_usd\":%lld.%09lld", (long long)(t->billed_nano / SC_NS_PER_S),
            (long long)(t->billed_nano % SC_NS_PER_S));
    put(b, ",\"step_s\":%zu", step_of(t));
    put_series(b, "due", t, pick_due);
    put_series(b, "sent", t, pick_attempts);
    put_series(b, "answered_by_step", t, pick_answered);
    put_series(b, "failed_by_step", t, pick_failed);
    put_series(b, "refused_by_step", t, pick_refused);
    put(b, "}");
}

void sc_sim_print_json(FILE *f, const struct sc_sim_result *all, size_t n, uint64_t seed)
{
    const struct sc_scenario *s = all[0].scenario;
    struct sc_mock_buf b = {0};

    put(&b, "{");
    put_name(&b, "scenario", s->name);
    put(&b, ",\"seed\":%llu,\"clients\":%lld,\"processes\":%lld,\"hosts\":%lld,\"seconds\":%lld",
        (unsigned long long)seed, (long long)s->clients, (long long)s->processes,
        (long long)s->hosts, (long long)(s->for_ns / SC_NS_PER_S));
    if (all[0].capacity > 0)
        put(&b, ",\"capacity_per_s\":%.3f", all[0].capacity);
    put(&b, ",\"ways\":[");
    for (size_t i = 0; i < n; i++) {
        if (i)
            put(&b, ",");
        put_way(&b, &all[i]);
    }
    put(&b, "]}\n");
    fwrite(b.p, 1, b.n, f);
    sc_mock_buf_free(&b);
}
