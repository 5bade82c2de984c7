/* What may be written of a server's words: the words of errors, and nothing of the call. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log/wording.h"

#define PART 5 /* so much of a secret is too much */

static struct sc_str str(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static const char *wording(const struct sc_wording *w, const char *text)
{
    static char out[1024];
    size_t n = strlen(text);
    char *copy = malloc(n + 1); /* ends where the text ends, for the sanitizers */
    memcpy(copy, text, n);
    copy = realloc(copy, n ? n : 1);
    size_t got = sc_wording_put(w, (struct sc_str){copy, n}, out, sizeof out);
    free(copy);
    assert_int_equal(got, strlen(out));
    return out;
}

static void errors_stay_readable(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"Overloaded", "Overloaded"},
        {"Rate limit reached for gpt-4o in organization org-a1B2 on tokens per min (TPM): Limit "
         "30000, Used 29000, Requested 4123. Please try again in 22.472s.",
         "Rate limit reached for gpt-4o in organization [...] on tokens per min (TPM): Limit "
         "30000, "
         "Used 29000, Requested 4123. Please try again in 22.472s."},
        {"Incorrect API key provided: aB3xY9. You can find your API key at https://h/keys.",
         "Incorrect API key provided: [...] You can find your API key at [...]"},
        {"max_tokens is too large: 9000. This model supports at most 4096 completion tokens",
         "max_tokens is too large: 9000. This model supports at most 4096 completion tokens"},
        {"The model 'gpt-4o' does not exist", "The model 'gpt-4o' does not exist"},
        {"The model `other` does not exist", "The model [...] does not exist"},
        {"Invalid prompt: my neighbour stole apples from the model. Try again",
         "Invalid prompt: [...] Try again"},
        {"You don't have access", "You don't have access"},
        {"error \x1b[31m\x01\xc2\x9b\xe2\x80\xae overloaded", "error [...] overloaded"},
        {"key 12345 code 503", "key [...] code 503"},
        {"server 1 2 3 4 5 6", "server 1 [...]"},
        {"an open \"quotation of the model", "an open [...]"},
    };
    struct sc_wording w = {.model = "gpt-4o"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(wording(&w, cases[i].in), cases[i].out);
}

static void words_of_the_credentials_and_of_the_request_are_left_out(void **state)
{
    (void)state;
    struct sc_wording w = {
        .request = str("{\"messages\":[{\"content\":\"the server failed the model\"}]}")};
    assert_true(sc_wording_secret(&w, str("Basic overloaded")));
    assert_true(sc_wording_secret(&w, str("/v1?key=Retry-8192")));
    assert_string_equal(wording(&w, "service is Overloaded"), "service is [...]");
    assert_string_equal(wording(&w, "please retry within 8192 tokens"),
                        "please [...] within [...] tokens");
    assert_string_equal(wording(&w, "error: the server failed the model"),
                        "error: the [...] failed [...] model");
}

static void no_room_for_a_secret_is_said(void **state)
{
    (void)state;
    struct sc_wording w = {.model = NULL};
    for (int i = 0; i < SC_WORDING_SECRETS; i++)
        assert_true(sc_wording_secret(&w, str("x")));
    assert_true(sc_wording_secret(&w, str("")));
    assert_false(sc_wording_secret(&w, str("y")));
}

static void output_is_bounded(void **state)
{
    (void)state;
    struct sc_wording w = {.model = NULL};
    char out[40];
    for (size_t size = 1; size < sizeof out; size++) {
        memset(out, 'x', sizeof out);
        size_t n = sc_wording_put(&w, str("the model is overloaded xyz-1 again now"), out, size);
        assert_true(n < size);
        assert_int_equal(out[n], 0);
    }
}

/* ---- any key, in any dress, in any sentence ---- */

static uint64_t seed = 42;

