/*
 * price_table.c - the built-in prices, in USD per million tokens.
 *
 * A row: model, source, context, most output; then the rates of input, output, cached read, cache
 * write (5 minutes), cache write (1 hour).
 * Facts only, taken from the list that litellm keeps of the providers' price pages; Anthropic's
 * cache prices follow its documented factors (0.1, 1.25 and 2 times the input). `above` and `large`
 * are the prices of a request whose input is longer than that. Standard tier: batches, priority
 * processing and regional surcharges are not in it.
 */
#include "provider/price_table.h"

#define USD(x) ((int64_t)((x)*1e6 + 0.5))
#define RATES(i, o, c, w, h)                      \
    {                                             \
        USD(i), USD(o), USD(c), USD(w), USD(h), 0 \
    }
#define NO_RATES         \
    {                    \
        0, 0, 0, 0, 0, 0 \
    }
#define ROW(p, model, from, context, output) \
    SC_PROVIDER_##p, from, sizeof(model) - 1, model, NULL, context, output
#define PRICE(p, model, from, context, output, i, o, c, w, h)                   \
    {                                                                           \
        ROW(p, model, from, context, output), RATES(i, o, c, w, h), 0, NO_RATES \
    }
#define TIERED(p, model, from, context, output, rates, above, large) \
    {                                                                \
        ROW(p, model, from, context, output), rates, above, large    \
    }

/* Where rows are from; 0 is the policy. */
enum { JULY = 1, AUGUST, LOCAL };

#define LITELLM "github.com/BerriAI/litellm model_prices_and_context_window.json"
static const struct {
    char as_of[16], source[80];
} origins[] = {
    {"", "policy"},
    [JULY] = {"2026-07-24", LITELLM},
    [AUGUST] = {"2026-08-06", LITELLM},
    [LOCAL] = {"2026-08-06", "runs on a machine of one's own"},
};

