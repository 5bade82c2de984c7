/*
 * callbacks.c - a program that tells everything libcurl does to it.
 *
 *     callbacks CASE URL
 *
 * Each case prints the callbacks of its transfers in order, with what libcurl answers to questions
 * from inside of them, then the results. callbacks.bats compares that with and without the library.
 * Nothing is printed that differs from one run to the next by nature.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char error_text[CURL_ERROR_SIZE];

static unsigned long digest(const char *p, size_t n)
{
    unsigned long h = 5381;

    if (n > 5 && memcmp(p, "Date:", 5) == 0)
        return 0;
    while (n--)
        h = h * 33 + (unsigned char)*p++;
    return h;
}

/* ---- the sinks ------------------------------------------------------------------------------- */

static size_t count_headers(CURL *c, unsigned origin)
{
    struct curl_header *h = NULL;
    size_t n = 0;

    while ((h = curl_easy_nextheader(c, origin, -1, h)))
        n++;
    return n;
}

static void tell_state(CURL *c)
{
    long code = 0, redirects = 0, connect_code = 0, version = 0;
    curl_off_t size = 0, length = 0;
    char *type = NULL, *scheme = NULL, *url = NULL;
    struct curl_header *h = NULL;
    CURLHcode found = curl_easy_header(c, "Content-Type", 0, CURLH_HEADER, -1, &h);

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(c, CURLINFO_REDIRECT_COUNT, &redirects);
    curl_easy_getinfo(c, CURLINFO_HTTP_CONNECTCODE, &connect_code);
    curl_easy_getinfo(c, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(c, CURLINFO_SIZE_DOWNLOAD_T, &size);
    curl_easy_getinfo(c, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(c, CURLINFO_SCHEME, &scheme);
    curl_easy_getinfo(c, CURLINFO_EFFECTIVE_URL, &url);
    printf("  %ld %ld %ld %ld size=%lld length=%lld %s %s path=%s headers=%zu type=%d:%s\n", code,
           redirects, connect_code, version, (long long)size, (long long)length, type ? type : "-",
           scheme ? scheme : "-", url ? strrchr(url, '/') : "-", count_headers(c, CURLH_HEADER),
           (int)found, found ? "-" : h->value);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    printf("header %zu %zu %.*s", size, n, (int)(n > 5 ? 5 : n), p);
    if (n <= 2)
        printf("(empty line)\n");
    else
        printf("\n");
    tell_state(arg);
    return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    printf("body %zu %zu %lx\n", size, n, digest(p, n));
    tell_state(arg);
    return n;
}

static size_t on_body_quiet(char *p, size_t size, size_t n, void *arg)
{
    (void)arg;
    printf("body %zu %zu %lx\n", size, n, digest(p, n));
    return n;
}

static CURL *new_handle(const char *url)
{
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body_quiet);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, c);
    return c;
}

static CURLcode perform(CURL *c)
{
    CURLcode rc = curl_easy_perform(c);

    printf("result %d \"%s\"\n", (int)rc, error_text);
    tell_state(c);
    return rc;
}

/* ---- the response side ------------------------------------------------------------------------
 */

static void case_trace(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    perform(c);
    printf("again\n");
    perform(c);
    curl_easy_cleanup(c);
}

static void case_trace_with_header(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c, CURLOPT_HEADER, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    perform(c);
    curl_easy_cleanup(c);
}

static size_t refuse(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)size;
    printf("refuse %zu\n", n);
    return *(int *)arg ? n - 1 : CURL_WRITEFUNC_ERROR;
}

/* Each way to say no, from both callbacks. */
static void case_refuse(const char *url)
{
    int short_count;

    for (short_count = 0; short_count < 2; short_count++) {
        CURL *c = new_handle(url);

        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, refuse);
        curl_easy_setopt(c, CURLOPT_WRITEDATA, &short_count);
        perform(c);
        curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, refuse);
        curl_easy_setopt(c, CURLOPT_HEADERDATA, &short_count);
        perform(c);
        curl_easy_cleanup(c);
    }
}

