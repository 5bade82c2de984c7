/* ratelimit.c - see ratelimit.h. */
#include "provider/ratelimit.h"

#include <string.h>

#include "http/header.h"
#include "provider/ratelimit_ietf.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS INT64_C(86400000)
#define COUNT_MAX INT64_C(1000000000000000)

enum field { LIMIT, REMAINING, RESET };

enum format {
    COUNT,    /* a number */
    DURATION, /* "6m0s", "12ms"; also what protobuf writes: "0.539477544s" */
    RFC_3339, /* "2025-08-21T12:40:59Z" */
    SECONDS,
    UNIX_S,
    UNIX_MS,
    ANY /* unknown services: whichever of the above it looks like */
};

#define RANKS 3

/* Where a dialect has several headers for one thing, the lower rank counts. */
struct row {
    const char *name;
    uint8_t n;
    uint8_t of;
    uint8_t field;
    uint8_t format;
    uint8_t rank;
};

#define ROW(name, of, field, format, rank)                        \
    {                                                             \
        name, sizeof(name) - 1, SC_RATE_##of, field, format, rank \
    }

struct dialect {
    const struct row *rows;
    size_t n;
    int64_t window_ms[SC_RATE_COUNT];
    enum sc_rate_kind kind;
};

#define DIALECT(r, requests, tokens, k)                                \
    {                                                                  \
        r, sizeof(r) / sizeof((r)[0]), {requests, tokens}, SC_RATE_##k \
    }

/* OpenAI: platform.openai.com/docs/guides/rate-limits, 2026-08. Reset is the time to full:
 * measured 4999 of 5000 with 12ms, 159976 of 160000 with 9ms (community.openai.com 1268905). xAI
 * and others that follow OpenAI send the same names. Azure sends them, often without reset. */
#define OPENAI_ROWS(format)                                                   \
    ROW("x-ratelimit-limit-requests", REQUESTS, LIMIT, COUNT, 0),             \
        ROW("x-ratelimit-remaining-requests", REQUESTS, REMAINING, COUNT, 0), \
        ROW("x-ratelimit-reset-requests", REQUESTS, RESET, format, 0),        \
        ROW("x-ratelimit-limit-tokens", TOKENS, LIMIT, COUNT, 0),             \
        ROW("x-ratelimit-remaining-tokens", TOKENS, REMAINING, COUNT, 0),     \
        ROW("x-ratelimit-reset-tokens", TOKENS, RESET, format, 0)

static const struct row openai_rows[] = {
    OPENAI_ROWS(DURATION),
    ROW("x-ratelimit-limit-tokens_usage_based", TOKENS, LIMIT, COUNT, 1),
    ROW("x-ratelimit-remaining-tokens_usage_based", TOKENS, REMAINING, COUNT, 1),
    ROW("x-ratelimit-reset-tokens_usage_based", TOKENS, RESET, DURATION, 1),
};

/* Anthropic: docs.claude.com/en/api/rate-limits, 2026-08. Token buckets; "tokens" are those of the
 * limit that is nearest. */
#define ANTHROPIC_ROWS                                                                   \
    ROW("anthropic-ratelimit-requests-limit", REQUESTS, LIMIT, COUNT, 0),                \
        ROW("anthropic-ratelimit-requests-remaining", REQUESTS, REMAINING, COUNT, 0),    \
        ROW("anthropic-ratelimit-requests-reset", REQUESTS, RESET, RFC_3339, 0),         \
        ROW("anthropic-ratelimit-tokens-limit", TOKENS, LIMIT, COUNT, 0),                \
        ROW("anthropic-ratelimit-tokens-remaining", TOKENS, REMAINING, COUNT, 0),        \
        ROW("anthropic-ratelimit-tokens-reset", TOKENS, RESET, RFC_3339, 0),             \
        ROW("anthropic-ratelimit-input-tokens-limit", TOKENS, LIMIT, COUNT, 1),          \
        ROW("anthropic-ratelimit-input-tokens-remaining", TOKENS, REMAINING, COUNT, 1),  \
        ROW("anthropic-ratelimit-input-tokens-reset", TOKENS, RESET, RFC_3339, 1),       \
        ROW("anthropic-ratelimit-output-tokens-limit", TOKENS, LIMIT, COUNT, 2),         \
        ROW("anthropic-ratelimit-output-tokens-remaining", TOKENS, REMAINING, COUNT, 2), \
        ROW("anthropic-ratelimit-output-tokens-reset", TOKENS, RESET, RFC_3339, 2)

