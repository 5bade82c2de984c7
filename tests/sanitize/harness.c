/*
 * harness.c - drives the engine through everything that a program and a server can do to it.
 *
 *     harness PORT [THREADS [ROUNDS]]
 *
 * Each case is one call with a script of the mock server and the result that the program must see.
 * With several threads each runs all cases on handles of its own. Its purpose is what a sanitizer
 * says about it; the results only prove that the way to be looked at was gone.
 */
#include "client.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHAT "/v1/chat/completions"

struct test {
    const char *name, *path, *script;
    unsigned does;
    void (*setup)(struct client *);
    CURLcode rc;
    long status;      /* -1: whatever it is */
    const char *body; /* must be in it, NULL: whatever it is */
};

/* ---- setups ---------------------------------------------------------------------------------- */

static void stream(struct client *c)
{
    SET(c, CURLOPT_POSTFIELDS,
        "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"hello\"}]}");
}

static void fail_on_error(struct client *c)
{
    SET(c, CURLOPT_FAILONERROR, 1);
}

static void with_header(struct client *c)
{
    SET(c, CURLOPT_HEADER, 1);
}

static void head(struct client *c)
{
    SET(c, CURLOPT_NOBODY, 1);
}

static void follow(struct client *c)
{
    SET(c, CURLOPT_HTTPGET, 1);
    SET(c, CURLOPT_FOLLOWLOCATION, 1);
    SET(c, CURLOPT_AUTOREFERER, 1);
}

static void get(struct client *c)
{
    SET(c, CURLOPT_HTTPGET, 1);
}

static void short_timeout(struct client *c)
{
    SET(c, CURLOPT_TIMEOUT_MS, 150);
}

static void twenty_seconds(struct client *c)
{
    SET(c, CURLOPT_TIMEOUT, 20); /* too short for the hint, long enough for a busy machine */
}

/* On a connection that was used before, libcurl itself would try again after a reset. */
static void fresh(struct client *c)
{
    SET(c, CURLOPT_FRESH_CONNECT, 1);
}

static void chunked(struct client *c)
{
    client_upload(c, 5000);
    SET(c, CURLOPT_POST, 1);
}

static void fresh_chunked(struct client *c)
{
    fresh(c);
    chunked(c);
}

static void with_seek(struct client *c)
{
    chunked(c);
    SET(c, CURLOPT_SEEKFUNCTION, client_on_seek);
    SET(c, CURLOPT_SEEKDATA, c);
}

static void sized(struct client *c)
{
    client_upload(c, 70000); /* beyond what the policy keeps in memory */
    SET(c, CURLOPT_UPLOAD, 1);
    SET(c, CURLOPT_INFILESIZE_LARGE, 70000);
}

static void too_large(struct client *c)
{
    client_upload(c, 300000); /* beyond what it keeps at all */
    SET(c, CURLOPT_UPLOAD, 1);
}

static void from_file(struct client *c)
{
    c->file = tmpfile();
    if (!c->file)
        return;
    fputs("the whole file", c->file);
    rewind(c->file);
    SET(c, CURLOPT_POSTFIELDS, NULL);
    SET(c, CURLOPT_UPLOAD, 1);
    SET(c, CURLOPT_READDATA, c->file);
}

static void to_file(struct client *c)
{
    c->file = tmpfile();
    SET(c, CURLOPT_WRITEFUNCTION, NULL);
    SET(c, CURLOPT_WRITEDATA, c->file);
    SET(c, CURLOPT_HEADERFUNCTION, NULL);
    SET(c, CURLOPT_HEADERDATA, NULL);
}

static void copied(struct client *c)
{
    char *text =
        strdup("{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"model\":\"m\"}");

    SET(c, CURLOPT_POSTFIELDSIZE, strlen(text)); /* libcurl 7.88 cannot duplicate without */
    SET(c, CURLOPT_COPYPOSTFIELDS, text);
    memset(text, 'x', strlen(text));
    free(text);
}

static void odd_url(struct client *c)
{
    char text[256];

    snprintf(text, sizeof text, "HTTP://me:pw@%s/a/../v1/chat/%%63ompletions?q=1#f", c->base + 7);
    SET(c, CURLOPT_URL, text);
    SET(c, CURLOPT_CUSTOMREQUEST, "POST");
    SET(c, CURLOPT_DEFAULT_PROTOCOL, "http");
}

