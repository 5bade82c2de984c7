/* What a stream says because the engine asked for usage is taken out to the byte, wherever its
 * chunks end; everything else passes as it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/unasked.h"

#define HEAD "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
#define DELTA "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xc3\xa4 }],\\\"\"}}]"
#define USAGE "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"details\":{\"a\":[0]}}"

struct shown {
    char text[32768];
    size_t n;
};

/* Chunks of `cut` bytes first and of `size` bytes then. */
static void feed(struct shown *s, bool keep_length, const char *bytes, size_t n, size_t cut,
                 size_t size)
{
    static struct sc_unasked u;
    char *out = malloc(n + SC_UNASKED_KEEP);

    sc_unasked_init(&u, keep_length);
    s->n = 0;
    for (size_t at = 0, len = cut; at < n; at += len, len = size) {
        len = len < n - at ? len : n - at;
        size_t got = sc_unasked_feed(&u, bytes + at, len, out);
        assert_true(got <= len + SC_UNASKED_KEEP);
        memcpy(s->text + s->n, out, got);
        s->n += got;
    }
    size_t got = sc_unasked_end(&u, out);
    memcpy(s->text + s->n, out, got);
    s->n += got;
    s->text[s->n] = '\0';
    free(out);
}

static void assert_shown_as(bool keep_length, const char *bytes, const char *expected)
{
    static struct shown s;
    size_t n = strlen(bytes), step = n > 2000 ? 97 : 1;

    for (size_t cut = 0; cut <= n; cut += step) {
        feed(&s, keep_length, bytes, n, cut, n);
        assert_string_equal(s.text, expected);
        feed(&s, keep_length, bytes, n, cut, cut % 7 + 1);
        assert_string_equal(s.text, expected);
    }
}

static void assert_shown(const char *bytes, const char *expected)
{
    assert_shown_as(false, bytes, expected);
}

static void assert_untouched(const char *bytes)
{
    assert_shown_as(false, bytes, bytes);
    assert_shown_as(true, bytes, bytes);
}

static void the_extra_chunk_goes(void **state)
{
    (void)state;
    assert_shown("data: " HEAD DELTA "}\n\ndata: " HEAD "\"choices\":[]," USAGE
                 "}\n\ndata: [DONE]\n\n",
                 "data: " HEAD DELTA "}\n\ndata: [DONE]\n\n");
}

static void usage_may_stand_before_choices(void **state)
{
    (void)state;
    assert_shown("data:{" USAGE ", \"choices\" : [ ] }\r\n\r\ndata: [DONE]\r\n\r\n",
                 "data: [DONE]\r\n\r\n");
}

static void line_ends_of_every_kind(void **state)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    char all[1024], left[512];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *e = ends[i];

        snprintf(left, sizeof left, "data: " HEAD DELTA "}%s%s", e, e);
        snprintf(all, sizeof all, "%sdata: " HEAD "\"choices\":[]," USAGE "}%s%s", left, e, e);
        assert_shown(all, left);
        strcat(all, "data: [DONE]");
        strcat(left, "data: [DONE]");
        assert_shown(all, left);
    }
}

static void a_null_usage_goes_wherever_it_stands(void **state)
{
    (void)state;
    assert_shown("data: " HEAD DELTA ",\"usage\":null}\n\n", "data: " HEAD DELTA "}\n\n");
    assert_shown("data: " HEAD DELTA ", \"usage\": null, \"obfuscation\": \"x\"}\n\n",
                 "data: " HEAD DELTA ", \"obfuscation\": \"x\"}\n\n");
    assert_shown("data: {\"usage\":null," DELTA "}\n\n", "data: {" DELTA "}\n\n");
    assert_shown("data: { \"usage\" : null , " DELTA " }\n\n", "data: {  " DELTA " }\n\n");
    assert_shown("data: {\"usage\":null}\n\n", "data: {}\n\n");
    assert_shown("data: {\"a\":1,\"usage\":null ,\"b\":2}\n\n", "data: {\"a\":1 ,\"b\":2}\n\n");
}

