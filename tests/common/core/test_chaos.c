/* Which fault a call meets: in order, within its bounds, or by chance. */
/* link with: -lm */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/chaos.h"

static struct sc_script *script(const char *text)
{
    struct sc_script_error err;
    struct sc_script *s = sc_script_parse(text, strlen(text), SC_SCRIPT_CLIENT, &err);

    assert_non_null(s);
    return s;
}

static void an_outage_begins_after_so_many_calls_and_ends_in_time(void **state)
{
    struct sc_script *s = script("503*2,429;after=3 calls;for=30s");

    (void)state;
    assert_null(sc_chaos_in_order(s, 0, 0));
    assert_null(sc_chaos_in_order(s, 2, 0));
    assert_int_equal(sc_chaos_in_order(s, 3, 0)->status, 503);
    assert_int_equal(sc_chaos_in_order(s, 4, 100)->status, 503);
    assert_int_equal(sc_chaos_in_order(s, 5, 29999)->status, 429);
    assert_null(sc_chaos_in_order(s, 6, 30000));
    sc_script_unref(s);
}

/* Eight processes, 10,000 calls: the contents differ, and each is said five times. */
static void shares_are_what_was_asked_for(void **state)
{
    struct sc_chaos_share shares[] = {{100000, script("503")}, {50000, script("reset")}};
    double n = 10000, want[] = {1000, 500}, got[2] = {0};

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        got[0] = got[1] = 0;
        for (uint64_t content = 0; content < 2000; content++)
            for (uint64_t count = 0; count < 5; count++) {
                const struct sc_outcome *o =
                    sc_chaos_by_chance(shares, 2, seed, content * 8, count);

                if (o)
                    got[o->fault == SC_FAULT_RESET]++;
            }
        for (int i = 0; i < 2; i++) {
            double p = want[i] / n, sigma = sqrt(n * p * (1 - p));

            /* 40 shares are looked at: of 3 sigma one in nine times one would be out. */
            if (fabs(got[i] - want[i]) > 4 * sigma)
                fail_msg("seed %d: %g of %g", (int)seed, got[i], want[i]);
        }
    }
    sc_script_unref(shares[0].script);
    sc_script_unref(shares[1].script);
}

static void the_same_seed_gives_the_same_call_the_same(void **state)
{
    struct sc_chaos_share share = {500000, script("503")};
    int differ = 0;

    (void)state;
    for (uint64_t content = 0; content < 100; content++) {
        bool one = sc_chaos_by_chance(&share, 1, 7, content, 0);

        assert_int_equal(one, sc_chaos_by_chance(&share, 1, 7, content, 0) != NULL);
        differ += one != (sc_chaos_by_chance(&share, 1, 8, content, 0) != NULL);
        differ += one != (sc_chaos_by_chance(&share, 1, 7, content, 1) != NULL);
    }
    assert_true(differ > 50);
    sc_script_unref(share.script);
}

static void all_and_none(void **state)
{
    struct sc_chaos_share all = {SC_CHAOS_ALL, script("503")}, none = {0, all.script};

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        assert_non_null(sc_chaos_by_chance(&all, 1, 1, i, 0));
        assert_null(sc_chaos_by_chance(&none, 1, 1, i, 0));
    }
    sc_script_unref(all.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outage_begins_after_so_many_calls_and_ends_in_time),
        cmocka_unit_test(shares_are_what_was_asked_for),
        cmocka_unit_test(the_same_seed_gives_the_same_call_the_same),
        cmocka_unit_test(all_and_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