/* A callback that writes to a pipe which nobody reads: an error for it, no signal for the
 * program. */
static size_t into_pipe(char *p, size_t size, size_t n, void *arg)
{
    ssize_t wrote = write(*(int *)arg, p, size * n);

    return wrote < 0 ? 0 : (size_t)wrote;
}

static void case_closed_pipe(const char *url)
{
    struct sigaction now;
    CURL *c = new_handle(url);
    int ends[2];

    if (pipe(ends) != 0)
        return;
    close(ends[0]);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, into_pipe);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &ends[1]);
    perform(c);
    sigaction(SIGPIPE, NULL, &now);
    printf("handler %s\n", now.sa_handler == SIG_DFL ? "default" : "changed");
    curl_easy_cleanup(c);
}

struct pauser {
    CURL *c;
    int pauses, ticks, calls;
    bool in_header;
};

static size_t pause_body(char *p, size_t size, size_t n, void *arg)
{
    struct pauser *w = arg;

    w->calls++;
    if (w->pauses > 0 && w->calls % 2 == 1) {
        w->pauses--;
        printf("pause at %zu\n", size * n);
        return CURL_WRITEFUNC_PAUSE;
    }
    printf("body %zu %lx\n", n, digest(p, n));
    return n;
}

static size_t pause_header(char *p, size_t size, size_t n, void *arg)
{
    struct pauser *w = arg;

    (void)size;
    if (n <= 2 && w->in_header) {
        w->in_header = false;
        printf("pause in header\n");
        return CURL_WRITEFUNC_PAUSE;
    }
    printf("header %.*s\n", (int)(n > 5 ? 5 : n), p);
    return n;
}

static int lift_pause(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                      curl_off_t ulnow)
{
    struct pauser *w = arg;

    (void)dltotal;
    (void)dlnow;
    (void)ultotal;
    (void)ulnow;
    if (++w->ticks % 3 == 0)
        curl_easy_pause(w->c, CURLPAUSE_CONT);
    return 0;
}

static void case_pause(const char *url)
{
    struct pauser w = {.pauses = 2, .in_header = true};
    CURL *c = w.c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, pause_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &w);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, pause_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &w);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, lift_pause);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, &w);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    perform(c);
    curl_easy_cleanup(c);
}

/* ---- handles -----------------------------------------------------------------------------------
 */

static CURL *copy;

static size_t duplicate(char *p, size_t size, size_t n, void *arg)
{
    (void)size;
    if (!copy) {
        copy = curl_easy_duphandle(arg);
        curl_easy_setopt(copy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(copy, CURLOPT_WRITEDATA, copy);
    }
    printf("original %zu %lx\n", n, digest(p, n));
    return n;
}

/* Copies made before, while and after a transfer are handles of their own. */
static void case_duplicate(const char *url)
{
    CURL *c = new_handle(url), *before, *after;

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, duplicate);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, c);
    before = curl_easy_duphandle(c);
    curl_easy_setopt(before, CURLOPT_WRITEFUNCTION, on_body_quiet);
    perform(c);
    after = curl_easy_duphandle(c);
    curl_easy_setopt(after, CURLOPT_WRITEFUNCTION, on_body_quiet);
    curl_easy_cleanup(c);
    perform(before);
    perform(copy);
    perform(after);
    curl_easy_cleanup(before);
    curl_easy_cleanup(copy);
    curl_easy_cleanup(after);
}

/* A copy made inside of a header callback inherits the program's own functions, not ours. */
static size_t duplicate_as_it_is(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)size;
    if (!copy)
        copy = curl_easy_duphandle(arg);
    return n;
}

static void case_duplicate_untouched(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, duplicate_as_it_is);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    perform(c);
    curl_easy_setopt(copy, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(copy, CURLOPT_HEADERDATA, NULL);
    perform(copy);
    curl_easy_cleanup(copy);
    curl_easy_cleanup(c);
}