static void azures_first_chunk_stays(void **state)
{
    (void)state;
    assert_shown("data: {\"choices\":[],\"prompt_filter_results\":[{}],\"usage\":null}\n\n",
                 "data: {\"choices\":[],\"prompt_filter_results\":[{}]}\n\n");
}

static void usage_beside_choices_stays(void **state)
{
    (void)state;
    assert_untouched("data: " HEAD DELTA "," USAGE "}\n\n");
    assert_untouched("data: " HEAD "\"choices\":[{}]," USAGE "}\n\n");
    assert_untouched("data: " HEAD "\"x_groq\":{" USAGE ",\"choices\":[]}}\n\n");
}

static void what_a_model_writes_stays(void **state)
{
    (void)state;
    assert_untouched(
        "data: {\"choices\":[{\"delta\":{\"content\":\",\\\"usage\\\":null}\"}}]}\n\n");
    assert_untouched("data: {\"choices\":[{\"usage\":null,\"delta\":{\"usage\":null}}]}\n\n");
    assert_untouched("data: {\"content\":\"a\\\\\",\"x\":\"\\\"choices\\\":[]\"}\n\n");
}

static void names_that_are_alike_stay(void **state)
{
    (void)state;
    assert_untouched("data: {\"a\":1,\"usages\":null,\"usag\":null,\"u\\u0073age\":null}\n\n");
    assert_untouched("data: {\"a\":1,\"usage\":nul,\"b\":1}\n\n");
    assert_untouched("data: {\"a\":1,\"usage\":nullable,\"b\":1}\n\n");
    assert_untouched("data: {\"a\":1,\"usage\":\"null\",\"choice\":[],\"choices\":null}\n\n");
}

static void comments_and_fields_pass(void **state)
{
    (void)state;
    assert_untouched(": keep-alive\n\n\n: again\r\n\r\nretry: 5\n\ndata: [DONE]\n\n");
    assert_untouched("event: ping\ndata: {\"type\":\"ping\"}\n\nid: 7\n");
    assert_untouched("dat: 1\nda\n\ndata\n\n\xef\xbb\xbf"
                     "data: {}\n\n");
}

static void a_named_extra_chunk_goes_with_its_name(void **state)
{
    (void)state;
    assert_shown(": hi\nevent: message\nid: 4\ndata: {\"choices\":[]," USAGE
                 "}\nretry: 1\n\ndata: x\n\n",
                 ": hi\ndata: x\n\n");
}

static void data_in_several_lines_passes(void **state)
{
    (void)state;
    assert_untouched("data: {\"choices\":[]," USAGE "}\ndata: {\"a\":1}\n\n");
    assert_untouched("data: {\"choices\":[],\ndata: " USAGE "}\n\n");
}

static void broken_json_passes(void **state)
{
    (void)state;
    assert_untouched("data: {\"choices\":[]," USAGE "\n\n");
    assert_untouched("data: {\"choices\":[]," USAGE "} x\n\n");
    assert_untouched("data: {\"choices\":[]" USAGE "}\n\n");
    assert_untouched("data: {choices:[],\"usage\":{}}\n\ndata: {\"a\"x\"usage\":null}\n\n");
    assert_untouched("{\"choices\":[]," USAGE "}\n\n");
}

static void a_cut_stream_shows_what_was_ours_to_show(void **state)
{
    (void)state;
    assert_untouched("data: " HEAD DELTA "}\n\ndata: " HEAD "\"cho");
    assert_untouched("data: " HEAD DELTA ",\"usage\":nu");
    assert_shown("data: [DONE]\n\ndata: {\"choices\":[],\"usage\":{\"prompt", "data: [DONE]\n\n");
    assert_shown("data: [DONE]\n\ndata: {\"choices\":[]," USAGE "}\n", "data: [DONE]\n\n");
}

/* Events longer than what is kept: their beginning passes, and so does what may follow. */
static void long_events_pass(void **state)
{
    static char text[4 * SC_UNASKED_KEEP], pad[SC_UNASKED_KEEP + 1];

    (void)state;
    memset(pad, 'x', SC_UNASKED_KEEP);
    snprintf(text, sizeof text, "data: {\"id\":\"%s\",\"choices\":[]," USAGE "}\n\n", pad);
    assert_untouched(text);
    memset(pad, ' ', SC_UNASKED_KEEP);
    snprintf(text, sizeof text, "data: {%s\"usage\":null,%s\"a\":1,\"usage\"%s:null}\n\n", pad, pad,
             pad);
    assert_untouched(text);
}

