/* Header blocks, those before the final one too, header lines among the body, trailers, and what
 * FAILONERROR would hide: docs/transparency.md. */
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

/* ---- blocks before the final one ------------------------------------------------------------ */

#define HEAD_100 "HTTP/1.1 100 Continue\r\n\r\n"
#define HEAD_302 "HTTP/1.1 302 Found\r\nContent-Type: text/html\r\nLocation: /b\r\n\r\n"
#define HEAD_401 "HTTP/1.1 401 Who\r\nWWW-Authenticate: Digest\r\n\r\n"

/* ... and inside of each callback getinfo tells of the block that is shown. */
static void test_earlier_blocks_are_shown_with_the_final_one(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->shadow->o.follow = true;
    fake_head(f, HEAD_100);
    fake_head(f, HEAD_302);
    fake_head(f, HEAD_401);
    fake_head(f, HEAD_JSON(LENGTH));
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(f->asked_head, 1);
    fake_text(f, ANSWER);
    assert_shown(f, "H:" HEAD_100 HEAD_302 HEAD_401 HEAD_JSON(LENGTH) "B:" ANSWER);
    assert_int_equal(f->calls[0].status, 100);
    assert_int_equal(f->calls[2].status, 302);
    assert_string_equal(f->calls[2].type, "");
    assert_string_equal(f->calls[5].type, "text/html");
    assert_int_equal(f->calls[6].status, 401);
    assert_int_equal(f->calls[9].status, 200);
    assert_string_equal(f->calls[9].type,
                        "text/html"); /* libcurl's own: until the next names one */
    assert_int_equal(f->calls[9].length, -1);
    assert_string_equal(f->calls[12].type, "application/json");
    assert_int_equal(f->calls[12].length, 60);
    fake_free(f);
}

/* Length and encoding are those of the block itself. */
static void test_what_an_earlier_block_says_is_forgotten(void **state)
{
    static const struct {
        const char *first, *second;
        int whole; /* asked before the end */
    } rows[] = {
        {"HTTP/1.1 401 Who\r\nContent-Length: 3\r\n\r\n", HEAD_JSON(""), 0},
        {"HTTP/1.1 401 Who\r\nContent-Encoding: gzip\r\n\r\n", HEAD_JSON(LENGTH), 1},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fake *f = begin();

        fake_head(f, rows[i].first);
        fake_head(f, rows[i].second);
        fake_text(f, ANSWER);
        assert_int_equal(f->asked_whole, rows[i].whole);
        fake_free(f);
    }
}

/* With CURLOPT_HEADER both callbacks of a line are told the same. */
static void test_copies_of_a_line_belong_to_its_block(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->shadow->o.include_header = true;
    fake_head(f, HEAD_100);
    fake_head(f, HEAD_401);
    fake_head(f, HEAD_FAILURE);
    fake_end(f, CURLE_OK);
    assert_int_equal(f->n_calls, 2 * (2 + 3 + 3));
    for (size_t i = 0; i < f->n_calls; i++)
        assert_int_equal(f->calls[i].status, i < 4 ? 100 : i < 10 ? 401 : 503);
    fake_free(f);
}

