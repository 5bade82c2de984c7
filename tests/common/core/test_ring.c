/*
 * Texts come out of the ring whole, once, in order, whoever is killed at whichever step: claim,
 * writing, making it good; looking, freeing, moving the tail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ring.h"

static struct sc_ring *ring;

static int fresh(void **state)
{
    (void)state;
    ring = calloc(1, sizeof *ring);
    return ring ? 0 : -1;
}

static int gone(void **state)
{
    (void)state;
    free(ring);
    return 0;
}

static unsigned put(const char *text, int64_t now)
{
    return sc_ring_put(ring, text, strlen(text), now);
}

/* All that waits, one after the other; freed. */
static const char *take(int64_t now)
{
    static char all[SC_RING_SLOTS * 64];
    struct sc_ring_text texts[SC_RING_SLOTS];
    size_t n = sc_ring_look(ring, now, texts, SC_RING_SLOTS), at = 0;

    for (size_t i = 0; i < n; i++) {
        memcpy(all + at, texts[i].p, texts[i].n);
        at += texts[i].n;
    }
    all[at] = '\0';
    sc_ring_free(ring, texts, n);
    return all;
}

static void texts_come_out_in_order_and_once(void **state)
{
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        assert_int_equal(put("a", 1), 1);
        assert_int_equal(put("b", 1), 2);
        assert_int_equal(put("c", 1), 3);
        assert_string_equal(take(1), "abc");
        assert_string_equal(take(1), "");
        assert_int_equal(sc_ring_waiting(ring), 0);
    }
}

static void a_full_ring_takes_nothing_and_loses_nothing(void **state)
{
    char want[SC_RING_SLOTS + 1] = "";

    (void)state;
    for (int i = 0; i < SC_RING_SLOTS; i++) {
        assert_int_equal(put(i % 2 ? "x" : "y", 1), i + 1);
        strcat(want, i % 2 ? "x" : "y");
    }
    assert_int_equal(put("z", 1), 0);
    assert_string_equal(take(1), want);
    assert_int_equal(put("z", 1), 1);
    assert_string_equal(take(1), "z");
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    char text[SC_RING_TEXT + 2];

    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(sc_ring_put(ring, text, SC_RING_TEXT + 1, 1), 0);
    assert_int_equal(sc_ring_put(ring, text, SC_RING_TEXT, 1), 1);
    assert_int_equal(strlen(take(1)), SC_RING_TEXT);
}

/* Killed before the text was there: those behind wait until that is certain, and come out. */
static void a_claim_that_is_not_made_good_is_passed_over(void **state)
{
    struct sc_ring_claim c;

    (void)state;
    put("before", 1000);
    assert_true(sc_ring_claim(ring, 1000, &c));
    put("behind", 1000);
    assert_string_equal(take(1000), "before");
    assert_string_equal(take(1000 + SC_RING_STALE_MS - 1), "");
    assert_string_equal(take(1000 + SC_RING_STALE_MS), "behind");
    /* It was no kill, but a long sleep: it is told, and nobody's text suffers. */
    for (int i = 0; i < 3 * SC_RING_SLOTS; i++) {
        put("later", 9000);
        assert_string_equal(take(9000), "later");
    }
    assert_false(sc_ring_ready(&c, "late", 4));
}

/* Between the claim of a slot and moving the head: the next one moves it. */
static void a_head_that_was_left_behind_is_moved_on(void **state)
{
    (void)state;
    put("a", 1);
    put("b", 1);
    ring->head = 1;
    assert_int_equal(put("c", 1), 3);
    assert_string_equal(take(1), "abc");
    ring->head = 0;
    assert_true(put("d", 1) > 0);
    assert_string_equal(take(1), "d");
}

/* Between freeing and moving the tail; and between looking and freeing: nothing was taken. */
static void a_tail_that_was_left_behind_is_moved_on(void **state)
{
    struct sc_ring_text texts[4];

    (void)state;
    put("a", 1);
    put("b", 1);
    assert_int_equal(sc_ring_look(ring, 1, texts, 4), 2);
    assert_string_equal(take(1), "ab");
    ring->tail = 0;
    put("c", 1);
    assert_string_equal(take(1), "c");
    for (int i = 0; i < 5 * SC_RING_SLOTS; i++) {
        put("d", 1);
        assert_string_equal(take(1), "d");
        ring->tail = ring->tail - 1;
    }
}

