/* A body that the program's read callback gives is sent again from its copy, and it is asked as
 * libcurl would: docs/transparency.md, "Another attempt" and "Another body". */
#include "fake.h"
#include "handle/body.h"

#define OBJECT "{\"model\":\"m\",\"stream\":true}"

/* The program's source, and what it says besides bytes. */
struct source {
    const char *text;
    size_t n, at, piece; /* bytes a call, 0: as many as there is room for */
    size_t says_at;      /* at that call, counted from 1, */
    size_t says;         /* it says this */
    int calls, seeks;
    bool rewinds;
};

static size_t read_source(char *p, size_t size, size_t n, void *arg)
{
    struct source *s = arg;
    size_t len = size * n;

    if (++s->calls == (int)s->says_at)
        return s->says;
    if (len > s->n - s->at)
        len = s->n - s->at;
    if (s->piece && len > s->piece)
        len = s->piece;
    memcpy(p, s->text + s->at, len);
    s->at += len;
    return len;
}

static int seek_source(void *arg, curl_off_t offset, int origin)
{
    struct source *s = arg;

    s->seeks++;
    if (!s->rewinds || origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    s->at = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static struct fake *begin(struct source *s, const char *text)
{
    struct fake *f = fake_new(SC_PROVIDER_OPENAI);

    s->text = text;
    s->n = strlen(text);
    f->shadow->o.read_fn = read_source;
    f->shadow->o.read_data = s;
    f->shadow->o.seek_fn = seek_source;
    f->shadow->o.seek_data = s;
    f->req.uploads = true;
    sc_feed_install(f->shadow);
    return f;
}

/* libcurl asks to the end; room: the size of its buffer. Returns how it ended. */
static size_t ask(struct fake *f, char *out, size_t room)
{
    size_t at = strlen(out), got;

    while ((got = f->read(out + at, 1, room, f->read_arg)) > 0 && got <= room)
        at += got;
    out[at] = '\0';
    return got;
}

static void assert_sends(struct fake *f, size_t room, const char *expected)
{
    char out[4096] = "";

    assert_int_equal(ask(f, out, room), 0);
    assert_string_equal(out, expected);
}

/* ---- the copy ------------------------------------------------------------------------------- */

static void test_the_next_attempt_sends_the_copy(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 4; piece++)
        for (size_t room = 1; room < 9; room++) {
            struct source s = {.piece = piece};
            struct fake *f = begin(&s, "some bytes");
            int calls;

            assert_sends(f, room, "some bytes");
            calls = s.calls;
            for (int again = 0; again < 3; again++) {
                fake_again(f);
                assert_sends(f, 9 - room, "some bytes");
            }
            assert_int_equal(s.calls, calls);
            assert_int_equal(s.seeks, 0);
            fake_free(f);
        }
}

/* The first attempt ended in the middle: the copy comes first, and then what the program has. */
static void test_the_program_goes_on_where_the_copy_ends(void **state)
{
    struct source s = {.piece = 4};
    struct fake *f = begin(&s, "0123456789");
    char out[16];

    (void)state;
    assert_int_equal(f->read(out, 1, sizeof out, f->read_arg), 4);
    fake_again(f);
    assert_sends(f, 3, "0123456789");
    assert_int_equal(s.at, 10);
    fake_free(f);
}

/* What cannot be kept cannot be sent again, and the answer to it is not held. */
static void test_a_body_beyond_the_copy_is_final(void **state)
{
    struct source s = {.piece = 4};
    struct fake *f = begin(&s, "0123456789");

    (void)state;
    sc_upload_init(&f->req.upload, 4, 6);
    assert_sends(f, 100, "0123456789");
    assert_true(f->req.upload.lost);
    fake_head(f, "HTTP/1.1 503 Busy\r\n\r\n");
    assert_shown(f, "H:HTTP/1.1 503 Busy\r\n\r\n");
    fake_free(f);
}

static void test_a_long_body_goes_into_a_file(void **state)
{
    struct source s = {.piece = 3};
    struct fake *f = begin(&s, "0123456789");

    (void)state;
    sc_upload_init(&f->req.upload, 4, 100);
    assert_sends(f, 100, "0123456789");
    assert_true(f->req.upload.fd >= 200);
    for (size_t room = 1; room < 12; room++) {
        fake_again(f);
        assert_sends(f, room, "0123456789");
    }
    assert_int_equal(s.at, 10);
    fake_free(f);
}

static void test_an_abort_passes_through(void **state)
{
    struct source s = {.piece = 4, .says_at = 2, .says = CURL_READFUNC_ABORT};
    struct fake *f = begin(&s, "0123456789");
    char out[32] = "";

    (void)state;
    assert_int_equal(ask(f, out, 16), CURL_READFUNC_ABORT);
    assert_string_equal(out, "0123");
    assert_int_equal(f->req.upload.len, 4);
    fake_free(f);
}

/* ---- rewinding ------------------------------------------------------------------------------ */

/* libcurl rewinds in the middle of an attempt: the program's own source does. */
static void test_a_rewind_within_an_attempt_is_the_programs(void **state)
{
    struct source s = {.piece = 4, .rewinds = true};
    struct fake *f = begin(&s, "0123456789");
    char out[16];

    (void)state;
    f->read(out, 1, sizeof out, f->read_arg);
    assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_OK);
    assert_int_equal(s.seeks, 1);
    assert_int_equal(f->req.upload.len, 0);
    assert_sends(f, 16, "0123456789");
    fake_again(f);
    assert_sends(f, 16, "0123456789");
    assert_int_equal(f->seek(f->seek_arg, 3, SEEK_SET), CURL_SEEKFUNC_OK); /* to resume */
    assert_sends(f, 16, "3456789");
    fake_free(f);
}