static void mime(struct client *c)
{
    curl_mime *(*init)(CURL *);
    curl_mimepart *(*add)(curl_mime *);
    CURLcode (*name)(curl_mimepart *, const char *);
    curl_mimepart *part;

    *(void **)(void *)&init = libcurl_function("curl_mime_init");
    *(void **)(void *)&add = libcurl_function("curl_mime_addpart");
    *(void **)(void *)&name = libcurl_function("curl_mime_name");
    client_upload(c, 9000);
    c->form = init(c->easy);
    part = add(c->form);
    name(part, "file");
    engine->mime_data_cb(&real, part, 9000, client_on_read, NULL, NULL, c);
    SET(c, CURLOPT_MIMEPOST, c->form);
}

static void reset_between(struct client *c)
{
    char text[256];

    client_perform(c);
    engine->reset(c->shadow);
    snprintf(text, sizeof text, "%s/bytes/100", c->base);
    SET(c, CURLOPT_URL, text);
    SET(c, CURLOPT_RESOLVE, c->addresses);
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_NOSIGNAL, 1);
    to_file(c);
}

static void nowhere(struct client *c)
{
    SET(c, CURLOPT_URL, "http://127.0.0.1:1" CHAT);
}

static void unmanaged(struct client *c)
{
    char text[256];

    snprintf(text, sizeof text, "http://localhost:%s" CHAT, port);
    SET(c, CURLOPT_URL, text);
}

/* ---- cases ----------------------------------------------------------------------------------- */

