/*
 * record.c - uses the easy interface in many ways against the mock, and prints all it can see:
 * every callback with its arguments, results, error buffers, getinfo values, headers. What depends
 * on the time of day or on chance is left out, so that two runs print the same.
 *
 *     record URL [SCENARIO]
 */
#include <curl/curl.h>
#include "steadycurl/newer.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASK "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define STREAM "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"

enum { SEQUENCE_MAX = 1024 };

/* One handle with all that its callbacks need. */
struct probe {
    CURL *easy;
    const char *base;
    char error[CURL_ERROR_SIZE];
    struct curl_slist *headers;
    int writes, refuse_write_at, pause_write_at, header_lines, refuse_header_at, progress;
    bool big;     /* pieces depend on the network: only their sum is shown */
    size_t total; /* of a big body */
    uint32_t hash;
    const char *upload;
    size_t uploaded;
    char wanted[8]; /* for CURLOPT_PRIVATE */
};

static uint32_t add_hash(uint32_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 16777619u;
    return h;
}

static void show(const char *kind, const char *p, size_t n)
{
    if (n > 6 && strncmp(p, "Date: ", 6) == 0) {
        printf("  %s Date\n", kind);
        return;
    }
    printf("  %s %zu %08x '", kind, n, add_hash(2166136261u, p, n));
    for (size_t i = 0; i < n && i < 60; i++)
        if (p[i] >= ' ' && p[i] <= '~')
            putchar(p[i]);
        else
            printf("\\%03o", (unsigned char)p[i]);
    printf("'\n");
}

