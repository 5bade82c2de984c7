/* Who goes first where calls wait: order, shares, and that no word can stop a class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/queue.h"
#include "core/word.h"
#include "random.h"

#define MS INT64_C(1000000)

enum { I, N, B };

static struct sc_queue weights(unsigned i, unsigned n, unsigned b)
{
    return (struct sc_queue){.weight = {i, n, b}};
}

static struct sc_queue_line waiting(int64_t calls)
{
    return (struct sc_queue_line){calls, calls * 12 * MS, calls * 10};
}

/* Of the classes that have somebody waiting, the one whose first call has nobody before it. */
static int first_of(const struct sc_queue *q, const struct sc_queue_line *lines)
{
    int first = -1;

    for (int c = 0; c < SC_QUEUE_CLASSES; c++) {
        struct sc_queue_line seen[SC_QUEUE_CLASSES];

        if (lines[c].calls == 0)
            continue;
        memcpy(seen, lines, sizeof seen);
        seen[c] = (struct sc_queue_line){0};
        if (sc_queue_ahead(q, seen, c).calls == 0) {
            assert_int_equal(first, -1); /* never two */
            first = c;
        }
    }
    assert_int_not_equal(first, -1); /* never nobody */
    return first;
}

static void go(struct sc_queue *q, struct sc_queue_line *lines, int class, int64_t cost)
{
    struct sc_queue before = *q;
    struct sc_queue_go g = {.queue = &before, .class = class, .cost_ns = cost};
    uint64_t time;

    lines[class] = waiting(lines[class].calls - 1);
    q->mark[class] = sc_queue_pay(q->mark[class], &g);
    time = sc_queue_time(q, lines);
    q->time = sc_queue_advance(q->time, &time);
}

static void goes_by_weight_and_in_the_order_of_starts(void **state)
{
    struct sc_queue q = weights(6, 3, 1);
    struct sc_queue_line lines[] = {waiting(100), waiting(100), waiting(100)};
    char order[31] = "";

    (void)state;
    for (int i = 0; i < 30; i++) {
        int c = first_of(&q, lines);

        order[i] = "inb"[c];
        go(&q, lines, c, 12 * MS);
    }
    assert_string_equal(order, "inbiiniini"
                               "inbiiniini"
                               "inbiiniini");
}

static void idle_time_is_no_credit_and_no_debt(void **state)
{
    struct sc_queue q = weights(6, 3, 1);
    struct sc_queue_line lines[] = {waiting(0), waiting(50), waiting(0)};
    int batch = 0;

    (void)state;
    for (int i = 0; i < 40; i++)
        go(&q, lines, first_of(&q, lines), 12 * MS);
    lines[B] = waiting(100); /* comes late: one of the next four is its */
    for (int i = 0; i < 4; i++) {
        int c = first_of(&q, lines);

        batch += c == B;
        go(&q, lines, c, 12 * MS);
    }
    assert_int_equal(batch, 1);
    /* All have gone: what the last one has paid is forgotten. */
    lines[N] = waiting(0);
    lines[B] = waiting(1);
    go(&q, lines, B, 12 * MS);
    assert_true(sc_queue_start(&q, I) == sc_queue_start(&q, B));
}

static void says_how_much_goes_before_a_call(void **state)
{
    struct sc_queue q = weights(6, 3, 1);
    struct sc_queue_line lines[] = {waiting(100), waiting(0), waiting(3)}, ahead;

    (void)state;
    /* The fourth of batch: three of its own, and six of interactive for each of these. */
    ahead = sc_queue_ahead(&q, lines, B);
    assert_int_equal(ahead.calls, 3 + 3 * 6 + 1);
    assert_int_equal(ahead.units, ahead.calls * 10);
    lines[I] = waiting(4); /* no more than there are */
    assert_int_equal(sc_queue_ahead(&q, lines, B).calls, 3 + 4);
}

/* What sc_queue_ahead says in one step is what comes out if one goes after the other. */
static void the_forecast_is_what_happens(void **state)
{

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct sc_queue q = weights(1 + (unsigned)(random64() % 9), 1 + (unsigned)(random64() % 9),
                                    1 + (unsigned)(random64() % 9));
        struct sc_queue_line lines[SC_QUEUE_CLASSES], mine[SC_QUEUE_CLASSES];
        int class = (int)(random64() % 3);
        int64_t before = 0, own, said;

        for (int c = 0; c < SC_QUEUE_CLASSES; c++) {
            lines[c] = waiting((int64_t)(random64() % 30));
            q.mark[c] = random64() % (uint64_t)(500 * MS);
        }
        own = lines[class].calls;
        memcpy(mine, lines, sizeof mine);
        said = sc_queue_ahead(&q, mine, class).calls;
        lines[class] = waiting(own + 1);
        for (;; before++) {
            int c = first_of(&q, lines);

            if (c == class && own-- == 0)
                break;
            go(&q, lines, c, 12 * MS);
        }
        /* Marks that lie behind the queue's time are drawn up to it as it goes. */
        assert_true(before - said <= 2 && said - before <= 2);
    }
}

static void calls_that_cost_more_go_less_often(void **state)
{
    struct sc_queue q = weights(1, 1, 1);
    struct sc_queue_line lines[] = {waiting(500), waiting(500), waiting(0)};
    int64_t used[2] = {0, 0};

    (void)state;
    for (int i = 0; i < 300; i++) {
        int c = first_of(&q, lines);
        int64_t cost = c == I ? 30 * MS : 5 * MS;

        used[c] += cost;
        go(&q, lines, c, cost);
    }
    assert_true(used[I] - used[N] <= 35 * MS && used[N] - used[I] <= 35 * MS);
}

/* Whatever stands in the words, each class has its share of the next hundred. */
static void any_words_are_good(void **state)
{

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct sc_queue q = weights(6, 3, 1);
        struct sc_queue_line lines[] = {waiting(200), waiting(200), waiting(200)};
        int gone[SC_QUEUE_CLASSES] = {0};

        q.time = random64() >> random64() % 64;
        for (int c = 0; c < SC_QUEUE_CLASSES; c++)
            q.mark[c] = random64() % 3 ? random64() : q.time - random64() % 1000;
        for (int i = 0; i < 100; i++) {
            int c = first_of(&q, lines);

            gone[c]++;
            go(&q, lines, c, 12 * MS);
        }
        assert_in_range(gone[I], 57, 63);
        assert_in_range(gone[N], 28, 32);
        assert_in_range(gone[B], 9, 11);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_by_weight_and_in_the_order_of_starts),
        cmocka_unit_test(idle_time_is_no_credit_and_no_debt),
        cmocka_unit_test(says_how_much_goes_before_a_call),
        cmocka_unit_test(the_forecast_is_what_happens),
        cmocka_unit_test(calls_that_cost_more_go_less_often),
        cmocka_unit_test(any_words_are_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
