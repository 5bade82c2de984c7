/* repair.c - see repair.h. Texts of the providers' own errors, 2026-08. */
#include "provider/repair.h"

#include <stdio.h>
#include <string.h>

#include "http/header.h"
#include "http/json.h"
#include "provider/request.h"

/* A smaller answer is worth nothing; OpenAI's responses refuse less. */
enum { LEAST = 16 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number at p, -1 if there is none or it is absurd. */
static int64_t number_at(const char *p, const char *end)
{
    int64_t n = 0;

    if (p == end || !is_digit(*p))
        return -1;
    for (; p < end && is_digit(*p); p++)
        if ((n = n * 10 + (*p - '0')) > 1000000000)
            return -1;
    return n;
}

/* The number right behind a phrase; a quote or bracket may stand before it. -1: none. */
static int64_t behind(struct sc_str s, const char *phrase)
{
    const char *p = sc_str_find(s, phrase), *end = s.p + s.n;

    if (!p)
        return -1;
    p += strlen(phrase);
    while (p < end && strchr("`'[\\\"", *p) && *p)
        p++;
    return number_at(p, end);
}

/* The number right before a phrase. */
static int64_t before(struct sc_str s, const char *phrase)
{
    const char *end = sc_str_find(s, phrase), *p = end;

    while (p && p > s.p && is_digit(p[-1]))
        p--;
    return p ? number_at(p, end) : -1;
}

/* A window that input and output share: what is left of it. */
static int64_t left_of_window(struct sc_str m)
{
    static const char *const outputs[] = {" in the completion", " for the completion",
                                          " in the output"};
    int64_t window = behind(m, "maximum context length is "), input, total, output = -1;

    if (window > 0 && (input = before(m, " input tokens")) >= 0)
        return window - input;
    total = behind(m, "requested ");
    if (total < 0)
        total = behind(m, "requested about ");
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs && output < 0; i++)
        output = before(m, outputs[i]);
    if (window > 0 && total > 0 && output >= 0)
        return window - (total - output);
    /* "exceed context limit: 190000 + 20000 > 200000" */
    if ((input = behind(m, "exceed context limit: ")) >= 0)
        return behind(m, " > ") - input;
    if ((window = behind(m, "`max_new_tokens` must be <= ")) > 0)
        return (input = behind(m, "given: ")) >= 0 ? window - input : 0;
    return 0;
}

/* A limit of the output alone. */
static int64_t most_output(struct sc_str m)
{
    static const char *const phrases[] = {
        "supports at most ",            /* OpenAI */
        "less than or equal to ",       /* Groq, Cohere */
        "exceeds the model limit of ",  /* Bedrock */
        "valid range of max_tokens is", /* DeepSeek: [1, 8192] */
    };
    int64_t n;

    for (size_t i = 0; i < 3; i++)
        if ((n = behind(m, phrases[i])) > 0)
            return n;
    if (sc_str_find(m, phrases[3]))
        return behind(m, "[1, ");
    if (sc_str_find(m, "maxoutputtokens") && sc_str_find(m, "(exclusive)")) /* Vertex */
        return before(m, " (exclusive)") - 1;
    if (sc_str_find(m, "maximum allowed number of output tokens")) /* Anthropic */
        return behind(m, " > ");
    return 0;
}

int64_t sc_repair_limit(struct sc_str message)
{
    int64_t n = left_of_window(message);

    if (n == 0)
        n = most_output(message);
    return n >= LEAST ? n : 0;
}

/* ---- the request --------------------------------------------------------------------------- */

static int64_t number_of(struct sc_str value)
{
    const char *end = value.p ? value.p + value.n : NULL;
    int64_t n = value.p ? number_at(value.p, end) : -1;

    for (const char *p = value.p; n >= 0 && p < end; p++)
        if (!is_digit(*p))
            return -1;
    return n;
}

/* 1: lowered, 0: nothing to do, -1: cannot be. */
static int lower(struct sc_str object, const char *name, int64_t limit, struct sc_edits *e)
{
    struct sc_str value;
    size_t times = sc_edit_find(object, name, &value);
    int64_t now = number_of(value);
    char digits[24];

    if (times == 0 || *value.p == 'n')
        return 0;
    if (times > 1 || now < 0)
        return -1;
    if (now <= limit)
        return 0;
    snprintf(digits, sizeof digits, "%lld", (long long)limit);
    return sc_edit_replace(e, value, digits) ? 1 : -1;
}

/* Anthropic's thinking is part of the output. */
static bool thinks_more_than(struct sc_str body, int64_t limit)
{
    int64_t budget = number_of(sc_json_find(body.p, body.n, "thinking.budget_tokens"));

    return budget >= limit;
}

bool sc_repair_edit(struct sc_str body, int64_t limit, struct sc_edits *e)
{
    bool lowered = false;

    if (thinks_more_than(body, limit))
        return false;
    for (size_t i = 0; i < SC_OUTPUT_LIMITS; i++) {
        const struct sc_output_limit *l = &sc_output_limits[i];
        struct sc_str object = body;
        int done;

        if (l->parent && sc_edit_find(body, l->parent, &object) != 1)
            continue;
        done = lower(object, l->name, limit, e);
        if (done < 0)
            return false;
        lowered |= done > 0;
    }
    return lowered;
}
