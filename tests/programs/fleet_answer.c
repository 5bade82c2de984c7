/*
 * fleet_answer.c - a program that tells all it can learn about one answer.
 *
 *     fleet_answer HOW URL
 *
 * HOW: plain, header (CURLOPT_HEADER), fail (FAILONERROR), head (NOBODY), headerdata (no header
 * function), pause (from the write callback), refuse (a short write), refuse-header, abort (from
 * the progress callback), multi, or twice (the handle's second transfer counts). Times, sizes of
 * the request and addresses, which differ by nature, are only checked for sense.
 */
#include <curl/curl.h>
#include "steadycurl/newer.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *how;
static char error_text[CURL_ERROR_SIZE];
static size_t header_bytes, body_bytes;
static bool paused, unpaused;
static curl_off_t last_total, last_now;

static bool is(const char *name)
{
    return strcmp(how, name) == 0;
}

static void print_text(const char *kind, const char *p, size_t n)
{
    printf("%s ", kind);
    for (; n > 0; n--, p++) {
        if (*p == '\r')
            printf("\\r");
        else if (*p == '\n')
            printf("\\n");
        else
            putchar(*p);
    }
    putchar('\n');
}

static size_t on_header(char *p, size_t size, size_t n, void *data)
{
    CURL *c = data;
    struct curl_header *h;
    long status = 0;

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    print_text("header", p, size * n);
    if (size * n == 2)
        printf("at the end of the headers: status %ld, content-type %s\n", status,
               curl_easy_header(c, "content-type", 0, CURLH_HEADER, -1, &h) == CURLHE_OK
                   ? "known"
                   : "unknown");
    header_bytes += size * n;
    return is("refuse-header") ? 0 : size * n;
}

static size_t on_header_data(char *p, size_t size, size_t n, void *data)
{
    print_text(data == stderr ? "as header" : "as body", p, size * n);
    return size * n;
}

static size_t on_body(char *p, size_t size, size_t n, void *data)
{
    if (is("refuse"))
        return 0;
    if (is("pause") && !unpaused) {
        paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    (void)data;
    print_text("body", p, size * n);
    body_bytes += size * n;
    return size * n;
}

static int on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    (void)up_total;
    (void)up_now;
    last_total = total;
    last_now = now;
    if (paused && !unpaused) {
        unpaused = true;
        printf("unpaused\n");
        curl_easy_pause(data, CURLPAUSE_CONT);
    }
    return is("abort") && now > 0;
}

/* Older headers do not name them. */
#define CURLINFO_XFER_ID ((CURLINFO)SC_CURLINFO_XFER_ID)
#define CURLINFO_CONN_ID ((CURLINFO)SC_CURLINFO_CONN_ID)
#define CURLINFO_USED_PROXY ((CURLINFO)SC_CURLINFO_USED_PROXY)
#define CURLINFO_POSTTRANSFER_TIME_T ((CURLINFO)SC_CURLINFO_POSTTRANSFER_TIME_T)
#define CURLINFO_EARLYDATA_SENT_T ((CURLINFO)SC_CURLINFO_EARLYDATA_SENT_T)
#define CURLINFO_HTTPAUTH_USED ((CURLINFO)SC_CURLINFO_HTTPAUTH_USED)
#define CURLINFO_PROXYAUTH_USED ((CURLINFO)SC_CURLINFO_PROXYAUTH_USED)
#define CURLINFO_SIZE_DELIVERED ((CURLINFO)SC_CURLINFO_SIZE_DELIVERED)

#define LONGS(X)              \
    X(RESPONSE_CODE)          \
    X(HTTP_CONNECTCODE)       \
    X(HTTP_VERSION)           \
    X(REDIRECT_COUNT)         \
    X(FILETIME)               \
    X(SSL_VERIFYRESULT)       \
    X(PROXY_SSL_VERIFYRESULT) \
    X(HTTPAUTH_AVAIL)         \
    X(PROXYAUTH_AVAIL)        \
    X(OS_ERRNO)               \
    X(CONDITION_UNMET)        \
    X(PROTOCOL)               \
    X(PROXY_ERROR)            \
    X(USED_PROXY)             \
    X(HTTPAUTH_USED)          \
    X(PROXYAUTH_USED)
#define OFFSETS(X)               \
    X(SIZE_DOWNLOAD_T)           \
    X(SIZE_UPLOAD_T)             \
    X(CONTENT_LENGTH_DOWNLOAD_T) \
    X(CONTENT_LENGTH_UPLOAD_T)   \
    X(RETRY_AFTER)               \
    X(FILETIME_T) X(REDIRECT_TIME_T) X(XFER_ID) X(CONN_ID) X(EARLYDATA_SENT_T)
#define DOUBLES(X)   \
    X(SIZE_DOWNLOAD) \
    X(SIZE_UPLOAD) X(CONTENT_LENGTH_DOWNLOAD) X(CONTENT_LENGTH_UPLOAD) X(REDIRECT_TIME)
#define STRINGS(X) \
    X(CONTENT_TYPE) X(EFFECTIVE_METHOD) X(REDIRECT_URL) X(SCHEME) X(REFERER) X(RTSP_SESSION_ID)
#define TIMES(X)          \
    X(TOTAL_TIME_T)       \
    X(NAMELOOKUP_TIME_T)  \
    X(CONNECT_TIME_T)     \
    X(APPCONNECT_TIME_T)  \
    X(PRETRANSFER_TIME_T) \
    X(POSTTRANSFER_TIME_T) X(STARTTRANSFER_TIME_T)

