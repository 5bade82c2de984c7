/*
 * mime_file.c - parts of a form that come from a pipe. See mime.h.
 *
 * libcurl opens such a file when it sends it, once, and cannot rewind it. We open it then as well,
 * and give libcurl a part that a callback reads, spooled like any other (mime.c). libcurl guesses a
 * type for a file and none for a callback's part, so that has to be set; by whatever the program
 * sets later the guess changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "wire/mime.h"

static _Atomic(const struct sc_host *)
    preload; /* which keeps records by address, of parts as well */

void sc_mime_set_host(const struct sc_host *host)
{
    preload = host;
}

struct pipe {
    curl_mimepart *part;
    const struct sc_libcurl *real;
    FILE *file;
    bool ended;
    bool released;
    unsigned duplicates_before;
    bool named;     /* it has a file name */
    bool name_says; /* whose ending libcurl knows */
    bool typed;     /* the program has said a type itself, here or in its headers */
    bool header_types;
    char path[];
};

/* Those that libcurl knows by its ending, the same in all versions. */
static const char *type_by_ending(const char *name)
{
    static const struct {
        const char *ending, *type;
    } known[] = {
        {".gif", "image/gif"},       {".jpg", "image/jpeg"},    {".jpeg", "image/jpeg"},
        {".png", "image/png"},       {".svg", "image/svg+xml"}, {".txt", "text/plain"},
        {".htm", "text/html"},       {".html", "text/html"},    {".pdf", "application/pdf"},
        {".xml", "application/xml"},
    };
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t len = strlen(known[i].ending);

        if (n >= len && strcasecmp(name + n - len, known[i].ending) == 0)
            return known[i].type;
    }
    return NULL;
}

static CURLcode settle_type(struct pipe *p)
{
    const char *type = NULL;

    if (p->typed)
        return CURLE_OK;
    if (!p->header_types && !p->name_says) {
        type = type_by_ending(p->path);
        if (!type && p->named)
            type = "application/octet-stream";
    }
    return p->real->mime_type(p->part, type);
}

static size_t read_pipe(char *to, size_t size, size_t n, void *arg)
{
    struct pipe *p = arg;
    size_t got;

    if (p->ended)
        return 0;
    if (!p->file)
        p->file = fopen(p->path, "rbe");
    if (!p->file)
        return CURL_READFUNC_ABORT;
    got = fread(to, size, n, p->file);
    if (got == 0) {
        p->ended = true;
        fclose(p->file);
        p->file = NULL;
    }
    return got;
}

static void release_pipe(void *arg)
{
    struct pipe *p = arg;

    if (p->released) /* for the part of a duplicate: it stays, as in mime.c */
        return;
    p->released = p->ended = true;
    preload->announce(p->part, p->real, NULL);
    if (p->file)
        fclose(p->file);
    p->file = NULL;
    if (p->duplicates_before == sc_mime_duplicates())
        free(p);
}

static struct pipe *pipe_of(curl_mimepart *part)
{
    return part ? preload->shadow_of(part) : NULL;
}

static bool is_no_file(const char *path)
{
    struct stat st;

    return path && stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

CURLcode sc_mime_filedata(const struct sc_libcurl *real, curl_mimepart *part, const char *path)
{
    CURLcode rc = real->mime_filedata(part, path);
    struct pipe *p;
    size_t n;

    if (rc != CURLE_OK || !is_no_file(path))
        return rc;
    n = strlen(path) + 1;
    p = calloc(1, sizeof *p + n);
    if (!p)
        return rc;
    p->part = part;
    p->real = real;
    p->named = true;
    p->duplicates_before = sc_mime_duplicates();
    p->name_says = type_by_ending(last_part(path)) != NULL;
    memcpy(p->path, path, n);
    rc = sc_mime_data_cb(real, part, -1, read_pipe, NULL, release_pipe, p);
    if (rc != CURLE_OK) {
        free(p);
        return rc;
    }
    preload->announce(part, real, p);
    return settle_type(p);
}

CURLcode sc_mime_filename(const struct sc_libcurl *real, curl_mimepart *part, const char *name)
{
    CURLcode rc = real->mime_filename(part, name);
    struct pipe *p = pipe_of(part);

    if (rc != CURLE_OK || !p)
        return rc;
    p->named = name != NULL;
    p->name_says = name && type_by_ending(name);
    return settle_type(p);
}

CURLcode sc_mime_type(const struct sc_libcurl *real, curl_mimepart *part, const char *type)
{
    CURLcode rc = real->mime_type(part, type);
    struct pipe *p = pipe_of(part);

    if (rc != CURLE_OK || !p)
        return rc;
    p->typed = type != NULL;
    return settle_type(p);
}

CURLcode sc_mime_headers(const struct sc_libcurl *real, curl_mimepart *part,
                         struct curl_slist *headers, int take)
{
    CURLcode rc = real->mime_headers(part, headers, take);
    struct pipe *p = pipe_of(part);

    if (rc != CURLE_OK || !p)
        return rc;
    p->header_types = false;
    for (; headers; headers = headers->next)
        if (strncasecmp(headers->data, "content-type:", 13) == 0)
            p->header_types = true;
    return settle_type(p);
}
