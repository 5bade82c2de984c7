/*
 * usage_members.h - the objects that lead to usage, and what their members are.
 *
 * A table; for usage.c alone.
 */
#ifndef SC_PROVIDER_USAGE_MEMBERS_H
#define SC_PROVIDER_USAGE_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "provider/usage_field.h"

enum {
    NODE_NONE, /* skipped */
    NODE_ROOT,
    NODE_RESPONSE, /* OpenAI responses' and Cohere v1's last event */
    NODE_MESSAGE,  /* Anthropic's message_start */
    NODE_DELTA,    /* Cohere v2's message-end */
    NODE_META,     /* Cohere v1; Groq's x_groq is alike */
    NODE_USAGE,
    NODE_INPUT,  /* details of the input */
    NODE_OUTPUT, /* details of the output */
    NODE_CACHE_CREATION,
    NODE_CACHE_DETAILS,
    NODE_BILLED,
    NODE_GOOGLE,
    NODE_INVOCATION, /* Bedrock's InvokeModel */
    NODE_CHOICES,    /* OpenAI's and Google's answers */
    NODE_TIMINGS,    /* llama.cpp */
    NODE_RESULTS,    /* watsonx, KoboldCpp */
    NODE_ITERATIONS, /* Anthropic: the models that were asked one after the other
                      */
    NODE_UNUSUAL,    /* what a good answer does not have */
};

/* A member of a node: the node it leads to, or the field it holds. The commonest come first.
 * Length and first letter, by which names are told apart, lie side by side. */
struct member {
    uint8_t target, field, len;
    char name[37];
};

#define UNUSUAL(name, field)                          \
    {                                                 \
        NODE_UNUSUAL, (field), sizeof(name) - 1, name \
    }
#define LEADS(name, to)                             \
    {                                               \
        (to), SC_USAGE_NONE, sizeof(name) - 1, name \
    }
#define HOLDS(name, field)                         \
    {                                              \
        NODE_NONE, (field), sizeof(name) - 1, name \
    }

#define ROOT_MEMBERS(X)                                           \
    X(LEADS, "choices", NODE_CHOICES)                             \
    X(LEADS, "usage", NODE_USAGE)                                 \
    X(HOLDS, "model", SC_USAGE_MODEL)                             \
    X(HOLDS, "service_tier", SC_USAGE_TIER)                       \
    X(LEADS, "candidates", NODE_CHOICES)                          \
    X(LEADS, "usageMetadata", NODE_GOOGLE)                        \
    X(HOLDS, "stop_reason", SC_USAGE_END)                         \
    X(HOLDS, "stopReason", SC_USAGE_END)                          \
    X(UNUSUAL, "error", SC_USAGE_UNUSUAL)                         \
    X(UNUSUAL, "promptFeedback", SC_USAGE_UNUSUAL)                \
    X(UNUSUAL, "base_resp", SC_USAGE_UNUSUAL)                     \
    X(UNUSUAL, "error_code", SC_USAGE_UNUSUAL)                    \
    X(UNUSUAL, "Response", SC_USAGE_UNUSUAL)                      \
    X(HOLDS, "finish_reason", SC_USAGE_END)                       \
    X(LEADS, "response", NODE_RESPONSE)                           \
    X(LEADS, "message", NODE_MESSAGE)                             \
    X(LEADS, "delta", NODE_DELTA)                                 \
    X(LEADS, "meta", NODE_META)                                   \
    X(LEADS, "x_groq", NODE_META)                                 \
    X(LEADS, "amazon-bedrock-invocationMetrics", NODE_INVOCATION) \
    X(HOLDS, "modelVersion", SC_USAGE_MODEL)                      \
    X(HOLDS, "prompt_eval_count", SC_USAGE_EVAL_IN)               \
    X(HOLDS, "eval_count", SC_USAGE_EVAL_OUT)                     \
    X(HOLDS, "tokens_evaluated", SC_USAGE_OWN_IN)                 \
    X(HOLDS, "tokens_predicted", SC_USAGE_OWN_OUT)                \
    X(HOLDS, "index", SC_USAGE_CHOICE)                            \
    X(LEADS, "timings", NODE_TIMINGS)                             \
    X(LEADS, "interaction", NODE_RESPONSE)                        \
    X(LEADS, "meta_info", NODE_USAGE) /* SGLang's /generate */    \
    X(LEADS, "result", NODE_RESPONSE) /* Cloudflare */            \
    X(LEADS, "results", NODE_RESULTS)

#define RESPONSE_MEMBERS(X)                  \
    X(LEADS, "usage", NODE_USAGE)            \
    X(LEADS, "usageMetadata", NODE_GOOGLE)   \
    X(LEADS, "meta", NODE_META)              \
    X(HOLDS, "model", SC_USAGE_MODEL)        \
    X(HOLDS, "modelVersion", SC_USAGE_MODEL) \
    X(HOLDS, "service_tier", SC_USAGE_TIER)

