/*
 * Every case of the collections gets its class, its retry decision and its hint. One test a case,
 * so that a failing one is named. The collections: cases/ beside this file, one file a provider,
 * and the shared one where it is at hand. The last test looks for rows that no case of cases/
 * needs.
 */
/* link with: -lcjson */
#include <glob.h>
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
#define CASES_MAX 2048

/* The rows that decided a case of our own. */
static const char *decided[CASES_MAX];
static size_t n_decided;

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

/* As for a body with a model in it. */
static enum sc_request_kind kind_of(const cJSON *c, enum sc_provider p)
{
    const char *method = text_of(c, "method"), *path = text_of(c, "path");
    if (!*path)
        return SC_REQUEST_GENERATES;
    if (!*method)
        method = "POST";
    return sc_request_kind(p, (struct sc_str){method, strlen(method)},
                           (struct sc_str){path, strlen(path)}, true);
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
        .kind = kind_of(c, provider_of(c)),
        .now_unix = 1777000000,
    };
    char *body = body_of(c, &r.body_len);
    r.body = body;
    sc_facts_read(&r, &facts);
    sc_classify(&facts, &v);
    print_message("# %s: %s by %s\n", text_of(c, "name"), sc_class_name(v.class), v.row);
    decided[n_decided++] = v.row;
    assert_string_equal(sc_class_name(v.class), text_of(c, "expected_class"));
    if (r.kind == SC_REQUEST_CHANGES && !cJSON_GetObjectItem(c, "request_headers"))
        v.retry = v.retry && v.unprocessed;
    assert_int_equal(v.retry, cJSON_IsTrue(cJSON_GetObjectItem(c, "should_retry")));
    assert_int_equal(v.hint_ms, cJSON_IsNumber(hint) ? hint->valueint : -1);
    if (*text_of(c, "proof")) {
        static const char *const proofs[] = {"none", "said", "named"};
        assert_string_equal(proofs[v.proof], text_of(c, "proof"));
    }
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

static bool has_case(const char *row)
{
    for (size_t i = 0; i < n_decided; i++)
        if (strcmp(decided[i], row) == 0)
            return true;
    return false;
}

static size_t count_caseless(const struct sc_class_rows *t)
{
    size_t n = 0;
    for (size_t i = 0; t && i < t->n; i++) {
        if (has_case(t->rows[i].name))
            continue;
        print_message("# no case needs the row %s\n", t->rows[i].name);
        n++;
    }
    return n;
}

static void every_row_has_a_case(void **state)
{
    size_t n = count_caseless(&sc_rows_general);
    (void)state;
    for (int p = 0; p < SC_PROVIDER_COUNT; p++)
        for (size_t i = 0; i < SC_FAMILIES_MAX; i++)
            n += count_caseless(sc_provider_info((enum sc_provider)p)->rows[i]);
    assert_int_equal(n, 0);
}

#define FILES_MAX 64

static cJSON *files[FILES_MAX]; /* the tests look into them */
static size_t n_files;
static struct CMUnitTest tests[CASES_MAX];
static size_t n_tests;

static void add_cases(const char *path)
{
    const cJSON *c;
    char *text = read_file(path);
    cJSON *cases = text && n_files < FILES_MAX ? cJSON_Parse(text) : NULL;
    if (cases)
        files[n_files++] = cases;
    if (text && !cases)
        printf("Bail out! %s is no JSON\n", path);
    free(text);
    cJSON_ArrayForEach(c, cases)
    {
        if (n_tests < CASES_MAX - 1)
            tests[n_tests++] = (struct CMUnitTest){text_of(c, "name"), case_gets_its_verdict, NULL,
                                                   NULL, (void *)(uintptr_t)c};
    }
}

int main(void)
{
    const char *path = getenv("SC_PROVIDER_ERRORS");
    glob_t own = {0};
    glob("tests/common/provider/cases/*.json", 0, NULL, &own);
    for (size_t i = 0; i < own.gl_pathc; i++)
        add_cases(own.gl_pathv[i]);
    globfree(&own);
    tests[n_tests++] =
        (struct CMUnitTest){"every_row_has_a_case", every_row_has_a_case, NULL, NULL, NULL};
    add_cases(path ? path : "../shared/data/provider_errors.json");
    int failed = _cmocka_run_group_tests("provider_errors", tests, n_tests, NULL, NULL);
    while (n_files > 0)
        cJSON_Delete(files[--n_files]);
    return failed;
}
