/* Failures as each dialect's service writes them, as an answer and as the first event of a stream:
 * which target is asked then, how often, and after which waits. In virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/call.h"
#include "core/classify.h"
#include "core/order.h"
#include "core/time.h"
#include "http/stream.h"
#include "policy/target.h"
#include "provider/error_body.h"

/* One row for all dialects. Links are digits: 0 is the program's own host, 1 fails as it does, 2
 * answers. `event` is the same failure as the first event of a stream, where there is no header
 * that says how long to wait; NULL: it cannot come so. */
static const struct failing {
    const char *what;
    int status, curl_code;
    enum sc_error_kind kind;
    const char *retry_after, *code, *message;
    const char *asked;
    int64_t took_ms; /* in waits, without jitter */
    const char *event;
} table[] = {
    {"500", 500, 0, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, "00112"},
    {"502", 502, 0, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, NULL},
    {"503", 503, 0, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, "00112"},
    {"429 for a second", 429, 0, SC_ERROR_PLAIN, "1", NULL, NULL, "00112", 2000, NULL},
    {"429 for a minute", 429, 0, SC_ERROR_PLAIN, "60", NULL, NULL, "012", 0, NULL},
    {"the account is empty", 429, 0, SC_ERROR_QUOTA, NULL, NULL, NULL, "012", 0, NULL},
    {"the key is refused", 401, 0, SC_ERROR_PLAIN, NULL, NULL, NULL, "012", 0, NULL},
    {"no such model", 404, 0, SC_ERROR_PLAIN, NULL, "model_not_found", "The model is not found.",
     "012", 0, NULL},
    {"no such path", 404, 0, SC_ERROR_PLAIN, NULL, "none", "Nothing is here.", "0", 0, NULL},
    {"too many tokens", 400, 0, SC_ERROR_CONTEXT, NULL, NULL, NULL, "02", 0, NULL},
    {"a wrong request", 400, 0, SC_ERROR_PLAIN, NULL, NULL, NULL, "0", 0, NULL},
    {"nobody listens", 0, 7, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, NULL},
    {"the time is up", 0, 28, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, NULL},
    {"it broke off", 200, 56, SC_ERROR_PLAIN, NULL, NULL, NULL, "00112", 1000, NULL},
};

static const struct {
    const char *name;
    enum sc_provider provider;
    bool flat, named;
} dialects[] = {
    {"chat", SC_PROVIDER_OPENAI, false, false},
    {"responses", SC_PROVIDER_OPENAI, true, true},
    {"messages", SC_PROVIDER_ANTHROPIC, false, true},
    {"gemini", SC_PROVIDER_GEMINI, false, false},
};

static void write_body(const struct failing *f, size_t d, bool event, struct sc_buf *b)
{
    struct sc_error_asked q = {.provider = dialects[d].provider,
                               .kind = f->kind,
                               .status = f->status,
                               .event = event,
                               .flat = event && dialects[d].flat,
                               .code = f->code,
                               .message = f->message};

    if (event)
        sc_buf_text(b, "data: ");
    if (f->status >= 400)
        sc_error_body(&q, b);
    sc_buf_text(b, "\n\n");
}

static void judge(const struct failing *f, size_t d, bool event, struct sc_verdict *v)
{
    struct sc_buf body = {.max = 1 << 16};
    struct sc_header header = {{"retry-after", 11}, {f->retry_after, 0}};
    struct sc_response r = {.provider = dialects[d].provider,
                            .curl_code = f->curl_code,
                            .status = event ? 200 : f->status,
                            .now_unix = 1700000000,
                            .kind = SC_REQUEST_GENERATES};
    static struct sc_stream stream;
    struct sc_facts facts;

    write_body(f, d, event, &body);
    if (f->retry_after && !event) {
        header.value.n = strlen(f->retry_after);
        r.headers = &header;
        r.n_headers = 1;
    }
    if (event) {
        sc_stream_init(&stream, SC_STREAM_SSE);
        sc_stream_feed(&stream, body.p, body.n);
        r.is_stream = true;
        sc_facts_read_event(&r, &stream, &facts);
    } else {
        r.body = body.p;
        r.body_len = body.n;
        sc_facts_read(&r, &facts);
    }
    sc_classify(&facts, v);
    v->row = "";
    sc_buf_free(&body);
}