static const struct row anthropic_rows[] = {ANTHROPIC_ROWS};

/* Mistral: response of 2026-02 (mistralai/client-ts 169); the older names from its clients. No
 * reset with the newer ones: a minute's allowance, taken as refilling. */
static const struct row mistral_rows[] = {
    ROW("x-ratelimit-limit-req-minute", REQUESTS, LIMIT, COUNT, 0),
    ROW("x-ratelimit-remaining-req-minute", REQUESTS, REMAINING, COUNT, 0),
    ROW("x-ratelimit-limit-tokens-minute", TOKENS, LIMIT, COUNT, 0),
    ROW("x-ratelimit-remaining-tokens-minute", TOKENS, REMAINING, COUNT, 0),
    ROW("x-ratelimitbysize-limit-minute", TOKENS, LIMIT, COUNT, 1),
    ROW("x-ratelimitbysize-remaining-minute", TOKENS, REMAINING, COUNT, 1),
    ROW("ratelimitbysize-limit", TOKENS, LIMIT, COUNT, 2),
    ROW("ratelimitbysize-remaining", TOKENS, REMAINING, COUNT, 2),
    ROW("ratelimitbysize-reset", TOKENS, RESET, SECONDS, 2),
};

/* Cohere: what trial keys get, and X-RateLimit-Reset, which its SDK reads as unix seconds. */
static const struct row cohere_rows[] = {
    ROW("x-trial-endpoint-call-limit", REQUESTS, LIMIT, COUNT, 0),
    ROW("x-trial-endpoint-call-remaining", REQUESTS, REMAINING, COUNT, 0),
    ROW("x-ratelimit-reset", REQUESTS, RESET, UNIX_S, 0),
};

/* OpenRouter: unix milliseconds; a limit of a minute or of a day, which it does not say. */
static const struct row openrouter_rows[] = {
    ROW("x-ratelimit-limit", REQUESTS, LIMIT, COUNT, 0),
    ROW("x-ratelimit-remaining", REQUESTS, REMAINING, COUNT, 0),
    ROW("x-ratelimit-reset", REQUESTS, RESET, UNIX_MS, 0),
};

/* Together: seconds; windows of a second, or more. */
static const struct row together_rows[] = {
    ROW("x-ratelimit-limit", REQUESTS, LIMIT, COUNT, 0),
    ROW("x-ratelimit-remaining", REQUESTS, REMAINING, COUNT, 0),
    ROW("x-ratelimit-reset", REQUESTS, RESET, SECONDS, 0),
    ROW("x-tokenlimit-limit", TOKENS, LIMIT, COUNT, 0),
    ROW("x-tokenlimit-remaining", TOKENS, REMAINING, COUNT, 0),
    ROW("x-tokenlimit-reset", TOKENS, RESET, SECONDS, 0),
};

/* Gateways and servers that speak OpenAI's API, and limit in anybody's words. */
static const struct row any_rows[] = {
    OPENAI_ROWS(ANY),
    ANTHROPIC_ROWS,
    /* Cerebras */
    ROW("x-ratelimit-limit-tokens-minute", TOKENS, LIMIT, COUNT, 1),
    ROW("x-ratelimit-remaining-tokens-minute", TOKENS, REMAINING, COUNT, 1),
    ROW("x-ratelimit-reset-tokens-minute", TOKENS, RESET, ANY, 1),
    ROW("x-ratelimit-limit-requests-minute", REQUESTS, LIMIT, COUNT, 1),
    ROW("x-ratelimit-remaining-requests-minute", REQUESTS, REMAINING, COUNT, 1),
    ROW("x-ratelimit-reset-requests-minute", REQUESTS, RESET, ANY, 1),
};
/* The widespread names and the IETF draft's say "what is left of this window". */
static const struct row plain_rows[] = {
    ROW("x-ratelimit-limit", REQUESTS, LIMIT, COUNT, 1),
    ROW("x-ratelimit-remaining", REQUESTS, REMAINING, COUNT, 1),
    ROW("x-ratelimit-reset", REQUESTS, RESET, ANY, 1),
    /* Twitter's spelling; bucket4j and Spring's gateways have it. */
    ROW("x-rate-limit-limit", REQUESTS, LIMIT, COUNT, 1),
    ROW("x-rate-limit-remaining", REQUESTS, REMAINING, COUNT, 1),
    ROW("x-rate-limit-reset", REQUESTS, RESET, ANY, 1),
    ROW("ratelimit-limit", REQUESTS, LIMIT, COUNT, 2),
    ROW("ratelimit-remaining", REQUESTS, REMAINING, COUNT, 2),
    ROW("ratelimit-reset", REQUESTS, RESET, SECONDS, 2),
};

