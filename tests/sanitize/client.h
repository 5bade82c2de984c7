/*
 * client.h - a program's side of libcurl, calling the engine's table in place of the preload.
 *
 * The engine is linked in, so that a sanitizer sees all of it without any preloading; libcurl is
 * the system's. A client is what the preload and a simple program make together: a handle, its
 * shadow, a request, callbacks that note what they get and misbehave on demand.
 */
#ifndef SC_SANITIZE_CLIENT_H
#define SC_SANITIZE_CLIENT_H

#include "steadycurl/engine.h"

/* What a client's callbacks do, besides noting what comes. */
enum {
    DOES_PAUSE_BODY = 1,      /* twice; lifted by the progress callback */
    DOES_PAUSE_HEADER = 2,    /* once */
    DOES_REFUSE_BODY = 4,     /* returns less than it was given */
    DOES_REFUSE_HEADER = 8,   /* the same for a header line */
    DOES_RECURSE = 16,        /* performs the same handle from a callback */
    DOES_COPY = 32,           /* duplicates the handle in a callback */
    DOES_ASK = 64,            /* getinfo and header API in every callback */
    DOES_ABORT_WAIT = 128,    /* the progress callback says stop, from its third call on */
    DOES_SWAP_SINK = 256,     /* the header callback changes WRITEDATA to where it is already */
    DOES_PAUSE_UPLOAD = 512,  /* once */
    DOES_ABORT_UPLOAD = 1024, /* in the middle */
    DOES_LIFT_AT_ONCE = 2048  /* lifts a pause from inside the pausing callback's transfer */
};

struct client {
    CURL *easy;
    void *shadow;
    char base[64]; /* "http://HOST:PORT"; a host for each client, so that none shares limits, gate
                      and latches with another */
    struct curl_slist *headers, *addresses;
    unsigned does;
    char *body; /* what the write callback got */
    size_t n_body;
    unsigned pieces, lines, ticks, pauses;
    char *upload; /* what the read callback gives */
    size_t n_upload, at_upload;
    char error[CURL_ERROR_SIZE];
    CURLcode inner; /* of a recursive perform */
    void *form;     /* curl_mime or curl_httppost */
    FILE *file;
};

extern struct sc_libcurl real;
extern const struct sc_engine *engine;
extern const char *port;

/* Functions of libcurl that the engine has no use for. */
void *libcurl_function(const char *name);

void client_bind(void);

#define SET(c, option, value) client_set((c), (option), (int64_t)(intptr_t)(value))
void client_set(struct client *c, CURLoption option, int64_t value);

void client_open(struct client *c, const char *path, const char *script, const char *id);
CURLcode client_perform(struct client *c);
long client_status(struct client *c);
void client_copy(struct client *copy, struct client *c); /* curl_easy_duphandle */
void client_close(struct client *c);

/* The table of the preload: which shadow a handle has. */
void announce(CURL *easy, const struct sc_libcurl *l, void *shadow);

size_t client_on_read(char *p, size_t size, size_t n, void *arg);
int client_on_seek(void *arg, curl_off_t offset, int origin);
void client_upload(struct client *c, size_t n); /* a body from the read callback */

#endif