static const struct test tests[] = {
    {"plain", CHAT, "200", 0, NULL, CURLE_OK, 200, "You asked: hello"},
    {"unmanaged", CHAT, "503,200", 0, unmanaged, CURLE_OK, 503, "error"},
    {"asks", CHAT, "503,503,200", DOES_ASK, NULL, CURLE_OK, 200, "You asked: hello"},
    {"resets", CHAT, "503,reset,200", 0, fresh, CURLE_OK, 200, "You asked: hello"},
    {"cut body", CHAT, "reset-body,truncate,truncate-chunked,200", DOES_ASK, NULL, CURLE_OK, 200,
     "You asked: hello"},
    {"final failure", CHAT, "503", DOES_ASK, NULL, CURLE_OK, 503, "overloaded"},
    {"final reset", CHAT, "reset;close", 0, NULL, CURLE_RECV_ERROR, -1, NULL},
    {"quota", CHAT, "quota", 0, NULL, CURLE_OK, 429, "quota"},
    {"context", CHAT, "context", 0, NULL, CURLE_OK, 400, "context"},
    {"hint kept", CHAT, "429;retry-after-ms=30,200", 0, NULL, CURLE_OK, 200, "hello"},
    {"hint too long", CHAT, "429;retry-after=60", 0, twenty_seconds, CURLE_OK, 429, "error"},
    {"stream", CHAT, "200", DOES_ASK, stream, CURLE_OK, 200, "[DONE]"},
    {"stream error first", CHAT, "sse-error,503,200", DOES_ASK, stream, CURLE_OK, 200, "[DONE]"},
    {"stream error late", CHAT, "sse-error-late", 0, stream, CURLE_OK, 200, "error"},
    {"stream cut", CHAT, "reset-body", 0, stream, CURLE_RECV_ERROR, 200, "data:"},
    {"stream in drops", CHAT, "drip;ms=1;bytes=7", 0, stream, CURLE_OK, 200, "[DONE]"},
    {"stream paused", CHAT, "503,200", DOES_PAUSE_BODY, stream, CURLE_OK, 200, "[DONE]"},
    {"body paused", CHAT, "503,200", DOES_PAUSE_BODY, NULL, CURLE_OK, 200, "You asked: hello"},
    {"failure paused", CHAT, "503", DOES_PAUSE_BODY, NULL, CURLE_OK, 503, "overloaded"},
    {"header paused", CHAT, "503,200", DOES_PAUSE_HEADER, NULL, CURLE_OK, 200, "hello"},
    {"body refused", CHAT, "503,200", DOES_REFUSE_BODY, NULL, CURLE_WRITE_ERROR, -1, NULL},
    {"failure refused", CHAT, "503", DOES_REFUSE_BODY, NULL, CURLE_WRITE_ERROR, -1, NULL},
    {"header refused", CHAT, "503,200", DOES_REFUSE_HEADER, NULL, CURLE_WRITE_ERROR, -1, NULL},
    {"recursion", CHAT, "503", DOES_RECURSE, NULL, CURLE_OK, 503, "overloaded"},
    {"copies", CHAT, "503,200", DOES_COPY, NULL, CURLE_OK, 200, "hello"},
    {"copies with upload", "/echo", "503,200", DOES_COPY, sized, CURLE_OK, 200, NULL},
    {"sink swapped", CHAT, "503,200", DOES_SWAP_SINK, NULL, CURLE_OK, 200, "hello"},
    {"wait aborted", CHAT, "429;retry-after=60", DOES_ABORT_WAIT, NULL, CURLE_ABORTED_BY_CALLBACK,
     -1, NULL},
    {"fail on error", CHAT, "503,429;retry-after-ms=1,200", 0, fail_on_error, CURLE_OK, 200,
     "hello"},
    {"fails on error", CHAT, "503", DOES_ASK, fail_on_error, CURLE_HTTP_RETURNED_ERROR, 503, NULL},
    {"quota, fails", CHAT, "quota", 0, fail_on_error, CURLE_HTTP_RETURNED_ERROR, 429, NULL},
    {"header in body", CHAT, "503,200", DOES_ASK, with_header, CURLE_OK, 200, "HTTP/1.1 200"},
    {"head", CHAT, "503,200", 0, head, CURLE_OK, 200, NULL},
    {"redirect", "/redirect?to=/v1/models", "200", DOES_ASK, follow, CURLE_OK, 200, NULL},
    {"large", "/bytes/300000", "503,200", 0, get, CURLE_OK, 200, NULL},
    {"timeout", CHAT, "hang", 0, short_timeout, CURLE_OPERATION_TIMEDOUT, -1, NULL},
    {"stall", CHAT, "stall", 0, short_timeout, CURLE_OPERATION_TIMEDOUT, -1, NULL},
    {"chunked upload", "/echo", "503,reset,200", 0, fresh_chunked, CURLE_OK, 200, "ABCDEF"},
    {"upload with seek", "/echo", "503,503,200", 0, with_seek, CURLE_OK, 200, "ABCDEF"},
    {"upload spooled", "/echo", "503,503,200", 0, sized, CURLE_OK, 200, "ABCDEF"},
    {"upload too large", "/echo", "503,200", 0, too_large, CURLE_OK, 503, NULL},
    {"upload paused", "/echo", "503,200", DOES_PAUSE_UPLOAD, chunked, CURLE_OK, -1, NULL},
    {"upload aborted", "/echo", "503,200", DOES_ABORT_UPLOAD, chunked, CURLE_ABORTED_BY_CALLBACK,
     -1, NULL},
    {"answered early", "/echo", "503;early,200", 0, sized, CURLE_OK, -1, NULL},
    {"file up", "/echo", "503,200", 0, from_file, CURLE_OK, 200, "the whole file"},
    {"file down", CHAT, "503,200", 0, to_file, CURLE_OK, 200, NULL},
    {"copied fields", CHAT, "503,200", 0, copied, CURLE_OK, 200, "hello"},
    {"odd url", CHAT, "503,200", 0, odd_url, CURLE_OK, 200, NULL},
    {"mime", "/echo", "503,503,200", 0, mime, CURLE_OK, 200, "ABCDEF"},
    {"reset handle", CHAT, "503,200", 0, reset_between, CURLE_OK, 200, NULL},
    {"nowhere", CHAT, "200", DOES_ASK, nowhere, CURLE_COULDNT_CONNECT, -1, NULL},
};

enum { TESTS = sizeof tests / sizeof *tests };

static _Atomic int failures, calls;

static void complain(const struct test *t, const char *how, const struct client *c, CURLcode rc,
                     long status)
{
    fprintf(stderr, "%s (%s): result %d, status %ld, error \"%s\", body \"%.300s\"\n", t->name, how,
            (int)rc, status, c->error, c->body ? c->body : "");
    atomic_fetch_add(&failures, 1);
}

static void check(const struct test *t, const char *how, struct client *c, CURLcode rc)
{
    long status = client_status(c);

    atomic_fetch_add(&calls, 1);
    if (rc != t->rc || (t->status >= 0 && status != t->status) ||
        (t->body && (!c->body || !strstr(c->body, t->body))) ||
        (rc == CURLE_OK && c->error[0] != '\0'))
        complain(t, how, c, rc, status);
}

static void open_test(const struct test *t, struct client *c, const char *how, int thread,
                      int round)
{
    char id[128];

    snprintf(id, sizeof id, "%s-%s-%d-%d", t->name, how, thread, round);
    client_open(c, t->path, t->script, id);
    c->does = t->does;
    if (t->setup)
        t->setup(c);
}