static void a_long_event_with_output_still_loses_its_null(void **state)
{
    static char text[3 * SC_UNASKED_KEEP], left[3 * SC_UNASKED_KEEP], pad[2 * SC_UNASKED_KEEP];

    (void)state;
    memset(pad, 'x', sizeof pad - 1);
    snprintf(text, sizeof text, "data: {\"choices\":[{\"a\":\"%s\"}],\"usage\":null}\n\n", pad);
    snprintf(left, sizeof left, "data: {\"choices\":[{\"a\":\"%s\"}]}\n\n", pad);
    assert_shown(text, left);
}

static void a_length_that_was_told_is_kept(void **state)
{
    char blanks[sizeof "data: {\"choices\":[]," USAGE "}"], expected[512];

    (void)state;
    memset(blanks, ' ', sizeof blanks - 1);
    blanks[sizeof blanks - 1] = '\0';
    blanks[0] = ':';
    snprintf(expected, sizeof expected, "data: {\"a\":1%13s}\r\n\r\n%s\r\n\r\ndata: [DONE]\n\n", "",
             blanks);
    assert_shown_as(true,
                    "data: {\"a\":1,\"usage\":null}\r\n\r\ndata: {\"choices\":[]," USAGE
                    "}\r\n\r\ndata: [DONE]\n\n",
                    expected);
    assert_shown_as(true, "data: {\"usage\":null,\"a\":1}\n\n", "data: {             \"a\":1}\n\n");
}

#define FINISH \
    "\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,\"delta\":{}}],\"object\":\"c\""
#define TIMINGS ",\"timings\":{\"prompt_n\":1,\"predicted_per_second\":[30.5,\"}\"]}"

/* llama.cpp's server, asked for usage, tells its timings in the extra chunk. */
static void timings_go_back_to_the_chunk_before(void **state)
{
    static const char *const ends[] = {"\n\n", "\r\n\r\n", "\r\r"};
    char all[1024], left[512], *again = left;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *e = ends[i];

        snprintf(all, sizeof all,
                 "data: {" DELTA "}%sdata: {" FINISH "}%sdata: {\"choices\":[]," USAGE TIMINGS
                 "}%sdata: [DONE]%s",
                 e, e, e, e);
        snprintf(left, sizeof left, "data: {" DELTA "}%sdata: {" FINISH TIMINGS "}%sdata: [DONE]%s",
                 e, e, e);
        assert_shown(all, left);
        assert_untouched(again);
    }
    assert_shown("data: {" FINISH " } \n\ndata: {\"choices\": [] , \"timings\" : {} , " USAGE
                 "}\n\n",
                 "data: {" FINISH "  , \"timings\" : {}} \n\n");
    assert_shown("data: {" FINISH "}\n\ndata: {\"choices\":[]," USAGE TIMINGS "}\n",
                 "data: {" FINISH TIMINGS "}\n\n");
    assert_shown("data: {" FINISH "}\n\ndata: {\"choices\":[]," USAGE ",\"timings\":null}\n\n",
                 "data: {" FINISH "}\n\n");
}

static void only_the_last_chunk_waits_for_what_follows(void **state)
{
    static const char first[] = "data: {\"choices\":[{\"finish_reason\":null}]}\n\n",
                      last[] = "data: {" FINISH "}\n\n";
    char out[sizeof last + SC_UNASKED_KEEP];
    static struct sc_unasked u;

    (void)state;
    sc_unasked_init(&u, false);
    assert_int_equal(sc_unasked_feed(&u, first, sizeof first - 1, out), sizeof first - 1);
    assert_int_equal(sc_unasked_feed(&u, last, sizeof last - 1, out), sizeof last - 4);
    assert_int_equal(sc_unasked_feed(&u, ":", 1, out), 4);
    assert_untouched("data: {" FINISH "}\n\n: a comment\n\ndata: {" FINISH "}\n\n\n\ndata: x");
    assert_untouched("data: {" FINISH "}"
                     "                                       \n\ndata: x\n\n");
    assert_untouched("data: {" FINISH "}\ndata: {" FINISH "} x\n\n");
    assert_untouched("data: {" FINISH ",\"usage\":{}" TIMINGS "}\n\ndata: {" DELTA TIMINGS "}\n\n");
}

