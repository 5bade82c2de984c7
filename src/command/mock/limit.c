#include "mock/limit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/time.h"

#define MINUTE_NS 60e9

struct bucket {
    int64_t limit; /* a minute; 0: none */
    double capacity, level;
};

struct sc_mock_limits {
    pthread_mutex_t lock;
    struct bucket requests, tokens;
    int64_t filled_ns; /* when the levels were right */
    int64_t granted, refused, used;
};

static struct bucket bucket_of(int64_t limit, double burst)
{
    struct bucket b = {limit, (double)limit * burst, 0};
    if (b.capacity < 1)
        b.capacity = 1;
    b.level = b.capacity;
    return b;
}

struct sc_mock_limits *sc_mock_limits_new(int64_t rpm, int64_t tpm, double burst, int64_t now_ns)
{
    struct sc_mock_limits *l = sc_mock_alloc(sizeof *l);
    pthread_mutex_init(&l->lock, NULL);
    l->requests = bucket_of(rpm, burst);
    l->tokens = bucket_of(tpm, burst);
    l->filled_ns = now_ns;
    return l;
}

void sc_mock_limits_free(struct sc_mock_limits *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void sc_mock_limits_reset(struct sc_mock_limits *l)
{
    pthread_mutex_lock(&l->lock);
    l->requests.level = l->requests.capacity;
    l->tokens.level = l->tokens.capacity;
    l->granted = l->refused = l->used = 0;
    pthread_mutex_unlock(&l->lock);
}

static void refill(struct bucket *b, double ns)
{
    b->level += ns * (double)b->limit / MINUTE_NS;
    if (b->level > b->capacity)
        b->level = b->capacity;
}

static int64_t ms_for(const struct bucket *b, double missing)
{
    double ms = missing * MINUTE_NS / (double)b->limit / 1e6;
    return missing <= 0 ? 0 : (int64_t)ms + 1;
}

static bool has_room(const struct bucket *b, double n)
{
    return b->limit == 0 || b->level >= n;
}

static struct sc_mock_level level_of(const struct bucket *b)
{
    struct sc_mock_level l = {b->limit, 0, 0};
    if (b->limit == 0)
        return l;
    l.remaining = (int64_t)b->level;
    l.reset_ms = ms_for(b, b->capacity - b->level);
    return l;
}

static void take(struct sc_mock_limits *l, double tokens, struct sc_mock_charge *out)
{
    bool requests = has_room(&l->requests, 1), enough = has_room(&l->tokens, tokens);
    int64_t wait;
    out->refused = !requests || !enough;
    if (!out->refused) {
        l->requests.level -= 1;
        l->tokens.level -= tokens;
        l->used += (int64_t)tokens;
        l->granted++;
        return;
    }
    l->refused++;
    out->by_tokens = !enough;
    out->wait_ms = requests ? 0 : ms_for(&l->requests, 1 - l->requests.level);
    wait = enough ? 0 : ms_for(&l->tokens, tokens - l->tokens.level);
    out->wait_ms = wait > out->wait_ms ? wait : out->wait_ms;
}

/* Threads may come with their times out of order. */
static void advance(struct sc_mock_limits *l, int64_t now_ns)
{
    if (now_ns <= l->filled_ns)
        return;
    refill(&l->requests, (double)(now_ns - l->filled_ns));
    refill(&l->tokens, (double)(now_ns - l->filled_ns));
    l->filled_ns = now_ns;
}

void sc_mock_limits_charge(struct sc_mock_limits *l, int64_t tokens, int64_t now_ns,
                           struct sc_mock_charge *out)
{
    *out = (struct sc_mock_charge){0};
    pthread_mutex_lock(&l->lock);
    advance(l, now_ns);
    /* What is larger than the bucket is charged when it is full. */
    take(l, (double)tokens < l->tokens.capacity ? (double)tokens : l->tokens.capacity, out);
    out->requests = level_of(&l->requests);
    out->tokens = level_of(&l->tokens);
    pthread_mutex_unlock(&l->lock);
}

void sc_mock_limits_write(struct sc_mock_limits *l, struct sc_mock_buf *b)
{
    pthread_mutex_lock(&l->lock);
    sc_mock_buf_json(b, "{'granted':%l,'refused':%l,'tokens':%l}\n", (long long)l->granted,
                     (long long)l->refused, (long long)l->used);
    pthread_mutex_unlock(&l->lock);
}

/* ---- headers ---- */

struct adder {
    void (*add)(void *arg, const char *name, const char *value);
    void *arg;
    int64_t now_unix;
};

static void add_count(const struct adder *a, const char *name, int64_t n)
{
    char value[32];
    snprintf(value, sizeof value, "%lld", (long long)n);
    a->add(a->arg, name, value);
}

/* As Go writes durations: 12ms, 1.5s, 6m0s. */
static void go_duration(int64_t ms, char *out, size_t n)
{
    long long minutes = ms / 60000, rest = ms % 60000;
    char seconds[24];
    if (ms < 1000) {
        snprintf(out, n, "%lldms", (long long)ms);
        return;
    }
    if (rest % 1000)
        snprintf(seconds, sizeof seconds, "%lld.%03llds", rest / 1000, rest % 1000);
    else
        snprintf(seconds, sizeof seconds, "%llds", rest / 1000);
    if (minutes)
        snprintf(out, n, "%lldm%s", minutes, seconds);
    else
        snprintf(out, n, "%s", seconds);
}

static void add_openai(const struct adder *a, const char *what, const struct sc_mock_level *l)
{
    char name[64], value[48];
    snprintf(name, sizeof name, "x-ratelimit-limit-%s", what);
    add_count(a, name, l->limit);
    snprintf(name, sizeof name, "x-ratelimit-remaining-%s", what);
    add_count(a, name, l->remaining);
    snprintf(name, sizeof name, "x-ratelimit-reset-%s", what);
    go_duration(l->reset_ms, value, sizeof value);
    a->add(a->arg, name, value);
}

static void add_anthropic(const struct adder *a, const char *what, const struct sc_mock_level *l)
{
    char name[64], value[48];
    time_t then = (time_t)a->now_unix + (time_t)((l->reset_ms + 999) / 1000);
    struct tm tm;
    gmtime_r(&then, &tm);
    snprintf(name, sizeof name, "anthropic-ratelimit-%s-limit", what);
    add_count(a, name, l->limit);
    snprintf(name, sizeof name, "anthropic-ratelimit-%s-remaining", what);
    add_count(a, name, l->remaining);
    snprintf(name, sizeof name, "anthropic-ratelimit-%s-reset", what);
    strftime(value, sizeof value, "%Y-%m-%dT%H:%M:%SZ", &tm);
    a->add(a->arg, name, value);
}

static void add_mistral(const struct adder *a, const char *what, const struct sc_mock_level *l)
{
    char name[64];
    const char *noun = what[0] == 'r' ? "req" : what;
    snprintf(name, sizeof name, "x-ratelimit-limit-%s-minute", noun);
    add_count(a, name, l->limit);
    snprintf(name, sizeof name, "x-ratelimit-remaining-%s-minute", noun);
    add_count(a, name, l->remaining);
}

typedef void add_fn(const struct adder *a, const char *what, const struct sc_mock_level *l);

/* Google and the local servers say nothing. */
static add_fn *dialect_of(enum sc_provider provider)
{
    switch (provider) {
    case SC_PROVIDER_ANTHROPIC:
        return add_anthropic;
    case SC_PROVIDER_MISTRAL:
        return add_mistral;
    case SC_PROVIDER_GEMINI:
    case SC_PROVIDER_VERTEX:
    case SC_PROVIDER_BEDROCK:
    case SC_PROVIDER_DEEPSEEK:
    case SC_PROVIDER_OLLAMA:
    case SC_PROVIDER_VLLM:
    case SC_PROVIDER_LLAMACPP:
        return NULL;
    default:
        return add_openai;
    }
}

void sc_mock_charge_headers(const struct sc_mock_charge *c, enum sc_provider provider,
                            int64_t now_unix,
                            void (*add)(void *arg, const char *name, const char *value), void *arg)
{
    struct adder a = {.add = add, .arg = arg, .now_unix = now_unix};
    add_fn *dialect = dialect_of(provider);
    if (dialect && c->requests.limit)
        dialect(&a, "requests", &c->requests);
    if (dialect && c->tokens.limit)
        dialect(&a, "tokens", &c->tokens);
    if (!c->refused || !dialect)
        return;
    if (dialect == add_openai)
        add_count(&a, "retry-after-ms", c->wait_ms);
    add_count(&a, "retry-after", (c->wait_ms + 999) / 1000);
}
