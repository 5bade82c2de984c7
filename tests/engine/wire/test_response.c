/* What of a response is held, and what lets go of it: docs/transparency.md, "Holding back". */
#include "fake.h"

#define ANSWER "{\"id\":\"a\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}"
#define LENGTH "Content-Length: 60\r\n"
#define ROLE "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
#define TEXT "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
#define HEAD_FAILURE "HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\n\r\n"

_Static_assert(sizeof ANSWER == 61, "LENGTH says so");

static struct fake *begin(void)
{
    struct fake *f = fake_new(SC_PROVIDER_OPENAI);

    f->good = true;
    return f;
}

static void assert_tokens(const struct fake *f, int64_t input, int64_t output)
{
    struct sc_usage u;

    sc_usage_result(&f->x.usage, &u);
    assert_int_equal(u.input, input);
    assert_int_equal(u.output, output);
}

/* ---- success -------------------------------------------------------------------------------- */

static void test_json_is_shown_with_its_last_piece(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_head(f, HEAD_JSON(LENGTH));
    fake_body(f, ANSWER, 59);
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(f->asked_whole, 0);
    fake_body(f, ANSWER + 59, 1);
    assert_int_equal(f->asked_whole, 1);
    assert_string_equal(f->whole, ANSWER);
    assert_shown(f, "H:" HEAD_JSON(LENGTH) "B:" ANSWER);
    assert_int_equal(f->n_calls, 6); /* as they came: four lines, two pieces */
    assert_int_equal(f->calls[4].n, 59);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_int_equal(f->n_calls, 6);
    assert_tokens(f, 7, 2);
    fake_free(f);
}

static void test_json_that_is_not_what_it_seems_stays_held(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->good = false;
    fake_head(f, HEAD_JSON(LENGTH));
    fake_text(f, ANSWER);
    assert_int_equal(f->asked_whole, 1);
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(sc_exchange_body(&f->x).n, strlen(ANSWER));
    assert_memory_equal(sc_exchange_body(&f->x).p, ANSWER, strlen(ANSWER));
    fake_end(f, CURLE_OK);
    assert_shown(f, "H:" HEAD_JSON(LENGTH) "B:" ANSWER);
    fake_free(f);
}

/* Nothing but its end says that it is whole: without a length, and where the length is that of
 * other bytes. */
static void test_json_of_unknown_length_is_held_to_the_end(void **state)
{
    static const char *const heads[] = {HEAD_JSON(""),
                                        HEAD_JSON(LENGTH "Content-Encoding: gzip\r\n"),
                                        HEAD_JSON("content-encoding: br\r\n" LENGTH)};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fake *f = begin();
        char expected[512];

        fake_head(f, heads[i]);
        fake_text(f, ANSWER);
        assert_int_equal(f->n_calls, 0);
        assert_int_equal(f->asked_whole, 0);
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
        snprintf(expected, sizeof expected, "H:%sB:" ANSWER, heads[i]);
        assert_shown(f, expected);
        assert_tokens(f, 7, 2);
        fake_free(f);
    }
}

static void test_a_stream_is_held_to_its_first_output(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_head(f, HEAD_SSE);
    fake_text(f, ": comment\n\n");
    fake_text(f, ROLE);
    fake_body(f, TEXT, 10);
    assert_int_equal(f->n_calls, 0);
    fake_text(f, TEXT + 10);
    assert_shown(f, "H:" HEAD_SSE "B:: comment\n\n" ROLE TEXT);
    assert_int_equal(f->n_calls, 3 + 4);
    assert_int_equal(f->x.hold.n, 0);
    assert_int_equal(f->x.hold.len, 0);
    fake_text(f, TEXT);
    assert_int_equal(f->n_calls, 3 + 5);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_int_equal(f->n_calls, 3 + 5);
    fake_free(f);
}