static void case_reset(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "{}");
    perform(c);
    curl_easy_reset(c);
    tell_state(c);
    printf("result %d\n", (int)curl_easy_perform(c));
    curl_easy_setopt(c, CURLOPT_URL, url);
    printf("result %d\n", (int)curl_easy_perform(c)); /* to stdout */
    curl_easy_cleanup(c);
}

/* What libcurl forbids and allows inside of a callback. */
static size_t meddle(char *p, size_t size, size_t n, void *arg)
{
    static bool done;
    CURL *c = arg, *other;
    char byte;
    size_t got;

    (void)p;
    (void)size;
    printf("body %zu\n", n);
    if (done)
        return n;
    done = true;
    printf("perform %d\n", (int)curl_easy_perform(c));
    printf("recv %d\n", (int)curl_easy_recv(c, &byte, 1, &got));
    printf("send %d\n", (int)curl_easy_send(c, "x", 1, &got));
    other = curl_easy_duphandle(c);
    curl_easy_setopt(other, CURLOPT_WRITEFUNCTION, on_body_quiet);
    printf("another %d\n", (int)curl_easy_perform(other));
    curl_easy_cleanup(other);
    return n;
}

static void case_meddle(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, meddle);
    perform(c);
    curl_easy_cleanup(c);
}

static size_t second_sink(char *p, size_t size, size_t n, void *arg)
{
    (void)size;
    printf("second %s %zu %lx\n", (const char *)arg, n, digest(p, n));
    return n;
}

/* A header callback that sends the body elsewhere. */
static size_t divert(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)size;
    if (n <= 2) {
        curl_easy_setopt(arg, CURLOPT_WRITEFUNCTION, second_sink);
        curl_easy_setopt(arg, CURLOPT_WRITEDATA, "sink");
    }
    return n;
}

static void case_divert(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, divert);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, c);
    perform(c);
    perform(c);
    curl_easy_cleanup(c);
}

/* One handle, one method after the other, also through a multi. */
static void case_reuse(const char *url)
{
    CURL *c = new_handle(url);
    CURLM *m = curl_multi_init();
    int running = 1;

    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "{\"model\":\"a\"}");
    perform(c);
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    perform(c);
    curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    perform(c);
    curl_easy_setopt(c, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, "{\"model\":\"b\"}");
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, "PATCH");
    perform(c);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    curl_multi_add_handle(m, c);
    while (running) {
        curl_multi_perform(m, &running);
        curl_multi_wait(m, NULL, 0, 100, NULL);
    }
    tell_state(c);
    curl_multi_remove_handle(m, c);
    perform(c);
    curl_easy_cleanup(c);
    curl_multi_cleanup(m);
}

/* ---- the request side --------------------------------------------------------------------------
 */

struct source {
    size_t left, seeks, paused;
    unsigned next;
    CURL *c;
};

static size_t give(char *p, size_t size, size_t n, void *arg)
{
    struct source *s = arg;
    size_t i, most = size * n < 1000 ? size * n : 1000;

    for (i = 0; i < most && s->left > 0; i++, s->left--)
        p[i] = (char)('a' + s->next++ % 26);
    return i;
}

static CURL *new_upload(const char *url, struct source *s, size_t n, bool sized)
{
    CURL *c = new_handle(url);

    *s = (struct source){.left = n, .c = c};
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, s);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    if (sized)
        curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)n);
    return c;
}

static void case_upload_sized(const char *url)
{
    struct source s;
    CURL *c = new_upload(url, &s, 5000, true);

    perform(c);
    printf("left %zu\n", s.left);
    curl_easy_cleanup(c);
}

static void case_upload_chunked(const char *url)
{
    struct source s;
    CURL *c = new_upload(url, &s, 5000, false);

    perform(c);
    curl_easy_cleanup(c);
}

