/* Pieces that the program pauses at or refuses, wherever it gets them: docs/transparency.md. */
#include <signal.h>

#include "fake.h"

#define ANSWER "{\"id\":\"a\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}"
#define ROLE "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
#define TEXT "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n"
#define HEAD_FAILURE "HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\n\r\n"

/* Ways on which pieces reach the program. */
struct way {
    const char *name, *head;
    const char *body[4];
    bool fails_at_once, included;
    int64_t input; /* tokens that are counted */
};

static const struct way ways[] = {
    {"released with the last piece",
     HEAD_JSON("Content-Length: 60\r\n"),
     {"{\"id\":\"a\",", "\"usage\":{\"prompt_tokens\":7,", "\"completion_tokens\":2}}"},
     false,
     false,
     7},
    {"held to the end", HEAD_JSON(""), {ANSWER, " \n"}, false, false, 7},
    {"released in the middle", HEAD_SSE, {": wait\n\n", ROLE, TEXT, USAGE}, false, false, 7},
    {"a failure at the end", HEAD_FAILURE, {"no ", "room"}, false, false, 0},
    {"a failure at once", HEAD_FAILURE, {"no ", "room"}, true, false, 0},
    {"headers in the body", HEAD_SSE, {ROLE, TEXT, USAGE}, false, true, 7},
    {"a held failure with headers in the body", HEAD_FAILURE, {"no room"}, false, true, 0},
};
enum { WAYS = sizeof ways / sizeof *ways };

static struct fake *begin(const struct way *w)
{
    struct fake *f = fake_new(SC_PROVIDER_OPENAI);

    f->good = true;
    f->final = w->fails_at_once ? SC_FINAL_FAILURE : SC_FINAL_OPEN;
    f->shadow->o.include_header = w->included;
    f->lifts_at_once = true;
    f->shadow->o.no_progress = false;
    return f;
}

/* more: a paused piece comes again with what is behind it. */
static CURLcode play(struct fake *f, const struct way *w, bool more)
{
    fake_head(f, w->head);
    for (size_t i = 0; i < 4 && w->body[i]; i++) {
        if (f->paused && !more)
            fake_resume(f);
        fake_text(f, w->body[i]);
    }
    return fake_end(f, CURLE_OK);
}

static int64_t input_of(const struct fake *f)
{
    struct sc_usage u;

    sc_usage_result(&f->x.usage, &u);
    return u.input;
}

/* ---- pauses --------------------------------------------------------------------------------- */

static void test_a_pause_at_any_piece_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct fake *plain = begin(&ways[i]);

        assert_int_equal(play(plain, &ways[i], false), CURLE_OK);
        assert_int_equal(input_of(plain), ways[i].input);
        for (size_t at = 1; at <= plain->n_calls; at++)
            for (int more = 0; more < (ways[i].included ? 1 : 2); more++) {
                struct fake *f = begin(&ways[i]);

                f->answer_at = at;
                f->answer = CURL_WRITEFUNC_PAUSE;
                assert_int_equal(play(f, &ways[i], more), CURLE_OK);
                if (strcmp(f->text, plain->text) != 0 || input_of(f) != ways[i].input)
                    fail_msg("%s, paused at call %zu: %s", ways[i].name, at, f->text);
                if (plain->x.stream) {
                    assert_int_equal(f->x.usage.events, plain->x.usage.events);
                    assert_int_equal(f->x.stream->fed, plain->x.stream->fed);
                }
                assert_int_equal(f->x.body_len, plain->x.body_len);
                assert_int_equal(f->calls[at].n >= f->calls[at - 1].n, true);
                fake_free(f);
            }
        fake_free(plain);
    }
}

/* In a multi the replay stops, and goes on where it was. */
static void test_a_replay_may_stop_in_the_middle(void **state)
{
    (void)state;
    for (size_t at = 1; at <= 5; at++) {
        struct fake *f = begin(&ways[3]);

        f->play.may_pause = true;
        f->answer_at = at;
        f->answer = CURL_WRITEFUNC_PAUSE;
        assert_int_equal(play(f, &ways[3], false), CURLE_OK);
        assert_true(f->play.replay_paused);
        assert_int_equal(f->n_calls, at);
        assert_int_equal(f->n_progress, 0);
        /* Nothing is given while the pause lasts. */
        sc_deliver_result(&f->x, CURLE_OK);
        assert_true(f->play.replay_paused);
        assert_int_equal(f->n_calls, at);
        fake_unpause(f);
        assert_int_equal(sc_deliver_result(&f->x, CURLE_OK), CURLE_OK);
        assert_false(f->play.replay_paused);
        assert_shown(f, "H:" HEAD_FAILURE "B:no room");
        fake_free(f);
    }
}