static void close_test(struct client *c, const struct test *t)
{
    void (*free_mime)(curl_mime *);

    if (t->setup == mime) {
        *(void **)(void *)&free_mime = libcurl_function("curl_mime_free");
        free_mime(c->form);
    }
    client_close(c);
}

static void by_easy(const struct test *t, int thread, int round)
{
    struct client c, copy;

    open_test(t, &c, "easy", thread, round);
    check(t, "easy", &c, client_perform(&c));
    if (t->setup != mime) { /* libcurl's copies share the program's argument */
        client_copy(&copy, &c);
        client_close(&copy);
    }
    close_test(&c, t);
}

/* ---- the multi interface --------------------------------------------------------------------- */

static bool suits_multi(const struct test *t)
{
    return t->setup != reset_between;
}

static const struct test *of_message(const CURLMsg *m, struct client *clients, struct client **c)
{
    int i;

    for (i = 0; i < TESTS; i++) {
        if (clients[i].easy == m->easy_handle) {
            *c = &clients[i];
            return &tests[i];
        }
    }
    return NULL;
}

static void read_messages(void *multi, struct client *clients)
{
    CURLMsg *m;
    int left;

    while ((m = engine->multi_info_read(multi, &left)) != NULL) {
        CURLcode rc = m->data.result;
        struct client *c = NULL;
        const struct test *t = of_message(m, clients, &c);

        if (m->msg != CURLMSG_DONE || !t)
            continue;
        engine->multi_remove_handle(multi, c->easy, c->shadow);
        check(t, "multi", c, rc);
    }
}

static void by_multi(int thread, int round)
{
    struct client *clients = calloc(TESTS, sizeof *clients);
    CURLM *easy_multi = real.multi_init();
    void *multi = engine->multi_adopt(easy_multi, &real);
    int running = 1, i;

    for (i = 0; i < TESTS; i++) {
        if (!suits_multi(&tests[i]))
            continue;
        open_test(&tests[i], &clients[i], "multi", thread, round);
        engine->multi_add_handle(multi, clients[i].easy, clients[i].shadow);
    }
    while (running) {
        engine->multi_perform(multi, &running);
        read_messages(multi, clients);
        if (running)
            engine->multi_wait(multi, true, NULL, 0, 100, NULL);
    }
    for (i = 0; i < TESTS; i++)
        if (clients[i].easy)
            close_test(&clients[i], &tests[i]);
    engine->multi_cleanup(multi);
    free(clients);
}

/* A multi that is thrown away, with its handles, in the middle of everything. */
static void by_broken_multi(int thread, int round)
{
    struct client clients[8];
    CURLM *easy_multi = real.multi_init();
    void *multi = engine->multi_adopt(easy_multi, &real);
    int running, i;

    for (i = 0; i < 8; i++) {
        open_test(&tests[2 + i], &clients[i], "broken", thread, round);
        engine->multi_add_handle(multi, clients[i].easy, clients[i].shadow);
    }
    for (i = 0; i < 4; i++) {
        engine->multi_perform(multi, &running);
        engine->multi_wait(multi, false, NULL, 0, 5, NULL);
    }
    for (i = 0; i < 4; i++)
        close_test(&clients[i], &tests[2 + i]);
    engine->multi_cleanup(multi);
    for (; i < 8; i++)
        close_test(&clients[i], &tests[2 + i]);
}

static int rounds = 1;

static void *run(void *arg)
{
    int thread = (int)(intptr_t)arg, round, i;

    for (round = 0; round < rounds; round++) {
        for (i = 0; i < TESTS; i++)
            by_easy(&tests[(i + thread * 7) % TESTS], thread, round);
        by_multi(thread, round);
        by_broken_multi(thread, round);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[2]) : 1, i;
    CURLcode (*global_init)(long);
    pthread_t *ids;

    if (argc < 2)
        return 2;
    port = argv[1];
    rounds = argc > 3 ? atoi(argv[3]) : 1;
    client_bind();
    *(void **)(void *)&global_init = libcurl_function("curl_global_init");
    global_init(CURL_GLOBAL_ALL);
    ids = calloc((size_t)threads, sizeof *ids);
    for (i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, run, (void *)(intptr_t)i);
    for (i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    free(ids);
    printf("%d calls by %d threads, %d wrong\n", atomic_load(&calls), threads,
           atomic_load(&failures));
    return atomic_load(&failures) != 0;
}
