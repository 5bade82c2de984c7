/* The key of a kept answer as a property: two requests drawn at random have one key if and only if
 * what counts is the same in both, however each is written. A table of fields by dialect says what
 * counts, apart from the one that the key is made by (store/asked.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "store/asked.h"

enum { VALUES = 4, FIELDS = 40, ROUNDS = 20000, TEXT = 8192 };

/* What a field is to the answer. */
enum effect {
    SHAPES,  /* each value asks for another answer, its absence too */
    NOTHING, /* whatever it says */
    ABSENT   /* the first value says what its absence does, the others ask for another answer */
};

struct field {
    const char *name;
    enum effect effect;
    const char *values[VALUES];
};

static const struct field chat[] = {
    {"model", SHAPES, {"\"gpt-4o\"", "\"gpt-4o-mini\""}},
    {"messages",
     SHAPES,
     {"[{\"role\":\"user\",\"content\":\"hello\"}]", "[{\"role\":\"user\",\"content\":\"Hello\"}]",
      "[{\"role\":\"user\",\"content\":\"hello\",\"user\":\"a\"}]",
      "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}"
      "]"}},
    {"temperature", SHAPES, {"0", "0.5", "1", "1.25"}},
    {"top_p", SHAPES, {"0.1", "1"}},
    {"max_tokens", SHAPES, {"10", "100"}},
    {"max_completion_tokens", SHAPES, {"10", "100"}},
    {"stop", SHAPES, {"\"a\"", "[\"a\"]", "[\"a\",\"b\"]", "[\"b\",\"a\"]"}},
    {"seed", SHAPES, {"1", "10", "9007199254740993", "9007199254740992"}},
    {"tools", SHAPES, {"[]", "[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"}},
    {"tool_choice", SHAPES, {"\"auto\"", "\"none\""}},
    {"response_format", SHAPES, {"{\"type\":\"text\"}", "{\"type\":\"json_object\"}"}},
    {"logit_bias", SHAPES, {"{\"1\":2,\"3\":4}", "{\"1\":4,\"3\":2}"}},
    {"stream_options", SHAPES, {"{\"include_usage\":true}", "{\"include_usage\":false}"}},
    {"a_field_of_tomorrow", SHAPES, {"1", "{\"user\":\"a\"}", "{\"user\":\"b\"}"}},
    {"stream", ABSENT, {"false", "true"}},
    {"n", ABSENT, {"1", "2"}},
    {"user", NOTHING, {"\"a\"", "\"b\"", "null"}},
    {"safety_identifier", NOTHING, {"\"a\"", "\"b\""}},
    {"metadata", NOTHING, {"{}", "{\"a\":\"b\"}"}},
    {"prompt_cache_key", NOTHING, {"\"a\"", "\"b\""}},
    {"prompt_cache_retention", NOTHING, {"\"24h\"", "\"in_memory\""}},
    {"service_tier", NOTHING, {"\"flex\"", "\"auto\""}},
    {"store", NOTHING, {"true", "null"}},
};

static const struct field embeddings[] = {
    {"model", SHAPES, {"\"text-embedding-3-small\"", "\"text-embedding-3-large\""}},
    {"input", SHAPES, {"\"a\"", "[\"a\"]", "[\"a\",\"b\"]", "[[1,2]]"}},
    {"dimensions", SHAPES, {"8", "80"}},
    {"encoding_format", SHAPES, {"\"float\"", "\"base64\""}},
    {"user", NOTHING, {"\"a\"", "\"b\""}},
};

static const struct field responses[] = {
    {"model", SHAPES, {"\"gpt-5\"", "\"gpt-5-mini\""}},
    {"input", SHAPES, {"\"a\"", "[{\"role\":\"user\",\"content\":\"a\"}]"}},
    {"instructions", SHAPES, {"\"short\"", "\"long\""}},
    {"reasoning", SHAPES, {"{\"effort\":\"low\"}", "{\"effort\":\"high\"}"}},
    {"text", SHAPES, {"{\"verbosity\":\"low\"}", "{\"verbosity\":\"high\"}"}},
    {"user", SHAPES, {"\"a\"", "\"b\""}}, /* the answer repeats who asks */
    {"metadata", SHAPES, {"{\"a\":\"b\"}", "{\"a\":\"c\"}"}},
    {"store", SHAPES, {"true"}},
    {"stream", ABSENT, {"false", "true"}},
    {"background", NOTHING, {"false"}}, /* with true nothing is kept */
    {"previous_response_id", NOTHING, {"null"}},
    {"conversation", NOTHING, {"null"}},
};