static void test_a_source_that_cannot_rewind_stays_where_it_is(void **state)
{
    struct source s = {.piece = 4};
    struct fake *f = begin(&s, "0123456789");
    char out[16];

    (void)state;
    f->read(out, 1, sizeof out, f->read_arg);
    assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_CANTSEEK);
    assert_int_equal(f->req.upload.len, 4); /* the copy is good for another attempt */
    f->req.rewinds = true;                  /* which libcurl begins with a rewind again */
    fake_again(f);
    assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_OK);
    assert_sends(f, 16, "0123456789");
    assert_int_equal(s.seeks, 1);
    f->req.upload.lost = true;
    assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_CANTSEEK);
    fake_free(f);
}

/* libcurl rewinds a FILE* of its own read function by itself. */
static void test_a_file_is_rewound(void **state)
{
    struct source none = {.piece = 0};
    struct fake *f = begin(&none, "");
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    fputs("from a file", file);
    rewind(file);
    f->shadow->o.read_fn = NULL;
    f->shadow->o.seek_fn = NULL;
    f->shadow->o.read_data = file;
    sc_feed_install(f->shadow);
    assert_sends(f, 4, "from a file");
    assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_OK);
    assert_sends(f, 4, "from a file");
    assert_int_equal(f->seek(f->seek_arg, 5, SEEK_SET), CURL_SEEKFUNC_CANTSEEK);
    fclose(file);
    fake_free(f);
}

static curlioerr restart(CURL *easy, int command, void *arg)
{
    struct source *s = arg;

    (void)easy;
    s->seeks++;
    s->at = 0;
    return command == CURLIOCMD_RESTARTREAD ? CURLIOE_OK : CURLIOE_UNKNOWNCMD;
}

static void test_the_older_way_to_rewind(void **state)
{
    struct source s = {.piece = 4};
    struct fake *f = begin(&s, "0123456789");
    char out[16];

    (void)state;
    f->shadow->o.seek_fn = NULL;
    f->shadow->o.ioctl_fn = restart;
    f->shadow->o.ioctl_data = &s;
    sc_feed_install(f->shadow);
    f->read(out, 1, sizeof out, f->read_arg);
    assert_int_equal(f->ioctl(f, CURLIOCMD_RESTARTREAD, f->ioctl_arg), CURLIOE_OK);
    assert_int_equal(s.seeks, 1);
    assert_sends(f, 16, "0123456789");
    f->shadow->o.ioctl_fn = NULL;
    assert_int_equal(f->ioctl(f, CURLIOCMD_RESTARTREAD, f->ioctl_arg), CURLIOE_UNKNOWNCMD);
    fake_free(f);
}

/* ---- pauses --------------------------------------------------------------------------------- */

