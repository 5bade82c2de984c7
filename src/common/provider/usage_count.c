/* usage_count.c - what the counts of an answer mean, see usage.h. */
#include "provider/usage.h"

static int64_t at_least(int64_t least, int64_t v)
{
    return v > least ? v : least;
}

static int64_t count(const struct sc_usage_reader *r, enum sc_usage_field f)
{
    return at_least(0, r->count[f]);
}

static bool said(const struct sc_usage_reader *r, enum sc_usage_field f)
{
    return r->count[f] >= 0;
}

/* Cached tokens are a part of `input`. xAI sometimes gives more of them than input: then they are
 * not (its client libraries go by that). */
static void input_with_cache_inside(const struct sc_usage_reader *r, int64_t input,
                                    struct sc_usage *u)
{
    int64_t cached = count(r, SC_USAGE_CACHED_INSIDE), written = count(r, SC_USAGE_WRITE_INSIDE);
    bool beside = r->provider == SC_PROVIDER_XAI && cached > input;
    u->cached_read = cached;
    u->cache_write_5m = written;
    u->input = beside ? input : at_least(0, input - cached - written);
}

/* OpenAI chat and all that are like it. xAI bills reasoning on top of the completion; so does
 * Google behind its OpenAI-compatible path, where only the total tells. */
static void read_chat(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t prompt = count(r, SC_USAGE_PROMPT);
    bool google = r->provider == SC_PROVIDER_GEMINI || r->provider == SC_PROVIDER_VERTEX;
    input_with_cache_inside(r, prompt, u);
    u->output = count(r, SC_USAGE_COMPLETION);
    u->reasoning = count(r, SC_USAGE_REASONING);
    if (r->provider == SC_PROVIDER_XAI)
        u->output += u->reasoning;
    else if (google)
        u->output = at_least(u->output, count(r, SC_USAGE_TOTAL) - prompt);
}

static void read_written(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t all = count(r, SC_USAGE_CACHE_WRITE);
    u->cache_write_5m = count(r, SC_USAGE_WRITE_5M);
    u->cache_write_1h = count(r, SC_USAGE_WRITE_1H);
    u->cache_write_5m += at_least(0, all - u->cache_write_5m - u->cache_write_1h);
}

/* OpenAI responses, where details say what of the input was cached; Anthropic and Bedrock, where
 * it comes on top. */
static void read_in_out(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t input = count(r, SC_USAGE_IN);
    if (said(r, SC_USAGE_CACHED_INSIDE) || said(r, SC_USAGE_WRITE_INSIDE)) {
        input_with_cache_inside(r, input, u);
    } else {
        u->input = input;
        u->cached_read = count(r, SC_USAGE_CACHE_READ);
        read_written(r, u);
    }
    u->reasoning = count(r, SC_USAGE_REASONING);
    u->output = count(r, SC_USAGE_OUT);
    if (!said(r, SC_USAGE_OUT) && said(r, SC_USAGE_OUT_AT_START)) {
        u->output = count(r, SC_USAGE_OUT_AT_START); /* cut before the number came */
        u->estimated = true;
    }
}

/* The input includes what was cached; thoughts and results of tools come on top. */
static void read_google(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t input = count(r, SC_USAGE_GOOGLE_PROMPT) + count(r, SC_USAGE_GOOGLE_TOOLS);
    u->cached_read = count(r, SC_USAGE_GOOGLE_CACHED);
    u->input = at_least(0, input - u->cached_read);
    u->reasoning = count(r, SC_USAGE_GOOGLE_THOUGHTS);
    u->output = count(r, SC_USAGE_GOOGLE_CANDIDATES) + u->reasoning;
}

/* Gemini's interactions: as above. */
static void read_interaction(const struct sc_usage_reader *r, struct sc_usage *u)
{
    int64_t input = count(r, SC_USAGE_ALL_IN) + count(r, SC_USAGE_ALL_TOOLS);
    u->cached_read = count(r, SC_USAGE_ALL_CACHED);
    u->input = at_least(0, input - u->cached_read);
    u->reasoning = count(r, SC_USAGE_ALL_THOUGHTS);
    u->output = count(r, SC_USAGE_ALL_OUT) + u->reasoning;
}

/* llama.cpp: the sum of all that told of themselves. */
static void read_choices(const struct sc_usage_reader *r, struct sc_usage *u)
{
    for (int i = 0; i < r->n_choices; i++) {
        u->input += at_least(0, r->choices[i].input - r->choices[i].cached);
        u->cached_read += r->choices[i].cached;
        u->output += r->choices[i].output;
    }
    u->estimated = r->partly;
}

void sc_usage_result(const struct sc_usage_reader *r, struct sc_usage *u)
{
    *u = (struct sc_usage){.known = true, .cost_reported_nano = -1};
    if (r->provider == SC_PROVIDER_OPENROUTER)
        u->cost_reported_nano = r->cost_nano;
    if (said(r, SC_USAGE_BILLED_IN) || said(r, SC_USAGE_BILLED_OUT)) {
        u->input = count(r, SC_USAGE_BILLED_IN);
        u->output = count(r, SC_USAGE_BILLED_OUT);
    } else if (said(r, SC_USAGE_GOOGLE_PROMPT) || said(r, SC_USAGE_GOOGLE_CANDIDATES)) {
        read_google(r, u);
    } else if (r->n_choices > 0) {
        read_choices(r, u);
    } else if (said(r, SC_USAGE_ALL_IN) || said(r, SC_USAGE_ALL_OUT)) {
        read_interaction(r, u);
    } else if (said(r, SC_USAGE_PROMPT) || said(r, SC_USAGE_COMPLETION)) {
        read_chat(r, u);
    } else if (said(r, SC_USAGE_IN) || said(r, SC_USAGE_OUT) || said(r, SC_USAGE_OUT_AT_START)) {
        read_in_out(r, u);
    } else if (said(r, SC_USAGE_EVAL_IN) || said(r, SC_USAGE_EVAL_OUT)) {
        u->input = count(r, SC_USAGE_EVAL_IN);
        u->output = count(r, SC_USAGE_EVAL_OUT);
    } else {
        u->known = false;
    }
    u->audio = count(r, SC_USAGE_AUDIO_IN) + count(r, SC_USAGE_AUDIO_OUT);
}

void sc_usage_estimate(struct sc_usage *u, int64_t input, int64_t output)
{
    if (u->known && !u->estimated)
        return;
    if (!u->known)
        u->input = input;
    u->output = at_least(u->output, output);
    u->estimated = true;
}