/* Large enough for Expect: 100-continue, by POST. */
static void case_upload_expect(const char *url)
{
    struct source s;
    CURL *c = new_upload(url, &s, 1500000, true);
    struct curl_slist *l = curl_slist_append(NULL, "Expect: 100-continue");

    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, 1500000L);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, l);
    perform(c);
    curl_easy_cleanup(c);
    curl_slist_free_all(l);
}

/* The default source, from the middle of a file. */
static void case_upload_file(const char *url)
{
    CURL *c = new_handle(url);
    FILE *f = tmpfile();
    int i;

    if (!f)
        return;
    for (i = 0; i < 3000; i++)
        fprintf(f, "line %d\n", i);
    fflush(f);
    fseek(f, 100, SEEK_SET);
    curl_easy_setopt(c, CURLOPT_READDATA, f);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    perform(c);
    curl_easy_cleanup(c);
    fclose(f);
}

static int seek_source(void *arg, curl_off_t offset, int origin)
{
    struct source *s = arg;

    s->seeks++;
    if (origin != SEEK_SET || offset != 0)
        return CURL_SEEKFUNC_CANTSEEK;
    s->left = 5000;
    s->next = 0;
    return CURL_SEEKFUNC_OK;
}

static void case_upload_seek(const char *url)
{
    struct source s;
    CURL *c = new_upload(url, &s, 5000, true);

    curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_source);
    curl_easy_setopt(c, CURLOPT_SEEKDATA, &s);
    perform(c);
    curl_easy_cleanup(c);
}

/* An upload that stops for a while. */
static size_t give_with_pause(char *p, size_t size, size_t n, void *arg)
{
    struct source *s = arg;

    if (s->left == 3000 && s->paused == 0) {
        s->paused = 1;
        return CURL_READFUNC_PAUSE;
    }
    return give(p, size, n, arg);
}

static int lift_upload(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct source *s = arg;

    (void)dltotal;
    (void)dlnow;
    (void)ultotal;
    (void)ulnow;
    if (s->paused && s->paused++ == 3)
        curl_easy_pause(s->c, CURLPAUSE_CONT);
    return 0;
}

static void case_upload_pause(const char *url)
{
    struct curl_slist *no_expect = curl_slist_append(NULL, "Expect:");
    struct source s;
    CURL *c = new_upload(url, &s, 5000, true);

    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_with_pause);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, no_expect);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, lift_upload);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, &s);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    perform(c);
    curl_easy_cleanup(c);
    curl_slist_free_all(no_expect);
}

static void case_upload_stdin(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, (curl_read_callback)NULL);
    curl_easy_setopt(c, CURLOPT_READDATA, stdin);
    curl_easy_setopt(c, CURLOPT_INFILESIZE, 10L);
    perform(c);
    curl_easy_cleanup(c);
}

/* Parts from memory and from a callback that can be rewound. */
static void case_mime(const char *url)
{
    struct source s = {.left = 5000};
    CURL *c = new_handle(url);
    curl_mime *m = curl_mime_init(c);
    curl_mimepart *part = curl_mime_addpart(m);

    curl_mime_name(part, "memory");
    curl_mime_data(part, "some data", CURL_ZERO_TERMINATED);
    part = curl_mime_addpart(m);
    curl_mime_name(part, "callback");
    curl_mime_data_cb(part, 5000, give, seek_source, NULL, &s);
    curl_easy_setopt(c, CURLOPT_MIMEPOST, m);
    perform(c);
    curl_easy_cleanup(c);
    curl_mime_free(m);
}

/* ---- what a program may forbid
 * ------------------------------------------------------------------- */

static int asked;

static int forbid_resolving(void *state, void *reserved, void *arg)
{
    (void)state;
    (void)reserved;
    (void)arg;
    printf("resolve %d\n", ++asked);
    return 1;
}

