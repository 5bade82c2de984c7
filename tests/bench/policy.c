/*
 * policy.c - what the policy layer costs by itself: nanoseconds of a match among N rules, of a
 * load, of finding the model behind a long prompt, of trimming a long conversation.
 *
 *     policy match RULES | load FILE | model KIND | trim KIND | measure KIND
 *
 * KIND: text, quotes (nothing but escaped quotes), tokens (numbers), escaped (Chinese in \uXXXX).
 * One number on stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/json.h"
#include "policy/policy.h"
#include "provider/conversation.h"
#include "provider/measure.h"
#include "provider/request.h"

enum { PROMPT = 1 << 20 };

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* others may be at work here, too */
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static struct sc_str text(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

/* RULES rules, of which the last one matches. */
static struct sc_policy *policy_of(int rules)
{
    size_t size = (size_t)rules * 128 + 64, n;
    char *json = malloc(size);
    struct sc_policy_error error;
    struct sc_policy *p;

    if (!json)
        return NULL;
    n = (size_t)snprintf(json, size, "{\"version\":1,\"rules\":[");
    for (int i = 1; i < rules; i++)
        n += (size_t)snprintf(json + n, size - n,
                              "{\"name\":\"r%d\",\"match\":{\"host\":\"host%d.example.com\","
                              "\"model\":\"model-%d*\"}},",
                              i, i, i);
    n += (size_t)snprintf(json + n, size - n,
                          "{\"name\":\"last\",\"match\":{\"host\":\"api.openai.com\"}}]}");
    p = sc_policy_parse(json, n, "bench", &error);
    if (!p)
        fprintf(stderr, "%s\n", error.text);
    free(json);
    return p;
}

static int match(int rules)
{
    enum { ROUNDS = 1000000 };
    struct sc_policy *p = policy_of(rules);
    struct sc_subject t = {text("api.openai.com"), 443, text("/v1/chat/completions"), text("POST"),
                           text("gpt-4o-mini")};
    double start = now();
    int found = 0;

    if (!p)
        return 1;
    for (int i = 0; i < ROUNDS; i++)
        found += sc_policy_match(p, &t) != NULL;
    printf("%.1f\n", (now() - start) / ROUNDS);
    sc_policy_free(p);
    return found != ROUNDS;
}

static int load(const char *file)
{
    enum { ROUNDS = 200 };
    struct sc_policy_error error;
    double start = now();

    for (int i = 0; i < ROUNDS; i++) {
        struct sc_policy *p = sc_policy_load(file, &error);

        if (!p)
            return 1;
        sc_policy_free(p);
    }
    printf("%.0f\n", (now() - start) / ROUNDS);
    return 0;
}

static int model(const char *kind)
{
    enum { ROUNDS = 50 };
    static const char *const units[] = {"An ordinary sentence. ", "\\\"", "12345, "};
    int which = kind[0] == 't' && kind[1] == 'e' ? 0 : kind[0] == 'q' ? 1 : 2;
    size_t unit = strlen(units[which]), n;
    char *body = malloc(PROMPT + 128), out[64];
    double start;

    if (!body)
        return 1;
    n = (size_t)sprintf(body, "{\"input\":%s", which == 2 ? "[" : "\"");
    while (n < PROMPT) {
        memcpy(body + n, units[which], unit);
        n += unit;
    }
    n += (size_t)sprintf(body + n, "%s,\"model\":\"gpt-4o\"}", which == 2 ? "0]" : "\"");
    start = now();
    for (int i = 0; i < ROUNDS; i++)
        if (!sc_request_model(SC_PROVIDER_OPENAI, text("/v1/responses"), body, n, out, sizeof out))
            return 1;
    printf("%.0f\n", (now() - start) / ROUNDS);
    free(body);
    return 0;
}

/* A megabyte in 500 messages. */
static size_t conversation(char *body, const char *unit)
{
    size_t n = (size_t)sprintf(body, "{\"model\":\"gpt-4o\",\"max_tokens\":1000,\"messages\":[");

    for (int i = 0; i < 500; i++) {
        size_t start = n;

        n += (size_t)sprintf(body + n, "%s{\"role\":\"%s\",\"content\":\"", i ? "," : "",
                             i % 2 ? "assistant" : "user");
        while (n - start < PROMPT / 500)
            n += (size_t)sprintf(body + n, "%s", unit);
        n += (size_t)sprintf(body + n, "\"}");
    }
    return n + (size_t)sprintf(body + n, "]}");
}

/* All that is done before a request which is twice too long is sent with half of its messages. */
static size_t trim_once(struct sc_str body, char *out)
{
    struct sc_conversation c;
    struct sc_measure m;
    struct sc_edits e;

    sc_measure(body, &m);
    sc_edits_init(&e, body);
    if (!sc_conversation_read(sc_conversation_find(body), &c))
        return 0;
    for (size_t i = 0; i < c.n; i++) {
        sc_measure(c.text[i], &m);
        c.message[i].weight = m.tokens[SC_TOKENIZER_O200K];
    }
    sc_conversation_trim(&c, m.tokens[SC_TOKENIZER_O200K] * 250);
    sc_conversation_edit(&c, &e);
    sc_conversation_free(&c);
    if (e.failed || sc_json_length(body.p, body.n) != body.n)
        return 0;
    sc_edits_write(&e, out);
    return sc_edits_size(&e);
}

static int trim(const char *kind)
{
    enum { ROUNDS = 50 };
    char *body = malloc(2 * PROMPT), *out = malloc(2 * PROMPT);
    struct sc_str whole = {body, 0};
    double start;

    if (!body || !out)
        return 1;
    whole.n = conversation(body, kind[0] == 't' ? "An ordinary sentence. " : "\\\"");
    start = now();
    for (int i = 0; i < ROUNDS; i++)
        if (trim_once(whole, out) == 0)
            return 1;
    printf("%.0f\n", (now() - start) / ROUNDS);
    free(body);
    free(out);
    return 0;
}

/* The first estimate of a prompt's tokens. */
static int measure(const char *kind)
{
    enum { ROUNDS = 200 };
    const char *unit =
        kind[0] == 't' ? "An ordinary sentence. " : "\\u4f60\\u597d\\uff0c\\u4e16\\u754c\\u3002";
    size_t n = strlen(unit), used = 0;
    char *body = malloc(PROMPT + 64);
    struct sc_measure m;
    int64_t sum = 0;
    double start;

    if (!body)
        return 1;
    for (; used < PROMPT; used += n)
        memcpy(body + used, unit, n);
    start = now();
    for (int i = 0; i < ROUNDS; i++) {
        sc_measure((struct sc_str){body, used}, &m);
        sum += m.tokens[SC_TOKENIZER_O200K];
    }
    printf("%.0f\n", (now() - start) / ROUNDS);
    free(body);
    return sum == 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    if (strcmp(argv[1], "match") == 0)
        return match((int)strtol(argv[2], NULL, 10));
    if (strcmp(argv[1], "load") == 0)
        return load(argv[2]);
    if (strcmp(argv[1], "trim") == 0)
        return trim(argv[2]);
    if (strcmp(argv[1], "measure") == 0)
        return measure(argv[2]);
    return strcmp(argv[1], "model") == 0 ? model(argv[2]) : 2;
}