#define MESSAGE_MEMBERS(X)        \
    X(LEADS, "usage", NODE_USAGE) \
    X(HOLDS, "model", SC_USAGE_MODEL)

#define DELTA_MEMBERS(X) X(LEADS, "usage", NODE_USAGE)

#define META_MEMBERS(X)           \
    X(LEADS, "usage", NODE_USAGE) \
    X(LEADS, "billed_units", NODE_BILLED)

#define USAGE_MEMBERS(X)                                                               \
    X(HOLDS, "prompt_tokens", SC_USAGE_PROMPT)                                         \
    X(HOLDS, "completion_tokens", SC_USAGE_COMPLETION)                                 \
    X(HOLDS, "total_tokens", SC_USAGE_TOTAL)                                           \
    X(LEADS, "prompt_tokens_details", NODE_INPUT)                                      \
    X(LEADS, "completion_tokens_details", NODE_OUTPUT)                                 \
    X(HOLDS, "input_tokens", SC_USAGE_IN)                                              \
    X(HOLDS, "output_tokens", SC_USAGE_OUT)                                            \
    X(HOLDS, "cache_read_input_tokens", SC_USAGE_CACHE_READ)                           \
    X(HOLDS, "cache_creation_input_tokens", SC_USAGE_CACHE_WRITE)                      \
    X(HOLDS, "prompt_cache_hit_tokens", SC_USAGE_CACHED_INSIDE) /* DeepSeek */         \
    X(HOLDS, "num_cached_tokens", SC_USAGE_CACHED_INSIDE)       /* Mistral */          \
    X(HOLDS, "cached_tokens", SC_USAGE_CACHED_INSIDE)           /* Moonshot */         \
    X(HOLDS, "inputTokens", SC_USAGE_IN)                        /* Bedrock */          \
    X(HOLDS, "outputTokens", SC_USAGE_OUT)                                             \
    X(HOLDS, "cacheReadInputTokens", SC_USAGE_CACHE_READ)                              \
    X(HOLDS, "cacheWriteInputTokens", SC_USAGE_CACHE_WRITE)                            \
    X(HOLDS, "cost", SC_USAGE_COST)              /* OpenRouter */                      \
    X(LEADS, "prompt_token_details", NODE_INPUT) /* Mistral has been seen to say so */ \
    X(LEADS, "input_tokens_details", NODE_INPUT)                                       \
    X(LEADS, "output_tokens_details", NODE_OUTPUT)                                     \
    X(LEADS, "cache_creation", NODE_CACHE_CREATION)                                    \
    X(LEADS, "cacheDetails", NODE_CACHE_DETAILS)                                       \
    X(LEADS, "billed_units", NODE_BILLED)                                              \
    X(HOLDS, "service_tier", SC_USAGE_TIER) /* Anthropic */                            \
    X(HOLDS, "speed", SC_USAGE_TIER)                                                   \
    X(LEADS, "iterations", NODE_ITERATIONS)                                            \
    X(HOLDS, "total_input_tokens", SC_USAGE_ALL_IN)                                    \
    X(HOLDS, "total_output_tokens", SC_USAGE_ALL_OUT)                                  \
    X(HOLDS, "total_thought_tokens", SC_USAGE_ALL_THOUGHTS)                            \
    X(HOLDS, "total_tool_use_tokens", SC_USAGE_ALL_TOOLS)                              \
    X(HOLDS, "total_cached_tokens", SC_USAGE_ALL_CACHED)

#define TIMINGS_MEMBERS(X)                \
    X(HOLDS, "prompt_n", SC_USAGE_NEW_IN) \
    X(HOLDS, "cache_n", SC_USAGE_KEPT_IN) \
    X(HOLDS, "predicted_n", SC_USAGE_NEW_OUT)

#define ITERATIONS_MEMBERS(X)            \
    X(HOLDS, "type", SC_USAGE_ITERATION) \
    X(HOLDS, "model", SC_USAGE_OTHER_MODEL)

#define INPUT_DETAILS_MEMBERS(X)                          \
    X(HOLDS, "cached_tokens", SC_USAGE_CACHED_INSIDE)     \
    X(HOLDS, "cache_write_tokens", SC_USAGE_WRITE_INSIDE) \
    X(HOLDS, "audio_tokens", SC_USAGE_AUDIO_IN)

#define OUTPUT_DETAILS_MEMBERS(X)                                   \
    X(HOLDS, "reasoning_tokens", SC_USAGE_REASONING)                \
    X(HOLDS, "thinking_tokens", SC_USAGE_REASONING) /* Anthropic */ \
    X(HOLDS, "audio_tokens", SC_USAGE_AUDIO_OUT)

#define CACHE_CREATION_MEMBERS(X)                            \
    X(HOLDS, "ephemeral_5m_input_tokens", SC_USAGE_WRITE_5M) \
    X(HOLDS, "ephemeral_1h_input_tokens", SC_USAGE_WRITE_1H)

