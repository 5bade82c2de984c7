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
    NODE_ITERATIONS, /* Anthropic: the models that were asked one after the other
                      */
    NODE_UNUSUAL,    /* what a good answer does not have */
};

/* A member of a node: the node it leads to, or the field it holds. The commonest come first. */
struct member {
    uint8_t len, target, field;
    char name[37];
};

#define UNUSUAL(name)                                          \
    {                                                          \
        sizeof(name) - 1, NODE_UNUSUAL, SC_USAGE_UNUSUAL, name \
    }
#define LEADS(name, to)                             \
    {                                               \
        sizeof(name) - 1, (to), SC_USAGE_NONE, name \
    }
#define HOLDS(name, field)                         \
    {                                              \
        sizeof(name) - 1, NODE_NONE, (field), name \
    }

static const struct member root_members[] = {
    LEADS("choices", NODE_CHOICES),
    LEADS("usage", NODE_USAGE),
    LEADS("candidates", NODE_CHOICES),
    LEADS("usageMetadata", NODE_GOOGLE),
    HOLDS("stop_reason", SC_USAGE_END),
    HOLDS("stopReason", SC_USAGE_END),
    UNUSUAL("error"),
    UNUSUAL("promptFeedback"),
    LEADS("response", NODE_RESPONSE),
    LEADS("message", NODE_MESSAGE),
    LEADS("delta", NODE_DELTA),
    LEADS("meta", NODE_META),
    LEADS("x_groq", NODE_META),
    LEADS("amazon-bedrock-invocationMetrics", NODE_INVOCATION),
    HOLDS("model", SC_USAGE_MODEL),
    HOLDS("modelVersion", SC_USAGE_MODEL),
    HOLDS("prompt_eval_count", SC_USAGE_EVAL_IN),
    HOLDS("eval_count", SC_USAGE_EVAL_OUT),
    HOLDS("tokens_evaluated", SC_USAGE_OWN_IN),
    HOLDS("tokens_predicted", SC_USAGE_OWN_OUT),
    HOLDS("index", SC_USAGE_CHOICE),
    HOLDS("service_tier", SC_USAGE_TIER),
    LEADS("timings", NODE_TIMINGS),
    LEADS("interaction", NODE_RESPONSE),
};

static const struct member response_members[] = {
    LEADS("usage", NODE_USAGE),
    LEADS("usageMetadata", NODE_GOOGLE),
    LEADS("meta", NODE_META),
    HOLDS("model", SC_USAGE_MODEL),
    HOLDS("modelVersion", SC_USAGE_MODEL),
    HOLDS("service_tier", SC_USAGE_TIER),
};

static const struct member message_members[] = {
    LEADS("usage", NODE_USAGE),
    HOLDS("model", SC_USAGE_MODEL),
};

static const struct member delta_members[] = {
    LEADS("usage", NODE_USAGE),
};

static const struct member meta_members[] = {
    LEADS("usage", NODE_USAGE),
    LEADS("billed_units", NODE_BILLED),
};

static const struct member usage_members[] = {
    HOLDS("prompt_tokens", SC_USAGE_PROMPT),
    HOLDS("completion_tokens", SC_USAGE_COMPLETION),
    HOLDS("total_tokens", SC_USAGE_TOTAL),
    LEADS("prompt_tokens_details", NODE_INPUT),
    LEADS("completion_tokens_details", NODE_OUTPUT),
    HOLDS("input_tokens", SC_USAGE_IN),
    HOLDS("output_tokens", SC_USAGE_OUT),
    HOLDS("cache_read_input_tokens", SC_USAGE_CACHE_READ),
    HOLDS("cache_creation_input_tokens", SC_USAGE_CACHE_WRITE),
    HOLDS("prompt_cache_hit_tokens", SC_USAGE_CACHED_INSIDE), /* DeepSeek */
    HOLDS("num_cached_tokens", SC_USAGE_CACHED_INSIDE),       /* Mistral */
    HOLDS("cached_tokens", SC_USAGE_CACHED_INSIDE),           /* Moonshot */
    HOLDS("inputTokens", SC_USAGE_IN),                        /* Bedrock */
    HOLDS("outputTokens", SC_USAGE_OUT),
    HOLDS("cacheReadInputTokens", SC_USAGE_CACHE_READ),
    HOLDS("cacheWriteInputTokens", SC_USAGE_CACHE_WRITE),
    HOLDS("cost", SC_USAGE_COST),              /* OpenRouter */
    LEADS("prompt_token_details", NODE_INPUT), /* Mistral has been seen to say so */
    LEADS("input_tokens_details", NODE_INPUT),
    LEADS("output_tokens_details", NODE_OUTPUT),
    LEADS("cache_creation", NODE_CACHE_CREATION),
    LEADS("cacheDetails", NODE_CACHE_DETAILS),
    LEADS("billed_units", NODE_BILLED),
    HOLDS("service_tier", SC_USAGE_TIER), /* Anthropic */
    HOLDS("speed", SC_USAGE_TIER),
    LEADS("iterations", NODE_ITERATIONS),
    HOLDS("total_input_tokens", SC_USAGE_ALL_IN),
    HOLDS("total_output_tokens", SC_USAGE_ALL_OUT),
    HOLDS("total_thought_tokens", SC_USAGE_ALL_THOUGHTS),
    HOLDS("total_tool_use_tokens", SC_USAGE_ALL_TOOLS),
    HOLDS("total_cached_tokens", SC_USAGE_ALL_CACHED),
};