static void test_a_block_that_may_be_followed_is_final_with_its_body(void **state)
{
    static const struct {
        const char *head;
        bool follow, at_once;
    } rows[] = {
        {HEAD_302, false, true}, /* nobody follows it: final by itself */
        {HEAD_302, true, false},
        {HEAD_401, false, false},
        {"HTTP/1.1 407 Who\r\n\r\n", false, false},
        {"HTTP/1.1 417 No\r\n\r\n", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake *f = begin();
        char expected[256];

        f->final = SC_FINAL_FAILURE;
        f->shadow->o.follow = rows[i].follow;
        fake_head(f, rows[i].head);
        assert_int_equal(f->n_calls > 0, rows[i].at_once);
        fake_text(f, "body");
        assert_true(f->n_calls > 0);
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
        snprintf(expected, sizeof expected, "H:%sB:body", rows[i].head);
        assert_shown(f, expected);
        fake_free(f);
    }
}

static void test_a_block_that_nothing_followed_is_shown_at_the_end(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_head(f, HEAD_401);
    assert_int_equal(f->n_calls, 0);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_shown(f, "H:" HEAD_401);
    fake_free(f);
}

static void test_a_redirect_to_another_scheme_passes_from_there_on(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->shadow->o.follow = true;
    fake_head(f, HEAD_302);
    f->protocol = CURLPROTO_FTP;
    fake_head(f, "220 Welcome\r\n");
    assert_shown(f, "H:" HEAD_302 "220 Welcome\r\n");
    fake_text(f, "file");
    assert_shown(f, "H:" HEAD_302 "220 Welcome\r\nB:file");
    fake_free(f);
}

/* ---- CURLOPT_HEADER, HTTP/0.9, trailers ----------------------------------------------------- */

/* Each line goes to the body's callback, and then to the header's. */
static void twice(char *out, const char *lines)
{
    while (*lines) {
        int n = (int)strcspn(lines, "\n") + 1;

        out += sprintf(out, "B:%.*sH:%.*s", n, lines, n, lines);
        lines += n;
    }
}

static void test_headers_among_the_body_keep_their_order(void **state)
{
    static const struct {
        const char *blocks[3], *body;
    } rows[] = {
        {{HEAD_JSON(LENGTH)}, ANSWER},  {{HEAD_100, HEAD_401, HEAD_JSON("")}, ANSWER},
        {{HEAD_SSE}, ROLE TEXT TEXT},   {{HEAD_FAILURE}, "no room"},
        {{HEAD_100, HEAD_401}, "who?"}, {{HEAD_401}, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int pieces = 1; pieces < 3; pieces++) {
            struct fake *f = begin();
            size_t n = strlen(rows[i].body), first = pieces == 1 ? n : n / 2;
            char expected[2048];

            f->shadow->o.include_header = true;
            expected[0] = '\0';
            for (int b = 0; b < 3 && rows[i].blocks[b]; b++) {
                fake_head(f, rows[i].blocks[b]);
                twice(expected + strlen(expected), rows[i].blocks[b]);
            }
            fake_body(f, rows[i].body, first);
            fake_text(f, rows[i].body + first);
            assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
            if (n)
                sprintf(expected + strlen(expected), "B:%s", rows[i].body);
            assert_shown(f, expected);
            fake_free(f);
        }
}

static void test_a_body_without_a_header_is_not_held(void **state)
{
    struct fake *f = begin();

    (void)state;
    fake_text(f, "as in 1991\n");
    assert_shown(f, "B:as in 1991\n");
    fake_text(f, "and more");
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_shown(f, "B:as in 1991\nand more");
    fake_free(f);
}

static void test_trailers_come_behind_the_body(void **state)
{
    static const char *const heads[] = {HEAD_JSON(""), HEAD_SSE, HEAD_FAILURE};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int included = 0; included < 2; included++) {
            struct fake *f = begin();
            const char *body = i == 0 ? ANSWER : TEXT;
            char expected[1024] = "", *trailer = expected;

            f->shadow->o.include_header = included;
            fake_head(f, heads[i]);
            fake_text(f, body);
            fake_head(f, "x-sum: 1\r\n");
            if (i != 1 && !included) { /* held with the rest, and none of the body */
                assert_int_equal(f->n_calls, 0);
                assert_int_equal(sc_exchange_body(&f->x).n, strlen(body));
            }
            assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
            if (included)
                twice(expected, heads[i]);
            else
                sprintf(expected, "H:%s", heads[i]);
            trailer += strlen(expected);
            trailer += sprintf(trailer, "B:%s", body);
            /* The copy of a trailer follows the body's bytes: one run. */
            sprintf(trailer, included ? "x-sum: 1\r\nH:x-sum: 1\r\n" : "H:x-sum: 1\r\n");
            assert_shown(f, expected);
            fake_free(f);
        }
}

/* ---- FAILONERROR ---------------------------------------------------------------------------- */

/* libcurl would stop at the empty line, and not show it; the table in its place does not. */
static void test_fail_on_error_is_lifted_and_applied_in_the_end(void **state)
{
    struct fake *f = begin();
    curl_off_t got = -1;

    (void)state;
    f->shadow->o.fail_on_error = f->behind = true;
    f->fail_on_error = 1;
    fake_head(f, "HTTP/1.1 429 Slow\r\n");
    assert_int_equal(f->fail_on_error, 0);
    fake_head(f, "Content-Type: text/plain\r\n\r\n");
    fake_text(f, "no money");
    assert_int_equal(sc_exchange_body(&f->x).n, 8);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_HTTP_RETURNED_ERROR);
    assert_shown(f, "H:HTTP/1.1 429 Slow\r\nContent-Type: text/plain\r\n\r\n");
    assert_string_equal(f->error, "The requested URL returned error: 429");
    sc_getinfo(f->shadow, CURLINFO_SIZE_DOWNLOAD_T, &got);
    assert_int_equal(got, 0);
    fake_free(f);
}

