/* Usage of each provider's answers, plain and streamed, whatever the pieces they come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/stream.h"
#include "provider/usage.h"

/* Shapes of the providers' API references and of what their SDKs parse, 2026-08. */
struct sample {
    const char *name;
    enum sc_provider provider;
    enum sc_stream_kind kind; /* NONE: a plain answer */
    const char *bytes;
    struct sc_usage usage;
    const char *model;
};

#define PROVIDER(p) SC_PROVIDER_##p
#define KNOWN(i, r, w5, w1, o, t)                                                         \
    {                                                                                     \
        .known = true, .input = (i), .cached_read = (r), .cache_write_5m = (w5),          \
        .cache_write_1h = (w1), .output = (o), .reasoning = (t), .cost_reported_nano = -1 \
    }

#define CHUNK(rest) "data: {\"id\":\"c\",\"model\":\"m-1\",\"choices\":[" rest "}\r\n\r\n"
#define TEXT(t) "{\"index\":0,\"delta\":{\"content\":\"" t "\"}}],\"usage\":null"
/* A model that talks of usage, in text and in the arguments of a call. */
#define TALK                                                                \
    "\\\"usage\\\":{\\\"prompt_tokens\\\":9999,\\\"input_tokens\\\":8888} " \
    "\xc3\xa4\xe2\x82\xac\\\\"

