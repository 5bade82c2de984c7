/* What counts as a simple URL must mean to libcurl what it means to us. */
/* link with: -l:libcurl.so.4 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <curl/curl.h>

#include "http/url.h"

static uint64_t seed = 1;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* Builds URLs out of the pieces that parsers trip over. */
static void make_url(char *out, size_t size)
{
    static const char *const pieces[] = {
        "http://",   "https://", "HTTPS://",
        "http:/",    "h",        "api.openai.com",
        "127.0.0.1", "0x7f.1",   "1.2.3.4",
        "1.2.3",     "0177.1",   "[::1]",
        "[fe80::1]", "[0:0::1]", "[::ffff:1.2.3.4]",
        ":",         ":80",      ":443",
        ":0",        ":65536",   ":080",
        "/",         "//",       "/a",
        "/.",        "/..",      "/../",
        "/./b",      "?",        "?x=1",
        "#",         "#f",       "@",
        "user:pw@",  "%2e",      "%41",
        "\\",        ".",        "..",
        "-",         "_",        "xn--a",
        "A",         " ",        "\t",
        "\x7f",      "\xc3\xa9", "&",
        ";",         "=",        "~",
        "!",         "*",        "'",
        "(",         "+",        ",",
        "1",         "0",        "e",
        "[",         "]",        "<",
        "\"",        "{",        "|",
        "^",         "`",        "a.b",
        "localhost",
    };
    size_t n = 0;
    unsigned count = 1 + pick(7);
    out[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        const char *p = pieces[i == 0 && pick(10) ? pick(3) : pick(sizeof pieces / sizeof *pieces)];
        if (n + strlen(p) < size)
            n += (size_t)snprintf(out + n, size - n, "%s", p);
    }
}

static char *part(CURLU *h, CURLUPart what, unsigned flags)
{
    char *text = NULL;
    return curl_url_get(h, what, &text, flags) == CURLUE_OK ? text : NULL;
}

static void same(const char *url, const char *what, const char *theirs, const char *ours, size_t n)
{
    if (strlen(theirs ? theirs : "") != n || memcmp(theirs ? theirs : "", ours, n) != 0)
        fail_msg("%s of %s: libcurl \"%s\", ours \"%.*s\"", what, url, theirs ? theirs : "(none)",
                 (int)n, ours);
}

static void compare(const char *url, const struct sc_url *u)
{
    char port[16], host[SC_URL_HOST_MAX + 2];
    CURLU *h = curl_url();
    if (curl_url_set(h, CURLUPART_URL, url, CURLU_GUESS_SCHEME) != CURLUE_OK)
        fail_msg("libcurl refuses %s", url);
    char *scheme = part(h, CURLUPART_SCHEME, 0), *their_host = part(h, CURLUPART_HOST, 0),
         *their_port = part(h, CURLUPART_PORT, CURLU_DEFAULT_PORT),
         *path = part(h, CURLUPART_PATH, 0), *query = part(h, CURLUPART_QUERY, 0),
         *user = part(h, CURLUPART_USER, 0);
    bool v6 = strchr(u->host, ':') != NULL;
    snprintf(host, sizeof host, v6 ? "[%s]" : "%s", u->host);
    snprintf(port, sizeof port, "%d", u->port);
    for (char *p = their_host; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    same(url, "scheme", scheme, u->scheme_https ? "https" : "http", u->scheme_https ? 5 : 4);
    same(url, "host", their_host, host, strlen(host));
    same(url, "port", their_port, port, strlen(port));
    same(url, "path", path, u->path.p, u->path.n);
    same(url, "query", query, u->query.p, u->query.n);
    assert_null(user);
    curl_free(scheme);
    curl_free(their_host);
    curl_free(their_port);
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(h);
}

static void random_urls_mean_the_same_to_libcurl(void **state)
{
    (void)state;
    char url[512];
    struct sc_url u;
    int simple = 0;
    for (int i = 0; i < 300000; i++) {
        make_url(url, sizeof url);
        if (!sc_url_split(url, strlen(url), &u))
            continue;
        simple++;
        compare(url, &u);
    }
    assert_true(simple > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_urls_mean_the_same_to_libcurl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
