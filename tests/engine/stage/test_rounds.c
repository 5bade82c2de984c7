/* The rounds in which stages are asked: down the table and up it, only those that are on, and to
 * the first that says no. With a table of its own: what is in it tells what it is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "stage/stage.h"

/* Who was asked, in order: "a" to "e"; the state that each had. */
static char asked[64];
static void *state_of[5];
static enum sc_go answers[5];
static enum sc_next wishes[5];
static bool moves[5];
static enum sc_how told;

static void note(int who, void *me)
{
    size_t n = strlen(asked);

    asked[n] = (char)('a' + who);
    asked[n + 1] = '\0';
    state_of[who] = me;
}

#define STAGE(who, size)                                                                  \
    static void begin_##who(struct sc_transfer *t, void *me)                              \
    {                                                                                     \
        (void)t;                                                                          \
        note(who, me);                                                                    \
    }                                                                                     \
    static void edit_##who(struct sc_transfer *t, void *me, struct sc_edits *e)           \
    {                                                                                     \
        (void)t, (void)e;                                                                 \
        note(who, me);                                                                    \
    }                                                                                     \
    static enum sc_go plan_##who(struct sc_transfer *t, void *me, struct sc_plan *p)      \
    {                                                                                     \
        (void)p;                                                                          \
        note(who, me);                                                                    \
        t->x.wants.whole = t->x.wants.whole || (who) == 1;                                \
        return answers[who];                                                              \
    }                                                                                     \
    static CURLcode ended_##who(struct sc_transfer *t, void *me, CURLcode rc)             \
    {                                                                                     \
        (void)t;                                                                          \
        note(who, me);                                                                    \
        return (CURLcode)(rc + 1);                                                        \
    }                                                                                     \
    static struct sc_wish judged_##who(struct sc_transfer *t, void *me)                   \
    {                                                                                     \
        (void)t;                                                                          \
        note(who, me);                                                                    \
        return (struct sc_wish){wishes[who], SC_GIVE_UP_NOT};                             \
    }                                                                                     \
    static void describe_##who(const struct sc_transfer *t, void *me, struct sc_event *e) \
    {                                                                                     \
        (void)t, (void)e;                                                                 \
        note(who, me);                                                                    \
    }                                                                                     \
    static bool refused_##who(struct sc_transfer *t, void *me, const struct sc_plan *p,   \
                              enum sc_go go)                                              \
    {                                                                                     \
        (void)t, (void)p, (void)go;                                                       \
        note(who, me);                                                                    \
        return moves[who];                                                                \
    }                                                                                     \
    static void end_##who(struct sc_transfer *t, void *me, enum sc_how how)               \
    {                                                                                     \
        (void)t;                                                                          \
        note(who, me);                                                                    \
        told = how;                                                                       \
    }                                                                                     \
    static const struct sc_stage stage_##who = {.name = #who,                             \
                                                .state = (size),                          \
                                                .begin = begin_##who,                     \
                                                .edit = edit_##who,                       \
                                                .plan = plan_##who,                       \
                                                .send = begin_##who,                      \
                                                .head = begin_##who,                      \
                                                .ended = ended_##who,                     \
                                                .judged = judged_##who,                   \
                                                .logged = begin_##who,                    \
                                                .describe = describe_##who,               \
                                                .refused = refused_##who,                 \
                                                .leave = begin_##who,                     \
                                                .enter = begin_##who,                     \
                                                .end = end_##who};

STAGE(0, 0)
STAGE(1, 24)
STAGE(2, 8)
STAGE(3, SC_ARENA) /* for which there is no room beside the others */
static const struct sc_stage nothing = {.name = "nothing", .state = 16};

const struct sc_stage *const sc_stage_table[SC_STAGE_COUNT] = {
    [SC_STAGE_CACHE] = &stage_0,   [SC_STAGE_FIT] = &stage_1,   [SC_STAGE_ASK] = &nothing,
    [SC_STAGE_CONSENT] = &stage_2, [SC_STAGE_METER] = &stage_3,
};

struct call {
    struct sc_shadow shadow;
    struct sc_settings settings;
    struct sc_rule rule;
    struct sc_transfer *t;
};

static void begin(struct call *c, uint32_t stages)
{
    memset(c, 0, sizeof *c);
    memset(answers, 0, sizeof answers);
    memset(wishes, 0, sizeof wishes);
    c->settings.stages = stages;
    c->rule.settings = &c->settings;
    c->t = sc_transfer_new(&c->shadow);
    assert_non_null(c->t);
    c->t->route.rule = &c->rule;
    asked[0] = '\0';
    sc_stages_begin(c->t);
}

#define ALL ((1u << SC_STAGE_COUNT) - 1)

#define assert_asked(who)                \
    do {                                 \
        assert_string_equal(asked, who); \
        asked[0] = '\0';                 \
    } while (0)

static void test_requests_run_down_and_responses_up(void **state)
{
    struct call c;
    struct sc_plan plan = {0};
    struct sc_edits edits = {0};
    struct sc_event event = {0};

    (void)state;
    begin(&c, ALL);
    assert_asked("abcd");
    sc_stages_edit(c.t, &edits);
    assert_asked("abcd");
    assert_int_equal(sc_stages_plan(c.t, &plan), SC_GO);
    assert_asked("abcd");
    sc_stages_send(c.t);
    assert_asked("abcd");
    sc_stages_head(c.t);
    assert_asked("dcba");
    assert_int_equal(sc_stages_ended(c.t, CURLE_OK), 4); /* each sees what the one below made */
    assert_asked("dcba");
    sc_stages_judged(c.t);
    assert_asked("dcba");
    sc_stages_logged(c.t);
    assert_asked("dcba");
    sc_stages_describe(c.t, &event);
    assert_asked("dcba");
    sc_stages_end(c.t, SC_ENDED_OK);
    assert_asked("dcba");
    sc_transfer_free(c.t);
}