static const struct sample samples[] = {
    {"openai chat", PROVIDER(OPENAI), SC_STREAM_NONE,
     "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{"
     "\"message\":{\"content\":\"" TALK "\",\"tool_calls\":[{\"usage\":{\"prompt_tokens\":1}}]},"
     "\"logprobs\":null}],\"usage\":{\"prompt_tokens\":1200,\"completion_tokens\":345,"
     "\"total_tokens\":1545,\"prompt_tokens_details\":{\"cached_tokens\":1024,\"audio_tokens\":0},"
     "\"completion_tokens_details\":{\"reasoning_tokens\":64,\"accepted_prediction_tokens\":0}},"
     "\"service_tier\":\"default\"}",
     KNOWN(176, 1024, 0, 0, 345, 64), "gpt-4o-2024-08-06"},
    {"openai chat that wrote a cache", PROVIDER(OPENAI), SC_STREAM_NONE,
     "{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":5,\"prompt_tokens_details\":"
     "{\"cached_tokens\":300,\"cache_write_tokens\":500}}}",
     KNOWN(200, 300, 500, 0, 5, 0), ""},
    {"openai embeddings", PROVIDER(OPENAI), SC_STREAM_NONE,
     "{\"object\":\"list\",\"data\":[{\"embedding\":[0.1,-2e-3]}],\"model\":\"text-embedding-3\","
     "\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}",
     KNOWN(8, 0, 0, 0, 0, 0), "text-embedding-3"},
    {"openai chat streamed with usage", PROVIDER(OPENAI), SC_STREAM_SSE,
     CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null")
         CHUNK(TEXT("Hi")) CHUNK(TEXT(TALK))
             CHUNK("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null") CHUNK(
                 "],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":3,\"total_tokens\":24,"
                 "\"prompt_tokens_details\":{\"cached_tokens\":0}}") "data: [DONE]\r\n\r\n",
     KNOWN(21, 0, 0, 0, 3, 0), "m-1"},
    {"openai chat streamed without usage",
     PROVIDER(OPENAI),
     SC_STREAM_SSE,
     CHUNK(TEXT("Hi")) "data: [DONE]\r\n\r\n",
     {.known = false, .cost_reported_nano = -1},
     ""},
    {"openai responses", PROVIDER(OPENAI), SC_STREAM_NONE,
     "{\"object\":\"response\",\"error\":null,\"model\":\"gpt-5\",\"output\":[{\"usage\":{"
     "\"input_tokens\":7}}],\"usage\":{\"input_tokens\":500,\"input_tokens_details\":"
     "{\"cached_tokens\":128},\"output_tokens\":90,\"output_tokens_details\":"
     "{\"reasoning_tokens\":40},\"total_tokens\":590},\"user\":null}",
     KNOWN(372, 128, 0, 0, 90, 40), "gpt-5"},
    {"openai responses streamed", PROVIDER(OPENAI), SC_STREAM_SSE,
     "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"model\":"
     "\"gpt-5\",\"usage\":null}}\n\n"
     "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
     "\"delta\":\"" TALK "\"}\n\n"
     "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"model\":"
     "\"gpt-5\",\"output\":[{\"text\":\"" TALK "\"}],\"usage\":{\"input_tokens\":37,"
     "\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":11,"
     "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":48},\"metadata\":{}}}"
     "\n\n",
     KNOWN(37, 0, 0, 0, 11, 0), "gpt-5"},
    {"openai responses that ended early", PROVIDER(OPENAI), SC_STREAM_SSE,
     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"
     "data: {\"type\":\"response.incomplete\",\"response\":{\"usage\":{\"input_tokens\":9,"
     "\"output_tokens\":4}}}\n\n",
     KNOWN(9, 0, 0, 0, 4, 0), ""},
    {"anthropic", PROVIDER(ANTHROPIC), SC_STREAM_NONE,
     "{\"id\":\"msg\",\"type\":\"message\",\"model\":\"claude-sonnet-4-5-20250929\",\"content\":[{"
     "\"type\":\"tool_use\",\"input\":{\"usage\":{\"input_tokens\":5}}}],\"usage\":{"
     "\"input_tokens\":40,\"cache_creation_input_tokens\":300,\"cache_read_input_tokens\":2000,"
     "\"cache_creation\":{\"ephemeral_5m_input_tokens\":100,\"ephemeral_1h_input_tokens\":200},"
     "\"output_tokens\":503,\"server_tool_use\":{\"web_search_requests\":0},"
     "\"service_tier\":\"standard\"}}",
     KNOWN(40, 2000, 100, 200, 503, 0), "claude-sonnet-4-5-20250929"},
    {"anthropic without the split of writes", PROVIDER(ANTHROPIC), SC_STREAM_NONE,
     "{\"usage\":{\"input_tokens\":4,\"cache_creation_input_tokens\":30,\"output_tokens\":5}}",
     KNOWN(4, 0, 30, 0, 5, 0), ""},
    {"anthropic streamed", PROVIDER(ANTHROPIC), SC_STREAM_SSE,
     "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\","
     "\"content\":[],\"usage\":{\"input_tokens\":25,\"cache_creation_input_tokens\":0,"
     "\"cache_read_input_tokens\":10,\"output_tokens\":1}}}\n\n"
     "event: ping\ndata: {\"type\": \"ping\"}\n\n"
     "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
     "{\"type\":\"text_delta\",\"text\":\"" TALK "\"}}\n\n"
     "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":null},"
     "\"usage\":{\"output_tokens\":7}}\n\n"
     "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
     "\"end_turn\"},\"usage\":{\"input_tokens\":25,\"output_tokens\":15}}\n\n"
     "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
     KNOWN(25, 10, 0, 0, 15, 0), "claude-x"},
    {"anthropic cut before the count",
     PROVIDER(ANTHROPIC),
     SC_STREAM_SSE,
     "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":25,"
     "\"output_tokens\":1}}}\n\ndata: "
     "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}}\n",
     {.known = true, .estimated = true, .input = 25, .output = 1, .cost_reported_nano = -1},
     ""},
    {"gemini", PROVIDER(GEMINI), SC_STREAM_NONE,
     "{\n  \"candidates\": [\n    {\"content\": {\"parts\": [{\"functionCall\": {\"args\": "
     "{\"usageMetadata\": {\"promptTokenCount\": 3}}}}]}}\n  ],\n  \"usageMetadata\": {\n    "
     "\"promptTokenCount\": 100,\n    \"candidatesTokenCount\": 20,\n    \"thoughtsTokenCount\": "
     "30,"
     "\n    \"toolUsePromptTokenCount\": 7,\n    \"cachedContentTokenCount\": 60,\n    "
     "\"totalTokenCount\": 157,\n    \"promptTokensDetails\": [{\"modality\": \"TEXT\", "
     "\"tokenCount\": 100}]\n  },\n  \"modelVersion\": \"gemini-2.5-pro\"\n}",
     KNOWN(47, 60, 0, 0, 50, 30), "gemini-2.5-pro"},
    {"gemini streamed, each chunk cumulative", PROVIDER(GEMINI), SC_STREAM_SSE,
     "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Hi\"}]}}],\"usageMetadata\": "
     "{\"promptTokenCount\": 9,\"totalTokenCount\": 12}}\r\n\r\n"
     "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"" TALK "\"}]}}],"
     "\"usageMetadata\": {\"promptTokenCount\": 9,\"candidatesTokenCount\": 5}}\r\n\r\n"
     "data: {\"candidates\": [{\"finishReason\": \"STOP\"}],\"usageMetadata\": "
     "{\"promptTokenCount\": 9,\"candidatesTokenCount\": 12,\"thoughtsTokenCount\": 40},"
     "\"modelVersion\": \"gemini-3-flash\"}\r\n\r\n",
     KNOWN(9, 0, 0, 0, 52, 40), "gemini-3-flash"},
    {"gemini streamed as one list", PROVIDER(VERTEX), SC_STREAM_NONE,
     "[{\"candidates\":[{}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":1}}"
     "\n"
     ",\r\n{\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":4}}]\n",
     KNOWN(9, 0, 0, 0, 4, 0), ""},
    {"gemini behind its openai path", PROVIDER(GEMINI), SC_STREAM_NONE,
     "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":45}}",
     KNOWN(10, 0, 0, 0, 35, 0), ""},
    {"bedrock converse", PROVIDER(BEDROCK), SC_STREAM_NONE,
     "{\"output\":{\"message\":{\"usage\":{\"inputTokens\":1}}},\"usage\":{\"inputTokens\":30,"
     "\"outputTokens\":628,\"totalTokens\":658,\"cacheReadInputTokens\":50,"
     "\"cacheWriteInputTokens\":70,\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":60},"
     "{\"inputTokens\":10,\"ttl\":\"5m\"}]},\"metrics\":{\"latencyMs\":1275}}",
     KNOWN(30, 50, 10, 60, 628, 0), ""},
    {"mistral", PROVIDER(MISTRAL), SC_STREAM_NONE,
     "{\"model\":\"mistral-large-latest\",\"usage\":{\"prompt_tokens\":64,\"total_tokens\":70,"
     "\"completion_tokens\":6,\"num_cached_tokens\":32}}",
     KNOWN(32, 32, 0, 0, 6, 0), "mistral-large-latest"},
    {"mistral streamed, usage beside the last choice", PROVIDER(MISTRAL), SC_STREAM_SSE,
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"delta\":"
     "{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,"
     "\"completion_tokens\":2,\"prompt_token_details\":{\"cached_tokens\":4}}}\n\n",
     KNOWN(6, 4, 0, 0, 2, 0), ""},
    {"cohere v2", PROVIDER(COHERE), SC_STREAM_NONE,
     "{\"message\":{\"role\":\"assistant\",\"content\":[]},\"usage\":{\"billed_units\":{"
     "\"input_tokens\":5.0,\"output_tokens\":418},\"tokens\":{\"input_tokens\":71,"
     "\"output_tokens\":418},\"cached_tokens\":64}}",
     KNOWN(5, 0, 0, 0, 418, 0), ""},
    {"cohere v1", PROVIDER(COHERE), SC_STREAM_NONE,
     "{\"text\":\"a\",\"meta\":{\"api_version\":{\"version\":\"1\"},\"billed_units\":"
     "{\"input_tokens\":12,\"output_tokens\":3}}}",
     KNOWN(12, 0, 0, 0, 3, 0), ""},
    {"cohere v2 streamed", PROVIDER(COHERE), SC_STREAM_SSE,
     "event: content-delta\ndata: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":"
     "{\"text\":\"a\"}}}}\n\nevent: message-end\ndata: {\"type\":\"message-end\",\"delta\":{"
     "\"finish_reason\":\"COMPLETE\",\"usage\":{\"billed_units\":{\"input_tokens\":17,"
     "\"output_tokens\":12},\"tokens\":{\"input_tokens\":215,\"output_tokens\":12}}}}\n\n",
     KNOWN(17, 0, 0, 0, 12, 0), ""},
    {"cohere v1 streamed", PROVIDER(COHERE), SC_STREAM_NDJSON,
     "{\"event_type\":\"text-generation\",\"text\":\"a\"}\n{\"event_type\":\"stream-end\","
     "\"response\":{\"text\":\"a\",\"meta\":{\"billed_units\":{\"input_tokens\":2,"
     "\"output_tokens\":1}}}}\n",
     KNOWN(2, 0, 0, 0, 1, 0), ""},
    {"groq streamed", PROVIDER(GROQ), SC_STREAM_SSE,
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"x_groq\":{\"id\":\"r\"}}\n\n"
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\","
     "\"usage\":{\"queue_time\":0.03,\"prompt_tokens\":18,\"completion_tokens\":556,"
     "\"total_tokens\":574,\"prompt_tokens_details\":{\"cached_tokens\":8}}}}\n\n",
     KNOWN(10, 8, 0, 0, 556, 0), ""},
    {"deepseek", PROVIDER(DEEPSEEK), SC_STREAM_NONE,
     "{\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":9,\"prompt_cache_hit_tokens\":64,"
     "\"prompt_cache_miss_tokens\":36,\"completion_tokens_details\":{\"reasoning_tokens\":3}}}",
     KNOWN(36, 64, 0, 0, 9, 3), ""},
    {"xai adds reasoning", PROVIDER(XAI), SC_STREAM_NONE,
     "{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":1,\"total_tokens\":241,"
     "\"prompt_tokens_details\":{\"cached_tokens\":2},\"completion_tokens_details\":"
     "{\"reasoning_tokens\":228}}}",
     KNOWN(10, 2, 0, 0, 229, 228), ""},
    {"xai with more cached than input", PROVIDER(XAI), SC_STREAM_NONE,
     "{\"usage\":{\"prompt_tokens\":126,\"completion_tokens\":5,\"prompt_tokens_details\":"
     "{\"cached_tokens\":4328}}}",
     KNOWN(126, 4328, 0, 0, 5, 0), ""},
    {"openrouter says what it charged",
     PROVIDER(OPENROUTER),
     SC_STREAM_NONE,
     "{\"model\":\"openai/gpt-4o\",\"usage\":{\"prompt_tokens\":194,\"completion_tokens\":2,"
     "\"cost\":0.0000954825,\"cost_details\":{\"upstream_inference_cost\":19}}}",
     {.known = true, .input = 194, .output = 2, .cost_reported_nano = 95483},
     "openai/gpt-4o"},
    {"openrouter, a cost in scientific notation",
     PROVIDER(OPENROUTER),
     SC_STREAM_SSE,
     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,"
     "\"cost\":1.5e-7}}\n\n",
     {.known = true, .input = 1, .output = 2, .cost_reported_nano = 150},
     ""},
    {"ollama", PROVIDER(OLLAMA), SC_STREAM_NDJSON,
     "{\"model\":\"llama3\",\"message\":{\"content\":\"" TALK "\"},\"done\":false}\n"
     "{\"model\":\"llama3\",\"message\":{\"content\":\"\",\"tool_calls\":[{\"arguments\":"
     "{\"eval_count\":3}}]},\"done\":true,\"prompt_eval_count\":26,\"eval_count\":298}\n",
     KNOWN(26, 0, 0, 0, 298, 0), "llama3"},
    {"llama.cpp", PROVIDER(LLAMACPP), SC_STREAM_SSE,
     "data: {\"content\":\"a\",\"stop\":false}\n\ndata: {\"content\":\"\",\"stop\":true,"
     "\"tokens_predicted\":9,\"tokens_evaluated\":4}\n\n",
     KNOWN(4, 0, 0, 0, 9, 0), ""},
    {"llama.cpp's timings", PROVIDER(LLAMACPP), SC_STREAM_SSE,
     CHUNK(
         TEXT("a")) "data: {\"choices\":[{\"finish_reason\":\"length\",\"index\":0,\"delta\":{}}],"
                    "\"timings\":{\"cache_n\":23,\"prompt_n\":1,\"prompt_ms\":0.58,\"predicted_n\":"
                    "30}}\n\n"
                    "data: [DONE]\n\n",
     KNOWN(1, 23, 0, 0, 30, 0), ""},
    {"llama.cpp's timings with each token", PROVIDER(LLAMACPP), SC_STREAM_SSE,
     "data: {\"choices\":[{\"index\":0,\"delta\":{}}],\"timings\":{\"cache_n\":2,\"prompt_n\":1,"
     "\"predicted_n\":1}}\n\n"
     "data: {\"choices\":[{\"index\":1,\"delta\":{}}],\"timings\":{\"cache_n\":3,\"prompt_n\":0,"
     "\"predicted_n\":1}}\n\n"
     "data: {\"choices\":[{\"index\":0,\"delta\":{}}],\"timings\":{\"cache_n\":2,\"prompt_n\":1,"
     "\"predicted_n\":2}}\n\n",
     KNOWN(1, 5, 0, 0, 3, 0), ""},
    {"llama.cpp, two prompts", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_SSE,
     "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"length\"}],\"usage\":{"
     "\"completion_tokens\":5,\"prompt_tokens\":12,\"prompt_tokens_details\":{\"cached_tokens\":0}}"
     ","
     "\"timings\":{\"cache_n\":0,\"prompt_n\":12,\"predicted_n\":5}}\n\ndata: null\n\n"
     "data: {\"choices\":[{\"text\":\"\",\"index\":1,\"finish_reason\":\"length\"}],\"usage\":{"
     "\"completion_tokens\":5,\"prompt_tokens\":22,\"prompt_tokens_details\":{\"cached_tokens\":12}"
     "},"
     "\"timings\":{\"cache_n\":12,\"prompt_n\":10,\"predicted_n\":5}}\n\n",
     KNOWN(22, 12, 0, 0, 10, 0), ""},
    {"llama.cpp, a list of completions", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_NONE,
     "[{\"index\":0,\"content\":\"" TALK "\",\"tokens_evaluated\":7,\"tokens_predicted\":4,"
     "\"timings\":{\"prompt_n\":7,\"predicted_n\":4}},{\"index\":1,\"content\":\"b\","
     "\"tokens_evaluated\":9,\"tokens_predicted\":2,\"timings\":{\"cache_n\":6,\"prompt_n\":3,"
     "\"predicted_n\":2}}]",
     KNOWN(10, 6, 0, 0, 6, 0), ""},
    {"llama.cpp, a list of embeddings", PROVIDER(LLAMACPP), SC_STREAM_NONE,
     "[{\"index\":0,\"embedding\":[[0.1]],\"tokens_evaluated\":5},{\"index\":1,\"embedding\":[[0.2]"
     "],"
     "\"tokens_evaluated\":6}]",
     KNOWN(11, 0, 0, 0, 0, 0), ""},
    {"llama.cpp counts one choice of two",
     PROVIDER(LLAMACPP),
     SC_STREAM_NONE,
     "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"},{\"index\":1,\"finish_reason\":"
     "\"stop\"}],"
     "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4},\"timings\":{\"cache_n\":0,"
     "\"prompt_n\":10,\"predicted_n\":4}}",
     {.known = true, .estimated = true, .input = 20, .output = 8, .cost_reported_nano = -1},
     ""},
    {"gemini interactions", PROVIDER(GEMINI), SC_STREAM_NONE,
     "{\"id\":\"v1_a\",\"status\":\"completed\",\"model\":\"gemini-3\",\"steps\":[{\"text\":\"" TALK
     "\"}],\"usage\":{\"total_input_tokens\":100,\"total_cached_tokens\":60,\"total_output_"
     "tokens\":20,"
     "\"total_thought_tokens\":30,\"total_tool_use_tokens\":7,\"total_tokens\":157},"
     "\"service_tier\":\"flex\"}",
     KNOWN(47, 60, 0, 0, 50, 30), "gemini-3"},
    {"gemini interactions streamed", PROVIDER(GEMINI), SC_STREAM_SSE,
     "event: step.delta\ndata: {\"delta\":{\"text\":\"" TALK
     "\"},\"event_type\":\"step.delta\"}\n\n"
     "event: interaction.completed\ndata: {\"interaction\":{\"model\":\"gemini-3\",\"usage\":{"
     "\"total_input_tokens\":10,\"total_output_tokens\":2}},\"event_type\":\"interaction."
     "completed\"}"
     "\n\n",
     KNOWN(10, 0, 0, 0, 2, 0), "gemini-3"},
    {"anthropic that fell back to another model", PROVIDER(ANTHROPIC), SC_STREAM_NONE,
     "{\"model\":\"claude-a\",\"usage\":{\"input_tokens\":9,\"output_tokens\":4,\"iterations\":["
     "{\"type\":\"message\",\"model\":\"claude-a\",\"input_tokens\":8,\"output_tokens\":1},"
     "{\"type\":\"fallback_message\",\"model\":\"claude-b\",\"input_tokens\":9}],"
     "\"output_tokens_details\":{\"thinking_tokens\":3},\"service_tier\":\"standard\"}}",
     KNOWN(9, 0, 0, 0, 4, 3), "claude-a"},
    {"vllm with continuous usage", PROVIDER(VLLM), SC_STREAM_SSE,
     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\n"
     "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n",
     KNOWN(7, 0, 0, 0, 2, 0), ""},
    {"moonshot, in the choice", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_SSE,
     "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
     "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":"
     "{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}]}\n\ndata: [DONE]\n\n",
     KNOWN(7, 0, 0, 0, 2, 0), ""},
    {"sglang's own", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_NONE,
     "{\"text\":\"a\",\"meta_info\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"cached_tokens\":"
     "3,"
     "\"finish_reason\":{\"type\":\"stop\"}}}",
     KNOWN(4, 3, 0, 0, 2, 0), ""},
    {"cloudflare's own", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_NONE,
     "{\"result\":{\"response\":\"a\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}},"
     "\"success\":true,\"errors\":[]}",
     KNOWN(7, 0, 0, 0, 2, 0), ""},
    {"watsonx", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_NONE,
     "{\"model_id\":\"m\",\"results\":[{\"generated_text\":\"a\",\"generated_token_count\":2,"
     "\"input_token_count\":7,\"stop_reason\":\"eos_token\"}]}",
     KNOWN(7, 0, 0, 0, 2, 0), ""},
    {"koboldcpp's own", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_NONE,
     "{\"results\":[{\"text\":\"a\",\"finish_reason\":\"length\",\"prompt_tokens\":7,"
     "\"completion_tokens\":2}]}",
     KNOWN(7, 0, 0, 0, 2, 0), ""},
    {"data in several lines", PROVIDER(OPENAI_COMPATIBLE), SC_STREAM_SSE,
     "data: {\"choices\":[],\r\ndata: \"usage\":{\"prompt_tokens\":7,\r\ndata:"
     "\"completion_tokens\":1}}\r\n\r\n",
     KNOWN(7, 0, 0, 0, 1, 0), ""},
    {"usage of no kind",
     PROVIDER(OPENAI),
     SC_STREAM_NONE,
     "{\"usage\":[{\"prompt_tokens\":1}],\"prompt_eval_count\":null,\"x\":{\"usage\":{}}}",
     {.known = false, .cost_reported_nano = -1},
     ""},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void feed(const struct sample *e, const char *bytes, size_t n, size_t first, size_t step,
                 struct sc_usage_reader *r)
{
    static struct sc_stream s;
    sc_usage_init(r, e->provider);
    sc_stream_init(&s, e->kind);
    s.on_data = sc_usage_on_data;
    s.on_data_arg = r;
    for (size_t at = 0, take = first; at <= n; at += take, take = step) {
        size_t len = n - at < take ? n - at : take;
        char *piece = malloc(len ? len : 1); /* a block of its own: no look ahead goes unseen */
        memcpy(piece, bytes + at, len);
        if (e->kind == SC_STREAM_NONE)
            sc_usage_feed(r, piece, len);
        else
            sc_stream_feed(&s, piece, len);
        free(piece);
    }
    sc_stream_end(&s);
}