static void test_fail_on_error_stays_where_nothing_depends_on_it(void **state)
{
    (void)state;
    for (int row = 0; row < 4; row++) {
        struct fake *f = begin();

        f->shadow->o.fail_on_error = row != 0;
        f->fail_on_error = 1;
        f->behind = row != 1;
        f->x.last = row == 2;
        f->x.commit_early = row == 3;
        fake_head(f, "HTTP/1.1 500 Oops\r\n");
        assert_int_equal(f->fail_on_error, 1);
        assert_false(f->x.fail_suppressed);
        assert_int_equal(f->asked_behind, row == 1);
        fake_free(f);
    }
}

/* Without a body there is nothing to look behind, yet the failure stands. */
static void test_fail_on_error_is_applied_without_a_body(void **state)
{
    static const char *const heads[] = {"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", HEAD_401};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fake *f = begin();

        f->shadow->o.fail_on_error = f->behind = true;
        f->fail_on_error = 1;
        fake_head(f, heads[i]);
        assert_int_equal(fake_end(f, CURLE_OK), CURLE_HTTP_RETURNED_ERROR);
        fake_free(f);
    }
}

/* A round of authentication may begin with a failure, and what comes then is no failure. */
static void test_fail_on_error_counts_for_its_own_block(void **state)
{
    struct fake *f = begin();

    (void)state;
    f->shadow->o.fail_on_error = f->behind = true;
    f->fail_on_error = 1;
    fake_head(f, HEAD_401);
    assert_int_equal(f->fail_on_error, 0);
    fake_head(f, "HTTP/1.1 200 OK\r\n");
    assert_int_equal(f->fail_on_error, 1);
    fake_head(f, "Content-Type: application/json\r\n\r\n");
    fake_text(f, ANSWER);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    assert_shown(f, "H:" HEAD_401
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\nB:" ANSWER);
    fake_free(f);
}

/* ---- what is read of headers ---------------------------------------------------------------- */

static void test_headers_are_those_of_the_last_block(void **state)
{
    struct sc_header h[SC_HEADERS_MAX];
    struct fake *f = begin();

    (void)state;
    f->x.wants.limit_headers = true;
    fake_head(f, "HTTP/1.1 401 Who\r\nx-ratelimit-remaining-requests: 1\r\n\r\n");
    assert_true(f->x.tells_limits);
    fake_head(f, "HTTP/1.1 503 Busy\r\nRetry-After:  3 \r\nno colon\r\n: none\r\nX:\r\n\r\n");
    assert_false(f->x.tells_limits);
    fake_text(f, "not: a header\r\n");
    assert_int_equal(sc_exchange_headers(&f->x, h), 2);
    assert_memory_equal(h[0].name.p, "Retry-After", 11);
    assert_int_equal(h[0].value.n, 1);
    assert_int_equal(*h[0].value.p, '3');
    assert_int_equal(h[1].value.n, 0);
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_earlier_blocks_are_shown_with_the_final_one),
        cmocka_unit_test(test_what_an_earlier_block_says_is_forgotten),
        cmocka_unit_test(test_copies_of_a_line_belong_to_its_block),
        cmocka_unit_test(test_a_block_that_may_be_followed_is_final_with_its_body),
        cmocka_unit_test(test_a_block_that_nothing_followed_is_shown_at_the_end),
        cmocka_unit_test(test_a_redirect_to_another_scheme_passes_from_there_on),
        cmocka_unit_test(test_headers_among_the_body_keep_their_order),
        cmocka_unit_test(test_a_body_without_a_header_is_not_held),
        cmocka_unit_test(test_trailers_come_behind_the_body),
        cmocka_unit_test(test_fail_on_error_is_lifted_and_applied_in_the_end),
        cmocka_unit_test(test_fail_on_error_stays_where_nothing_depends_on_it),
        cmocka_unit_test(test_fail_on_error_is_applied_without_a_body),
        cmocka_unit_test(test_fail_on_error_counts_for_its_own_block),
        cmocka_unit_test(test_headers_are_those_of_the_last_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