static void timings_keep_a_length_that_was_told(void **state)
{
    static const char extra[] = "data: {\"choices\":[]," USAGE "}";
    char expected[512];

    (void)state;
    snprintf(expected, sizeof expected, "data: {" FINISH TIMINGS "}\n\n:%*s\n\ndata: [DONE]\n\n",
             (int)sizeof extra - 2, "");
    assert_shown_as(
        true, "data: {" FINISH "}\n\ndata: {\"choices\":[]," USAGE TIMINGS "}\n\ndata: [DONE]\n\n",
        expected);
}

/* A comment, or an event that has begun its output, is not kept waiting for its end. */
static void output_is_not_kept_waiting(void **state)
{
    static const char event[] = "data: " HEAD "\"choices\":[{\"delta\":{\"content\":\"He";
    char out[sizeof event + SC_UNASKED_KEEP];
    static struct sc_unasked u;

    (void)state;
    sc_unasked_init(&u, false);
    assert_int_equal(sc_unasked_feed(&u, ": wait", 6, out), 6);
    assert_int_equal(sc_unasked_feed(&u, "\n\n", 2, out), 2);
    assert_int_equal(sc_unasked_feed(&u, event, sizeof event - 1, out), sizeof event - 1);
}

static void only_streams_that_need_it_are_asked(void **state)
{
    static const struct sc_str chat = {"/v1/chat/completions", 20}, other = {"/v1/responses", 13},
                               none = {"", 0};

    (void)state;
    assert_true(sc_unasked_is_needed(SC_PROVIDER_OPENAI, chat));
    assert_true(sc_unasked_is_needed(SC_PROVIDER_OPENAI_COMPATIBLE, chat));
    assert_false(sc_unasked_is_needed(SC_PROVIDER_OPENAI, other));
    assert_false(sc_unasked_is_needed(SC_PROVIDER_OPENAI, none));
    assert_true(sc_unasked_is_needed(SC_PROVIDER_VLLM, chat));
    assert_false(sc_unasked_is_needed(SC_PROVIDER_LLAMACPP, chat));
    assert_false(sc_unasked_is_needed(SC_PROVIDER_MISTRAL, chat));
    assert_false(sc_unasked_is_needed(SC_PROVIDER_DEEPSEEK, chat));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_extra_chunk_goes),
        cmocka_unit_test(usage_may_stand_before_choices),
        cmocka_unit_test(line_ends_of_every_kind),
        cmocka_unit_test(a_null_usage_goes_wherever_it_stands),
        cmocka_unit_test(azures_first_chunk_stays),
        cmocka_unit_test(usage_beside_choices_stays),
        cmocka_unit_test(what_a_model_writes_stays),
        cmocka_unit_test(names_that_are_alike_stay),
        cmocka_unit_test(comments_and_fields_pass),
        cmocka_unit_test(a_named_extra_chunk_goes_with_its_name),
        cmocka_unit_test(data_in_several_lines_passes),
        cmocka_unit_test(broken_json_passes),
        cmocka_unit_test(a_cut_stream_shows_what_was_ours_to_show),
        cmocka_unit_test(long_events_pass),
        cmocka_unit_test(a_long_event_with_output_still_loses_its_null),
        cmocka_unit_test(a_length_that_was_told_is_kept),
        cmocka_unit_test(timings_go_back_to_the_chunk_before),
        cmocka_unit_test(only_the_last_chunk_waits_for_what_follows),
        cmocka_unit_test(timings_keep_a_length_that_was_told),
        cmocka_unit_test(output_is_not_kept_waiting),
        cmocka_unit_test(only_streams_that_need_it_are_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
