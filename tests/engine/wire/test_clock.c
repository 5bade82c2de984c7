/* Only the server's time counts, and only output ends a wait: docs/transparency.md. No test waits
 * for time to pass: the clock is put back instead. */
#include "fake.h"
#include "process/runtime.h"

#define TEXT "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
#define LONG_MS 1000000

static struct fake *begin(int64_t first_ms, int64_t gap_ms)
{
    struct fake *f = fake_new(SC_PROVIDER_OPENAI);

    f->x.wants.first_ms = first_ms;
    f->x.wants.gap_ms = gap_ms;
    f->shadow->o.no_progress = false;
    f->shadow->o.xferinfo_fn = NULL;
    sc_hook_in(f->shadow, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
    sc_clock_begin(&f->x, sc_now_ns());
    return f;
}

/* The server has been silent for twice as long as any bound. */
static void let_pass(struct fake *f)
{
    f->x.clock.since_ns -= 2 * LONG_MS * SC_NS_PER_MS;
}

static void assert_broken(struct fake *f, const char *key)
{
    if (key)
        assert_string_equal(sc_clock_broken(&f->x), key);
    else
        assert_null(sc_clock_broken(&f->x));
}

static void test_without_a_bound_nothing_is_measured(void **state)
{
    struct fake *f = begin(0, 0);

    (void)state;
    assert_int_equal(sc_clock_aside(&f->x), 0);
    let_pass(f);
    assert_broken(f, NULL);
    f->play.recv_paused = true;
    sc_clock_paused(&f->x);
    assert_int_equal(f->x.clock.paused_ns, 0);
    fake_free(f);
}

static void test_the_first_output_is_waited_for(void **state)
{
    static const char *const silence[] = {": ping\n\n",
                                          "event: ping\ndata: {\"type\": \"ping\"}\n\n", "\n\n",
                                          "data: {\"choices\":[{\"delta\":{\"role\":\"a\"}}]}\n\n"};
    struct fake *f = begin(LONG_MS, 0);

    (void)state;
    fake_head(f, HEAD_SSE);
    assert_broken(f, NULL);
    for (size_t i = 0; i < 4; i++) {
        let_pass(f);
        fake_text(f, silence[i]);
        assert_broken(f, "first_token_ms");
        sc_clock_begin(&f->x, sc_now_ns());
    }
    let_pass(f);
    fake_text(f, TEXT);
    assert_broken(f, NULL);
    let_pass(f); /* nobody asked for a bound between two */
    assert_broken(f, NULL);
    fake_free(f);
}

static void test_each_output_ends_a_wait_and_nothing_else_does(void **state)
{
    struct fake *f = begin(0, LONG_MS);

    (void)state;
    fake_head(f, HEAD_SSE);
    let_pass(f);
    assert_broken(f, NULL); /* none has come yet */
    fake_text(f, TEXT);
    for (int i = 0; i < 3; i++) {
        let_pass(f);
        assert_broken(f, "gap_ms");
        fake_text(f, ": ping\n\n");
        assert_broken(f, "gap_ms");
        fake_text(f, TEXT);
        assert_broken(f, NULL);
    }
    fake_free(f);
}

/* A page, a binary, a piece of JSON: bytes are output, blanks before them are not. */
static void test_blanks_before_json_keep_a_connection_alive(void **state)
{
    struct fake *f = begin(LONG_MS, LONG_MS);

    (void)state;
    fake_head(f, HEAD_JSON(""));
    let_pass(f);
    fake_text(f, " \r\n\t");
    assert_broken(f, "first_token_ms");
    fake_text(f, " {");
    assert_broken(f, NULL);
    let_pass(f);
    assert_broken(f, "gap_ms");
    fake_text(f, "  ");
    assert_broken(f, NULL);
    fake_free(f);
}

/* What the program has been shown something of is not sent again: too late for the first bound. */
static void test_the_first_bound_is_for_what_is_held(void **state)
{
    struct fake *f = begin(LONG_MS, 0);

    (void)state;
    f->x.commit_early = true;
    fake_head(f, HEAD_SSE);
    let_pass(f);
    assert_broken(f, NULL);
    fake_free(f);
}

/* ---- the program's own time ------------------------------------------------------------------ */

enum { SLOW_NS = 3000000 };

static void be_slow(void)
{
    int64_t until = sc_now_ns() + SLOW_NS;

    while (sc_now_ns() < until)
        ;
}

static size_t slow_write(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    be_slow();
    return size * n;
}

static size_t slow_read(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)size, (void)n, (void)arg;
    be_slow();
    return 0;
}

static int slow_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    be_slow();
    return 0;
}