static unsigned draw(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static const char *const sentences[] = {
    "Incorrect API key provided: %s.",
    "key %s is invalid",
    "authentication failed for '%s'",
    "Bearer %s was rejected",
    "your key=%s has expired",
    "{\"detail\":\"%s\"}",
    "invalid x-api-key: \"%s\"",
    "GET https://u:%s@h/v1?key=%s returned 401",
    "proxy said: Proxy-Authorization: Basic %s",
    "%s",
    "limit of %s is 30000",
    "the request said %s. Retry in 3 s",
    "API-Key%sis unknown",
    "%s%s%s",
    "credential (%s) unknown",
    "token <%s> used by 3 clients",
    "Limit %s, Requested %s",
    "\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87 %s \xe2\x80\x9c%s\xe2\x80\x9d",
};

static void plain(const char *key, char *out, size_t size)
{
    snprintf(out, size, "%s", key);
}

static void upper(const char *key, char *out, size_t size)
{
    plain(key, out, size);
    for (; *out; out++)
        *out = (char)toupper((unsigned char)*out);
}

static void percent(const char *key, char *out, size_t size)
{
    size_t n = 0;
    for (; *key && n + 4 < size; key++)
        n += (size_t)snprintf(out + n, size - n, draw(2) ? "%%%02X" : "%c", (unsigned)*key);
}

static void escaped(const char *key, char *out, size_t size)
{
    size_t n = 0;
    for (; *key && n + 7 < size; key++)
        n += (size_t)snprintf(out + n, size - n, draw(2) ? "\\u%04x" : "%c", (unsigned)*key);
}

static void masked(const char *key, char *out, size_t size)
{
    snprintf(out, size, "%.8s****%s", key, key + strlen(key) - 6);
}

static void middle(const char *key, char *out, size_t size)
{
    snprintf(out, size, "%.*s", (int)strlen(key) - 6, key + 3);
}

static void spaced(const char *key, char *out, size_t size)
{
    size_t n = 0;
    for (int i = 0; *key && n + 3 < size; key++, i++)
        n += (size_t)snprintf(out + n, size - n, i % 6 == 5 ? "%c " : "%c", *key);
}

static void glued(const char *key, char *out, size_t size)
{
    snprintf(out, size, "key%s=limit", key);
}

static void hexed(const char *key, char *out, size_t size)
{
    size_t n = 0;
    for (; *key && n + 3 < size; key++)
        n += (size_t)snprintf(out + n, size - n, "%02x", (unsigned)*key);
}

typedef void dress(const char *key, char *out, size_t size);
static dress *const dresses[] = {plain,  upper,  percent, escaped, masked,
                                 middle, spaced, glued,   hexed};

static void draw_key(char *key, size_t n)
{
    static const char *const alphabets[] = {
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "0123456789",
        "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "abcdefghijkl0123456789-_.~+/="};
    const char *a = alphabets[draw(sizeof alphabets / sizeof *alphabets)];
    for (size_t i = 0; i < n; i++)
        key[i] = a[draw((unsigned)strlen(a))];
    key[n] = '\0';
}

/* No PART bytes in a row of `secret`, whatever their case. */
static void holds_nothing_of(const char *out, const char *secret, const char *text)
{
    char part[PART + 1] = "";
    for (size_t i = 0; i + PART <= strlen(secret); i++) {
        memcpy(part, secret + i, PART);
        if (strcasestr(out, part))
            fail_msg("\"%s\" of \"%s\" is in \"%s\"", part, text, out);
    }
}

static void no_key_gets_through(void **state)
{
    (void)state;
    for (int i = 0; i < 40000; i++) {
        char key[80], dressed[600], text[2000];
        draw_key(key, 12 + draw(50));
        dresses[draw(sizeof dresses / sizeof *dresses)](key, dressed, sizeof dressed);
        const char *s = sentences[draw(sizeof sentences / sizeof *sentences)];
        snprintf(text, sizeof text, s, dressed, dressed, dressed);
        text[strlen(text) - draw(10) % strlen(text)] = '\0'; /* our own limit cuts anywhere */
        struct sc_wording w = {.model = "gpt-4o"};
        assert_true(sc_wording_secret(&w, str(key)));
        const char *out = wording(&w, text);
        holds_nothing_of(out, key, text);
        if (!strpbrk(dressed, " ="))
            holds_nothing_of(out, dressed, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_readable),
        cmocka_unit_test(words_of_the_credentials_and_of_the_request_are_left_out),
        cmocka_unit_test(no_room_for_a_secret_is_said),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(no_key_gets_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