static curl_socket_t forbid_opening(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg;
    (void)purpose;
    (void)address;
    printf("open %d\n", ++asked);
    return CURL_SOCKET_BAD;
}

static int forbid_using(void *arg, curl_socket_t fd, curlsocktype purpose)
{
    (void)arg;
    (void)fd;
    (void)purpose;
    printf("use %d\n", ++asked);
    return CURL_SOCKOPT_ERROR;
}

static void case_forbid(const char *url)
{
    CURL *c = new_handle(url);

    curl_easy_setopt(c, CURLOPT_RESOLVER_START_FUNCTION, forbid_resolving);
    printf("result %d\n", (int)curl_easy_perform(c));
    curl_easy_setopt(c, CURLOPT_RESOLVER_START_FUNCTION, NULL);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, forbid_opening);
    printf("result %d\n", (int)curl_easy_perform(c));
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, NULL);
    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, forbid_using);
    printf("result %d\n", (int)curl_easy_perform(c));
    curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, NULL);
    perform(c);
    curl_easy_cleanup(c);
}

/* ---- what libcurl asks once a call --------------------------------------------------------------
 */

static CURLSTScode give_hsts(CURL *c, struct curl_hstsentry *e, void *arg)
{
    int *times = arg;

    (void)c;
    printf("hsts %d\n", ++*times);
    if (*times > 1)
        return CURLSTS_DONE;
    snprintf(e->name, e->namelen, "secure.example");
    strcpy(e->expire, "");
    return CURLSTS_OK;
}

static void case_hsts(const char *url)
{
    CURL *c = new_handle(url);
    int times = 0;

    curl_easy_setopt(c, CURLOPT_HSTS_CTRL, (long)CURLHSTS_ENABLE);
    curl_easy_setopt(c, CURLOPT_HSTSREADFUNCTION, give_hsts);
    curl_easy_setopt(c, CURLOPT_HSTSREADDATA, &times);
    perform(c);
    perform(c);
    curl_easy_cleanup(c);
}

/* ---- large -------------------------------------------------------------------------------------
 */

static size_t total;

static size_t add_up(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)arg;
    total += size * n;
    return n;
}

static void case_large(const char *url)
{
    struct rusage before, after;
    CURL *c = new_handle(url);
    CURLcode rc;

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, add_up);
    getrusage(RUSAGE_SELF, &before);
    rc = curl_easy_perform(c);
    getrusage(RUSAGE_SELF, &after);
    printf("result %d %zu %s\n", (int)rc, total,
           after.ru_maxrss - before.ru_maxrss < 24 * 1024 ? "within bounds" : "unbounded");
    curl_easy_cleanup(c);
}

static const struct {
    const char *name;
    void (*run)(const char *url);
} cases[] = {
    {"trace", case_trace},
    {"trace-with-header", case_trace_with_header},
    {"refuse", case_refuse},
    {"closed-pipe", case_closed_pipe},
    {"pause", case_pause},
    {"duplicate", case_duplicate},
    {"duplicate-untouched", case_duplicate_untouched},
    {"reset", case_reset},
    {"meddle", case_meddle},
    {"divert", case_divert},
    {"reuse", case_reuse},
    {"upload-sized", case_upload_sized},
    {"upload-chunked", case_upload_chunked},
    {"upload-expect", case_upload_expect},
    {"upload-file", case_upload_file},
    {"upload-seek", case_upload_seek},
    {"upload-pause", case_upload_pause},
    {"upload-stdin", case_upload_stdin},
    {"mime", case_mime},
    {"forbid", case_forbid},
    {"hsts", case_hsts},
    {"large", case_large},
};

int main(int argc, char **argv)
{
    size_t i;

    if (argc == 3)
        for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if (strcmp(cases[i].name, argv[1]) == 0) {
                cases[i].run(argv[2]);
                return 0;
            }
    fprintf(stderr, "usage: callbacks CASE URL\n");
    return 2;
}