static const struct member timings_members[] = {
    HOLDS("prompt_n", SC_USAGE_NEW_IN),
    HOLDS("cache_n", SC_USAGE_KEPT_IN),
    HOLDS("predicted_n", SC_USAGE_NEW_OUT),
};

static const struct member iterations_members[] = {
    HOLDS("type", SC_USAGE_ITERATION),
    HOLDS("model", SC_USAGE_OTHER_MODEL),
};

static const struct member input_details_members[] = {
    HOLDS("cached_tokens", SC_USAGE_CACHED_INSIDE),
    HOLDS("cache_write_tokens", SC_USAGE_WRITE_INSIDE),
    HOLDS("audio_tokens", SC_USAGE_AUDIO_IN),
};

static const struct member output_details_members[] = {
    HOLDS("reasoning_tokens", SC_USAGE_REASONING),
    HOLDS("thinking_tokens", SC_USAGE_REASONING), /* Anthropic */
    HOLDS("audio_tokens", SC_USAGE_AUDIO_OUT),
};

static const struct member cache_creation_members[] = {
    HOLDS("ephemeral_5m_input_tokens", SC_USAGE_WRITE_5M),
    HOLDS("ephemeral_1h_input_tokens", SC_USAGE_WRITE_1H),
};

static const struct member cache_details_members[] = {
    HOLDS("ttl", SC_USAGE_TTL),
    HOLDS("inputTokens", SC_USAGE_TTL_TOKENS),
};

static const struct member billed_members[] = {
    HOLDS("input_tokens", SC_USAGE_BILLED_IN),
    HOLDS("output_tokens", SC_USAGE_BILLED_OUT),
};

static const struct member google_members[] = {
    HOLDS("promptTokenCount", SC_USAGE_GOOGLE_PROMPT),
    HOLDS("candidatesTokenCount", SC_USAGE_GOOGLE_CANDIDATES),
    HOLDS("thoughtsTokenCount", SC_USAGE_GOOGLE_THOUGHTS),
    HOLDS("toolUsePromptTokenCount", SC_USAGE_GOOGLE_TOOLS),
    HOLDS("cachedContentTokenCount", SC_USAGE_GOOGLE_CACHED),
    HOLDS("serviceTier", SC_USAGE_TIER),
    HOLDS("trafficType", SC_USAGE_TIER), /* Vertex */
};

static const struct member choices_members[] = {
    HOLDS("finish_reason", SC_USAGE_END),
    HOLDS("finishReason", SC_USAGE_END),
    HOLDS("index", SC_USAGE_CHOICE),
    UNUSUAL("error"),
};

static const struct member unusual_members[] = {
    UNUSUAL("error"),
};

static const struct member invocation_members[] = {
    HOLDS("inputTokenCount", SC_USAGE_IN),
    HOLDS("outputTokenCount", SC_USAGE_OUT),
    HOLDS("cacheReadInputTokenCount", SC_USAGE_CACHE_READ),
    HOLDS("cacheWriteInputTokenCount", SC_USAGE_CACHE_WRITE),
};

#define NODE(members)                                  \
    {                                                  \
        (members), sizeof(members) / sizeof *(members) \
    }

static const struct {
    const struct member *members;
    size_t n;
} nodes[] = {
    [NODE_ROOT] = NODE(root_members),
    [NODE_RESPONSE] = NODE(response_members),
    [NODE_MESSAGE] = NODE(message_members),
    [NODE_DELTA] = NODE(delta_members),
    [NODE_META] = NODE(meta_members),
    [NODE_USAGE] = NODE(usage_members),
    [NODE_INPUT] = NODE(input_details_members),
    [NODE_OUTPUT] = NODE(output_details_members),
    [NODE_CACHE_CREATION] = NODE(cache_creation_members),
    [NODE_CACHE_DETAILS] = NODE(cache_details_members),
    [NODE_BILLED] = NODE(billed_members),
    [NODE_GOOGLE] = NODE(google_members),
    [NODE_INVOCATION] = NODE(invocation_members),
    [NODE_CHOICES] = NODE(choices_members),
    [NODE_TIMINGS] = NODE(timings_members),
    [NODE_ITERATIONS] = NODE(iterations_members),
    [NODE_UNUSUAL] = NODE(unusual_members),
};

#endif