/* clang-format off */
static const struct sc_price table[] = {
    PRICE(OPENAI, "gpt-3.5-turbo", JULY, 16385, 4096, 0.5, 1.5, 0, 0, 0),
    PRICE(OPENAI, "gpt-3.5-turbo-1106", JULY, 16385, 4096, 1, 2, 0, 0, 0),
    PRICE(OPENAI, "gpt-3.5-turbo-instruct", JULY, 8192, 4096, 1.5, 2, 0, 0, 0),
    PRICE(OPENAI, "gpt-4", JULY, 8192, 4096, 30, 60, 0, 0, 0),
    PRICE(OPENAI, "gpt-4-turbo", JULY, 128000, 4096, 10, 30, 0, 0, 0),
    PRICE(OPENAI, "gpt-4-0125-preview", JULY, 128000, 4096, 10, 30, 0, 0, 0),
    PRICE(OPENAI, "gpt-4-1106-preview", JULY, 128000, 4096, 10, 30, 0, 0, 0),
    PRICE(OPENAI, "gpt-4.1", JULY, 1047576, 32768, 2, 8, 0.5, 0, 0),
    PRICE(OPENAI, "gpt-4.1-mini", JULY, 1047576, 32768, 0.4, 1.6, 0.1, 0, 0),
    PRICE(OPENAI, "gpt-4.1-nano", JULY, 1047576, 32768, 0.1, 0.4, 0.025, 0, 0),
    PRICE(OPENAI, "gpt-4o", JULY, 128000, 16384, 2.5, 10, 1.25, 0, 0),
    PRICE(OPENAI, "gpt-4o-2024-05-13", JULY, 128000, 4096, 5, 15, 0, 0, 0),
    PRICE(OPENAI, "gpt-4o-mini", JULY, 128000, 16384, 0.15, 0.6, 0.075, 0, 0),
    PRICE(OPENAI, "gpt-4o-audio-preview", JULY, 128000, 16384, 2.5, 10, 0, 0, 0),
    PRICE(OPENAI, "gpt-4o-mini-audio-preview", JULY, 128000, 16384, 0.15, 0.6, 0, 0, 0),
    PRICE(OPENAI, "gpt-4o-search-preview", JULY, 128000, 16384, 2.5, 10, 1.25, 0, 0),
    PRICE(OPENAI, "gpt-4o-mini-search-preview", JULY, 128000, 16384, 0.15, 0.6, 0.075, 0, 0),
    PRICE(OPENAI, "gpt-5", JULY, 272000, 128000, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5-chat", JULY, 128000, 16384, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5-codex", JULY, 272000, 128000, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5-mini", JULY, 272000, 128000, 0.25, 2, 0.025, 0, 0),
    PRICE(OPENAI, "gpt-5-nano", JULY, 272000, 128000, 0.05, 0.4, 0.005, 0, 0),
    PRICE(OPENAI, "gpt-5-pro", JULY, 400000, 128000, 15, 120, 0, 0, 0),
    PRICE(OPENAI, "gpt-5.1", JULY, 272000, 128000, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5.1-chat", JULY, 128000, 16384, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5.1-codex", JULY, 272000, 128000, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5.1-codex-max", JULY, 272000, 128000, 1.25, 10, 0.125, 0, 0),
    PRICE(OPENAI, "gpt-5.1-codex-mini", JULY, 272000, 128000, 0.25, 2, 0.025, 0, 0),
    PRICE(OPENAI, "gpt-5.2", JULY, 272000, 128000, 1.75, 14, 0.175, 0, 0),
    PRICE(OPENAI, "gpt-5.2-chat", JULY, 128000, 16384, 1.75, 14, 0.175, 0, 0),
    PRICE(OPENAI, "gpt-5.2-codex", JULY, 272000, 128000, 1.75, 14, 0.175, 0, 0),
    PRICE(OPENAI, "gpt-5.2-pro", JULY, 272000, 128000, 21, 168, 0, 0, 0),
    PRICE(OPENAI, "gpt-5.3-chat", JULY, 128000, 16384, 1.75, 14, 0.175, 0, 0),
    PRICE(OPENAI, "gpt-5.3-codex", JULY, 272000, 128000, 1.75, 14, 0.175, 0, 0),
    TIERED(OPENAI, "gpt-5.4", JULY, 1050000, 128000, RATES(2.5, 15, 0.25, 0, 0),
           272000, RATES(5, 22.5, 0.5, 0, 0)),
    PRICE(OPENAI, "gpt-5.4-mini", JULY, 400000, 128000, 0.75, 4.5, 0.075, 0, 0),
    PRICE(OPENAI, "gpt-5.4-nano", JULY, 400000, 128000, 0.2, 1.25, 0.02, 0, 0),
    TIERED(OPENAI, "gpt-5.4-pro", JULY, 1050000, 128000, RATES(30, 180, 3, 0, 0),
           272000, RATES(60, 270, 6, 0, 0)),
    TIERED(OPENAI, "gpt-5.5", JULY, 1050000, 128000, RATES(5, 30, 0.5, 0, 0),
           272000, RATES(10, 45, 1, 0, 0)),
    TIERED(OPENAI, "gpt-5.5-pro", JULY, 1050000, 128000, RATES(30, 180, 3, 0, 0),
           272000, RATES(60, 270, 6, 0, 0)),
    TIERED(OPENAI, "gpt-5.6", JULY, 1050000, 128000, RATES(5, 30, 0.5, 6.25, 0),
           272000, RATES(10, 45, 1, 12.5, 0)),
    TIERED(OPENAI, "gpt-5.6-luna", JULY, 400000, 128000, RATES(1, 6, 0.1, 1.25, 0),
           272000, RATES(2, 9, 0.2, 2.5, 0)),
    TIERED(OPENAI, "gpt-5.6-sol", JULY, 400000, 128000, RATES(5, 30, 0.5, 6.25, 0),
           272000, RATES(10, 45, 1, 12.5, 0)),
    TIERED(OPENAI, "gpt-5.6-terra", JULY, 400000, 128000, RATES(2.5, 15, 0.25, 3.125, 0),
           272000, RATES(5, 22.5, 0.5, 6.25, 0)),
    PRICE(OPENAI, "o1", JULY, 200000, 100000, 15, 60, 7.5, 0, 0),
    PRICE(OPENAI, "o1-pro", JULY, 200000, 100000, 150, 600, 0, 0, 0),
    PRICE(OPENAI, "o3", JULY, 200000, 100000, 2, 8, 0.5, 0, 0),
    PRICE(OPENAI, "o3-mini", JULY, 200000, 100000, 1.1, 4.4, 0.55, 0, 0),
    PRICE(OPENAI, "o3-pro", JULY, 200000, 100000, 20, 80, 0, 0, 0),
    PRICE(OPENAI, "o3-deep-research", JULY, 200000, 100000, 10, 40, 2.5, 0, 0),
    PRICE(OPENAI, "o4-mini", JULY, 200000, 100000, 1.1, 4.4, 0.275, 0, 0),
    PRICE(OPENAI, "o4-mini-deep-research", JULY, 200000, 100000, 2, 8, 0.5, 0, 0),
    PRICE(OPENAI, "text-embedding-3-small", AUGUST, 8191, 0, 0.02, 0, 0, 0, 0),
    PRICE(OPENAI, "text-embedding-3-large", AUGUST, 8191, 0, 0.13, 0, 0, 0, 0),
    PRICE(OPENAI, "text-embedding-ada-002", AUGUST, 8191, 0, 0.1, 0, 0, 0, 0),

    PRICE(ANTHROPIC, "claude-3-haiku", JULY, 200000, 4096, 0.25, 1.25, 0.025, 0.3125, 0.5),
    PRICE(ANTHROPIC, "claude-3-opus", JULY, 200000, 4096, 15, 75, 1.5, 18.75, 30),
    PRICE(ANTHROPIC, "claude-3-7-sonnet", JULY, 200000, 64000, 3, 15, 0.3, 3.75, 6),
    TIERED(ANTHROPIC, "claude-sonnet-4", JULY, 1000000, 64000, RATES(3, 15, 0.3, 3.75, 6),
           200000, RATES(6, 22.5, 0.6, 7.5, 12)),
    PRICE(ANTHROPIC, "claude-opus-4", JULY, 200000, 32000, 15, 75, 1.5, 18.75, 30),
    PRICE(ANTHROPIC, "claude-opus-4-1", JULY, 200000, 32000, 15, 75, 1.5, 18.75, 30),
    PRICE(ANTHROPIC, "claude-haiku-4-5", JULY, 200000, 64000, 1, 5, 0.1, 1.25, 2),
    TIERED(ANTHROPIC, "claude-sonnet-4-5", JULY, 200000, 64000, RATES(3, 15, 0.3, 3.75, 6),
           200000, RATES(6, 22.5, 0.6, 7.5, 12)),
    PRICE(ANTHROPIC, "claude-opus-4-5", JULY, 200000, 64000, 5, 25, 0.5, 6.25, 10),
    PRICE(ANTHROPIC, "claude-opus-4-6", JULY, 1000000, 128000, 5, 25, 0.5, 6.25, 10),
    PRICE(ANTHROPIC, "claude-opus-4-7", JULY, 1000000, 128000, 5, 25, 0.5, 6.25, 10),
    PRICE(ANTHROPIC, "claude-opus-4-8", JULY, 1000000, 128000, 5, 25, 0.5, 6.25, 10),
    PRICE(ANTHROPIC, "claude-opus-5", JULY, 1000000, 128000, 5, 25, 0.5, 6.25, 10),
    PRICE(ANTHROPIC, "claude-sonnet-4-6", JULY, 1000000, 64000, 3, 15, 0.3, 3.75, 6),
    PRICE(ANTHROPIC, "claude-sonnet-5", JULY, 1000000, 128000, 2, 10, 0.2, 2.5, 4),

    PRICE(GEMINI, "gemini-2.0-flash", JULY, 1048576, 8192, 0.1, 0.4, 0.025, 0, 0),
    PRICE(GEMINI, "gemini-2.0-flash-lite", JULY, 1048576, 8192, 0.075, 0.3, 0.01875, 0, 0),
    PRICE(GEMINI, "gemini-2.5-flash", JULY, 1048576, 65535, 0.3, 2.5, 0.03, 0, 0),
    PRICE(GEMINI, "gemini-2.5-flash-lite", JULY, 1048576, 65535, 0.1, 0.4, 0.01, 0, 0),
    TIERED(GEMINI, "gemini-2.5-pro", JULY, 1048576, 65535, RATES(1.25, 10, 0.125, 0, 0),
           200000, RATES(2.5, 15, 0.25, 0, 0)),
    PRICE(GEMINI, "gemini-3-flash", JULY, 1048576, 65535, 0.5, 3, 0.05, 0, 0),
    TIERED(GEMINI, "gemini-3-pro", JULY, 1048576, 65535, RATES(2, 12, 0.2, 0, 0),
           200000, RATES(4, 18, 0.4, 0, 0)),
    PRICE(GEMINI, "gemini-3.1-flash-lite", JULY, 1048576, 65536, 0.25, 1.5, 0.025, 0, 0),
    TIERED(GEMINI, "gemini-3.1-pro", JULY, 1048576, 65536, RATES(2, 12, 0.2, 0, 0),
           200000, RATES(4, 18, 0.4, 0, 0)),
    PRICE(GEMINI, "gemini-3.5-flash", JULY, 1048576, 65535, 1.5, 9, 0.15, 0, 0),
    PRICE(GEMINI, "gemini-3.5-flash-lite", JULY, 1048576, 65536, 0.3, 2.5, 0.03, 0, 0),
    PRICE(GEMINI, "gemini-3.6-flash", JULY, 1048576, 65536, 1.5, 7.5, 0.15, 0, 0),
    PRICE(GEMINI, "gemini-flash", JULY, 1048576, 65535, 0.3, 2.5, 0.03, 0, 0),
    PRICE(GEMINI, "gemini-flash-lite", JULY, 1048576, 65535, 0.1, 0.4, 0.01, 0, 0),
    TIERED(GEMINI, "gemini-pro", JULY, 1048576, 65535, RATES(1.25, 10, 0.125, 0, 0),
           200000, RATES(2.5, 15, 0.25, 0, 0)),
    PRICE(GEMINI, "gemini-embedding-001", JULY, 2048, 0, 0.15, 0, 0, 0, 0),
    PRICE(GEMINI, "gemini-embedding-2", JULY, 8192, 0, 0.2, 0, 0, 0, 0),

    PRICE(MISTRAL, "codestral-2508", AUGUST, 256000, 256000, 0.3, 0.9, 0, 0, 0),
    PRICE(MISTRAL, "devstral-2512", AUGUST, 256000, 256000, 0.4, 2, 0, 0, 0),
    PRICE(MISTRAL, "devstral-medium-2507", AUGUST, 128000, 128000, 0.4, 2, 0, 0, 0),
    PRICE(MISTRAL, "devstral-small-2507", AUGUST, 128000, 128000, 0.1, 0.3, 0, 0, 0),
    PRICE(MISTRAL, "magistral-medium", AUGUST, 40000, 40000, 2, 5, 0, 0, 0),
    PRICE(MISTRAL, "magistral-small", AUGUST, 40000, 40000, 0.5, 1.5, 0, 0, 0),
    PRICE(MISTRAL, "ministral-8b-2512", AUGUST, 262144, 262144, 0.15, 0.15, 0, 0, 0),
    PRICE(MISTRAL, "mistral-embed", AUGUST, 8192, 0, 0.1, 0, 0, 0, 0),
    PRICE(MISTRAL, "codestral-embed", AUGUST, 8192, 0, 0.15, 0, 0, 0, 0),
    PRICE(MISTRAL, "mistral-large-2407", AUGUST, 128000, 128000, 3, 9, 0, 0, 0),
    PRICE(MISTRAL, "mistral-large-2411", AUGUST, 128000, 128000, 2, 6, 0, 0, 0),
    PRICE(MISTRAL, "mistral-large-2512", AUGUST, 262144, 262144, 0.5, 1.5, 0, 0, 0),
    PRICE(MISTRAL, "mistral-large", AUGUST, 262144, 262144, 0.5, 1.5, 0, 0, 0),
    PRICE(MISTRAL, "mistral-medium-2505", AUGUST, 131072, 8191, 0.4, 2, 0, 0, 0),
    PRICE(MISTRAL, "mistral-medium-2508", AUGUST, 131072, 131072, 0.4, 2, 0, 0, 0),
    PRICE(MISTRAL, "mistral-medium-2604", AUGUST, 262144, 262144, 1.5, 7.5, 0, 0, 0),
    PRICE(MISTRAL, "mistral-medium", AUGUST, 262144, 262144, 1.5, 7.5, 0, 0, 0),
    PRICE(MISTRAL, "mistral-small", AUGUST, 131072, 131072, 0.06, 0.18, 0, 0, 0),
    PRICE(MISTRAL, "open-mistral-nemo", AUGUST, 128000, 128000, 0.3, 0.3, 0, 0, 0),
    PRICE(MISTRAL, "open-mixtral-8x22b", AUGUST, 65336, 8191, 2, 6, 0, 0, 0),
    PRICE(MISTRAL, "pixtral-large", AUGUST, 128000, 128000, 2, 6, 0, 0, 0),

    PRICE(COHERE, "command-a-03-2025", AUGUST, 256000, 8000, 2.5, 10, 0, 0, 0),
    PRICE(COHERE, "command-r", AUGUST, 128000, 4096, 0.15, 0.6, 0, 0, 0),
    PRICE(COHERE, "command-r-plus", AUGUST, 128000, 4096, 2.5, 10, 0, 0, 0),
    PRICE(COHERE, "command-r7b-12-2024", AUGUST, 128000, 4096, 0.0375, 0.15, 0, 0, 0),
    PRICE(COHERE, "embed-english-v3.0", AUGUST, 1024, 0, 0.1, 0, 0, 0, 0),
    PRICE(COHERE, "embed-multilingual-v3.0", AUGUST, 1024, 0, 0.1, 0, 0, 0, 0),
    PRICE(COHERE, "embed-v4.0", AUGUST, 128000, 0, 0.12, 0, 0, 0, 0),

    PRICE(GROQ, "llama-3.1-8b-instant", AUGUST, 128000, 8192, 0.05, 0.08, 0, 0, 0),
    PRICE(GROQ, "llama-3.3-70b-versatile", AUGUST, 128000, 32768, 0.59, 0.79, 0, 0, 0),
    PRICE(GROQ, "meta-llama/llama-4-maverick-17b-128e-instruct", AUGUST, 131072, 8192, 0.2,
          0.6, 0, 0, 0),
    PRICE(GROQ, "meta-llama/llama-4-scout-17b-16e-instruct", AUGUST, 131072, 8192, 0.11, 0.34,
          0, 0, 0),
    PRICE(GROQ, "moonshotai/kimi-k2-instruct-0905", AUGUST, 262144, 16384, 1, 3, 0.5, 0, 0),
    PRICE(GROQ, "openai/gpt-oss-120b", AUGUST, 131072, 32766, 0.15, 0.6, 0.075, 0, 0),
    PRICE(GROQ, "openai/gpt-oss-20b", AUGUST, 131072, 32768, 0.075, 0.3, 0.0375, 0, 0),
    PRICE(GROQ, "qwen/qwen3-32b", AUGUST, 131000, 131000, 0.29, 0.59, 0, 0, 0),

    PRICE(DEEPSEEK, "deepseek-chat", JULY, 131072, 8192, 0.28, 0.42, 0.028, 0, 0),
    PRICE(DEEPSEEK, "deepseek-reasoner", JULY, 131072, 65536, 0.28, 0.42, 0.028, 0, 0),
    PRICE(DEEPSEEK, "deepseek-v4-flash", JULY, 1000000, 8192, 0.14, 0.28, 0.0028, 0, 0),
    PRICE(DEEPSEEK, "deepseek-v4-pro", JULY, 1000000, 8192, 0.435, 0.87, 0.003625, 0, 0),

    PRICE(XAI, "grok-3", AUGUST, 131072, 131072, 3, 15, 0.75, 0, 0),
    PRICE(XAI, "grok-3-mini", AUGUST, 131072, 131072, 0.3, 0.5, 0.075, 0, 0),
    PRICE(XAI, "grok-4", AUGUST, 256000, 256000, 3, 15, 0, 0, 0),
    TIERED(XAI, "grok-4-0709", AUGUST, 256000, 256000, RATES(3, 15, 0, 0, 0),
           128000, RATES(6, 30, 0, 0, 0)),
    TIERED(XAI, "grok-4-fast-reasoning", AUGUST, 2000000, 2000000, RATES(0.2, 0.5, 0.05, 0, 0),
           128000, RATES(0.4, 1, 0.1, 0, 0)),
    TIERED(XAI, "grok-4-fast-non-reasoning", AUGUST, 2000000, 2000000, RATES(0.2, 0.5, 0.05, 0, 0),
           128000, RATES(0.4, 1, 0.1, 0, 0)),
    TIERED(XAI, "grok-4-1-fast-reasoning", AUGUST, 2000000, 2000000, RATES(0.2, 0.5, 0.05, 0, 0),
           128000, RATES(0.4, 1, 0.1, 0, 0)),
    TIERED(XAI, "grok-4-1-fast-non-reasoning", AUGUST, 2000000, 2000000,
          RATES(0.2, 0.5, 0.05, 0, 0),
           128000, RATES(0.4, 1, 0.1, 0, 0)),
    TIERED(XAI, "grok-4.3", AUGUST, 1000000, 1000000, RATES(1.25, 2.5, 0.2, 0, 0),
           200000, RATES(2.5, 5, 0.4, 0, 0)),
    TIERED(XAI, "grok-4.5", AUGUST, 500000, 500000, RATES(2, 6, 0.5, 0, 0),
           200000, RATES(4, 12, 1, 0, 0)),
    PRICE(XAI, "grok-code-fast-1", AUGUST, 256000, 256000, 0.2, 1.5, 0.02, 0, 0),
    PRICE(XAI, "grok-4.20-0309-reasoning", JULY, 1000000, 1000000, 1.25, 2.5, 0.2, 0, 0),
    PRICE(XAI, "grok-4.20-0309-non-reasoning", JULY, 1000000, 1000000, 1.25, 2.5, 0.2, 0, 0),

    PRICE(TOGETHER, "deepseek-ai/DeepSeek-V3", AUGUST, 65536, 8192, 1.25, 1.25, 0, 0, 0),
    PRICE(TOGETHER, "deepseek-ai/DeepSeek-V3.1", AUGUST, 128000, 16384, 0.6, 1.7, 0, 0, 0),
    PRICE(TOGETHER, "deepseek-ai/DeepSeek-R1", AUGUST, 128000, 20480, 3, 7, 0, 0, 0),
    PRICE(TOGETHER, "meta-llama/Llama-3.3-70B-Instruct-Turbo", AUGUST, 0, 0, 0.88, 0.88, 0, 0, 0),
    PRICE(TOGETHER, "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", AUGUST, 0, 0, 0.18, 0.18,
          0, 0, 0),
    PRICE(TOGETHER, "Qwen/Qwen3-235B-A22B-Thinking-2507", AUGUST, 256000, 0, 0.65, 3, 0, 0, 0),
    PRICE(TOGETHER, "moonshotai/Kimi-K2.5", AUGUST, 256000, 256000, 0.5, 2.8, 0, 0, 0),
    PRICE(TOGETHER, "openai/gpt-oss-120b", AUGUST, 131072, 131072, 0.15, 0.6, 0, 0, 0),
    PRICE(TOGETHER, "openai/gpt-oss-20b", AUGUST, 128000, 0, 0.05, 0.2, 0, 0, 0),
    PRICE(TOGETHER, "zai-org/GLM-4.7", AUGUST, 200000, 200000, 0.45, 2, 0, 0, 0),

    PRICE(BEDROCK, "amazon.nova-micro", AUGUST, 128000, 10000, 0.035, 0.14, 0, 0, 0),
    PRICE(BEDROCK, "amazon.nova-lite", AUGUST, 300000, 10000, 0.06, 0.24, 0, 0, 0),
    PRICE(BEDROCK, "amazon.nova-pro", AUGUST, 300000, 10000, 0.8, 3.2, 0, 0, 0),
    PRICE(BEDROCK, "amazon.nova-2-lite", AUGUST, 1000000, 64000, 0.3, 2.5, 0.075, 0, 0),
    PRICE(BEDROCK, "amazon.titan-embed-text-v2", AUGUST, 8192, 0, 0.02, 0, 0, 0, 0),

    PRICE(OLLAMA, "*", LOCAL, 0, 0, 0, 0, 0, 0, 0),
    PRICE(VLLM, "*", LOCAL, 0, 0, 0, 0, 0, 0, 0),
    PRICE(LLAMACPP, "*", LOCAL, 0, 0, 0, 0, 0, 0, 0),
};
/* clang-format on */

const char *sc_price_as_of(const struct sc_price *p)
{
    return origins[p->origin].as_of;
}

const char *sc_price_source(const struct sc_price *p)
{
    return origins[p->origin].source;
}

const struct sc_price *sc_price_table(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}
