/* usage_field.h - what an answer can say of what it took. */
#ifndef SC_PROVIDER_USAGE_FIELD_H
#define SC_PROVIDER_USAGE_FIELD_H

/* One count of one provider's usage. */
enum sc_usage_field {
    SC_USAGE_NONE,
    SC_USAGE_PROMPT, /* OpenAI chat */
    SC_USAGE_COMPLETION,
    SC_USAGE_TOTAL,
    SC_USAGE_IN, /* OpenAI responses, Anthropic, Bedrock */
    SC_USAGE_OUT,
    SC_USAGE_OUT_AT_START, /* Anthropic's message_start: not yet the real number */
    SC_USAGE_CACHED_INSIDE,
    SC_USAGE_WRITE_INSIDE,
    SC_USAGE_CACHE_READ,
    SC_USAGE_CACHE_WRITE,
    SC_USAGE_WRITE_5M,
    SC_USAGE_WRITE_1H,
    SC_USAGE_REASONING,
    SC_USAGE_AUDIO_IN,
    SC_USAGE_AUDIO_OUT,
    SC_USAGE_BILLED_IN, /* Cohere */
    SC_USAGE_BILLED_OUT,
    SC_USAGE_GOOGLE_PROMPT,
    SC_USAGE_GOOGLE_CANDIDATES,
    SC_USAGE_GOOGLE_THOUGHTS,
    SC_USAGE_GOOGLE_TOOLS,
    SC_USAGE_GOOGLE_CACHED,
    SC_USAGE_ALL_IN, /* Gemini's interactions */
    SC_USAGE_ALL_OUT,
    SC_USAGE_ALL_THOUGHTS,
    SC_USAGE_ALL_TOOLS,
    SC_USAGE_ALL_CACHED,
    SC_USAGE_EVAL_IN, /* Ollama */
    SC_USAGE_EVAL_OUT,
    SC_USAGE_OWN_IN, /* llama.cpp's own */
    SC_USAGE_OWN_OUT,
    SC_USAGE_NEW_IN, /* its timings: read anew, taken from the cache, written */
    SC_USAGE_KEPT_IN,
    SC_USAGE_NEW_OUT,
    SC_USAGE_FIELDS,
    /* no counts of tokens */
    SC_USAGE_COST,
    SC_USAGE_MODEL,
    SC_USAGE_TTL,
    SC_USAGE_TTL_TOKENS,
    SC_USAGE_TIER,
    SC_USAGE_CHOICE,    /* which of several answers this is */
    SC_USAGE_ITERATION, /* its kind, and its model */
    SC_USAGE_OTHER_MODEL,
    SC_USAGE_END,    /* why the answer ended */
    SC_USAGE_UNUSUAL /* any value but null is */
};

#endif