static const struct dialect openai = DIALECT(openai_rows, MINUTE_MS, MINUTE_MS, BUCKET);
/* console.groq.com/docs/rate-limits: the same names, but requests are those of a day. */
static const struct dialect groq = DIALECT(openai_rows, DAY_MS, MINUTE_MS, BUCKET);
static const struct dialect anthropic = DIALECT(anthropic_rows, MINUTE_MS, MINUTE_MS, BUCKET);
static const struct dialect mistral = DIALECT(mistral_rows, MINUTE_MS, MINUTE_MS, BUCKET);
static const struct dialect cohere = DIALECT(cohere_rows, MINUTE_MS, 0, WINDOW);
static const struct dialect openrouter = DIALECT(openrouter_rows, 0, 0, WINDOW);
static const struct dialect together = DIALECT(together_rows, 0, 0, WINDOW);
static const struct dialect any = DIALECT(any_rows, MINUTE_MS, MINUTE_MS, BUCKET);
static const struct dialect plain = DIALECT(plain_rows, 0, 0, WINDOW);

/* A provider without a row (Google, Bedrock, DeepSeek, local servers) sends none. */
static const struct dialect *const dialects[SC_PROVIDER_COUNT][2] = {
    [SC_PROVIDER_OPENAI] = {&openai},       [SC_PROVIDER_AZURE] = {&openai},
    [SC_PROVIDER_XAI] = {&openai},          [SC_PROVIDER_GROQ] = {&groq},
    [SC_PROVIDER_ANTHROPIC] = {&anthropic}, [SC_PROVIDER_MISTRAL] = {&mistral},
    [SC_PROVIDER_COHERE] = {&cohere},       [SC_PROVIDER_OPENROUTER] = {&openrouter},
    [SC_PROVIDER_TOGETHER] = {&together},   [SC_PROVIDER_OPENAI_COMPATIBLE] = {&any, &plain},
};

/* ---- names ---- */

/* Eight characters at once, in lower case: names consist of letters, digits, '-' and '_'. */
static uint64_t eight(const char *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof word);
    return word | UINT64_C(0x2020202020202020);
}

static bool same_name(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i + 8 < n; i += 8)
        if (eight(a + i) != eight(b + i))
            return false;
    return eight(a + n - 8) == eight(b + n - 8);
}

bool sc_ratelimit_may_be(const char *line, size_t n)
{
    static const char starts[][9] = {"x-rateli", "anthropi", "ratelimi",
                                     "x-tokenl", "x-trial-", "x-rate-l"};
    uint64_t start;
    char first;

    if (n < sizeof "ratelimit" - 1)
        return false;
    first = (char)(line[0] | 0x20);
    if (first != 'x' && first != 'a' && first != 'r')
        return false;
    start = eight(line);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (start == eight(starts[i]))
            return true;
    return false;
}

/* ---- values ---- */

/* The whole number a value starts with ("100", "10.0", "100;w=60"); below zero counts as nothing
 * left; -1: none. */
static int64_t count_of(struct sc_str v)
{
    bool negative = v.n > 1 && v.p[0] == '-';
    size_t i = negative ? 1 : 0, from = i;
    int64_t n = 0;

    for (; i < v.n && v.p[i] >= '0' && v.p[i] <= '9' && n <= COUNT_MAX; i++)
        n = n * 10 + (v.p[i] - '0');
    if (i == from || n > COUNT_MAX || (i < v.n && !strchr(".,; ", v.p[i])))
        return -1;
    return negative ? 0 : n;
}

