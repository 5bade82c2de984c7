/*
 * usage_stream.c - usage among the events of a stream, see usage.h. Most events have none, and are
 * told apart by a look that costs next to nothing.
 */
#include "provider/usage.h"

#include <string.h>

#include "http/stream.h"

/* This runs for each token of every stream: quotes before a letter that one of the names begins
 * with are looked for sixteen bytes at a time. */
typedef signed char bytes16 __attribute__((vector_size(16)));

static inline bool is_first(char c)
{
    return c == 'u' || c == 'e' || c == 'b';
}

/* The places p[0..15] where one may begin; reads p[16]. */
static inline bytes16 beginnings(const char *p)
{
    bytes16 quote, letter;
    memcpy(&quote, p, sizeof quote);
    memcpy(&letter, p + 1, sizeof letter);
    return (quote == '"') & ((letter == 'u') | (letter == 'e') | (letter == 'b'));
}

static inline bool any(bytes16 places)
{
    uint64_t half[2];
    memcpy(half, &places, sizeof half);
    return (half[0] | half[1]) != 0;
}

static bool begins(const char *p, const char *end, const char *what, size_t n)
{
    return (size_t)(end - p) >= n && memcmp(p, what, n) == 0;
}

#define BEGINS(p, end, what) begins((p), (end), "" what, sizeof(what) - 1)

/* The byte behind a name, its colon and blanks. */
static char value_behind(const char *p, const char *end)
{
    while (p < end && (*p == '"' || *p == ':' || *p == ' '))
        p++;
    return p < end ? *p : '\0';
}

/* p: behind a quote. OpenAI writes "usage":null into every chunk when asked for usage; a model may
 * write \"usage\". */
static bool is_name(const char *p, const char *end)
{
    if (BEGINS(p, end, "usage")) {
        char c = value_behind(p + 5, end);
        return c != 'n' && c != '\\';
    }
    return BEGINS(p, end, "eval_count\"") || BEGINS(p, end, "billed_units\"");
}

static bool name_among(const char *p, const char *stop, const char *end)
{
    for (; p < stop; p++)
        if (*p == '"' && p + 1 < end && is_first(p[1]) && is_name(p + 1, end))
            return true;
    return false;
}

bool sc_usage_may_be_in(const char *p, size_t n)
{
    const char *end = p + n, *last = end - 17;
    if (n < 17)
        return name_among(p, end, end);
    for (; end - p > 64; p += 64)
        if (any(beginnings(p) | beginnings(p + 16) | beginnings(p + 32) | beginnings(p + 48)) &&
            name_among(p, p + 64, end))
            return true;
    for (; p < last; p += 16)
        if (any(beginnings(p)) && name_among(p, p + 16, end))
            return true;
    return any(beginnings(last)) && name_among(last, end, end);
}

/* llama.cpp's own counts have other names, which are not worth a look into everybody's events. */
static bool has_own_counts(const char *p, size_t n)
{
    static const char timings[] = "\"timings\"", evaluated[] = "\"tokens_evaluated\"";
    return memmem(p, n, timings, sizeof timings - 1) ||
           memmem(p, n, evaluated, sizeof evaluated - 1);
}

void sc_usage_event(struct sc_usage_reader *r, const char *p, size_t n)
{
    r->events++;
    if (sc_usage_may_be_in(p, n) || (r->provider == SC_PROVIDER_LLAMACPP && has_own_counts(p, n)))
        sc_usage_body(r, p, n);
}

/* Data in pieces is read without asking: what is looked for may lie across two of them. */
void sc_usage_on_data(void *arg, struct sc_str data, unsigned flags)
{
    struct sc_usage_reader *r = arg;
    bool open = data.n > 0 && data.p[data.n - 1] != '}'; /* goes on in another line */
    if (flags == (SC_DATA_BEGIN | SC_DATA_PLAIN) && !open && r->provider != SC_PROVIDER_LLAMACPP) {
        r->events++;
        return;
    }
    flags &= ~(unsigned)SC_DATA_PLAIN;
    if (flags == SC_DATA_BEGIN && BEGINS(data.p, data.p + data.n, "[DONE]"))
        return;
    if (flags == SC_DATA_BEGIN && !open) {
        sc_usage_event(r, data.p, data.n);
        return;
    }
    if (flags & SC_DATA_BEGIN) {
        r->events++;
        sc_usage_begin(r);
    }
    sc_usage_feed(r, data.p, data.n);
}