static bool fits(void *arg, unsigned link, enum sc_class class)
{
    (void)arg;
    return class != SC_CLASS_TOKEN_LIMIT || link == 2; /* 1 takes no more than 0 */
}

static unsigned keys(void *arg, unsigned link, struct sc_order_key out[SC_ORDER_KEYS_MAX])
{
    (void)arg;
    (void)link;
    (void)out;
    return 0;
}

/* As the engine puts call and order together. committed: the program has seen some of it. */
static int64_t run(const struct sc_verdict *v, bool committed, char *asked)
{
    struct sc_order_question q = {.n = 3, .on = SC_CHAIN_ON, .fits = fits, .keys = keys};
    struct sc_settings s = {.retry = {.enabled = true}};
    struct sc_chain chain = {.on = SC_CHAIN_ON};
    struct sc_order o = {.key = SC_ORDER_NO_KEY};
    struct sc_result r = {.verdict = *v, .replayable = true, .committed = committed};
    int64_t now = SC_NS_PER_S;
    struct sc_step step;
    struct sc_call c;
    size_t n = 0;

    for (int i = 0; i < SC_CLASS_COUNT; i++)
        s.retry.by_class[i] = (struct sc_strategy){
            .max_attempts = 4,
            .backoff = {.base_ms = 500, .factor = 2, .max_ms = 8000, .jitter = SC_JITTER_NONE}};
    sc_call_begin(&c, &s, now, SC_NEVER);
    for (sc_call_next(&c, now, &step); step.kind != SC_STEP_DELIVER && n < 9;
         sc_call_next(&c, now, &step)) {
        if (step.kind == SC_STEP_WAIT) {
            now = step.until_ns;
            continue;
        }
        asked[n++] = (char)('0' + o.link);
        if (o.link == 2)
            break;
        sc_call_chained(&c, sc_order_has_next(&o, &q));
        sc_call_outcome(&c, &r, now, 0);
        if (!sc_call_wants_retry(&c) && !committed && sc_chain_leads_on(&chain, v, o.link == 0) &&
            sc_order_after(&o, &q, v->class))
            sc_call_apply(&c, (struct sc_wish){SC_MOVE, SC_GIVE_UP_NOT}, now);
    }
    asked[n] = '\0';
    return (now - SC_NS_PER_S) / SC_NS_PER_MS;
}

static void check(const struct failing *f, size_t d, bool event)
{
    const char *want = event ? f->event : f->asked;
    struct sc_verdict v;
    char asked[16];
    int64_t took;

    judge(f, d, event, &v);
    took = run(&v, false, asked);
    if (strcmp(asked, want) != 0 || took < f->took_ms || took > f->took_ms + f->took_ms / 4)
        fail_msg("%s, %s%s: class %s, asked %s in %d ms instead of %s in %d ms", f->what,
                 dialects[d].name, event ? ", in a stream" : "", sc_class_name(v.class), asked,
                 (int)took, want, (int)f->took_ms);
    run(&v, true, asked);
    assert_string_equal(asked, "0"); /* nothing moves after commit */
}

static void each_failure_leads_to_the_same_target_in_every_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t d = 0; d < sizeof dialects / sizeof *dialects; d++) {
            check(&table[i], d, false);
            if (table[i].event)
                check(&table[i], d, true);
        }
}

/* The same target, as long as the last one may wait: nobody else would be asked sooner. */
static void the_last_target_waits_out_its_hint(void **state)
{
    struct sc_settings s = {.retry = {.enabled = true}};
    struct sc_result r = {
        .verdict = {.class = SC_CLASS_RATE_LIMITED, .retry = true, .hint_ms = 60000, .row = ""},
        .replayable = true};
    struct sc_call c;

    (void)state;
    for (int i = 0; i < SC_CLASS_COUNT; i++)
        s.retry.by_class[i].max_attempts = 4;
    sc_call_begin(&c, &s, 0, SC_NEVER);
    sc_call_chained(&c, false);
    sc_call_outcome(&c, &r, 0, 0);
    assert_true(sc_call_wants_retry(&c));
    assert_true(c.wait_until_ns >= 60 * SC_NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_leads_to_the_same_target_in_every_dialect),
        cmocka_unit_test(the_last_target_waits_out_its_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
