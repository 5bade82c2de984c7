/* Reading along a stream: every event's data arrives whole and in order, wherever chunks end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/stream.h"

/* What a listener got: events one after the other, each begun with '<', data lines ended by '|'. */
struct heard {
    char text[65536];
    size_t n;
};

static void hear(void *arg, struct sc_str data, unsigned flags)
{
    struct heard *h = arg;
    if (flags & SC_DATA_BEGIN)
        h->text[h->n++] = '<';
    assert_true(h->n + data.n + 2 < sizeof h->text);
    memcpy(h->text + h->n, data.p, data.n);
    h->n += data.n;
    if (!(flags & SC_DATA_MORE))
        h->text[h->n++] = '|';
}

static void feed_in_two(enum sc_stream_kind kind, const char *bytes, size_t n, size_t cut,
                        struct heard *h)
{
    static struct sc_stream s;
    sc_stream_init(&s, kind);
    s.on_data = hear;
    s.on_data_arg = h;
    h->n = 0;
    sc_stream_feed(&s, bytes, cut);
    for (size_t at = cut; at < n; at += cut + 1)
        sc_stream_feed(&s, bytes + at, n - at < cut + 1 ? n - at : cut + 1);
    sc_stream_end(&s);
    h->text[h->n] = '\0';
}

static void assert_heard(enum sc_stream_kind kind, const char *bytes, const char *expected)
{
    static struct heard h;
    size_t n = strlen(bytes), step = n > 2000 ? 37 : 1;
    for (size_t cut = 0; cut <= n; cut += step) {
        feed_in_two(kind, bytes, n, cut, &h);
        assert_string_equal(h.text, expected);
    }
}

static void events_before_and_after_output_begins(void **state)
{
    (void)state;
    assert_heard(SC_STREAM_SSE,
                 ": hello\r\nevent: message_start\r\ndata: {\"type\":\"message_start\"}\r\n\r\n"
                 "data:{\"choices\":[{\"text\":\"\xc3\xa4\"}]}\r\n\r\n: note\r\nid: 1\r\n"
                 "data: {\"a\":1}\r\n\r\ndata: [DONE]\r\n\r\n",
                 "<{\"type\":\"message_start\"}|<{\"choices\":[{\"text\":\"\xc3\xa4\"}]}|"
                 "<{\"a\":1}|<[DONE]|");
}

static void data_in_several_lines_is_one_event(void **state)
{
    (void)state;
    assert_heard(SC_STREAM_SSE,
                 "data: {\ndata:  \"type\":\ndata: \"ping\"}\n\ndata: x\n\ndata: {\ndata: }\n\n",
                 "<{| \"type\":|\"ping\"}|<x|<{|}|");
}

static void each_line_of_ndjson_is_one(void **state)
{
    (void)state;
    assert_heard(
        SC_STREAM_NDJSON,
        "{\"message\":{\"content\":\"\"},\"done\":false}\n\n{\"response\":\"a\"}\n{\"b\":1}",
        "<{\"message\":{\"content\":\"\"},\"done\":false}|<{\"response\":\"a\"}|"
        "<{\"b\":1}|");
}

/* Long before output, long after, and as the last line of a body without a newline. */
static void events_longer_than_the_buffer_are_told_to_their_end(void **state)
{
    (void)state;
    static char bytes[60000], expected[60000], text[3 * SC_STREAM_KEEP + 1];
    memset(text, 'x', sizeof text - 1);
    sprintf(bytes,
            "event: a\ndata: {\"type\":\"ping\",\"a\":\"%s\"}\n\ndata: {\"b\":\"%s\"}\n\n: %s\n"
            "data: {\"c\":1}\n\ndata: {\"d\":\"%s\"}",
            text, text, text, text);
    sprintf(expected,
            "<{\"type\":\"ping\",\"a\":\"%s\"}|<{\"b\":\"%s\"}|<{\"c\":1}|<{\"d\":\"%s\"}|", text,
            text, text);
    assert_heard(SC_STREAM_SSE, bytes, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_before_and_after_output_begins),
        cmocka_unit_test(data_in_several_lines_is_one_event),
        cmocka_unit_test(each_line_of_ndjson_is_one),
        cmocka_unit_test(events_longer_than_the_buffer_are_told_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