static void assert_usage(const struct sample *e, const struct sc_usage_reader *r)
{
    struct sc_usage u;
    sc_usage_result(r, &u);
    assert_int_equal(u.known, e->usage.known);
    assert_int_equal(u.estimated, e->usage.estimated);
    assert_int_equal(u.input, e->usage.input);
    assert_int_equal(u.cached_read, e->usage.cached_read);
    assert_int_equal(u.cache_write_5m, e->usage.cache_write_5m);
    assert_int_equal(u.cache_write_1h, e->usage.cache_write_1h);
    assert_int_equal(u.output, e->usage.output);
    assert_int_equal(u.reasoning, e->usage.reasoning);
    assert_int_equal(u.cost_reported_nano, e->usage.cost_reported_nano);
}

static void each_answer_is_counted_at_every_split(void **state)
{
    (void)state;
    struct sc_usage_reader r;
    for (size_t i = 0; i < COUNT(samples); i++) {
        const struct sample *e = &samples[i];
        size_t n = strlen(e->bytes);
        print_message("# %s\n", e->name);
        for (size_t cut = 0; cut <= n; cut++) {
            feed(e, e->bytes, n, cut, n + 1, &r);
            assert_usage(e, &r);
        }
        for (size_t step = 1; step < 9; step++) {
            feed(e, e->bytes, n, step, step, &r);
            assert_usage(e, &r);
        }
        feed(e, e->bytes, n, n, n + 1, &r);
        assert_string_equal(r.model, e->model);
    }
}