static bool is_nothing(struct sc_str v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] >= '1' && v.p[i] <= '9')
            return false;
    return v.n > 0 && v.p[0] == '0';
}

/* What the server's clock says. */
static int64_t server_ms(const struct sc_header *headers, size_t n, int64_t now_unix)
{
    int64_t t;

    for (size_t i = 0; i < n; i++)
        if (sc_str_is(headers[i].name, "date") && sc_http_date(headers[i].value, &t))
            return t * 1000;
    return now_unix * 1000;
}

struct clock {
    const struct sc_header *headers;
    size_t n;
    int64_t now_unix;
};

static int64_t from_now(int64_t then_ms, const struct clock *c)
{
    int64_t ms = then_ms - server_ms(c->headers, c->n, c->now_unix);

    return ms > SC_WAIT_ABSURD_MS || ms < -SC_WAIT_ABSURD_MS ? -1 : ms > 0 ? ms : 0;
}

static int64_t from_number(struct sc_str v, enum format f, const struct clock *c)
{
    double n;
    size_t used;

    if (!sc_number(v, &n, &used) || used != v.n || !(n < 1e15))
        return -1;
    if (f == ANY)
        f = n >= 1e11 ? UNIX_MS : n >= 1e9 ? UNIX_S : SECONDS;
    if (f == SECONDS)
        return n * 1000 > (double)SC_WAIT_ABSURD_MS ? -1 : (int64_t)(n * 1000 + 0.5);
    return from_now((int64_t)(f == UNIX_MS ? n : n * 1000), c);
}

static int64_t reset_of(struct sc_str v, enum format f, const struct clock *c)
{
    int64_t ms;

    if (f == RFC_3339)
        return sc_rfc3339(v, &ms) ? from_now(ms, c) : -1;
    if (is_nothing(v))
        return 0;
    if (f == DURATION)
        return sc_duration(v);
    ms = from_number(v, f, c);
    if (ms >= 0 || f != ANY)
        return ms;
    return sc_header_retry_after(v, server_ms(c->headers, c->n, c->now_unix) / 1000);
}

/* ---- reading ---- */

static const struct sc_rate unknown = {.limit = -1, .remaining = -1, .reset_ms = -1};

static void take(struct sc_rate *r, const struct row *row, struct sc_str v, const struct clock *c)
{
    if (row->field == LIMIT)
        r->limit = count_of(v);
    else if (row->field == REMAINING)
        r->remaining = count_of(v);
    else
        r->reset_ms = reset_of(v, (enum format)row->format, c);
}

struct reading {
    struct sc_ratelimit *out;
    unsigned rank[SC_RATE_COUNT];
};

static bool look_up(struct reading *to, const struct dialect *d, const struct sc_header *h,
                    const struct clock *c)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct row *row = &d->rows[i];
        struct sc_rate *r = &to->out->of[row->of];

        if (row->n != h->name.n || !same_name(row->name, h->name.p, row->n))
            continue;
        if (row->rank > to->rank[row->of])
            return true;
        if (row->rank < to->rank[row->of]) {
            *r = unknown;
            r->window_ms = d->window_ms[row->of];
            r->kind = d->kind;
            to->rank[row->of] = row->rank;
        }
        take(r, row, h->value, c);
        return true;
    }
    return false;
}

/* No limit: nothing to be had from it. A reset beyond a minute's window tells of a longer one: that
 * of a bucket follows from how long the missing part takes. */
static bool make_sense(struct sc_rate *r)
{
    if (r->limit == 0)
        r->limit = -1;
    if (r->limit > 0 && r->remaining > r->limit)
        r->remaining = r->limit;
    if (r->window_ms == MINUTE_MS && r->reset_ms > 2 * MINUTE_MS) {
        int64_t used = r->limit - r->remaining;
        double window = r->limit > 0 && r->remaining >= 0 && used > 0
                            ? (double)r->reset_ms * (double)r->limit / (double)used
                            : 0;

        r->window_ms = window > DAY_MS * 0.75 && window < DAY_MS * 1.25     ? DAY_MS
                       : window > HOUR_MS * 0.75 && window < HOUR_MS * 1.25 ? HOUR_MS
                                                                            : 0;
        if (r->window_ms == 0)
            r->kind = SC_RATE_WINDOW;
    }
    return r->remaining >= 0 && (r->limit > 0 || r->reset_ms >= 0);
}