static const struct field messages[] = {
    {"model", SHAPES, {"\"claude-opus-4-5\"", "\"claude-haiku-4-5\""}},
    {"max_tokens", SHAPES, {"10", "100"}},
    {"system", SHAPES, {"\"short\"", "[{\"type\":\"text\",\"text\":\"short\"}]"}},
    {"thinking",
     SHAPES,
     {"{\"type\":\"enabled\",\"budget_tokens\":1024}", "{\"type\":\"disabled\"}"}},
    {"stop_sequences", SHAPES, {"[\"a\"]", "[\"b\"]"}},
    {"user", SHAPES, {"\"a\"", "\"b\""}}, /* it has none of that name */
    {"stream", ABSENT, {"false", "true"}},
    {"metadata", NOTHING, {"{\"user_id\":\"a\"}", "{\"user_id\":\"b\"}"}},
    {"service_tier", NOTHING, {"\"auto\"", "\"standard_only\""}},
    {"cache_control",
     NOTHING,
     {"{\"type\":\"ephemeral\"}", "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}"}},
};

static const struct field gemini[] = {
    {"contents", SHAPES, {"[{\"parts\":[{\"text\":\"a\"}]}]", "[{\"parts\":[{\"text\":\"b\"}]}]"}},
    {"systemInstruction",
     SHAPES,
     {"{\"parts\":[{\"text\":\"a\"}]}", "{\"parts\":[{\"text\":\"b\"}]}"}},
    {"generationConfig",
     SHAPES,
     {"{\"temperature\":0,\"topK\":1}", "{\"temperature\":1,\"topK\":0}"}},
    {"safetySettings", SHAPES, {"[]", "[{\"category\":\"X\",\"threshold\":\"BLOCK_NONE\"}]"}},
    {"cachedContent", SHAPES, {"\"cachedContents/1\"", "\"cachedContents/2\""}},
    {"labels", NOTHING, {"{\"a\":\"b\"}", "{\"a\":\"c\"}"}},
    {"serviceTier", NOTHING, {"\"flex\"", "\"standard\""}},
};

#define FIELDS_OF(a) (a), sizeof(a) / sizeof *(a)

static const struct api {
    const char *path;
    const struct field *fields;
    size_t n;
} apis[] = {
    {"/v1/chat/completions", FIELDS_OF(chat)},
    {"/v1/embeddings", FIELDS_OF(embeddings)},
    {"/v1/responses", FIELDS_OF(responses)},
    {"/v1/messages", FIELDS_OF(messages)},
    {"/v1beta/models/gemini-2.5-flash:generateContent", FIELDS_OF(gemini)},
};

enum { APIS = sizeof apis / sizeof *apis };

/* ---- chance, the same in every run ------------------------------------------------------------
 */

static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % n;
}

/* ---- a request ------------------------------------------------------------------------------- */

/* Around the body: each part counts, always. */
static const char *const methods[] = {"POST", "PUT"};
static const char *const hosts[] = {"api.example.com:443", "api.example.com:8443"};
static const char *const queries[] = {"", "alt=sse"};
static const char *const credentials[] = {NULL, "Bearer a", "Bearer b"};
static const char *const versions[] = {NULL, "2023-06-01", "2024-01-01"};

struct drawn {
    const struct api *api;
    unsigned method, host, query, credential, version;
    int values[FIELDS]; /* -1: the field is not there */
};

/* As a rule only little differs between two: the other's fields are taken over. */
static void draw(struct drawn *d, const struct drawn *like)
{
    if (like) {
        *d = *like;
    } else {
        d->api = &apis[below(APIS)];
        d->method = d->host = d->query = d->credential = d->version = 0;
        for (size_t i = 0; i < d->api->n; i++)
            d->values[i] = -1;
    }
    for (unsigned changes = like ? below(3) : below(8); changes > 0; changes--) {
        const struct field *f;
        unsigned i = below((unsigned)d->api->n), v = below(VALUES + 1);

        f = &d->api->fields[i];
        d->values[i] = v == VALUES || !f->values[v] ? -1 : (int)v;
    }
    if (below(6) == 0)
        switch (below(5)) {
        case 0:
            d->method = below(2);
            break;
        case 1:
            d->host = below(2);
            break;
        case 2:
            d->query = below(2);
            break;
        case 3:
            d->credential = below(3);
            break;
        default:
            d->version = below(3);
        }
}

/* What the field says, as far as it counts: -1 nothing. */
static int says(const struct field *f, int value)
{
    if (f->effect == NOTHING || (f->effect == ABSENT && value == 0))
        return -1;
    return value;
}

