/*
 * mime.c - see mime.h.
 *
 * libcurl rewinds MIME parts itself at each perform and asks a callback part's seek function; a
 * part without one, and a file that is none (a pipe), makes the second perform fail with
 * CURLE_SEND_FAIL_REWIND, when the first one's answer is gone. Such a part gets a spool between it
 * and libcurl, and a seek function that rewinds the spool. Where there is a seek function it is
 * asked first; it may fail, as that of a program that opens whatever it is told to (PHP's CURLFile
 * for a pipe), and nobody can ask it before libcurl does: all that was read is kept for that case,
 * too. What is more than a spool holds is noted, so that the answer is not given away for an
 * attempt that perhaps cannot be sent.
 *
 * libcurl releases a part once for itself and once for each duplicate of it (curl_easy_duphandle),
 * and does not tell which is the last. So a record goes with its part where no handle with a form
 * was duplicated since it was made, and otherwise stays, small as it is then.
 */
#include "wire/mime.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "process/runtime.h"
#include "wire/spool.h"

enum { MEMORY_MAX = 1 << 20, SPOOL_MAX = 64 << 20 };

static _Atomic unsigned duplicates; /* of handles with a form */
static _Atomic int64_t read_once;   /* when a part was last read that cannot be read again */

struct part {
    unsigned duplicates_before;
    curl_read_callback read;
    curl_seek_callback seek; /* NULL: has none */
    curl_free_callback release;
    void *arg;
    struct sc_upload spool;
};

static size_t read_part(char *p, size_t size, size_t n, void *arg)
{
    struct part *m = arg;
    size_t got = sc_upload_take(&m->spool, p, size * n);

    if (got > 0)
        return got;
    if (m->spool.ended && !m->spool.lost)
        return 0;
    got = m->read(p, size, n, m->arg);
    if (got <= size * n)
        sc_upload_keep(&m->spool, p, got);
    if (m->spool.lost)
        read_once = sc_now_ns();
    return got;
}

bool sc_mime_read_once_since(int64_t ns)
{
    return read_once >= ns;
}

/* Only to where the spool begins, which is all that libcurl's rewinding asks for. */
static int seek_part(void *arg, curl_off_t offset, int origin)
{
    struct part *m = arg;

    if (m->seek && m->seek(m->arg, offset, origin) == CURL_SEEKFUNC_OK) {
        sc_upload_restart(&m->spool);
        return CURL_SEEKFUNC_OK;
    }
    if (offset != 0 || origin != SEEK_SET || m->spool.lost)
        return CURL_SEEKFUNC_CANTSEEK;
    m->spool.pos = 0;
    return CURL_SEEKFUNC_OK;
}

void sc_mime_duplicated(void)
{
    atomic_fetch_add(&duplicates, 1);
}

unsigned sc_mime_duplicates(void)
{
    return atomic_load(&duplicates);
}

/* The program's own function is called for each duplicate, as without us. The spool goes with the
 * first call. */
static void release_part(void *arg)
{
    struct part *m = arg;

    if (m->release)
        m->release(m->arg);
    sc_upload_free(&m->spool);
    m->spool.lost = true;
    if (m->duplicates_before == atomic_load(&duplicates))
        free(m);
}

CURLcode sc_mime_data_cb(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                         curl_read_callback read, curl_seek_callback seek,
                         curl_free_callback release, void *arg)
{
    struct part *m;
    CURLcode rc;

    if (!part || !read)
        return real->mime_data_cb(part, size, read, seek, release, arg);
    m = calloc(1, sizeof *m);
    if (!m)
        return real->mime_data_cb(part, size, read, seek, release, arg);
    m->duplicates_before = atomic_load(&duplicates);
    m->read = read;
    m->seek = seek;
    m->release = release;
    m->arg = arg;
    sc_upload_init(&m->spool, MEMORY_MAX, SPOOL_MAX);
    rc = real->mime_data_cb(part, size, read_part, seek_part, release_part, m);
    if (rc != CURLE_OK)
        free(m);
    return rc;
}
