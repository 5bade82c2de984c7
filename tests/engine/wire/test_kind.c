/* What kind of success an answer is, by its type and by its first bytes, and so what is held of it:
 * docs/transparency.md, "Holding back". */
#include "fake.h"

#define JSON "application/json"
#define EVENT "data: {\"choices\":[{\"delta\":{\"content\":\"H\"}}]}\n\n"

enum shown { HELD, AT_HEAD, WITH_BODY };

struct row {
    const char *type; /* NULL: none */
    const char *body; /* comes in one piece, and byte by byte */
    bool asks;        /* the request asks for a stream */
    bool other;       /* and not of a model */
    enum sc_hold_mode mode;
    enum sc_stream_kind kind;
    enum shown shown;
};

static const struct row rows[] = {
    /* By type. */
    {"text/event-stream", ": a\n", false, false, SC_HOLD_STREAM, SC_STREAM_SSE, HELD},
    {"text/event-stream; charset=utf-8", EVENT, 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    {"TEXT/Event-Stream", ": a\n", 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, HELD},
    {"application/x-ndjson", "\n", 0, 0, SC_HOLD_STREAM, SC_STREAM_NDJSON, HELD},
    {"application/vnd.amazon.eventstream", "\1", 0, 0, SC_HOLD_STREAM, SC_STREAM_AWS, HELD},
    {"text/event-stream", ": a\n", 0, true, SC_HOLD_STREAM, SC_STREAM_SSE, AT_HEAD},
    {JSON, "{\"a\":1}", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {JSON "; charset=utf-8", "{\"a\":1}", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {"Application/JSON", "{\"a\":1}", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {"application/problem+json", "{\"a\":1}", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {"application/jsonish", "{\"a\":1}", 0, 0, SC_HOLD_HEADERS, SC_STREAM_NONE, AT_HEAD},
    {"image/png", "\x89PNG", true, 0, SC_HOLD_HEADERS, SC_STREAM_NONE, AT_HEAD},
    /* Events under JSON's type, whether they were asked for or not. */
    {JSON, EVENT, 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    {JSON, " \n: a\n", 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, HELD},
    {JSON, "\xEF\xBB\xBF" EVENT, 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    /* ... and those that no model sends: no one JSON text, so let go. */
    {JSON, EVENT, 0, true, SC_HOLD_STREAM, SC_STREAM_NDJSON, WITH_BODY},
    /* Lines of JSON: the second one tells. */
    {JSON, "{\"a\":1}\n", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {JSON, "{\"message\":{\"content\":\"H\"},\"done\":false}\n{\"message\":{\"content\":\"i\"}}\n",
     0, 0, SC_HOLD_STREAM, SC_STREAM_NDJSON, WITH_BODY},
    /* A list is one answer, unless a stream was asked for. */
    {JSON, "[{\"text\":\"a\"}", true, 0, SC_HOLD_STREAM, SC_STREAM_ARRAY, WITH_BODY},
    {JSON, "[", true, 0, SC_HOLD_STREAM, SC_STREAM_ARRAY, HELD},
    {JSON, "[{\"text\":\"a\"}]", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {JSON, "[{\"text\":\"a\"}]", true, true, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {JSON, "not JSON", true, 0, SC_HOLD_STREAM, SC_STREAM_NDJSON, HELD},
    /* Text may hide a stream that was asked for. */
    {"text/plain", "da", true, 0, SC_HOLD_UNTOLD, SC_STREAM_NONE, HELD},
    {"text/plain", EVENT, true, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    {"application/octet-stream", EVENT, true, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    {"text/html", "<html>", true, 0, SC_HOLD_UNTOLD, SC_STREAM_NONE, WITH_BODY},
    {"text/plain", "{\"a\":1}", true, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {"text/plain", EVENT, 0, 0, SC_HOLD_HEADERS, SC_STREAM_NONE, AT_HEAD},
    {"text/plain", EVENT, true, true, SC_HOLD_HEADERS, SC_STREAM_NONE, AT_HEAD},
    /* No type: a model's answer may be anything. */
    {NULL, "{\"a\":1}", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, HELD},
    {NULL, EVENT, 0, 0, SC_HOLD_STREAM, SC_STREAM_SSE, WITH_BODY},
    {NULL, "hello", 0, 0, SC_HOLD_JSON, SC_STREAM_NONE, WITH_BODY},
    {NULL, "{\"a\":1}", 0, true, SC_HOLD_HEADERS, SC_STREAM_NONE, AT_HEAD},
};
enum { ROWS = sizeof rows / sizeof *rows };

static struct fake *begin(const struct row *r, char *head, size_t size)
{
    struct fake *f = fake_new(SC_PROVIDER_OLLAMA);

    f->shadow->o.post_fields = r->asks ? "{\"stream\":true}" : "{}";
    f->req.kind = r->other ? SC_REQUEST_IDEMPOTENT : SC_REQUEST_GENERATES;
    snprintf(head, size, "HTTP/1.1 200 OK\r\n%s%s%s\r\n", r->type ? "Content-Type: " : "",
             r->type ? r->type : "", r->type ? "\r\n" : "");
    fake_head(f, head);
    return f;
}

static enum shown shown_by_now(const struct fake *f, size_t calls_at_head)
{
    return calls_at_head > 0 ? AT_HEAD : f->n_calls > 0 ? WITH_BODY : HELD;
}

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            const struct row *r = &rows[i];
            char head[256], expected[512];
            struct fake *f = begin(r, head, sizeof head);
            size_t at_head = f->n_calls, n = strlen(r->body);
            enum sc_stream_kind kind;

            for (size_t at = 0; at < n; at += bytewise ? 1 : n)
                fake_body(f, r->body + at, bytewise ? 1 : n);
            kind = f->x.stream ? f->x.stream->kind : SC_STREAM_NONE;
            if (f->x.mode != r->mode || kind != r->kind || shown_by_now(f, at_head) != r->shown)
                fail_msg("row %zu, %s: mode %d, kind %d, shown %d", i,
                         bytewise ? "byte by byte" : "at once", f->x.mode, kind,
                         shown_by_now(f, at_head));
            fake_end(f, CURLE_OK);
            snprintf(expected, sizeof expected, "H:%sB:%s", head, r->body);
            assert_shown(f, expected);
            fake_free(f);
        }
}

/* Where a request says that it wants a stream. */
static void test_who_asks_for_a_stream(void **state)
{
    (void)state;
    for (int way = 0; way < 5; way++) {
        static const struct row r = {.type = "text/plain"};
        static const char verb[] = "/v1/models/g:streamGenerateContent";
        char head[256];
        struct fake *f = begin(&r, head, sizeof head);
        bool asks = way > 0;

        fake_again(f);
        if (way == 1)
            f->shadow->o.post_fields = "{\"a\":{\"stream\":false}, \"stream\" : true}";
        if (way == 2)
            f->shadow->asked.path = (struct sc_str){verb, sizeof verb - 1};
        if (way == 3) {
            f->shadow->o.copied_fields = true;
            f->shadow->o.copy.streams = true;
        }
        if (way == 4) {
            f->shadow->o.post_fields = NULL;
            sc_upload_keep(&f->req.upload, "{\"stream\":true}", 15);
        }
        f->n_calls = 0;
        fake_head(f, head);
        assert_int_equal(f->n_calls == 0, asks);
        fake_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_who_asks_for_a_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