/* A stream that nobody asked a model for is not waited for, nor what has no retryable middle. */
static void test_other_successes_are_not_held(void **state)
{
    static const struct {
        const char *head;
        bool generates, no_body;
    } rows[] = {
        {HEAD_SSE, false, false},
        {"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", true, false},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", true, false},
        {"HTTP/1.1 204 No\r\nContent-Type: application/json\r\n\r\n", true, false},
        {"HTTP/1.1 201 Made\r\n\r\n", true, false},
        {"HTTP/1.1 200 OK\r\n\r\n", false, false},
        {HEAD_JSON(""), true, true},
        {HEAD_JSON("Content-Length: 0\r\n"), false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = begin();
        char expected[256];

        f->shadow->o.no_body = rows[i].no_body;
        f->req.kind = rows[i].generates ? SC_REQUEST_GENERATES : SC_REQUEST_IDEMPOTENT;
        fake_head(f, rows[i].head);
        snprintf(expected, sizeof expected, "H:%s", rows[i].head);
        assert_shown(f, expected);
        fake_free(f);
    }
}

/* ---- failure -------------------------------------------------------------------------------- */

static void test_a_failure_is_shown_at_the_end(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_head(f, HEAD_FAILURE);
    fake_text(f, "no ");
    fake_text(f, "room");
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(sc_exchange_body(&f->x).n, 7);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_shown(f, "H:" HEAD_FAILURE "B:no room");
    assert_int_equal(f->play.delivered_body, 7);
    fake_free(f);
}

static void test_a_failure_is_dropped_for_the_next_attempt(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_head(f, HEAD_FAILURE);
    fake_text(f, "no room");
    fake_again(f);
    fake_head(f, HEAD_JSON(LENGTH));
    fake_text(f, ANSWER);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_shown(f, "H:" HEAD_JSON(LENGTH) "B:" ANSWER);
    assert_int_equal(f->calls[0].status, 200);
    fake_free(f);
}

static void test_what_no_attempt_can_mend_is_shown_at_once(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->final = SC_FINAL_FAILURE;
    fake_head(f, "HTTP/1.1 404 No\r\n\r\n");
    assert_shown(f, "H:HTTP/1.1 404 No\r\n\r\n");
    fake_text(f, "gone");
    assert_shown(f, "H:HTTP/1.1 404 No\r\n\r\nB:gone");
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_int_equal(f->n_calls, 3);
    /* For the log, and what all processes know of a key. */
    assert_int_equal(sc_exchange_body(&f->x).n, 4);
    assert_memory_equal(sc_exchange_body(&f->x).p, "gone", 4);
    fake_free(f);
}

/* Of a long one, its beginning: pieces from behind would be another text. */
static void test_the_beginning_of_what_went_by_is_kept(void **state)
{
    static char page[40000];
    struct fake *f = begin();
    struct sc_str kept;

    (void)state;
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = (char)('a' + i % 23);
    f->final = SC_FINAL_FAILURE;
    fake_head(f, "HTTP/1.1 404 No\r\n\r\n");
    for (size_t at = 0; at < sizeof page; at += 10000)
        fake_body(f, page + at, 10000);
    kept = sc_exchange_body(&f->x);
    assert_in_range(kept.n, 10001, sizeof page - 1);
    assert_memory_equal(kept.p, page, kept.n);
    assert_int_equal(f->x.body_len, sizeof page);
    fake_free(f);
}

static void test_the_last_attempt_is_held_only_if_it_is_news(void **state)
{
    static const struct {
        const char *head;
        bool wanted, held;
    } rows[] = {
        {HEAD_FAILURE, false, false},
        {HEAD_FAILURE, true, true},
        {"HTTP/1.1 429 Slow\r\n\r\n", false, true},
        {"HTTP/1.1 402 Pay\r\n\r\n", false, true},
        {"HTTP/1.1 403 No\r\n\r\n", false, true},
        {HEAD_JSON(LENGTH), false, false},
        {HEAD_SSE, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = begin();

        f->x.last = true;
        f->x.wants.last = rows[i].wanted;
        fake_head(f, rows[i].head);
        assert_int_equal(f->n_calls == 0, rows[i].held);
        fake_free(f);
    }
}

/* A refusal that the rule may answer with another request is looked at even on the last attempt. */
static void test_a_400_is_held_where_its_body_is_wanted(void **state)
{
    (void)state;
    for (int wanted = 0; wanted < 2; wanted++) {
        struct fake *f = begin();

        f->x.last = true;
        f->final = SC_FINAL_FAILURE;
        f->x.wants.behind_400 = wanted;
        fake_head(f, "HTTP/1.1 400 Bad\r\n\r\n");
        assert_int_equal(f->n_calls == 0, wanted);
        fake_free(f);
    }
}

/* ---- bounds --------------------------------------------------------------------------------- */

static void test_more_than_may_be_held_is_shown(void **state)
{
    static const char *const heads[] = {HEAD_JSON(""), HEAD_FAILURE};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fake *f = begin();
        char expected[256];

        f->x.wants.success_max = f->x.wants.failure_max = 100;
        fake_head(f, heads[i]);
        fake_text(f, "{\"a\":\"0123456789");
        assert_int_equal(f->n_calls, 0);
        fake_text(f, "0123456789012345678901234567890123456789");
        assert_true(f->n_calls > 0);
        fake_text(f, "\"}");
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
        snprintf(expected, sizeof expected,
                 "H:%sB:{\"a\":\"01234567890123456789012345678901234567890123456789\"}", heads[i]);
        assert_shown(f, expected);
        fake_free(f);
    }
}

/* After a body of an upload was paused, or memory ran out. */
static void test_nothing_more_is_held(void **state)
{
    static const char *const heads[] = {HEAD_JSON(""), HEAD_SSE, HEAD_FAILURE};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct fake *f = begin();

        fake_head(f, "HTTP/1.1 100 Continue\r\n\r\n");
        assert_int_equal(f->n_calls, 0);
        f->x.commit_early = i < 3;
        f->x.send_paused = i >= 3;
        fake_head(f, heads[i % 3]);
        assert_true(f->n_calls > 2);
        fake_text(f, "{");
        assert_int_equal(f->last_to, FAKE_BODY);
        fake_free(f);
    }
}

