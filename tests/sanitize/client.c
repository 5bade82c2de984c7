/* client.c - see client.h. */
#include "client.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sc_libcurl real;
const struct sc_engine *engine;
const char *port;

static void *library;

void *libcurl_function(const char *name)
{
    void *f = dlsym(library, name);

    if (!f) {
        fprintf(stderr, "libcurl has no %s\n", name);
        exit(2);
    }
    return f;
}

/* ---- what the preload knows ------------------------------------------------------------------ */

enum { KNOWN = 4096 };
static struct {
    CURL *easy;
    void *shadow;
} known[KNOWN];
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

/* shadow NULL: forget. */
void announce(CURL *easy, const struct sc_libcurl *l, void *shadow)
{
    int i, at = -1;

    (void)l;
    pthread_mutex_lock(&known_lock);
    for (i = 0; i < KNOWN; i++) {
        if (known[i].easy == easy) {
            at = i;
            break;
        }
        if (at < 0 && !known[i].easy)
            at = i;
    }
    if (at >= 0) {
        known[at].easy = shadow ? easy : NULL;
        known[at].shadow = shadow;
    }
    pthread_mutex_unlock(&known_lock);
}

static void *shadow_of(CURL *easy)
{
    void *shadow = NULL;
    int i;

    pthread_mutex_lock(&known_lock);
    for (i = 0; i < KNOWN && !shadow; i++)
        if (known[i].easy == easy)
            shadow = known[i].shadow;
    pthread_mutex_unlock(&known_lock);
    return shadow;
}

static const struct sc_host host = {.announce = announce, .shadow_of = shadow_of};

const struct sc_engine *sc_engine_table(const struct sc_host *h);