static void tell_info(CURL *c)
{
    struct curl_slist *list = NULL;
    char *url = NULL, *ip = NULL;
    double total = 0;
    curl_off_t total_t = 0, first = 0;
    long n;
    curl_off_t o;
    double d;
    char *s;
    CURLcode rc;

#define TELL_LONG(name)                             \
    n = -99;                                        \
    rc = curl_easy_getinfo(c, CURLINFO_##name, &n); \
    printf(#name " %d %ld\n", (int)rc, n);
#define TELL_OFFSET(name)                           \
    o = -99;                                        \
    rc = curl_easy_getinfo(c, CURLINFO_##name, &o); \
    printf(#name " %d %lld\n", (int)rc, (long long)o);
#define TELL_DOUBLE(name)                           \
    d = -99;                                        \
    rc = curl_easy_getinfo(c, CURLINFO_##name, &d); \
    printf(#name " %d %.0f\n", (int)rc, d);
#define TELL_STRING(name)                           \
    s = NULL;                                       \
    rc = curl_easy_getinfo(c, CURLINFO_##name, &s); \
    printf(#name " %d %s\n", (int)rc, s ? s : "(null)");
#define TELL_TIME(name)                             \
    o = -99;                                        \
    rc = curl_easy_getinfo(c, CURLINFO_##name, &o); \
    printf(#name " %d %s\n", (int)rc, o > 0 ? "some" : o == 0 ? "none" : "negative");
    LONGS(TELL_LONG)
    OFFSETS(TELL_OFFSET)
    if (!is("header")) { /* where the server's own headers count, too */
        TELL_OFFSET(SIZE_DELIVERED)
    }
    DOUBLES(TELL_DOUBLE)
    STRINGS(TELL_STRING)
    TIMES(TELL_TIME)
    curl_easy_getinfo(c, CURLINFO_TOTAL_TIME, &total);
    curl_easy_getinfo(c, CURLINFO_TOTAL_TIME_T, &total_t);
    curl_easy_getinfo(c, CURLINFO_STARTTRANSFER_TIME_T, &first);
    printf("total times agree: %d, first byte before the end: %d\n",
           total > 0 && (long long)(total * 1e6 + 0.5) == (long long)total_t, first <= total_t);
    n = 0;
    curl_easy_getinfo(c, CURLINFO_HEADER_SIZE, &n);
    printf("header size is what came: %d\n",
           is("header") || is("headerdata") ? n > 0 : (size_t)n == header_bytes);
    curl_easy_getinfo(c, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(c, CURLINFO_PRIMARY_IP, &ip);
    printf("url %s, ip %s\n", url ? url : "(null)", ip ? "a text" : "(null)");
    printf("cookies %d %d\n", (int)curl_easy_getinfo(c, CURLINFO_COOKIELIST, &list), list != NULL);
    curl_slist_free_all(list);
}

static void tell_headers(CURL *c)
{
    static const char *const names[] = {"content-type", "Content-Length", "retry-after", "DATE",
                                        "x-absent"};
    struct curl_header *h = NULL;
    size_t i;

    while ((h = curl_easy_nextheader(c, CURLH_HEADER, -1, h)) != NULL)
        print_text("next", h->name, strlen(h->name)),
            printf("  = %s (%zu of %zu, %u)\n", h->value, h->index, h->amount, h->origin);
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        CURLHcode rc = curl_easy_header(c, names[i], 0, CURLH_HEADER, -1, &h);

        printf("named %s %d %s\n", names[i], (int)rc, rc == CURLHE_OK ? h->value : "-");
    }
    printf("second %d, trailer %d, request 0 %d, request 5 %d, no origin %d\n",
           (int)curl_easy_header(c, "content-type", 1, CURLH_HEADER, -1, &h),
           (int)curl_easy_header(c, "content-type", 0, CURLH_TRAILER, -1, &h),
           (int)curl_easy_header(c, "content-type", 0, CURLH_HEADER, 0, &h),
           (int)curl_easy_header(c, "content-type", 0, CURLH_HEADER, 5, &h),
           (int)curl_easy_header(c, "content-type", 0, 0, -1, &h));
}

static CURLcode by_multi(CURL *c)
{
    CURLM *m = curl_multi_init();
    CURLcode rc = CURLE_FAILED_INIT;
    CURLMsg *message;
    int running = 1, left;

    curl_multi_add_handle(m, c);
    while (running) {
        curl_multi_perform(m, &running);
        if (running)
            curl_multi_poll(m, NULL, 0, 100, NULL);
    }
    while ((message = curl_multi_info_read(m, &left)) != NULL)
        rc = message->data.result;
    curl_multi_remove_handle(m, c);
    curl_multi_cleanup(m);
    return rc;
}

static void set_up(CURL *c, const char *url)
{
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_COOKIEFILE, "");
    if (!is("head"))
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, getenv("ASK"));
    else
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    if (is("header"))
        curl_easy_setopt(c, CURLOPT_HEADER, 1L);
    if (is("fail"))
        curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
    if (is("headerdata")) {
        curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, NULL);
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_header_data);
        curl_easy_setopt(c, CURLOPT_HEADERDATA, stderr);
    }
}

int main(int argc, char **argv)
{
    CURL *c;
    CURLcode rc;

    if (argc < 3)
        return 2;
    how = argv[1];
    c = curl_easy_init();
    strcpy(error_text, "untouched");
    set_up(c, argv[2]);
    if (is("twice")) {
        curl_easy_perform(c);
        printf("---\n");
        header_bytes = body_bytes = 0;
    }
    rc = is("multi") ? by_multi(c) : curl_easy_perform(c);
    printf("result %d, error '%s'\n", (int)rc, error_text);
    printf("progress at the end: %lld of %lld\n", (long long)last_now, (long long)last_total);
    tell_info(c);
    tell_headers(c);
    curl_easy_cleanup(c);
    return 0;
}
