/* Which answers are kept: whole ones that end as they should, by what each API says of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "store/worth.h"

enum when { NEVER, WITH_TOOLS, ALWAYS };

static const struct {
    enum sc_asked_api api;
    bool stream;
    enum when kept;
    const char *body;
} table[] = {
    {SC_ASKED_CHAT, false, ALWAYS,
     "{\"choices\":[{\"message\":{\"content\":\"hi\",\"refusal\":null},\"finish_reason\":\"stop\"}]"
     "}"},
    {SC_ASKED_CHAT, false, NEVER,
     "{\"choices\":[{\"message\":{\"content\":\"h\"},\"finish_reason\":\"length\"}]}"},
    {SC_ASKED_CHAT, false, NEVER,
     "{\"choices\":[{\"finish_reason\":\"stop\"},{\"finish_reason\":\"content_filter\"}]}"},
    {SC_ASKED_CHAT, false, NEVER,
     "{\"choices\":[{\"message\":{\"refusal\":\"No.\"},\"finish_reason\":\"stop\"}]}"},
    {SC_ASKED_CHAT, false, WITH_TOOLS,
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\"}]},\"finish_reason\":"
     "\"tool_calls\"}]}"},
    {SC_ASKED_CHAT, false, WITH_TOOLS,
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\"}]},\"finish_reason\":\"stop\"}]}"},
    {SC_ASKED_CHAT, false, ALWAYS,
     "{\"choices\":[{\"message\":{\"content\":\"x\",\"tool_calls\":[]},\"finish_reason\":"
     "\"stop\"}]}"},
    {SC_ASKED_CHAT, false, ALWAYS, "{\"object\":\"list\",\"data\":[{\"embedding\":[0.1]}]}"},
    {SC_ASKED_CHAT, false, NEVER, "{\"error\":{\"message\":\"no\"}}"},
    {SC_ASKED_CHAT, false, NEVER, "{\"choices\":[{\"finish_reason\":\"stop\""},
    {SC_ASKED_CHAT, false, NEVER, "<html>"},
    {SC_ASKED_CHAT, false, NEVER, ""},
    {SC_ASKED_CHAT, true, ALWAYS,
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"},
    {SC_ASKED_CHAT, true, NEVER,
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"},
    {SC_ASKED_CHAT, true, NEVER,
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"},
    {SC_ASKED_CHAT, true, NEVER,
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{\"message\":\"x\","
     "\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n"},
    {SC_ASKED_CHAT, true, WITH_TOOLS,
     "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\r\n\r\n"
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\r\n\r\n"},
    {SC_ASKED_MESSAGES, false, ALWAYS,
     "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"stop_reason\":"
     "\"end_turn\"}"},
    {SC_ASKED_MESSAGES, false, NEVER, "{\"type\":\"message\",\"stop_reason\":\"max_tokens\"}"},
    {SC_ASKED_MESSAGES, false, NEVER, "{\"type\":\"message\",\"stop_reason\":\"refusal\"}"},
    {SC_ASKED_MESSAGES, false, NEVER, "{\"type\":\"message\",\"stop_reason\":\"pause_turn\"}"},
    {SC_ASKED_MESSAGES, false, NEVER, "{\"type\":\"message\",\"stop_reason\":null}"},
    {SC_ASKED_MESSAGES, false, WITH_TOOLS,
     "{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"input\":{}}],\"stop_reason\":"
     "\"tool_use\"}"},
    {SC_ASKED_MESSAGES, true, ALWAYS,
     "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"stop_reason\":null}}"
     "\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
     "\"end_turn\"}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"},
    {SC_ASKED_MESSAGES, true, NEVER,
     "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"stop_reason\":null}}"
     "\n\n"},
    {SC_ASKED_RESPONSES, false, ALWAYS,
     "{\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":"
     "\"message\",\"status\":\"completed\"}]}"},
    {SC_ASKED_RESPONSES, false, NEVER, "{\"status\":\"incomplete\",\"output\":[]}"},
    {SC_ASKED_RESPONSES, false, NEVER, "{\"status\":\"queued\",\"output\":[]}"},
    {SC_ASKED_RESPONSES, false, WITH_TOOLS,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"name\":\"f\"}]}"},
    {SC_ASKED_RESPONSES, true, ALWAYS,
     "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"status\":"
     "\"in_progress\"}}\n\nevent: response.completed\ndata: {\"type\":\"response.completed\","
     "\"response\":{\"status\":\"completed\",\"output\":[]}}\n\n"},
    {SC_ASKED_RESPONSES, true, NEVER,
     "data: {\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\"}}\n\n"},
    {SC_ASKED_RESPONSES, true, NEVER,
     "data: {\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\"}}\n\n"},
    {SC_ASKED_GEMINI, false, ALWAYS,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"STOP\"}]}"},
    {SC_ASKED_GEMINI, false, NEVER, "{\"candidates\":[{\"finishReason\":\"SAFETY\"}]}"},
    {SC_ASKED_GEMINI, false, NEVER, "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}"},
    {SC_ASKED_GEMINI, false, NEVER, "{\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}]}"},
    {SC_ASKED_GEMINI, false, WITH_TOOLS,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\"}}]},"
     "\"finishReason\":\"STOP\"}]}"},
    {SC_ASKED_GEMINI, true, ALWAYS,
     "[{\"candidates\":[{\"content\":{}}]}\n,{\"candidates\":[{\"finishReason\":\"STOP\"}]}\n]"},
    {SC_ASKED_OTHER, false, ALWAYS, "{\"results\":[{\"index\":0}]}"},
    {SC_ASKED_OTHER, true, ALWAYS,
     "{\"response\":\"a\",\"done\":false}\n{\"done\":true,\"done_reason\":\"stop\"}\n"},
    {SC_ASKED_OTHER, true, NEVER, "{\"response\":\"a\",\"done\":false}\n"},
};

static void test_what_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct sc_str body = {table[i].body, strlen(table[i].body)};
        bool kept = sc_worth_keeping(table[i].api, table[i].stream, false, body);
        bool with_tools = sc_worth_keeping(table[i].api, table[i].stream, true, body);

        if (kept != (table[i].kept == ALWAYS) || with_tools != (table[i].kept != NEVER))
            fail_msg("row %zu: %s", i, table[i].body);
    }
}

/* Of a stream that is cut at any byte before its end nothing is kept. */
static void test_a_stream_that_is_cut_is_never_kept(void **state)
{
    static const char body[] =
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";

    (void)state;
    for (size_t n = 0; n < sizeof body - 4; n++)
        assert_false(sc_worth_keeping(SC_ASKED_CHAT, true, true, (struct sc_str){body, n}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_a_stream_that_is_cut_is_never_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