static void test_a_pause_in_a_replay_may_end_the_call(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct fake *f = begin(&ways[3]);

        f->lifts_at_once = false;
        f->aborts = !late;
        f->play.deadline_ns = late ? 1 : SC_NEVER;
        f->answer_at = 5;
        f->answer = CURL_WRITEFUNC_PAUSE;
        assert_int_equal(play(f, &ways[3], false),
                         late ? CURLE_OPERATION_TIMEDOUT : CURLE_ABORTED_BY_CALLBACK);
        assert_int_equal(f->n_progress, 1);
        assert_shown(f, "H:" HEAD_FAILURE "B:no ");
        if (late)
            assert_ptr_equal(strstr(f->error, "Operation timed out after "), f->error);
        else
            assert_string_equal(f->error, "Callback aborted");
        fake_free(f);
    }
}

/* The program has paused between two attempts, which libcurl does not know: it is told with the
 * next piece, of which the program sees nothing yet. */
static void test_a_pause_from_before_the_attempt_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct fake *f = begin(&ways[i]);
        struct fake *plain = begin(&ways[i]);

        assert_int_equal(play(plain, &ways[i], false), CURLE_OK);
        f->play.recv_paused = true;
        fake_again(f);
        assert_true(f->play.recv_withheld);
        fake_head(f, ways[i].head);
        for (size_t b = 0; b < 4 && ways[i].body[b]; b++)
            fake_text(f, ways[i].body[b]);
        assert_int_equal(f->n_calls, 0);
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
        if (!ways[i].included) /* else libcurl joins lines that wait */
            assert_string_equal(f->text, plain->text);
        assert_int_equal(input_of(f), ways[i].input);
        fake_free(plain);
        fake_free(f);
    }
}

/* ... also where nothing is held any more, or nothing ever was. */
static void test_a_withheld_pause_is_told_with_the_next_piece(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        struct fake *f = begin(&ways[2]);
        size_t calls;

        if (!old) {
            fake_head(f, HEAD_SSE);
            fake_text(f, TEXT);
        }
        calls = f->n_calls;
        f->play.recv_paused = f->play.recv_withheld = true;
        fake_text(f, TEXT);
        assert_true(f->paused);
        assert_int_equal(f->n_calls, calls);
        fake_head(f, "X: trailer\r\n");
        assert_int_equal(f->n_calls, calls);
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
        assert_shown(f, old ? "B:" TEXT "H:X: trailer\r\n"
                            : "H:" HEAD_SSE "B:" TEXT TEXT "H:X: trailer\r\n");
        assert_int_equal(f->x.body_len, strlen(TEXT) * (old ? 1 : 2));
        fake_free(f);
    }
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void assert_stopped(struct fake *f, const struct fake *plain, size_t at, size_t answer)
{
    size_t n = f->text_n;

    assert_int_equal(f->n_calls, at);
    assert_int_equal(f->calls[at - 1].answer, answer);
    assert_memory_equal(f->text, plain->text, n);
    assert_true(n < plain->text_n);
}

static void test_a_refusal_of_any_piece_ends_the_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        struct fake *plain = begin(&ways[i]);

        play(plain, &ways[i], false);
        for (size_t at = 1; at <= plain->n_calls; at++) {
            size_t n = plain->calls[at - 1].n;
            const size_t answers[] = {0, n - 1, n + 1, CURL_WRITEFUNC_ERROR};

            for (size_t a = 0; a < 4; a++) {
                struct fake *f = begin(&ways[i]);
                curl_off_t got = -1;

                f->answer_at = at;
                f->answer = answers[a];
                assert_int_equal(play(f, &ways[i], false), CURLE_WRITE_ERROR);
                assert_stopped(f, plain, at, answers[a]);
                assert_int_equal(f->shadow->overlay.stopped, f->play.next < f->x.hold.n);
                if (f->shadow->overlay.stopped) { /* it came from the hold */
                    sc_getinfo(f->shadow, CURLINFO_SIZE_DOWNLOAD_T, &got);
                    assert_int_equal(got, plain->calls[at - 1].got);
                    assert_string_equal(f->error, f->calls[at - 1].to == FAKE_HEADER
                                                      ? "Failed writing header"
                                                      : "Failure writing output to destination");
                }
                fake_free(f);
            }
        }
        fake_free(plain);
    }
}