static void test_time_in_callbacks_is_not_the_servers(void **state)
{
    struct fake *f = begin(LONG_MS, LONG_MS);
    struct sc_clock *c = &f->x.clock;
    char room[8];
    int64_t before;

    (void)state;
    f->shadow->o.write_fn = f->shadow->o.header_fn = slow_write;
    f->shadow->o.read_fn = slow_read;
    f->shadow->o.xferinfo_fn = slow_progress;
    f->req.uploads = true;
    sc_feed_install(f->shadow);
    fake_head(f, HEAD_SSE);
    fake_text(f, TEXT);
    let_pass(f);

    before = c->since_ns;
    fake_text(f, ": ping\n\n");
    assert_true(c->since_ns >= before + SLOW_NS);
    before = c->since_ns;
    fake_head(f, "X: trailer\r\n");
    assert_true(c->since_ns >= before + SLOW_NS);
    before = c->since_ns;
    f->read(room, 1, sizeof room, f->read_arg);
    assert_true(c->since_ns >= before + SLOW_NS);
    sc_clock_begin(&f->x, sc_now_ns());
    before = c->since_ns;
    assert_int_equal(f->progress(f->progress_arg, 1, 1, 1, 1), 0);
    assert_true(c->since_ns >= before + SLOW_NS);
    assert_true(c->since_ns <= sc_now_ns());
    fake_free(f);
}

/* libcurl calls the program from inside of another of its callbacks: that time counts once. */
static void test_a_callback_within_a_callback_is_not_taken_off_twice(void **state)
{
    struct fake *f = begin(LONG_MS, 0);
    int64_t outer = sc_clock_aside(&f->x), inner = outer;

    (void)state;
    be_slow();
    sc_clock_back(&f->x, inner);
    sc_clock_back(&f->x, outer);
    assert_true(f->x.clock.since_ns <= sc_now_ns());
    fake_free(f);
}

static void test_a_pause_is_not_the_servers_time(void **state)
{
    struct fake *f = begin(LONG_MS, LONG_MS);

    (void)state;
    fake_head(f, HEAD_SSE);
    fake_text(f, TEXT);
    f->answer_at = f->n_calls + 1;
    f->answer = CURL_WRITEFUNC_PAUSE;
    fake_text(f, TEXT);
    assert_true(f->x.clock.paused_ns != 0);
    let_pass(f);
    f->x.clock.paused_ns -= 2 * LONG_MS * SC_NS_PER_MS;
    assert_broken(f, NULL);
    fake_resume(f);
    assert_int_equal(f->x.clock.paused_ns, 0);
    assert_broken(f, NULL);
    let_pass(f);
    assert_broken(f, "gap_ms");
    fake_free(f);
}

/* A pause that lasts from one attempt to the next. */
static void test_an_attempt_may_begin_paused(void **state)
{
    struct fake *f = begin(LONG_MS, 0);

    (void)state;
    f->play.send_stopped = true;
    fake_again(f);
    sc_clock_begin(&f->x, sc_now_ns() - 2 * LONG_MS * SC_NS_PER_MS);
    assert_broken(f, NULL);
    fake_free(f);
}

/* ---- what breaking one does ------------------------------------------------------------------ */

static void test_a_broken_bound_ends_the_attempt(void **state)
{
    struct fake *f = begin(LONG_MS, 0);

    (void)state;
    f->shadow->o.xferinfo_fn = fake_on_progress;
    assert_int_equal(f->progress(f->progress_arg, 0, 0, 0, 0), 0);
    assert_int_equal(f->n_progress, 1);
    let_pass(f);
    assert_int_equal(f->progress(f->progress_arg, 0, 0, 0, 0), 1);
    assert_string_equal(f->x.bound, "first_token_ms");
    assert_int_equal(f->n_progress, 1); /* the program did not end it, and is not asked */
    fake_again(f);
    sc_clock_begin(&f->x, sc_now_ns());
    f->shadow->o.no_progress = true;
    assert_int_equal(f->progress(f->progress_arg, 0, 0, 0, 0), 0);
    assert_null(f->x.bound);
    assert_int_equal(f->n_progress, 1); /* it wants no progress; the trampoline is there for us */
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_bound_nothing_is_measured),
        cmocka_unit_test(test_the_first_output_is_waited_for),
        cmocka_unit_test(test_each_output_ends_a_wait_and_nothing_else_does),
        cmocka_unit_test(test_blanks_before_json_keep_a_connection_alive),
        cmocka_unit_test(test_the_first_bound_is_for_what_is_held),
        cmocka_unit_test(test_time_in_callbacks_is_not_the_servers),
        cmocka_unit_test(test_a_callback_within_a_callback_is_not_taken_off_twice),
        cmocka_unit_test(test_a_pause_is_not_the_servers_time),
        cmocka_unit_test(test_an_attempt_may_begin_paused),
        cmocka_unit_test(test_a_broken_bound_ends_the_attempt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