static void show_now(struct probe *b)
{
    long code = -1, version = -1, redirects = -1;
    curl_off_t length = -2;
    char *url = NULL;

    curl_easy_getinfo(b->easy, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(b->easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(b->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    curl_easy_getinfo(b->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(b->easy, CURLINFO_EFFECTIVE_URL, &url);
    printf("    now %ld %ld %ld %lld %s\n", code, version, redirects, (long long)length,
           strchr(url + 8, '/'));
}

static size_t on_write(char *p, size_t size, size_t n, void *data)
{
    struct probe *b = data;

    n *= size;
    if (++b->writes == b->pause_write_at) {
        printf("  write pauses\n");
        return CURL_WRITEFUNC_PAUSE;
    }
    if (b->big) {
        b->total += n;
        b->hash = add_hash(b->hash, p, n);
        if (n > CURL_MAX_WRITE_SIZE || n == 0)
            printf("  a piece of %zu\n", n);
        return n;
    }
    show("body", p, n);
    show_now(b);
    return b->writes == b->refuse_write_at ? n - 1 : n;
}

static size_t on_header(char *p, size_t size, size_t n, void *data)
{
    struct probe *b = data;

    show("header", p, n * size);
    show_now(b);
    return ++b->header_lines == b->refuse_header_at ? 0 : n * size;
}

static size_t on_read(char *p, size_t size, size_t n, void *data)
{
    struct probe *b = data;
    size_t left = strlen(b->upload) - b->uploaded;

    n *= size;
    if (n > 30)
        n = 30;
    if (n > left)
        n = left;
    memcpy(p, b->upload + b->uploaded, n);
    b->uploaded += n;
    show("read", p, n);
    return n;
}

static int on_progress(void *data, curl_off_t a, curl_off_t c, curl_off_t d, curl_off_t e)
{
    struct probe *b = data;

    (void)a, (void)c, (void)d, (void)e;
    if (b->pause_write_at && b->writes >= b->pause_write_at && ++b->progress == 2) {
        printf("  progress lifts the pause\n");
        curl_easy_pause(b->easy, CURLPAUSE_CONT);
    }
    return 0;
}

#define SET(option, value) curl_easy_setopt(b->easy, CURLOPT_##option, value)

static void target(struct probe *b, const char *path)
{
    char url[1024];

    snprintf(url, sizeof url, "%s%s", b->base, path);
    SET(URL, url);
}

static void header(struct probe *b, const char *line)
{
    b->headers = curl_slist_append(b->headers, line);
    SET(HTTPHEADER, b->headers);
}

/* The outcomes of the next requests, in the mock's language. */
static void outcomes(struct probe *b, const char *script)
{
    static int n;
    char line[SEQUENCE_MAX];

    snprintf(line, sizeof line, "x-mock-script: %s", script);
    header(b, line);
    snprintf(line, sizeof line, "x-mock-id: record-%d", n++);
    header(b, line);
}

static void callbacks(struct probe *b)
{
    SET(WRITEFUNCTION, on_write);
    SET(WRITEDATA, b);
    SET(HEADERFUNCTION, on_header);
    SET(HEADERDATA, b);
    SET(ERRORBUFFER, b->error);
}

static void show_info(struct probe *b)
{
    static const struct {
        const char *name;
        CURLINFO info;
    } infos[] = {
#define INFO(name) {#name, CURLINFO_##name}
        INFO(RESPONSE_CODE),
        INFO(HTTP_CONNECTCODE),
        INFO(HTTP_VERSION),
        INFO(EFFECTIVE_URL),
        INFO(EFFECTIVE_METHOD),
        INFO(CONTENT_TYPE),
        INFO(REDIRECT_COUNT),
        INFO(REDIRECT_URL),
        INFO(SIZE_DOWNLOAD_T),
        INFO(SIZE_UPLOAD_T),
        INFO(CONTENT_LENGTH_DOWNLOAD_T),
        INFO(CONTENT_LENGTH_UPLOAD_T),
        INFO(HEADER_SIZE),
        INFO(REQUEST_SIZE),
        INFO(NUM_CONNECTS),
        INFO(HTTPAUTH_AVAIL),
        INFO(PROXYAUTH_AVAIL),
        INFO(OS_ERRNO),
        INFO(SSL_VERIFYRESULT),
        INFO(CONDITION_UNMET),
        INFO(FILETIME_T),
        INFO(PRIMARY_IP),
        INFO(PRIMARY_PORT),
        INFO(LOCAL_IP),
        INFO(SCHEME),
        INFO(PROTOCOL),
        INFO(PROXY_ERROR),
        INFO(REFERER),
        INFO(RETRY_AFTER),
#undef INFO
#define INFO(name) {#name, (CURLINFO)SC_CURLINFO_##name}
        INFO(USED_PROXY),
        INFO(HTTPAUTH_USED),
        INFO(PROXYAUTH_USED),
        INFO(SIZE_DELIVERED),
#undef INFO
    };

    for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++) {
        union {
            char *text;
            long number;
            curl_off_t large;
        } v = {.large = 0};
        CURLcode rc = curl_easy_getinfo(b->easy, infos[i].info, &v);
        int type = (int)infos[i].info & CURLINFO_TYPEMASK;

        if (rc)
            printf("  %s error %d\n", infos[i].name, rc);
        else if (type == CURLINFO_STRING)
            printf("  %s %s\n", infos[i].name, v.text ? v.text : "NULL");
        else if (type == CURLINFO_LONG)
            printf("  %s %ld\n", infos[i].name, v.number);
        else
            printf("  %s %lld\n", infos[i].name, (long long)v.large);
    }
}

static void show_headers(struct probe *b)
{
    if (curl_version_info(CURLVERSION_NOW)->version_num < 0x075400)
        return; /* it has no header API */
    for (int request = 0; request < 4; request++) {
        struct curl_header *h = NULL;

        while ((h = curl_easy_nextheader(b->easy, CURLH_HEADER | CURLH_1XX | CURLH_TRAILER, request,
                                         h)) != NULL)
            printf("  kept %d %u %s[%zu/%zu] %s\n", request, h->origin, h->name, h->index,
                   h->amount, strcmp(h->name, "Date") == 0 ? "" : h->value);
    }
}

static void show_cookies(struct probe *b)
{
    struct curl_slist *all = NULL;

    curl_easy_getinfo(b->easy, CURLINFO_COOKIELIST, &all);
    for (struct curl_slist *c = all; c; c = c->next)
        printf("  cookie %s\n", c->data);
    curl_slist_free_all(all);
}

static void perform_only(struct probe *b)
{
    CURLcode rc = curl_easy_perform(b->easy);

    if (b->big)
        printf("  %zu bytes %08x\n", b->total, b->hash);
    printf("  result %d %s [%s]\n", rc, curl_easy_strerror(rc), b->error);
}

static void perform(struct probe *b)
{
    perform_only(b);
    show_info(b);
    show_headers(b);
    show_cookies(b);
}

/* ---- scenarios ------------------------------------------------------------------------------ */

static void chat(struct probe *b, const char *body)
{
    target(b, "/v1/chat/completions");
    SET(POSTFIELDS, body);
    callbacks(b);
}

static void get(struct probe *b)
{
    target(b, "/v1/models");
    callbacks(b);
    perform(b);
}

static void post(struct probe *b)
{
    chat(b, ASK);
    perform(b);
}

static void copied_post(struct probe *b)
{
    char body[] = ASK;

    chat(b, NULL);
    SET(COPYPOSTFIELDS, body);
    memset(body, 'x', sizeof body - 1);
    perform(b);
    perform(b);
}

static void post_size(struct probe *b)
{
    chat(b, "ab\0cd");
    SET(POSTFIELDSIZE, 5L);
    target(b, "/echo");
    perform(b);
}

static void head(struct probe *b)
{
    target(b, "/v1/chat/completions");
    SET(NOBODY, 1L);
    callbacks(b);
    perform(b);
}

static void with_headers(struct probe *b)
{
    chat(b, ASK);
    SET(HEADER, 1L);
    perform(b);
}

static void with_headers_only_body(struct probe *b)
{
    with_headers(b);
    SET(HEADERFUNCTION, NULL);
    SET(HEADERDATA, NULL);
    perform(b);
}

static void streamed(struct probe *b)
{
    chat(b, STREAM);
    b->big = true;
    perform(b);
}

static void dripped(struct probe *b)
{
    chat(b, ASK);
    header(b, "x-mock: drip;ms=1;bytes=200");
    b->big = true;
    perform(b);
}

static void bytes(struct probe *b)
{
    target(b, "/bytes/300000");
    callbacks(b);
    b->big = true;
    perform(b);
}

static void nothing(struct probe *b)
{
    target(b, "/bytes/0");
    callbacks(b);
    perform(b);
    target(b, "/status/204");
    perform(b);
    target(b, "/status/304");
    perform(b);
    outcomes(b, "200;content-type=application/json;body-text=");
    perform(b);
}

static void redirect(struct probe *b)
{
    target(b, "/redirect?to=/v1/models");
    callbacks(b);
    perform(b);
    SET(FOLLOWLOCATION, 1L);
    SET(AUTOREFERER, 1L);
    perform(b);
    SET(HEADER, 1L);
    perform(b);
    SET(MAXREDIRS, 0L);
    perform(b);
}

static void refused_redirect(struct probe *b)
{
    target(b, "/redirect?to=/v1/models");
    callbacks(b);
    for (int at = 1; at < 8; at++) {
        b->header_lines = 0;
        b->refuse_header_at = at;
        perform(b);
    }
}

static void redirected_post(struct probe *b)
{
    chat(b, ASK);
    target(b, "/redirect?to=/echo");
    SET(FOLLOWLOCATION, 1L);
    perform(b);
    target(b, "/redirect?to=/echo&status=307");
    perform(b);
}

static void basic_auth(struct probe *b)
{
    chat(b, ASK);
    SET(USERPWD, "user:secret");
    SET(HTTPAUTH, (long)CURLAUTH_ANY);
    outcomes(b, "401;header=WWW-Authenticate:Basic realm=\"a\",200");
    perform(b);
}

static void digest_auth(struct probe *b)
{
    chat(b, ASK);
    SET(USERPWD, "user:secret");
    SET(HTTPAUTH, (long)CURLAUTH_DIGEST);
    outcomes(b, "401;header=WWW-Authenticate:Digest realm=\"a\"\\, nonce=\"b\",200");
    perform(b);
}

static void no_auth(struct probe *b)
{
    chat(b, ASK);
    header(b, "x-mock: 401;header=WWW-Authenticate:Basic realm=\"a\"");
    perform(b);
    SET(USERPWD, "user:wrong");
    SET(HTTPAUTH, (long)CURLAUTH_ANY);
    perform(b);
}

static void fail_on_error(struct probe *b)
{
    chat(b, ASK);
    SET(FAILONERROR, 1L);
    perform(b);
    header(b, "x-mock: 400");
    perform(b);
    SET(FAILONERROR, 0L);
    perform(b);
}

static void unzipped(struct probe *b)
{
    target(b, "/gzip");
    callbacks(b);
    SET(ACCEPT_ENCODING, "");
    perform(b);
    SET(ACCEPT_ENCODING, NULL);
    perform(b);
}

static void paused(struct probe *b)
{
    chat(b, ASK);
    SET(NOPROGRESS, 0L);
    SET(XFERINFOFUNCTION, on_progress);
    SET(XFERINFODATA, b);
    b->pause_write_at = 1;
    perform(b);
    target(b, "/bytes/100");
    b->writes = b->progress = 0;
    perform(b);
}

static void paused_failure(struct probe *b)
{
    header(b, "x-mock: 400");
    paused(b);
}

static void short_write(struct probe *b)
{
    b->refuse_write_at = 1;
    chat(b, ASK);
    perform(b);
    b->writes = 0;
    header(b, "x-mock: 400");
    perform(b);
}

/* How much was received by then differs: a held answer is there before its first line is shown. */
static void refused_header(struct probe *b)
{
    b->refuse_header_at = 3;
    chat(b, ASK);
    perform_only(b);
    b->header_lines = 0;
    header(b, "x-mock: 404");
    perform_only(b);
}

static void show_file(FILE *f)
{
    char text[4096];
    size_t n;

    rewind(f);
    while ((n = fread(text, 1, sizeof text, f)) > 0)
        for (char *line = text, *end; line < text + n; line = end + 1) {
            end = memchr(line, '\n', (size_t)(text + n - line));
            end = end ? end : text + n - 1;
            show("file", line, (size_t)(end - line + 1));
        }
    fclose(f);
}

static void into_file(struct probe *b)
{
    FILE *f = tmpfile(), *h = tmpfile();

    chat(b, ASK);
    SET(WRITEFUNCTION, NULL);
    SET(WRITEDATA, f);
    SET(HEADERFUNCTION, NULL);
    SET(HEADERDATA, h);
    perform(b);
    show_file(f);
    show_file(h);
}

static void header_data_alone(struct probe *b)
{
    chat(b, ASK);
    SET(HEADERFUNCTION, NULL);
    perform(b);
}

static void to_stdout(struct probe *b)
{
    target(b, "/v1/models");
    fflush(stdout);
    perform(b);
}

static void private_pointer(struct probe *b)
{
    char *p = NULL;

    SET(PRIVATE, b->wanted);
    chat(b, ASK);
    perform(b);
    curl_easy_getinfo(b->easy, CURLINFO_PRIVATE, &p);
    printf("  private %d\n", p == b->wanted);
}

static void duplicated(struct probe *b)
{
    CURL *first = b->easy;

    chat(b, ASK);
    b->easy = curl_easy_duphandle(first);
    perform(b);
    curl_easy_cleanup(b->easy);
    b->easy = first;
    perform(b);
    b->easy = curl_easy_duphandle(first);
    target(b, "/echo");
    perform(b);
    curl_easy_cleanup(first);
    perform(b);
}

static void reset(struct probe *b)
{
    chat(b, ASK);
    perform(b);
    curl_easy_reset(b->easy);
    b->error[0] = '\0';
    target(b, "/v1/models");
    SET(WRITEFUNCTION, on_write);
    SET(WRITEDATA, b);
    perform(b);
}

static void connect_only(struct probe *b)
{
    static const char ask[] = "GET /status/200 HTTP/1.0\r\n\r\n";
    char text[1000];
    size_t n = 0;

    target(b, "/");
    callbacks(b);
    SET(CONNECT_ONLY, 1L);
    perform(b);
    printf("  send %d\n", curl_easy_send(b->easy, ask, sizeof ask - 1, &n));
    for (int i = 0; i < 400; i++) {
        CURLcode rc = curl_easy_recv(b->easy, text, sizeof text, &n);

        if (rc != CURLE_AGAIN) {
            printf("  recv %d %.15s\n", rc, text);
            break;
        }
        usleep(5000);
    }
}

/* Without "Expect": a held 100 is shown with the final answer, after the body was read. */
static void upload(struct probe *b)
{
    target(b, "/echo");
    callbacks(b);
    header(b, "Expect:");
    b->upload = ASK ASK;
    SET(UPLOAD, 1L);
    SET(READFUNCTION, on_read);
    SET(READDATA, b);
    perform(b);
    b->uploaded = 0;
    SET(INFILESIZE, (long)strlen(b->upload));
    perform(b);
    b->uploaded = 0;
    SET(UPLOAD, 0L);
    SET(POST, 1L);
    SET(POSTFIELDSIZE, (long)strlen(b->upload));
    perform(b);
}

static void form(struct probe *b)
{
    curl_mime *mime = curl_mime_init(b->easy);
    curl_mimepart *part = curl_mime_addpart(mime);

    target(b, "/v1/files");
    callbacks(b);
    curl_mime_name(part, "a");
    curl_mime_data(part, "b", CURL_ZERO_TERMINATED);
    SET(MIMEPOST, mime);
    outcomes(b, "200;body-text=thanks");
    perform(b);
    SET(MIMEPOST, NULL);
    curl_mime_free(mime);
}

static void expect(struct probe *b)
{
    chat(b, ASK);
    header(b, "Expect: 100-continue");
    SET(EXPECT_100_TIMEOUT_MS, 20000L);
    perform(b);
}

static void cookies(struct probe *b)
{
    chat(b, ASK);
    SET(COOKIEFILE, "");
    outcomes(b, "200;header=Set-Cookie:a=1; path=/,200");
    perform(b);
    target(b, "/echo");
    SET(HTTPGET, 1L);
    perform(b);
}

static void verbs(struct probe *b)
{
    chat(b, ASK);
    target(b, "/echo");
    SET(CUSTOMREQUEST, "PATCH");
    perform(b);
    SET(CUSTOMREQUEST, NULL);
    SET(HTTPGET, 1L);
    perform(b);
    SET(RANGE, "0-3");
    perform(b);
}

static void wrong(struct probe *b)
{
    callbacks(b);
    perform(b);
    SET(URL, "http://");
    perform(b);
    SET(URL, "nothing://127.0.0.1/");
    perform(b);
    SET(URL, "http://127.0.0.1:1/");
    perform(b);
    target(b, "/v1/models");
    perform(b);
}

static void broken(struct probe *b)
{
    chat(b, ASK);
    header(b, "x-mock: truncate;at=50");
    SET(FORBID_REUSE, 1L);
    perform_only(b);
}

static void limits(struct probe *b)
{
    target(b, "/bytes/5000");
    callbacks(b);
    SET(MAXFILESIZE, 100L);
    perform(b);
    SET(MAXFILESIZE, 0L);
    SET(TIMECONDITION, (long)CURL_TIMECOND_IFMODSINCE);
    SET(TIMEVALUE, 1000000000L);
    b->big = true;
    perform(b);
}

static const struct scenario {
    const char *name;
    void (*run)(struct probe *b);
} scenarios[] = {
#define SCENARIO(name) \
    {                  \
#name, name    \
    }
    SCENARIO(get),
    SCENARIO(post),
    SCENARIO(copied_post),
    SCENARIO(post_size),
    SCENARIO(head),
    SCENARIO(with_headers),
    SCENARIO(streamed),
    SCENARIO(with_headers_only_body),
    SCENARIO(dripped),
    SCENARIO(bytes),
    SCENARIO(nothing),
    SCENARIO(redirect),
    SCENARIO(refused_redirect),
    SCENARIO(redirected_post),
    SCENARIO(basic_auth),
    SCENARIO(digest_auth),
    SCENARIO(no_auth),
    SCENARIO(fail_on_error),
    SCENARIO(unzipped),
    SCENARIO(paused),
    SCENARIO(paused_failure),
    SCENARIO(short_write),
    SCENARIO(refused_header),
    SCENARIO(into_file),
    SCENARIO(header_data_alone),
    SCENARIO(to_stdout),
    SCENARIO(private_pointer),
    SCENARIO(duplicated),
    SCENARIO(reset),
    SCENARIO(connect_only),
    SCENARIO(upload),
    SCENARIO(form),
    SCENARIO(expect),
    SCENARIO(cookies),
    SCENARIO(verbs),
    SCENARIO(wrong),
    SCENARIO(broken),
    SCENARIO(limits),
#undef SCENARIO
};

static void run(const struct scenario *s, const char *base)
{
    struct probe b = {.base = base, .hash = 2166136261u};

    printf("%s\n", s->name);
    b.easy = curl_easy_init();
    s->run(&b);
    curl_easy_cleanup(b.easy);
    curl_slist_free_all(b.headers);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (argc < 3 || strcmp(argv[2], scenarios[i].name) == 0)
            run(&scenarios[i], argv[1]);
    curl_global_cleanup();
    return 0;
}
