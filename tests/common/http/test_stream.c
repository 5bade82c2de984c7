/* Streams are held up to their first output, not a byte longer, wherever chunks are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/stream.h"

struct sample {
    const char *name;
    enum sc_stream_kind kind;
    const char *preamble; /* held */
    const char *rest;     /* its first line or event brings the state below */
    enum sc_stream_state state;
    bool late_error;
    int end;           /* false: nothing says that it has ended, true: something does */
    const char *error; /* part of the error's text */
};

/* The end that such streams have is missing. */
enum { CUT = 2 };

#define OPENAI_ROLE                                                                    \
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"," \
    "\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
#define OPENAI_TEXT                                                                 \
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}," \
    "\"finish_reason\":null}]}\n\n"
#define CLAUDE_START                                                                     \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"," \
    "\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":25}}}\n\n"          \
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"   \
    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"                           \
    "event: ping\ndata: {\"type\": \"ping\"}\n\n"
#define CLAUDE_TEXT                                                                    \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0," \
    "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"
#define CLAUDE_ERROR                                                                    \
    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"," \
    "\"message\":\"Overloaded\"}}\n\n"
#define RESPONSES_START                                                                          \
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","  \
    "\"error\":null}}\n\nevent: response.in_progress\ndata: {\"type\":\"response.in_progress\"," \
    "\"response\":{\"id\":\"r\"}}\n\nevent: response.output_item.added\n"                        \
    "data: {\"type\":\"response.output_item.added\",\"item\":{\"type\":\"message\"}}\n\n"

#define INTERACTION_START                                                                   \
    "event: interaction.created\ndata: {\"interaction\":{\"id\":\"v1_a\",\"status\":"       \
    "\"in_progress\"},\"event_type\":\"interaction.created\"}\n\n"                          \
    "event: interaction.status_update\ndata: {\"interaction_id\":\"v1_a\",\"status\":"      \
    "\"in_progress\",\"event_type\":\"interaction.status_update\"}\n\n"                     \
    "event: step.start\ndata: {\"index\":0,\"step\":{\"type\":\"thought\"},\"event_type\":" \
    "\"step.start\"}\n\n"
#define GEMINI(text) "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"" text "\"}]}}]}"

static const struct sample samples[] = {
    {"openai", SC_STREAM_SSE, OPENAI_ROLE, OPENAI_TEXT "data: [DONE]\n\n", SC_STREAM_OUTPUT, false,
     true, NULL},
    {"openai without a space after data:", SC_STREAM_SSE, "",
     "data:{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata:[DONE]\n\n", SC_STREAM_OUTPUT,
     false, true, NULL},
    {"azure's prompt filter results", SC_STREAM_SSE,
     "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n" OPENAI_ROLE,
     OPENAI_TEXT, SC_STREAM_OUTPUT, false, CUT, NULL},
    {"reasoning is output", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n", SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"tool calls are output", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n", SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"an early finish is output", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"legacy completions", SC_STREAM_SSE,
     "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":null}]}\n\n",
     "data: {\"choices\":[{\"text\":\"a\",\"index\":0}]}\n\n", SC_STREAM_OUTPUT, false, CUT, NULL},
    {"openai error before output", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"error\":{\"message\":\"quota\",\"type\":\"insufficient_quota\"}}\n\ndata: "
     "[DONE]\n\n",
     SC_STREAM_ERROR, false, false, "insufficient_quota"},
    {"openai error after output", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\"error\":{\"type\":\"server_error\"}}\n\ndata: [DONE]\n\n",
     SC_STREAM_OUTPUT, true, true, "server_error"},
    {"error beside an empty choice", SC_STREAM_SSE, ": OPENROUTER PROCESSING\n\n",
     "data: {\"id\":\"g\",\"error\":{\"code\":\"server_error\"},\"choices\":[{\"delta\":"
     "{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
     SC_STREAM_ERROR, false, false, "server_error"},
    {"text about errors is not one", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":{\\\"type\\\":1}}\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"x\":{\"error\":{\"a\":1}}}\n\n",
     SC_STREAM_OUTPUT, false, CUT, NULL},
    {"anthropic", SC_STREAM_SSE, CLAUDE_START,
     CLAUDE_TEXT "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", SC_STREAM_OUTPUT,
     false, true, NULL},
    {"anthropic without event lines", SC_STREAM_SSE,
     "data: {\"type\":\"message_start\",\"message\":{}}\n\n",
     "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}}\n\n"
     "data: {\"type\":\"message_stop\"}\n\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"anthropic overloaded at once", SC_STREAM_SSE, "", CLAUDE_ERROR, SC_STREAM_ERROR, false, false,
     "overloaded_error"},
    {"anthropic overloaded before text", SC_STREAM_SSE, CLAUDE_START, CLAUDE_ERROR, SC_STREAM_ERROR,
     false, false, "overloaded_error"},
    {"anthropic overloaded after text", SC_STREAM_SSE, CLAUDE_START, CLAUDE_TEXT CLAUDE_ERROR,
     SC_STREAM_OUTPUT, true, false, "overloaded_error"},
    {"anthropic tool use is output", SC_STREAM_SSE, "",
     "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\","
     "\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n",
     SC_STREAM_OUTPUT, false, CUT, NULL},
    {"responses", SC_STREAM_SSE, RESPONSES_START,
     "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
     "\"delta\":\"Hi\"}\n\nevent: response.completed\ndata: {\"type\":\"response.completed\","
     "\"response\":{\"error\":null}}\n\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"responses: nested error", SC_STREAM_SSE, RESPONSES_START,
     "event: error\ndata: {\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\"}}\n\n",
     SC_STREAM_ERROR, false, false, "insufficient_quota"},
    {"responses: flat error", SC_STREAM_SSE, RESPONSES_START,
     "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"m\"}\n\n", SC_STREAM_ERROR,
     false, false, "server_error"},
    {"responses: failed", SC_STREAM_SSE, RESPONSES_START,
     "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"c1\"}}}\n\n",
     SC_STREAM_ERROR, false, false, "c1"},
    {"cohere", SC_STREAM_SSE,
     "event: message-start\ndata: {\"type\":\"message-start\",\"id\":\"1\"}\n\n"
     "event: content-start\ndata: {\"type\":\"content-start\",\"delta\":{\"message\":{\"content\":"
     "{\"text\":\"\",\"type\":\"text\"}}}}\n\n",
     "event: content-delta\ndata: {\"type\":\"content-delta\",\"delta\":{}}\n\n"
     "event: message-end\ndata: {\"type\":\"message-end\"}\n\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"gemini", SC_STREAM_SSE, "",
     "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hi\"}]}}]}\r\n\r\n"
     "data: {\"candidates\": [{\"finishReason\": \"STOP\"}]}\r\n\r\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"gemini error", SC_STREAM_SSE, "", "data: {\"error\":{\"code\":503}}\n\n", SC_STREAM_ERROR,
     false, false, "503"},
    {"pretty-printed data in several lines", SC_STREAM_SSE, "data: {\ndata:   \"error\":\n",
     "data:  {\"code\": 7}\ndata: }\n\n", SC_STREAM_ERROR, false, false, "\"error\":\n {\"code\""},
    {"comments, ids, retries, empty events", SC_STREAM_SSE,
     ": keep-alive\n\n:\n\nid: 7\nretry: 100\n\n\n\nevent: ping\n\ndata\n\ndata:\n\n",
     "data: text\n\n", SC_STREAM_OUTPUT, false, false, NULL},
    {"a byte order mark", SC_STREAM_SSE, "\xEF\xBB\xBF" OPENAI_ROLE, OPENAI_TEXT, SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"a JSON error without framing", SC_STREAM_SSE, "", "{\"error\":{\"message\":\"raw\"}}\n",
     SC_STREAM_ERROR, false, false, "raw"},
    {"not SSE at all", SC_STREAM_SSE, "Hello there\n", "", SC_STREAM_HEAD, false, false, NULL},
    {"a page in place of a stream", SC_STREAM_SSE, "<html>\n<body>502</body>\n</html>\n", "",
     SC_STREAM_HEAD, false, false, NULL},
    {"llama-server's router loses its server", SC_STREAM_SSE,
     OPENAI_ROLE "proxy error: Failed to read connection", "", SC_STREAM_HEAD, false, false, NULL},
    {"... after output", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "proxy error: Failed to read connection", SC_STREAM_OUTPUT, false, CUT, NULL},
    {"a JSON error over several lines", SC_STREAM_SSE,
     "{\n  \"error\": {\n    \"code\": 503,\n\n  }\n", "}\n\n", SC_STREAM_ERROR, false, false,
     "503"},
    {"... indented, at the very end", SC_STREAM_SSE,
     OPENAI_ROLE "  {\n\t\"error\": {\n    \"code\": 1\n  }\n", "}", SC_STREAM_ERROR, false, false,
     "\"code\": 1"},
    {"... behind data: in the first line only", SC_STREAM_SSE,
     "data: {\n  \"error\": {\n    \"code\": 2\n  }\n", "}\n\n", SC_STREAM_ERROR, false, false,
     "\"code\": 2"},
    {"... in an array", SC_STREAM_SSE, "[{\n  \"error\": {\n    \"code\": 3\n  }\n", "}]\n",
     SC_STREAM_ERROR, false, false, "\"code\": 3"},
    {"... cut", SC_STREAM_SSE, "{\n  \"id\": \"x\",\n  \"err", "", SC_STREAM_HEAD, false, false,
     NULL},
    {"... after output", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "{\n  \"error\": {\n\n    \"code\": 4\n  }\n}\n", SC_STREAM_OUTPUT, true, false,
     "\"code\": 4"},
    {"... after output, in fields", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\ndata:  \"error\": {\ndata: \"code\": 5}\ndata: }\n\n", SC_STREAM_OUTPUT,
     true, false, "\"code\": 5"},
    {"... after output, in one", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\n  \"error\": {\n \"code\": 6}\n}\n\n", SC_STREAM_OUTPUT, true, false,
     "\"code\": 6"},
    {"JSON that is none, and fields behind it", SC_STREAM_SSE, OPENAI_ROLE "{ nothing\n",
     OPENAI_TEXT "{ nothing\ndata: {\"error\":{\"code\":7}}\n\n", SC_STREAM_OUTPUT, true, false,
     "7"},
    {"an error on the choice", SC_STREAM_SSE, ": OPENROUTER PROCESSING\n\n" OPENAI_ROLE,
     "data: {\"choices\":[{\"error\":{\"code\":502},\"delta\":{\"content\":\"\"}}]}\n\n",
     SC_STREAM_ERROR, false, false, "502"},
    {"... as a reason of its end", SC_STREAM_SSE, "",
     "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
     SC_STREAM_ERROR, false, false, "finish_reason"},
    {"... after output", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n",
     SC_STREAM_OUTPUT, true, true, "finish_reason"},
    {"chat without [DONE]", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"... and usage behind its end", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                 "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"... and half of [DONE]", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DO",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"chat that ends in a chunk", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"sto", SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"chat whose second choice has no end", SC_STREAM_SSE, OPENAI_ROLE,
     "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
     "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n",
     SC_STREAM_OUTPUT, false, CUT, NULL},
    {"events of no known kind", SC_STREAM_SSE, "",
     "data: {\"token\":\"a\"}\n\ndata: {\"token\":\"b\"}\n\n", SC_STREAM_OUTPUT, false, false,
     NULL},
    {"anthropic without message_stop", SC_STREAM_SSE, CLAUDE_START,
     CLAUDE_TEXT "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                 "\"usage\":{\"output_tokens\":2}}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"anthropic: a block from another model says nothing yet", SC_STREAM_SSE,
     CLAUDE_START
     "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"fallback\","
     "\"from\":{\"model\":\"a\"},\"to\":{\"model\":\"b\"}}}\n\n",
     CLAUDE_ERROR, SC_STREAM_ERROR, false, false, "overloaded_error"},
    {"responses that only begins", SC_STREAM_SSE, RESPONSES_START,
     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n", SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"interactions", SC_STREAM_SSE, INTERACTION_START,
     "event: step.delta\ndata: {\"index\":0,\"delta\":{\"type\":\"text\",\"text\":\"Hi\"},"
     "\"event_type\":\"step.delta\"}\n\nevent: interaction.completed\n"
     "data: "
     "{\"interaction\":{\"status\":\"completed\"},\"event_type\":\"interaction.completed\"}\n\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"interactions of the first generation, without names", SC_STREAM_SSE,
     "data: {\"event_type\":\"interaction.start\",\"interaction\":{\"id\":\"1\"}}\n\n"
     "data: {\"event_type\":\"content.start\",\"index\":0,\"content\":{\"type\":\"text\"}}\n\n",
     "data: {\"event_type\":\"content.delta\",\"index\":0,\"delta\":{\"text\":\"a\"}}\n\n"
     "data: {\"event_type\":\"interaction.complete\",\"interaction\":{\"id\":\"1\"}}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"interactions that are cut", SC_STREAM_SSE, INTERACTION_START,
     "data: {\"delta\":{\"type\":\"text\",\"text\":\"Hi\"},\"event_type\":\"step.delta\"}\n\n",
     SC_STREAM_OUTPUT, false, CUT, NULL},
    {"interactions: error", SC_STREAM_SSE, INTERACTION_START,
     "event: error\ndata: "
     "{\"event_type\":\"error\",\"error\":{\"code\":\"resource_exhausted\"}}\n\n",
     SC_STREAM_ERROR, false, false, "resource_exhausted"},
    {"interactions: failed", SC_STREAM_SSE, INTERACTION_START,
     "data: {\"interaction\":{\"status\":\"failed\"},\"event_type\":\"interaction.completed\"}\n\n",
     SC_STREAM_ERROR, false, false, "failed"},
    {"cohere v1", SC_STREAM_NDJSON, "{\"is_finished\":false,\"event_type\":\"stream-start\"}\n",
     "{\"is_finished\":false,\"event_type\":\"text-generation\",\"text\":\"a\"}\n"
     "{\"is_finished\":true,\"event_type\":\"stream-end\"}\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"llama.cpp's own", SC_STREAM_SSE, "",
     "data: {\"content\":\"a\",\"stop\":false}\n\ndata: {\"content\":\"\",\"stop\":true}\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"... cut", SC_STREAM_SSE, "", "data: {\"content\":\"a\",\"stop\":false}\n\n", SC_STREAM_OUTPUT,
     false, CUT, NULL},
    {"an array", SC_STREAM_ARRAY, " [", GEMINI("Hi") "\n,\n" GEMINI("[}\\\"]\\\\") "]\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"... compact, and nested", SC_STREAM_ARRAY, "[",
     "{\"a\":[[{}],\"x\"]},[{\"b\":{}}],{\"c\":1}]", SC_STREAM_OUTPUT, false, true, NULL},
    {"... that begins with an error", SC_STREAM_ARRAY, "[",
     "{\n  \"error\": {\n    \"code\": 503\n  }\n}\n]\n", SC_STREAM_ERROR, false, false, "503"},
    {"... that ends with one", SC_STREAM_ARRAY, "[", GEMINI("a") ",\n{\"error\":{\"code\":500}}]",
     SC_STREAM_OUTPUT, true, true, "500"},
    {"... that is cut", SC_STREAM_ARRAY, "[", GEMINI("a") ",\n", SC_STREAM_OUTPUT, false, CUT,
     NULL},
    {"... within its first element", SC_STREAM_ARRAY, "[{\"candidates\":[", "", SC_STREAM_HEAD,
     false, false, NULL},
    {"... of texts", SC_STREAM_ARRAY, "[", "\"]a\",\"[\"]", SC_STREAM_OUTPUT, false, true, NULL},
    {"... of numbers", SC_STREAM_ARRAY, "[", "1,[2],3]", SC_STREAM_OUTPUT, false, true, NULL},
    {"... that is none", SC_STREAM_ARRAY, "", "x[", SC_STREAM_OUTPUT, false, false, NULL},
    {"broken JSON", SC_STREAM_SSE, "", "data: {\"choices\":[}\n\n", SC_STREAM_OUTPUT, false, false,
     NULL},
    {"ollama chat", SC_STREAM_NDJSON,
     "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}\n\n",
     "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"done\":false}\n"
     "{\"model\":\"m\",\"done\":true}\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"ollama generate, error later", SC_STREAM_NDJSON,
     "{\"model\":\"m\",\"response\":\"\",\"done\":false}\n",
     "{\"model\":\"m\",\"response\":\"a\",\"done\":false}\n{\"error\":\"an error\"}\n",
     SC_STREAM_OUTPUT, true, false, "an error"},
    {"ollama error, no newline at its end", SC_STREAM_NDJSON, "", "{\"error\":\"at once\"}",
     SC_STREAM_ERROR, false, false, "at once"},
    {"tabs and blanks before an error, and behind its name", SC_STREAM_SSE, OPENAI_ROLE,
     "event:\terror \ndata:\t  { \"error\" : {\"type\":\"server_error\"} }\t\n\n", SC_STREAM_ERROR,
     false, false, "server_error"},
    {"a tab before a preamble and before the text", SC_STREAM_SSE,
     "data:\t{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n",
     "data:\t{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\t\n\n",
     SC_STREAM_OUTPUT, false, false, NULL},
    {"a tab before a late error", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data:\t{\"error\":{\"type\":\"server_error\"}}\n\n", SC_STREAM_OUTPUT, true,
     false, "server_error"},
    {"[ERROR] is one", SC_STREAM_SSE, OPENAI_ROLE, "data: [ERROR]\n\ndata: [DONE]\n\n",
     SC_STREAM_ERROR, false, false, "[ERROR]"},
    {"... with words behind it", SC_STREAM_SSE, "", "data: [STREAM_ERROR] no slot is free\n\n",
     SC_STREAM_ERROR, false, false, "no slot"},
    {"... within the brackets", SC_STREAM_SSE, "", "data: [Error: no slot is free]\n\n",
     SC_STREAM_ERROR, false, false, "no slot"},
    {"... without any", SC_STREAM_SSE, OPENAI_ROLE, "data: Error: no slot is free\n\n",
     SC_STREAM_ERROR, false, false, "no slot"},
    {"... after output", SC_STREAM_SSE, OPENAI_ROLE,
     OPENAI_TEXT "data: [ERROR] no slot is free\n\n", SC_STREAM_OUTPUT, true, false, "no slot"},
    {"what stands in brackets is no output", SC_STREAM_SSE,
     "data: [START]\n\n" OPENAI_ROLE "data: [KEEP_ALIVE]\n\n", OPENAI_TEXT "data: [DONE]\n\n",
     SC_STREAM_OUTPUT, false, true, NULL},
    {"an array is", SC_STREAM_SSE, "", "data: [\"ERROR\"]\n\n", SC_STREAM_OUTPUT, false, false,
     NULL},
    {"so is text in brackets", SC_STREAM_SSE, "", "data: [Alice]\n\n", SC_STREAM_OUTPUT, false,
     false, NULL},
    {"what is no stream", SC_STREAM_NONE, "", "x", SC_STREAM_OUTPUT, false, false, NULL},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void assert_end(const struct sample *e, struct sc_stream *s)
{
    bool good = sc_stream_end(s) == e->state && s->late_error == e->late_error &&
                s->finished == (e->end == true) && s->cut == (e->end == CUT);
    if (!good)
        fail_msg("%s: state %d, %s error, %s, %s", e->name, s->state, s->late_error ? "late" : "no",
                 s->finished ? "finished" : "open", s->cut ? "cut" : "not cut");
    if (e->error)
        assert_non_null(strstr(s->error, e->error));
    else
        assert_int_equal(s->error_len, 0);
}

/* The error's place in the stream is right, if it has one. */
static void assert_place(const struct sc_stream *s, const char *bytes, size_t n)
{
    if (s->error_len == 0 || s->error_at == SC_STREAM_SCATTERED)
        return;
    assert_true(s->error_at + s->error_len <= n);
    assert_memory_equal(bytes + s->error_at, s->error, s->error_len);
}

static void assert_splits(const struct sample *e, const char *bytes, size_t n, size_t preamble)
{
    for (size_t cut = 0; cut <= n; cut++) {
        struct sc_stream s;
        sc_stream_init(&s, e->kind);
        enum sc_stream_state first = sc_stream_feed(&s, bytes, cut);
        if (cut <= preamble && e->kind != SC_STREAM_NONE)
            assert_int_equal(first, SC_STREAM_HEAD);
        sc_stream_feed(&s, bytes + cut, n - cut);
        assert_end(e, &s);
        assert_place(&s, bytes, n);
    }
    struct sc_stream s;
    sc_stream_init(&s, e->kind);
    for (size_t i = 0; i < n; i++) {
        char *byte = malloc(1); /* a block of its own: no look ahead goes unseen */
        *byte = bytes[i];
        sc_stream_feed(&s, byte, 1);
        free(byte);
    }
    assert_end(e, &s);
    assert_place(&s, bytes, n);
}

/* Line ends LF as written, else CR LF or CR. */
static size_t with_line_ends(char *out, const char *in, const char *end)
{
    size_t n = 0;
    for (; *in; in++) {
        if (*in == '\r')
            continue;
        if (*in == '\n')
            n += (size_t)sprintf(out + n, "%s", end);
        else
            out[n++] = *in;
    }
    return n;
}

static void each_sample_is_held_and_released_at_every_split(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    char bytes[4096];
    for (size_t i = 0; i < COUNT(samples); i++) {
        for (size_t e = 0; e < COUNT(ends); e++) {
            print_message("# %s\n", samples[i].name);
            size_t preamble = with_line_ends(bytes, samples[i].preamble, ends[e]);
            size_t n = preamble + with_line_ends(bytes + preamble, samples[i].rest, ends[e]);
            assert_splits(&samples[i], bytes, n, preamble);
        }
    }
}

static void output_is_seen_with_its_line_before_the_blank_one(void **state)
{
    (void)state;
    struct sc_stream s;
    sc_stream_init(&s, SC_STREAM_SSE);
    assert_int_equal(sc_stream_feed(&s, OPENAI_ROLE, strlen(OPENAI_ROLE)), SC_STREAM_HEAD);
    assert_int_equal(sc_stream_feed(&s, OPENAI_TEXT, strlen(OPENAI_TEXT) - 1), SC_STREAM_OUTPUT);
}

static void an_event_longer_than_the_buffer(void **state)
{
    (void)state;
    size_t n = 0, long_text = 3 * SC_STREAM_KEEP;
    char *bytes = malloc(long_text + 512);
    n += (size_t)sprintf(bytes, "event: response.created\ndata: {\"type\":\"response.created\","
                                "\"response\":{\"instructions\":\"");
    memset(bytes + n, 'x', long_text);
    n += long_text;
    n += (size_t)sprintf(bytes + n, "\"}}\n\n");
    size_t preamble = n;
    n += (size_t)sprintf(bytes + n, CLAUDE_ERROR);
    for (size_t cut = 0; cut < n; cut += 61) {
        struct sc_stream s;
        sc_stream_init(&s, SC_STREAM_SSE);
        enum sc_stream_state first = sc_stream_feed(&s, bytes, cut);
        assert_true(cut > preamble || first == SC_STREAM_HEAD);
        assert_int_equal(sc_stream_feed(&s, bytes + cut, n - cut), SC_STREAM_ERROR);
    }
    /* Of an unknown kind it is output before its end has come. */
    struct sc_stream s;
    sc_stream_init(&s, SC_STREAM_SSE);
    memset(bytes, 'x', SC_STREAM_KEEP + 10);
    memcpy(bytes, "data: {\"abc\":\"", 14);
    assert_int_equal(sc_stream_feed(&s, bytes, SC_STREAM_KEEP), SC_STREAM_HEAD);
    assert_int_equal(sc_stream_feed(&s, bytes + SC_STREAM_KEEP, 1), SC_STREAM_OUTPUT);
    free(bytes);
}

static void many_data_lines_never_overflow(void **state)
{
    (void)state;
    struct sc_stream s;
    sc_stream_init(&s, SC_STREAM_SSE);
    sc_stream_feed(&s, "data: {\n", 8);
    for (int i = 0; i < 3000; i++)
        sc_stream_feed(&s, i % 2 ? "data\n" : "data: \"a\":1,\n", i % 2 ? 5 : 13);
    assert_int_equal(sc_stream_end(&s), SC_STREAM_OUTPUT);
}

static size_t put_header(char *p, const char *name, const char *value)
{
    size_t n = strlen(name), v = strlen(value);
    p[0] = (char)n;
    memcpy(p + 1, name, n);
    p[1 + n] = 7;
    p[2 + n] = (char)(v >> 8);
    p[3 + n] = (char)v;
    memcpy(p + 4 + n, value, v);
    return 4 + n + v;
}

static void put32(char *p, size_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> (24 - 8 * i));
}

static size_t put_frame(char *p, const char *kind_name, const char *kind, const char *type,
                        const char *payload)
{
    size_t h = 12;
    h += put_header(p + h, kind_name, kind);
    h += put_header(p + h, ":content-type", "application/json");
    h += put_header(p + h, ":message-type", type);
    size_t total = h + strlen(payload) + 4;
    put32(p, total);
    put32(p + 4, h - 12);
    put32(p + 8, 0);
    memcpy(p + h, payload, strlen(payload));
    put32(p + total - 4, 0);
    return total;
}

static void aws_frames_at_every_split(void **state)
{
    (void)state;
    char bytes[2048];
    const char *thrown = "{\"message\":\"Too many tokens\"}";
    size_t start = put_frame(bytes, ":event-type", "messageStart", "event", "{\"role\":\"a\"}");
    size_t text = put_frame(bytes + start, ":event-type", "contentBlockDelta", "event",
                            "{\"delta\":{\"text\":\"Hi\"}}");
    size_t error = put_frame(bytes + start + text, ":exception-type", "throttlingException",
                             "exception", thrown);
    size_t n = start + text + error;
    for (size_t cut = 0; cut <= n; cut++) {
        struct sc_stream s;
        sc_stream_init(&s, SC_STREAM_AWS);
        enum sc_stream_state first = sc_stream_feed(&s, bytes, cut);
        assert_int_equal(first, cut >= start + text ? SC_STREAM_OUTPUT : SC_STREAM_HEAD);
        assert_int_equal(sc_stream_feed(&s, bytes + cut, n - cut), SC_STREAM_OUTPUT);
        assert_true(s.late_error);
        assert_string_equal(s.error, thrown);
        assert_string_equal(s.event, "throttlingException");
        assert_place(&s, bytes, n);
    }
    struct sc_stream s;
    sc_stream_init(&s, SC_STREAM_AWS);
    sc_stream_feed(&s, bytes, start);
    assert_int_equal(sc_stream_feed(&s, bytes + start + text, error), SC_STREAM_ERROR);
    assert_string_equal(s.event, "throttlingException");
}

static void bytes_that_are_no_aws_frames_pass(void **state)
{
    (void)state;
    struct sc_stream s;
    sc_stream_init(&s, SC_STREAM_AWS);
    assert_int_equal(sc_stream_feed(&s, "{\"message\":\"x\"}{\"message\":\"y\"}", 30),
                     SC_STREAM_OUTPUT);
    static const char tiny[20] = {0, 0, 0, 5};
    sc_stream_init(&s, SC_STREAM_AWS);
    assert_int_equal(sc_stream_feed(&s, tiny, sizeof tiny), SC_STREAM_OUTPUT);
    static const char long_headers[20] = {0, 0, 0, 20, 0, 0, 0, 99};
    sc_stream_init(&s, SC_STREAM_AWS);
    assert_int_equal(sc_stream_feed(&s, long_headers, sizeof long_headers), SC_STREAM_OUTPUT);
}

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

/* Who asks when output last came is told of outputs, and of nothing that keeps a connection alive.
 */
static void outputs_are_counted_pings_are_not(void **state)
{
    static const struct {
        const char *text;
        uint64_t outputs; /* after the first one */
    } pieces[] = {
        {": keep-alive\n\n", 0},
        {OPENAI_TEXT, 0}, /* the first */
        {": keep-alive\n\n", 0},
        {"event: ping\ndata: {\"type\": \"ping\"}\n\n", 0},
        {"\n\n\n", 0},
        {OPENAI_ROLE, 0},
        {OPENAI_TEXT, 1},
        {CLAUDE_TEXT, 2},
        {"data: no JSON\n\n", 3},
        {"data: [DONE]\n\n", 3},
    };
    struct sc_stream s;
    size_t i, at;

    (void)state;
    for (size_t step = 1; step < 64; step++) {
        sc_stream_init(&s, SC_STREAM_SSE);
        s.counts_outputs = true;
        for (i = 0; i < sizeof pieces / sizeof *pieces; i++) {
            size_t n = strlen(pieces[i].text);

            for (at = 0; at < n; at += step)
                sc_stream_feed(&s, pieces[i].text + at, n - at < step ? n - at : step);
            assert_int_equal(s.outputs, pieces[i].outputs);
        }
    }
}

static void kinds_by_content_type(void **state)
{
    (void)state;
    assert_int_equal(sc_stream_kind_of(str("text/event-stream")), SC_STREAM_SSE);
    assert_int_equal(sc_stream_kind_of(str("Text/Event-Stream; charset=utf-8")), SC_STREAM_SSE);
    assert_int_equal(sc_stream_kind_of(str("application/x-ndjson")), SC_STREAM_NDJSON);
    assert_int_equal(sc_stream_kind_of(str("application/jsonl ;x")), SC_STREAM_NDJSON);
    assert_int_equal(sc_stream_kind_of(str("application/vnd.amazon.eventstream")), SC_STREAM_AWS);
    assert_int_equal(sc_stream_kind_of(str("application/json")), SC_STREAM_NONE);
    assert_int_equal(sc_stream_kind_of(str("text/event-streams")), SC_STREAM_NONE);
    assert_int_equal(sc_stream_kind_of((struct sc_str){NULL, 0}), SC_STREAM_NONE);
    assert_true(sc_is_json(str("application/json; charset=utf-8")));
    assert_true(sc_is_json(str("application/problem+json")));
    assert_false(sc_is_json(str("application/x-ndjson")));
    assert_false(sc_is_json(str("text/html")));
    assert_false(sc_is_json((struct sc_str){NULL, 0}));
}

/* After output a line is looked through once, many bytes at a time: wherever in it an error's name
 * stands, and a CR that ends a line, either is seen. */
static void errors_and_line_ends_are_seen_wherever_they_stand(void **state)
{
    static const char output[] = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    static struct sc_stream s;
    char line[256];

    (void)state;
    for (int before = 0; before < 80; before++) {
        for (int behind = 1; behind < 20; behind++) {
            for (int cr = 0; cr < 2; cr++) {
                int n = snprintf(
                    line, sizeof line, "data: {\"x\":\"%.*s\",\"error\":{\"m\":\"%.*s\"}}%s",
                    before,
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    "aaaaaaaaaa",
                    behind, "bbbbbbbbbbbbbbbbbbbb", cr ? "\r: c\n" : "\n\n");

                sc_stream_init(&s, SC_STREAM_SSE);
                sc_stream_feed(&s, output, sizeof output - 1);
                assert_int_equal(s.state, SC_STREAM_OUTPUT);
                sc_stream_feed(&s, line, (size_t)n);
                assert_true(s.late_error);
                assert_int_equal(s.error[s.error_len - 1], '}');
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_is_held_and_released_at_every_split),
        cmocka_unit_test(output_is_seen_with_its_line_before_the_blank_one),
        cmocka_unit_test(an_event_longer_than_the_buffer),
        cmocka_unit_test(many_data_lines_never_overflow),
        cmocka_unit_test(aws_frames_at_every_split),
        cmocka_unit_test(bytes_that_are_no_aws_frames_pass),
        cmocka_unit_test(outputs_are_counted_pings_are_not),
        cmocka_unit_test(kinds_by_content_type),
        cmocka_unit_test(errors_and_line_ends_are_seen_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