/* Such an answer is held until another one is made of it. */
static void test_what_is_wanted_whole_has_room_for_it_or_fails(void **state)
{
    (void)state;
    for (int fits = 0; fits < 2; fits++) {
        struct fake *f = begin();

        f->x.wants = (struct sc_wants){.success_max = 100, .room = 25 - !fits, .whole = true};
        f->x.commit_early = f->x.last = true;
        fake_head(f, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX: 0123456789\r\n\r\n");
        assert_int_equal(f->x.hold.len, 67);
        fake_body(f, ANSWER, 58);
        assert_int_equal(f->n_calls, 0);
        assert_int_equal(f->failed, fits ? CURLE_OK : CURLE_WRITE_ERROR);
        assert_int_equal(sc_exchange_body(&f->x).n, fits ? 58 : 0);
        fake_body(f, ANSWER + 58, 1);
        assert_int_equal(f->failed, CURLE_WRITE_ERROR);
        assert_int_equal(f->n_calls, 0);
        fake_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_shown_with_its_last_piece),
        cmocka_unit_test(test_json_that_is_not_what_it_seems_stays_held),
        cmocka_unit_test(test_json_of_unknown_length_is_held_to_the_end),
        cmocka_unit_test(test_a_stream_is_held_to_its_first_output),
        cmocka_unit_test(test_other_successes_are_not_held),
        cmocka_unit_test(test_a_failure_is_shown_at_the_end),
        cmocka_unit_test(test_a_failure_is_dropped_for_the_next_attempt),
        cmocka_unit_test(test_what_no_attempt_can_mend_is_shown_at_once),
        cmocka_unit_test(test_the_beginning_of_what_went_by_is_kept),
        cmocka_unit_test(test_the_last_attempt_is_held_only_if_it_is_news),
        cmocka_unit_test(test_a_400_is_held_where_its_body_is_wanted),
        cmocka_unit_test(test_more_than_may_be_held_is_shown),
        cmocka_unit_test(test_nothing_more_is_held),
        cmocka_unit_test(test_what_is_wanted_whole_has_room_for_it_or_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
