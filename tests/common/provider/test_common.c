/* test_common.c - which whole answers need no second look for their class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "provider/usage.h"

static bool common(const char *body, size_t piece)
{
    struct sc_usage_reader r;
    size_t n = strlen(body);

    sc_usage_init(&r, SC_PROVIDER_OPENAI);
    for (size_t at = 0; at < n; at += piece)
        sc_usage_feed(&r, body + at, n - at < piece ? n - at : piece);
    return sc_usage_is_common(&r);
}

static const struct {
    const char *body;
    bool common;
} rows[] = {
    {"{\"choices\":[{\"message\":{\"content\":\"error\"},\"finish_reason\":\"stop\"}]}", true},
    {"{\"choices\":[{\"finish_reason\":\"length\"},{\"finish_reason\":\"stop\"}]}", true},
    {"{\"error\":null,\"choices\":[]}", true},
    {"{\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1}}", true},
    {"{\"candidates\":[{\"finishReason\":\"STOP\"}]}", true},
    {"{\"x\":{\"error\":{\"message\":\"inside something else\"}}}", true},
    {"{\"choices\":[{\"finish_reason\":\"content_filter\"}]}", false},
    {"{\"choices\":[{\"finish_reason\":\"stop\"},{\"finish_reason\":\"content_filter\"}]}", false},
    {"{\"stop_reason\":\"refusal\"}", false},
    {"{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}", false},
    {"{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", false},
    {"{\"error\":{\"message\":\"m\"}}", false},
    {"{\"error\":\"m\"}", false},
    {"{\"error\":\"a message that is much longer than the reader cares to keep of any text there "
     "is\"}",
     false},
    {"[{\"error\":{\"code\":503}}]", false},
    {"{\"choices\":[{\"error\":{\"code\":502},\"finish_reason\":\"stop\"}]}", false},
    {"{\"error_code\":0,\"result\":\"a\"}", true},
    {"{\"error_code\":18,\"error_msg\":\"m\"}", false},
    {"{\"error_code\":-1}", false},
    {"{\"finish_reason\":\"COMPLETE\"}", true},
    {"{\"finish_reason\":\"ERROR\"}", false},
    {"{\"base_resp\":{\"status_code\":1002}}", false},
    {"{\"Response\":{\"Error\":{\"Code\":\"LimitExceeded\"}}}", false},
    {"{\"choices\":[{\"finish_reason\":\"stop\"}]", false}, /* not whole */
    {"", false},
};

static void common_answers_are_told_from_others_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            if (common(rows[i].body, piece) != rows[i].common)
                fail_msg("in pieces of %zu: %s", piece, rows[i].body);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_answers_are_told_from_others_in_any_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