static void tiers_and_stand_ins_are_named_at_every_split(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *tier, *other;
        bool fell_back;
    } cases[] = {
        {"{\"usage\":{\"prompt_tokens\":1},\"service_tier\":\"priority\"}", "priority", "", false},
        {"{\"response\":{\"service_tier\":\"flex\"}}", "flex", "", false},
        {"{\"usage\":{\"service_tier\":\"standard\",\"speed\":\"fast\"}}", "fast", "", false},
        {"{\"usage\":{\"speed\":\"fast\",\"service_tier\":\"standard\"}}", "fast", "", false},
        {"{\"usageMetadata\":{\"trafficType\":\"ON_DEMAND\"}}", "ON_DEMAND", "", false},
        {"{\"service_tier\":null}", "", "", false},
        {"{\"usage\":{\"iterations\":[{\"type\":\"message\",\"model\":\"a\"},"
         "{\"model\":\"b\",\"type\":\"fallback_message\"}]}}",
         "", "b", true},
        {"{\"usage\":{\"iterations\":[{\"type\":\"message\",\"model\":\"a\"}]}}", "", "a", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n = strlen(cases[i].bytes);
        for (size_t cut = 0; cut <= n; cut++) {
            struct sc_usage_reader r;
            sc_usage_init(&r, SC_PROVIDER_OPENAI);
            sc_usage_feed(&r, cases[i].bytes, cut);
            assert_int_equal(sc_usage_is_blank(&r), cut == 0);
            assert_int_equal(sc_usage_is_cut(&r), cut > 0 && cut < n);
            sc_usage_feed(&r, cases[i].bytes + cut, n - cut);
            assert_string_equal(r.tier, cases[i].tier);
            assert_string_equal(r.other, cases[i].other);
            assert_int_equal(r.fell_back, cases[i].fell_back);
            assert_false(r.more);
            sc_usage_feed(&r, " \r\n{", 4);
            assert_true(r.more);
        }
    }
}