/* The text is that of the libcurl at hand. */
static void test_refusals_are_told_in_the_words_of_the_version(void **state)
{
    static const struct {
        unsigned version;
        size_t answer;
        const char *text;
    } rows[] = {
        {0x074000, 2, "Failed writing body (2 != 3)"},
        {0x075801, 2, "Failure writing output to destination"},
        {0x080e01, 2, "Failure writing output to destination, passed 3 returned 2"},
        {0x080e01, CURL_WRITEFUNC_ERROR, "client returned ERROR on write of 3 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = begin(&ways[3]);

        f->real.version_num = rows[i].version;
        f->answer_at = 4;
        f->answer = rows[i].answer;
        assert_int_equal(play(f, &ways[3], false), CURLE_WRITE_ERROR);
        assert_string_equal(f->error, rows[i].text);
        fake_free(f);
    }
}

/* ---- around a replay ------------------------------------------------------------------------ */

/* What getinfo says of a block is what it said when the block came. */
static void test_a_replay_shows_what_getinfo_said(void **state)
{
    struct fake *f = begin(&ways[3]);

    (void)state;
    f->shadow->o.follow = true;
    fake_head(f, "HTTP/1.1 100 Continue\r\n\r\n");
    fake_head(f, HEAD_FAILURE);
    fake_text(f, "no ");
    fake_text(f, "room");
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_int_equal(f->calls[0].status, 100);
    assert_int_equal(f->calls[1].status, 100);
    assert_int_equal(f->calls[2].status, 503);
    assert_string_equal(f->calls[2].type, "");
    assert_string_equal(f->calls[3].type, "text/plain");
    assert_int_equal(f->calls[4].got, 0);
    assert_int_equal(f->calls[5].got, 3);
    assert_int_equal(f->calls[6].got, 7);
    fake_free(f);
}

static int signal_seen;

static size_t ask_signal(char *p, size_t size, size_t n, void *arg)
{
    struct sigaction now;

    (void)p, (void)arg;
    sigaction(SIGPIPE, NULL, &now);
    signal_seen = now.sa_handler == SIG_IGN;
    return size * n;
}

static void test_a_broken_pipe_is_an_error_during_a_replay(void **state)
{
    (void)state;
    for (int no_signal = 0; no_signal < 2; no_signal++) {
        struct fake *f = begin(&ways[3]);
        struct sigaction before = {.sa_handler = SIG_DFL}, after;

        sigaction(SIGPIPE, &before, NULL);
        f->shadow->o.no_signal = no_signal;
        f->shadow->o.write_fn = ask_signal;
        signal_seen = -1;
        play(f, &ways[3], false);
        assert_int_equal(signal_seen, !no_signal);
        sigaction(SIGPIPE, NULL, &after);
        assert_true(after.sa_handler == SIG_DFL);
        fake_free(f);
    }
}

/* A program without a sink of its own for headers, or for anything. */
static void test_sinks_are_libcurls_defaults(void **state)
{
    struct fake *f = begin(&ways[3]);
    FILE *file = tmpfile();
    char back[64] = "";

    (void)state;
    assert_non_null(file);
    f->shadow->o.write_fn = f->shadow->o.header_fn = NULL;
    f->shadow->o.header_data = NULL;
    f->shadow->o.write_data = file;
    play(f, &ways[3], false);
    rewind(file);
    assert_int_equal(fread(back, 1, sizeof back, file), 7);
    assert_string_equal(back, "no room");
    fclose(file);
    fake_free(f);

    f = begin(&ways[3]); /* header data alone: the write function gets it */
    f->shadow->o.header_fn = NULL;
    play(f, &ways[3], false);
    assert_shown(f, "B:" HEAD_FAILURE "no room");
    fake_free(f);
}

/* The numbers of a failure that is held are told once it is shown, and never if it is not. */
static void test_the_progress_of_a_failure_is_told_with_it(void **state)
{
    (void)state;
    for (int dropped = 0; dropped < 2; dropped++) {
        struct fake *f = begin(&ways[3]);

        sc_hook_in(f->shadow, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
        fake_head(f, HEAD_FAILURE);
        fake_text(f, "no room");
        assert_int_equal(f->progress(f->progress_arg, 7, 7, 100, 100), 0);
        assert_int_equal(f->n_progress, 1);
        assert_int_equal(f->down, 0);
        if (dropped) {
            f->play.told.owed = false; /* as the driver does before an attempt */
            fake_again(f);
        }
        f->progress(f->progress_arg, dropped ? 0 : 7, dropped ? 0 : 7, 100, 20);
        assert_int_equal(f->up, 100); /* does not fall */
        fake_end(f, CURLE_OK);
        assert_int_equal(f->down, dropped ? 0 : 7);
        fake_free(f);
    }
}

/* What the program is shown at once is told at once. */
static void test_the_progress_of_what_is_shown_is_told(void **state)
{
    struct fake *f = begin(&ways[4]);

    (void)state;
    sc_hook_in(f->shadow, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
    fake_head(f, HEAD_FAILURE);
    fake_text(f, "no room");
    f->progress(f->progress_arg, 7, 7, 0, 0);
    assert_int_equal(f->down, 7);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_int_equal(f->n_progress, 1);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pause_at_any_piece_changes_nothing),
        cmocka_unit_test(test_a_replay_may_stop_in_the_middle),
        cmocka_unit_test(test_a_pause_in_a_replay_may_end_the_call),
        cmocka_unit_test(test_a_pause_from_before_the_attempt_holds),
        cmocka_unit_test(test_a_withheld_pause_is_told_with_the_next_piece),
        cmocka_unit_test(test_a_refusal_of_any_piece_ends_the_call),
        cmocka_unit_test(test_refusals_are_told_in_the_words_of_the_version),
        cmocka_unit_test(test_a_replay_shows_what_getinfo_said),
        cmocka_unit_test(test_a_broken_pipe_is_an_error_during_a_replay),
        cmocka_unit_test(test_sinks_are_libcurls_defaults),
        cmocka_unit_test(test_the_progress_of_a_failure_is_told_with_it),
        cmocka_unit_test(test_the_progress_of_what_is_shown_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