/* Who slept too long may have written into a slot that had become another's. */
static void a_text_that_another_wrote_over_is_left_out(void **state)
{
    (void)state;
    put("first", 1);
    put("second", 1);
    put("third", 1);
    ring->slots[1].text[2] ^= 1;
    assert_string_equal(take(1), "firstthird");
    put("fourth", 1);
    assert_string_equal(take(1), "fourth");
}

/* Whatever the memory holds, every function comes back, and within its bounds. */
static void any_bit_pattern_is_safe(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        unsigned char *p = (unsigned char *)ring;

        for (int k = 0; k < 64; k++) {
            seed = seed * 1664525 + 1013904223;
            size_t at = k < 8 ? (seed >> 8) % 128
                              : offsetof(struct sc_ring, slots) +
                                    (seed >> 8) % SC_RING_SLOTS * sizeof ring->slots[0] + seed % 16;
            p[at] = (unsigned char)(seed >> 16);
        }
        for (int k = 0; k < 10; k++) {
            struct sc_ring_text texts[SC_RING_SLOTS];
            size_t n;

            put("text", i);
            n = sc_ring_look(ring, i, texts, SC_RING_SLOTS);
            assert_true(n <= SC_RING_SLOTS);
            for (size_t j = 0; j < n; j++) {
                assert_true(texts[j].p >= (char *)ring && texts[j].n <= SC_RING_TEXT);
                assert_true(texts[j].p + texts[j].n <= (char *)(ring + 1));
            }
            sc_ring_free(ring, texts, n);
            assert_true(sc_ring_waiting(ring) <= SC_RING_SLOTS);
        }
    }
}

/* A damaged head or tail must not end the ring's use. */
static void damaged_ends_are_found_again(void **state)
{
    (void)state;
    put("a", 1);
    ring->tail = UINT64_C(1) << 40;
    put("b", 1);
    assert_string_equal(take(1), "ab");
}

/*
 * Random schedules of some processes in single steps, of which any may be killed at any step: what
 * was made good comes out exactly once, in the order of the claims; what was not, never.
 */
enum { WRITERS = 5, STEPS = 200000 };

static void random_schedules_lose_and_double_nothing(void **state)
{
    static unsigned char seen[STEPS];
    struct sc_ring_claim claim[WRITERS];
    unsigned id[WRITERS] = {0}, next = 1, ready = 0, out = 0, seed = 7;
    uint64_t last = 0;
    bool first = true;

    (void)state;
    for (int64_t now = 0; now < STEPS; now++) {
        unsigned w;

        seed = seed * 1664525 + 1013904223;
        w = (seed >> 20) % (WRITERS + 2);
        if (w >= WRITERS) {
            struct sc_ring_text texts[8];
            size_t n = sc_ring_look(ring, now, texts, 8), keep = (seed >> 10) % (n + 1);

            /* Killed after some were freed. */
            for (size_t i = 0; i < keep; i++) {
                unsigned what;

                memcpy(&what, texts[i].p, sizeof what);
                assert_int_equal(texts[i].n, sizeof what);
                assert_false(seen[what]);
                assert_true(first || texts[i].number > last);
                last = texts[i].number;
                first = false;
                seen[what] = 1;
                out++;
            }
            sc_ring_free(ring, texts, keep);
        } else if (id[w] == 0) {
            if (sc_ring_claim(ring, now, &claim[w]))
                id[w] = next++;
        } else if ((seed >> 8) % 64 == 0) {
            id[w] = 0; /* killed */
        } else if ((seed >> 8) % 3 > 0) {
            ready += sc_ring_ready(&claim[w], (const char *)&id[w], sizeof id[w]);
            id[w] = 0;
        }
    }
    for (struct sc_ring_text t; sc_ring_look(ring, 2 * STEPS, &t, 1) == 1; out++)
        sc_ring_free(ring, &t, 1);
    assert_int_equal(out, ready);
    assert_true(ready > 5000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts_come_out_in_order_and_once),
        TEST(a_full_ring_takes_nothing_and_loses_nothing),
        TEST(a_text_that_is_too_long_is_refused),
        TEST(a_claim_that_is_not_made_good_is_passed_over),
        TEST(a_head_that_was_left_behind_is_moved_on),
        TEST(a_tail_that_was_left_behind_is_moved_on),
        TEST(a_text_that_another_wrote_over_is_left_out),
        TEST(any_bit_pattern_is_safe),
        TEST(damaged_ends_are_found_again),
        TEST(random_schedules_lose_and_double_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
