/* The table of stages against the list of features, what their states take, and the rounds:
 * docs/internals/STAGES.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "stage/stage.h"

static const char *const names[] = {
#define NAME(id, name) name,
    SC_STAGE_LIST(NAME)
#undef NAME
};

static void test_each_stage_has_its_features_name(void **state)
{
    size_t there = 0;

    (void)state;
    assert_int_equal(sizeof names / sizeof *names, SC_STAGE_COUNT);
    for (size_t i = 0; i < SC_STAGE_COUNT; i++) {
        if (!sc_stage_table[i])
            continue;
        there++;
        assert_non_null(sc_stage_table[i]->name);
        assert_string_equal(sc_stage_table[i]->name, names[i]);
    }
    assert_true(there >= 8);
}

/* A set of stages lies in 16 bits of a transfer, and in 32 of the settings. */
static void test_a_set_of_stages_has_room(void **state)
{
    (void)state;
    assert_true(SC_STAGE_COUNT <= 8 * sizeof((struct sc_transfer *)0)->stages);
    assert_true(SC_STAGE_COUNT <= 32);
}

/* Else a stage would be asked without its state, as when memory runs out. */
static void test_the_states_of_all_fit_the_arena(void **state)
{
    struct sc_shadow shadow = {0};
    struct sc_transfer *t = sc_transfer_new(&shadow);
    unsigned char *last = NULL;

    (void)state;
    assert_non_null(t);
    for (size_t i = 0; i < SC_STAGE_COUNT; i++) {
        size_t n = sc_stage_table[i] ? sc_stage_table[i]->state : 0;
        unsigned char *p = n ? sc_transfer_alloc(t, n) : NULL;

        if (n == 0)
            continue;
        if (!p)
            fail_msg("no room for '%s': make SC_ARENA greater", names[i]);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t b = 0; b < n; b++)
            assert_int_equal(p[b], 0);
        assert_true(p > last);
        memset(p, 0xff, n); /* the next call's are zero again */
        last = p;
    }
    assert_null(sc_transfer_alloc(t, SC_ARENA));
    sc_transfer_free(t);
}

static void test_the_arena_is_zeroed_for_the_next_call(void **state)
{
    struct sc_shadow shadow = {0};

    (void)state;
    for (int call = 0; call < 2; call++) {
        struct sc_transfer *t = sc_transfer_new(&shadow);
        unsigned char *p = sc_transfer_alloc(t, 100);

        assert_non_null(p);
        for (int b = 0; b < 100; b++)
            assert_int_equal(p[b], 0);
        memset(p, 0xff, 100);
        sc_transfer_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_stage_has_its_features_name),
        cmocka_unit_test(test_a_set_of_stages_has_room),
        cmocka_unit_test(test_the_states_of_all_fit_the_arena),
        cmocka_unit_test(test_the_arena_is_zeroed_for_the_next_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
