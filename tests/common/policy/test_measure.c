/* Every option that is a time or a size takes a text for its number; no other does. */
#include "policy_test.h"

#include "policy/measure.h"
#include "policy/options.h"

static void each(void (*check)(const struct sc_policy_option *o))
{
    for (int id = 0; id < SC_SECTION_COUNT; id++) {
        const struct sc_section *s = sc_section((enum sc_section_id)id);

        for (size_t i = 0; i < s->n; i++)
            check(&s->rows[i]);
    }
}

static size_t found;

/* Both bounds, in the unit that the option has, and as bytes or milliseconds. */
static void bounds_may_be_texts(const struct sc_policy_option *o)
{
    const struct sc_measure *m = sc_option_measure(o);
    const double bounds[] = {o->min, o->max};
    char text[64];
    double value;

    if (m == NULL)
        return;
    found++;
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%lld %s", (long long)bounds[i], m->unit);
        assert_true(sc_measure_read(m, text, &value));
        assert_true(value == bounds[i]);
    }
    assert_false(sc_measure_read(m, m->size ? "1.5 B" : "1.5 ms", &value));
    assert_false(sc_measure_read(m, m->size ? "5 s" : "5 B", &value));
    assert_true(o->type == SC_TYPE_INTEGER || o->type == SC_TYPE_DELAYS);
}

static void every_bound_may_be_a_text(void **state)
{
    (void)state;
    each(bounds_may_be_texts);
    assert_true(found > 15);
}

static void a_key_tells_its_unit(const struct sc_policy_option *o)
{
    size_t n = strlen(o->key);
    bool ends = n > 3 && (strcmp(o->key + n - 3, "_ms") == 0 ||
                          strcmp(o->key + n - 3, "_kb") == 0 || strcmp(o->key + n - 3, "_mb") == 0);

    if (ends != (sc_option_measure(o) != NULL))
        fail_msg("%s: its unit is \"%s\"", o->key, o->unit);
}

static void keys_and_units_agree(void **state)
{
    (void)state;
    each(a_key_tells_its_unit);
}

static void a_text_is_stored_as_its_number(void **state)
{
    struct sc_policy *p = parse_good(
        "{\"version\": 1, \"log\": {\"path\": \"/tmp/l\", \"max_mb\": \"1 GiB\"}, \"rules\": [{"
        "\"retry\": {\"total_timeout_ms\": \"1h30m\", \"backoff\": {\"delays_ms\": [250, \"1.5s\", "
        "\"1 min\"], "
        "\"max_ms\": \"2m\"}}, \"breaker\": {\"open_ms\": \"30 s\"}, \"hold\": "
        "{\"success_max_kb\": \"8 MiB\"}, "
        "\"timeouts\": {\"first_token_ms\": \"20s\"}}]}");
    const struct sc_settings *s = sc_policy_rule(p, 0)->settings;
    const struct sc_strategy *retry = &s->retry.by_class[SC_CLASS_RETRYABLE];

    (void)state;
    assert_int_equal(sc_policy_log(p)->max_bytes, 1 << 30);
    assert_int_equal(retry->total_timeout_ms, 5400000);
    assert_int_equal(retry->backoff.delays_ms[0], 250);
    assert_int_equal(retry->backoff.delays_ms[1], 1500);
    assert_int_equal(retry->backoff.delays_ms[2], 60000);
    assert_int_equal(retry->backoff.max_ms, 120000);
    assert_int_equal(s->breaker.open_ms, 30000);
    assert_int_equal(s->hold.success_max, 8 << 20);
    assert_int_equal(s->timeouts.first_token_ms, 20000);
    sc_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bound_may_be_a_text),
        cmocka_unit_test(keys_and_units_agree),
        cmocka_unit_test(a_text_is_stored_as_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