static void test_a_stage_that_is_off_is_not_asked(void **state)
{
    struct call c;

    (void)state;
    begin(&c, SC_STAGE_BIT(SC_STAGE_CACHE) | SC_STAGE_BIT(SC_STAGE_CONSENT));
    assert_asked("ac");
    sc_stages_end(c.t, SC_ENDED_OK);
    assert_asked("ca");
    sc_transfer_free(c.t);
    begin(&c, 0);
    assert_asked("");
    sc_transfer_free(c.t);
}

static void test_the_first_no_ends_the_round(void **state)
{
    struct call c;
    struct sc_plan plan = {0};

    (void)state;
    begin(&c, ALL);
    for (int who = 0; who < 4; who++)
        for (int go = SC_WAIT; go <= SC_GIVE_UP; go++) {
            char expected[] = "abcd";

            memset(answers, 0, sizeof answers);
            answers[who] = (enum sc_go)go;
            expected[who + 1] = '\0';
            asked[0] = '\0';
            assert_int_equal(sc_stages_plan(c.t, &plan), go);
            assert_asked(expected);
        }
    sc_transfer_free(c.t);
}

/* What a stage wants of the response it says anew for each attempt. */
static void test_wants_are_those_of_the_attempt(void **state)
{
    struct call c;
    struct sc_plan plan = {0};

    (void)state;
    begin(&c, ALL);
    sc_stages_plan(c.t, &plan);
    assert_true(c.t->x.wants.whole);
    c.t->x.wants.behind_400 = c.t->x.wants.hides_usage = true;
    answers[0] = SC_WAIT;
    sc_stages_plan(c.t, &plan);
    assert_false(c.t->x.wants.whole);
    assert_false(c.t->x.wants.behind_400);
    assert_false(c.t->x.wants.hides_usage);
    sc_transfer_free(c.t);
}

static void test_the_strongest_wish_counts(void **state)
{
    struct call c;

    (void)state;
    begin(&c, ALL);
    assert_int_equal(sc_stages_judged(c.t).next, SC_AS_DECIDED);
    wishes[2] = SC_REPEAT;
    assert_int_equal(sc_stages_judged(c.t).next, SC_REPEAT);
    wishes[0] = SC_STOP;
    wishes[2] = SC_AS_DECIDED;
    assert_int_equal(sc_stages_judged(c.t).next, SC_STOP);
    sc_transfer_free(c.t);
}

static void test_the_end_comes_once(void **state)
{
    struct call c;

    (void)state;
    begin(&c, ALL);
    asked[0] = '\0';
    sc_stages_end(c.t, SC_ENDED_LEFT);
    assert_asked("dcba");
    sc_stages_end(c.t, SC_ENDED_OK);
    assert_asked("");
    assert_int_equal(told, SC_ENDED_LEFT);
    sc_transfer_free(c.t);
}

/* Innermost first each leaves the target that was asked, outermost first it enters the next. */
static void test_a_move_leaves_upwards_and_enters_downwards(void **state)
{
    struct sc_plan plan = {0};
    struct call c;

    (void)state;
    begin(&c, ALL);
    asked[0] = '\0';
    sc_stages_move(c.t);
    assert_asked("dcbaabcd");
    assert_false(sc_stages_refused(c.t, &plan, SC_ANSWER));
    assert_asked("dcba");
    moves[1] = true;
    assert_true(sc_stages_refused(c.t, &plan, SC_ANSWER));
    assert_asked("dcb");
    moves[1] = false;
    sc_transfer_free(c.t);
}

/* What is answered by us sends no body. */
static void test_what_is_answered_is_not_edited(void **state)
{
    struct call c;
    struct sc_edits edits = {0};
    struct sc_own_answer *none = calloc(1, 16);

    (void)state;
    begin(&c, ALL);
    asked[0] = '\0';
    c.t->own_answer = none;
    sc_stages_edit(c.t, &edits);
    assert_asked("");
    sc_transfer_free(c.t);
}

/* A stage keeps its state from hook to hook, zeroed at first; one without has none, and one for
 * which there is no room is asked all the same. */
static void test_states_last_as_long_as_the_call(void **state)
{
    struct call c;
    struct sc_event event = {0};
    void *one, *two;

    (void)state;
    begin(&c, ALL);
    one = state_of[1];
    two = state_of[2];
    assert_null(state_of[0]);
    assert_null(state_of[3]);
    assert_non_null(one);
    assert_true((unsigned char *)two >= (unsigned char *)one + 24);
    for (int b = 0; b < 24; b++)
        assert_int_equal(((unsigned char *)one)[b], 0);
    memset(one, 1, 24);
    sc_stages_head(c.t);
    assert_ptr_equal(state_of[1], one);
    sc_stages_describe(c.t, &event);
    assert_ptr_equal(state_of[1], one);
    assert_ptr_equal(state_of[2], two);
    sc_transfer_free(c.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_run_down_and_responses_up),
        cmocka_unit_test(test_a_stage_that_is_off_is_not_asked),
        cmocka_unit_test(test_the_first_no_ends_the_round),
        cmocka_unit_test(test_wants_are_those_of_the_attempt),
        cmocka_unit_test(test_the_strongest_wish_counts),
        cmocka_unit_test(test_the_end_comes_once),
        cmocka_unit_test(test_a_move_leaves_upwards_and_enters_downwards),
        cmocka_unit_test(test_what_is_answered_is_not_edited),
        cmocka_unit_test(test_states_last_as_long_as_the_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