/* What is held may be what the program waits for: it gets it, and nothing is held from then on. */
static void test_a_paused_upload_lets_go_of_what_is_held(void **state)
{
    struct source s = {.piece = 4, .says_at = 2, .says = CURL_READFUNC_PAUSE};
    struct fake *f = begin(&s, "0123456789");
    char out[32] = "";

    (void)state;
    fake_head(f, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(ask(f, out, 16), CURL_READFUNC_PAUSE);
    assert_shown(f, "H:HTTP/1.1 100 Continue\r\n\r\n");
    assert_true(f->play.send_stopped);
    fake_head(f, "HTTP/1.1 503 Busy\r\n\r\n");
    assert_shown(f, "H:HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n");
    fake_unpause(f);
    assert_int_equal(ask(f, out, 16), 0);
    assert_string_equal(out, "0123456789");
    assert_false(f->x.send_paused);
    fake_free(f);
}

/* Nor is what comes after a pause that there was nothing to let go of for. An earlier pause that
 * was lifted says nothing of this one. */
static void test_nothing_is_held_while_the_upload_is_paused(void **state)
{
    struct source s = {.piece = 4, .says_at = 2, .says = CURL_READFUNC_PAUSE};
    struct fake *f = begin(&s, "0123456789");
    char out[32] = "";

    (void)state;
    f->play.unpaused = true;
    assert_int_equal(ask(f, out, 16), CURL_READFUNC_PAUSE);
    fake_head(f, "HTTP/1.1 503 Busy\r\n\r\n");
    assert_shown(f, "H:HTTP/1.1 503 Busy\r\n\r\n");
    fake_free(f);
}

static struct fake *lifting;

static size_t lift(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    fake_unpause(lifting);
    return size * n;
}

/* ... and if that lifts the pause, it is asked again at once. */
static void test_what_was_held_may_lift_the_pause(void **state)
{
    struct source s = {.piece = 4, .says_at = 2, .says = CURL_READFUNC_PAUSE};
    struct fake *f = lifting = begin(&s, "0123456789");
    char out[32] = "";

    (void)state;
    f->shadow->o.header_fn = lift;
    fake_head(f, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(ask(f, out, 16), 0);
    assert_string_equal(out, "0123456789");
    fake_free(f);
}

/* A pause from between two attempts: the copy has to be sent, the program is not asked. */
static void test_a_withheld_pause_of_the_upload_is_told(void **state)
{
    struct source s = {.piece = 4};
    struct fake *f = begin(&s, "0123456789");
    char out[32] = "";
    int calls;

    (void)state;
    assert_int_equal(f->read(out, 1, 16, f->read_arg), 4);
    calls = s.calls;
    f->play.send_stopped = true;
    fake_again(f);
    out[0] = '\0';
    assert_int_equal(ask(f, out, 16), CURL_READFUNC_PAUSE);
    assert_string_equal(out, "0123");
    assert_int_equal(s.calls, calls);
    fake_unpause(f);
    assert_int_equal(ask(f, out, 16), 0);
    assert_string_equal(out, "0123456789");
    fake_free(f);
}

/* ---- another body --------------------------------------------------------------------------- */

static void stream_off(void *arg, struct sc_edits *e)
{
    struct sc_str value;

    ++*(int *)arg;
    if (sc_edit_find(e->original, "stream", &value) == 1)
        sc_edit_replace(e, value, "false");
}

#define EDITED "{\"model\":\"m\",\"stream\":false}"

/* The plan of an attempt; returns how often the body was looked at. */
static int plan(struct fake *f, bool first)
{
    int asked = 0;

    f->shadow->body_planned = false;
    sc_rewrite_plan(&f->x, first, stream_off, &asked);
    sc_exchange_restart(&f->x);
    sc_rewrite_install(&f->x);
    return asked;
}

static void test_a_read_body_is_read_ahead_and_changed(void **state)
{
    for (size_t piece = 0; piece < 5; piece++)
        for (int sized = 0; sized < 2; sized++) {
            struct source s = {.piece = piece};
            struct fake *f = begin(&s, OBJECT);

            (void)state;
            f->shadow->o.post_size = sized ? (int64_t)strlen(OBJECT) : -1;
            assert_int_equal(plan(f, true), 1);
            if (sized)
                assert_int_equal(f->fields_size, strlen(EDITED));
            for (size_t room = 1; room < 40; room += 7) {
                assert_sends(f, room, EDITED);
                assert_int_equal(f->seek(f->seek_arg, 0, SEEK_SET), CURL_SEEKFUNC_OK);
            }
            assert_int_equal(f->seek(f->seek_arg, 100, SEEK_SET), CURL_SEEKFUNC_CANTSEEK);
            assert_int_equal(f->seek(f->seek_arg, 20, SEEK_SET), CURL_SEEKFUNC_OK);
            assert_sends(f, 16, &EDITED[20]);
            assert_int_equal(s.seeks, 0);
            sc_body_put_back(f->shadow);
            if (sized)
                assert_int_equal(f->fields_size, strlen(OBJECT));
            fake_again(f); /* another attempt makes it anew, from the copy */
            assert_int_equal(plan(f, false), 1);
            assert_sends(f, 5, EDITED);
            assert_int_equal(s.at, strlen(OBJECT));
            fake_free(f);
        }
}

/* A pause or an abort while it is read ahead is for later: what was read goes first. */
static void test_what_reading_ahead_was_told_is_passed_on_in_its_place(void **state)
{
    static const size_t says[] = {CURL_READFUNC_PAUSE, CURL_READFUNC_ABORT};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct source s = {.piece = 4, .says_at = 3, .says = says[i]};
        struct fake *f = begin(&s, OBJECT);
        char out[64] = "";

        assert_int_equal(plan(f, true), 0);
        assert_int_equal(s.calls, 3);
        assert_int_equal(ask(f, out, 16), says[i]);
        assert_int_equal(strlen(out), 8);
        assert_int_equal(s.calls, 3);
        fake_unpause(f);
        if (i == 0) {
            assert_int_equal(ask(f, out, 16), 0);
            assert_string_equal(out, OBJECT);
        }
        fake_free(f);
    }
}

static void test_bodies_that_are_left_alone(void **state)
{
    static const char *const bodies[] = {
        "not JSON", "[1]", OBJECT " x", OBJECT OBJECT, "", "{\"stream\":true", "\"{}\""};
    static struct curl_slist headers[] = {{(char *)(uintptr_t) "Content-Encoding: gzip", NULL},
                                          {(char *)(uintptr_t) "Content-MD5: abc", NULL},
                                          {(char *)(uintptr_t) "Signature: abc", NULL},
                                          {(char *)(uintptr_t) "Authorization: AWS4-HMAC x", NULL}};

    (void)state;
    for (size_t i = 0; i < 7 + 4; i++) {
        struct source s = {.piece = 3};
        const char *body = i < 7 ? bodies[i] : OBJECT;
        struct fake *f = begin(&s, body);

        f->shadow->o.headers = i < 7 ? NULL : &headers[i - 7];
        plan(f, true);
        assert_null(f->req.rewrite.bytes);
        assert_sends(f, 16, body);
        fake_again(f);
        assert_sends(f, 16, body);
        fake_free(f);
    }
}

/* POSTFIELDS are the program's own memory: never asked for, put back after the attempt. */
static void test_fields_are_changed_for_the_attempt_alone(void **state)
{
    static struct curl_slist second = {(char *)(uintptr_t) "content-length: 27", NULL},
                             first = {(char *)(uintptr_t) "X: y", &second};
    struct fake *f = fake_new(SC_PROVIDER_OPENAI);

    (void)state;
    f->shadow->o.post_fields = OBJECT;
    f->shadow->o.headers = f->headers = &first;
    assert_int_equal(plan(f, true), 1);
    assert_memory_equal(f->fields, EDITED, strlen(EDITED));
    assert_int_equal(f->fields_size, strlen(EDITED));
    assert_string_equal(f->headers->data, "X: y");
    assert_string_equal(f->headers->next->data, "Content-Length: 28");
    assert_string_equal(second.data, "content-length: 27");
    sc_body_put_back(f->shadow);
    assert_ptr_equal(f->fields, f->shadow->o.post_fields);
    assert_int_equal(f->fields_size, -1);
    assert_ptr_equal(f->headers, &first);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_next_attempt_sends_the_copy),
        cmocka_unit_test(test_the_program_goes_on_where_the_copy_ends),
        cmocka_unit_test(test_a_body_beyond_the_copy_is_final),
        cmocka_unit_test(test_a_long_body_goes_into_a_file),
        cmocka_unit_test(test_an_abort_passes_through),
        cmocka_unit_test(test_a_rewind_within_an_attempt_is_the_programs),
        cmocka_unit_test(test_a_source_that_cannot_rewind_stays_where_it_is),
        cmocka_unit_test(test_a_file_is_rewound),
        cmocka_unit_test(test_the_older_way_to_rewind),
        cmocka_unit_test(test_a_paused_upload_lets_go_of_what_is_held),
        cmocka_unit_test(test_nothing_is_held_while_the_upload_is_paused),
        cmocka_unit_test(test_what_was_held_may_lift_the_pause),
        cmocka_unit_test(test_a_withheld_pause_of_the_upload_is_told),
        cmocka_unit_test(test_a_read_body_is_read_ahead_and_changed),
        cmocka_unit_test(test_what_reading_ahead_was_told_is_passed_on_in_its_place),
        cmocka_unit_test(test_bodies_that_are_left_alone),
        cmocka_unit_test(test_fields_are_changed_for_the_attempt_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
