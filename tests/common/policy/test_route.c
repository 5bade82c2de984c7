/* Which target a call is sent to first: each condition alone, unknown facts, shares. */
#include "policy_test.h"

#include "policy/route.h"

static struct sc_policy *policy;

static const struct sc_chain *chain_of(const char *route)
{
    char text[1024];

    sc_policy_free(policy);
    snprintf(text, sizeof text,
             "{\"version\": 1, \"targets\": {\"a\": {\"model\": \"x\"}, \"b\": {\"model\": "
             "\"y\"}}, \"rules\": [{\"route\": [%s]}]}",
             route);
    policy = parse_good(text);
    return sc_policy_rule(policy, 0)->chain;
}

static int drop_policy(void **state)
{
    (void)state;
    sc_policy_free(policy);
    return 0;
}

static bool header(const char *name, struct sc_str *value, void *arg)
{
    (void)arg;
    *value = str("research-7");
    return strcmp(name, "x-team") == 0;
}

static const struct sc_route_facts nothing = {
    .input_tokens = -1, .stream = -1, .tools = -1, .hour = -1};

static const char *pick(const char *route, struct sc_route_facts f)
{
    const struct sc_target *t = sc_route_pick(chain_of(route), &f);

    return t != NULL ? t->name : "-";
}

/* Nothing is known but what is given. */
#define FACTS(...)                         \
    ({                                     \
        struct sc_route_facts x = nothing; \
        __VA_ARGS__;                       \
        x;                                 \
    })

static void each_condition_holds_or_does_not(void **state)
{
    const struct {
        const char *when;
        struct sc_route_facts holds, fails;
    } cases[] = {
        {"\"input_tokens_above\": 100", FACTS(x.input_tokens = 101), FACTS(x.input_tokens = 100)},
        {"\"input_tokens_below\": 100", FACTS(x.input_tokens = 99), FACTS(x.input_tokens = 100)},
        {"\"model\": \"gpt-4*\"", FACTS(x.model = "gpt-4o"), FACTS(x.model = "gpt-5")},
        {"\"stream\": true", FACTS(x.stream = 1), FACTS(x.stream = 0)},
        {"\"stream\": false", FACTS(x.stream = 0), FACTS(x.stream = 1)},
        {"\"tools\": false", FACTS(x.tools = 0), FACTS(x.tools = 1)},
        {"\"task\": \"etl*\"", FACTS(x.task = "etl_1"), FACTS(x.task = "x")},
        {"\"dag\": \"d\"", FACTS(x.dag = "d"), FACTS(x.dag = "dd")},
        {"\"hour_from\": 8, \"hour_to\": 18", FACTS(x.hour = 8), FACTS(x.hour = 18)},
        {"\"hour_from\": 22, \"hour_to\": 6", FACTS(x.hour = 23), FACTS(x.hour = 6)},
        {"\"hour_from\": 22, \"hour_to\": 6", FACTS(x.hour = 5), FACTS(x.hour = 21)},
        {"\"hour_from\": 18, \"hour_to\": 24", FACTS(x.hour = 23), FACTS(x.hour = 0)},
        {"\"header\": \"X-Team: research*\"", FACTS(x.header = header), FACTS(x.header = NULL)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char route[256];

        snprintf(route, sizeof route, "{\"when\": {%s}, \"to\": \"a\"}", cases[i].when);
        assert_string_equal(pick(route, cases[i].holds), "a");
        assert_string_equal(pick(route, cases[i].fails), "-");
        assert_string_equal(pick(route, nothing), "-");
    }
    assert_string_equal(pick("{\"when\": {\"header\": \"X-Team: sales*\"}, \"to\": \"a\"}",
                             FACTS(x.header = header)),
                        "-");
    assert_string_equal(
        pick("{\"when\": {\"header\": \"X-Other: *\"}, \"to\": \"a\"}", FACTS(x.header = header)),
        "-");
}

static void all_that_is_given_must_hold_and_the_first_that_fits_decides(void **state)
{
    static const char route[] = "{\"when\": {\"stream\": true, \"model\": \"gpt*\"}, \"to\": "
                                "\"a\"}, {\"when\": {\"stream\": true}, \"to\": \"b\"}";

    (void)state;
    assert_string_equal(pick(route, FACTS(x.stream = 1, x.model = "gpt-4o")), "a");
    assert_string_equal(pick(route, FACTS(x.stream = 1, x.model = "o3")), "b");
    assert_string_equal(pick(route, FACTS(x.stream = 0, x.model = "gpt-4o")), "-");
    assert_string_equal(pick("{\"to\": \"a\"}", nothing), "a");
}

/* A tenth is a tenth, always the same one; the next entry draws anew among the rest. */
static void a_share_is_a_stable_part_of_the_conversations(void **state)
{
    const struct sc_chain *c = chain_of("{\"share\": 0.1, \"to\": \"a\"}, {\"share\": 0.5, "
                                        "\"to\": \"b\"}");
    unsigned a = 0, b = 0;

    (void)state;
    for (uint64_t i = 0; i < 10000; i++) {
        const struct sc_route_facts f = FACTS(x.hash = i);
        const struct sc_target *t = sc_route_pick(c, &f);

        assert_ptr_equal(t, sc_route_pick(c, &f));
        a += t != NULL && t->name[0] == 'a';
        b += t != NULL && t->name[0] == 'b';
    }
    assert_in_range(a, 900, 1100);
    assert_in_range(b, 4300, 4700);
    assert_string_equal(pick("{\"share\": 0.99, \"to\": \"a\"}", nothing), "-");
    assert_string_equal(pick("{\"share\": 0, \"to\": \"a\"}", nothing), "-");
}

static void what_the_body_says_is_asked_for_only_where_a_route_needs_it(void **state)
{
    (void)state;
    assert_false(sc_route_wants_body(chain_of("{\"when\": {\"model\": \"x\"}, \"to\": \"a\"}")));
    assert_true(sc_route_wants_body(chain_of("{\"when\": {\"tools\": true}, \"to\": \"a\"}")));
    assert_true(sc_route_wants_body(chain_of("{\"share\": 0.5, \"to\": \"a\"}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_holds_or_does_not),
        cmocka_unit_test(all_that_is_given_must_hold_and_the_first_that_fits_decides),
        cmocka_unit_test(a_share_is_a_stable_part_of_the_conversations),
        cmocka_unit_test(what_the_body_says_is_asked_for_only_where_a_route_needs_it),
    };

    return cmocka_run_group_tests(tests, NULL, drop_policy);
}
