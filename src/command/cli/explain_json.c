/* explain_json.c - `steadycurl explain --json`: the same for programs. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/explain.h"
#include "base/print.h"

static void text(const char *key, const char *s)
{
    printf(",\"%s\":", key);
    sc_print_json(stdout, s);
}

static void number(const char *key, int64_t n)
{
    printf(",\"%s\":%" PRId64, key, n);
}

static void flag(const char *key, bool yes)
{
    printf(",\"%s\":%s", key, yes ? "true" : "false");
}

static void put_limits(const struct sc_ratelimit *l)
{
    static const char *const names[] = {"requests", "tokens"};
    const char *comma = "";

    printf(",\"limits\":{");
    for (int i = 0; i < SC_RATE_COUNT; i++) {
        const struct sc_rate *r = &l->of[i];
        const struct {
            const char *key;
            int64_t n;
        } said[] = {{"limit", r->limit}, {"remaining", r->remaining}, {"reset_ms", r->reset_ms}};

        for (int k = 0; k < 3; k++) {
            if (said[k].n < 0)
                continue;
            printf("%s\"%s_%s\":%" PRId64, comma, names[i], said[k].key, said[k].n);
            comma = ",";
        }
    }
    printf("}");
}

static void put_tokens(const struct sc_explain_tokens *t)
{
    number("input_tokens", t->input);
    number("cached_tokens", t->cached);
    number("cache_write_tokens", t->written);
    number("output_tokens", t->output);
    number("reasoning_tokens", t->reasoning);
    flag("estimated", t->estimated);
    if (t->cost_nano >= 0)
        printf(",\"cost_usd\":%" PRId64 ".%09" PRId64, t->cost_nano / 1000000000,
               t->cost_nano % 1000000000);
    if (t->tier[0])
        text("service_tier", t->tier);
    if (t->price) {
        text("price", t->price->model ? t->price->model : t->price->name);
        text("price_source", sc_price_source(t->price));
    }
}

void sc_explain_print_json(const struct sc_explain_question *q, const struct sc_explained *e)
{
    bool retried = e->verdict.class != SC_CLASS_OK && (e->least_ms >= 0 || e->most_ms >= 0);

    number("status", q->response.status);
    number("curl_code", q->response.curl_code);
    number("attempt", q->attempt);
    text("class", sc_class_name(e->verdict.class));
    text("row", e->verdict.row ? e->verdict.row : "");
    if (e->facts.type[0])
        text("error_type", e->facts.type);
    if (e->facts.code[0])
        text("error_code", e->facts.code);
    if (e->facts.detail[0])
        text("error_detail", e->facts.detail);
    if (e->verdict.hint_ms >= 0)
        number("retry_after_ms", e->verdict.hint_ms);
    flag("will_retry", retried);
    number("max_attempts", e->attempts_allowed);
    if (retried) {
        number("wait_least_ms", e->least_ms);
        number("wait_most_ms", e->most_ms);
        text("wait_reason", sc_wait_reason_name(e->why));
    } else if (e->verdict.class != SC_CLASS_OK) {
        text("reason", sc_give_up_name(e->give_up));
    }
    if (e->tells_limits)
        put_limits(&e->limits);
    if (e->tokens.known)
        put_tokens(&e->tokens);
}