void client_bind(void)
{
    library = dlopen("libcurl.so.4", RTLD_NOW);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
#define BIND(member, name, result, parameters) \
    *(void **)(void *)&real.member = dlsym(library, name);
    SC_LIBCURL_FUNCTIONS(BIND)
#undef BIND
    real.version_num = real.version_info(CURLVERSION_NOW)->version_num;
    engine = sc_engine_table(&host);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

static void ask_everything(struct client *c)
{
    static const int types[] = {CURLINFO_STRING, CURLINFO_LONG, CURLINFO_DOUBLE, CURLINFO_OFF_T,
                                CURLINFO_SOCKET};
    struct curl_header *h = NULL;
    size_t i;
    int n;

    for (i = 0; i < sizeof types / sizeof *types; i++) {
        for (n = 1; n < 75; n++) {
            union {
                char *text;
                long number;
                double real;
                curl_off_t offset;
            } out = {NULL};

            if (engine->getinfo(c->shadow, (CURLINFO)(types[i] + n), &out) == CURLE_OK &&
                types[i] == CURLINFO_STRING && n != CURLINFO_PRIVATE - CURLINFO_STRING && out.text)
                c->ticks += strlen(out.text) > 100000;
        }
    }
    if (!real.easy_nextheader)
        return;
    while ((h = engine->nextheader(c->shadow, CURLH_HEADER, -1, h)) != NULL)
        c->ticks += strlen(h->value) > 100000;
    engine->header(c->shadow, "content-type", 0, CURLH_HEADER, -1, &h);
}

static void misbehave(struct client *c)
{
    if (c->does & DOES_ASK)
        ask_everything(c);
    if (c->does & DOES_RECURSE)
        c->inner = engine->perform(c->shadow, (uintptr_t)__builtin_frame_address(0));
    if (c->does & DOES_COPY) {
        CURL *easy = real.easy_duphandle(c->easy);
        void *shadow = engine->adopt_copy(c->shadow, easy);

        real.easy_cleanup(easy);
        engine->release(shadow);
    }
}

static size_t on_write(char *p, size_t size, size_t n, void *arg)
{
    struct client *c = arg;
    char *grown;

    n *= size;
    c->pieces++;
    misbehave(c);
    if (c->does & DOES_REFUSE_BODY)
        return n - 1;
    if ((c->does & DOES_PAUSE_BODY) && c->pauses < 2) {
        c->pauses++;
        return CURL_WRITEFUNC_PAUSE;
    }
    grown = realloc(c->body, c->n_body + n + 1);
    if (!grown)
        return 0;
    memcpy(grown + c->n_body, p, n);
    memset(p, '!', n); /* programs may change what they are given */
    c->body = grown;
    c->n_body += n;
    c->body[c->n_body] = '\0';
    return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct client *c = arg;

    n *= size;
    c->lines++;
    misbehave(c);
    if (c->does & DOES_REFUSE_HEADER)
        return 0;
    if ((c->does & DOES_PAUSE_HEADER) && c->pauses < 1) {
        c->pauses++;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (c->does & DOES_SWAP_SINK) {
        SET(c, CURLOPT_WRITEDATA, c);
        SET(c, CURLOPT_WRITEFUNCTION, on_write);
    }
    return p ? n : 0;
}

static int on_progress(void *arg, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
    struct client *c = arg;

    (void)dt, (void)dn, (void)ut, (void)un;
    c->ticks++;
    if (c->pauses)
        engine->pause(c->shadow, CURLPAUSE_CONT);
    return (c->does & DOES_ABORT_WAIT) && c->ticks > 2;
}

size_t client_on_read(char *p, size_t size, size_t n, void *arg)
{
    struct client *c = arg;

    n *= size;
    if ((c->does & DOES_PAUSE_UPLOAD) && c->at_upload > 0 && c->pauses == 0) {
        c->pauses++;
        return CURL_READFUNC_PAUSE;
    }
    if ((c->does & DOES_ABORT_UPLOAD) && c->at_upload > 0)
        return CURL_READFUNC_ABORT;
    if (n > c->n_upload - c->at_upload)
        n = c->n_upload - c->at_upload;
    if (n > 3000)
        n = 3000; /* several calls, not of a round size */
    memcpy(p, c->upload + c->at_upload, n);
    c->at_upload += n;
    return n;
}

int client_on_seek(void *arg, curl_off_t offset, int origin)
{
    struct client *c = arg;

    if (origin != SEEK_SET || offset > (curl_off_t)c->n_upload)
        return CURL_SEEKFUNC_FAIL;
    c->at_upload = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* ---- clients --------------------------------------------------------------------------------- */

void client_set(struct client *c, CURLoption option, int64_t value)
{
    engine->setopt(c->shadow, option, value);
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
    struct curl_slist *(*f)(struct curl_slist *, const char *);

    *(void **)(void *)&f = libcurl_function("curl_slist_append");
    return f(list, line);
}

void client_open(struct client *c, const char *path, const char *script, const char *id)
{
    static _Atomic unsigned count;
    char text[1024];
    unsigned n = atomic_fetch_add(&count, 1);

    memset(c, 0, sizeof *c);
    snprintf(c->base, sizeof c->base, "http://h%u.test:%s", n, port);
    c->easy = real.easy_init();
    c->shadow = engine->adopt(c->easy, &real);
    announce(c->easy, &real, c->shadow);
    snprintf(text, sizeof text, "x-mock-script: %s", script);
    c->headers = append(NULL, text);
    snprintf(text, sizeof text, "x-mock-id: %s", id);
    c->headers = append(c->headers, text);
    c->headers = append(c->headers, "Content-Type: application/json");
    c->headers = append(c->headers, "Expect:");
    snprintf(text, sizeof text, "h%u.test:%s:127.0.0.1", n, port);
    c->addresses = append(NULL, text);
    SET(c, CURLOPT_RESOLVE, c->addresses);
    snprintf(text, sizeof text, "%s%s", c->base, path);
    SET(c, CURLOPT_URL, text);
    SET(c, CURLOPT_HTTPHEADER, c->headers);
    SET(c, CURLOPT_PROXY, "");
    SET(c, CURLOPT_NOSIGNAL, 1);
    SET(c, CURLOPT_ERRORBUFFER, c->error);
    SET(c, CURLOPT_POSTFIELDS,
        "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
    SET(c, CURLOPT_WRITEFUNCTION, on_write);
    SET(c, CURLOPT_WRITEDATA, c);
    SET(c, CURLOPT_HEADERFUNCTION, on_header);
    SET(c, CURLOPT_HEADERDATA, c);
    SET(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(c, CURLOPT_XFERINFODATA, c);
    SET(c, CURLOPT_NOPROGRESS, 0);
}

void client_upload(struct client *c, size_t n)
{
    size_t i;

    c->n_upload = n;
    c->upload = malloc(n + 1);
    for (i = 0; c->upload && i < n; i++)
        c->upload[i] = (char)('A' + i % 26);
    SET(c, CURLOPT_POSTFIELDS, NULL);
    SET(c, CURLOPT_READFUNCTION, client_on_read);
    SET(c, CURLOPT_READDATA, c);
}

CURLcode client_perform(struct client *c)
{
    return engine->perform(c->shadow, (uintptr_t)__builtin_frame_address(0));
}

long client_status(struct client *c)
{
    long status = 0;

    engine->getinfo(c->shadow, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

void client_copy(struct client *copy, struct client *c)
{
    memset(copy, 0, sizeof *copy);
    copy->easy = real.easy_duphandle(c->easy);
    copy->shadow = engine->adopt_copy(c->shadow, copy->easy);
    announce(copy->easy, &real, copy->shadow);
    SET(copy, CURLOPT_WRITEDATA, copy);
    SET(copy, CURLOPT_HEADERDATA, copy);
    SET(copy, CURLOPT_XFERINFODATA, copy);
    SET(copy, CURLOPT_ERRORBUFFER, copy->error);
}

void client_close(struct client *c)
{
    void (*free_list)(struct curl_slist *);

    announce(c->easy, &real, NULL);
    real.easy_cleanup(c->easy);
    engine->release(c->shadow);
    *(void **)(void *)&free_list = libcurl_function("curl_slist_free_all");
    free_list(c->headers);
    free_list(c->addresses);
    free(c->body);
    free(c->upload);
    if (c->file)
        fclose(c->file);
}
