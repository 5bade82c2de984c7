/*
 * Every case of the shared error collection gets its class, its retry decision and its hint.
 * One test a case, so that a failing one is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "core/classify.h"

#define HEADERS_MAX 32
#define FILE_MAX (1 << 20)

/* What only a live transfer knows, and the collection says in words: bytes had been delivered. */
static const char *const delivered[] = {"transport_curle_partial_file"};

static const char *text_of(const cJSON *object, const char *name)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return s ? s : "";
}

static size_t decode_base64(const char *in, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t n = 0;
    int have = 0;
    for (; *in && *in != '='; in++) {
        bits = bits << 6 | (uint32_t)(strchr(digits, *in) - digits);
        have += 6;
        if (have >= 8)
            out[n++] = (char)(bits >> (have -= 8));
    }
    return n;
}

static char *body_of(const cJSON *c, size_t *n)
{
    const cJSON *body = cJSON_GetObjectItem(c, "body");
    const char *b64 = text_of(c, "body_b64");
    char *text;
    if (*b64) {
        text = malloc(strlen(b64) + 1);
        *n = decode_base64(b64, text);
        return text;
    }
    text = cJSON_IsString(body) ? strdup(body->valuestring) : cJSON_PrintUnformatted(body);
    *n = strlen(text);
    return text;
}

static size_t headers_of(const cJSON *c, struct sc_header *headers)
{
    size_t n = 0;
    const cJSON *h;
    cJSON_ArrayForEach(h, cJSON_GetObjectItem(c, "headers"))
    {
        assert_true(n < HEADERS_MAX);
        headers[n++] = (struct sc_header){{h->string, strlen(h->string)},
                                          {h->valuestring, strlen(h->valuestring)}};
    }
    return n;
}

static enum sc_provider provider_of(const cJSON *c)
{
    enum sc_provider p = sc_provider_by_name(text_of(c, "provider"));
    return p == SC_PROVIDER_COUNT ? SC_PROVIDER_OPENAI_COMPATIBLE : p;
}

static bool had_delivered(const cJSON *c)
{
    for (size_t i = 0; i < sizeof delivered / sizeof *delivered; i++)
        if (strcmp(text_of(c, "name"), delivered[i]) == 0)
            return true;
    return false;
}

static void case_gets_its_verdict(void **state)
{
    const cJSON *c = *state;
    struct sc_header headers[HEADERS_MAX];
    struct sc_facts facts;
    struct sc_verdict v;
    const cJSON *hint = cJSON_GetObjectItem(c, "retry_after_ms");
    const cJSON *curl = cJSON_GetObjectItem(c, "curl_code");
    struct sc_response r = {
        .provider = provider_of(c),
        .curl_code = curl ? curl->valueint : 0,
        .status = cJSON_GetObjectItem(c, "status")->valueint,
        .headers = headers,
        .n_headers = headers_of(c, headers),
        .is_stream = cJSON_IsTrue(cJSON_GetObjectItem(c, "stream")),
        .output_seen = had_delivered(c),
        .now_unix = 1777000000,
    };
    char *body = body_of(c, &r.body_len);
    r.body = body;
    sc_facts_read(&r, &facts);
    sc_classify(&facts, &v);
    print_message("# %s: %s by %s\n", text_of(c, "name"), sc_class_name(v.class), v.row);
    assert_string_equal(sc_class_name(v.class), text_of(c, "expected_class"));
    assert_int_equal(v.retry, cJSON_IsTrue(cJSON_GetObjectItem(c, "should_retry")));
    assert_int_equal(v.hint_ms, cJSON_IsNumber(hint) ? hint->valueint : -1);
    free(body);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, FILE_MAX);
    if (!f || !text) {
        free(text);
        return NULL;
    }
    size_t n = fread(text, 1, FILE_MAX - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

int main(void)
{
    const char *path = getenv("SC_PROVIDER_ERRORS");
    char *text = read_file(path ? path : "../shared/data/provider_errors.json");
    if (!text) {
        puts("ok 1 - provider errors # SKIP the shared collection is not here");
        return 0;
    }
    cJSON *cases = cJSON_Parse(text);
    size_t n = (size_t)cJSON_GetArraySize(cases), i = 0;
    struct CMUnitTest *tests = calloc(n, sizeof *tests);
    cJSON *c;
    cJSON_ArrayForEach(c, cases)
    {
        tests[i++] = (struct CMUnitTest){text_of(c, "name"), case_gets_its_verdict, NULL, NULL, c};
    }
    int failed = _cmocka_run_group_tests("provider_errors", tests, n, NULL, NULL);
    free(tests);
    cJSON_Delete(cases);
    free(text);
    return failed;
}