static bool ask_the_same(const struct drawn *a, const struct drawn *b)
{
    bool same = a->api == b->api && a->method == b->method && a->host == b->host &&
                a->query == b->query && a->credential == b->credential && a->version == b->version;

    for (size_t i = 0; same && i < a->api->n; i++)
        same = says(&a->api->fields[i], a->values[i]) == says(&b->api->fields[i], b->values[i]);
    return same;
}

/* ---- one of the ways to write it ---------------------------------------------------------------
 */

static char *put_blanks(char *to)
{
    static const char blanks[] = " \t\n\r";

    while (below(4) == 0)
        *to++ = blanks[below(4)];
    return to;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 125 as 125.0, 125e0 or 1250E-1: the value stays. One of a field whose plain value says nothing is
 * left alone: in other words it counts, which is allowed. */
static char *put_number(char *to, const char *number, size_t n)
{
    bool whole = memchr(number, '.', n) == NULL;

    memcpy(to, number, n);
    to += n;
    switch (below(4)) {
    case 0:
        return to + sprintf(to, "%s", whole ? ".0" : "00");
    case 1:
        return to + sprintf(to, "e+0");
    case 2:
        return to + (whole && *number != '0' ? sprintf(to, "0E-1") : 0);
    default:
        return to;
    }
}

static char *put_json(char *to, const char *json, bool numbers)
{
    bool inside = false;

    for (const char *p = json; *p;) {
        size_t n = 1;

        if (inside && is_letter(*p) && below(5) == 0) {
            to += sprintf(to, below(2) ? "\\u%04x" : "\\u%04X", (unsigned)*p++);
            continue;
        }
        if (!inside && is_digit(*p)) {
            while (is_digit(p[n]) || p[n] == '.')
                n++;
            to = numbers ? put_number(to, p, n) : (memcpy(to, p, n), to + n);
            p += n;
            continue;
        }
        inside ^= *p == '"';
        if (!inside && strchr("{}[],:", *p))
            to = put_blanks(to);
        *to++ = *p;
        if (!inside && strchr("{}[],:", *p))
            to = put_blanks(to);
        p++;
    }
    return to;
}

static size_t write_body(const struct drawn *d, char *body)
{
    size_t order[FIELDS], n = d->api->n;
    char *to = body, member[512];
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        size_t j = below((unsigned)i + 1);

        order[i] = order[j];
        order[j] = i;
    }
    *to++ = '{';
    for (size_t i = 0; i < n; i++) {
        const struct field *f = &d->api->fields[order[i]];
        int value = d->values[order[i]];

        if (value < 0)
            continue;
        snprintf(member, sizeof member, "%s\"%s\":%s", any ? "," : "", f->name, f->values[value]);
        to = put_json(to, member, f->effect != ABSENT);
        any = true;
    }
    *to++ = '}';
    to = put_blanks(to);
    return (size_t)(to - body);
}

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, s ? strlen(s) : 0};
}

static void key_of(const struct drawn *d, char body[TEXT], uint8_t key[SC_STORE_KEY])
{
    static const uint8_t salt[SC_STORE_SALT] = "0123456789abcdef";
    const struct sc_header version = {str("anthropic-version"), str(versions[d->version])};
    struct sc_buf text = {.max = 1 << 20};
    size_t n = write_body(d, body);
    struct sc_asked a = {.method = str(methods[d->method]),
                         .host = str(hosts[d->host]),
                         .path = str(d->api->path),
                         .query = str(queries[d->query]),
                         .credential = str(credentials[d->credential]),
                         .headers = &version,
                         .n_headers = d->version != 0,
                         .body = {body, n}};

    body[n] = '\0';
    if (!sc_asked_text(&a, &text))
        fail_msg("no key: %s", body);
    sc_asked_key(salt, sc_buf_view(&text), key);
    sc_buf_free(&text);
}

static void test_a_key_tells_what_counts_and_nothing_else(void **state)
{
    static char bodies[2][TEXT];
    uint8_t keys[2][SC_STORE_KEY];
    unsigned same = 0, different = 0;
    struct drawn a, b;

    (void)state;
    seed = 20251101;
    for (int round = 0; round < ROUNDS; round++) {
        bool wanted;

        draw(&a, NULL);
        draw(&b, below(20) ? &a : NULL);
        key_of(&a, bodies[0], keys[0]);
        key_of(&b, bodies[1], keys[1]);
        wanted = ask_the_same(&a, &b);
        if ((memcmp(keys[0], keys[1], SC_STORE_KEY) == 0) != wanted)
            fail_msg("%s: %s key\n%s\n%s", a.api->path, wanted ? "not one" : "one", bodies[0],
                     bodies[1]);
        *(wanted ? &same : &different) += 1;
    }
    assert_true(same > ROUNDS / 8 && different > ROUNDS / 8); /* chance has drawn both kinds */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_tells_what_counts_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