#define CACHE_DETAILS_MEMBERS(X)  \
    X(HOLDS, "ttl", SC_USAGE_TTL) \
    X(HOLDS, "inputTokens", SC_USAGE_TTL_TOKENS)

#define BILLED_MEMBERS(X)                        \
    X(HOLDS, "input_tokens", SC_USAGE_BILLED_IN) \
    X(HOLDS, "output_tokens", SC_USAGE_BILLED_OUT)

#define GOOGLE_MEMBERS(X)                                        \
    X(HOLDS, "promptTokenCount", SC_USAGE_GOOGLE_PROMPT)         \
    X(HOLDS, "candidatesTokenCount", SC_USAGE_GOOGLE_CANDIDATES) \
    X(HOLDS, "thoughtsTokenCount", SC_USAGE_GOOGLE_THOUGHTS)     \
    X(HOLDS, "toolUsePromptTokenCount", SC_USAGE_GOOGLE_TOOLS)   \
    X(HOLDS, "cachedContentTokenCount", SC_USAGE_GOOGLE_CACHED)  \
    X(HOLDS, "serviceTier", SC_USAGE_TIER)                       \
    X(HOLDS, "trafficType", SC_USAGE_TIER) /* Vertex */

#define RESULTS_MEMBERS(X)                                 \
    X(HOLDS, "input_token_count", SC_USAGE_PROMPT)         \
    X(HOLDS, "generated_token_count", SC_USAGE_COMPLETION) \
    X(HOLDS, "prompt_tokens", SC_USAGE_PROMPT)             \
    X(HOLDS, "completion_tokens", SC_USAGE_COMPLETION)

#define CHOICES_MEMBERS(X)                                 \
    X(HOLDS, "finish_reason", SC_USAGE_END)                \
    X(HOLDS, "finishReason", SC_USAGE_END)                 \
    X(HOLDS, "index", SC_USAGE_CHOICE)                     \
    X(LEADS, "usage", NODE_USAGE) /* Moonshot's streams */ \
    X(UNUSUAL, "error", SC_USAGE_UNUSUAL)

#define UNUSUAL_MEMBERS(X) X(UNUSUAL, "error", SC_USAGE_UNUSUAL)

#define INVOCATION_MEMBERS(X)                                 \
    X(HOLDS, "inputTokenCount", SC_USAGE_IN)                  \
    X(HOLDS, "outputTokenCount", SC_USAGE_OUT)                \
    X(HOLDS, "cacheReadInputTokenCount", SC_USAGE_CACHE_READ) \
    X(HOLDS, "cacheWriteInputTokenCount", SC_USAGE_CACHE_WRITE)

#define ROW(kind, name, what) kind(name, what),
#define NODE(LIST)                                                              \
    {                                                                           \
        (const struct member[]){LIST(ROW)},                                     \
            sizeof((const struct member[]){LIST(ROW)}) / sizeof(struct member), \
    }

static const struct {
    const struct member *members;
    size_t n;
} nodes[] = {
    [NODE_ROOT] = NODE(ROOT_MEMBERS),
    [NODE_RESPONSE] = NODE(RESPONSE_MEMBERS),
    [NODE_MESSAGE] = NODE(MESSAGE_MEMBERS),
    [NODE_DELTA] = NODE(DELTA_MEMBERS),
    [NODE_META] = NODE(META_MEMBERS),
    [NODE_USAGE] = NODE(USAGE_MEMBERS),
    [NODE_INPUT] = NODE(INPUT_DETAILS_MEMBERS),
    [NODE_OUTPUT] = NODE(OUTPUT_DETAILS_MEMBERS),
    [NODE_CACHE_CREATION] = NODE(CACHE_CREATION_MEMBERS),
    [NODE_CACHE_DETAILS] = NODE(CACHE_DETAILS_MEMBERS),
    [NODE_BILLED] = NODE(BILLED_MEMBERS),
    [NODE_GOOGLE] = NODE(GOOGLE_MEMBERS),
    [NODE_INVOCATION] = NODE(INVOCATION_MEMBERS),
    [NODE_CHOICES] = NODE(CHOICES_MEMBERS),
    [NODE_TIMINGS] = NODE(TIMINGS_MEMBERS),
    [NODE_RESULTS] = NODE(RESULTS_MEMBERS),
    [NODE_ITERATIONS] = NODE(ITERATIONS_MEMBERS),
    [NODE_UNUSUAL] = NODE(UNUSUAL_MEMBERS),
};

/* Most keys are none of a node's, and their length says so: the first row of a length, plus one. */
enum { NODES = sizeof nodes / sizeof *nodes, NAME_BYTES = sizeof((struct member *)0)->name };
static uint8_t by_length[NODES][64];

__attribute__((constructor)) static void find_lengths(void)
{
    for (size_t node = 0; node < NODES; node++)
        for (size_t i = nodes[node].n; i-- > 0;)
            by_length[node][nodes[node].members[i].len] = (uint8_t)(i + 1);
}

#endif