bool sc_ratelimit_read(enum sc_provider provider, const struct sc_header *headers, size_t n,
                       int64_t now_unix, struct sc_ratelimit *out)
{
    const struct dialect *const *d = dialects[provider];
    struct clock c = {headers, n, now_unix};
    struct reading to = {out, {UINT32_MAX, UINT32_MAX}};
    bool any_said = false;

    if (!d[0])
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!sc_ratelimit_may_be(headers[i].name.p, headers[i].name.n))
            continue;
        if (!any_said)
            out->of[0] = out->of[1] = unknown;
        any_said = true;
        if (!look_up(&to, d[0], &headers[i], &c) && d[1])
            look_up(&to, d[1], &headers[i], &c);
    }
    if (!any_said)
        return false;
    if (d[1] && to.rank[SC_RATE_REQUESTS] == UINT32_MAX)
        sc_ratelimit_ietf(headers, n, &out->of[SC_RATE_REQUESTS]);
    any_said = false;
    for (size_t k = 0; k < SC_RATE_COUNT; k++) {
        if (make_sense(&out->of[k]))
            any_said = true;
        else
            out->of[k] = unknown;
    }
    return any_said;
}

/* ---- a refusal without a hint ---- */

/* Those who have no dialect may have a gateway before them that has one. The plain names are asked
 * for with all of them: gateways stand before every provider. */
static const struct dialect *dialect_of(enum sc_provider provider)
{
    return dialects[provider][0] ? dialects[provider][0] : &any;
}

/* All buckets of a dialect, of every rank: each may be the one that refused. */
static void note(struct sc_rate all[SC_RATE_COUNT][RANKS], const struct dialect *d,
                 const struct sc_header *h, const struct clock *c)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->rows[i].n == h->name.n && same_name(d->rows[i].name, h->name.p, h->name.n))
            take(&all[d->rows[i].of][d->rows[i].rank], &d->rows[i], h->value, c);
}

static int64_t longest(const struct sc_rate all[SC_RATE_COUNT][RANKS])
{
    int64_t ms = -1;

    for (size_t of = 0; of < SC_RATE_COUNT; of++)
        for (size_t rank = 0; rank < RANKS; rank++) {
            const struct sc_rate *r = &all[of][rank];

            if (r->remaining == 0 && r->reset_ms > ms && r->reset_ms > 0)
                ms = r->reset_ms;
        }
    return ms;
}

/* Anthropic's plans tell by what a request was turned away, not what is left. */
static int64_t plan_reset(const struct clock *c)
{
    bool rejected = false;
    int64_t ms = -1;

    for (size_t i = 0; i < c->n; i++) {
        const struct sc_header *h = &c->headers[i];

        if (sc_str_is(h->name, "anthropic-ratelimit-unified-status"))
            rejected = sc_str_is(h->value, "rejected");
        else if (sc_str_is(h->name, "anthropic-ratelimit-unified-reset"))
            ms = reset_of(h->value, UNIX_S, c);
    }
    return rejected ? ms : -1;
}

int64_t sc_ratelimit_hint(enum sc_provider provider, const struct sc_header *headers, size_t n,
                          int64_t now_unix)
{
    struct sc_rate all[SC_RATE_COUNT][RANKS], ietf;
    struct clock c = {headers, n, now_unix};

    for (size_t of = 0; of < SC_RATE_COUNT; of++)
        for (size_t rank = 0; rank < RANKS; rank++)
            all[of][rank] = unknown;
    for (size_t i = 0; i < n; i++) {
        if (!sc_ratelimit_may_be(headers[i].name.p, headers[i].name.n))
            continue;
        note(all, &plain, &headers[i], &c);
        note(all, dialect_of(provider), &headers[i], &c);
    }
    if (sc_ratelimit_ietf(headers, n, &ietf) && ietf.remaining == 0 && ietf.reset_ms > 0)
        return ietf.reset_ms > longest(all) ? ietf.reset_ms : longest(all);
    return longest(all) >= 0 ? longest(all) : plan_reset(&c);
}