/* A completed response repeats all of its output before its usage. */
static void an_event_longer_than_any_buffer(void **state)
{
    (void)state;
    size_t text = 50000;
    char *bytes = malloc(text + 1024);
    size_t n = (size_t)sprintf(bytes, "data: {\"type\":\"response.output_text.delta\",\"delta\":"
                                      "\"x\"}\n\ndata: {\"type\":\"response.completed\","
                                      "\"response\":{\"output\":[{\"text\":\"");
    for (size_t i = 0; i < text; i += 10)
        n += (size_t)sprintf(bytes + n, "a\\\"{[\\\\ \xc3\xa4");
    n += (size_t)sprintf(bytes + n,
                         "\"}],\"usage\":{\"input_tokens\":37,\"output_tokens\":11}}}\n\n");
    struct sample e = {"", SC_PROVIDER_OPENAI, SC_STREAM_SSE, bytes, KNOWN(37, 0, 0, 0, 11, 0), ""};
    struct sc_usage_reader r;
    for (size_t step = 1; step < n; step = step * 3 + 1) {
        feed(&e, bytes, n, step, step, &r);
        assert_usage(&e, &r);
    }
    free(bytes);
}

static void the_cheap_look_misses_no_usage_and_spares_ordinary_chunks(void **state)
{
    (void)state;
    static const char *const with[] = {"{\"usage\":{", "{\"usage\" : {}}", "{\"usageMetadata\":{}}",
                                       "{\"eval_count\":1}", "{\"meta\":{\"billed_units\":{}}}"};
    static const char *const without[] = {
        "{\"usage\":null}", "{\"usage\" : null,\"a\":1}",
        "{\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":{\\\"a\\\":1}\"}}],\"usage\":null}",
        "{\"error\":1,\"user\":2,\"eval_duration\":2}"};
    char bytes[600];
    for (size_t pad = 0; pad < 200; pad++) {
        memset(bytes, 'x', sizeof bytes);
        for (size_t i = 0; i < COUNT(with); i++) {
            memcpy(bytes + pad, with[i], strlen(with[i]));
            assert_true(sc_usage_may_be_in(bytes, pad + strlen(with[i])));
            assert_true(sc_usage_may_be_in(bytes, pad + strlen(with[i]) + 90));
        }
        for (size_t i = 0; i < COUNT(without); i++) {
            memcpy(bytes + pad, without[i], strlen(without[i]));
            assert_false(sc_usage_may_be_in(bytes, pad + strlen(without[i])));
        }
    }
}

static void broken_json_is_survived(void **state)
{
    (void)state;
    struct sc_usage_reader r;
    struct sc_usage u;
    unsigned seed = 1;
    static const char parts[] = "{}[]\",:\\u1e. usage\"usage\":{\"prompt_tokens\":";
    char bytes[256];
    for (int i = 0; i < 20000; i++) {
        sc_usage_init(&r, SC_PROVIDER_OPENAI);
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = parts[(seed = seed * 1103515245 + 12345) / 65536 % (sizeof parts - 1)];
        sc_usage_feed(&r, bytes, sizeof bytes);
        sc_usage_result(&r, &u);
        assert_true(u.input >= 0 && u.output >= 0);
    }
}

static void what_is_not_said_is_estimated_and_marked(void **state)
{
    (void)state;
    struct sc_usage u = {.known = true, .input = 25, .output = 1, .estimated = true};
    sc_usage_estimate(&u, 999, 40);
    assert_int_equal(u.input, 25);
    assert_int_equal(u.output, 40);
    u = (struct sc_usage){.known = false};
    sc_usage_estimate(&u, 10, 20);
    assert_true(u.estimated && !u.known && u.input == 10 && u.output == 20);
    u = (struct sc_usage){.known = true, .input = 1, .output = 2};
    sc_usage_estimate(&u, 10, 20);
    assert_true(!u.estimated && u.input == 1 && u.output == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_is_counted_at_every_split),
        cmocka_unit_test(tiers_and_stand_ins_are_named_at_every_split),
        cmocka_unit_test(an_event_longer_than_any_buffer),
        cmocka_unit_test(the_cheap_look_misses_no_usage_and_spares_ordinary_chunks),
        cmocka_unit_test(broken_json_is_survived),
        cmocka_unit_test(what_is_not_said_is_estimated_and_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
