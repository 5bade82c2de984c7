/* A URL that is called simple means the same to libcurl, if there is one. */
#include "fuzz.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include "http/url.h"

static struct {
    CURLU *(*url)(void);
    void (*cleanup)(CURLU *);
    CURLUcode (*set)(CURLU *, CURLUPart, const char *, unsigned);
    CURLUcode (*get)(CURLU *, CURLUPart, char **, unsigned);
    void (*release)(void *);
} curl;

static void find_libcurl(void)
{
    void *lib = dlopen("libcurl.so.4", RTLD_NOW);

    if (!lib)
        return;
    *(void **)&curl.cleanup = dlsym(lib, "curl_url_cleanup");
    *(void **)&curl.set = dlsym(lib, "curl_url_set");
    *(void **)&curl.get = dlsym(lib, "curl_url_get");
    *(void **)&curl.release = dlsym(lib, "curl_free");
    *(void **)&curl.url = dlsym(lib, "curl_url");
}

static void same(CURLU *u, CURLUPart part, const char *ours, size_t n)
{
    char *theirs = NULL;

    curl.get(u, part, &theirs, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
    for (char *p = part == CURLUPART_HOST ? theirs : NULL; p && *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    CHECK(strlen(theirs ? theirs : "") == n && memcmp(theirs ? theirs : "", ours, n) == 0);
    curl.release(theirs);
}

static void compare(const char *url, const struct sc_url *ours)
{
    char host[SC_URL_HOST_MAX + 3], port[16];
    CURLU *u = curl.url();

    CHECK(u && curl.set(u, CURLUPART_URL, url, CURLU_GUESS_SCHEME) == CURLUE_OK);
    snprintf(host, sizeof host, strchr(ours->host, ':') ? "[%s]" : "%s", ours->host);
    snprintf(port, sizeof port, "%d", ours->port);
    same(u, CURLUPART_SCHEME, ours->scheme_https ? "https" : "http", ours->scheme_https ? 5 : 4);
    same(u, CURLUPART_HOST, host, strlen(host));
    same(u, CURLUPART_PORT, port, strlen(port));
    same(u, CURLUPART_PATH, ours->path.p, ours->path.n);
    same(u, CURLUPART_QUERY, ours->query.p, ours->query.n);
    same(u, CURLUPART_USER, "", 0);
    curl.cleanup(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int looked;
    struct sc_url u;
    char *url = text_of((const char *)data, size);

    if (!looked++)
        find_libcurl();
    if (sc_url_split(url, strlen(url), &u) && curl.url)
        compare(url, &u);
    free(url);
    return 0;
}
